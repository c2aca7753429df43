//! Slips of a batch: their numbers, their documents, and what came back for them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::Batch;
use crate::{
    core::{
        cycle::Advance,
        delivery::{slip_facts, taken_back_note},
        event::{Event, Kind},
        fact::{Fact, Line},
        message::{Message, Recipient},
        policy::PolicySet,
        record::Record,
        slip::{REPLY_FIELDS, SlipState},
        ticket::Ticket,
        timestamp::Timestamp,
        wording::Paper,
    },
    rules::Rules,
    store::{MessageWrite, SerialRun, SlipHeard, SlipWithdrawal, SlipWrite},
};

/// The next number of each series: issuing unit, series, year.
pub struct Serials(BTreeMap<(String, String, i32), i64>);

impl Batch {
    /// How many numbers of which series the slips of this batch need.
    pub fn serials_wanted(&self, rules: &Rules, now: Timestamp) -> Vec<SerialRun> {
        let mut wanted: BTreeMap<(String, String, i32), i64> = BTreeMap::new();
        for decided in &self.decided {
            let set = rules.set(&decided.ticket.judged_by).unwrap_or(&rules.current);
            for key in decided.advance.records().filter_map(|record| series_of(set, record, now)) {
                *wanted.entry(key).or_default() += 1;
            }
        }
        let run = |((issuer, series, year), count)| SerialRun { issuer, series, year, count };
        wanted.into_iter().map(run).collect()
    }

    /// The numbers taken for this batch; `firsts` answers `serials_wanted`.
    pub fn serials(&self, rules: &Rules, firsts: &[i64], now: Timestamp) -> Serials {
        let runs = self.serials_wanted(rules, now).into_iter();
        let next =
            runs.zip(firsts).map(|(run, first)| ((run.issuer, run.series, run.year), *first));
        Serials(next.collect())
    }
}

impl Batch {
    pub(super) fn withdraw(&mut self, ticket_key: i64, withdrawal: Option<SlipWithdrawal>) {
        let key = withdrawal.as_ref().map(|one| (ticket_key, one.key.clone()));
        self.taken_back.extend(key);
        self.writes.withdrawn.extend(withdrawal);
    }

    /// The slips taken back in this look, if there are kinds of slips whose receivers are told.
    pub fn taken_back(&self, rules: &Rules) -> &[(i64, String)] {
        let tells = rules.current.slips.values().any(|kind| kind.tell_withdrawal);
        if tells { &self.taken_back } else { &[] }
    }

    /// Tells whoever got a slip that it was taken back. `sent` are the messages that left with it.
    pub fn tell_withdrawals(&mut self, rules: &Rules, sent: Vec<(i64, Message)>, now: Timestamp) {
        let set = &rules.current;
        for (ticket_key, message) in sent {
            if set.slips.get(&message.facts.slip).is_some_and(|kind| kind.tell_withdrawal) {
                let message = taken_back_note(set, message, now);
                self.writes.messages.push(MessageWrite { message, ticket_key, sealed: None });
            }
        }
    }
}

impl Serials {
    /// Gives every slip of the advance its number, in the record and in its messages.
    pub fn number(&mut self, set: &PolicySet, advance: &mut Advance, now: Timestamp) {
        let mut of_slip: BTreeMap<String, String> = BTreeMap::new();
        let no = advance.messages.first().map(|message| message.ticket.clone()).unwrap_or_default();
        for (_, fact) in &mut advance.lines {
            let Fact::Record(record) = fact else { continue };
            let Some(series) = series_of(set, record, now) else { continue };
            let number = self.0.get_mut(&series).expect("serials were taken for every series");
            if let Record::Slip { key, serial, .. } = record {
                let (issuer, series, year) = &series;
                let mark = set.issuers.get(issuer).map(String::as_str).unwrap_or_default();
                let text = format!("{mark}{series}〔{year}〕{number}号");
                *number += 1;
                of_slip.insert(key.text(&no), text.clone());
                *serial = Some(text);
            }
        }
        for message in &mut advance.messages {
            message.facts.serial =
                message.slip.as_ref().and_then(|slip| of_slip.get(slip)).cloned();
        }
    }
}

fn series_of(set: &PolicySet, record: &Record, now: Timestamp) -> Option<(String, String, i32)> {
    let Record::Slip { slip, issuer, .. } = record else { return None };
    let series =
        set.slips.get(slip).map(|kind| &kind.serial).filter(|serial| !serial.is_empty())?;
    let year = i32::from(set.calendar.date_of(now).year());
    Some((issuer.clone(), series.clone(), year))
}

