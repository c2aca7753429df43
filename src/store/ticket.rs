//! Reading tickets: one, a list, or page by page with whole journals for the audit.

use super::{
    Loaded, Store, StoreError,
    error::While as _,
    journal::entries_after,
    row::{Column as _, rows},
    tx::{Text, on, on_readers, text},
};
use crate::core::timestamp::Timestamp;

/// A ticket as the engine left it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TicketRow {
    pub key: i64,
    /// The ticket's number.
    pub no: String,
    /// Empty until the first look.
    pub unit: String,
    pub policy: String,
    pub stage: String,
    pub open: bool,
    pub next_look: Option<Timestamp>,
    pub head_seq: i64,
    pub head_hash: String,
    pub applied_seq: i64,
    /// When we first heard of it.
    pub created: Timestamp,
    /// The fold, as JSON.
    pub state: Option<String>,
}
rows!(TicketRow {
    key,
    no,
    unit,
    policy,
    stage,
    open,
    next_look,
    head_seq,
    head_hash,
    applied_seq,
    created,
    state
});

/// Which tickets; what is not given does not restrict.
#[derive(Clone, Debug, Default)]
pub struct TicketFilter {
    pub unit: Option<String>,
    pub policy: Option<String>,
    pub stage: Option<String>,
    pub open: Option<bool>,
}

impl Store {
    /// The ticket with this number.
    pub async fn ticket(&self, no: &str) -> Result<Option<TicketRow>, StoreError> {
        const SQL: &str =
            "SELECT key, no, unit, policy, stage, open, next_look_ms, head_seq, head_hash,
                                  applied_seq, created_ms, state
                           FROM ticket WHERE no = $1";
        on_readers!(self, pool => sqlx::query_as(SQL).bind(no).fetch_optional(pool).await)
            .doing("reading a ticket")
    }

    /// Tickets in the order of their keys, from after `after` (`0` for the first page).
    pub async fn tickets(
        &self,
        filter: &TicketFilter,
        limit: i64,
        after: i64,
    ) -> Result<Vec<TicketRow>, StoreError> {
        const SQL: &str =
            "SELECT key, no, unit, policy, stage, open, next_look_ms, head_seq, head_hash,
                                  applied_seq, created_ms, state
                           FROM ticket WHERE book = 'ticket' AND key > $1 AND ($2 IS NULL OR unit = $2)
                             AND ($3 IS NULL OR policy = $3) AND ($4 IS NULL OR stage = $4)
                             AND ($5 IS NULL OR open = $5)
                           ORDER BY key LIMIT $6";
        let open = filter.open.map(i64::from);
        on_readers!(self, pool => sqlx::query_as(SQL)
            .bind(after).bind(&filter.unit).bind(&filter.policy).bind(&filter.stage)
            .bind(open).bind(limit).fetch_all(pool).await)
        .doing("listing tickets")
    }

    /// Up to `limit` tickets after `after_key`, each with its whole journal in `news`, as of one
    /// moment: the head a ticket names is the last entry given.
    pub async fn page(&self, after_key: i64, limit: i64) -> Result<Vec<Loaded>, StoreError> {
        const SQL: Text = text!(
            "SELECT key, no, head_seq, head_hash, applied_seq, next_look_ms, state FROM ticket
             WHERE book = 'ticket' AND key > $1 ORDER BY key LIMIT $2"
        );
        const DOING: &str = "reading tickets with their journals";
        let mut tx = self.pools.begin_reading().await.doing(DOING)?;
        let mut tickets: Vec<Loaded> = on!(&mut tx, SQL, (sql, conn) => sqlx::query_as(sql)
            .bind(after_key).bind(limit).fetch_all(conn).await)
        .doing(DOING)?;
        let wanted: Vec<(i64, i64)> = tickets.iter().map(|ticket| (ticket.key, 0)).collect();
        let mut journals = entries_after(&mut tx, &wanted).await.doing(DOING)?;
        tx.rollback().await.doing(DOING)?;
        for ticket in &mut tickets {
            ticket.news = journals.remove(&ticket.key).unwrap_or_default();
        }
        Ok(tickets)
    }

    /// How to reach the resident of a ticket, sealed.
    pub async fn contact(&self, key: i64) -> Result<Option<Vec<u8>>, StoreError> {
        const SQL: &str = "SELECT sealed FROM contact WHERE ticket_key = $1";
        on_readers!(self, pool => sqlx::query(SQL).bind(key).fetch_optional(pool).await
            .and_then(|row| row.map(|row| Vec::column(&row, 0)).transpose()))
        .doing("reading a contact")
    }

    /// Whether any resident's contact is kept: then the key that sealed it must not be lost.
    pub async fn keeps_contacts(&self) -> Result<bool, StoreError> {
        const SQL: &str = "SELECT ticket_key FROM contact LIMIT 1";
        let found: Option<i64> =
            on_readers!(self, pool => sqlx::query_scalar(SQL).fetch_optional(pool).await)
                .doing("asking whether contacts are kept")?;
        Ok(found.is_some())
    }
}
