//! Policies that run beside the one of the round: a whistle, a leader's instruction, the
//! ledger, an order to rectify, a review.
//!
//! Invariants (tests/overlays.rs):
//! * `an_overlay_does_not_disturb_the_clocks_of_the_ticket`
//! * `what_outlives_the_ticket_goes_on_after_its_end`
//! * `what_hanging_stopped_goes_on_with_what_remained`

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Round, Stage, Ticket, call::Call, clocks::starts};
use crate::core::{
    clock::{Clock, State},
    event::{Event, Kind},
    policy::{Place, Policy, PolicySet},
    timestamp::Timestamp,
};

/// A policy that runs beside the one of the round.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Overlay {
    /// The policy's id; with a number where it opened before (`rectify.2`).
    pub name: String,
    /// Index of the policy in the set.
    pub policy: usize,
    pub opened: Timestamp,
    /// The event that opened it.
    pub by: Kind,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<Ended>,
    /// What the opening event said of its kind (普通哨, 行动哨, 应急哨).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// The order or instruction it is about; an event that names another one does not concern it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// How often its clocks were extended.
    #[serde(default, skip_serializing_if = "is_none")]
    pub extensions: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub admission: Option<Admission>,
    /// First occurrence of each kind since it opened.
    pub seen: BTreeMap<Kind, Timestamp>,
    #[serde(default, skip_serializing_if = "Call::is_empty")]
    pub call: Call,
}

/// For counts that are left out of the stored state while they are nothing.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it with a reference")]
fn is_none(count: &u32) -> bool {
    *count == 0
}

/// How an overlay ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ended {
    pub at: Timestamp,
    /// The event; `None`: the ticket ended, and this did not outlive it.
    pub by: Option<Kind>,
}

/// With what a matter was admitted to a ledger.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Admission {
    pub approver: Option<String>,
    pub reason: Option<String>,
    pub has_plan: bool,
    /// The leader in charge of it (包案领导).
    pub leader: Option<String>,
    /// What the policy asks for and the event did not say.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub lacking: Vec<String>,
}

impl Overlay {
    /// Whether it is open and the event does not speak of another one.
    pub fn hears(&self, event: &Event) -> bool {
        let is_named = event.text("overlay").is_none_or(|name| name == self.name);
        let other = |own: &String| event.text("ref").is_some_and(|named| named != own);
        self.ended.is_none() && is_named && !self.reference.as_ref().is_some_and(other)
    }
}

impl Ticket {
    /// The overlay of this name.
    pub fn overlay(&self, name: &str) -> Option<&Overlay> {
        self.overlays.iter().find(|overlay| overlay.name == name)
    }

    /// The name under which a clock is counted: that of an overlay is set apart only where the
    /// ticket's own policies have a clock of the same name.
    pub fn counted_as(&self, set: &PolicySet, clock: &Clock) -> String {
        let own = self.rounds.iter().filter_map(|round| set.policies.get(round.policy));
        let is_taken =
            own.flat_map(|policy| &policy.clocks).any(|rule| rule.name == clock.key.name);
        if is_taken && !clock.key.is_own() { clock.key.label() } else { clock.key.name.clone() }
    }

    /// First occurrence of each kind, as a strand knows it.
    pub(super) fn seen_by(&self, overlay: &str) -> &BTreeMap<Kind, Timestamp> {
        self.overlay(overlay).map_or(&self.seen, |overlay| &overlay.seen)
    }

    /// Clocks of the ticket's own policy that stand still because of a policy this event opens.
    pub(super) fn stands_still(&self, set: &PolicySet, event: &Event) -> Vec<String> {
        let opening = self.opening(set, event);
        let own = opening.into_iter().flat_map(|index| &set.policies[index].overlay.stands_still);
        own.cloned().collect()
    }