/// A slip as the store keeps it, with the words of its document.
pub fn issued(
    rules: &Rules,
    set: &PolicySet,
    ticket_key: i64,
    ticket: &Ticket,
    advance: &Advance,
    at: Timestamp,
    record: &Record,
) -> Option<SlipWrite> {
    let Record::Slip {
        key,
        slip,
        at: step,
        due,
        serial,
        reply_due,
        unit,
        to,
        cc,
        issuer,
        receipt_due,
        note,
        ..
    } = record
    else {
        return None;
    };
    let text = key.text(&ticket.no);
    let told = told(advance, &text);
    let people: Vec<Value> = told.iter().filter_map(|message| person(message)).collect();
    // A message may carry this slip beside a graver one, whose facts it then tells.
    let own = told.iter().find(|message| message.slip.as_ref() == Some(&text));
    let facts = own.map(|message| message.facts.clone());
    // A slip without a number is no document: a hint, or a line of the next bulletin.
    let paper = serial.as_ref().and_then(|_| facts.or_else(|| slip_facts(ticket, set, record)));
    let paper = paper.map(|facts| {
        let paper = Paper::of(&rules.templates, &rules.names, &rules.org, &facts, &told);
        serde_json::to_string(&paper).expect("a document is texts")
    });
    Some(SlipWrite {
        key: text,
        ticket_key,
        ticket_no: ticket.no.clone(),
        round: key.clock.round,
        clock: key.clock.name.clone(),
        unit: unit.clone(),
        step: step.clone(),
        kind: slip.clone(),
        serial: serial.clone(),
        due: Some(*due),
        at,
        reply_due: *reply_due,
        recipients: json!({ "to": to, "cc": cc, "people": people }).to_string(),
        issuer: issuer.clone(),
        receipt_due: *receipt_due,
        note: note.clone(),
        paper,
    })
}

/// One message for each recipient of the slip.
fn told<'a>(advance: &'a Advance, slip: &str) -> Vec<&'a Message> {
    let mut seen = BTreeSet::new();
    let carries =
        |m: &&Message| m.slip.as_deref() == Some(slip) || m.with.iter().any(|one| one == slip);
    let messages = advance.messages.iter().filter(carries);
    messages.filter(|message| seen.insert(&message.to)).collect()
}

fn person(message: &Message) -> Option<Value> {
    match &message.to {
        Recipient::Staff { unit, role, person, cc, .. } => {
            Some(json!({ "unit": unit, "role": role, "person": person, "cc": cc }))
        }
        Recipient::Resident => None,
    }
}

/// What changed about receipts and replies since `before`. `lines` holds the events that say so.
pub fn heard(ticket: &Ticket, before: &[SlipState], lines: &[Line]) -> Vec<SlipHeard> {
    let is_new = |state: &&SlipState| match before.iter().find(|old| old.key == state.key) {
        Some(old) => old != *state,
        None => {
            *state
                != &SlipState {
                    receipt_due: state.receipt_due,
                    reply_due: state.reply_due,
                    ..SlipState::new(state.key.clone(), state.kind.as_str())
                }
        }
    };
    let changed = ticket.slips.iter().filter(is_new);
    changed
        .map(|state| SlipHeard {
            key: state.key.text(&ticket.no),
            receipted: state.receipted.as_ref().map(|heard| heard.at),
            receipted_by: state.receipted.as_ref().and_then(|heard| heard.by.clone()),
            receipt_missed: state.receipt_missed,
            replied: state.replied.as_ref().map(|heard| heard.at),
            replied_by: state.replied.as_ref().and_then(|heard| heard.by.clone()),
            reply_missed: state.reply_missed,
            reply: state.replied.as_ref().and_then(|heard| fields(lines, heard.seq)),
        })
        .collect()
}

/// The fields of the reply in this line of the journal.
fn fields(lines: &[Line], seq: i64) -> Option<String> {
    let line = lines.iter().find(|line| line.seq == seq)?;
    let Fact::Event(event) = &line.fact else { return None };
    let said = REPLY_FIELDS
        .iter()
        .filter_map(|key| Some(((*key).to_owned(), Value::from(event.text(key)?))));
    Some(Value::Object(said.collect::<Map<_, _>>()).to_string())
}

/// The withdrawal an event asks for; `by_serial` finds the key of a slip named by its serial.
pub fn withdrawal(
    event: &Event,
    by_serial: impl Fn(&str) -> Option<String>,
) -> Option<SlipWithdrawal> {
    if event.kind != Kind::SlipWithdrawn {
        return None;
    }
    let name = event.text("slip").unwrap_or_default();
    let reason = event.text("reason").unwrap_or_default().to_owned();
    Some(SlipWithdrawal { key: by_serial(name).unwrap_or_else(|| name.to_owned()), reason })
}

/// The key of the slip with this serial, as the journal says.
pub fn key_of_serial(no: &str, lines: &[Line], name: &str) -> Option<String> {
    lines.iter().find_map(|line| match &line.fact {
        Fact::Record(Record::Slip { key, serial: Some(serial), .. }) if serial == name => {
            Some(key.text(no))
        }
        Fact::Record(_) | Fact::Event(_) => None,
    })
}
