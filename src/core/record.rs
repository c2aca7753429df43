//! What duban itself writes into the journal beside the events it was told.
//!
//! A record is a decision that has been made: folding the journal again must not make
//! it a second time. Kinds begin with `duban.`; events from outside may not.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{
    clock::ClockKey, event::Kind, notice::Notice, receipt::Delivery, timestamp::Timestamp,
};

/// Prefix of every kind in this file; `intake` refuses events that use it.
pub const PREFIX: &str = "duban.";

/// Names one firing of one step for ever: the unique key of its slip.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct StepKey {
    pub clock: ClockKey,
    /// Index of the step in its ladder.
    pub step: u16,
    pub repetition: u16,
    #[serde(default)]
    pub reissue: u16,
}

impl StepKey {
    /// The key as one text, unique over all tickets.
    pub fn text(&self, ticket: &str) -> String {
        let Self { clock, step, repetition, reissue } = self;
        format!("{ticket}/{clock}/{step}.{repetition}.{reissue}")
    }
}

impl Record {
    /// What every record is called in a journal.
    pub const KINDS: [&str; 19] = [
        "duban.slip",
        "duban.skipped_catch_up",
        "duban.suppressed",
        "duban.refused",
        "duban.policy",
        "duban.asked",
        "duban.reminded",
        "duban.told",
        "duban.flag",
        "duban.notice",
        "duban.alarm",
        "duban.stand_in",
        "duban.merged",
        "duban.occurred",
        "duban.slot",
        "duban.sent",
        "duban.delivery",
        "duban.fell_back",
        "duban.grouped",
    ];
}

/// A decision in the journal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "record", rename_all = "snake_case")]
pub enum Record {
    /// A step fired and issued a slip.
    Slip {
        key: StepKey,
        slip: String,
        /// The step as written, `due+1wd`.
        at: String,
        /// When the step stood on its clock.
        scheduled: Timestamp,
        due: Timestamp,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        serial: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reply_due: Option<Timestamp>,
        unit: String,
        to: Vec<String>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        cc: Vec<String>,
        /// The unit that issues it; empty: the set's own office.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        issuer: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        receipt_due: Option<Timestamp>,
        /// The consequence note in force at the issue, `id@version`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<String>,
        /// The event that brought the step forward.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        on: Option<String>,
    },
    /// A step was due together with a higher one after downtime and was not sent, or something
    /// stood for it (`reason`).
    Skipped {
        key: StepKey,
        slip: String,
        at: String,
        scheduled: Timestamp,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
    /// An event was not allowed by the policy; it stays in the journal and moves nothing.
    Refused { seq: i64, event: String, reason: String },
    /// From here on the ticket is judged by this policy set at this version.
    Policy { set: String, version: String, hash: String, policy: String },
    /// The resident of this round was asked, or could not be.
    Asked { round: u32, outcome: AskOutcome, expires: Option<Timestamp> },
    /// The resident of this round was reminded of the question for the n-th time.
    Reminded { round: u32, nth: u32, expires: Timestamp },
    /// The resident was told of an event that occurred then, or it was too late for that.
    Told { round: u32, event: Kind, occurred: Timestamp, template: String, outcome: TellOutcome },
    /// A signal for a person to look at; it changes no score by itself.
    Flag {
        flag: String,
        /// 0: of the ticket as a whole.
        round: u32,
        /// What keeps one from being raised again where it may be raised several times.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        about: String,
        unit: String,
        /// Numbers, instants and units; nothing personal.
        evidence: Map<String, Value>,
        /// The event duban adds with it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        add: Option<Kind>,
    },
    /// Somebody is told of a decision.
    Notice(Notice),
    /// A role had nobody in it, so that somebody else or nobody was told.
    Alarm { key: StepKey, role: String, unit: String, told: Option<String> },
    /// The message to a person about a slip went with that about a higher one of the same moment.
    Merged { slip: String, into: String, person: String },
    /// Somebody was told in place of a person who is away, or of a desk that is off duty.
    StandIn {
        key: StepKey,
        role: String,
        unit: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        person: Option<String>,
        told: String,
    },
    /// A period of a schedule has come; it waits for somebody who sees many tickets, or was passed over
    /// after a standstill.
    Occurred { period: String, at: Timestamp, waits: bool, passed: bool },
    /// A call was given this slot.
    Slot { ticket: String, from: Timestamp, until: Timestamp },
    /// A channel that sends receipts took a message to this person, role or `resident`.
    Sent { message: String, to: String, channel: String },
    /// What the receipts of a message came to, with the provider's code.
    Delivery {
        message: String,
        to: String,
        channel: String,
        delivery: Delivery,
        #[serde(default, skip_serializing_if = "String::is_empty")]
        code: String,
    },
    /// A message that did not arrive went on to somebody by another way; `None`: there is nobody left.
    FellBack {
        message: String,
        why: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        next: Option<String>,
    },
    /// A tally told a ticket of a group, or took that back.
    Grouped {
        group: u32,
        ticket: String,
        count: usize,
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        undo: bool,
    },
}

/// What became of the question to the resident.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AskOutcome {
    Sent,
    /// No way to reach the resident is known.
    NoRoute,
    /// The resident wants no messages.
    OptedOut,
    /// The resolution was heard of too late for a question to make sense.
    TooLate,
}

/// Whether the resident was told of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TellOutcome {
    Sent,
    /// It was heard of too late, or the ticket has moved on since.
    TooLate,
}

impl Record {
    /// Whether the resident was asked something, or could not be.
    pub fn is_question(&self) -> bool {
        matches!(self, Self::Asked { .. } | Self::Reminded { .. })
    }

    /// The kind of the journal line.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Slip { .. } => "duban.slip",
            Self::Skipped { reason: None, .. } => "duban.skipped_catch_up",
            Self::Skipped { reason: Some(_), .. } => "duban.suppressed",
            Self::Refused { .. } => "duban.refused",
            Self::Policy { .. } => "duban.policy",
            Self::Asked { .. } => "duban.asked",
            Self::Reminded { .. } => "duban.reminded",
            Self::Told { .. } => "duban.told",
            Self::Flag { .. } => "duban.flag",
            Self::Notice(_) => "duban.notice",
            Self::Alarm { .. } => "duban.alarm",
            Self::StandIn { .. } => "duban.stand_in",
            Self::Merged { .. } => "duban.merged",
            Self::Occurred { .. } => "duban.occurred",
            Self::Slot { .. } => "duban.slot",
            Self::Sent { .. } => "duban.sent",
            Self::Delivery { .. } => "duban.delivery",
            Self::FellBack { .. } => "duban.fell_back",
            Self::Grouped { .. } => "duban.grouped",
        }
    }
}
