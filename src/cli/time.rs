//! `duban time`: calendar arithmetic, JSON lines in, JSON lines out.
//!
//! One answer per line, in order; a line that cannot be answered is answered with its
//! error and the run goes on. Output is flushed whenever the input has nothing waiting,
//! so another program may ask and wait line by line.

use std::{
    collections::HashMap,
    fmt,
    io::{self, BufRead, BufReader, BufWriter, Read, Write},
    process::ExitCode,
};

use jiff::tz::{Offset, TimeZone};
use serde::Deserialize;
use serde_json::{Map, Number, Value, json};

use crate::core::{
    calendar::{Calendar, CalendarError, CalendarSpec, Window, WindowError, parse_date},
    timestamp::Timestamp,
};

use super::EXIT_DATA;

/// A longer line is a mistake, not a calendar.
const LINE_BYTES_MAX: u64 = 4 * 1024 * 1024;
/// Compiled calendars kept at a time.
const CALENDARS_MAX: usize = 64;
/// How many years around a question are compiled, one try after the other.
const REACH_YEARS: [i16; 4] = [1, 6, 40, 400];
/// The last tried reach, as the errors say it.
const REACH_TEXT: &str = "400 years";

/// Calendar arithmetic: JSON lines on stdin, JSON lines on stdout.
///
/// Each line is one question, for example
///
///   {"id":"a","op":"add","cal":{"tz":"Asia/Shanghai",
///    "week":{"mon":[["09:00","12:00"],["14:00","18:00"]]},
///    "holidays":["2026-02-16"],"overrides":{"2026-02-14":[["09:00","12:00"]]},
///    "breaks":{"2026-02-13":[["10:00","10:30"]]}},
///    "start":"2026-02-13T16:30:00+08:00","seconds":7200}
///
/// (on one line), and each answer is one line with the same `id`.
///
///   add, sub                     start, seconds   {"id":"a","at":"2026-02-14T09:30:00+08:00"}
///   diff                         start, end       {"id":"a","seconds":5400}
///   is_open                      start            {"id":"a","open":true}
///   next_open                    start            {"id":"a","at":"2026-02-14T09:00:00+08:00"}
///   add_workdays, sub_workdays   start, days      {"id":"a","date":"2026-02-27"}
///
/// A window may run past midnight (`["20:00","29:00"]`); a holiday wins over an override; a break
/// is taken out of its date's windows. A line that cannot be answered gives {"id":..,"error":".."}
/// and the exit code 65 at the end.
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub struct TimeArgs {}

/// Answers stdin on stdout.
pub fn run(_args: &TimeArgs) -> ExitCode {
    match answer_lines(io::stdin().lock(), io::stdout().lock()) {
        Ok(Outcome::AllAnswered) => ExitCode::SUCCESS,
        Ok(Outcome::SomeRefused) => ExitCode::from(EXIT_DATA),
        // Whoever read our answers has seen enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("duban time: cannot read questions or write answers: {error}");
            ExitCode::from(EXIT_DATA)
        }
    }
}

/// How a run over many lines went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Every line has its answer.
    AllAnswered,
    /// At least one line was answered with an error.
    SomeRefused,
}

/// Answers line after line of `input` on `output`.
pub fn answer_lines(input: impl Read, output: impl Write) -> io::Result<Outcome> {
    let mut input = BufReader::with_capacity(64 * 1024, input);
    let mut output = BufWriter::with_capacity(64 * 1024, output);
    let mut calendars = Calendars::default();
    let mut outcome = Outcome::AllAnswered;
    let mut line = Vec::new();
    loop {
        if input.buffer().is_empty() {
            output.flush()?;
        }
        line.clear();
        if input.by_ref().take(LINE_BYTES_MAX).read_until(b'\n', &mut line)? == 0 {
            break;
        }
        let whole = line.ends_with(b"\n") || (line.len() as u64) < LINE_BYTES_MAX;
        if !whole {
            input.skip_until(b'\n')?;
        }
        if line.trim_ascii().is_empty() {
            continue;
        }
        let reply = if whole {
            reply_to(&line, &mut calendars)
        } else {
            refusal(Value::Null, &TimeError::LineTooLong)
        };
        if reply.contains_key("error") {
            outcome = Outcome::SomeRefused;
        }
        serde_json::to_writer(&mut output, &reply)?;
        output.write_all(b"\n")?;
    }
    output.flush()?;
    Ok(outcome)
}

