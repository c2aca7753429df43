//! From tables to an organisation.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    columns::Table,
    rows::{BadRow, Headed, Row, Sheet},
};
use crate::{
    core::{
        org::{Absence, Contact, Org, Person, Post, Shift, Unit},
        policy::PolicySet,
        timestamp::Timestamp,
    },
    policies::{instant_of, is_mail_address, is_phone_number, nearest},
};

/// Reads all tables, or says everything that is wrong with them, by file and line.
pub fn read(sheets: &[Sheet], set: &PolicySet) -> Result<Org, Vec<BadRow>> {
    let mut bad = Vec::new();
    let mut headed = Vec::new();
    for sheet in sheets {
        match Headed::new(sheet) {
            Ok(one) => headed.push(one),
            Err(row) => bad.push(row),
        }
    }
    let mut reading = Reading { org: Org::default(), set, names: names(set), bad };
    for table in Table::ALL {
        for one in headed.iter().filter(|one| one.table == table) {
            let mut bad = std::mem::take(&mut reading.bad);
            one.rows(&mut bad, |row, bad| reading.row(table, row, bad));
            if table == Table::Units {
                reading.parents(one, &mut bad);
            }
            reading.bad = bad;
        }
    }
    let Reading { org, mut bad, .. } = reading;
    bad.sort();
    bad.dedup();
    if bad.is_empty() { Ok(org) } else { Err(bad) }
}

/// Roles by id and by name: tables of a personnel office say 主要负责人.
fn names(set: &PolicySet) -> BTreeMap<String, String> {
    let mut names = BTreeMap::new();
    for (id, role) in &set.roles {
        for name in [&role.zh, &role.en, id] {
            names.insert(name.clone(), id.clone());
        }
    }
    names
}

/// What was read so far.
struct Reading<'s> {
    org: Org,
    set: &'s PolicySet,
    names: BTreeMap<String, String>,
    bad: Vec<BadRow>,
}

