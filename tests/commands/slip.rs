//! `duban slip` as a supervisor runs it: show, receive, answer, count, print.

use duban::wall::Wall;
use serde_json::Value;

use crate::town::Town;

const RED: &str = "红字〔2026〕1号";

#[tokio::test(flavor = "multi_thread")]
async fn a_slip_is_received_and_answered_once() {
    let town = Town::new().await;
    let (code, out, _) = town.run(&["slip", "receive", RED, "--by", "p08"]);
    assert!(code == 0 && out.contains("notes the receipt"), "{out}");
    town.look(Wall::Host.now()).await;
    let args = ["slip", "reply", RED, "--plan", "更换主板", "--by-when", "5月18日", "--by", "p08"];
    assert_eq!(town.run(&args).0, 0);
    town.look(Wall::Host.now()).await;
    let slip = town.json(&["slip", "show", RED, "--json"]);
    assert_eq!(
        (&slip["state"], &slip["receipted_by"], &slip["reply"]["plan"]),
        (&"replied".into(), &"p08".into(), &"更换主板".into())
    );
    assert!(slip["messages"].as_array().is_some_and(|messages| !messages.is_empty()), "{slip}");
    for args in [&["slip", "receive", RED][..], &args] {
        let (code, _, err) = town.run(args);
        assert!(code == 1 && err.contains("already"), "{args:?}: {code} {err}");
    }
    let (_, text, _) = town.run(&["slip", "show", RED]);
    for part in [
        "red 红字〔2026〕1号 (replied)",
        "asked    主要负责人督办",
        "says     {\"plan\":\"更换主板\"",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert_eq!(town.run(&["slip", "reply", RED]).0, 2, "an answer has something in it");
}

#[tokio::test(flavor = "multi_thread")]
async fn counters_equal_the_slips_listed() {
    let town = Town::new().await;
    for no in ["W1", "W2"] {
        let resolved = ["ticket", "event", no, "resolved", "--at", "2026-05-15T10:00:00+08:00"];
        assert_eq!(town.run(&resolved).0, 0);
    }
    let args = ["slip", "withdraw", RED, "--reason", "派错单位", "--by", "p02"];
    assert_eq!(town.run(&args).0, 0);
    town.look(Wall::Host.now()).await;
    let listed = town.json(&["slip", "list", "--json", "--limit", "1000", "--period", "2026-05"]);
    let listed = listed["slips"].as_array().expect("a list").clone();
    let counted = town.json(&["slip", "count", "--period", "2026-05", "--json"]);
    let lines = counted["lines"].as_array().expect("lines");
    let mut seen = 0;
    for line in lines {
        let of_line = |slip: &&Value| slip["unit"] == line["unit"] && slip["kind"] == line["type"];
        let (gone, stand): (Vec<&Value>, Vec<&Value>) =
            listed.iter().filter(of_line).partition(|slip| slip["state"] == "withdrawn");
        assert_eq!(line["slips"], stand.len(), "{line}");
        assert_eq!(line["withdrawn"], gone.len(), "{line}");
        seen += stand.len() + gone.len();
    }
    assert_eq!(seen, listed.len(), "every slip is counted");
    let red = lines.iter().find(|line| line["type"] == "red").expect("there are red slips");
    assert_eq!((&red["slips"], &red["withdrawn"]), (&1.into(), &1.into()));
    let by_person = town.json(&[
        "slip", "count", "--period", "2026-05", "--by", "person", "--kind", "red", "--json",
    ]);
    assert_eq!(by_person["lines"][0]["person"], "p08");
    assert_eq!(by_person["lines"][0]["serials"], serde_json::json!(["红字〔2026〕2号"]));
    let (_, bulletin, _) = town.run(&["slip", "count", "--period", "2026-05", "--bulletin"]);
    insta::assert_snapshot!(bulletin, @"城西区市场监管局:绿色催办单3件,红色督办单1件,任务通知单2件,黄色催办单3件(另撤回1件)。");
    assert_eq!(
        town.json(&["slip", "count", "--period", "2026-06", "--json"])["lines"],
        serde_json::json!([])
    );
    assert_eq!(town.run(&["slip", "count", "--period", "May"]).0, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slip_is_printed() {
    let town = Town::new().await;
    let (code, page, _) = town.run(&["slip", "print", RED]);
    assert!(code == 0 && page.contains("红色督办单") && page.contains(RED), "{page}");
    let (_, english, _) = town.run(&["slip", "print", RED, "--language", "en"]);
    assert!(english.contains("R-2026-1") && english.contains("Red supervision order"), "{english}");
    assert_eq!(town.run(&["slip", "print", RED, "--html", "red.html", "--pdf", "red.pdf"]).0, 0);
    let pdf = std::fs::read(town.folder.path().join("red.pdf")).expect("the file is there");
    assert!(pdf.starts_with(b"%PDF-"));
    let (code, _, err) =
        town.run(&["slip", "print", RED, "--pdf", "x.pdf", "--browser", "nowhere"]);
    assert!(code == 69 && err.contains("nowhere does not start"), "{code} {err}");
    let nudge = town.json(&["slip", "list", "--kind", "nudge", "--json"]);
    let key = nudge["slips"][0]["key"].as_str().expect("there was a nudge").to_owned();
    let (code, _, err) = town.run(&["slip", "print", &key]);
    assert!(code == 1 && err.contains("has no document"), "{code} {err}");
}
