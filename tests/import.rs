//! Files of other systems become the events we know, and imports can be repeated.

mod common;
#[expect(dead_code, reason = "the example of the same file has a `main`")]
#[path = "../demo/draw.rs"]
mod draw;

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use common::shared;
use duban::{
    core::event::{Event, Kind},
    intake::{
        files,
        mapping::{self, Rows},
    },
};
use serde_json::Value;

/// The events of each ticket, in the order of the file.
type ByTicket = BTreeMap<String, Vec<Event>>;

fn by_ticket(events: impl Iterator<Item = Event>) -> ByTicket {
    let mut tickets = ByTicket::new();
    for event in events {
        tickets.entry(event.ticket.clone()).or_default().push(event);
    }
    tickets
}

fn known(name: &str) -> ByTicket {
    let path = shared().join("data/events").join(name);
    let mut events = Vec::new();
    files::read(&path, |_, event| events.push(event), |bad| panic!("{bad}")).expect("readable");
    by_ticket(events.into_iter())
}

fn mapped(map: &str, raw: &str) -> ByTicket {
    let mapping = mapping::load(Path::new(map)).expect("a shipped mapping");
    let path = shared().join("data/raw").join(raw);
    let reader = files::open(&path).expect("readable");
    let rows = Rows::open(&mapping, reader, raw).expect("all columns are there");
    by_ticket(rows.map(|taken| match taken.expect("readable") {
        Ok((_, event)) => event,
        Err(bad) => panic!("{bad}"),
    }))
}

fn count(tickets: &ByTicket) -> usize {
    tickets.values().map(Vec::len).sum()
}

/// `quirk` is a remark of the known file about itself and stands in no source.
fn without_quirk(mut event: Event) -> Event {
    event.data.remove("quirk");
    event
}

#[test]
fn boston_rows_give_the_known_events() {
    let known = known("boston_2013_2016.jsonl.zst");
    let mapped = mapped("boston311", "boston311_animal_2013_2016.csv.zst");
    assert_eq!((mapped.len(), count(&mapped)), (22_078, 35_227));
    assert_eq!(mapped.len(), known.len());
    for (ticket, events) in known {
        // The known file is sorted by time, eight tickets close before they open.
        let mut got = mapped[&ticket].clone();
        got.sort_by_key(|event| event.at);
        let mut want: Vec<Event> = events.into_iter().map(without_quirk).collect();
        want.sort_by_key(|event| event.at);
        assert_eq!(got, want, "{ticket}");
    }
}

#[test]
fn uci_snapshots_give_the_known_events() {
    let known = known("uci_incidents.jsonl.zst");
    let mapped = mapped("uci-incidents", "uci_incident_event_log.csv.zst");
    assert_eq!((mapped.len(), count(&mapped)), (24_918, 146_542));
    assert_eq!(mapped.len(), known.len());
    let (mut later_priorities, mut patched) = (0, 0);
    for (ticket, events) in known {
        let got: Vec<Event> =
            mapped[&ticket].iter().cloned().map(|e| Event { id: None, ..e }).collect();
        let mut want: Vec<Event> = events.into_iter().map(without_quirk).collect();
        for (got, want) in got.iter().zip(&mut want) {
            // Where a priority changed between two events, the known file writes the new one onto
            // the event before the change; a mapping does not look ahead.
            let ours = got.data.get("priority").cloned();
            if want.data.get("priority") != ours.as_ref() {
                if want.kind == Kind::Received {
                    patched += 1;
                } else {
                    later_priorities += 1;
                }
                match ours {
                    Some(ours) => want.data.insert("priority".into(), ours),
                    None => want.data.remove("priority"),
                };
            }
        }
        assert_eq!(got, want, "{ticket}");
    }
    assert_eq!((later_priorities, patched), (411, 0));
}

#[test]
fn the_demo_sample_is_drawn_as_its_readme_says() {
    let export = shared().join("data/raw/boston311_animal_2013_2016.csv.zst");
    let drawn = draw::draw(&export).expect("the export");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("demo/events.jsonl.zst");
    let mut shipped = Vec::new();
    files::read(&path, |_, event| shipped.push(event), |bad| panic!("{bad}")).expect("readable");
    assert!(
        drawn == shipped,
        "draw it again: {} events, {} are shipped",
        drawn.len(),
        shipped.len()
    );
}

/// Runs the program in a folder of its own.
fn duban(folder: &Path, arguments: &[&str]) -> (Option<i32>, String, String) {
    let Output { status, stdout, stderr } = Command::new(env!("CARGO_BIN_EXE_duban"))
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .output()
        .expect("the program starts");
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    (status.code(), text(stdout), text(stderr))
}

fn report(stdout: &str) -> Value {
    serde_json::from_str(stdout).unwrap_or_else(|error| panic!("{error}: {stdout}"))
}

fn write(folder: &Path, name: &str, text: &str) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, text).expect("writable");
    path
}

fn counts(report: &Value) -> [u64; 4] {
    ["events", "accepted", "duplicates", "refused"]
        .map(|key| report[key].as_u64().unwrap_or_else(|| panic!("no {key} in {report}")))
}

