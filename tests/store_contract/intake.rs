//! Appending and refusing.

use duban::core::journal::{Entry, verify};
use duban::store::{Appended, NewEntry, Refusal, Store, StoreError, Writes};

use crate::scratch::{Scratch, T0, at, entry, fill, looked};

pub async fn an_event_is_appended_once(scratch: &Scratch) {
    use Appended::{Accepted, Duplicate};
    let store = scratch.store().await;
    #[rustfmt::skip]
    let table = [
        // name                              ticket kind        dedupe      first batch           second batch
        ("first of its ticket",               "A", "received",   Some("1"), Accepted { seq: 1 }, Duplicate),
        ("twice in one batch",                "A", "received",   Some("1"), Duplicate,           Duplicate),
        ("same key on another ticket",        "B", "received",   Some("1"), Accepted { seq: 1 }, Duplicate),
        ("another key",                       "A", "dispatched", Some("2"), Accepted { seq: 2 }, Duplicate),
        ("without a key",                     "B", "praised",    None,      Accepted { seq: 2 }, Accepted { seq: 4 }),
        ("without a key, again",              "B", "praised",    None,      Accepted { seq: 3 }, Accepted { seq: 5 }),
        ("same kind and key, other case",     "A", "received",   Some("a"), Accepted { seq: 3 }, Duplicate),
        ("keys are compared exactly",         "A", "received",   Some("A"), Accepted { seq: 4 }, Duplicate),
        ("a number is a text",                "1", "received",   Some("1"), Accepted { seq: 1 }, Duplicate),
        ("and not another text",              "01", "received",  Some("1"), Accepted { seq: 1 }, Duplicate),
    ];
    let entries: Vec<NewEntry> =
        table.iter().map(|(_, ticket, kind, dedupe, ..)| entry(ticket, kind, *dedupe)).collect();
    let first = store.append(&entries, T0).await.expect("the first batch is appended");
    let second = store.append(&entries, at(1)).await.expect("the second batch is appended");
    for (n, (name, .., want_first, want_second)) in table.iter().enumerate() {
        assert_eq!(first[n], *want_first, "{name}, first batch");
        assert_eq!(second[n], *want_second, "{name}, second batch");
    }
    assert_eq!(store.append(&[], at(2)).await.expect("an empty batch is nothing"), []);
}

pub async fn entries_are_chained_in_their_order(scratch: &Scratch) {
    let store = scratch.store().await;
    let kinds = ["received", "dispatched", "accepted", "progress", "closed"];
    for (n, pair) in kinds.chunks(2).enumerate() {
        let entries: Vec<NewEntry> = pair.iter().map(|kind| entry("W1", kind, None)).collect();
        store.append(&entries, at(n as i64)).await.expect("entries are appended");
    }
    let ticket = store.ticket("W1").await.expect("it reads").expect("the ticket was made");
    let journal = store.journal(ticket.key).await.expect("it reads");
    let found: Vec<&str> = journal.iter().map(|row| row.kind.as_str()).collect();
    assert_eq!(found, kinds);
    assert_eq!(journal[0].body, entry("W1", "received", None).body, "kept to the byte");
    assert_eq!((journal[0].at, journal[4].arrived), (T0, at(2)));
    assert_chained(&store, "W1").await;
}

/// The journal proves itself and ends at the ticket's head.
pub async fn assert_chained(store: &Store, no: &str) {
    let ticket = store.ticket(no).await.expect("it reads").expect("the ticket exists");
    let journal = store.journal(ticket.key).await.expect("it reads");
    let entries = journal.iter().map(|row| Entry {
        seq: row.seq,
        at: row.at,
        arrived: row.arrived,
        kind: &row.kind,
        body: &row.body,
        hash: &row.hash,
    });
    assert_eq!(verify(no, entries, ticket.head_seq, &ticket.head_hash), Ok(()), "{no}");
}

pub async fn an_append_makes_the_ticket_due(scratch: &Scratch) {
    let store = scratch.store().await;
    assert_eq!(store.next_look().await.expect("it reads"), None);
    fill(&store, 1, at(5)).await;
    assert_eq!(store.next_look().await.expect("it reads"), Some(at(5)));

    let look = store.look(10, at(5)).await.expect("a look is taken");
    let writes = Writes { tickets: vec![looked(&look.tickets[0], None)], ..Writes::default() };
    look.commit(&writes, at(5)).await.expect("the look is committed");
    assert_eq!(store.next_look().await.expect("it reads"), None);

    let again = [entry("T000", "received", Some("1"))];
    store.append(&again, at(6)).await.expect("a duplicate is no error");
    assert_eq!(store.next_look().await.expect("it reads"), None, "a duplicate wakes nobody");
    store.append(&[entry("T000", "closed", None)], at(7)).await.expect("it is appended");
    assert_eq!(store.next_look().await.expect("it reads"), Some(at(7)));
}

