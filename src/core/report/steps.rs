//! Which step of a ladder is followed by action (催办有效率), and which is noise.
//!
//! A slip is followed where its clock stopped after it and before the next slip of the same
//! clock: the step that was sent last is what moved somebody.

use std::collections::BTreeMap;

use super::glance::{Glance, Running};
use crate::core::{
    clock::State,
    rates::{Fraction, Rate},
    timestamp::Timestamp,
};

/// Action within so long of a slip counts as quick.
pub const QUICK_HOURS: i64 = 24;
const HOUR_MS: i64 = 3_600_000;

/// A slip as the store keeps it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Issued {
    pub ticket_key: i64,
    /// `ticket/r1/resolve//0/3.0.0`.
    pub key: String,
    pub unit: String,
    /// As written in its ladder: `due+1wd`.
    pub step: String,
    /// `yellow`.
    pub kind: String,
    pub at: Timestamp,
    pub is_withdrawn: bool,
    pub receipted: Option<Timestamp>,
    pub replied: Option<Timestamp>,
    /// Whether it asks for a reply.
    pub asks: bool,
}

/// The clock a slip is on, out of its key.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct OnClock {
    pub round: u32,
    /// `resolve`, `whistle:resolve`.
    pub label: String,
    pub unit: String,
    pub turn: u32,
}

impl Issued {
    /// `None` where the key is no step's.
    pub fn clock(&self) -> Option<OnClock> {
        let mut parts = self.key.rsplitn(6, '/');
        let _step = parts.next()?;
        let turn = parts.next()?.parse().ok()?;
        let (unit, label) = (parts.next()?.to_owned(), parts.next()?.to_owned());
        let round = parts.next()?.strip_prefix('r')?.parse().ok()?;
        Some(OnClock { round, label, unit, turn })
    }
}

impl OnClock {
    /// That clock of the ticket.
    pub fn of<'g>(&self, glance: &'g Glance) -> Option<&'g Running> {
        let (overlay, name) = self.label.split_once(':').unwrap_or(("", &self.label));
        glance.clocks.iter().find(|clock| {
            (clock.round, clock.turn) == (self.round, self.turn)
                && clock.overlay == overlay
                && clock.name == name
                && clock.unit == self.unit
        })
    }
}

/// What one step of one clock brought.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StepCount {
    pub sent: u64,
    pub withdrawn: u64,
    /// The clock stopped before the next step.
    pub followed: u64,
    /// The same, within a day.
    pub quickly: u64,
    pub receipted: u64,
    /// Those that asked for one, and those that got one.
    pub asked: u64,
    pub replied: u64,
}

/// A step: its clock, how it is written and its slip.
pub type StepName = (String, String, String);

impl StepCount {
    pub fn replies(self) -> Rate {
        Rate { num: Fraction::whole(self.replied), den: self.asked }
    }

    pub fn receipts(self) -> Rate {
        Rate { num: Fraction::whole(self.receipted), den: self.sent }
    }

    /// 催办有效率.
    pub fn effect(self) -> Rate {
        Rate { num: Fraction::whole(self.followed), den: self.sent }
    }

    pub fn quick(self) -> Rate {
        Rate { num: Fraction::whole(self.quickly), den: self.sent }
    }
}

/// Counts the slips of one ticket that were issued in `[from, to)`; the later ones only end an earlier one's time.
pub fn count(
    counts: &mut BTreeMap<StepName, StepCount>,
    glance: &Glance,
    slips: &[Issued],
    (from, to): (Timestamp, Timestamp),
) {
    for (place, slip) in slips.iter().enumerate() {
        let Some(on) = slip.clock().filter(|_| from <= slip.at && slip.at < to) else { continue };
        let name = (on.label.clone(), slip.step.clone(), slip.kind.clone());
        let own = counts.entry(name).or_default();
        if slip.is_withdrawn {
            own.withdrawn += 1;
            continue;
        }
        own.sent += 1;
        own.receipted += u64::from(slip.receipted.is_some());
        own.asked += u64::from(slip.asks);
        own.replied += u64::from(slip.asks && slip.replied.is_some());
        let next = slips[place + 1..]
            .iter()
            .find(|later| !later.is_withdrawn && later.clock().as_ref() == Some(&on))
            .map(|later| later.at);
        let stopped = on.of(glance).and_then(|clock| match clock.state {
            State::Stopped { at, .. } => Some(at),
            State::Running
            | State::Paused { .. }
            | State::Cancelled { .. }
            | State::Replaced { .. } => None,
        });
        let Some(stopped) = stopped.filter(|at| *at >= slip.at) else { continue };
        if next.is_none_or(|next| stopped <= next) {
            own.followed += 1;
            own.quickly += u64::from(stopped.since(slip.at) <= QUICK_HOURS * HOUR_MS);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_names_its_clock() {
        let on = |key: &str| Issued { key: key.to_owned(), ..Issued::default() }.clock();
        let clock = |round, label: &str, unit: &str, turn| {
            Some(OnClock { round, label: label.to_owned(), unit: unit.to_owned(), turn })
        };
        #[rustfmt::skip]
        let table = [
            ("W1/r1/resolve//0/3.0.0",              clock(1, "resolve", "", 0)),
            ("a/b/r2/whistle:arrive/st-kzl/1/0.2.0", clock(2, "whistle:arrive", "st-kzl", 1)),
            ("k1",                                   None),
            ("W1/x1/resolve//0/3.0.0",               None),
        ];
        for (key, want) in table {
            assert_eq!(on(key), want, "{key}");
        }
    }
}
