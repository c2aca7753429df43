//! The tree of units, of any depth.

use std::collections::BTreeMap;

use super::{Org, Unit};

/// Deeper than any administration; `duban check` refuses a unit above itself.
const DEPTH_MAX: usize = 64;

impl Org {
    /// A unit and those above it, nearest first. A path the tree does not know (`PWD/North`) stands
    /// under its known beginning (`PWD`), else under the units without a parent.
    pub fn line_of<'a>(&'a self, unit: &'a str) -> impl Iterator<Item = &'a str> {
        let mut at = Some(unit);
        let known = loop {
            match at {
                Some(id) if self.units.contains_key(id) => break self.units.get(id),
                Some(id) => at = id.rsplit_once('/').map(|(top, _)| top),
                None => break None,
            }
        };
        let roots = self.units.values().filter(move |_| known.is_none());
        let roots = roots.filter(|unit| unit.parent.is_none()).map(|unit| unit.id.as_str());
        known.into_iter().flat_map(|unit| self.above(unit)).chain(roots)
    }

    /// The unit at the top of the tree a unit stands in.
    pub fn top_of<'a>(&'a self, unit: &'a str) -> Option<&'a str> {
        self.line_of(unit).last()
    }

    /// A unit and those above it, nearest first; empty if the tree does not know it.
    pub fn path(&self, unit: &str) -> Vec<&Unit> {
        self.units.get(unit).into_iter().flat_map(|unit| self.above_units(unit)).collect()
    }

    /// A unit and everything below it, each parent before its children.
    pub fn subtree(&self, unit: &str) -> Vec<&Unit> {
        let mut below: BTreeMap<&str, Vec<&Unit>> = BTreeMap::new();
        for unit in self.units.values() {
            if let Some(parent) = &unit.parent {
                below.entry(parent).or_default().push(unit);
            }
        }
        let mut found: Vec<&Unit> = self.units.get(unit).into_iter().collect();
        let mut next = 0;
        while next < found.len() && found.len() <= self.units.len() {
            found.extend(below.get(found[next].id.as_str()).into_iter().flatten());
            next += 1;
        }
        found
    }

    /// Counts of units with those of everything below them added, so that a parent is the sum
    /// of its children and its own. What the tree does not know stays as it is.
    pub fn roll_up(&self, counts: &BTreeMap<String, u64>) -> BTreeMap<String, u64> {
        let mut sums: BTreeMap<String, u64> = BTreeMap::new();
        for (unit, count) in counts {
            match self.units.get(unit) {
                None => *sums.entry(unit.clone()).or_default() += count,
                Some(unit) => {
                    for above in self.above(unit) {
                        *sums.entry(above.to_owned()).or_default() += count;
                    }
                }
            }
        }
        sums
    }

    fn above<'a>(&'a self, unit: &'a Unit) -> impl Iterator<Item = &'a str> {
        self.above_units(unit).map(|unit| unit.id.as_str())
    }

    fn above_units<'a>(&'a self, unit: &'a Unit) -> impl Iterator<Item = &'a Unit> {
        let parent = |unit: &&'a Unit| unit.parent.as_ref().and_then(|id| self.units.get(id));
        std::iter::successors(Some(unit), parent).take(DEPTH_MAX)
    }
}
