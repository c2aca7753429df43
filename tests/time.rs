//! `duban time` as other programs call it.

use std::{
    fs,
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use serde_json::{Value, json};

/// The shared folder of published data beside the repository.
fn shared() -> PathBuf {
    std::env::var_os("DUBAN_SHARED")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"), PathBuf::from)
}

/// Runs the binary on these bytes; the answers and the exit code.
fn run(input: &[u8]) -> (Vec<Value>, Option<i32>) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_duban"))
        .arg("time")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the binary starts");
    let mut stdin = child.stdin.take().expect("stdin is piped");
    let input = input.to_owned();
    let writer = std::thread::spawn(move || stdin.write_all(&input));
    let output = child.wait_with_output().expect("the binary ends");
    writer.join().expect("the writer ends").expect("the binary reads everything");
    let answers = String::from_utf8(output.stdout)
        .expect("UTF-8")
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    (answers, output.status.code())
}

/// One question about a calendar that is closed apart from what `cal` says.
fn ask(cal: &Value, op: &str, more: &Value) -> Value {
    let mut question = json!({ "id": 1, "op": op, "cal": cal });
    for (key, value) in more.as_object().expect("an object") {
        question[key] = value.clone();
    }
    let (answers, _) = run(question.to_string().as_bytes());
    assert_eq!(answers.len(), 1, "{question}");
    let mut answer = answers[0].clone();
    assert_eq!(answer["id"], 1, "{question}");
    answer.as_object_mut().expect("an object").remove("id");
    answer
}

fn every_day(windows: &Value) -> Value {
    let days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    days.iter().map(|day| ((*day).to_owned(), windows.clone())).collect()
}

#[test]
fn the_cases_of_the_contract_agree() {
    let text = fs::read_to_string(shared().join("checks/time.jsonl")).expect("the cases are there");
    let mut questions = String::new();
    let mut wanted = Vec::new();
    for line in text.lines() {
        let mut case: Value = serde_json::from_str(line).expect("JSON");
        let fields = case.as_object_mut().expect("an object");
        let mut want = fields.remove("want").expect("what is wanted");
        let why = fields.remove("why").expect("why");
        want["id"] = fields["id"].clone();
        wanted.push((why, want));
        questions += &case.to_string();
        questions.push('\n');
    }
    let (answers, code) = run(questions.as_bytes());
    assert_eq!(answers.len(), wanted.len());
    for (answer, (why, want)) in answers.iter().zip(&wanted) {
        assert_eq!(answer, want, "{why}");
    }
    assert_eq!(code, Some(0));
}

