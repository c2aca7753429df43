//! duban against a slow model of itself.
//!
//! The model is written from the practice of hotlines (the numbers in its comments are sections
//! of that text), walks through time minute by minute and reads a ticket's events from the first
//! to the last for every question. It shares no code with `core`. Random scripts drive both; after
//! every look they must agree on clocks and dues, slips, slips taken back, and refusals.

#[path = "../common/mod.rs"]
mod common;
mod compare;
mod faults;
mod hearing;
mod journal;
mod practice;
mod product;
mod replan;
mod rules;
mod sensitivity;
mod sets;
mod strategy;
mod ticket;
mod told;
mod worktime;

use compare::play;
use proptest::prelude::*;

fn config() -> ProptestConfig {
    let default = ProptestConfig::default();
    let asked = std::env::var_os("PROPTEST_CASES").is_some();
    let cases = if asked { default.cases } else { 256 };
    // What was found stands in `agreed.rs`, told in full.
    ProptestConfig { cases, failure_persistence: None, ..default }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn duban_does_what_the_model_does(script in strategy::script()) {
        if let Err(what) = play(&script, None) {
            return Err(TestCaseError::fail(what));
        }
    }
}
