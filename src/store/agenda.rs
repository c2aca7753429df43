//! Agendas: periods of schedules that have come and wait, and how one is closed.

use super::{
    MessageWrite, NewEntry, Store, StoreError,
    error::While as _,
    journal::{Appended, append},
    row::rows,
    tx::{Tx, on_readers},
    writes::{self, Writes},
};
use crate::core::timestamp::Timestamp;

/// An agenda with something to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenAgenda {
    pub key: i64,
    pub no: String,
    /// The fold, as JSON.
    pub state: String,
}
rows!(OpenAgenda { key, no, state });

impl Store {
    /// Agendas in which a period waits to be done.
    pub async fn open_agendas(&self) -> Result<Vec<OpenAgenda>, StoreError> {
        const SQL: &str = "SELECT key, no, state FROM ticket
             WHERE book = 'agenda' AND open = 1 AND state IS NOT NULL ORDER BY key";
        on_readers!(self, pool => sqlx::query_as(SQL).fetch_all(pool).await)
            .doing("reading open agendas")
    }

    /// Closes a period: its entry and its messages in one transaction. `false`: somebody closed it before.
    pub async fn close_period(
        &self,
        entry: &NewEntry,
        messages: &[MessageWrite],
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        const DOING: &str = "closing a period";
        let mut tx: Tx = self.pools.begin().await.doing("beginning to close a period")?;
        let appended = append(&mut tx, std::slice::from_ref(entry), now).await.doing(DOING)?;
        if appended.first() == Some(&Appended::Duplicate) {
            tx.rollback().await.doing(DOING)?;
            return Ok(false);
        }
        let writes = Writes { messages: messages.to_vec(), ..Writes::default() };
        if let Err(failure) = writes::write(&mut tx, &writes, now).await {
            tx.rollback().await.doing(DOING)?;
            return Err(failure.explain(&self.pools, &writes).await);
        }
        tx.commit().await.doing("committing a closed period")?;
        self.knock().await;
        Ok(true)
    }
}
