//! A fact about a ticket: what happened, when it occurred, when it arrived.
//!
//! The wire shape is the one of the public contract. Keys the contract does not
//! name are kept in `data`, so that a fact of another system is never lost.

use std::{borrow::Cow, fmt};

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{MapAccess, Visitor},
};
use serde_json::{Map, Value};

use super::timestamp::Timestamp;

macro_rules! kinds {
    ($($variant:ident = $name:literal),* $(,)?) => {
        /// What happened. Standard kinds are named; a policy may add its own.
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Kind {
            $(#[doc = concat!("`", $name, "`")] $variant,)*
            /// A kind a policy invents, or one nobody knows.
            Custom(Box<str>),
        }

        impl Kind {
            /// Every standard kind, in the order of the contract.
            pub const STANDARD: &'static [&'static str] = &[$($name),*];

            /// The kind of this name.
            pub fn of(name: &str) -> Self {
                match name {
                    $($name => Self::$variant,)*
                    _ => Self::Custom(name.into()),
                }
            }

            /// The name as written in events and policies.
            pub fn name(&self) -> &str {
                match self {
                    $(Self::$variant => $name,)*
                    Self::Custom(name) => name,
                }
            }
        }
    };
}

kinds! {
    Received = "received", Registered = "registered", Dispatched = "dispatched", Accepted = "accepted",
    Returned = "returned", ReturnRefused = "return_refused", Contacted = "contacted", Progress = "progress",
    Paused = "paused", Resumed = "resumed", ExtensionAsked = "extension_asked", Extended = "extended",
    Replied = "replied", Resolved = "resolved", Previsited = "previsited", UpstreamReplied = "upstream_replied",
    CallbackTried = "callback_tried", Answered = "answered", Rated = "rated", Redo = "redo", Reopened = "reopened",
    Reassigned = "reassigned", Whistled = "whistled", Responded = "responded", Arrived = "arrived", Hung = "hung",
    Reviewed = "reviewed", StruckOff = "struck_off", Instructed = "instructed", LeaderConfirmed = "leader_confirmed",
    Merged = "merged", Withdrawn = "withdrawn", Praised = "praised", MissedCall = "missed_call",
    Connected = "connected", OfflineAction = "offline_action", SlipWithdrawn = "slip_withdrawn", Closed = "closed",
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Serialize for Kind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for Kind {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Cow::<str>::deserialize(deserializer).map(|name| Self::of(&name))
    }
}

impl Kind {
    /// Kinds duban knows of itself beside the standard ones: a set need not name them.
    pub const OWN: &'static [&'static str] = &[
        "acknowledged",
        "arrived_all",
        "attached",
        "callback_closed",
        "consult_proposed",
        "decision",
        "detached",
        "evaluated",
        "excused",
        "extension_refused",
        "finding",
        "handover_refused",
        "label_approved",
        "label_proposed",
        "label_refused",
        "qa_rejected",
        "reactivated",
        "reclassified",
        "returned_ok",
        "review_decided",
        "ruled",
        "ruling_asked",
        "urged",
        "visit",
        "whistle_rated",
    ];
}

/// One event as it comes in and as the journal keeps it.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    pub ticket: String,
    pub kind: Kind,
    /// When it occurred.
    pub at: Timestamp,
    /// When duban heard of it, where a file says so; the daemon goes by its own clock.
    pub arrived: Option<Timestamp>,
    /// The sender's own id; makes delivery idempotent.
    pub id: Option<String>,
    pub source: Option<String>,
    pub unit: Option<String>,
    pub category: Option<String>,
    pub urgency: Option<String>,
    pub area: Option<String>,
    pub by: Option<String>,
    /// The source system's own due time.
    pub deadline: Option<Timestamp>,
    /// Everything else the sender said.
    pub data: Map<String, Value>,
}

impl Event {
    /// An event with nothing but what the contract requires.
    pub fn new(ticket: impl Into<String>, kind: Kind, at: Timestamp) -> Self {
        Self {
            ticket: ticket.into(),
            kind,
            at,
            arrived: None,
            id: None,
            source: None,
            unit: None,
            category: None,
            urgency: None,
            area: None,
            by: None,
            deadline: None,
            data: Map::new(),
        }
    }

