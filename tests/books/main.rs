//! What reaches over tickets: triggers, tallies, and what journals tell each other.

mod engine;
mod links;
mod place;
#[path = "../common/postgres.rs"]
mod postgres;
mod tally;
mod tell;