#[test]
fn a_second_import_finds_only_duplicates() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let raw = shared().join("data/raw/uci_incident_event_log.csv.zst");
    let raw = raw.to_str().expect("a plain path");
    let arguments = ["import", raw, "--map", "uci-incidents", "--json"];
    let (code, first, _) = duban(folder.path(), &arguments);
    assert_eq!((code, counts(&report(&first))), (Some(0), [146_542, 146_542, 0, 0]));
    let (code, second, _) = duban(folder.path(), &arguments);
    assert_eq!((code, counts(&report(&second))), (Some(0), [146_542, 0, 146_542, 0]));
}

const EVENTS: &str = r#"{"ticket":"W1","event":"received","at":"2026-05-07T09:12:00+08:00","phone":"13800138000"}
{"ticket":"W1","event":"danced","at":"2026-05-07T09:13:00+08:00"}
{"ticket":"W1","event":"received","at":"2026-05-07T09:12:00+08:00"}
{"ticket":"W2","event":"received","at":"yesterday","phone":"13800138000"}
{"ticket":"W3","event":"duban.slip","at":"2026-05-07T09:12:00+08:00"}
{"ticket":"W4","event":"received","at":"2999-01-01T00:00:00Z","data":{"content":"call 13800138000"}}
no event, 13800138000
"#;

#[tokio::test]
async fn refused_lines_are_told_and_kept_without_contacts() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    write(folder.path(), "events.jsonl", EVENTS);
    let (code, stdout, stderr) = duban(folder.path(), &["import", "events.jsonl", "--json"]);
    let report = report(&stdout);
    assert_eq!((code, counts(&report)), (Some(65), [5, 2, 1, 4]));
    assert_eq!(report["unknown_kinds"], serde_json::json!({"danced": 1}));
    let stderr = without_now(&stderr);
    insta::assert_snapshot!(stderr, @r"
    events.jsonl:4: `at` is `yesterday`; write an instant with its offset, like `2026-05-07T09:12:00+08:00` at line 1 column 50
    events.jsonl:5: event kinds that begin with `duban.` are duban's own records; send another kind
    events.jsonl:6: `at` is 2999-01-01T00:00:00Z, more than 5 minutes after now (..); has it the right offset?
    events.jsonl:7: expected ident at line 1 column 2
    ");
    let url = format!("sqlite:{}", folder.path().join("duban-state/duban.db").display());
    let store = duban::store::Store::open(&url).await.expect("the store of the import");
    let mut kept = store.refusals(10).await.expect("refusals");
    kept.sort_by(|a, b| a.source.cmp(&b.source));
    let kept: Vec<String> = kept.iter().map(|row| format!("{} {}", row.source, row.raw)).collect();
    insta::assert_snapshot!(kept.join("\n"), @r#"
    events.jsonl:4 {"ticket":"W2","event":"received","at":"yesterday"}
    events.jsonl:5 {"ticket":"W3","event":"duban.slip","at":"2026-05-07T01:12:00Z"}
    events.jsonl:6 {"ticket":"W4","event":"received","at":"2999-01-01T00:00:00Z"}
    events.jsonl:7 no event, ***
    "#);
}

/// The text without the instant of the run.
fn without_now(text: &str) -> String {
    let Some((before, after)) = text.split_once("after now (") else { return text.to_owned() };
    let after = after.split_once(')').map_or("", |(_, after)| after);
    format!("{before}after now (..){after}")
}

#[test]
fn a_dry_run_writes_nothing() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    write(folder.path(), "events.jsonl", EVENTS);
    let (code, stdout, _) =
        duban(folder.path(), &["import", "events.jsonl", "--dry-run", "--json"]);
    assert_eq!((code, counts(&report(&stdout))), (Some(65), [5, 3, 0, 4]));
    let left = std::fs::read_dir(folder.path()).expect("readable").count();
    assert_eq!(left, 1, "only the file of events is there");
}

#[test]
fn exit_codes_say_what_kind_of_trouble() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    write(folder.path(), "events.jsonl", "");
    write(folder.path(), "rows.csv", "id,open,close\n1,2026-05-07 08:00,x\n");
    write(folder.path(), "bad.toml", "ticket = \"{id}\"\nmod = \"rows\"\n");
    write(folder.path(), "duban.toml", "[stor]\nurl = \"sqlite:x\"\n");
    write(folder.path(), "away.toml", "[store]\nurl = \"sqlite:rows.csv/duban.db\"\n");
    #[rustfmt::skip]
    let table: [(&str, &[&str], i32, &str); 6] = [
        ("nothing to import",  &["events.jsonl"],                           0,  ""),
        ("rows without a map", &["rows.csv"],                               2,  "say how to read them with `--map"),
        ("no such file",       &["missing.jsonl"],                          65, "cannot read missing.jsonl"),
        ("a bad mapping",      &["rows.csv", "--map", "bad.toml"],          78, "did you mean `mode`?"),
        ("a bad config",       &["events.jsonl", "--config", "duban.toml"], 78, "did you mean `store`?"),
        ("no store",           &["events.jsonl", "--config", "away.toml"],  69, "cannot make the folder rows.csv"),
    ];
    for (name, arguments, want, says) in table {
        let arguments: Vec<&str> =
            ["import"].into_iter().chain(arguments.iter().copied()).collect();
        let (code, _, stderr) = duban(folder.path(), &arguments);
        assert_eq!(code, Some(want), "{name}: {stderr}");
        assert!(stderr.contains(says), "{name}: {stderr}");
    }
}
