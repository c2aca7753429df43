//! `/board/live`: the figures of the overview as they change, as server-sent events.
//!
//! A stream is bounded in time, so that whoever was signed out or moved to another unit does not
//! go on reading, and in number; without one the pages are as they were when they were opened.

use std::{convert::Infallible, sync::Arc, time::Duration};

use axum::{
    extract::State as Shared,
    http::StatusCode,
    response::{
        IntoResponse as _, Response,
        sse::{Event, KeepAlive, Sse},
    },
};
use futures_util::stream;
use serde_json::{Map, Value};
use tokio::{sync::OwnedSemaphorePermit, time::Instant};

use super::{figures::Figures, names::Names, overview, scope::Scope, session::Viewer};
use crate::{
    rules::Rules,
    web::{language::Language, state::State, work},
};

/// Streams at one time.
pub(super) const STREAMS_MAX: usize = 200;
/// Between two looks.
const EVERY: Duration = Duration::from_secs(5);
/// The browser comes back after this, and is asked who it is again.
const LASTS: Duration = Duration::from_mins(5);
const COMES_BACK: Duration = Duration::from_secs(3);

/// What a stream goes on with.
struct Live {
    state: Arc<State>,
    rules: Arc<Rules>,
    scope: Scope,
    language: Language,
    said: String,
    ends: Instant,
    is_first: bool,
    _permit: OwnedSemaphorePermit,
}

/// `GET /board/live`
pub(super) async fn follow(Shared(state): Shared<Arc<State>>, viewer: Viewer) -> Response {
    let Ok(permit) = Arc::clone(&state.board.streams).try_acquire_owned() else {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    };
    let live = Live {
        state,
        rules: viewer.rules,
        scope: viewer.scope,
        language: viewer.language,
        said: String::new(),
        ends: Instant::now() + LASTS,
        is_first: true,
        _permit: permit,
    };
    Sse::new(stream::unfold(live, next)).keep_alive(KeepAlive::default()).into_response()
}

/// The next change, or the end.
async fn next(mut live: Live) -> Option<(Result<Event, Infallible>, Live)> {
    loop {
        if !live.is_first && !rest(&live).await {
            return None;
        }
        live.is_first = false;
        let (state, rules, scope) =
            (Arc::clone(&live.state), Arc::clone(&live.rules), live.scope.clone());
        // A browser that leaves drops this stream, and a question to the store must not be dropped.
        let read = work::apart(async move { Figures::read(&state, &rules, &scope).await }).await?;
        let figures = match read {
            Ok(figures) => figures,
            Err(error) => {
                tracing::warn!(%error, "the figures of the board could not be read");
                return None;
            }
        };
        let said = told(&figures, &Names::of(&live.rules, live.language));
        if said != live.said {
            let event = Event::default().event("figures").retry(COMES_BACK).data(&said);
            live.said = said;
            return Some((Ok(event), live));
        }
    }
}

/// Waits for the next look; false if there is none.
async fn rest(live: &Live) -> bool {
    if Instant::now() >= live.ends {
        return false;
    }
    tokio::select! {
        () = tokio::time::sleep(EVERY) => true,
        () = live.state.board.stop.cancelled() => false,
    }
}

/// The figures by the ids of their places.
fn told(figures: &Figures, names: &Names) -> String {
    let tiles =
        overview::tiles(figures, names).into_iter().chain(overview::overdue(figures, names));
    let told: Map<String, Value> =
        tiles.map(|tile| (tile.id, Value::from(tile.count.to_string()))).collect();
    Value::Object(told).to_string()
}
