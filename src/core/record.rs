//! What duban itself writes into the journal beside the events it was told.
//!
//! A record is a decision that has been made: folding the journal again must not make
//! it a second time. Kinds begin with `duban.`; events from outside may not.

use serde::{Deserialize, Serialize};

use super::{clock::ClockKey, timestamp::Timestamp};

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
        let ClockKey { round, name, unit, turn } = &self.clock;
        let Self { step, repetition, reissue, .. } = self;
        format!("{ticket}/r{round}/{name}/{unit}/{turn}/{step}.{repetition}.{reissue}")
    }
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
    },
    /// A step was due together with a higher one after downtime and was not sent.
    Skipped { key: StepKey, slip: String, at: String, scheduled: Timestamp },
    /// An event was not allowed by the policy; it stays in the journal and moves nothing.
    Refused { seq: i64, event: String, reason: String },
    /// From here on the ticket is judged by this policy set at this version.
    Policy { set: String, version: String, hash: String, policy: String },
    /// The resident of this round was asked, or could not be.
    Asked { round: u32, outcome: AskOutcome, expires: Option<Timestamp> },
    /// A role had nobody in it, so that somebody else or nobody was told.
    Alarm { key: StepKey, role: String, unit: String, told: Option<String> },
    /// A tally told a ticket of a group, or took that back.
    Told {
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
    /// The resolution was heard of too late for a question to make sense.
    TooLate,
}

impl Record {
    /// The kind of the journal line.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Slip { .. } => "duban.slip",
            Self::Skipped { .. } => "duban.skipped_catch_up",
            Self::Refused { .. } => "duban.refused",
            Self::Policy { .. } => "duban.policy",
            Self::Asked { .. } => "duban.asked",
            Self::Alarm { .. } => "duban.alarm",
            Self::Told { .. } => "duban.told",
        }
    }
}
