//! Counting, ticket by ticket, what a report will say.

use std::collections::BTreeMap;

use super::{
    glance::Glance,
    lists::Lists,
    row::{Instants, line, rows},
    scope::{Scope, Stretch},
    steps::{Issued, StepCount, StepName, count},
};
use crate::core::{
    calendar::Calendar,
    policy::PolicySet,
    rates::{Table, Within},
    ticket::Stage,
    timestamp::Timestamp,
};

/// Days the heat map of dues looks ahead.
pub const AHEAD_DAYS: i64 = 14;
/// Tickets named one by one where a list is of the worst.
pub const WORST: usize = 20;
const DAY_MS: i64 = 86_400_000;

/// What a unit's tickets of a period came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cohort {
    pub tickets: u64,
    pub with_due: u64,
    pub closed: u64,
    pub on_time: u64,
    pub late: u64,
    /// Past their due and not closed.
    pub overdue: u64,
    /// Minutes from the first word of it to its close.
    pub minutes: Vec<u64>,
}

/// How many now, and in the period before.
pub type Twice = [u64; 2];

/// A ticket that is open too long, or comes back.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hard {
    pub since: Timestamp,
    pub ticket: String,
    pub unit: String,
    pub rounds: u32,
    pub is_hung: bool,
    pub due: Option<Timestamp>,
}

/// Plain counts of a period: now, before, a year ago.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Flow {
    pub received: [u64; 3],
    pub proactive: [u64; 3],
    pub dispatched: u64,
    pub resolved: u64,
    pub ended: u64,
    pub redone: u64,
    pub open: u64,
    pub overdue: u64,
    pub hung: u64,
}

/// Everything counted so far.
#[derive(Debug)]
pub struct Gathering<'s> {
    pub scope: &'s Scope,
    pub calendar: &'s Calendar,
    pub tickets: u64,
    /// One table of rates for each part of the scope.
    pub tables: Vec<Table>,
    /// Rows that count, as lines two versions are compared by.
    pub lines: Vec<String>,
    pub flow: Flow,
    pub cohorts: BTreeMap<String, Cohort>,
    /// By item, place and unit.
    pub hot: [BTreeMap<String, Twice>; 3],
    /// Received, dispatched, accepted, contacted, resolved, answered, solved.
    pub funnel: [u64; 7],
    /// Dues by day from `as_of` on, and by clock: accept, contact, resolve, callback, others.
    pub heat: [[u64; AHEAD_DAYS as usize]; 5],
    pub steps: BTreeMap<StepName, StepCount>,
    pub lists: Lists,
    pub oldest: Vec<Hard>,
    pub returning: Vec<Hard>,
}

impl<'s> Gathering<'s> {
    pub fn new(scope: &'s Scope, calendar: &'s Calendar) -> Self {
        Self {
            scope,
            calendar,
            tickets: 0,
            tables: vec![Table::default(); scope.buckets.len()],
            lines: Vec::new(),
            flow: Flow::default(),
            cohorts: BTreeMap::new(),
            hot: Default::default(),
            funnel: [0; 7],
            heat: [[0; AHEAD_DAYS as usize]; 5],
            steps: BTreeMap::new(),
            lists: Lists::default(),
            oldest: Vec::new(),
            returning: Vec::new(),
        }
    }

    /// Counts one ticket; `set` judges it, `slips` are those it got, in their order.
    pub fn take(&mut self, set: &PolicySet, glance: &Glance, slips: &[Issued]) {
        let scope = self.scope;
        if scope.kind.is_list() {
            self.lists.take(scope, set, glance, slips);
            self.ahead(glance);
            return;
        }
        self.rates(set, glance);
        self.flow(set, glance);
        self.cohort(glance);
        self.standing(glance);
        self.ahead(glance);
        count(&mut self.steps, glance, slips, (scope.from, scope.to));
    }

    fn rates(&mut self, set: &PolicySet, glance: &Glance) {
        let scope = self.scope;
        let (Some(first), Some(last)) = (scope.buckets.first(), scope.buckets.last()) else {
            return;
        };
        let own = Instants::of(glance).within(first.from, last.to);
        if own.is_none() && glance.returned.is_empty() {
            return;
        }
        for (bucket, table) in scope.buckets.iter().zip(&mut self.tables) {
            let Some(rules) = &bucket.rules else { continue };
            let own = Instants::of(glance).within(bucket.from, bucket.to);
            if own.is_none() && glance.returned.is_empty() {
                continue;
            }
            for dated in rows(glance, set, rules, self.calendar, bucket.to) {
                let within = dated.at.within(bucket.from, bucket.to);
                if !within.is_none() {
                    let figures = table.units.entry(dated.row.unit.clone()).or_default();
                    figures.take_within(rules, &dated.row, within);
                }
                if bucket.counts && !within.is_none() {
                    self.lines.push(line(&dated.row, within, rules));
                }
            }
        }
        self.tickets +=
            u64::from(Instants::of(glance).within(scope.from, scope.to) != Within::default());
    }

