//! `slots` and `capacity` of a policy: when its calls are made, and how many.

use jiff::civil::Time;

use super::reader::Item;
use crate::core::slots::Capacity;

/// Reads `slots = [["10:30", "11:45"], ...]`: in order, none over midnight.
pub fn slots(item: &Item<'_>) -> Vec<(Time, Time)> {
    let slots = item.time_pairs();
    if slots.iter().any(|(from, until)| from >= until) {
        item.complain("a slot ends after it begins, on the same day");
    }
    if slots.windows(2).any(|pair| pair[0].1 > pair[1].0) {
        item.complain("slots come one after the other and do not overlap");
    }
    slots
}

/// Reads `capacity = { seats = 3, per_hour = 12 }`.
pub fn capacity(item: &Item<'_>, slots: &[(Time, Time)]) -> Option<Capacity> {
    let section = item.section("`capacity`")?;
    let seats = section.need("seats").and_then(|item| item.count());
    let per_hour = section.need("per_hour").and_then(|item| item.count());
    section.finish();
    let capacity = Capacity { seats: seats?, per_hour: per_hour? };
    if capacity.seats == 0 || capacity.per_hour == 0 {
        item.complain("nobody could be called; leave `capacity` out where it has no bound");
        return None;
    }
    let fits = |(from, until): &(Time, Time)| {
        capacity.within(from.duration_until(*until).as_millis() as i64) > 0
    };
    if !slots.iter().any(fits) {
        item.complain("no slot is long enough for one call; give more seats, calls or time");
        return None;
    }
    Some(capacity)
}
