//! A journal line as the fold takes it, and as the store keeps it.

use super::{
    event::Event,
    record::{PREFIX, Record},
    timestamp::Timestamp,
};

/// What a journal line says: something that happened, or something duban decided.
#[derive(Clone, Debug, PartialEq)]
pub enum Fact {
    Event(Event),
    Record(Record),
}

/// A fact with its place in the journal.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    pub seq: i64,
    pub at: Timestamp,
    pub fact: Fact,
}

impl Fact {
    /// The kind column of the line.
    pub fn kind(&self) -> &str {
        match self {
            Self::Event(event) => event.kind.name(),
            Self::Record(record) => record.kind(),
        }
    }

    /// The body column of the line.
    pub fn body(&self) -> String {
        let text = match self {
            Self::Event(event) => serde_json::to_string(event),
            Self::Record(record) => serde_json::to_string(record),
        };
        text.expect("facts have only text keys")
    }

    /// The fact a stored line holds.
    pub fn read(kind: &str, body: &str) -> Result<Self, serde_json::Error> {
        if kind.starts_with(PREFIX) {
            serde_json::from_str(body).map(Self::Record)
        } else {
            serde_json::from_str(body).map(Self::Event)
        }
    }

    /// What keeps the line from being written twice, where something does.
    pub fn dedupe_key(&self) -> Option<String> {
        match self {
            Self::Event(event) => Some(event.dedupe_key()),
            Self::Record(_) => None,
        }
    }
}
