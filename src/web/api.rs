//! Reading over HTTP: one ticket, its timeline, its explanation, lists of slips.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, Query, State as Shared, rejection::QueryRejection},
    http::{HeaderMap, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::IntoParams;

use super::{
    access::{Scope, require},
    address::Client,
    paging,
    problem::{self, Problem},
    shape,
    state::State,
};
use crate::{
    core::period::Period,
    explain::{ExplainError, Story},
    paper,
    store::{SlipFilter, StoreError},
};

/// What may have become of a slip.
const STATES: [&str; 4] = ["open", "receipted", "replied", "withdrawn"];

/// Where a ticket stands.
#[utoipa::path(get, path = "/api/v1/tickets/{ticket}", tag = "tickets",
    params(("ticket" = String, Path, description = "The ticket's number")),
    responses((status = 200, description = "Its clocks, rounds, answers and what fires next", body = shape::Ticket),
              (status = 404, description = "No such ticket", body = problem::Body, content_type = "application/problem+json")),
    security(("token" = ["read"])))]
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

/// The journal of a ticket, with slips and receipts.
#[utoipa::path(get, path = "/api/v1/tickets/{ticket}/timeline", tag = "tickets",
    params(("ticket" = String, Path, description = "The ticket's number")),
    responses((status = 200, description = "The whole journal", body = shape::Timeline),
              (status = 404, description = "No such ticket", body = problem::Body, content_type = "application/problem+json")),
    security(("token" = ["read"])))]
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

/// Why a ticket stands where it stands: words, or JSON for who accepts that.
#[utoipa::path(get, path = "/api/v1/tickets/{ticket}/explain", tag = "tickets",
    params(("ticket" = String, Path, description = "The ticket's number")),
    responses((status = 200, description = "The explanation", content(
                  (String = "text/plain"), (shape::Ticket = "application/json"))),
              (status = 404, description = "No such ticket", body = problem::Body, content_type = "application/problem+json")),
    security(("token" = ["read"])))]
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
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub(super) struct SlipQuery {
    /// Number of a ticket.
    ticket: Option<String>,
    /// Id of a unit.
    unit: Option<String>,
    /// Id of a kind: `yellow`.
    kind: Option<String>,
    /// What became of it.
    #[param(pattern = "^(open|receipted|replied|withdrawn)$")]
    state: Option<String>,
    /// When they were issued: `2026-05-07`, `2026-05`, `2026-Q2`, `2026-H1`, `2026`.
    #[param(
        pattern = "^20[0-9]{2}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?|-Q[1-4]|-H[12])?$"
    )]
    period: Option<String>,
    /// `next` of the page before.
    after: Option<i64>,
    #[param(minimum = 1, maximum = 1000, default = 100)]
    limit: Option<i64>,
}

/// Slips, newest first.
#[utoipa::path(get, path = "/api/v1/slips", tag = "lists", params(SlipQuery),
    responses((status = 200, description = "One page; `Link` leads to the next", body = shape::SlipPage),
              (status = 404, description = "No such ticket", body = problem::Body, content_type = "application/problem+json")),
    security(("token" = ["read"])))]
pub(super) async fn slips(
    Shared(state): Shared<Arc<State>>,
    client: Client,
    headers: HeaderMap,
    uri: Uri,
    query: Result<Query<SlipQuery>, QueryRejection>,
) -> Result<Response, Problem> {
    require(&state, &headers, client, Scope::Read).await?;
    let bad = |detail: String| Problem::new(StatusCode::BAD_REQUEST, detail);
    let Query(query) = query.map_err(|rejection| bad(rejection.body_text()))?;
    if let Some(other) = query.state.as_deref().filter(|word| !STATES.contains(word)) {
        return Err(bad(format!("`state` is `{other}`; write one of {}", STATES.join(", "))));
    }
    let period = query.period.as_deref().map(Period::parse).transpose().map_err(bad)?;
    let span = period.map(|period| period.span(state.rules.load().current.calendar.zone()));
    let limit = paging::limit(query.limit)?;
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
    let next = paging::last_of_full(&slips, limit).map(|slip| slip.id);
    let slips: Vec<Value> = {
        let rules = state.rules.load();
        let zone = rules.current.calendar.zone();
        slips.iter().map(|slip| paper::json(slip, zone)).collect()
    };
    let link = next.map(|id| id.to_string());
    Ok(paging::page(&uri, &json!({ "slips": slips, "next": next }), link.as_deref()))
}
