//! Why a unit has a ticket: a duty of the catalogue, a decision, or what the dispatcher said.
//!
//! Invariants (tests/catalogue.rs): `a_dispatch_shows_its_basis`, `a_decision_is_a_basis`.

use serde::{Deserialize, Serialize};

use super::Ticket;
use crate::core::{
    catalogue::Duty,
    event::{Event, Kind},
    policy::PolicySet,
    timestamp::Timestamp,
};

/// The event that settles who takes a ticket nobody is responsible for.
const DECISION: &str = "decision";

/// What a dispatch rests on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// A duty the dispatcher named or the catalogue gave.
    Duty { id: String, found: bool },
    /// A decision of those who may settle it.
    Decision(Decision),
    /// Words of the dispatcher.
    Said(String),
}

/// A decision on who takes a ticket.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    pub at: Timestamp,
    pub by: Option<String>,
    pub text: String,
}

impl Ticket {
    /// Keeps a decision for the next dispatch; one that names the unit the ticket is at is its basis at once.
    pub(super) fn note_decision(&mut self, event: &Event) {
        if event.kind != Kind::of(DECISION) {
            return;
        }
        let text = event.text("text").unwrap_or_default().to_owned();
        let decision = Decision { at: event.at, by: event.by.clone(), text };
        if self.unit.is_some() && self.unit == event.unit {
            self.basis = Some(Basis::Decision(decision));
        } else {
            self.decision = Some(decision);
        }
    }

    /// Finds what a dispatch to `unit` rests on.
    pub(super) fn find_basis(&mut self, set: &PolicySet, event: &Event, unit: &str) {
        let decision = self.decision.take().map(Basis::Decision);
        let named = event.text("duty").map(|id| Basis::Duty { id: id.to_owned(), found: false });
        let said = || event.text("basis").map(|text| Basis::Said(text.to_owned()));
        let found = || {
            let duty = self.duty_of(set, unit, event.at)?;
            Some(Basis::Duty { id: duty.id.clone(), found: true })
        };
        self.basis = named.or(decision).or_else(found).or_else(said);
    }

    /// The duty that makes `unit` responsible for this ticket at an instant.
    pub fn duty_of<'s>(&self, set: &'s PolicySet, unit: &str, at: Timestamp) -> Option<&'s Duty> {
        let item = self.attributes.value("item")?;
        let day = set.calendar.date_of(at);
        set.catalogue.as_ref()?.basis(unit, item, self.attributes.area.as_deref(), day)
    }

    /// Whether this unit is responsible for the ticket by the catalogue; `None` where there is none or no item is known.
    pub fn is_duty_of(&self, set: &PolicySet, unit: &str, at: Timestamp) -> Option<bool> {
        let catalogue = set.catalogue.as_ref()?;
        catalogue.item(self.attributes.value("item")?)?;
        Some(self.duty_of(set, unit, at).is_some())
    }

    /// Whether the ticket was dispatched under a catalogue and nothing says why to this unit.
    pub fn lacks_basis(&self, set: &PolicySet) -> bool {
        set.catalogue.is_some() && self.dispatched.is_some() && self.basis.is_none()
    }
}
