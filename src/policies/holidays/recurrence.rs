//! Holidays that come again: the yearly and weekly rules of iCalendar feeds.
//!
//! A rule is expanded within the years calendars are compiled for, never further, so an
//! endless rule is a few hundred dates. Rules by week number, by day of the year, by
//! position in a set, monthly or daily are refused by name.

use jiff::{
    Span,
    civil::{Date, Weekday},
};

use crate::core::calendar::YEARS;

/// An `RRULE` of a whole-day event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    every: Every,
    interval: i16,
    count: Option<usize>,
    until: Option<Date>,
    months: Vec<i8>,
    month_days: Vec<i8>,
    week_days: Vec<NthWeekday>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Every {
    Year,
    Week,
}

/// A weekday, all of them or the n-th from the beginning (or, negative, from the end).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct NthWeekday {
    nth: Option<i8>,
    weekday: Weekday,
}

impl Rule {
    /// Reads the value of an `RRULE`; the error is the part that is not understood.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut every = None;
        let mut rule = Self {
            every: Every::Year,
            interval: 1,
            count: None,
            until: None,
            months: Vec::new(),
            month_days: Vec::new(),
            week_days: Vec::new(),
        };
        for part in text.split(';').filter(|part| !part.trim().is_empty()) {
            let refused = || part.to_owned();
            let (key, value) = part.split_once('=').ok_or_else(refused)?;
            match (key.trim(), value.trim()) {
                ("FREQ", "YEARLY") => every = Some(Every::Year),
                ("FREQ", "WEEKLY") => every = Some(Every::Week),
                ("INTERVAL", value) => {
                    rule.interval =
                        value.parse().ok().filter(|n| (1..=100).contains(n)).ok_or_else(refused)?;
                }
                ("COUNT", value) => rule.count = Some(value.parse().map_err(|_| refused())?),
                ("UNTIL", value) => rule.until = Some(basic_date(value).ok_or_else(refused)?),
                ("BYMONTH", value) => {
                    rule.months = numbers(value, 1..=12).ok_or_else(refused)?;
                }
                ("BYMONTHDAY", value) => {
                    rule.month_days = numbers(value, -31..=31).ok_or_else(refused)?;
                }
                ("BYDAY", value) => {
                    rule.week_days = value
                        .split(',')
                        .map(nth_weekday)
                        .collect::<Option<_>>()
                        .ok_or_else(refused)?;
                }
                ("WKST", _) => {}
                _ => return Err(refused()),
            }
        }
        rule.every = every.ok_or_else(|| text.to_owned())?;
        match rule.every {
            Every::Week if !(rule.months.is_empty() && rule.month_days.is_empty()) => {
                Err(text.to_owned())
            }
            Every::Year | Every::Week => Ok(rule),
        }
    }

    /// Whether the rule never ends by itself.
    pub fn is_endless(&self) -> bool {
        self.count.is_none() && self.until.is_none()
    }

    /// The dates the rule gives, `start` first, up to the last year of [`YEARS`].
    pub fn dates(&self, start: Date) -> Vec<Date> {
        let last = self.until.unwrap_or(Date::MAX);
        let more = match self.every {
            Every::Year => self.yearly(start),
            Every::Week => self.weekly(start),
        };
        // The first occurrence is the start, whether or not it fits the rule.
        let mut dates = vec![start];
        dates.extend(more.into_iter().filter(|date| *date > start && *date <= last));
        dates.truncate(self.count.unwrap_or(usize::MAX));
        dates
    }

    fn yearly(&self, start: Date) -> Vec<Date> {
        let free = self.month_days.is_empty() && self.week_days.is_empty();
        let months: Vec<i8> = match (self.months.is_empty(), free) {
            (false, _) => self.months.clone(),
            (true, true) => vec![start.month()],
            (true, false) => (1..=12).collect(),
        };
        let mut dates: Vec<Date> = (start.year()..=*YEARS.end())
            .step_by(self.interval.unsigned_abs().into())
            .flat_map(|year| months.iter().filter_map(move |month| Date::new(year, *month, 1).ok()))
            .flat_map(|first| {
                (1..=first.days_in_month())
                    .filter_map(move |day| Date::new(first.year(), first.month(), day).ok())
            })
            .filter(|date| if free { date.day() == start.day() } else { self.fits(*date) })
            .collect();
        dates.sort_unstable();
        dates.dedup();
        dates
    }

    fn weekly(&self, start: Date) -> Vec<Date> {
        let mut dates = Vec::new();
        let mut monday =
            Some(days_later(start, -i32::from(start.weekday().to_monday_zero_offset())));
        while let Some(week) = monday.flatten().filter(|week| week.year() <= *YEARS.end()) {
            for offset in 0..7 {
                let Some(date) = days_later(week, offset) else { continue };
                let wanted = if self.week_days.is_empty() {
                    date.weekday() == start.weekday()
                } else {
                    self.week_days.iter().any(|day| day.weekday == date.weekday())
                };
                if wanted {
                    dates.push(date);
                }
            }
            monday = Some(days_later(week, 7 * i32::from(self.interval)));
        }
        dates
    }

    fn fits(&self, date: Date) -> bool {
        let from_end = date.day() - date.days_in_month() - 1;
        let day_fits = self.month_days.is_empty()
            || self.month_days.iter().any(|day| *day == date.day() || *day == from_end);
        day_fits
            && (self.week_days.is_empty()
                || self.week_days.iter().any(|day| day.is(date, !self.months.is_empty())))
    }
}

