//! A stream of events into the store, in batches, with a tally of what became of them.
//!
//! Importing the same file again changes nothing: every entry carries a key under which the
//! store knows it. What is refused is kept with its reason, without personal data.

use std::collections::BTreeMap;

use super::{
    canon,
    files::{BadLine, Taken},
};
use crate::{
    core::{contact::split_contact, event::Event, timestamp::Timestamp},
    rules::Rules,
    secret::Key,
    store::{Appended, NewEntry, Refusal, Store, StoreError},
};

/// Events written in one transaction.
const BATCH: usize = 2_000;
/// Refused lines told one by one; all of them are kept in the store.
const TOLD_MAX: usize = 20;

/// What became of the events.
#[derive(Debug, Default)]
pub struct Tally {
    /// Events that could be read.
    pub events: u64,
    pub accepted: u64,
    pub duplicates: u64,
    /// Lines that are no event, and events out of bounds.
    pub refused: u64,
    /// Kinds neither standard nor of the policy set, and how often they came.
    pub unknown_kinds: BTreeMap<String, u64>,
    /// The first refused lines, as `file:line: reason`.
    pub told: Vec<String>,
}

/// Where the entries go.
pub enum Sink<'a> {
    /// Nowhere: everything is checked and nothing is written.
    Nowhere,
    Store {
        store: &'a Store,
        sealer: &'a Key,
    },
}

/// An import that runs.
pub struct Import<'a> {
    sink: Sink<'a>,
    /// Know which kinds are known, and the organisation.
    rules: &'a Rules,
    /// As refusals name it.
    file: String,
    entries: Vec<NewEntry>,
    refusals: Vec<Refusal>,
    tally: Tally,
}

impl<'a> Import<'a> {
    /// An import of `file` into `sink`.
    pub fn new(sink: Sink<'a>, rules: &'a Rules, file: impl Into<String>) -> Self {
        Self {
            sink,
            rules,
            file: file.into(),
            entries: Vec::new(),
            refusals: Vec::new(),
            tally: Tally::default(),
        }
    }

    /// Takes what a line turned out to be.
    pub async fn take(&mut self, taken: Taken, now: Timestamp) -> Result<(), StoreError> {
        match taken {
            Ok((line, event)) => self.event(line, event, now),
            Err(bad) => self.refuse(bad),
        }
        if self.entries.len() >= BATCH || self.refusals.len() >= BATCH {
            self.flush(now).await?;
        }
        Ok(())
    }

    /// Writes what is left and says what became of everything.
    pub async fn finish(mut self, now: Timestamp) -> Result<Tally, StoreError> {
        self.flush(now).await?;
        Ok(self.tally)
    }

    fn event(&mut self, line: u64, mut event: Event, now: Timestamp) {
        self.tally.events += 1;
        let original = event.clone();
        self.rules.attest(&mut event);
        let entry = match &self.sink {
            Sink::Nowhere => canon::check(event, now).map(|_| None),
            Sink::Store { sealer, .. } => canon::canonical(event, sealer, now).map(Some),
        };
        if entry.is_ok() && !self.rules.current.knows(&original.kind) {
            *self.tally.unknown_kinds.entry(original.kind.name().to_owned()).or_default() += 1;
        }
        match entry {
            Ok(Some(entry)) => self.entries.push(entry),
            Ok(None) => self.tally.accepted += 1,
            Err(refusal) => {
                let file = self.file.clone();
                let raw = without_contact(original);
                self.refuse(BadLine { file, line, reason: refusal.to_string(), raw });
            }
        }
    }

    fn refuse(&mut self, bad: BadLine) {
        self.tally.refused += 1;
        if self.tally.told.len() < TOLD_MAX {
            self.tally.told.push(bad.to_string());
        }
        if matches!(self.sink, Sink::Store { .. }) {
            let source = format!("{}:{}", bad.file, bad.line);
            self.refusals.push(Refusal { source, reason: bad.reason, raw: bad.raw });
        }
    }

    async fn flush(&mut self, now: Timestamp) -> Result<(), StoreError> {
        let Sink::Store { store, .. } = &self.sink else { return Ok(()) };
        for appended in store.append(&self.entries, now).await? {
            match appended {
                Appended::Accepted { .. } => self.tally.accepted += 1,
                Appended::Duplicate => self.tally.duplicates += 1,
            }
        }
        self.entries.clear();
        store.refuse(&self.refusals, now).await?;
        self.refusals.clear();
        Ok(())
    }
}

/// The event as text, for the record of refusals.
fn without_contact(mut event: Event) -> String {
    split_contact(&mut event);
    serde_json::to_string(&event).expect("texts, numbers and JSON values are JSON")
}
