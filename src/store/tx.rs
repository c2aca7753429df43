//! One text and one body for two databases: the macros, the transaction, the batch.
//!
//! A batch is ONE statement with ONE parameter: a JSON array of arrays. SQLite opens it
//! with `jsonb_each`, PostgreSQL with `jsonb_array_elements`; both call the column `value`
//! and read it with `value->>0`, so that the rest of the text is the same. (SQLite's
//! `json_each` would print each row as text and parse it again: three times slower.)
//!
//! No future in here may be dropped half-way (no `select!`, no timeout, no abort around
//! it): a cancelled `BEGIN` leaves a PostgreSQL connection inside a transaction, and the
//! next borrower's writes would vanish with it.

use std::sync::Arc;

use serde::Serialize;
use sqlx::{
    FromRow, PgPool, Postgres, Sqlite, SqlitePool, Transaction, postgres::PgRow, sqlite::SqliteRow,
};

use super::fate::{Fate, Moment};

/// A statement in both dialects; made by `text!`.
#[derive(Clone, Copy)]
pub(super) struct Text {
    pub sqlite: &'static str,
    pub postgres: &'static str,
}

/// What differs between the dialects, by name. SQLite has one writer, so there is no row
/// another one could hold: locking clauses neither exist there nor are needed.
macro_rules! sqlite_word {
    (rows) => {
        "jsonb_each($1)"
    };
    (for_update) => {
        ""
    };
    (for_update_of_outbox) => {
        ""
    };
    (skip_locked) => {
        ""
    };
    (message_json) => {
        "message"
    };
    ($literal:literal) => {
        $literal
    };
}
macro_rules! postgres_word {
    (rows) => {
        "jsonb_array_elements($1::jsonb)"
    };
    (for_update) => {
        " FOR UPDATE"
    };
    (for_update_of_outbox) => {
        " FOR UPDATE OF outbox"
    };
    (skip_locked) => {
        " FOR UPDATE SKIP LOCKED"
    };
    (message_json) => {
        "message::jsonb"
    };
    ($literal:literal) => {
        $literal
    };
}

/// A statement out of literals and the words above.
macro_rules! text {
    ($($word:tt)+) => {
        $crate::store::tx::Text {
            sqlite: concat!($($crate::store::tx::sqlite_word!($word)),+),
            postgres: concat!($($crate::store::tx::postgres_word!($word)),+),
        }
    };
}

/// Runs the same expression against whichever connection the transaction holds.
macro_rules! on {
    ($tx:expr, $text:expr, ($sql:ident, $conn:ident) => $body:expr) => {
        match &mut $tx.open {
            $crate::store::tx::Open::Sqlite(tx) => {
                let ($sql, $conn) = ($text.sqlite, &mut **tx);
                $body
            }
            $crate::store::tx::Open::Postgres(tx) => {
                let ($sql, $conn) = ($text.postgres, &mut **tx);
                $body
            }
        }
    };
}

/// Runs the same expression against the pool of readers, outside any transaction.
macro_rules! on_readers {
    ($store:expr, $pool:ident => $body:expr) => {
        match &$store.pools.database {
            $crate::store::tx::Database::Sqlite { readers, .. } => {
                let $pool = readers;
                $body
            }
            $crate::store::tx::Database::Postgres(pool) => {
                let $pool = pool;
                $body
            }
        }
    };
}

/// Runs the same one-statement write, committed by itself.
macro_rules! on_writer {
    ($store:expr, $pool:ident => $body:expr) => {
        match &$store.pools.database {
            $crate::store::tx::Database::Sqlite { writer, .. } => {
                let $pool = writer;
                $body
            }
            $crate::store::tx::Database::Postgres(pool) => {
                let $pool = pool;
                $body
            }
        }
    };
}

/// Runs the same one-statement write whose text differs between the databases.
macro_rules! on_both {
    ($store:expr, $text:expr, ($sql:ident, $pool:ident) => $body:expr) => {
        match &$store.pools.database {
            $crate::store::tx::Database::Sqlite { writer, .. } => {
                let ($sql, $pool) = ($text.sqlite, writer);
                $body
            }
            $crate::store::tx::Database::Postgres(pool) => {
                let ($sql, $pool) = ($text.postgres, pool);
                $body
            }
        }
    };
}

