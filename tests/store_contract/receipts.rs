//! Receipts: kept once, matched with parts whenever those come, told to the journal.

use duban::{
    core::{receipt::Delivery, timestamp::Timestamp},
    store::{MessageRow, NewReceipt, Outcome, Proof, Settled, SlipFilter, Store, Writes},
};

use crate::scratch::{Scratch, at, message, slip, with_ticket};

const LEASE_MS: i64 = 60_000;

fn receipt(id: &str, delivery: Delivery) -> NewReceipt {
    let (channel, code) = ("text".to_owned(), "DELIVRD".to_owned());
    NewReceipt { channel, provider_id: id.to_owned(), to: None, delivery, code, at: at(50) }
}

/// A store with one message, claimed.
async fn claimed(scratch: &Scratch) -> (Store, i64, i64) {
    let (store, ticket) = with_ticket(scratch, |ticket| Writes {
        messages: vec![message(ticket, "m1", None, at(0))],
        ..Writes::default()
    })
    .await;
    let offers = store.claim(10, LEASE_MS, at(1)).await.expect("it is claimed");
    (store, ticket.key, offers[0].id)
}

async fn send(store: &Store, id: i64, parts: &[&str], receipt_due: Option<Timestamp>) {
    let outcome = Outcome::Sent { channel: "text".to_owned(), provider: "ok".to_owned() };
    let parts = parts.iter().map(|part| (*part).to_owned()).collect();
    let address = Some("hash-of-an-address".to_owned());
    let proof = Proof { parts, address, receipt_due, ..Proof::default() };
    let settled = store.settle(&[Settled { id, attempt: 1, outcome, proof }], at(2)).await;
    assert_eq!(settled.expect("it is settled"), [true]);
}

async fn hear(store: &Store, receipts: &[NewReceipt]) -> (u64, usize) {
    let kept = store.keep_receipts(receipts, at(60)).await.expect("they are kept");
    (kept, store.match_receipts(at(60)).await.expect("they are matched"))
}

async fn only(store: &Store, ticket: i64) -> MessageRow {
    store.messages(ticket).await.expect("they read").remove(0)
}

/// What the journal says of deliveries.
async fn told(store: &Store, ticket: i64) -> Vec<String> {
    let journal = store.journal(ticket).await.expect("it reads");
    let deliveries = journal.iter().filter(|line| line.kind == "duban.delivery");
    deliveries
        .map(|line| {
            let body: serde_json::Value = serde_json::from_str(&line.body).expect("JSON");
            body["delivery"].as_str().expect("a word").to_owned()
        })
        .collect()
}

pub async fn a_receipt_counts_once(scratch: &Scratch) {
    let (store, ticket, id) = claimed(scratch).await;
    send(&store, id, &["a"], Some(at(600))).await;
    assert_eq!(store.next_receipt_due().await.expect("it reads"), Some(at(600)));
    assert_eq!(hear(&store, &[receipt("a", Delivery::Delivered)]).await, (1, 1));
    assert_eq!(hear(&store, &[receipt("a", Delivery::Delivered)]).await, (0, 0), "said twice");
    let row = only(&store, ticket).await;
    assert_eq!(
        (row.delivery.as_deref(), row.delivery_at, row.delivery_code.as_deref()),
        (Some("delivered"), Some(at(50)), Some("DELIVRD"))
    );
    assert_eq!(told(&store, ticket).await, ["delivered"]);
    assert_eq!(store.next_receipt_due().await.expect("it reads"), None, "nothing to wait for");
}

pub async fn a_receipt_before_the_answer_waits(scratch: &Scratch) {
    let (store, ticket, id) = claimed(scratch).await;
    assert_eq!(hear(&store, &[receipt("a", Delivery::Delivered)]).await, (1, 0), "whose is it?");
    send(&store, id, &["a"], None).await;
    assert_eq!(store.match_receipts(at(3)).await.expect("it matches"), 1);
    assert_eq!(told(&store, ticket).await, ["delivered"]);
}

pub async fn a_long_message_is_delivered_with_its_last_part(scratch: &Scratch) {
    let (store, ticket, id) = claimed(scratch).await;
    send(&store, id, &["a", "b"], Some(at(600))).await;
    hear(&store, &[receipt("b", Delivery::Delivered)]).await;
    assert_eq!(told(&store, ticket).await, [""; 0], "half of it is nothing");
    hear(&store, &[receipt("a", Delivery::Failed)]).await;
    assert_eq!(told(&store, ticket).await, ["failed"]);
    assert_eq!(store.next_receipt_due().await.expect("it reads"), Some(at(60)), "it goes on now");
    hear(&store, &[receipt("a", Delivery::Delivered)]).await;
    assert_eq!(told(&store, ticket).await, ["failed", "delivered"], "a phone that woke up late");
    hear(&store, &[receipt("b", Delivery::Never)]).await;
    assert_eq!(only(&store, ticket).await.delivery.as_deref(), Some("delivered"), "it stays so");
}

