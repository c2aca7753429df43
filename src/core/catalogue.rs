//! What residents ask about, and who is responsible for it where: items and duties.
//!
//! An item hangs under another; the nearest one upward that names a policy decides. A duty
//! says that a unit is responsible for an item, and all below it, in an area, for a while.
//!
//! Invariants, each a test of the same name:
//! * `an_item_has_the_policy_of_the_nearest_above`
//! * `the_nearest_duty_comes_first`

use std::{cmp::Reverse, collections::BTreeMap};

use jiff::civil::Date;

use super::attributes::is_under;

/// Items hang under items at most this deep; deeper is a circle.
const DEPTH_MAX: usize = 16;

/// All items and duties of a set.
#[derive(Clone, Debug, Default)]
pub struct Catalogue {
    items: Vec<Item>,
    by_code: BTreeMap<String, usize>,
    duties: Vec<Duty>,
    /// Duties of each item, by its place.
    of_item: BTreeMap<usize, Vec<usize>>,
}

/// One item of the catalogue (事项).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    pub code: String,
    pub name: String,
    pub parent: Option<String>,
    /// Index of the policy it names itself.
    pub policy: Option<usize>,
}

/// One duty (职责): a unit is responsible for an item in an area.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Duty {
    pub id: String,
    pub unit: String,
    pub item: String,
    /// Empty: everywhere.
    pub area: String,
    pub valid_from: Option<Date>,
    /// The first day it is not valid any more.
    pub to: Option<Date>,
}

/// A duty that covers a question, and how many items above the asked one it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Covering<'c> {
    pub duty: &'c Duty,
    pub above: usize,
}

impl Duty {
    /// Whether it is in force on this day.
    pub fn is_valid(&self, day: Date) -> bool {
        self.valid_from.is_none_or(|from| from <= day) && self.to.is_none_or(|to| day < to)
    }
}

impl Catalogue {
    /// Puts items and duties together; of items with one code the first counts.
    pub fn new(items: Vec<Item>, duties: Vec<Duty>) -> Self {
        let mut by_code = BTreeMap::new();
        for (place, item) in items.iter().enumerate() {
            by_code.entry(item.code.clone()).or_insert(place);
        }
        let mut of_item: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (place, duty) in duties.iter().enumerate() {
            if let Some(item) = by_code.get(&duty.item) {
                of_item.entry(*item).or_default().push(place);
            }
        }
        Self { items, by_code, duties, of_item }
    }

    pub fn items(&self) -> &[Item] {
        &self.items
    }

    pub fn duties(&self) -> &[Duty] {
        &self.duties
    }

    /// The item with this code.
    pub fn item(&self, code: &str) -> Option<&Item> {
        self.by_code.get(code).map(|place| &self.items[*place])
    }

    /// An item and those above it, nearest first.
    pub fn upward(&self, code: &str) -> impl Iterator<Item = &Item> {
        let above = |item: &&Item| item.parent.as_deref().and_then(|parent| self.item(parent));
        std::iter::successors(self.item(code), above).take(DEPTH_MAX)
    }

    /// The policy of an item, with the code of the entry that names it.
    pub fn policy_of(&self, code: &str) -> Option<(usize, &str)> {
        self.upward(code).find_map(|item| Some((item.policy?, item.code.as_str())))
    }

