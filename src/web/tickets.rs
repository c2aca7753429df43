//! `GET /api/v1/tickets`: the tickets, page by page.

use std::sync::Arc;

use axum::{
    extract::{Query, State as Shared, rejection::QueryRejection},
    http::{HeaderMap, StatusCode, Uri},
    response::Response,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    access::{Scope, require},
    address::Client,
    api::store_problem,
    paging,
    problem::Problem,
    state::State,
};
use crate::store::{TicketFilter, TicketRow};

/// Which tickets.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub(super) struct TicketQuery {
    /// Id of the responsible unit.
    unit: Option<String>,
    /// Id of the policy.
    policy: Option<String>,
    /// Where it stands: `received`, `dispatched` ..., or a stage the policy set names.
    stage: Option<String>,
    /// `true`: only those that have not ended; `false`: only those that have.
    open: Option<bool>,
    /// `next` of the page before.
    #[param(minimum = 0)]
    after: Option<i64>,
    #[param(minimum = 1, maximum = 1000, default = 100)]
    limit: Option<i64>,
}

/// One page of tickets.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct TicketPage {
    tickets: Vec<TicketLine>,
    /// `after` of the next page; `null` on the last.
    next: Option<i64>,
}

/// A ticket in a list.
#[derive(Debug, Serialize, ToSchema)]
struct TicketLine {
    ticket: String,
    stage: String,
    open: bool,
    /// Empty until it is dispatched.
    unit: String,
    policy: String,
    /// When something will be decided on it, unless something happens before.
    #[schema(format = DateTime)]
    next_look: Option<String>,
    /// Lines of its journal.
    lines: i64,
    /// When duban first heard of it.
    #[schema(format = DateTime)]
    heard_of: String,
}

/// Tickets in the order duban heard of them.
#[utoipa::path(get, path = "/api/v1/tickets", tag = "tickets", params(TicketQuery),
    responses((status = 200, description = "One page; `Link` leads to the next", body = TicketPage)),
    security(("token" = ["read"])))]
pub(super) async fn list(
    Shared(state): Shared<Arc<State>>,
    client: Client,
    headers: HeaderMap,
    uri: Uri,
    query: Result<Query<TicketQuery>, QueryRejection>,
) -> Result<Response, Problem> {
    require(&state, &headers, client, Scope::Read).await?;
    let Query(query) =
        query.map_err(|rejection| Problem::new(StatusCode::BAD_REQUEST, rejection.body_text()))?;
    let limit = paging::limit(query.limit)?;
    if query.after.is_some_and(|after| after < 0) {
        let detail = "`after` is not the `next` of a page before";
        return Err(Problem::new(StatusCode::BAD_REQUEST, detail));
    }
    let TicketQuery { unit, policy, stage, open, after, .. } = query;
    let filter = TicketFilter { unit, policy, stage, open };
    let rows = state.store.tickets(&filter, limit, after.unwrap_or(0)).await;
    let rows = rows.map_err(|error| store_problem(&error))?;
    let next = paging::last_of_full(&rows, limit).map(|row| row.key);
    let tickets = rows.into_iter().map(|row| line(&state, row)).collect();
    let link = next.map(|key| key.to_string());
    Ok(paging::page(&uri, &TicketPage { tickets, next }, link.as_deref()))
}

fn line(state: &State, row: TicketRow) -> TicketLine {
    TicketLine {
        ticket: row.no,
        stage: row.stage,
        open: row.open,
        unit: row.unit,
        policy: row.policy,
        next_look: row.next_look.map(|at| state.rfc3339(at)),
        lines: row.head_seq,
        heard_of: state.rfc3339(row.created),
    }
}
