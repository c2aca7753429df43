//! `GET /api/v1/ledger`: what is hung or has been open too long.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Query, State as Shared, rejection::QueryRejection},
    http::{HeaderMap, StatusCode},
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    access::{Scope, require},
    address::Client,
    api::store_problem,
    problem::Problem,
    state::State,
};
use crate::store::LedgerFilter;

/// Lines on one page unless asked for fewer or more.
const LINES: i64 = 100;
const LINES_MAX: i64 = 1_000;

/// Which lines.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct LedgerQuery {
    /// `hung`, or the name of a flag such as `long_open`.
    list: Option<String>,
    unit: Option<String>,
    ticket: Option<String>,
    /// `open` (standard), `ended` or `all`.
    state: Option<String>,
    /// `next` of the page before.
    after: Option<String>,
    limit: Option<i64>,
}

/// The lines in the order of their tickets.
pub(super) async fn list(
    Shared(state): Shared<Arc<State>>,
    client: Client,
    headers: HeaderMap,
    query: Result<Query<LedgerQuery>, QueryRejection>,
) -> Result<Json<Value>, Problem> {
    require(&state, &headers, client, Scope::Read).await?;
    let bad = |detail: String| Problem::new(StatusCode::BAD_REQUEST, detail);
    let Query(query) = query.map_err(|rejection| bad(rejection.body_text()))?;
    let open = match query.state.as_deref() {
        None | Some("open") => Some(true),
        Some("ended") => Some(false),
        Some("all") => None,
        Some(other) => return Err(bad(format!("`state` is `{other}`; write open, ended or all"))),
    };
    let limit = query.limit.unwrap_or(LINES);
    if !(1..=LINES_MAX).contains(&limit) {
        return Err(bad(format!("`limit` is {limit}; write 1 to {LINES_MAX}")));
    }
    let after = query.after.as_deref().map(|mark| {
        let place = mark.split_once('.').and_then(|(key, entry)| Some((key.parse().ok()?, entry)));
        let (key, entry) =
            place.ok_or_else(|| bad("`after` is not the `next` of a page before".to_owned()))?;
        Ok((key, entry.to_owned()))
    });
    let after = after.transpose()?;
    let ticket_key = match &query.ticket {
        None => None,
        Some(no) => {
            let row = state.store.ticket(no).await.map_err(|error| store_problem(&error))?;
            let unknown =
                || Problem::new(StatusCode::NOT_FOUND, format!("no ticket `{no}` is known"));
            Some(row.ok_or_else(unknown)?.key)
        }
    };
    let filter = LedgerFilter { list: query.list, unit: query.unit, ticket_key, open };
    let rows = state.store.ledger(&filter, limit, after).await;
    let rows = rows.map_err(|error| store_problem(&error))?;
    let is_full = i64::try_from(rows.len()).is_ok_and(|count| count == limit);
    let next = rows.last().filter(|_| is_full);
    let next = next.map(|row| format!("{}.{}", row.ticket_key, row.entry));
    let rules = state.rules.load();
    let zone = rules.current.calendar.zone();
    let lines: Vec<Value> = rows.iter().map(|row| row.json(zone)).collect();
    Ok(Json(json!({ "ledger": lines, "next": next })))
}
