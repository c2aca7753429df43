//! `POST /api/v1/events`: events of other systems, answered one by one.

use std::sync::Arc;

use axum::{
    body::Body,
    extract::State as Shared,
    http::{HeaderMap, StatusCode, header},
    response::Response,
};
use serde_json::{Value, json};
use tokio::time::Duration;

use super::{
    access::{Scope, require},
    address::Client,
    body,
    lines::{BodyError, Line, lines},
    once::once,
    problem::{self, Problem},
    shape,
    state::State,
};
use crate::{
    core::{contact::split_contact, timestamp::Timestamp},
    intake::{
        canon::canonical,
        queue::{QueueError, Slot},
    },
    store::{ApiToken, Appended, NewEntry, Refusal},
};

const TYPES: [&str; 6] = [
    "application/json",
    "application/x-ndjson",
    "application/ndjson",
    "application/jsonl",
    "application/octet-stream",
    "text/plain",
];

/// When a sender who found the queue full should come again.
const COME_AGAIN: Duration = Duration::from_secs(2);

/// What is answered for one line: its ticket and id if it was an event, and what became of it.
enum Verdict {
    /// Went into the queue.
    Sent,
    Refused(String),
}

/// Takes events, each answered `accepted`, `duplicate` or `refused`.
///
/// A JSON array of events, or one event a line. Anything in it that is no event is answered
/// `refused` with the reason; the others count all the same.
#[utoipa::path(post, path = "/api/v1/events", tag = "tickets",
    params(("Idempotency-Key" = Option<String>, Header, pattern = "^[!-~]{1,255}$",
            description = "A key of your own: the same call made again is answered as before, for 24 hours")),
    request_body(description = "20,000 events at most", content(
        (shape::Events = "application/json",
         example = json!([{"ticket": "W260507-0123", "event": "dispatched", "at": "2026-05-07T09:12:00+08:00", "unit": "cx-scjg"}])),
        (String = "application/x-ndjson"))),
    responses((status = 200, description = "One answer for each event, in their order", body = Vec<shape::Verdict>),
              (status = 408, description = "The body took too long", body = problem::Body, content_type = "application/problem+json"),
              (status = 409, description = "The call with this key is under way", body = problem::Body, content_type = "application/problem+json"),
              (status = 422, description = "This key was sent with another body before", body = problem::Body, content_type = "application/problem+json"),
              (status = 413, description = "Longer than `[web] body_bytes_max`, or too many events", body = problem::Body, content_type = "application/problem+json"),
              (status = 415, description = "Neither JSON nor lines", body = problem::Body, content_type = "application/problem+json")),
    security(("token" = ["ingest"])))]
pub(super) async fn receive(
    Shared(state): Shared<Arc<State>>,
    client: Client,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    let token = require(&state, &headers, client, Scope::Ingest).await?;
    require_type(&headers)?;
    let slot = state.queue.slot().map_err(|error| queue_problem(&error))?;
    let (bytes_max, time_max) = (state.web.body_bytes_max, state.web.request_timeout);
    let body = body::read(&headers, body, bytes_max, time_max).await?;
    once(&state, &token, &headers, &body, take(&state, &token, slot, &body)).await
}

async fn take(
    state: &State,
    token: &ApiToken,
    slot: Slot,
    body: &[u8],
) -> Result<Vec<Value>, Problem> {
    let lines = lines(body).map_err(|error| body_problem(&error))?;
    let now = state.wall.now();
    let source = format!("POST /api/v1/events, token {} ({})", token.id, token.name);
    let (mut entries, mut refusals) = (Vec::new(), Vec::new());
    let mut verdicts = Vec::with_capacity(lines.len());
    for line in lines {
        let (who, checked) = check(state, line, now);
        verdicts.push((
            who,
            match checked {
                Ok(entry) => {
                    entries.push(entry);
                    Verdict::Sent
                }
                Err((raw, reason)) => {
                    refusals.push(Refusal { source: source.clone(), reason: reason.clone(), raw });
                    Verdict::Refused(reason)
                }
            },
        ));
    }
    let appended = slot.append(entries, refusals).await.map_err(|error| queue_problem(&error))?;
    Ok(answers(verdicts, appended))
}

/// Ticket and id of a line, as far as they are known.
type Who = (Option<String>, Option<String>);

fn check(state: &State, line: Line, now: Timestamp) -> (Who, Result<NewEntry, (String, String)>) {
    match line {
        Line::Refused { raw, reason } => ((None, None), Err((raw, reason))),
        Line::Event(event) => {
            let who = (Some(event.ticket.clone()), event.id.clone());
            let mut kept = event.clone();
            let mut event = *event;
            state.rules.load().attest(&mut event);
            let entry = canonical(event, &state.seal, now).map_err(|refusal| {
                // A refused line is kept as text: what reaches a person must not be in it.
                split_contact(&mut kept);
                let raw = serde_json::to_string(&kept).expect("what was read from JSON is JSON");
                (raw, refusal.to_string())
            });
            (who, entry)
        }
    }
}

fn answers(verdicts: Vec<(Who, Verdict)>, appended: Vec<Appended>) -> Vec<Value> {
    let mut appended = appended.into_iter();
    verdicts
        .into_iter()
        .map(|((ticket, id), verdict)| {
            let mut answer = match verdict {
                Verdict::Refused(reason) => json!({ "result": "refused", "reason": reason }),
                Verdict::Sent => match appended.next() {
                    Some(Appended::Accepted { seq }) => json!({ "result": "accepted", "seq": seq }),
                    Some(Appended::Duplicate) | None => json!({ "result": "duplicate" }),
                },
            };
            if let Some(ticket) = ticket {
                answer["ticket"] = ticket.into();
            }
            if let Some(id) = id {
                answer["id"] = id.into();
            }
            answer
        })
        .collect()
}

fn require_type(headers: &HeaderMap) -> Result<(), Problem> {
    let Some(value) = headers.get(header::CONTENT_TYPE) else { return Ok(()) };
    let essence = value.to_str().unwrap_or_default().split(';').next().unwrap_or_default().trim();
    if TYPES.iter().any(|known| essence.eq_ignore_ascii_case(known)) {
        return Ok(());
    }
    Err(Problem::new(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "send `Content-Type: application/json` for an array or `application/x-ndjson` for lines",
    ))
}

fn body_problem(error: &BodyError) -> Problem {
    let status = match error {
        BodyError::TooMany => StatusCode::PAYLOAD_TOO_LARGE,
        BodyError::NotText | BodyError::Empty | BodyError::NotAnArray(_) | BodyError::NotLines => {
            StatusCode::BAD_REQUEST
        }
    };
    Problem::new(status, error.to_string())
}

pub(super) fn queue_problem(error: &QueueError) -> Problem {
    match error {
        QueueError::Full => Problem::too_many(error.to_string(), COME_AGAIN),
        QueueError::Stopped | QueueError::Store => Problem::busy(error.to_string()),
        QueueError::Unkept(_) => Problem::new(StatusCode::BAD_REQUEST, error.to_string()),
    }
}
