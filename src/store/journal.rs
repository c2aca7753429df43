//! Appending to journals: the one door through which events come in.
//!
//! An append is one transaction: tickets are made where missing and locked in the order of
//! their keys, entries seen before are set aside, the rest is chained, and the tickets are
//! due at once.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Store, StoreError,
    error::While as _,
    row::{base64, rows},
    tx::{Text, Tx, on_readers, text},
};
use crate::core::{book::BookKind, journal::chain, timestamp::Timestamp};

/// A fact to append to the journal of a ticket, which need not exist yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewEntry {
    /// The ticket's number.
    pub ticket: String,
    /// When it occurred.
    pub at: Timestamp,
    pub kind: String,
    /// A second entry of the ticket with the same text is a duplicate; `None` is never one.
    pub dedupe: Option<String>,
    /// The event as JSON, without anything that reaches a person.
    pub body: String,
    /// How to reach the resident, sealed. Replaces what is kept; never part of the journal.
    pub contact: Option<Vec<u8>>,
}

/// What became of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Appended {
    Accepted { seq: i64 },
    Duplicate,
}

/// One entry of a journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JournalRow {
    pub seq: i64,
    /// When it occurred.
    pub at: Timestamp,
    /// When we learned of it.
    pub arrived: Timestamp,
    pub kind: String,
    pub body: String,
    pub dedupe: Option<String>,
    pub hash: String,
}
rows!(JournalRow { seq, at, arrived, kind, body, dedupe, hash });

/// `ticket_key, seq, at_ms, arrived_ms, kind, dedupe, hash, body`
pub(super) type JournalLine<'a> = (i64, i64, i64, i64, &'a str, Option<&'a str>, &'a str, &'a str);

pub(super) const INSERT_JOURNAL: Text = text!(
    "INSERT INTO journal (ticket_key, seq, at_ms, arrived_ms, kind, dedupe, hash, body)
     SELECT CAST(value->>0 AS BIGINT), CAST(value->>1 AS BIGINT), CAST(value->>2 AS BIGINT),
            CAST(value->>3 AS BIGINT), value->>4, value->>5, value->>6, value->>7
     FROM " rows
);

impl Store {
    /// Appends entries, in their order, in one transaction; answers for each. The tickets are
    /// due for a look at `now`, and other nodes are told.
    pub async fn append(
        &self,
        entries: &[NewEntry],
        now: Timestamp,
    ) -> Result<Vec<Appended>, StoreError> {
        if entries.is_empty() {
            return Ok(Vec::new());
        }
        require_texts(entries)?;
        let mut tx = self.pools.begin().await.doing("beginning to append events")?;
        let appended = append(&mut tx, entries, now).await.doing("appending events")?;
        tx.commit().await.doing("committing appended events")?;
        self.knock().await;
        Ok(appended)
    }

    /// The whole journal of a ticket, in order.
    pub async fn journal(&self, key: i64) -> Result<Vec<JournalRow>, StoreError> {
        const SQL: &str = "SELECT seq, at_ms, arrived_ms, kind, body, dedupe, hash FROM journal
                           WHERE ticket_key = $1 ORDER BY seq";
        on_readers!(self, pool => sqlx::query_as(SQL).bind(key).fetch_all(pool).await)
            .doing("reading a journal")
    }
}

/// PostgreSQL cannot keep a NUL in a text; so that both databases accept the same, neither does.
pub(super) fn require_texts(entries: &[NewEntry]) -> Result<(), StoreError> {
    for entry in entries {
        let texts = [
            ("ticket number", entry.ticket.as_str()),
            ("kind", &entry.kind),
            ("dedupe key", entry.dedupe.as_deref().unwrap_or_default()),
            ("body", &entry.body),
        ];
        if let Some((field, _)) = texts.iter().find(|(_, text)| text.contains('\0')) {
            return Err(StoreError::Nul { field, ticket: entry.ticket.clone() });
        }
    }
    Ok(())
}

/// A ticket while its journal grows.
struct Head {
    key: i64,
    no: String,
    seq: i64,
    hash: String,
}
rows!(Head { key, no, seq, hash });

