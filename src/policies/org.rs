//! `org.toml`: units, people and posts.
//!
//! Holds people's names and numbers, so complaints about it say where, never what stands
//! there: every source of this reader is private.

use std::collections::BTreeSet;

use jiff::tz::TimeZone;

use super::{
    reader::{Item, local_time},
    section::Section,
};
use crate::core::{
    org::{Org, Person, Post, Unit},
    timestamp::Timestamp,
};

/// Reads the tables of one file into an organisation; `roles` are those of the policy set.
pub fn org(root: Section<'_>, roles: &BTreeSet<String>, zone: &TimeZone) -> Org {
    let mut org = Org::default();
    let items = |key| root.get(key).and_then(|item| item.list()).unwrap_or_default();
    let units = items("unit");
    for item in &units {
        let Some(unit) = unit(item) else { continue };
        if org.units.contains_key(&unit.id) {
            item.complain(format!("unit `{}` is defined twice", unit.id));
        }
        org.units.insert(unit.id.clone(), unit);
    }
    for item in items("person") {
        let Some(person) = person(&item) else { continue };
        if org.people.contains_key(&person.id) {
            item.complain(format!("person `{}` is defined twice", person.id));
        }
        org.people.insert(person.id.clone(), person);
    }
    for item in items("post") {
        let posts = posts(&item, &org, roles, zone);
        org.posts.extend(posts);
    }
    for item in &units {
        check_parent(item, &org);
    }
    vacancies(&root, &org, roles);
    root.finish();
    org
}

fn unit(item: &Item<'_>) -> Option<Unit> {
    let section = item.section("the unit")?;
    let id = section.need("id").and_then(|item| item.filled());
    let zh = section.get("zh").and_then(|item| item.filled());
    let en = section.get("en").and_then(|item| item.filled());
    let parent = section.get("parent").and_then(|item| item.filled());
    let level = section.text_or("level", "");
    section.finish();
    let id = id?;
    Some(Unit {
        id: id.to_owned(),
        zh: zh.or(en).unwrap_or(id).to_owned(),
        en: en.unwrap_or(id).to_owned(),
        parent: parent.map(str::to_owned),
        level,
    })
}

/// Complains about a parent that does not exist and about a unit above itself.
fn check_parent(item: &Item<'_>, org: &Org) {
    let Some(section) = item.section("the unit") else { return };
    let Some(parent) = section.get("parent") else { return };
    if parent.known("unit", "[[unit]]", org.units.keys().map(String::as_str)).is_none() {
        return;
    }
    let own = section.get("id").and_then(|item| item.text());
    let mut above = parent.text();
    for _ in 0..org.units.len() {
        if above.is_none() {
            return;
        }
        if above == own {
            parent.complain("this unit stands above itself");
            return;
        }
        above = above.and_then(|id| org.units.get(id)).and_then(|unit| unit.parent.as_deref());
    }
}

fn person(item: &Item<'_>) -> Option<Person> {
    let section = item.section("the person")?;
    let id = section.need("id").and_then(|item| item.filled());
    let text = |key| section.get(key).and_then(|item| item.filled()).map(str::to_owned);
    let person = Person {
        id: id.unwrap_or_default().to_owned(),
        name: text("name").unwrap_or_default(),
        email: section.get("email").and_then(|item| address(&item)),
        phone: section.get("phone").and_then(|item| number(&item)),
        im: text("im"),
        voice: section.get("voice").and_then(|item| number(&item)),
        language: section
            .get("language")
            .and_then(|item| item.word("a language duban writes", &[("zh", "zh"), ("en", "en")]))
            .unwrap_or("zh")
            .to_owned(),
    };
    section.finish();
    id.map(|_| person)
}

fn address(item: &Item<'_>) -> Option<String> {
    let text = item.text()?;
    let good = text.split_once('@').is_some_and(|(name, host)| {
        !name.is_empty() && host.contains('.') && !text.contains(char::is_whitespace)
    });
    if !good {
        item.complain("`email` is not a mail address like `name@example.org`");
    }
    good.then(|| text.to_owned())
}

fn number(item: &Item<'_>) -> Option<String> {
    let text = item.text()?;
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let good = (3..=15).contains(&digits)
        && text.chars().all(|c| c.is_ascii_digit() || matches!(c, '+' | '-' | ' '));
    if !good {
        item.complain(format!("`{}` is not a telephone number", item.key()));
    }
    good.then(|| text.to_owned())
}

/// One post for each role of the entry.
fn posts(item: &Item<'_>, org: &Org, roles: &BTreeSet<String>, zone: &TimeZone) -> Vec<Post> {
    let Some(section) = item.section("the post") else { return Vec::new() };
    let units = org.units.keys().map(String::as_str);
    let people = org.people.keys().map(String::as_str);
    let unit = section.need("unit").and_then(|item| item.known("unit", "[[unit]]", units));
    let person = section.need("person").and_then(|item| item.known("person", "[[person]]", people));
    let held: Vec<String> = section
        .need("role")
        .map(|item| item.one_or_many())
        .unwrap_or_default()
        .iter()
        .filter_map(|item| {
            item.known("role", "[roles] of the policy set", roles.iter().map(String::as_str))
        })
        .map(str::to_owned)
        .collect();
    let deputy = section.switch_or("deputy", false);
    let from = section.get("from").and_then(|item| instant(&item, zone));
    let to_item = section.get("to");
    let to = to_item.as_ref().and_then(|item| instant(item, zone));
    if let (Some(item), Some(from), Some(to)) = (to_item, from, to)
        && to <= from
    {
        item.complain("the post ends before it begins");
    }
    section.finish();
    let (Some(unit), Some(person)) = (unit, person) else { return Vec::new() };
    let post =
        |role| Post { unit: unit.to_owned(), role, person: person.to_owned(), deputy, from, to };
    held.into_iter().map(post).collect()
}

/// A local date (its first instant) or a local time.
fn instant(item: &Item<'_>, zone: &TimeZone) -> Option<Timestamp> {
    let text = item.text()?;
    let date = text.parse::<jiff::civil::Date>().ok().filter(|_| text.len() == 10);
    let local = date.map(|date| date.at(0, 0, 0, 0)).or_else(|| local_time(text));
    let found = local.and_then(|local| zone.to_ambiguous_timestamp(local).compatible().ok());
    if found.is_none() {
        item.complain(format!("`{}` is not a date or a local time", item.key()));
    }
    found.map(Timestamp::from)
}

/// Warns about units whose head is nobody: red slips would climb past them.
fn vacancies(root: &Section<'_>, org: &Org, roles: &BTreeSet<String>) {
    if !roles.contains("principal") {
        return;
    }
    let parents: BTreeSet<&str> = org.units.values().filter_map(|u| u.parent.as_deref()).collect();
    for unit in org.units.values().filter(|unit| !parents.contains(unit.id.as_str())) {
        let headed = org.posts.iter().any(|post| post.unit == unit.id && post.role == "principal");
        if !headed {
            root.warn(
                format!("unit `{}` has no `principal`; red slips climb past it", unit.id),
                None,
            );
        }
    }
}
