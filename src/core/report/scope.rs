//! What a report counts: its span, what it is compared with, and the parts a trend is drawn of.

use super::kind::{Kind, When};
use crate::core::{
    calendar::Calendar,
    period::Period,
    policy::PolicySet,
    rates::{Rules, in_force},
    timestamp::Timestamp,
};

/// Half-open.
pub type Stretch = (Timestamp, Timestamp);

/// Periods before its own that a trend shows.
const TREND: usize = 5;

/// The spans of a report.
#[derive(Clone, Debug)]
pub struct Scope {
    pub kind: Kind,
    pub when: When,
    pub from: Timestamp,
    pub to: Timestamp,
    /// How things stood then.
    pub as_of: Timestamp,
    /// The period before, and the same one of the year before.
    pub before: Option<Stretch>,
    pub year_ago: Option<Stretch>,
    /// In order of time.
    pub buckets: Vec<Bucket>,
}

/// A part with the rules in force on its first day.
#[derive(Clone, Debug)]
pub struct Bucket {
    pub name: String,
    pub from: Timestamp,
    pub to: Timestamp,
    /// `None`: the set has no rates.
    pub rules: Option<Rules>,
    /// Whether it is a part of the report itself, not of the time before.
    pub counts: bool,
}

impl Scope {
    /// `as_of` of lists may be named; figures stand at the end of their period.
    pub fn new(kind: Kind, when: When, set: &PolicySet, as_of: Option<Timestamp>) -> Self {
        let calendar = &set.calendar;
        let (from, to) = kind.span(when, calendar);
        let standard = kind.as_of(when, calendar);
        let buckets = buckets(kind, when, set);
        let neighbour = |step: fn(Period) -> Option<Period>| {
            let (first, last) = (step(when.first)?, step(when.last)?);
            Some(kind.span(When { first, last }, calendar))
        };
        let length = |period: Period| {
            if when.first == when.last { previous(period) } else { None }
        };
        let before = length(when.first).map(|one| kind.span(When::from(one), calendar));
        Self {
            kind,
            when,
            from,
            to,
            as_of: as_of.filter(|_| kind.is_list()).unwrap_or(standard),
            before,
            year_ago: neighbour(year_before),
            buckets,
        }
    }

    /// The rules the units are ranked by: those of the last part.
    pub fn rules(&self) -> Option<&Rules> {
        self.buckets.iter().rev().find(|bucket| bucket.counts)?.rules.as_ref()
    }
}

impl Bucket {
    fn of(period: Period, span: Stretch, set: &PolicySet, counts: bool) -> Self {
        let rules = in_force(&set.rates, set.calendar.date_of(span.0)).cloned();
        Self { name: period.to_string(), from: span.0, to: span.1, rules, counts }
    }

    pub fn holds(&self, at: Timestamp) -> bool {
        self.from <= at && at < self.to
    }
}

fn buckets(kind: Kind, when: When, set: &PolicySet) -> Vec<Bucket> {
    let calendar = &set.calendar;
    let own = |period: Period| {
        let span = kind.span(When::from(period), calendar);
        Bucket::of(period, span, set, true)
    };
    match kind {
        Kind::Week | Kind::Month | Kind::Meeting => {
            let mut periods = vec![when.first];
            while let Some(before) = previous(periods[periods.len() - 1])
                && periods.len() <= TREND
            {
                periods.push(before);
            }
            periods.reverse();
            let last = periods.len() - 1;
            let bucket = |(place, period)| Bucket { counts: place == last, ..own(period) };
            periods.into_iter().enumerate().map(bucket).collect()
        }
        Kind::Quarter | Kind::Half | Kind::Year => {
            months(when, calendar).into_iter().map(own).collect()
        }
        Kind::Day | Kind::Closing | Kind::Hot | Kind::Steps | Kind::Burden | Kind::Units => {
            let span = kind.span(when, calendar);
            vec![Bucket { name: when.to_string(), ..Bucket::of(when.first, span, set, true) }]
        }
    }
}

/// The months of a longer period.
fn months(when: When, calendar: &Calendar) -> Vec<Period> {
    let (from, to) = when.span(calendar);
    let mut month = Some(month_of(calendar, from));
    let mut found = Vec::new();
    while let Some(one) = month.filter(|one| one.span(calendar.zone()).0 < to) {
        found.push(one);
        month = next_month(one);
    }
    found
}

fn month_of(calendar: &Calendar, at: Timestamp) -> Period {
    let day = calendar.date_of(at);
    Period::Month(day.year(), day.month())
}

fn next_month(period: Period) -> Option<Period> {
    match period {
        Period::Month(year, 12) => Some(Period::Month(year + 1, 1)),
        Period::Month(year, month) => Some(Period::Month(year, month + 1)),
        _ => None, // only months are counted on
    }
}

/// The period of the same length before.
fn previous(period: Period) -> Option<Period> {
    Some(match period {
        Period::Day(day) => Period::Day(day.yesterday().ok()?),
        Period::Week(year, week) => {
            let monday = jiff::civil::ISOWeekDate::new(year, week, jiff::civil::Weekday::Monday);
            let before = monday.ok()?.date().yesterday().ok()?.iso_week_date();
            Period::Week(before.year(), before.week())
        }
        Period::Month(year, 1) => Period::Month(year - 1, 12),
        Period::Month(year, month) => Period::Month(year, month - 1),
        Period::Quarter(year, 1) => Period::Quarter(year - 1, 4),
        Period::Quarter(year, nth) => Period::Quarter(year, nth - 1),
        Period::Half(year, 1) => Period::Half(year - 1, 2),
        Period::Half(year, nth) => Period::Half(year, nth - 1),
        Period::Year(year) => Period::Year(year - 1),
    })
}

/// The same period of the year before, where it has one.
fn year_before(period: Period) -> Option<Period> {
    Some(match period {
        Period::Day(day) => {
            Period::Day(jiff::civil::Date::new(day.year() - 1, day.month(), day.day()).ok()?)
        }
        Period::Week(_, 53) => return None,
        Period::Week(year, week) => Period::Week(year - 1, week),
        Period::Month(year, month) => Period::Month(year - 1, month),
        Period::Quarter(year, nth) => Period::Quarter(year - 1, nth),
        Period::Half(year, nth) => Period::Half(year - 1, nth),
        Period::Year(year) => Period::Year(year - 1),
    })
}
