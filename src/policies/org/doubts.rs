//! Doubts about an organisation that reads well: who would not be told, and why.
//!
//! Invariant: `an_organisation_is_doubted_at_its_place` (policies/tests.rs).

use std::collections::{BTreeMap, BTreeSet};

use super::{Insist, Matters, Spots};
use crate::{
    core::{
        org::{Org, Person, Post, Posts, THIRD_PARTY},
        policy::{PolicySet, Via},
        timestamp::Timestamp,
    },
    policies::reader::Item,
};

/// The role every unit needs where the set knows it: the head (一把手).
const PRINCIPAL: &str = "principal";

/// Says every doubt at its place.
pub fn doubts(org: &Org, set: &PolicySet, spots: &Spots<'_>, insist: Insist, now: Timestamp) {
    heads(org, set, spots, insist);
    // What follows from an error is not worth a doubt.
    if spots.units.values().next().is_some_and(Item::is_among_errors) {
        return;
    }
    let ways = ways(set);
    empty_units(org, spots);
    unreachable(org, &ways, spots, now);
    ended(&org.posts, &spots.posts, "post", now);
    ended(&org.areas, &spots.areas, "area", now);
    for item in &spots.unowned {
        item.warn("the area has no owner: its `person` is missing", None);
    }
    unfilled(org, set, &ways, spots);
    powerless(org, set, spots);
}

/// The ways ladders tell each role.
fn ways(set: &PolicySet) -> BTreeMap<&str, Vec<&[Via]>> {
    let mut ways: BTreeMap<&str, Vec<&[Via]>> = BTreeMap::new();
    for step in set.ladders.iter().flat_map(|ladder| &ladder.steps) {
        let of_slip = set.slips.get(&step.slip).into_iter().flat_map(|slip| &slip.cc);
        for role in step.to.iter().chain(&step.cc).chain(of_slip) {
            let known = ways.entry(role).or_default();
            if !known.contains(&step.via.as_slice()) {
                known.push(&step.via);
            }
        }
    }
    ways
}

/// Units whose head is nobody: red slips would climb past them.
fn heads(org: &Org, set: &PolicySet, spots: &Spots<'_>, insist: Insist) {
    if !set.roles.contains_key(PRINCIPAL) || insist.principal == Matters::Not {
        return;
    }
    let parents = parents(org);
    for unit in org.units.values().filter(|unit| unit.kind != THIRD_PARTY) {
        let asked = insist.of_all_units || !parents.contains(unit.id.as_str());
        if !asked || org.posts.of(&unit.id, PRINCIPAL).next().is_some() {
            continue;
        }
        let Some(item) = spots.units.get(&unit.id) else { continue };
        let text = format!("unit `{}` has no `{PRINCIPAL}`; red slips climb past it", unit.id);
        match insist.principal {
            Matters::Error => item.complain(text),
            Matters::Warning | Matters::Not => item.warn(text, None),
        }
    }
}

fn parents(org: &Org) -> BTreeSet<&str> {
    org.units.values().filter_map(|unit| unit.parent.as_deref()).collect()
}

/// The lowest units, where nobody has any role: everything sent to them climbs.
fn empty_units(org: &Org, spots: &Spots<'_>) {
    let parents = parents(org);
    for unit in org.units.values().filter(|unit| !parents.contains(unit.id.as_str())) {
        if let Some(item) = spots.units.get(&unit.id).filter(|_| !org.posts.has(&unit.id)) {
            item.warn(format!("unit `{}` has no contact: nobody has a post in it", unit.id), None);
        }
    }
}

/// People a step tells by ways they have no address for.
fn unreachable(org: &Org, ways: &BTreeMap<&str, Vec<&[Via]>>, spots: &Spots<'_>, now: Timestamp) {
    let mut told: BTreeMap<&str, BTreeSet<&[Via]>> = BTreeMap::new();
    for post in org.posts.iter().chain(&org.areas).filter(|post| !is_over(post, now)) {
        let used = ways.get(post.role.as_str()).into_iter().flatten().copied();
        told.entry(&post.person).or_default().extend(used);
    }
    for (id, used) in told {
        let (Some(person), Some(item)) = (org.people.get(id), spots.people.get(id)) else {
            continue;
        };
        let reached = |ways: &&&[Via]| ways.iter().any(|via| has_address(person, *via));
        if let Some(ways) = used.iter().find(|ways| !reached(ways)) {
            let ways: Vec<&str> = ways.iter().map(|via| via.name()).collect();
            let text = format!(
                "person `{id}` is told by {}, but has no address for that",
                ways.join(", ")
            );
            item.warn(text, None);
        }
    }
}

/// At any time: a contact that begins tomorrow is one.
fn has_address(person: &Person, via: Via) -> bool {
    let starts = person.contacts.iter().map(|contact| contact.from.unwrap_or_default());
    starts.into_iter().any(|from| person.address(via, from).is_some())
}

fn is_over(post: &Post, now: Timestamp) -> bool {
    post.to.is_some_and(|to| to <= now)
}

/// Posts that ended and that nobody has taken over.
fn ended(posts: &Posts, items: &[Item<'_>], what: &str, now: Timestamp) {
    for (post, item) in posts.iter().zip(items) {
        let mut same = posts.of(&post.unit, &post.role);
        if is_over(post, now) && same.all(|other| is_over(other, now)) {
            let (role, unit) = (&post.role, &post.unit);
            item.warn(
                format!("this {what} has ended and nobody is `{role}` of `{unit}` now"),
                None,
            );
        }
    }
}

/// Roles that ladders tell and that nobody has anywhere.
fn unfilled(org: &Org, set: &PolicySet, ways: &BTreeMap<&str, Vec<&[Via]>>, spots: &Spots<'_>) {
    let Some(first) = spots.posts.first() else { return };
    let held: BTreeSet<&str> =
        org.posts.iter().chain(&org.areas).map(|post| post.role.as_str()).collect();
    for role in ways.keys().filter(|role| !held.contains(**role)) {
        let has_fallback = set.roles.get(*role).is_some_and(|role| !role.fallback.is_empty());
        if !has_fallback && set.roles.contains_key(*role) {
            let text = format!("nobody is `{role}` anywhere, but the ladders tell this role");
            first.warn(text, Some("give somebody the role in a [[post]] or [[area]]".to_owned()));
        }
    }
}

/// Kinds of units that `[authority]` names and that no unit is of.
fn powerless(org: &Org, set: &PolicySet, spots: &Spots<'_>) {
    let Some(first) = spots.units.values().next() else { return };
    let kinds: BTreeSet<&str> = org.units.values().map(|unit| unit.kind.as_str()).collect();
    for (event, allowed) in &set.authority {
        for kind in allowed.iter().filter(|kind| !kinds.contains(kind.as_str())) {
            let text = format!(
                "only units of kind `{kind}` may send `{event}`, but no unit is of this kind"
            );
            first.warn(text, Some("say `kind` at a [[unit]]".to_owned()));
        }
    }
}