impl NthWeekday {
    /// Whether `date` is this day of its month, or of its year.
    fn is(self, date: Date, of_month: bool) -> bool {
        if date.weekday() != self.weekday {
            return false;
        }
        let (day, days) = if of_month {
            (i16::from(date.day()), i16::from(date.days_in_month()))
        } else {
            (date.day_of_year(), date.days_in_year())
        };
        match self.nth.map(i16::from) {
            None => true,
            Some(nth) if nth > 0 => (day - 1) / 7 + 1 == nth,
            Some(nth) => (days - day) / 7 + 1 == -nth,
        }
    }
}

/// The date of `YYYYMMDD`, with or without a time after it.
pub fn basic_date(text: &str) -> Option<Date> {
    let digits = text.get(..8).filter(|digits| digits.bytes().all(|b| b.is_ascii_digit()))?;
    matches!(text.as_bytes().get(8), None | Some(b'T')).then_some(())?;
    Date::new(digits[..4].parse().ok()?, digits[4..6].parse().ok()?, digits[6..].parse().ok()?).ok()
}

/// The date `days` after `date`.
pub fn days_later(date: Date, days: i32) -> Option<Date> {
    date.checked_add(Span::new().days(days)).ok()
}

fn numbers(text: &str, range: std::ops::RangeInclusive<i8>) -> Option<Vec<i8>> {
    text.split(',')
        .map(|number| number.trim().parse().ok().filter(|n| *n != 0 && range.contains(n)))
        .collect()
}

