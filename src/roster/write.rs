//! From an organisation to tables, and to `org.toml`.

use std::fmt::Write as _;

use jiff::tz::TimeZone;

use super::{columns::Table, rows::Sheet};
use crate::core::{
    org::{Contact, Org, Person, Post, Posts},
    timestamp::Timestamp,
};

/// The tables that say what the organisation says, those without rows left out.
pub fn sheets(org: &Org, zone: &TimeZone) -> Vec<Sheet> {
    let tables = Table::ALL.map(|table| (table, rows(org, table, zone)));
    let filled = tables.into_iter().filter(|(_, rows)| !rows.is_empty());
    filled
        .map(|(table, rows)| {
            let mut text = String::new();
            let header = table.columns().iter().map(|(name, _)| (*name).to_owned()).collect();
            for row in [header].into_iter().chain(rows) {
                let cells: Vec<String> = row.iter().map(|cell| quoted(cell)).collect();
                text.push_str(&cells.join(","));
                text.push('\n');
            }
            Sheet { file: format!("{}.csv", table.name()), text }
        })
        .collect()
}

fn quoted(cell: &str) -> String {
    if cell.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", cell.replace('"', "\"\""))
    } else {
        cell.to_owned()
    }
}

/// The cells of a table, in the order of its columns.
fn rows(org: &Org, table: Table, zone: &TimeZone) -> Vec<Vec<String>> {
    let when = |at: Option<Timestamp>| at.map(|at| local(at, zone)).unwrap_or_default();
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let of_posts = |posts: &Posts| -> Vec<Vec<String>> {
        let row = |post: &Post| {
            vec![
                post.unit.clone(),
                post.role.clone(),
                post.person.clone(),
                if post.deputy { "yes".to_owned() } else { String::new() },
                when(post.from),
                when(post.to),
                post.shift.as_ref().map(ToString::to_string).unwrap_or_default(),
            ]
        };
        posts.iter().map(row).collect()
    };
    match table {
        Table::Units => org
            .units
            .values()
            .map(|unit| {
                let name =
                    |name: &String| if *name == unit.id { String::new() } else { name.clone() };
                let own = [unit.id.clone(), name(&unit.zh), name(&unit.en), text(&unit.parent)];
                own.into_iter().chain([unit.level.clone(), unit.kind.clone()]).collect()
            })
            .collect(),
        Table::People => org.people.values().flat_map(|person| of_person(person, when)).collect(),
        Table::Posts => of_posts(&org.posts),
        Table::Areas => of_posts(&org.areas),
        Table::Absences => org
            .absences
            .iter()
            .flat_map(|(person, absences)| absences.iter().map(move |one| (person, one)))
            .map(|(person, one)| {
                vec![person.clone(), local(one.from, zone), local(one.to, zone), text(&one.deputy)]
            })
            .collect(),
    }
}

/// A row for each contact; the first carries name and language.
fn of_person(person: &Person, when: impl Fn(Option<Timestamp>) -> String) -> Vec<Vec<String>> {
    let always = person.contacts.first().is_some_and(|one| one.from.is_none() && one.to.is_none());
    let bare = [Contact::default()];
    let contacts = if always { &[][..] } else { &bare[..] };
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let contacts = contacts.iter().chain(&person.contacts).enumerate();
    contacts
        .map(|(index, one)| {
            let first = |cell: &str| if index == 0 { cell.to_owned() } else { String::new() };
            vec![
                person.id.clone(),
                first(&person.name),
                text(&one.email),
                text(&one.phone),
                text(&one.im),
                text(&one.voice),
                first(&person.language),
                when(one.from),
                when(one.to),
            ]
        })
        .collect()
}

/// A local date where the instant is its first, else a local time.
fn local(at: Timestamp, zone: &TimeZone) -> String {
    let local = zone.to_datetime(at.jiff());
    let format = match (local.hour(), local.minute(), local.second()) {
        (0, 0, 0) => "%Y-%m-%d",
        (_, _, 0) => "%Y-%m-%d %H:%M",
        (_, _, _) => "%Y-%m-%d %H:%M:%S",
    };
    local.strftime(format).to_string()
}

/// The text of an `org.toml`.
pub fn to_toml(org: &Org, zone: &TimeZone) -> String {
    let mut out = String::from(
        "# Written by `duban org import`. Units form a tree; a post puts one person into roles of a unit.\n\
         # What `duban check` insists on ([check]) belongs into a file of its own, org/check.toml.\n",
    );
    for (table, name) in [
        (Table::Units, "unit"),
        (Table::People, "person"),
        (Table::Posts, "post"),
        (Table::Areas, "area"),
        (Table::Absences, "absence"),
    ] {
        let mut rows = rows(org, table, zone);
        if matches!(table, Table::Posts | Table::Areas) {
            rows = gathered(rows);
        }
        let mut last = None;
        for row in rows {
            // A second row of the same person is one of their contacts.
            let id = row[0].clone();
            let again = table == Table::People && last.as_ref() == Some(&id);
            let head = if again { "person.contact" } else { name };
            let _ = writeln!(out, "\n[[{head}]]"); // writing to a text cannot fail
            let cells = table.columns().iter().zip(&row).skip(usize::from(again));
            for ((key, _), cell) in cells.filter(|(_, cell)| !cell.is_empty()) {
                let _ = writeln!(out, "{key} = {}", value(table, key, cell));
            }
            last = Some(id);
        }
    }
    out
}

/// Consecutive posts that differ only in their role, as one row.
fn gathered(rows: Vec<Vec<String>>) -> Vec<Vec<String>> {
    let mut gathered: Vec<Vec<String>> = Vec::new();
    for row in rows {
        match gathered.last_mut() {
            Some(last) if last[0] == row[0] && last[2..] == row[2..] => {
                last[1].push(';');
                last[1].push_str(&row[1]);
            }
            Some(_) | None => gathered.push(row),
        }
    }
    gathered
}

fn value(table: Table, key: &str, cell: &str) -> String {
    let quoted = |text: &str| toml::Value::from(text).to_string();
    let is_post = matches!(table, Table::Posts | Table::Areas);
    match key {
        "deputy" if is_post => "true".to_owned(),
        "role" if cell.contains(';') => {
            format!("[{}]", cell.split(';').map(quoted).collect::<Vec<_>>().join(", "))
        }
        _ => quoted(cell),
    }
}
