//! What the organisation says about an event, written into the event when it arrives.
//!
//! A fold sees journal and policy set only: an organisation that changes later must not change
//! what happened. Nobody outside can attest anything: what they say under this key is dropped.

use serde_json::{Map, Value};

use super::Org;
use crate::core::{event::Event, policy::PolicySet};

/// The key of `data` that only duban writes.
pub const ATTESTED: &str = "attested";

/// What was attested of an event.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Attested<'e> {
    /// The kind of the unit the event is about.
    pub unit_kind: Option<&'e str>,
    /// The kind of the unit that sends the event (`data.by_unit`).
    pub by_kind: Option<&'e str>,
    /// The level of the highest role of the person who handles the ticket (`data.handler`).
    pub handler_level: Option<u8>,
}

impl<'e> Attested<'e> {
    /// Reads it from an event.
    pub fn of(event: &'e Event) -> Self {
        let Some(said) = event.data.get(ATTESTED) else { return Self::default() };
        let level = said.get("handler_level").and_then(Value::as_u64);
        Self {
            unit_kind: said.get("unit_kind").and_then(Value::as_str),
            by_kind: said.get("by_kind").and_then(Value::as_str),
            handler_level: level.and_then(|level| u8::try_from(level).ok()),
        }
    }
}

impl Org {
    /// Writes what the organisation knows about the units and people of an event into it.
    pub fn attest(&self, set: &PolicySet, event: &mut Event) {
        event.data.remove(ATTESTED);
        let mut said = Map::new();
        let kind_of = |unit: &str| {
            let kind = self.units.get(unit).map(|unit| unit.kind.as_str());
            kind.filter(|kind| !kind.is_empty()).map(Value::from)
        };
        let kinds = [
            ("unit_kind", event.unit.as_deref().and_then(kind_of)),
            ("by_kind", event.text("by_unit").and_then(kind_of)),
            ("handler_level", self.handler_level(set, event).map(Value::from)),
        ];
        for (key, value) in kinds {
            if let Some(value) = value {
                said.insert(key.to_owned(), value);
            }
        }
        if !said.is_empty() {
            event.data.insert(ATTESTED.to_owned(), Value::Object(said));
        }
    }

    /// In the unit of the event if it names one, else anywhere.
    fn handler_level(&self, set: &PolicySet, event: &Event) -> Option<u8> {
        let handler = event.text("handler").filter(|handler| self.people.contains_key(*handler))?;
        let held = self.posts.iter().filter(|post| {
            post.person == handler
                && post.is_valid(event.at)
                && event.unit.as_ref().is_none_or(|unit| *unit == post.unit)
        });
        held.filter_map(|post| set.roles.get(&post.role).map(|role| role.level)).max()
    }
}
