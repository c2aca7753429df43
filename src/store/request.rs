//! Tickets as requests of residents: what Open311 lists and filters by.

use super::{
    Store, StoreError,
    error::While as _,
    row::rows,
    tx::{Database, Text, on_readers, text},
};
use crate::core::timestamp::Timestamp;

/// A ticket as a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestRow {
    pub no: String,
    pub unit: String,
    pub stage: String,
    pub open: bool,
    /// When we first heard of it.
    pub created: Timestamp,
    /// When it was received, or else dispatched; `None` until the first look.
    pub requested: Option<Timestamp>,
    /// What it is about: the item of the catalogue, else the category.
    pub service: Option<String>,
    /// The fold, as JSON.
    pub state: Option<String>,
}
rows!(RequestRow { no, unit, stage, open, created, requested, service, state });

/// Which requests.
#[derive(Clone, Debug)]
pub struct RequestFilter {
    /// Any of these; empty: all.
    pub services: Vec<String>,
    pub open: Option<bool>,
    /// Requested at this instant or later, and at that or before.
    pub from: Timestamp,
    pub to: Timestamp,
    pub limit: i64,
}

impl Store {
    /// Requests, the newest first.
    pub async fn requests(&self, filter: &RequestFilter) -> Result<Vec<RequestRow>, StoreError> {
        const SQL: Text = text!(
            "SELECT no, unit, stage, open, created_ms, requested_ms, service, state FROM ticket
             WHERE requested_ms >= $2 AND requested_ms <= $3
               AND (CAST($4 AS BIGINT) IS NULL OR open = $4)
               AND (CAST($5 AS BIGINT) = 0 OR service IN (SELECT value->>0 FROM " rows "))
             ORDER BY requested_ms DESC, key DESC LIMIT $6"
        );
        let sql = match &self.pools.database {
            Database::Sqlite { .. } => SQL.sqlite,
            Database::Postgres(_) => SQL.postgres,
        };
        let services: Vec<(&String,)> = filter.services.iter().map(|code| (code,)).collect();
        let count = services.len() as i64;
        let services = serde_json::to_string(&services).expect("texts are JSON");
        let open = filter.open.map(i64::from);
        on_readers!(self, pool => sqlx::query_as(sql)
            .bind(services).bind(filter.from.0).bind(filter.to.0).bind(open).bind(count)
            .bind(filter.limit).fetch_all(pool).await)
        .doing("listing requests")
    }

    /// The request with this number.
    pub async fn request(&self, no: &str) -> Result<Option<RequestRow>, StoreError> {
        const SQL: &str =
            "SELECT no, unit, stage, open, created_ms, requested_ms, service, state FROM ticket
             WHERE no = $1 AND book = 'ticket'";
        on_readers!(self, pool => sqlx::query_as(SQL).bind(no).fetch_optional(pool).await)
            .doing("reading a request")
    }
}
