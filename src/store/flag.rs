//! Flags: signals for a person to look at, with their evidence.

use super::{Store, StoreError, error::While as _, row::rows, tx::on_readers};
use crate::core::timestamp::Timestamp;

/// A flag as it was raised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlagRow {
    pub id: i64,
    pub ticket_no: String,
    /// Its id in the policy set.
    pub flag: String,
    /// 0: of the ticket as a whole.
    pub round: u32,
    /// The unit responsible then.
    pub unit: String,
    pub at: Timestamp,
    /// JSON: numbers, instants and units.
    pub evidence: String,
    /// Whether the ticket is still open.
    pub open: bool,
}
rows!(FlagRow { id, ticket_no, flag, round, unit, at, evidence, open });

/// Which flags; what is not given does not restrict.
#[derive(Clone, Debug)]
pub struct FlagFilter {
    pub flag: Option<String>,
    pub unit: Option<String>,
    /// Only those of tickets that are open.
    pub open: bool,
    /// Only flags with a smaller id: the last one of the page before.
    pub before: Option<i64>,
    pub limit: i64,
}

impl Default for FlagFilter {
    fn default() -> Self {
        Self { flag: None, unit: None, open: false, before: None, limit: 100 }
    }
}

impl Store {
    /// Flags, newest first.
    pub async fn flags(&self, filter: &FlagFilter) -> Result<Vec<FlagRow>, StoreError> {
        const SQL: &str =
            "SELECT flag.id, flag.ticket_no, flag.flag, flag.round, flag.unit, flag.at_ms,
                                  flag.evidence, ticket.open
             FROM flag JOIN ticket ON ticket.key = flag.ticket_key
             WHERE ($1 IS NULL OR flag.flag = $1) AND ($2 IS NULL OR flag.unit = $2)
               AND ticket.open >= $3 AND flag.id < $4
             ORDER BY flag.id DESC LIMIT $5";
        let before = filter.before.unwrap_or(i64::MAX);
        on_readers!(self, pool => sqlx::query_as(SQL)
            .bind(&filter.flag).bind(&filter.unit).bind(i64::from(filter.open))
            .bind(before).bind(filter.limit).fetch_all(pool).await)
        .doing("reading flags")
    }
}