#[test]
fn edges_of_zones_and_windows() {
    let always = |tz: &str| json!({ "tz": tz, "week": every_day(&json!([["00:00", "24:00"]])) });
    let nights = |tz: &str| json!({ "tz": tz, "week": every_day(&json!([["20:00", "29:00"]])) });
    let office = json!({ "tz": "Asia/Kathmandu", "week": { "sun": [["10:00", "17:00"]], "mon": [["10:00", "17:00"]] },
        "holidays": ["2026-04-19"], "overrides": { "2026-04-19": [["10:00", "12:00"]], "2026-04-20": [] } });
    #[rustfmt::skip]
    let table = [
        // name                         calendar                         op              what                                                                             answer
        ("night to the next morning",   nights("Asia/Shanghai"),         "add",          json!({"start": "2026-01-01T21:00:00+08:00", "seconds": 28_800}),                json!({"at": "2026-01-02T05:00:00+08:00"})),
        ("over the gap by night",       nights("Europe/Berlin"),         "add",          json!({"start": "2026-03-28T20:00:00+01:00", "seconds": 28_800}),                json!({"at": "2026-03-29T05:00:00+02:00"})),
        ("over the fold by night",      nights("Europe/Berlin"),         "diff",         json!({"start": "2026-10-24T20:00:00+02:00", "end": "2026-10-25T05:00:00+01:00"}), json!({"seconds": 36_000})),
        ("half an hour of gap",         always("Australia/Lord_Howe"),   "diff",         json!({"start": "2026-10-03T12:00:00+10:30", "end": "2026-10-04T12:00:00+11:00"}), json!({"seconds": 84_600})),
        ("a midnight that is not",      always("America/Sao_Paulo"),     "add",          json!({"start": "2018-11-03T23:00:00-03:00", "seconds": 7_200}),                 json!({"at": "2018-11-04T02:00:00-02:00"})),
        ("long before the compiled years", always("America/Sao_Paulo"),  "add",          json!({"start": "1985-11-01T23:00:00-03:00", "seconds": 7_200}),                 json!({"at": "1985-11-02T02:00:00-02:00"})),
        ("Ramadan",                     always("Africa/Casablanca"),     "diff",         json!({"start": "2026-02-14T12:00:00+01:00", "end": "2026-02-15T12:00:00+00:00"}), json!({"seconds": 90_000})),
        ("year boundary",               nights("Asia/Shanghai"),         "sub",          json!({"start": "2026-01-01T05:00:00+08:00", "seconds": 32_400}),                json!({"at": "2025-12-31T20:00:00+08:00"})),
        ("an offset of its own",        office.clone(),                  "next_open",    json!({"start": "2026-04-13T12:00:00Z"}),                                        json!({"at": "2026-04-26T10:00:00+05:45"})),
        ("holiday wins over override",  office.clone(),                  "is_open",      json!({"start": "2026-04-19T11:00:00+05:45"}),                                   json!({"open": false})),
        ("empty override is closed",    office.clone(),                  "add_workdays", json!({"start": "2026-04-19T11:00:00+05:45", "days": 1}),                        json!({"date": "2026-04-26"})),
        ("back from a holiday",         office.clone(),                  "sub_workdays", json!({"start": "2026-04-20T11:00:00+05:45", "days": 2}),                        json!({"date": "2026-04-12"})),
        ("no working days",             office.clone(),                  "add_workdays", json!({"start": "2026-04-19T23:00:00Z", "days": 0}),                             json!({"date": "2026-04-20"})),
        ("the date of the zone counts", office.clone(),                  "add_workdays", json!({"start": "2026-04-11T18:15:00Z", "days": 1}),                             json!({"date": "2026-04-13"})),
        ("a century of working time",   office.clone(),                  "add",          json!({"start": "2026-04-12T04:15:00Z", "seconds": 262_080_000}),                json!({"at": "2125-12-10T17:00:00+05:45"})),
        ("fractions of a second",       office.clone(),                  "diff",         json!({"start": "2026-04-12T10:00:00+05:45", "end": "2026-04-12T10:00:01.5+05:45"}), json!({"seconds": 1.5})),
        ("zero seconds",                office,                          "sub",          json!({"start": "2026-04-19T11:00:00+08:00", "seconds": 0}),                     json!({"at": "2026-04-19T08:45:00+05:45"})),
    ];
    for (name, cal, op, what, want) in table {
        assert_eq!(ask(&cal, op, &what), want, "{name}");
    }
}

