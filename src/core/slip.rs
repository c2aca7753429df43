//! Slips after they are issued: what is waited for, what came, what did not come in time.
//!
//! A slip that asks for a receipt or a reply has a clock of its own for each, kept as an
//! instant (`receipt_due`, `reply_due`). What does not come in time becomes an event of
//! the ticket, where its kind of slip says so; a ladder step may wait for that event.
//!
//! Invariants (tests/slips.rs):
//! * `a_missing_reply_is_told_once_at_its_instant`
//! * `the_first_reply_counts`
//! * `a_reply_in_time_takes_back_what_its_absence_caused`

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    event::{Event, Kind},
    policy::PolicySet,
    record::StepKey,
    span::Span,
    ticket::Ticket,
    timestamp::Timestamp,
};

/// The event that says a slip (`data.slip`: its key or serial) was received.
pub const ACKNOWLEDGED: &str = "acknowledged";
/// The three fields of a reply: what was done, what will be done, by when.
pub const REPLY_FIELDS: [&str; 3] = ["done", "plan", "by_when"];
/// Characters one field of a reply may have.
pub const FIELD_CHARS_MAX: usize = 2_000;

/// The colours of slips, the graver the later.
pub const COLOURS: [&str; 6] = ["none", "blue", "green", "yellow", "orange", "red"];

/// A kind of slip (任务通知单 ... 红色督办单).
#[derive(Clone, Debug, Default)]
pub struct SlipKind {
    pub zh: String,
    pub en: String,
    /// The character of its serial (绿字); empty: no serial.
    pub serial: String,
    pub colour: String,
    pub ask_receipt: bool,
    /// Roles in copy of every slip of this kind, whatever the step says: the area leader (包片领导) of a yellow one.
    pub cc: Vec<String>,
    /// The role whose unit issues it; `None`: the set's own office. Serials count per issuing unit.
    pub issuer: Option<String>,
    /// The `[[note]]` at its end (附注): what follows if nothing is done.
    pub note: Option<String>,
    /// Its receipt is due this long after the issue.
    pub receipt_due: Option<Span>,
    /// The event duban adds when the receipt has not come by its due.
    pub missing_receipt: Option<Kind>,
    /// The event duban adds when the reply has not come by the `reply_due` of its step.
    pub missing_reply: Option<Kind>,
    /// An event of the ticket that counts as the receipt (签收 of a 任务通知单).
    pub also_receipted: Option<Likewise>,
    /// An event of the ticket that counts as the reply (a principal on the spot).
    pub also_replied: Option<Likewise>,
    /// The event duban adds when the receipt comes first: the other direction of `also_receipted`.
    pub receipt_adds: Option<Kind>,
    /// Roles that may take it back (`data.approver`); empty: whoever may write events.
    pub withdraw_by: Vec<String>,
    /// Whoever got it is told when it is taken back.
    pub tell_withdrawal: bool,
}

impl SlipKind {
    /// The events it names.
    pub fn events(&self) -> impl Iterator<Item = &Kind> {
        let likewise = [&self.also_receipted, &self.also_replied].into_iter().flatten();
        let added = [&self.missing_receipt, &self.missing_reply, &self.receipt_adds];
        added.into_iter().flatten().chain(likewise.map(|one| &one.event))
    }
}

/// An event that counts as something else, if its data say these words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Likewise {
    pub event: Kind,
    /// Key of `data` to the words it may be.
    pub says: BTreeMap<String, Vec<String>>,
}

impl Likewise {
    fn is(&self, event: &Event) -> bool {
        let says = |(key, words): (&String, &Vec<String>)| {
            event.text(key).is_some_and(|said| words.iter().any(|word| word == said))
        };
        self.event == event.kind && self.says.iter().all(says)
    }
}

/// A consequence note (考核附注) at one version, in force for a while.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    pub id: String,
    pub version: String,
    pub from: Option<Timestamp>,
    pub to: Option<Timestamp>,
    pub zh: String,
    pub en: String,
}

impl Note {
    /// `id@version`, as slips and the journal name it.
    pub fn name(&self) -> String {
        format!("{}@{}", self.id, self.version)
    }

    /// Whether it holds at `at`.
    pub fn holds(&self, at: Timestamp) -> bool {
        self.from.is_none_or(|from| from <= at) && self.to.is_none_or(|to| at < to)
    }
}

/// What became of one slip, as far as something is waited for or has come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SlipState {
    pub key: StepKey,
    /// Slip kind id: `yellow`.
    pub kind: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receipt_due: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_due: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receipted: Option<Heard>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replied: Option<Heard>,
    /// When the receipt, or the reply, was found missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receipt_missed: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_missed: Option<Timestamp>,
}

