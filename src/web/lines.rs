//! A body of events: a JSON array, or one object a line.

use serde_json::Value;

use crate::core::event::Event;

/// Events in one request.
pub(super) const EVENTS_MAX: usize = 20_000;

/// One line (or element) of a body.
#[derive(Debug, PartialEq)]
pub(super) enum Line {
    Event(Box<Event>),
    /// Not even an event; kept as it came.
    Refused {
        raw: String,
        reason: String,
    },
}

/// Why a body is not a list of events at all.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum BodyError {
    #[error("the body is not UTF-8")]
    NotText,
    #[error("the body is empty; send a JSON array of events or one event a line")]
    Empty,
    #[error("the body begins like a JSON array but is none: {0}")]
    NotAnArray(String),
    #[error(
        "no line of the body is a JSON object; send a JSON array of events or one event a line"
    )]
    NotLines,
    #[error("the body holds more than {EVENTS_MAX} events; send it in several parts")]
    TooMany,
}

/// The lines of a body, in their order.
pub(super) fn lines(body: &[u8]) -> Result<Vec<Line>, BodyError> {
    let text = std::str::from_utf8(body).map_err(|_| BodyError::NotText)?;
    let text = text.trim_start_matches('\u{feff}').trim();
    let values: Vec<(String, Result<Value, String>)> = if text.is_empty() {
        return Err(BodyError::Empty);
    } else if text.starts_with('[') {
        let values: Vec<Value> =
            serde_json::from_str(text).map_err(|error| BodyError::NotAnArray(error.to_string()))?;
        values.into_iter().map(|value| (value.to_string(), Ok(value))).collect()
    } else {
        text.lines()
            .map(str::trim)
            .filter(|line| !line.is_empty())
            .take(EVENTS_MAX + 1)
            .map(|line| {
                let value = serde_json::from_str(line);
                (line.to_owned(), value.map_err(|error| format!("not JSON: {error}")))
            })
            .collect()
    };
    if values.len() > EVENTS_MAX {
        return Err(BodyError::TooMany);
    }
    let is_object = |value: &Result<Value, String>| value.as_ref().is_ok_and(Value::is_object);
    if !text.starts_with('[') && !values.iter().any(|(_, value)| is_object(value)) {
        return Err(BodyError::NotLines);
    }
    Ok(values.into_iter().map(|(raw, value)| line(raw, value)).collect())
}

fn line(raw: String, value: Result<Value, String>) -> Line {
    let event = value.and_then(|value| {
        serde_json::from_value::<Event>(value).map_err(|error| error.to_string())
    });
    match event {
        Ok(event) => Line::Event(Box::new(event)),
        Err(reason) => Line::Refused { raw, reason },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_is_an_array_or_lines() {
        const GOOD: &str = r#"{"ticket":"W1","event":"received","at":"2026-05-07T09:12:00+08:00"}"#;
        #[rustfmt::skip]
        let table = [
            // name                        body                              events and refused, or why not
            ("one line",                   GOOD.to_owned(),                  Ok("e")),
            ("lines with gaps",            format!("\n{GOOD}\r\n\n{GOOD}"),  Ok("ee")),
            ("a mark of order first",      format!("\u{feff}{GOOD}"),        Ok("e")),
            ("an array",                   format!("[{GOOD},{GOOD}]"),       Ok("ee")),
            ("an empty array",             "[]".to_owned(),                  Ok("")),
            ("a bad line among good",      format!("{GOOD}\n{{\"a\":\n"),    Ok("er")),
            ("no event in an object",      "{}".to_owned(),                  Ok("r")),
            ("no event in an array",       format!("[1,{GOOD}]"),            Ok("re")),
            ("nothing",                    " \n".to_owned(),                 Err(BodyError::Empty)),
            ("prose",                      "hello".to_owned(),               Err(BodyError::NotLines)),
            ("a number",                   "7".to_owned(),                   Err(BodyError::NotLines)),
        ];
        for (name, body, want) in table {
            let got = lines(body.as_bytes()).map(|lines| {
                lines
                    .iter()
                    .map(|line| if matches!(line, Line::Event(_)) { 'e' } else { 'r' })
                    .collect()
            });
            assert_eq!(got, want.map(str::to_owned), "{name}");
        }
        assert_eq!(lines(b"\xff"), Err(BodyError::NotText));
        assert!(matches!(lines(b"[{]"), Err(BodyError::NotAnArray(_))));
    }
}
