//! duban's pure core, told of the same events and looked at when it asks to be.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, LazyLock},
};

use duban::{
    core::{
        clock::{Clock, State},
        cycle::{advance, take_in},
        event::{Event, Kind},
        fact::{Fact, Line},
        org::Org,
        policy::{PolicySet, Sets},
        record::{Record, StepKey},
        ticket::Ticket,
        timestamp::Timestamp,
    },
    policies::{self, Sources},
};
use serde_json::Value;

use super::{
    journal::{Key, Slip},
    sets::TEXTS,
    told::Told,
    worktime::Minute,
};

const MINUTE_MS: i64 = 60_000;

fn sets() -> &'static [Arc<PolicySet>; 2] {
    static SETS: LazyLock<[Arc<PolicySet>; 2]> = LazyLock::new(|| {
        let load = |text: &String| {
            let files = BTreeMap::from([("policies.toml".to_owned(), text.clone())]);
            let sources = Sources { label: "compared".to_owned(), files, base: None };
            let loaded = policies::load(&sources, Timestamp(1_777_000_000_000));
            loaded.set.clone().unwrap_or_else(|| panic!("{:#?}", loaded.complaints))
        };
        [load(&TEXTS[0]), load(&TEXTS[1])]
    });
    &SETS
}

/// Both sets, by their hash.
struct Both;

impl Sets for Both {
    fn set(&self, hash: &str) -> Option<&PolicySet> {
        sets().iter().find(|set| set.hash == hash).map(Arc::as_ref)
    }
}

/// A ticket and its journal.
pub struct Product {
    ticket: Ticket,
    lines: Vec<Line>,
    /// The place in the script of the events told, by their number in the journal.
    told: BTreeMap<i64, usize>,
}

impl Product {
    pub fn new() -> Self {
        let ticket = Ticket::new("W1", &sets()[0]);
        Self { ticket, lines: Vec::new(), told: BTreeMap::new() }
    }

    pub fn tell(&mut self, events: &[Told]) {
        let next = self.lines.len() as i64 + 1;
        let lines: Vec<Line> = (next..)
            .zip(events)
            .map(|(seq, told)| {
                self.told.insert(seq, told.number);
                let event = event_of(told);
                Line { seq, at: event.at, fact: Fact::Event(event) }
            })
            .collect();
        self.take(lines);
    }

    pub fn change_rules(&mut self, at: Minute) {
        let set = &sets()[1];
        let record = Record::Policy {
            set: set.id.clone(),
            version: set.version.clone(),
            hash: set.hash.clone(),
            policy: "general".to_owned(),
        };
        let seq = self.lines.len() as i64 + 1;
        self.take(vec![Line { seq, at: instant(at), fact: Fact::Record(record) }]);
    }

    fn take(&mut self, lines: Vec<Line>) {
        let set = Both.set(&self.ticket.judged_by).expect("one of both");
        let taken = take_in(&mut self.ticket, set, &lines);
        self.lines.extend(lines);
        if taken.is_err() {
            self.ticket = self.fold();
        }
    }

    fn fold(&self) -> Ticket {
        Ticket::fold_over("W1", &Both, &sets()[0], self.lines.clone())
    }

    /// Looks, and says when it has to look again.
    pub fn look(&mut self, now: Minute) -> Result<Option<Minute>, String> {
        let set = Both.set(&self.ticket.judged_by).expect("one of both");
        let seq = self.lines.len() as i64 + 1;
        let advance = advance(&mut self.ticket, set, &Org::default(), seq, instant(now));
        let lines = (seq..).zip(advance.lines).map(|(seq, (at, fact))| Line { seq, at, fact });
        self.lines.extend(lines);
        if self.fold() != self.ticket {
            return Err("folding the journal again gives another state".to_owned());
        }
        Ok(advance.next_look.map(minute).map(|next| next.max(now + 1)))
    }

    fn slip_of(line: &Line) -> Option<(&StepKey, Slip)> {
        let Fact::Record(Record::Slip { key, slip, at, due, .. }) = &line.fact else {
            return None;
        };
        let named = Key {
            round: key.clock.round,
            clock: key.clock.name.clone(),
            turn: key.clock.turn,
            step: usize::from(key.step),
            repetition: key.repetition,
        };
        let slip = Slip {
            issued: minute(line.at),
            key: named,
            at: at.clone(),
            kind: slip.clone(),
            due: minute(*due),
        };
        Some((key, slip))
    }

    pub fn slips(&self) -> BTreeSet<Slip> {
        self.lines.iter().filter_map(Self::slip_of).map(|(_, slip)| slip).collect()
    }

    /// Slips that were taken back, with when.
    pub fn withdrawn(&self) -> BTreeSet<(Minute, Slip)> {
        let slips: BTreeMap<String, Slip> = self
            .lines
            .iter()
            .filter_map(Self::slip_of)
            .map(|(key, slip)| (key.text("W1"), slip))
            .collect();
        let withdrawn = self.lines.iter().filter_map(|line| match &line.fact {
            Fact::Event(event) if event.kind == Kind::SlipWithdrawn => {
                let slip = slips.get(event.text("slip")?)?;
                Some((minute(line.at), slip.clone()))
            }
            _ => None, // only withdrawals are told here
        });
        withdrawn.collect()
    }

    /// Places in the script of what was refused, with the reason.
    pub fn refused(&self) -> BTreeMap<usize, String> {
        let refused = self.lines.iter().filter_map(|line| match &line.fact {
            Fact::Record(Record::Refused { seq, reason, .. }) => {
                Some((*self.told.get(seq)?, reason.clone()))
            }
            _ => None, // only refusals are told here
        });
        refused.collect()
    }

    /// Every clock that runs, stands still or has its verdict, one a line.
    pub fn clocks(&self) -> BTreeSet<String> {
        let line = |clock: &Clock| {
            let key = &clock.key;
            let name = format!("r{} {}/{}", key.round, key.name, key.turn);
            match &clock.state {
                State::Running => Some(format!("{name} runs, {}", due(clock))),
                State::Paused { .. } => Some(format!("{name} stands still, {}", due(clock))),
                State::Stopped { met: true, .. } => Some(format!("{name} met")),
                State::Stopped { met: false, .. } => Some(format!("{name} missed")),
                State::Cancelled { .. } | State::Replaced { .. } => None,
            }
        };
        self.ticket.clocks.iter().filter_map(line).collect()
    }
}

fn due(clock: &Clock) -> String {
    super::told::due(minute(clock.due))
}

fn instant(at: Minute) -> Timestamp {
    Timestamp(at * MINUTE_MS)
}

fn minute(at: Timestamp) -> Minute {
    at.0.div_euclid(MINUTE_MS)
}

/// The event as a platform would tell it.
fn event_of(told: &Told) -> Event {
    let mut event = Event::new("W1", Kind::of(told.kind), instant(told.at));
    event.id = Some(format!("e{}", told.number));
    event.unit = told.unit.map(str::to_owned);
    event.urgency = told.urgency.map(str::to_owned);
    let texts = [("pause", told.pause), ("approver", told.approver), ("span", told.span)];
    for (key, text) in texts {
        event.data.extend(text.map(|text| (key.to_owned(), Value::from(text))));
    }
    if told.basis {
        event.data.insert("basis".to_owned(), Value::from("not on our list of duties"));
    }
    if told.kind == "answered" {
        event.data.insert("channel".to_owned(), Value::from("phone"));
        event.data.insert("solved".to_owned(), Value::from(told.solved));
    }
    event.data.extend(told.round.map(|round| ("round".to_owned(), Value::from(round))));
    event
}
