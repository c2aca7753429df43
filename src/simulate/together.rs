//! Replaying tickets that reach over to each other: one clock for all of them.
//!
//! The order is the daemon's. At each instant what was told is delivered, then every due
//! ticket is looked at, then the books they told, until nothing at that instant is left.
//!
//! Invariant (tests/books.rs): `the_engine_tells_what_simulate_predicts`.

use std::collections::{BTreeMap, BTreeSet};

use super::{LOOKS_MAX, Pace, Replayed, arrival};
use crate::core::{
    book::{Book, BookKind},
    cycle::Advance,
    event::{Event, Kind},
    fact::{Fact, Line},
    org::Org,
    policy::PolicySet,
    ticket::{TRIGGERED, Ticket},
    timestamp::Timestamp,
};

/// Kinds duban never adds by itself; only they can be ruled out by looking at the events alone.
const FROM_OUTSIDE: [&str; 6] =
    ["missed_call", "connected", "received", "registered", "whistled", "praised"];

/// Whether tickets may hear of each other in these events: by a merge, or because a trigger counts.
pub fn reach_over(set: &PolicySet, events: &[Event]) -> bool {
    let reaches = |event: &Event| match &event.kind {
        Kind::Merged => event.text("into").is_some(),
        kind => kind.name() == TRIGGERED,
    };
    if events.iter().any(reaches) {
        return true;
    }
    let mut said: BTreeSet<&str> = events.iter().map(|event| event.kind.name()).collect();
    said.extend(set.triggers.iter().flat_map(crate::core::trigger::Trigger::adds).map(Kind::name));
    let outside = |name: &String| FROM_OUTSIDE.contains(&name.as_str());
    let silent = |name: &String| outside(name) && !said.contains(name.as_str());
    set.triggers.iter().any(|trigger| !trigger.on.iter().all(silent))
}

/// A book and its whole journal.
#[derive(Debug)]
pub struct ReplayedBook {
    pub book: Book,
    pub lines: Vec<Line>,
}

/// Everything that happened to all tickets and books, by number.
#[derive(Debug, Default)]
pub struct Together {
    pub tickets: BTreeMap<String, Replayed>,
    pub books: BTreeMap<String, ReplayedBook>,
}

/// A replay that runs.
struct Run<'s> {
    set: &'s PolicySet,
    org: &'s Org,
    done: Together,
    /// Lines each journal has not taken in yet.
    news: BTreeMap<String, Vec<Event>>,
    /// When each journal is to be looked at: tickets before books at the same instant.
    due: BTreeSet<(Timestamp, bool, String)>,
    next_look: BTreeMap<String, Timestamp>,
    told: Vec<Event>,
    /// Told events by journal and id; each counts once.
    heard: BTreeSet<(String, String)>,
}

/// Replays all tickets up to `until`, with what they tell each other.
pub fn replay_together(
    set: &PolicySet,
    org: &Org,
    mut events: Vec<Event>,
    pace: Pace,
    until: Timestamp,
) -> Together {
    events.retain(|event| event.at <= until);
    events.sort_by_key(|event| (arrival(event, pace, until), event.at));
    let looks_max = LOOKS_MAX.saturating_mul(events.len().max(1));
    let mut events = events.into_iter().peekable();
    let mut run = Run {
        set,
        org,
        done: Together::default(),
        news: BTreeMap::new(),
        due: BTreeSet::new(),
        next_look: BTreeMap::new(),
        told: Vec::new(),
        heard: BTreeSet::new(),
    };
    for _ in 0..looks_max {
        let next_event = events.peek().map(|event| arrival(event, pace, until));
        let next_look = run.due.first().map(|(at, _, _)| *at);
        let Some(now) = next_event.into_iter().chain(next_look).min().filter(|at| *at <= until)
        else {
            break;
        };
        while let Some(event) = events.next_if(|event| arrival(event, pace, until) <= now) {
            run.append(event, now);
        }
        run.settle(now);
    }
    run.done
}

impl Run<'_> {
    fn append(&mut self, event: Event, now: Timestamp) {
        let no = event.ticket.clone();
        self.schedule(&no, Some(self.next_look.get(&no).map_or(now, |at| now.min(*at))));
        self.news.entry(no).or_default().push(event);
    }

    fn schedule(&mut self, no: &str, at: Option<Timestamp>) {
        let is_book = BookKind::of(no) != BookKind::Ticket;
        if let Some(before) = self.next_look.remove(no) {
            self.due.remove(&(before, is_book, no.to_owned()));
        }
        if let Some(at) = at {
            self.due.insert((at, is_book, no.to_owned()));
            self.next_look.insert(no.to_owned(), at);
        }
    }

    /// Looks at everything that is due, until nothing is.
    fn settle(&mut self, now: Timestamp) {
        loop {
            for event in std::mem::take(&mut self.told) {
                let id = event.id.clone().unwrap_or_default();
                if self.heard.insert((event.ticket.clone(), id)) {
                    self.append(event, now);
                }
            }
            let due: Vec<(bool, String)> = self
                .due
                .iter()
                .take_while(|(at, _, _)| *at <= now)
                .map(|(_, is_book, no)| (*is_book, no.clone()))
                .collect();
            let tickets = due.iter().any(|(is_book, _)| !is_book);
            if due.is_empty() {
                return;
            }
            for (_, no) in due.into_iter().filter(|(is_book, _)| !tickets || !is_book) {
                self.look(&no, now);
            }
        }
    }

    fn look(&mut self, no: &str, now: Timestamp) {
        let news = self.news.remove(no).unwrap_or_default();
        let next_look = if BookKind::of(no) == BookKind::Ticket {
            self.look_at_ticket(no, news, now)
        } else {
            self.look_at_book(no, news, now)
        };
        self.schedule(no, next_look);
    }

    fn look_at_ticket(&mut self, no: &str, news: Vec<Event>, now: Timestamp) -> Option<Timestamp> {
        let set = self.set;
        let replayed = self.done.tickets.entry(no.to_owned()).or_insert_with(|| Replayed {
            ticket: Ticket::new(no, set),
            lines: Vec::new(),
            messages: Vec::new(),
        });
        let news = numbered(replayed.lines.len(), news);
        let (next_look, told) = replayed.look(set, self.org, &news, now);
        self.told.extend(told);
        next_look
    }

    fn look_at_book(&mut self, no: &str, news: Vec<Event>, now: Timestamp) -> Option<Timestamp> {
        let set = self.set;
        let replayed = self
            .done
            .books
            .entry(no.to_owned())
            .or_insert_with(|| ReplayedBook { book: Book::new(no, set), lines: Vec::new() });
        let news = numbered(replayed.lines.len(), news);
        let taken = replayed.book.take_in(set, &news);
        replayed.lines.extend(news);
        if taken.is_err() {
            replayed.book = Book::fold_over(no, set, set, replayed.lines.clone());
        }
        let Advance { lines, told, next_look, .. } = replayed.book.advance(set, self.org, now);
        let next_seq = replayed.lines.len() as i64 + 1;
        let lines = (next_seq..).zip(lines).map(|(seq, (at, fact))| Line { seq, at, fact });
        replayed.lines.extend(lines);
        self.told.extend(told);
        next_look
    }
}

fn numbered(before: usize, events: Vec<Event>) -> Vec<Line> {
    let seqs = before as i64 + 1..;
    let line = |(seq, event): (i64, Event)| Line { seq, at: event.at, fact: Fact::Event(event) };
    seqs.zip(events).map(line).collect()
}
