//! iCalendar feeds of holidays.
//!
//! What becomes of an event:
//! * named as a working day (补班, 上班, make-up day ...), timed or not: a make-up day;
//! * whole days (dates, or midnight to midnight): rest days. `DTEND` is exclusive, and one
//!   equal to `DTSTART` or missing means that day;
//! * timed otherwise: left out and listed in [`Holidays::skipped`];
//! * cancelled: nothing.
//!
//! `RRULE` ([`super::recurrence`]), `RDATE`, `EXDATE` and `RECURRENCE-ID` are followed. Dates of a feed are
//! Gregorian: a feed whose `CALSCALE` says otherwise is refused rather than guessed at.

use std::collections::{BTreeMap, BTreeSet};

use icalendar::parser::{Component, Property, read_calendar};
use jiff::civil::Date;

use super::{
    Holidays, feed_text,
    recurrence::{Rule, basic_date, days_later},
    years_spoken_for,
};

/// Longer holidays are typing errors.
const DAYS_MAX: i32 = 366;
/// What the names of working days contain, in lower case.
const WORK_NAMES: [&str; 6] =
    ["补班", "上班", "make-up day", "makeup day", "make-up work", "working day"];
/// What names contain that only look like those of working days.
const REST_NAMES: [&str; 4] = ["不上班", "non-working", "nonworking", "not a working"];

/// Why a text is not a feed of holidays.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IcsError {
    /// A line breaks the syntax.
    #[error("not an iCalendar file: line {line}: {what}")]
    Syntax {
        /// Line of the file, from 1.
        line: usize,
        /// What is wrong with it.
        what: String,
    },
    /// The parser refuses it, in its own words.
    #[error("not an iCalendar file: {0}")]
    Grammar(String),
    /// Something else altogether.
    #[error("not an iCalendar file: it does not begin with `BEGIN:VCALENDAR`")]
    NoCalendar,
    /// Dates of another calendar system.
    #[error(
        "`CALSCALE:{0}` is not supported; holiday dates must be Gregorian (`CALSCALE:GREGORIAN`)"
    )]
    Scale(String),
    /// An event property is missing.
    #[error("event {event}: `{key}` is missing")]
    Missing {
        /// Name and UID of the event.
        event: String,
        /// The property.
        key: &'static str,
    },
    /// An event property has a value nobody can read.
    #[error("event {event}: `{key}` is `{text}`; expected {expected}")]
    Value {
        /// Name and UID of the event.
        event: String,
        /// The property.
        key: &'static str,
        /// What stands there.
        text: String,
        /// What would be right.
        expected: &'static str,
    },
    /// It ends before it begins, or never.
    #[error("event {event}: it lasts {days} days; a holiday lasts 1 to {DAYS_MAX}")]
    Length {
        /// Name and UID of the event.
        event: String,
        /// From `DTSTART` to `DTEND`.
        days: i32,
    },
}

/// One event, understood.
struct Event {
    uid: String,
    name: String,
    kind: Kind,
    starts: Vec<Date>,
    days: i32,
    /// The occurrence of the event with the same UID this one stands for.
    replaces: Option<Date>,
    /// Goes on as long as calendars are compiled.
    endless: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Rest,
    Work,
    Skipped,
}

/// Reads a feed.
pub(super) fn read(text: &str) -> Result<Holidays, IcsError> {
    let mut events = Vec::new();
    for text in feed_text::calendars(text)? {
        let calendar = read_calendar(&text).map_err(|error| IcsError::Grammar(brief(&error)))?;
        let scale = calendar.properties.iter().find(|property| property.name == "CALSCALE");
        if let Some(scale) = scale.map(text_of)
            && !scale.eq_ignore_ascii_case("GREGORIAN")
        {
            return Err(IcsError::Scale(scale.to_owned()));
        }
        for component in calendar.components.iter().filter(|c| c.name == "VEVENT") {
            events.extend(event(component)?);
        }
    }
    Ok(gather(&events))
}

/// Puts the events together: moved occurrences leave the place they came from.
fn gather(events: &[Event]) -> Holidays {
    let mut moved: BTreeMap<&str, BTreeSet<Date>> = BTreeMap::new();
    for event in events {
        moved.entry(&event.uid).or_default().extend(event.replaces);
    }
    let mut holidays = Holidays::default();
    let mut told = BTreeSet::new();
    for event in events {
        let gone = &moved[event.uid.as_str()];
        for start in &event.starts {
            if event.replaces.is_none() && gone.contains(start) {
                continue;
            }
            for date in (0..event.days).filter_map(|offset| days_later(*start, offset)) {
                let list = match event.kind {
                    Kind::Rest => &mut holidays.rest,
                    Kind::Work => &mut holidays.work,
                    Kind::Skipped => &mut holidays.skipped,
                };
                list.entry(date).or_insert_with(|| event.name.clone());
                if event.kind == Kind::Rest && !event.endless {
                    told.insert(date.year());
                }
            }
        }
    }
    // A make-up day is the more particular statement of the two.
    holidays.rest.retain(|date, _| !holidays.work.contains_key(date));
    // Endless rules alone say nothing about the holidays that move; a feed of nothing else means it.
    holidays.years = years_spoken_for(holidays.rest.keys());
    holidays.years.retain(|year| told.is_empty() || told.contains(year));
    holidays
}

