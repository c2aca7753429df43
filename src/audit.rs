//! Whether what is stored can be true: chain, replay, next look, slips, messages.
//!
//! Pure checks of one ticket at a time; who walks the store and prints is elsewhere. A
//! finding names the ticket and says what is wrong in words; it mends nothing.
//!
//! Invariant (tests/cli.rs): `every_kind_of_damage_is_found`, and an untouched store has no findings.

mod compare;
mod finding;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use self::compare::first_difference;
pub use self::finding::{Fault, Finding};
use crate::{
    core::{
        book::{Book, BookKind},
        decide::decide,
        event::Kind,
        fact::{Fact, Line},
        journal::{self, Entry},
        policy::PolicySet,
        record::Record,
        slip::Heard,
        ticket::Ticket,
        timestamp::Timestamp,
    },
    rules::Rules,
    store::{JournalRow, Whole},
};

/// The engine may be this late before anybody is told.
const LOOK_GRACE_MS: i64 = 60_000;
/// The dispatch may be this late: senders are slower than decisions.
const SEND_GRACE_MS: i64 = 15 * 60_000;

/// Everything that is wrong with one ticket at `now`.
pub fn check(whole: &Whole, rules: &Rules, now: Timestamp) -> Vec<Finding> {
    let mut faults = Vec::new();
    faults.extend(broken_chain(whole));
    faults.extend(overlooked(whole, now));
    faults.extend(stuck(whole, now));
    match lines(whole) {
        Err(fault) => faults.push(fault),
        Ok(lines) if BookKind::of(&whole.no) != BookKind::Ticket => {
            faults.extend(wrong_book(whole, rules, lines));
        }
        Ok(lines) => {
            faults.extend(wrong_slips(whole, &lines));
            faults.extend(unheard(whole));
            faults.extend(wrong_state(whole, rules, lines, now));
        }
    }
    faults.into_iter().map(|fault| Finding { ticket: whole.no.clone(), fault }).collect()
}

fn broken_chain(whole: &Whole) -> Option<Fault> {
    fn entry(row: &JournalRow) -> Entry<'_> {
        let JournalRow { seq, at, arrived, kind, body, hash, dedupe: _ } = row;
        Entry { seq: *seq, at: *at, arrived: *arrived, kind, body, hash }
    }
    let entries = whole.rest.journal.iter().map(entry);
    journal::verify(&whole.no, entries, whole.head_seq, &whole.head_hash).err().map(Fault::Chain)
}

/// A ticket whose look is long due, or that has news and no look ahead of it soon.
fn overlooked(whole: &Whole, now: Timestamp) -> Option<Fault> {
    let news = whole.head_seq - whole.applied_seq;
    match whole.next_look {
        Some(due) if due <= now.plus_ms(-LOOK_GRACE_MS) => Some(Fault::Overlooked { due, news }),
        Some(due) if due <= now => None,
        rests_until if news > 0 => Some(Fault::Resting { news, rests_until }),
        Some(_) | None => None,
    }
}

fn stuck(whole: &Whole, now: Timestamp) -> impl Iterator<Item = Fault> {
    let latest = now.plus_ms(-SEND_GRACE_MS);
    let waits = move |message: &&crate::store::MessageMark| {
        message.state == "waiting" && message.offer_at <= latest
    };
    let stuck = whole.rest.messages.iter().filter(waits);
    stuck.map(|message| Fault::Stuck { key: message.key.clone(), since: message.offer_at })
}

/// The lines the stored state includes.
fn lines(whole: &Whole) -> Result<Vec<Line>, Fault> {
    let applied = whole.rest.journal.iter().filter(|row| row.seq <= whole.applied_seq);
    applied
        .map(|row| match Fact::read(&row.kind, &row.body) {
            Ok(fact) => Ok(Line { seq: row.seq, at: row.at, fact }),
            Err(error) => Err(Fault::Line { seq: row.seq, reason: error.to_string() }),
        })
        .collect()
}

