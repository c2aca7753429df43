//! The yearly summary of a city with 410,000 tickets, beside the limit it has to stay under.
//!
//! A few hundred tickets live through a year under the reference set, in virtual time; their rows
//! are then copied until the store is as full as asked for. What is timed is the report alone:
//! reading every state, counting, composing. One line of JSON.
//!
//! `cargo bench --bench report -- --n 410000` measures; without `--bench`, as `cargo test` runs it,
//! it is a short smoke test that the report counts every ticket.

use std::{path::Path, process::ExitCode, sync::Arc};

use arc_swap::ArcSwap;
use duban::{
    core::{
        event::{Event, Kind as Said},
        fact::Fact,
        report::{Cell, Kind, When},
        timestamp::Timestamp,
    },
    engine::Engine,
    policies,
    report::{Ask, report},
    rules::Rules,
    secret::Key,
    store::{NewEntry, Store},
    wall::stopwatch,
};
use serde_json::json;

/// As the binary has it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Tickets where nobody says how many: to measure, and to see that it works.
const TICKETS_MEASURED: usize = 410_000;
const TICKETS_TRIED: usize = 1_000;
/// Those that are lived through, not copied.
const LIVED: usize = 200;
/// How long the report may take.
const LIMIT_SECONDS: f64 = 5.0;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let measure = args.iter().any(|arg| arg == "--bench");
    let given = args.iter().position(|arg| arg == "--n").and_then(|at| args.get(at + 1));
    let tickets = match given.map(|text| text.parse()) {
        Some(Ok(tickets)) => tickets,
        Some(Err(_)) => {
            eprintln!("report: `--n` takes a number of tickets, for example `--n 410000`");
            return ExitCode::from(2);
        }
        None if measure => TICKETS_MEASURED,
        None => TICKETS_TRIED,
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .expect("a runtime can be started");
    runtime.block_on(year(tickets));
    ExitCode::SUCCESS
}

async fn year(tickets: usize) {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let file = folder.path().join("city.db");
    let url = format!("sqlite:{}", file.display());
    let now = at("2026-01-05T09:00:00+08:00");
    let loaded = policies::load_embedded("cn", now).expect("a shipped set");
    let (set, org) = (loaded.set.expect("a good set"), loaded.org.unwrap_or_default());
    let rules = Rules::new(set, org, loaded.templates.expect("its texts"));
    let key = Key::open(&folder.path().join("key")).expect("a fresh key");
    live(&url, rules.clone(), key).await;
    let copies = tickets.div_ceil(LIVED).max(1);
    copy(&file, copies);
    let count = (copies * LIVED) as u64;

    let store = Store::open(&url).await.expect("the store opens");
    let when = When::parse("2025").expect("a period");
    let began = stopwatch();
    let made = report(&store, &rules, Ask::new(Kind::Year, when), now).await.expect("a report");
    let seconds = began.elapsed().as_secs_f64();
    let flow = made.document.section("flow").expect("the overview");
    assert_eq!(flow.rows[0][1], Cell::Count(count), "every ticket is counted");
    let line = json!({
        "work": "report year",
        "n": count,
        "seconds": (seconds * 1_000.0).round() / 1_000.0,
        "limit_seconds": LIMIT_SECONDS,
        "ratio": (LIMIT_SECONDS / seconds * 100.0).round() / 100.0,
    });
    println!("{line}");
    store.close().await;
}

fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).expect("an instant")
}

/// Tickets over the year: most done in time, some late, some answered badly, some never done.
async fn live(url: &str, rules: Rules, key: Key) {
    let store = Store::open(url).await.expect("a fresh store opens");
    store.migrate().await.expect("a fresh store migrates");
    let rules = Arc::new(ArcSwap::from_pointee(rules));
    let engine = Engine::new(store.clone(), rules, key, 1_000);
    let mut events = Vec::new();
    for n in 0..LIVED {
        let begun = at("2025-01-02T09:00:00+08:00").plus_ms(n as i64 * 43 * 3_600_000);
        let unit = ["cx-scjg", "cx-cgj"][n % 2];
        let mut tell = |kind: &str, hours: i64, said: &[(&str, &str)]| {
            let mut event =
                Event::new(format!("Y{n}"), Said::of(kind), begun.plus_ms(hours * 3_600_000));
            event.unit = Some(unit.to_owned());
            event.category = Some(["投诉/电梯", "求助/供水", "投诉/物业"][n % 3].to_owned());
            for (key, value) in said {
                event.data.insert((*key).to_owned(), (*value).into());
            }
            events.push(event);
        };
        tell("dispatched", 0, &[("place", ["东街", "西街"][n % 2])]);
        tell("accepted", 1, &[]);
        tell("contacted", if n % 9 == 0 { 60 } else { 3 }, &[]);
        if n % 20 != 0 {
            tell("resolved", if n % 7 == 0 { 400 } else { 50 }, &[("result_text", "x")]);
            let solved = if n % 11 == 0 { "部分解决" } else { "已解决" };
            let said = [
                ("contacted", "yes"),
                ("solved", solved),
                ("satisfied", "满意"),
                ("call", "c"),
                ("via", "phone"),
            ];
            tell("answered", if n % 7 == 0 { 420 } else { 70 }, &said);
        }
    }
    events.sort_by_key(|event| event.at);
    for event in events {
        let now = event.at;
        while let Some(due) = store.next_look().await.expect("it answers").filter(|due| *due < now)
        {
            engine.run_until_idle(due).await.expect("the engine looks");
        }
        let entry = NewEntry {
            ticket: event.ticket.clone(),
            at: now,
            kind: event.kind.name().to_owned(),
            dedupe: Some(event.dedupe_key()),
            body: Fact::Event(event).body(),
            contact: None,
        };
        store.append(&[entry], now).await.expect("the event is kept");
        engine.run_until_idle(now).await.expect("the engine looks");
    }
    store.close().await;
}

/// Every ticket, slip and message so many times, under numbers of its own.
fn copy(file: &Path, copies: usize) {
    let store = rusqlite::Connection::open(file).expect("the file opens");
    let sql = format!(
        "PRAGMA synchronous = OFF;
         BEGIN;
         UPDATE outbox SET state = 'sent', done_at_ms = created_ms;
         CREATE TEMP TABLE n AS WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < {copies})
           SELECT n FROM n WHERE n < {copies};
         INSERT INTO ticket (key, no, head_seq, head_hash, applied_seq, next_look_ms, unit, policy, stage, open, created_ms, state, book)
           SELECT key + n * 100000, no || '-' || n, head_seq, head_hash, applied_seq, NULL, unit, policy, stage, open, created_ms,
                  replace(state, '\"no\":\"' || no || '\"', '\"no\":\"' || no || '-' || n || '\"'), book
           FROM n, ticket WHERE book = 'ticket';
         INSERT INTO slip (id, key, ticket_key, ticket_no, round, clock, unit, step, kind, due_ms, at_ms, reply_due_ms, recipients, state)
           SELECT id + n * 1000000, replace(key, ticket_no || '/', ticket_no || '-' || n || '/'), ticket_key + n * 100000,
                  ticket_no || '-' || n, round, clock, unit, step, kind, due_ms, at_ms, reply_due_ms, recipients, state
           FROM n, slip;
         INSERT INTO outbox (id, key, ticket_key, state, offer_at_ms, attempt, created_ms, done_at_ms, message)
           SELECT id + n * 1000000, key || '-' || n, ticket_key + n * 100000, state, offer_at_ms, attempt, created_ms, done_at_ms, message
           FROM n, outbox;
         COMMIT;"
    );
    store.execute_batch(&sql).expect("the rows are copied");
}
