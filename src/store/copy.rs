//! The whole store as lines of JSON, and back: for backups, and from one database to another.
//!
//! The first line names the migrations; then each table its columns and its rows, one a line;
//! the last line counts the rows and holds the BLAKE3 hash of all lines before it. The lines
//! are the same from both databases, as the tables are. Contacts stay sealed in them.
//!
//! Invariants (tests/backup.rs): `a_copy_is_the_same_store` from and to both databases,
//! `a_changed_or_cut_copy_is_refused`, `only_an_empty_store_takes_a_copy`.

use std::{collections::BTreeMap, io};

use futures_util::TryStreamExt as _;
use serde_json::{Value, json};
use sqlx::AssertSqlSafe;

use super::{
    Store, StoreError,
    error::While as _,
    tx::{Open, Tx},
};
use crate::core::timestamp::Timestamp;

const FORMAT: u64 = 1;
/// Rows of one statement.
const ROWS: usize = 500;
const READING: &str = "copying the store";
const WRITING: &str = "filling the store from a copy";

/// Why a copy was not made or not taken.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    File(#[from] io::Error),
    #[error("line {line}: {why}; nothing was written")]
    Line { line: u64, why: String },
    #[error(
        "the copy ends before its last line (after {rows} rows); it was cut off, nothing was written"
    )]
    Cut { rows: u64 },
    #[error(
        "the lines do not have the hash the last one names; the copy was changed, nothing was written"
    )]
    Changed,
    #[error(
        "the store holds rows in `{table}` already; a copy is taken only into an empty one, name a new place in `[store] url`"
    )]
    NotEmpty { table: String },
    #[error(
        "the copy has the tables of migrations {copy:?}, this store those of {store:?}; take it into a new place with this duban or a newer one"
    )]
    OtherTables { copy: Vec<i64>, store: Vec<i64> },
}

/// What a column holds.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Holds {
    Numbers,
    Texts,
    /// PostgreSQL knows truth; SQLite and copies have 0 and 1.
    Truth,
}

/// A table as the database describes it.
struct Table {
    name: String,
    columns: Vec<(String, Holds)>,
    /// The column the database counts by itself.
    counted: Option<String>,
}

impl Table {
    fn names(&self) -> Vec<&str> {
        self.columns.iter().map(|(name, _)| name.as_str()).collect()
    }
}

/// Lines with their hash and number.
struct Lines<W> {
    write: W,
    hash: blake3::Hasher,
    rows: u64,
}

impl<W: FnMut(&str) -> io::Result<()>> Lines<W> {
    fn put(&mut self, line: &str) -> io::Result<()> {
        self.hash.update(line.as_bytes());
        self.hash.update(b"\n");
        (self.write)(line)
    }
}

impl Store {
    /// Hands the whole store over as it is at one moment, line by line, while others go on
    /// writing. Says how many rows it has.
    pub async fn copy_out(
        &self,
        write: impl FnMut(&str) -> io::Result<()>,
        now: Timestamp,
    ) -> Result<u64, CopyError> {
        let mut lines = Lines { write, hash: blake3::Hasher::new(), rows: 0 };
        let mut tx = self.pools.begin_reading().await.doing(READING)?;
        let migrations = tx.migrations().await.doing(READING)?;
        let head = json!({
            "duban": "backup", "format": FORMAT, "migrations": migrations, "at": now.to_string(),
        });
        lines.put(&head.to_string())?;
        for table in tx.tables().await.doing(READING)? {
            let head = json!({ "table": table.name, "columns": table.names() });
            lines.put(&head.to_string())?;
            tx.rows(&table, &mut lines).await?;
        }
        let hash = lines.hash.finalize().to_hex();
        let end = json!({ "end": true, "rows": lines.rows, "blake3": hash.as_str() });
        (lines.write)(&end.to_string())?;
        tx.rollback().await.doing(READING)?;
        Ok(lines.rows)
    }