pub async fn what_is_undelivered_goes_on_once(scratch: &Scratch) {
    let (store, ticket, id) = claimed(scratch).await;
    send(&store, id, &["a"], Some(at(600))).await;
    assert_eq!(store.undelivered(10, at(599)).await.expect("it reads").len(), 0);
    let due = store.undelivered(10, at(600)).await.expect("it reads");
    assert_eq!((due.len(), due[0].state.as_str(), due[0].slip_withdrawn), (1, "sent", false));
    let entry = crate::scratch::entry("T000", "progress", Some("on"));
    let next = || duban::store::MessageWrite {
        message: duban::core::message::Message {
            key: "m1/fb/p2/email".to_owned(),
            ..due[0].message.clone()
        },
        ticket_key: ticket,
        sealed: None,
    };
    let went = store.fall_back(id, Some(&entry), Some(next()), at(601)).await;
    assert!(went.expect("it goes on"));
    let again = store.fall_back(id, Some(&entry), Some(next()), at(602)).await;
    assert!(!again.expect("another node did it"));
    assert_eq!(store.messages(ticket).await.expect("they read").len(), 2);
    assert_eq!(store.undelivered(10, at(9_999)).await.expect("it reads").len(), 0);
}

pub async fn a_reply_finds_what_was_asked(scratch: &Scratch) {
    let (store, _, id) = claimed(scratch).await;
    assert_eq!(store.asked_at("hash-of-an-address").await.expect("it reads"), None);
    send(&store, id, &[], None).await;
    let asked = store.asked_at("hash-of-an-address").await.expect("it reads");
    assert_eq!(asked.as_deref(), Some("T000"));
    assert_eq!(store.asked_at("another").await.expect("it reads"), None);
    for (out, want) in [(true, true), (true, true), (false, false)] {
        store.opt("hash-of-an-address", out, at(5)).await.expect("it is noted");
        assert_eq!(store.is_opted_out("hash-of-an-address").await.expect("it reads"), want);
    }
}

pub async fn a_slip_knows_what_arrived(scratch: &Scratch) {
    let (store, ticket) = with_ticket(scratch, |ticket| Writes {
        slips: vec![slip(ticket, "s1")],
        messages: vec![
            message(ticket, "m1", Some("s1"), at(0)),
            message(ticket, "m2", Some("s1"), at(99)),
        ],
        ..Writes::default()
    })
    .await;
    let counts = async || {
        let filter = SlipFilter { ticket_key: Some(ticket.key), ..SlipFilter::default() };
        let slips = store.slips(&filter).await.expect("they read");
        (slips[0].messages, slips[0].sent, slips[0].delivered)
    };
    assert_eq!(counts().await, (2, 0, 0));
    let offers = store.claim(10, LEASE_MS, at(1)).await.expect("one is claimed");
    send(&store, offers[0].id, &["a"], None).await;
    assert_eq!(counts().await, (2, 1, 0), "sent is not delivered");
    hear(&store, &[receipt("a", Delivery::Delivered)]).await;
    assert_eq!(counts().await, (2, 1, 1));
}

/// A store with these messages, each sent to an address as a letter of its own, all under the number
/// `X`; their ids.
async fn constant(scratch: &Scratch, addresses: &[&str]) -> (Store, Vec<i64>) {
    let keys: Vec<String> = (0..addresses.len()).map(|n| format!("m{n}")).collect();
    let (store, ticket) = with_ticket(scratch, |ticket| Writes {
        messages: keys.iter().map(|key| message(ticket, key, None, at(0))).collect(),
        ..Writes::default()
    })
    .await;
    store.claim(10, LEASE_MS, at(1)).await.expect("they are claimed");
    let rows = store.messages(ticket.key).await.expect("they read");
    let ids: Vec<i64> = rows.iter().map(|row| row.id).collect();
    for (id, address) in ids.iter().zip(addresses) {
        send_to(&store, *id, address, *id).await;
    }
    (store, ids)
}

async fn send_to(store: &Store, id: i64, address: &str, letter: i64) {
    let outcome = Outcome::Sent { channel: "text".to_owned(), provider: "ok".to_owned() };
    let (parts, to) = (vec!["X".to_owned()], Some(address.to_owned()));
    let proof = Proof { parts, to, letter: Some(letter), ..Proof::default() };
    let settled = store.settle(&[Settled { id, attempt: 1, outcome, proof }], at(2)).await;
    assert_eq!(settled.expect("it is settled"), [true]);
}

/// What became of each message, in their order.
async fn deliveries(store: &Store) -> Vec<Option<String>> {
    let ticket = store.ticket("T000").await.expect("it reads").expect("it is there").key;
    let rows = store.messages(ticket).await.expect("they read");
    rows.into_iter().map(|row| row.delivery).collect()
}

pub async fn a_number_of_several_messages_is_of_the_right_one_or_of_none(scratch: &Scratch) {
    let (store, _) = constant(scratch, &["anna", "bert", "bert"]).await;
    let of = |to: Option<&str>, delivery| NewReceipt {
        to: to.map(str::to_owned),
        ..receipt("X", delivery)
    };
    hear(&store, &[of(None, Delivery::Never)]).await;
    hear(&store, &[of(Some("bert"), Delivery::Delivered)]).await;
    hear(&store, &[of(Some("carl"), Delivery::Delivered)]).await;
    assert_eq!(deliveries(&store).await, [None, None, None], "of whom is it?");
    hear(&store, &[of(Some("anna"), Delivery::Failed)]).await;
    let failed = Some("failed".to_owned());
    assert_eq!(deliveries(&store).await, [failed, None, None], "only anna got one");
}

pub async fn a_receipt_of_another_address_is_of_no_message(scratch: &Scratch) {
    let (store, _) = constant(scratch, &["anna"]).await;
    let to = Some("bert".to_owned());
    hear(&store, &[NewReceipt { to, ..receipt("X", Delivery::Never) }]).await;
    assert_eq!(deliveries(&store).await, [None]);
    hear(&store, &[receipt("X", Delivery::Delivered)]).await;
    assert_eq!(
        deliveries(&store).await,
        [Some("delivered".to_owned())],
        "as before addresses were kept"
    );
}
