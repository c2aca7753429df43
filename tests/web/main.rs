//! The web against a real listener: what residents, other systems and operators get.

mod acknowledge;
mod api;
mod board;
mod house;
mod pages;
mod rating;
mod receipts;
mod server;
