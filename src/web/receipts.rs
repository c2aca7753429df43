//! `POST /receipts/{channel}`: what providers say of letters they took, and what residents answer.
//!
//! A provider is thanked only once everything it said is kept; until then it says it again.

use std::sync::Arc;

use axum::{
    body::Body,
    extract::{Path, RawQuery, State as Shared},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use tokio::sync::oneshot;

use super::{
    body,
    problem::{self, Problem},
    state::State,
};
use crate::{
    channel::{
        back::Heard,
        callback::{Callback, Refused, read, thanks},
    },
    config::channels::ChannelConfig,
};

/// The longest callback: a provider's list of a few hundred receipts is far shorter.
const BODY_BYTES_MAX: usize = 1 << 20;

/// Takes what a provider says: a delivery receipt, an SMS of a resident.
///
/// Each provider has its own form and signature. It is thanked once everything is kept.
#[utoipa::path(post, path = "/receipts/{channel}", tag = "operation",
    params(("channel" = String, Path, description = "Name of the channel, or its kind where there is one of it")),
    request_body(content = String, content_type = "application/octet-stream", description = "As the provider writes it"),
    responses((status = 200, description = "Kept; thanks in the provider's form", body = String, content_type = "text/plain"),
              (status = 400, description = "Garbled", body = problem::Body, content_type = "application/problem+json"),
              (status = 403, description = "Not set up, or a stranger", body = problem::Body, content_type = "application/problem+json"),
              (status = 404, description = "No such channel", body = problem::Body, content_type = "application/problem+json"),
              (status = 408, description = "The body took too long", body = problem::Body, content_type = "application/problem+json"),
              (status = 413, description = "Too long", body = problem::Body, content_type = "application/problem+json")))]
pub(super) async fn receive(
    Shared(state): Shared<Arc<State>>,
    Path(name): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    let channel = channel(&state.channels, &name)
        .ok_or_else(|| Problem::new(StatusCode::NOT_FOUND, "there is no such channel"))?;
    let bytes_max = state.web.body_bytes_max.min(BODY_BYTES_MAX);
    let body = body::read(&headers, body, bytes_max, state.web.request_timeout).await?;
    let query = query.unwrap_or_default();
    let callback = Callback { query: &query, headers: &headers, body: &body };
    let said = read(&channel.kind, &callback).map_err(|why| refused(channel, &why))?;
    let mut waiting = Vec::with_capacity(said.len());
    for back in said {
        let (kept, is_kept) = oneshot::channel();
        let heard = Heard { channel: channel.name.clone(), back, kept };
        state.heard.send(heard).await.map_err(|_| unkept())?;
        waiting.push(is_kept);
    }
    for is_kept in waiting {
        if !is_kept.await.unwrap_or(false) {
            return Err(unkept());
        }
    }
    let (kind, thanks) = thanks(&channel.kind);
    Ok(([(header::CONTENT_TYPE, kind)], thanks).into_response())
}

/// The channel of this name, or the only one of this kind.
fn channel<'c>(channels: &'c [ChannelConfig], name: &str) -> Option<&'c ChannelConfig> {
    let named = channels.iter().find(|channel| channel.name == name);
    named.or_else(|| {
        let mut of_kind = channels.iter().filter(|channel| channel.kind.name() == name);
        of_kind.next().filter(|_| of_kind.next().is_none())
    })
}

fn refused(channel: &ChannelConfig, why: &Refused) -> Problem {
    let (status, reason) = match why {
        Refused::NotSetUp(_) => (StatusCode::FORBIDDEN, "not_set_up"),
        Refused::Stranger => (StatusCode::FORBIDDEN, "stranger"),
        Refused::Garbled(_) => (StatusCode::BAD_REQUEST, "garbled"),
    };
    let name = channel.name.clone();
    metrics::counter!("duban_callbacks_refused_total", "channel" => name, "reason" => reason)
        .increment(1);
    tracing::warn!(channel = channel.name, %why, "a callback was refused");
    // A stranger is not told what would be right.
    let detail = match why {
        Refused::NotSetUp(_) | Refused::Stranger => "this is not taken".to_owned(),
        Refused::Garbled(_) => why.to_string(),
    };
    Problem::new(status, detail)
}

fn unkept() -> Problem {
    Problem::busy("this could not be kept; say it again later")
}
