//! The long form of the simulation: many seeds, and one seed again.
//!
//! ```text
//! cargo run --release --example simulate-faults -- --seeds 1000
//! cargo run --release --example simulate-faults -- --seed 4711
//! ```

mod chance;
mod checks;
mod gate;
mod node;
mod oracle;
mod post;
mod rules;
mod script;
mod weather;
mod world;

use std::{
    process::ExitCode,
    sync::atomic::{AtomicI64, AtomicU64, Ordering},
};

use clap::Parser;
use rules::Versions;
use script::Size;
use world::Summary;

/// Live through years of a city in which everything fails that can.
#[derive(Parser)]
struct Asked {
    /// One seed alone, with its whole summary
    #[arg(long, conflicts_with_all = ["seeds", "ticket_years"])]
    seed: Option<u64>,
    /// So many seeds
    #[arg(long, default_value_t = 100)]
    seeds: u64,
    /// Go on until so many ticket-years were lived through
    #[arg(long)]
    ticket_years: Option<i64>,
    /// The first seed
    #[arg(long, default_value_t = 0)]
    from: u64,
    /// Stop at the first seed that is wrong
    #[arg(long)]
    until_wrong: bool,
    /// Tickets of one city
    #[arg(long, default_value_t = 80)]
    tickets: usize,
    /// Days of one city
    #[arg(long, default_value_t = 400)]
    days: i64,
    /// Seeds lived through side by side
    #[arg(long, default_value_t = 2)]
    threads: usize,
}

fn main() -> ExitCode {
    let asked = Asked::parse();
    let size = Size { tickets: asked.tickets, days: asked.days };
    let first = asked.seed.unwrap_or(asked.from);
    let next = AtomicU64::new(first);
    let last = match (asked.seed, asked.ticket_years) {
        (Some(seed), _) => seed + 1,
        (None, Some(_)) => u64::MAX,
        (None, None) => first + asked.seeds,
    };
    let wanted = asked.ticket_years.unwrap_or(i64::MAX);
    let days = AtomicI64::new(0);
    let lives = std::thread::scope(|scope| {
        let live = || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            let runtime = runtime.expect("a runtime starts");
            let versions = Versions::read();
            let mut all = Vec::new();
            while days.load(Ordering::Relaxed) / 365 < wanted {
                let seed = next.fetch_add(1, Ordering::Relaxed);
                if seed >= last {
                    break;
                }
                let lived = runtime.block_on(world::live(seed, size, &versions));
                match &lived {
                    Ok(summary) => _ = days.fetch_add(summary.ticket_days, Ordering::Relaxed),
                    Err(_) if asked.until_wrong => next.store(last, Ordering::Relaxed),
                    Err(_) => {}
                }
                all.push((seed, lived));
            }
            all
        };
        let threads: Vec<_> = (0..asked.threads.max(1)).map(|_| scope.spawn(live)).collect();
        let lives = threads.into_iter().flat_map(|thread| thread.join().expect("a seed panicked"));
        lives.collect::<Vec<_>>()
    });
    tell(&asked, &lives)
}

fn tell(asked: &Asked, lives: &[(u64, Result<Summary, String>)]) -> ExitCode {
    let mut all = Summary::default();
    let mut wrong = 0;
    for (seed, lived) in lives {
        match lived {
            Err(why) => {
                wrong += 1;
                println!("{why}\n");
            }
            Ok(summary) => {
                if asked.seed.is_some() {
                    println!("seed {seed}: {summary:?}");
                }
                all = all + *summary;
            }
        }
    }
    println!(
        "{} seeds, {} ticket-years, {} slips, {} letters ({} more than once), {} dead nodes, {} failures: {wrong} seeds wrong",
        lives.len(),
        all.ticket_days / 365,
        all.slips,
        all.letters,
        all.repeated,
        all.crashes,
        all.failures,
    );
    if wrong == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