/// A receipt or reply: when, by whom, and the journal line that says so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Heard {
    pub at: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    pub seq: i64,
}

impl SlipState {
    /// A slip nothing has come for.
    pub fn new(key: StepKey, kind: impl Into<String>) -> Self {
        Self {
            key,
            kind: kind.into(),
            receipt_due: None,
            reply_due: None,
            receipted: None,
            replied: None,
            receipt_missed: None,
            reply_missed: None,
        }
    }

    /// What is still waited for, with the event its absence becomes.
    fn awaited<'s>(&self, set: &'s PolicySet) -> impl Iterator<Item = (Timestamp, &'s Kind)> {
        let kind = set.slips.get(&self.kind);
        let receipt = self.receipt_due.filter(|_| {
            self.receipted.is_none() && self.replied.is_none() && self.receipt_missed.is_none()
        });
        let reply =
            self.reply_due.filter(|_| self.replied.is_none() && self.reply_missed.is_none());
        let told = |due: Option<Timestamp>, event: Option<&'s Kind>| due.zip(event);
        [
            told(receipt, kind.and_then(|kind| kind.missing_receipt.as_ref())),
            told(reply, kind.and_then(|kind| kind.missing_reply.as_ref())),
        ]
        .into_iter()
        .flatten()
    }
}

/// Events for receipts and replies that have not come by now, in the order of their dues.
/// A slip whose clock has ended or stands still misses nothing.
pub fn missed(ticket: &Ticket, set: &PolicySet, now: Timestamp) -> Vec<Event> {
    let applied = ticket.last_event_at.max(ticket.last_record_at.map(|last| last.plus_ms(1)));
    let mut events: Vec<Event> = waiting(ticket, set)
        .filter(|(_, due, _)| *due <= now)
        .map(|(slip, due, kind)| {
            let key = slip.key.text(&ticket.no);
            let at = applied.map_or(due, |applied| due.max(applied));
            let mut event = Event::new(ticket.no.clone(), kind.clone(), at);
            event.id = Some(format!("duban/{kind}/{key}"));
            event.by = Some("duban".to_owned());
            event.data.insert("slip".to_owned(), Value::from(key));
            event
        })
        .collect();
    events.sort_by_key(|event| event.at);
    events
}

/// When the next receipt or reply is found missing, if none comes.
pub fn next_due(ticket: &Ticket, set: &PolicySet) -> Option<Timestamp> {
    waiting(ticket, set).map(|(_, due, _)| due).min()
}

fn waiting<'t>(
    ticket: &'t Ticket,
    set: &'t PolicySet,
) -> impl Iterator<Item = (&'t SlipState, Timestamp, &'t Kind)> {
    let runs = |slip: &&SlipState| {
        let clock = ticket.clocks.iter().find(|clock| clock.key == slip.key.clock);
        clock.is_some_and(|clock| ticket.latest(clock).is_running())
    };
    let slips = ticket.slips.iter().filter(runs);
    slips.flat_map(|slip| slip.awaited(set).map(move |(due, kind)| (slip, due, kind)))
}

impl PolicySet {
    /// The version of a note that holds at `at`; of two the later in the file.
    pub fn note(&self, id: &str, at: Timestamp) -> Option<&Note> {
        self.notes.iter().rev().find(|note| note.id == id && note.holds(at))
    }

    /// A note by its `id@version`.
    pub fn note_named(&self, name: &str) -> Option<&Note> {
        self.notes.iter().find(|note| note.name() == name)
    }

    /// Whether duban adds events of this kind because a receipt or reply is missing.
    pub fn is_missing_kind(&self, kind: &Kind) -> bool {
        let said = |missing: &Option<Kind>| missing.as_ref() == Some(kind);
        self.slips.values().any(|slip| said(&slip.missing_receipt) || said(&slip.missing_reply))
    }

    /// The kinds of slips for which this event counts as the receipt.
    pub fn receipted_by<'s>(&'s self, event: &'s Event) -> impl Iterator<Item = &'s str> {
        let counts =
            |kind: &SlipKind| kind.also_receipted.as_ref().is_some_and(|one| one.is(event));
        self.slips.iter().filter(move |(_, kind)| counts(kind)).map(|(id, _)| id.as_str())
    }

    /// The kinds of slips for which this event counts as the reply.
    pub fn replied_by<'s>(&'s self, event: &'s Event) -> impl Iterator<Item = &'s str> {
        let counts = |kind: &SlipKind| kind.also_replied.as_ref().is_some_and(|one| one.is(event));
        self.slips.iter().filter(move |(_, kind)| counts(kind)).map(|(id, _)| id.as_str())
    }
}
