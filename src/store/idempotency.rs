//! Answers kept for a while, so that a caller who asks again gets the same one.

use super::{
    Store, StoreError,
    error::While as _,
    row::rows,
    tx::{on_readers, on_writer},
};
use crate::core::timestamp::Timestamp;

/// How long an answer is kept.
pub const KEPT_MS: i64 = 24 * 3_600_000;
/// A call that has no answer after this long died with its process; it may be made anew.
const UNDER_WAY_MS: i64 = 2 * 60_000;

/// A call that a caller named by a key of their own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// Of the caller.
    pub token_id: i64,
    pub key: String,
    /// Of the body: the same key with another body is another call.
    pub body_hash: String,
}

/// What is known of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Earlier {
    /// Nothing: it is this caller's now, to answer or to forget.
    None,
    /// It was made with another body.
    OtherBody,
    /// It is under way.
    UnderWay,
    /// It was answered so.
    Answered(String),
}

struct Kept {
    body_hash: String,
    answer: Option<String>,
}
rows!(Kept { body_hash, answer });

impl Store {
    /// Begins a call, or says what came of it when it was made before. Expired answers are thrown
    /// away on the way.
    pub async fn call_begin(&self, call: &Call, now: Timestamp) -> Result<Earlier, StoreError> {
        const EXPIRE: &str = "DELETE FROM idempotency WHERE at_ms <= $1";
        const BEGIN: &str = "INSERT INTO idempotency (token_id, key, body_hash, at_ms)
                             VALUES ($1, $2, $3, $4)
                             ON CONFLICT (token_id, key) DO UPDATE SET body_hash = excluded.body_hash, at_ms = excluded.at_ms
                             WHERE idempotency.answer IS NULL AND idempotency.at_ms <= $5";
        const READ: &str =
            "SELECT body_hash, answer FROM idempotency WHERE token_id = $1 AND key = $2";
        const DOING: &str = "beginning a call with a key";
        on_writer!(self, pool => sqlx::query(EXPIRE).bind(now.plus_ms(-KEPT_MS).0).execute(pool).await.map(drop))
            .doing("throwing expired answers away")?;
        let is_begun = on_writer!(self, pool => sqlx::query(BEGIN)
            .bind(call.token_id).bind(&call.key).bind(&call.body_hash).bind(now.0)
            .bind(now.plus_ms(-UNDER_WAY_MS).0).execute(pool).await
            .map(|done| done.rows_affected() == 1))
        .doing(DOING)?;
        if is_begun {
            return Ok(Earlier::None);
        }
        let kept: Option<Kept> = on_readers!(self, pool => sqlx::query_as(READ)
            .bind(call.token_id).bind(&call.key).fetch_optional(pool).await)
        .doing(DOING)?;
        Ok(match kept {
            Some(kept) if kept.body_hash != call.body_hash => Earlier::OtherBody,
            Some(Kept { answer: Some(answer), .. }) => Earlier::Answered(answer),
            // None: forgotten this moment; whoever asks again finds nothing.
            Some(Kept { answer: None, .. }) | None => Earlier::UnderWay,
        })
    }

    /// Keeps the answer of a call.
    pub async fn call_answer(&self, call: &Call, answer: &str) -> Result<(), StoreError> {
        const SQL: &str = "UPDATE idempotency SET answer = $4
                           WHERE token_id = $1 AND key = $2 AND body_hash = $3";
        on_writer!(self, pool => sqlx::query(SQL).bind(call.token_id).bind(&call.key)
            .bind(&call.body_hash).bind(answer).execute(pool).await.map(drop))
        .doing("keeping the answer of a call")
    }

    /// Forgets a call that came to nothing, so that it can be made again.
    pub async fn call_forget(&self, call: &Call) -> Result<(), StoreError> {
        const SQL: &str = "DELETE FROM idempotency
                           WHERE token_id = $1 AND key = $2 AND body_hash = $3 AND answer IS NULL";
        on_writer!(self, pool => sqlx::query(SQL).bind(call.token_id).bind(&call.key)
            .bind(&call.body_hash).execute(pool).await.map(drop))
        .doing("forgetting a call")
    }
}
