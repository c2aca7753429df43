//! A daemon with the reference policies, the embedded mailbox, and a clock of its own.

use std::{
    cell::Cell,
    fmt::Write as _,
    path::{Path, PathBuf},
    process::Command,
};

use duban::{core::timestamp::Timestamp, wall::Wall};
use rusqlite::Connection;
use serde_json::{Value, json};

use crate::{
    daemon::Daemon,
    run::run,
    wait::{free_port, listening, until},
};

/// A configured town; its daemon runs from [`Town::open`] on.
pub struct Town {
    folder: tempfile::TempDir,
    port: u16,
    /// How its clock is told, as environment variables.
    clock: Vec<(&'static str, String)>,
    daemon: Option<Daemon>,
    /// How far its clock is ahead of the host's.
    ahead_ms: Cell<i64>,
}

impl Town {
    /// A town whose clock shows this instant and goes on from there.
    pub fn at(now: &str) -> Self {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let clock = vec![
            ("LD_PRELOAD", faketime().display().to_string()),
            ("FAKETIME_TIMESTAMP_FILE", folder.path().join("clock").display().to_string()),
            ("FAKETIME_NO_CACHE", "1".to_owned()),
            ("FAKETIME_DONT_FAKE_MONOTONIC", "1".to_owned()),
        ];
        let town = Self { folder, port: free_port(), clock, daemon: None, ahead_ms: Cell::new(0) };
        let policies = Path::new(env!("CARGO_MANIFEST_DIR")).join("policies/cn");
        let text = format!(
            "[store]\nurl = 'sqlite:{}'\n[web]\nlisten = '127.0.0.1:{}'\npublic_url = '{}'\n\
             [policies]\ndir = '{}'\n[engine]\npoll = '1s'\n[secrets]\nkey_file = 'contacts.key'\n\
             [[channel]]\nname = 'mail'\nkind = 'mailbox'\n[[channel]]\nname = 'sms'\nkind = 'mailbox'\n\
             [kinds]\nsms = 'sms'\nim = 'email'\nvoice = 'sms'\nemail = 'mail'\ndigest = 'email'\nprint = 'email'\n\
             [resident]\nsms = 'sms'\nemail = 'mail'\n",
            town.path("duban.db").display(),
            town.port,
            town.url(),
            policies.display(),
        );
        std::fs::write(town.config(), text).expect("the scratch folder takes files");
        town.jump(now);
        town
    }

    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Puts the clock to another instant; a daemon that runs sees it within its second.
    pub fn jump(&self, to: &str) {
        let to = Timestamp::parse(to).unwrap_or_else(|error| panic!("{to}: {error}"));
        let ahead_s = to.since(Wall::Host.now()) / 1_000;
        self.ahead_ms.set(ahead_s * 1_000);
        std::fs::write(self.path("clock"), format!("{ahead_s:+}\n"))
            .expect("the scratch folder takes files");
    }

    /// Brings events in, as another system would by a file; each has to be taken.
    pub fn import(&self, events: &[Value]) {
        let mut lines = String::new();
        for event in events {
            writeln!(lines, "{event}").expect("a String takes every write");
        }
        let file = self.path("events.jsonl");
        std::fs::write(&file, lines).expect("the scratch folder takes files");
        self.duban(&["import", &file.display().to_string()]);
    }

    /// Runs a command of the binary under the town's clock.
    pub fn duban(&self, args: &[&str]) -> String {
        run(Command::new(env!("CARGO_BIN_EXE_duban"))
            .args(args)
            .arg("--config")
            .arg(self.config())
            .envs(self.clock.iter().map(|(name, value)| (name, value.as_str()))))
    }

    /// Starts the daemon and waits until it is ready.
    pub fn open(&mut self) {
        let clock: Vec<(&str, &str)> =
            self.clock.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let mut daemon = Daemon::start(&self.config(), &self.path("log"), &clock);
        listening(self.port, "the daemon");
        daemon.assert_runs();
        self.daemon = Some(daemon);
    }

    /// Waits until nothing that is due is left to decide.
    pub fn settled(&self) {
        let sql = "SELECT count(*) FROM ticket WHERE next_look_ms <= ?1";
        until("every ticket has been looked at", || {
            let now = Wall::Host.now().plus_ms(self.ahead_ms.get()).0;
            let due = self.database().query_row(sql, [now], |row| row.get::<_, i64>(0));
            (due.expect("a number") == 0).then_some(())
        });
    }

    /// The link in the newest mail that fits, once there is one.
    pub fn link(&self, ticket: &str, to: &str, part: &str) -> String {
        let sql = "SELECT links FROM mailbox WHERE instr(text, ?1) > 0 AND recipient = ?2 ORDER BY id DESC";
        until(&format!("{to} gets a link {part} about {ticket}"), || {
            let database = self.database();
            let mut rows = database.prepare(sql).expect("good SQL");
            let found = rows.query_map([ticket, to], |row| row.get::<_, String>(0));
            let found: Vec<String> =
                found.expect("it reads").map(|row| row.expect("text")).collect();
            found.into_iter().find_map(|links| {
                let links: Vec<String> = serde_json::from_str(&links).expect("a list");
                links.into_iter().find(|link| link.contains(part))
            })
        })
    }

    /// Waits until the journal of a ticket holds a line of this kind; its body.
    pub fn journal(&self, ticket: &str, kind: &str) -> Value {
        let sql = "SELECT body FROM journal JOIN ticket ON key = ticket_key
                   WHERE no = ?1 AND kind = ?2 ORDER BY seq DESC";
        until(&format!("{ticket} has `{kind}` in its journal"), || {
            let database = self.database();
            let body = database.query_row(sql, [ticket, kind], |row| row.get::<_, String>(0));
            body.ok().map(|body| serde_json::from_str(&body).expect("JSON"))
        })
    }

    fn database(&self) -> Connection {
        let database = Connection::open(self.path("duban.db")).expect("the database opens");
        database.busy_timeout(std::time::Duration::from_secs(30)).expect("a setting");
        database
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn config(&self) -> PathBuf {
        self.path("duban.toml")
    }
}

/// An event of a ticket.
pub fn event(ticket: &str, kind: &str, at: &str, more: &Value) -> Value {
    let mut event = json!({ "ticket": ticket, "event": kind, "at": at });
    let fields = event.as_object_mut().expect("it is an object");
    fields.extend(more.as_object().expect("more fields").clone());
    event
}

/// The library that tells a process another time, the build for threads.
fn faketime() -> PathBuf {
    let folders = std::fs::read_dir("/usr/lib").expect("every system has it").flatten();
    let files = folders.map(|folder| folder.path().join("faketime/libfaketimeMT.so.1"));
    files
        .chain([PathBuf::from("/usr/lib/faketime/libfaketimeMT.so.1")])
        .find(|file| file.is_file())
        .expect("these tests need the Debian package `libfaketime`")
}
