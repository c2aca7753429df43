//! API tokens: who may call the HTTP interface, kept as hashes.

use super::{
    Store, StoreError,
    error::While as _,
    row::rows,
    tx::{on_readers, on_writer},
};
use crate::core::timestamp::Timestamp;

/// A token as stored; the secret itself is not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiToken {
    pub id: i64,
    /// What it is for, in the operator's words.
    pub name: String,
    /// `ingest`, `read` ...
    pub scopes: Vec<String>,
    pub created: Timestamp,
    pub revoked: Option<Timestamp>,
}
rows!(ApiToken { id, name, scopes, created, revoked });

impl Store {
    /// The token with this hash, unless it was revoked.
    pub async fn api_token(&self, hash: &str) -> Result<Option<ApiToken>, StoreError> {
        const SQL: &str = "SELECT id, name, scopes, created_ms, revoked_ms FROM api_token
                           WHERE hash = $1 AND revoked_ms IS NULL";
        on_readers!(self, pool => sqlx::query_as(SQL).bind(hash).fetch_optional(pool).await)
            .doing("reading an API token")
    }

    /// Keeps a new token; returns its id.
    pub async fn token_create(
        &self,
        name: &str,
        hash: &str,
        scopes: &[String],
        now: Timestamp,
    ) -> Result<i64, StoreError> {
        const SQL: &str = "INSERT INTO api_token (name, hash, scopes, created_ms)
                           VALUES ($1, $2, $3, $4) RETURNING id";
        let scopes = serde_json::to_string(scopes).expect("a list of texts is JSON");
        on_writer!(self, pool => sqlx::query_scalar(SQL)
            .bind(name).bind(hash).bind(scopes).bind(now.0).fetch_one(pool).await)
        .doing("creating an API token")
    }

    /// All tokens, revoked ones too, oldest first.
    pub async fn token_list(&self) -> Result<Vec<ApiToken>, StoreError> {
        const SQL: &str =
            "SELECT id, name, scopes, created_ms, revoked_ms FROM api_token ORDER BY id";
        on_readers!(self, pool => sqlx::query_as(SQL).fetch_all(pool).await)
            .doing("listing API tokens")
    }

    /// Revokes a token for ever; false if there is none with this id that still works.
    pub async fn token_revoke(&self, id: i64, now: Timestamp) -> Result<bool, StoreError> {
        const SQL: &str =
            "UPDATE api_token SET revoked_ms = $2 WHERE id = $1 AND revoked_ms IS NULL";
        on_writer!(self, pool => sqlx::query(SQL).bind(id).bind(now.0).execute(pool).await
            .map(|done| done.rows_affected() == 1))
        .doing("revoking an API token")
    }
}
