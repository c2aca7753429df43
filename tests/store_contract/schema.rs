//! Migrations, and what opening refuses.

use std::collections::BTreeSet;

use duban::store::{SerialRun, Store, StoreError, Writes};
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection, SqliteConnection};

use crate::scratch::Scratch;

pub async fn migrating_twice_changes_nothing(scratch: &Scratch) {
    let store = scratch.open().await;
    let first = store.migrate().await.expect("an empty database can be migrated");
    assert_eq!(first.first(), Some(&1), "from the first version on");
    assert_eq!(store.migrate().await.expect("again"), [0; 0]);
}

pub async fn two_nodes_migrate_at_once(scratch: &Scratch) {
    let stores = [scratch.open().await, scratch.open().await, scratch.open().await];
    let tasks = stores.map(|store| tokio::spawn(async move { store.migrate().await }));
    let mut migrated = 0;
    for task in tasks {
        let versions = task.await.expect("it ran").expect("each finds the tables in order");
        migrated += usize::from(!versions.is_empty());
    }
    assert_eq!(migrated, 1, "one did it, the others waited");
}

/// A store of the first release: its serials go on counting, and its slips stay readable.
#[tokio::test]
async fn counters_of_the_first_tables_go_on() {
    for scratch in [Scratch::sqlite(), Scratch::postgres().await] {
        let store = scratch.store().await;
        let mut look = store.look(1, crate::scratch::T0).await.expect("a look is taken");
        let run = |count| SerialRun {
            issuer: String::new(),
            series: "红字".to_owned(),
            year: 2026,
            count,
        };
        assert_eq!(look.serials(&[run(117)]).await.expect("numbers are taken"), [1]);
        look.commit(&Writes::default(), crate::scratch::T0).await.expect("it commits");
        store.close().await;
        back_to_the_first_serials(&scratch.url).await;
        let store = scratch.open().await;
        assert_eq!(store.migrate().await.expect("it migrates"), [3]);
        let mut look = store.look(1, crate::scratch::T0).await.expect("a look is taken");
        assert_eq!(look.serials(&[run(1)]).await.expect("numbers are taken"), [118]);
        look.rollback().await.expect("it ends");
    }
}

/// Takes back what `0003_documents` did, keeping the rows.
async fn back_to_the_first_serials(url: &str) {
    const COLUMNS: [&str; 11] = [
        "issuer",
        "receipt_due_ms",
        "note",
        "receipted_ms",
        "receipted_by",
        "receipt_missed_ms",
        "replied_ms",
        "replied_by",
        "reply_missed_ms",
        "reply",
        "paper",
    ];
    const SQLITE: &str = "ALTER TABLE serial RENAME TO newer;
        CREATE TABLE serial (series TEXT NOT NULL, year INTEGER NOT NULL, last INTEGER NOT NULL,
                             PRIMARY KEY (series, year)) STRICT, WITHOUT ROWID;
        INSERT INTO serial SELECT series, year, last FROM newer WHERE issuer = '';
        DROP TABLE newer;";
    const POSTGRES: &str = "ALTER TABLE serial DROP CONSTRAINT serial_pkey;
        ALTER TABLE serial DROP COLUMN issuer;
        ALTER TABLE serial ADD PRIMARY KEY (series, year);";
    let slips = COLUMNS.map(|column| format!("ALTER TABLE slip DROP COLUMN {column};")).concat();
    let forget = "DROP INDEX slip_at; DROP INDEX slip_serial;
                  DELETE FROM _sqlx_migrations WHERE version = 3;";
    if url.starts_with("sqlite:") {
        let sql = format!("{SQLITE} {forget} {slips}");
        let mut raw = SqliteConnection::connect(url).await.expect("the file opens");
        raw.execute(sqlx::raw_sql(AssertSqlSafe(sql))).await.expect("the tables go back");
    } else {
        let sql = format!("{POSTGRES} {forget} {slips}");
        let mut raw = PgConnection::connect(url).await.expect("the database opens");
        raw.execute(sqlx::raw_sql(AssertSqlSafe(sql))).await.expect("the tables go back");
    }
}

/// Table, column, type, may be null; with the words of PostgreSQL.
type Columns = BTreeSet<(String, String, String, bool)>;

