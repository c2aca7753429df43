//! What a correction changed: which tickets, and which rates that moved.

use std::collections::BTreeMap;

use super::{
    figures::{Figures, Rate, Table},
    metric::Metric,
    row::Row,
};

/// A ticket at a unit that is not as it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change<'r> {
    Added(&'r Row),
    Gone(&'r Row),
    Altered(&'r Row, &'r Row),
}

impl<'r> Change<'r> {
    /// The row that says which ticket and unit it is.
    pub fn row(self) -> &'r Row {
        match self {
            Self::Added(row) | Self::Gone(row) | Self::Altered(_, row) => row,
        }
    }
}

/// A rate that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moved {
    /// `None` is all units together.
    pub unit: Option<String>,
    pub metric: Metric,
    pub before: Rate,
    pub after: Rate,
}

/// Tickets that differ, by ticket and unit; the order of rows is no difference.
pub fn changes<'r>(before: &'r [Row], after: &'r [Row]) -> Vec<Change<'r>> {
    let by_key = |rows: &'r [Row]| -> BTreeMap<(&'r str, &'r str), &'r Row> {
        rows.iter().map(|row| ((row.ticket.as_str(), row.unit.as_str()), row)).collect()
    };
    let (old, new) = (by_key(before), by_key(after));
    let gone = old.iter().filter(|(key, _)| !new.contains_key(*key));
    let mut found: Vec<Change<'r>> = gone.map(|(_, row)| Change::Gone(row)).collect();
    for (key, row) in &new {
        match old.get(key) {
            None => found.push(Change::Added(row)),
            Some(was) if was != row => found.push(Change::Altered(was, row)),
            Some(_) => {}
        }
    }
    found.sort_by_key(|change| (&change.row().ticket, &change.row().unit));
    found
}

/// Rates that differ, unit by unit and for the whole.
pub fn moved(before: &Table, after: &Table) -> Vec<Moved> {
    let mut units: Vec<&String> = before.units.keys().chain(after.units.keys()).collect();
    units.sort();
    units.dedup();
    let none = Figures::default();
    let of = |table: &'_ Table, unit: &String| table.units.get(unit).unwrap_or(&none).clone();
    let mut found = Vec::new();
    for unit in units {
        differ(Some(unit), &of(before, unit), &of(after, unit), &mut found);
    }
    differ(None, &before.whole(), &after.whole(), &mut found);
    found
}

fn differ(unit: Option<&String>, before: &Figures, after: &Figures, found: &mut Vec<Moved>) {
    for metric in Metric::ALL {
        let (before, after) = (before.rate(metric), after.rate(metric));
        if before != after {
            found.push(Moved { unit: unit.cloned(), metric, before, after });
        }
    }
}