/// Reads one event; `None` if it is cancelled.
fn event(component: &Component<'_>) -> Result<Option<Event>, IcsError> {
    let name = value(component, "SUMMARY").unwrap_or_default().to_owned();
    let uid = value(component, "UID").unwrap_or_default().to_owned();
    let label = || format!("`{name}` (UID `{uid}`)");
    if value(component, "STATUS").is_some_and(|s| s.eq_ignore_ascii_case("CANCELLED")) {
        return Ok(None);
    }
    let start = value(component, "DTSTART")
        .ok_or_else(|| IcsError::Missing { event: label(), key: "DTSTART" })?;
    let first = date("DTSTART", start, &label)?;
    let kind = kind_of(&name, component, start);
    let days = match kind {
        Kind::Work | Kind::Skipped if start.contains('T') => 1,
        Kind::Rest | Kind::Work | Kind::Skipped => days_of(component, first, &label)?,
    };
    let rule = match value(component, "RRULE") {
        None => None,
        Some(text) => Some(Rule::parse(text).map_err(|part| IcsError::Value {
            event: label(),
            key: "RRULE",
            text: part,
            expected: "FREQ=YEARLY or WEEKLY with INTERVAL, COUNT, UNTIL, BYMONTH, BYMONTHDAY, BYDAY",
        })?),
    };
    let mut starts = rule.as_ref().map_or_else(|| vec![first], |rule| rule.dates(first));
    starts.extend(dates(component, "RDATE", &label)?);
    let excluded = dates(component, "EXDATE", &label)?;
    starts.retain(|start| !excluded.contains(start));
    let replaces = match value(component, "RECURRENCE-ID") {
        None => None,
        Some(text) => Some(date("RECURRENCE-ID", text, &label)?),
    };
    let endless = rule.is_some_and(|rule| rule.is_endless());
    Ok(Some(Event { uid, name, kind, starts, days, replaces, endless }))
}

fn kind_of(name: &str, component: &Component<'_>, start: &str) -> Kind {
    let lower = name.to_lowercase();
    let named = |list: &[&str]| list.iter().any(|word| lower.contains(word));
    let midnight = |text: &str| !text.contains('T') || text.contains("T000000");
    let whole_days = match value(component, "DTEND") {
        Some(end) => midnight(start) && (!start.contains('T') || (midnight(end) && end != start)),
        None => !start.contains('T'),
    };
    match (named(&WORK_NAMES) && !named(&REST_NAMES), whole_days) {
        (true, _) => Kind::Work,
        (false, true) => Kind::Rest,
        (false, false) => Kind::Skipped,
    }
}

/// How many days a whole-day event lasts.
fn days_of(
    component: &Component<'_>,
    first: Date,
    label: &impl Fn() -> String,
) -> Result<i32, IcsError> {
    let days = match (value(component, "DTEND"), value(component, "DURATION")) {
        (Some(text), _) => {
            let end = date("DTEND", text, label)?;
            let into_the_day = text.contains('T') && !text.contains("T000000");
            let days = (end - first).get_days() + i32::from(into_the_day);
            if end == first { 1 } else { days }
        }
        (None, Some(text)) => {
            let span: jiff::Span = text.parse().map_err(|_| IcsError::Value {
                event: label(),
                key: "DURATION",
                text: text.to_owned(),
                expected: "a number of days such as `P1D`",
            })?;
            let days = span.get_weeks().saturating_mul(7).saturating_add(span.get_days());
            days.saturating_add((span.get_hours() + 23) / 24).max(1)
        }
        (None, None) => 1,
    };
    if (1..=DAYS_MAX).contains(&days) {
        Ok(days)
    } else {
        Err(IcsError::Length { event: label(), days })
    }
}

/// The dates of all properties called `key`.
fn dates(
    component: &Component<'_>,
    key: &'static str,
    label: &impl Fn() -> String,
) -> Result<Vec<Date>, IcsError> {
    component
        .properties
        .iter()
        .filter(|property| property.name == key)
        .flat_map(|property| text_of(property).split(','))
        .map(|text| date(key, text, label))
        .collect()
}

fn date(key: &'static str, text: &str, label: &impl Fn() -> String) -> Result<Date, IcsError> {
    basic_date(text.trim()).ok_or_else(|| IcsError::Value {
        event: label(),
        key,
        text: text.to_owned(),
        expected: "a date such as `20260101`",
    })
}

fn value<'c>(component: &'c Component<'_>, key: &str) -> Option<&'c str> {
    component.find_prop(key).map(text_of)
}

fn text_of<'p>(property: &'p Property<'_>) -> &'p str {
    property.val.as_str().trim()
}

/// The parser's complaint on one line of bounded length.
fn brief(error: &str) -> String {
    let words: Vec<&str> = error.split_whitespace().collect();
    let mut text = words.join(" ");
    if let Some((end, _)) = text.char_indices().nth(300) {
        text.truncate(end);
        text.push_str(" ...");
    }
    text
}
