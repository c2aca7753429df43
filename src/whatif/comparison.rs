//! Two replays of the same events under two policy sets: who was told what, how much, and who
//! would be late.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use serde_json::{Value, json};

use crate::{
    core::{
        clock::{Clock, State},
        message::Recipient,
        org::Org,
        policy::PolicySet,
        record::Record,
        timestamp::Timestamp,
    },
    simulate::Replayed,
};

/// Tickets shown one by one.
pub const SAMPLE: usize = 20;

/// What one set would have done.
#[derive(Clone, Debug, Default)]
pub struct Side {
    pub tickets: u64,
    pub slips: BTreeMap<String, u64>,
    pub slips_by_day: BTreeMap<Date, u64>,
    /// Messages each person got on each day.
    pub burden: BTreeMap<(String, Date), u64>,
    /// Clocks that ran out, by ticket, clock and round; with the unit.
    pub late: BTreeMap<(String, String, u32), Late>,
}

/// A clock that ran out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Late {
    pub unit: String,
    pub due: Timestamp,
    /// Nobody has stopped it yet.
    pub still: bool,
}

/// Messages per person and day, over the days a person got any.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Burden {
    pub people: usize,
    pub messages: u64,
    pub p50: u64,
    pub p95: u64,
    pub max: u64,
}

impl Side {
    /// Takes one replayed ticket in.
    pub fn add(&mut self, set: &PolicySet, replayed: &Replayed, until: Timestamp) {
        let ticket = &replayed.ticket;
        self.tickets += 1;
        for (at, record) in replayed.records() {
            if let Record::Slip { slip, .. } = record {
                *self.slips.entry(slip.clone()).or_default() += 1;
                *self.slips_by_day.entry(set.calendar.date_of(at)).or_default() += 1;
            }
        }
        for message in &replayed.messages {
            if let Recipient::Staff { unit, role, person, .. } = &message.to {
                let who = person.clone().unwrap_or_else(|| format!("{role}@{unit}"));
                let day = set.calendar.date_of(message.not_before);
                *self.burden.entry((who, day)).or_default() += 1;
            }
        }
        let own = ticket.unit.clone().unwrap_or_default();
        for clock in &ticket.clocks {
            let Some(still) = lateness(clock, until) else { continue };
            let unit = if clock.key.unit.is_empty() { &own } else { &clock.key.unit };
            let key = (ticket.no.clone(), ticket.counted_as(set, clock), clock.key.round);
            self.late.insert(key, Late { unit: unit.clone(), due: clock.due, still });
        }
    }

    /// How much people were told.
    pub fn burden(&self) -> Burden {
        let mut counts: Vec<u64> = self.burden.values().copied().collect();
        counts.sort_unstable();
        let at = |share: usize| {
            let index = (counts.len() * share / 100).min(counts.len().saturating_sub(1));
            counts.get(index).copied().unwrap_or(0)
        };
        let people: BTreeSet<&str> = self.burden.keys().map(|(who, _)| who.as_str()).collect();
        Burden {
            people: people.len(),
            messages: counts.iter().sum(),
            p50: at(50),
            p95: at(95),
            max: counts.last().copied().unwrap_or(0),
        }
    }
}

/// Whether the clock ran out, and if so whether it still runs.
fn lateness(clock: &Clock, until: Timestamp) -> Option<bool> {
    match &clock.state {
        State::Stopped { met: false, .. } => Some(false),
        State::Running if until > clock.due => Some(true),
        State::Stopped { met: true, .. }
        | State::Running
        | State::Paused { .. }
        | State::Cancelled { .. }
        | State::Replaced { .. } => None,
    }
}

/// Both sides, with what people are called.
#[derive(Clone, Debug)]
pub struct Comparison {
    pub before: Side,
    pub after: Side,
    /// `cn 2026.1` and `cn 2026.2`.
    pub names: [String; 2],
    pub until: String,
    /// Chinese and English name and colour of each kind of slip, in the order of a ladder.
    pub slips: Vec<SlipName>,
    /// Chinese and English name of each unit.
    pub units: BTreeMap<String, [String; 2]>,
}

