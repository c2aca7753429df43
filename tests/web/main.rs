//! The web against a real listener: what residents, other systems and operators get.

mod acknowledge;
mod api;
mod board;
mod hooks;
mod house;
mod open311;
mod pages;
mod rating;
mod receipts;
mod reports;
mod server;