    /// The policies this event opens beside the one of the ticket.
    pub(super) fn opening(&self, set: &PolicySet, event: &Event) -> Vec<usize> {
        let Some(own) = self.rounds.last().map(|round| round.policy) else { return Vec::new() };
        let opens = |(index, policy): &(usize, &Policy)| {
            *index != own
                && policy.overlay.on.contains(&event.kind)
                && (self.ended.is_none() || policy.overlay.outlives)
                && policy.select.takes_beside(&self.attributes)
                && !self.is_in_ledger(policy)
        };
        let policies = set.policies.iter().enumerate();
        policies.filter(opens).map(|(index, _)| index).collect()
    }

    /// Whether a policy that puts clocks back is open already: it opens only once at a time.
    pub(super) fn is_in_ledger(&self, policy: &Policy) -> bool {
        let open = |one: &&Overlay| one.ended.is_none() && is_of(&one.name, &policy.id);
        !policy.overlay.puts_back.is_empty() && self.overlays.iter().any(|one| open(&one))
    }

    /// A first event that opens some policy makes it the ticket's own.
    pub(super) fn adopt(&mut self, set: &PolicySet, event: &Event) {
        let Some(policy) = set.policies.iter().position(|policy| opens_own(policy, event)) else {
            return;
        };
        self.unmapped = false;
        self.rounds = vec![Round { policy, opened: event.at, reason: None }];
    }

    /// Whether the event opens the ticket's own policy: then it stands for the dispatch.
    pub(super) fn begins_own(&mut self, set: &PolicySet, event: &Event) -> bool {
        if !self.policy(set).is_some_and(|policy| opens_own(policy, event)) {
            return false;
        }
        self.note_places(set, event, "");
        if self.dispatched.is_none() {
            self.dispatched = Some(event.at);
            self.stage = self.stage.max(Stage::Dispatched);
            self.unit = event.text("lead").map(str::to_owned).or_else(|| event.unit.clone());
            self.first_unit.clone_from(&self.unit);
        }
        true
    }

    /// Starts what an event starts in the overlays, ends those it ends, and opens those it opens.
    pub(super) fn run_overlays(&mut self, set: &PolicySet, event: &Event, opening: &[usize]) {
        for index in 0..self.overlays.len() {
            if !self.overlays[index].hears(event) {
                continue;
            }
            let overlay = &mut self.overlays[index];
            let (name, policy) = (overlay.name.clone(), overlay.policy);
            overlay.seen.entry(event.kind.clone()).or_insert(event.at);
            let Some(rules) = set.policies.get(policy) else { continue };
            let is_over =
                rules.ends.contains(&event.kind) || rules.overlay.puts_back.contains(&event.kind);
            if is_over {
                if rules.overlay.puts_back.contains(&event.kind) {
                    self.put_back(set, index, event.at);
                }
                self.end_overlay(&name, event.at, Some(&event.kind));
            } else {
                let clock_start = &set.clock_start;
                self.start_strand(set, event, policy, &name, |rule| {
                    event.kind != *clock_start && rule.start.contains(&event.kind)
                });
            }
        }
        for policy in opening {
            self.open_overlay(set, event, *policy);
        }
    }

    fn open_overlay(&mut self, set: &PolicySet, event: &Event, index: usize) {
        let policy = &set.policies[index];
        let before = self.overlays.iter().filter(|one| is_of(&one.name, &policy.id)).count();
        let name = match before {
            0 => policy.id.clone(),
            n => format!("{}.{}", policy.id, n + 1),
        };
        let text = |key: &str| event.text(key).map(str::to_owned);
        self.overlays.push(Overlay {
            name: name.clone(),
            policy: index,
            opened: event.at,
            by: event.kind.clone(),
            ended: None,
            kind: text("kind"),
            reference: text("ref"),
            extensions: 0,
            admission: policy.admit.as_ref().map(|rule| rule.admission(event)),
            seen: BTreeMap::new(),
            call: Call::default(),
        });
        self.note_places(set, event, &name);
        self.start_strand(set, event, index, &name, |rule| {
            starts(rule, &event.kind, true, &set.clock_start)
        });
    }

