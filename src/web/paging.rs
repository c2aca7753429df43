//! Lists page by page: how long a page is, and where the next one begins.
//!
//! A page ends at a key, never at a count: what comes in meanwhile neither repeats nor hides a line.

use axum::{
    Json,
    http::{HeaderValue, StatusCode, Uri, header},
    response::{IntoResponse as _, Response},
};
use serde::Serialize;

use super::problem::Problem;

/// Lines on one page unless asked for fewer or more.
pub(super) const LINES: i64 = 100;
pub(super) const LINES_MAX: i64 = 1_000;

/// How many lines the page may have.
pub(super) fn limit(asked: Option<i64>) -> Result<i64, Problem> {
    let limit = asked.unwrap_or(LINES);
    if (1..=LINES_MAX).contains(&limit) {
        return Ok(limit);
    }
    let detail = format!("`limit` is {limit}; write 1 to {LINES_MAX}");
    Err(Problem::new(StatusCode::BAD_REQUEST, detail))
}

/// The last line of a page that is full: there may be another page after it.
pub(super) fn last_of_full<T>(rows: &[T], limit: i64) -> Option<&T> {
    let is_full = i64::try_from(rows.len()).is_ok_and(|count| count >= limit);
    rows.last().filter(|_| is_full)
}

/// A page with its lines and, where another follows, a `Link` to it.
pub(super) fn page(uri: &Uri, body: &impl Serialize, next: Option<&str>) -> Response {
    let mut response = Json(body).into_response();
    if let Some(next) = next {
        let link = format!("<{}>; rel=\"next\"", address(uri, next));
        let link = HeaderValue::from_str(&link).expect("an address is ASCII");
        response.headers_mut().insert(header::LINK, link);
    }
    response
}

/// The same list after `next`.
fn address(uri: &Uri, next: &str) -> String {
    let said = uri.query().unwrap_or_default().split('&');
    let kept = said.filter(|pair| !pair.is_empty() && !pair.starts_with("after="));
    let after = format!("after={}", quoted(next));
    let query: Vec<&str> = kept.chain([after.as_str()]).collect();
    format!("{}?{}", uri.path(), query.join("&"))
}

fn quoted(text: &str) -> String {
    let quote = |byte: u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
            char::from(byte).to_string()
        }
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(quote).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_page_asks_for_the_same() {
        #[rustfmt::skip]
        let table = [
            ("/api/v1/slips",                      "7",        "/api/v1/slips?after=7"),
            ("/api/v1/slips?unit=cx&after=9",      "7",        "/api/v1/slips?unit=cx&after=7"),
            ("/api/v1/ledger?after=1.a&limit=2",   "3.hung/1", "/api/v1/ledger?limit=2&after=3.hung%2F1"),
            ("/api/v1/units",                      "城西",      "/api/v1/units?after=%E5%9F%8E%E8%A5%BF"),
        ];
        for (asked, next, want) in table {
            assert_eq!(address(&asked.parse().expect("an address"), next), want);
        }
    }
}
