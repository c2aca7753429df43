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

mod answer;
mod apply;
mod basis;
mod call;
mod clocks;
mod closing;
mod extension;
mod flag;
mod heard;
mod label;
mod lane;
mod links;
mod overlay;
mod owed;
mod pause;
mod people;
mod permit;
mod promise;
mod replan;
mod returns;
mod slips;
mod standing;
mod urge;
mod wrong;

pub use closing::Evidence;
pub use extension::Extension;
pub use flag::{OwedFlag, RaisedFlag};
pub use label::{Label, LabelState};
pub use owed::FollowUp;
pub use pause::{PastPause, Pause};
pub use permit::Refused;
pub use returns::{Return, ReturnOutcome};

use std::collections::{BTreeMap, BTreeSet};

pub use basis::{Basis, Decision};
pub use links::{GROUPED, LINKED, Links, RESULT, TRIGGERED};
pub use promise::Promise;
pub use urge::{TEXT as URGED_TEXT, Urge};

pub use super::{
    attributes::{Attributes, is_under},
    selection::select,
};
use super::{
    callback::{Callback, Channel, Question},
    clock::{Clock, ClockKey, Fired, FiredAs},
    event::{Event, Kind},
    fact::{Fact, Line},
    news::News,
    notice::Notice,
    policy::{ClockRule, Ladder, Policy, PolicySet, Sets},
    publish::Publication,
    record::{AskOutcome, Record, StepKey, TellOutcome},
    slip::SlipState,
    stage::Entered,
    timestamp::Timestamp,
};
pub use call::Call;
pub use overlay::{Admission, Ended, Overlay};
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
    /// Pauses that are over.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub pauses: Vec<PastPause>,
    pub extension_asked: Option<Timestamp>,
    pub extensions: Vec<Extension>,
    /// Requests for an extension that came too late.
    #[serde(skip_serializing_if = "is_none")]
    pub late_requests: u32,
    /// The return that waits for its ruling, and how many were accepted.
    pub return_pending: Option<Timestamp>,
    pub returns: u32,
    /// Every return, in order, with what became of it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub returned: Vec<Return>,
    /// A ruling named the unit for good.
    #[serde(skip_serializing_if = "is_none")]
    pub ruled_finally: bool,
    /// When the ticket last went to another unit in this round; clocks before belong to the unit before.
    pub handed_over: Option<Timestamp>,
    /// Units the ticket went through, in order.
    pub hops: Vec<Hop>,
    /// The leader who handles the ticket in person; the ladder starts above them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub handler: Option<Handler>,
    /// Units, people and areas that roles of the set are looked for in, by the key of `data`.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub parties: BTreeMap<String, String>,
    pub contacts: u32,
    pub answers: Vec<Answer>,
    /// What residents said on a second look (回头看) at a closed ticket; the answers above stand.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rechecks: Vec<Answer>,
    /// When the same matter came again after this ticket.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub repeated: Option<Timestamp>,
    /// Tickets it is bound to.
    #[serde(skip_serializing_if = "Links::is_empty")]
    pub links: Links,
    /// How often the unit was urged by hand, and when last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub urged: Option<Urge>,
    /// What this round has to show for closing rules.
    #[serde(skip_serializing_if = "Evidence::is_empty")]
    pub evidence: Evidence,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub labels: Vec<Label>,
    /// When the resident last saw or heard something of us.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub heard: Option<Timestamp>,
    /// Hashes of the texts of replies, where a flag compares them.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub replies: BTreeSet<String>,
    /// Flags that are not yet in the journal, and those that are.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub flags_owed: Vec<OwedFlag>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub flags: Vec<RaisedFlag>,
    /// People who are still to be told of a decision.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notices: Vec<Notice>,
    /// Ways to the resident that are known (`sms`, `email`); the addresses are elsewhere.
    pub reach: Vec<String>,
    /// The last round whose resident was asked.
    pub asked_round: u32,
    /// What came of asking the resident.
    #[serde(skip_serializing_if = "Callback::is_empty")]
    pub callback: Callback,
    /// What the resident is to be told, and was.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub news: Vec<News>,
    /// Policies that run beside the one of the round, open and ended.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub overlays: Vec<Overlay>,
    /// Those the policy of the round called.
    #[serde(skip_serializing_if = "Call::is_empty")]
    pub call: Call,
    /// The unit that was asked to take the ticket over and has not accepted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub handover: Option<String>,
    /// The last supervision off line (visit, call, meeting) of each level.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub offline: BTreeMap<u8, Timestamp>,
    /// Events duban owes because of events it saw.
    pub follow_ups: Vec<FollowUp>,
    /// Refusals that are not yet in the journal, and how many there were in all.
    pub refused: Vec<Refusal>,
    pub refusals: u32,
    /// Slips that a late event made wrong and that are not yet withdrawn.
    pub wrong: Vec<WrongSlip>,
    /// Steps that fired on clocks which, as the journal reads now, did not run then: their keys are used up.
    pub orphans: Vec<StepKey>,
    /// Slips something is waited for or has come for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub slips: Vec<SlipState>,
    /// Slips by their serial, while a whole journal is folded.
    #[serde(skip)]
    pub serials: BTreeMap<String, StepKey>,
    /// Events of kinds neither standard nor in the policy set.
    pub unknown_kinds: u32,
    /// No selector took the ticket, so that it runs on the default policy, or its item is in no catalogue.
    pub unmapped: bool,
    /// The named stages the ticket went through, where its set names any.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub stages: Vec<Entered>,
    /// Why the responsible unit has the ticket, where anybody said or the catalogue knows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub basis: Option<Basis>,
    /// The text proposed for publication, the last where there are several.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub publication: Option<Publication>,
    /// A decision on who takes the ticket, until the next dispatch is based on it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decision: Option<Decision>,
    pub last_event_at: Option<Timestamp>,
    pub last_record_at: Option<Timestamp>,
}

