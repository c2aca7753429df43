//! Published holidays: rest days and make-up working days, from the files people publish.
//!
//! Read are the two JSON shapes the State Council's notices are passed on in, a plain list
//! of dates, and iCalendar feeds ([`ics`]). Nothing here opens a file.
//!
//! Invariants, each a test of the same name:
//! * `every_shared_calendar_loads`
//! * `the_same_notices_read_alike_from_json_and_ics`
//! * `years_count_their_working_days`

mod feed_text;
mod ics;
mod recurrence;
#[cfg(test)]
mod tests;

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
    ops::Range,
};

use jiff::civil::Date;
use serde::Deserialize;

use crate::core::calendar::{CalendarSpec, parse_date};

pub use ics::IcsError;

/// What one or several files say about rest days and make-up days.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Holidays {
    /// Days off, with the name of the holiday.
    pub rest: BTreeMap<Date, String>,
    /// Working days that would otherwise be days off, with the holiday they make up for.
    pub work: BTreeMap<Date, String>,
    /// The years these files speak for.
    pub years: BTreeSet<i16>,
    /// Events of a feed that are neither whole days nor make-up days, and were left out.
    pub skipped: BTreeMap<Date, String>,
}

/// Why a text is not holiday data.
#[derive(Debug, thiserror::Error)]
pub enum HolidaysError {
    /// Not JSON, or a field of the wrong shape; the source names line and column.
    #[error("not holiday data in JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// Not TOML, or a field of the wrong shape.
    #[error("not holiday data in TOML: {0}")]
    Toml(#[from] toml::de::Error),
    /// Neither.
    #[error("`{0}` is no holiday file; its name must end in `.json`, `.ics` or `.toml`")]
    Format(String),
    /// None of the known fields.
    #[error(
        "no holiday data: expected `days` (with `date` and `isOffDay`), `rest` and `makeup`, \
         or a list of dates named `holidays`"
    )]
    Empty,
    /// A date nobody can read.
    #[error("`{field}` entry {index}: `{text}` is not a date; write `YYYY-MM-DD`")]
    Date {
        /// The list it stands in.
        field: &'static str,
        /// Its place in the list, counted from 1.
        index: usize,
        /// What stands there.
        text: String,
    },
    /// A date far away from the year the file is for.
    #[error("`{field}`: {date} does not belong into a file for the year {year}")]
    Year {
        /// The list it stands in.
        field: &'static str,
        /// The date.
        date: Date,
        /// The year the file says it is for.
        year: i16,
    },
    /// Both at once.
    #[error("{0} is both a rest day and a working day; keep one of them")]
    Contradiction(Date),
    /// A feed that cannot be read.
    #[error(transparent)]
    Ics(#[from] IcsError),
}

impl HolidaysError {
    /// Where in `text`, the file that was read, the error lies; its beginning if nobody knows.
    pub fn place_in(&self, text: &str) -> Range<usize> {
        match self {
            Self::Json(error) => {
                let line = line_in(text, error.line());
                // At the end of the text the column lies one past it.
                let at = line.start + error.column().saturating_sub(1);
                let letter = text.get(at..).and_then(|rest| rest.chars().next());
                letter.map_or(text.len()..text.len(), |letter| at..at + letter.len_utf8())
            }
            Self::Toml(error) => error.span().unwrap_or(0..0),
            Self::Date { text: bad, .. } => found_in(text, bad),
            Self::Year { date, .. } | Self::Contradiction(date) => {
                found_in(text, &date.to_string())
            }
            Self::Ics(IcsError::Syntax { line, .. }) => line_in(text, *line),
            Self::Ics(_) | Self::Format(_) | Self::Empty => 0..0,
        }
    }
}

/// A file in any of the shapes of JSON and TOML; other fields are notes for people.
#[derive(Deserialize)]
struct FileText {
    year: Option<i16>,
    days: Option<Vec<DayText>>,
    rest: Option<Vec<NamedText>>,
    #[serde(default)]
    makeup: Vec<NamedText>,
    holidays: Option<Vec<String>>,
}

#[derive(Deserialize)]
struct DayText {
    name: String,
    date: String,
    #[serde(rename = "isOffDay")]
    is_off_day: bool,
}

#[derive(Deserialize)]
struct NamedText {
    date: String,
    #[serde(default)]
    name: String,
}

