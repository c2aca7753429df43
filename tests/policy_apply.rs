//! `duban policy apply` on the real binary: what it shows, and what it does to running tickets.

use std::{
    fs,
    path::Path,
    process::{Command, Output},
    sync::Arc,
};

use arc_swap::ArcSwap;
use duban::{
    config::Config,
    core::timestamp::Timestamp,
    engine::Engine,
    rules::{enforce, examine_configured},
    secret::Key,
    store::Store,
    wall::Wall,
};
use serde_json::Value;

/// A folder with a configuration, a store and a policy set of its own.
struct Town {
    folder: tempfile::TempDir,
}

impl Town {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("policies/generic311");
        let mine = folder.path().join("mine");
        fs::create_dir(&mine).expect("the folder takes folders");
        for file in fs::read_dir(shipped).expect("the set is shipped") {
            let file = file.expect("the folder is readable");
            fs::copy(file.path(), mine.join(file.file_name())).expect("the file is copied");
        }
        fs::remove_file(mine.join("cases.toml")).expect("the set has cases, which the edit breaks");
        fs::write(folder.path().join("duban.toml"), "[policies]\ndir = \"mine\"\n")
            .expect("the folder takes files");
        Self { folder }
    }

    fn run(&self, args: &[&str]) -> (i32, String, String) {
        let output: Output = Command::new(env!("CARGO_BIN_EXE_duban"))
            .args(args)
            .env("DUBAN_CONFIG", "duban.toml")
            .env("STATE_DIRECTORY", self.folder.path())
            .current_dir(self.folder.path())
            .output()
            .expect("the binary runs");
        let text = |bytes| String::from_utf8(bytes).expect("commands print UTF-8");
        (output.status.code().unwrap_or(-1), text(output.stdout), text(output.stderr))
    }

    /// Looks at whatever is due, as the daemon does, under the policies of this moment.
    async fn look(&self) {
        let now = Wall::Host.now();
        let env = [("STATE_DIRECTORY".to_owned(), self.folder.path().display().to_string())];
        let mut config = Config::load(None, env.into_iter()).expect("the defaults");
        config.policies.dir = Some(self.folder.path().join("mine"));
        let in_force =
            enforce(examine_configured(&config, None, now)).expect("the edited set is good");
        let store = Store::open(&config.store.url).await.expect("the store opens");
        let rules = in_force.settle(&store, now).await.expect("the set is kept");
        let key = Key::open(&config.secrets.key_file).expect("the key is there");
        let engine = Engine::new(store, Arc::new(ArcSwap::from_pointee(rules)), key, 100);
        engine.run_until_idle(now).await.expect("the engine looks");
    }

    fn due(&self, no: &str) -> String {
        let shown = json(self.run(&["ticket", "show", no, "--json"]), 0);
        let clocks = shown["clocks"].as_array().expect("clocks are a list");
        let resolve = clocks.iter().find(|clock| clock["clock"] == "resolve");
        resolve.expect("it has a resolve clock")["due"].as_str().expect("a due").to_owned()
    }

    /// Changes the policies as somebody with an editor would.
    fn edit(&self, from: &str, to: &str) {
        let file = self.folder.path().join("mine/policies.toml");
        let text = fs::read_to_string(&file).expect("the policies are text");
        assert!(text.contains(from), "{from}");
        fs::write(file, text.replace(from, to)).expect("the policies are written");
    }
}

fn json((code, out, err): (i32, String, String), expected: i32) -> Value {
    assert_eq!(code, expected, "{out}{err}");
    serde_json::from_str(&out).unwrap_or_else(|error| panic!("{out}: {error}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_preview_changes_nothing_and_yes_moves_the_due() {
    let town = Town::new();
    let now = Wall::Host.now();
    let at = now.plus_ms(-3_600_000).to_string();
    let file = town.folder.path().join("events.jsonl");
    let line = |no: &str, kind: &str| {
        format!(
            r#"{{"ticket":"{no}","event":"{kind}","at":"{at}","unit":"public-works","category":"pothole"}}"#
        )
    };
    let lines = [line("T1", "received"), line("T1", "dispatched"), line("T2", "received")];
    fs::write(&file, lines.join("\n")).expect("the folder takes files");
    let (code, out, err) = town.run(&["migrate"]);
    assert_eq!(code, 0, "{out}{err}");
    let (code, out, err) = town.run(&["import", "events.jsonl"]);
    assert_eq!(code, 0, "{out}{err}");
    town.look().await;
    let before = town.due("T1");

    let nothing = json(town.run(&["policy", "apply", "--json"]), 0);
    assert_eq!(nothing["tickets"], 0, "the set it runs under is the one in force");

    town.edit("name = \"resolve\",  dur = \"7d\"", "name = \"resolve\",  dur = \"9d\"");
    let shown = json(town.run(&["policy", "apply", "--json"]), 1);
    assert_eq!((&shown["tickets"], &shown["applied"]), (&1.into(), &false.into()), "{shown}");
    assert_eq!(shown["dues_later"], 1, "{shown}");
    town.look().await;
    assert_eq!(town.due("T1"), before, "looking changes nothing");

    let done = json(town.run(&["policy", "apply", "--yes", "--json"]), 0);
    assert_eq!((&done["tickets"], &done["applied"]), (&1.into(), &true.into()));
    town.look().await;
    let days = |due: &str| Timestamp::parse(due).expect("an instant");
    assert_eq!(days(&town.due("T1")).since(days(&before)), 2 * 86_400_000);
    let (code, out, _) = town.run(&["audit"]);
    assert_eq!(code, 0, "{out}");
    let again = json(town.run(&["policy", "apply", "--json"]), 0);
    assert_eq!(again["tickets"], 0, "once is enough");
}
