//! `[[person]]` and `[[absence]]`: who there is, how they are reached, when they are away.

use jiff::tz::TimeZone;

use super::{instant, validity};
use crate::{
    core::org::{Absence, Contact, Org, Person},
    policies::{reader::Item, section::Section},
};

/// Reads one `[[person]]`; what stands beside the id is the contact that always holds, each
/// `[[person.contact]]` one for a while.
pub fn person(item: &Item<'_>, zone: &TimeZone) -> Option<Person> {
    let section = item.section("the person")?;
    let id = section.need("id").and_then(|item| item.filled());
    let mut contacts = vec![contact(&section)];
    for item in section.get("contact").and_then(|item| item.list()).unwrap_or_default() {
        let Some(section) = item.section("the contact") else { continue };
        let (from, to) = validity(&section, zone, "contact");
        contacts.push(Contact { from, to, ..contact(&section) });
        section.finish();
    }
    contacts.retain(|contact| *contact != Contact::default());
    let name = section.get("name").and_then(|item| item.filled());
    let person = Person {
        id: id.unwrap_or_default().to_owned(),
        name: name.unwrap_or_default().to_owned(),
        contacts,
        language: section
            .get("language")
            .and_then(|item| item.word("a language duban writes", &[("zh", "zh"), ("en", "en")]))
            .unwrap_or("zh")
            .to_owned(),
    };
    section.finish();
    id.map(|_| person)
}

fn contact(section: &Section<'_>) -> Contact {
    Contact {
        from: None,
        to: None,
        email: section.get("email").and_then(|item| address(&item)),
        phone: section.get("phone").and_then(|item| number(&item)),
        im: section.get("im").and_then(|item| item.filled()).map(str::to_owned),
        voice: section.get("voice").and_then(|item| number(&item)),
    }
}

fn address(item: &Item<'_>) -> Option<String> {
    let text = item.text()?;
    let good = is_mail_address(text);
    if !good {
        item.complain("`email` is not a mail address like `name@example.org`");
    }
    good.then(|| text.to_owned())
}

/// Whether a text can be somebody's mail address.
pub fn is_mail_address(text: &str) -> bool {
    text.split_once('@').is_some_and(|(name, host)| {
        !name.is_empty() && host.contains('.') && !text.contains(char::is_whitespace)
    })
}

fn number(item: &Item<'_>) -> Option<String> {
    let text = item.text()?;
    let good = is_phone_number(text);
    if !good {
        item.complain(format!("`{}` is not a telephone number", item.key()));
    }
    good.then(|| text.to_owned())
}

/// Whether a text can be somebody's telephone number.
pub fn is_phone_number(text: &str) -> bool {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    (3..=15).contains(&digits)
        && text.chars().all(|c| c.is_ascii_digit() || matches!(c, '+' | '-' | ' '))
}

/// Reads one `[[absence]]`.
pub fn absence(item: &Item<'_>, org: &Org, zone: &TimeZone) -> Option<(String, Absence)> {
    let section = item.section("the absence")?;
    let person = section.need("person").and_then(|item| known_person(&item, org));
    let deputy = section.get("deputy").and_then(|item| known_person(&item, org));
    let from = section.need("from").and_then(|item| instant(&item, zone));
    let to = section.need("to").and_then(|item| instant(&item, zone));
    if let (Some(from), Some(to)) = (from, to)
        && to <= from
    {
        item.complain("the absence ends before it begins");
    }
    if person.is_some() && person == deputy {
        item.complain("nobody stands in for themselves");
    }
    section.finish();
    let absence = Absence { from: from?, to: to?, deputy: deputy.map(str::to_owned) };
    Some((person?.to_owned(), absence))
}

/// The id of somebody the organisation knows.
pub fn known_person<'a>(item: &Item<'a>, org: &Org) -> Option<&'a str> {
    let text = item.text()?;
    if org.people.contains_key(text) {
        return Some(text);
    }
    item.known("person", "[[person]]", org.people.keys().map(String::as_str))
}
