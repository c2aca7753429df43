//! What the events of a ticket tell the tallies.
//!
//! A ticket knows nothing of others. Each new line of its journal is held against the
//! triggers in force; what concerns one is told to the tally of its key, under an id made
//! of the line's own, so that it counts once however often it is told.
//!
//! Invariants, each a test of the same name:
//! * `a_line_is_told_to_the_tally_of_its_key`
//! * `tells_of_tells_come_to_an_end`

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::Trigger;
use crate::core::{
    attributes::{matches, words},
    book::{ARMED, COUNTED, RESET, tally_no},
    event::{Event, Kind},
    fact::Fact,
    policy::PolicySet,
    record::Record,
    ticket::Ticket,
};

/// A tell may cause a tell, but not for ever.
const DEPTH_MAX: u64 = 4;
/// Where an event keeps how many tells it is away from the outside, and which trigger told it.
pub const DEPTH: &str = "depth";
pub const TRIGGER: &str = "trigger";

/// What the new lines of a ticket's journal tell; `set` holds the triggers in force.
pub fn told(set: &PolicySet, ticket: &Ticket, lines: &[(i64, &Fact)]) -> Vec<Event> {
    if set.triggers.is_empty() {
        return Vec::new();
    }
    let refused: BTreeSet<i64> = lines
        .iter()
        .filter_map(|(_, fact)| match fact {
            Fact::Record(Record::Refused { seq, .. }) => Some(*seq),
            Fact::Record(_) | Fact::Event(_) => None,
        })
        .collect();
    let events = || {
        lines.iter().filter_map(|(seq, fact)| match fact {
            Fact::Event(event) if !refused.contains(seq) => Some(event),
            Fact::Event(_) | Fact::Record(_) => None,
        })
    };
    // What duban adds in a look follows from what the look took in, and is as far from the outside.
    let depth = events().map(depth_of).max().unwrap_or_default();
    if depth >= DEPTH_MAX {
        return Vec::new();
    }
    let mut told = Vec::new();
    for event in events() {
        for trigger in set.triggers.iter().filter(|one| event.text(TRIGGER) != Some(&one.id)) {
            told.extend(tell(trigger, ticket, event, depth + 1));
        }
    }
    told
}

fn depth_of(event: &Event) -> u64 {
    event.data.get(DEPTH).and_then(Value::as_u64).unwrap_or_default()
}

/// What one event tells one trigger's tally, or its own ticket where nothing has to be counted.
fn tell(trigger: &Trigger, ticket: &Ticket, event: &Event, depth: u64) -> Vec<Event> {
    let mut told = Vec::new();
    let resets = Trigger::names(&trigger.reset_on, event);
    let arms = Trigger::names(&trigger.arm, event) && selects(trigger, ticket, event);
    let counts = Trigger::names(&trigger.on, event) && selects(trigger, ticket, event);
    if !(resets || arms || counts) {
        return told;
    }
    let source = format!("duban/{}/{}/{}", trigger.id, ticket.no, event.dedupe_key());
    if trigger.is_plain() {
        if counts && let Some(kind) = &trigger.add {
            let facts = Facts { count: 1, first: &ticket.no, last: &ticket.no, armed: "", key: "" };
            let mut own = Event::new(ticket.no.clone(), kind.clone(), event.at);
            own.data = with(trigger, &facts);
            told.push(signed(own, source, trigger, depth));
        }
        return told;
    }
    let Some(key) = key(trigger, ticket, event) else { return told };
    let no = tally_no(&trigger.id, key.iter().map(|(_, value)| value.as_str()));
    // In this order where one event is several of them: what went before ends, then the window opens.
    for (kind, is) in [(RESET, resets), (COUNTED, counts), (ARMED, arms)] {
        if is {
            let mut one = Event::new(no.clone(), Kind::of(kind), event.at);
            one.unit = event.unit.clone().or_else(|| ticket.unit.clone());
            one.data.insert("ticket".to_owned(), Value::from(ticket.no.clone()));
            one.data.insert("event".to_owned(), Value::from(event.kind.name()));
            let key = key.iter().map(|(name, value)| (name.clone(), Value::from(value.clone())));
            one.data.insert("key".to_owned(), Value::Object(key.collect()));
            told.push(signed(one, format!("{source}/{kind}"), trigger, depth));
        }
    }
    told
}

/// Marks an event as told by a trigger.
pub fn signed(mut event: Event, id: String, trigger: &Trigger, depth: u64) -> Event {
    event.id = Some(id);
    event.by = Some("duban".to_owned());
    event.data.insert(TRIGGER.to_owned(), Value::from(trigger.id.clone()));
    event.data.insert(DEPTH.to_owned(), Value::from(depth));
    event
}

/// What placeholders of `with` stand for.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    pub count: usize,
    pub first: &'a str,
    pub last: &'a str,
    pub armed: &'a str,
    pub key: &'a str,
}

/// What a told event says, placeholders filled in.
pub fn with(trigger: &Trigger, facts: &Facts<'_>) -> Map<String, Value> {
    let fill = |text: &String| match text.as_str() {
        "{count}" => Value::from(facts.count),
        text => Value::from(
            text.replace("{count}", &facts.count.to_string())
                .replace("{first}", facts.first)
                .replace("{last}", facts.last)
                .replace("{armed}", facts.armed)
                .replace("{key}", facts.key),
        ),
    };
    trigger.with.iter().map(|(name, text)| (name.clone(), fill(text))).collect()
}

/// Whether every key of the selector finds one of its values, in what the event says or the ticket has.
fn selects(trigger: &Trigger, ticket: &Ticket, event: &Event) -> bool {
    trigger.select.keys.iter().all(|(key, wanted)| {
        let fits = |value: &str| wanted.iter().any(|want| matches(key, value, want));
        said(key, ticket, event).iter().any(|value| fits(value))
    })
}

/// The values of the trigger's key, by name; `None` if one is missing.
fn key(trigger: &Trigger, ticket: &Ticket, event: &Event) -> Option<Vec<(String, String)>> {
    let of = |name: &String| {
        let first = said(name, ticket, event).into_iter().next()?;
        Some((name.clone(), first))
    };
    trigger.key.iter().map(of).collect()
}

fn said(key: &str, ticket: &Ticket, event: &Event) -> Vec<String> {
    let mut values = match key {
        "ticket" => vec![ticket.no.clone()],
        "unit" => event.unit.iter().chain(&ticket.unit).cloned().collect(),
        _ => ticket.attributes.values(key).into_iter().map(str::to_owned).collect(),
    };
    if let Some(value) = event.data.get(key) {
        values.splice(0..0, words(value));
    }
    values
}

/// The words of a map by name, for what a tally keeps of a key.
pub fn texts(value: Option<&Value>) -> BTreeMap<String, String> {
    let Some(Value::Object(map)) = value else { return BTreeMap::new() };
    map.iter().filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned()))).collect()
}
