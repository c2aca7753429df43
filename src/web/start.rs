//! The first page: what this is and where to go.

use std::sync::Arc;

use askama::Template;
use axum::{extract::State as Shared, http::StatusCode, response::Response};

use super::{page, state::State};

#[derive(Template)]
#[template(path = "start.html")]
struct Page {
    style: &'static str,
    demo: bool,
    mailbox: bool,
    version: &'static str,
}

/// `GET /`
pub(super) async fn start(Shared(state): Shared<Arc<State>>) -> Response {
    let page = Page {
        style: page::style(),
        demo: state.demo,
        mailbox: state.mailbox,
        version: env!("CARGO_PKG_VERSION"),
    };
    page::page(StatusCode::OK, &page)
}
