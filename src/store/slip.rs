//! Reading slips.

use super::{Store, StoreError, error::While as _, row::rows, tx::on_readers};
use crate::core::timestamp::Timestamp;

/// A slip as issued, and whether it was withdrawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SlipRow {
    pub id: i64,
    pub key: String,
    pub ticket_key: i64,
    pub ticket_no: String,
    pub round: u32,
    pub clock: String,
    pub unit: String,
    pub step: String,
    pub kind: String,
    pub serial: Option<String>,
    pub due: Option<Timestamp>,
    /// When it was issued.
    pub at: Timestamp,
    pub reply_due: Option<Timestamp>,
    /// JSON, as the engine wrote it.
    pub recipients: String,
    /// `open` or `withdrawn`
    pub state: String,
    /// Why it was withdrawn.
    pub reason: Option<String>,
    pub withdrawn: Option<Timestamp>,
}
rows!(SlipRow {
    id,
    key,
    ticket_key,
    ticket_no,
    round,
    clock,
    unit,
    step,
    kind,
    serial,
    due,
    at,
    reply_due,
    recipients,
    state,
    reason,
    withdrawn
});

/// Which slips; what is not given does not restrict.
#[derive(Clone, Debug)]
pub struct SlipFilter {
    pub ticket_key: Option<i64>,
    pub key: Option<String>,
    pub unit: Option<String>,
    pub kind: Option<String>,
    /// `open` or `withdrawn`
    pub state: Option<String>,
    /// Only slips with a smaller id: the last one of the page before.
    pub before: Option<i64>,
    pub limit: i64,
}

impl Default for SlipFilter {
    fn default() -> Self {
        let (ticket_key, key, unit, kind, state, before) = (None, None, None, None, None, None);
        Self { ticket_key, key, unit, kind, state, before, limit: 100 }
    }
}

impl Store {
    /// Slips, newest first.
    pub async fn slips(&self, filter: &SlipFilter) -> Result<Vec<SlipRow>, StoreError> {
        // Three texts and not one: with `$1 IS NULL OR ...` neither database would use the index.
        macro_rules! select {
            ($by:literal) => {
                concat!(
                    "SELECT id, key, ticket_key, ticket_no, round, clock, unit, step, kind, serial, due_ms,
                            at_ms, reply_due_ms, recipients, state, reason, withdrawn_ms
                     FROM slip WHERE ", $by, "
                       AND ($2 IS NULL OR unit = $2) AND ($3 IS NULL OR kind = $3)
                       AND ($4 IS NULL OR state = $4) AND id < $5
                     ORDER BY id DESC LIMIT $6"
                )
            };
        }
        const BY_TICKET: &str = select!("ticket_key = CAST($1 AS BIGINT)");
        const BY_KEY: &str = select!("key = $1");
        const ALL: &str = select!("$1 IS NULL");
        let (sql, by) = match (&filter.key, filter.ticket_key) {
            (Some(key), _) => (BY_KEY, Some(key.clone())),
            (None, Some(ticket_key)) => (BY_TICKET, Some(ticket_key.to_string())),
            (None, None) => (ALL, None),
        };
        let before = filter.before.unwrap_or(i64::MAX);
        let mut slips: Vec<SlipRow> = on_readers!(self, pool => sqlx::query_as(sql)
            .bind(by).bind(&filter.unit).bind(&filter.kind).bind(&filter.state)
            .bind(before).bind(filter.limit).fetch_all(pool).await)
        .doing("reading slips")?;
        slips.retain(|slip| filter.ticket_key.is_none_or(|key| key == slip.ticket_key));
        Ok(slips)
    }
}
