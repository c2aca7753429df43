//! Reports as a city reads them: out of a store, on real tickets, frozen, in every form.

mod example;
#[path = "../common/postgres.rs"]
mod postgres;
mod frozen;
mod town;
