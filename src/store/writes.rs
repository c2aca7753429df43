//! What a look writes: a handful of batch statements, all or nothing.

mod slips;

use std::collections::BTreeSet;

pub use self::slips::{SlipHeard, SlipWithdrawal, SlipWrite};
use self::slips::{hear_of_slips, withdraw_slips, write_slips};
use super::{
    BoardLine, LedgerRow, StoreError, board,
    error::is_doubled,
    journal::{INSERT_JOURNAL, JournalLine},
    ledger,
    row::base64,
    told::{INSERT_TOLD, ToldWrite},
    tx::{Pools, Text, Tx, text},
};
use crate::core::{
    message::{Message, Recipient},
    timestamp::Timestamp,
};

/// Everything one look decided.
#[derive(Clone, Debug, Default)]
pub struct Writes {
    pub tickets: Vec<TicketWrite>,
    pub journal: Vec<JournalWrite>,
    pub slips: Vec<SlipWrite>,
    pub withdrawn: Vec<SlipWithdrawal>,
    pub heard: Vec<SlipHeard>,
    pub messages: Vec<MessageWrite>,
    pub links: Vec<LinkWrite>,
    /// Events for other journals.
    pub told: Vec<ToldWrite>,
    pub flags: Vec<FlagWrite>,
    /// Tickets whose lines in the ledgers are written anew, and those lines.
    pub ledger_of: Vec<i64>,
    pub ledger: Vec<LedgerRow>,
    /// Lines of open tickets on the board, and tickets that leave it.
    pub board: Vec<BoardLine>,
    pub off_board: Vec<i64>,
}

/// A ticket as the look leaves it.
#[derive(Clone, Debug)]
pub struct TicketWrite {
    pub key: i64,
    pub head_seq: i64,
    pub head_hash: String,
    pub applied_seq: i64,
    /// The fold, as JSON.
    pub state: String,
    /// When to look again; `None` means only when something is appended.
    pub next_look: Option<Timestamp>,
    pub unit: String,
    pub policy: String,
    pub stage: String,
    pub open: bool,
}

/// An entry the engine itself adds; chained by the engine with `core::journal::chain`.
#[derive(Clone, Debug)]
pub struct JournalWrite {
    pub ticket_key: i64,
    pub seq: i64,
    pub at: Timestamp,
    pub arrived: Timestamp,
    pub kind: String,
    pub body: String,
    pub dedupe: Option<String>,
    pub hash: String,
}

/// A message to send.
#[derive(Clone, Debug)]
pub struct MessageWrite {
    pub message: Message,
    pub ticket_key: i64,
    /// What only the sender may read (a link's token), sealed.
    pub sealed: Option<Vec<u8>>,
}

/// A one-use address for a resident.
#[derive(Clone, Debug)]
pub struct LinkWrite {
    pub token_hash: String,
    pub ticket_key: i64,
    pub ticket_no: String,
    /// `rate`
    pub purpose: String,
    pub round: u32,
    pub expires: Timestamp,
}

/// A flag to list.
#[derive(Clone, Debug)]
pub struct FlagWrite {
    pub ticket_key: i64,
    pub ticket_no: String,
    pub flag: String,
    /// 0: of the ticket as a whole.
    pub round: u32,
    /// What tells repetitions apart.
    pub about: String,
    /// The unit responsible then.
    pub unit: String,
    pub at: Timestamp,
    /// JSON: numbers, instants and units.
    pub evidence: String,
}

