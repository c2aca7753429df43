//! Which tickets stand on which list: today's work, what is overdue, what is hard.
//!
//! A section is a question to one ticket; a list is the answers of many, in the order of
//! their dues. The same tickets at the same instant give the same list.
//!
//! Invariants (tests/schedule.rs):
//! * `a_section_asks_one_thing`
//! * `a_list_is_in_the_order_of_dues`

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{
    calendar::Calendar,
    clock::{Clock, FiredAs},
    policy::{PolicySet, Selector},
    ticket::Ticket,
    timestamp::Timestamp,
    trigger::{Solved, satisfied_word, solved_word},
};

/// One part of a list.
#[derive(Clone, Debug)]
pub struct Section {
    pub id: String,
    pub zh: String,
    pub en: String,
    pub what: What,
    pub select: Selector,
}

/// What puts a ticket on a section.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// A clock of this name runs and is due before the local day is over.
    DueToday(String),
    /// A clock is past its due; of this name, or any.
    Overdue(Option<String>),
    /// A slip of these kinds stands on a clock that still runs.
    Slips(Vec<String>),
    /// A flag was raised; one of these, or any.
    Flags(Vec<String>),
    /// In this round or a later one.
    Rounds(u32),
    /// The last answer said unsolved or not satisfied.
    Unsatisfied,
    /// A policy of this name lies beside the ticket's own: `hung`, `leader` ...
    Beside(String),
    /// It ended on the local day.
    EndedToday,
}

/// One ticket on a section.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Row {
    pub due: Option<Timestamp>,
    pub ticket: String,
    /// The responsible unit.
    pub unit: String,
}

/// A section with its rows, as a message and the journal keep it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Filled {
    pub zh: String,
    pub en: String,
    /// How many there are; `rows` may hold only the first of them.
    pub count: usize,
    pub rows: Vec<Row>,
}

/// Rows a message shows of one section.
const SHOWN_MAX: usize = 100;

impl Section {
    /// The ticket's row, if it belongs here at `now`.
    pub fn row(&self, set: &PolicySet, ticket: &Ticket, now: Timestamp) -> Option<Row> {
        if !self.select.takes(&ticket.attributes) {
            return None;
        }
        let running = || ticket.clocks.iter().filter(|clock| clock.is_running());
        let named = |clock: &&Clock, name: &String| clock.key.name == *name;
        let soonest = |due: &mut dyn Iterator<Item = &Clock>| due.map(|clock| clock.due).min();
        let due = match &self.what {
            What::DueToday(name) => {
                let over = end_of_day(&set.calendar, now);
                soonest(&mut running().filter(|c| named(c, name) && c.due < over)).map(Some)
            }
            What::Overdue(name) => {
                let of_name = |clock: &&Clock| name.as_ref().is_none_or(|name| named(clock, name));
                soonest(&mut running().filter(of_name).filter(|clock| clock.due < now)).map(Some)
            }
            What::Slips(kinds) => {
                let stands = |clock: &&Clock| has_slip(set, ticket, clock, kinds);
                soonest(&mut running().filter(stands)).map(Some)
            }
            What::Flags(flags) => {
                let wanted = |flag: &String| flags.is_empty() || flags.contains(flag);
                ticket.flags.iter().any(|raised| wanted(&raised.flag)).then_some(None)
            }
            What::Rounds(least) => (ticket.round() >= *least).then_some(None),
            What::Unsatisfied => is_unsatisfied(ticket).then_some(None),
            What::Beside(name) => {
                let open = |beside: &super::ticket::Overlay| beside.ended.is_none();
                ticket.overlay(name).is_some_and(open).then_some(None)
            }
            What::EndedToday => {
                let day = set.calendar.date_of(now);
                ticket.ended.is_some_and(|at| set.calendar.date_of(at) == day).then_some(None)
            }
        }?;
        let unit = ticket.unit.clone().unwrap_or_default();
        Some(Row { due, ticket: ticket.no.clone(), unit })
    }

    /// Whether only tickets that have not ended can stand here.
    pub fn is_of_open(&self) -> bool {
        self.what != What::EndedToday && self.what != What::Unsatisfied
    }
}

fn end_of_day(calendar: &Calendar, now: Timestamp) -> Timestamp {
    let tomorrow = calendar.date_of(now).tomorrow();
    tomorrow.map_or(Timestamp::NEVER, |day| calendar.at(day, jiff::civil::Time::midnight()))
}

fn has_slip(set: &PolicySet, ticket: &Ticket, clock: &Clock, kinds: &[String]) -> bool {
    let Some((_, Some(ladder))) = ticket.rule_of(set, clock) else { return false };
    clock.fired.iter().filter(|fired| fired.outcome == FiredAs::Slip).any(|fired| {
        ladder.steps.get(usize::from(fired.step)).is_some_and(|step| kinds.contains(&step.slip))
    })
}

fn is_unsatisfied(ticket: &Ticket) -> bool {
    let Some(answer) = ticket.answers.last() else { return false };
    let unsolved = answer.said.solved.as_deref().and_then(solved_word) == Some(Solved::No);
    unsolved || answer.said.satisfied.as_deref().and_then(satisfied_word) == Some(false)
}

/// The sections of a list over some rows, filled, in order; `None` if all are empty.
pub fn filled(sections: &[Section], rows: &mut BTreeMap<usize, Vec<Row>>) -> Option<Vec<Filled>> {
    let fill = |(index, section): (usize, &Section)| {
        let mut rows = rows.remove(&index).unwrap_or_default();
        rows.sort();
        let count = rows.len();
        rows.truncate(SHOWN_MAX);
        Filled { zh: section.zh.clone(), en: section.en.clone(), count, rows }
    };
    let filled: Vec<Filled> = sections.iter().enumerate().map(fill).collect();
    filled.iter().any(|section| section.count > 0).then_some(filled)
}
