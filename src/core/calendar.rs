//! Which time counts.
//!
//! A calendar is compiled once into the stretches of open time of a range of years, as
//! UTC instants with prefix sums; every question is then a binary search. Civil time
//! (dates, clock faces, zones) exists only here and in texts.
//!
//! A window belongs to the date it opens on: the night shift of the eve of a holiday runs
//! into the holiday, and a holiday or a break closes what opens on its own date.
//! A local time that a clock change skips moves forward by the gap; one that occurs twice
//! means the earlier instant.
//!
//! Invariants, each a test of the same name in `calendar/tests.rs`:
//! * `arithmetic_agrees_with_a_walk_by_minutes` - over zones with and without clock changes
//! * `add_then_measure_gives_the_span_back`
//! * `a_calendar_without_open_time_is_refused` - so nothing here can search for ever

mod spec;
#[cfg(test)]
mod tests;
mod window;

use std::{fmt, ops::RangeInclusive, sync::Arc};

use jiff::{
    Span,
    civil::{Date, DateTime, Time},
    tz::TimeZone,
};

use super::timestamp::Timestamp;

pub use spec::{CalendarSpec, parse_date};
pub use window::{DAY_S, Window, WindowError};

/// The years [`Calendar::compile`] covers: the tickets on record and every span a policy may ask for.
pub const YEARS: RangeInclusive<i16> = 1990..=2100;

/// Compiled working time. Cloning shares it.
#[derive(Clone)]
pub struct Calendar {
    inner: Arc<Inner>,
}

struct Inner {
    spec: CalendarSpec,
    years: RangeInclusive<i16>,
    /// Stretches of open time that neither touch nor overlap, in order.
    open: Vec<Stretch>,
    /// Dates with windows of their own, in order.
    workdays: Vec<Date>,
}

/// Open from one instant to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stretch {
    from: Timestamp,
    to: Timestamp,
    /// Open milliseconds of all stretches before this one.
    before: i64,
}

impl Stretch {
    /// Open time up to the end of this stretch.
    fn through(self) -> i64 {
        self.before + self.to.since(self.from)
    }
}

/// Why parts do not make a calendar.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CalendarError {
    /// Nothing could ever fall due.
    #[error(
        "the calendar is never open from {from} to {to}: no weekday and no override has a window \
         that is left after holidays and breaks; give at least one weekday windows"
    )]
    NeverOpen {
        /// First year looked at.
        from: i16,
        /// Last year looked at.
        to: i16,
    },
}

impl Calendar {
    /// Compiles the open time of [`YEARS`].
    pub fn compile(spec: CalendarSpec) -> Result<Self, CalendarError> {
        Self::compile_years(spec, YEARS)
    }

    /// Compiles the open time of some years only; what lies outside counts as closed.
    pub fn compile_years(
        spec: CalendarSpec,
        years: RangeInclusive<i16>,
    ) -> Result<Self, CalendarError> {
        let mut stretches: Vec<(Timestamp, Timestamp)> = Vec::new();
        let mut workdays = Vec::new();
        let last = Date::new(*years.end(), 12, 31).unwrap_or(Date::MAX);
        let mut day = Date::new(*years.start(), 1, 1).ok();
        while let Some(date) = day.filter(|date| *date <= last) {
            let count = stretches.len();
            stretches.extend(instants_of(&spec, date));
            if stretches.len() > count {
                workdays.push(date);
            }
            day = date.tomorrow().ok();
        }
        let open = summed(stretches);
        if open.is_empty() {
            return Err(CalendarError::NeverOpen { from: *years.start(), to: *years.end() });
        }
        Ok(Self { inner: Arc::new(Inner { spec, years, open, workdays }) })
    }

    /// What it was made of.
    pub fn spec(&self) -> &CalendarSpec {
        &self.inner.spec
    }

    /// The zone of all local times.
    pub fn zone(&self) -> &TimeZone {
        &self.inner.spec.zone
    }

    /// The years this calendar knows; outside them it is closed.
    pub fn years(&self) -> RangeInclusive<i16> {
        self.inner.years.clone()
    }

