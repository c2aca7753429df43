//! `duban schedule` as a supervisor runs it: what recurs, what was frozen, how a campaign burns down.

use std::{collections::BTreeMap, sync::Arc};

use arc_swap::ArcSwap;
use duban::{
    core::{
        event::{Event, Kind},
        fact::Fact,
        timestamp::Timestamp,
    },
    engine::Engine,
    policies::{self, Sources},
    rules::Rules,
    schedule::Scheduler,
    secret::Key,
    store::{NewEntry, Store},
};
use serde_json::{Value, json};

use crate::town;

const SCHEDULES: &str = r#"
schema = "sla-policy-set/1"
id = "mine"
version = "1"
extends = "cn"

[[campaign]]
id = "zero"
zh = "清零行动"
from = "2026-05-12"
to = "2026-08-20"
tag = "清零"

[[schedule]]
id = "zero-list"
zh = "清零行动台账"
en = "Clean-up"
every = "day"
once = "2026-05-12"
at = "00:00"
baseline = "zero"

[[schedule]]
id = "check"
zh = "抽查"
en = "Spot check"
every = "month"
on = "1wd"
at = "10:00"
sample = { permille = 100, at_least = 2, seed = "公开种子" }
"#;

fn at(local: &str) -> Timestamp {
    Timestamp::parse(&format!("{}:00+08:00", local.replace(' ', "T"))).expect("a time")
}

/// A town that looked at its schedules through May 2026.
struct City {
    folder: tempfile::TempDir,
    store: Store,
    engine: Engine,
    scheduler: Scheduler,
}

impl City {
    async fn new() -> Self {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let policies_dir = folder.path().join("policies");
        std::fs::create_dir(&policies_dir).expect("it takes folders");
        std::fs::write(policies_dir.join("policies.toml"), SCHEDULES).expect("it takes files");
        let config = "[store]\nurl = 'sqlite:town.db'\n[policies]\ndir = 'policies'\n";
        std::fs::write(folder.path().join("duban.toml"), config).expect("it takes files");
        let files = BTreeMap::from([("policies.toml".to_owned(), SCHEDULES.to_owned())]);
        let base = policies::sources("cn").map(Box::new);
        let sources = Sources { label: "mine".to_owned(), files, base };
        let loaded = policies::load(&sources, at("2026-05-01 00:00"));
        let (set, org) = (loaded.set.expect("a good set"), loaded.org.unwrap_or_default());
        let rules = Rules::new(set, org, loaded.templates.expect("the reference texts"));
        let rules = Arc::new(ArcSwap::from_pointee(rules));
        let url = format!("sqlite:{}", folder.path().join("town.db").display());
        let store = Store::open(&url).await.expect("a fresh store opens");
        store.migrate().await.expect("a fresh store migrates");
        let key = Key::open(&folder.path().join("contacts.key")).expect("a fresh key");
        let engine = Engine::new(store.clone(), Arc::clone(&rules), key, 100);
        Self { scheduler: Scheduler::new(store.clone(), rules), folder, store, engine }
    }

    async fn tell(&self, no: &str, kind: &str, when: &str) {
        let mut event = Event::new(no, Kind::of(kind), at(when));
        event.unit = Some("cx-scjg".to_owned());
        event.data.insert("solved".to_owned(), json!("yes"));
        let entry = NewEntry {
            ticket: event.ticket.clone(),
            at: event.at,
            kind: kind.to_owned(),
            dedupe: Some(event.dedupe_key()),
            body: Fact::Event(event.clone()).body(),
            contact: None,
        };
        self.store.append(&[entry], event.at).await.expect("the event is kept");
        self.engine.run_until_idle(event.at).await.expect("the engine looks");
    }

    async fn run(&self, from: &str, until: &str) {
        self.scheduler.begin(at(from)).await.expect("the schedules begin");
        let mut now = at(from);
        loop {
            self.engine.run_until_idle(now).await.expect("the engine looks");
            self.scheduler.run_once(now).await.expect("what has come is done");
            self.engine.run_until_idle(now).await.expect("the engine looks");
            match self.store.next_look().await.expect("the store answers") {
                Some(next) if next <= at(until) => now = next.max(now),
                _ => return,
            }
        }
    }

