//! `duban silence` as an operator runs it: declare, list, end.

use crate::town::Town;

fn add<'a>(changes: &[(&'a str, &'a str)]) -> Vec<&'a str> {
    let standard = [
        ("--unit", "cx-scjg"),
        ("--for", "2h"),
        ("--owner", "p02"),
        ("--reason", "电话交换机检修"),
    ];
    let mut args = vec!["silence", "add"];
    for (key, value) in standard {
        let changed = changes.iter().find(|(name, _)| *name == key).map_or(value, |(_, to)| *to);
        if !changed.is_empty() {
            args.extend([key, changed]);
        }
    }
    args
}

#[tokio::test(flavor = "multi_thread")]
async fn a_silence_is_declared_listed_and_ended() {
    let town = Town::new().await;
    let (code, out, err) = town.run(&add(&[]));
    assert!(code == 0 && out.starts_with("silence 1 holds until "), "{code} {out} {err}");
    let listed = town.json(&["silence", "list", "--json"]);
    let [one] = listed["silences"].as_array().expect("a list").as_slice() else {
        panic!("one silence: {listed}")
    };
    assert_eq!(one["units"], serde_json::json!(["cx-scjg"]));
    assert_eq!((&one["owner"], &one["reason"]), (&"p02".into(), &"电话交换机检修".into()));
    let (_, table, _) = town.run(&["silence", "list"]);
    for part in ["OWNER", "REASON", "p02", "电话交换机检修"] {
        assert!(table.contains(part), "{part}: {table}");
    }
    assert_eq!(town.run(&["silence", "end", "1", "--by", "p02"]).0, 0);
    assert_eq!(town.json(&["silence", "list", "--json"])["silences"], serde_json::json!([]));
    let ever = town.json(&["silence", "list", "--all", "--json"]);
    assert_eq!(ever["silences"][0]["ended_by"], "p02", "who ended it is kept");
    let (code, _, err) = town.run(&["silence", "end", "1", "--by", "p02"]);
    assert!(code == 1 && err.contains("no silence 1 that is not over"), "{code} {err}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_silence_without_end_owner_or_reason_is_refused() {
    let town = Town::new().await;
    #[rustfmt::skip]
    let table = [
        ("no end",            vec![("--for", "")],                 2, "--until"),
        ("no owner",          vec![("--owner", "")],               2, "--owner"),
        ("no reason",         vec![("--reason", "")],              2, "--reason"),
        ("no unit",           vec![("--unit", "")],                2, "--unit"),
        ("an empty reason",   vec![("--reason", " ")],             1, "a silence has its reason"),
        ("an unknown unit",   vec![("--unit", "nowhere")],         1, "there is no unit `nowhere`"),
        ("an empty owner",    vec![("--owner", " ")],              1, "a silence has its owner"),
        ("too long",          vec![("--for", "32d")],              1, "31 days at most"),
        ("in working time",   vec![("--for", "2wh")],              1, "counts working time"),
        ("not a span",        vec![("--for", "soon")],             1, "`soon` is not a span"),
    ];
    for (name, changes, want, part) in table {
        let (code, _, err) = town.run(&add(&changes));
        assert_eq!(code, want, "{name}: {err}");
        assert!(err.contains(part), "{name}: {err}");
    }
    assert_eq!(town.json(&["silence", "list", "--json"])["silences"], serde_json::json!([]));
}
