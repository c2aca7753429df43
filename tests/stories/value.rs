//! Facts of a story against JSON, and instants as people write them.

use duban::core::timestamp::Timestamp;
use jiff::{civil::DateTime, tz::TimeZone};
use serde_json::Value;

use crate::{
    language::local,
    words::{Fact, How},
};

/// Local time and the day of the moment.
pub struct Here {
    pub zone: TimeZone,
    pub at: DateTime,
}

impl Here {
    /// The instant of a local time.
    pub fn instant(&self, at: DateTime) -> Timestamp {
        let zoned = self.zone.to_ambiguous_zoned(at).compatible().expect("a time of these years");
        zoned.timestamp().into()
    }

    /// The local time as stories write it.
    pub fn text(&self, at: Timestamp) -> String {
        let local = self.zone.to_datetime(at.jiff());
        let form = match (local.second(), local.subsec_nanosecond()) {
            (0, 0) => "%Y-%m-%d %H:%M",
            (_, 0) => "%Y-%m-%d %H:%M:%S",
            (_, _) => "%Y-%m-%d %H:%M:%S%.3f",
        };
        local.strftime(form).to_string()
    }

    /// The instant a value of the story means, if it is a local time.
    pub fn time(&self, value: &str) -> Option<Timestamp> {
        local(value, self.at.date()).map(|at| self.instant(at))
    }

    /// The first fact that does not hold, with what is there instead.
    pub fn differs<'f>(&self, body: &Value, facts: &'f [Fact]) -> Option<(&'f Fact, String)> {
        facts.iter().find_map(|fact| {
            let found = find(body, &fact.key);
            (!self.holds(found.as_ref(), fact)).then(|| (fact, self.shown(found.as_ref())))
        })
    }

    fn holds(&self, found: Option<&Value>, fact: &Fact) -> bool {
        let is_nothing = match found {
            None | Some(Value::Null) => true,
            Some(Value::String(text)) => text.is_empty(),
            Some(Value::Array(list)) => list.is_empty(),
            Some(Value::Object(map)) => map.is_empty(),
            Some(Value::Bool(_) | Value::Number(_)) => false,
        };
        if fact.how == How::Is && fact.value == "none" {
            return is_nothing;
        }
        let Some(found) = found else { return false };
        match fact.how {
            How::Json => {
                serde_json::from_str::<Value>(&fact.value).is_ok_and(|want| want == *found)
            }
            How::Has => self.shown(Some(found)).contains(&fact.value),
            How::Is | How::Instant => match found {
                Value::Array(list) => list.iter().any(|one| self.holds(Some(one), fact)),
                Value::String(text) => {
                    let same_instant = || {
                        let found = Timestamp::parse(text).ok()?;
                        Some(found == self.time(&fact.value)?)
                    };
                    *text == fact.value || same_instant().unwrap_or(false)
                }
                Value::Number(number) => {
                    let same_instant = || Some(self.time(&fact.value)?.0 == number.as_i64()?);
                    number.to_string() == fact.value || same_instant().unwrap_or(false)
                }
                Value::Bool(yes) => yes.to_string() == fact.value,
                Value::Null | Value::Object(_) => false,
            },
        }
    }

    /// A value as a story would write it; instants in local time.
    pub fn shown(&self, value: Option<&Value>) -> String {
        match value {
            None | Some(Value::Null) => "none".to_owned(),
            Some(Value::String(text)) => match Timestamp::parse(text) {
                Ok(at) => self.text(at),
                Err(_) => text.clone(),
            },
            Some(Value::Number(number)) => match number.as_i64() {
                // Only instants are as large as this.
                Some(ms) if ms > 100_000_000_000 => self.text(Timestamp(ms)),
                _ => number.to_string(),
            },
            Some(other @ (Value::Bool(_) | Value::Array(_) | Value::Object(_))) => {
                other.to_string()
            }
        }
    }
}

/// The value at a dotted path; `-1` is the last entry of a list, `#` its length.
fn find(body: &Value, path: &str) -> Option<Value> {
    let mut at = body.clone();
    for name in path.split('.') {
        at = match &at {
            Value::Array(list) if name == "#" => Value::from(list.len()),
            Value::Array(list) => {
                let index: i64 = name.parse().ok()?;
                let index = if index < 0 { list.len() as i64 + index } else { index };
                list.get(usize::try_from(index).ok()?)?.clone()
            }
            Value::Object(map) => map.get(name)?.clone(),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => return None,
        };
    }
    Some(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facts_hold_of_json() {
        let here = Here {
            zone: TimeZone::get("Asia/Shanghai").expect("a known zone"),
            at: jiff::civil::date(2026, 5, 7).at(9, 0, 0, 0),
        };
        let body = serde_json::json!({
            "unit": "cx", "n": 3, "due": "2026-05-07T10:00:00Z", "ms": 1_778_148_000_000_i64,
            "tags": ["a", "b"], "deep": { "list": [{ "x": 1 }, { "x": 2 }] }, "empty": [],
        });
        #[rustfmt::skip]
        let table = [
            ("unit=cx", true),            ("unit=cy", false),
            ("n=3", true),                ("n:=3", true),          ("unit:=\"cx\"", true),
            ("due=18:00", true),          ("due=17:59", false),    ("due=2026-05-07T18:00", true),
            ("ms=18:00", true),           ("tags=b", true),        ("tags=c", false),
            ("tags.#=2", true),           ("deep.list.-1.x=2", true),
            ("empty=none", true),         ("nothing=none", true),  ("unit=none", false),
            ("unit~c", true),             ("nothing=x", false),
        ];
        for (word, want) in table {
            let facts = [Fact::parse(word).expect(word)];
            assert_eq!(here.differs(&body, &facts).is_none(), want, "{word}");
        }
    }
}
