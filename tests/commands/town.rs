//! A town with a store of its own, and the binary run on it.

use std::{path::Path, process::Command, sync::Arc};

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
use serde_json::Value;

/// Runs `duban` in a folder that holds its configuration and its state.
pub fn duban(folder: &Path, args: &[&str]) -> (i32, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_duban"))
        .args(args)
        .env("DUBAN_CONFIG", "duban.toml")
        .env("STATE_DIRECTORY", folder)
        .current_dir(folder)
        .output()
        .expect("the binary runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
    (output.status.code().expect("no signal"), text(output.stdout), text(output.stderr))
}

/// The same, for a command that prints JSON and says nothing else.
pub fn json(folder: &Path, args: &[&str]) -> Value {
    let (code, out, err) = duban(folder, args);
    assert_eq!((code, err.as_str()), (0, ""), "{args:?}");
    serde_json::from_str(&out).unwrap_or_else(|error| panic!("{args:?} prints {out}: {error}"))
}

/// A town whose tickets W1 and W2 have climbed to the red slip of their resolve clock.
pub struct Town {
    pub folder: tempfile::TempDir,
    store: Store,
    engine: Engine,
}

impl Town {
    pub async fn new() -> Self {
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
    pub async fn look(&self, until: Timestamp) {
        while let Some(due) =
            self.store.next_look().await.expect("it answers").filter(|due| *due <= until)
        {
            self.engine.run_until_idle(due).await.expect("the engine looks");
        }
    }

    pub fn run(&self, args: &[&str]) -> (i32, String, String) {
        duban(self.folder.path(), args)
    }

    pub fn json(&self, args: &[&str]) -> Value {
        json(self.folder.path(), args)
    }
}
