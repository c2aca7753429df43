//! A request that has begun runs to its end, whatever the client does.
//!
//! The future of a request is dropped when its client goes away. A database future must not
//! be (see `store`), so every request runs in a task of its own; only the waiting is bounded.

use std::sync::Arc;

use axum::{
    extract::{Request, State as Shared},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use tokio::time::timeout;

use super::{problem::Problem, serve::Slot, state::State};

/// Runs the request in a task and waits for it as long as configured.
pub(super) async fn to_the_end(
    Shared(state): Shared<Arc<State>>,
    request: Request,
    next: Next,
) -> Response {
    let slot = request.extensions().get::<Slot>().cloned();
    let path = request.extensions().get::<axum::extract::MatchedPath>().cloned();
    let work = tokio::spawn(async move {
        let response = next.run(request).await;
        drop(slot);
        response
    });
    let path = path.as_ref().map_or("", |path| path.as_str());
    match timeout(state.web.request_timeout, work).await {
        Ok(Ok(response)) => response,
        Ok(Err(error)) => {
            tracing::error!(%error, path, "a request did not come to its end");
            Problem::trouble("the request did not come to its end").into_response()
        }
        Err(_) => {
            tracing::warn!(path, "a request took too long; its work goes on");
            Problem::busy("this took too long; ask again later").into_response()
        }
    }
}
