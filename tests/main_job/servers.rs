//! The servers outside: `smtp-sink` of Postfix for mail, the test gateway for SMS. Both keep
//! everything they said yes to.

use std::{fs, os::unix::fs::PermissionsExt as _};

use serde_json::Value;

use crate::{
    gateway::Gateway,
    process::{Server, tool},
    wait::{free_port, listening},
};

/// Both servers, running.
pub struct Servers {
    pub smtp: u16,
    pub texts: Gateway,
    mails: tempfile::TempDir,
    _sink: Server,
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
        let mails = tempfile::tempdir().expect("a scratch folder");
        // The mail server gives up its rights before it writes.
        let all = fs::Permissions::from_mode(0o777);
        fs::set_permissions(mails.path(), all).expect("our own folder");
        let smtp = free_port();
        let sink = Server::start(
            tool("/usr/sbin/smtp-sink", "postfix")
                .args(["-u", "nobody", "-d"])
                .arg(mails.path().join("m."))
                .arg(format!("127.0.0.1:{smtp}"))
                .arg("100"),
        );
        listening(smtp, "smtp-sink");
        Self { smtp, texts: Gateway::start("sms.py"), mails, _sink: sink }
    }

    /// Everything that arrived.
    pub fn arrivals(&self) -> Vec<Arrival> {
        let mails = fs::read_dir(self.mails.path()).expect("the mails");
        let mails = mails.map(|entry| {
            let mail = fs::read(entry.expect("a mail").path()).expect("a mail reads");
            read_mail(&String::from_utf8_lossy(&mail))
        });
        mails.chain(self.texts.requests().iter().map(read_text)).collect()
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
fn read_text(request: &Value) -> Arrival {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    Arrival {
        message_id: text(&request["json"]["id"]),
        to: text(&request["json"]["to"]),
        life: text(&request["headers"]["x-life"]).parse().expect("a life has a number"),
    }
}
