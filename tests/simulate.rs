//! `duban simulate` through the real binary on every file of real events.

mod common;

use std::process::Command;

use serde_json::Value;

fn simulate(policies: &str, events: &str, rest: &[&str]) -> Value {
    let file = common::shared().join("data/events").join(events);
    let run = Command::new(env!("CARGO_BIN_EXE_duban"))
        .args(["simulate", "--policies", policies, "--json", "--events"])
        .arg(&file)
        .args(rest)
        .output()
        .expect("the binary runs");
    assert!(run.status.success(), "{events}: {}", String::from_utf8_lossy(&run.stderr));
    serde_json::from_slice(&run.stdout).expect("one JSON object")
}

#[test]
fn every_file_of_real_events_is_replayed_whole() {
    #[rustfmt::skip]
    let table = [
        // policies    file                              tickets  events
        ("external",   "boston_2013_2016.jsonl.zst",     22_078,  35_227),
        ("boston",     "boston_2013_2016.jsonl.zst",     22_078,  35_227),
        ("external",   "baltimore_2014_2016.jsonl.zst",   5_638,  11_223),
        ("external",   "sf_sample.jsonl.zst",            10_000,  19_630),
        ("cn",         "cnboard_2011_2018.jsonl.zst",     1_926,   3_852),
        ("generic311", "uci_incidents.jsonl.zst",        24_918, 146_542),
    ];
    for (policies, file, tickets, events) in table {
        let told = simulate(policies, file, &[]);
        assert_eq!(told["tickets"], tickets, "{policies} {file}");
        assert_eq!(told["events"], events, "{policies} {file}");
    }
}

#[test]
fn a_city_s_own_figures_by_department_come_out() {
    let truth =
        std::fs::read_to_string(common::shared().join("data/truth.json")).expect("the truth");
    let truth: Value = serde_json::from_str(&truth).expect("JSON");
    let told =
        simulate("external", "baltimore_2014_2016.jsonl.zst", &["--until", "2026-01-01T00:00:00Z"]);
    let agencies = truth["baltimore_2014_2016"]["by_agency"].as_object().expect("agencies");
    for (agency, want) in agencies.iter().filter(|(_, want)| want["with_deadline"] != 0) {
        let got = &told["by_unit"][agency]["resolve"];
        let triple =
            |value: &Value, keys: [&str; 3]| keys.map(|key| value[key].as_u64().unwrap_or(0));
        assert_eq!(
            triple(got, ["met", "late", "running_overdue"]),
            triple(want, ["on_time", "late", "never_closed_with_deadline"]),
            "{agency}"
        );
    }
}

#[test]
fn slips_and_messages_are_written_line_by_line() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let (slips, messages) = (folder.path().join("slips"), folder.path().join("messages"));
    let paths = [slips.to_str().expect("a path"), messages.to_str().expect("a path")];
    let told = simulate(
        "boston",
        "boston_2013_2016.jsonl.zst",
        &["--slips", paths[0], "--messages", paths[1], "--until", "2014-01-01T00:00:00Z"],
    );
    let lines = |path| std::fs::read_to_string(path).expect("the lines are written");
    let issued: u64 =
        told["slips"].as_object().expect("counts").values().filter_map(Value::as_u64).sum();
    let text = lines(&slips);
    assert_eq!(text.lines().count() as u64, issued);
    let first: Value = serde_json::from_str(text.lines().next().expect("a slip")).expect("JSON");
    for key in ["ticket", "clock", "round", "step", "slip", "due", "at", "to"] {
        assert!(!first[key].is_null(), "`{key}` of {first}");
    }
    assert!(lines(&messages).lines().count() as u64 >= issued);
}

#[test]
fn a_bad_line_is_told_and_the_rest_is_replayed() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let file = folder.path().join("events.jsonl");
    let good = r#"{"ticket":"W1","event":"received","at":"2026-05-07T09:12:00+08:00","unit":"u"}"#;
    std::fs::write(&file, format!("{good}\n{{\"ticket\":\"W2\"}}\n")).expect("a file");
    let run = Command::new(env!("CARGO_BIN_EXE_duban"))
        .args(["simulate", "--policies", "external", "--json", "--events"])
        .arg(&file)
        .output()
        .expect("the binary runs");
    assert_eq!(run.status.code(), Some(65));
    assert!(String::from_utf8_lossy(&run.stderr).contains("events.jsonl:2: `event` is missing"));
    let told: Value = serde_json::from_slice(&run.stdout).expect("one JSON object");
    assert_eq!(told["tickets"], 1);
}

#[test]
fn two_policy_sets_are_compared() {
    let told = simulate("external", "baltimore_2014_2016.jsonl.zst", &["--compare", "boston"]);
    assert_eq!(told["a"]["tickets"], told["b"]["tickets"]);
    assert!(told["difference"]["slips"].is_object(), "{}", told["difference"]);
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let mut plan = Command::new(env!("CARGO_BIN_EXE_duban"))
        .args(["plan", "--policies", "cn", "--policy", "general", "--start", "2026-02-13T16:30"])
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .expect("the binary runs");
    drop(plan.stdout.take());
    let ended = plan.wait_with_output().expect("it ends");
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
}
