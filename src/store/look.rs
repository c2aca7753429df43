//! A look: one transaction over a batch of due tickets, from reading to the last write.
//!
//! On PostgreSQL the tickets are locked and those another node holds are skipped; on SQLite
//! the look is the only writer. Dropped without a commit it leaves no trace, as soon as its
//! connection is back in the pool; `rollback` waits for that.
//!
//! A look that fails because of one of its tickets is taken again over fewer of them
//! (`due`, `look_at`), until the one is found and put off (`park`).

use std::collections::BTreeMap;

use super::{
    Store, StoreError,
    error::While as _,
    journal::{JournalRow, entries_after},
    row::rows,
    tx::{Pools, Text, Tx, on, on_readers, on_writer, text},
    writes::{self, Writes},
};
use crate::core::{book::BookKind, message::Message, timestamp::Timestamp};

/// A ticket with what its state does not know yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loaded {
    pub key: i64,
    /// The ticket's number.
    pub no: String,
    /// The last entry of the journal and its hash; `0` and empty without a journal.
    pub head_seq: i64,
    pub head_hash: String,
    /// The last entry that `state` includes.
    pub applied_seq: i64,
    /// When it became due.
    pub next_look: Option<Timestamp>,
    /// The fold of the journal up to there, as JSON; `None` before the first look.
    pub state: Option<String>,
    /// The entries after `applied_seq`, in order.
    pub news: Vec<JournalRow>,
}

rows!(Loaded { key, no, head_seq, head_hash, applied_seq, next_look, state } with news);

/// A ticket by its key and its number, nothing else of it read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    pub key: i64,
    pub no: String,
}
rows!(Named { key, no });

/// A message that left with a slip.
struct SentWith {
    ticket_key: i64,
    message: Message,
}
rows!(SentWith { ticket_key, message });

/// Serial numbers wanted: so many of one series of one issuing unit in one year.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SerialRun {
    /// The unit that issues; empty: the set's own office.
    pub issuer: String,
    pub series: String,
    pub year: i32,
    pub count: i64,
}

impl SerialRun {
    fn key(&self) -> (&str, &str, i64) {
        (&self.issuer, &self.series, i64::from(self.year))
    }
}

/// Due tickets, held until the look is committed or rolled back.
pub struct Look {
    /// The longest overdue first.
    pub tickets: Vec<Loaded>,
    tx: Tx,
    pools: Pools,
}

impl std::fmt::Debug for Look {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Look").field("tickets", &self.tickets.len()).finish_non_exhaustive()
    }
}

impl Store {
    /// Takes up to `limit` tickets whose next look is at `now` or before.
    pub async fn look(&self, limit: i64, now: Timestamp) -> Result<Look, StoreError> {
        let mut tx = self.pools.begin().await.doing("beginning a look")?;
        let tickets = load(&mut tx, limit, now).await.doing("loading due tickets")?;
        Ok(Look { tickets, tx, pools: self.pools.clone() })
    }

    /// The tickets a look would take, by name only: works where one of them cannot be read.
    pub async fn due(&self, limit: i64, now: Timestamp) -> Result<Vec<Named>, StoreError> {
        const SQL: &str = "SELECT key, no FROM ticket
                           WHERE next_look_ms <= $1 ORDER BY next_look_ms, book DESC, key LIMIT $2";
        on_readers!(self, pool => sqlx::query_as(SQL).bind(now.0).bind(limit).fetch_all(pool).await)
            .doing("naming due tickets")
    }

    /// Takes those of these tickets that are due at `now` and that no other node holds.
    pub async fn look_at(&self, keys: &[i64], now: Timestamp) -> Result<Look, StoreError> {
        const SQL: Text = text!(
            "SELECT ticket.key, ticket.no, ticket.head_seq, ticket.head_hash, ticket.applied_seq,
                    ticket.next_look_ms, ticket.state
             FROM " rows " AS wanted JOIN ticket ON ticket.key = CAST(wanted.value->>0 AS BIGINT)
             WHERE ticket.next_look_ms <= CAST(wanted.value->>1 AS BIGINT)
             ORDER BY ticket.next_look_ms, ticket.book DESC, ticket.key" skip_locked
        );
        const DOING: &str = "loading some of the due tickets";
        let wanted: Vec<(i64, i64)> = keys.iter().map(|key| (*key, now.0)).collect();
        let mut tx = self.pools.begin().await.doing("beginning a look")?;
        let mut tickets: Vec<Loaded> = tx.fetch(SQL, &wanted).await.doing(DOING)?;
        load_news(&mut tx, &mut tickets).await.doing(DOING)?;
        Ok(Look { tickets, tx, pools: self.pools.clone() })
    }

    /// Puts off a ticket whose look fails for its own reason, so that the others get theirs. False
    /// if it is not due any more. An event that comes in makes it due at once again.
    pub async fn park(
        &self,
        key: i64,
        until: Timestamp,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        const SQL: &str =
            "UPDATE ticket SET next_look_ms = $2 WHERE key = $1 AND next_look_ms <= $3";
        on_writer!(self, pool => sqlx::query(SQL).bind(key).bind(until.0).bind(now.0).execute(pool).await
            .map(|done| done.rows_affected() == 1))
        .doing("parking a ticket")
    }

    /// When the next look is due; `None` if no ticket waits for one.
    pub async fn next_look(&self) -> Result<Option<Timestamp>, StoreError> {
        const SQL: &str = "SELECT next_look_ms FROM ticket WHERE next_look_ms IS NOT NULL
                           ORDER BY next_look_ms LIMIT 1";
        on_readers!(self, pool => sqlx::query_scalar(SQL).fetch_optional(pool).await)
            .map(|ms| ms.map(Timestamp))
            .doing("reading when the next look is due")
    }
}

