//! `POST /api/v1/hooks/{connector}`: webhooks of other systems.
//!
//! The sender is thanked only once everything it said is written or kept as refused; until
//! then it says it again, and nothing is doubled by it.

use std::sync::Arc;

use axum::{
    Json,
    body::Body,
    extract::{Path, State as Shared},
    http::{HeaderMap, StatusCode},
};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;
use utoipa::ToSchema;

use super::{
    address::Client,
    body,
    problem::{self, Problem},
    state::State,
};
use crate::{
    config::connectors::ConnectorKind,
    connector::{ConnectorError, Hands, Tally, hook},
};

/// What became of the rows of a delivery.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only described; the answer is written by hand")]
pub(super) struct Taken {
    rows: u64,
    accepted: u64,
    duplicates: u64,
    refused: u64,
}

/// Takes a delivery of another system: whose, is it really theirs, what became of its rows.
#[utoipa::path(post, path = "/api/v1/hooks/{connector}", tag = "tickets",
    params(("connector" = String, Path, description = "Name of the connector in duban.toml")),
    request_body(content = String, content_type = "application/octet-stream", description = "As the system writes it; signed as the connector is configured"),
    responses((status = 200, description = "Kept", body = Taken),
              (status = 404, description = "No such hook", body = problem::Body, content_type = "application/problem+json"),
              (status = 408, description = "The body took too long", body = problem::Body, content_type = "application/problem+json"),
              (status = 413, description = "Too long", body = problem::Body, content_type = "application/problem+json")))]
pub(super) async fn receive(
    Shared(state): Shared<Arc<State>>,
    Path(name): Path<String>,
    client: Client,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<Value>, Problem> {
    let found = state.connectors.iter().find_map(|connector| match &connector.config.kind {
        ConnectorKind::Hook(hook) if connector.name() == name => Some((connector, hook)),
        ConnectorKind::Hook(_) | ConnectorKind::Database(_) | ConnectorKind::Folder(_) => None,
    });
    let Some((connector, hook)) = found else {
        return Err(Problem::new(StatusCode::NOT_FOUND, "there is no such hook"));
    };
    let Client(address) = client;
    if let Some(wait) = state.token_guesses.shut_for(address) {
        return Err(Problem::too_many("too many wrong signatures from this address", wait));
    }
    let (bytes_max, time_max) = (state.web.body_bytes_max, state.web.request_timeout);
    let body = body::read(&headers, body, bytes_max, time_max).await?;
    let given = headers.get(hook.signature.header()).and_then(|given| given.to_str().ok());
    if !hook::is_genuine(hook, given, &body) {
        state.token_guesses.wrong(address);
        metrics::counter!("duban_hooks_refused_total", "connector" => name.clone()).increment(1);
        tracing::warn!(connector = name, "a webhook without the right signature was refused");
        return Err(Problem::new(StatusCode::UNAUTHORIZED, "this is not signed as it should be"));
    }
    let rules = state.rules.load_full();
    let stop = CancellationToken::new();
    let hands = Hands {
        store: &state.store,
        rules: &rules,
        seal: &state.seal,
        wall: state.wall,
        stop: &stop,
    };
    let tally = hook::receive(connector, &hands, &body).await.map_err(|error| not_kept(&error))?;
    state.knock.notify_one();
    let Tally { rows, accepted, duplicates, refused, .. } = tally;
    Ok(Json(json!({
        "rows": rows, "accepted": accepted, "duplicates": duplicates, "refused": refused,
    })))
}

fn not_kept(error: &ConnectorError) -> Problem {
    match error {
        ConnectorError::Garbled { why, .. } => Problem::new(StatusCode::BAD_REQUEST, why.clone()),
        ConnectorError::Store(_)
        | ConnectorError::Mapping { .. }
        | ConnectorError::Foreign { .. }
        | ConnectorError::File { .. } => {
            tracing::error!(%error, "a webhook could not be kept");
            Problem::busy("this could not be kept; say it again later")
        }
    }
}
