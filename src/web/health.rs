//! Is the process alive, can it do its work, and what does it count?

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use axum::{
    Json,
    extract::State as Shared,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::json;

use super::{
    problem::{self, Problem},
    shape,
    state::State,
};
use crate::wall::stopwatch;

/// When the engine last came round, and what is down. Measured on the host's monotonic clock, so that neither
/// a jump of the wall clock nor the fast time of a demonstration matters.
pub struct Health {
    silence_max: Duration,
    cycled: Mutex<Option<Instant>>,
    down: Mutex<Vec<String>>,
}

impl fmt::Debug for Health {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Health").field("silence_max", &self.silence_max).finish_non_exhaustive()
    }
}

impl Health {
    /// An engine that has not cycled yet and may be silent for this long.
    pub fn new(silence_max: Duration) -> Self {
        Self { silence_max, cycled: Mutex::new(None), down: Mutex::default() }
    }

    /// The engine says that it came round.
    pub fn cycled(&self) {
        let mut cycled = self.cycled.lock().unwrap_or_else(PoisonError::into_inner);
        *cycled = Some(stopwatch());
    }

    /// The dispatch says which channels are down.
    pub fn channels_down(&self, channels: Vec<String>) {
        *self.down.lock().unwrap_or_else(PoisonError::into_inner) = channels;
    }

    /// The channels that are down, as this node has seen them.
    pub fn down(&self) -> Vec<String> {
        self.down.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Whether the engine came round lately.
    pub fn is_cycling(&self) -> bool {
        let cycled = *self.cycled.lock().unwrap_or_else(PoisonError::into_inner);
        cycled.is_some_and(|at| at.elapsed() <= self.silence_max)
    }
}

/// Whether the process is alive.
#[utoipa::path(get, path = "/healthz", tag = "operation",
    responses((status = 200, description = "It is", body = String, content_type = "text/plain")))]
pub(super) async fn alive() -> &'static str {
    "alive\n"
}

/// Whether the store answers and the engine comes round.
#[utoipa::path(get, path = "/readyz", tag = "operation",
    responses((status = 200, description = "Both", body = shape::Readiness),
              (status = 503, description = "One of them does not", body = shape::Readiness)))]
pub(super) async fn ready(Shared(state): Shared<Arc<State>>) -> Response {
    let store = match state.store.ping().await {
        Ok(()) => true,
        Err(error) => {
            tracing::warn!(%error, "the store does not answer");
            false
        }
    };
    let engine = state.health.is_cycling();
    let ready = store && engine;
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let word = |ok: bool, bad: &'static str| if ok { "ok" } else { bad };
    let body = json!({
        "ready": ready, "store": word(store, "unreachable"), "engine": word(engine, "not cycling"),
    });
    (status, Json(body)).into_response()
}

/// Numbers for Prometheus.
#[utoipa::path(get, path = "/metrics", tag = "operation",
    responses((status = 200, description = "Its text format", body = String, content_type = "text/plain"),
              (status = 404, description = "None are recorded here", body = problem::Body, content_type = "application/problem+json")))]
pub(super) async fn metrics(Shared(state): Shared<Arc<State>>) -> Response {
    let Some(metrics) = &state.metrics else {
        return Problem::new(StatusCode::NOT_FOUND, "no metrics are recorded here").into_response();
    };
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], metrics.render())
        .into_response()
}