impl Look {
    /// The whole journals of tickets of this look.
    pub async fn journals(
        &mut self,
        keys: &[i64],
    ) -> Result<BTreeMap<i64, Vec<JournalRow>>, StoreError> {
        let wanted: Vec<(i64, i64)> = keys.iter().map(|key| (*key, 0)).collect();
        entries_after(&mut self.tx, &wanted).await.doing("reading journals of due tickets")
    }

    /// Takes numbers from series: for each wanted run its first number, without gaps. A run is given back if the look is not committed; other nodes wait for the outcome,
    /// so ask last and once.
    pub async fn serials(&mut self, wanted: &[SerialRun]) -> Result<Vec<i64>, StoreError> {
        take_serials(&mut self.tx, wanted).await.doing("taking serials of slips")
    }

    /// The messages that left with these slips; each slip by its ticket and key.
    pub async fn sent_with(
        &mut self,
        slips: &[(i64, String)],
    ) -> Result<Vec<(i64, Message)>, StoreError> {
        const SQL: Text = text!(
            "SELECT outbox.ticket_key, outbox.message FROM " rows " AS wanted
             JOIN outbox ON outbox.ticket_key = CAST(wanted.value->>0 AS BIGINT)
                        AND outbox.slip = wanted.value->>1
             WHERE outbox.state = 'sent' ORDER BY outbox.id"
        );
        let sent: Vec<SentWith> =
            self.tx.fetch(SQL, slips).await.doing("reading what left with slips")?;
        Ok(sent.into_iter().map(|one| (one.ticket_key, one.message)).collect())
    }

    /// Writes all of it and ends the look; on any error nothing was written.
    pub async fn commit(mut self, writes: &Writes, now: Timestamp) -> Result<(), StoreError> {
        match writes::write(&mut self.tx, writes, now).await {
            Ok(()) => self.tx.commit().await.doing("committing a look"),
            Err(failure) => {
                self.tx.rollback().await.doing("rolling a look back")?;
                Err(failure.explain(&self.pools, writes).await)
            }
        }
    }

    /// Ends the look without a trace.
    pub async fn rollback(self) -> Result<(), StoreError> {
        self.tx.rollback().await.doing("rolling a look back")
    }
}

async fn load(tx: &mut Tx, limit: i64, now: Timestamp) -> sqlx::Result<Vec<Loaded>> {
    const SQL: Text = text!(
        "SELECT key, no, head_seq, head_hash, applied_seq, next_look_ms, state FROM ticket
         WHERE next_look_ms <= $1 ORDER BY next_look_ms, book DESC, key LIMIT $2" skip_locked
    );
    let mut due: Vec<Loaded> = on!(tx, SQL, (sql, conn) => sqlx::query_as(sql)
        .bind(now.0).bind(limit).fetch_all(conn).await)?;
    leave_books_of_this_instant(&mut due, now);
    load_news(tx, &mut due).await?;
    Ok(due)
}

/// Books that became due at this very instant wait until the tickets of this instant are decided:
/// what those tell is then counted together. Books due before go along, so that no load can hold them up.
fn leave_books_of_this_instant(due: &mut Vec<Loaded>, now: Timestamp) {
    let is_ticket = |one: &Loaded| BookKind::of(&one.no) == BookKind::Ticket;
    if due.iter().any(is_ticket) {
        due.retain(|one| is_ticket(one) || one.next_look != Some(now));
    }
}

async fn load_news(tx: &mut Tx, tickets: &mut [Loaded]) -> sqlx::Result<()> {
    let wanted: Vec<(i64, i64)> = tickets
        .iter()
        .filter(|ticket| ticket.head_seq > ticket.applied_seq)
        .map(|ticket| (ticket.key, ticket.applied_seq))
        .collect();
    let mut news = entries_after(tx, &wanted).await?;
    for ticket in tickets {
        ticket.news = news.remove(&ticket.key).unwrap_or_default();
    }
    Ok(())
}

async fn take_serials(tx: &mut Tx, wanted: &[SerialRun]) -> sqlx::Result<Vec<i64>> {
    // Rows are locked in the order of their key, so that two nodes cannot wait for each other.
    const SQL: Text = text!(
        "INSERT INTO serial (issuer, series, year, last)
         SELECT value->>0, value->>1, CAST(value->>2 AS BIGINT), CAST(value->>3 AS BIGINT)
         FROM " rows " WHERE true ORDER BY 1, 2, 3
         ON CONFLICT (issuer, series, year) DO UPDATE SET last = serial.last + excluded.last
         RETURNING issuer, series, year, last"
    );
    let mut counts: BTreeMap<(&str, &str, i64), i64> = BTreeMap::new();
    for run in wanted {
        *counts.entry(run.key()).or_default() += run.count;
    }
    let rows: Vec<(&str, &str, i64, i64)> = counts
        .iter()
        .map(|((issuer, series, year), count)| (*issuer, *series, *year, *count))
        .collect();
    let taken: Vec<(String, String, i64, i64)> = tx.fetch(SQL, &rows).await?;
    let mut next: BTreeMap<(&str, &str, i64), i64> = taken
        .iter()
        .map(|(issuer, series, year, last)| {
            let key = (issuer.as_str(), series.as_str(), *year);
            (key, last - counts.get(&key).copied().unwrap_or_default() + 1)
        })
        .collect();
    let firsts = wanted.iter().map(|run| {
        let first = next.get_mut(&run.key()).expect("every series asked for was returned");
        let taken = *first;
        *first += run.count;
        taken
    });
    Ok(firsts.collect())
}