/// Slips against the journal, and each that stands against what was sent about it.
fn wrong_slips(whole: &Whole, lines: &[Line]) -> Vec<Fault> {
    let mut issued = BTreeMap::new();
    let mut alarmed = BTreeSet::new();
    let mut refused = BTreeSet::new();
    let mut serials = BTreeMap::new();
    for line in lines {
        match &line.fact {
            Fact::Record(Record::Slip { key, serial, .. }) => {
                issued.insert(key.text(&whole.no), "open");
                serials.extend(serial.as_deref().map(|serial| (serial, key.text(&whole.no))));
            }
            Fact::Record(Record::Alarm { key, .. }) => {
                alarmed.insert(key.text(&whole.no));
            }
            // Its message went with that of a higher slip.
            Fact::Record(Record::Merged { slip, .. }) => {
                alarmed.insert(slip.clone());
            }
            Fact::Record(Record::Refused { seq, .. }) => {
                refused.insert(*seq);
            }
            Fact::Record(_) | Fact::Event(_) => {}
        }
    }
    for line in lines {
        if let Fact::Event(event) = &line.fact
            && event.kind == Kind::SlipWithdrawn
            && !refused.contains(&line.seq)
        {
            let name = event.text("slip").unwrap_or_default();
            let key = serials.get(name).map_or(name, String::as_str);
            if let Some(state) = issued.get_mut(key) {
                *state = "withdrawn";
            }
        }
    }
    let told: BTreeSet<&str> =
        whole.rest.messages.iter().filter_map(|message| message.slip.as_deref()).collect();
    let kept: BTreeMap<&str, &str> =
        whole.rest.slips.iter().map(|slip| (slip.key.as_str(), slip.state.as_str())).collect();
    let mut faults = Vec::new();
    for (key, state) in &issued {
        match kept.get(key.as_str()) {
            None => faults.push(Fault::SlipMissing { key: key.clone() }),
            Some(kept) if kept != state => faults.push(Fault::SlipState {
                key: key.clone(),
                kept: (*kept).to_owned(),
                journal: state,
            }),
            Some(_)
                if *state == "open" && !told.contains(key.as_str()) && !alarmed.contains(key) =>
            {
                faults.push(Fault::Silent { key: key.clone() });
            }
            Some(_) => {}
        }
    }
    let unknown = kept.keys().filter(|key| !issued.contains_key(**key));
    faults.extend(unknown.map(|key| Fault::SlipUnknown { key: (*key).to_owned() }));
    faults
}

/// Receipts and replies of the slips that stand, against the state of the ticket.
fn unheard(whole: &Whole) -> Vec<Fault> {
    let state = whole.state.as_deref().and_then(|text| serde_json::from_str::<Ticket>(text).ok());
    let slips = state.map(|ticket| ticket.slips).unwrap_or_default();
    let standing = whole.rest.slips.iter().filter(|slip| slip.state == "open");
    standing
        .filter_map(|kept| {
            let known = slips.iter().find(|slip| slip.key.text(&whole.no) == kept.key);
            let at = |heard: Option<&Heard>| heard.map(|heard| heard.at);
            let receipted = at(known.and_then(|slip| slip.receipted.as_ref()));
            let replied = at(known.and_then(|slip| slip.replied.as_ref()));
            let differ = (receipted, replied) != (kept.receipted, kept.replied);
            differ.then(|| Fault::Unheard { key: kept.key.clone() })
        })
        .collect()
}

/// The stored state against the fold of the journal, its columns against it, and what it still owes.
fn wrong_state(whole: &Whole, rules: &Rules, lines: Vec<Line>, now: Timestamp) -> Vec<Fault> {
    let Some(text) = &whole.state else {
        let lost = whole.applied_seq > 0;
        return lost.then_some(Fault::NoState { applied: whole.applied_seq }).into_iter().collect();
    };
    let stored: Ticket = match serde_json::from_str(text) {
        Ok(stored) => stored,
        Err(error) => return vec![Fault::State { reason: error.to_string() }],
    };
    let Some(set) = rules.set(&stored.judged_by) else {
        return vec![Fault::NoSet { hash: stored.judged_by }];
    };
    let folded = match rules.first_of(&lines) {
        Ok(first) => Ticket::fold_over(&whole.no, rules, first.unwrap_or(set), lines),
        Err(_) => return vec![Fault::NoSet { hash: stored.judged_by }],
    };
    let mut faults = Vec::new();
    if folded != stored {
        let place = first_difference(&value(&stored), &value(&folded));
        faults.push(Fault::Replay { place: place.unwrap_or_default() });
    }
    faults.extend(wrong_columns(whole, set, &folded));
    if whole.applied_seq == whole.head_seq {
        faults.extend(owed(whole, set, &stored, now));
    }
    faults
}

