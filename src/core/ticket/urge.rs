//! Urging by hand (催办): a word to the unit, at most so often.
//!
//! Invariant (tests/stories): `C13-urged-by-hand` - within the gap the second word is refused with
//! its reason, and neither a due nor a slip moves by any of them.

use serde::{Deserialize, Serialize};

use super::{Ticket, permit::Refused};
use crate::core::{
    clock::due_after, event::Event, notice::Notice, policy::PolicySet, timestamp::Timestamp,
};

/// The event.
pub(super) const URGED: &str = "urged";
/// The text for the unit.
pub const TEXT: &str = "staff.urged";

/// How often the unit was urged by hand, and when last.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Urge {
    pub count: u32,
    pub last: Timestamp,
}

impl Ticket {
    /// Somebody urges the unit: it is told, unless it was urged just before.
    pub(super) fn urge(&mut self, set: &PolicySet, event: &Event) -> Result<(), Refused> {
        if self.dispatched.is_none() {
            return Err(Refused::NotDispatched);
        }
        if self.ended.is_some() {
            return Err(Refused::NothingToUrge);
        }
        if let (Some(gap), Some(urged)) = (set.noise.manual_urge_min_gap, &self.urged) {
            let until = due_after(set, urged.last, gap);
            if event.at < until {
                return Err(Refused::UrgedJustNow { last: urged.last, until });
            }
        }
        let count = self.urged.as_ref().map_or(0, |urged| urged.count) + 1;
        self.urged = Some(Urge { count, last: event.at });
        if set.noise.urge_to.is_empty() {
            return Ok(());
        }
        let clock = self.policy(set).map(|policy| policy.deadline_clock.clone());
        let due = clock.and_then(|name| self.clock(&name).map(|clock| clock.due));
        self.notices.push(Notice {
            text: TEXT.to_owned(),
            roles: set.noise.urge_to.clone(),
            via: set.noise.urge_via.iter().map(|via| via.name().to_owned()).collect(),
            unit: self.unit.clone().unwrap_or_default(),
            round: self.round(),
            about: event.at.0.to_string(),
            due,
            reason: None,
        });
        Ok(())
    }
}