impl Reading<'_> {
    fn row(&mut self, table: Table, row: &Row<'_>, bad: &mut Vec<BadRow>) {
        match table {
            Table::Units => self.unit(row, bad),
            Table::People => self.person(row, bad),
            Table::Posts => {
                let posts = self.posts("unit", row, bad);
                self.org.posts.extend(posts);
            }
            Table::Areas => {
                let posts = self.posts("area", row, bad);
                self.org.areas.extend(posts);
            }
            Table::Absences => self.absence(row, bad),
        }
    }

    fn unit(&mut self, row: &Row<'_>, bad: &mut Vec<BadRow>) {
        let Some(id) = row.need("id", bad) else { return };
        let text = |column| row.get(column).map(str::to_owned);
        let (zh, en) = (text("zh"), text("en"));
        let unit = Unit {
            id: id.to_owned(),
            zh: zh.or(en.clone()).unwrap_or_else(|| id.to_owned()),
            en: en.unwrap_or_else(|| id.to_owned()),
            parent: text("parent"),
            level: text("level").unwrap_or_default(),
            kind: text("kind").unwrap_or_default(),
        };
        if self.org.units.insert(unit.id.clone(), unit).is_some() {
            bad.push(row.bad(format!("unit `{id}` is there twice")));
        }
    }

    /// Parents must be there, and nobody stands above themselves.
    fn parents(&self, units: &Headed<'_>, bad: &mut Vec<BadRow>) {
        units.rows(bad, |row, bad| {
            let Some((id, parent)) = row.get("id").zip(row.get("parent")) else { return };
            if !self.org.units.contains_key(parent) {
                bad.push(row.bad(unknown("unit", parent, self.org.units.keys())));
                return;
            }
            let mut above = BTreeSet::new();
            let mut next = Some(parent);
            while let Some(unit) = next.filter(|unit| *unit != id && above.insert(*unit)) {
                next = self.org.units.get(unit).and_then(|unit| unit.parent.as_deref());
            }
            if next == Some(id) {
                bad.push(row.bad(format!("unit `{id}` stands above itself")));
            }
        });
    }

    /// A second row of the same person is a contact for a while.
    fn person(&mut self, row: &Row<'_>, bad: &mut Vec<BadRow>) {
        let Some(id) = row.need("id", bad) else { return };
        let (from, to) = self.validity(row, bad);
        let mut checked = |column: &str, good: fn(&str) -> bool, what: &str| {
            let cell = row.get(column)?;
            if !good(cell) {
                bad.push(row.bad(format!("`{column}` is not {what}")));
            }
            Some(cell.to_owned())
        };
        let contact = Contact {
            from,
            to,
            email: checked("email", is_mail_address, "a mail address"),
            phone: checked("phone", is_phone_number, "a telephone number"),
            voice: checked("voice", is_phone_number, "a telephone number"),
            im: row.get("im").map(str::to_owned),
        };
        let language = row.get("language");
        if language.is_some_and(|language| !matches!(language, "zh" | "en")) {
            bad.push(row.bad("`language` is neither `zh` nor `en`"));
        }
        let is_empty = Contact { from: None, to: None, ..contact.clone() } == Contact::default();
        let contacts: Vec<Contact> = (!is_empty).then_some(contact).into_iter().collect();
        match self.org.people.get_mut(id) {
            Some(_) if from.is_none() && to.is_none() => {
                bad.push(row.bad(format!(
                    "person `{id}` is there twice; a contact that changes has a `from` or a `to`"
                )));
            }
            Some(person) => person.contacts.extend(contacts),
            None => {
                let person = Person {
                    id: id.to_owned(),
                    name: row.get("name").unwrap_or_default().to_owned(),
                    contacts,
                    language: language.unwrap_or("zh").to_owned(),
                };
                self.org.people.insert(id.to_owned(), person);
            }
        }
    }

    /// One post for each role of the row; roles are separated by `;` or 、.
    fn posts(&self, place: &'static str, row: &Row<'_>, bad: &mut Vec<BadRow>) -> Vec<Post> {
        let unit = row.need(place, bad);
        let roles = row.need("role", bad);
        let person = row.need("person", bad);
        let (from, to) = self.validity(row, bad);
        let deputy = row.get("deputy").is_some_and(|cell| {
            let is_so = is_yes(cell);
            if is_so.is_none() {
                bad.push(row.bad("`deputy` is neither yes (是) nor no (否)"));
            }
            is_so == Some(true)
        });
        let shift = row.get("shift").and_then(|text| {
            Shift::parse(text).map_err(|error| bad.push(row.bad(error.to_string()))).ok()
        });
        let (Some(unit), Some(roles), Some(person)) = (unit, roles, person) else {
            return Vec::new();
        };
        if place == "unit" && !self.org.units.contains_key(unit) {
            bad.push(row.bad(unknown("unit", unit, self.org.units.keys())));
        }
        if !self.org.people.contains_key(person) {
            bad.push(row.bad(unknown("person", person, self.org.people.keys())));
        }
        let mut posts = Vec::new();
        for name in roles.split([';', '；', '、', '|']).map(str::trim).filter(|r| !r.is_empty()) {
            let Some(role) = self.names.get(name) else {
                bad.push(row.bad(unknown("role", name, self.set.roles.keys())));
                continue;
            };
            posts.push(Post {
                unit: unit.to_owned(),
                role: role.clone(),
                person: person.to_owned(),
                deputy,
                from,
                to,
                shift: shift.clone(),
            });
        }
        posts
    }

    fn absence(&mut self, row: &Row<'_>, bad: &mut Vec<BadRow>) {
        let person = row.need("person", bad);
        let deputy = row.get("deputy");
        for id in person.iter().chain(&deputy) {
            if !self.org.people.contains_key(*id) {
                bad.push(row.bad(unknown("person", id, self.org.people.keys())));
            }
        }
        if person.is_some() && person == deputy {
            bad.push(row.bad("nobody stands in for themselves"));
        }
        let (from, to) = self.validity(row, bad);
        let needed = [("from", from), ("to", to)];
        for (column, _) in needed.iter().filter(|(column, _)| row.get(column).is_none()) {
            bad.push(row.bad(format!("`{column}` is empty")));
        }
        if let (Some(person), Some(from), Some(to)) = (person, from, to) {
            let absence = Absence { from, to, deputy: deputy.map(str::to_owned) };
            self.org.absences.entry(person.to_owned()).or_default().push(absence);
        }
    }

    fn validity(
        &self,
        row: &Row<'_>,
        bad: &mut Vec<BadRow>,
    ) -> (Option<Timestamp>, Option<Timestamp>) {
        let mut instant = |column: &str| {
            let cell = row.get(column)?;
            let found = instant_of(cell, self.set.calendar.zone());
            if found.is_none() {
                bad.push(row.bad(format!("`{column}` is not a date like 2026-06-01")));
            }
            found
        };
        let (from, to) = (instant("from"), instant("to"));
        if let (Some(from), Some(to)) = (from, to)
            && to <= from
        {
            bad.push(row.bad("it ends before it begins"));
        }
        (from, to)
    }
}

fn is_yes(cell: &str) -> Option<bool> {
    match cell.to_ascii_lowercase().as_str() {
        "yes" | "true" | "1" | "y" | "是" | "b" | "b角" => Some(true),
        "no" | "false" | "0" | "n" | "否" | "a" | "a角" => Some(false),
        _ => None,
    }
}

fn unknown<'k>(what: &str, name: &str, known: impl Iterator<Item = &'k String>) -> String {
    match nearest(name, known.map(String::as_str)) {
        // Of an id of one letter every other is a near miss.
        Some(near) if name.chars().count() > 2 => {
            format!("there is no {what} `{name}`; did you mean `{near}`?")
        }
        Some(_) | None => format!("there is no {what} `{name}`"),
    }
}
