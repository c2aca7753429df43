//! Calls made once: whoever repeats a call with its `Idempotency-Key` gets the answer of the first.
//!
//! The key belongs to the token. An answer is kept for 24 hours; a call that failed is not, so
//! that it can be made again.

use axum::{
    Json,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use serde_json::Value;
use tokio::time::Duration;

use super::{api::store_problem, problem::Problem, state::State};
use crate::store::{ApiToken, Call, Earlier};

const KEY: &str = "idempotency-key";
const KEY_CHARS_MAX: usize = 255;
/// When to ask again for a call that is under way.
const COME_AGAIN: Duration = Duration::from_secs(2);

/// Does the work, or answers as it was answered before.
pub(super) async fn once(
    state: &State,
    token: &ApiToken,
    headers: &HeaderMap,
    body: &[u8],
    work: impl Future<Output = Result<Vec<Value>, Problem>>,
) -> Result<Response, Problem> {
    let Some(call) = call(token, headers, body)? else {
        return Ok(Json(work.await?).into_response());
    };
    let begun = state.store.call_begin(&call, state.wall.now()).await;
    match begun.map_err(|error| store_problem(&error))? {
        Earlier::None => {}
        Earlier::OtherBody => {
            let detail = "this `Idempotency-Key` was sent with another body before; take a new one";
            return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, detail));
        }
        Earlier::UnderWay => {
            let detail = "the call with this `Idempotency-Key` is still under way";
            let problem = Problem::new(StatusCode::CONFLICT, detail);
            return Err(Problem { retry_after: Some(COME_AGAIN), ..problem });
        }
        Earlier::Answered(answer) => return Ok(replayed(answer)),
    }
    match work.await {
        Ok(answers) => {
            let text = serde_json::to_string(&answers).expect("answers are JSON");
            if let Err(error) = state.store.call_answer(&call, &text).await {
                // The events are in; a repetition is answered `duplicate`, event by event.
                tracing::error!(%error, "the answer of a call could not be kept");
            }
            Ok(Json(answers).into_response())
        }
        Err(problem) => {
            if let Err(error) = state.store.call_forget(&call).await {
                tracing::error!(%error, "a call that failed could not be forgotten");
            }
            Err(problem)
        }
    }
}

fn call(token: &ApiToken, headers: &HeaderMap, body: &[u8]) -> Result<Option<Call>, Problem> {
    let Some(key) = headers.get(KEY) else { return Ok(None) };
    let key = key.to_str().ok().filter(|key| {
        let is_short = (1..=KEY_CHARS_MAX).contains(&key.len());
        is_short && key.bytes().all(|byte| byte.is_ascii_graphic())
    });
    let key = key.ok_or_else(|| {
        let detail =
            format!("`Idempotency-Key` is 1 to {KEY_CHARS_MAX} characters of ASCII without spaces");
        Problem::new(StatusCode::BAD_REQUEST, detail)
    })?;
    let body_hash = blake3::hash(body).to_hex().to_string();
    Ok(Some(Call { token_id: token.id, key: key.to_owned(), body_hash }))
}

fn replayed(answer: String) -> Response {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/json")),
        (header::HeaderName::from_static("idempotency-replayed"), HeaderValue::from_static("true")),
    ];
    (headers, answer).into_response()
}
