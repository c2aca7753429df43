//! Whole tickets: everything the store knows of them, as of one moment, for the audit.
//!
//! Only what is needed to compare is read; texts of messages stay where they are.

use std::collections::BTreeMap;

use super::{
    JournalRow, Named, Store, StoreError,
    error::While as _,
    journal::entries_after,
    row::rows,
    tx::{Text, on_readers, text},
};
use crate::core::timestamp::Timestamp;

/// A ticket with its journal, slips and messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Whole {
    pub key: i64,
    /// The ticket's number.
    pub no: String,
    pub unit: String,
    pub policy: String,
    pub stage: String,
    pub open: bool,
    pub next_look: Option<Timestamp>,
    pub head_seq: i64,
    pub head_hash: String,
    pub applied_seq: i64,
    /// The fold up to `applied_seq`, as JSON.
    pub state: Option<String>,
    pub rest: Rest,
}
rows!(Whole {
    key, no, unit, policy, stage, open, next_look, head_seq, head_hash, applied_seq, state
} with rest);

/// What other tables know of a ticket.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rest {
    pub journal: Vec<JournalRow>,
    pub slips: Vec<SlipMark>,
    pub messages: Vec<MessageMark>,
}

/// That a slip is there, and whether it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SlipMark {
    pub ticket_key: i64,
    pub key: String,
    /// `open` or `withdrawn`
    pub state: String,
    pub receipted: Option<Timestamp>,
    pub replied: Option<Timestamp>,
}
rows!(SlipMark { ticket_key, key, state, receipted, replied });

/// That a message is there, and how far it got.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageMark {
    pub ticket_key: i64,
    pub key: String,
    /// The slip it carries.
    pub slip: Option<String>,
    /// `waiting sent gave_up dropped`
    pub state: String,
    pub offer_at: Timestamp,
}
rows!(MessageMark { ticket_key, key, slip, state, offer_at });

/// Rows of a table whose ticket is gone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Orphans {
    pub table: String,
    pub ticket_key: i64,
    pub rows: i64,
}
rows!(Orphans { table, ticket_key, rows });

impl Store {
    /// Up to `limit` tickets by name, in the order of their keys, from after `after` on.
    pub async fn names(&self, after: i64, limit: i64) -> Result<Vec<Named>, StoreError> {
        const SQL: &str = "SELECT key, no FROM ticket WHERE key > $1 ORDER BY key LIMIT $2";
        on_readers!(self, pool => sqlx::query_as(SQL).bind(after).bind(limit).fetch_all(pool).await)
            .doing("naming tickets")
    }

    /// The largest key of a ticket: where a walk through all of them ends.
    pub async fn last_key(&self) -> Result<i64, StoreError> {
        const SQL: &str = "SELECT key FROM ticket ORDER BY key DESC LIMIT 1";
        on_readers!(self, pool => sqlx::query_scalar(SQL).fetch_optional(pool).await)
            .map(Option::unwrap_or_default)
            .doing("reading the last ticket's key")
    }

    /// Everything about these tickets, as of one moment, in the order of their keys.
    pub async fn wholes(&self, keys: &[i64]) -> Result<Vec<Whole>, StoreError> {
        const DOING: &str = "reading whole tickets";
        const TICKETS: Text = text!(
            "SELECT ticket.key, ticket.no, ticket.unit, ticket.policy, ticket.stage, ticket.open,
                    ticket.next_look_ms, ticket.head_seq, ticket.head_hash, ticket.applied_seq, ticket.state
             FROM " rows " AS wanted JOIN ticket ON ticket.key = CAST(wanted.value->>0 AS BIGINT)
             ORDER BY ticket.key"
        );
        const SLIPS: Text = text!(
            "SELECT slip.ticket_key, slip.key, slip.state, slip.receipted_ms, slip.replied_ms
             FROM " rows " AS wanted JOIN slip ON slip.ticket_key = CAST(wanted.value->>0 AS BIGINT)
             ORDER BY slip.id"
        );
        const MESSAGES: Text = text!(
            "SELECT outbox.ticket_key, outbox.key, outbox.slip, outbox.state, outbox.offer_at_ms
             FROM " rows " AS wanted JOIN outbox ON outbox.ticket_key = CAST(wanted.value->>0 AS BIGINT)
             ORDER BY outbox.id"
        );
        let wanted: Vec<(i64, i64)> = keys.iter().map(|key| (*key, 0)).collect();
        let mut tx = self.pools.begin_reading().await.doing(DOING)?;
        let mut tickets: Vec<Whole> = tx.fetch(TICKETS, &wanted).await.doing(DOING)?;
        let mut journals = entries_after(&mut tx, &wanted).await.doing(DOING)?;
        let slips: Vec<SlipMark> = tx.fetch(SLIPS, &wanted).await.doing(DOING)?;
        let messages: Vec<MessageMark> = tx.fetch(MESSAGES, &wanted).await.doing(DOING)?;
        tx.rollback().await.doing(DOING)?;
        let mut slips = by_ticket(slips, |slip| slip.ticket_key);
        let mut messages = by_ticket(messages, |message| message.ticket_key);
        for ticket in &mut tickets {
            ticket.rest = Rest {
                journal: journals.remove(&ticket.key).unwrap_or_default(),
                slips: slips.remove(&ticket.key).unwrap_or_default(),
                messages: messages.remove(&ticket.key).unwrap_or_default(),
            };
        }
        Ok(tickets)
    }

    /// Journal lines, slips and messages of tickets that are not there: somebody deleted the ticket.
    pub async fn orphans(&self, limit: i64) -> Result<Vec<Orphans>, StoreError> {
        const SQL: &str = "SELECT 'journal', journal.ticket_key, COUNT(*) FROM journal
             WHERE NOT EXISTS (SELECT 1 FROM ticket WHERE ticket.key = journal.ticket_key)
             GROUP BY journal.ticket_key
             UNION ALL
             SELECT 'slip', slip.ticket_key, COUNT(*) FROM slip
             WHERE NOT EXISTS (SELECT 1 FROM ticket WHERE ticket.key = slip.ticket_key)
             GROUP BY slip.ticket_key
             UNION ALL
             SELECT 'outbox', outbox.ticket_key, COUNT(*) FROM outbox
             WHERE outbox.ticket_key <> 0 -- a mail that is about no ticket
               AND NOT EXISTS (SELECT 1 FROM ticket WHERE ticket.key = outbox.ticket_key)
             GROUP BY outbox.ticket_key
             ORDER BY 2, 1 LIMIT $1";
        on_readers!(self, pool => sqlx::query_as(SQL).bind(limit).fetch_all(pool).await)
            .doing("looking for rows without a ticket")
    }
}

fn by_ticket<T>(marks: Vec<T>, key: impl Fn(&T) -> i64) -> BTreeMap<i64, Vec<T>> {
    let mut of_ticket: BTreeMap<i64, Vec<T>> = BTreeMap::new();
    for mark in marks {
        of_ticket.entry(key(&mark)).or_default().push(mark);
    }
    of_ticket
}
