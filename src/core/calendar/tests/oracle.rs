//! The oracle of the calendar's arithmetic: every minute, open or not, by trying.

use jiff::{civil::Date, tz::TimeZone};

use super::{DAYS, MINUTE_MS, STEP_MINUTES, Scenario, days_after};
use crate::core::timestamp::Timestamp;

/// Minutes of one date's clock face: a window may run on into the two days after.
const FACE_MINUTES: usize = 3 * 1_440;

/// The oracle: every minute of the scenario, open or not, found without any arithmetic on windows.
pub(super) struct Minutes {
    start: Timestamp,
    pub(super) open: Vec<bool>,
}

impl Minutes {
    pub(super) fn of(scenario: &Scenario) -> Self {
        let spec = &scenario.spec;
        let start = searched_instant(&spec.zone, scenario.first, 0);
        let end = searched_instant(&spec.zone, days_after(scenario.first, DAYS), 0);
        let mut open = vec![false; (end.since(start) / MINUTE_MS) as usize];
        // The week goes on before the scenario: its nights reach into it.
        for day in -3..DAYS {
            let date = days_after(scenario.first, day);
            if spec.holidays.contains(&date) {
                continue;
            }
            let weekday = date.weekday().to_monday_zero_offset() as usize;
            let list = spec.overrides.get(&date).unwrap_or(&spec.week[weekday]);
            // Breaks are taken out on the clock face: a break that covers the end of a window leaves
            // nothing of it, even where a clock change would move the two ends apart.
            let mut face = vec![false; FACE_MINUTES];
            for (windows, value) in [(Some(list), true), (spec.breaks.get(&date), false)] {
                for window in windows.into_iter().flatten() {
                    let (from, to) = (window.from_s as usize / 60, window.to_s as usize / 60);
                    face[from..to].fill(value);
                }
            }
            let index = |minutes: usize| {
                let found = searched_instant(&spec.zone, date, minutes as i32);
                found.since(start).div_euclid(MINUTE_MS).clamp(0, open.len() as i64) as usize
            };
            let mut edges = (1..FACE_MINUTES).filter(|at| face[*at] != face[at - 1]);
            let first = face[0].then_some(0).or_else(|| edges.next());
            let mut stretches = Vec::new();
            let mut from = first;
            while let Some(begin) = from {
                stretches.push((index(begin), index(edges.next().unwrap_or(FACE_MINUTES))));
                from = edges.next();
            }
            for (from, to) in stretches {
                if let Some(minutes) = open.get_mut(from..to) {
                    minutes.fill(true);
                }
            }
        }
        Self { start, open }
    }

    pub(super) fn at(&self, index: usize) -> Timestamp {
        self.start.plus_ms(index as i64 * MINUTE_MS)
    }

    pub(super) fn count(&self, from: usize, to: usize) -> i64 {
        self.open[from..to].iter().filter(|open| **open).count() as i64
    }

    /// Walks forward until `minutes` open ones have passed.
    pub(super) fn add(&self, from: usize, minutes: i64) -> Option<usize> {
        let mut left = minutes;
        (from..self.open.len()).find_map(|index| {
            left -= i64::from(self.open[index]);
            (left == 0).then_some(index + 1)
        })
    }

    /// Walks backward until `minutes` open ones have passed.
    pub(super) fn sub(&self, to: usize, minutes: i64) -> Option<usize> {
        let mut left = minutes;
        (0..to).rev().find(|index| {
            left -= i64::from(self.open[*index]);
            left == 0
        })
    }
}

/// The instant of a local time, by trying: the first one whose clock face it is; or, if the clock
/// never shows it, the face it would show had the clock not been changed.
fn searched_instant(zone: &TimeZone, date: Date, minutes: i32) -> Timestamp {
    let local =
        days_after(date, minutes / 1_440).at((minutes / 60 % 24) as i8, (minutes % 60) as i8, 0, 0);
    let utc = Timestamp::from(TimeZone::UTC.to_timestamp(local).expect("no end of time"));
    let step = i64::from(STEP_MINUTES) * MINUTE_MS;
    let mut last_before = None;
    for index in -320..320 {
        let instant = utc.plus_ms(index * step);
        match zone.to_datetime(instant.jiff()).cmp(&local) {
            std::cmp::Ordering::Equal => return instant,
            std::cmp::Ordering::Less => last_before = Some(instant),
            std::cmp::Ordering::Greater => {}
        }
    }
    let before = last_before.expect("the zone is less than a day away from UTC");
    let offset_ms = i64::from(zone.to_offset(before.jiff()).seconds()) * 1_000;
    utc.plus_ms(-offset_ms)
}