/// Appends inside a transaction that the caller commits.
pub(super) async fn append(
    tx: &mut Tx,
    entries: &[NewEntry],
    now: Timestamp,
) -> sqlx::Result<Vec<Appended>> {
    let mut heads = lock_tickets(tx, entries, now).await?;
    let mut seen = seen_before(tx, entries, &heads).await?;

    let mut appended = Vec::with_capacity(entries.len());
    let mut lines: Vec<(i64, i64, String)> = Vec::with_capacity(entries.len());
    let mut accepted = Vec::with_capacity(entries.len());
    let mut contacts = BTreeMap::new();
    for entry in entries {
        let head = heads.get_mut(&entry.ticket).expect("each ticket was made or found above");
        if let Some(dedupe) = &entry.dedupe
            && !seen.insert((head.key, dedupe.clone()))
        {
            appended.push(Appended::Duplicate);
            continue;
        }
        head.seq += 1;
        head.hash =
            chain(&head.hash, &entry.ticket, head.seq, entry.at, now, &entry.kind, &entry.body);
        lines.push((head.key, head.seq, head.hash.clone()));
        accepted.push(entry);
        if let Some(sealed) = &entry.contact {
            contacts.insert(head.key, base64(sealed));
        }
        appended.push(Appended::Accepted { seq: head.seq });
    }

    let journal: Vec<JournalLine<'_>> = accepted
        .iter()
        .zip(&lines)
        .map(|(entry, (key, seq, hash))| {
            let dedupe = entry.dedupe.as_deref();
            (
                *key,
                *seq,
                entry.at.0,
                now.0,
                entry.kind.as_str(),
                dedupe,
                hash.as_str(),
                entry.body.as_str(),
            )
        })
        .collect();
    tx.execute(INSERT_JOURNAL, &journal).await?;
    let grown: BTreeSet<i64> = lines.iter().map(|(key, _, _)| *key).collect();
    move_heads(tx, heads.values().filter(|head| grown.contains(&head.key)), now).await?;
    keep_contacts(tx, &contacts, now).await?;
    Ok(appended)
}

/// Makes the tickets that are missing and locks all of them, by number.
///
/// Two nodes may do this for the same tickets at once: numbers are inserted in their order and
/// rows locked in the order of keys, so that one waits for the other and neither for both.
async fn lock_tickets(
    tx: &mut Tx,
    entries: &[NewEntry],
    now: Timestamp,
) -> sqlx::Result<BTreeMap<String, Head>> {
    const MAKE: Text = text!(
        "INSERT INTO ticket (no, head_seq, head_hash, applied_seq, unit, policy, stage, open, created_ms, book)
         SELECT value->>0, 0, '', 0, '', '', '', CAST(value->>2 AS BIGINT), CAST(value->>1 AS BIGINT),
                value->>3 FROM " rows "
         WHERE NOT EXISTS (SELECT 1 FROM ticket WHERE ticket.no = value->>0)
         ORDER BY 1 ON CONFLICT (no) DO NOTHING"
    );
    const LOCK: Text = text!(
        "SELECT ticket.key, ticket.no, ticket.head_seq, ticket.head_hash FROM ticket
         WHERE ticket.no IN (SELECT value->>0 FROM " rows ") ORDER BY ticket.key" for_update
    );
    let numbers: BTreeSet<&str> = entries.iter().map(|entry| entry.ticket.as_str()).collect();
    let numbers: Vec<(&str, i64, i64, &str)> = numbers
        .into_iter()
        .map(|no| {
            let book = BookKind::of(no);
            (no, now.0, i64::from(book == BookKind::Ticket), book.name())
        })
        .collect();
    tx.execute(MAKE, &numbers).await?;
    let heads: Vec<Head> = tx.fetch(LOCK, &numbers).await?;
    Ok(heads.into_iter().map(|head| (head.no.clone(), head)).collect())
}

