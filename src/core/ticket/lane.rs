//! For whom a clock runs: the ticket as a whole, or each unit, milestone or signer of a list.
//!
//! A list stands in the event that starts the clock (`data.units`, or the key the rule names):
//! texts, or objects with `id` (or `unit`, `name`), and maybe `due` and `owner`.

use serde_json::Value;

use crate::core::{clock::Clock, event::Event, policy::ClockRule, timestamp::Timestamp};

/// The key of the units a whistle calls.
const UNITS: &str = "units";

/// One of those a clock runs for; the default: the ticket as a whole.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lane {
    pub unit: String,
    /// The unit whose people are told, where it is not this one or the responsible one.
    pub owner: String,
    /// Its own due.
    pub due: Option<Timestamp>,
}

impl Lane {
    /// The lane a clock runs in.
    pub fn of(clock: &Clock) -> Self {
        Self { unit: clock.key.unit.clone(), owner: clock.owner.clone(), due: None }
    }
}

/// Those a clock starts for.
pub fn lanes(rule: &ClockRule, event: &Event) -> Vec<Lane> {
    if !rule.per_unit {
        return vec![Lane::default()];
    }
    let alone = |unit: &str| Lane { unit: unit.to_owned(), ..Lane::default() };
    match event.data.get(&rule.units_from) {
        Some(Value::Array(many)) => many.iter().filter_map(lane).collect(),
        Some(Value::String(one)) => vec![alone(one)],
        // Without a list it is the one unit the event names.
        _ if rule.units_from == UNITS => event.unit.iter().map(|unit| alone(unit)).collect(),
        _ => Vec::new(),
    }
}

fn lane(value: &Value) -> Option<Lane> {
    let text = |key: &str| value.get(key).and_then(Value::as_str).map(str::to_owned);
    let unit = match value {
        Value::String(unit) => unit.clone(),
        _ => text("id").or_else(|| text("unit")).or_else(|| text("name"))?,
    };
    let due = text("due").and_then(|due| Timestamp::parse(&due).ok());
    Some(Lane { unit, owner: text("owner").unwrap_or_default(), due })
}

/// Whether an event speaks of this one of a list: as its unit, or in the list of the same key.
pub fn names(event: &Event, list: &str, unit: &str) -> bool {
    event.unit.as_deref() == Some(unit) || listed(event, list).any(|one| one == unit)
}

/// Those of a list an event names.
pub fn listed<'e>(event: &'e Event, list: &str) -> impl Iterator<Item = String> + use<'e> {
    let value = event.data.get(list);
    let one = value.and_then(Value::as_str).map(str::to_owned);
    let many = value.and_then(Value::as_array).into_iter().flatten().filter_map(lane);
    one.into_iter().chain(many.map(|lane| lane.unit))
}