/// Why a batch was not written.
pub(super) enum Failure {
    Database { doing: &'static str, source: sqlx::Error },
    Lost { table: &'static str, wanted: u64, found: u64 },
}

/// Writes all of it inside the caller's transaction.
pub(super) async fn write(tx: &mut Tx, writes: &Writes, now: Timestamp) -> Result<(), Failure> {
    write_tickets(tx, &writes.tickets).await?;
    write_journal(tx, &writes.journal).await?;
    write_slips(tx, &writes.slips).await?;
    write_messages(tx, &writes.messages, now).await?;
    hear_of_slips(tx, &writes.heard).await?;
    withdraw_slips(tx, &writes.withdrawn, now).await?;
    write_told(tx, &writes.told).await?;
    write_flags(tx, &writes.flags).await?;
    write_links(tx, &writes.links, now).await?;
    write_ledger(tx, writes).await?;
    write_board(tx, writes).await
}

async fn write_tickets(tx: &mut Tx, tickets: &[TicketWrite]) -> Result<(), Failure> {
    const SQL: Text = text!(
        "UPDATE ticket SET head_seq = CAST(value->>1 AS BIGINT), head_hash = value->>2,
                applied_seq = CAST(value->>3 AS BIGINT), next_look_ms = CAST(value->>4 AS BIGINT),
                unit = value->>5, policy = value->>6, stage = value->>7,
                open = CAST(value->>8 AS BIGINT), state = value->>9
         FROM " rows " WHERE ticket.key = CAST(value->>0 AS BIGINT)"
    );
    let rows: Vec<_> = tickets
        .iter()
        .map(|t| {
            let next_look = t.next_look.map(|at| at.0);
            (
                t.key,
                t.head_seq,
                &t.head_hash,
                t.applied_seq,
                next_look,
                &t.unit,
                &t.policy,
                &t.stage,
                i64::from(t.open),
                &t.state,
            )
        })
        .collect();
    all(tx, SQL, "tickets", "writing tickets", &rows).await
}

async fn write_journal(tx: &mut Tx, entries: &[JournalWrite]) -> Result<(), Failure> {
    let rows: Vec<JournalLine<'_>> = entries
        .iter()
        .map(|e| {
            (
                e.ticket_key,
                e.seq,
                e.at.0,
                e.arrived.0,
                e.kind.as_str(),
                e.dedupe.as_deref(),
                e.hash.as_str(),
                e.body.as_str(),
            )
        })
        .collect();
    all(tx, INSERT_JOURNAL, "journal", "writing the journal", &rows).await
}

pub(super) async fn write_messages(
    tx: &mut Tx,
    messages: &[MessageWrite],
    now: Timestamp,
) -> Result<(), Failure> {
    const SQL: Text = text!(
        "INSERT INTO outbox (key, ticket_key, slip, state, offer_at_ms, attempt, created_ms, sealed, message, person)
         SELECT value->>0, CAST(value->>1 AS BIGINT), value->>2, 'waiting', CAST(value->>3 AS BIGINT), 0,
                CAST(value->>4 AS BIGINT), value->>5, value->>6, value->>7
         FROM " rows
    );
    let rows: Vec<_> = messages
        .iter()
        .map(|m| {
            let text = serde_json::to_string(&m.message).expect("a message is texts and numbers");
            let sealed = m.sealed.as_deref().map(base64);
            (
                &m.message.key,
                m.ticket_key,
                &m.message.slip,
                m.message.not_before.0,
                now.0,
                sealed,
                text,
                person_of(&m.message),
            )
        })
        .collect();
    all(tx, SQL, "outbox", "writing the outbox", &rows).await
}

/// The person a message is for, by whom it is found again.
fn person_of(message: &Message) -> Option<&str> {
    match &message.to {
        Recipient::Staff { person, .. } => person.as_deref(),
        Recipient::Resident => None,
    }
}

async fn write_flags(tx: &mut Tx, flags: &[FlagWrite]) -> Result<(), Failure> {
    const SQL: Text = text!(
        "INSERT INTO flag (ticket_key, ticket_no, flag, round, about, unit, at_ms, evidence)
         SELECT CAST(value->>0 AS BIGINT), value->>1, value->>2, CAST(value->>3 AS BIGINT), value->>4,
                value->>5, CAST(value->>6 AS BIGINT), value->>7
         FROM " rows
    );
    if flags.is_empty() {
        return Ok(()); // most looks raise none
    }
    let rows: Vec<_> = flags
        .iter()
        .map(|f| {
            (f.ticket_key, &f.ticket_no, &f.flag, f.round, &f.about, &f.unit, f.at.0, &f.evidence)
        })
        .collect();
    all(tx, SQL, "flags", "writing flags", &rows).await
}

async fn write_links(tx: &mut Tx, links: &[LinkWrite], now: Timestamp) -> Result<(), Failure> {
    const SQL: Text = text!(
        "INSERT INTO link (token_hash, ticket_key, ticket_no, purpose, round, expires_ms, created_ms)
         SELECT value->>0, CAST(value->>1 AS BIGINT), value->>2, value->>3, CAST(value->>4 AS BIGINT),
                CAST(value->>5 AS BIGINT), CAST(value->>6 AS BIGINT)
         FROM " rows
    );
    let rows: Vec<_> = links
        .iter()
        .map(|l| {
            (&l.token_hash, l.ticket_key, &l.ticket_no, &l.purpose, l.round, l.expires.0, now.0)
        })
        .collect();
    all(tx, SQL, "links", "writing links", &rows).await
}

async fn write_told(tx: &mut Tx, told: &[ToldWrite]) -> Result<(), Failure> {
    let rows: Vec<_> =
        told.iter().map(|t| (&t.ticket, t.at.0, &t.kind, &t.dedupe, &t.body)).collect();
    all(tx, INSERT_TOLD, "told events", "writing told events", &rows).await
}

async fn write_ledger(tx: &mut Tx, writes: &Writes) -> Result<(), Failure> {
    let keys: Vec<(i64,)> = writes.ledger_of.iter().map(|key| (*key,)).collect();
    if keys.is_empty() {
        return Ok(());
    }
    let doing = "writing the ledger";
    tx.execute(ledger::CLEAR, &keys).await.map_err(|source| Failure::Database { doing, source })?;
    let rows: Vec<_> = writes.ledger.iter().map(LedgerRow::columns).collect();
    all(tx, ledger::INSERT, "ledger", doing, &rows).await
}

/// Most looks change nothing a list shows: what is the same is not written.
async fn write_board(tx: &mut Tx, writes: &Writes) -> Result<(), Failure> {
    let failed = |source| Failure::Database { doing: "writing the board", source };
    let lines: Vec<_> = writes.board.iter().map(BoardLine::columns).collect();
    tx.execute(board::WRITE, &lines).await.map_err(failed)?;
    let gone: Vec<(i64,)> = writes.off_board.iter().map(|key| (*key,)).collect();
    tx.execute(board::REMOVE, &gone).await.map(drop).map_err(failed)
}

/// Runs a batch that must write exactly as many rows as it has.
async fn all<R: serde::Serialize>(
    tx: &mut Tx,
    text: Text,
    table: &'static str,
    doing: &'static str,
    rows: &[R],
) -> Result<(), Failure> {
    let wanted = rows.len() as u64;
    match tx.execute(text, rows).await {
        Ok(found) if found == wanted => Ok(()),
        Ok(found) => Err(Failure::Lost { table, wanted, found }),
        Err(source) => Err(Failure::Database { doing, source }),
    }
}

impl Failure {
    /// The error where nobody asks which key was doubled.
    pub fn into_error(self) -> StoreError {
        match self {
            Self::Lost { table, wanted, found } => StoreError::Lost { table, wanted, found },
            Self::Database { doing, source } => StoreError::Database { doing, source },
        }
    }

    /// The error for the engine. If a key was there already, says which: the databases differ in
    /// what they tell about it, so the batch is asked for again, key by key, now that it is undone.
    pub async fn explain(self, pools: &Pools, writes: &Writes) -> StoreError {
        match self {
            Self::Lost { table, wanted, found } => StoreError::Lost { table, wanted, found },
            Self::Database { doing, source } if is_doubled(&source) => {
                match find_doubled(pools, writes).await {
                    Ok(Some((table, key))) => StoreError::Doubled { table, key },
                    // Another process was faster and is gone again, or the search failed too.
                    Ok(None) | Err(_) => StoreError::Database { doing, source },
                }
            }
            Self::Database { doing, source } => StoreError::Database { doing, source },
        }
    }
}

async fn find_doubled(
    pools: &Pools,
    writes: &Writes,
) -> sqlx::Result<Option<(&'static str, String)>> {
    const SLIPS: Text = text!("SELECT slip.key FROM slip WHERE slip.key IN (SELECT value->>0 FROM " rows ") ORDER BY 1");
    const MESSAGES: Text = text!(
        "SELECT outbox.key FROM outbox WHERE outbox.key IN (SELECT value->>0 FROM " rows ") ORDER BY 1"
    );
    const LINKS: Text = text!(
        "SELECT link.token_hash FROM link WHERE link.token_hash IN (SELECT value->>0 FROM " rows ") ORDER BY 1"
    );
    const JOURNAL: Text = text!(
        "SELECT journal.dedupe FROM " rows " AS wanted
         JOIN journal ON journal.ticket_key = CAST(wanted.value->>1 AS BIGINT)
                     AND journal.dedupe = wanted.value->>0 ORDER BY 1"
    );
    type Keys<'a> = Vec<(&'a str, i64)>;
    let slips: Keys<'_> = writes.slips.iter().map(|s| (s.key.as_str(), 0)).collect();
    let messages: Keys<'_> = writes.messages.iter().map(|m| (m.message.key.as_str(), 0)).collect();
    let links: Keys<'_> = writes.links.iter().map(|l| (l.token_hash.as_str(), 0)).collect();
    let journal: Keys<'_> =
        writes.journal.iter().filter_map(|e| Some((e.dedupe.as_deref()?, e.ticket_key))).collect();

    let mut tx = pools.begin_reading().await?;
    for (table, text, keys) in [
        ("slips", SLIPS, slips),
        ("outbox", MESSAGES, messages),
        ("links", LINKS, links),
        ("journal", JOURNAL, journal),
    ] {
        let mut within = BTreeSet::new();
        if let Some((key, _)) = keys.iter().find(|key| !within.insert(**key)) {
            return Ok(Some((table, (*key).to_owned())));
        }
        let kept: Vec<(String,)> = tx.fetch(text, &keys).await?;
        if let Some((key,)) = kept.into_iter().next() {
            return Ok(Some((table, key)));
        }
    }
    tx.rollback().await?;
    Ok(None)
}
