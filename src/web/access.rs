//! Who may call the API: bearer tokens with scopes, found by their hash.

use std::time::Duration;

use axum::http::{HeaderMap, StatusCode, header};

use super::{address::Client, problem::Problem, state::State};
use crate::{secret::token_hash, store::ApiToken};

/// What a token may be used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scope {
    Ingest,
    Read,
}

impl Scope {
    fn name(self) -> &'static str {
        match self {
            Self::Ingest => "ingest",
            Self::Read => "read",
        }
    }
}

/// The token of the request, if it has the scope.
pub(super) async fn require(
    state: &State,
    headers: &HeaderMap,
    client: Client,
    scope: Scope,
) -> Result<ApiToken, Problem> {
    match bearer(headers) {
        Some(token) => admit(state, token, client, scope).await,
        None => {
            not_shut_out(state, client)?;
            let detail = "send `Authorization: Bearer TOKEN`; `duban token create` makes one";
            Err(Problem::new(StatusCode::UNAUTHORIZED, detail))
        }
    }
}

fn shut_out(wait: Duration) -> Problem {
    Problem::too_many("too many wrong tokens from this address", wait)
}

fn not_shut_out(state: &State, client: Client) -> Result<(), Problem> {
    state.token_guesses.shut_for(client.0).map_or(Ok(()), |wait| Err(shut_out(wait)))
}

/// The token of this text, if it has the scope and calls left.
pub(super) async fn admit(
    state: &State,
    token: &str,
    client: Client,
    scope: Scope,
) -> Result<ApiToken, Problem> {
    not_shut_out(state, client)?;
    // Looked up by hash: how long that takes says nothing about the token.
    let found = state.store.api_token(&token_hash(token)).await.map_err(|error| {
        tracing::error!(%error, "an API token could not be looked up");
        Problem::busy("the store does not answer; ask again later")
    })?;
    let Some(found) = found else {
        if let Some(wait) = state.token_guesses.wrong(client.0) {
            return Err(shut_out(wait));
        }
        let detail = "this token is not known or was revoked";
        return Err(Problem::new(StatusCode::UNAUTHORIZED, detail));
    };
    if let Err(wait) = state.calls.take(&token_hash(token)) {
        return Err(Problem::too_many("more calls than this token has in a minute", wait));
    }
    if found.scopes.iter().any(|has| has == scope.name()) {
        return Ok(found);
    }
    let detail = format!("this token does not have the scope `{}`", scope.name());
    Err(Problem::new(StatusCode::FORBIDDEN, detail))
}

/// The token a request brings.
pub(super) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim()).filter(|token| !token.is_empty())
}
