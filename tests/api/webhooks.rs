//! Other systems told: a receiver that verifies with the reference library of Standard Webhooks.

use std::process::Stdio;

use serde_json::Value;

use crate::{
    house::{House, SECRET, event, until_async},
    pip::{kept, python},
    process::Server,
    wait::{free_port, listening},
};

/// A receiver of webhooks.
struct Receiver {
    _server: Server,
    folder: tempfile::TempDir,
}

impl Receiver {
    fn start(port: u16) -> Self {
        let home = kept("standardwebhooks-1.1.0", &["standardwebhooks==1.1.0"]);
        let folder = tempfile::tempdir().expect("a scratch folder");
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/gateways/hooks.py");
        let (server, _) = Server::announced(
            python(&home)
                .arg(script)
                .arg(folder.path().join("log"))
                .args([&port.to_string(), SECRET])
                .stderr(Stdio::null()),
        );
        listening(port, "the receiver");
        Self { _server: server, folder }
    }

    /// Every attempt so far.
    fn attempts(&self) -> Vec<Value> {
        let text = std::fs::read_to_string(self.folder.path().join("log")).expect("a log");
        let whole = text.rsplit_once('\n').map_or("", |(whole, _)| whole);
        whole.lines().map(|line| serde_json::from_str(line).expect("a line of JSON")).collect()
    }

    /// The events of a ticket that were taken, in their order.
    fn taken(&self, ticket: &str) -> Vec<Value> {
        let attempts = self.attempts().into_iter();
        let taken =
            attempts.filter(|one| one["status"] == 200 && one["event"]["subject"] == ticket);
        taken.map(|one| one["event"].clone()).collect()
    }
}

/// A daemon that tells a receiver on this port of these kinds.
async fn telling(port: u16, kinds: &str) -> House {
    House::start(&format!(
        "calls_per_minute = 1000000\n[dispatch]\nlease = '2s'\nsend_timeout = '1s'\nretry_min = '10ms'\nretry_max = '50ms'\nattempts_max = 1000\n\
         [[channel]]\nname = 'mailbox'\nkind = 'mailbox'\n\
         [[channel]]\nname = 'platform'\nkind = 'webhook'\nurl = 'http://127.0.0.1:{port}/in'\n\
         secret_file = 'platform.whsec'\nevents = {kinds}\n\
         [kinds]\nim = 'mailbox'\nsms = 'mailbox'\nemail = 'mailbox'\nvoice = 'mailbox'\nprint = 'mailbox'\ndigest = 'mailbox'\n"
    ))
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_line_arrives_signed_and_in_order() {
    let port = free_port();
    let receiver = Receiver::start(port);
    let house = telling(port, "['*']").await;
    let (ingest, read) = (house.token(&["ingest"]), house.token(&["read"]));
    house.tickets(&ingest, &read).await;
    house.events(&ingest, &[event("W2", "accepted", 4), event("W2", "contacted", 3)]).await;
    for ticket in ["W1", "W2", "W3"] {
        let mut want = Vec::new();
        until_async(&format!("all lines of {ticket} arrive"), async || {
            let timeline =
                house.get(&read, &format!("/api/v1/tickets/{ticket}/timeline")).await.json();
            want = timeline["journal"].as_array().expect("lines").clone();
            receiver.taken(ticket).len() >= want.len() && !want.is_empty()
        })
        .await;
        let got = receiver.taken(ticket);
        let name = |line: &Value| (line["seq"].clone(), line["kind"].clone(), line["body"].clone());
        let told: Vec<_> = got.iter().take(want.len()).map(|event| name(&event["data"])).collect();
        assert_eq!(told, want.iter().map(name).collect::<Vec<_>>(), "{ticket}");
        let numbers: Vec<i64> = got
            .iter()
            .map(|event| event["sequence"].as_str().expect("a text").parse().expect("a number"))
            .collect();
        assert!(numbers.is_sorted(), "{ticket}: {numbers:?}");
    }
    let attempts = receiver.attempts();
    assert!(attempts.iter().all(|one| one["event"]["refused"].is_null()), "signatures hold");
    let failed: Vec<&Value> = attempts.iter().filter(|one| one["status"] == 503).collect();
    assert!(!failed.is_empty(), "some were refused at first");
    for first in failed {
        let id = &first["event"]["id"];
        let again = attempts.iter().find(|one| one["status"] == 200 && one["event"]["id"] == *id);
        let again = again.unwrap_or_else(|| panic!("{id} came again"));
        assert_eq!(again["body"], first["body"], "word for word");
        assert_eq!(again["headers"]["idempotency-key"], *id);
        assert_eq!(again["headers"]["webhook-id"], *id);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_not_told_before_a_crash_is_told_after_it() {
    let port = free_port();
    let mut house = telling(port, "['dispatched', 'duban.slip']").await;
    let (ingest, read) = (house.token(&["ingest"]), house.token(&["read"]));
    house.tickets(&ingest, &read).await;
    house.kill();
    let receiver = Receiver::start(port);
    house.wake().await;
    until_async("the slip of W1 and the dispatch of W2 are told", async || {
        let kinds: Vec<String> = ["W1", "W2"]
            .iter()
            .flat_map(|ticket| receiver.taken(ticket))
            .map(|event| event["type"].as_str().expect("a type").to_owned())
            .collect();
        kinds.iter().filter(|kind| *kind == "duban.event.dispatched").count() == 2
            && kinds.contains(&"duban.slip".to_owned())
    })
    .await;
    assert_eq!(receiver.taken("W3"), [Value::Null; 0], "nobody asked for `received`");
}
