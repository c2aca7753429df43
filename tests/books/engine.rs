//! The engine against the simulation where tickets tell each other, on both databases.

use std::{collections::BTreeMap, sync::Arc};

use arc_swap::ArcSwap;
use duban::{
    audit,
    core::{
        book::Book,
        event::{Event, Kind},
        fact::Fact,
        org::Org,
        policy::PolicySet,
        ticket::Ticket,
        timestamp::Timestamp,
    },
    engine::Engine,
    rules::Rules,
    secret::Key,
    simulate::{Pace, Together, replay_together},
    store::{NewEntry, Store, TicketFilter},
};
use serde_json::{Value, json};

use super::{place::reference_with, postgres};

const TRIGGERS: &str = r#"
[[trigger]]
id = "burst"
on = ["dispatched"]
key = ["area", "item"]
count = 4
window = "1h"
once_per = "6h"
add = "grouped"
to = ["each", "new"]
opens = { kind = "missed_call", event = "triggered", unit = "cx-cg" }

[[trigger]]
id = "again"
on = ["dispatched"]
key = ["caller", "item"]
count = 2
distinct = true
window = "90d"
add = "repeated"
to = "this"
with = { repeat_no = "{count}", repeat_of = "{first}" }

[[trigger]]
id = "after_closing"
arm = ["evaluated", "closed"]
on = ["dispatched"]
key = ["caller", "item"]
window = "30d"
add = "repeat_within_30d"
to = "armed"

[[trigger]]
id = "harder"
on = ["redo"]
key = ["ticket"]
add = "level_raised"
to = "this"
"#;

struct City {
    set: Arc<PolicySet>,
    org: Org,
    store: Store,
    engine: Engine,
    rules: Arc<ArcSwap<Rules>>,
}

/// A city on a fresh database of this address, and the folder it may need.
async fn city(url: &str, folder: &std::path::Path, batch: i64) -> City {
    let loaded = reference_with(TRIGGERS);
    let set = loaded.set.expect("the set is good");
    let org = loaded.org.unwrap_or_default();
    let store = Store::open(url).await.expect("a fresh store opens");
    store.migrate().await.expect("a fresh store migrates");
    let key = Key::open(&folder.join("key")).expect("a fresh key");
    let templates = loaded.templates.expect("good texts");
    let rules = Rules::new(Arc::clone(&set), org.clone(), templates);
    let rules = Arc::new(ArcSwap::from_pointee(rules));
    let engine = Engine::new(store.clone(), Arc::clone(&rules), key, batch);
    City { set, org, store, engine, rules }
}

fn at(minute: i64) -> Timestamp {
    let start = Timestamp::parse("2026-05-06T09:00:00+08:00").expect("an instant");
    start.plus_ms(minute * 60_000)
}

fn event(ticket: &str, kind: &str, minute: i64, data: Value) -> Event {
    let mut event = Event::new(ticket, Kind::of(kind), at(minute));
    event.unit = Some("cx-cg".to_owned());
    event.category = Some("投诉/城管".to_owned());
    event.urgency = Some("一般".to_owned());
    event.area = Some("城西区".to_owned());
    if let Value::Object(data) = data {
        event.data = data;
    }
    event
}

/// Two places, three callers, tickets that close and come again, and two events that come late.
fn stream() -> Vec<Event> {
    let mut events = Vec::new();
    for n in 0..24_i64 {
        let (item, caller) = (["噪声", "电梯"][n as usize % 2], ["甲", "乙", "丙"][n as usize % 3]);
        let no = format!("W{n:03}");
        let said = json!({ "item": item, "caller": caller });
        events.push(event(&no, "dispatched", n * 7, said));
        events.push(event(&no, "accepted", n * 7 + 3, json!({})));
        if n % 4 == 0 {
            events.push(event(&no, "resolved", n * 7 + 5, json!({})));
            let answer = if n % 8 == 0 { "yes" } else { "no" };
            events.push(event(&no, "answered", n * 7 + 6, json!({ "solved": answer })));
        }
    }
    for n in 0..4 {
        let mut call =
            event(&format!("C{n}"), "missed_call", 20 + n * 5, json!({ "phone_hash": "p1" }));
        call.unit = None;
        events.push(call);
    }
    let mut late = event("C9", "connected", 27, json!({ "phone_hash": "p1" }));
    late.arrived = Some(at(200));
    events.push(late);
    let mut late = event("W099", "dispatched", 10, json!({ "item": "噪声", "caller": "丁" }));
    late.arrived = Some(at(170));
    events.push(late);
    events.sort_by_key(|event| event.arrived.unwrap_or(event.at).max(event.at));
    events
}

fn entry(event: &Event) -> NewEntry {
    NewEntry {
        ticket: event.ticket.clone(),
        at: event.at,
        kind: event.kind.name().to_owned(),
        dedupe: Some(event.dedupe_key()),
        body: Fact::Event(event.clone()).body(),
        contact: None,
    }
}

async fn run_live(city: &City, events: &[Event], until: Timestamp) {
    let arrival = |event: &&Event| event.arrived.unwrap_or(event.at).max(event.at);
    let mut waiting = events.iter().filter(|event| event.at <= until).peekable();
    loop {
        let next_look = city.store.next_look().await.expect("the store answers");
        let next_event = waiting.peek().map(arrival);
        let Some(now) = next_look.into_iter().chain(next_event).min().filter(|at| *at <= until)
        else {
            break;
        };
        let mut entries = Vec::new();
        while let Some(event) = waiting.next_if(|event| arrival(event) <= now) {
            entries.push(entry(event));
        }
        city.store.append(&entries, now).await.expect("events are kept");
        city.engine.run_until_idle(now).await.expect("the engine looks");
    }
}

