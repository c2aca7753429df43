//! `duban key`, on a store whose contacts are sealed with a key file of one key.

use std::{
    path::Path,
    process::{Command, Stdio},
    time::Duration,
};

use duban::{
    core::{
        event::{Event, Kind},
        timestamp::Timestamp,
    },
    intake::canon::canonical,
    secret::{Key, SecretError},
    store::{NewEntry, Store},
    wall::stopwatch,
};
use serde_json::Value;

use crate::town::{duban, json};

const PHONE: &str = "13800138000";
/// A process gets so long before a test gives up.
const PATIENCE: Duration = Duration::from_mins(1);

/// A store with contacts.
struct Sealed {
    folder: tempfile::TempDir,
    store: Store,
    contacts: usize,
}

impl Sealed {
    async fn new(contacts: usize) -> Self {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let file = folder.path().join("duban.toml");
        std::fs::write(&file, "[store]\nurl = 'sqlite:city.db'\n").expect("it takes files");
        let url = format!("sqlite:{}", folder.path().join("city.db").display());
        let store = Store::open(&url).await.expect("a fresh store opens");
        store.migrate().await.expect("a fresh store migrates");
        let sealed = Self { folder, store, contacts };
        let key = sealed.key();
        let entries: Vec<NewEntry> = (0..contacts).map(|n| Self::call(n, &key)).collect();
        sealed.store.append(&entries, Timestamp(0)).await.expect("they are kept");
        sealed
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    /// The keys as whoever starts now reads them.
    fn key(&self) -> Key {
        Key::open(&self.path().join("contacts.key")).expect("a good key file")
    }

    fn call(n: usize, key: &Key) -> NewEntry {
        let at = Timestamp::parse("2026-05-08T09:12:00+08:00").expect("an instant");
        let mut event = Event::new(format!("W{n}"), Kind::of("received"), at);
        event.data.insert("phone".to_owned(), PHONE.into());
        canonical(event, key, at).expect("a good event")
    }

    fn run(&self, args: &[&str]) -> (i32, String, String) {
        duban(self.path(), args)
    }

    /// The keys as they are listed, the newest first.
    fn list(&self) -> Vec<Value> {
        let listed = json(self.path(), &["key", "list", "--json"]);
        listed["keys"].as_array().expect("a list").clone()
    }

    /// Whether every contact opens with the keys as they are now.
    async fn all_open(&self) {
        let key = self.key();
        for n in 0..self.contacts {
            let no = format!("W{n}");
            let ticket = self.store.ticket(&no).await.expect("it reads").expect("it is there");
            let sealed = self.store.contact(ticket.key).await.expect("it reads").expect("kept");
            let plain = key.unseal(&no, &sealed).unwrap_or_else(|error| panic!("{no}: {error}"));
            assert!(String::from_utf8(plain).expect("JSON").contains(PHONE), "{no}");
        }
    }
}

fn text<'v>(value: &'v Value, key: &str) -> &'v str {
    value[key].as_str().unwrap_or_else(|| panic!("no `{key}` in {value}"))
}

#[tokio::test]
async fn contacts_are_read_through_a_rotation() {
    let city = Sealed::new(20).await;
    let listed = city.list();
    assert_eq!((listed.len(), &listed[0]["contacts"]), (1, &20.into()));
    let old = text(&listed[0], "id").to_owned();

    let (code, out, err) = city.run(&["key", "rotate"]);
    assert_eq!(code, 0, "{err}");
    let listed = city.list();
    let new = text(&listed[0], "id");
    assert!(out.contains(new) && err.contains("SIGHUP"), "{out}{err}");
    assert_eq!(
        (text(&listed[0], "state"), text(&listed[1], "state")),
        ("seals and signs", "opens")
    );
    assert_eq!((&listed[0]["contacts"], &listed[1]["contacts"]), (&0.into(), &20.into()));
    city.all_open().await;

    let (code, _, err) = city.run(&["key", "retire", &old, "--now"]);
    assert_eq!(code, 1, "{err}");
    assert!(err.contains("has sealed 20 contacts") && err.contains("duban key reseal"), "{err}");
    let (code, _, err) = city.run(&["key", "retire", new]);
    assert_eq!(code, 1, "{err}");
    assert!(err.contains("is the newest key"), "{err}");
    let (code, out, err) = city.run(&["key", "reseal", "--batch", "7"]);
    assert_eq!(
        (code, out.as_str()),
        (0, format!("20 sealed anew with the key {new}\n").as_str()),
        "{err}"
    );
    city.all_open().await;

    let (code, _, err) = city.run(&["key", "retire", &old]);
    assert_eq!(code, 1, "superseded a moment ago: {err}");
    assert!(err.contains("wait a day, or say `--now`"), "{err}");
    let (code, _, err) = city.run(&["key", "retire", &old, "--now"]);
    assert_eq!(code, 0, "{err}");
    assert_eq!(text(&city.list()[1], "state"), "retired");
    city.all_open().await;
    let (code, _, err) = city.run(&["key", "retire", &old, "--now"]);
    assert_eq!(code, 1, "{err}");
    assert!(err.contains("no key"), "{err}");
}

