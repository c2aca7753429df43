//! Knocks between nodes: PostgreSQL's LISTEN and NOTIFY. A knock carries nothing; it only
//! says "look now". Lost knocks cost time, not truth: the daemon polls as a fallback.

use sqlx::postgres::PgListener;

use super::{Store, StoreError, error::While as _, tx::Database};

const CHANNEL: &str = "duban";

/// Knocks of all nodes on this store, our own included.
pub struct Knocks {
    listener: PgListener,
}

impl Store {
    /// Listens for knocks; `None` on SQLite, where the only node is this process.
    pub async fn listen(&self) -> Result<Option<Knocks>, StoreError> {
        let Database::Postgres(pool) = &self.pools.database else { return Ok(None) };
        let mut listener = PgListener::connect_with(pool).await.doing("opening a listener")?;
        listener.listen(CHANNEL).await.doing("listening for knocks")?;
        Ok(Some(Knocks { listener }))
    }

    /// Tells the other nodes to look. A statement of its own, after the commit: inside the
    /// transaction, NOTIFY would take a lock all committing transactions of the database share.
    pub(super) async fn knock(&self) {
        let Database::Postgres(pool) = &self.pools.database else { return };
        let told = sqlx::query("SELECT pg_notify($1, '')").bind(CHANNEL).execute(pool).await;
        if let Err(error) = told {
            tracing::warn!(%error, "could not knock; other nodes look at their next poll");
        }
    }
}

impl Knocks {
    /// Waits for the next knock. Several that came at once are one. A lost connection counts as
    /// a knock, because one may have been missed, and is opened again.
    ///
    /// May be dropped while it waits: it holds no transaction.
    pub async fn next(&mut self) -> Result<(), StoreError> {
        self.listener.try_recv().await.map(drop).doing("waiting for a knock")?;
        while self.listener.next_buffered().is_some() {}
        Ok(())
    }
}
