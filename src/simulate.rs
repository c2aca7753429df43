//! The same core over events in memory and a clock that jumps: what would have happened.
//!
//! Where no trigger reaches over tickets, each is replayed on its own from its first event
//! to `until`, looking exactly when a step falls due or an event arrives; else all of them
//! are replayed together.

mod cases;
mod report;
mod together;

pub use cases::{check_cases, play};
pub use report::{Counts, Report};
pub use together::{ReplayedBook, Together, replay_together};

use std::collections::BTreeMap;

use crate::core::{
    cycle::{Advance, advance, take_in},
    event::Event,
    fact::{Fact, Line},
    message::Message,
    org::Org,
    policy::PolicySet,
    record::Record,
    ticket::Ticket,
    timestamp::Timestamp,
};

/// Looks at one ticket are bounded; a ladder cannot legitimately need more.
const LOOKS_MAX: usize = 100_000;

/// How events reach the replay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// Each event is heard of when it arrives and every step is looked at when it falls due.
    Live,
    /// Everything is heard of at once and looked at once, as after an import into a fresh daemon.
    OneLook,
}

/// Everything that happened to one ticket.
#[derive(Debug)]
pub struct Replayed {
    pub ticket: Ticket,
    /// The whole journal, in the order it was written.
    pub lines: Vec<Line>,
    pub messages: Vec<Message>,
}

impl Replayed {
    /// The records of the journal with their instants.
    pub fn records(&self) -> impl Iterator<Item = (Timestamp, &Record)> {
        self.lines.iter().filter_map(|line| match &line.fact {
            Fact::Record(record) => Some((line.at, record)),
            Fact::Event(_) => None,
        })
    }
}

/// Replays the events of one ticket up to `until` (an event at that very instant still counts).
pub fn replay(
    set: &PolicySet,
    org: &Org,
    ticket: Ticket,
    mut events: Vec<Event>,
    pace: Pace,
    until: Timestamp,
) -> Replayed {
    let arrival = |event: &Event| arrival(event, pace, until);
    events.retain(|event| event.at <= until);
    for event in &mut events {
        org.attest(set, event);
    }
    events.sort_by_key(|event| (arrival(event), event.at));
    let mut events = events.into_iter().peekable();
    let mut replayed = Replayed { ticket, lines: Vec::new(), messages: Vec::new() };
    let mut next_look = None;
    for _ in 0..LOOKS_MAX {
        let next_event = events.peek().map(arrival);
        let Some(now) = next_event.into_iter().chain(next_look).min().filter(|at| *at <= until)
        else {
            break;
        };
        let mut news = Vec::new();
        while let Some(event) = events.next_if(|event| arrival(event) <= now) {
            let seq = (replayed.lines.len() + news.len() + 1) as i64;
            news.push(Line { seq, at: event.at, fact: Fact::Event(event) });
        }
        (next_look, _) = replayed.look(set, org, &news, now);
    }
    replayed
}

/// When an event is heard of.
fn arrival(event: &Event, pace: Pace, until: Timestamp) -> Timestamp {
    match pace {
        Pace::Live => event.arrived.unwrap_or(event.at).max(event.at),
        Pace::OneLook => until,
    }
}

impl Replayed {
    fn look(
        &mut self,
        set: &PolicySet,
        org: &Org,
        news: &[Line],
        now: Timestamp,
    ) -> (Option<Timestamp>, Vec<Event>) {
        let taken = take_in(&mut self.ticket, set, news);
        self.lines.extend_from_slice(news);
        if taken.is_err() {
            self.ticket = Ticket::fold(&self.ticket.no, set, self.lines.clone());
        }
        let next_seq = self.lines.len() as i64 + 1;
        let mut advance = advance(&mut self.ticket, set, org, next_seq, now);
        advance.tell(set, set, &self.ticket, news.iter(), next_seq);
        let Advance { lines, messages, told, next_look } = advance;
        let lines = (next_seq..).zip(lines).map(|(seq, (at, fact))| Line { seq, at, fact });
        self.lines.extend(lines);
        self.messages.extend(messages);
        (next_look, told)
    }
}

/// Replays many tickets and hands each to `each`, in order of ticket number.
pub fn replay_all(
    set: &PolicySet,
    org: &Org,
    events: Vec<Event>,
    pace: Pace,
    until: Timestamp,
    mut each: impl FnMut(&Replayed),
) -> Report {
    let mut report = Report::default();
    if together::reach_over(set, &events) {
        report.events = events.iter().filter(|event| event.at <= until).count() as u64;
        let together = replay_together(set, org, events, pace, until);
        for replayed in together.tickets.values() {
            report.add(set, replayed, until);
            each(replayed);
        }
        for replayed in together.books.values() {
            report.add_book(replayed);
        }
        return report;
    }
    let mut by_ticket: BTreeMap<String, Vec<Event>> = BTreeMap::new();
    for event in events.into_iter().filter(|event| event.at <= until) {
        report.events += 1;
        by_ticket.entry(event.ticket.clone()).or_default().push(event);
    }
    for (no, events) in by_ticket {
        let replayed = replay(set, org, Ticket::new(no, set), events, pace, until);
        report.add(set, &replayed, until);
        each(&replayed);
    }
    report
}
