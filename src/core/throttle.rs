//! Throttle: a unit is told at most so much in a while; the rest waits.
//!
//! A storm in one unit must neither drown its people nor hold up the others. What is put
//! off is offered again when the window has moved on; notices that come for the first
//! time are let through before repetitions.
//!
//! Invariants, each a test of the same name:
//! * `no_window_holds_more_than_the_limit`
//! * `one_unit_does_not_hold_up_another`

use std::collections::{BTreeMap, VecDeque};

use super::timestamp::Timestamp;

/// How much, in how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ThrottleRule {
    pub messages: u32,
    pub within_ms: i64,
}

/// What left lately, by unit. Held by whoever sends; lost with it, which only lets some more through.
#[derive(Clone, Debug, Default)]
pub struct Throttle {
    left: BTreeMap<String, VecDeque<Timestamp>>,
}

impl Throttle {
    /// Counts a message to this unit, or says when it may be offered again.
    pub fn take(
        &mut self,
        rule: ThrottleRule,
        unit: &str,
        now: Timestamp,
    ) -> Result<(), Timestamp> {
        let left = self.left.entry(unit.to_owned()).or_default();
        while left.front().is_some_and(|at| at.plus_ms(rule.within_ms) <= now) {
            left.pop_front();
        }
        match left.front() {
            Some(first) if left.len() >= rule.messages.max(1) as usize => {
                Err(first.plus_ms(rule.within_ms))
            }
            Some(_) | None => {
                left.push_back(now);
                Ok(())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULE: ThrottleRule = ThrottleRule { messages: 2, within_ms: 60 };

    #[test]
    fn no_window_holds_more_than_the_limit() {
        let mut throttle = Throttle::default();
        #[rustfmt::skip]
        let table = [
            ("the first",                   0,   Ok(())),
            ("the second",                  10,  Ok(())),
            ("the third waits",             20,  Err(60)),
            ("just before the first is out", 59,  Err(60)),
            ("when it is out",              60,  Ok(())),
            ("the next waits for the next", 61,  Err(70)),
        ];
        for (name, now, want) in table {
            let got = throttle.take(RULE, "u", Timestamp(now)).map_err(|at| at.0);
            assert_eq!(got, want, "{name}");
        }
    }

    #[test]
    fn one_unit_does_not_hold_up_another() {
        let mut throttle = Throttle::default();
        for _ in 0..5 {
            let _ = throttle.take(RULE, "storm", Timestamp(0));
        }
        assert_eq!(throttle.take(RULE, "calm", Timestamp(1)), Ok(()));
    }
}
