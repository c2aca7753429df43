//! When a desk is manned: some days of the week or the working days, some hours of them.
//!
//! Written `mon-fri 08:30-12:00 14:00-18:00`, `workdays 20:00-29:00` (to five the next
//! morning) or `workdays` alone, which is the working time of the calendar.

use std::fmt;

use jiff::civil::Date;

use crate::core::{
    calendar::{Calendar, DAY_S, Window, WindowError},
    timestamp::Timestamp,
};

const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// The hours of a post.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shift {
    pub days: ShiftDays,
    /// Empty: the working time of the calendar on working days, else the whole day.
    pub hours: Vec<Window>,
}

/// The days of a shift.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShiftDays {
    /// The working days of the calendar: holidays are off, make-up days (调休) are on.
    Workdays,
    /// These days of the week, Monday first, whatever the calendar says.
    Week([bool; 7]),
}

/// Why a text is not a shift.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ShiftError {
    #[error("`{0}` is no day; write `workdays`, `daily`, `mon-fri` or `mon,wed,sat`")]
    Day(String),
    #[error("`{0}` is no stretch of a day; write `08:30-12:00`")]
    Hours(String),
    #[error(transparent)]
    Window(#[from] WindowError),
}

impl Shift {
    /// Reads what `Display` writes.
    pub fn parse(text: &str) -> Result<Self, ShiftError> {
        let mut words = text.split_whitespace();
        let days = ShiftDays::parse(words.next().unwrap_or_default())?;
        let hours = words.map(hours_of).collect::<Result<_, _>>()?;
        Ok(Self { days, hours })
    }

    /// Whether the desk is manned at this moment.
    pub fn is_on(&self, calendar: &Calendar, now: Timestamp) -> bool {
        let date = calendar.date_of(now);
        if self.hours.is_empty() {
            return match self.days {
                ShiftDays::Workdays => calendar.is_open(now),
                ShiftDays::Week(_) => self.days.has(calendar, date),
            };
        }
        let time = calendar.time_of(now);
        let second = i32::from(time.hour()) * 3_600
            + i32::from(time.minute()) * 60
            + i32::from(time.second());
        let on = |date: Date, second: i32| {
            self.days.has(calendar, date)
                && self.hours.iter().any(|one| one.from_s <= second && second < one.to_s)
        };
        on(date, second) || date.yesterday().is_ok_and(|eve| on(eve, second + DAY_S))
    }
}

fn hours_of(word: &str) -> Result<Window, ShiftError> {
    let (from, to) = word.split_once('-').ok_or_else(|| ShiftError::Hours(word.to_owned()))?;
    Ok(Window::parse(from, to)?)
}

impl fmt::Display for Shift {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.days)?;
        self.hours.iter().try_for_each(|hours| write!(f, " {hours}"))
    }
}

impl ShiftDays {
    /// Every day of the week.
    pub const DAILY: Self = Self::Week([true; 7]);

    /// Reads `workdays`, `daily`, `mon-fri`, `mon,wed,sat`.
    pub fn parse(text: &str) -> Result<Self, ShiftError> {
        match text {
            "workdays" => return Ok(Self::Workdays),
            "daily" => return Ok(Self::DAILY),
            _ => {} // days of the week by name
        }
        let mut week = [false; 7];
        for part in text.split(',') {
            let (first, last) = part.split_once('-').unwrap_or((part, part));
            let day = |name: &str| {
                let known = DAYS.iter().position(|day| name.eq_ignore_ascii_case(day));
                known.ok_or_else(|| ShiftError::Day(part.to_owned()))
            };
            let (first, last) = (day(first)?, day(last)?);
            // `sat-mon` runs over the end of the week.
            let length = (last + 7 - first) % 7;
            (0..=length).for_each(|offset| week[(first + offset) % 7] = true);
        }
        Ok(Self::Week(week))
    }

    fn has(self, calendar: &Calendar, date: Date) -> bool {
        match self {
            Self::Workdays => calendar.is_workday(date),
            Self::Week(week) => week[date.weekday().to_monday_zero_offset() as usize],
        }
    }
}

