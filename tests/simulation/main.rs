//! The whole daemon on virtual time, with a seed that decides what happens when and what fails.
//!
//! Nodes share one store; each of their tasks stops at every boundary (before a transaction, before
//! its commit, after it, before a letter leaves), where it may be told of an error, lose its answer,
//! stay for a while, or die with its node. After it all, every step that fell due must stand in the
//! journal once, and the audit must find nothing. The long form is `cargo run --release --example
//! simulate-faults -- --seeds 1000`.

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

use rules::Versions;
use script::Size;

/// Seeds of the short form.
const SEEDS: u64 = 12;
const SIZE: Size = Size { tickets: 40, days: 400 };

#[tokio::test]
async fn whatever_fails_every_step_fires_once() {
    let versions = Versions::read();
    let mut days = 0;
    for seed in 0..SEEDS {
        let summary =
            world::live(seed, SIZE, &versions).await.unwrap_or_else(|wrong| panic!("{wrong}"));
        days += summary.ticket_days;
        println!("seed {seed}: {summary:?}");
    }
    println!("{} ticket-years", days / 365);
}

#[tokio::test]
async fn a_seed_lives_the_same_life_again() {
    let versions = Versions::read();
    for seed in [3, 5] {
        let first =
            world::live(seed, SIZE, &versions).await.unwrap_or_else(|wrong| panic!("{wrong}"));
        let again =
            world::live(seed, SIZE, &versions).await.unwrap_or_else(|wrong| panic!("{wrong}"));
        assert_eq!(first, again, "seed {seed}");
    }
}
