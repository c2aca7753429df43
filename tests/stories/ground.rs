//! The databases stories run on: one SQLite file and one PostgreSQL database per worker,
//! emptied before every story.

use std::fmt::Write as _;

use duban::store::Store;
use sqlx::{
    AssertSqlSafe, Connection as _, Executor as _, PgConnection, Row as _, SqliteConnection,
    sqlite::SqliteConnectOptions,
};

use crate::postgres;

/// How a column is compared.
#[derive(Clone, Copy, Debug)]
pub enum Like {
    Whole,
    Part,
}

/// A database with tables, and a second way into it.
pub struct Ground {
    pub store: Store,
    raw: Raw,
    /// Everything but the list of migrations.
    tables: Vec<String>,
    _folder: Option<tempfile::TempDir>,
}

enum Raw {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

/// The same on both connections.
macro_rules! on_raw {
    ($raw:expr, $connection:ident => $body:expr) => {
        match $raw {
            Raw::Sqlite($connection) => $body,
            Raw::Postgres($connection) => $body,
        }
    };
}

impl Ground {
    pub async fn sqlite() -> Self {
        // In memory where there is a folder that is, so that no story waits for a disk.
        let memory = std::path::Path::new("/dev/shm");
        let folder =
            if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
        let folder = folder.expect("a scratch folder");
        let file = folder.path().join("duban.db");
        let store = open(&format!("sqlite:{}", file.display())).await;
        // Tables are emptied in any order.
        let options = SqliteConnectOptions::new().filename(&file).foreign_keys(false);
        let raw = SqliteConnection::connect_with(&options).await.expect("the file opens");
        Self::new(store, Raw::Sqlite(raw), Some(folder)).await
    }

    pub async fn postgres() -> Self {
        let url = postgres::database().await;
        let store = open(&url).await;
        let raw = PgConnection::connect(&url).await.expect("the cluster takes connections");
        Self::new(store, Raw::Postgres(raw), None).await
    }

    async fn new(store: Store, mut raw: Raw, folder: Option<tempfile::TempDir>) -> Self {
        let sql = match raw {
            Raw::Sqlite(_) => {
                "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
            }
            Raw::Postgres(_) => {
                "SELECT CAST(relname AS TEXT) FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
                 WHERE nspname = 'public' AND relkind IN ('r', 'p') AND NOT relispartition"
            }
        };
        let mut tables: Vec<String> = on_raw!(&mut raw, raw => sqlx::query_scalar(sql)
            .fetch_all(raw).await)
        .expect("the tables have names");
        tables.retain(|table| table != "_sqlx_migrations");
        Self { store, raw, tables, _folder: folder }
    }

    /// Takes everything out of every table.
    pub async fn clear(&mut self) {
        let sql = match self.raw {
            Raw::Sqlite(_) => {
                let tables = self.tables.iter().map(|table| format!("DELETE FROM {table};"));
                let all: String = tables.collect();
                format!("BEGIN IMMEDIATE; {all} COMMIT;")
            }
            // Deleting from small tables is faster than truncating them.
            Raw::Postgres(_) => {
                let tables = self.tables.iter().map(|table| format!("DELETE FROM {table};"));
                let all: String = tables.collect();
                format!("SET session_replication_role = replica; {all}")
            }
        };
        on_raw!(&mut self.raw, raw => raw.execute(sqlx::raw_sql(AssertSqlSafe(sql))).await.map(drop))
            .expect("tables can be emptied");
    }

    /// How many rows of a table hold these texts, or texts with these parts; an error of the
    /// database is the answer's text.
    pub async fn count(
        &mut self,
        table: &str,
        wanted: &[(String, Like, String)],
    ) -> Result<i64, String> {
        let is_name = |name: &str| name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        if !is_name(table) || !wanted.iter().all(|(column, _, _)| is_name(column)) {
            return Err("tables and columns have plain names".to_owned());
        }
        let mut sql = format!("SELECT CAST(COUNT(*) AS BIGINT) FROM {table} WHERE 1 = 1");
        for (index, (column, like, _)) in wanted.iter().enumerate() {
            let n = index + 1;
            let is = match like {
                Like::Whole => "=",
                Like::Part => "LIKE",
            };
            write!(sql, " AND COALESCE(CAST({column} AS TEXT), 'none') {is} ${n}")
                .expect("a String takes every write");
        }
        on_raw!(&mut self.raw, raw => {
            let mut query = sqlx::query(AssertSqlSafe(sql));
            for (_, like, value) in wanted {
                query = query.bind(match like {
                    Like::Whole => value.clone(),
                    Like::Part => format!("%{value}%"),
                });
            }
            query.fetch_one(raw).await.map(|row| row.get::<i64, _>(0)).map_err(|error| error.to_string())
        })
    }
}

async fn open(url: &str) -> Store {
    let store = Store::open(url).await.expect("the database opens");
    store.migrate().await.expect("an empty database can be migrated");
    store
}
