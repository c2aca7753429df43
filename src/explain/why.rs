//! Why this policy, why this due, why this unit: the choices of the fold, told again.

use std::fmt::{self, Write as _};

use serde_json::{Value, json};

use super::{Story, text::span_text};
use crate::core::{
    catalogue::Catalogue,
    clock::Clock,
    policy::Policy,
    selection::{ChosenBy, choose, has_unknown_item, passed_over},
    ticket::{Basis, Promise},
    timestamp::Timestamp,
};

impl Story {
    /// The lines under the policy's name.
    pub(super) fn why_policy(&self, out: &mut String, policy: &Policy) -> fmt::Result {
        let ticket = &self.ticket;
        if ticket.round() > 1 {
            let reason = ticket.rounds.last().and_then(|round| round.reason.as_deref());
            let reason = reason.unwrap_or("no reason given");
            writeln!(out, "  because round {} was opened: {reason}", ticket.round())?;
        } else {
            writeln!(out, "  because {}", self.chosen_because(policy))?;
            let index = ticket.rounds.last().map_or(usize::MAX, |round| round.policy);
            for (other, keys) in passed_over(&self.set, &ticket.attributes, index) {
                let than = if other.precedence < policy.precedence {
                    "its precedence is lower"
                } else {
                    "it is less exact or stands later"
                };
                writeln!(out, "  policy {} takes it too, by {keys} keys; {than}", other.id)?;
            }
        }
        if has_unknown_item(&self.set, &ticket.attributes) {
            let item = ticket.attributes.value("item").unwrap_or_default();
            writeln!(out, "  flagged: item {item} is not in the catalogue")?;
        }
        match (&policy.basis, policy.valid_from) {
            (Some(basis), Some(from)) => writeln!(out, "  rests on {basis}, in force since {from}"),
            (Some(basis), None) => writeln!(out, "  rests on {basis}"),
            (None, Some(from)) => writeln!(out, "  in force since {from}"),
            (None, None) => Ok(()),
        }
    }

    fn chosen_because(&self, policy: &Policy) -> String {
        match choose(&self.set, &self.ticket.attributes).map(|chosen| chosen.by) {
            Some(ChosenBy::Item(entry)) => {
                let item = self.ticket.attributes.value("item").unwrap_or_default();
                format!("the catalogue gives item {item} the policy of entry {entry}")
            }
            Some(ChosenBy::Selector) => {
                let keys = policy.select.keys.iter();
                let keys: Vec<String> = keys
                    .map(|(key, wanted)| format!("{key} is one of {}", wanted.join(", ")))
                    .collect();
                keys.join(" and ")
            }
            Some(ChosenBy::Default) | None => {
                "no selector took the ticket and it is the default policy".to_owned()
            }
        }
    }

    /// Every span that was offered for a clock, the one that holds first; empty where there was no choice.
    fn offered(&self, clock: &Clock) -> Vec<Promise<'_>> {
        let Some((rule, _)) = self.ticket.rule_of(&self.set, clock) else { return Vec::new() };
        let attributes = &self.ticket.attributes;
        let offered = self.ticket.promises(&self.set, rule, attributes, clock.started);
        if clock.given || offered.len() < 2 || !clock.key.is_own() { Vec::new() } else { offered }
    }

    pub(super) fn why_due(&self, out: &mut String, clock: &Clock) -> fmt::Result {
        for (place, promise) in self.offered(clock).iter().enumerate() {
            let by = promise
                .campaign
                .map_or("the policy".to_owned(), |one| format!("campaign {} ({})", one.id, one.en));
            let verdict = if place == 0 { "holds, the strictest" } else { "is later" };
            let due = self.local(promise.due);
            writeln!(out, "      {by} says {}: due {due} {verdict}", promise.span)?;
        }
        Ok(())
    }

    /// The choice behind a due, for JSON; null where there was none.
    pub(super) fn why_due_json(&self, clock: &Clock) -> Value {
        let offered = self.offered(clock);
        if offered.is_empty() {
            return Value::Null;
        }
        let told = |promise: &Promise<'_>| {
            json!({
                "campaign": promise.campaign.map(|campaign| campaign.id.as_str()),
                "span": promise.span.to_string(),
                "due": self.rfc3339(promise.due),
            })
        };
        offered.iter().map(told).collect()
    }

    /// Which stages the ticket went through and how long it dwelt in each.
    pub(super) fn stages(&self, out: &mut String, now: Timestamp) -> fmt::Result {
        let dwells = self.ticket.dwells(now);
        if dwells.is_empty() {
            return Ok(());
        }
        let told: Vec<String> = dwells
            .iter()
            .map(|(entered, ms)| {
                let rule = self.set.stage(&entered.stage);
                let name = rule.map_or(entered.stage.as_str(), |stage| match &*self.set.language {
                    "en" => &stage.en,
                    _ => &stage.zh, // the other language a set may have
                });
                format!("{name} {}", span_text(*ms))
            })
            .collect();
        writeln!(out, "Stages: {}", told.join(", "))
    }

    pub(super) fn stages_json(&self, now: Timestamp) -> Value {
        let told = |(entered, ms): (&crate::core::stage::Entered, i64)| {
            let rule = self.set.stage(&entered.stage);
            json!({
                "stage": entered.stage,
                "zh": rule.map(|stage| &stage.zh),
                "en": rule.map(|stage| &stage.en),
                "since": self.rfc3339(entered.at),
                "dwell_s": ms / 1_000,
            })
        };
        self.ticket.dwells(now).into_iter().map(told).collect()
    }

    /// What the dispatch rests on.
    pub(super) fn basis(&self, out: &mut String) -> fmt::Result {
        match &self.ticket.basis {
            Some(Basis::Duty { id, found }) => {
                let duties = self.set.catalogue.iter().flat_map(Catalogue::duties);
                let mut duties = duties.into_iter();
                let duty = duties.find(|duty| duty.id == *id);
                let told = duty.map_or("which the catalogue does not have".to_owned(), |duty| {
                    let area = if duty.area.is_empty() { "everywhere" } else { &duty.area };
                    format!("{} for item {} in {area}", duty.unit, duty.item)
                });
                let how = if *found { "found in the catalogue" } else { "named by the dispatcher" };
                writeln!(out, "Basis: duty {id} ({told}), {how}")
            }
            Some(Basis::Decision(decision)) => {
                let by = decision.by.as_deref().unwrap_or("nobody named");
                writeln!(
                    out,
                    "Basis: decided by {by} at {}: {}",
                    self.local(decision.at),
                    decision.text
                )
            }
            Some(Basis::Said(text)) => writeln!(out, "Basis: {text}"),
            None if self.ticket.lacks_basis(&self.set) => {
                writeln!(
                    out,
                    "Basis: missing; no duty of the catalogue makes this unit responsible"
                )
            }
            None => Ok(()),
        }
    }

    pub(super) fn basis_json(&self) -> Value {
        match &self.ticket.basis {
            Some(basis) => serde_json::to_value(basis).unwrap_or_default(),
            None if self.ticket.lacks_basis(&self.set) => Value::from("missing"),
            None => Value::Null,
        }
    }
}
