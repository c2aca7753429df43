//! `duban ledger` as a supervisor runs it: admit, list, review, strike off, count.

use duban::wall::Wall;
use serde_json::json;

use crate::town::Town;

#[tokio::test(flavor = "multi_thread")]
async fn a_matter_goes_through_the_ledger() {
    let town = Town::new().await;
    assert_eq!(town.json(&["ledger", "list", "--json"]), json!({ "ledger": [] }));
    let admit = ["ledger", "admit", "W1", "--approver", "principal", "--reason", "历史遗留"];
    assert_eq!(town.run(&[&admit[..], &["--plan", "分三期"]].concat()).0, 0);
    assert_eq!(town.run(&["ledger", "admit", "W2", "--approver", "handler"]).0, 0);
    town.look(Wall::Host.now()).await;
    let lines = town.json(&["ledger", "list", "--list", "hung", "--unit", "cx-scjg", "--json"]);
    let lines = lines["ledger"].as_array().expect("a list").clone();
    assert_eq!(lines.len(), 1, "who may not approve admits nothing: {lines:?}");
    assert_eq!(
        (&lines[0]["ticket"], &lines[0]["reason"], &lines[0]["lacking"]),
        (&json!("W1"), &json!("历史遗留"), &json!([]))
    );
    assert_eq!(town.run(&["ledger", "review", "W1", "--note", "已列预算"]).0, 0);
    let strike_off = ["ledger", "strike-off", "W1", "--by-role", "city_sup", "--proof", "照片"];
    assert_eq!(town.run(&[&strike_off[..], &["--attachments", "1"]].concat()).0, 0);
    town.look(Wall::Host.now()).await;
    let open = town.json(&["ledger", "list", "--ticket", "W1", "--json"]);
    assert_eq!(open, json!({ "ledger": [] }));
    let ended = town.json(&["ledger", "list", "--state", "ended", "--json"]);
    assert_eq!(ended["ledger"][0]["ended_by"], "struck_off");
    let counts = town.json(&["ledger", "list", "--list", "hung", "--summary", "--json"]);
    assert_eq!(
        counts["ledger"],
        json!([{
            "list": "hung", "opening": 0, "admitted": 1, "struck_off": 1, "ended_otherwise": 0,
            "share": "100.00 %",
        }])
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn unknown_tickets_and_bad_words_are_refused() {
    let town = Town::new().await;
    #[rustfmt::skip]
    let table = [
        (&["ledger", "admit", "W9"][..],                    1, "no ticket `W9` is known"),
        (&["ledger", "strike-off", "W1", "--data", "[]"],   2, "not a JSON object"),
        (&["ledger", "list", "--state", "closed"],          2, "[possible values: open, ended, all]"),
        (&["ledger", "list", "--summary", "--from", "May"], 2, "write an instant with its offset"),
    ];
    for (args, want, says) in table {
        let (code, _, err) = town.run(args);
        assert!(code == want && err.contains(says), "{args:?}: {code} {err}");
    }
}
