//! The main job with nothing made up: real tickets of a real city, the real binary, a real
//! mail server and a real SMS gateway process, and `kill -9` while all of it works.
//!
//! Needs the Debian packages postfix (`smtp-sink`) and python3; a missing one fails the test
//! and is named.

#[path = "../common/boston.rs"]
mod boston;
mod city;
#[path = "../common/mod.rs"]
mod common;
#[path = "../common/daemon.rs"]
mod daemon;
#[path = "../common/gateway.rs"]
mod gateway;
mod kills;
mod ledger;
#[path = "../common/process.rs"]
mod process;
#[path = "../common/run.rs"]
mod run;
mod servers;
#[path = "../common/wait.rs"]
mod wait;

use std::collections::{BTreeMap, BTreeSet};

use duban::wall::stopwatch;

use city::City;
use daemon::Daemon;
use kills::{Chance, Kill};
use ledger::Ledger;
use servers::{Arrival, Servers};

/// How often the daemon is killed.
const KILLS: usize = 60;
/// Kills that have to fall while messages or looks are still waiting.
const KILLS_IN_WORK_MIN: usize = 50;
/// Where the chance of the kills begins; another number is another test.
const SEED: u64 = 12_345;

#[test]
fn the_daemon_sends_what_simulate_predicts() {
    let city = City::with_every(10);
    let servers = Servers::start();
    city.import();
    let predicted = city.predict();
    city.configure(&servers, 1);
    let daemon = Daemon::start(&city.config(), &city.log(), &[]);
    finish(&city, daemon);

    let arrivals = servers.arrivals();
    assert_eq!(Ledger::of(&city).slips(), predicted.slips, "slips");
    assert_eq!(keys_sent(&city), predicted.keys(), "messages that were sent");
    assert_eq!(arrivals.len(), predicted.messages.len(), "each message arrived once");
    assert_arrived(&city, &predicted.messages, &arrivals);
    assert_counts(&city, &predicted.messages, &arrivals);
}

#[test]
fn kill_9_loses_nothing_and_doubles_only_what_was_on_its_way() {
    let city = City::with_every(1);
    let servers = Servers::start();
    city.import();
    let predicted = city.predict();
    assert!(city.tickets >= 2_000, "{} tickets", city.tickets);
    assert!(predicted.messages.len() >= 2_000, "{} messages", predicted.messages.len());

    let began = stopwatch();
    let mut chance = Chance::new(SEED);
    let mut kills: Vec<Kill> = Vec::new();
    for life in 1..=KILLS {
        city.configure(&servers, life);
        let mut daemon = Daemon::start(&city.config(), &city.log(), &[]);
        let moment = chance.moment();
        moment.wait(&city, &servers, &mut daemon);
        daemon.kill();
        let ledger = Ledger::of(&city);
        kills.push(Kill { moment, in_work: ledger.is_in_work(), sent: ledger.sent() });
    }
    city.configure(&servers, KILLS + 1);
    finish(&city, Daemon::start(&city.config(), &city.log(), &[]));
    let in_work = kills.iter().filter(|kill| kill.in_work).count();
    assert!(in_work >= KILLS_IN_WORK_MIN, "only {in_work} kills fell into the work");

    let ledger = Ledger::of(&city);
    assert_eq!(ledger.slips(), predicted.slips, "nothing is missing and no slip is doubled");
    assert_eq!(ledger.slips_in_journal(), predicted.slips, "each slip is journalled once");
    assert_eq!(keys_sent(&city), predicted.keys(), "messages that were sent");
    ledger.assert_whole();
    city.audit();

    let arrivals = servers.arrivals();
    assert_arrived(&city, &predicted.messages, &arrivals);
    let doubled = assert_only_killed_messages_came_again(&arrivals, &kills);
    let most = arrivals_by_id(&arrivals).values().map(Vec::len).max().unwrap_or_default();
    println!(
        "{} tickets, {} slips, {} messages; {KILLS} kills ({in_work} in the work: {}) in {:.0} s; \
         {doubled} messages came again, one of them {most} times",
        city.tickets,
        predicted.slips.len(),
        predicted.messages.len(),
        kills::told(&kills),
        began.elapsed().as_secs_f64(),
    );
}

/// Waits until nothing waits, then asks the daemon to stop.
fn finish(city: &City, mut daemon: Daemon) {
    wait::until("nothing waits in the store", || {
        daemon.assert_runs();
        (!Ledger::of(city).is_in_work()).then_some(())
    });
    daemon.tell("TERM");
    assert!(daemon.ended().success(), "an asked daemon ends well");
}

fn keys_sent(city: &City) -> BTreeSet<String> {
    Ledger::of(city).sent().into_iter().collect()
}

fn arrivals_by_id(arrivals: &[Arrival]) -> BTreeMap<&str, Vec<&Arrival>> {
    let mut by_id: BTreeMap<&str, Vec<&Arrival>> = BTreeMap::new();
    for arrival in arrivals {
        by_id.entry(&arrival.message_id).or_default().push(arrival);
    }
    by_id
}

/// Every predicted message arrived, at its receiver, and nothing else did.
fn assert_arrived(city: &City, messages: &[city::Predicted], arrivals: &[Arrival]) {
    let by_id = arrivals_by_id(arrivals);
    let mut unexpected: BTreeSet<&str> = by_id.keys().copied().collect();
    for message in messages {
        let id = message.message_id();
        let came = by_id.get(id.as_str()).unwrap_or_else(|| panic!("{} is missing", message.key));
        for arrival in came {
            assert_eq!(arrival.to, city.address(message), "receiver of {}", message.key);
        }
        unexpected.remove(id.as_str());
    }
    assert!(unexpected.is_empty(), "nobody predicted {unexpected:?}");
}

/// Each receiver got as many messages as predicted.
fn assert_counts(city: &City, messages: &[city::Predicted], arrivals: &[Arrival]) {
    let mut wanted: BTreeMap<String, usize> = BTreeMap::new();
    for message in messages {
        *wanted.entry(city.address(message)).or_default() += 1;
    }
    let mut got: BTreeMap<String, usize> = BTreeMap::new();
    for arrival in arrivals {
        *got.entry(arrival.to.clone()).or_default() += 1;
    }
    assert_eq!(got, wanted, "messages per receiver");
}

/// A message came again only in a later life, and only if the life before was killed between
/// the server's yes and our commit: at the kill the store did not have it as sent. Each time it
/// came again cost a kill of its own, and no kill doubled more than is claimed at one time.
/// Returns how many messages came again.
fn assert_only_killed_messages_came_again(arrivals: &[Arrival], kills: &[Kill]) -> usize {
    let mut in_flight = vec![0_usize; kills.len() + 1];
    let mut doubled = 0;
    for (id, came) in arrivals_by_id(arrivals) {
        let mut lives: Vec<usize> = came.iter().map(|arrival| arrival.life).collect();
        lives.sort_unstable();
        for pair in lives.windows(2) {
            let (before, after) = (pair[0], pair[1]);
            assert_ne!(before, after, "{id} came twice within one life");
            let kill = &kills[before - 1];
            assert!(!kill.sent_ids().contains(id), "{id} was sent, and sent again");
            in_flight[before] += 1;
        }
        doubled += usize::from(lives.len() > 1);
    }
    for (life, count) in in_flight.iter().enumerate() {
        assert!(*count <= city::CLAIMED, "kill {life} doubled {count} messages");
    }
    doubled
}
