//! What a ticket needs before it may count as done.

use crate::core::{event::Kind, span::Span};

/// What must have happened, and which events wait for it.
#[derive(Clone, Debug)]
pub struct CloseRule {
    pub requires: Vec<Requirement>,
    /// Photos and papers in `data.attachments` of the round.
    pub attachments_min: u32,
    /// Events refused while something is missing; `closed` unless the policy says otherwise.
    pub on: Vec<Kind>,
    /// Events that count all the same, but raise the flag `incomplete`.
    pub flag_on: Vec<Kind>,
    /// How long what is required may be missing after `resolved`, and the event duban then adds.
    pub confirm_timeout: Option<Span>,
    pub on_timeout: Option<String>,
}

impl Default for CloseRule {
    fn default() -> Self {
        Self {
            requires: Vec::new(),
            attachments_min: 0,
            on: vec![Kind::Closed],
            flag_on: Vec::new(),
            confirm_timeout: None,
            on_timeout: None,
        }
    }
}

/// One thing that must have happened: an event of one of these kinds in the round, or a
/// key with something in it in the `data` of one of its events.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Requirement {
    pub name: String,
    pub kinds: Vec<Kind>,
    pub keys: Vec<DataKey>,
    /// The role that signs the event itself, of a requirement like `city_sup_approved`.
    pub role: Option<String>,
}

/// A key of `data`; with parts, it must be a table that fills them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataKey {
    pub key: String,
    pub parts: Vec<String>,
}

/// A requirement by name: event kinds, and keys with the parts they need.
type Known =
    (&'static str, &'static [&'static str], &'static [(&'static str, &'static [&'static str])]);

/// What the field asks for, by the names of the reference set.
#[rustfmt::skip]
const KNOWN: [Known; 22] = [
    ("contact_event",          &["contacted", "visit", "arrived"],       &[]),
    ("visit",                  &["visit", "arrived"],                    &[("visit", &[])]),
    ("resident_told",          &["resident_told"],                       &[("resident_told", &["at", "channel"])]),
    ("result_text",            &[],                                      &[("result_text", &[])]),
    ("report_text",            &[],                                      &[("report_text", &[])]),
    ("what_changed",           &[],                                      &[("what_changed", &[])]),
    ("onsite_at",              &["arrived"],                             &[("onsite_at", &[])]),
    ("safe_confirmed_by",      &[],                                      &[("safe_confirmed_by", &[])]),
    ("enterprise_confirmed",   &["enterprise_confirmed"],                &[("enterprise_confirmed", &[])]),
    ("outcome",                &["answered", "rated", "evaluated", "callback_closed"], &[("callback_outcome", &[])]),
    ("callback_outcome",       &["answered", "rated", "evaluated", "callback_closed"], &[("callback_outcome", &[])]),
    ("resident_callback",      &["answered", "rated", "evaluated", "callback_closed"], &[("resident_callback", &[])]),
    ("previsited",             &["previsited"],                          &[("previsit_at", &[])]),
    ("upstream_replied",       &["upstream_replied"],                    &[("replied_at", &[])]),
    ("replied",                &["replied"],                             &[("reply_text", &[])]),
    ("all_arrived_or_excused", &["arrived_all"],                         &[("all_arrived_or_excused", &[])]),
    ("joint_result",           &["joint_result"],                        &[("joint_result", &[])]),
    ("blower_rating",          &["whistle_rated"],                       &[("blower_rating", &[])]),
    ("leader_confirmed",       &["leader_confirmed"],                    &[]),
    ("proof",                  &[],                                      &[("proof", &[])]),
    ("linked_units",           &["whistled", "arrived_all"],             &[("linked_units", &[])]),
    ("agreement_confirmed",    &["answered"],                            &[("agreement_confirmed", &[])]),
];

impl Requirement {
    /// The requirement of this name: a known one, `ROLE_approved`, `KIND_all`, `event:KIND` or `data:KEY`.
    pub fn of(name: &str) -> Option<Self> {
        let own = |kinds: Vec<Kind>, keys: Vec<DataKey>| Self {
            name: name.to_owned(),
            kinds,
            keys,
            role: None,
        };
        let key_of = |key: &str| DataKey { key: key.to_owned(), parts: Vec::new() };
        match name.split_once(':') {
            Some(("event", kind)) if !kind.is_empty() => {
                return Some(own(vec![Kind::of(kind)], Vec::new()));
            }
            Some(("data", key)) if !key.is_empty() => {
                return Some(own(Vec::new(), vec![key_of(key)]));
            }
            Some(_) | None => {}
        }
        if let Some(role) = name.strip_suffix("_approved").filter(|role| !role.is_empty()) {
            let role = Some(role.to_owned());
            return Some(Self { role, ..own(vec![Kind::of(name)], vec![key_of(name)]) });
        }
        if name.ends_with("_all") {
            return Some(own(vec![Kind::of(name)], Vec::new())); // everybody called has
        }
        let (_, kinds, keys) = KNOWN.iter().find(|(known, _, _)| *known == name)?;
        let keys = keys.iter().map(|(key, parts)| DataKey {
            key: (*key).to_owned(),
            parts: parts.iter().map(|part| (*part).to_owned()).collect(),
        });
        Some(own(kinds.iter().map(|kind| Kind::of(kind)).collect(), keys.collect()))
    }

    /// The names `of` knows.
    pub fn names() -> impl Iterator<Item = &'static str> + Clone {
        KNOWN.iter().map(|(name, _, _)| *name)
    }

    /// What would do, in words.
    pub fn ways(&self) -> String {
        let kinds = self.kinds.iter().map(|kind| format!("an event `{kind}`"));
        let keys = self.keys.iter().map(|DataKey { key, parts }| match parts.as_slice() {
            [] => format!("`data.{key}`"),
            parts => format!("`data.{key}` with {}", parts.join(" and ")),
        });
        let role = self.role.iter().map(|role| format!("`{role}` as `approver`"));
        kinds.chain(keys).chain(role).collect::<Vec<_>>().join(" or ")
    }
}