    /// Everybody responsible for an item in an area on a day: the nearest item first, then the smallest area.
    pub fn responsible(&self, code: &str, area: Option<&str>, day: Date) -> Vec<Covering<'_>> {
        let mut found = Vec::new();
        for (above, item) in self.upward(code).enumerate() {
            let place = self.by_code.get(&item.code);
            let duties = place.and_then(|place| self.of_item.get(place)).into_iter().flatten();
            for duty in duties.map(|place| &self.duties[*place]) {
                let is_there =
                    duty.area.is_empty() || area.is_some_and(|area| is_under(area, &duty.area));
                if is_there && duty.is_valid(day) {
                    found.push(Covering { duty, above });
                }
            }
        }
        found.sort_by_key(|one| (one.above, Reverse(one.duty.area.len()), one.duty.id.clone()));
        found
    }

    /// Why this unit is responsible for the item in this area on this day, if it is.
    pub fn basis(&self, unit: &str, code: &str, area: Option<&str>, day: Date) -> Option<&Duty> {
        let all = self.responsible(code, area, day);
        all.into_iter().map(|one| one.duty).find(|duty| duty.unit == unit)
    }

    /// Items with nobody responsible for them: neither they nor anything above or below has a duty.
    pub fn orphans(&self) -> Vec<&Item> {
        let mut covered = vec![false; self.items.len()];
        for item in self.of_item.keys() {
            // Somebody responsible for a part of it is enough for the item above.
            for above in self.upward(&self.items[*item].code) {
                covered[self.by_code[&above.code]] = true;
            }
        }
        let has_own = |item: &Item| {
            self.upward(&item.code)
                .any(|above| self.of_item.contains_key(&self.by_code[&above.code]))
        };
        let all = self.items.iter().zip(&covered);
        all.filter(|(item, covered)| !**covered && !has_own(item)).map(|(item, _)| item).collect()
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn item(code: &str, parent: &str, policy: Option<usize>) -> Item {
        let parent = (!parent.is_empty()).then(|| parent.to_owned());
        Item { code: code.to_owned(), name: code.to_owned(), parent, policy }
    }

    fn duty(
        id: &str,
        unit: &str,
        item: &str,
        area: &str,
        from: Option<Date>,
        to: Option<Date>,
    ) -> Duty {
        Duty {
            id: id.to_owned(),
            unit: unit.to_owned(),
            item: item.to_owned(),
            area: area.to_owned(),
            valid_from: from,
            to,
        }
    }

    fn catalogue() -> Catalogue {
        let items = vec![
            item("1", "", Some(0)),
            item("11", "1", None),
            item("111", "11", Some(2)),
            item("2", "", None),
            item("3", "", None),
        ];
        let (march, may) = (Some(date(2026, 3, 1)), Some(date(2026, 5, 1)));
        let duties = vec![
            duty("a", "city", "1", "", None, None),
            duty("b", "east", "11", "城东区", None, may),
            duty("c", "west", "11", "城西区", march, None),
            duty("d", "street", "11", "城西区/兴海路", None, None),
            duty("e", "city", "3", "", None, None),
        ];
        Catalogue::new(items, duties)
    }

    #[test]
    fn an_item_has_the_policy_of_the_nearest_above() {
        let catalogue = catalogue();
        #[rustfmt::skip]
        let table = [
            ("1",   Some((0, "1"))),
            ("11",  Some((0, "1"))),
            ("111", Some((2, "111"))),
            ("2",   None),
            ("9",   None),
        ];
        for (code, want) in table {
            assert_eq!(catalogue.policy_of(code), want, "{code}");
        }
        let orphans: Vec<&str> = catalogue.orphans().iter().map(|i| i.code.as_str()).collect();
        assert_eq!(orphans, ["2"]);
    }

    #[test]
    fn the_nearest_duty_comes_first() {
        let catalogue = catalogue();
        #[rustfmt::skip]
        let table = [
            ("the street before the district before the city", "111", Some("城西区/兴海路/1号"), date(2026, 4, 1), "d c a"),
            ("not yet",                                         "111", Some("城西区"),            date(2026, 2, 28), "a"),
            ("on the first day",                                "111", Some("城西区"),            date(2026, 3, 1), "c a"),
            ("on the last day",                                 "11",  Some("城东区"),            date(2026, 4, 30), "b a"),
            ("not any more",                                    "11",  Some("城东区"),            date(2026, 5, 1), "a"),
            ("without an area only those for everywhere",       "11",  None,                      date(2026, 4, 1), "a"),
            ("nobody",                                          "2",   None,                      date(2026, 4, 1), ""),
        ];
        for (name, code, area, day, want) in table {
            let all = catalogue.responsible(code, area, day);
            let ids: Vec<&str> = all.iter().map(|one| one.duty.id.as_str()).collect();
            assert_eq!(ids.join(" "), want, "{name}");
        }
        let day = date(2026, 4, 1);
        let basis = |unit| catalogue.basis(unit, "111", Some("城西区"), day).map(|d| d.id.as_str());
        assert_eq!(basis("west"), Some("c"));
        assert_eq!(basis("east"), None);
    }
}
