//! Events one journal tells another: written with the look that tells, delivered by an append.
//!
//! A look holds locks on its own tickets only, so it may not touch the journal it tells. What
//! it tells waits in `told`, and a short transaction of its own appends it as intake would.

use super::{
    NewEntry, Store, StoreError,
    error::While as _,
    journal::append,
    row::rows,
    tx::{Text, on, on_readers, text},
};
use crate::core::timestamp::Timestamp;

/// One event on its way to another journal.
#[derive(Clone, Debug)]
pub struct ToldWrite {
    /// The number of the journal it goes to.
    pub ticket: String,
    pub at: Timestamp,
    pub kind: String,
    /// What makes it the same event however often it is told.
    pub dedupe: String,
    pub body: String,
}

struct Waiting {
    id: i64,
    ticket: String,
    at: Timestamp,
    kind: String,
    dedupe: String,
    body: String,
}
rows!(Waiting { id, ticket, at, kind, dedupe, body });

pub(super) const INSERT_TOLD: Text = text!(
    "INSERT INTO told (ticket_no, at_ms, kind, dedupe, body)
     SELECT value->>0, CAST(value->>1 AS BIGINT), value->>2, value->>3, value->>4 FROM " rows
);

impl Store {
    /// Delivers up to `limit` told events, in the order they were told; says how many. Each makes
    /// its journal due for a look at `now`; one that is there already is set aside.
    pub async fn deliver_told(&self, limit: i64, now: Timestamp) -> Result<usize, StoreError> {
        const DOING: &str = "delivering told events";
        const ANY: &str = "SELECT id FROM told LIMIT 1";
        const TAKE: Text = text!(
            "SELECT id, ticket_no, at_ms, kind, dedupe, body FROM told ORDER BY id LIMIT $1"
            skip_locked
        );
        const GONE: Text = text!(
            "DELETE FROM told WHERE id IN (SELECT CAST(value->>0 AS BIGINT) FROM " rows ")"
        );
        // Nearly always nothing waits; that is found out without a transaction.
        let any: Option<i64> =
            on_readers!(self, pool => sqlx::query_scalar(ANY).fetch_optional(pool).await)
                .doing(DOING)?;
        if any.is_none() {
            return Ok(0);
        }
        let mut tx = self.pools.begin().await.doing("beginning to deliver told events")?;
        let waiting: Vec<Waiting> = on!(&mut tx, TAKE, (sql, conn) => sqlx::query_as(sql)
            .bind(limit).fetch_all(conn).await)
        .doing(DOING)?;
        let entries: Vec<NewEntry> = waiting
            .iter()
            .map(|one| NewEntry {
                ticket: one.ticket.clone(),
                at: one.at,
                kind: one.kind.clone(),
                dedupe: Some(one.dedupe.clone()),
                body: one.body.clone(),
                contact: None,
            })
            .collect();
        if !entries.is_empty() {
            append(&mut tx, &entries, now).await.doing(DOING)?;
        }
        let ids: Vec<(i64,)> = waiting.iter().map(|one| (one.id,)).collect();
        tx.execute(GONE, &ids).await.doing(DOING)?;
        tx.commit().await.doing("committing delivered events")?;
        Ok(waiting.len())
    }
}