    /// The instant at which `working_ms` of open time have passed since `start`: the closing
    /// instant where they use up a window exactly, `start` itself for none,
    /// [`Timestamp::NEVER`] beyond the compiled years. A negative amount goes back.
    pub fn add(&self, start: Timestamp, working_ms: i64) -> Timestamp {
        if working_ms <= 0 {
            return if working_ms == 0 {
                start
            } else {
                self.sub(start, working_ms.saturating_neg())
            };
        }
        let target = self.open_before(start).saturating_add(working_ms);
        let index = self.inner.open.partition_point(|s| s.through() < target);
        match self.inner.open.get(index) {
            Some(stretch) => stretch.from.plus_ms(target - stretch.before),
            None => Timestamp::NEVER,
        }
    }

    /// The instant from which `working_ms` of open time lead to `start`: the opening instant
    /// where they use up a window exactly, `start` itself for none, minus
    /// [`Timestamp::NEVER`] before the compiled years. A negative amount goes forward.
    pub fn sub(&self, start: Timestamp, working_ms: i64) -> Timestamp {
        if working_ms <= 0 {
            return if working_ms == 0 {
                start
            } else {
                self.add(start, working_ms.saturating_neg())
            };
        }
        let target = self.open_before(start).saturating_sub(working_ms);
        let index = self.inner.open.partition_point(|s| s.before <= target);
        match index.checked_sub(1).map(|index| self.inner.open[index]) {
            Some(stretch) => stretch.from.plus_ms(target - stretch.before),
            None => Timestamp(-Timestamp::NEVER.0),
        }
    }

    /// Open milliseconds from one instant to another; negative if they are reversed.
    pub fn measure(&self, from: Timestamp, to: Timestamp) -> i64 {
        self.open_before(to) - self.open_before(from)
    }

    /// Whether `at` counts: the opening instant does, the closing instant does not.
    pub fn is_open(&self, at: Timestamp) -> bool {
        self.stretch_ending_after(at).is_some_and(|stretch| stretch.from <= at)
    }

    /// The first open instant at or after `at`; `None` beyond the compiled years.
    pub fn next_open(&self, at: Timestamp) -> Option<Timestamp> {
        self.stretch_ending_after(at).map(|stretch| stretch.from.max(at))
    }

    /// Whether windows open on `date`.
    pub fn is_workday(&self, date: Date) -> bool {
        self.inner.workdays.binary_search(&date).is_ok()
    }

    /// The working day `days` after `date`: day 1 is the first one after it, day 0 `date` itself;
    /// `None` outside the compiled years.
    pub fn add_workdays(&self, date: Date, days: u32) -> Option<Date> {
        if days == 0 {
            return Some(date);
        }
        let first = self.inner.workdays.partition_point(|day| *day <= date);
        let index = first.checked_add(days as usize - 1)?;
        self.inner.workdays.get(index).copied().filter(|_| self.knows(date))
    }

    /// The working day `days` before `date`: day 1 is the last one before it, day 0 `date` itself;
    /// `None` outside the compiled years.
    pub fn sub_workdays(&self, date: Date, days: u32) -> Option<Date> {
        if days == 0 {
            return Some(date);
        }
        let count = self.inner.workdays.partition_point(|day| *day < date);
        let index = count.checked_sub(days as usize)?;
        self.inner.workdays.get(index).copied().filter(|_| self.knows(date))
    }

    /// When the first window of `date` opens; `None` on a day off.
    pub fn opening(&self, date: Date) -> Option<Timestamp> {
        instants_of(&self.inner.spec, date).map(|(from, _)| from).min()
    }

    /// When the last window of `date` closes, be it after midnight; `None` on a day off.
    pub fn closing(&self, date: Date) -> Option<Timestamp> {
        instants_of(&self.inner.spec, date).map(|(_, to)| to).max()
    }

    /// The local date of an instant.
    pub fn date_of(&self, at: Timestamp) -> Date {
        self.zone().to_datetime(at.jiff()).date()
    }

    /// When the local day of an instant is over.
    pub fn tonight(&self, at: Timestamp) -> Timestamp {
        let tomorrow = self.date_of(at).tomorrow();
        tomorrow.map_or(Timestamp::NEVER, |day| self.at(day, Time::midnight()))
    }

    /// The local clock face at an instant.
    pub fn time_of(&self, at: Timestamp) -> Time {
        self.zone().to_datetime(at.jiff()).time()
    }

    /// The instant of a local time; forward by the gap where a clock change skips it, the
    /// earlier one where it occurs twice.
    pub fn at(&self, date: Date, time: Time) -> Timestamp {
        instant(self.zone(), date.to_datetime(time)).unwrap_or(Timestamp::NEVER)
    }