    /// What makes this event the same as another delivery of it: its id, else kind and instant.
    /// (The ticket is the other half of the key.)
    pub fn dedupe_key(&self) -> String {
        match &self.id {
            Some(id) => format!("id/{id}"),
            None => format!("at/{}/{}", self.kind, self.at.0),
        }
    }

    /// Whether `data` has something under this key: not nothing, not an empty text, not `false`.
    pub fn says(&self, key: &str) -> bool {
        match self.data.get(key) {
            Some(Value::Null | Value::Bool(false)) | None => false,
            Some(Value::String(text)) => !text.trim().is_empty(),
            Some(Value::Array(list)) => !list.is_empty(),
            Some(Value::Object(table)) => !table.is_empty(),
            Some(Value::Bool(true) | Value::Number(_)) => true,
        }
    }

    /// A text the sender put into `data`.
    pub fn text(&self, key: &str) -> Option<&str> {
        self.data.get(key).and_then(Value::as_str)
    }
}

impl Serialize for Event {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeMap as _;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("ticket", &self.ticket)?;
        map.serialize_entry("event", &self.kind)?;
        map.serialize_entry("at", &self.at.to_string())?;
        let texts = [
            ("id", &self.id),
            ("source", &self.source),
            ("unit", &self.unit),
            ("category", &self.category),
            ("urgency", &self.urgency),
            ("area", &self.area),
            ("by", &self.by),
        ];
        for (key, text) in texts {
            if let Some(text) = text {
                map.serialize_entry(key, text)?;
            }
        }
        if let Some(deadline) = self.deadline {
            map.serialize_entry("deadline", &deadline.to_string())?;
        }
        if !self.data.is_empty() {
            map.serialize_entry("data", &self.data)?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for Event {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(EventVisitor)
    }
}

struct EventVisitor;

impl<'de> Visitor<'de> for EventVisitor {
    type Value = Event;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an event: an object with `ticket`, `event` and `at`")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Event, A::Error> {
        use serde::de::Error;
        let mut event = Event::new(String::new(), Kind::Custom("".into()), Timestamp(0));
        let (mut has_kind, mut has_at) = (false, false);
        while let Some(key) = map.next_key::<Cow<'de, str>>()? {
            match key.as_ref() {
                "ticket" => event.ticket = map.next_value()?,
                "event" => (event.kind, has_kind) = (map.next_value()?, true),
                "at" => {
                    (event.at, has_at) =
                        (instant(&map.next_value::<Cow<'de, str>>()?, "at")?, true);
                }
                "id" => event.id = map.next_value()?,
                "source" => event.source = map.next_value()?,
                "unit" => event.unit = map.next_value()?,
                "category" => event.category = map.next_value()?,
                "urgency" => event.urgency = map.next_value()?,
                "area" => event.area = map.next_value()?,
                "by" => event.by = map.next_value()?,
                "deadline" => {
                    if let Some(text) = map.next_value::<Option<Cow<'de, str>>>()? {
                        event.deadline = Some(instant(&text, "deadline")?);
                    }
                }
                "data" => match map.next_value::<Value>()? {
                    Value::Object(data) => event.data.extend(data),
                    Value::Null => {}
                    _ => return Err(Error::custom("`data` must be an object")),
                },
                "arrived" => {
                    if let Some(text) = map.next_value::<Option<Cow<'de, str>>>()? {
                        event.arrived = Some(instant(&text, "arrived")?);
                    }
                }
                other => _ = event.data.insert(other.to_owned(), map.next_value()?),
            }
        }
        match (event.ticket.is_empty(), has_kind, has_at) {
            (true, _, _) => Err(Error::custom("`ticket` is missing or empty")),
            (_, false, _) => Err(Error::custom("`event` is missing")),
            (_, _, false) => Err(Error::custom("`at` is missing")),
            (false, true, true) => Ok(event),
        }
    }
}

fn instant<E: serde::de::Error>(text: &str, key: &str) -> Result<Timestamp, E> {
    Timestamp::parse(text).map_err(|_| {
        E::custom(format!(
            "`{key}` is `{text}`; write an instant with its offset, like `2026-05-07T09:12:00+08:00`"
        ))
    })
}
