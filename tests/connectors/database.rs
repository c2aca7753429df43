//! Polled databases: PostgreSQL, MariaDB and SQLite, through the same tests.

use duban::connector::Tally;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _};

use crate::house::House;

/// A database of another system.
struct Platform {
    url: String,
    _folder: Option<tempfile::TempDir>,
    connection: Connection,
}

enum Connection {
    Sqlite(sqlx::SqliteConnection),
    Postgres(sqlx::PgConnection),
    Mysql(sqlx::MySqlConnection),
}

impl Platform {
    async fn sqlite() -> Self {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let file = folder.path().join("platform.db");
        let url = format!("sqlite:{}", file.display());
        let connection = sqlx::SqliteConnection::connect(&format!("{url}?mode=rwc")).await;
        let connection = Connection::Sqlite(connection.expect("a new file"));
        Self { url, _folder: Some(folder), connection }.with_tables("TEXT").await
    }

    async fn postgres() -> Self {
        let url = crate::postgres::database().await;
        let connection = sqlx::PgConnection::connect(&url).await.expect("it takes connections");
        let connection = Connection::Postgres(connection);
        Self { url, _folder: None, connection }.with_tables("timestamp").await
    }

    async fn mariadb() -> Self {
        let url = crate::mariadb::database().await;
        let connection = sqlx::MySqlConnection::connect(&url).await.expect("it takes connections");
        let connection = Connection::Mysql(connection);
        Self { url, _folder: None, connection }.with_tables("datetime(6)").await
    }

    async fn with_tables(mut self, time: &str) -> Self {
        self.run(&format!(
            "CREATE TABLE work_order (id BIGINT PRIMARY KEY, order_no VARCHAR(64) NOT NULL, unit VARCHAR(64),
             phone VARCHAR(32), state VARCHAR(16), received_at {time}, closed_at {time}, updated_at {time})"
        ))
        .await;
        self
    }

    async fn run(&mut self, sql: &str) {
        let sql = AssertSqlSafe(sql.to_owned());
        let done = match &mut self.connection {
            Connection::Sqlite(connection) => connection.execute(sql).await.map(drop),
            Connection::Postgres(connection) => connection.execute(sql).await.map(drop),
            Connection::Mysql(connection) => connection.execute(sql).await.map(drop),
        };
        done.unwrap_or_else(|error| panic!("{error}"));
    }

    /// One order: number, state, when it was received, closed and last changed on 2026-05-07.
    async fn order(&mut self, id: u32, state: &str, closed: Option<&str>, updated: &str) {
        let closed = closed.map_or("NULL".to_owned(), |at| format!("'2026-05-07 {at}'"));
        self.run(&format!("DELETE FROM work_order WHERE id = {id}")).await;
        self.run(&format!(
            "INSERT INTO work_order VALUES ({id}, 'W{id}', 'cx-scjg', '13800138000', '{state}',
             '2026-05-07 08:00:00', {closed}, '2026-05-07 {updated}')"
        ))
        .await;
    }

    fn config(&self, more: &str) -> String {
        format!(
            "[[connector]]\nname = 'platform'\nkind = 'database'\nurl = '{}'\nbatch = 2\n\
             query = 'SELECT * FROM work_order'\n{more}",
            self.url
        )
    }
}

/// Runs each function on each make of database.
macro_rules! platforms {
    ($($name:ident),* $(,)?) => {
        mod sqlite { $(#[tokio::test]
            async fn $name() { super::$name(super::Platform::sqlite().await, super::House::new().await).await; })* }
        mod postgresql { $(#[tokio::test]
            async fn $name() { super::$name(super::Platform::postgres().await, super::House::on_postgres().await).await; })* }
        mod mariadb { $(#[tokio::test]
            async fn $name() { super::$name(super::Platform::mariadb().await, super::House::new().await).await; })* }
    };
}

platforms![
    a_database_is_read_to_its_end_and_on,
    rows_of_one_moment_are_all_read,
    a_number_is_a_cursor_too,
    what_was_committed_late_is_found_by_an_overlap,
    snapshots_are_remembered_between_looks,
    a_refused_row_is_kept_once,
    a_source_is_never_written_to,
];

const BY_TIME: &str =
    "mapping = 'map.toml'\ncursor = 'updated_at'\ncursor_as = 'time'\nkey = 'order_no'\n";

fn counts(tally: &Tally) -> (u64, u64, u64, u64) {
    (tally.rows, tally.accepted, tally.duplicates, tally.refused)
}

async fn a_database_is_read_to_its_end_and_on(mut platform: Platform, house: House) {
    for id in 1..=5 {
        platform.order(id, "open", None, &format!("08:00:0{id}.250000")).await;
    }
    let connector = house.connector(&platform.config(BY_TIME));
    assert_eq!(counts(&house.read(&connector).await), (5, 5, 0, 0));
    assert_eq!(counts(&house.read(&connector).await), (0, 0, 0, 0), "nothing is new");
    platform.order(2, "closed", Some("09:00:00"), "09:00:00").await;
    // A connector of its own: nothing is remembered but what the store keeps.
    let again = house.connector(&platform.config(BY_TIME));
    assert_eq!(counts(&house.read(&again).await), (1, 1, 1, 0), "closed is new, received is known");
    let journals = house.journals().await;
    assert_eq!(journals.len(), 5);
    assert_eq!(journals[1], "W2: received closed");
    let look = house.store.connector_look("platform").await.expect("it reads").expect("it looked");
    assert_eq!((look.looked, look.trouble), (house.now, None));
    let sums = house.store.connector_sums("platform").await.expect("it reads");
    assert_eq!(sums, [6, 6, 1, 0]);
    let phones = house.store.journal(1).await.expect("it reads");
    assert!(!format!("{phones:?}").contains("13800138000"), "contacts are sealed");
}

