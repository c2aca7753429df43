//! Reading a request's body: so much, so long, and not more.

use axum::{
    body::{Body, Bytes},
    http::{HeaderMap, StatusCode, header},
};
use futures_util::StreamExt as _;
use tokio::time::{Duration, timeout};

use super::problem::Problem;

/// Reads the whole body, at most `bytes_max` of it, within `time_max`.
pub(super) async fn read(
    headers: &HeaderMap,
    body: Body,
    bytes_max: usize,
    time_max: Duration,
) -> Result<Bytes, Problem> {
    let announced = headers
        .get(header::CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|length| length > bytes_max as u64) {
        return Err(too_large(bytes_max));
    }
    let slow = |_| Problem::new(StatusCode::REQUEST_TIMEOUT, "the body took too long to arrive");
    timeout(time_max, collect(body, bytes_max)).await.map_err(slow)?
}

async fn collect(body: Body, bytes_max: usize) -> Result<Bytes, Problem> {
    let mut stream = body.into_data_stream();
    let mut whole = Vec::new();
    while let Some(piece) = stream.next().await {
        let piece = piece.map_err(|_| {
            Problem::new(StatusCode::BAD_REQUEST, "the body broke off before its end")
        })?;
        if whole.len() + piece.len() > bytes_max {
            return Err(too_large(bytes_max));
        }
        whole.extend_from_slice(&piece);
    }
    Ok(whole.into())
}

fn too_large(bytes_max: usize) -> Problem {
    let detail = format!("the body is longer than {bytes_max} bytes; send it in several parts");
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, detail)
}