fn nth_weekday(text: &str) -> Option<NthWeekday> {
    let text = text.trim();
    let (nth, name) = text.split_at_checked(text.len().checked_sub(2)?)?;
    let weekday = match name {
        "MO" => Weekday::Monday,
        "TU" => Weekday::Tuesday,
        "WE" => Weekday::Wednesday,
        "TH" => Weekday::Thursday,
        "FR" => Weekday::Friday,
        "SA" => Weekday::Saturday,
        "SU" => Weekday::Sunday,
        _ => return None,
    };
    let nth = match nth {
        "" => None,
        number => Some(number.parse().ok().filter(|n| *n != 0 && (-53..=53).contains(n))?),
    };
    Some(NthWeekday { nth, weekday })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_give_the_dates_they_say() {
        #[rustfmt::skip]
        let table = [
            ("yearly",             "20240101", "FREQ=YEARLY;COUNT=3",                          "2024-01-01 2025-01-01 2026-01-01"),
            ("until, inclusive",   "20240101", "FREQ=YEARLY;UNTIL=20250101",                   "2024-01-01 2025-01-01"),
            ("until an instant",   "20240101", "FREQ=YEARLY;UNTIL=20250131T000000Z",           "2024-01-01 2025-01-01"),
            ("leap day",           "20240229", "FREQ=YEARLY;COUNT=2",                          "2024-02-29 2028-02-29"),
            ("every second year",  "20240101", "FREQ=YEARLY;INTERVAL=2;COUNT=3",               "2024-01-01 2026-01-01 2028-01-01"),
            ("month only",         "20240317", "FREQ=YEARLY;INTERVAL=1;BYMONTH=3;COUNT=2",     "2024-03-17 2025-03-17"),
            ("month and day",      "20240501", "FREQ=YEARLY;BYMONTHDAY=1;BYMONTH=5;COUNT=2",   "2024-05-01 2025-05-01"),
            ("last day of month",  "20240229", "FREQ=YEARLY;BYMONTHDAY=-1;BYMONTH=2;COUNT=3",  "2024-02-29 2025-02-28 2026-02-28"),
            ("last Monday of May", "20240527", "FREQ=YEARLY;BYDAY=-1MO;BYMONTH=5;COUNT=3",     "2024-05-27 2025-05-26 2026-05-25"),
            ("4th Thursday",       "20241128", "FREQ=YEARLY;BYDAY=4TH;BYMONTH=11;COUNT=3",     "2024-11-28 2025-11-27 2026-11-26"),
            ("1st Monday of year", "20240101", "FREQ=YEARLY;BYDAY=1MO;COUNT=2",                "2024-01-01 2025-01-06"),
            ("start off the rule", "20110722", "FREQ=YEARLY;BYDAY=3MO;BYMONTH=8;COUNT=3",      "2011-07-22 2011-08-15 2012-08-20"),
            ("weekly",             "20240107", "FREQ=WEEKLY;COUNT=3",                          "2024-01-07 2024-01-14 2024-01-21"),
            ("two days a week",    "20240103", "FREQ=WEEKLY;BYDAY=MO,WE;COUNT=3",              "2024-01-03 2024-01-08 2024-01-10"),
            ("every second week",  "20240107", "FREQ=WEEKLY;INTERVAL=2;COUNT=2",               "2024-01-07 2024-01-21"),
        ];
        for (name, start, rule, want) in table {
            let start = basic_date(start).expect("a good date");
            let dates = Rule::parse(rule).expect(name).dates(start);
            let got: Vec<String> = dates.iter().map(ToString::to_string).collect();
            assert_eq!(got.join(" "), want, "{name}");
        }
    }

    #[test]
    fn an_endless_rule_ends_with_the_compiled_years() {
        let start = basic_date("20240101").expect("a good date");
        let dates = Rule::parse("FREQ=YEARLY").expect("a good rule").dates(start);
        assert_eq!(dates.len(), 77);
        assert_eq!(dates.last().map(ToString::to_string).as_deref(), Some("2100-01-01"));
    }

    #[test]
    fn what_is_not_understood_is_named() {
        for (rule, part) in [
            ("FREQ=MONTHLY", "FREQ=MONTHLY"),
            ("FREQ=YEARLY;BYWEEKNO=20", "BYWEEKNO=20"),
            ("FREQ=YEARLY;BYMONTH=13", "BYMONTH=13"),
            ("FREQ=YEARLY;BYDAY=0MO", "BYDAY=0MO"),
            ("FREQ=YEARLY;INTERVAL=0", "INTERVAL=0"),
            ("COUNT=3", "COUNT=3"),
            ("FREQ=WEEKLY;BYMONTH=3", "FREQ=WEEKLY;BYMONTH=3"),
        ] {
            assert_eq!(Rule::parse(rule), Err(part.to_owned()), "{rule}");
        }
    }
}
