//! Reading over HTTP: one ticket, its timeline, its explanation, lists of slips.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, Query, State as Shared, rejection::QueryRejection},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    access::{Scope, require},
    address::Client,
    problem::Problem,
    state::State,
};
use crate::{
    core::period::Period,
    explain::{ExplainError, Story},
    paper,
    store::{SlipFilter, StoreError},
};

/// Slips on one page unless asked for fewer or more.
const SLIPS: i64 = 100;
const SLIPS_MAX: i64 = 1_000;
/// What may have become of a slip.
const STATES: [&str; 4] = ["open", "receipted", "replied", "withdrawn"];

/// `GET /api/v1/tickets/{ticket}`: where it stands.
pub(super) async fn ticket(
    Shared(state): Shared<Arc<State>>,
    Path(no): Path<String>,
    client: Client,
    headers: HeaderMap,
) -> Result<Json<Value>, Problem> {
    require(&state, &headers, client, Scope::Read).await?;
    let story = story(&state, &no).await?;
    let mut whole = story.json(state.wall.now());
    let parts = whole.as_object_mut().expect("a story is a JSON object");
    for part in ["slips", "messages", "journal"] {
        parts.remove(part);
    }
    Ok(Json(whole))
}

/// `GET /api/v1/tickets/{ticket}/timeline`: the journal, with slips and receipts.
pub(super) async fn timeline(
    Shared(state): Shared<Arc<State>>,
    Path(no): Path<String>,
    client: Client,
    headers: HeaderMap,
) -> Result<Json<Value>, Problem> {
    require(&state, &headers, client, Scope::Read).await?;
    let mut whole = story(&state, &no).await?.json(state.wall.now());
    Ok(Json(json!({
        "ticket": whole["ticket"].take(),
        "journal": whole["journal"].take(),
        "slips": whole["slips"].take(),
        "messages": whole["messages"].take(),
    })))
}

/// `GET /api/v1/tickets/{ticket}/explain`: words, or JSON for who accepts only that.
pub(super) async fn explain(
    Shared(state): Shared<Arc<State>>,
    Path(no): Path<String>,
    client: Client,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    require(&state, &headers, client, Scope::Read).await?;
    let story = story(&state, &no).await?;
    let now = state.wall.now();
    let accepts = headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok());
    if accepts.is_some_and(|accept| accept.contains("application/json")) {
        return Ok(Json(story.json(now)).into_response());
    }
    Ok(story.text(now).into_response())
}

/// The story of a ticket, or the problem with it.
pub(super) async fn story(state: &State, no: &str) -> Result<Story, Problem> {
    let rules = state.rules.load_full();
    match Story::read(&state.store, &rules, no).await {
        Ok(Some(story)) => Ok(story),
        Ok(None) => Err(Problem::new(StatusCode::NOT_FOUND, format!("no ticket `{no}` is known"))),
        Err(ExplainError::Store(error)) => Err(store_problem(&error)),
        Err(error) => {
            tracing::error!(%error, ticket.no = no, "a ticket could not be explained");
            Err(Problem::trouble("this ticket cannot be explained; the log of duban says why"))
        }
    }
}

pub(super) fn store_problem(error: &StoreError) -> Problem {
    tracing::error!(%error, "the store could not be read");
    Problem::busy("the store does not answer; ask again later")
}

/// Which slips.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct SlipQuery {
    ticket: Option<String>,
    unit: Option<String>,
    kind: Option<String>,
    state: Option<String>,
    /// When they were issued: `2026-05-07`, `2026-05`, `2026-Q2`, `2026-H1`, `2026`.
    period: Option<String>,
    /// `next` of the page before.
    after: Option<i64>,
    limit: Option<i64>,
}

/// `GET /api/v1/slips`: newest first.
pub(super) async fn slips(
    Shared(state): Shared<Arc<State>>,
    client: Client,
    headers: HeaderMap,
    query: Result<Query<SlipQuery>, QueryRejection>,
) -> Result<Json<Value>, Problem> {
    require(&state, &headers, client, Scope::Read).await?;
    let bad = |detail: String| Problem::new(StatusCode::BAD_REQUEST, detail);
    let Query(query) = query.map_err(|rejection| bad(rejection.body_text()))?;
    if let Some(other) = query.state.as_deref().filter(|word| !STATES.contains(word)) {
        return Err(bad(format!("`state` is `{other}`; write one of {}", STATES.join(", "))));
    }
    let period = query.period.as_deref().map(Period::parse).transpose().map_err(bad)?;
    let span = period.map(|period| period.span(state.rules.load().current.calendar.zone()));
    let limit = query.limit.unwrap_or(SLIPS);
    if !(1..=SLIPS_MAX).contains(&limit) {
        return Err(bad(format!("`limit` is {limit}; write 1 to {SLIPS_MAX}")));
    }
    let ticket_key = match &query.ticket {
        None => None,
        Some(no) => match state.store.ticket(no).await.map_err(|error| store_problem(&error))? {
            Some(row) => Some(row.key),
            None => {
                return Err(Problem::new(
                    StatusCode::NOT_FOUND,
                    format!("no ticket `{no}` is known"),
                ));
            }
        },
    };
    let filter = SlipFilter {
        ticket_key,
        unit: query.unit,
        kind: query.kind,
        state: query.state,
        from: span.map(|(from, _)| from),
        to: span.map(|(_, to)| to),
        before: query.after,
        limit,
        ..SlipFilter::default()
    };
    let slips = state.store.slips(&filter).await.map_err(|error| store_problem(&error))?;
    let is_full = i64::try_from(slips.len()).is_ok_and(|count| count == limit);
    let next = slips.last().filter(|_| is_full).map(|slip| slip.id);
    let slips: Vec<Value> = {
        let rules = state.rules.load();
        let zone = rules.current.calendar.zone();
        slips.iter().map(|slip| paper::json(slip, zone)).collect()
    };
    Ok(Json(json!({ "slips": slips, "next": next })))
}
