//! Issuing slips, taking them back, and what came back for them.

use super::{Failure, all};
use crate::{
    core::timestamp::Timestamp,
    store::tx::{Text, Tx, text},
};

/// A slip to issue.
#[derive(Clone, Debug)]
pub struct SlipWrite {
    /// Unique for ever: ticket, round, clock, unit, step, repetition.
    pub key: String,
    pub ticket_key: i64,
    pub ticket_no: String,
    pub round: u32,
    pub clock: String,
    pub unit: String,
    /// The step as written: `due+1wd`.
    pub step: String,
    /// Slip kind id: `yellow`.
    pub kind: String,
    pub serial: Option<String>,
    /// Due of the clock.
    pub due: Option<Timestamp>,
    /// When it was issued.
    pub at: Timestamp,
    pub reply_due: Option<Timestamp>,
    /// JSON: roles and ids, no names.
    pub recipients: String,
    /// The unit that issues it; empty: the set's own office.
    pub issuer: String,
    pub receipt_due: Option<Timestamp>,
    /// The consequence note, `id@version`.
    pub note: Option<String>,
    /// The words of the document, JSON.
    pub paper: Option<String>,
}

/// What is now known of a slip's receipt and reply; replaces what was known before.
#[derive(Clone, Debug, Default)]
pub struct SlipHeard {
    pub key: String,
    pub receipted: Option<Timestamp>,
    pub receipted_by: Option<String>,
    pub receipt_missed: Option<Timestamp>,
    pub replied: Option<Timestamp>,
    pub replied_by: Option<String>,
    pub reply_missed: Option<Timestamp>,
    /// The fields of the reply, JSON.
    pub reply: Option<String>,
}

/// A slip to take back; what of it still waits to be sent is dropped.
#[derive(Clone, Debug)]
pub struct SlipWithdrawal {
    pub key: String,
    pub reason: String,
}

pub(super) async fn write_slips(tx: &mut Tx, slips: &[SlipWrite]) -> Result<(), Failure> {
    const SQL: Text = text!(
        "INSERT INTO slip (key, ticket_key, ticket_no, round, clock, unit, step, kind, serial, due_ms,
                           at_ms, reply_due_ms, recipients, issuer, receipt_due_ms, note, paper, state)
         SELECT value->>0, CAST(value->>1 AS BIGINT), value->>2, CAST(value->>3 AS BIGINT), value->>4,
                value->>5, value->>6, value->>7, value->>8, CAST(value->>9 AS BIGINT),
                CAST(value->>10 AS BIGINT), CAST(value->>11 AS BIGINT), value->>12,
                value->>13, CAST(value->>14 AS BIGINT), value->15->>0, value->15->>1, 'open'
         FROM " rows
    );
    let rows: Vec<_> = slips
        .iter()
        .map(|s| {
            let (due, reply_due) = (s.due.map(|at| at.0), s.reply_due.map(|at| at.0));
            (
                &s.key,
                s.ticket_key,
                &s.ticket_no,
                s.round,
                &s.clock,
                &s.unit,
                &s.step,
                &s.kind,
                &s.serial,
                due,
                s.at.0,
                reply_due,
                &s.recipients,
                &s.issuer,
                s.receipt_due.map(|at| at.0),
                (&s.note, &s.paper), // serde writes tuples of sixteen at most
            )
        })
        .collect();
    all(tx, SQL, "slips", "writing slips", &rows).await
}

pub(super) async fn hear_of_slips(tx: &mut Tx, heard: &[SlipHeard]) -> Result<(), Failure> {
    const SQL: Text = text!(
        "UPDATE slip SET receipted_ms = CAST(value->>1 AS BIGINT), receipted_by = value->>2,
                receipt_missed_ms = CAST(value->>3 AS BIGINT), replied_ms = CAST(value->>4 AS BIGINT),
                replied_by = value->>5, reply_missed_ms = CAST(value->>6 AS BIGINT), reply = value->>7
         FROM " rows " WHERE slip.key = value->>0"
    );
    let ms = |at: Option<Timestamp>| at.map(|at| at.0);
    let rows: Vec<_> = heard
        .iter()
        .map(|h| {
            let (receipted, replied) = (ms(h.receipted), ms(h.replied));
            let (receipt_missed, reply_missed) = (ms(h.receipt_missed), ms(h.reply_missed));
            let (receipted_by, replied_by) = (&h.receipted_by, &h.replied_by);
            (
                &h.key,
                receipted,
                receipted_by,
                receipt_missed,
                replied,
                replied_by,
                reply_missed,
                &h.reply,
            )
        })
        .collect();
    all(tx, SQL, "slips", "writing receipts and replies", &rows).await
}

pub(super) async fn withdraw_slips(
    tx: &mut Tx,
    withdrawn: &[SlipWithdrawal],
    now: Timestamp,
) -> Result<(), Failure> {
    const SLIPS: Text = text!(
        "UPDATE slip SET state = 'withdrawn', reason = value->>1, withdrawn_ms = CAST(value->>2 AS BIGINT)
         FROM " rows " WHERE slip.key = value->>0 AND slip.state = 'open'"
    );
    // Locked in the order of ids, as `settle` does, so that the two cannot wait for each other.
    // Through the ticket, because that is the index there is.
    const MESSAGES: Text = text!(
        "WITH held AS (
           SELECT outbox.id AS id, wanted.value AS value FROM " rows " AS wanted
           JOIN slip ON slip.key = wanted.value->>0
           JOIN outbox ON outbox.ticket_key = slip.ticket_key AND outbox.slip = slip.key
           WHERE outbox.state = 'waiting' ORDER BY outbox.id" for_update_of_outbox ")
         UPDATE outbox SET state = 'dropped', done_at_ms = CAST(held.value->>2 AS BIGINT),
                reason = held.value->>1
         FROM held WHERE outbox.id = held.id AND outbox.state = 'waiting'"
    );
    let rows: Vec<_> = withdrawn.iter().map(|w| (&w.key, &w.reason, now.0)).collect();
    all(tx, SLIPS, "open slips", "withdrawing slips", &rows).await?;
    tx.execute(MESSAGES, &rows).await.map(drop).map_err(|source| Failure::Database {
        doing: "dropping messages of withdrawn slips",
        source,
    })
}
