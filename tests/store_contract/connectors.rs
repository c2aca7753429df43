//! Where connectors stand, and what they refused.

use duban::store::{Appended, Connected, ConnectorWrite, NewEntry, Refusal};

use crate::scratch::{Scratch, T0, at, entry};

fn read(from: Option<&str>, to: &str, entries: Vec<NewEntry>) -> ConnectorWrite {
    ConnectorWrite {
        connector: "platform".to_owned(),
        part: String::new(),
        name: "orders".to_owned(),
        from: from.map(str::to_owned),
        to: to.to_owned(),
        done: false,
        rows: entries.len() as u64,
        entries,
        refusals: Vec::new(),
        seen: Vec::new(),
    }
}

pub async fn a_position_moves_only_with_what_was_read(scratch: &Scratch) {
    let store = scratch.store().await;
    let write = read(Some(""), "7", vec![entry("W1", "received", Some("1"))]);
    let connected = store.connect(&write, T0).await.expect("it is written");
    let appended = vec![Appended::Accepted { seq: 1 }];
    assert_eq!(connected, Some(Connected { appended, refused: 0 }));

    let late = read(Some(""), "8", vec![entry("W2", "received", Some("1"))]);
    assert_eq!(store.connect(&late, at(1)).await.expect("no error"), None, "it stands elsewhere");
    assert_eq!(store.ticket("W2").await.expect("it reads"), None, "and nothing was written");

    let again = [entry("W1", "received", Some("1")), entry("W1", "closed", Some("2"))];
    let write = ConnectorWrite { done: true, ..read(Some("7"), "9", again.to_vec()) };
    let connected = store.connect(&write, at(2)).await.expect("it is written").expect("it moved");
    assert_eq!(connected.appended, [Appended::Duplicate, Appended::Accepted { seq: 2 }]);
    let position = store.connector_position("platform", "").await.expect("it reads");
    let position = position.expect("it is there");
    assert_eq!((position.position.as_str(), position.done, position.at), ("9", true, at(2)));
    assert_eq!((position.rows, position.accepted, position.duplicates), (3, 2, 1));
    assert_eq!(store.connector_sums("platform").await.expect("it reads"), [3, 2, 1, 0]);
    assert_eq!(store.connector_sums("another").await.expect("it reads"), [0; 4]);

    let any = read(None, "1", vec![entry("W3", "received", Some("1"))]);
    assert!(store.connect(&any, at(3)).await.expect("it is written").is_some(), "from anywhere");
}

pub async fn a_connector_refuses_a_row_once(scratch: &Scratch) {
    let store = scratch.store().await;
    let refusal = |reason: &str| Refusal {
        source: "a.csv:2".to_owned(),
        reason: reason.to_owned(),
        raw: "{\"a\":\"\0\"}".to_owned(),
    };
    let mut write = read(None, "1", Vec::new());
    write.refusals =
        vec![("2".to_owned(), refusal("no time")), ("3".to_owned(), refusal("no number"))];
    let first = store.connect(&write, T0).await.expect("it is written").expect("it moved");
    assert_eq!(first.refused, 2);
    write.refusals.push(("4".to_owned(), refusal("late")));
    let second = store.connect(&write, at(1)).await.expect("it is written").expect("it moved");
    assert_eq!(second.refused, 1, "two of them are known");
    "hash".clone_into(&mut write.part);
    let part = store.connect(&write, at(2)).await.expect("it is written").expect("it moved");
    assert_eq!(part.refused, 3, "of another file they are others");
    let kept = store.connector_refusals("platform", "").await.expect("it reads");
    let reasons: Vec<&str> = kept.iter().map(|row| row.reason.as_str()).collect();
    assert_eq!(reasons, ["no time", "no number", "late"]);
    assert_eq!(kept[0].raw, "{\"a\":\"\u{fffd}\"}");
    let last = store.connector_refused("platform", 4).await.expect("it reads");
    assert_eq!((last.len(), last[0].reason.as_str(), last[0].at), (4, "late", at(2)));
    assert_eq!(store.refusals(100).await.expect("it reads").len(), 6, "listed with all others");
    let parts = store.connector_positions("platform", 10).await.expect("it reads");
    let sums: Vec<(&str, i64)> = parts.iter().map(|row| (row.part.as_str(), row.refused)).collect();
    assert_eq!(sums, [("hash", 3), ("", 3)], "the latest first");
}

pub async fn what_was_seen_is_kept_by_connector(scratch: &Scratch) {
    let store = scratch.store().await;
    let mut write = read(None, "1", Vec::new());
    write.seen = vec![("W1".to_owned(), "old".to_owned()), ("W2".to_owned(), "two".to_owned())];
    store.connect(&write, T0).await.expect("it is written");
    write.seen = vec![("W1".to_owned(), "new".to_owned())];
    store.connect(&write, at(1)).await.expect("it is written");
    let mut seen = store.connector_seen("platform", &["W1", "W2", "W3"]).await.expect("it reads");
    seen.sort();
    let want = [("W1", "new"), ("W2", "two")].map(|(no, seen)| (no.to_owned(), seen.to_owned()));
    assert_eq!(seen, want);
    assert_eq!(store.connector_seen("another", &["W1"]).await.expect("it reads"), []);
    assert_eq!(store.connector_seen("platform", &[]).await.expect("it reads"), []);
}

pub async fn trouble_is_noted_until_it_is_over(scratch: &Scratch) {
    let store = scratch.store().await;
    assert_eq!(store.connector_look("platform").await.expect("it reads"), None);
    #[rustfmt::skip]
    let table = [
        // when   trouble        last well
        (at(1),   Some("down"),  None),
        (at(2),   None,          Some(at(2))),
        (at(3),   Some("again"), Some(at(2))),
        (at(4),   None,          Some(at(4))),
    ];
    for (when, trouble, well) in table {
        store.connector_looked("platform", trouble, when).await.expect("it is noted");
        let look = store.connector_look("platform").await.expect("it reads").expect("it looked");
        assert_eq!((look.looked, look.trouble.as_deref(), look.well), (when, trouble, well));
    }
}

pub async fn two_nodes_read_a_source_once(scratch: &Scratch) {
    let (one, other) = (scratch.store().await, scratch.store().await);
    for turn in 0..20 {
        let from = if turn == 0 { String::new() } else { turn.to_string() };
        let entries = vec![entry("W1", "progress", None)];
        let write = read(Some(&from), &(turn + 1).to_string(), entries);
        let (first, second) = tokio::join!(one.connect(&write, T0), other.connect(&write, T0));
        let moved = [first, second].map(|done| done.expect("no error").is_some());
        assert_eq!(moved.iter().filter(|moved| **moved).count(), 1, "turn {turn}");
    }
    let ticket = one.ticket("W1").await.expect("it reads").expect("it was made");
    assert_eq!(one.journal(ticket.key).await.expect("it reads").len(), 20);
}
