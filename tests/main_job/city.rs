//! A city with real tickets: its policies, its configuration, and what is predicted of it.

use std::{
    collections::BTreeSet,
    fmt::Write as _,
    path::{Path, PathBuf},
    process::Command,
};

use duban::{
    core::{org::Org, policy::Via},
    intake::files,
    policies,
    wall::Wall,
};
use serde_json::Value;

use crate::{boston, common, run::run, servers::Servers, wait::free_port};

/// Messages claimed at one time: what may be between a server's yes and our commit.
pub const CLAIMED: usize = 16;

/// A city in a scratch folder.
pub struct City {
    folder: tempfile::TempDir,
    web: u16,
    org: Org,
    pub tickets: usize,
}

/// A message that `simulate` says will be sent.
pub struct Predicted {
    pub key: String,
    person: String,
    via: String,
}

impl Predicted {
    /// As servers know it.
    pub fn message_id(&self) -> String {
        message_id(&self.key)
    }
}

/// The stable id of a message: the first half of the BLAKE3 of its key, in hexadecimal.
pub fn message_id(key: &str) -> String {
    blake3::hash(key.as_bytes()).to_hex()[..32].to_owned()
}

/// What `simulate` says.
pub struct Prediction {
    pub messages: Vec<Predicted>,
    pub slips: BTreeSet<String>,
}

impl Prediction {
    pub fn keys(&self) -> BTreeSet<String> {
        self.messages.iter().map(|message| message.key.clone()).collect()
    }
}

impl City {
    /// Every n-th ticket of Boston, under Boston's policies without quiet hours, with SMS wherever
    /// there is mail: the outcome must not depend on the hour the test runs at.
    pub fn with_every(nth: usize) -> Self {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let to = folder.path().join("policies");
        boston::awake(&to);
        boston::change(&to, "via = [\"email\"]", "via = [\"email\", \"sms\"]");
        // All of three years leaves in one day; nothing of it may wait for the next.
        let most = "max_sms_per_person_per_day = ";
        boston::change(&to, &format!("{most}8"), &format!("{most}1000000"));
        let loaded = policies::load_dir(&to, Wall::Host.now());
        let org = loaded.org.expect("the set has people");
        let tickets = sample(nth, &folder.path().join("events.jsonl"));
        Self { folder, web: free_port(), org, tickets }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn config(&self) -> PathBuf {
        self.path("duban.toml")
    }

    pub fn log(&self) -> PathBuf {
        self.path("log")
    }

    pub fn database(&self) -> PathBuf {
        self.path("duban.db")
    }

    /// Writes the configuration of one life of the daemon; servers are told which life it is.
    /// Batches are small, so that a kill has much to fall into.
    pub fn configure(&self, servers: &Servers, life: usize) {
        let (smtp, gateway) = (servers.smtp, &servers.texts.port);
        let text = format!(
            r#"
[store]
url = "sqlite:{database}"
[web]
listen = "127.0.0.1:{web}"
[policies]
dir = "policies"
[secrets]
key_file = "contacts.key"
[engine]
batch = 20
poll = "200ms"
[dispatch]
batch = {CLAIMED}
workers = 4
lease = "2s"
send_timeout = "1500ms"
retry_min = "100ms"
[kinds]
email = "mail"
sms = "text"
[resident]
sms = "text"
email = "mail"
[[channel]]
name = "mail"
kind = "smtp"
host = "127.0.0.1"
port = {smtp}
tls = "none"
from = "311 <sla@duban.test>"
hello = "life-{life}.duban.test"
connections = 4
[[channel]]
name = "text"
kind = "http_sms"
url = "http://127.0.0.1:{gateway}/ok"
body = '{{"to": {{{{ to }}}}, "text": {{{{ text }}}}, "id": {{{{ id }}}}}}'
headers = {{ X-Life = "{life}" }}
accepted = {{ status = [200], pointer = "/code", value = "OK" }}
"#,
            database = self.database().display(),
            web = self.web,
        );
        std::fs::write(self.config(), text).expect("the scratch folder takes files");
    }

    /// `duban import` of the sample into the fresh store.
    pub fn import(&self) {
        let text = format!(
            "[store]\nurl = 'sqlite:{}'\n[policies]\ndir = 'policies'\n[secrets]\nkey_file = 'contacts.key'\n",
            self.database().display()
        );
        std::fs::write(self.config(), text).expect("the scratch folder takes files");
        let said = run(duban(&["import", "--json", "--config"])
            .arg(self.config())
            .arg(self.path("events.jsonl")));
        let said: Value = serde_json::from_str(&said).expect("the report is JSON");
        assert_eq!(said["refused"], 0, "{said}");
        assert_eq!(said["duplicates"], 0, "{said}");
    }

    /// What `duban simulate` says of one look at the sample today.
    pub fn predict(&self) -> Prediction {
        let (messages, slips) = (self.path("messages.jsonl"), self.path("slips.jsonl"));
        run(duban(&["simulate", "--json", "--one-look", "--policies"])
            .arg(self.path("policies"))
            .arg("--events")
            .arg(self.path("events.jsonl"))
            .args(["--until", &Wall::Host.now().to_string(), "--messages"])
            .arg(&messages)
            .arg("--slips")
            .arg(&slips));
        let text = |line: &Value| line.as_str().unwrap_or_default().to_owned();
        Prediction {
            messages: lines(&messages)
                .map(|line| Predicted {
                    key: text(&line["key"]),
                    person: text(&line["to"]["staff"]["person"]),
                    via: text(&line["via"]),
                })
                .collect(),
            slips: lines(&slips).map(|line| text(&line["key"])).collect(),
        }
    }

    /// `duban audit`: every journal is whole and every state is what its journal gives.
    pub fn audit(&self) {
        run(duban(&["audit", "--config"]).arg(self.config()));
    }

    /// Where a predicted message has to arrive.
    pub fn address(&self, message: &Predicted) -> String {
        let person = self.org.people.get(&message.person).expect("a person of the set");
        let via = if message.via == "sms" { Via::Sms } else { Via::Email };
        let address = person.address(via, Wall::Host.now());
        address.expect("everybody in the set has both").to_owned()
    }
}

fn duban(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_duban"));
    command.args(args);
    command
}

/// Writes the events of every n-th ticket and says how many tickets those are.
fn sample(nth: usize, to: &Path) -> usize {
    let mut events = Vec::new();
    let path = common::shared().join("data/events/boston_2013_2016.jsonl.zst");
    files::read(&path, |_, event| events.push(event), |bad| panic!("{bad}"))
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let tickets: BTreeSet<&str> = events.iter().map(|event| event.ticket.as_str()).collect();
    let kept: BTreeSet<&str> = tickets.into_iter().step_by(nth).collect();
    let mut text = String::new();
    for event in events.iter().filter(|event| kept.contains(event.ticket.as_str())) {
        let line = serde_json::to_string(event).expect("an event is JSON");
        writeln!(text, "{line}").expect("a String takes every write");
    }
    std::fs::write(to, text).expect("the scratch folder takes files");
    kept.len()
}

fn lines(path: &Path) -> impl Iterator<Item = Value> {
    let text = std::fs::read_to_string(path).expect("simulate wrote it");
    let lines: Vec<_> =
        text.lines().map(|line| serde_json::from_str(line).expect("a line of JSON")).collect();
    lines.into_iter()
}
