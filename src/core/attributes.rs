//! What is known of a ticket that rules can select by.
//!
//! The platform's own fields, tags, and further keys out of `data`: those every set
//! knows (`FURTHER`) and those a set declares. The first to say something counts; only
//! a reclassification says it anew.
//!
//! Invariants, each a test of the same name:
//! * `the_first_word_counts_until_a_reclassification`
//! * `a_selector_takes_whoever_has_one_of_its_values_for_every_key`

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{
    event::{Event, Kind},
    policy::Selector,
};

/// Keys of selectors that every event has a place for.
pub const PLAIN: [&str; 7] = ["category", "urgency", "area", "kind", "source", "requester", "tag"];
/// Keys of `data` every set may select by; a set declares others with `attributes = [...]`.
pub const FURTHER: [&str; 9] =
    ["answered_on_call", "campaign", "care", "grade", "grid", "item", "level", "place", "topic"];
/// The key, or tag, of residents who need care. It selects policies and is shown to nobody else.
pub const CARE: &str = "care";
/// Keys whose values are paths: `投诉` takes `投诉/电梯` too.
const PATHS: [&str; 5] = ["category", "area", "item", "grid", "topic"];

/// What selectors look at.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Attributes {
    pub category: Option<String>,
    pub urgency: Option<String>,
    pub kind: Option<String>,
    pub source: Option<String>,
    pub requester: Option<String>,
    pub area: Option<String>,
    pub tags: Vec<String>,
    /// Further keys with what was said of them, as words.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub more: BTreeMap<String, Vec<String>>,
}

/// Takes out of an event's data who needs care: policies know it, pages and exports do not.
pub fn hide_care(data: &mut Map<String, Value>) {
    data.remove(CARE);
    if let Some(Value::Array(tags)) = data.get_mut("tags") {
        tags.retain(|tag| tag != CARE);
    }
}

impl Attributes {
    /// Takes over what an event says, where nothing is known yet. `further` are the keys of `data` to keep.
    pub fn learn(&mut self, event: &Event, further: &BTreeSet<String>) {
        self.hear(event, further, |_| false);
    }

    /// Takes over what an event says in place of what was known (a reclassification). Tags are replaced as a whole.
    pub fn learn_anew(&mut self, event: &Event, further: &BTreeSet<String>) {
        if event.data.contains_key("tags") {
            self.tags.clear();
        }
        self.hear(event, further, |_| true);
    }

    fn hear(&mut self, event: &Event, further: &BTreeSet<String>, anew: impl Fn(&str) -> bool) {
        let texts = [
            ("category", &mut self.category, event.category.as_deref()),
            ("urgency", &mut self.urgency, event.urgency.as_deref()),
            ("source", &mut self.source, event.source.as_deref()),
            ("area", &mut self.area, event.area.as_deref()),
            ("kind", &mut self.kind, event.text("kind").filter(|_| tells_kind(event))),
            ("requester", &mut self.requester, event.text("requester")),
        ];
        for (key, own, said) in texts {
            if let Some(said) = said.filter(|_| own.is_none() || anew(key)) {
                *own = Some(said.to_owned());
            }
        }
        if let Some(Value::Array(tags)) = event.data.get("tags") {
            tags.iter().filter_map(Value::as_str).for_each(|tag| self.tag(tag));
        }
        for (key, value) in event.data.iter().filter(|(key, _)| further.contains(*key)) {
            if anew(key) || !self.more.contains_key(key) {
                let words = words(value);
                if !words.is_empty() {
                    self.more.insert(key.clone(), words);
                }
            }
        }
    }

    /// Sets one key to one value; `false` if tickets have no such key.
    pub fn put(&mut self, key: &str, value: &str, further: &BTreeSet<String>) -> bool {
        let own = match key {
            "category" => &mut self.category,
            "urgency" => &mut self.urgency,
            "kind" => &mut self.kind,
            "source" => &mut self.source,
            "requester" => &mut self.requester,
            "area" => &mut self.area,
            "tag" => {
                self.tag(value);
                return true;
            }
            _ if further.contains(key) => {
                self.more.insert(key.to_owned(), vec![value.to_owned()]);
                return true;
            }
            _ => return false,
        };
        *own = Some(value.to_owned());
        true
    }

    /// Adds a tag once.
    pub fn tag(&mut self, tag: &str) {
        if !self.tags.iter().any(|known| known == tag) {
            self.tags.push(tag.to_owned());
        }
    }

    /// Whether the resident needs care (E21): a switch or a tag, never a reason.
    pub fn needs_care(&self) -> bool {
        self.values("care").contains(&"true") || self.tags.iter().any(|tag| tag == CARE)
    }

    /// The values a selector key can match.
    pub fn values(&self, key: &str) -> Vec<&str> {
        let mut values = Vec::new();
        self.find(key, |value| {
            values.push(value);
            false
        });
        values
    }

    /// What the ticket is about: the item of the catalogue, else the category.
    pub fn service(&self) -> Option<&str> {
        self.value("item").or(self.category.as_deref())
    }

    /// The one value of a key, the first where there are several.
    pub fn value(&self, key: &str) -> Option<&str> {
        self.find(key, |_| true)
    }

    fn find<'a>(&'a self, key: &str, mut wanted: impl FnMut(&'a str) -> bool) -> Option<&'a str> {
        let one = match key {
            "category" => &self.category,
            "urgency" => &self.urgency,
            "kind" => &self.kind,
            "source" => &self.source,
            "requester" => &self.requester,
            "area" => &self.area,
            "tag" => return self.tags.iter().map(String::as_str).find(|tag| wanted(tag)),
            _ => {
                let values = self.more.get(key)?;
                return values.iter().map(String::as_str).find(|value| wanted(value));
            }
        };
        one.as_deref().filter(|value| wanted(value))
    }
}

impl Selector {
    /// Whether a ticket with these attributes is taken: one of the wanted values for every key.
    pub fn takes(&self, attributes: &Attributes) -> bool {
        self.takes_by(attributes, |_| true)
    }

