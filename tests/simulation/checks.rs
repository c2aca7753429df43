//! What must hold, whatever happened.

use std::collections::{BTreeMap, BTreeSet};

use duban::{
    audit,
    core::{
        fact::Fact,
        record::{Record, StepKey},
        timestamp::Timestamp,
    },
    rules::Rules,
    store::{JournalRow, Whole},
};

use crate::{oracle, world::World};

/// Checks some tickets while the city lives.
pub async fn some(world: &World<'_>, from: usize, now: Timestamp) -> Result<(), String> {
    let names = world.store.names(from as i64, 20).await.expect("the store answers");
    let keys: Vec<i64> = names.iter().map(|name| name.key).collect();
    let rules = world.rules(now).await;
    check(world, &keys, &rules, now).await
}

/// Checks everything at the end.
pub async fn all(world: &World<'_>, now: Timestamp) -> Result<(), String> {
    let names = world.store.names(0, i64::MAX).await.expect("the store answers");
    let rules = world.rules(now).await;
    for names in names.chunks(200) {
        let keys: Vec<i64> = names.iter().map(|name| name.key).collect();
        check(world, &keys, &rules, now).await?;
    }
    let keys: Vec<i64> = names.iter().map(|name| name.key).collect();
    serials(world, &keys).await?;
    let orphans = world.store.orphans(10).await.expect("the store answers");
    if !orphans.is_empty() {
        return Err(format!("rows without a ticket: {orphans:?}"));
    }
    let heard: BTreeSet<&str> = names.iter().map(|name| name.no.as_str()).collect();
    match world.plain.keys().find(|no| !heard.contains(no.as_str())) {
        Some(lost) => Err(format!("{lost} was said and is not known")),
        None => Ok(()),
    }
}

/// Slips that were issued.
pub async fn slips(world: &World<'_>) -> usize {
    let names = world.store.names(0, i64::MAX).await.expect("the store answers");
    let keys: Vec<i64> = names.iter().map(|name| name.key).collect();
    let wholes = world.store.wholes(&keys).await.expect("the store answers");
    wholes.iter().map(|whole| whole.rest.slips.len()).sum()
}

async fn check(
    world: &World<'_>,
    keys: &[i64],
    rules: &Rules,
    now: Timestamp,
) -> Result<(), String> {
    for whole in world.store.wholes(keys).await.expect("the store answers") {
        if let Some(finding) = audit::check(&whole, rules, now).into_iter().next() {
            return Err(format!("the audit: {finding}\n{}", told(&whole)));
        }
        steps(world, &whole, now)
            .map_err(|wrong| format!("{}: {wrong}\n{}", whole.no, told(&whole)))?;
        outcomes(world, &whole)
            .map_err(|wrong| format!("{}: {wrong}\n{}", whole.no, told(&whole)))?;
    }
    Ok(())
}

