//! A ticket as the fold of its journal.
//!
//! State is never edited: it is what applying every event (in order of occurrence)
//! and every record gives. An event that occurred before something already applied
//! means folding again from the start; slips that would then not have been issued
//! are found on the way (`wrong`) and withdrawn by `decide`.
//!
//! Invariants, each a test of the same name:
//! * `folding_again_gives_the_same_state`
//! * `a_stop_before_the_start_counts_as_met`
//! * `a_late_event_withdraws_what_it_makes_wrong`

mod apply;
mod clocks;
mod permit;
mod replan;

use std::collections::BTreeMap;

pub use super::attributes::{Attributes, is_under};
use super::{
    clock::{Clock, ClockKey, Fired, FiredAs},
    event::{Event, Kind},
    fact::{Fact, Line},
    ladder::place,
    policy::{ClockRule, Ladder, Policy, PolicySet, Sets},
    record::{Record, StepKey},
    timestamp::Timestamp,
};
use serde::{Deserialize, Serialize};

/// Everything the journal says about one ticket.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Ticket {
    pub no: String,
    pub stage: Stage,
    pub attributes: Attributes,
    /// The unit responsible now, and the first that was (首接负责).
    pub unit: Option<String>,
    pub first_unit: Option<String>,
    /// Hash of the policy set this state was folded with.
    pub judged_by: String,
    /// Hash of the policy set the ticket is frozen to, from its dispatch on.
    pub frozen: Option<String>,
    /// 1 is the first pass of work; a redo opens the next.
    pub rounds: Vec<Round>,
    pub clocks: Vec<Clock>,
    /// First occurrence of each kind in the current round.
    pub seen: BTreeMap<Kind, Timestamp>,
    pub received: Option<Timestamp>,
    pub dispatched: Option<Timestamp>,
    pub ended: Option<Timestamp>,
    /// The source system's own due time, until the clock it is for starts.
    pub deadline: Option<Timestamp>,
    pub pause: Option<Pause>,
    pub extension_asked: Option<Timestamp>,
    pub extensions: Vec<Extension>,
    /// The return that waits for its ruling, and how many were accepted.
    pub return_pending: Option<Timestamp>,
    pub returns: u32,
    /// When the ticket last went to another unit in this round; clocks before belong to the unit before.
    pub handed_over: Option<Timestamp>,
    /// Units the ticket went through, in order.
    pub hops: Vec<Hop>,
    pub contacts: u32,
    /// Calls to the resident that nobody took, in this round.
    pub tries_missed: u32,
    pub answers: Vec<Answer>,
    /// Ways to the resident that are known (`sms`, `email`); the addresses are elsewhere.
    pub reach: Vec<String>,
    /// The last round whose resident was asked.
    pub asked_round: u32,
    /// Events duban owes because of events it saw.
    pub follow_ups: Vec<FollowUp>,
    /// Refusals that are not yet in the journal, and how many there were in all.
    pub refused: Vec<Refusal>,
    pub refusals: u32,
    /// Slips that a late event made wrong and that are not yet withdrawn.
    pub wrong: Vec<WrongSlip>,
    /// Steps that fired on clocks which, as the journal reads now, did not run then: their keys are used up.
    pub orphans: Vec<StepKey>,
    /// Events of kinds neither standard nor in the policy set.
    pub unknown_kinds: u32,
    /// No selector took the ticket; it runs on the default policy.
    pub unmapped: bool,
    pub last_event_at: Option<Timestamp>,
    pub last_record_at: Option<Timestamp>,
}

/// Where a ticket stands in the loop.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    #[default]
    Received,
    Dispatched,
    Accepted,
    Resolved,
    Ended,
}

impl Stage {
    /// The stage as the store and the pages write it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Dispatched => "dispatched",
            Self::Accepted => "accepted",
            Self::Resolved => "resolved",
            Self::Ended => "ended",
        }
    }
}