pub(super) use {on, on_both, on_readers, on_writer, postgres_word, sqlite_word, text};

/// A row type both drivers can fill.
pub(super) trait BothRows:
    for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin
{
}

impl<T> BothRows for T where
    T: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin
{
}

/// The connections of a store.
#[derive(Clone)]
pub(super) struct Pools {
    pub database: Database,
    /// None but in a simulation.
    pub fate: Option<Arc<dyn Fate>>,
}

#[derive(Clone)]
pub(super) enum Database {
    /// One writing connection for ever; readers are separate and cannot write.
    /// In memory both are the same single connection.
    Sqlite {
        writer: SqlitePool,
        readers: SqlitePool,
    },
    Postgres(PgPool),
}

impl Pools {
    /// Begins a transaction that will write.
    pub async fn begin(&self) -> sqlx::Result<Tx> {
        self.meet(Moment::Begin).await?;
        let open = match &self.database {
            // Immediate: a deferred transaction that reads and then writes fails at once with
            // SQLITE_BUSY_SNAPSHOT when another process wrote in between, whatever the busy timeout.
            Database::Sqlite { writer, .. } => {
                writer.begin_with("BEGIN IMMEDIATE").await.map(Open::Sqlite)
            }
            Database::Postgres(pool) => pool.begin().await.map(Open::Postgres),
        };
        Ok(Tx { open: open?, fate: self.fate.clone() })
    }

    /// Begins a transaction that only reads and sees one moment of the store.
    pub async fn begin_reading(&self) -> sqlx::Result<Tx> {
        let open = match &self.database {
            Database::Sqlite { readers, .. } => readers.begin().await.map(Open::Sqlite),
            Database::Postgres(pool) => pool
                .begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
                .await
                .map(Open::Postgres),
        };
        Ok(Tx { open: open?, fate: None })
    }

    /// What a simulation has in store for this moment; in a daemon nothing ever.
    pub async fn meet(&self, moment: Moment) -> sqlx::Result<()> {
        meet(self.fate.as_ref(), moment).await
    }
}

async fn meet(fate: Option<&Arc<dyn Fate>>, moment: Moment) -> sqlx::Result<()> {
    match fate {
        Some(fate) => fate.meet(moment).await.map_err(sqlx::Error::Io),
        None => Ok(()),
    }
}

/// A transaction on either database; dropped without a commit it is rolled back.
pub(super) struct Tx {
    pub open: Open,
    fate: Option<Arc<dyn Fate>>,
}

pub(super) enum Open {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Transaction<'static, Postgres>),
}

impl Tx {
    /// Runs a batch statement; says how many rows it wrote. Nothing to do is done without a statement.
    pub async fn execute<R: Serialize>(&mut self, text: Text, rows: &[R]) -> sqlx::Result<u64> {
        if rows.is_empty() {
            return Ok(0);
        }
        let rows = json(rows);
        Ok(
            on!(self, text, (sql, conn) => sqlx::query(sql).bind(rows).execute(conn).await?.rows_affected()),
        )
    }

    /// Runs a batch statement that answers with rows, in the order the statement gives.
    pub async fn fetch<R: Serialize, T: BothRows>(
        &mut self,
        text: Text,
        rows: &[R],
    ) -> sqlx::Result<Vec<T>> {
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        let rows = json(rows);
        on!(self, text, (sql, conn) => sqlx::query_as(sql).bind(rows).fetch_all(conn).await)
    }

    pub async fn commit(self) -> sqlx::Result<()> {
        meet(self.fate.as_ref(), Moment::Commit).await?;
        match self.open {
            Open::Sqlite(tx) => tx.commit().await?,
            Open::Postgres(tx) => tx.commit().await?,
        }
        meet(self.fate.as_ref(), Moment::Committed).await
    }

    pub async fn rollback(self) -> sqlx::Result<()> {
        match self.open {
            Open::Sqlite(tx) => tx.rollback().await,
            Open::Postgres(tx) => tx.rollback().await,
        }
    }
}

/// The rows of a batch as the JSON text both databases open.
fn json<R: Serialize>(rows: &[R]) -> String {
    serde_json::to_string(rows).expect("rows are arrays of texts and numbers, which JSON can hold")
}
