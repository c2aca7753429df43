//! Turning templates into answers.

use std::sync::Arc;

use askama::Template;
use axum::{
    extract::State as Shared,
    http::{HeaderMap, StatusCode, Uri},
    response::{Html, IntoResponse, Response},
};

use super::{
    asset::style_address,
    language::Language,
    problem::{Problem, is_for_programs},
    rating::notice::{Notice, notice},
    state::State,
};

/// A page with its status.
pub(super) fn page(status: StatusCode, template: &impl Template) -> Response {
    match template.render() {
        Ok(html) => (status, Html(html)).into_response(),
        Err(error) => {
            tracing::error!(%error, "a page could not be rendered");
            Problem::trouble("the page could not be rendered").into_response()
        }
    }
}

/// Everything that is nowhere.
pub(super) async fn nowhere(
    Shared(state): Shared<Arc<State>>,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    if is_for_programs(uri.path()) {
        return Problem::new(StatusCode::NOT_FOUND, "there is nothing at this address")
            .into_response();
    }
    let language = Language::choose(None, &headers, &state.resident_language);
    notice(&state, language, Notice::Nowhere)
}

/// What every page names.
pub(super) fn style() -> &'static str {
    style_address()
}
