//! `GET /api/v1/ledger`: what is hung or has been open too long.

use std::sync::Arc;

use axum::{
    extract::{Query, State as Shared, rejection::QueryRejection},
    http::{HeaderMap, StatusCode, Uri},
    response::Response,
};
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::IntoParams;

use super::{
    access::{Scope, require},
    address::Client,
    api::store_problem,
    paging,
    problem::{self, Problem},
    shape,
    state::State,
};
use crate::store::LedgerFilter;

/// Which lines.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub(super) struct LedgerQuery {
    /// `hung`, or the name of a flag such as `long_open`.
    list: Option<String>,
    /// Id of a unit.
    unit: Option<String>,
    /// Number of a ticket.
    ticket: Option<String>,
    /// `open` (standard), `ended` or `all`.
    #[param(pattern = "^(open|ended|all)$")]
    state: Option<String>,
    /// `next` of the page before.
    #[param(pattern = "^[0-9]{1,18}[.].*$")]
    after: Option<String>,
    #[param(minimum = 1, maximum = 1000, default = 100)]
    limit: Option<i64>,
}

/// What is hung or has been open too long, in the order of the tickets.
#[utoipa::path(get, path = "/api/v1/ledger", tag = "lists", params(LedgerQuery),
    responses((status = 200, description = "One page; `Link` leads to the next", body = shape::LedgerPage),
              (status = 404, description = "No such ticket", body = problem::Body, content_type = "application/problem+json")),
    security(("token" = ["read"])))]
pub(super) async fn list(
    Shared(state): Shared<Arc<State>>,
    client: Client,
    headers: HeaderMap,
    uri: Uri,
    query: Result<Query<LedgerQuery>, QueryRejection>,
) -> Result<Response, Problem> {
    require(&state, &headers, client, Scope::Read).await?;
    let bad = |detail: String| Problem::new(StatusCode::BAD_REQUEST, detail);
    let Query(query) = query.map_err(|rejection| bad(rejection.body_text()))?;
    let open = match query.state.as_deref() {
        None | Some("open") => Some(true),
        Some("ended") => Some(false),
        Some("all") => None,
        Some(other) => return Err(bad(format!("`state` is `{other}`; write open, ended or all"))),
    };
    let limit = paging::limit(query.limit)?;
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
    let next = paging::last_of_full(&rows, limit);
    let next = next.map(|row| format!("{}.{}", row.ticket_key, row.entry));
    let rules = state.rules.load();
    let zone = rules.current.calendar.zone();
    let lines: Vec<Value> = rows.iter().map(|row| row.json(zone)).collect();
    Ok(paging::page(&uri, &json!({ "ledger": lines, "next": next }), next.as_deref()))
}
