//! The storm: very many steps fall due in the same instant.
//!
//! Each work is a city whose tickets all wait for one step. The engine looks until nothing is
//! due; beside it, in the same run and on a copy of the same file, a program written by hand
//! writes the same rows with the same bytes in the same batches and decides nothing: the limit
//! of what any engine could reach on this machine. One line of JSON per measurement.
//!
//! `cargo bench --bench storm -- --n 100000` measures; without `--bench`, as `cargo test` runs
//! it, it is a short smoke test that both sides write the same.

mod city;
mod limit;

use std::{path::Path, process::ExitCode};

use duban::wall::stopwatch;
use serde_json::json;

use city::{BATCH, City, Work};

/// As the binary has it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Tickets where nobody says how many: to measure, and to see that it works.
const TICKETS_MEASURED: usize = 100_000;
const TICKETS_TRIED: usize = 2_000;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let measure = args.iter().any(|arg| arg == "--bench");
    let given = args.iter().position(|arg| arg == "--n").and_then(|at| args.get(at + 1));
    let tickets = match given.map(|text| text.parse()) {
        Some(Ok(tickets)) => tickets,
        Some(Err(_)) => {
            eprintln!("storm: `--n` takes a number of tickets, for example `--n 100000`");
            return ExitCode::from(2);
        }
        None if measure => TICKETS_MEASURED,
        None => TICKETS_TRIED,
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .expect("a runtime can be started");
    for work in Work::ALL {
        runtime.block_on(storm(work, tickets));
    }
    ExitCode::SUCCESS
}

/// One work, measured twice: by the engine, and by hand on a copy of its file.
async fn storm(work: Work, tickets: usize) {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let (file, copy) = (folder.path().join("engine.db"), folder.path().join("limit.db"));
    let due = City::prepare(work, &file, tickets).await;
    std::fs::copy(&file, &copy).expect("a closed database is one file");

    let city = City::open(work, &file).await;
    let began = stopwatch();
    let looked = city.engine.run_until_idle(due).await.expect("the engine looks");
    let engine = began.elapsed().as_secs_f64();
    city.store.close().await;
    assert_eq!(looked.slips, tickets, "{}: each ticket's step issues its slip", work.name());

    let rows = limit::Rows::read(&file, due);
    let began = stopwatch();
    limit::write(&copy, &rows, BATCH);
    let by_hand = began.elapsed().as_secs_f64();
    assert!(limit::same(&file, &copy), "{}: both wrote the same", work.name());

    report(&format!("storm {}", work.name()), "engine", tickets, &rows, engine, by_hand / engine);
    report(&format!("storm {}", work.name()), "by hand", tickets, &rows, by_hand, 1.0);
}

fn report(work: &str, by: &str, steps: usize, rows: &limit::Rows, seconds: f64, ratio: f64) {
    let line = json!({
        "work": work,
        "by": by,
        "n": steps,
        "messages": rows.messages(),
        "seconds": rounded(seconds),
        "per_second": (steps as f64 / seconds).round(),
        "ratio": rounded(ratio),
    });
    println!("{line}");
}

fn rounded(number: f64) -> f64 {
    (number * 1_000.0).round() / 1_000.0
}

/// The address of a database file.
fn url(file: &Path) -> String {
    format!("sqlite:{}", file.display())
}
