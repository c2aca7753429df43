//! One question to a calendar: read, checked, asked.

use std::fmt;

use jiff::{
    civil::Date,
    tz::{Offset, TimeZone},
};
use serde::Deserialize;
use serde_json::{Number, Value, json};

use super::LINE_BYTES_MAX;
use crate::core::{
    calendar::{Calendar, CalendarError, WindowError},
    timestamp::Timestamp,
};

/// How far around a question a calendar is searched at most.
pub const REACH_YEARS_MAX: i16 = 400;

/// Why a line has no answer.
#[derive(Debug, thiserror::Error)]
pub enum TimeError {
    #[error("the line is longer than {} MiB", LINE_BYTES_MAX / 1024 / 1024)]
    LineTooLong,
    #[error("not a question in JSON: {0}")]
    Json(#[from] serde_json::Error),
    #[error("not a question: {0}")]
    Question(String),
    #[error("`cal`: {0}")]
    Calendar(String),
    #[error("`cal.tz`: `{0}` is not a time zone; write an IANA name such as `Asia/Shanghai`")]
    Zone(String),
    #[error("`cal.{place}`: {source}")]
    Window { place: String, source: WindowError },
    #[error("`cal.{place}`: `{text}` is not a date; write `YYYY-MM-DD`")]
    Date { place: &'static str, text: String },
    #[error("`cal`: {0}")]
    NeverOpen(#[from] CalendarError),
    #[error(
        "`{key}`: `{text}` is not an instant; write RFC 3339 with an offset, for example `2026-05-07T09:12:00+08:00`"
    )]
    Instant { key: &'static str, text: String },
    #[error("`{op}` needs `{key}`")]
    Missing { op: Op, key: &'static str },
    #[error(
        "`seconds`: `{0}` is not an amount of working time; write seconds, 0 or more (`sub` goes back)"
    )]
    Seconds(Number),
    #[error(
        "`days`: `{0}` is not a number of working days; write a whole number, 0 or more (`sub_workdays` goes back)"
    )]
    Days(Number),
    #[error(
        "the answer is not within {REACH_YEARS_MAX} years of `start`: the calendar has too little open time"
    )]
    OutOfReach,
}

/// What is asked of a calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Op {
    Add,
    Sub,
    Diff,
    IsOpen,
    NextOpen,
    AddWorkdays,
    SubWorkdays,
}

impl fmt::Display for Op {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Add => "add",
            Self::Sub => "sub",
            Self::Diff => "diff",
            Self::IsOpen => "is_open",
            Self::NextOpen => "next_open",
            Self::AddWorkdays => "add_workdays",
            Self::SubWorkdays => "sub_workdays",
        })
    }
}

/// One line as written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QuestionText {
    #[serde(default, rename = "id")]
    _id: Value,
    op: Op,
    pub cal: Value,
    start: String,
    end: Option<String>,
    seconds: Option<Number>,
    days: Option<Number>,
}

/// One line understood, apart from its calendar.
#[derive(Clone, Copy, Debug)]
pub enum Question {
    Add { start: Timestamp, ms: i64 },
    Sub { start: Timestamp, ms: i64 },
    Diff { start: Timestamp, end: Timestamp },
    IsOpen { start: Timestamp },
    NextOpen { start: Timestamp },
    AddWorkdays { start: Timestamp, days: u32 },
    SubWorkdays { start: Timestamp, days: u32 },
}

impl Question {
    /// Checks what the text says.
    pub fn read(text: &QuestionText) -> Result<Self, TimeError> {
        let missing = |key| TimeError::Missing { op: text.op, key };
        let start = instant("start", &text.start)?;
        let ms = || working_ms(text.seconds.as_ref().ok_or_else(|| missing("seconds"))?);
        let days = || {
            let number = text.days.as_ref().ok_or_else(|| missing("days"))?;
            number
                .as_u64()
                .and_then(|days| u32::try_from(days).ok())
                .ok_or_else(|| TimeError::Days(number.clone()))
        };
        Ok(match text.op {
            Op::Add => Self::Add { start, ms: ms()? },
            Op::Sub => Self::Sub { start, ms: ms()? },
            Op::Diff => {
                let end = text.end.as_deref().ok_or_else(|| missing("end"))?;
                Self::Diff { start, end: instant("end", end)? }
            }
            Op::IsOpen => Self::IsOpen { start },
            Op::NextOpen => Self::NextOpen { start },
            Op::AddWorkdays => Self::AddWorkdays { start, days: days()? },
            Op::SubWorkdays => Self::SubWorkdays { start, days: days()? },
        })
    }

