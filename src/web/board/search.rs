//! `/board/search`: straight to the ticket of a number, else to the open ones that have it in theirs.

use std::sync::Arc;

use axum::{
    extract::{Query, State as Shared},
    response::{IntoResponse as _, Redirect, Response},
};
use serde::Deserialize;

use super::{frame, session::Viewer, tickets::query};
use crate::web::state::State;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Wanted {
    q: String,
}

/// `GET /board/search`
pub(super) async fn find(
    Shared(state): Shared<Arc<State>>,
    viewer: Viewer,
    Query(wanted): Query<Wanted>,
) -> Response {
    let no = wanted.q.trim();
    match state.store.ticket(no).await {
        Err(error) => frame::trouble(&state, viewer.language, &error),
        Ok(Some(row)) if viewer.sees(&row.unit) => {
            Redirect::to(&format!("/board/t/{}", escaped(no))).into_response()
        }
        Ok(_) => Redirect::to(&format!("/board/tickets?{}", query(&[("q", no)]))).into_response(),
    }
}

/// A number as a part of a path.
fn escaped(no: &str) -> String {
    query(&[("", no)]).split_off(1)
}
