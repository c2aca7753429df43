//! Reading slips: one, a page of them, and how many there are.

use super::{Store, StoreError, error::While as _, row::rows, tx::on_readers};
use crate::core::timestamp::Timestamp;

/// A slip as issued, and what became of it.
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
    /// The unit that issued it; empty: the set's own office.
    pub issuer: String,
    pub due: Option<Timestamp>,
    /// When it was issued.
    pub at: Timestamp,
    pub receipt_due: Option<Timestamp>,
    pub reply_due: Option<Timestamp>,
    /// JSON, as the engine wrote it.
    pub recipients: String,
    /// The consequence note, `id@version`.
    pub note: Option<String>,
    /// `open receipted replied withdrawn`
    pub state: String,
    /// Why it was withdrawn.
    pub reason: Option<String>,
    pub withdrawn: Option<Timestamp>,
    pub receipted: Option<Timestamp>,
    pub receipted_by: Option<String>,
    pub receipt_missed: Option<Timestamp>,
    pub replied: Option<Timestamp>,
    pub replied_by: Option<String>,
    pub reply_missed: Option<Timestamp>,
    /// The fields of the reply, JSON.
    pub reply: Option<String>,
    /// The words of the document, JSON; `None` on slips issued before documents were kept.
    pub paper: Option<String>,
    /// Its messages, those a channel took, and those a receipt says arrived.
    pub messages: i64,
    pub sent: i64,
    pub delivered: i64,
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
    issuer,
    due,
    at,
    receipt_due,
    reply_due,
    recipients,
    note,
    state,
    reason,
    withdrawn,
    receipted,
    receipted_by,
    receipt_missed,
    replied,
    replied_by,
    reply_missed,
    reply,
    paper,
    messages,
    sent,
    delivered
});

/// Which slips; what is not given does not restrict.
#[derive(Clone, Debug)]
pub struct SlipFilter {
    pub ticket_key: Option<i64>,
    pub key: Option<String>,
    pub serial: Option<String>,
    pub unit: Option<String>,
    pub kind: Option<String>,
    /// `open receipted replied withdrawn`
    pub state: Option<String>,
    /// Issued at this instant or later.
    pub from: Option<Timestamp>,
    /// Issued before this instant.
    pub to: Option<Timestamp>,
    /// Only slips with a smaller id: the last one of the page before.
    pub before: Option<i64>,
    pub limit: i64,
}

impl Default for SlipFilter {
    fn default() -> Self {
        let (ticket_key, key, serial, unit, kind) = (None, None, None, None, None);
        let (state, from, to, before) = (None, None, None, None);
        Self { ticket_key, key, serial, unit, kind, state, from, to, before, limit: 100 }
    }
}

/// How many slips of one kind one unit got in a span of time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SlipCount {
    pub unit: String,
    pub kind: String,
    pub issuer: String,
    /// Those that stand; the withdrawn are counted apart.
    pub standing: i64,
    pub withdrawn: i64,
    pub receipted: i64,
    pub replied: i64,
    pub receipts_missed: i64,
    pub replies_missed: i64,
}
rows!(SlipCount {
    unit,
    kind,
    issuer,
    standing,
    withdrawn,
    receipted,
    replied,
    receipts_missed,
    replies_missed
});

/// What a slip's state is called: the last of what became of it.
macro_rules! state {
    () => {
        "CASE WHEN state = 'withdrawn' THEN state WHEN replied_ms IS NOT NULL THEN 'replied'
              WHEN receipted_ms IS NOT NULL THEN 'receipted' ELSE state END"
    };
}

/// How many messages carry a slip.
macro_rules! messages {
    ($and:literal) => {
        concat!(
            "(SELECT COUNT(*) FROM outbox WHERE outbox.ticket_key = slip.ticket_key
                AND outbox.slip = slip.key",
            $and,
            ")"
        )
    };
}

