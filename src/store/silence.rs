//! Silences declared while duban runs: who is told nothing, until when, and who answers for it.

use super::{
    Store, StoreError,
    error::While as _,
    row::rows,
    tx::{on_readers, on_writer},
};
use crate::core::{silence::Silence, timestamp::Timestamp};

/// A silence as declared, and how it ended if it was ended early.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SilenceRow {
    pub id: i64,
    /// None: everybody.
    pub units: Vec<String>,
    pub from: Timestamp,
    pub to: Timestamp,
    pub owner: String,
    pub reason: String,
    pub created: Timestamp,
    pub ended: Option<Timestamp>,
    pub ended_by: Option<String>,
}
rows!(SilenceRow { id, units, from, to, owner, reason, created, ended, ended_by });

impl From<SilenceRow> for Silence {
    fn from(row: SilenceRow) -> Self {
        let SilenceRow { units, from, to, owner, reason, .. } = row;
        Self { units, from, to, owner, reason }
    }
}

impl Store {
    /// Declares a silence; returns its number.
    pub async fn silence_add(&self, one: &Silence, now: Timestamp) -> Result<i64, StoreError> {
        const SQL: &str = "INSERT INTO silence (units, from_ms, to_ms, owner, reason, created_ms)
                           VALUES ($1, $2, $3, $4, $5, $6) RETURNING id";
        let units = serde_json::to_string(&one.units).expect("a list of texts is JSON");
        on_writer!(self, pool => sqlx::query_scalar(SQL).bind(units).bind(one.from.0).bind(one.to.0)
            .bind(&one.owner).bind(&one.reason).bind(now.0).fetch_one(pool).await)
        .doing("declaring a silence")
    }

    /// Silences that are not over at `now`, those to come too.
    pub async fn silences(&self, now: Timestamp) -> Result<Vec<SilenceRow>, StoreError> {
        const SQL: &str =
            "SELECT id, units, from_ms, to_ms, owner, reason, created_ms, ended_ms, ended_by
                           FROM silence WHERE to_ms > $1 AND ended_ms IS NULL ORDER BY id";
        on_readers!(self, pool => sqlx::query_as(SQL).bind(now.0).fetch_all(pool).await)
            .doing("reading silences")
    }

    /// All silences there ever were, oldest first.
    pub async fn silences_ever(&self) -> Result<Vec<SilenceRow>, StoreError> {
        const SQL: &str =
            "SELECT id, units, from_ms, to_ms, owner, reason, created_ms, ended_ms, ended_by
                           FROM silence ORDER BY id";
        on_readers!(self, pool => sqlx::query_as(SQL).fetch_all(pool).await)
            .doing("reading silences")
    }

    /// Ends a silence before its time; what it held is offered again. False if there is none with this
    /// number that is not over.
    pub async fn silence_end(&self, id: i64, by: &str, now: Timestamp) -> Result<bool, StoreError> {
        const SQL: &str = "UPDATE silence SET ended_ms = $2, ended_by = $3
                           WHERE id = $1 AND ended_ms IS NULL AND to_ms > $2";
        let ended = on_writer!(self, pool => sqlx::query(SQL).bind(id).bind(now.0).bind(by)
            .execute(pool).await.map(|done| done.rows_affected() == 1))
        .doing("ending a silence")?;
        if ended {
            self.release_held(now).await?;
            self.knock().await;
        }
        Ok(ended)
    }
}
