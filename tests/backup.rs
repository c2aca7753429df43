//! A backup holds everything, from and to both databases, and shows when it was touched.

#[path = "common/postgres.rs"]
mod postgres;

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use serde_json::{Value, json};

/// A store with a configuration beside it.
struct Site {
    folder: tempfile::TempDir,
    config: PathBuf,
}

impl Site {
    fn on(url: Option<&str>) -> Self {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let file = format!("sqlite:{}", folder.path().join("duban.db").display());
        let config = folder.path().join("duban.toml");
        let text = format!(
            "[store]\nurl = '{}'\n[secrets]\nkey_file = '{}'\n",
            url.unwrap_or(&file),
            folder.path().join("key").display(),
        );
        fs::write(&config, text).expect("the scratch folder takes files");
        Self { folder, config }
    }

    fn duban(&self, words: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_duban"))
            .args(words)
            .arg("--config")
            .arg(&self.config)
            .current_dir(self.folder.path())
            .output()
            .expect("duban starts")
    }

    fn does(&self, words: &[&str]) -> String {
        let done = self.duban(words);
        let said = String::from_utf8_lossy(&done.stderr);
        assert!(done.status.success(), "{words:?}: {said}");
        String::from_utf8_lossy(&done.stdout).into_owned()
    }

    /// Why it does not, with the exit code.
    fn refuses(&self, words: &[&str]) -> (Option<i32>, String) {
        let done = self.duban(words);
        assert!(!done.status.success(), "{words:?} succeeds");
        (done.status.code(), String::from_utf8_lossy(&done.stderr).into_owned())
    }

    /// Tickets with Chinese, quotes and contacts in them.
    fn fill(&self) {
        let event = |no: usize, kind: &str, data: Value| {
            json!({ "ticket": format!("W-{no}"), "event": kind, "at": "2026-05-07T09:12:00+08:00",
                    "unit": "public-works", "category": "路灯 \"quoted\" \\ back", "data": data })
            .to_string()
        };
        let phone = json!({ "phone": "+1 212 555 0100" });
        let lines: Vec<String> = (0..700)
            .flat_map(|no| {
                [event(no, "dispatched", phone.clone()), event(no, "accepted", json!({}))]
            })
            .collect();
        let file = self.folder.path().join("events.jsonl");
        fs::write(&file, lines.join("\n")).expect("the scratch folder takes files");
        self.does(&["import", &file.display().to_string()]);
    }

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }

    fn backup(&self, name: &str) -> PathBuf {
        let path = self.path(name);
        self.does(&["backup", &path]);
        PathBuf::from(path)
    }
}

/// The lines of a backup without those that say when it was made.
fn rows(backup: &Path) -> Vec<String> {
    let bytes = zstd::decode_all(fs::File::open(backup).expect("the backup is there"));
    let text = String::from_utf8(bytes.expect("it is whole")).expect("it is text");
    let lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let mut rows = lines[1..lines.len() - 1].to_vec();
    // The order of rows is the database's own.
    rows.sort();
    rows
}

#[tokio::test]
async fn a_copy_is_the_same_store() {
    let first = Site::on(None);
    first.fill();
    let made = first.backup("first.zst");
    let said: Value = serde_json::from_str(&first.does(&[
        "restore",
        &made.display().to_string(),
        "--check",
        "--json",
    ]))
    .expect("JSON");
    assert!(said["rows"].as_u64().expect("a number") > 2_000, "{said}");
    // SQLite to PostgreSQL and back: the same rows each time, and nothing for the audit to find.
    let second = Site::on(Some(&postgres::database().await));
    second.does(&["restore", &made.display().to_string()]);
    second.does(&["audit"]);
    let again = second.backup("second.zst");
    assert_eq!(rows(&made), rows(&again));
    let third = Site::on(None);
    third.does(&["restore", &again.display().to_string()]);
    third.does(&["audit"]);
    assert_eq!(rows(&made), rows(&third.backup("third.zst")));
    // What was filled in does not stand in the way of what comes.
    for site in [&second, &third] {
        let event =
            json!({ "ticket": "NEW", "event": "dispatched", "at": "2026-05-08T09:00:00+08:00" });
        let file = site.folder.path().join("more.jsonl");
        fs::write(&file, event.to_string()).expect("the scratch folder takes files");
        site.does(&["import", &file.display().to_string()]);
        site.does(&["ticket", "show", "NEW"]);
    }
}

#[test]
fn a_changed_or_cut_copy_is_refused() {
    let site = Site::on(None);
    site.fill();
    let made = site.backup("whole.zst");
    let bytes = zstd::decode_all(fs::File::open(&made).expect("it is there")).expect("it is whole");
    let text = String::from_utf8(bytes).expect("it is text");
    let cut = text.lines().take(100).collect::<Vec<_>>().join("\n");
    #[rustfmt::skip]
    let table = [
        ("a changed byte",  text.replacen("public-works", "public-worms", 1), "changed"),
        ("a missing row",   text.replacen(&format!("{}\n", text.lines().nth(3).expect("rows")), "", 1), "changed"),
        ("cut off",         cut,                                                                        "cut off"),
        ("something else",  "hello\n".to_owned(),                                                       "line 1"),
        ("a newer format",  text.replacen("\"format\":1", "\"format\":2", 1),                           "newer format"),
    ];
    for (name, text, why) in table {
        let file = site.path("other.zst");
        let packed = zstd::encode_all(text.as_bytes(), 1).expect("it packs");
        fs::write(&file, packed).expect("the scratch folder takes files");
        let empty = Site::on(None);
        let (code, said) = empty.refuses(&["restore", &file]);
        assert_eq!(code, Some(65), "{name}: {said}");
        assert!(said.contains(why), "{name}: {said}");
        assert!(!empty.folder.path().join("duban.db").exists(), "{name}: nothing was made");
    }
}

#[test]
fn only_an_empty_store_takes_a_copy() {
    let site = Site::on(None);
    site.fill();
    let made = site.backup("whole.zst").display().to_string();
    let (code, said) = site.refuses(&["restore", &made]);
    assert_eq!((code, said.contains("already")), (Some(65), true), "{said}");
    let (code, said) = site.refuses(&["backup", &made]);
    assert_eq!((code, said.contains("nothing is overwritten")), (Some(65), true), "{said}");
    site.does(&["audit"]);
}
