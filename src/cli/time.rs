//! `duban time`: calendar arithmetic, JSON lines in, JSON lines out.
//!
//! One answer per line, in order; a line that cannot be answered is answered with its
//! error and the run goes on. Output is flushed whenever the input has nothing waiting,
//! so another program may ask and wait line by line.

mod question;
mod shelf;

use std::{
    io::{self, BufRead, BufReader, BufWriter, Read, Write},
    process::ExitCode,
};

use serde_json::{Map, Value, json};

use self::{
    question::{Question, QuestionText, TimeError},
    shelf::Calendars,
};
use super::EXIT_DATA;

/// A longer line is a mistake, not a calendar.
const LINE_BYTES_MAX: u64 = 4 * 1024 * 1024;
/// How many years around a question are compiled, one try after the other.
const REACH_YEARS: [i16; 4] = [1, 6, 40, question::REACH_YEARS_MAX];

const HELP: &str = r#"Each line is one question, for example

  {"id":"a","op":"add","cal":{"tz":"Asia/Shanghai",
   "week":{"mon":[["09:00","12:00"],["14:00","18:00"]]},
   "holidays":["2026-02-16"],"overrides":{"2026-02-14":[["09:00","12:00"]]},
   "breaks":{"2026-02-13":[["10:00","10:30"]]}},
   "start":"2026-02-13T16:30:00+08:00","seconds":7200}

(on one line), and each answer is one line with the same `id`.

  add, sub                     start, seconds   {"id":"a","at":"2026-02-14T09:30:00+08:00"}
  diff                         start, end       {"id":"a","seconds":5400}
  is_open                      start            {"id":"a","open":true}
  next_open                    start            {"id":"a","at":"2026-02-14T09:00:00+08:00"}
  add_workdays, sub_workdays   start, days      {"id":"a","date":"2026-02-27"}

A window may run past midnight (`["20:00","29:00"]`); a holiday wins over an override; a break
is taken out of its date's windows. A line that cannot be answered gives {"id":..,"error":".."}
and the exit code 65 at the end."#;

/// Calendar arithmetic: JSON lines on stdin, JSON lines on stdout.
#[derive(Debug, clap::Args)]
#[command(after_long_help = HELP)]
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
