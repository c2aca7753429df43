//! Open311 `GeoReport` v2: services and requests for 311 clients, in JSON and XML.
//!
//! Nothing personal goes out: no description, no address, no name. What comes in passes the same
//! intake as every event; a contact is sealed there, and free text is not kept.
//!
//! Invariants (tests of the same names in tests/web/open311.rs):
//! * `nothing_personal_goes_out`
//! * `errors_have_the_shape_of_georeport`

mod answer;
pub(super) mod create;
pub(super) mod requests;
pub(super) mod services;

use std::sync::Arc;

use axum::{Router, http::HeaderMap, routing::get};

use self::answer::{Format, Refusal};
pub(super) use self::answer::{GeoError, refused};
use super::{
    access::{Scope, admit, bearer},
    address::Client,
    state::State,
};
use crate::config::Open311;

/// Where `GeoReport` stands.
pub(super) const FOLDER: &str = "/open311/";

/// Calls of `GeoReport`; none where it is switched off.
pub(super) fn routes(state: &State) -> Router<Arc<State>> {
    if state.web.open311 == Open311::Off {
        return Router::new();
    }
    Router::new()
        .route("/open311/v2/services.json", get(services::list))
        .route("/open311/v2/services.xml", get(services::list))
        .route("/open311/v2/services/{file}", get(services::definition))
        .route("/open311/v2/requests.json", get(requests::list).post(create::create))
        .route("/open311/v2/requests.xml", get(requests::list).post(create::create))
        .route("/open311/v2/requests/{file}", get(requests::one))
        .route("/open311/v2/tokens/{file}", get(requests::token))
}

/// Whether whoever asks may read: everybody, or only who has a key.
async fn may_read(
    state: &State,
    headers: &HeaderMap,
    key: Option<&str>,
    client: Client,
) -> Result<(), Refusal> {
    if state.web.open311 == Open311::Public {
        return Ok(());
    }
    with_key(state, headers, key, client, Scope::Read).await
}

/// Whether the bearer token, or else `api_key`, is a token with the scope.
async fn with_key(
    state: &State,
    headers: &HeaderMap,
    key: Option<&str>,
    client: Client,
    scope: Scope,
) -> Result<(), Refusal> {
    let key = bearer(headers).or(key.filter(|key| !key.is_empty()));
    let key = key.ok_or_else(|| Refusal::forbidden("`api_key` is missing"))?;
    admit(state, key, client, scope).await.map(drop).map_err(Refusal::from)
}

/// The name in `name.json` or `name.xml`, and what is wanted.
fn file(name: &str) -> Result<(&str, Format), Refusal> {
    Format::of(name).ok_or_else(|| Refusal::missing("write `.json` or `.xml` at the end"))
}
