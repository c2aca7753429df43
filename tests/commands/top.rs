//! `duban top`: one frame, as a pipe gets it.

use serde_json::json;

use crate::town::Town;

#[tokio::test(flavor = "multi_thread")]
async fn a_frame_says_how_things_stand() {
    let town = Town::new().await;
    let frame = town.json(&["top", "--json"]);
    assert_eq!((&frame["open"], &frame["overdue"]["red"]), (&json!(2), &json!(2)), "{frame}");
    assert_eq!(
        (&frame["today"], &frame["day"], &frame["ledgers"]),
        (&json!(0), &json!(0), &json!({}))
    );
    let waiting: i64 = frame["queue"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|row| row["waiting"].as_i64())
        .sum();
    assert!(waiting > 0, "nobody has sent anything: {frame}");
    assert!(frame["engine_late_ms"].as_i64().expect("a number") > 0, "nobody has looked since May");

    let (code, text, err) = town.run(&["top"]);
    assert_eq!((code, err.as_str()), (0, ""), "a pipe gets one frame");
    for part in ["open 2", "overdue 2 (2 red, 0 yellow, 0 green, 0 none)", "WAITING", "cx-scjg"] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(!text.contains('\u{1b}'), "colours are for terminals");
}