    /// Takes a copy into an empty store, whole or not at all; then brings its tables up to date.
    /// `migrations` and the hash must have been looked at by [`verify`].
    pub async fn copy_in(
        &self,
        copy: &Verified,
        lines: impl Iterator<Item = io::Result<String>>,
    ) -> Result<u64, CopyError> {
        self.migrate_to(copy.migrations.last().copied().unwrap_or_default()).await?;
        let mut tx = self.pools.begin().await.doing(WRITING)?;
        let migrations = tx.migrations().await.doing(WRITING)?;
        if migrations != copy.migrations {
            let copy = copy.migrations.clone();
            return Err(CopyError::OtherTables { copy, store: migrations });
        }
        let tables: BTreeMap<String, Table> = tx
            .tables()
            .await
            .doing(WRITING)?
            .into_iter()
            .map(|table| (table.name.clone(), table))
            .collect();
        for table in tables.values() {
            if tx.holds_rows(table).await.doing(WRITING)? {
                return Err(CopyError::NotEmpty { table: table.name.clone() });
            }
        }
        let mut filled = 0;
        let mut table: Option<&Table> = None;
        let mut rows: Vec<Value> = Vec::with_capacity(ROWS);
        for (number, line) in (1_u64..).zip(lines) {
            let wrong = |why: String| CopyError::Line { line: number, why };
            let line: Value =
                serde_json::from_str(&line?).map_err(|error| wrong(error.to_string()))?;
            let head = match line {
                Value::Array(_) => {
                    rows.push(line);
                    None
                }
                head => Some(head),
            };
            if let Some(table) = table.filter(|_| rows.len() == ROWS || head.is_some()) {
                filled += tx.fill(table, &std::mem::take(&mut rows)).await.doing(WRITING)?;
            }
            if let Some(name) = head.as_ref().and_then(|head| head["table"].as_str()) {
                let known =
                    tables.get(name).ok_or_else(|| wrong(format!("no table `{name}` here")))?;
                let same =
                    head.as_ref().is_some_and(|head| head["columns"] == json!(known.names()));
                table = Some(known).filter(|_| same);
                table.ok_or_else(|| wrong(format!("`{name}` has other columns here")))?;
            }
        }
        for table in tables.values() {
            tx.count_on(table).await.doing(WRITING)?;
        }
        tx.commit().await.doing(WRITING)?;
        self.migrate().await?;
        Ok(filled)
    }
}

/// What a copy says of itself, once its hash is known to be right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    pub at: String,
    pub rows: u64,
    pub migrations: Vec<i64>,
}

/// Reads a copy to its end and checks its hash.
pub fn verify(lines: impl Iterator<Item = io::Result<String>>) -> Result<Verified, CopyError> {
    let mut hash = blake3::Hasher::new();
    let mut head = None;
    let mut rows = 0;
    for (number, line) in (1_u64..).zip(lines) {
        let line = line?;
        let wrong = |why: &str| CopyError::Line { line: number, why: why.to_owned() };
        if line.starts_with('[') {
            rows += 1;
        } else {
            let value: Value =
                serde_json::from_str(&line).map_err(|error| wrong(&error.to_string()))?;
            if head.is_none() {
                if value["duban"] != "backup" || value["format"] != FORMAT {
                    return Err(wrong("this is no backup of duban, or one of a newer format"));
                }
                head = Some(value);
            } else if value["end"] == true {
                let same = value["blake3"] == hash.finalize().to_hex().as_str();
                let head =
                    head.filter(|_| same && value["rows"] == rows).ok_or(CopyError::Changed)?;
                let migrations = head["migrations"].as_array().into_iter().flatten();
                return Ok(Verified {
                    at: head["at"].as_str().unwrap_or_default().to_owned(),
                    rows,
                    migrations: migrations.filter_map(Value::as_i64).collect(),
                });
            }
        }
        hash.update(line.as_bytes());
        hash.update(b"\n");
    }
    Err(CopyError::Cut { rows })
}

impl Tx {
    async fn migrations(&mut self) -> sqlx::Result<Vec<i64>> {
        const SQL: &str = "SELECT version FROM _sqlx_migrations ORDER BY version";
        match &mut self.open {
            Open::Sqlite(tx) => sqlx::query_scalar(SQL).fetch_all(&mut **tx).await,
            Open::Postgres(tx) => sqlx::query_scalar(SQL).fetch_all(&mut **tx).await,
        }
    }

    /// Every table but the list of migrations.
    async fn tables(&mut self) -> sqlx::Result<Vec<Table>> {
        // Table, column, what it holds (1: texts, 2: truth), whether the database counts it.
        const SQLITE: &str = "SELECT m.name, c.name, c.type = 'TEXT', 0
             FROM sqlite_master m JOIN pragma_table_info(m.name) c
             WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite%' AND m.name <> '_sqlx_migrations'
             ORDER BY m.name, c.cid";
        const POSTGRES: &str = "SELECT table_name::text, column_name::text, CASE data_type WHEN 'text' THEN 1 WHEN 'boolean' THEN 2 ELSE 0 END::int8,
                    CASE is_identity WHEN 'YES' THEN 1 ELSE 0 END::int8
             FROM information_schema.columns JOIN information_schema.tables USING (table_schema, table_name)
             WHERE table_schema = current_schema() AND table_type = 'BASE TABLE' AND table_name <> '_sqlx_migrations'
             ORDER BY table_name COLLATE \"C\", ordinal_position";
        type Column = (String, String, i64, i64);
        let columns: Vec<Column> = match &mut self.open {
            Open::Sqlite(tx) => sqlx::query_as(SQLITE).fetch_all(&mut **tx).await?,
            Open::Postgres(tx) => sqlx::query_as(POSTGRES).fetch_all(&mut **tx).await?,
        };
        let mut tables: Vec<Table> = Vec::new();
        for (name, column, holds, is_counted) in columns {
            if tables.last().is_none_or(|table| table.name != name) {
                tables.push(Table { name, columns: Vec::new(), counted: None });
            }
            let table = tables.last_mut().expect("one was just added");
            if is_counted != 0 {
                table.counted = Some(column.clone());
            }
            let holds = [Holds::Numbers, Holds::Texts, Holds::Truth][holds.clamp(0, 2) as usize];
            table.columns.push((column, holds));
        }
        for table in &mut tables {
            // Columns that were added later stand in other places in the other database.
            table.columns.sort_by(|(one, _), (other, _)| one.cmp(other));
        }
        Ok(tables)
    }

