//! Opening a store and bringing its tables up to date.

use std::{
    os::unix::fs::DirBuilderExt as _, path::Path, str::FromStr as _, sync::Arc, time::Duration,
};

use sqlx::{
    Connection as _, PgConnection, PgPool, SqlitePool,
    migrate::{Migrate, MigrateError, Migrator},
    postgres::{PgConnectOptions, PgPoolOptions},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

use super::{
    Store, StoreError,
    error::While as _,
    fate::Fate,
    tx::{Database, Pools, on_readers},
};

static SQLITE: Migrator = sqlx::migrate!("migrations/sqlite");
static POSTGRES: Migrator = sqlx::migrate!("migrations/postgres");

/// Where sqlx notes which migrations were applied.
const MIGRATIONS_TABLE: &str = "_sqlx_migrations";

/// The first SQLite without the WAL-reset bug.
const SQLITE_VERSION_MIN: [u32; 3] = [3, 51, 3];

/// How long a writer waits for another process (an import beside the daemon) to finish its batch.
const BUSY_TIMEOUT: Duration = Duration::from_secs(15);

/// Connections that read a SQLite file beside the one that writes.
const SQLITE_READERS_MAX: u32 = 4;

/// Connections to PostgreSQL: engine, intake, dispatch and listener hold one each, the web the rest.
const POSTGRES_CONNECTIONS_MAX: u32 = 10;

/// What every PostgreSQL session starts with.
///
/// A transaction that hangs would hold its tickets from all nodes: the server ends it. The
/// statements are short batches: compiling them costs more than running them. Every join goes from
/// a small batch into an index; a planner without statistics, as after a first import, would read
/// and hash or sort whole tables instead.
const SESSION: &str = "SET idle_in_transaction_session_timeout = '60s'; SET jit = off;
     SET enable_hashjoin = off; SET enable_mergejoin = off; SET enable_bitmapscan = off";

impl Store {
    /// Opens `sqlite:FILE`, `sqlite::memory:` (one connection, gone at the end) or
    /// `postgres://...`. Makes a missing file and its folder, but no tables: see [`Store::migrate`].
    pub async fn open(url: &str) -> Result<Self, StoreError> {
        let (scheme, rest) = url.split_once(':').unwrap_or((url, ""));
        let database = match (scheme, rest) {
            ("sqlite", ":memory:") => open_memory().await?,
            ("sqlite", file) if !file.is_empty() => {
                open_file(Path::new(file.strip_prefix("//").unwrap_or(file))).await?
            }
            ("postgres" | "postgresql", _) => open_postgres(url).await?,
            _ => {
                return Err(StoreError::UnknownDatabase {
                    scheme: scheme.chars().take(16).collect(),
                });
            }
        };
        Ok(Self { pools: Pools { database, fate: None } })
    }

    /// The same store under a fate of its own: for simulations, which let it fail where they like.
    pub fn under(&self, fate: Arc<dyn Fate>) -> Self {
        let database = self.pools.database.clone();
        Self { pools: Pools { database, fate: Some(fate) } }
    }

    /// Brings the tables up to date and returns the versions that were missing. Safe to call on
    /// several nodes at once: one migrates, the others wait and find nothing to do.
    pub async fn migrate(&self) -> Result<Vec<i64>, StoreError> {
        self.migrate_to(i64::MAX).await
    }

    /// As [`Store::migrate`], but not past a version: the tables as an older duban left them.
    pub(super) async fn migrate_to(&self, last: i64) -> Result<Vec<i64>, StoreError> {
        match &self.pools.database {
            Database::Sqlite { writer, .. } => migrate_sqlite(writer, last).await,
            Database::Postgres(pool) => migrate_postgres(pool, last).await,
        }
        .map_err(|source| StoreError::Migrate { source })
    }

    /// Asks the database whether it is there.
    pub async fn ping(&self) -> Result<(), StoreError> {
        on_readers!(self, pool => sqlx::query("SELECT 1").execute(pool).await.map(drop))
            .doing("pinging")
    }

    /// `sqlite` or `postgres`.
    pub fn database(&self) -> &'static str {
        match self.pools.database {
            Database::Sqlite { .. } => "sqlite",
            Database::Postgres(_) => "postgres",
        }
    }

    /// Waits for what is running and closes all connections.
    pub async fn close(&self) {
        match &self.pools.database {
            Database::Sqlite { writer, readers } => {
                readers.close().await;
                writer.close().await;
            }
            Database::Postgres(pool) => pool.close().await,
        }
    }
}

async fn open_memory() -> Result<Database, StoreError> {
    let options = SqliteConnectOptions::from_str("sqlite::memory:")
        .map_err(|source| StoreError::Open { what: "SQLite", source })?;
    let pool = one_connection(options).await?;
    require_fixed_sqlite(&pool).await?;
    Ok(Database::Sqlite { writer: pool.clone(), readers: pool })
}