/// The stored state of a book against the fold of its journal.
fn wrong_book(whole: &Whole, rules: &Rules, lines: Vec<Line>) -> Option<Fault> {
    let Some(text) = &whole.state else {
        return (whole.applied_seq > 0).then_some(Fault::NoState { applied: whole.applied_seq });
    };
    let stored: Book = match serde_json::from_str(text) {
        Ok(stored) => stored,
        Err(error) => return Some(Fault::State { reason: error.to_string() }),
    };
    let hash = || stored.judged_by().to_owned();
    let Some(set) = rules.set(stored.judged_by()) else {
        return Some(Fault::NoSet { hash: hash() });
    };
    let Ok(first) = rules.first_of(&lines) else { return Some(Fault::NoSet { hash: hash() }) };
    let folded = Book::fold_over(&whole.no, rules, first.unwrap_or(set), lines);
    let value = |book: &Book| serde_json::to_value(book).expect("a book has only text keys");
    (folded != stored).then(|| Fault::Replay {
        place: first_difference(&value(&stored), &value(&folded)).unwrap_or_default(),
    })
}

fn value(ticket: &Ticket) -> Value {
    serde_json::to_value(ticket).expect("a ticket has only text keys")
}

fn wrong_columns(whole: &Whole, set: &PolicySet, ticket: &Ticket) -> Vec<Fault> {
    let policy = ticket.policy(set).map(|policy| policy.id.clone()).unwrap_or_default();
    let columns = [
        ("unit", &whole.unit, ticket.unit.clone().unwrap_or_default()),
        ("policy", &whole.policy, policy),
        ("stage", &whole.stage, ticket.stage_word().to_owned()),
        ("open", &whole.open.to_string(), ticket.ended.is_none().to_string()),
    ];
    let wrong = columns.into_iter().filter(|(_, kept, folded)| *kept != folded);
    wrong
        .map(|(column, kept, folded)| Fault::Column { column, kept: kept.clone(), folded })
        .collect()
}

/// What should have been decided a moment ago, or will be due before the next look.
fn owed(whole: &Whole, set: &PolicySet, ticket: &Ticket, now: Timestamp) -> Option<Fault> {
    let before = now.plus_ms(-LOOK_GRACE_MS);
    if whole.next_look.is_some_and(|look| look <= now) {
        return None; // the look is due already; `overlooked` says whether it is late
    }
    let decision = decide(ticket, set, before);
    let owed = decision.events.first().map(|event| event.kind.name().to_owned());
    let owed = owed.or_else(|| decision.records.first().map(record_name));
    if let Some(what) = owed {
        return Some(Fault::Owed { what });
    }
    let next = decision.next_look?;
    let sleeps = whole.next_look.is_none_or(|look| look > next);
    sleeps.then_some(Fault::Asleep { due: next, next_look: whole.next_look })
}

fn record_name(record: &Record) -> String {
    match record {
        Record::Slip { key, slip, at, .. } | Record::Skipped { key, slip, at, .. } => {
            format!("{slip} at {} {at}", key.clock.name)
        }
        Record::Flag { flag, .. } => format!("flag {flag}"),
        Record::Refused { .. }
        | Record::Policy { .. }
        | Record::Asked { .. }
        | Record::Told { .. }
        | Record::Reminded { .. }
        | Record::Notice(_)
        | Record::Grouped { .. }
        | Record::Slot { .. }
        | Record::Sent { .. }
        | Record::Delivery { .. }
        | Record::FellBack { .. }
        | Record::Occurred { .. }
        | Record::Alarm { .. }
        | Record::StandIn { .. }
        | Record::Merged { .. } => record.kind().to_owned(),
    }
}