    /// The rows of a table, each an array in the order of its columns.
    async fn rows<W: FnMut(&str) -> io::Result<()>>(
        &mut self,
        table: &Table,
        lines: &mut Lines<W>,
    ) -> Result<(), CopyError> {
        let name = &table.name;
        let columns: Vec<String> = table
            .columns
            .iter()
            .map(|(column, holds)| match holds {
                Holds::Truth => format!("\"{column}\"::int"),
                Holds::Numbers | Holds::Texts => format!("\"{column}\""),
            })
            .collect();
        let columns = columns.join(", ");
        let sqlite = AssertSqlSafe(format!("SELECT json_array({columns}) FROM \"{name}\""));
        let postgres =
            AssertSqlSafe(format!("SELECT json_build_array({columns})::text FROM \"{name}\""));
        let mut rows = match &mut self.open {
            Open::Sqlite(tx) => sqlx::query_scalar(sqlite).fetch(&mut **tx),
            Open::Postgres(tx) => sqlx::query_scalar(postgres).fetch(&mut **tx),
        };
        while let Some(row) = rows.try_next().await.doing(READING)? {
            let row: String = row;
            // One form from both databases: no spaces, the same escapes.
            let row: Value = serde_json::from_str(&row).map_err(io::Error::other)?;
            lines.put(&row.to_string())?;
            lines.rows += 1;
        }
        Ok(())
    }

    async fn holds_rows(&mut self, table: &Table) -> sqlx::Result<bool> {
        let sql = AssertSqlSafe(format!("SELECT 1 FROM \"{}\" LIMIT 1", table.name));
        Ok(match &mut self.open {
            Open::Sqlite(tx) => sqlx::query(sql).fetch_optional(&mut **tx).await?.is_some(),
            Open::Postgres(tx) => sqlx::query(sql).fetch_optional(&mut **tx).await?.is_some(),
        })
    }

    async fn fill(&mut self, table: &Table, rows: &[Value]) -> sqlx::Result<u64> {
        if rows.is_empty() {
            return Ok(0);
        }
        let values: Vec<String> = table
            .columns
            .iter()
            .enumerate()
            .map(|(place, (_, holds))| match holds {
                Holds::Texts => format!("value->>{place}"),
                Holds::Numbers => format!("CAST(value->>{place} AS BIGINT)"),
                Holds::Truth => format!("CAST(CAST(value->>{place} AS INT) AS BOOLEAN)"),
            })
            .collect();
        let (name, columns, values) = (&table.name, quoted(&table.names()), values.join(", "));
        let rows = serde_json::to_string(rows).expect("arrays of texts and numbers are JSON");
        let done = match &mut self.open {
            Open::Sqlite(tx) => {
                let sql = format!(
                    "INSERT INTO \"{name}\" ({columns}) SELECT {values} FROM jsonb_each($1)"
                );
                sqlx::query(AssertSqlSafe(sql)).bind(rows).execute(&mut **tx).await?.rows_affected()
            }
            Open::Postgres(tx) => {
                let sql = format!(
                    "INSERT INTO \"{name}\" ({columns}) OVERRIDING SYSTEM VALUE SELECT {values} FROM jsonb_array_elements($1::jsonb)"
                );
                sqlx::query(AssertSqlSafe(sql)).bind(rows).execute(&mut **tx).await?.rows_affected()
            }
        };
        Ok(done)
    }

    /// Lets the database count on after the largest number that was filled in.
    async fn count_on(&mut self, table: &Table) -> sqlx::Result<()> {
        let (Open::Postgres(tx), Some(column)) = (&mut self.open, &table.counted) else {
            return Ok(()); // SQLite counts on by itself
        };
        let name = &table.name;
        let sql = format!(
            "SELECT setval(pg_get_serial_sequence('\"{name}\"', '{column}'), MAX(\"{column}\")) FROM \"{name}\" HAVING COUNT(*) > 0"
        );
        sqlx::query(AssertSqlSafe(sql)).execute(&mut **tx).await.map(drop)
    }
}

fn quoted(columns: &[&str]) -> String {
    let columns: Vec<String> = columns.iter().map(|column| format!("\"{column}\"")).collect();
    columns.join(", ")
}
