//! What another policy set would do to running tickets, and the journal line that puts them under it.
//!
//! A ticket keeps the set of its dispatch until somebody says otherwise, ticket by ticket and in
//! its journal. The preview plays exactly the look that would follow, on a copy.

use crate::{
    core::{
        clock::Clock,
        cycle::advance,
        fact::{Fact, Line},
        org::Org,
        policy::PolicySet,
        record::Record,
        ticket::Ticket,
        timestamp::Timestamp,
    },
    engine::{EngineError, read_lines},
    rules::Rules,
    store::{Loaded, NewEntry},
};

/// What the set in force would change on one ticket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    pub ticket: String,
    pub unit: Option<String>,
    /// The policy before and after, by id.
    pub policy: (String, String),
    pub clocks: Vec<ClockChange>,
    /// Slips that would be issued at once, as `clock step slip`.
    pub slips: Vec<String>,
    /// Messages that would leave at once.
    pub messages: usize,
    /// Number of the journal's next line.
    next_seq: i64,
}

/// What would become of one clock that still waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClockChange {
    pub clock: String,
    pub round: u32,
    /// The due before; `None`: the clock starts with the change.
    pub before: Option<Timestamp>,
    /// The due after; `None`: the clock ends without a verdict.
    pub after: Option<Timestamp>,
}

/// What putting a ticket under the set in force would do at `now`; `None` where nothing would: it
/// has ended, is not dispatched yet, or is under that set already. `loaded.news` is the whole journal.
pub fn preview(
    loaded: &Loaded,
    rules: &Rules,
    now: Timestamp,
) -> Result<Option<Change>, EngineError> {
    let target = &rules.current;
    let mut lines = read_lines(&loaded.no, &loaded.news)?;
    let first = rules.first_of(&lines)?.unwrap_or(&rules.current);
    let before = Ticket::fold_over(&loaded.no, rules, first, lines.clone());
    if before.ended.is_some() || before.frozen.as_ref().is_none_or(|hash| *hash == target.hash) {
        return Ok(None);
    }
    let old = rules.set(&before.judged_by).unwrap_or(first);
    let next_seq = loaded.head_seq + 1;
    let record = Fact::Record(record(target, ""));
    lines.push(Line { seq: next_seq, at: now, fact: record });
    let after = Ticket::fold_over(&loaded.no, rules, first, lines);
    let policy = (name(&before, old), name(&after, target));
    let clocks = changed_clocks(&before, &after);
    let (slips, messages) = at_once(after, target, &rules.org, next_seq, now);
    let (ticket, unit) = (loaded.no.clone(), before.unit);
    Ok(Some(Change { ticket, unit, policy, clocks, slips, messages, next_seq }))
}

fn name(ticket: &Ticket, set: &PolicySet) -> String {
    ticket.policy(set).map(|policy| policy.id.clone()).unwrap_or_default()
}

fn at_once(
    mut ticket: Ticket,
    set: &PolicySet,
    org: &Org,
    next_seq: i64,
    now: Timestamp,
) -> (Vec<String>, usize) {
    let advance = advance(&mut ticket, set, org, next_seq + 1, now);
    let slip = |record: &Record| match record {
        Record::Slip { key, at, slip, .. } => Some(format!("{} {at} {slip}", key.clock.label())),
        _ => None, // only slips reach people
    };
    (advance.records().filter_map(slip).collect(), advance.messages.len())
}

fn changed_clocks(before: &Ticket, after: &Ticket) -> Vec<ClockChange> {
    let same = |one: &Clock, other: &Clock| {
        one.key.round == other.key.round
            && one.key.label() == other.key.label()
            && one.key.unit == other.key.unit
    };
    let open = |ticket: &Ticket| -> Vec<Clock> {
        ticket.clocks.iter().filter(|clock| clock.is_open()).cloned().collect()
    };
    let (was, is) = (open(before), open(after));
    let ended_or_moved = was.iter().map(|clock| {
        let now = is.iter().find(|other| same(clock, other)).map(|clock| clock.due);
        (clock, Some(clock.due), now)
    });
    let fresh = is
        .iter()
        .filter(|clock| !was.iter().any(|other| same(clock, other)))
        .map(|clock| (clock, None, Some(clock.due)));
    let changed = ended_or_moved.chain(fresh).filter(|(_, before, after)| before != after);
    changed
        .map(|(clock, before, after)| ClockChange {
            clock: clock.key.label(),
            round: clock.key.round,
            before,
            after,
        })
        .collect()
}

fn record(set: &PolicySet, policy: &str) -> Record {
    Record::Policy {
        set: set.id.clone(),
        version: set.version.clone(),
        hash: set.hash.clone(),
        policy: policy.to_owned(),
    }
}

impl Change {
    /// The journal line that puts the ticket under the set in force from `now` on.
    pub fn entry(&self, rules: &Rules, now: Timestamp) -> NewEntry {
        let record = Fact::Record(record(&rules.current, &self.policy.1));
        NewEntry {
            ticket: self.ticket.clone(),
            at: now,
            kind: record.kind().to_owned(),
            dedupe: Some(format!("policy/{}/{}", rules.current.hash, self.next_seq)),
            body: record.body(),
            contact: None,
        }
    }
}
