//! The short message centre, a process of its own, and what it has seen.

use std::{
    ffi::OsStr,
    fs::read_to_string,
    path::{Path, PathBuf},
};

use serde_json::Value;

use crate::{
    certificates::certificates,
    npm::{install, kept},
    process::{Server, tool},
    wait::until,
};

/// A running centre.
pub struct Centre {
    _server: Server,
    folder: tempfile::TempDir,
    pub port: String,
}

impl Centre {
    pub fn start() -> Self {
        Self::listen("0")
    }

    /// On this port; 0: on any that is free.
    pub fn listen(port: &str) -> Self {
        Self::run(&[port])
    }

    /// With TLS, by a certificate for 127.0.0.1 whose authority is written to `folder`.
    pub fn with_tls(folder: &Path) -> Self {
        certificates(folder);
        let [key, certificate] = ["key.pem", "cert.pem"].map(|name| folder.join(name));
        Self::run(&["0".as_ref(), key.as_os_str(), certificate.as_os_str()])
    }

    fn run(args: &[impl AsRef<OsStr>]) -> Self {
        let modules = kept("smpp-0.5.1", |folder| install(folder, "smpp@0.5.1"));
        let folder = tempfile::tempdir().expect("a scratch folder");
        let script = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/gateways/smsc.js");
        let log = folder.path().join("log");
        let node = &mut tool("node", "nodejs");
        let (server, port) = Server::announced(node.arg(script).arg(modules).arg(log).args(args));
        Self { _server: server, folder, port }
    }

    /// What happened of this kind so far.
    pub fn events(&self, kind: &str) -> Vec<Value> {
        let text = read_to_string(self.folder.path().join("log")).expect("a log");
        // The last line may still be on its way.
        let lines = text.split_inclusive('\n').filter(|line| line.ends_with('\n'));
        let events = lines.map(|line| serde_json::from_str::<Value>(line).expect("a line of JSON"));
        events.filter(|event| event["event"] == kind).collect()
    }

    /// Waits until so many of this kind have happened.
    pub fn saw(&self, kind: &str, count: usize) -> Vec<Value> {
        until(&format!("the centre sees {kind} {count} times"), || {
            Some(self.events(kind)).filter(|events| events.len() >= count)
        })
    }

    /// The messages to a number, as they came.
    pub fn messages(&self, to: &str) -> Vec<Value> {
        let messages = self.events("submit").into_iter();
        messages.filter(|message| message["to"] == to.trim_start_matches('+')).collect()
    }
}
