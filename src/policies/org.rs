//! `org.toml` and `org/*.toml`: units, people, posts, areas, absences.
//!
//! Holds people's names and numbers, so complaints about it say where, never what stands
//! there: every source of this reader is private.

mod doubts;
mod people;
mod places;

use std::collections::BTreeMap;

use jiff::tz::TimeZone;

use super::{
    reader::{Item, local_time},
    section::Section,
};
use crate::core::{
    org::Org,
    policy::{PolicySet, RoleOf},
    timestamp::Timestamp,
};

pub use people::{is_mail_address, is_phone_number};

/// What `[check]` of an organisation insists on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Insist {
    /// How much a unit without `principal` matters.
    principal: Matters,
    /// Whether units above others need one, too.
    of_all_units: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Matters {
    Error,
    Warning,
    Not,
}

/// Where the entries stand.
#[derive(Default)]
struct Spots<'a> {
    /// By unit id.
    units: BTreeMap<String, Item<'a>>,
    /// By person id.
    people: BTreeMap<String, Item<'a>>,
    /// One per post, in their order.
    posts: Vec<Item<'a>>,
    areas: Vec<Item<'a>>,
    /// Areas without a person.
    unowned: Vec<Item<'a>>,
}

/// Reads the tables of all files of an organisation; roles and ladders are those of the policy set.
pub fn org(roots: Vec<Section<'_>>, set: &PolicySet, now: Timestamp) -> Org {
    let mut org = Org::default();
    let mut spots = Spots::default();
    let items = |key: &'static str| -> Vec<Item<'_>> {
        let lists = roots.iter().filter_map(|root| root.get(key)?.list());
        lists.flatten().collect()
    };
    let units = items("unit");
    for item in &units {
        let Some(unit) = places::unit(item) else { continue };
        if org.units.contains_key(&unit.id) {
            item.complain(format!("unit `{}` is defined twice", unit.id));
        }
        spots.units.insert(unit.id.clone(), item.clone());
        org.units.insert(unit.id.clone(), unit);
    }
    let zone = set.calendar.zone();
    for item in items("person") {
        let Some(person) = people::person(&item, zone) else { continue };
        if org.people.contains_key(&person.id) {
            item.complain(format!("person `{}` is defined twice", person.id));
        }
        spots.people.insert(person.id.clone(), item.clone());
        org.people.insert(person.id.clone(), person);
    }
    for item in items("post") {
        for post in places::posts(&item, &org, set) {
            spots.posts.push(item.clone());
            org.posts.push(post);
        }
    }
    for item in items("area") {
        let Some(area) = places::area(&item, &org, set) else { continue };
        if area.is_empty() {
            spots.unowned.push(item.clone());
        }
        for post in area {
            spots.areas.push(item.clone());
            org.areas.push(post);
        }
    }
    for item in items("absence") {
        let Some((person, absence)) = people::absence(&item, &org, zone) else { continue };
        org.absences.entry(person).or_default().push(absence);
    }
    places::check_parents(&units, &org);
    let checks = roots.iter().filter_map(|root| root.get("check")?.section("[check]"));
    let insist = checks.map(insist).next_back().unwrap_or(Insist::DEFAULT);
    doubts::doubts(&org, set, &spots, insist, now);
    for root in roots {
        root.finish();
    }
    org
}

impl Insist {
    const DEFAULT: Self = Self { principal: Matters::Warning, of_all_units: false };
}

fn insist(section: Section<'_>) -> Insist {
    let matters = [("error", Matters::Error), ("warning", Matters::Warning), ("off", Matters::Not)];
    let units = [("all", true), ("lowest", false)];
    let word = section.get("principal").and_then(|item| item.word("a severity", &matters));
    let all = section.get("units").and_then(|item| item.word("a choice of units", &units));
    section.finish();
    Insist {
        principal: word.unwrap_or(Insist::DEFAULT.principal),
        of_all_units: all.unwrap_or(Insist::DEFAULT.of_all_units),
    }
}

/// A role of the set.
fn role<'a>(item: &Item<'a>, set: &PolicySet) -> Option<&'a str> {
    item.known("role", "[roles] of the policy set", set.roles.keys().map(String::as_str))
}

/// Whether a role can belong to an area.
fn is_of_area(set: &PolicySet, role: &str) -> bool {
    set.roles.get(role).is_some_and(|role| role.of != RoleOf::Unit)
}

/// A local date (its first instant) or a local time.
fn instant(item: &Item<'_>, zone: &TimeZone) -> Option<Timestamp> {
    let found = item.text().and_then(|text| instant_of(text, zone));
    if found.is_none() {
        item.complain(format!("`{}` is not a date or a local time", item.key()));
    }
    found
}

/// Reads `2026-06-01` or `2026-06-01 14:00`.
pub fn instant_of(text: &str, zone: &TimeZone) -> Option<Timestamp> {
    let date = text.parse::<jiff::civil::Date>().ok().filter(|_| text.len() == 10);
    let local = date.map(|date| date.at(0, 0, 0, 0)).or_else(|| local_time(text));
    let instant = local.and_then(|local| zone.to_ambiguous_timestamp(local).compatible().ok());
    instant.map(Timestamp::from)
}

/// `from` and `to` of an entry: half-open, either may be missing.
fn validity(
    section: &Section<'_>,
    zone: &TimeZone,
    what: &str,
) -> (Option<Timestamp>, Option<Timestamp>) {
    let from = section.get("from").and_then(|item| instant(&item, zone));
    let to_item = section.get("to");
    let to = to_item.as_ref().and_then(|item| instant(item, zone));
    if let (Some(item), Some(from), Some(to)) = (to_item, from, to)
        && to <= from
    {
        item.complain(format!("the {what} ends before it begins"));
    }
    (from, to)
}