async fn rows_of_one_moment_are_all_read(mut platform: Platform, house: House) {
    for id in 1..=7 {
        platform.order(id, "open", None, "08:00:00").await;
    }
    let connector = house.connector(&platform.config(BY_TIME));
    assert_eq!(counts(&house.read(&connector).await), (7, 7, 0, 0), "more than a batch at once");
}

async fn a_number_is_a_cursor_too(mut platform: Platform, house: House) {
    for id in [9, 10, 11] {
        platform.order(id, "open", None, "08:00:00").await;
    }
    let more = "mapping = 'map.toml'\ncursor = 'id'\nstart = 10\n";
    let connector = house.connector(&platform.config(more));
    assert_eq!(counts(&house.read(&connector).await), (2, 2, 0, 0), "from 10 on");
    platform.order(100, "open", None, "08:00:00").await;
    assert_eq!(counts(&house.read(&connector).await), (1, 1, 0, 0));
    assert_eq!(house.journals().await, ["W10: received", "W100: received", "W11: received"]);
}

async fn what_was_committed_late_is_found_by_an_overlap(mut platform: Platform, house: House) {
    platform.order(1, "open", None, "08:00:00").await;
    platform.order(2, "open", None, "08:10:00").await;
    let connector = house.connector(&platform.config(&format!("{BY_TIME}overlap = '5m'\n")));
    assert_eq!(counts(&house.read(&connector).await), (2, 2, 0, 0));
    // Stamped before the cursor, committed after the look.
    platform.order(3, "open", None, "08:06:00").await;
    assert_eq!(counts(&house.read(&connector).await), (2, 1, 1, 0));
    platform.order(4, "open", None, "08:04:00").await;
    assert_eq!(counts(&house.read(&connector).await), (2, 0, 2, 0), "earlier than the overlap");
}

async fn snapshots_are_remembered_between_looks(mut platform: Platform, house: House) {
    let more = "mapping = 'snap.toml'\ncursor = 'updated_at'\ncursor_as = 'time'\nkey = 'order_no'\noverlap = '1h'\n";
    let looks = [
        ("waiting", "08:00:00"),
        ("open", "08:30:00"),
        ("waiting", "08:40:00"),
        ("closed", "09:00:00"),
    ];
    for (state, at) in looks {
        platform.order(1, state, None, at).await;
        let connector = house.connector(&platform.config(more));
        house.read(&connector).await;
        house.read(&connector).await;
    }
    let want = "W1: received paused resumed paused resumed closed";
    assert_eq!(house.journals().await, [want], "each change once");
}

async fn a_refused_row_is_kept_once(mut platform: Platform, house: House) {
    platform.order(1, "open", None, "08:00:00").await;
    platform.run("UPDATE work_order SET received_at = NULL").await;
    platform.order(2, "open", None, "08:00:30").await;
    let connector = house.connector(&platform.config(&format!("{BY_TIME}overlap = '1h'\n")));
    assert_eq!(counts(&house.read(&connector).await), (2, 1, 0, 1));
    assert_eq!(counts(&house.read(&connector).await), (2, 0, 1, 0), "read again, kept once");
    let refused = house.store.connector_refused("platform", 10).await.expect("it reads");
    assert_eq!(refused.len(), 1);
    assert!(refused[0].source.ends_with("W1"), "{}", refused[0].source);
    assert_eq!(refused[0].reason, "the row gives no event: its times are missing");
    assert!(!refused[0].raw.contains("13800138000"), "{}", refused[0].raw);
}

async fn a_source_is_never_written_to(mut platform: Platform, house: House) {
    platform.order(1, "open", None, "08:00:00").await;
    let write = match platform.connection {
        Connection::Postgres(_) => {
            platform.run("CREATE SEQUENCE counter").await;
            "SELECT *, nextval(''counter'') AS n FROM work_order"
        }
        Connection::Mysql(_) => {
            platform.run("CREATE SEQUENCE counter").await;
            "SELECT *, nextval(counter) AS n FROM work_order"
        }
        Connection::Sqlite(_) => {
            "SELECT * FROM work_order) AS x; DELETE FROM work_order; SELECT * FROM (SELECT * FROM work_order"
        }
    };
    let text =
        platform.config(BY_TIME).replace("SELECT * FROM work_order", write).replace("''", "\"");
    let text = text.replace(
        "query = 'SELECT *, nextval(\"counter\")",
        "query = 'SELECT *, nextval($$counter$$)",
    );
    let connector = house.connector(&text);
    let error = house.pass(&connector).await.err().map(|error| error.to_string());
    assert!(error.as_ref().is_some_and(|error| error.contains("refused the query")), "{error:?}");
    let look = house.store.connector_look("platform").await.expect("it reads").expect("it looked");
    assert_eq!(look.trouble, error);
    let still = house.connector(&platform.config(BY_TIME));
    assert_eq!(counts(&house.read(&still).await), (1, 1, 0, 0), "the row is still there");
}

#[tokio::test]
async fn a_source_that_is_down_is_told_and_tried_again() {
    let house = House::new().await;
    let text = "[[connector]]\nname = 'platform'\nkind = 'database'\nurl = 'postgres://nobody@127.0.0.1:1/x'\n\
                mapping = 'map.toml'\nquery = 'SELECT 1'\ncursor = 'id'\ntimeout = '2s'\n";
    let error = house.pass(&house.connector(text)).await.err().map(|error| error.to_string());
    assert!(
        error.as_ref().is_some_and(|error| error.starts_with("connector `platform`: cannot open")),
        "{error:?}"
    );
    let look = house.store.connector_look("platform").await.expect("it reads").expect("it looked");
    assert_eq!((look.well, look.trouble), (None, error));
}
