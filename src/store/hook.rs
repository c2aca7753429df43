//! Journal lines that other systems are to be told of: claimed under a lease, settled, in order.
//!
//! Of one ticket and one receiver only the oldest line that waits can be claimed: the next leaves
//! when it was taken or given up.
//!
//! Invariants (tests of the same names in `tests/store_contract`):
//! * `lines_of_a_ticket_leave_in_order`

use std::collections::BTreeSet;

use super::{
    Store, StoreError,
    error::While as _,
    row::rows,
    tx::{Text, on, on_readers, text},
};
use crate::core::timestamp::Timestamp;

/// A line some channel is to be told of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HookWrite {
    pub channel: String,
    pub ticket_key: i64,
    pub seq: i64,
}

/// A line taken for telling.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HookOffer {
    pub id: i64,
    pub channel: String,
    pub ticket_no: String,
    /// Which try this is, from 1.
    pub attempt: i64,
    pub first_offered: Timestamp,
    pub seq: i64,
    pub at: Timestamp,
    pub arrived: Timestamp,
    pub kind: String,
    /// The line as the journal keeps it, JSON.
    pub body: String,
}
rows!(HookOffer { id, channel, ticket_no, attempt, first_offered, seq, at, arrived, kind, body });

/// How an attempt ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HookSettled {
    pub id: i64,
    pub attempt: i64,
    pub outcome: HookOutcome,
}

/// What came of an attempt to tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HookOutcome {
    Told,
    Retry { at: Timestamp, reason: String },
    GaveUp { reason: String },
}

pub(super) const INSERT: Text = text!(
    "INSERT INTO hook (channel, ticket_key, seq, state, offer_at_ms, attempt, created_ms)
     SELECT value->>0, CAST(value->>1 AS BIGINT), CAST(value->>2 AS BIGINT), 'waiting',
            CAST(value->>3 AS BIGINT), 0, CAST(value->>3 AS BIGINT)
     FROM " rows
);

/// Whether no older line of this ticket waits for this channel.
macro_rules! is_next {
    () => {
        "NOT EXISTS (SELECT 1 FROM hook AS earlier
                     WHERE earlier.channel = hook.channel AND earlier.ticket_key = hook.ticket_key
                       AND earlier.seq < hook.seq AND earlier.state = 'waiting')"
    };
}

/// Takes lines that are due; the two databases differ in the lock.
macro_rules! claim {
    ($lock:literal) => {
        concat!(
            "WITH due AS (SELECT id FROM hook WHERE state = 'waiting' AND offer_at_ms <= $1 AND ",
            is_next!(),
            " ORDER BY offer_at_ms, id LIMIT $2",
            $lock,
            ")
             UPDATE hook SET attempt = attempt + 1, offer_at_ms = $3,
                             first_offered_ms = COALESCE(first_offered_ms, $1)
             WHERE id IN (SELECT due.id FROM due) RETURNING id"
        )
    };
}

impl Store {
    /// Takes up to `limit` lines that are due, at most one of each ticket and channel, and hides
    /// them from other nodes for `lease_ms`.
    pub async fn hooks_claim(
        &self,
        limit: i64,
        lease_ms: i64,
        now: Timestamp,
    ) -> Result<Vec<HookOffer>, StoreError> {
        const SQLITE: &str = claim!("");
        const POSTGRES: &str = claim!(" FOR UPDATE SKIP LOCKED");
        const READ: Text = text!(
            "SELECT hook.id, hook.channel, ticket.no, hook.attempt, hook.first_offered_ms, hook.seq,
                    journal.at_ms, journal.arrived_ms, journal.kind, journal.body
             FROM " rows " AS wanted
             JOIN hook ON hook.id = CAST(wanted.value->>0 AS BIGINT)
             JOIN ticket ON ticket.key = hook.ticket_key
             JOIN journal ON journal.ticket_key = hook.ticket_key AND journal.seq = hook.seq
             ORDER BY hook.id"
        );
        const DOING: &str = "claiming lines for other systems";
        let until = now.plus_ms(lease_ms).0;
        let mut tx = self.pools.begin().await.doing(DOING)?;
        let claim = Text { sqlite: SQLITE, postgres: POSTGRES };
        let claimed: Vec<(i64,)> = on!(&mut tx, claim, (sql, conn) => sqlx::query_as(sql)
            .bind(now.0).bind(limit).bind(until).fetch_all(conn).await)
        .doing(DOING)?;
        let offers = tx.fetch(READ, &claimed).await.doing(DOING)?;
        tx.commit().await.doing(DOING)?;
        Ok(offers)
    }

    /// Writes down how attempts ended. False for those a later attempt has overtaken.
    pub async fn hooks_settle(
        &self,
        settled: &[HookSettled],
        now: Timestamp,
    ) -> Result<Vec<bool>, StoreError> {
        const SQL: Text = text!(
            "UPDATE hook SET state = value->>2,
                    offer_at_ms = COALESCE(CAST(value->>3 AS BIGINT), hook.offer_at_ms),
                    done_at_ms = CAST(value->>4 AS BIGINT), reason = value->>5
             FROM " rows "
             WHERE hook.id = CAST(value->>0 AS BIGINT) AND hook.attempt = CAST(value->>1 AS BIGINT)
               AND hook.state = 'waiting'
             RETURNING hook.id, hook.attempt"
        );
        const DOING: &str = "settling lines for other systems";
        let rows: Vec<_> = settled
            .iter()
            .map(|one| {
                let (state, again, reason) = match &one.outcome {
                    HookOutcome::Told => ("sent", None, None),
                    HookOutcome::Retry { at, reason } => ("waiting", Some(at.0), Some(reason)),
                    HookOutcome::GaveUp { reason } => ("gave_up", None, Some(reason)),
                };
                let done = again.is_none().then_some(now.0);
                (one.id, one.attempt, state, again, done, reason)
            })
            .collect();
        let mut tx = self.pools.begin().await.doing(DOING)?;
        let written: Vec<(i64, i64)> = tx.fetch(SQL, &rows).await.doing(DOING)?;
        tx.commit().await.doing(DOING)?;
        let written: BTreeSet<(i64, i64)> = written.into_iter().collect();
        Ok(settled.iter().map(|one| written.contains(&(one.id, one.attempt))).collect())
    }

    /// When the next line can be told; `None` if none waits.
    pub async fn hooks_next(&self) -> Result<Option<Timestamp>, StoreError> {
        const SQL: &str = concat!(
            "SELECT offer_at_ms FROM hook WHERE state = 'waiting' AND ",
            is_next!(),
            " ORDER BY offer_at_ms LIMIT 1"
        );
        on_readers!(self, pool => sqlx::query_scalar(SQL).fetch_optional(pool).await)
            .map(|ms| ms.map(Timestamp))
            .doing("reading when the next line is due for other systems")
    }
}