#[tokio::test]
async fn both_dialects_end_with_the_same_columns() {
    const SQLITE: &str = "
        SELECT t.name, c.name, replace(replace(lower(c.type), 'integer', 'bigint'), 'blob', 'bytea'),
               c.\"notnull\" = 0 AND c.pk = 0
        FROM pragma_table_list AS t JOIN pragma_table_info(t.name) AS c
        WHERE t.schema = 'main' AND t.name NOT LIKE 'sqlite_%' AND t.name NOT LIKE '_sqlx_%'";
    const POSTGRES: &str = "
        SELECT table_name::TEXT, column_name::TEXT, data_type::TEXT, is_nullable = 'YES'
        FROM information_schema.columns
        WHERE table_schema = 'public' AND table_name NOT LIKE '\\_sqlx\\_%'";
    const SQLITE_INDEXES: &str = "SELECT name FROM sqlite_schema
                                  WHERE type = 'index' AND sql IS NOT NULL ORDER BY name";
    const POSTGRES_INDEXES: &str = "
        SELECT i.relname::TEXT FROM pg_index AS x JOIN pg_class AS i ON i.oid = x.indexrelid
        JOIN pg_namespace AS n ON n.oid = i.relnamespace
        WHERE n.nspname = 'public'
          AND NOT EXISTS (SELECT 1 FROM pg_constraint AS k WHERE k.conindid = x.indexrelid)
        ORDER BY 1";
    let (one, two) = (Scratch::sqlite(), Scratch::postgres().await);
    one.store().await.close().await;
    two.store().await.close().await;
    let mut sqlite = SqliteConnection::connect(&one.url).await.expect("the file opens");
    let mut postgres = PgConnection::connect(&two.url).await.expect("the database opens");

    let here: Vec<(String, String, String, bool)> =
        sqlx::query_as(SQLITE).fetch_all(&mut sqlite).await.expect("columns of SQLite");
    let there: Vec<(String, String, String, bool)> =
        sqlx::query_as(POSTGRES).fetch_all(&mut postgres).await.expect("columns of PostgreSQL");
    let (here, there): (Columns, Columns) =
        (here.into_iter().collect(), there.into_iter().collect());
    assert!(here.len() > 50, "the tables were found");
    let differ: Vec<_> = here.symmetric_difference(&there).collect();
    assert!(differ.is_empty(), "only in one of the two: {differ:#?}");

    let here: Vec<String> =
        sqlx::query_scalar(SQLITE_INDEXES).fetch_all(&mut sqlite).await.expect("its indexes");
    let there: Vec<String> =
        sqlx::query_scalar(POSTGRES_INDEXES).fetch_all(&mut postgres).await.expect("its indexes");
    assert_eq!(here, there);
}

#[tokio::test]
async fn an_address_nobody_knows_is_refused() {
    for url in ["mysql://duban:secret@host/db", "sqlite:", "secret", ""] {
        let error = Store::open(url).await.expect_err("it is refused");
        assert!(matches!(error, StoreError::UnknownDatabase { .. }), "{url}");
        assert!(!format!("{error:?}").contains("host"), "{url}: only the scheme is named");
    }
}

#[tokio::test]
async fn no_error_shows_the_password() {
    let url = "postgres://duban:hush-hush@127.0.0.1:1/duban";
    let error = Store::open(url).await.expect_err("nobody listens on port 1");
    assert!(matches!(error, StoreError::Open { .. }), "{error}");
    assert!(!format!("{error} {error:?} {error:#?}").contains("hush"), "{error}");
}

#[tokio::test]
async fn nodes_on_postgres_hear_each_other() {
    let scratch = Scratch::postgres().await;
    let (one, two) = (scratch.store().await, scratch.open().await);
    let mut knocks = two.listen().await.expect("it listens").expect("PostgreSQL can knock");
    let entries = [crate::scratch::entry("W1", "received", None)];
    one.append(&entries, crate::scratch::T0).await.expect("appended");
    knocks.next().await.expect("the append was heard");
    let sqlite = Scratch::sqlite().store().await;
    assert!(sqlite.listen().await.expect("it is no error").is_none());
}