/// For what is left out of the stored state while it is nothing.
fn is_none<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
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
    pub const ALL: [Self; 5] =
        [Self::Received, Self::Dispatched, Self::Accepted, Self::Resolved, Self::Ended];

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

/// The person who does the work, where it is somebody with a level of their own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Handler {
    pub person: String,
    /// Of their highest role.
    pub level: u8,
}

/// A unit the ticket went through.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hop {
    pub unit: String,
    pub at: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accepted: Option<Timestamp>,
    /// On what it was sent there: a duty or item of the catalogue, a decision, a basis in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub basis: Option<String>,
}

/// What the resident said in one round, as it counts. A question that was not answered stays
/// open; no answer follows from another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    pub round: u32,
    pub at: Timestamp,
    pub channel: Channel,
    #[serde(flatten)]
    pub said: Said,
    /// What was said first, where the resident's own later answer replaced it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first: Option<Said>,
}

/// The answers to the questions of a callback.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Said {
    pub contacted: Option<String>,
    pub solved: Option<String>,
    /// The grade of three that counts.
    pub satisfied: Option<String>,
    /// The grade as it was given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grade: Option<String>,
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
                    ticket.lapse_pause(set, line.at.plus_ms(1)); // records stand after what ends it
                    ticket.find_wrong(set, &record, line.at);
                    ticket.note_serial(&record);
                    if let Record::Policy { hash, .. } = &record
                        && *hash != ticket.judged_by
                        && let Some(next) = sets.set(hash)
                    {
                        ticket.migrate(set, next, line.at);
                        set = next;
                    }
                    ticket.apply_record(set, &record, line.at);
                }
            }
        }
        ticket.serials.clear();
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

    /// Whether the matter was solved in the first round and never came back (一次办结); `None`: the
    /// resident has not said yet whether it is solved.
    pub fn solved_first_time(&self) -> Option<bool> {
        if self.round() > 1 || self.repeated.is_some() {
            return Some(false);
        }
        let solved = self.answers.first()?.said.solved.as_deref()?;
        Some(matches!(solved, "yes" | "solved" | "已解决"))
    }

    /// The policy of the current round.
    pub fn policy<'s>(&self, set: &'s PolicySet) -> Option<&'s Policy> {
        self.rounds.last().and_then(|round| set.policies.get(round.policy))
    }

    /// The newest clock of this name in the current round.
    pub fn clock(&self, name: &str) -> Option<&Clock> {
        let round = self.round();
        let own = |clock: &&Clock| clock.key.is_own() && clock.key.round == round;
        self.clocks.iter().rev().filter(own).find(|clock| clock.key.name == name)
    }

    /// A clock's rule and the ladder it climbs for this ticket.
    pub fn rule_of<'s>(
        &self,
        set: &'s PolicySet,
        clock: &Clock,
    ) -> Option<(&'s ClockRule, Option<&'s Ladder>)> {
        let rule = set.policies.get(clock.policy)?.clocks.get(clock.rule)?;
        let ladder =
            rule.ladder_for(&self.attributes_of(clock)).and_then(|index| set.ladders.get(index));
        Some((rule, ladder))
    }

    /// Applies a decision of duban's own.
    pub fn apply_record(&mut self, set: &PolicySet, record: &Record, at: Timestamp) {
        self.lapse_pause(set, at.plus_ms(1)); // records stand after what ends it
        self.last_record_at = self.last_record_at.max(Some(at));
        match record {
            Record::Slip { key, slip, .. } => {
                self.enter_by_slip(set, slip, at);
                self.mark(key, FiredAs::Slip);
                self.await_slip(record);
            }
            Record::Skipped { key, at, slip, .. } if self.is_other_step(set, key, at, slip) => {
                self.orphans.push(key.clone());
            }
            Record::Skipped { key, .. } => self.mark(key, FiredAs::SkippedCatchUp),
            Record::Refused { seq, .. } => self.refused.retain(|refusal| refusal.seq != *seq),
            Record::Policy { hash, .. } => self.frozen = Some(hash.clone()),
            Record::Asked { round, outcome, expires } => {
                self.asked_round = self.asked_round.max(*round);
                if *outcome == AskOutcome::Sent {
                    self.heard = self.heard.max(Some(at));
                }
                let question = Question { at, outcome: *outcome, expires: *expires, reminded: 0 };
                if *round == self.round() {
                    self.callback.question.get_or_insert(question);
                }
            }
            Record::Reminded { round, nth, .. } => {
                let of_round =
                    self.callback.question.as_mut().filter(|_| *round == self.rounds.len() as u32);
                if let Some(question) = of_round {
                    question.reminded = question.reminded.max(*nth);
                }
            }
            Record::Told { round, event, occurred, outcome, .. } => {
                self.mark_told(*round, event, *occurred);
                if *outcome == TellOutcome::Sent {
                    self.heard = self.heard.max(Some(at));
                }
            }
            Record::Flag { .. } => self.raise_flag(record, at),
            Record::Notice(notice) => {
                self.notices.retain(|owed| owed != notice);
                if notice.is_for_resident() {
                    self.heard = self.heard.max(Some(at));
                }
            }
            Record::Alarm { .. }
            | Record::StandIn { .. }
            | Record::Merged { .. }
            | Record::Grouped { .. }
            | Record::Slot { .. }
            | Record::Sent { .. }
            | Record::Delivery { .. }
            | Record::FellBack { .. }
            | Record::Occurred { .. } => {}
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
}
