//! The servers outside: `smtp-sink` of Postfix for mail, the test gateway for SMS. Both keep
//! everything they said yes to.

use std::{
    fs,
    io::{BufRead as _, BufReader},
    os::unix::fs::PermissionsExt as _,
    path::PathBuf,
};

use serde_json::Value;

use crate::{
    process::{Server, tool},
    wait::{free_port, listening},
};

/// Both servers, running.
pub struct Servers {
    pub smtp: u16,
    pub gateway: String,
    folder: tempfile::TempDir,
    _running: [Server; 2],
}

/// A message a server took.
#[derive(Debug)]
pub struct Arrival {
    /// The stable part of the Message-ID of a mail, the id of a text.
    pub message_id: String,
    pub to: String,
    /// Which life of the daemon brought it.
    pub life: usize,
}

impl Servers {
    pub fn start() -> Self {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let mails = folder.path().join("mails");
        fs::create_dir(&mails).expect("the scratch folder takes folders");
        // The mail server gives up its rights before it writes.
        for path in [folder.path(), &mails] {
            let all = fs::Permissions::from_mode(0o777);
            fs::set_permissions(path, all).expect("our own folder");
        }
        let smtp = free_port();
        let sink = Server::start(
            tool("/usr/sbin/smtp-sink", "postfix")
                .args(["-u", "nobody", "-d"])
                .arg(mails.join("m."))
                .arg(format!("127.0.0.1:{smtp}"))
                .arg("100"),
        );
        listening(smtp, "smtp-sink");
        let script = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/gateways/sms.py");
        let (texts, gateway) = Server::announced(
            tool("python3", "python3").arg(script).arg(folder.path().join("texts")),
        );
        Self { smtp, gateway, folder, _running: [sink, texts] }
    }

    /// How many texts the gateway took.
    pub fn texts(&self) -> usize {
        let file = fs::File::open(self.folder.path().join("texts")).expect("the gateway's log");
        BufReader::new(file).split(b'\n').count()
    }

    /// Everything that arrived.
    pub fn arrivals(&self) -> Vec<Arrival> {
        let mails = fs::read_dir(self.folder.path().join("mails")).expect("the mails");
        let mails = mails.map(|entry| {
            let path = entry.expect("a mail").path();
            let mail = fs::read(&path).expect("a mail reads");
            read_mail(&String::from_utf8_lossy(&mail))
        });
        let texts = fs::read_to_string(self.folder.path().join("texts")).expect("the texts");
        let texts = texts.lines().map(|line| read_text(line));
        mails.chain(texts).collect()
    }
}

/// A mail as the sink keeps it: what was said in the session stands above the mail.
fn read_mail(mail: &str) -> Arrival {
    let head = mail.split("\r\n\r\n").next().and_then(|head| head.split("\n\n").next());
    let head = head.unwrap_or_default();
    let said = |name: &str| {
        let line = head.lines().find_map(|line| line.strip_prefix(name));
        line.unwrap_or_else(|| panic!("no `{name}` in {head}")).trim()
    };
    let (id, _) = said("Message-ID: <").split_once('@').expect("a Message-ID has a domain");
    let life = said("X-Helo-Args: life-").split('.').next().unwrap_or_default();
    Arrival {
        message_id: id.to_owned(),
        to: said("X-Rcpt-Args: <").trim_end_matches('>').to_owned(),
        life: life.parse().expect("a life has a number"),
    }
}

/// A text as the gateway keeps it.
fn read_text(line: &str) -> Arrival {
    let request: Value = serde_json::from_str(line).expect("a line of JSON");
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    Arrival {
        message_id: text(&request["json"]["id"]),
        to: text(&request["json"]["to"]),
        life: text(&request["headers"]["x-life"]).parse().expect("a life has a number"),
    }
}
