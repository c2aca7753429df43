//! Silences: units that are told nothing for a while (maintenance, an exercise, a known outage).
//!
//! Like quiet hours a silence moves only the sending: slips are issued and counted at their
//! time, their messages leave when it is over. What fires at night fires through a silence.
//!
//! Invariants, each a test of the same name:
//! * `a_silence_holds_its_units_and_those_below`
//! * `silences_that_touch_are_one`
//! * `a_silence_is_a_while`

use super::{org::Org, timestamp::Timestamp};

/// A while in which some units are told nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Silence {
    /// Units with everything below them; none: everybody.
    pub units: Vec<String>,
    pub from: Timestamp,
    /// The first instant at which messages leave again.
    pub to: Timestamp,
    /// Who answers for it, and why; shown where a message waits.
    pub owner: String,
    pub reason: String,
}

/// The longest silence in days: more is a policy, not a while.
pub const DAYS_MAX: i64 = 31;

/// Why a while is no silence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoSilence {
    #[error("the silence ends before it begins")]
    Backwards,
    #[error("a silence is a while, {DAYS_MAX} days at most")]
    TooLong,
}

impl Silence {
    /// Whether it is a while.
    pub fn check(from: Timestamp, to: Timestamp) -> Result<(), NoSilence> {
        match to.since(from) {
            ..=0 => Err(NoSilence::Backwards),
            ms if ms > DAYS_MAX * 86_400_000 => Err(NoSilence::TooLong),
            _ => Ok(()),
        }
    }

    fn told(&self) -> String {
        format!("{} ({})", self.reason, self.owner)
    }
}

/// When messages about this unit may leave again; `None` if nothing holds them at `now`.
pub fn silent_until(
    silences: &[&Silence],
    org: &Org,
    unit: &str,
    now: Timestamp,
) -> Option<(Timestamp, String)> {
    let mut held: Option<(Timestamp, String)> = None;
    // Each turn ends a silence, so there are no more turns than silences.
    for _ in 0..silences.len() {
        let at = held.as_ref().map_or(now, |(until, _)| *until);
        let over = silences.iter().find(|silence| {
            let holds = silence.units.is_empty()
                || silence.units.iter().any(|top| is_below(org, unit, top));
            holds && silence.from <= at && at < silence.to
        });
        let Some(over) = over else { break };
        let reason = held.map_or_else(|| over.told(), |(_, reason)| reason);
        held = Some((over.to, reason));
    }
    held
}

/// Whether a unit is this one or stands below it in the tree.
fn is_below(org: &Org, unit: &str, top: &str) -> bool {
    let mut at = Some(unit);
    // A tree is no deeper than it has units.
    for _ in 0..=org.units.len() {
        match at {
            None => return false,
            Some(unit) if unit == top => return true,
            Some(unit) => at = org.units.get(unit).and_then(|unit| unit.parent.as_deref()),
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::org::Unit;

    fn org() -> Org {
        let unit = |id: &str, parent: Option<&str>| {
            let unit = Unit {
                id: id.into(),
                zh: id.into(),
                en: id.into(),
                parent: parent.map(str::to_owned),
                level: String::new(),
                kind: String::new(),
            };
            (id.to_owned(), unit)
        };
        let units =
            [unit("city", None), unit("north", Some("city")), unit("street", Some("north"))];
        Org { units: units.into(), ..Org::default() }
    }

    fn silence(units: &[&str], from: i64, to: i64) -> Silence {
        Silence {
            units: units.iter().map(|unit| (*unit).to_owned()).collect(),
            from: Timestamp(from),
            to: Timestamp(to),
            owner: "p02".to_owned(),
            reason: format!("{from}-{to}"),
        }
    }

    #[test]
    fn a_silence_holds_its_units_and_those_below() {
        let north = [silence(&["north"], 10, 20)];
        let all = [silence(&[], 10, 20)];
        #[rustfmt::skip]
        let table = [
            ("the unit itself",       &north, "north",  15, Some(20)),
            ("a unit below",          &north, "street", 15, Some(20)),
            ("the unit above",        &north, "city",   15, None),
            ("before",                &north, "north",   9, None),
            ("its first instant",     &north, "north",  10, Some(20)),
            ("its last instant",      &north, "north",  19, Some(20)),
            ("the instant it ends",   &north, "north",  20, None),
            ("a unit nobody knows",   &north, "moon",   15, None),
            ("everybody",             &all,   "moon",   15, Some(20)),
        ];
        for (name, silences, unit, now, want) in table {
            let got = silent_until(&[&silences[0]], &org(), unit, Timestamp(now));
            assert_eq!(got.map(|(until, _)| until.0), want, "{name}");
        }
    }

    #[test]
    fn a_silence_is_a_while() {
        let day = 86_400_000;
        #[rustfmt::skip]
        let table = [
            ("no time at all", 0,            Err(NoSilence::Backwards)),
            ("backwards",      -1,           Err(NoSilence::Backwards)),
            ("an instant",     1,            Ok(())),
            ("the longest",    31 * day,     Ok(())),
            ("longer",         31 * day + 1, Err(NoSilence::TooLong)),
        ];
        for (name, ms, want) in table {
            assert_eq!(Silence::check(Timestamp(5), Timestamp(5 + ms)), want, "{name}");
        }
    }

    #[test]
    fn silences_that_touch_are_one() {
        let silences =
            [silence(&["city"], 20, 30), silence(&["north"], 10, 20), silence(&[], 40, 50)];
        let got = silent_until(&silences.each_ref(), &org(), "street", Timestamp(12));
        assert_eq!(got, Some((Timestamp(30), "10-20 (p02)".to_owned())));
    }
}