/// Why a line has no answer.
#[derive(Debug, thiserror::Error)]
enum TimeError {
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
        "the answer is not within {REACH_TEXT} of `start`: the calendar has too little open time"
    )]
    OutOfReach,
}

/// What is asked of a calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Op {
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
struct QuestionText {
    #[serde(default, rename = "id")]
    _id: Value,
    op: Op,
    cal: Value,
    start: String,
    end: Option<String>,
    seconds: Option<Number>,
    days: Option<Number>,
}

/// One line understood, apart from its calendar.
#[derive(Clone, Copy, Debug)]
enum Question {
    Add { start: Timestamp, ms: i64 },
    Sub { start: Timestamp, ms: i64 },
    Diff { start: Timestamp, end: Timestamp },
    IsOpen { start: Timestamp },
    NextOpen { start: Timestamp },
    AddWorkdays { start: Timestamp, days: u32 },
    SubWorkdays { start: Timestamp, days: u32 },
}

/// Answers one line, whatever is in it.
fn reply_to(line: &[u8], calendars: &mut Calendars) -> Map<String, Value> {
    let value: Value = match serde_json::from_slice(line) {
        Ok(value) => value,
        Err(error) => return refusal(Value::Null, &error.into()),
    };
    let id = value.get("id").cloned().unwrap_or_default();
    match answer(value, calendars) {
        Ok((key, answer)) => Map::from_iter([("id".to_owned(), id), (key.to_owned(), answer)]),
        Err(error) => refusal(id, &error),
    }
}

fn refusal(id: Value, error: &TimeError) -> Map<String, Value> {
    Map::from_iter([("id".to_owned(), id), ("error".to_owned(), json!(error.to_string()))])
}

/// The key and the value of the answer to one line.
fn answer(line: Value, calendars: &mut Calendars) -> Result<(&'static str, Value), TimeError> {
    let text: QuestionText =
        serde_json::from_value(line).map_err(|error| TimeError::Question(error.to_string()))?;
    let question = Question::read(&text)?;
    let shelf = calendars.find(text.cal)?;
    let mut never_open = None;
    for reach in REACH_YEARS {
        match shelf.covering(question, reach) {
            // A narrow look may miss the few days such a calendar is open.
            Err(error) => never_open = Some(error),
            Ok(calendar) => {
                never_open = None;
                if let Some(answer) = question.ask(calendar) {
                    return Ok(answer);
                }
            }
        }
    }
    Err(never_open.map_or(TimeError::OutOfReach, TimeError::NeverOpen))
}

impl Question {
    fn read(text: &QuestionText) -> Result<Self, TimeError> {
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
    fn bounds(self) -> (Timestamp, Timestamp) {
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
    fn ask(self, calendar: &Calendar) -> Option<(&'static str, Value)> {
        let at = |instant| ("at", json!(rfc3339(instant, calendar.zone())));
        let beyond = |instant: Timestamp| instant.0.abs() == Timestamp::NEVER.0;
        let found = |instant: Timestamp| (!beyond(instant)).then(|| at(instant));
        let date = |date: jiff::civil::Date| ("date", json!(date.to_string()));
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

/// The calendars seen so far, by their text.
#[derive(Default)]
struct Calendars {
    by_text: HashMap<String, Shelf>,
}

impl Calendars {
    fn find(&mut self, cal: Value) -> Result<&mut Shelf, TimeError> {
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
struct Shelf {
    spec: CalendarSpec,
    compiled: Option<Calendar>,
}

impl Shelf {
    /// The calendar with at least `reach` years on both sides of the question.
    fn covering(&mut self, question: Question, reach: i16) -> Result<&Calendar, CalendarError> {
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

fn date_of(place: &'static str, text: &str) -> Result<jiff::civil::Date, TimeError> {
    parse_date(text).ok_or_else(|| TimeError::Date { place, text: text.to_owned() })
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
