//! Policy sets by content hash: a ticket stays under the rules it was dispatched under.

use super::{
    Store, StoreError,
    error::While as _,
    tx::{on_readers, on_writer},
};
use crate::core::timestamp::Timestamp;

impl Store {
    /// Keeps the files of a policy set; does nothing if the hash is known.
    pub async fn keep_policy_set(
        &self,
        hash: &str,
        id: &str,
        version: &str,
        files_json: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        const SQL: &str = "INSERT INTO policy_set (hash, id, version, kept_ms, files)
                           VALUES ($1, $2, $3, $4, $5) ON CONFLICT (hash) DO NOTHING";
        on_writer!(self, pool => sqlx::query(SQL)
            .bind(hash).bind(id).bind(version).bind(now.0).bind(files_json)
            .execute(pool).await.map(drop))
        .doing("keeping a policy set")
    }

    /// The files of a policy set, as they were given.
    pub async fn policy_set(&self, hash: &str) -> Result<Option<String>, StoreError> {
        const SQL: &str = "SELECT files FROM policy_set WHERE hash = $1";
        on_readers!(self, pool => sqlx::query_scalar(SQL).bind(hash).fetch_optional(pool).await)
            .doing("reading a policy set")
    }

    /// The hashes of all sets some ticket may be frozen to: every set ever kept, oldest first.
    pub async fn policy_hashes_in_use(&self) -> Result<Vec<String>, StoreError> {
        const SQL: &str = "SELECT hash FROM policy_set ORDER BY kept_ms, hash";
        on_readers!(self, pool => sqlx::query_scalar(SQL).fetch_all(pool).await)
            .doing("listing policy sets")
    }
}
