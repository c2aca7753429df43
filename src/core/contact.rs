//! How a resident can be reached: taken out of an event before anything keeps it.
//!
//! Phone numbers, addresses, names and free text never reach a journal, a log or a slip.
//! What an event says of them is split off here, by intake and by the simulator alike;
//! the ticket learns only which ways there are (`data.reach`). What cannot be used is
//! named by its key alone (`data.unusable`), so that it shows and is not lost in silence.
//!
//! Invariants:
//! * `nothing_personal_stays_in_the_event`
//! * `a_contact_never_shows_in_debug`

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{event::Event, reply::is_code};

/// Keys of `data` that hold personal data or free text.
pub const PRIVATE: [&str; 7] =
    ["contact", "phone", "email", "name", "address", "content", "language"];

const PHONE_DIGITS: std::ops::RangeInclusive<usize> = 3..=15;
/// Country codes and leading zeros come and go; so many digits at the end stay.
const IDENTITY_DIGITS: usize = 10;
const EMAIL_CHARS_MAX: usize = 254;
/// Runs of digits this long are masked in texts that nobody could read.
const MASKED_DIGITS_MIN: usize = 7;

/// How to reach the resident of one ticket. Sealed before it is stored.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Contact {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// `zh` or `en`, where it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
}

impl fmt::Debug for Contact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Contact({})", self.ways().join("+"))
    }
}

/// What stays the same of an address, however it is spelt: the last digits of a number, a mail
/// address in lower case.
pub fn identity(address: &str) -> String {
    if address.contains('@') {
        return address.to_lowercase();
    }
    let digits: Vec<char> = address.chars().filter(char::is_ascii_digit).collect();
    let last = digits.len().saturating_sub(IDENTITY_DIGITS);
    digits.into_iter().skip(last).collect()
}

impl Contact {
    /// The ways to the resident, the preferred one first.
    pub fn ways(&self) -> Vec<&'static str> {
        let ways = [("sms", &self.phone), ("email", &self.email)];
        ways.into_iter().filter(|(_, address)| address.is_some()).map(|(way, _)| way).collect()
    }

    /// Who this is, as far as a repeated call can show it: the number without what differs between
    /// spellings of it, else the address.
    pub fn identity(&self) -> Option<String> {
        self.phone.as_deref().or(self.email.as_deref()).map(identity)
    }

    /// The text that is sealed.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("three texts are always JSON")
    }

    /// Reads what `to_json` wrote.
    pub fn from_json(bytes: &[u8]) -> Option<Self> {
        serde_json::from_slice(bytes).ok()
    }
}

/// Takes everything personal out of the event and leaves `data.reach` where a way is known.
pub fn split_contact(event: &mut Event) -> Option<Contact> {
    let mut said = Map::new();
    for key in PRIVATE {
        match event.data.remove(key) {
            // What stands inside `contact` wins over the same key beside it.
            Some(Value::Object(inner)) if key == "contact" => said.extend(inner),
            Some(value) if key != "contact" && !said.contains_key(key) => {
                said.insert(key.to_owned(), value);
            }
            Some(_) | None => {}
        }
    }
    let mut unusable = Vec::new();
    // A reply that is no code is somebody's own words; a person reads them where they arrived.
    if let Some(Value::String(reply)) = event.data.get_mut("digits")
        && !is_code(reply)
    {
        "?".clone_into(reply);
    }
    let mut take = |key: &'static str, read: fn(&str) -> Option<String>| {
        let text = match said.get(key)? {
            Value::String(text) => text.trim().to_owned(),
            Value::Number(number) => number.to_string(),
            Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => String::new(),
        };
        let found = read(&text);
        if found.is_none() && !matches!(said.get(key), Some(Value::Null)) {
            unusable.push(Value::from(key));
        }
        found
    };
    let contact = Contact {
        phone: take("phone", phone),
        email: take("email", email),
        language: take("language", language),
    };
    if !unusable.is_empty() {
        event.data.insert("unusable".to_owned(), unusable.into());
    }
    let ways = contact.ways();
    if ways.is_empty() {
        return None;
    }
    event.data.insert("reach".to_owned(), ways.into());
    Some(contact)
}

/// A number somebody can be called at: digits, with the usual marks between them.
fn phone(text: &str) -> Option<String> {
    let number: String =
        text.chars().filter(|c| !matches!(c, ' ' | '-' | '(' | ')' | '.' | '/')).collect();
    let digits = number.strip_prefix('+').unwrap_or(&number);
    let is_number =
        PHONE_DIGITS.contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then_some(number)
}

