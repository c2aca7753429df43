//! Who may call the API: bearer tokens with scopes, found by their hash.

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
    let refused = |detail: &str| Problem::new(StatusCode::UNAUTHORIZED, detail);
    let shut_out = |wait| Problem::too_many("too many wrong tokens from this address", wait);
    if let Some(wait) = state.token_guesses.shut_for(client.0) {
        return Err(shut_out(wait));
    }
    let Some(token) = bearer(headers) else {
        return Err(refused("send `Authorization: Bearer TOKEN`; `duban token create` makes one"));
    };
    // Looked up by hash: how long that takes says nothing about the token.
    let found = state.store.api_token(&token_hash(token)).await.map_err(|error| {
        tracing::error!(%error, "an API token could not be looked up");
        Problem::busy("the store does not answer; ask again later")
    })?;
    let Some(found) = found else {
        if let Some(wait) = state.token_guesses.wrong(client.0) {
            return Err(shut_out(wait));
        }
        return Err(refused("this token is not known or was revoked"));
    };
    if found.scopes.iter().any(|has| has == scope.name()) {
        return Ok(found);
    }
    let detail = format!("this token does not have the scope `{}`", scope.name());
    Err(Problem::new(StatusCode::FORBIDDEN, detail))
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim()).filter(|token| !token.is_empty())
}