#[test]
fn bad_lines_are_answered_and_the_run_goes_on() {
    let cal = json!({ "tz": "UTC", "week": { "mon": [["09:00", "17:00"]] } });
    let with = |key: &str, value: Value| {
        let mut cal = cal.clone();
        cal[key] = value;
        json!({ "op": "is_open", "cal": cal, "start": "2026-01-05T10:00:00Z" })
    };
    let question = |op: &str, more: Value| {
        let mut question = json!({ "op": op, "cal": cal, "start": "2026-01-05T10:00:00Z" });
        for (key, value) in more.as_object().expect("an object") {
            question[key] = value.clone();
        }
        question
    };
    #[rustfmt::skip]
    let table = [
        ("no window",       with("week", json!({})), "`cal`: the calendar is never open from 1626 to 2426: no weekday and no override has a window that is left after holidays and breaks; give at least one weekday windows"),
        ("unknown zone",    with("tz", json!("Mars/Phobos")), "`cal.tz`: `Mars/Phobos` is not a time zone; write an IANA name such as `Asia/Shanghai`"),
        ("unknown weekday", with("week", json!({"Monday": []})), "`cal`: unknown weekday `Monday` in `week`, expected one of `mon` to `sun`"),
        ("unknown field",   with("holiday", json!([])), "`cal`: unknown field `holiday`, expected one of `tz`, `week`, `holidays`, `overrides`, `breaks`"),
        ("reversed window", with("week", json!({"mon": [["22:00", "06:00"]]})), "`cal.week.mon`: the window `22:00` to `06:00` does not close after it opens; past midnight write `22:00` to `30:00`"),
        ("half a window",   with("breaks", json!({"2026-01-05": [["10:00"]]})), "`cal`: `breaks.2026-01-05` is a list of [from, to] pairs: invalid length 1, expected a tuple of size 2"),
        ("bad time",        with("overrides", json!({"2026-01-05": [["10", "11"]]})), "`cal.overrides.2026-01-05`: `10` is not a time of day; write `HH:MM`, from `00:00` to `48:00`"),
        ("bad date",        with("holidays", json!(["2026-02-30"])), "`cal.holidays`: `2026-02-30` is not a date; write `YYYY-MM-DD`"),
        ("unknown op",      question("multiply", json!({})), "not a question: unknown variant `multiply`, expected one of `add`, `sub`, `diff`, `is_open`, `next_open`, `add_workdays`, `sub_workdays`"),
        ("no seconds",      question("add", json!({})), "`add` needs `seconds`"),
        ("no end",          question("diff", json!({})), "`diff` needs `end`"),
        ("no offset",       question("is_open", json!({"start": "2026-01-05T10:00:00"})), "`start`: `2026-01-05T10:00:00` is not an instant; write RFC 3339 with an offset, for example `2026-05-07T09:12:00+08:00`"),
        ("negative",        question("add", json!({"seconds": -1})), "`seconds`: `-1` is not an amount of working time; write seconds, 0 or more (`sub` goes back)"),
        ("half a day",      question("add_workdays", json!({"days": 0.5})), "`days`: `0.5` is not a number of working days; write a whole number, 0 or more (`sub_workdays` goes back)"),
        ("too much",        question("add", json!({"seconds": 900_000_000_000_i64})), "the answer is not within 400 years of `start`: the calendar has too little open time"),
    ];
    let mut input = Vec::new();
    for (index, (_, question, _)) in table.iter().enumerate() {
        let mut question = question.clone();
        question["id"] = json!(format!("q{index}"));
        input.extend(format!("{question}\n").into_bytes());
    }
    input.extend(b"not JSON\n\n\xff\xfe\n[]\n");
    input.extend(question("is_open", json!({"id": {"any": "value"}})).to_string().into_bytes());

    let (answers, code) = run(&input);
    assert_eq!(code, Some(65));
    assert_eq!(answers.len(), table.len() + 4);
    for (index, (name, _, want)) in table.iter().enumerate() {
        assert_eq!(answers[index], json!({"id": format!("q{index}"), "error": want}), "{name}");
    }
    for answer in &answers[table.len()..table.len() + 3] {
        assert_eq!(answer["id"], Value::Null, "{answer}");
        assert!(answer["error"].is_string(), "{answer}");
    }
    assert_eq!(answers.last(), Some(&json!({"id": {"any": "value"}, "open": true})));
}

#[test]
fn an_endless_line_is_refused_without_being_kept() {
    let mut input = vec![b'x'; 9 * 1024 * 1024];
    input.push(b'\n');
    input.extend(br#"{"id":"b","op":"is_open","cal":{"tz":"UTC","week":{"mon":[["09:00","17:00"]]}},"start":"2026-01-05T10:00:00Z"}"#);
    let (answers, code) = run(&input);
    assert_eq!(
        answers,
        [
            json!({"id": null, "error": "the line is longer than 4 MiB"}),
            json!({"id": "b", "open": true}),
        ]
    );
    assert_eq!(code, Some(65));
}
