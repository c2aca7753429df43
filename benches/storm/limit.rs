//! The limit: the same rows, written by hand with nothing to decide.
//!
//! Prepared statements, one row each, in the transactions the engine makes, with the same
//! settings of the database: what is acknowledged survives a power cut.

use std::path::Path;

use duban::core::timestamp::Timestamp;
use rusqlite::{Connection, Row, ToSql, Transaction, types::Value};

/// One row of a table, in the order of its columns.
type Columns = Vec<Value>;

/// What the engine wrote in the storm, by table.
pub struct Rows {
    tickets: Vec<Columns>,
    /// Of the i-th ticket.
    journal: Vec<Vec<Columns>>,
    slips: Vec<Vec<Columns>>,
    outbox: Vec<Vec<Columns>>,
    serials: Vec<Columns>,
}

const TICKETS: &str =
    "SELECT head_seq, head_hash, applied_seq, next_look_ms, unit, policy, stage, open, state, key
                       FROM ticket ORDER BY key";
const JOURNAL: &str =
    "SELECT ticket_key, seq, at_ms, arrived_ms, kind, dedupe, hash, body FROM journal
     WHERE ticket_key = ?1 AND arrived_ms = ?2 ORDER BY seq";
const SLIPS: &str =
    "SELECT key, ticket_key, ticket_no, round, clock, unit, step, kind, serial, due_ms, at_ms,
                            reply_due_ms, recipients, issuer, note, paper, state
                     FROM slip WHERE ticket_key = ?1 AND at_ms = ?2 ORDER BY id";
const OUTBOX: &str =
    "SELECT key, ticket_key, slip, state, offer_at_ms, attempt, created_ms, sealed, message
                      FROM outbox WHERE ticket_key = ?1 AND created_ms = ?2 ORDER BY id";
const SERIALS: &str = "SELECT last, issuer, series, year FROM serial ORDER BY issuer, series, year";

const UPDATE_TICKET: &str =
    "UPDATE ticket SET head_seq = ?1, head_hash = ?2, applied_seq = ?3, next_look_ms = ?4,
     unit = ?5, policy = ?6, stage = ?7, open = ?8, state = ?9 WHERE key = ?10";
const INSERT_JOURNAL: &str =
    "INSERT INTO journal (ticket_key, seq, at_ms, arrived_ms, kind, dedupe, hash, body)
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
const INSERT_SLIP: &str =
    "INSERT INTO slip (key, ticket_key, ticket_no, round, clock, unit, step, kind, serial,
                                             due_ms, at_ms, reply_due_ms, recipients, issuer, note, paper, state)
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)";
const INSERT_OUTBOX: &str =
    "INSERT INTO outbox (key, ticket_key, slip, state, offer_at_ms, attempt, created_ms, sealed, message)
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
const UPDATE_SERIAL: &str =
    "INSERT INTO serial (last, issuer, series, year) VALUES (?1, ?2, ?3, ?4)
     ON CONFLICT (issuer, series, year) DO UPDATE SET last = excluded.last";

impl Rows {
    /// Reads what was written at `due`.
    pub fn read(file: &Path, due: Timestamp) -> Self {
        let database = Connection::open(file).expect("the engine's database opens");
        let tickets = all(&database, TICKETS, &[]);
        let of_each = |sql: &str| {
            let keys = tickets.iter().map(|ticket| ticket.last().expect("the key stands last"));
            keys.map(|key| all(&database, sql, &[key, &due.0])).collect()
        };
        Self {
            journal: of_each(JOURNAL),
            slips: of_each(SLIPS),
            outbox: of_each(OUTBOX),
            serials: all(&database, SERIALS, &[]),
            tickets,
        }
    }

    /// How many messages there are.
    pub fn messages(&self) -> usize {
        self.outbox.iter().map(Vec::len).sum()
    }
}

/// Writes them, `batch` tickets in a transaction.
pub fn write(file: &Path, rows: &Rows, batch: usize) {
    let mut database = Connection::open(file).expect("the copy opens");
    database
        .execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -65536;
             PRAGMA wal_autocheckpoint = 4096;",
        )
        .expect("the settings of the store");
    for from in (0..rows.tickets.len()).step_by(batch) {
        let to = (from + batch).min(rows.tickets.len());
        let tx = database.transaction().expect("nobody else writes");
        each(&tx, UPDATE_TICKET, &rows.tickets[from..to]);
        each(&tx, INSERT_JOURNAL, rows.journal[from..to].iter().flatten());
        each(&tx, INSERT_SLIP, rows.slips[from..to].iter().flatten());
        each(&tx, INSERT_OUTBOX, rows.outbox[from..to].iter().flatten());
        each(&tx, UPDATE_SERIAL, &rows.serials);
        tx.commit().expect("nobody else writes");
    }
    drop(database);
}

/// Whether two databases hold the same tickets, journals, slips, messages and serials.
pub fn same(one: &Path, other: &Path) -> bool {
    let database = Connection::open(one).expect("the engine's database opens");
    database
        .execute("ATTACH DATABASE ?1 AS other", [other.display().to_string()])
        .expect("the copy opens beside it");
    let tables = [
        "SELECT key, no, head_seq, head_hash, next_look_ms, state FROM",
        "SELECT ticket_key, seq, at_ms, arrived_ms, kind, dedupe, hash, body FROM",
        "SELECT key, ticket_key, round, clock, serial, due_ms, at_ms, recipients, paper FROM",
        "SELECT key, ticket_key, slip, state, offer_at_ms, message FROM",
        "SELECT issuer, series, year, last FROM",
    ];
    tables.iter().zip(["ticket", "journal", "slip", "outbox", "serial"]).all(|(columns, table)| {
        let (here, there) = (format!("{columns} main.{table}"), format!("{columns} other.{table}"));
        let sql =
            format!("SELECT count(*) FROM ({here} EXCEPT {there}) UNION ALL SELECT count(*) FROM ({there} EXCEPT {here})");
        all(&database, &sql, &[]).iter().all(|counts| counts == &[Value::Integer(0)])
    })
}

fn each<'r>(tx: &Transaction<'_>, sql: &str, rows: impl IntoIterator<Item = &'r Columns>) {
    let mut statement = tx.prepare_cached(sql).expect("the statement fits the tables");
    for row in rows {
        statement.execute(rusqlite::params_from_iter(row)).expect("the row is new");
    }
}

fn all(database: &Connection, sql: &str, parameters: &[&dyn ToSql]) -> Vec<Columns> {
    let mut statement = database.prepare_cached(sql).expect("the statement fits the tables");
    let columns = statement.column_count();
    let read = |row: &Row<'_>| (0..columns).map(|column| row.get(column)).collect();
    let rows = statement.query_map(parameters, read).expect("the tables are there");
    rows.map(|row| row.expect("a row reads")).collect()
}
