//! Errors of the API as `application/problem+json` (RFC 9457).

use std::time::Duration;

use axum::{
    Json,
    body::{Body as Bytes, to_bytes},
    extract::Request,
    http::{HeaderMap, HeaderValue, StatusCode, Uri, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use serde::Serialize;
use utoipa::ToSchema;

use super::open311;

const TYPE: &str = "application/problem+json; charset=utf-8";
/// The longest explanation of the framework that is passed on.
const WORDS_MAX: usize = 4 * 1024;

/// What is answered where something went wrong (RFC 9457).
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub(super) struct Body {
    #[serde(rename = "type")]
    #[schema(example = "about:blank")]
    kind: &'static str,
    title: &'static str,
    status: u16,
    /// What would be right.
    detail: String,
}

/// What went wrong, in words for whoever calls.
#[derive(Debug)]
pub(super) struct Problem {
    pub status: StatusCode,
    pub detail: String,
    pub retry_after: Option<Duration>,
}

impl Problem {
    pub(super) fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        Self { status, detail: detail.into(), retry_after: None }
    }

    /// Something inside failed and was logged.
    pub(super) fn trouble(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, detail)
    }

    /// Not now.
    pub(super) fn busy(detail: impl Into<String>) -> Self {
        let retry_after = Some(Duration::from_secs(5));
        Self { retry_after, ..Self::new(StatusCode::SERVICE_UNAVAILABLE, detail) }
    }

    /// Too often or too much at once.
    pub(super) fn too_many(detail: impl Into<String>, retry_after: Duration) -> Self {
        let retry_after = Some(retry_after);
        Self { retry_after, ..Self::new(StatusCode::TOO_MANY_REQUESTS, detail) }
    }
}

/// Seconds for `Retry-After`, never zero.
pub(super) fn seconds(wait: Duration) -> HeaderValue {
    HeaderValue::from(wait.as_secs().max(1))
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let body = Body {
            kind: "about:blank",
            title: self.status.canonical_reason().unwrap_or("Problem"),
            status: self.status.as_u16(),
            detail: self.detail,
        };
        let mut response = (self.status, Json(body)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(TYPE));
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(
                header::WWW_AUTHENTICATE,
                HeaderValue::from_static("Bearer realm=\"duban\""),
            );
        }
        if let Some(wait) = self.retry_after {
            headers.insert(header::RETRY_AFTER, seconds(wait));
        }
        response
    }
}

/// Whether programs call this address: then every error is a problem.
pub(super) fn is_for_programs(path: &str) -> bool {
    const FOLDERS: [&str; 3] = ["/api/", "/receipts/", open311::FOLDER];
    const PLACES: [&str; 5] = ["/api", "/mailbox.json", "/healthz", "/readyz", "/metrics"];
    FOLDERS.iter().any(|folder| path.starts_with(folder)) || PLACES.contains(&path)
}

/// Turns the framework's own errors (wrong method, unreadable path ...) into problems, and refuses
/// what no text of a database can hold.
pub(super) async fn everywhere(request: Request, next: Next) -> Response {
    if !is_for_programs(request.uri().path()) {
        return next.run(request).await;
    }
    if let Some(problem) = nul(request.uri()) {
        return said(request.uri().path(), problem);
    }
    let path = request.uri().path().to_owned();
    let response = next.run(request).await;
    let status = response.status();
    let is_error = status.is_client_error() || status.is_server_error();
    if !is_error || speaks(&path, response.headers()) {
        return response;
    }
    let (parts, body) = response.into_parts();
    let words = words(body).await;
    let detail = match status {
        _ if !words.is_empty() => words,
        StatusCode::METHOD_NOT_ALLOWED => "this address does not take this method".to_owned(),
        _ => "the request cannot be answered as it is".to_owned(),
    };
    let mut problem = said(&path, Problem::new(status, detail));
    for name in [header::ALLOW, header::RETRY_AFTER] {
        if let Some(value) = parts.headers.get(&name) {
            problem.headers_mut().insert(name, value.clone());
        }
    }
    problem
}

/// No name has a NUL character, and no parameter may have one.
fn nul(uri: &Uri) -> Option<Problem> {
    if uri.path().contains("%00") {
        return Some(Problem::new(StatusCode::NOT_FOUND, "there is nothing at this address"));
    }
    let query = uri.query().filter(|query| query.contains("%00"));
    query.map(|_| {
        let detail = "a parameter holds a NUL character (`%00`), which no text here has";
        Problem::new(StatusCode::BAD_REQUEST, detail)
    })
}

/// The problem in the form of the place it occurred at.
fn said(path: &str, problem: Problem) -> Response {
    if path.starts_with(open311::FOLDER) {
        return open311::refused(path, &problem);
    }
    problem.into_response()
}

/// Whether the answer has the form of its place already.
fn speaks(path: &str, headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    kind.is_some_and(|kind| {
        let is_problem = kind.starts_with("application/problem+json");
        let is_json = kind.starts_with("application/json");
        if path.starts_with(open311::FOLDER) {
            is_json || kind.starts_with("text/xml")
        } else {
            is_json || is_problem
        }
    })
}

/// What the answer said: its text, or the detail of the problem it is.
async fn words(body: Bytes) -> String {
    let bytes = to_bytes(body, WORDS_MAX).await.unwrap_or_default();
    let detail = serde_json::from_slice::<serde_json::Value>(&bytes).ok();
    let detail = detail.and_then(|body| Some(body.get("detail")?.as_str()?.to_owned()));
    detail.unwrap_or_else(|| String::from_utf8_lossy(&bytes).trim().to_owned())
}
