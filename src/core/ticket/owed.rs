//! Events duban itself has to add because of what it saw: each once, under an id that never comes again.

use serde::{Deserialize, Serialize};

use super::Ticket;
use crate::core::event::{Event, Kind};

/// An event duban adds itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FollowUp {
    pub kind: Kind,
    pub reason: String,
    pub round: u32,
    /// Which one of its round, where there may be several.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub about: String,
    /// The overlay it belongs to; empty: the policy of the round.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub overlay: String,
}

impl FollowUp {
    /// The id of the event: it is added once.
    pub fn id(&self) -> String {
        let Self { kind, round, about, overlay, .. } = self;
        let parts = [overlay, about].into_iter().filter(|part| !part.is_empty());
        parts.fold(format!("duban/{kind}/r{round}"), |id, part| id + "/" + part)
    }

    /// Whether this event is the one owed.
    pub(super) fn is_paid_by(&self, event: &Event, round: u32) -> bool {
        let is_here = event.text("overlay").is_none_or(|overlay| overlay == self.overlay);
        self.kind == event.kind && self.round == round && is_here
    }
}

impl Ticket {
    /// Owes an event this round has at most once.
    pub(super) fn owe(&mut self, kind: Kind, reason: &str) {
        self.owe_about(kind, reason, String::new());
    }

    /// Owes an event of which a round may have several: `about` says which one it is.
    pub(super) fn owe_about(&mut self, kind: Kind, reason: &str, about: String) {
        let (reason, round) = (reason.to_owned(), self.round());
        let owed = FollowUp { kind, reason, round, about, overlay: String::new() };
        if !self.follow_ups.contains(&owed) {
            self.follow_ups.push(owed);
        }
    }
}
