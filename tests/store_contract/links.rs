//! Links to residents and API tokens.

use duban::store::{Answer, NewEntry, Store, Writes};

use crate::{
    intake::assert_chained,
    scratch::{Scratch, T0, at, entry, link, with_ticket},
};

fn answer(stars: u8) -> NewEntry {
    NewEntry {
        body: format!("{{\"stars\":{stars}}}"),
        ..entry("T000", "answered", Some("link/h1"))
    }
}

async fn with_link(scratch: &Scratch) -> Store {
    with_ticket(scratch, |t| Writes { links: vec![link(t, "h1", at(600))], ..Writes::default() })
        .await
        .0
}

pub async fn a_link_is_answered_once(scratch: &Scratch) {
    let store = with_link(scratch).await;
    for (name, token_hash, now, want) in [
        ("unknown", "h2", 1, Answer::Unknown),
        ("first", "h1", 2, Answer::Accepted),
        ("second", "h1", 3, Answer::AlreadyUsed),
        ("used, then expired", "h1", 700, Answer::AlreadyUsed),
    ] {
        let got = store.answer(token_hash, &answer(5), at(now)).await.expect("it is taken");
        assert_eq!(got, want, "{name}");
    }
    let kept = store.link("h1").await.expect("it reads").expect("it exists");
    assert_eq!(kept.used, Some(at(2)));
    let ticket = store.ticket("T000").await.expect("it reads").expect("it exists");
    assert_eq!((ticket.head_seq, ticket.next_look), (2, Some(at(2))));
    assert_chained(&store, "T000").await;
}

pub async fn a_link_expires(scratch: &Scratch) {
    let store = with_link(scratch).await;
    for (name, now, want) in [
        ("after", 601, Answer::Expired),
        ("at the moment", 600, Answer::Expired),
        ("before", 599, Answer::Accepted),
    ] {
        let got = store.answer("h1", &answer(5), at(now)).await.expect("it is taken");
        assert_eq!(got, want, "{name}");
    }
}

pub async fn the_first_answer_wins(scratch: &Scratch) {
    let one = with_link(scratch).await;
    let two = scratch.open().await;
    let tasks: Vec<_> = (0..8)
        .map(|n| {
            let store = if n % 2 == 0 { one.clone() } else { two.clone() };
            // No dedupe key: only the link stands between the answers.
            let answer = NewEntry { dedupe: None, ..answer(n) };
            tokio::spawn(async move { store.answer("h1", &answer, at(1)).await })
        })
        .collect();
    let mut accepted = Vec::new();
    for (n, task) in tasks.into_iter().enumerate() {
        match task.await.expect("it ran").expect("no conflict") {
            Answer::Accepted => accepted.push(n),
            other => assert_eq!(other, Answer::AlreadyUsed, "{n}"),
        }
    }
    assert_eq!(accepted.len(), 1, "exactly one was first");
    let key = one.ticket("T000").await.expect("it reads").expect("it exists").key;
    let journal = one.journal(key).await.expect("it reads");
    assert_eq!(journal.len(), 2);
    assert_eq!(journal[1].body, format!("{{\"stars\":{}}}", accepted[0]));
}

pub async fn tokens_work_until_revoked(scratch: &Scratch) {
    let store = scratch.store().await;
    let scopes = ["ingest".to_owned(), "read".to_owned()];
    let id = store.token_create("12345 平台", "hash-1", &scopes, T0).await.expect("it is made");
    let found = store.api_token("hash-1").await.expect("it reads").expect("it works");
    assert_eq!((found.id, found.name.as_str()), (id, "12345 平台"));
    assert_eq!(found.scopes, scopes);
    assert_eq!(store.api_token("hash-2").await.expect("it reads"), None);
    store.token_create("twice", "hash-1", &[], T0).await.expect_err("a hash is unique");

    assert!(store.token_revoke(id, at(1)).await.expect("it is revoked"));
    assert!(!store.token_revoke(id, at(2)).await.expect("only once"));
    assert!(!store.token_revoke(id + 1, at(2)).await.expect("there is none"));
    assert_eq!(store.api_token("hash-1").await.expect("it reads"), None);
    let all = store.token_list().await.expect("they read");
    assert_eq!((all.len(), all[0].revoked), (1, Some(at(1))));
}