/// Which of the dedupe keys the journals hold already.
async fn seen_before(
    tx: &mut Tx,
    entries: &[NewEntry],
    heads: &BTreeMap<String, Head>,
) -> sqlx::Result<BTreeSet<(i64, String)>> {
    const SQL: Text = text!(
        "SELECT journal.ticket_key, journal.dedupe FROM " rows " AS wanted
         JOIN journal ON journal.ticket_key = CAST(wanted.value->>0 AS BIGINT)
                     AND journal.dedupe = wanted.value->>1"
    );
    let wanted: Vec<(i64, &str)> = entries
        .iter()
        .filter_map(|entry| {
            let head = heads.get(&entry.ticket).filter(|head| head.seq > 0)?;
            Some((head.key, entry.dedupe.as_deref()?))
        })
        .collect();
    let seen: Vec<(i64, String)> = tx.fetch(SQL, &wanted).await?;
    Ok(seen.into_iter().collect())
}

async fn move_heads(
    tx: &mut Tx,
    heads: impl Iterator<Item = &Head>,
    now: Timestamp,
) -> sqlx::Result<()> {
    const SQL: Text = text!(
        "UPDATE ticket SET head_seq = CAST(value->>1 AS BIGINT), head_hash = value->>2,
                next_look_ms = CASE WHEN next_look_ms <= CAST(value->>3 AS BIGINT) THEN next_look_ms
                                    ELSE CAST(value->>3 AS BIGINT) END
         FROM " rows " WHERE ticket.key = CAST(value->>0 AS BIGINT)"
    );
    let moved: Vec<(i64, i64, &str, i64)> =
        heads.map(|head| (head.key, head.seq, head.hash.as_str(), now.0)).collect();
    tx.execute(SQL, &moved).await.map(drop)
}

async fn keep_contacts(
    tx: &mut Tx,
    contacts: &BTreeMap<i64, String>,
    now: Timestamp,
) -> sqlx::Result<()> {
    const SQL: Text = text!(
        "INSERT INTO contact (ticket_key, sealed, at_ms)
         SELECT CAST(value->>0 AS BIGINT), value->>1, CAST(value->>2 AS BIGINT) FROM " rows " WHERE true
         ON CONFLICT (ticket_key) DO UPDATE SET sealed = excluded.sealed, at_ms = excluded.at_ms"
    );
    let kept: Vec<(i64, &str, i64)> =
        contacts.iter().map(|(key, sealed)| (*key, sealed.as_str(), now.0)).collect();
    tx.execute(SQL, &kept).await.map(drop)
}

/// A journal entry with the ticket it belongs to, for reading many journals at once.
struct KeyedRow {
    ticket_key: i64,
    seq: i64,
    at: Timestamp,
    arrived: Timestamp,
    kind: String,
    body: String,
    dedupe: Option<String>,
    hash: String,
}
rows!(KeyedRow { ticket_key, seq, at, arrived, kind, body, dedupe, hash });

/// Journals after a sequence number each (`0` for the whole), by ticket.
pub(super) async fn entries_after(
    tx: &mut Tx,
    wanted: &[(i64, i64)],
) -> sqlx::Result<BTreeMap<i64, Vec<JournalRow>>> {
    const SQL: Text = text!(
        "SELECT journal.ticket_key, journal.seq, journal.at_ms, journal.arrived_ms, journal.kind,
                journal.body, journal.dedupe, journal.hash
         FROM " rows " AS wanted JOIN journal ON journal.ticket_key = CAST(wanted.value->>0 AS BIGINT)
                                AND journal.seq > CAST(wanted.value->>1 AS BIGINT)
         ORDER BY journal.ticket_key, journal.seq"
    );
    let found: Vec<KeyedRow> = tx.fetch(SQL, wanted).await?;
    let mut journals: BTreeMap<i64, Vec<JournalRow>> = BTreeMap::new();
    for KeyedRow { ticket_key, seq, at, arrived, kind, body, dedupe, hash } in found {
        let row = JournalRow { seq, at, arrived, kind, body, dedupe, hash };
        journals.entry(ticket_key).or_default().push(row);
    }
    Ok(journals)
}
