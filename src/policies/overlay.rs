//! The keys of a policy that runs beside another: what opens it, what it does to the ticket's
//! own clocks, and who may say what on it.

use std::collections::BTreeMap;

use super::{ladder::Names, reader::Item, section::Section, set::role_list};
use crate::core::{
    event::Kind,
    policy::{OverlayRule, Place, Policy, Tell},
};

/// The kinds of matters that open beside a ticket, each with its event.
const OPENED: [(&str, Kind); 3] =
    [("whistle", Kind::Whistled), ("leader", Kind::Instructed), ("hung", Kind::Hung)];

/// Reads `on`, `outlives` and the keys beside them.
pub fn overlay(section: &Section<'_>, names: &Names) -> OverlayRule {
    let on = section.get("on");
    let usual = usual(section);
    let is_hung = usual.contains(&Kind::Hung);
    OverlayRule {
        place: if on.is_some() && selected_kinds(section).is_empty() {
            Place::Beside
        } else {
            Place::Anywhere
        },
        on: on.map_or(usual, |item| item.kinds()),
        outlives: section.switch_or("outlives", false),
        puts_back: match section.get("puts_back") {
            Some(item) => item.kinds(),
            None if is_hung => vec![Kind::of("reactivated")],
            None => Vec::new(),
        },
        stands_still: section.texts("stands_still"),
        only: only(section.get("only"), names),
        enforce: section.switch_or("enforce", false),
        handover_needs_accept: section.switch_or("handover_needs_accept", false),
    }
}

/// Residents are told of an admission where its rule says so (`resident_notice`).
pub fn tell_of_admission(policy: &mut Policy) {
    if !policy.admit.as_ref().is_some_and(|rule| rule.resident_notice) {
        return;
    }
    for kind in &policy.overlay.on {
        let notice = Tell { template: "resident.hung".to_owned(), each: false };
        policy.tell.entry(kind.clone()).or_insert(notice);
    }
}

/// What opens the policy where it does not say.
fn usual(section: &Section<'_>) -> Vec<Kind> {
    let kinds = selected_kinds(section);
    let opened = OPENED.into_iter().filter(|(kind, _)| kinds.iter().any(|one| one == kind));
    opened.map(|(_, event)| event).collect()
}

fn selected_kinds(section: &Section<'_>) -> Vec<String> {
    let select = section.get("select").and_then(|item| item.section("`select`"));
    select.map(|select| select.texts("kind")).unwrap_or_default()
}

/// `only = { leader_confirmed = ["leader_office"] }`
fn only(item: Option<Item<'_>>, names: &Names) -> BTreeMap<Kind, Vec<String>> {
    let section = item.and_then(|item| item.section("`only`"));
    let entries = section.iter().flat_map(Section::entries);
    let read = |item: Item<'_>| {
        let roles = role_list(Some(item.clone()), &names.roles);
        if roles.is_empty() {
            item.complain(format!("nobody could ever say `{}`: name a role", item.key()));
        }
        (Kind::of(item.key()), roles)
    };
    entries.map(read).collect()
}
