//! `/board/silences`: units that are told nothing for a while, and until when.

use std::sync::Arc;

use askama::Template;
use axum::{extract::State as Shared, http::StatusCode, response::Response};

use super::{
    frame::{self, Frame},
    names::Names,
    session::Viewer,
};
use crate::web::state::State;

struct Row {
    units: Vec<String>,
    from: String,
    to: String,
    reason: String,
    /// Whether it holds now.
    holds: bool,
    is_over: bool,
}

#[derive(Template)]
#[template(path = "board/silences.html")]
struct Page {
    v: Frame,
    rows: Vec<Row>,
}

/// `GET /board/silences`
pub(super) async fn list(Shared(state): Shared<Arc<State>>, viewer: Viewer) -> Response {
    let (rules, now) = (&viewer.rules, state.wall.now());
    let names = Names::of(rules, viewer.language);
    let mut silences: Vec<_> = rules
        .silences
        .iter()
        .filter(|one| one.units.is_empty() || one.units.iter().any(|unit| viewer.sees(unit)))
        .collect();
    silences.sort_by_key(|one| std::cmp::Reverse(one.from));
    let rows = silences.into_iter().map(|one| Row {
        units: one.units.iter().map(|unit| names.unit(unit)).collect(),
        from: state.local(one.from),
        to: state.local(one.to),
        reason: one.reason.clone(),
        holds: one.from <= now && now < one.to,
        is_over: one.to <= now,
    });
    let page = Page { v: Frame::of(&state, &viewer, "silences"), rows: rows.collect() };
    frame::page(StatusCode::OK, &page)
}
