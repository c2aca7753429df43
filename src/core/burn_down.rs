//! How a campaign's frozen list burns down: only what was on it counts, day by day.
//!
//! Invariant, a test of the same name: `what_came_later_is_not_counted`.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::Serialize;

/// What is left of a list at the end of each day.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct BurnDown {
    pub baseline: usize,
    pub ended: usize,
    pub left: Vec<Left>,
    /// What is still to be ended, by unit.
    pub by_unit: BTreeMap<String, usize>,
}

/// The end of one day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Left {
    pub day: Date,
    pub left: usize,
}

/// A ticket of the frozen list as it stands: its unit, and the day it ended.
#[derive(Clone, Debug)]
pub struct Listed {
    pub unit: String,
    pub ended: Option<Date>,
}

impl BurnDown {
    /// Counts a list frozen on `from`, up to and with `today`. A ticket that was opened again is not ended.
    pub fn of(listed: &[Listed], from: Date, today: Date) -> Self {
        let days = std::iter::successors(Some(from), |day| day.tomorrow().ok());
        let is_left = |one: &Listed, day: Date| one.ended.is_none_or(|ended| ended > day);
        let left =
            |day: Date| Left { day, left: listed.iter().filter(|one| is_left(one, day)).count() };
        let mut by_unit = BTreeMap::new();
        for one in listed.iter().filter(|one| is_left(one, today)) {
            *by_unit.entry(one.unit.clone()).or_default() += 1;
        }
        let open = by_unit.values().sum::<usize>();
        Self {
            baseline: listed.len(),
            ended: listed.len() - open,
            left: days.take_while(|day| *day <= today).map(left).collect(),
            by_unit,
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn what_came_later_is_not_counted() {
        let one = |unit: &str, ended: Option<i8>| Listed {
            unit: unit.to_owned(),
            ended: ended.map(|day| date(2026, 5, day)),
        };
        let listed = [one("a", Some(12)), one("a", Some(14)), one("b", None), one("b", Some(20))];
        let burnt = BurnDown::of(&listed, date(2026, 5, 12), date(2026, 5, 15));
        let left: Vec<usize> = burnt.left.iter().map(|day| day.left).collect();
        assert_eq!((burnt.baseline, burnt.ended, left), (4, 2, vec![3, 3, 2, 2]));
        assert_eq!(burnt.by_unit, BTreeMap::from([("b".to_owned(), 2)]));
        let none = BurnDown::of(&[], date(2026, 5, 12), date(2026, 5, 12));
        assert_eq!((none.baseline, none.left.len()), (0, 1), "an empty list is cleared at once");
    }
}
