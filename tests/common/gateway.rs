//! The HTTP gateways of the tests, processes of their own: tests/gateways.

use std::{
    fs::{File, read_to_string},
    io::{BufRead as _, BufReader},
    path::PathBuf,
    process::Stdio,
};

use serde_json::Value;

use crate::process::{Server, tool};

/// A running gateway that keeps every request.
pub struct Gateway {
    _server: Server,
    folder: tempfile::TempDir,
    pub port: String,
}

impl Gateway {
    /// Starts the gateway that a script of tests/gateways makes.
    pub fn start(script: &str) -> Self {
        Self::listen(script, 0)
    }

    /// On this port; 0: on any that is free.
    pub fn listen(script: &str, port: u16) -> Self {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let script = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/gateways").join(script);
        let (server, port) = Server::announced(
            tool("python3", "python3")
                .arg(script)
                .arg(folder.path().join("requests"))
                .arg(port.to_string())
                // It complains of every connection that is cut.
                .stderr(Stdio::null()),
        );
        Self { _server: server, folder, port }
    }

    /// Every request so far.
    pub fn requests(&self) -> Vec<Value> {
        let text = read_to_string(self.log()).expect("a log");
        text.lines().map(|line| serde_json::from_str(line).expect("a line of JSON")).collect()
    }

    /// How many requests there were.
    pub fn count(&self) -> usize {
        let file = File::open(self.log()).expect("a log");
        BufReader::new(file).split(b'\n').count()
    }

    fn log(&self) -> PathBuf {
        self.folder.path().join("requests")
    }
}
