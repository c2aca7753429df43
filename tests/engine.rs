//! The engine over a real store against the simulator: the same core, the same outcome.

mod common;

use std::{collections::BTreeSet, sync::Arc};

use arc_swap::ArcSwap;
use duban::{
    core::{
        event::{Event, Kind},
        fact::{Fact, Line},
        org::Org,
        policy::PolicySet,
        ticket::Ticket,
        timestamp::Timestamp,
        wording::Templates,
    },
    engine::Engine,
    intake::files,
    policies,
    rules::Rules,
    secret::Key,
    simulate::{Pace, Replayed, replay},
    store::{NewEntry, SlipFilter, Store},
};

const NOW: Timestamp = Timestamp(1_800_000_000_000);

struct City {
    set: Arc<PolicySet>,
    org: Org,
    store: Store,
    engine: Engine,
    rules: Arc<ArcSwap<Rules>>,
    folder: tempfile::TempDir,
}

async fn city(name: &str) -> City {
    let loaded = policies::load_embedded(name, NOW).expect("the set is shipped");
    let set = loaded.set.expect("the shipped set is good");
    let org = loaded.org.unwrap_or_default();
    let folder = tempfile::tempdir().expect("a scratch folder");
    let url = format!("sqlite:{}", folder.path().join("duban.db").display());
    let store = Store::open(&url).await.expect("a fresh store opens");
    store.migrate().await.expect("a fresh store migrates");
    let key = Key::open(&folder.path().join("key")).expect("a fresh key");
    let templates = loaded.templates.expect("the shipped texts are good");
    let rules = Rules::new(Arc::clone(&set), org.clone(), templates);
    let rules = Arc::new(ArcSwap::from_pointee(rules));
    let engine = Engine::new(store.clone(), Arc::clone(&rules), key, 100);
    City { set, org, store, engine, rules, folder }
}