    fn duban(&self, args: &[&str]) -> (i32, String, String) {
        town::duban(self.folder.path(), args)
    }

    fn json(&self, args: &[&str]) -> Value {
        town::json(self.folder.path(), args)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_campaign_burns_down() {
    let town = City::new().await;
    for no in ["W1", "W2", "W3"] {
        town.tell(no, "dispatched", "2026-05-11 09:00").await;
    }
    town.run("2026-05-11 10:00", "2026-05-12 08:00").await;
    // What comes later is not on the list.
    town.tell("W4", "dispatched", "2026-05-12 09:00").await;
    for no in ["W1", "W4"] {
        town.tell(no, "resolved", "2026-05-13 09:00").await;
        town.tell(no, "answered", "2026-05-13 10:00").await;
    }
    let burnt =
        town.json(&["schedule", "burn-down", "zero-list", "--until", "2026-05-14", "--json"]);
    assert_eq!(
        burnt,
        json!({
            "campaign": "zero", "baseline": 3, "ended": 1, "by_unit": { "cx-scjg": 2 },
            "left": [
                { "day": "2026-05-12", "left": 3 },
                { "day": "2026-05-13", "left": 2 },
                { "day": "2026-05-14", "left": 2 },
            ],
        })
    );
    let (code, text, _) =
        town.duban(&["schedule", "burn-down", "zero-list", "--until", "2026-05-13"]);
    assert!(code == 0 && text.ends_with("zero: 1 of 3 ended\n"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sample_is_held_against_the_tickets() {
    let town = City::new().await;
    for n in 0..30 {
        let no = format!("W{n:02}");
        town.tell(&no, "dispatched", "2026-05-11 09:00").await;
        town.tell(&no, "resolved", "2026-05-12 09:00").await;
        town.tell(&no, "answered", "2026-05-12 10:00").await;
    }
    town.run("2026-05-12 12:00", "2026-06-01 12:00").await;
    let shown = town.json(&["schedule", "show", "check"]);
    assert_eq!((&shown["period"], &shown["same"]), (&json!("2026-06"), &json!(true)), "{shown}");
    assert_eq!(shown["found"]["drawn"], shown["drawn_again"]);
    // Somebody slips a ticket into May afterwards: then the draw cannot be repeated, and that is said.
    let before = shown["drawn_again"].as_array().expect("a list").len();
    for n in 30..60 {
        let no = format!("W{n:02}");
        town.tell(&no, "dispatched", "2026-05-11 09:00").await;
        town.tell(&no, "resolved", "2026-05-12 09:00").await;
        town.tell(&no, "answered", "2026-05-12 10:00").await;
    }
    let (code, text, _) = town.duban(&["schedule", "show", "check", "--period", "2026-06"]);
    let shown: Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!((code, &shown["same"]), (1, &json!(false)));
    assert_eq!(
        shown["found"]["drawn"].as_array().map(Vec::len),
        Some(before),
        "what was drawn stays"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_recurs_is_listed() {
    let town = City::new().await;
    town.run("2026-05-11 10:00", "2026-05-12 08:00").await;
    let all = town.json(&["schedule", "list", "--json"]);
    let all = all["schedules"].as_array().expect("a list");
    let mine = |id: &str| all.iter().find(|one| one["schedule"] == id).expect("it is listed");
    assert_eq!(mine("zero-list")["does"], "freezes a list");
    assert_eq!(mine("zero-list")["last"]["period"], "2026-05-12");
    assert_eq!(mine("zero-list")["next"], Value::Null, "it was once");
    assert_eq!(mine("check")["last"], Value::Null);
    assert!(mine("check")["next"]["at"].is_string());
    #[rustfmt::skip]
    let table = [
        (&["schedule", "show", "chek"][..],                            65, "no [[schedule]] `chek`"),
        (&["schedule", "show", "check"],                               65, "has nothing yet"),
        (&["schedule", "show", "zero-list", "--period", "2026-05-13"], 65, "nothing for 2026-05-13"),
        (&["schedule", "burn-down", "check"],                          65, "freezes no list; it draws a sample"),
    ];
    for (args, want, says) in table {
        let (code, _, err) = town.duban(args);
        assert!(code == want && err.contains(says), "{args:?}: {code} {err}");
    }
}
