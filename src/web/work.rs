//! A request that has begun runs to its end, whatever the client does.
//!
//! The future of a request is dropped when its client goes away. A database future must not
//! be (see `store`), so every request runs in a task of its own; only the waiting is bounded.
//!
//! Invariants (tests of the same names): `who_leaves_does_not_undo_the_work`,
//! `who_waits_too_long_is_told_so`

use std::time::Duration;

use axum::{
    extract::{MatchedPath, Request, State as Shared},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use tokio::time::timeout;

use super::{problem::Problem, serve::Slot};

/// Runs the request in a task and waits for it, but not for ever.
pub(super) async fn to_the_end(
    Shared(time_max): Shared<Duration>,
    request: Request,
    next: Next,
) -> Response {
    let slot = request.extensions().get::<Slot>().cloned();
    let path = request.extensions().get::<MatchedPath>().cloned();
    let work = tokio::spawn(async move {
        let response = next.run(request).await;
        drop(slot);
        response
    });
    let path = path.as_ref().map_or("", |path| path.as_str());
    match timeout(time_max, work).await {
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

/// Runs something in a task of its own and waits for it: who stops waiting does not stop the work.
pub(super) async fn apart<T: Send + 'static>(
    work: impl Future<Output = T> + Send + 'static,
) -> Option<T> {
    match tokio::spawn(work).await {
        Ok(done) => Some(done),
        Err(error) => {
            tracing::error!(%error, "some work did not come to its end");
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use axum::{Router, body::Body, http::StatusCode, middleware, routing::get};
    use tokio::sync::Notify;
    use tower::ServiceExt as _;

    use super::*;

    const LONG: Duration = Duration::from_secs(10);

    /// A page that says when it begins and ends, and goes on when it is told.
    #[derive(Clone, Default)]
    struct Page {
        begun: Arc<Notify>,
        go_on: Arc<Notify>,
        ended: Arc<Notify>,
    }

    fn asked(page: &Page, time_max: Duration) -> impl Future<Output = StatusCode> + use<> {
        let work = page.clone();
        let handler = async move || {
            work.begun.notify_one();
            work.go_on.notified().await;
            work.ended.notify_one();
        };
        let router = Router::new()
            .route("/", get(handler))
            .layer(middleware::from_fn_with_state(time_max, to_the_end));
        async move {
            let response = router.oneshot(Request::new(Body::empty())).await;
            response.expect("a router always answers").status()
        }
    }

    #[tokio::test]
    async fn who_leaves_does_not_undo_the_work() {
        let page = Page::default();
        tokio::select! {
            status = asked(&page, LONG) => panic!("answered {status} before the end"),
            () = page.begun.notified() => {}
        }
        page.go_on.notify_one();
        timeout(LONG, page.ended.notified()).await.expect("comes to its end");
    }

    #[tokio::test]
    async fn who_waits_too_long_is_told_so() {
        let page = Page::default();
        let status = asked(&page, Duration::from_millis(1)).await;
        assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
        page.go_on.notify_one();
        timeout(LONG, page.ended.notified()).await.expect("the work went on");
    }
}
