//! What can go wrong in the store, in words for the operator.
//!
//! No text in here holds the address of the database (it may carry a password), a name or
//! a number of a person. `Debug` prints the same words: the drivers' own `Debug` shows whole rows.

use std::fmt;

use sqlx::error::ErrorKind;

/// Why the store could not do it.
#[derive(thiserror::Error)]
pub enum StoreError {
    #[error(
        "the store address starts with `{scheme}`; write `sqlite:FILE`, `sqlite::memory:` or `postgres://USER@HOST/DATABASE`"
    )]
    UnknownDatabase { scheme: String },
    #[error("cannot make the folder {} of the store: {source}", folder.display())]
    Folder { folder: std::path::PathBuf, source: std::io::Error },
    #[error("cannot open the {what} store: {source}; is the address right and the server up?")]
    Open { what: &'static str, source: sqlx::Error },
    #[error(
        "SQLite {found} can corrupt a write-ahead log on reset; duban needs 3.51.3 or later, build it with the bundled one"
    )]
    OldSqlite { found: String },
    #[error("cannot bring the tables up to date: {source}")]
    Migrate { source: sqlx::migrate::MigrateError },
    /// A key that must be unique for ever was written a second time; nothing of the batch was kept.
    #[error(
        "`{key}` is in the {table} already; nothing of this batch was written, because what fires once must not be doubled"
    )]
    Doubled { table: &'static str, key: String },
    /// A batch found fewer rows than it was made for; nothing of it was kept.
    #[error(
        "{found} of {wanted} rows of the {table} were as expected; nothing of this batch was written, look at them again"
    )]
    Lost { table: &'static str, wanted: u64, found: u64 },
    #[error("the {field} of an entry for ticket `{ticket}` holds a NUL character, which no text column keeps; refuse it at intake", ticket = ticket.replace('\0', "\u{fffd}"))]
    Nul { field: &'static str, ticket: String },
    #[error("the store failed while {doing}: {source}")]
    Database { doing: &'static str, source: sqlx::Error },
}

impl StoreError {
    /// Whether it is what some rows hold that was refused, so that other rows may well be taken.
    /// A store that is gone, full or busy refuses all of them alike.
    pub fn is_about_rows(&self) -> bool {
        match self {
            Self::Doubled { .. } | Self::Lost { .. } | Self::Nul { .. } => true,
            Self::Database { source, .. } => is_about_rows(source),
            Self::UnknownDatabase { .. }
            | Self::Folder { .. }
            | Self::Open { .. }
            | Self::OldSqlite { .. }
            | Self::Migrate { .. } => false,
        }
    }
}

impl fmt::Debug for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

/// Says what was being done when the database refused.
pub(super) trait While<T> {
    fn doing(self, doing: &'static str) -> Result<T, StoreError>;
}

impl<T> While<T> for sqlx::Result<T> {
    fn doing(self, doing: &'static str) -> Result<T, StoreError> {
        self.map_err(|source| StoreError::Database { doing, source })
    }
}

fn is_about_rows(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_) | sqlx::Error::Encode(_) => true,
        sqlx::Error::Database(refused) => {
            let is_constraint = match refused.kind() {
                ErrorKind::UniqueViolation
                | ErrorKind::ForeignKeyViolation
                | ErrorKind::NotNullViolation
                | ErrorKind::CheckViolation
                | ErrorKind::ExclusionViolation => true,
                _ => false, // busy, full, gone: sqlx's enum is open
            };
            // Class 22 of PostgreSQL: a value that cannot be what it should be.
            is_constraint
                || refused.code().is_some_and(|code| code.len() == 5 && code.starts_with("22"))
        }
        _ => false, // connections and pools: sqlx's enum is open
    }
}

/// Whether the database refused a second row with the same key.
pub(super) fn is_doubled(error: &sqlx::Error) -> bool {
    error.as_database_error().is_some_and(sqlx::error::DatabaseError::is_unique_violation)
}
