//! Claiming and settling messages, and the mailbox.

use std::collections::BTreeSet;

use duban::core::timestamp::Timestamp;
use duban::store::{Mail, MessageRow, Outcome, Proof, Settled, SlipWithdrawal, Store, Writes};

use crate::scratch::{Scratch, T0, at, message, slip, with_ticket};

const LEASE_MS: i64 = 60_000;

/// A store with messages of these keys, each offered from the given second on.
async fn with_messages(scratch: &Scratch, offers: &[(&str, i64)]) -> (Store, i64) {
    let (store, ticket) = with_ticket(scratch, |ticket| Writes {
        messages: offers.iter().map(|(key, from)| message(ticket, key, None, at(*from))).collect(),
        ..Writes::default()
    })
    .await;
    (store, ticket.key)
}

async fn claim(store: &Store, limit: i64, now: Timestamp) -> Vec<String> {
    let offers = store.claim(limit, LEASE_MS, now).await.expect("messages are claimed");
    offers.into_iter().map(|offer| offer.message.key).collect()
}

fn sent(id: i64, attempt: i64) -> Settled {
    let outcome = Outcome::Sent { channel: "mailbox".to_owned(), provider: "250 ok".to_owned() };
    Settled { id, attempt, outcome, proof: Proof::default() }
}

async fn only(store: &Store, ticket_key: i64) -> MessageRow {
    let mut messages = store.messages(ticket_key).await.expect("they read");
    assert_eq!(messages.len(), 1);
    messages.remove(0)
}

pub async fn a_claim_hides_for_the_lease(scratch: &Scratch) {
    let (store, _) = with_messages(scratch, &[("m1", 10)]).await;
    let table = [
        ("before its time", 9, 0),
        ("at its time", 10, 1),
        ("within the lease", 69, 0),
        ("at the end of the lease", 70, 1),
        ("within the next lease", 129, 0),
        ("after the next lease", 131, 1),
    ];
    for (name, now, want) in table {
        assert_eq!(claim(&store, 10, at(now)).await.len(), want, "{name}");
    }
    assert_eq!(store.next_offer().await.expect("it reads"), Some(at(131 + 60)));
}

pub async fn a_claim_is_sorted_and_bounded(scratch: &Scratch) {
    let (store, _) =
        with_messages(scratch, &[("late", 9), ("early", 3), ("same", 3), ("never", 99)]).await;
    assert_eq!(claim(&store, 1, at(9)).await, ["early"], "the longest waiting first");
    assert_eq!(claim(&store, 10, at(9)).await, ["same", "late"]);
    assert_eq!(
        claim(&store, 10, at(70)).await,
        ["late", "early", "same"],
        "leases ran out at once"
    );
}

pub async fn a_lost_lease_settles_nothing(scratch: &Scratch) {
    let (store, key) = with_messages(scratch, &[("m1", 0)]).await;
    let first = store.claim(1, LEASE_MS, T0).await.expect("it is claimed").remove(0);
    let second = store.claim(1, LEASE_MS, at(60)).await.expect("it is claimed again").remove(0);
    assert_eq!((first.attempt, first.first_offered), (1, None));
    assert_eq!((second.attempt, second.first_offered), (2, Some(T0)));
    assert_eq!(first.id, second.id);
    assert_eq!(first.sealed, Some(vec![0, 1, 255]));

    let late = store.settle(&[sent(first.id, 1)], at(61)).await.expect("it is no error");
    assert_eq!(late, [false]);
    assert_eq!(only(&store, key).await.state, "waiting");
    let both = [sent(second.id, 1), sent(second.id, 2), sent(second.id + 1, 1)];
    let settled = store.settle(&both, at(62)).await.expect("they are settled");
    assert_eq!(settled, [false, true, false]);
    let twice = store.settle(&[sent(second.id, 2)], at(63)).await.expect("it is no error");
    assert_eq!(twice, [false], "settled is settled");
    assert_eq!(store.settle(&[], at(64)).await.expect("nothing is settled"), [false; 0]);
}

