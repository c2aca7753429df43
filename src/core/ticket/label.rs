//! Labels that take a ticket out of a rate (不合理): proposed by who handles it, decided by somebody else.

use serde::{Deserialize, Serialize};

use super::{Ticket, permit::Refused};
use crate::core::{event::Event, timestamp::Timestamp};

/// What somebody says a ticket is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Label {
    /// `unreasonable` ...
    pub label: String,
    pub proposed: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    pub state: LabelState,
}

/// Whether a label counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LabelState {
    /// Nobody outside the unit has looked at it; the ticket is counted.
    Proposed,
    Approved,
    Refused,
}

impl Ticket {
    pub(super) fn propose_label(&mut self, event: &Event) {
        let Some(label) = event.text("label") else { return };
        if self.labels.iter().all(|one| one.label != label) {
            self.labels.push(Label {
                label: label.to_owned(),
                proposed: event.at,
                by: event.by.clone(),
                state: LabelState::Proposed,
            });
        }
    }

    /// Somebody who neither handles the ticket nor proposed the label decides on it.
    pub(super) fn decide_label(&mut self, event: &Event, state: LabelState) -> Result<(), Refused> {
        let name = event.text("label").unwrap_or_default();
        let own_unit = event.unit.is_some() && event.unit == self.unit;
        let named = event.by.is_some() || event.says("approver");
        let found = self.labels.iter_mut().find(|one| one.label == name);
        let label = found.ok_or_else(|| Refused::NoSuchLabel(name.to_owned()))?;
        if own_unit || !named || (event.by.is_some() && event.by == label.by) {
            return Err(Refused::OwnLabel);
        }
        label.state = state;
        Ok(())
    }
}