/// States of tickets and books, and the keys of messages, by number.
type Outcome = (BTreeMap<String, Value>, BTreeMap<String, Vec<String>>);

fn predicted(together: &Together) -> Outcome {
    let value = |ticket: &Ticket| serde_json::to_value(ticket).expect("it is JSON");
    let tickets = together.tickets.iter().map(|(no, one)| (no.clone(), value(&one.ticket)));
    let books = together
        .books
        .iter()
        .map(|(no, one)| (no.clone(), serde_json::to_value(&one.book).expect("it is JSON")));
    let messages = together.tickets.iter().map(|(no, one)| {
        let mut keys: Vec<String> = one.messages.iter().map(|one| one.key.clone()).collect();
        keys.sort();
        (no.clone(), keys)
    });
    (tickets.chain(books).collect(), messages.filter(|(_, keys)| !keys.is_empty()).collect())
}

async fn written(city: &City) -> Outcome {
    let (mut states, mut messages) = (BTreeMap::new(), BTreeMap::new());
    for named in city.store.names(0, 1_000).await.expect("the store answers") {
        let row = city.store.ticket(&named.no).await.expect("it reads").expect("it is there");
        let text = row.state.expect("it was looked at");
        // Through the types, so that what is left out as empty compares as empty.
        let value = if named.no.starts_with('~') {
            serde_json::to_value(serde_json::from_str::<Book>(&text).expect("a book"))
        } else {
            serde_json::to_value(serde_json::from_str::<Ticket>(&text).expect("a ticket"))
        };
        states.insert(named.no.clone(), value.expect("it is JSON"));
        let rows = city.store.messages(row.key).await.expect("they read");
        let mut keys: Vec<String> = rows.into_iter().map(|row| row.message.key).collect();
        keys.sort();
        if !keys.is_empty() {
            messages.insert(named.no, keys);
        }
    }
    (states, messages)
}

async fn assert_predicted(city: &City, pace: Pace, until: Timestamp) {
    let want = replay_together(&city.set, &city.org, stream(), pace, until);
    let (states, messages) = written(city).await;
    let (want_states, want_messages) = predicted(&want);
    assert_eq!(states.keys().collect::<Vec<_>>(), want_states.keys().collect::<Vec<_>>());
    for (no, state) in &states {
        assert_eq!(state, &want_states[no], "{no}");
    }
    assert_eq!(messages, want_messages);
    let told: usize = want.books.values().map(|book| book.lines.len()).sum();
    assert!(told > 60, "the tallies heard a lot: {told} lines");
}

async fn assert_audited(city: &City, now: Timestamp) {
    let names = city.store.names(0, 1_000).await.expect("the store answers");
    let keys: Vec<i64> = names.iter().map(|name| name.key).collect();
    for whole in city.store.wholes(&keys).await.expect("they read") {
        let findings = audit::check(&whole, &city.rules.load(), now);
        let stuck = |one: &audit::Finding| matches!(one.fault, audit::Fault::Stuck { .. });
        let wrong: Vec<_> = findings.iter().filter(|one| !stuck(one)).collect();
        assert!(wrong.is_empty(), "{wrong:?}");
    }
}

async fn both(name: &str, batch: i64) -> Vec<(City, tempfile::TempDir)> {
    let mut cities = Vec::new();
    for postgres in [false, true] {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let url = if postgres {
            postgres::database().await
        } else {
            format!("sqlite:{}", folder.path().join(format!("{name}.db")).display())
        };
        cities.push((city(&url, folder.path(), batch).await, folder));
    }
    cities
}

#[tokio::test(flavor = "multi_thread")]
async fn the_engine_tells_what_simulate_predicts() {
    for batch in [3, 100] {
        for (city, _folder) in both("live", batch).await {
            let until = at(14 * 24 * 60);
            run_live(&city, &stream(), until).await;
            assert_predicted(&city, Pace::Live, until).await;
            assert_audited(&city, until).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_look_at_everything_tells_the_same() {
    for (city, _folder) in both("once", 5).await {
        let until = at(14 * 24 * 60);
        let entries: Vec<NewEntry> = stream().iter().map(entry).collect();
        city.store.append(&entries, until).await.expect("events are kept");
        city.engine.run_until_idle(until).await.expect("the engine looks");
        assert_predicted(&city, Pace::OneLook, until).await;
        assert_audited(&city, until).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn books_are_in_no_list_of_tickets() {
    for (city, _folder) in both("lists", 100).await {
        run_live(&city, &stream(), at(600)).await;
        let filter = TicketFilter::default();
        let rows = city.store.tickets(&filter, 1_000, 0).await.expect("they read");
        assert!(rows.iter().all(|row| !row.no.starts_with('~')), "a list of tickets");
        let page = city.store.page(0, 1_000).await.expect("they read");
        assert!(page.iter().all(|one| !one.no.starts_with('~')), "a page of tickets");
        let all = city.store.names(0, 1_000).await.expect("they read");
        assert!(all.iter().any(|one| one.no.starts_with("~tally/burst/")), "the audit sees them");
        let opened = rows.iter().filter(|row| row.no.starts_with("burst-")).count();
        assert_eq!(opened, 2, "one new ticket for each place");
    }
}