    /// Whether an overlay opens on such a ticket: its kind is the overlay's own business.
    pub fn takes_beside(&self, attributes: &Attributes) -> bool {
        self.takes_by(attributes, |key| key != "kind")
    }

    fn takes_by(&self, attributes: &Attributes, counts: impl Fn(&str) -> bool) -> bool {
        self.keys.iter().filter(|(key, _)| counts(key)).all(|(key, wanted)| {
            let fits = |value: &str| wanted.iter().any(|want| matches(key, value, want));
            attributes.find(key, fits).is_some()
        })
    }
}

/// Whether `data.kind` of this event is the kind of the ticket (elsewhere it is, for example, the kind of a pause).
fn tells_kind(event: &Event) -> bool {
    match &event.kind {
        Kind::Received
        | Kind::Registered
        | Kind::Dispatched
        | Kind::Whistled
        | Kind::Instructed => true,
        Kind::Custom(name) => matches!(&**name, "reclassified" | "triggered"),
        _ => false, // facts about a ticket whose kind is known
    }
}

/// Texts, numbers and switches as the words selectors compare.
pub fn words(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![text.clone()],
        Value::Number(_) | Value::Bool(_) => vec![value.to_string()],
        Value::Array(many) => many.iter().flat_map(words).collect(),
        Value::Null | Value::Object(_) => Vec::new(),
    }
}

/// Whether a ticket's path (`投诉/电梯`) lies at or under a selector's (`投诉`).
pub fn is_under(path: &str, top: &str) -> bool {
    path.strip_prefix(top).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Whether a ticket's value for a key is what a selector wants.
pub fn matches(key: &str, value: &str, wanted: &str) -> bool {
    if PATHS.contains(&key) { is_under(value, wanted) } else { value == wanted }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::core::timestamp::Timestamp;

    fn further() -> BTreeSet<String> {
        FURTHER.iter().map(|key| (*key).to_owned()).collect()
    }

    fn told(kind: Kind, data: Value) -> Event {
        let mut event = Event::new("T", kind, Timestamp(0));
        if let Value::Object(data) = data {
            event.data = data;
        }
        event
    }

    #[test]
    fn who_needs_care_is_hidden() {
        #[rustfmt::skip]
        let table = [
            ("switch", json!({"care": true, "kind": "x"}),      json!({"kind": "x"})),
            ("tag",    json!({"tags": ["care", "欠薪"]}),        json!({"tags": ["欠薪"]})),
            ("other",  json!({"tags": "care", "a": ["care"]}),  json!({"tags": "care", "a": ["care"]})),
        ];
        for (name, before, after) in table {
            let Value::Object(mut data) = before else { panic!("an object") };
            hide_care(&mut data);
            assert_eq!(Value::Object(data), after, "{name}");
        }
    }

    #[test]
    fn the_first_word_counts_until_a_reclassification() {
        let mut attributes = Attributes::default();
        let first = told(Kind::Received, json!({"grade": "一般", "level": 1, "tags": ["欠薪"]}));
        let second =
            told(Kind::Dispatched, json!({"grade": "疑难", "care": true, "tags": ["欠薪"]}));
        attributes.learn(&first, &further());
        attributes.learn(&second, &further());
        assert_eq!(attributes.value("grade"), Some("一般"), "the first word");
        assert_eq!(attributes.value("level"), Some("1"), "a number is a word");
        assert_eq!(attributes.value("care"), Some("true"), "a switch is a word");
        assert_eq!(attributes.values("tag"), ["欠薪"], "a tag is there once");
        let anew = told(Kind::of("reclassified"), json!({"grade": "重点", "tags": []}));
        attributes.learn_anew(&anew, &further());
        assert_eq!(attributes.value("grade"), Some("重点"), "said anew");
        assert_eq!(attributes.value("level"), Some("1"), "not said anew");
        assert!(attributes.tags.is_empty(), "tags are replaced as a whole");
    }

    /// Name, wanted values by key, whether the ticket is taken.
    type Row = (&'static str, &'static [(&'static str, &'static [&'static str])], bool);

    #[test]
    fn a_selector_takes_whoever_has_one_of_its_values_for_every_key() {
        let mut attributes = Attributes {
            category: Some("投诉/电梯".to_owned()),
            tags: vec!["重点地区".to_owned(), "欠薪".to_owned()],
            ..Attributes::default()
        };
        attributes.more.insert("grade".to_owned(), vec!["疑难".to_owned()]);
        #[rustfmt::skip]
        let table: [Row; 8] = [
            ("nothing wanted",       &[],                                            true),
            ("a path above",         &[("category", &["投诉"])],                     true),
            ("a path beside",        &[("category", &["投诉/电"])],                   false),
            ("one of several",       &[("grade", &["重点", "疑难"])],                 true),
            ("another value",        &[("grade", &["一般"])],                        false),
            ("any tag",              &[("tag", &["欠薪"])],                          true),
            ("every key",            &[("tag", &["欠薪"]), ("grade", &["一般"])],     false),
            ("a key nobody told of", &[("item", &["0101"])],                         false),
        ];
        for (name, keys, want) in table {
            let keys = keys.iter().map(|(key, values)| {
                ((*key).to_owned(), values.iter().map(|value| (*value).to_owned()).collect())
            });
            assert_eq!(Selector { keys: keys.collect() }.takes(&attributes), want, "{name}");
        }
    }
}
