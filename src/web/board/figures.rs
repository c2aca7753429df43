//! How many: the figures of the overview, for one person's units.

use std::collections::BTreeMap;

use super::scope::Scope;
use crate::{
    core::board::Colour,
    rules::Rules,
    store::{BoardCount, StoreError},
    web::state::State,
};

/// What did not arrive is shown for so long.
pub(super) const TROUBLE_MS: i64 = 7 * 24 * 3_600_000;

/// Counts of tickets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Count {
    pub open: i64,
    pub overdue: i64,
    pub today: i64,
    /// In the next 24 hours.
    pub day: i64,
    pub red: i64,
}

impl Count {
    fn add(&mut self, count: &BoardCount) {
        self.open += count.open;
        self.overdue += count.overdue;
        self.today += count.today;
        self.day += count.day;
        if count.colour == Colour::Red.name() {
            self.red += count.open;
        }
    }
}

/// Everything the overview counts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Figures {
    pub all: Count,
    /// Overdue, by colour: red, yellow, green, none.
    pub overdue: [i64; 4],
    pub paused: i64,
    pub callback: i64,
    /// Lines that stand in each ledger.
    pub ledgers: Vec<(String, i64)>,
    /// Messages that did not arrive.
    pub trouble: i64,
    /// By the unit of the tickets.
    pub units: BTreeMap<String, Count>,
}

impl Figures {
    /// Counts what a scope sees.
    pub(super) async fn read(
        state: &State,
        rules: &Rules,
        scope: &Scope,
    ) -> Result<Self, StoreError> {
        let now = state.wall.now();
        let tonight = rules.current.calendar.tonight(now);
        let counts = state.store.board_counts(tonight, now).await?;
        let ledgers = state.store.ledger_open().await?;
        let trouble = state.store.trouble_counts(now.plus_ms(-TROUBLE_MS)).await?;
        let sees = |unit: &str| scope.sees(&rules.org, unit);
        let mut figures = Self::default();
        for count in counts.iter().filter(|count| sees(&count.unit)) {
            figures.all.add(count);
            figures.units.entry(count.unit.clone()).or_default().add(count);
            for (overdue, colour) in figures.overdue.iter_mut().zip(Colour::ALL) {
                *overdue += if colour.name() == count.colour { count.overdue } else { 0 };
            }
            match count.state.as_str() {
                "paused" => figures.paused += count.open,
                "callback" => figures.callback += count.open,
                _ => {}
            }
        }
        let mut lists: BTreeMap<String, i64> = BTreeMap::new();
        for (list, unit, count) in ledgers {
            *lists.entry(list).or_default() += if sees(&unit) { count } else { 0 };
        }
        figures.ledgers = lists.into_iter().collect();
        let seen = trouble.into_iter().filter(|(unit, _)| sees(unit));
        figures.trouble = seen.map(|(_, count)| count).sum();
        Ok(figures)
    }
}