/// What a kind of slip is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SlipName {
    pub id: String,
    pub zh: String,
    pub en: String,
    pub colour: String,
}

impl Comparison {
    /// Puts two replays side by side.
    pub fn new(
        sets: [&PolicySet; 2],
        orgs: [&Org; 2],
        [before, after]: [Side; 2],
        until: Timestamp,
    ) -> Self {
        let mut slips: Vec<SlipName> = Vec::new();
        for set in sets {
            for (id, slip) in &set.slips {
                if !slips.iter().any(|one| one.id == *id) {
                    let (zh, en, colour) = (slip.zh.clone(), slip.en.clone(), slip.colour.clone());
                    slips.push(SlipName { id: id.clone(), zh, en, colour });
                }
            }
        }
        let rank = |colour: &str| crate::core::slip::COLOURS.iter().position(|one| *one == colour);
        slips.sort_by_key(|slip| rank(&slip.colour));
        slips.retain(|slip| {
            before.slips.contains_key(&slip.id) || after.slips.contains_key(&slip.id)
        });
        let units = orgs.iter().flat_map(|org| org.units.values());
        let units = units.map(|unit| (unit.id.clone(), [unit.zh.clone(), unit.en.clone()]));
        Self {
            slips,
            units: units.collect(),
            names: sets.map(|set| format!("{} {}", set.id, set.version)),
            until: until.to_rfc3339(sets[0].calendar.zone()),
            before,
            after,
        }
    }

    /// Slips of a kind before and after.
    pub fn of_slip(&self, id: &str) -> [u64; 2] {
        [&self.before, &self.after].map(|side| side.slips.get(id).copied().unwrap_or(0))
    }

    /// Clocks that ran out by unit, before and after; the greatest change first.
    pub fn late_by_unit(&self) -> Vec<(String, [u64; 2])> {
        let mut units: BTreeMap<String, [u64; 2]> = BTreeMap::new();
        for (nth, side) in [&self.before, &self.after].into_iter().enumerate() {
            for late in side.late.values() {
                units.entry(late.unit.clone()).or_default()[nth] += 1;
            }
        }
        let mut units: Vec<_> = units.into_iter().collect();
        units.sort_by_key(|(_, [before, after])| {
            std::cmp::Reverse((before.abs_diff(*after), *after))
        });
        units
    }

    /// Tickets and clocks late on one side only: those that come, and those that go.
    pub fn moved(&self) -> [Vec<(&str, &str, &Late)>; 2] {
        let only = |one: &'_ Side, other: &Side| -> Vec<(String, String, u32)> {
            one.late.keys().filter(|key| !other.late.contains_key(*key)).cloned().collect()
        };
        let come = only(&self.after, &self.before);
        let gone = only(&self.before, &self.after);
        [look_up(&self.after, &come), look_up(&self.before, &gone)]
    }

    /// For machines.
    pub fn json(&self) -> Value {
        let side = |side: &Side| {
            let Burden { people, messages, p50, p95, max } = side.burden();
            let still = side.late.values().filter(|late| late.still).count();
            json!({
                "slips": side.slips, "people": people, "messages": messages,
                "per_person_day": { "p50": p50, "p95": p95, "max": max },
                "late": side.late.len(), "overdue_now": still,
            })
        };
        let [come, gone] = self.moved();
        let units: Vec<Value> = self
            .late_by_unit()
            .into_iter()
            .map(
                |(unit, [before, after])| json!({ "unit": unit, "before": before, "after": after }),
            )
            .collect();
        json!({
            "a": side(&self.before), "b": side(&self.after), "late_by_unit": units,
            "comes_late": come.len(), "no_longer_late": gone.len(),
        })
    }
}

fn look_up<'s>(
    side: &'s Side,
    keys: &[(String, String, u32)],
) -> Vec<(&'s str, &'s str, &'s Late)> {
    keys.iter()
        .filter_map(|key| side.late.get_key_value(key))
        .map(|((no, clock, _), late)| (no.as_str(), clock.as_str(), late))
        .collect()
}
