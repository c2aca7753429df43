//! A tally: what a trigger has counted for one key, as the fold of its journal.
//!
//! Tickets tell it of what counts, what opens its window and what empties it. Where the
//! count is reached a group forms; whom the group concerns is told once, and that it was told
//! is a record. A late event folds the tally anew; what was told without reason is taken back.
//!
//! Invariants, each a test of the same name:
//! * `a_group_forms_when_the_count_is_reached_within_the_window`
//! * `an_open_group_takes_what_comes`
//! * `late_news_take_a_group_back`
//! * `folding_again_gives_the_same_tally`

mod group;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{
    book::{ARMED, COUNTED, RESET, in_order, judged, of_tally},
    clock::due_after,
    cycle::{Advance, FoldAgain},
    event::Event,
    fact::{Fact, Line},
    policy::{PolicySet, Sets},
    record::Record,
    span::Span,
    timestamp::Timestamp,
    trigger::tell::texts,
};

/// The most that is kept counted for one key; the oldest go first.
const COUNTED_MAX: usize = 1_000;

/// Everything a tally's journal says.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Tally {
    pub no: String,
    /// Hash of the policy set this state was folded with, and of the one the journal names.
    pub judged_by: String,
    pub frozen: Option<String>,
    /// What counts and is not used up by a group, in order of occurrence.
    pub counted: Vec<Counted>,
    /// Windows that were opened and not used up.
    pub armed: Vec<Counted>,
    /// The values of the key by name, and the unit last heard of.
    pub key: BTreeMap<String, String>,
    pub unit: Option<String>,
    /// The group that takes what comes.
    pub group: Option<Group>,
    /// The number of the last group, and those that were taken back: a number is used once.
    pub groups: u32,
    pub undone: BTreeSet<u32>,
    /// What has to be told, and what was told without reason as the journal reads now.
    pub owed: Vec<Tell>,
    pub unfounded: Vec<Tell>,
    pub last_event: Option<(Timestamp, String)>,
    pub last_record_at: Option<Timestamp>,
}

/// One event that was counted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counted {
    pub ticket: String,
    pub at: Timestamp,
}

/// Tickets that came together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    pub number: u32,
    pub until: Timestamp,
    /// How many it has by now.
    pub count: usize,
    pub first: String,
}

/// One ticket to be told of one group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tell {
    pub group: u32,
    pub ticket: String,
    /// When the count was reached, or the ticket followed.
    pub at: Timestamp,
    pub count: usize,
    pub first: String,
    pub last: String,
    pub armed: String,
    /// Those counted, for a ticket made for them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tickets: Vec<String>,
    pub depth: u64,
}

impl Tally {
    /// A tally nothing is known of yet.
    pub fn new(no: &str, set: &PolicySet) -> Self {
        Self { no: no.to_owned(), judged_by: set.hash.clone(), ..Self::default() }
    }

    /// The id of its trigger.
    pub fn trigger(&self) -> &str {
        of_tally(&self.no).map_or("", |(trigger, _)| trigger)
    }

    /// Folds a whole journal. `first` judges until a record names another of `sets`.
    pub fn fold_over(no: &str, sets: &dyn Sets, first: &PolicySet, mut lines: Vec<Line>) -> Self {
        in_order(&mut lines);
        let mut set = first;
        let mut tally = Self::new(no, set);
        for line in lines {
            match line.fact {
                Fact::Event(event) => tally.apply_event(set, &event),
                Fact::Record(record) => {
                    tally.apply_record(&record, line.at);
                    set = sets.set(&tally.judged_by).unwrap_or(set);
                }
            }
        }
        tally
    }

    /// Applies new lines on top of the state; `FoldAgain` if one belongs before what is applied.
    pub fn take_in(&mut self, set: &PolicySet, news: &[Line]) -> Result<(), FoldAgain> {
        for line in news {
            match &line.fact {
                Fact::Event(event) if self.is_late(event) => return Err(FoldAgain),
                Fact::Event(event) => self.apply_event(set, event),
                Fact::Record(record) => self.apply_record(record, line.at),
            }
        }
        Ok(())
    }

    fn is_late(&self, event: &Event) -> bool {
        let id = event.id.clone().unwrap_or_default();
        self.last_event.as_ref().is_some_and(|last| (event.at, id) < *last)
            || self.last_record_at.is_some_and(|last| event.at <= last)
    }

    /// Applies one event, as the tickets tell them.
    pub fn apply_event(&mut self, set: &PolicySet, event: &Event) {
        self.last_event = Some((event.at, event.id.clone().unwrap_or_default()));
        let Some(trigger) = set.trigger(self.trigger()) else { return };
        let one =
            Counted { ticket: event.text("ticket").unwrap_or_default().to_owned(), at: event.at };
        match event.kind.name() {
            RESET => self.counted.clear(),
            ARMED => {
                keep_newest(&mut self.armed);
                self.armed.push(one);
            }
            COUNTED => {
                self.key = texts(event.data.get("key"));
                self.unit = event.unit.clone().or(self.unit.take());
                self.count(set, trigger, &one, event);
            }
            _ => {} // somebody else's word in this journal moves nothing
        }
    }

    /// Applies a decision of duban's own.
    pub fn apply_record(&mut self, record: &Record, at: Timestamp) {
        self.last_record_at = self.last_record_at.max(Some(at));
        match record {
            Record::Policy { hash, .. } => {
                self.judged_by.clone_from(hash);
                self.frozen = Some(hash.clone());
            }
            Record::Grouped { group, ticket, undo: false, .. } => self.was_told(*group, ticket, at),
            Record::Grouped { group, ticket, undo: true, .. } => {
                self.unfounded.retain(|tell| (tell.group, &tell.ticket) != (*group, ticket));
                self.undone.insert(*group);
            }
            _ => {} // records of tickets
        }
    }

    /// What is owed now that `set` is in force: who is told, and of what.
    pub fn advance(&mut self, set: &PolicySet, now: Timestamp) -> Advance {
        let mut out = Advance::default();
        let at = self.last_event.as_ref().map_or(now, |(last, _)| now.max(*last));
        if self.frozen.as_ref() != Some(&set.hash) {
            self.write(&mut out, judged(set, self.trigger()), at);
        }
        let Some(trigger) = set.trigger(self.trigger()) else { return out };
        for tell in self.unfounded.clone() {
            self.write(&mut out, tell.record(true), at);
            out.told.extend(self.take_back(trigger, &tell, at));
        }
        for tell in self.owed.clone() {
            self.write(&mut out, tell.record(false), at);
            out.told.extend(self.told(trigger, &tell));
        }
        out
    }

    fn write(&mut self, out: &mut Advance, record: Record, at: Timestamp) {
        self.apply_record(&record, at);
        out.lines.push((at, Fact::Record(record)));
    }
}

/// Whether `at` still lies within a window that was opened at `from`; its last instant counts.
fn within(set: &PolicySet, window: Option<Span>, from: Timestamp, at: Timestamp) -> bool {
    window.is_none_or(|window| at <= due_after(set, from, window))
}

fn keep_newest(list: &mut Vec<Counted>) {
    if list.len() >= COUNTED_MAX {
        list.remove(0);
    }
}
