//! What `GeoReport` answers: lists, and errors as lists of errors, in JSON or XML.

use std::fmt::Write as _;

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use crate::web::problem::{Problem, seconds};

/// The form of an answer, by the ending of the address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    Json,
    Xml,
}

/// An error as `GeoReport` writes it; an answer holds a list of them.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(in crate::web) struct GeoError {
    code: u16,
    description: String,
}

/// Why there is no answer.
#[derive(Debug)]
pub(super) struct Refusal(Problem);

/// What is answered.
pub(super) enum Answer {
    /// Rows below a root: `services` of `service`.
    List {
        root: &'static str,
        item: &'static str,
        rows: Vec<Value>,
    },
    One {
        root: &'static str,
        fields: Value,
    },
}

impl Format {
    /// What stands before the ending, and the form it asks for.
    pub(super) fn of(path: &str) -> Option<(&str, Self)> {
        let json = path.strip_suffix(".json").map(|name| (name, Self::Json));
        json.or_else(|| path.strip_suffix(".xml").map(|name| (name, Self::Xml)))
    }

    /// The form a whole address asks for; JSON where it does not say.
    pub(super) fn asked(path: &str) -> Self {
        Self::of(path).map_or(Self::Json, |(_, format)| format)
    }

    pub(super) fn answer(self, said: Result<Answer, Refusal>) -> Response {
        match said {
            Ok(answer) => self.write(StatusCode::OK, answer),
            Err(refusal) => self.refuse(&refusal.0),
        }
    }

    pub(super) fn write(self, status: StatusCode, answer: Answer) -> Response {
        let (kind, text) = match (self, answer) {
            (Self::Json, Answer::List { rows, .. }) => (JSON, Value::Array(rows).to_string()),
            (Self::Json, Answer::One { fields, .. }) => (JSON, fields.to_string()),
            (Self::Xml, Answer::List { root, item, rows }) => (XML, xml(root, Some(item), &rows)),
            (Self::Xml, Answer::One { root, fields }) => (XML, xml(root, None, &[fields])),
        };
        (status, [(header::CONTENT_TYPE, HeaderValue::from_static(kind))], text).into_response()
    }

    fn refuse(self, problem: &Problem) -> Response {
        // To GeoReport a key that is missing or wrong is 403.
        let status = match problem.status {
            StatusCode::UNAUTHORIZED => StatusCode::FORBIDDEN,
            status => status,
        };
        let rows = vec![json!({ "code": status.as_u16(), "description": problem.detail })];
        let mut response = self.write(status, Answer::List { root: "errors", item: "error", rows });
        if let Some(wait) = problem.retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, seconds(wait));
        }
        response
    }
}

/// A problem as `GeoReport` says it, in the form the address asks for.
pub(in crate::web) fn refused(path: &str, problem: &Problem) -> Response {
    Format::asked(path).refuse(problem)
}

impl Refusal {
    pub(super) fn bad(why: impl Into<String>) -> Self {
        Self(Problem::new(StatusCode::BAD_REQUEST, why))
    }

    pub(super) fn missing(why: impl Into<String>) -> Self {
        Self(Problem::new(StatusCode::NOT_FOUND, why))
    }

    pub(super) fn forbidden(why: &str) -> Self {
        Self(Problem::new(StatusCode::FORBIDDEN, why))
    }
}

impl From<Problem> for Refusal {
    fn from(problem: Problem) -> Self {
        Self(problem)
    }
}

const JSON: &str = "application/json; charset=utf-8";
const XML: &str = "text/xml; charset=utf-8";

/// Rows of plain fields as XML; without an item the fields stand in the root itself.
fn xml(root: &str, item: Option<&str>, rows: &[Value]) -> String {
    let mut text = format!("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<{root}>");
    let empty = Map::new();
    for row in rows {
        if let Some(item) = item {
            write!(text, "<{item}>").expect("a String takes every write");
        }
        for (name, value) in row.as_object().unwrap_or(&empty) {
            let words = match value {
                Value::String(words) => escaped(words),
                Value::Number(number) => number.to_string(),
                Value::Bool(yes) => yes.to_string(),
                Value::Null | Value::Array(_) | Value::Object(_) => String::new(),
            };
            write!(text, "<{name}>{words}</{name}>").expect("a String takes every write");
        }
        if let Some(item) = item {
            write!(text, "</{item}>").expect("a String takes every write");
        }
    }
    writeln!(text, "</{root}>").expect("a String takes every write");
    text
}

/// The words without what XML cannot hold.
fn escaped(words: &str) -> String {
    let mut out = String::with_capacity(words.len());
    for sign in words.chars() {
        match sign {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\t' | '\n' | '\r' => out.push(sign),
            sign if sign.is_control() || matches!(sign, '\u{fffe}' | '\u{ffff}') => {}
            sign => out.push(sign),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_become_elements() {
        let rows = [json!({ "code": 400, "description": "a<b & \u{8}c", "none": null })];
        let want = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n\
                    <errors><error><code>400</code><description>a&lt;b &amp; c</description>\
                    <none></none></error></errors>\n";
        assert_eq!(xml("errors", Some("error"), &rows), want);
        let definition = [json!({ "service_code": "A1", "attributes": [] })];
        let want = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<service_definition>\
                    <service_code>A1</service_code><attributes></attributes></service_definition>\n";
        assert_eq!(xml("service_definition", None, &definition), want);
    }
}