pub async fn outcomes_are_kept(scratch: &Scratch) {
    let (channel, reason) = ("sms".to_owned(), "busy".to_owned());
    #[rustfmt::skip]
    let table = [
        // outcome                                                             state      offered  channel     provider      reason
        (Outcome::Sent { channel: channel.clone(), provider: "ok".to_owned() }, "sent",    None,     Some("sms"), Some("ok"), None),
        (Outcome::Retry { at: at(300), reason: reason.clone(), channel: channel.clone() },
                                                                                "waiting", Some(300), Some("sms"), None,      Some("busy")),
        (Outcome::GaveUp { reason: reason.clone(), channel },                   "gave_up", None,     Some("sms"), None,       Some("busy")),
        (Outcome::Dropped { reason },                                           "dropped", None,     None,        None,       Some("busy")),
    ];
    let (store, key) = with_messages(scratch, &[("a", 0), ("b", 0), ("c", 0), ("d", 0)]).await;
    let offers = store.claim(10, LEASE_MS, T0).await.expect("they are claimed");
    let settled: Vec<Settled> = offers
        .iter()
        .zip(&table)
        .map(|(offer, row)| Settled {
            id: offer.id,
            attempt: 1,
            outcome: row.0.clone(),
            proof: Proof::default(),
        })
        .collect();
    assert_eq!(store.settle(&settled, at(1)).await.expect("they are settled"), [true; 4]);
    let kept = store.messages(key).await.expect("they read");
    for (row, (_, state, again, channel, provider, reason)) in kept.iter().zip(table) {
        assert_eq!(row.state, state);
        assert_eq!(row.done, again.is_none().then_some(at(1)), "{state}");
        assert_eq!(row.channel.as_deref(), channel, "{state}");
        assert_eq!(row.provider.as_deref(), provider, "{state}");
        assert_eq!(row.reason.as_deref(), reason, "{state}");
        assert_eq!((row.attempt, row.first_offered, row.created), (1, Some(T0), T0), "{state}");
    }
    assert_eq!(store.next_offer().await.expect("it reads"), Some(at(300)));
    assert_eq!(claim(&store, 10, at(299)).await, [""; 0]);
    assert_eq!(claim(&store, 10, at(300)).await, ["b"]);
}

pub async fn an_offer_knows_what_happened_meanwhile(scratch: &Scratch) {
    let (store, _) = with_ticket(scratch, |t| Writes {
        slips: vec![slip(t, "k1")],
        messages: vec![message(t, "m1", Some("k1"), T0), message(t, "m2", None, T0)],
        ..Writes::default()
    })
    .await;
    let offers = store.claim(10, LEASE_MS, T0).await.expect("they are claimed");
    assert_eq!(offers.len(), 2);
    for offer in &offers {
        assert!(!offer.slip_withdrawn, "{}", offer.message.key);
        assert_eq!(offer.ticket_state.as_deref(), Some("{\"seen\":1}"), "{}", offer.message.key);
    }
    // A message issued for a slip that was withdrawn before: the offer says so.
    withdraw(&store, "k1", |_| Vec::new()).await;
    let look = store.look(1, at(2)).await.expect("a look is taken");
    let mut late = message(&duban_ticket(offers[0].ticket_key), "m3", Some("k1"), T0);
    late.sealed = None;
    let writes = Writes { messages: vec![late], ..Writes::default() };
    look.commit(&writes, at(2)).await.expect("it commits");
    let offers = store.claim(10, LEASE_MS, at(2)).await.expect("it is claimed");
    assert_eq!(offers.len(), 1);
    assert_eq!((offers[0].slip_withdrawn, &offers[0].sealed), (true, &None));
}

fn duban_ticket(key: i64) -> duban::store::Loaded {
    duban::store::Loaded {
        key,
        no: "T000".to_owned(),
        head_seq: 1,
        head_hash: String::new(),
        applied_seq: 1,
        next_look: None,
        state: None,
        news: Vec::new(),
    }
}

async fn withdraw(
    store: &Store,
    key: &str,
    messages: impl FnOnce(&Store) -> Vec<duban::store::MessageWrite>,
) {
    let look = store.look(1, at(1)).await.expect("a look is taken");
    let withdrawn = vec![SlipWithdrawal { key: key.to_owned(), reason: "replied".to_owned() }];
    let writes = Writes { withdrawn, messages: messages(store), ..Writes::default() };
    look.commit(&writes, at(1)).await.expect("it commits");
}

pub async fn what_went_out_is_kept_even_of_a_withdrawn_slip(scratch: &Scratch) {
    let (store, ticket) = with_ticket(scratch, |t| Writes {
        slips: vec![slip(t, "k1")],
        messages: vec![message(t, "m1", Some("k1"), T0), message(t, "m2", Some("k1"), T0)],
        ..Writes::default()
    })
    .await;
    let offers = store.claim(10, LEASE_MS, T0).await.expect("they are claimed");
    withdraw(&store, "k1", |_| Vec::new()).await;
    let retry = Outcome::Retry { at: at(9), reason: "busy".to_owned(), channel: "sms".to_owned() };
    let settled = [
        sent(offers[0].id, 1),
        Settled { id: offers[1].id, attempt: 1, outcome: retry, proof: Proof::default() },
    ];
    assert_eq!(store.settle(&settled, at(2)).await.expect("they are settled"), [true, false]);
    let kept = store.messages(ticket.key).await.expect("they read");
    let states: Vec<&str> = kept.iter().map(|row| row.state.as_str()).collect();
    assert_eq!(states, ["sent", "dropped"]);
}