impl Store {
    /// Slips, newest first.
    pub async fn slips(&self, filter: &SlipFilter) -> Result<Vec<SlipRow>, StoreError> {
        // Four texts and not one: with `$1 IS NULL OR ...` neither database would use the index.
        macro_rules! select {
            ($by:literal) => {
                concat!(
                    "SELECT id, key, ticket_key, ticket_no, round, clock, unit, step, kind, serial, issuer,
                            due_ms, at_ms, receipt_due_ms, reply_due_ms, recipients, note, ", state!(), ",
                            reason, withdrawn_ms, receipted_ms, receipted_by, receipt_missed_ms,
                            replied_ms, replied_by, reply_missed_ms, reply, paper, ",
                            messages!(""), ", ", messages!(" AND state = 'sent'"), ", ",
                            messages!(" AND delivery = 'delivered'"), "
                     FROM slip WHERE ", $by, "
                       AND ($2 IS NULL OR unit = $2) AND ($3 IS NULL OR kind = $3)
                       AND ($4 IS NULL OR ", state!(), " = $4) AND id < $5
                       AND at_ms >= $7 AND at_ms < $8
                     ORDER BY id DESC LIMIT $6"
                )
            };
        }
        const BY_TICKET: &str = select!("ticket_key = CAST($1 AS BIGINT)");
        const BY_KEY: &str = select!("key = $1");
        const BY_SERIAL: &str = select!("serial = $1");
        const ALL: &str = select!("$1 IS NULL");
        let (sql, by) = match (&filter.key, &filter.serial, filter.ticket_key) {
            (Some(key), _, _) => (BY_KEY, Some(key.clone())),
            (None, Some(serial), _) => (BY_SERIAL, Some(serial.clone())),
            (None, None, Some(ticket_key)) => (BY_TICKET, Some(ticket_key.to_string())),
            (None, None, None) => (ALL, None),
        };
        let before = filter.before.unwrap_or(i64::MAX);
        let from = filter.from.map_or(i64::MIN, |from| from.0);
        let to = filter.to.map_or(i64::MAX, |to| to.0);
        let mut slips: Vec<SlipRow> = on_readers!(self, pool => sqlx::query_as(sql)
            .bind(by).bind(&filter.unit).bind(&filter.kind).bind(&filter.state)
            .bind(before).bind(filter.limit).bind(from).bind(to).fetch_all(pool).await)
        .doing("reading slips")?;
        slips.retain(|slip| filter.ticket_key.is_none_or(|key| key == slip.ticket_key));
        Ok(slips)
    }

    /// The slips of a key or a serial: one, or none, or several issuers' of the same number.
    pub async fn slips_named(&self, name: &str) -> Result<Vec<SlipRow>, StoreError> {
        let by_key = SlipFilter { key: Some(name.to_owned()), ..SlipFilter::default() };
        let found = self.slips(&by_key).await?;
        if !found.is_empty() {
            return Ok(found);
        }
        let by_serial = SlipFilter { serial: Some(name.to_owned()), ..SlipFilter::default() };
        self.slips(&by_serial).await
    }

    /// How many slips were issued from `from` on and before `to`, by unit, kind and issuer.
    pub async fn slip_counts(
        &self,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<SlipCount>, StoreError> {
        const SQL: &str = "
            SELECT unit, kind, issuer,
                   CAST(SUM(CASE WHEN state = 'withdrawn' THEN 0 ELSE 1 END) AS BIGINT),
                   CAST(SUM(CASE WHEN state = 'withdrawn' THEN 1 ELSE 0 END) AS BIGINT),
                   CAST(SUM(CASE WHEN state <> 'withdrawn' AND receipted_ms IS NOT NULL THEN 1 ELSE 0 END) AS BIGINT),
                   CAST(SUM(CASE WHEN state <> 'withdrawn' AND replied_ms IS NOT NULL THEN 1 ELSE 0 END) AS BIGINT),
                   CAST(SUM(CASE WHEN state <> 'withdrawn' AND receipt_missed_ms IS NOT NULL THEN 1 ELSE 0 END) AS BIGINT),
                   CAST(SUM(CASE WHEN state <> 'withdrawn' AND reply_missed_ms IS NOT NULL THEN 1 ELSE 0 END) AS BIGINT)
            FROM slip WHERE at_ms >= $1 AND at_ms < $2
            GROUP BY unit, kind, issuer ORDER BY unit, kind, issuer";
        on_readers!(self, pool => sqlx::query_as(SQL).bind(from.0).bind(to.0).fetch_all(pool).await)
            .doing("counting slips")
    }
}