/// One pass of work.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Round {
    /// Index of the policy in the set.
    pub policy: usize,
    pub opened: Timestamp,
    pub reason: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pause {
    pub kind: String,
    pub at: Timestamp,
    /// The pause ends by itself here.
    pub until: Timestamp,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Extension {
    pub at: Timestamp,
    pub span: String,
    pub due_before: Timestamp,
    pub due_after: Timestamp,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hop {
    pub unit: String,
    pub at: Timestamp,
}

/// What the resident said, once per round.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    pub round: u32,
    pub at: Timestamp,
    pub contacted: Option<String>,
    pub solved: Option<String>,
    pub satisfied: Option<String>,
}

/// An event duban adds itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FollowUp {
    pub kind: Kind,
    pub reason: String,
    pub round: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    pub seq: i64,
    pub event: Kind,
    pub reason: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WrongSlip {
    pub key: StepKey,
    pub reason: String,
}

impl Ticket {
    /// A ticket nothing is known of yet.
    pub fn new(no: impl Into<String>, set: &PolicySet) -> Self {
        Self { no: no.into(), judged_by: set.hash.clone(), ..Self::default() }
    }

    /// Folds a whole journal that one policy set judges from the first line to the last.
    pub fn fold(no: &str, set: &PolicySet, lines: Vec<Line>) -> Self {
        Self::fold_over(no, set, set, lines)
    }

    /// Folds a whole journal, in order of occurrence; records stand after events of the same instant.
    /// `first` judges until a record names another of `sets` (one that is not there changes nothing).
    pub fn fold_over(no: &str, sets: &dyn Sets, first: &PolicySet, mut lines: Vec<Line>) -> Self {
        lines.sort_by_key(|line| (line.at, matches!(line.fact, Fact::Record(_)), line.seq));
        let mut set = first;
        let mut ticket = Self::new(no, set);
        for line in lines {
            match line.fact {
                Fact::Event(event) => ticket.apply_event(set, line.seq, &event),
                Fact::Record(record) => {
                    ticket.find_wrong(set, &record, line.at);
                    if let Record::Policy { hash, .. } = &record
                        && *hash != ticket.judged_by
                        && let Some(next) = sets.set(hash)
                    {
                        ticket.migrate(set, next, line.at);
                        set = next;
                    }
                    ticket.apply_record(&record, line.at);
                }
            }
        }
        ticket
    }

    /// Whether an event cannot simply be applied on top because something later was applied already.
    pub fn is_late(&self, event: &Event) -> bool {
        self.last_event_at.is_some_and(|last| event.at < last)
            || self.last_record_at.is_some_and(|last| event.at <= last)
    }

    /// The number of the current round; 0 before the first event.
    pub fn round(&self) -> u32 {
        self.rounds.len() as u32
    }

    /// The policy of the current round.
    pub fn policy<'s>(&self, set: &'s PolicySet) -> Option<&'s Policy> {
        self.rounds.last().and_then(|round| set.policies.get(round.policy))
    }

    /// The newest clock of this name in the current round.
    pub fn clock(&self, name: &str) -> Option<&Clock> {
        let round = self.round();
        self.clocks.iter().rev().find(|clock| clock.key.round == round && clock.key.name == name)
    }

    /// A clock's rule and the ladder it climbs for this ticket.
    pub fn rule_of<'s>(
        &self,
        set: &'s PolicySet,
        clock: &Clock,
    ) -> Option<(&'s ClockRule, Option<&'s Ladder>)> {
        let rule = set.policies.get(clock.policy)?.clocks.get(clock.rule)?;
        let ladder = rule.ladder_for(&self.attributes).and_then(|index| set.ladders.get(index));
        Some((rule, ladder))
    }

    /// Applies a decision of duban's own.
    pub fn apply_record(&mut self, record: &Record, at: Timestamp) {
        self.last_record_at = self.last_record_at.max(Some(at));
        match record {
            Record::Slip { key, .. } => self.mark(key, FiredAs::Slip),
            Record::Skipped { key, .. } => self.mark(key, FiredAs::SkippedCatchUp),
            Record::Refused { seq, .. } => self.refused.retain(|refusal| refusal.seq != *seq),
            Record::Policy { hash, .. } => self.frozen = Some(hash.clone()),
            Record::Asked { round, .. } => self.asked_round = self.asked_round.max(*round),
            Record::Alarm { .. } | Record::Told { .. } => {}
        }
    }

    fn mark(&mut self, key: &StepKey, outcome: FiredAs) {
        let fired =
            Fired { step: key.step, repetition: key.repetition, reissue: key.reissue, outcome };
        match self.clock_mut(&key.clock) {
            Some(clock) => clock.fired.push(fired),
            None => self.orphans.push(key.clone()),
        }
    }

    /// The key of the next firing of a step: unused, whatever late events did to the clocks before.
    pub fn next_key(&self, clock: &Clock, step: u16, repetition: u16) -> StepKey {
        let of_clock = clock
            .fired
            .iter()
            .filter(|one| one.step == step && one.repetition == repetition)
            .count();
        let lost = |key: &&StepKey| {
            key.clock == clock.key && key.step == step && key.repetition == repetition
        };
        let reissue = (of_clock + self.orphans.iter().filter(lost).count()) as u16;
        StepKey { clock: clock.key.clone(), step, repetition, reissue }
    }

    fn clock_mut(&mut self, key: &ClockKey) -> Option<&mut Clock> {
        self.clocks.iter_mut().find(|clock| clock.key == *key)
    }

    /// Notes a slip that, as the journal reads now, should not have been issued.
    fn find_wrong(&mut self, set: &PolicySet, record: &Record, at: Timestamp) {
        let Record::Slip { key, .. } = record else { return };
        if let Some(reason) = self.why_wrong(set, key, at) {
            self.wrong.push(WrongSlip { key: key.clone(), reason });
        }
    }

    fn why_wrong(&self, set: &PolicySet, key: &StepKey, at: Timestamp) -> Option<String> {
        let Some(clock) = self.clocks.iter().find(|clock| clock.key == key.clock) else {
            return Some(format!("the clock `{}` does not run on this ticket", key.clock.name));
        };
        if let super::clock::State::Stopped { at, by, .. } = &clock.state {
            return Some(format!("`{by}` occurred at {at}, before the step"));
        }
        if !clock.is_running() {
            return Some(format!("the clock `{}` stood still then", key.clock.name));
        }
        let (rule, ladder) = self.rule_of(set, clock)?;
        let time = place(set, rule, ladder?, clock, &self.attributes)
            .into_iter()
            .find(|placed| placed.index == key.step)
            .map(|placed| placed.repetition(set, key.repetition));
        match time {
            Some(time) if time <= at => None,
            Some(time) => Some(format!("the step stands at {time} now")),
            None => Some("the step is not on the ladder of this clock".to_owned()),
        }
    }
}

/// The policy for a ticket with these attributes, and whether only the default took it.
/// More matched keys win, then the order of the file; a policy without a selector takes what is left.
pub fn select(set: &PolicySet, attributes: &Attributes) -> Option<(usize, bool)> {
    let mut best: Option<(usize, usize)> = None;
    for (index, policy) in set.policies.iter().enumerate() {
        let keys = policy.select.keys.len();
        if best.is_none_or(|(most, _)| keys > most) && policy.select.takes(attributes) {
            best = Some((keys, index));
        }
    }
    best.map(|(_, index)| (index, false)).or(set.default_policy.map(|index| (index, true)))
}
