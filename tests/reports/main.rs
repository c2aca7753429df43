//! Reports as a city reads them: out of a store, on real tickets, frozen, in every form, by schedule.

mod charts;
mod cities;
#[path = "../common/mod.rs"]
mod common;
mod effect;
mod example;
mod forms;
mod frozen;
#[path = "../common/postgres.rs"]
mod postgres;
mod sent;
mod town;
