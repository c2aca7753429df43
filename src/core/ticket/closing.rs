//! What a round has to show, and what is missing before it may count as done.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Ticket, permit::Refused};
use crate::core::{
    event::Event,
    policy::{CloseRule, DataKey, PolicySet, Requirement},
};

/// What the events of a round brought along, as far as closing rules ask for it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Evidence {
    pub keys: BTreeSet<String>,
    pub attachments: u32,
}

impl Evidence {
    pub(super) fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl Ticket {
    /// Refuses an event the closing rule guards while something is missing; flags one it only watches.
    pub(super) fn guard(&mut self, set: &PolicySet, event: &Event) -> Result<(), Refused> {
        if self.ended.is_some() {
            return Ok(()); // it is closed already, by its rules
        }
        let Some(policy) = self.policy(set) else { return Ok(()) };
        let rule = &policy.close;
        let (guards, watches) = (rule.on.contains(&event.kind), rule.flag_on.contains(&event.kind));
        if !guards && !watches {
            return Ok(());
        }
        let missing = self.missing(rule, event);
        match missing.is_empty() {
            true => Ok(()),
            false if guards => Err(Refused::Incomplete(missing.join("; "))),
            false => {
                self.owe_lack("incomplete", event, &missing.join("; "));
                Ok(())
            }
        }
    }

    /// The names of what the closing rule asks for and this round has not shown yet.
    pub(super) fn lacking<'r>(&self, rule: &'r CloseRule) -> Vec<&'r str> {
        let has = |one: &Requirement| {
            one.kinds.iter().any(|kind| self.seen.contains_key(kind))
                || one.keys.iter().any(|key| self.evidence.keys.contains(&key.key))
        };
        rule.requires.iter().filter(|one| !has(one)).map(|one| one.name.as_str()).collect()
    }

    fn missing(&self, rule: &CloseRule, event: &Event) -> Vec<String> {
        let has = |one: &&Requirement| {
            one.kinds.iter().any(|kind| *kind == event.kind || self.seen.contains_key(kind))
                || one
                    .keys
                    .iter()
                    .any(|key| self.evidence.keys.contains(&key.key) || fills(event, key))
        };
        let lacks = rule.requires.iter().filter(|one| !has(one));
        let mut missing: Vec<String> =
            lacks.map(|one| format!("{} ({})", one.name, one.ways())).collect();
        let attachments = self.evidence.attachments.saturating_add(attachments(event));
        if attachments < rule.attachments_min {
            missing.push(format!("attachments ({attachments} of {})", rule.attachments_min));
        }
        missing
    }

    /// Keeps what an event brought along.
    pub(super) fn gather(&mut self, set: &PolicySet, event: &Event) {
        if event.data.is_empty() {
            return;
        }
        let Some(policy) = self.policy(set) else { return };
        let keys = policy.close.requires.iter().flat_map(|one| &one.keys);
        let found: Vec<String> =
            keys.filter(|key| fills(event, key)).map(|key| key.key.clone()).collect();
        self.evidence.keys.extend(found);
        let attached = attachments(event);
        self.evidence.attachments = self.evidence.attachments.saturating_add(attached);
    }
}

fn fills(event: &Event, DataKey { key, parts }: &DataKey) -> bool {
    match event.data.get(key.as_str()) {
        Some(Value::Object(table)) => {
            !table.is_empty()
                && parts.iter().all(|part| table.get(part).is_some_and(|v| !v.is_null()))
        }
        Some(_) => parts.is_empty() && event.says(key),
        None => false,
    }
}

/// A list of attachments, or how many there are.
fn attachments(event: &Event) -> u32 {
    let count = match event.data.get("attachments") {
        Some(Value::Array(list)) => list.len() as u64,
        Some(value) => value.as_u64().unwrap_or(0),
        None => 0,
    };
    u32::try_from(count).unwrap_or(u32::MAX)
}
