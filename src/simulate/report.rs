//! What a replay adds up to: the JSON of `duban simulate`.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use serde::Serialize;
use serde_json::{Value, json};

use super::{Replayed, ReplayedBook};
use crate::core::{
    clock::{Clock, State},
    count,
    fact::Fact,
    message::Recipient,
    policy::{Outcome, PolicySet},
    record::Record,
    ticket::Ticket,
    timestamp::Timestamp,
};

/// Clocks by their state at the end of the replay.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    pub met: u64,
    pub late: u64,
    pub running: u64,
    pub running_overdue: u64,
    /// Ended without a verdict: handed over or the round was over.
    pub cancelled: u64,
}

type ByClock = BTreeMap<String, Counts>;
type BySlip = BTreeMap<String, u64>;

/// Sums over all replayed tickets.
#[derive(Debug, Default)]
pub struct Report {
    pub tickets: u64,
    pub events: u64,
    pub clocks: ByClock,
    pub by_unit: BTreeMap<String, ByClock>,
    pub slips: BySlip,
    pub slips_by_unit: BTreeMap<String, BySlip>,
    pub withdrawn: u64,
    pub skipped: u64,
    pub refused: u64,
    pub unknown_kinds: u64,
    pub unmapped: u64,
    pub asked: u64,
    pub redos: u64,
    pub alarms: u64,
    /// What the set's `[[count]]`s count.
    pub counts: count::Counts,
    /// Tickets told by each trigger.
    pub told: BTreeMap<String, u64>,
    pub flags: u64,
    pub callbacks: Callbacks,
    per_person_day: BTreeMap<(String, Date), u64>,
}

/// What callbacks came to, by the last round of each ticket; coverage is `answered` of `due`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Callbacks {
    pub due: u64,
    pub answered: u64,
    pub refused: u64,
    pub unreached: u64,
    pub no_route: u64,
    /// Not yet known.
    pub open: u64,
}

impl Report {
    pub(super) fn add(&mut self, set: &PolicySet, replayed: &Replayed, until: Timestamp) {
        let ticket = &replayed.ticket;
        self.tickets += 1;
        self.refused += u64::from(ticket.refusals);
        self.unknown_kinds += u64::from(ticket.unknown_kinds);
        self.unmapped += u64::from(ticket.unmapped);
        self.redos += u64::from(ticket.round().saturating_sub(1));
        if ticket.owes_callback(set) {
            self.callbacks.add(ticket);
        }
        let unit = ticket.unit.clone().unwrap_or_default();
        for clock in &ticket.clocks {
            let unit = if clock.key.unit.is_empty() { &unit } else { &clock.key.unit };
            let of_unit = self.by_unit.entry(unit.clone()).or_default();
            for counts in [&mut self.clocks, of_unit] {
                counts.entry(ticket.counted_as(set, clock)).or_default().add(clock, until);
            }
        }
        for (_, record) in replayed.records() {
            self.add_record(record);
        }
        self.add_counts(set, replayed);
        self.withdrawn += replayed
            .ticket
            .clocks
            .iter()
            .flat_map(|c| &c.fired)
            .filter(|f| f.is_withdrawn())
            .count() as u64;
        for message in &replayed.messages {
            if let Recipient::Staff { unit, role, person, .. } = &message.to {
                let who = person.clone().unwrap_or_else(|| format!("{role}@{unit}"));
                let day = set.calendar.date_of(message.not_before);
                *self.per_person_day.entry((who, day)).or_default() += 1;
            }
        }
    }

    fn add_counts(&mut self, set: &PolicySet, replayed: &Replayed) {
        if set.counts.is_empty() {
            return;
        }
        let refused = replayed.records().filter_map(|(_, record)| match record {
            Record::Refused { seq, .. } => Some(*seq),
            _ => None, // other decisions refuse nothing
        });
        let refused: BTreeSet<i64> = refused.collect();
        for line in replayed.lines.iter().filter(|line| !refused.contains(&line.seq)) {
            if let Fact::Event(event) = &line.fact {
                self.counts.add(&set.counts, &set.calendar, event);
            }
        }
    }