    /// The same clock face `days` calendar days later.
    pub fn add_days(&self, at: Timestamp, days: u32) -> Timestamp {
        self.shift_days(at, i64::from(days))
    }

    /// The same clock face `days` calendar days earlier.
    pub fn sub_days(&self, at: Timestamp, days: u32) -> Timestamp {
        self.shift_days(at, -i64::from(days))
    }

    /// The stretches of open time between two instants, cut at both.
    pub fn open_between(
        &self,
        from: Timestamp,
        to: Timestamp,
    ) -> impl Iterator<Item = (Timestamp, Timestamp)> {
        let first = self.inner.open.partition_point(|stretch| stretch.to <= from);
        let rest = self.inner.open.get(first..).unwrap_or_default().iter();
        rest.take_while(move |stretch| stretch.from < to)
            .map(move |stretch| (stretch.from.max(from), stretch.to.min(to)))
    }

    /// The last year whose holidays we know.
    pub fn known_until(&self) -> Option<i16> {
        self.inner.spec.years_covered.last().copied()
    }

    /// The years of a range (both ends included) whose holidays nobody has told us.
    pub fn years_missing(&self, from: i16, to: i16) -> Vec<i16> {
        (from..=to).filter(|year| !self.inner.spec.years_covered.contains(year)).collect()
    }

    fn shift_days(&self, at: Timestamp, days: i64) -> Timestamp {
        if days == 0 {
            return at; // also in the second pass of a repeated hour
        }
        let never = Timestamp(Timestamp::NEVER.0 * days.signum());
        let local = self.zone().to_datetime(at.jiff());
        Span::new()
            .try_days(days)
            .and_then(|span| local.checked_add(span))
            .ok()
            .and_then(|local| instant(self.zone(), local))
            .unwrap_or(never)
    }

    /// Whether the compiled years reach as far as `date`.
    fn knows(&self, date: Date) -> bool {
        self.inner.years.contains(&date.year())
    }

    /// Open time from the beginning of the compiled years to `at`.
    fn open_before(&self, at: Timestamp) -> i64 {
        match self.stretch_ending_after(at) {
            Some(stretch) => stretch.before + at.since(stretch.from).max(0),
            None => self.inner.open.last().map_or(0, |stretch| stretch.through()),
        }
    }

    /// The stretch `at` lies in or, if it lies in none, the next one.
    fn stretch_ending_after(&self, at: Timestamp) -> Option<Stretch> {
        let index = self.inner.open.partition_point(|stretch| stretch.to <= at);
        self.inner.open.get(index).copied()
    }
}

/// Names the zone and the size; the stretches themselves would be pages.
impl fmt::Debug for Calendar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Calendar")
            .field("zone", &self.zone().iana_name())
            .field("years", &self.inner.years)
            .field("stretches", &self.inner.open.len())
            .field("workdays", &self.inner.workdays.len())
            .finish_non_exhaustive()
    }
}

/// The windows of a date as instants, without those that a clock change swallows.
fn instants_of(spec: &CalendarSpec, date: Date) -> impl Iterator<Item = (Timestamp, Timestamp)> {
    spec.windows_of(date).into_iter().filter_map(move |window| {
        let from = instant(&spec.zone, window::clock_face(date, window.from_s)?)?;
        let to = instant(&spec.zone, window::clock_face(date, window.to_s)?)?;
        (from < to).then_some((from, to))
    })
}

/// The instant of a local time; `None` only at the end of the years jiff knows.
fn instant(zone: &TimeZone, local: DateTime) -> Option<Timestamp> {
    zone.to_ambiguous_timestamp(local).compatible().ok().map(Timestamp::from)
}

/// Joins what touches or overlaps and adds the running sum.
fn summed(mut stretches: Vec<(Timestamp, Timestamp)>) -> Vec<Stretch> {
    stretches.sort_unstable();
    let mut open: Vec<Stretch> = Vec::with_capacity(stretches.len());
    for (from, to) in stretches {
        match open.last_mut() {
            Some(last) if from <= last.to => last.to = last.to.max(to),
            Some(last) => {
                let before = last.through();
                open.push(Stretch { from, to, before });
            }
            None => open.push(Stretch { from, to, before: 0 }),
        }
    }
    open.shrink_to_fit();
    open
}
