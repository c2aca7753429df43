//! Both sides through one script, compared after every look.

use std::{collections::BTreeSet, fmt::Debug};

use super::{
    faults::Fault,
    journal::Journal,
    product::Product,
    sets::RULES,
    ticket::{State, Ticket},
    told::{Script, Told, Turn, due},
    worktime::{Minute, told},
};

/// What a comparison came across, so that nobody takes silence for agreement.
#[derive(Clone, Copy, Debug, Default)]
pub struct Seen {
    pub looks: usize,
    pub slips: usize,
    pub withdrawn: usize,
    pub refused: usize,
    pub met: usize,
    pub missed: usize,
}

/// Plays the script on both sides; the error says where they part.
pub fn play(script: &Script, fault: Option<Fault>) -> Result<Seen, String> {
    let mut journal = Journal::new(RULES.as_slice(), fault);
    let mut product = Product::new();
    let mut turns = in_time(script);
    let (mut ours, mut theirs) = (None, None);
    let mut seen = Seen::default();
    for looks in 1.. {
        let next = turns.first().map(|(at, _)| *at);
        let now = next.into_iter().chain(awake(script, ours)).chain(awake(script, theirs)).min();
        let Some(now) = now.filter(|now| *now <= script.until) else { break };
        let count = turns.iter().take_while(|(at, _)| *at <= now).count();
        let (mut events, mut changes) = (Vec::new(), false);
        for (_, turn) in turns.drain(..count) {
            match turn {
                Turn::Tell(event) => events.push(event),
                Turn::Rules(_) => changes = true,
                Turn::Down(..) => {}
            }
        }
        hear(&mut journal, &mut product, &events, changes.then_some(now));
        ours = journal.look(now);
        if theirs.is_none_or(|at| at <= now) || count > 0 {
            theirs = product.look(now).map_err(|what| format!("{}: {what}", told(now)))?;
        }
        seen = differ(&journal, &product, now)?;
        seen.looks = looks;
    }
    Ok(seen)
}

fn hear(
    journal: &mut Journal<'_>,
    product: &mut Product,
    events: &[Told],
    changes: Option<Minute>,
) {
    for event in events {
        journal.tell(event);
    }
    if !events.is_empty() {
        product.tell(events);
    }
    if let Some(at) = changes {
        journal.change_rules(at);
        product.change_rules(at);
    }
}

/// What happens when somebody hears of it.
fn in_time(script: &Script) -> Vec<(Minute, Turn)> {
    let heard = |turn: &Turn| match turn {
        Turn::Tell(event) => Some((awake(script, Some(event.heard))?, turn.clone())),
        // A minute after everything else that waited for the machine.
        Turn::Rules(at) => match awake(script, Some(*at))? {
            now if now == *at => Some((now, turn.clone())),
            now => Some((now + 1, turn.clone())),
        },
        Turn::Down(..) => None,
    };
    let mut turns: Vec<(Minute, Turn)> = script.turns.iter().filter_map(heard).collect();
    turns.sort_by_key(|(at, _)| *at);
    turns
}

/// Nobody hears or looks while the machine is down.
fn awake(script: &Script, at: Option<Minute>) -> Option<Minute> {
    script.turns.iter().fold(at, |at, turn| match (at, turn) {
        (Some(at), Turn::Down(from, to)) if *from <= at && at < *to => Some(*to),
        (at, _) => at,
    })
}

fn differ(journal: &Journal<'_>, product: &Product, now: Minute) -> Result<Seen, String> {
    let at = told(now);
    let clocks = clocks(&journal.now(now));
    same(&at, "clocks", &clocks, &product.clocks())?;
    let (slips, withdrawn) = (journal.slips(), journal.withdrawn());
    same(&at, "slips", &slips, &product.slips())?;
    same(&at, "withdrawn slips", &withdrawn, &product.withdrawn())?;
    let mut theirs = product.refused();
    for (event, why) in journal.refused() {
        match theirs.remove(&event.number) {
            Some(reason) if reason.contains(why) => {}
            other => return Err(format!("{at}: `{event}`: model {why:?}, duban {other:?}")),
        }
    }
    if !theirs.is_empty() {
        return Err(format!("{at}: refused by duban only: {theirs:?}"));
    }
    let of = |word: &str| clocks.iter().filter(|line| line.ends_with(word)).count();
    Ok(Seen {
        looks: 0,
        slips: slips.len(),
        withdrawn: withdrawn.len(),
        refused: journal.refused().len(),
        met: of(" met"),
        missed: of(" missed"),
    })
}

fn same<T: Ord + Debug>(
    at: &str,
    what: &str,
    model: &BTreeSet<T>,
    product: &BTreeSet<T>,
) -> Result<(), String> {
    if model == product {
        return Ok(());
    }
    let ours: Vec<&T> = model.difference(product).collect();
    let theirs: Vec<&T> = product.difference(model).collect();
    Err(format!("{at}: {what}\n  only the model: {ours:?}\n  only duban:     {theirs:?}"))
}

/// Every clock that runs, stands still or has its verdict, one a line.
fn clocks(ticket: &Ticket) -> BTreeSet<String> {
    let line = |watch: &super::ticket::Watch| {
        let name = format!("r{} {}/{}", watch.round, watch.clock.name, watch.turn);
        match watch.state {
            State::Running => Some(format!("{name} runs, {}", due(watch.due))),
            State::Paused(_) => Some(format!("{name} stands still, {}", due(watch.due))),
            State::Stopped { met: true } => Some(format!("{name} met")),
            State::Stopped { met: false } => Some(format!("{name} missed")),
            State::Cancelled | State::Replaced => None,
        }
    };
    ticket.watches.iter().filter_map(line).collect()
}