/// The events of every n-th ticket of a real city.
fn boston(every: usize) -> Vec<Event> {
    let mut events = Vec::new();
    let path = common::shared().join("data/events/boston_2013_2016.jsonl.zst");
    files::read(&path, |_, event| events.push(event), |bad| panic!("{bad}"))
        .expect("the file reads");
    let tickets: BTreeSet<String> = events.iter().map(|event| event.ticket.clone()).collect();
    let kept: BTreeSet<String> = tickets.into_iter().step_by(every).collect();
    events.retain(|event| kept.contains(&event.ticket));
    events.sort_by_key(|event| event.at);
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

/// Feeds events as they occur and looks whenever something is due.
async fn run_live(city: &City, events: &[Event], until: Timestamp) {
    let mut waiting = events.iter().filter(|event| event.at <= until).peekable();
    loop {
        let next_look = city.store.next_look().await.expect("the store answers");
        let next_event = waiting.peek().map(|event| event.at);
        let Some(now) = next_look.into_iter().chain(next_event).min().filter(|at| *at <= until)
        else {
            break;
        };
        let mut entries = Vec::new();
        while let Some(event) = waiting.next_if(|event| event.at <= now) {
            entries.push(entry(event));
        }
        city.store.append(&entries, now).await.expect("events are kept");
        city.engine.run_until_idle(now).await.expect("the engine looks");
    }
}

fn predicted(city: &City, events: &[Event], pace: Pace, until: Timestamp) -> Vec<Replayed> {
    let tickets: BTreeSet<&String> = events.iter().map(|event| &event.ticket).collect();
    tickets
        .into_iter()
        .map(|no| {
            let own = events.iter().filter(|event| event.ticket == *no).cloned().collect();
            replay(&city.set, &city.org, Ticket::new(no, &city.set), own, pace, until)
        })
        .collect()
}

async fn assert_same(city: &City, predicted: &[Replayed]) {
    let mut slips: BTreeSet<(String, i64)> = BTreeSet::new();
    let filter = SlipFilter { limit: 1_000_000, ..SlipFilter::default() };
    for slip in city.store.slips(&filter).await.expect("the store answers") {
        slips.insert((slip.key, slip.at.0));
    }
    let mut wanted = BTreeSet::new();
    for one in predicted {
        let no = &one.ticket.no;
        let row =
            city.store.ticket(no).await.expect("the store answers").expect("the ticket is there");
        let state: Ticket =
            serde_json::from_str(&row.state.expect("it was looked at")).expect("a state");
        assert_eq!(state, one.ticket, "state of {no}");
        let keys = |messages: Vec<String>| messages.into_iter().collect::<BTreeSet<_>>();
        let sent = city.store.messages(row.key).await.expect("the store answers");
        assert_eq!(
            keys(sent.into_iter().map(|row| row.message.key).collect()),
            keys(one.messages.iter().map(|message| message.key.clone()).collect()),
            "messages of {no}"
        );
        for (at, record) in one.records() {
            if let duban::core::record::Record::Slip { key, .. } = record {
                wanted.insert((key.text(no), at.0));
            }
        }
    }
    assert_eq!(slips, wanted, "slips");
    assert!(!slips.is_empty(), "the events make slips");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_engine_writes_what_simulate_predicts() {
    let city = city("external").await;
    let events = boston(40);
    let until = Timestamp::parse("2016-12-31T00:00:00Z").expect("an instant");
    run_live(&city, &events, until).await;
    assert_same(&city, &predicted(&city, &events, Pace::Live, until)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_look_after_an_import_is_what_one_look_predicts() {
    let city = city("external").await;
    let events = boston(10);
    let entries: Vec<NewEntry> = events.iter().map(entry).collect();
    city.store.append(&entries, NOW).await.expect("events are kept");
    city.engine.run_until_idle(NOW).await.expect("the engine looks");
    let heard: Vec<Event> = events.into_iter().filter(|event| event.at <= NOW).collect();
    assert_same(&city, &predicted(&city, &heard, Pace::OneLook, NOW)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn replay_equals_the_stored_state() {
    let city = city("external").await;
    let events = boston(100);
    let until = Timestamp::parse("2015-06-30T00:00:00Z").expect("an instant");
    run_live(&city, &events, until).await;
    for loaded in city.store.page(0, 100_000).await.expect("the store answers") {
        let lines = loaded
            .news
            .iter()
            .map(|row| Line {
                seq: row.seq,
                at: row.at,
                fact: Fact::read(&row.kind, &row.body).expect("a line reads"),
            })
            .collect();
        let again = Ticket::fold(&loaded.no, &city.set, lines);
        let stored: Ticket =
            serde_json::from_str(&loaded.state.expect("it was looked at")).expect("a state");
        assert_eq!(again, stored, "{}", loaded.no);
    }
}

const T0: Timestamp = Timestamp(1_778_116_320_000);
const DAY_MS: i64 = 86_400_000;

/// Seven tickets received at `T0` with a deadline three days on, looked at once.
async fn seven_tickets(city: &City) {
    let entries: Vec<NewEntry> = (1..=7)
        .map(|n| {
            let mut event = Event::new(format!("W{n}"), Kind::Received, T0);
            event.unit = Some("cx-scjg".to_owned());
            event.deadline = Some(T0.plus_ms(3 * DAY_MS));
            entry(&event)
        })
        .collect();
    city.store.append(&entries, T0).await.expect("events are kept");
    let looked = city.engine.run_until_idle(T0).await.expect("the engine looks");
    assert_eq!((looked.tickets, looked.parked), (7, 0));
}

/// Writes into the file of the store behind its back.
fn tamper(city: &City, sql: &str) {
    let file =
        rusqlite::Connection::open(city.folder.path().join("duban.db")).expect("the file opens");
    assert_eq!(file.execute(sql, []).expect("the statement is good"), 1, "{sql}");
}

async fn tickets_with_slips(city: &City) -> BTreeSet<String> {
    let filter = SlipFilter { limit: 1_000, ..SlipFilter::default() };
    let slips = city.store.slips(&filter).await.expect("the store answers");
    slips.into_iter().map(|slip| slip.ticket_no).collect()
}

/// The key of the slip `W3` will get.
fn slip_of(city: &City) -> String {
    let mut event = Event::new("W3", Kind::Received, T0);
    event.deadline = Some(T0.plus_ms(3 * DAY_MS));
    let ticket = Ticket::new("W3", &city.set);
    let late = T0.plus_ms(9 * DAY_MS);
    let one = replay(&city.set, &city.org, ticket, vec![event], Pace::OneLook, late);
    let key = one.records().find_map(|(_, record)| match record {
        duban::core::record::Record::Slip { key, .. } => Some(key.text("W3")),
        _ => None, // only slips have a row of their own
    });
    key.expect("a late ticket has a slip")
}

/// Damage to one ticket, given the key of its next slip.
type Spoil = fn(&str) -> String;

#[tokio::test(flavor = "multi_thread")]
async fn one_poisoned_ticket_silences_nobody() {
    let table: [(&str, Spoil); 5] = [
        ("a state that is no JSON", |_| "UPDATE ticket SET state = '{' WHERE no = 'W3'".to_owned()),
        ("a state that is no text", |_| {
            "UPDATE ticket SET state = CAST(X'7BFF7D' AS TEXT) WHERE no = 'W3'".to_owned()
        }),
        ("a set that is not kept", |_| {
            "UPDATE ticket SET state = json_set(state, '$.frozen', 'gone') WHERE no = 'W3'"
                .to_owned()
        }),
        ("a line that cannot be read", |_| {
            "UPDATE journal SET body = '[]' WHERE seq = 1 AND ticket_key = (SELECT key FROM ticket WHERE no = 'W3')".to_owned()
        }),
        ("a slip that is there already", |key| {
            format!(
            "INSERT INTO slip (key, ticket_key, ticket_no, round, clock, unit, step, kind, at_ms, recipients, state)
             VALUES ('{key}', 99, 'W99', 1, 'x', 'x', 'x', 'x', 0, '{{}}', 'open')")
        }),
    ];
    for (name, poison) in table {
        let city = city("external").await;
        seven_tickets(&city).await;
        tamper(&city, &poison(&slip_of(&city)));
        if name.starts_with("a line") {
            // Only a fold of the whole journal reads the line again.
            tamper(
                &city,
                "UPDATE ticket SET state = json_set(state, '$.judged_by', 'x') WHERE no = 'W3'",
            );
        }
        let late = T0.plus_ms(9 * DAY_MS);
        let looked = city.engine.run_until_idle(late).await.expect("the engine looks");
        assert_eq!((looked.tickets, looked.parked), (6, 1), "{name}");
        let mut told = tickets_with_slips(&city).await;
        told.remove("W99");
        let want: BTreeSet<String> = [1, 2, 4, 5, 6, 7].map(|n| format!("W{n}")).into();
        assert_eq!(told, want, "{name}");
        let next = city.store.next_look().await.expect("the store answers");
        assert_eq!(next, Some(late.plus_ms(3_600_000)), "{name}: it rests for an hour");
        let again = city.engine.run_until_idle(late).await.expect("the engine looks");
        assert!(again.is_idle(), "{name}: nothing is due meanwhile");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ticket_keeps_the_policies_of_its_dispatch() {
    let city = city("external").await;
    let at = |text: &str| Timestamp::parse(text).expect("an instant");
    let received = |no: &str, time: &str| {
        let mut event = Event::new(no, duban::core::event::Kind::Received, at(time));
        event.unit = Some("u".to_owned());
        event.deadline = Some(at("2026-06-01T00:00:00Z"));
        event
    };
    let look = async |event: &Event| {
        city.store.append(&[entry(event)], event.at).await.expect("the event is kept");
        city.engine.run_until_idle(event.at).await.expect("the engine looks");
    };
    let judged = async |no: &str| {
        let row = city.store.ticket(no).await.expect("the store answers").expect("the ticket");
        let state: Ticket = serde_json::from_str(&row.state.expect("a state")).expect("a state");
        (state.frozen, state.judged_by)
    };
    look(&received("OLD", "2026-05-01T00:00:00Z")).await;
    let old = city.set.hash.clone();

    // The same set at another version is another set.
    let mut sources = policies::sources("external").expect("the set is shipped");
    let text = sources.files.get_mut("policies.toml").expect("its policies");
    *text = text.replacen("version = \"", "version = \"next-", 1);
    let loaded = policies::load(&sources, NOW);
    let next = loaded.set.expect("the changed set is good");
    assert_ne!(next.hash, old);
    let before = city.rules.load_full();
    let files = |files: &std::collections::BTreeMap<String, String>| {
        serde_json::to_string(files).expect("texts are JSON")
    };
    let first = policies::load_embedded("external", NOW).expect("the set is shipped");
    city.store
        .keep_policy_set(&old, "external", "first", &files(&first.files), NOW)
        .await
        .expect("the set is kept");
    let rules =
        Rules::new(Arc::clone(&next), Org::clone(&before.org), Templates::clone(&before.templates));
    let rules = rules.with_frozen(&city.store, NOW).await.expect("the old set is found again");
    city.rules.store(Arc::new(rules));

    let mut later = received("OLD", "2026-05-02T00:00:00Z");
    later.kind = duban::core::event::Kind::Progress;
    look(&later).await;
    look(&received("NEW", "2026-05-02T00:00:00Z")).await;
    assert_eq!(judged("OLD").await, (Some(old.clone()), old));
    assert_eq!(judged("NEW").await, (Some(next.hash.clone()), next.hash.clone()));
}
