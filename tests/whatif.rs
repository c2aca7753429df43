//! What other policies would mean, told before they are switched on.

mod common;

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use duban::{
    core::timestamp::Timestamp,
    policies::{Sources, load},
    whatif::differences,
};

const NOW: Timestamp = Timestamp(1_778_126_400_000);

fn files() -> BTreeMap<String, String> {
    let set = Path::new(env!("CARGO_MANIFEST_DIR")).join("policies/cn");
    Sources::from_dir(&set).expect("the reference set").files
}

/// The reference set with some text of its policies replaced.
fn changed(from: &str, to: &str) -> BTreeMap<String, String> {
    let mut files = files();
    let text = files.get_mut("policies.toml").expect("it has policies");
    assert!(text.contains(from), "`{from}` stands in the reference set");
    *text = text.replacen(from, to, 1);
    files
}

/// What is different from the reference set, in both languages, without the line of the version.
fn told(files: BTreeMap<String, String>) -> Vec<[String; 2]> {
    let set = |files| {
        let loaded = load(&Sources::from_files("changed".to_owned(), files), NOW);
        loaded.set.unwrap_or_else(|| panic!("{:?}", loaded.complaints))
    };
    differences(&set(self::files()), &set(files))
        .into_iter()
        .map(|one| {
            [
                format!("{}：{} → {}", one.what.zh, one.before.zh, one.after.zh),
                format!("{}: {} -> {}", one.what.en, one.before.en, one.after.en),
            ]
        })
        .collect()
}

#[test]
fn a_change_is_told_in_plain_words() {
    #[rustfmt::skip]
    let table = [
        ("name = \"accept\",   dur = \"2wh\"", "name = \"accept\",   dur = \"1wh\"",
         "办法·一般诉求·时限·accept·时长：2个工作小时 → 1个工作小时",
         "clocks: accept: length: 2 working hours -> 1 working hour"),
        ("name = \"contact\",  dur = \"24h\"", "name = \"contact\",  dur = \"1d\"",
         "办法·一般诉求·时限·contact·时长：24小时 → 1个自然日",
         "clocks: contact: length: 24 hours -> 1 calendar day"),
        ("at = \"due+9wh\",   slip = \"red\",    to = [\"principal\"]", "at = \"due+9wh\",   slip = \"red\",    to = [\"city_sup\"]",
         "步骤·due+9wh red·发给：principal → city_sup",
         "steps: due+9wh red: to: principal -> city_sup"),
    ];
    for (from, to, zh, en) in table {
        let told = told(changed(from, to));
        assert_eq!(told.len(), 1, "{told:?}");
        let [in_zh, in_en] = &told[0];
        assert!(in_zh.ends_with(zh), "{in_zh}");
        assert!(in_en.ends_with(en), "{in_en}");
    }
}

#[test]
fn nothing_differs_in_silence() {
    assert_eq!(told(files()), Vec::<[String; 2]>::new(), "a set is the same as itself");
    let whole = files();
    let text = &whole["policies.toml"];
    let (mut changes, mut loaded_ones) = (0, 0);
    // Every span of working days of the file, one at a time.
    for (at, _) in text.match_indices("wd\"") {
        let digits = text[..at].bytes().rev().take_while(u8::is_ascii_digit).count();
        let Ok(days) = text[at - digits..at].parse::<u32>() else { continue };
        if text[..at].lines().next_back().is_some_and(|line| line.contains('#')) {
            continue; // a remark
        }
        let mut files = whole.clone();
        let edited = format!("{}{}{}", &text[..at - digits], days + 1, &text[at..]);
        files.insert("policies.toml".to_owned(), edited);
        changes += 1;
        let loaded = load(&Sources::from_files("changed".to_owned(), files.clone()), NOW);
        if loaded.set.is_some() {
            loaded_ones += 1;
            let line = text[..at].lines().count();
            assert!(!told(files).is_empty(), "line {line}: {days}wd -> {}wd", days + 1);
        }
    }
    assert!(changes > 40 && loaded_ones > 20, "{changes} changes, {loaded_ones} load");
}

fn duban(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_duban")).args(args).output().expect("the binary runs")
}

fn copied(folder: &Path) -> PathBuf {
    let to = folder.join("new");
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("policies/cn");
    let copied = Command::new("cp").arg("-r").arg(&from).arg(&to).status();
    assert!(copied.is_ok_and(|status| status.success()));
    let file = to.join("policies.toml");
    let text = std::fs::read_to_string(&file).expect("it reads");
    let text = text.replacen(
        "name = \"accept\",   dur = \"2wh\"",
        "name = \"accept\",   dur = \"1wh\"",
        1,
    );
    std::fs::write(&file, text).expect("it can be written");
    std::fs::remove_file(to.join("cases.toml")).expect("its cases are of the old promise");
    to
}

#[test]
fn the_commands_tell_a_change() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let new = copied(folder.path()).display().to_string();
    let same = duban(&["policy", "diff", "cn", "cn", "--lang", "en"]);
    assert_eq!(same.status.code(), Some(0));
    assert_eq!(String::from_utf8_lossy(&same.stdout), "the two sets say the same\n");
    let diff = duban(&["policy", "diff", "cn", &new, "--lang", "en"]);
    assert_eq!(diff.status.code(), Some(1), "{}", String::from_utf8_lossy(&diff.stderr));
    let words = String::from_utf8_lossy(&diff.stdout);
    assert!(words.contains("accept: length: 2 working hours -> 1 working hour"), "{words}");
}

#[test]
fn a_page_says_what_the_table_says() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let page = folder.path().join("report.html").display().to_string();
    let events = common::shared().join("data/events/baltimore_2014_2016.jsonl.zst");
    let events = events.display().to_string();
    let run = |more: &[&str]| {
        let base =
            ["simulate", "--policies", "external", "--compare", "boston", "--events", &events];
        let done = duban(&[&base[..], more].concat());
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        String::from_utf8(done.stdout).expect("text")
    };
    let table = run(&["--html", &page, "--lang", "zh"]);
    let json: serde_json::Value = serde_json::from_str(&run(&["--json"])).expect("JSON");
    let html = std::fs::read_to_string(&page).expect("a page");
    for side in ["a", "b"] {
        let one = &json["whatif"][side];
        for number in [&one["messages"], &one["late"], &one["per_person_day"]["p95"]] {
            let number = number.to_string();
            assert!(
                html.contains(&format!("<td class=\"n\">{number}</td>")),
                "{number} in the page"
            );
            assert!(table.contains(&number), "{number} in\n{table}");
        }
    }
    assert!(html.contains("<html lang=\"zh-CN\">") && html.contains("规则变动测算"));
    assert!(!html.contains("<script") && !html.contains("http"), "one file and no script");
    assert_ne!(
        json["whatif"]["a"]["slips"], json["whatif"]["b"]["slips"],
        "the sets issue other slips"
    );
}
