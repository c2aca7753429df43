//! A store with connectors, and time that stands still.

use std::path::{Path, PathBuf};

use duban::{
    config::Config,
    connector::{Connector, ConnectorError, Hands, Tally},
    core::timestamp::Timestamp,
    policies::load_embedded,
    rules::Rules,
    secret::Key,
    store::{Store, TicketFilter},
    wall::Wall,
};
use tokio_util::sync::CancellationToken;

/// 2026-05-07 12:00 in China.
pub const NOW: Timestamp = Timestamp(1_778_126_400_000);

/// Work orders of a platform: a table with a state and a stamp of its last change.
pub const MAPPING: &str = r#"
ticket = "{order_no}"
[time]
formats = ["%Y-%m-%d %H:%M:%S%.f"]
zone = "Asia/Shanghai"
[fields]
unit = "{unit}"
data.phone = "{phone}"
[[event]]
kind = "received"
at = "received_at"
[[event]]
kind = "closed"
at = "closed_at"
"#;

/// The same table as it stands: what changed since it was read last.
pub const SNAPSHOTS: &str = r#"
mode = "snapshots"
ticket = "{order_no}"
at = "updated_at"
[time]
formats = ["%Y-%m-%d %H:%M:%S%.f"]
zone = "Asia/Shanghai"
[fields]
unit = "{unit}"
[[event]]
kind = "received"
on = "first"
[[event]]
kind = "paused"
on = { enters = "state", values = ["waiting"] }
[[event]]
kind = "resumed"
on = { leaves = "state", values = ["waiting"] }
[[event]]
kind = "closed"
on = { enters = "state", values = ["closed"] }
"#;

pub struct House {
    pub folder: tempfile::TempDir,
    pub store: Store,
    rules: Rules,
    seal: Key,
    pub now: Timestamp,
    pub stop: CancellationToken,
}

impl House {
    /// On a SQLite file.
    pub async fn new() -> Self {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let url = format!("sqlite:{}", folder.path().join("duban.db").display());
        Self::on(folder, &url).await
    }

    /// On PostgreSQL.
    pub async fn on_postgres() -> Self {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let url = crate::postgres::database().await;
        Self::on(folder, &url).await
    }

    async fn on(folder: tempfile::TempDir, url: &str) -> Self {
        let store = Store::open(url).await.expect("a store");
        store.migrate().await.expect("tables");
        let loaded = load_embedded("cn", NOW).expect("the reference set");
        let set = loaded.set.expect("without errors");
        let templates = loaded.templates.expect("good texts");
        let rules = Rules::new(set, loaded.org.unwrap_or_default(), templates);
        let seal = Key::open(&folder.path().join("contacts.key")).expect("a new key");
        std::fs::write(folder.path().join("map.toml"), MAPPING).expect("the folder takes files");
        std::fs::write(folder.path().join("snap.toml"), SNAPSHOTS).expect("the folder takes files");
        Self { folder, store, rules, seal, now: NOW, stop: CancellationToken::new() }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The connector of a configuration.
    pub fn connector(&self, text: &str) -> Connector {
        let config = self.config(text);
        let own = config.connectors[0].clone();
        Connector::open(&config, own).unwrap_or_else(|error| panic!("{error}"))
    }

    pub fn config(&self, text: &str) -> Config {
        let file = self.path("duban.toml");
        std::fs::write(&file, text).expect("the folder takes files");
        let state = self.path("state").display().to_string();
        let env = [("STATE_DIRECTORY".to_owned(), state)];
        Config::load(Some(&file), env.into_iter()).unwrap_or_else(|error| panic!("{error}"))
    }

    pub async fn pass(&self, connector: &Connector) -> Result<Tally, ConnectorError> {
        let hands = Hands {
            store: &self.store,
            rules: &self.rules,
            seal: &self.seal,
            wall: Wall::fast(self.now, 0.0),
            stop: &self.stop,
        };
        connector.pass(&hands).await
    }

    /// A pass that has to go well.
    pub async fn read(&self, connector: &Connector) -> Tally {
        let tally = self.pass(connector).await.unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(tally.troubles, Vec::<String>::new());
        tally
    }

    /// The kinds in the journal of each ticket: `W1: received closed`.
    pub async fn journals(&self) -> Vec<String> {
        let all = TicketFilter::default();
        let mut tickets = self.store.tickets(&all, 10_000, 0).await.expect("it reads");
        tickets.sort_by(|one, other| one.no.cmp(&other.no));
        let mut lines = Vec::new();
        for ticket in tickets {
            let journal = self.store.journal(ticket.key).await.expect("it reads");
            let kinds: Vec<&str> = journal.iter().map(|row| row.kind.as_str()).collect();
            lines.push(format!("{}: {}", ticket.no, kinds.join(" ")));
        }
        lines
    }
}

/// Writes a file that nobody has touched for a minute before `now`.
pub fn drop_file(path: &Path, text: &str, now: Timestamp) {
    std::fs::write(path, text).expect("the folder takes files");
    touch(path, now.plus_ms(-60_000));
}

/// Sets when a file was written to last.
pub fn touch(path: &Path, at: Timestamp) {
    let file = std::fs::File::options().append(true).open(path).expect("the file is there");
    let since = std::time::Duration::from_millis(at.0 as u64);
    file.set_modified(std::time::UNIX_EPOCH + since).expect("the file is ours");
}