    /// The first and the last instant the question names.
    pub fn bounds(self) -> (Timestamp, Timestamp) {
        match self {
            Self::Diff { start, end } => (start.min(end), start.max(end)),
            Self::Add { start, .. }
            | Self::Sub { start, .. }
            | Self::IsOpen { start }
            | Self::NextOpen { start }
            | Self::AddWorkdays { start, .. }
            | Self::SubWorkdays { start, .. } => (start, start),
        }
    }

    /// The answer, or nothing if it lies beyond the years `calendar` knows.
    pub fn ask(self, calendar: &Calendar) -> Option<(&'static str, Value)> {
        let at = |instant| ("at", json!(rfc3339(instant, calendar.zone())));
        let beyond = |instant: Timestamp| instant.0.abs() == Timestamp::NEVER.0;
        let found = |instant: Timestamp| (!beyond(instant)).then(|| at(instant));
        let date = |date: Date| ("date", json!(date.to_string()));
        match self {
            Self::Add { start, ms: 0 } | Self::Sub { start, ms: 0 } => Some(at(start)),
            Self::Add { start, ms } => found(calendar.add(start, ms)),
            Self::Sub { start, ms } => found(calendar.sub(start, ms)),
            Self::Diff { start, end } => {
                Some(("seconds", seconds_of(calendar.measure(start, end))))
            }
            Self::IsOpen { start } => Some(("open", json!(calendar.is_open(start)))),
            Self::NextOpen { start } => calendar.next_open(start).map(at),
            Self::AddWorkdays { start, days } => {
                calendar.add_workdays(calendar.date_of(start), days).map(date)
            }
            Self::SubWorkdays { start, days } => {
                calendar.sub_workdays(calendar.date_of(start), days).map(date)
            }
        }
    }
}

fn instant(key: &'static str, text: &str) -> Result<Timestamp, TimeError> {
    Timestamp::parse(text).map_err(|_| TimeError::Instant { key, text: text.to_owned() })
}

fn working_ms(seconds: &Number) -> Result<i64, TimeError> {
    let whole = seconds.as_i64().and_then(|seconds| seconds.checked_mul(1_000));
    // Fractions are kept to the millisecond; 2^53 of them is 285,000 years.
    let fraction = || {
        seconds
            .as_f64()
            .map(|seconds| (seconds * 1_000.0).round())
            .filter(|ms| ms.abs() < 9_007_199_254_740_992.0)
            .map(|ms| ms as i64)
    };
    whole.or_else(fraction).filter(|ms| *ms >= 0).ok_or_else(|| TimeError::Seconds(seconds.clone()))
}

/// Seconds as a whole number where they are one.
fn seconds_of(ms: i64) -> Value {
    if ms % 1_000 == 0 { json!(ms / 1_000) } else { json!(ms as f64 / 1_000.0) }
}

/// RFC 3339 in the zone's offset. Offsets of local mean time have seconds, which RFC 3339 cannot
/// write: the clock face is then that of the nearest whole minute, the instant stays the same.
fn rfc3339(at: Timestamp, zone: &TimeZone) -> String {
    let offset_s = zone.to_offset(at.jiff()).seconds();
    let whole_s = (f64::from(offset_s) / 60.0).round() as i32 * 60;
    let offset = Offset::from_seconds(whole_s).unwrap_or(Offset::UTC);
    at.to_rfc3339(&TimeZone::fixed(offset))
}
