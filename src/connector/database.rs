//! Reads databases of other systems, and only reads.
//!
//! The one place outside `store` that names sqlx (tests/house.rs): what is read here is
//! nobody's store, has any dialect and any table, and is never written to. The session is
//! told to refuse writes, so that a query with a side effect fails instead of having it.
//! A future of this module may be dropped: the connection goes with it.

use std::{str::FromStr as _, time::Duration};

use sqlx::{
    AssertSqlSafe, Connection as _, Decode, MySqlConnection, PgConnection, Row, SqliteConnection,
    Type, mysql::MySqlConnectOptions, postgres::PgConnectOptions, sqlite::SqliteConnectOptions,
};
use tokio::time::timeout;

use super::query::{Bound, Dialect};
use crate::core::contact::masked;

/// Why another system's database could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ForeignError {
    #[error("cannot open the {what} database: {why}")]
    Open { what: &'static str, why: String },
    #[error("the {what} database did not answer within {}", humantime::format_duration(*.after))]
    Slow { what: &'static str, after: Duration },
    #[error("the {what} database refused the query: {why}")]
    Query { what: &'static str, why: String },
}

/// A row: each column as text, empty where it is NULL; or which column is no text.
pub type ForeignRow = Result<Vec<String>, String>;

/// A connection that reads.
pub struct Reader {
    connection: Connection,
    what: &'static str,
    bound: Duration,
}

enum Connection {
    Sqlite(Box<SqliteConnection>),
    Postgres(Box<PgConnection>),
    Mysql(Box<MySqlConnection>),
}

/// Asks the question on whichever connection it is.
macro_rules! ask {
    ($connection:expr, $sql:expr, $bound:expr) => {{
        // The text is the administrator's own query with quoted names around it; values are bound.
        let mut query = sqlx::query(AssertSqlSafe($sql));
        for value in $bound {
            query = match value {
                Bound::Number(number) => query.bind(*number),
                Bound::Text(text) => query.bind(text.clone()),
            };
        }
        let rows = query.fetch_all(&mut **$connection).await?;
        Ok(rows.iter().map(texts).collect())
    }};
}

impl Reader {
    /// Opens a session that refuses to write.
    pub async fn open(url: &str, bound: Duration) -> Result<Self, ForeignError> {
        let what = match Dialect::of(url) {
            Dialect::Sqlite => "SQLite",
            Dialect::Postgres => "PostgreSQL",
            Dialect::Mysql => "MySQL",
        };
        let opened = timeout(bound, connect(url, bound)).await;
        let opened = opened.map_err(|_| ForeignError::Slow { what, after: bound })?;
        let connection =
            opened.map_err(|error| ForeignError::Open { what, why: masked(&error.to_string()) })?;
        Ok(Self { connection, what, bound })
    }

    /// The rows that answer a question, in their order.
    pub async fn rows(
        &mut self,
        sql: &str,
        values: &[Bound],
    ) -> Result<Vec<ForeignRow>, ForeignError> {
        let (what, after) = (self.what, self.bound);
        let answer = timeout(after, self.connection.rows(sql, values)).await;
        let answer = answer.map_err(|_| ForeignError::Slow { what, after })?;
        // A database quotes the value it did not like, which may be a number of a person.
        answer.map_err(|error| ForeignError::Query { what, why: masked(&error.to_string()) })
    }
}

impl Connection {
    async fn rows(&mut self, sql: &str, values: &[Bound]) -> sqlx::Result<Vec<ForeignRow>> {
        let sql = sql.to_owned();
        match self {
            Self::Sqlite(connection) => ask!(connection, sql, values),
            Self::Postgres(connection) => ask!(connection, sql, values),
            Self::Mysql(connection) => ask!(connection, sql, values),
        }
    }
}

async fn connect(url: &str, bound: Duration) -> sqlx::Result<Connection> {
    Ok(match Dialect::of(url) {
        Dialect::Sqlite => {
            let file = url.strip_prefix("sqlite:").unwrap_or(url);
            let options = SqliteConnectOptions::new()
                .filename(file.strip_prefix("//").unwrap_or(file))
                .read_only(true)
                .busy_timeout(bound)
                .pragma("query_only", "on");
            Connection::Sqlite(Box::new(SqliteConnection::connect_with(&options).await?))
        }
        Dialect::Postgres => {
            let options = PgConnectOptions::from_str(url)?.application_name("duban");
            let mut connection = PgConnection::connect_with(&options).await?;
            let session = format!(
                "SET default_transaction_read_only = on; SET statement_timeout = {}",
                bound.as_millis()
            );
            sqlx::raw_sql(AssertSqlSafe(session)).execute(&mut connection).await?;
            Connection::Postgres(Box::new(connection))
        }
        Dialect::Mysql => {
            let options = MySqlConnectOptions::from_str(url)?;
            // As the server shows times to any other client, unless the address says otherwise.
            let options = if url.contains("timezone=") || url.contains("time-zone=") {
                options
            } else {
                options.timezone(None)
            };
            let options = options.pipes_as_concat(false).no_engine_substitution(false);
            let mut connection = MySqlConnection::connect_with(&options).await?;
            sqlx::raw_sql("SET SESSION TRANSACTION READ ONLY").execute(&mut connection).await?;
            Connection::Mysql(Box::new(connection))
        }
    })
}

fn texts<R: Row>(row: &R) -> ForeignRow
where
    usize: sqlx::ColumnIndex<R>,
    Option<String>: for<'r> Decode<'r, R::Database> + Type<R::Database>,
{
    let text = |index: usize| {
        // Unchecked: the question casts every column to text, whatever the driver calls that.
        let text: Result<Option<String>, sqlx::Error> = row.try_get_unchecked(index);
        match text {
            Ok(text) => Ok(text.unwrap_or_default()),
            Err(_) => Err(format!("column {} of the query is not UTF-8 text", index + 1)),
        }
    };
    (0..row.len()).map(text).collect()
}
