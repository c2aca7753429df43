//! Where a ticket stands in the words of a city: 接派办督评报, or any other stages.
//!
//! Stages are data (`[[stage]]`): an event or a slip moves a ticket into one, everything
//! else leaves it where it is. The ticket keeps when it entered each, so that the times it
//! dwelt in them add up to its age. Nothing here decides about clocks.
//!
//! Invariants, each a test of the same name:
//! * `dwell_times_add_up_to_the_age`
//! * `stages_of_another_set_keep_their_times`

use serde::{Deserialize, Serialize};

use super::{event::Kind, policy::PolicySet, ticket::Ticket, timestamp::Timestamp};

/// One `[[stage]]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StageRule {
    pub id: String,
    pub zh: String,
    pub en: String,
    /// Events that move a ticket here.
    pub on: Vec<Kind>,
    /// Kinds of slips whose issue moves a ticket here.
    pub on_slip: Vec<String>,
}

/// A stage and the instant a ticket came into it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entered {
    pub stage: String,
    pub at: Timestamp,
}

impl PolicySet {
    /// The stage with this id.
    pub fn stage(&self, id: &str) -> Option<&StageRule> {
        self.stages.iter().find(|stage| stage.id == id)
    }
}

impl Ticket {
    /// Moves the ticket into the stage an event stands for; the first event at least into the first stage.
    pub(super) fn enter_by_event(&mut self, set: &PolicySet, kind: &Kind, at: Timestamp) {
        let reached = set.stages.iter().find(|stage| stage.on.contains(kind));
        let first = || set.stages.first().filter(|_| self.stages.is_empty());
        if let Some(stage) = reached.or_else(first) {
            self.enter(&stage.id.clone(), at);
        }
    }

    /// Moves the ticket into the stage a slip stands for.
    pub(super) fn enter_by_slip(&mut self, set: &PolicySet, slip: &str, at: Timestamp) {
        let of_slip = |stage: &&StageRule| stage.on_slip.iter().any(|one| one == slip);
        if let Some(stage) = set.stages.iter().find(of_slip) {
            self.enter(&stage.id.clone(), at);
        }
    }

    fn enter(&mut self, stage: &str, at: Timestamp) {
        if self.stage_id() != Some(stage) {
            self.stages.push(Entered { stage: stage.to_owned(), at });
        }
    }

    /// The named stage the ticket is in, if its set names any.
    pub fn stage_id(&self) -> Option<&str> {
        self.stages.last().map(|entered| entered.stage.as_str())
    }

    /// The stage in the store's column: the named one, else the place in the loop.
    pub fn stage_word(&self) -> &str {
        self.stage_id().unwrap_or_else(|| self.stage.name())
    }

    /// Since when the ticket is in the stage it is in.
    pub fn in_stage_since(&self) -> Option<Timestamp> {
        use super::ticket::Stage;
        if let Some(entered) = self.stages.last() {
            return Some(entered.at);
        }
        let seen = |kind: &Kind| self.seen.get(kind).copied();
        match self.stage {
            Stage::Received => self.received,
            Stage::Dispatched => self.rounds.last().map(|round| round.opened).max(self.dispatched),
            Stage::Accepted => seen(&Kind::Accepted),
            Stage::Resolved => seen(&Kind::Resolved).or_else(|| seen(&Kind::Closed)),
            Stage::Ended => self.ended,
        }
    }

    /// How long the ticket dwelt in each stage it was in, in order, milliseconds of elapsed time.
    /// What comes after its end (a publication) takes no time of its age.
    pub fn dwells(&self, now: Timestamp) -> Vec<(&Entered, i64)> {
        let end = self.ended.unwrap_or(now);
        let ends = self.stages.iter().skip(1).map(|next| next.at.min(end)).chain([end]);
        self.stages.iter().zip(ends).map(|(one, until)| (one, until.since(one.at).max(0))).collect()
    }
}
