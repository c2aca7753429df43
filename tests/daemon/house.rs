//! A daemon with Boston's policies and the embedded mailbox, and its HTTP interface.

use std::{
    fmt::Write as _,
    io::{Read as _, Write as _},
    net::TcpStream,
    path::PathBuf,
    process::Command,
};

use duban::{core::timestamp::Timestamp, wall::Wall};
use rusqlite::Connection;
use serde_json::{Value, json};

use crate::{
    boston,
    daemon::Daemon,
    wait::{free_port, listening, until},
};

/// A configured house in a scratch folder.
pub struct House {
    folder: tempfile::TempDir,
    port: u16,
}

impl House {
    pub fn new() -> Self {
        let house =
            Self { folder: tempfile::tempdir().expect("a scratch folder"), port: free_port() };
        boston::awake(&house.policies());
        house.configure("");
        house
    }

    /// Writes the configuration, with more at its end.
    pub fn configure(&self, more: &str) {
        let text = format!(
            "[store]\nurl = 'sqlite:{}'\n[web]\nlisten = '127.0.0.1:{}'\n[policies]\ndir = 'policies'\n\
             [secrets]\nkey_file = 'contacts.key'\n[wording]\nlanguage = 'en'\n{more}",
            self.database().display(),
            self.port
        );
        std::fs::write(self.config(), text).expect("the scratch folder takes files");
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn config(&self) -> PathBuf {
        self.path("duban.toml")
    }

    pub fn policies(&self) -> PathBuf {
        self.path("policies")
    }

    pub fn database(&self) -> PathBuf {
        self.path("duban.db")
    }

    pub fn log(&self) -> String {
        std::fs::read_to_string(self.path("log")).unwrap_or_default()
    }

    /// Starts a daemon and waits until it is ready.
    pub fn start(&self) -> Daemon {
        self.start_with(&[])
    }

    /// The same, with more in its environment.
    pub fn start_with(&self, env: &[(&str, &str)]) -> Daemon {
        let mut daemon = Daemon::start(&self.config(), &self.path("log"), env);
        listening(self.port, "the daemon");
        until("the daemon is ready", || {
            daemon.assert_runs();
            (self.get("/readyz").status == 200).then_some(())
        });
        daemon
    }

    /// Waits until the log has a line with these words, `times` times.
    pub fn says(&self, words: &str, times: usize) {
        until(&format!("the log says `{words}`"), || {
            (self.log().matches(words).count() >= times).then_some(())
        });
    }

    /// Runs a command on the house; what it prints.
    pub fn duban(&self, args: &[&str]) -> String {
        let made = Command::new(env!("CARGO_BIN_EXE_duban"))
            .args(args)
            .arg("--config")
            .arg(self.config())
            .output()
            .expect("the binary runs");
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        String::from_utf8(made.stdout).expect("it prints text").trim().to_owned()
    }

    /// Makes a token that may send events.
    pub fn token(&self) -> String {
        self.duban(&["token", "create", "the platform", "--scope", "ingest"])
    }

    /// Sends events with a token; each has to be accepted.
    pub fn send(&self, token: &str, events: &[Value]) {
        let mut body = String::new();
        for event in events {
            writeln!(body, "{event}").expect("a String takes every write");
        }
        let head = format!(
            "Authorization: Bearer {token}\r\nContent-Type: application/x-ndjson\r\nContent-Length: {}",
            body.len()
        );
        let reply = self.ask(&format!("POST /api/v1/events HTTP/1.1\r\n{head}"), &body);
        assert_eq!(reply.status, 200, "{}", reply.body);
        let answers: Vec<Value> = serde_json::from_str(&reply.body).expect("a list");
        let refused = answers.iter().find(|answer| answer["result"] != "accepted");
        assert_eq!(refused, None);
    }

    pub fn get(&self, path: &str) -> Reply {
        self.ask(&format!("GET {path} HTTP/1.1"), "")
    }

    /// Posts a form.
    pub fn post(&self, path: &str, form: &str) -> Reply {
        let head = format!(
            "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}",
            form.len()
        );
        self.ask(&format!("POST {path} HTTP/1.1\r\n{head}"), form)
    }

    /// One request on a connection of its own.
    fn ask(&self, head: &str, body: &str) -> Reply {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).expect("the daemon listens");
        let request = format!("{head}\r\nHost: duban.test\r\nConnection: close\r\n\r\n{body}");
        stream.write_all(request.as_bytes()).expect("the request goes out");
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).expect("an answer");
        let answer = String::from_utf8(answer).expect("pages are UTF-8");
        let (head, body) = answer.split_once("\r\n\r\n").expect("an answer has a head");
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
        Reply { status: status.expect("a status"), body: body.to_owned() }
    }

    /// The mails in the mailbox about a ticket.
    pub fn mails(&self, ticket: &str) -> Vec<Value> {
        let reply = self.get(&format!("/mailbox.json?ticket={ticket}"));
        let mails = serde_json::from_str(&reply.body);
        mails.unwrap_or_else(|error| panic!("{error}: {}", reply.body))
    }

    /// Waits until the mailbox has a mail about a ticket that fits.
    pub fn mail(&self, ticket: &str, fits: impl Fn(&Value) -> bool) -> Value {
        until(&format!("a mail about {ticket} arrives"), || {
            self.mails(ticket).into_iter().find(|mail| fits(mail))
        })
    }

    /// Whether the contact of a ticket can be read in the store without the key.
    pub fn database_holds(&self, words: &str) -> bool {
        self.count(&format!(
            "SELECT (SELECT count(*) FROM contact WHERE sealed LIKE '%{words}%')
                  + (SELECT count(*) FROM journal WHERE body LIKE '%{words}%')
                  + (SELECT count(*) FROM outbox WHERE message LIKE '%{words}%')"
        )) > 0
    }

    /// A number out of the database.
    pub fn count(&self, sql: &str) -> usize {
        let database = Connection::open(self.database()).expect("the database opens");
        database.busy_timeout(std::time::Duration::from_secs(30)).expect("a setting");
        let counted: i64 = database.query_row(sql, [], |row| row.get(0)).expect("a number");
        counted as usize
    }
}

/// An answer of the web interface.
pub struct Reply {
    pub status: u16,
    pub body: String,
}

/// An event so many minutes ago.
pub fn event(ticket: &str, kind: &str, minutes_ago: i64, data: &Value) -> Value {
    let at: Timestamp = Wall::Host.now().plus_ms(-60_000 * minutes_ago);
    json!({
        "ticket": ticket, "event": kind, "at": at.to_string(), "unit": "PWDx",
        "category": "Pick up Dead Animal", "data": data,
    })
}

/// A request that is overdue by weeks.
pub fn overdue(ticket: &str) -> Value {
    event(ticket, "received", 60 * 24 * 30, &json!({}))
}
