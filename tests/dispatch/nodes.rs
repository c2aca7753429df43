//! Several nodes on one PostgreSQL: they share the work, and nobody does it twice.

use std::{collections::BTreeSet, sync::Arc};

use duban::{
    core::event::{Event, Kind},
    dispatch::Dispatched,
    engine::Looked,
    store::SlipFilter,
};
use tokio::sync::Barrier;

use crate::{
    city::{City, at, to_the_mailbox},
    postgres::database,
};

const NODES: usize = 3;
const TICKETS: usize = 600;
/// Small, so that the nodes meet often.
const BATCH: i64 = 10;
/// A Thursday morning in China; each ticket's task slip falls due at its dispatch.
const DISPATCHED: &str = "2026-05-07T10:00:00+08:00";

/// Nodes on one fresh database that is full of dispatched tickets nobody has looked at.
async fn nodes() -> Vec<City> {
    let url = database().await;
    let mut nodes = Vec::new();
    for _ in 0..NODES {
        let node = City::open(&url, "cn", to_the_mailbox(), BATCH).await;
        // Everything goes to one person today.
        node.change_noise("cn", "max_sms_per_person_per_day = 10000");
        nodes.push(node);
    }
    let entries: Vec<_> = (0..TICKETS)
        .map(|index| {
            let mut event = Event::new(format!("W{index:04}"), Kind::Dispatched, at(DISPATCHED));
            event.unit = Some("cx-cgj".to_owned());
            event.category = Some("投诉".to_owned());
            event.urgency = Some("一般".to_owned());
            let kept = duban::intake::canon::canonical(event, &nodes[0].key, at(DISPATCHED));
            kept.expect("a good event")
        })
        .collect();
    nodes[0].store.append(&entries, at(DISPATCHED)).await.expect("events are kept");
    nodes
}

/// All engines at once, from the same moment on.
async fn look_at_once(nodes: &[City]) -> Vec<Looked> {
    let start = Arc::new(Barrier::new(nodes.len()));
    let engines = nodes.iter().map(|node| {
        let (engine, start) = (node.engine.clone(), Arc::clone(&start));
        tokio::spawn(async move {
            start.wait().await;
            engine.run_until_idle(at(DISPATCHED)).await.expect("the engine looks")
        })
    });
    let mut looked = Vec::new();
    for engine in engines.collect::<Vec<_>>() {
        looked.push(engine.await.expect("no panic"));
    }
    looked
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn engines_share_a_storm() {
    let nodes = nodes().await;
    let looked = look_at_once(&nodes).await;
    let tickets: usize = looked.iter().map(|one| one.tickets).sum();
    assert_eq!(tickets, TICKETS, "each ticket is looked at by one: {looked:?}");
    assert!(looked.iter().all(|one| one.tickets < TICKETS), "the work is shared: {looked:?}");
    assert_eq!(
        nodes[0].store.next_look().await.expect("an answer").filter(|next| *next <= at(DISPATCHED)),
        None
    );

    let filter = SlipFilter { limit: 10_000, ..SlipFilter::default() };
    let slips = nodes[0].store.slips(&filter).await.expect("the store answers");
    assert_eq!(slips.len(), TICKETS, "one task slip each");
    let serials: BTreeSet<String> = slips.into_iter().filter_map(|slip| slip.serial).collect();
    let wanted: BTreeSet<String> =
        (1..=TICKETS).map(|number| format!("任字〔2026〕{number}号")).collect();
    assert_eq!(serials, wanted, "numbered without a gap and without a double");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_dispatchers_never_send_one_message_twice() {
    let nodes = nodes().await;
    let looked = look_at_once(&nodes).await;
    let messages: usize = looked.iter().map(|one| one.messages).sum();
    assert!(messages >= TICKETS, "{messages} messages");

    let start = Arc::new(Barrier::new(nodes.len()));
    let sending = nodes.iter().map(|node| {
        let (dispatch, start) = (node.dispatch.clone(), Arc::clone(&start));
        tokio::spawn(async move {
            start.wait().await;
            dispatch.run_until_idle(at(DISPATCHED)).await.expect("the dispatch sends")
        })
    });
    let mut all = Dispatched::default();
    for dispatch in sending.collect::<Vec<_>>() {
        let done = dispatch.await.expect("no panic");
        assert!(done.claimed < messages, "the work is shared: {done:?}");
        all = all + done;
    }
    assert_eq!((all.claimed, all.sent, all.overtaken), (messages, messages, 0), "{all:?}");
    let mails = nodes[0].store.mailbox_list(100_000).await.expect("the store answers");
    assert_eq!(mails.len(), messages);
}
