//! The calendars of a run: read once per text, compiled as far as the questions reach.

use std::collections::HashMap;

use jiff::{civil::Date, tz::TimeZone};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::question::{Question, TimeError};
use crate::core::{
    calendar::{Calendar, CalendarError, CalendarSpec, Window, parse_date},
    timestamp::Timestamp,
};

/// Compiled calendars kept at a time.
const CALENDARS_MAX: usize = 64;
/// The calendars seen so far, by their text.
#[derive(Default)]
pub struct Calendars {
    by_text: HashMap<String, Shelf>,
}

impl Calendars {
    /// The calendar with this text.
    pub fn find(&mut self, cal: Value) -> Result<&mut Shelf, TimeError> {
        let text = cal.to_string();
        if !self.by_text.contains_key(&text) {
            if self.by_text.len() >= CALENDARS_MAX {
                self.by_text.clear();
            }
            let spec = spec_of(cal)?;
            self.by_text.insert(text.clone(), Shelf { spec, compiled: None });
        }
        Ok(self.by_text.get_mut(&text).expect("it was there or was put there just now"))
    }
}

/// A calendar and as many years of it as were asked for.
pub struct Shelf {
    spec: CalendarSpec,
    compiled: Option<Calendar>,
}

impl Shelf {
    /// The calendar with at least `reach` years on both sides of the question.
    pub fn covering(&mut self, question: Question, reach: i16) -> Result<&Calendar, CalendarError> {
        let (first, last) = question.bounds();
        let year = |at: Timestamp| self.spec.zone.to_datetime(at.jiff()).year();
        let mut from = (year(first) - reach).max(1);
        let mut to = (year(last) + reach).min(9_998);
        let known = self.compiled.take().filter(|calendar| {
            let years = calendar.years();
            let enough = *years.start() <= from && to <= *years.end();
            from = from.min(*years.start());
            to = to.max(*years.end());
            enough
        });
        let calendar = match known {
            Some(calendar) => calendar,
            None => Calendar::compile_years(self.spec.clone(), from..=to)?,
        };
        Ok(self.compiled.insert(calendar))
    }
}

/// `cal` as written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CalendarText {
    tz: String,
    #[serde(default)]
    week: Map<String, Value>,
    #[serde(default)]
    holidays: Vec<String>,
    #[serde(default)]
    overrides: Map<String, Value>,
    #[serde(default)]
    breaks: Map<String, Value>,
}

fn spec_of(cal: Value) -> Result<CalendarSpec, TimeError> {
    let text: CalendarText =
        serde_json::from_value(cal).map_err(|error| TimeError::Calendar(error.to_string()))?;
    let zone = TimeZone::get(&text.tz).map_err(|_| TimeError::Zone(text.tz.clone()))?;
    let mut spec = CalendarSpec::new(zone);
    for (name, list) in text.week {
        let day = CalendarSpec::day_named(&name).ok_or_else(|| {
            TimeError::Calendar(format!(
                "unknown weekday `{name}` in `week`, expected one of `mon` to `sun`"
            ))
        })?;
        spec.week[day] = windows_of(&format!("week.{name}"), list)?;
    }
    for holiday in text.holidays {
        spec.holidays.insert(date_of("holidays", &holiday)?);
    }
    for (date, list) in text.overrides {
        let windows = windows_of(&format!("overrides.{date}"), list)?;
        spec.overrides.insert(date_of("overrides", &date)?, windows);
    }
    for (date, list) in text.breaks {
        let windows = windows_of(&format!("breaks.{date}"), list)?;
        spec.breaks.insert(date_of("breaks", &date)?, windows);
    }
    Ok(spec)
}

fn windows_of(place: &str, list: Value) -> Result<Vec<Window>, TimeError> {
    let pairs: Vec<(String, String)> = serde_json::from_value(list).map_err(|error| {
        TimeError::Calendar(format!("`{place}` is a list of [from, to] pairs: {error}"))
    })?;
    pairs
        .iter()
        .map(|(from, to)| {
            Window::parse(from, to)
                .map_err(|source| TimeError::Window { place: place.to_owned(), source })
        })
        .collect()
}

fn date_of(place: &'static str, text: &str) -> Result<Date, TimeError> {
    parse_date(text).ok_or_else(|| TimeError::Date { place, text: text.to_owned() })
}
