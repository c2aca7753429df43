//! Refused lines: what came in and was not even an event is kept with the reason.

use super::{
    Store, StoreError,
    error::While as _,
    row::rows,
    tx::{Text, on_readers, text},
};
use crate::core::timestamp::Timestamp;

/// The most of a refused line that is kept.
const RAW_BYTES_MAX: usize = 64 * 1024;

/// A line that was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Where it came from: a file and line, an endpoint.
    pub source: String,
    pub reason: String,
    /// The line itself; what is beyond 64 KiB is cut off.
    pub raw: String,
}

/// A refusal as kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusalRow {
    pub id: i64,
    pub at: Timestamp,
    pub source: String,
    pub reason: String,
    pub raw: String,
}
rows!(RefusalRow { id, at, source, reason, raw });

impl Store {
    /// Keeps refused lines.
    pub async fn refuse(&self, refusals: &[Refusal], now: Timestamp) -> Result<(), StoreError> {
        const SQL: Text = text!(
            "INSERT INTO refusal (at_ms, source, reason, raw)
             SELECT CAST(value->>0 AS BIGINT), value->>1, value->>2, value->>3 FROM " rows
        );
        if refusals.is_empty() {
            return Ok(());
        }
        let rows: Vec<_> = refusals
            .iter()
            .map(|refusal| {
                let raw = bounded(&refusal.raw);
                (now.0, clean(&refusal.source), clean(&refusal.reason), clean(raw))
            })
            .collect();
        let mut tx = self.pools.begin().await.doing("beginning to keep refused lines")?;
        tx.execute(SQL, &rows).await.doing("keeping refused lines")?;
        tx.commit().await.doing("committing refused lines")
    }

    /// Refused lines, newest first.
    pub async fn refusals(&self, limit: i64) -> Result<Vec<RefusalRow>, StoreError> {
        const SQL: &str =
            "SELECT id, at_ms, source, reason, raw FROM refusal ORDER BY id DESC LIMIT $1";
        on_readers!(self, pool => sqlx::query_as(SQL).bind(limit).fetch_all(pool).await)
            .doing("reading refused lines")
    }
}

pub(super) fn bounded(raw: &str) -> &str {
    &raw[..raw.floor_char_boundary(RAW_BYTES_MAX)]
}

/// A NUL cannot stand in a text column of PostgreSQL, and a refused line must be kept whatever it is.
pub(super) fn clean(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}
