//! A running daemon with the reference policies, and its HTTP interface.

use std::process::Command;

use duban::wall::Wall;
use serde_json::{Value, json};

use crate::{daemon::Daemon, wait::free_port};

/// What the webhook `platform` is signed with: `platform.whsec`.
pub const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// A daemon in a scratch folder.
pub struct House {
    folder: tempfile::TempDir,
    port: u16,
    client: reqwest::Client,
    daemon: Option<Daemon>,
}

/// What came back.
pub struct Reply {
    pub status: u16,
    pub headers: reqwest::header::HeaderMap,
    pub body: String,
}

impl Reply {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("not JSON: {}", self.body))
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("text"))
    }
}

impl House {
    /// Starts a daemon with more at the end of its configuration, and waits until it is ready.
    pub async fn start(more: &str) -> Self {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let port = free_port();
        let text = format!(
            "[store]\nurl = 'sqlite:{}'\n[secrets]\nkey_file = 'contacts.key'\n\
             [web]\nlisten = '127.0.0.1:{port}'\nanswers_per_minute = 100000\n{more}",
            folder.path().join("duban.db").display(),
        );
        std::fs::write(folder.path().join("platform.whsec"), SECRET).expect("it takes files");
        std::fs::write(folder.path().join("duban.toml"), text).expect("the folder takes files");
        // Two tests may come here at once; the first one's provider is as good.
        drop(rustls::crypto::ring::default_provider().install_default());
        let client = reqwest::Client::builder().no_proxy().build().expect("a client");
        let mut house = Self { folder, port, client, daemon: None };
        house.wake().await;
        house
    }

    /// Starts the daemon anew where it was stopped.
    pub async fn wake(&mut self) {
        let config = self.folder.path().join("duban.toml");
        let daemon = Daemon::start(&config, &self.folder.path().join("log"), &[]);
        let daemon = self.daemon.insert(daemon);
        let client = self.client.clone();
        let address = format!("http://127.0.0.1:{}/readyz", self.port);
        loop {
            daemon.assert_runs();
            let answer = client.get(&address).send().await;
            if answer.is_ok_and(|answer| answer.status() == 200) {
                return;
            }
            tokio::task::yield_now().await;
        }
    }

    /// `kill -9`.
    pub fn kill(&mut self) {
        self.daemon.take().expect("it runs").kill();
    }

    /// Told to stop it ends well.
    pub fn stop(mut self) {
        let daemon = self.daemon.take().expect("it runs");
        daemon.tell("TERM");
        assert!(daemon.ended().success(), "it ends well");
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// Makes a token with these scopes.
    pub fn token(&self, scopes: &[&str]) -> String {
        let mut command = Command::new(env!("CARGO_BIN_EXE_duban"));
        command.args(["token", "create", "tests", "--config"]);
        command.arg(self.folder.path().join("duban.toml"));
        command.args(scopes.iter().flat_map(|scope| ["--scope", scope]));
        crate::run::run(&mut command).trim().to_owned()
    }

    pub async fn send(&self, request: reqwest::RequestBuilder) -> Reply {
        let answer = request.send().await.expect("an answer");
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        Reply { status, headers, body: answer.text().await.expect("a text") }
    }

    pub async fn get(&self, token: &str, path: &str) -> Reply {
        self.send(self.client.get(self.url(path)).bearer_auth(token)).await
    }

    /// Sends events; each has to be accepted.
    pub async fn events(&self, token: &str, events: &[Value]) {
        let request = self.client.post(self.url("/api/v1/events")).bearer_auth(token);
        let answers = self.send(request.json(&events)).await.json();
        let refused =
            answers.as_array().expect("a list").iter().find(|one| one["result"] != "accepted");
        assert_eq!(refused, None);
    }

    /// Three tickets, one of them overdue by days, with what follows from that.
    pub async fn tickets(&self, ingest: &str, read: &str) {
        self.events(
            ingest,
            &[
                event("W1", "dispatched", 60 * 24 * 30),
                event("W2", "dispatched", 5),
                event("W3", "received", 5),
            ],
        )
        .await;
        until_async("the overdue ticket has a slip", async || {
            let slips = self.get(read, "/api/v1/slips?ticket=W1").await.json();
            slips["slips"].as_array().is_some_and(|slips| !slips.is_empty())
        })
        .await;
    }
}

/// Waits until a question is answered with yes.
pub async fn until_async(what: &str, mut look: impl AsyncFnMut() -> bool) {
    let began = duban::wall::stopwatch();
    while !look().await {
        assert!(began.elapsed().as_secs() < 300, "waited in vain until {what}");
    }
}

/// An event so many minutes ago.
pub fn event(ticket: &str, kind: &str, minutes_ago: i64) -> Value {
    let at = Wall::Host.now().plus_ms(-60_000 * minutes_ago);
    json!({
        "ticket": ticket, "event": kind, "at": at.to_string(), "unit": "cx-scjg",
        "category": "投诉/电梯", "data": {},
    })
}