    pub(super) fn add_book(&mut self, replayed: &ReplayedBook) {
        let told = replayed
            .lines
            .iter()
            .filter(|line| matches!(line.fact, Fact::Record(Record::Grouped { undo: false, .. })));
        let told = told.count() as u64;
        if told > 0 {
            *self.told.entry(replayed.book.rule().to_owned()).or_default() += told;
        }
    }

    fn add_record(&mut self, record: &Record) {
        match record {
            Record::Slip { slip, unit, .. } => {
                *self.slips.entry(slip.clone()).or_default() += 1;
                let of_unit = self.slips_by_unit.entry(unit.clone()).or_default();
                *of_unit.entry(slip.clone()).or_default() += 1;
            }
            Record::Skipped { .. } => self.skipped += 1,
            Record::Asked { outcome: crate::core::record::AskOutcome::Sent, .. } => self.asked += 1,
            Record::Alarm { .. } => self.alarms += 1,
            Record::Flag { .. } => self.flags += 1,
            Record::Asked { .. }
            | Record::Told { .. }
            | Record::Reminded { .. }
            | Record::Refused { .. }
            | Record::Policy { .. }
            | Record::Grouped { .. }
            | Record::Slot { .. }
            | Record::Sent { .. }
            | Record::Delivery { .. }
            | Record::FellBack { .. }
            | Record::Occurred { .. }
            | Record::Notice(_)
            | Record::StandIn { .. }
            | Record::Merged { .. } => {}
        }
    }

    /// The shape of the public contract.
    pub fn json(&self, set: &PolicySet, until: Timestamp, ms: u128) -> Value {
        json!({
            "tickets": self.tickets,
            "events": self.events,
            "until": until.to_rfc3339(set.calendar.zone()),
            "clocks": self.clocks,
            "by_unit": self.by_unit,
            "slips": self.slips,
            "slips_by_unit": self.slips_by_unit,
            "messages": { "per_person_day": self.burden() },
            "withdrawn": self.withdrawn,
            "skipped_catch_up": self.skipped,
            "refused": self.refused,
            "unknown_kinds": self.unknown_kinds,
            "unmapped": self.unmapped,
            "asked": self.asked,
            "callbacks": self.callbacks,
            "redos": self.redos,
            "alarms": self.alarms,
            "counts": self.counts.all(),
            "flags": self.flags,
            "told": self.told,
            "ms": ms,
        })
    }

    /// Messages per person and day, over the days a person got any.
    fn burden(&self) -> Value {
        let mut counts: Vec<u64> = self.per_person_day.values().copied().collect();
        counts.sort_unstable();
        let at = |share: usize| {
            counts.get((counts.len() * share / 100).min(counts.len().saturating_sub(1)))
        };
        json!({
            "p50": at(50).copied().unwrap_or(0),
            "p95": at(95).copied().unwrap_or(0),
            "max": counts.last().copied().unwrap_or(0),
        })
    }
}

impl Callbacks {
    fn add(&mut self, ticket: &Ticket) {
        self.due += 1;
        let last = ticket.callback.evaluations.last().filter(|one| one.round == ticket.round());
        let count = match last.map(|one| one.outcome) {
            Some(Outcome::Answered) => &mut self.answered,
            Some(Outcome::Refused) => &mut self.refused,
            Some(Outcome::Unreached) => &mut self.unreached,
            Some(Outcome::NoRoute) => &mut self.no_route,
            None => &mut self.open,
        };
        *count += 1;
    }
}

impl Counts {
    fn add(&mut self, clock: &Clock, until: Timestamp) {
        let count = match &clock.state {
            State::Stopped { met: true, .. } => &mut self.met,
            State::Stopped { met: false, .. } => &mut self.late,
            State::Cancelled { .. } => &mut self.cancelled,
            State::Replaced { .. } => return, // its next turn is counted
            State::Running if until > clock.due => &mut self.running_overdue,
            State::Running | State::Paused { .. } => &mut self.running,
        };
        *count += 1;
    }
}