impl fmt::Display for ShiftDays {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Workdays => f.write_str("workdays"),
            Self::DAILY => f.write_str("daily"),
            Self::Week(week) => {
                let on = DAYS.iter().zip(week).filter(|(_, on)| *on).map(|(day, _)| *day);
                f.write_str(&on.collect::<Vec<_>>().join(","))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::*;
    use crate::core::calendar::CalendarSpec;

    /// Monday to Friday 9 to 17 in Shanghai; 2026-05-01 (Friday) is a holiday, 2026-05-09 (Saturday) a make-up day.
    fn calendar() -> Calendar {
        let zone = TimeZone::get("Asia/Shanghai").expect("a zone");
        let mut spec = CalendarSpec::new(zone);
        let day = vec![Window::parse("09:00", "17:00").expect("a window")];
        spec.week[..5].fill(day);
        let date = |text: &str| text.parse::<Date>().expect("a date");
        spec.observe([date("2026-05-01")], [date("2026-05-09")], [2026]);
        Calendar::compile_years(spec, 2026..=2026).expect("a calendar")
    }

    #[test]
    fn a_desk_is_manned_in_its_hours() {
        #[rustfmt::skip]
        let table = [
            ("before it opens",            "mon-fri 08:30-12:00", "2026-05-07T08:29:59+08:00", false),
            ("as it opens",                "mon-fri 08:30-12:00", "2026-05-07T08:30:00+08:00", true),
            ("the last second",            "mon-fri 08:30-12:00", "2026-05-07T11:59:59+08:00", true),
            ("as it closes",               "mon-fri 08:30-12:00", "2026-05-07T12:00:00+08:00", false),
            ("a Saturday",                 "mon-fri 08:30-12:00", "2026-05-02T09:00:00+08:00", false),
            ("a holiday by the week",      "mon-fri 08:30-12:00", "2026-05-01T09:00:00+08:00", true),
            ("a holiday by the calendar",  "workdays 08:30-12:00", "2026-05-01T09:00:00+08:00", false),
            ("a make-up Saturday",         "workdays 08:30-12:00", "2026-05-09T09:00:00+08:00", true),
            ("working time, on",           "workdays",             "2026-05-07T16:59:00+08:00", true),
            ("working time, off",          "workdays",             "2026-05-07T17:00:00+08:00", false),
            ("the night after a Friday",   "fri 20:00-29:00",      "2026-05-09T04:59:00+08:00", true),
            ("the end of that night",      "fri 20:00-29:00",      "2026-05-09T05:00:00+08:00", false),
            ("a whole Sunday",             "sat-mon",              "2026-05-10T03:00:00+08:00", true),
            ("the Tuesday after",          "sat-mon",              "2026-05-12T03:00:00+08:00", false),
        ];
        let calendar = calendar();
        for (name, shift, at, want) in table {
            let shift = Shift::parse(shift).expect(name);
            let at = Timestamp::parse(at).expect(name);
            assert_eq!(shift.is_on(&calendar, at), want, "{name}");
        }
    }

    #[test]
    fn a_shift_is_read_as_it_is_written() {
        #[rustfmt::skip]
        let table = [
            ("mon-fri 08:30-12:00 14:00-18:00", Ok("mon,tue,wed,thu,fri 08:30-12:00 14:00-18:00")),
            ("workdays",                        Ok("workdays")),
            ("mon-sun",                         Ok("daily")),
            ("Sat,tue 20:00-29:00",             Ok("tue,sat 20:00-29:00")),
            ("funday",                          Err("`funday` is no day; write `workdays`, `daily`, `mon-fri` or `mon,wed,sat`")),
            ("",                                Err("`` is no day; write `workdays`, `daily`, `mon-fri` or `mon,wed,sat`")),
            ("mon 9",                           Err("`9` is no stretch of a day; write `08:30-12:00`")),
        ];
        for (text, want) in table {
            let got = Shift::parse(text).map(|shift| shift.to_string());
            assert_eq!(
                got.map_err(|error| error.to_string()),
                want.map(str::to_owned).map_err(str::to_owned),
                "{text}"
            );
            if let Ok(written) = want {
                assert_eq!(Shift::parse(written), Shift::parse(text), "{text}");
            }
        }
    }
}