pub async fn an_earlier_look_is_not_put_off(scratch: &Scratch) {
    let store = scratch.store().await;
    for (next_look, appended, want) in [(10, 9, 9), (10, 10, 10), (10, 11, 10)] {
        let no = format!("W{appended}");
        store.append(&[entry(&no, "received", None)], T0).await.expect("it is appended");
        let look = store.look(10, T0).await.expect("a look is taken");
        let ticket = look.tickets.iter().find(|ticket| ticket.no == no).expect("it is due");
        let tickets = vec![looked(ticket, Some(at(next_look)))];
        look.commit(&Writes { tickets, ..Writes::default() }, T0).await.expect("it commits");
        store.append(&[entry(&no, "progress", None)], at(appended)).await.expect("it is appended");
        let ticket = store.ticket(&no).await.expect("it reads").expect("it exists");
        assert_eq!(ticket.next_look, Some(at(want)), "append at {appended}");
    }
}

pub async fn the_latest_contact_wins(scratch: &Scratch) {
    let store = scratch.store().await;
    let with = |dedupe: &str, sealed: &[u8]| NewEntry {
        contact: Some(sealed.to_vec()),
        ..entry("W1", "received", Some(dedupe))
    };
    store.append(&[with("1", b"one"), with("2", &[0, 255])], T0).await.expect("appended");
    let key = store.ticket("W1").await.expect("it reads").expect("it exists").key;
    assert_eq!(store.contact(key).await.expect("it reads"), Some(vec![0, 255]));
    store.append(&[entry("W1", "closed", None)], T0).await.expect("appended");
    assert_eq!(store.contact(key).await.expect("it reads"), Some(vec![0, 255]), "kept");
    store.append(&[with("3", b"three")], T0).await.expect("appended");
    assert_eq!(store.contact(key).await.expect("it reads"), Some(b"three".to_vec()));
    assert_eq!(store.contact(key + 1).await.expect("it reads"), None);
}

pub async fn a_nul_is_refused(scratch: &Scratch) {
    let store = scratch.store().await;
    let entries = [entry("W1", "received", None), entry("W\0", "received", None)];
    let error = store.append(&entries, T0).await.expect_err("a NUL cannot be kept");
    insta::allow_duplicates! {
        insta::assert_snapshot!(error, @"the ticket number of an entry for ticket `W�` holds a NUL character, which no text column keeps; refuse it at intake");
    }
    assert!(matches!(error, StoreError::Nul { .. }));
    assert_eq!(store.ticket("W1").await.expect("it reads"), None, "nothing was written");
}

pub async fn refused_lines_are_kept(scratch: &Scratch) {
    let store = scratch.store().await;
    let refusal = |source: &str, raw: String| Refusal {
        source: source.to_owned(),
        reason: "`ticket` is missing or empty".to_owned(),
        raw,
    };
    let long = "督".repeat(30_000);
    let refusals = [refusal("a.jsonl:1", "{\0}".to_owned()), refusal("a.jsonl:2", long.clone())];
    store.refuse(&refusals, T0).await.expect("they are kept");
    store.refuse(&[], T0).await.expect("nothing is kept");
    let kept = store.refusals(10).await.expect("they read");
    assert_eq!(kept.len(), 2);
    assert_eq!((kept[0].source.as_str(), kept[0].at), ("a.jsonl:2", T0), "newest first");
    assert_eq!(kept[0].raw.len(), 65_535, "whole characters, 64 KiB at most");
    assert!(long.starts_with(&kept[0].raw));
    assert_eq!(kept[1].raw, "{\u{fffd}}");
    assert_eq!(store.refusals(1).await.expect("they read").len(), 1);
}

pub async fn two_nodes_append_to_the_same_tickets(scratch: &Scratch) {
    const BATCHES: usize = 20;
    let (one, two) = (scratch.store().await, scratch.open().await);
    let append = |store: Store, backwards: bool| async move {
        let mut accepted = 0;
        for batch in 0..BATCHES {
            let mut entries: Vec<NewEntry> = (0..5)
                .map(|n| {
                    entry(&format!("W{}", batch / 2 + n), "progress", Some(&format!("{batch}/{n}")))
                })
                .collect();
            if backwards {
                entries.reverse();
            }
            let appended = store.append(&entries, T0).await.expect("no deadlock, no conflict");
            accepted += appended.iter().filter(|one| **one != Appended::Duplicate).count();
        }
        accepted
    };
    let (first, second) =
        (tokio::spawn(append(one.clone(), false)), tokio::spawn(append(two.clone(), true)));
    let accepted = first.await.expect("it ran") + second.await.expect("it ran");
    assert_eq!(accepted, BATCHES * 5, "each entry was accepted by exactly one node");
    for n in 0..BATCHES / 2 + 4 {
        assert_chained(&one, &format!("W{n}")).await;
    }
}
