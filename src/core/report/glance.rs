//! As much of a ticket as reports look at: the rest of its state is passed over unread.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::core::{
    attributes::Attributes,
    callback::Evaluation,
    clock::{Base, State},
    event::Kind,
    policy::PolicySet,
    ticket::{Answer, Hop, Label, Links, Return, Round, Stage},
    timestamp::Timestamp,
};

/// A ticket, as its stored state tells it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Glance {
    pub no: String,
    pub stage: Stage,
    pub attributes: Attributes,
    pub unit: Option<String>,
    pub judged_by: String,
    pub rounds: Vec<Round>,
    pub clocks: Vec<Running>,
    pub seen: BTreeMap<Kind, Timestamp>,
    pub received: Option<Timestamp>,
    pub dispatched: Option<Timestamp>,
    pub ended: Option<Timestamp>,
    pub deadline: Option<Timestamp>,
    pub returned: Vec<Return>,
    pub hops: Vec<Hop>,
    pub contacts: u32,
    pub answers: Vec<Answer>,
    pub repeated: Option<Timestamp>,
    pub links: Links,
    pub labels: Vec<Label>,
    pub callback: Evaluations,
    pub overlays: Vec<Beside>,
}

/// A clock of it.
#[derive(Clone, Debug, Deserialize)]
pub struct Running {
    pub round: u32,
    pub name: String,
    #[serde(default)]
    pub unit: String,
    #[serde(default)]
    pub turn: u32,
    #[serde(default)]
    pub overlay: String,
    pub base: Base,
    pub started: Timestamp,
    pub due: Timestamp,
    pub state: State,
}

/// What came of asking its resident.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Evaluations {
    pub evaluations: Vec<Evaluation>,
}

/// A policy beside its own.
#[derive(Clone, Debug, Deserialize)]
pub struct Beside {
    pub name: String,
    pub opened: Timestamp,
    #[serde(default)]
    pub ended: Option<Until>,
}

#[derive(Clone, Debug, Deserialize)]
pub struct Until {
    pub at: Timestamp,
}

impl Running {
    /// When it stopped or was cancelled; `None`: it has not ended.
    pub fn ended(&self) -> Option<Timestamp> {
        match &self.state {
            State::Running | State::Paused { .. } => None,
            State::Stopped { at, .. } | State::Cancelled { at } | State::Replaced { at } => {
                Some(*at)
            }
        }
    }

    /// Whether its promise was kept, as far as that was known at `as_of`; `None`: it had not come due.
    pub fn met(&self, as_of: Timestamp) -> Option<bool> {
        match &self.state {
            State::Stopped { at, met, .. } if *at <= as_of => Some(*met),
            // Ended without a verdict before it was due, it promised nothing any more.
            State::Cancelled { at } | State::Replaced { at } if *at <= self.due => None,
            State::Paused { remaining_ms, .. } if *remaining_ms >= 0 => None,
            State::Running
            | State::Paused { .. }
            | State::Stopped { .. }
            | State::Cancelled { .. }
            | State::Replaced { .. } => (self.due < as_of).then_some(false),
        }
    }

    /// Whether it ran at that instant.
    pub fn runs_at(&self, at: Timestamp) -> bool {
        self.started <= at && self.ended().is_none_or(|ended| ended > at)
    }

    /// Whether it belongs to the ticket as a whole.
    pub fn is_own(&self) -> bool {
        self.overlay.is_empty() && self.unit.is_empty()
    }
}

impl Glance {
    /// The last of the ticket's own clocks of this name: a redo has its own.
    pub fn clock(&self, name: &str) -> Option<&Running> {
        let named = |clock: &&Running| clock.is_own() && clock.name == name;
        let of = |clock: &&Running| (clock.round, clock.turn, clock.started);
        self.clocks.iter().filter(named).max_by_key(of)
    }

    /// When we heard of it first.
    pub fn began(&self) -> Option<Timestamp> {
        self.received.or(self.dispatched)
    }

    /// When the unit did its part: the last stop of the clock for it, else the end of the ticket.
    pub fn resolved(&self) -> Option<Timestamp> {
        match self.clock("resolve").map(|clock| &clock.state) {
            Some(State::Stopped { at, .. }) => Some(*at),
            _ => {
                let said =
                    [Kind::Resolved, Kind::Closed].iter().filter_map(|kind| self.seen.get(kind));
                said.min().copied().or(self.ended)
            }
        }
    }

    /// Whether it was open at that instant.
    pub fn is_open_at(&self, at: Timestamp) -> bool {
        self.began().is_some_and(|began| began <= at) && self.ended.is_none_or(|ended| ended > at)
    }

    /// Whether the policies it was worked under count in rates at all.
    pub fn in_rates(&self, set: &PolicySet) -> bool {
        let counts = |round: &Round| set.policies.get(round.policy).is_none_or(|p| p.in_rates);
        self.rounds.first().is_none_or(counts)
    }

    /// Found by ourselves before anybody complained.
    pub fn is_proactive(&self, set: &PolicySet) -> bool {
        let is_own = |source: &str| OWN_FINDS.contains(&source);
        !self.in_rates(set) && self.attributes.source.as_deref().is_some_and(is_own)
    }

    /// The policy beside its own of this name, if it lay there at that instant.
    pub fn lies_beside(&self, policy: &str, at: Timestamp) -> bool {
        self.overlays.iter().any(|beside| {
            let of = beside.name.split('.').next() == Some(policy);
            of && beside.opened < at && beside.ended.as_ref().is_none_or(|until| until.at >= at)
        })
    }
}

/// Sources of what nobody had to complain about.
const OWN_FINDS: [&str; 6] = ["grid", "patrol", "patrol_video", "visit", "community", "proactive"];
