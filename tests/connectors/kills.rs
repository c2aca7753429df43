//! The real daemon, killed while it reads.

use std::{fmt::Write as _, time::Duration};

use duban::wall::{Wall, stopwatch};
use rusqlite::Connection;

use crate::{
    daemon::Daemon,
    house::{MAPPING, touch},
    wait::{free_port, until},
};

const ROWS: i64 = 6_000;
const BAD_EVERY: i64 = 50;

fn count(database: &std::path::Path, sql: &str) -> i64 {
    let Ok(database) = Connection::open(database) else { return 0 };
    database.busy_timeout(Duration::from_secs(30)).expect("a setting");
    // Before its first start the daemon has made no tables.
    database.query_row(sql, [], |row| row.get(0)).unwrap_or(0)
}

#[test]
fn a_killed_daemon_goes_on_where_it_was() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let path = |name: &str| folder.path().join(name);
    let mut rows = "order_no,unit,phone,received_at,closed_at\n".to_owned();
    let platform = Connection::open(path("platform.db")).expect("a new file");
    let table = "CREATE TABLE work_order (id INTEGER PRIMARY KEY, order_no, unit, phone, received_at, closed_at)";
    platform.execute(table, []).expect("a new table");
    platform.execute("BEGIN", []).expect("a transaction");
    for id in 1..=ROWS {
        let at = if id % BAD_EVERY == 0 { "yesterday" } else { "2026-05-07 08:00:00" };
        writeln!(rows, "F{id},cx-scjg,,{at},").expect("a String takes every write");
        let insert = "INSERT INTO work_order VALUES (?1, 'D' || ?1, 'cx-scjg', '', ?2, '')";
        platform.execute(insert, (id, at)).expect("a new row");
    }
    platform.execute("COMMIT", []).expect("committed");
    std::fs::create_dir(path("in")).expect("a new folder");
    std::fs::write(path("map.toml"), MAPPING).expect("the folder takes files");
    std::fs::write(path("in/a.csv"), rows).expect("the folder takes files");
    touch(&path("in/a.csv"), Wall::Host.now().plus_ms(-60_000));
    let text = format!(
        "[store]\nurl = 'sqlite:{}'\n[web]\nlisten = '127.0.0.1:{}'\n[secrets]\nkey_file = 'contacts.key'\n\
         [[connector]]\nname = 'drops'\nkind = 'folder'\npath = 'in'\nmapping = 'map.toml'\nbatch = 50\nevery = '100ms'\n\
         [[connector]]\nname = 'platform'\nkind = 'database'\nurl = 'sqlite:{}'\nmapping = 'map.toml'\nbatch = 50\n\
         every = '100ms'\nquery = 'SELECT * FROM work_order'\ncursor = 'id'\noverlap = 100\n",
        path("duban.db").display(),
        free_port(),
        path("platform.db").display()
    );
    std::fs::write(path("duban.toml"), text).expect("the folder takes files");
    let database = path("duban.db");
    let read = || count(&database, "SELECT coalesce(sum(read_rows), 0) FROM connector_position");
    let mut kills = 0;
    while kills < 4 {
        let daemon = Daemon::start(&path("duban.toml"), &path("log"), &[]);
        let before = read();
        let began = stopwatch();
        until("the daemon reads on", || {
            let is_enough = read() > before + 500 || path("in/done/a.csv").exists();
            (is_enough || began.elapsed() > Duration::from_mins(2)).then_some(())
        });
        daemon.kill();
        kills += 1;
    }
    let daemon = Daemon::start(&path("duban.toml"), &path("log"), &[]);
    until("everything is read", || {
        let good = count(&database, "SELECT count(*) FROM journal WHERE kind = 'received'");
        let is_done = good == 2 * (ROWS - ROWS / BAD_EVERY) && path("in/done/a.csv").exists();
        is_done.then_some(())
    });
    daemon.tell("TERM");
    assert_eq!(daemon.ended().code(), Some(0));
    let tickets =
        count(&database, "SELECT count(*) FROM ticket WHERE no LIKE 'F%' OR no LIKE 'D%'");
    assert_eq!(tickets, 2 * (ROWS - ROWS / BAD_EVERY), "nothing is lost");
    let doubled = "SELECT count(*) FROM (SELECT 1 FROM journal WHERE kind = 'received' GROUP BY ticket_key HAVING count(*) > 1)";
    assert_eq!(count(&database, doubled), 0, "nothing is doubled");
    let refused = count(&database, "SELECT count(*) FROM refusal");
    assert_eq!(refused, 2 * (ROWS / BAD_EVERY), "every refused row is kept once");
    let report = std::fs::read_to_string(path("in/refused/a.csv.jsonl")).expect("a report");
    assert_eq!(report.lines().count() as i64, ROWS / BAD_EVERY);
}
