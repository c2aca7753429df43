//! The ledgers: writing a ticket's lines anew, reading lists, and the numbers of the rates.

use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::{
    Store, StoreError,
    error::While as _,
    row::rows,
    tx::{Text, on_readers, text},
};
use crate::core::timestamp::Timestamp;

/// One line of a ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LedgerRow {
    pub ticket_key: i64,
    /// Unique on the ticket.
    pub entry: String,
    pub list: String,
    pub ticket_no: String,
    pub unit: String,
    pub opened: Timestamp,
    pub review_due: Option<Timestamp>,
    pub expires: Option<Timestamp>,
    pub ended: Option<Timestamp>,
    pub ended_by: Option<String>,
    pub reason: Option<String>,
    pub approver: Option<String>,
    pub leader: Option<String>,
    /// What nobody said at admission, comma-separated.
    pub lacking: String,
}
rows!(LedgerRow {
    ticket_key,
    entry,
    list,
    ticket_no,
    unit,
    opened,
    review_due,
    expires,
    ended,
    ended_by,
    reason,
    approver,
    leader,
    lacking
});

/// Which lines; what is not given does not restrict.
#[derive(Clone, Debug, Default)]
pub struct LedgerFilter {
    pub list: Option<String>,
    pub unit: Option<String>,
    pub ticket_key: Option<i64>,
    /// Only what still stands, or only what has ended.
    pub open: Option<bool>,
}

/// The numbers of one list in one period (M09); lists are never mixed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LedgerCount {
    pub list: String,
    /// Open when the period began.
    pub opening: i64,
    pub admitted: i64,
    pub struck_off: i64,
    /// Ended in another way: put back by its expiry, or with its ticket.
    pub ended_otherwise: i64,
}
rows!(LedgerCount { list, opening, admitted, struck_off, ended_otherwise });

pub(super) const CLEAR: Text = text!(
    "DELETE FROM ledger WHERE ticket_key IN (SELECT CAST(value->>0 AS BIGINT) FROM " rows ")"
);
pub(super) const INSERT: Text = text!(
    "INSERT INTO ledger (ticket_key, entry, list, ticket_no, unit, opened_ms, review_due_ms, expires_ms,
                         ended_ms, ended_by, reason, approver, leader, lacking)
     SELECT CAST(value->>0 AS BIGINT), value->>1, value->>2, value->>3, value->>4,
            CAST(value->>5 AS BIGINT), CAST(value->>6 AS BIGINT), CAST(value->>7 AS BIGINT),
            CAST(value->>8 AS BIGINT), value->>9, value->>10, value->>11, value->>12, value->>13
     FROM " rows
);

impl LedgerRow {
    /// The line as other programs read it, instants in the city's zone.
    pub fn json(&self, zone: &TimeZone) -> Value {
        let instant = |at: Timestamp| at.to_rfc3339(zone);
        json!({
            "ticket": self.ticket_no, "entry": self.entry, "list": self.list, "unit": self.unit,
            "opened": instant(self.opened), "next_due": self.review_due.map(instant),
            "until": self.expires.map(instant), "ended": self.ended.map(instant),
            "ended_by": self.ended_by, "reason": self.reason, "approver": self.approver,
            "leader": self.leader,
            "lacking": self.lacking.split(", ").filter(|one| !one.is_empty()).collect::<Vec<_>>(),
        })
    }

    /// The columns in the order of `INSERT`.
    pub(super) fn columns(&self) -> impl serde::Serialize + '_ {
        let first = (self.ticket_key, &self.entry, &self.list, &self.ticket_no, &self.unit);
        let ms = |at: Option<Timestamp>| at.map(|at| at.0);
        (
            first.0,
            first.1,
            first.2,
            first.3,
            first.4,
            self.opened.0,
            ms(self.review_due),
            ms(self.expires),
            ms(self.ended),
            &self.ended_by,
            &self.reason,
            &self.approver,
            &self.leader,
            &self.lacking,
        )
    }
}

impl Store {
    /// Lines of the ledgers, the oldest first, after `after` (ticket key and entry of the page before).
    pub async fn ledger(
        &self,
        filter: &LedgerFilter,
        limit: i64,
        after: Option<(i64, String)>,
    ) -> Result<Vec<LedgerRow>, StoreError> {
        const SQL: &str =
            "SELECT ticket_key, entry, list, ticket_no, unit, opened_ms, review_due_ms, expires_ms,
                    ended_ms, ended_by, reason, approver, leader, lacking
             FROM ledger
             WHERE ($1 IS NULL OR list = $1) AND ($2 IS NULL OR unit = $2)
               AND (CAST($3 AS BIGINT) IS NULL OR ticket_key = $3)
               AND (CAST($4 AS BIGINT) IS NULL OR (ended_ms IS NULL) = (CAST($4 AS BIGINT) = 1))
               AND (ticket_key > $5 OR (ticket_key = $5 AND entry > $6))
             ORDER BY ticket_key, entry LIMIT $7";
        let (after_key, after_entry) = after.unwrap_or((i64::MIN, String::new()));
        on_readers!(self, pool => sqlx::query_as(SQL)
            .bind(&filter.list).bind(&filter.unit).bind(filter.ticket_key)
            .bind(filter.open.map(i64::from)).bind(after_key).bind(&after_entry).bind(limit)
            .fetch_all(pool).await)
        .doing("listing the ledger")
    }

    /// The numbers of every list between two instants.
    pub async fn ledger_counts(
        &self,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<LedgerCount>, StoreError> {
        const SQL: &str = "SELECT list,
                    CAST(SUM(CASE WHEN opened_ms < $1 AND (ended_ms IS NULL OR ended_ms >= $1) THEN 1 ELSE 0 END) AS BIGINT),
                    CAST(SUM(CASE WHEN opened_ms >= $1 AND opened_ms < $2 THEN 1 ELSE 0 END) AS BIGINT),
                    CAST(SUM(CASE WHEN ended_ms >= $1 AND ended_ms < $2 AND ended_by = 'struck_off' THEN 1 ELSE 0 END) AS BIGINT),
                    CAST(SUM(CASE WHEN ended_ms >= $1 AND ended_ms < $2 AND ended_by <> 'struck_off' THEN 1 ELSE 0 END) AS BIGINT)
             FROM ledger GROUP BY list ORDER BY list";
        on_readers!(self, pool => sqlx::query_as(SQL).bind(from.0).bind(to.0).fetch_all(pool).await)
            .doing("counting the ledger")
    }
}
