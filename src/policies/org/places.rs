//! `[[unit]]`, `[[post]]` and `[[area]]`: the tree, and who stands where in it.

use super::{is_of_area, people::known_person, role, validity};
use crate::{
    core::{
        org::{Org, Post, Shift, ShiftDays, Unit},
        policy::PolicySet,
    },
    policies::{reader::Item, section::Section},
};

/// Reads one `[[unit]]`.
pub fn unit(item: &Item<'_>) -> Option<Unit> {
    let section = item.section("the unit")?;
    let id = section.need("id").and_then(|item| item.filled());
    let zh = section.get("zh").and_then(|item| item.filled());
    let en = section.get("en").and_then(|item| item.filled());
    let parent = section.get("parent").and_then(|item| item.filled());
    let level = section.text_or("level", "");
    let kind = section.text_or("kind", "");
    section.finish();
    let id = id?;
    Some(Unit {
        id: id.to_owned(),
        zh: zh.or(en).unwrap_or(id).to_owned(),
        en: en.unwrap_or(id).to_owned(),
        parent: parent.map(str::to_owned),
        level,
        kind,
    })
}

/// Complains about parents that do not exist and about units above themselves.
pub fn check_parents(items: &[Item<'_>], org: &Org) {
    for item in items {
        let Some(section) = item.section("the unit") else { continue };
        let Some(parent) = section.get("parent") else { continue };
        if known_unit(&parent, org).is_none() {
            continue;
        }
        let own = section.get("id").and_then(|item| item.text());
        let mut above = parent.text();
        for _ in 0..org.units.len() {
            if above.is_none() {
                break;
            }
            if above == own {
                parent.complain("this unit stands above itself");
                break;
            }
            above = above.and_then(|id| org.units.get(id)).and_then(|unit| unit.parent.as_deref());
        }
    }
}

fn known_unit<'a>(item: &Item<'a>, org: &Org) -> Option<&'a str> {
    let text = item.text()?;
    if org.units.contains_key(text) {
        return Some(text);
    }
    item.known("unit", "[[unit]]", org.units.keys().map(String::as_str))
}

/// Reads one `[[post]]`: a post for each of its roles.
pub fn posts(item: &Item<'_>, org: &Org, set: &PolicySet) -> Vec<Post> {
    let Some(section) = item.section("the post") else { return Vec::new() };
    let unit = section.need("unit").and_then(|item| known_unit(&item, org));
    let person = section.need("person").and_then(|item| known_person(&item, org));
    let held = roles(&section, set, "post");
    section.finish();
    let (Some(unit), Some(person)) = (unit, person) else { return Vec::new() };
    held.into_iter()
        .map(|post| Post { unit: unit.to_owned(), person: person.to_owned(), ..post })
        .collect()
}

/// Reads one `[[area]]`: who has which role in an area or a grid. `None`: it is wrong; empty: it has no owner.
pub fn area(item: &Item<'_>, org: &Org, set: &PolicySet) -> Option<Vec<Post>> {
    let section = item.section("the area")?;
    let area = section.need("area").and_then(|item| item.filled());
    let person = section.get("person").map(|item| known_person(&item, org));
    let role_item = section.get("role");
    let held = roles(&section, set, "area");
    for name in role_item.iter().flat_map(Item::one_or_many) {
        if let Some(text) = name.raw().as_str()
            && set.roles.contains_key(text)
            && !is_of_area(set, text)
        {
            name.complain_with(
                format!("role `{text}` belongs to units"),
                "say `of = \"area\"` at the role, or the key of the ticket's data that names its area",
            );
        }
    }
    section.finish();
    let Some(person) = person else { return Some(Vec::new()) };
    let (area, person) = (area?, person?);
    let of_area = |post| Post { unit: area.to_owned(), person: person.to_owned(), ..post };
    Some(held.into_iter().map(of_area).collect())
}

/// What posts of units and areas have in common, once for each role.
fn roles(section: &Section<'_>, set: &PolicySet, what: &str) -> Vec<Post> {
    let roles = section.need("role").map(|item| item.one_or_many()).unwrap_or_default();
    let deputy = section.switch_or("deputy", false);
    let (from, to) = validity(section, set.calendar.zone(), what);
    let shift = section.get("shift").and_then(|item| shift(&item));
    let post = |role: &str| Post {
        unit: String::new(),
        role: role.to_owned(),
        person: String::new(),
        deputy,
        from,
        to,
        shift: shift.clone(),
    };
    roles.iter().filter_map(|item| role(item, set)).map(post).collect()
}

/// `"mon-fri 08:30-12:00"`, or a table of `days` and `hours`.
fn shift(item: &Item<'_>) -> Option<Shift> {
    if item.raw().as_str().is_some() {
        let read = Shift::parse(item.filled()?);
        return read.map_err(|error| item.complain(error.to_string())).ok();
    }
    let section = item.section("`shift`")?;
    let days = match section.get("days") {
        None => Some(ShiftDays::Workdays),
        Some(item) => {
            let words = item.texts().join(",");
            ShiftDays::parse(&words).map_err(|error| item.complain(error.to_string())).ok()
        }
    };
    let hours = section.get("hours").map(|item| item.windows()).unwrap_or_default();
    section.finish();
    Some(Shift { days: days?, hours })
}
