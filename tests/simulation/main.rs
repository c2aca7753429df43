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

use std::path::Path;

use rules::Versions;
use script::Size;

/// Seeds of the short form.
const SEEDS: u64 = 8;
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

#[test]
fn every_planted_fault_has_its_place() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = include_str!("planted.toml");
    let planted: toml::Table = text.parse().expect("the list is TOML");
    let faults = planted["fault"].as_array().expect("it lists faults");
    assert!(faults.len() >= 15);
    for fault in faults {
        let said = |key: &str| fault[key].as_str().expect("every fault says it").to_owned();
        let source = std::fs::read_to_string(root.join(said("file"))).expect("the file is there");
        assert_eq!(source.matches(&said("find")).count(), 1, "{}", said("name"));
        assert_ne!(said("find"), said("replace"), "{}", said("name"));
    }
}