    /// Who has which part: as the event says, else the unit that says it, where it calls others.
    fn note_places(&mut self, set: &PolicySet, event: &Event, overlay: &str) {
        let policy = match self.overlay(overlay) {
            Some(overlay) => set.policies.get(overlay.policy),
            None => self.policy(set),
        };
        let parts = policy.iter().flat_map(|p| &p.clocks).filter_map(|rule| rule.owner.as_ref());
        let calls = event.data.contains_key("units");
        let parts = parts.filter(|part| *part != "lead").filter_map(|part| {
            let said = event.text(part).or(event.unit.as_deref().filter(|_| calls));
            Some((part.clone(), said?.to_owned()))
        });
        let places: BTreeMap<String, String> = parts.collect();
        self.call_mut(overlay).places.extend(places);
    }

    /// Ends an overlay and its clocks, and nothing else.
    fn end_overlay(&mut self, name: &str, at: Timestamp, by: Option<&Kind>) {
        if let Some(overlay) = self.overlays.iter_mut().find(|one| one.name == name) {
            overlay.ended = Some(Ended { at, by: by.cloned() });
        }
        let open = |clock: &&mut Clock| clock.key.overlay == name && clock.is_open();
        for clock in self.clocks.iter_mut().filter(open) {
            clock.state = State::Cancelled { at };
        }
        self.follow_ups.retain(|owed| owed.overlay != name);
    }

    /// The ticket has ended: overlays that do not outlive it end as well.
    pub(super) fn end_overlays(&mut self, set: &PolicySet, event: &Event) {
        let outlives =
            |policy: usize| set.policies.get(policy).is_some_and(|policy| policy.overlay.outlives);
        let open = self.overlays.iter().filter(|one| one.ended.is_none() && !outlives(one.policy));
        let ending: Vec<(String, bool)> = open
            .map(|one| {
                let rules = set.policies.get(one.policy);
                let is_own = rules.is_some_and(|policy| policy.ends.contains(&event.kind));
                (one.name.clone(), is_own && one.hears(event))
            })
            .collect();
        for (name, is_own) in ending {
            self.end_overlay(&name, event.at, is_own.then_some(&event.kind));
        }
    }

    /// The clocks that stopped when the overlay opened go on with exactly what remained.
    fn put_back(&mut self, set: &PolicySet, index: usize, at: Timestamp) {
        let (opened, by) = (self.overlays[index].opened, self.overlays[index].by.clone());
        let round = self.round();
        let stopped = |clock: &&mut Clock| {
            let by_it = State::Stopped { at: opened, by: by.clone(), met: true };
            let late = State::Stopped { at: opened, by: by.clone(), met: false };
            clock.key.is_own()
                && clock.key.round == round
                && (clock.state == by_it || clock.state == late)
        };
        for clock in self.clocks.iter_mut().filter(stopped) {
            clock.reopen(&set.calendar, at);
        }
        self.seen.remove(&by);
    }

    /// Other rules hold: `of_policy` finds the policy in them. What they do not know ends.
    pub(super) fn move_overlays(
        &mut self,
        of_policy: impl Fn(usize) -> Option<usize>,
        at: Timestamp,
    ) {
        let mut gone = Vec::new();
        for overlay in &mut self.overlays {
            match of_policy(overlay.policy) {
                Some(policy) => overlay.policy = policy,
                None => gone.push(overlay.name.clone()),
            }
        }
        for name in gone {
            if self.overlay(&name).is_some_and(|one| one.ended.is_none()) {
                self.end_overlay(&name, at, None);
            }
        }
    }
}

/// Whether a ticket can have this policy as its own from this event on.
fn opens_own(policy: &Policy, event: &Event) -> bool {
    policy.overlay.on.contains(&event.kind) && policy.overlay.place == Place::Anywhere
}

/// Whether an overlay of this name is of that policy.
fn is_of(name: &str, policy: &str) -> bool {
    name.strip_prefix(policy).is_some_and(|rest| {
        rest.is_empty() || rest.strip_prefix('.').is_some_and(|n| n.parse::<u32>().is_ok())
    })
}