/// Every step that fell due stands in the journal once, and no other.
fn steps(world: &World<'_>, whole: &Whole, now: Timestamp) -> Result<(), String> {
    let Some(plain) = world.plain.get(&whole.no) else { return Ok(()) };
    let withdrawn: BTreeSet<&str> = whole
        .rest
        .slips
        .iter()
        .filter(|slip| slip.state == "withdrawn")
        .map(|slip| slip.key.as_str())
        .collect();
    let mut version = String::new();
    let mut fired = BTreeSet::new();
    let mut skipped = BTreeSet::new();
    let mut taken_back = BTreeMap::new();
    for row in &whole.rest.journal {
        let Ok(Fact::Record(record)) = Fact::read(&row.kind, &row.body) else { continue };
        match record {
            Record::Policy { version: named, .. } => version = named,
            Record::Slip { key, .. } if withdrawn.contains(key.text(&whole.no).as_str()) => {
                taken_back.insert(place(&key), row.at.0);
            }
            Record::Slip { key, .. } if key.clock.round == 1 && !fired.insert(place(&key)) => {
                return Err(format!("{} fired twice and stands twice", key.text(&whole.no)));
            }
            Record::Skipped { key, .. } => _ = skipped.insert(place(&key)),
            _ => {}
        }
    }
    // The callback's clock hangs on what residents do.
    fired.retain(|(clock, ..)| clock != "callback");
    let due: BTreeMap<(String, u16, u16), i64> = oracle::due(plain, &version, now.0)
        .into_iter()
        .map(|((clock, step, repetition), at)| ((clock.to_owned(), step, repetition), at))
        .collect();
    let arrived = |kind: &str| {
        let heard = whole.rest.journal.iter().find(|row| row.kind == kind);
        heard.map_or(i64::MAX, |row| row.arrived.0)
    };
    for (step, at) in &due {
        if fired.contains(step) || skipped.contains(step) {
            continue;
        }
        // Nobody is told of a step whose clock was known to be over before anybody could look.
        let known = arrived("dispatched").max(*at);
        let looked = world.looked.partition_point(|looked| *looked < known);
        let looked = world.looked.get(looked).copied().unwrap_or(i64::MAX);
        let stop = if step.0 == "accept" { "accepted" } else { "resolved" };
        let known_over = arrived(stop).min(arrived("withdrawn")) <= looked;
        // And what was issued so late that its clock was over by then is taken back.
        let over = plain.stop(stop).unwrap_or(i64::MAX);
        let issued_over = taken_back.get(step).is_some_and(|issued| *issued >= over);
        if !known_over && !issued_over {
            return Err(format!(
                "{step:?} was due at {} and is not in the journal ({plain:?})",
                Timestamp(*at)
            ));
        }
    }
    if let Some(extra) = fired.iter().find(|step| !due.contains_key(*step)) {
        return Err(format!("{extra:?} stands and was never due ({plain:?})"));
    }
    Ok(())
}

fn place(key: &StepKey) -> (String, u16, u16) {
    (key.clock.name.clone(), key.step, key.repetition)
}

/// What the store calls sent has left the house.
fn outcomes(world: &World<'_>, whole: &Whole) -> Result<(), String> {
    let sent = whole.rest.messages.iter().filter(|message| message.state == "sent");
    for message in sent {
        let id: String = blake3::hash(message.key.as_bytes()).to_hex().chars().take(32).collect();
        if !world.post.has_taken(&id) {
            return Err(format!("{} is called sent and never left", message.key));
        }
    }
    Ok(())
}

/// Serials count from 1 without a gap, whatever was rolled back.
async fn serials(world: &World<'_>, keys: &[i64]) -> Result<(), String> {
    let mut series: BTreeMap<String, Vec<i64>> = BTreeMap::new();
    for whole in world.store.wholes(keys).await.expect("the store answers") {
        for row in &whole.rest.journal {
            let Ok(Fact::Record(Record::Slip { serial: Some(serial), .. })) =
                Fact::read(&row.kind, &row.body)
            else {
                continue;
            };
            let (name, number) = serial.split_once('〕').unwrap_or((&serial, ""));
            let number = number.trim_end_matches('号').parse();
            let number = number.map_err(|_| format!("`{serial}` is no serial"))?;
            series.entry(name.to_owned()).or_default().push(number);
        }
    }
    for (name, mut numbers) in series {
        numbers.sort_unstable();
        let wanted: Vec<i64> = (1..=numbers.len() as i64).collect();
        if numbers != wanted {
            return Err(format!("the serials of {name}〕 have gaps or doubles: {numbers:?}"));
        }
    }
    Ok(())
}

/// The journal of a ticket, for whoever looks for the fault.
fn told(whole: &Whole) -> String {
    let line = |row: &JournalRow| {
        let body: String = row.body.chars().take(200).collect();
        format!("  {} at {} arrived {} {} {body}", row.seq, row.at, row.arrived, row.kind)
    };
    let of_post = ["duban.sent", "duban.delivery", "duban.fell_back"];
    let lines = whole.rest.journal.iter().filter(|row| !of_post.contains(&row.kind.as_str()));
    lines.map(line).collect::<Vec<_>>().join("\n")
}
