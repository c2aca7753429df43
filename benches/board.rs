//! How long the lists of the board take with 50,000 open tickets, on both databases.
//!
//! One line of JSON per question: the median of many askings, in milliseconds. A list must come
//! from the store in less than 100 ms.
//!
//! `cargo bench --bench board` measures and fails where a list is slower; without `--bench`, as
//! `cargo test` runs it, it is a short smoke test with few tickets.

#[path = "../tests/common/postgres.rs"]
mod postgres;

use std::{process::ExitCode, time::Duration};

use duban::{
    core::timestamp::Timestamp,
    store::{BoardFilter, BoardLine, BoardOrder, Store, Writes},
    wall::stopwatch,
};
use serde_json::json;

/// As the binary has it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const TICKETS_MEASURED: i64 = 50_000;
const TICKETS_TRIED: i64 = 500;
const LIST_MS_MAX: f64 = 100.0;
const UNITS: i64 = 120;
const HOUR_MS: i64 = 3_600_000;
const NOW: Timestamp = Timestamp(1_780_000_000_000);
/// Lines written at a time.
const BATCH: usize = 2_000;

fn main() -> ExitCode {
    let measure = std::env::args().any(|arg| arg == "--bench");
    let (tickets, times) = if measure { (TICKETS_MEASURED, 25) } else { (TICKETS_TRIED, 1) };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .expect("a runtime can be started");
    let slowest = runtime.block_on(async {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let file = format!("sqlite:{}", folder.path().join("duban.db").display());
        let sqlite = all("sqlite", &file, tickets, times).await;
        let postgres = all("postgresql", &postgres::database().await, tickets, times).await;
        sqlite.max(postgres)
    });
    if measure && slowest > LIST_MS_MAX {
        eprintln!("board: the slowest list took {slowest:.1} ms; {LIST_MS_MAX} at most");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

/// Fills a store and asks everything the pages ask; the slowest median in milliseconds.
async fn all(database: &str, url: &str, tickets: i64, times: usize) -> f64 {
    let store = Store::open(url).await.expect("it opens");
    store.migrate().await.expect("tables");
    fill(&store, tickets).await;
    let lists = lists(tickets);
    let mut slowest: f64 = 0.0;
    for (name, filter) in &lists {
        let mut spans = Vec::with_capacity(times);
        let mut lines = 0;
        for _ in 0..times {
            let begun = stopwatch();
            lines = store.board(filter).await.expect("it reads").len();
            spans.push(begun.elapsed());
        }
        slowest = slowest.max(told(database, name, tickets, lines, spans));
    }
    let mut spans = Vec::with_capacity(times);
    let mut lines = 0;
    for _ in 0..times {
        let begun = stopwatch();
        let tonight = NOW.plus_ms(10 * HOUR_MS);
        lines = store.board_counts(tonight, NOW).await.expect("it counts").len();
        spans.push(begun.elapsed());
    }
    slowest = slowest.max(told(database, "counts of the overview", tickets, lines, spans));
    let mut spans = Vec::with_capacity(times);
    for _ in 0..times {
        let begun = stopwatch();
        lines = store.board_units().await.expect("it reads").len();
        spans.push(begun.elapsed());
    }
    slowest = slowest.max(told(database, "units", tickets, lines, spans));
    store.close().await;
    slowest
}

/// Prints one measurement; its median in milliseconds.
fn told(database: &str, name: &str, tickets: i64, lines: usize, mut spans: Vec<Duration>) -> f64 {
    spans.sort_unstable();
    let median = spans.get(spans.len() / 2).copied().unwrap_or_default().as_secs_f64() * 1_000.0;
    let ms = (median * 100.0).round() / 100.0;
    let line = json!({
        "database": database, "list": name, "tickets": tickets, "lines": lines, "ms": ms,
    });
    println!("{line}");
    median
}

/// The lists as the pages ask for them; those that find little read the most.
fn lists(tickets: i64) -> Vec<(&'static str, BoardFilter)> {
    let any = || BoardFilter { limit: 51, ..BoardFilter::default() };
    let unit = |n: i64| format!("unit-{n:03}");
    let half: Vec<String> = (0..UNITS / 2).map(unit).collect();
    let far = Some((NOW.plus_ms(200 * HOUR_MS), tickets));
    let text = |text: &str| Some(text.to_owned());
    vec![
        ("all", any()),
        ("all, far behind", BoardFilter { after: far, ..any() }),
        ("oldest first", BoardFilter { order: BoardOrder::Oldest, ..any() }),
        ("newest first", BoardFilter { order: BoardOrder::Newest, ..any() }),
        ("due last", BoardFilter { order: BoardOrder::DueLast, ..any() }),
        ("half of the units", BoardFilter { units: Some(half), ..any() }),
        ("one unit", BoardFilter { units: Some(vec![unit(7)]), ..any() }),
        ("a unit without tickets", BoardFilter { units: Some(vec!["none".to_owned()]), ..any() }),
        ("red", BoardFilter { colour: text("red"), ..any() }),
        (
            "paused and red of one unit",
            BoardFilter {
                units: Some(vec![unit(7)]),
                state: text("paused"),
                colour: text("red"),
                ..any()
            },
        ),
        ("a policy nobody has", BoardFilter { policy: text("none"), ..any() }),
        ("overdue", BoardFilter { due_to: Some(NOW), ..any() }),
        (
            "in 24 hours",
            BoardFilter { due_from: Some(NOW), due_to: Some(NOW.plus_ms(24 * HOUR_MS)), ..any() },
        ),
        ("a part of a number", BoardFilter { number: text("049999"), ..any() }),
    ]
}

async fn fill(store: &Store, tickets: i64) {
    let lines: Vec<BoardLine> = (1..=tickets).map(line).collect();
    for batch in lines.chunks(BATCH) {
        let look = store.look(0, NOW).await.expect("a look");
        let writes = Writes { board: batch.to_vec(), ..Writes::default() };
        look.commit(&writes, NOW).await.expect("written");
    }
}

/// Spread as a city's tickets are: most run, few are red, some are overdue.
fn line(key: i64) -> BoardLine {
    let spread = key * 7_919 % 10_000;
    let pick = |share: i64| spread % 100 < share;
    BoardLine {
        ticket_key: key,
        ticket_no: format!("W260507-{key:06}"),
        unit: format!("unit-{:03}", key * 31 % UNITS),
        policy: ["general", "urgent", "consult", "enterprise"][(key % 4) as usize].to_owned(),
        stage: "accepted".to_owned(),
        state: if pick(6) { "paused" } else { "running" }.to_owned(),
        colour: if pick(2) {
            "red"
        } else if pick(9) {
            "yellow"
        } else {
            "none"
        }
        .to_owned(),
        clock: "resolve".to_owned(),
        due: NOW.plus_ms((spread - 1_500) * HOUR_MS / 20),
        since: NOW.plus_ms(-spread * HOUR_MS / 10),
        round: 1,
    }
}