/// An address that a mail header can hold.
fn email(text: &str) -> Option<String> {
    let (local, domain) = text.rsplit_once('@')?;
    let is_address = !local.is_empty()
        && domain.split('.').all(|label| !label.is_empty())
        && text.chars().count() <= EMAIL_CHARS_MAX
        && !text
            .chars()
            .any(|c| c.is_whitespace() || c.is_control() || matches!(c, '<' | '>' | ','));
    is_address.then(|| text.to_owned())
}

/// `zh` of `zh-CN`, `en` of `en_US`; other languages have no texts yet.
fn language(text: &str) -> Option<String> {
    let short = text.split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase();
    matches!(short.as_str(), "zh" | "en").then_some(short)
}

/// The text without anything that looks like a number or address of a person; for lines
/// that could not be read and so could not be split.
pub fn masked(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut digits = String::new();
    let flush = |out: &mut String, digits: &mut String| {
        out.push_str(if digits.len() >= MASKED_DIGITS_MIN { "***" } else { digits });
        digits.clear();
    };
    let is_mail = |word: &str| word.contains('@');
    let breaks =
        |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '`' | ',' | ';' | '<' | '>');
    for piece in text.split_inclusive(breaks) {
        let word = piece.trim_end_matches(breaks);
        if is_mail(word) {
            out.push_str("***");
            out.push_str(&piece[word.len()..]);
            continue;
        }
        for c in piece.chars() {
            if c.is_ascii_digit() {
                digits.push(c);
            } else {
                flush(&mut out, &mut digits);
                out.push(c);
            }
        }
        flush(&mut out, &mut digits);
    }
    out
}

/// A JSON value without the private keys, wherever they stand; for lines that are JSON but no event.
pub fn without_private(value: &mut Value) {
    match value {
        Value::Object(map) => {
            map.retain(|key, _| !PRIVATE.contains(&key.as_str()));
            map.values_mut().for_each(without_private);
        }
        Value::Array(list) => list.iter_mut().for_each(without_private),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::core::{event::Kind, timestamp::Timestamp};

    fn event(data: Value) -> Event {
        let mut event = Event::new("W1", Kind::Received, Timestamp(0));
        let Value::Object(data) = data else { panic!("`data` is an object") };
        event.data = data;
        event
    }

    #[test]
    fn nothing_personal_stays_in_the_event() {
        let all = ["sms", "email"];
        #[rustfmt::skip]
        let table = [
            ("contact",     json!({"contact": {"phone": "138 0013 8000", "email": "a@b.cn", "name": "张三"}}), json!({"reach": all})),
            ("flat",        json!({"phone": "+8613800138000", "email": "a@b.cn", "address": "x"}),             json!({"reach": all})),
            ("a number",    json!({"phone": 13_800_138_000_i64}),                                              json!({"reach": ["sms"]})),
            ("mail only",   json!({"contact": {"email": "a@b.cn", "language": "en"}, "tags": ["t"]}),          json!({"tags": ["t"], "reach": ["email"]})),
            ("free text",   json!({"content": "call me", "name": "Li", "kind": "complaint"}),                  json!({"kind": "complaint"})),
            ("unusable",    json!({"phone": "138****8000"}),                                                   json!({"unusable": ["phone"]})),
            ("header trick",json!({"email": "a@b.cn\r\nBcc: c@d.cn"}),                                         json!({"unusable": ["email"]})),
            ("null",        json!({"phone": null, "contact": null}),                                           json!({})),
            ("digits",      json!({"digits": "4"}),                                                            json!({"digits": "4"})),
            ("a sentence",  json!({"digits": "我是张三,电梯还没修好"}),                                           json!({"digits": "?"})),
            ("own reach",   json!({"reach": ["sms"]}),                                                         json!({"reach": ["sms"]})),
        ];
        for (name, before, after) in table {
            let mut event = event(before);
            split_contact(&mut event);
            assert_eq!(Value::Object(event.data), after, "{name}");
        }
    }

    #[test]
    fn a_contact_never_shows_in_debug() {
        let mut event = event(json!({"phone": "13800138000", "language": "zh-CN"}));
        let contact = split_contact(&mut event).expect("a phone is a way");
        assert_eq!(format!("{contact:?}"), "Contact(sms)");
        assert_eq!(contact.language.as_deref(), Some("zh"));
        assert_eq!(Contact::from_json(contact.to_json().as_bytes()), Some(contact));
    }

    #[test]
    fn unreadable_lines_are_masked() {
        #[rustfmt::skip]
        let table = [
            ("{\"phone\":\"13800138000\",\"x\":1", "{\"phone\":\"***\",\"x\":1"),
            ("a.b@c.de, 2026-05-07 W260507-0123",  "***, 2026-05-07 W260507-0123"),
            ("invalid type: integer `13800138000`", "invalid type: integer `***`"),
        ];
        for (text, want) in table {
            assert_eq!(masked(text), want);
        }
    }
}
