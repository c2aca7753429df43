//! Whom a policy calls beside the responsible unit, and what each of them has done.
//!
//! A whistle calls units, a countersigned answer calls signers, a plan lists milestones.
//! Where a policy listens to `KIND_all`, duban adds that event when every one that was
//! called has said KIND or was excused.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{
    FollowUp, Ticket,
    lane::{listed, names},
};
use crate::core::{
    clock::State,
    event::{Event, Kind},
    policy::{Policy, PolicySet},
};

/// A unit that was called need not do it.
pub const EXCUSED: &str = "excused";
/// The blower's word on one called unit.
pub const WHISTLE_RATED: &str = "whistle_rated";

/// Those a policy called on one ticket.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Call {
    /// By the key of the list they stood in: `units`, `cosigners`, `milestones`.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub lists: BTreeMap<String, Vec<String>>,
    /// Units with a part of their own: `blower`, `orderer`.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub places: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub excused: Vec<String>,
    /// Who has said what, of the kinds a policy counts.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub said: BTreeMap<Kind, Vec<String>>,
    /// The blower's rating of each unit (评哨), for the rates.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub ratings: BTreeMap<String, String>,
}

impl Call {
    /// Whether nobody was called.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Notes one that is called.
    pub fn add(&mut self, list: &str, one: &str) {
        if one.is_empty() {
            return;
        }
        let list = self.lists.entry(list.to_owned()).or_default();
        if !list.iter().any(|known| known == one) {
            list.push(one.to_owned());
        }
    }

    /// Those of all lists an event speaks of.
    fn named(&self, event: &Event) -> Vec<String> {
        let known = |list: &String, one: &&String| names(event, list, one);
        let named = self
            .lists
            .iter()
            .flat_map(|(list, all)| all.iter().filter(move |one| known(list, one)).cloned());
        named.collect()
    }

    /// Takes over what an event says of those called; the kind that is complete now, if one is.
    fn hear(&mut self, policy: &Policy, event: &Event) -> Option<Kind> {
        let named = self.named(event);
        if event.kind == Kind::of(EXCUSED) {
            self.excused.extend(named);
            let kinds: Vec<Kind> = counted(policy).collect();
            return kinds.into_iter().find(|kind| self.is_complete(policy, kind));
        }
        let rated = Kind::of(WHISTLE_RATED);
        let is_rating = event.kind == rated || event.kind == Kind::Rated;
        if let Some(rating) = event.text("rating").filter(|_| is_rating) {
            self.ratings.extend(named.iter().map(|unit| (unit.clone(), rating.to_owned())));
        }
        let kind = if is_rating { rated } else { event.kind.clone() };
        if named.is_empty() || !counted(policy).any(|one| one == kind) {
            return None;
        }
        self.said.entry(kind.clone()).or_default().extend(named);
        self.is_complete(policy, &kind).then_some(kind)
    }

    /// Whether every one that was called for this has said it or was excused.
    fn is_complete(&self, policy: &Policy, kind: &Kind) -> bool {
        let asked = policy.clocks.iter().filter(|rule| rule.per_unit && rule.stop.contains(kind));
        let mut lists: Vec<&str> = asked.map(|rule| rule.units_from.as_str()).collect();
        if lists.is_empty() {
            lists.push("units");
        }
        let mut called = lists.iter().filter_map(|list| self.lists.get(*list)).flatten().peekable();
        let said = |one: &String| self.said.get(kind).is_some_and(|said| said.contains(one));
        called.peek().is_some() && called.all(|one| said(one) || self.excused.contains(one))
    }
}

/// The kinds of which a policy listens to `KIND_all`.
fn counted(policy: &Policy) -> impl Iterator<Item = Kind> {
    let of_clocks = policy
        .clocks
        .iter()
        .flat_map(|rule| rule.start.iter().chain(&rule.stop).chain(&rule.recur_until));
    of_clocks.chain(&policy.ends).filter_map(|kind| kind.name().strip_suffix("_all").map(Kind::of))
}

impl Ticket {
    /// Those called in a strand.
    pub fn call(&self, overlay: &str) -> &Call {
        self.overlay(overlay).map_or(&self.call, |overlay| &overlay.call)
    }

    pub(super) fn call_mut(&mut self, overlay: &str) -> &mut Call {
        match self.overlays.iter_mut().find(|one| one.name == overlay) {
            Some(overlay) => &mut overlay.call,
            None => &mut self.call,
        }
    }

    /// The unit that has this part in a strand; empty for the responsible one. `first` is the unit
    /// the ticket went to first: the district centre that sent it on.
    pub(super) fn place(&self, overlay: &str, part: Option<&str>) -> String {
        if part == Some("first") {
            return self.first_unit.clone().unwrap_or_default();
        }
        let found = part.and_then(|part| self.call(overlay).places.get(part));
        found.cloned().unwrap_or_default()
    }

    /// Whether the event is the blower's word on a called unit and not a resident's answer.
    pub(super) fn rates_a_unit(&self, event: &Event) -> bool {
        let calls = std::iter::once(&self.call).chain(self.overlays.iter().map(|one| &one.call));
        event.text("rating").is_some()
            && calls.into_iter().any(|call| !call.named(event).is_empty())
    }

    /// Notes what those called have done in every strand, and owes `KIND_all` where all have.
    pub(super) fn hear_called(&mut self, set: &PolicySet, event: &Event) {
        let mut owed: Vec<(Kind, String)> = Vec::new();
        if !self.call.is_empty()
            && event.text("overlay").is_none()
            && let Some(policy) = self.rounds.last().and_then(|r| set.policies.get(r.policy))
        {
            let complete = self.call.hear(policy, event);
            owed.extend(complete.map(|kind| (kind, String::new())));
        }
        for overlay in self.overlays.iter_mut().filter(|one| one.hears(event)) {
            let Some(policy) = set.policies.get(overlay.policy) else { continue };
            let complete = overlay.call.hear(policy, event);
            owed.extend(complete.map(|kind| (kind, overlay.name.clone())));
        }
        for (kind, overlay) in owed {
            let kind = Kind::of(&format!("{kind}_all"));
            if self.seen_by(&overlay).contains_key(&kind) {
                continue;
            }
            let (reason, round) = ("everybody called has".to_owned(), self.round());
            let owed = FollowUp { kind, reason, round, about: String::new(), overlay };
            if !self.follow_ups.contains(&owed) {
                self.follow_ups.push(owed);
            }
        }
    }

    /// Those who are excused have no clocks any more.
    pub(super) fn excuse(&mut self, event: &Event) {
        for index in 0..self.clocks.len() {
            let key = &self.clocks[index].key;
            let is_named = !key.unit.is_empty()
                && (event.unit.as_ref() == Some(&key.unit)
                    || self
                        .call(&key.overlay)
                        .lists
                        .keys()
                        .any(|list| listed(event, list).any(|one| one == key.unit)));
            if is_named && self.clocks[index].is_open() {
                self.clocks[index].state = State::Cancelled { at: event.at };
            }
        }
    }
}
