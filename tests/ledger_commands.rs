//! `duban ledger` as a supervisor runs it: admit, list, review, strike off, count.

use std::{process::Command, sync::Arc};

use arc_swap::ArcSwap;
use duban::{
    core::{
        event::{Event, Kind},
        timestamp::Timestamp,
    },
    engine::Engine,
    intake::canon::canonical,
    rules::{enforce, examine_configured},
    secret::Key,
    store::Store,
    wall::Wall,
};
use serde_json::{Value, json};

/// A town whose tickets W1 and W2 have climbed to the red slip of their resolve clock.
struct Town {
    folder: tempfile::TempDir,
    store: Store,
    engine: Engine,
}

impl Town {
    async fn new() -> Self {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let file = folder.path().join("duban.toml");
        std::fs::write(&file, "[store]\nurl = 'sqlite:town.db'\n").expect("it takes files");
        let now = Wall::Host.now();
        let env = [("STATE_DIRECTORY".to_owned(), folder.path().display().to_string())];
        let config = duban::config::Config::load(None, env.into_iter()).expect("the defaults");
        let in_force = enforce(examine_configured(&config, None, now)).expect("shipped");
        let url = format!("sqlite:{}", folder.path().join("town.db").display());
        let store = Store::open(&url).await.expect("a fresh store opens");
        store.migrate().await.expect("a fresh store migrates");
        let rules = in_force.settle(&store, now).await.expect("the set is kept");
        let key = Key::open(&folder.path().join("contacts.key")).expect("a fresh key");
        let rules = Arc::new(ArcSwap::from_pointee(rules));
        let engine = Engine::new(store.clone(), rules, key.clone(), 100);
        let town = Self { folder, store, engine };
        for no in ["W1", "W2"] {
            for (kind, at) in
                [("dispatched", "08T09:12"), ("accepted", "08T09:30"), ("contacted", "08T10:00")]
            {
                let at = Timestamp::parse(&format!("2026-05-{at}:00+08:00")).expect("an instant");
                let mut event = Event::new(no, Kind::of(kind), at);
                event.unit = Some("cx-scjg".to_owned());
                let entry = canonical(event, &key, at).expect("a good event");
                town.store.append(&[entry], at).await.expect("it is kept");
                town.look(at).await;
            }
        }
        town.look(Timestamp::parse("2026-05-15T09:00:00+08:00").expect("an instant")).await;
        town
    }

    /// Looks whenever something is due, up to `until`.
    async fn look(&self, until: Timestamp) {
        while let Some(due) =
            self.store.next_look().await.expect("it answers").filter(|due| *due <= until)
        {
            self.engine.run_until_idle(due).await.expect("the engine looks");
        }
    }

    fn run(&self, args: &[&str]) -> (i32, String, String) {
        let output = Command::new(env!("CARGO_BIN_EXE_duban"))
            .args(args)
            .env("DUBAN_CONFIG", "duban.toml")
            .env("STATE_DIRECTORY", self.folder.path())
            .current_dir(self.folder.path())
            .output()
            .expect("the binary runs");
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
        (output.status.code().expect("no signal"), text(output.stdout), text(output.stderr))
    }

    fn json(&self, args: &[&str]) -> Value {
        let (code, out, err) = self.run(args);
        assert_eq!((code, err.as_str()), (0, ""), "{args:?}");
        serde_json::from_str(&out).unwrap_or_else(|error| panic!("{args:?} prints {out}: {error}"))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_matter_goes_through_the_ledger() {
    let town = Town::new().await;
    assert_eq!(town.json(&["ledger", "list", "--json"]), json!({ "ledger": [] }));
    let admit = ["ledger", "admit", "W1", "--approver", "principal", "--reason", "历史遗留"];
    assert_eq!(town.run(&[&admit[..], &["--plan", "分三期"]].concat()).0, 0);
    assert_eq!(town.run(&["ledger", "admit", "W2", "--approver", "handler"]).0, 0);
    town.look(Wall::Host.now()).await;
    let lines = town.json(&["ledger", "list", "--list", "hung", "--unit", "cx-scjg", "--json"]);
    let lines = lines["ledger"].as_array().expect("a list").clone();
    assert_eq!(lines.len(), 1, "who may not approve admits nothing: {lines:?}");
    assert_eq!(
        (&lines[0]["ticket"], &lines[0]["reason"], &lines[0]["lacking"]),
        (&json!("W1"), &json!("历史遗留"), &json!([]))
    );
    assert_eq!(town.run(&["ledger", "review", "W1", "--note", "已列预算"]).0, 0);
    let strike_off = ["ledger", "strike-off", "W1", "--by-role", "city_sup", "--proof", "照片"];
    assert_eq!(town.run(&[&strike_off[..], &["--attachments", "1"]].concat()).0, 0);
    town.look(Wall::Host.now()).await;
    let open = town.json(&["ledger", "list", "--ticket", "W1", "--json"]);
    assert_eq!(open, json!({ "ledger": [] }));
    let ended = town.json(&["ledger", "list", "--state", "ended", "--json"]);
    assert_eq!(ended["ledger"][0]["ended_by"], "struck_off");
    let counts = town.json(&["ledger", "list", "--list", "hung", "--summary", "--json"]);
    assert_eq!(
        counts["ledger"],
        json!([{
            "list": "hung", "opening": 0, "admitted": 1, "struck_off": 1, "ended_otherwise": 0,
            "share": "100.00 %",
        }])
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn unknown_tickets_and_bad_words_are_refused() {
    let town = Town::new().await;
    #[rustfmt::skip]
    let table = [
        (&["ledger", "admit", "W9"][..],                    1, "no ticket `W9` is known"),
        (&["ledger", "strike-off", "W1", "--data", "[]"],   2, "not a JSON object"),
        (&["ledger", "list", "--state", "closed"],          2, "[possible values: open, ended, all]"),
        (&["ledger", "list", "--summary", "--from", "May"], 2, "write an instant with its offset"),
    ];
    for (args, want, says) in table {
        let (code, _, err) = town.run(args);
        assert!(code == want && err.contains(says), "{args:?}: {code} {err}");
    }
}