pub async fn two_claims_take_disjoint_messages(scratch: &Scratch) {
    const MESSAGES: usize = 200;
    let keys: Vec<String> = (0..MESSAGES).map(|n| format!("m{n:03}")).collect();
    let offers: Vec<(&str, i64)> = keys.iter().map(|key| (key.as_str(), 0)).collect();
    let (one, _) = with_messages(scratch, &offers).await;
    let two = scratch.open().await;
    let drain = |store: Store| async move {
        let mut taken = Vec::new();
        loop {
            let offers = store.claim(7, LEASE_MS, T0).await.expect("they are claimed");
            if offers.is_empty() {
                return taken;
            }
            let settled: Vec<Settled> = offers.iter().map(|one| sent(one.id, 1)).collect();
            let owned = store.settle(&settled, T0).await.expect("they are settled");
            assert!(owned.iter().all(|owned| *owned), "nobody else had them");
            taken.extend(offers.into_iter().map(|offer| offer.id));
        }
    };
    let (first, second) = (tokio::spawn(drain(one.clone())), tokio::spawn(drain(two)));
    let mut taken = first.await.expect("it ran");
    taken.extend(second.await.expect("it ran"));
    assert_eq!(taken.len(), MESSAGES, "each message was taken once");
    assert_eq!(taken.iter().collect::<BTreeSet<_>>().len(), MESSAGES);
    assert_eq!(one.next_offer().await.expect("it reads"), None);
}

pub async fn the_mailbox_keeps_a_message_once(scratch: &Scratch) {
    let store = scratch.store().await;
    let mail = |id: &str| Mail {
        message_id: id.to_owned(),
        at: T0,
        channel: "mailbox".to_owned(),
        to: "13900000000".to_owned(),
        subject: "督办".to_owned(),
        text: "工单 T000".to_owned(),
        html: None,
        links: vec!["http://127.0.0.1/r/x".to_owned()],
    };
    for (id, want) in [("1", true), ("2", true), ("1", false)] {
        assert_eq!(store.mailbox_put(&mail(id)).await.expect("it is put"), want, "{id}");
    }
    assert_eq!(store.mailbox_list(10).await.expect("it reads"), [mail("2"), mail("1")]);
    assert_eq!(store.mailbox_list(1).await.expect("it reads").len(), 1);
    assert_eq!(format!("{:?}", mail("1")), r#"Mail { message_id: "1", channel: "mailbox", .. }"#);
}

pub async fn a_held_message_was_no_attempt(scratch: &Scratch) {
    let (store, key) = with_messages(scratch, &[("m1", 0)]).await;
    let held = |until: i64, attempt: i64| {
        let outcome = Outcome::Held { until: at(until), reason: "silence: test".to_owned() };
        [Settled { id: 1, attempt, outcome, proof: Proof::default() }]
    };
    let id = only(&store, key).await.id;
    for until in [100, 200] {
        let [one] = store
            .claim(10, LEASE_MS, at(until - 100))
            .await
            .expect("claimed")
            .try_into()
            .expect("one");
        assert_eq!((one.attempt, one.first_offered), (1, None), "until {until}");
        let mut settled = held(until, one.attempt);
        settled[0].id = id;
        assert_eq!(store.settle(&settled, at(until - 99)).await.expect("settled"), [true]);
        let row = only(&store, key).await;
        let want = ("waiting", at(until), 0, None, Some("silence: test"));
        let got = (
            row.state.as_str(),
            row.offer_at,
            row.attempt,
            row.first_offered,
            row.reason.as_deref(),
        );
        assert_eq!(got, want, "until {until}");
    }
    // A failed attempt before a hold stays one.
    let later = Outcome::Retry { at: at(250), reason: "HTTP 500".into(), channel: "text".into() };
    store.claim(10, LEASE_MS, at(200)).await.expect("claimed");
    store
        .settle(&[Settled { id, attempt: 1, outcome: later, proof: Proof::default() }], at(201))
        .await
        .expect("settled");
    assert_eq!(store.release_held(at(210)).await.expect("released"), 0, "it waits for a channel");
    let [again] =
        store.claim(10, LEASE_MS, at(250)).await.expect("claimed").try_into().expect("one");
    assert_eq!((again.attempt, again.first_offered), (2, Some(at(200))));
    let mut settled = held(900, 2);
    settled[0].id = id;
    assert_eq!(store.settle(&settled, at(251)).await.expect("settled"), [true]);
    let row = only(&store, key).await;
    assert_eq!((row.attempt, row.first_offered), (1, Some(at(200))));
    assert_eq!(store.release_held(at(300)).await.expect("released"), 1);
    assert_eq!(claim(&store, 10, at(300)).await, ["m1"], "the silence was taken back");
}