    fn flow(&mut self, set: &PolicySet, glance: &Glance) {
        let scope = self.scope;
        let Some(began) = glance.began() else { return };
        let spans = [Some((scope.from, scope.to)), scope.before, scope.year_ago];
        let found = glance.is_proactive(set);
        for (place, span) in spans.into_iter().enumerate() {
            let lies = span.is_some_and(|span| is_in(span, Some(began)));
            self.flow.received[place] += u64::from(lies);
            self.flow.proactive[place] += u64::from(lies && found);
            if lies && place < 2 {
                self.heats(glance, place);
            }
        }
        let now = (scope.from, scope.to);
        let flow = &mut self.flow;
        flow.dispatched += u64::from(is_in(now, glance.dispatched));
        flow.resolved += u64::from(is_in(now, glance.resolved()));
        flow.ended += u64::from(is_in(now, glance.ended));
        let again = glance.rounds.iter().skip(1).filter(|round| is_in(now, Some(round.opened)));
        flow.redone += again.count() as u64;
        if is_in(now, Some(began)) {
            self.stages(glance);
        }
    }

    /// Where it comes up: its item, its place, its unit.
    fn heats(&mut self, glance: &Glance, place: usize) {
        let attributes = &glance.attributes;
        let of = |key: &str| attributes.more.get(key).and_then(|words| words.first());
        let item = of("item").or(attributes.category.as_ref());
        let spot = of("place").or(attributes.area.as_ref());
        for (counts, key) in self.hot.iter_mut().zip([item, spot, glance.unit.as_ref()]) {
            if let Some(key) = key {
                match counts.get_mut(key) {
                    Some(twice) => twice[place] += 1,
                    None => counts.entry(key.clone()).or_default()[place] += 1,
                }
            }
        }
    }

    fn stages(&mut self, glance: &Glance) {
        let is_worked = glance.resolved().is_some() || glance.stage >= Stage::Resolved;
        let solved = |answer: &crate::core::ticket::Answer| {
            let word = answer.said.solved.as_deref().and_then(crate::core::trigger::solved_word);
            word == Some(crate::core::trigger::Solved::Yes)
        };
        let passed = [
            true,
            glance.dispatched.is_some() || glance.unit.is_some(),
            glance.stage >= Stage::Accepted || glance.hops.iter().any(|hop| hop.accepted.is_some()),
            glance.contacts > 0,
            is_worked,
            !glance.answers.is_empty(),
            glance.answers.last().is_some_and(solved),
        ];
        for (count, passed) in self.funnel.iter_mut().zip(passed) {
            *count += u64::from(passed);
        }
    }

    /// What became of the ticket, at its unit.
    fn cohort(&mut self, glance: &Glance) {
        let now = (self.scope.from, self.scope.to);
        let (Some(unit), Some(began)) = (&glance.unit, glance.began()) else { return };
        if !is_in(now, Some(began)) {
            return;
        }
        let cohort = match self.cohorts.get_mut(unit) {
            Some(cohort) => cohort,
            None => self.cohorts.entry(unit.clone()).or_default(),
        };
        let clock = glance.clock("resolve");
        let resolved = glance.resolved();
        cohort.tickets += 1;
        cohort.with_due += u64::from(clock.is_some());
        cohort.closed += u64::from(resolved.is_some());
        match clock.and_then(|clock| clock.met(Timestamp::NEVER)) {
            Some(true) => cohort.on_time += 1,
            Some(false) if resolved.is_some() => cohort.late += 1,
            Some(false) => cohort.overdue += 1,
            None => {}
        }
        let minutes = resolved.map(|at| (at.since(began) / 60_000).max(0));
        cohort.minutes.extend(minutes.map(i64::cast_unsigned));
    }

    /// How it stands at the end.
    fn standing(&mut self, glance: &Glance) {
        let as_of = self.scope.as_of;
        if !glance.is_open_at(as_of) {
            return;
        }
        let running = || glance.clocks.iter().filter(|clock| clock.runs_at(as_of));
        let is_hung = glance.lies_beside("hung", as_of);
        self.flow.open += 1;
        self.flow.hung += u64::from(is_hung);
        self.flow.overdue += u64::from(running().any(|clock| clock.met(as_of) == Some(false)));
        let hard = Hard {
            since: glance.began().unwrap_or_default(),
            ticket: glance.no.clone(),
            unit: glance.unit.clone().unwrap_or_default(),
            rounds: glance.rounds.len() as u32,
            is_hung,
            due: running().filter(|clock| clock.is_own()).map(|clock| clock.due).min(),
        };
        if hard.rounds > 1 {
            keep(&mut self.returning, hard.clone());
        }
        keep(&mut self.oldest, hard);
    }

    /// What falls due in the days that follow.
    fn ahead(&mut self, glance: &Glance) {
        let as_of = self.scope.as_of;
        let names = ["accept", "contact", "resolve", "callback"];
        for clock in glance.clocks.iter().filter(|clock| clock.runs_at(as_of)) {
            let days = self.day(clock.due) - self.day(as_of);
            let day = usize::try_from(days).ok().filter(|day| *day < AHEAD_DAYS as usize);
            if let Some(day) = day.filter(|_| clock.due >= as_of) {
                let row = names.iter().position(|name| *name == clock.name).unwrap_or(4);
                self.heat[row][day] += 1;
            }
        }
    }

    /// Local days since some day.
    fn day(&self, at: Timestamp) -> i64 {
        let offset = self.calendar.zone().to_offset(at.jiff()).seconds();
        (at.0 + i64::from(offset) * 1_000).div_euclid(DAY_MS)
    }
}

fn is_in((from, to): Stretch, at: Option<Timestamp>) -> bool {
    at.is_some_and(|at| from <= at && at < to)
}

/// Keeps the oldest.
fn keep(list: &mut Vec<Hard>, hard: Hard) {
    let place = list.partition_point(|other| *other < hard);
    if place < WORST {
        list.insert(place, hard);
        list.truncate(WORST);
    }
}