#[tokio::test]
async fn a_reseal_that_was_killed_goes_on() {
    let city = Sealed::new(3_000).await;
    assert_eq!(city.run(&["key", "rotate"]).0, 0);
    let mut child = Command::new(env!("CARGO_BIN_EXE_duban"))
        .args(["key", "reseal", "--batch", "1"])
        .env("DUBAN_CONFIG", "duban.toml")
        .env("STATE_DIRECTORY", city.path())
        .current_dir(city.path())
        .stdout(Stdio::null())
        .spawn()
        .expect("the binary runs");
    let began = stopwatch();
    let resealed = || city.list()[0]["contacts"].as_i64().expect("a number");
    while resealed() == 0 {
        assert!(began.elapsed() < PATIENCE, "it seals something");
    }
    child.kill().expect("it runs");
    child.wait().expect("it is our child");
    let done = resealed();
    assert!((1..3_000).contains(&done), "it was killed in the middle: {done}");
    city.all_open().await;

    let (code, out, err) = city.run(&["key", "reseal"]);
    assert_eq!(code, 0, "{err}");
    assert!(out.starts_with(&format!("{} sealed anew", 3_000 - done)), "only the rest: {out}");
    assert_eq!(resealed(), 3_000);
    city.all_open().await;
}

#[tokio::test]
async fn a_contact_nobody_can_open_is_told() {
    let city = Sealed::new(2).await;
    let stranger = tempfile::tempdir().expect("a scratch folder");
    let other = Key::open(&stranger.path().join("other.key")).expect("another key");
    let entry = Sealed::call(7, &other);
    city.store.append(&[entry], Timestamp(0)).await.expect("kept");
    let (code, out, err) = city.run(&["key", "rotate", "--reseal"]);
    assert_eq!(code, 65, "{err}");
    assert!(out.contains("2 sealed anew"), "{out}");
    assert!(err.contains("ticket `W7` does not open") && !err.contains(PHONE), "{err}");
}

#[tokio::test]
async fn keys_are_never_printed() {
    let city = Sealed::new(1).await;
    let file = city.path().join("contacts.key");
    let first = std::fs::read_to_string(&file).expect("one line").trim().to_owned();
    let mut said = String::new();
    for args in [&["key", "rotate", "--reseal"][..], &["key", "list"], &["key", "list", "--json"]] {
        let (_, out, err) = city.run(args);
        said += &(out + &err);
    }
    let text = std::fs::read_to_string(&file).expect("several lines");
    let secrets: Vec<&str> = text
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split(' ').next_back())
        .collect();
    assert!(secrets.len() == 3 && secrets.contains(&first.as_str()), "callers and two keys");
    for secret in secrets {
        assert!(!said.contains(&secret[..10]), "{said}");
    }
}

#[tokio::test]
async fn a_file_that_is_missing_or_torn_is_named() {
    let city = Sealed::new(1).await;
    let (code, _, err) = city.run(&["key", "rotate", "--file", "elsewhere.key"]);
    assert_eq!(code, 78, "{err}");
    assert!(err.contains("there is no key file at elsewhere.key"), "{err}");
    assert!(!city.path().join("elsewhere.key").exists(), "none is made");
    let file = city.path().join("contacts.key");
    assert_eq!(city.run(&["key", "rotate"]).0, 0);
    let text = std::fs::read_to_string(&file).expect("it reads");
    std::fs::write(&file, &text[..text.len() - 20]).expect("torn");
    let (code, _, err) = city.run(&["key", "list"]);
    assert_eq!(code, 78, "{err}");
    assert!(err.contains("line 4 of") && err.contains("put the file back from its copy"), "{err}");
    let torn = Key::open(&file).expect_err("torn");
    assert!(matches!(torn, SecretError::NotALine { line: 4, .. }), "{torn}");
}