async fn open_file(file: &Path) -> Result<Database, StoreError> {
    if let Some(folder) = file.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder)
            .map_err(|source| StoreError::Folder { folder: folder.to_owned(), source })?;
    }
    let options = SqliteConnectOptions::new()
        .filename(file)
        .busy_timeout(BUSY_TIMEOUT)
        .row_buffer_size(1024)
        // 64 MiB; the default of 2 MiB re-reads the index pages of a batch from the file.
        .pragma("cache_size", "-65536");
    let writer = options
        .clone()
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        // FULL: what was acknowledged survives a power cut. Batches make it affordable.
        .synchronous(SqliteSynchronous::Full)
        // 16 MiB of log between checkpoints: each one writes a hot page once, however often it changed.
        .pragma("wal_autocheckpoint", "4096");
    let writer = one_connection(writer).await?;
    require_fixed_sqlite(&writer).await?;
    let readers = SqlitePoolOptions::new()
        .max_connections(SQLITE_READERS_MAX)
        .connect_with(options.read_only(true))
        .await
        .map_err(|source| StoreError::Open { what: "SQLite", source })?;
    Ok(Database::Sqlite { writer, readers })
}

/// A pool of exactly one connection that is never replaced: the queue of writers is fair.
async fn one_connection(options: SqliteConnectOptions) -> Result<SqlitePool, StoreError> {
    SqlitePoolOptions::new()
        .max_connections(1)
        .min_connections(1)
        .max_lifetime(None)
        .idle_timeout(None)
        .connect_with(options)
        .await
        .map_err(|source| StoreError::Open { what: "SQLite", source })
}

async fn require_fixed_sqlite(pool: &SqlitePool) -> Result<(), StoreError> {
    let found: String = sqlx::query_scalar("SELECT sqlite_version()")
        .fetch_one(pool)
        .await
        .map_err(|source| StoreError::Open { what: "SQLite", source })?;
    let numbers: Vec<u32> = found.split('.').map_while(|part| part.parse().ok()).collect();
    if numbers.as_slice() < SQLITE_VERSION_MIN.as_slice() {
        return Err(StoreError::OldSqlite { found });
    }
    Ok(())
}

async fn open_postgres(url: &str) -> Result<Database, StoreError> {
    let failed = |source| StoreError::Open { what: "PostgreSQL", source };
    let options = PgConnectOptions::from_str(url).map_err(failed)?.application_name("duban");
    // A pool would knock at a closed door for half a minute; one connection says at once what is wrong.
    let first = PgConnection::connect_with(&options).await.map_err(failed)?;
    first.close().await.map_err(failed)?;
    let pool = PgPoolOptions::new()
        .max_connections(POSTGRES_CONNECTIONS_MAX)
        .after_connect(|connection, _| {
            Box::pin(async move { sqlx::raw_sql(SESSION).execute(connection).await.map(drop) })
        })
        .connect_lazy_with(options);
    Ok(Database::Postgres(pool))
}

/// sqlx takes no lock on SQLite; one immediate transaction around all migrations is one.
async fn migrate_sqlite(writer: &SqlitePool, last: i64) -> Result<Vec<i64>, MigrateError> {
    let mut tx = writer.begin_with("BEGIN IMMEDIATE").await?;
    let applied = apply_missing(&SQLITE, &mut *tx, last).await?;
    tx.commit().await?;
    Ok(applied)
}

async fn migrate_postgres(pool: &PgPool, last: i64) -> Result<Vec<i64>, MigrateError> {
    // Detached: if anything fails the connection is closed, and the advisory lock ends with it.
    let mut connection = pool.acquire().await?.detach();
    connection.lock().await?;
    let applied = apply_missing(&POSTGRES, &mut connection, last).await?;
    connection.unlock().await?;
    connection.close().await?;
    Ok(applied)
}

/// Applies what the database has not seen, under the caller's lock. A database that was changed by
/// a newer program, or by a file that is no longer the same, is refused.
///
/// The loop is ours because the future of `Migrator::run` cannot be sent between threads.
async fn apply_missing<C: Migrate + Send>(
    migrator: &Migrator,
    connection: &mut C,
    last: i64,
) -> Result<Vec<i64>, MigrateError> {
    connection.ensure_migrations_table(MIGRATIONS_TABLE).await?;
    if let Some(version) = connection.dirty_version(MIGRATIONS_TABLE).await? {
        return Err(MigrateError::Dirty(version));
    }
    let known = connection.list_applied_migrations(MIGRATIONS_TABLE).await?;
    if let Some(newer) = known.iter().find(|known| !migrator.version_exists(known.version)) {
        return Err(MigrateError::VersionMissing(newer.version));
    }
    let mut applied = Vec::new();
    for migration in migrator.iter().filter(|migration| migration.version <= last) {
        match known.iter().find(|known| known.version == migration.version) {
            Some(known) if known.checksum == migration.checksum => {}
            Some(_) => return Err(MigrateError::VersionMismatch(migration.version)),
            None => {
                connection.apply(MIGRATIONS_TABLE, migration).await?;
                applied.push(migration.version);
            }
        }
    }
    Ok(applied)
}
