//! What a calendar is made of, before it is compiled.
//!
//! Filled by whoever reads files; holds no opinion about their format.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{
    civil::{Date, Weekday},
    tz::TimeZone,
};

use super::window::{Window, united, without};

/// The parts of a calendar; [`super::Calendar::compile`] turns them into open time.
#[derive(Clone, Debug)]
pub struct CalendarSpec {
    /// The zone all local times are in.
    pub zone: TimeZone,
    /// The windows of each weekday, Monday first; an empty list is a closed day.
    pub week: [Vec<Window>; 7],
    /// Closed dates; a holiday wins over an override.
    pub holidays: BTreeSet<Date>,
    /// The windows of single dates, instead of their weekday's: make-up days, short days.
    pub overrides: BTreeMap<Date, Vec<Window>>,
    /// Taken out of the windows of single dates.
    pub breaks: BTreeMap<Date, Vec<Window>>,
    /// The years whose holidays are known; see [`super::Calendar::years_missing`].
    pub years_covered: BTreeSet<i16>,
}

impl CalendarSpec {
    /// A calendar that is never open, to be filled.
    pub fn new(zone: TimeZone) -> Self {
        Self {
            zone,
            week: Default::default(),
            holidays: BTreeSet::new(),
            overrides: BTreeMap::new(),
            breaks: BTreeMap::new(),
            years_covered: BTreeSet::new(),
        }
    }

    /// Adds published rest days and make-up days. A make-up day gets the windows of its own
    /// weekday or, where that is a rest day of the week, of the first open day of the week; an
    /// override that is already there stays.
    pub fn observe(
        &mut self,
        rest: impl IntoIterator<Item = Date>,
        work: impl IntoIterator<Item = Date>,
        years: impl IntoIterator<Item = i16>,
    ) {
        self.holidays.extend(rest);
        let usual = self.week.iter().find(|day| !day.is_empty()).cloned().unwrap_or_default();
        for date in work {
            let own = &self.week[day_index(date.weekday())];
            let windows = if own.is_empty() { &usual } else { own };
            self.overrides.entry(date).or_insert_with(|| windows.clone());
        }
        self.years_covered.extend(years);
    }

    /// The dates that are both a holiday and an override, whose windows therefore never open.
    pub fn contradictions(&self) -> Vec<Date> {
        self.overrides
            .iter()
            .filter(|(date, windows)| !windows.is_empty() && self.holidays.contains(date))
            .map(|(date, _)| *date)
            .collect()
    }

    /// The place of a weekday name (`mon` ... `sun`) in [`CalendarSpec::week`].
    pub fn day_named(name: &str) -> Option<usize> {
        ["mon", "tue", "wed", "thu", "fri", "sat", "sun"].iter().position(|day| *day == name)
    }

    /// The windows that open on `date`, after holidays, overrides and breaks.
    pub(super) fn windows_of(&self, date: Date) -> Vec<Window> {
        if self.holidays.contains(&date) {
            return Vec::new();
        }
        let day = self.overrides.get(&date).unwrap_or(&self.week[day_index(date.weekday())]);
        if day.is_empty() {
            return Vec::new();
        }
        let windows = united(day);
        match self.breaks.get(&date) {
            None => windows,
            Some(breaks) => without(&windows, &united(breaks)),
        }
    }
}

/// Reads a date written `YYYY-MM-DD` and nothing else.
pub fn parse_date(text: &str) -> Option<Date> {
    (text.len() == 10).then(|| text.parse().ok()).flatten()
}

/// The place of a weekday in [`CalendarSpec::week`].
fn day_index(weekday: Weekday) -> usize {
    weekday.to_monday_zero_offset() as usize
}
