//! What must stand in the journal of a plain ticket, told by adding days: no calendar, no fold,
//! nothing of duban's own rules.

use std::collections::BTreeMap;

use crate::script::{DAY, Plain};

/// A step of round 1: clock, index in its ladder, repetition.
pub type Due = (&'static str, u16, u16);

/// Every step that fell due before its clock ended, and not after `now`, with its instant.
pub fn due(plain: &Plain, version: &str, now: i64) -> BTreeMap<Due, i64> {
    let start = plain.dispatched;
    // Version 2 gives a day more to accept.
    let accept = start + if version == "2" { 3 * DAY } else { 2 * DAY };
    let resolve = start + 30 * DAY;
    let mut due = BTreeMap::new();
    let mut fall = |clock: &'static str, step: u16, repetition: u16, at: i64, stop: i64| {
        if at <= now && at < stop {
            due.insert((clock, step, repetition), at);
        }
    };
    let stop = plain.stop("accepted").unwrap_or(i64::MAX);
    for (step, at) in [start, accept, accept + DAY, accept + 5 * DAY].into_iter().enumerate() {
        fall("accept", step as u16, 0, at, stop);
    }
    let stop = plain.stop("resolved").unwrap_or(i64::MAX);
    for (step, at) in [resolve - 10 * DAY, resolve, resolve + 10 * DAY].into_iter().enumerate() {
        fall("resolve", step as u16, 0, at, stop);
    }
    for repetition in 0..=5_u16 {
        let at = resolve + 30 * DAY + 90 * DAY * i64::from(repetition);
        fall("resolve", 3, repetition, at, stop);
    }
    due
}
