//! A day, week, month, quarter, half-year or year of the city's calendar, as people write it.

use std::{fmt, str::FromStr};

use jiff::{
    ToSpan as _,
    civil::{Date, ISOWeekDate, Time, Weekday},
    tz::TimeZone,
};

use super::timestamp::Timestamp;

/// A period, half-open: its last instant is the first of the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Period {
    Day(Date),
    /// From Monday on; the first week of a year has its first Thursday.
    Week(i16, i8),
    Month(i16, i8),
    Quarter(i16, i8),
    Half(i16, i8),
    Year(i16),
}

impl Period {
    /// Reads `2026-05-07`, `2026-W19`, `2026-05`, `2026-Q2`, `2026-H1` or `2026`.
    pub fn parse(text: &str) -> Result<Self, String> {
        let wrong = || {
            format!(
                "`{text}` is no period; write `2026-05-07`, `2026-W19`, `2026-05`, `2026-Q2`, `2026-H1` or `2026`"
            )
        };
        let year = |text: &str| {
            let number = text.parse::<i16>().ok().filter(|_| text.len() == 4);
            number.filter(|year| (1..=9_998).contains(year)).ok_or_else(wrong)
        };
        let within = |text: &str, max: i8| {
            text.parse::<i8>().ok().filter(|n| (1..=max).contains(n)).ok_or_else(wrong)
        };
        match text.split_once('-') {
            None => year(text).map(Self::Year),
            Some(_) if text.len() == 10 => Date::from_str(text).map(Self::Day).map_err(|_| wrong()),
            Some((y, part)) => match part.strip_prefix('Q').or(part.strip_prefix('q')) {
                Some(n) => Ok(Self::Quarter(year(y)?, within(n, 4)?)),
                None => match part.strip_prefix('H').or(part.strip_prefix('h')) {
                    Some(n) => Ok(Self::Half(year(y)?, within(n, 2)?)),
                    None if part.starts_with(['W', 'w']) => {
                        let (year, week) = (year(y)?, within(&part[1..], 53)?);
                        monday(year, week).map(|_| Self::Week(year, week)).ok_or_else(wrong)
                    }
                    None if part.len() == 2 => Ok(Self::Month(year(y)?, within(part, 12)?)),
                    None => Err(wrong()),
                },
            },
        }
    }

    /// Its first instant and the first one after it, in this zone.
    pub fn span(self, zone: &TimeZone) -> (Timestamp, Timestamp) {
        let month = |year, month| Date::constant(year, month, 1);
        let (first, length) = match self {
            Self::Day(day) => (day, 1.day()),
            Self::Week(year, n) => (monday(year, n).unwrap_or(Date::MAX), 1.week()),
            Self::Month(year, n) => (month(year, n), 1.month()),
            Self::Quarter(year, n) => (month(year, n * 3 - 2), 3.months()),
            Self::Half(year, n) => (month(year, n * 6 - 5), 6.months()),
            Self::Year(year) => (month(year, 1), 1.year()),
        };
        let midnight = |day: Date| {
            let local = zone.to_ambiguous_timestamp(day.to_datetime(Time::midnight()));
            local.compatible().map_or(Timestamp::NEVER, Timestamp::from)
        };
        (midnight(first), midnight(first.saturating_add(length)))
    }
}

/// The first day of a week; `None` for the 53rd of a year that has 52.
fn monday(year: i16, week: i8) -> Option<Date> {
    ISOWeekDate::new(year, week, Weekday::Monday).ok().map(ISOWeekDate::date)
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Day(day) => write!(f, "{day}"),
            Self::Week(year, n) => write!(f, "{year:04}-W{n:02}"),
            Self::Month(year, n) => write!(f, "{year:04}-{n:02}"),
            Self::Quarter(year, n) => write!(f, "{year:04}-Q{n}"),
            Self::Half(year, n) => write!(f, "{year:04}-H{n}"),
            Self::Year(year) => write!(f, "{year:04}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_period_ends_where_the_next_begins() {
        let zone = TimeZone::get("Asia/Shanghai").expect("a zone");
        #[rustfmt::skip]
        let table = [
            ("2026-05-07", "2026-05-07", "2026-05-08"),
            ("2026-W19",   "2026-05-04", "2026-05-11"),
            ("2026-W01",   "2025-12-29", "2026-01-05"),
            ("2026-02",    "2026-02-01", "2026-03-01"),
            ("2026-12",    "2026-12-01", "2027-01-01"),
            ("2026-Q4",    "2026-10-01", "2027-01-01"),
            ("2026-H1",    "2026-01-01", "2026-07-01"),
            ("2026",       "2026-01-01", "2027-01-01"),
        ];
        for (text, from, to) in table {
            let period = Period::parse(text).expect(text);
            assert_eq!(period.to_string(), text);
            let at = |day| Timestamp::parse(&format!("{day}T00:00:00+08:00")).expect("a day");
            assert_eq!(period.span(&zone), (at(from), at(to)), "{text}");
        }
        for wrong in [
            "",
            "26",
            "2026-13",
            "2026-Q5",
            "2025-W53",
            "2026-W00",
            "2026-H0",
            "2026-5",
            "2026-02-30",
            "0000",
            "may",
        ] {
            assert!(Period::parse(wrong).is_err(), "{wrong}");
        }
    }
}
