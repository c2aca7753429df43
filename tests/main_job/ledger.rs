//! What the store holds, read from outside with plain SQL, also right after a kill.

use std::{collections::BTreeSet, time::Duration};

use duban::core::{fact::Fact, record::Record};
use rusqlite::{Connection, Row};

use crate::city::City;

/// The database of a city, as it is now.
pub struct Ledger(Connection);

impl Ledger {
    pub fn of(city: &City) -> Self {
        let database = Connection::open(city.database()).expect("the database opens");
        database.busy_timeout(Duration::from_secs(30)).expect("a setting");
        Self(database)
    }

    fn all<T>(&self, sql: &str, read: impl Fn(&Row<'_>) -> rusqlite::Result<T>) -> Vec<T> {
        let mut statement = self.0.prepare(sql).unwrap_or_else(|error| panic!("{sql}: {error}"));
        let rows = statement.query_map([], |row| read(row)).expect("the statement runs");
        rows.map(|row| row.expect("a row reads")).collect()
    }

    fn count(&self, sql: &str) -> usize {
        let counted: i64 = self.0.query_row(sql, [], |row| row.get(0)).expect("a number");
        counted as usize
    }

    /// Tickets that were looked at.
    pub fn looked_at(&self) -> usize {
        self.count("SELECT count(*) FROM ticket WHERE applied_seq > 0")
    }

    /// Whether a look at news or a message still waits.
    pub fn is_in_work(&self) -> bool {
        self.count("SELECT EXISTS (SELECT 1 FROM ticket WHERE applied_seq < head_seq)") > 0
            || self.count("SELECT EXISTS (SELECT 1 FROM outbox WHERE state = 'waiting')") > 0
    }

    /// Keys of the messages that were sent.
    pub fn sent(&self) -> Vec<String> {
        self.all("SELECT key FROM outbox WHERE state = 'sent'", |row| row.get(0))
    }

    /// Keys of the slips that stand.
    pub fn slips(&self) -> BTreeSet<String> {
        unique(self.all("SELECT key FROM slip WHERE state = 'open'", |row| row.get(0)))
    }

    /// Keys of the slips as the journals tell of them.
    pub fn slips_in_journal(&self) -> BTreeSet<String> {
        let sql = "SELECT ticket.no, journal.kind, journal.body FROM journal
                   JOIN ticket ON ticket.key = journal.ticket_key WHERE journal.kind = 'duban.slip'";
        let lines = self.all(sql, |row| {
            Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?, row.get::<_, String>(2)?))
        });
        let keys = lines.into_iter().map(|(no, kind, body)| {
            match Fact::read(&kind, &body).expect("a line of the journal reads") {
                Fact::Record(Record::Slip { key, .. }) => key.text(&no),
                other => panic!("{no}: {other:?} is no slip"),
            }
        });
        unique(keys.collect())
    }

    /// The file itself is whole.
    pub fn assert_whole(&self) {
        let check: String =
            self.0.query_row("PRAGMA integrity_check", [], |row| row.get(0)).expect("a check");
        assert_eq!(check, "ok");
    }
}

/// The keys, none of them twice.
fn unique(keys: Vec<String>) -> BTreeSet<String> {
    let count = keys.len();
    let keys: BTreeSet<String> = keys.into_iter().collect();
    assert_eq!(keys.len(), count, "a key stands twice");
    keys
}