impl Holidays {
    /// Reads a file by the ending of its name.
    pub fn read(name: &str, text: &str) -> Result<Self, HolidaysError> {
        match name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase()).as_deref() {
            Some("json") => Self::from_json(text),
            Some("ics") => Self::from_ics(text),
            Some("toml") => Self::from_toml(text),
            _ => Err(HolidaysError::Format(name.to_owned())),
        }
    }

    /// Reads JSON in one of three shapes: `year` with `days` (`date`, `name`, `isOffDay`), `year`
    /// with `rest` and `makeup` (`date`, `name`), or a plain list of dates named `holidays`.
    pub fn from_json(text: &str) -> Result<Self, HolidaysError> {
        Self::from_lists(serde_json::from_str(text.trim_start_matches('\u{feff}'))?)
    }

    /// Reads TOML in the same shapes.
    pub fn from_toml(text: &str) -> Result<Self, HolidaysError> {
        Self::from_lists(toml::from_str(text)?)
    }

    fn from_lists(file: FileText) -> Result<Self, HolidaysError> {
        let mut holidays = Self::default();
        match (file.days, file.rest, file.holidays) {
            (Some(days), _, _) => {
                for (index, day) in days.into_iter().enumerate() {
                    let date = date_in("days", index, &day.date, file.year)?;
                    holidays.put(date, day.name, day.is_off_day)?;
                }
            }
            (None, Some(rest), _) => {
                for (index, day) in rest.into_iter().enumerate() {
                    let date = date_in("rest", index, &day.date, file.year)?;
                    holidays.put(date, day.name, true)?;
                }
                for (index, day) in file.makeup.into_iter().enumerate() {
                    let date = date_in("makeup", index, &day.date, file.year)?;
                    holidays.put(date, day.name, false)?;
                }
            }
            (None, None, Some(dates)) => {
                for (index, text) in dates.iter().enumerate() {
                    let date = date_in("holidays", index, text, file.year)?;
                    holidays.put(date, String::new(), true)?;
                }
            }
            (None, None, None) => return Err(HolidaysError::Empty),
        }
        holidays.years = match file.year {
            Some(year) => BTreeSet::from([year]),
            None => years_spoken_for(holidays.rest.keys()),
        };
        Ok(holidays)
    }

    /// Reads an iCalendar feed; see [`ics`] for what becomes of its events.
    pub fn from_ics(text: &str) -> Result<Self, HolidaysError> {
        Ok(ics::read(text)?)
    }

    /// Adds what another file says; where the two disagree about a date, `other` is right.
    pub fn merge(&mut self, other: Self) {
        for (date, name) in other.rest {
            self.work.remove(&date);
            self.rest.insert(date, name);
        }
        for (date, name) in other.work {
            self.rest.remove(&date);
            self.work.insert(date, name);
        }
        self.years.extend(other.years);
        self.skipped.extend(other.skipped);
    }

    /// Puts these days into a calendar; see [`CalendarSpec::observe`].
    pub fn apply(&self, spec: &mut CalendarSpec) {
        let years = self.years.iter().copied();
        spec.observe(self.rest.keys().copied(), self.work.keys().copied(), years);
    }

    fn put(&mut self, date: Date, name: String, off: bool) -> Result<(), HolidaysError> {
        let (list, other) =
            if off { (&mut self.rest, &self.work) } else { (&mut self.work, &self.rest) };
        if other.contains_key(&date) {
            return Err(HolidaysError::Contradiction(date));
        }
        list.insert(date, name);
        Ok(())
    }
}

/// The text of a file: UTF-8 or, failing that, Latin-1, as old feeds still come.
pub fn decode(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => Cow::Owned(bytes.iter().map(|byte| char::from(*byte)).collect()),
    }
}

/// The line of that number, counted from 1.
fn line_in(text: &str, number: usize) -> Range<usize> {
    let start: usize =
        text.split_inclusive('\n').take(number.saturating_sub(1)).map(str::len).sum();
    let length = text[start..].lines().next().unwrap_or_default().len();
    start..start + length
}

fn found_in(text: &str, part: &str) -> Range<usize> {
    text.find(part).map_or(0..0, |start| start..start + part.len())
}

/// The years in which at least two months have a rest day: the New Year's Eve that a list of the
/// next year begins with does not speak for its own year.
fn years_spoken_for<'a>(dates: impl Iterator<Item = &'a Date>) -> BTreeSet<i16> {
    let mut months: BTreeMap<i16, BTreeSet<i8>> = BTreeMap::new();
    for date in dates {
        months.entry(date.year()).or_default().insert(date.month());
    }
    months.into_iter().filter(|(_, months)| months.len() >= 2).map(|(year, _)| year).collect()
}

fn date_in(
    field: &'static str,
    index: usize,
    text: &str,
    year: Option<i16>,
) -> Result<Date, HolidaysError> {
    let date = parse_date(text).ok_or_else(|| HolidaysError::Date {
        field,
        index: index + 1,
        text: text.to_owned(),
    })?;
    // A year's notice reaches into its neighbours: the holiday begins on New Year's Eve.
    match year {
        Some(year) if (date.year() - year).abs() > 1 => {
            Err(HolidaysError::Year { field, date, year })
        }
        _ => Ok(date),
    }
}
