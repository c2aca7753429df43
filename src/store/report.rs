//! Reports: what they are made of, and each as it was published.

use super::{
    Store, StoreError,
    error::While as _,
    row::rows,
    tx::{Text, on_readers, on_writer, text},
};
use crate::core::{
    report::{Issued, Told},
    timestamp::Timestamp,
};

/// A report that was published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportRow {
    pub kind: String,
    pub period: String,
    pub version: i64,
    pub made: Timestamp,
    /// blake3 of the body.
    pub hash: String,
    /// The document as JSON.
    pub body: String,
    /// The rows it counted, compressed.
    pub lines: Vec<u8>,
}
rows!(ReportRow { kind, period, version, made, hash, body, lines });

/// The state of a ticket, for whoever looks at all of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportState {
    pub key: i64,
    pub state: String,
}
rows!(ReportState { key, state });

/// A slip, without its words.
struct SlipLine {
    ticket_key: i64,
    key: String,
    unit: String,
    step: String,
    kind: String,
    at: Timestamp,
    state: String,
    receipted: Option<Timestamp>,
    replied: Option<Timestamp>,
    reply_due: Option<Timestamp>,
}
rows!(SlipLine { ticket_key, key, unit, step, kind, at, state, receipted, replied, reply_due });

struct ToldLine {
    who: String,
    unit: String,
    via: String,
    quarter: i64,
    count: i64,
}
rows!(ToldLine { who, unit, via, quarter, count });

/// Messages are counted by the quarter of an hour: no zone is off by less.
const QUARTER_MS: i64 = 900_000;

impl Store {
    /// The states of up to `limit` tickets after `after`, in the order of their keys.
    pub async fn report_states(
        &self,
        after: i64,
        limit: i64,
    ) -> Result<Vec<ReportState>, StoreError> {
        const SQL: &str = "SELECT key, state FROM ticket
             WHERE book = 'ticket' AND key > $1 AND state IS NOT NULL ORDER BY key LIMIT $2";
        on_readers!(self, pool => sqlx::query_as(SQL).bind(after).bind(limit).fetch_all(pool).await)
            .doing("reading the states of tickets")
    }

    /// The slips issued in `[from, to)`, those of a ticket together and in their order.
    pub async fn report_slips(
        &self,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<Issued>, StoreError> {
        const SQL: &str = "SELECT ticket_key, key, unit, step, kind, at_ms, state, receipted_ms,
                    replied_ms, reply_due_ms
             FROM slip WHERE at_ms >= $1 AND at_ms < $2 ORDER BY ticket_key, at_ms, id";
        let lines: Vec<SlipLine> =
            on_readers!(self, pool => sqlx::query_as(SQL).bind(from.0).bind(to.0).fetch_all(pool).await)
                .doing("reading slips of a period")?;
        let issued = |line: SlipLine| Issued {
            ticket_key: line.ticket_key,
            key: line.key,
            unit: line.unit,
            step: line.step,
            kind: line.kind,
            at: line.at,
            is_withdrawn: line.state == "withdrawn",
            receipted: line.receipted,
            replied: line.replied,
            asks: line.reply_due.is_some(),
        };
        Ok(lines.into_iter().map(issued).collect())
    }

    /// Messages to staff that left in `[from, to)`, by person, way and quarter of an hour.
    pub async fn report_told(
        &self,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<Told>, StoreError> {
        const SQL: Text = text!(
            "SELECT COALESCE(person, role), unit, via, quarter, COUNT(*) FROM (
               SELECT " message_json "->'to'->'staff'->>'person' AS person,
                      " message_json "->'to'->'staff'->>'role' AS role,
                      " message_json "->'to'->'staff'->>'unit' AS unit,
                      " message_json "->>'via' AS via,
                      done_at_ms / 900000 AS quarter
               FROM outbox WHERE state = 'sent' AND done_at_ms >= $1 AND done_at_ms < $2) AS told
             WHERE role IS NOT NULL
             GROUP BY COALESCE(person, role), unit, via, quarter
             ORDER BY COALESCE(person, role), unit, via, quarter"
        );
        let lines: Vec<ToldLine> = on_readers!(self, pool => {
            let sql = if self.database() == "sqlite" { SQL.sqlite } else { SQL.postgres };
            sqlx::query_as(sql).bind(from.0).bind(to.0).fetch_all(pool).await
        })
        .doing("counting messages of a period")?;
        let told = |line: ToldLine| Told {
            who: line.who,
            unit: line.unit,
            via: line.via,
            at: Timestamp(line.quarter * QUARTER_MS),
            count: line.count.max(0).cast_unsigned(),
        };
        Ok(lines.into_iter().map(told).collect())
    }

    /// Keeps a report; `false`: this version is there already.
    pub async fn keep_report(&self, report: &ReportRow) -> Result<bool, StoreError> {
        const SQL: &str = "INSERT INTO report (kind, period, version, made_ms, hash, body, lines)
             VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (kind, period, version) DO NOTHING";
        let lines = super::row::base64(&report.lines);
        on_writer!(self, pool => sqlx::query(SQL)
            .bind(&report.kind).bind(&report.period).bind(report.version).bind(report.made.0)
            .bind(&report.hash).bind(&report.body).bind(&lines)
            .execute(pool).await.map(|done| done.rows_affected() == 1))
        .doing("keeping a report")
    }

    /// A report as it was published: this version, else the last.
    pub async fn report(
        &self,
        kind: &str,
        period: &str,
        version: Option<i64>,
    ) -> Result<Option<ReportRow>, StoreError> {
        const SQL: &str = "SELECT kind, period, version, made_ms, hash, body, lines FROM report
             WHERE kind = $1 AND period = $2 AND (CAST($3 AS BIGINT) IS NULL OR version = $3)
             ORDER BY version DESC LIMIT 1";
        on_readers!(self, pool => sqlx::query_as(SQL)
            .bind(kind).bind(period).bind(version).fetch_optional(pool).await)
        .doing("reading a report")
    }
}
