//! A ticket as the rates count it, and the instant at which each part of it counts.
//!
//! A clock counts when it came due, answers when they were evaluated, a dispatch when it was
//! made, the number of rounds when the ticket ended. An accepted return is a row of its own at
//! the unit that sent the ticket back.

use super::glance::{Glance, Running};
use crate::core::{
    calendar::Calendar,
    clock::Base,
    event::Kind,
    policy::{Outcome as Came, PolicySet},
    rates::{Fraction, Outcome, Row, Rules, Within},
    ticket::{LabelState, Return, ReturnOutcome, Said},
    timestamp::Timestamp,
    trigger::{Solved, satisfied_word, solved_word},
};

/// A row with its instants.
#[derive(Clone, Debug)]
pub struct Dated {
    pub row: Row,
    pub at: Instants,
}

/// When each part of a row counts; `None`: it has not come to it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Instants {
    pub dispatch: Option<Timestamp>,
    pub accept: Option<Timestamp>,
    pub contact: Option<Timestamp>,
    pub resolve: Option<Timestamp>,
    pub answers: Option<Timestamp>,
    pub end: Option<Timestamp>,
}

impl Instants {
    /// Those of the row at the unit that leads the ticket.
    pub fn of(glance: &Glance) -> Self {
        let due = |name| glance.clock(name).map(|clock| clock.due);
        let evaluated = glance.callback.evaluations.last().map(|one| one.at);
        let answered = glance.answers.last().map(|answer| answer.at);
        Self {
            dispatch: sent_to(glance, glance.unit.as_deref()),
            accept: due("accept"),
            contact: due("contact"),
            resolve: due("resolve"),
            // Nobody was asked: the callback was due when the work was.
            answers: evaluated.or(answered).or(due("resolve")),
            end: glance.ended.or(evaluated),
        }
    }

    /// Which parts lie in a stretch of time.
    pub fn within(&self, from: Timestamp, to: Timestamp) -> Within {
        let lies = |at: Option<Timestamp>| at.is_some_and(|at| from <= at && at < to);
        Within {
            dispatch: lies(self.dispatch),
            accept: lies(self.accept),
            contact: lies(self.contact),
            resolve: lies(self.resolve),
            answers: lies(self.answers),
            end: lies(self.end),
        }
    }
}

/// When a ticket last went to a unit.
fn sent_to(glance: &Glance, unit: Option<&str>) -> Option<Timestamp> {
    let to_unit = glance.hops.iter().rev().find(|hop| Some(hop.unit.as_str()) == unit);
    to_unit.map(|hop| hop.at).or(glance.dispatched).or(glance.received)
}

/// The rows of a ticket: one at its unit, one for each return that was accepted.
pub fn rows(
    glance: &Glance,
    set: &PolicySet,
    rules: &Rules,
    calendar: &Calendar,
    as_of: Timestamp,
) -> Vec<Dated> {
    let mut rows = Vec::with_capacity(1);
    for one in glance.returned.iter().filter(|one| one.outcome == ReturnOutcome::Accepted) {
        if came_back(glance, one) {
            continue; // it counts there
        }
        let row = Row { returned: true, ..blank(glance, &one.unit) };
        let hop = glance.hops.iter().find(|hop| hop.unit == one.unit);
        let dispatch = Some(hop.map_or(one.at, |hop| hop.at));
        rows.push(Dated { row, at: Instants { dispatch, ..Instants::default() } });
    }
    let stays = |unit: &&String| {
        let mut left = glance
            .returned
            .iter()
            .filter(|one| one.outcome == ReturnOutcome::Accepted && one.unit == **unit);
        left.all(|one| came_back(glance, one))
    };
    if let Some(unit) = glance.unit.as_ref().filter(stays) {
        let row = at_unit(glance, unit, set, rules, calendar, as_of);
        rows.push(Dated { row, at: Instants::of(glance) });
    }
    rows
}

/// Whether the ticket went to the unit again after it had sent it back.
fn came_back(glance: &Glance, one: &Return) -> bool {
    glance.hops.iter().any(|hop| hop.unit == one.unit && hop.at > one.at)
}

fn blank(glance: &Glance, unit: &str) -> Row {
    Row {
        ticket: glance.no.clone(),
        unit: unit.to_owned(),
        returned: false,
        accepted: None,
        contacted: None,
        resolved: None,
        overdue: None,
        heard: None,
        solved: None,
        satisfied: None,
        first_satisfied: None,
        outcome: Outcome::None,
        rounds: glance.rounds.len().max(1) as u32,
        repeated: false,
        exclusion: None,
    }
}

fn at_unit(
    glance: &Glance,
    unit: &str,
    set: &PolicySet,
    rules: &Rules,
    calendar: &Calendar,
    as_of: Timestamp,
) -> Row {
    let met = |name| glance.clock(name).and_then(|clock| clock.met(as_of));
    let answer = glance.answers.last().filter(|answer| answer.at < as_of);
    let first = glance.answers.first().map(|answer| answer.first.as_ref().unwrap_or(&answer.said));
    let said = answer.map(|answer| &answer.said);
    let resolved = met("resolve");
    Row {
        accepted: met("accept"),
        contacted: met("contact"),
        resolved,
        overdue: glance
            .clock("resolve")
            .filter(|_| resolved == Some(false))
            .map(|clock| overdue_minutes(clock, calendar, as_of)),
        heard: said.and_then(|said| said.contacted.as_deref()).and_then(yes_or_no),
        solved: said.and_then(|said| solved(said, rules)),
        satisfied: said.and_then(|said| satisfied(said, rules)),
        first_satisfied: first.and_then(|said| satisfied(said, rules)),
        outcome: outcome(glance, answer.is_some(), as_of),
        repeated: glance.repeated.is_some_and(|at| at < as_of),
        exclusion: exclusion(glance, set, rules, as_of),
        ..blank(glance, unit)
    }
}

/// Working minutes past the due, up to the end or to `as_of`.
fn overdue_minutes(clock: &Running, calendar: &Calendar, as_of: Timestamp) -> u32 {
    let until = clock.ended().unwrap_or(as_of).min(as_of);
    let ms = match clock.base {
        Base::Working => calendar.measure(clock.due, until),
        Base::Elapsed => until.since(clock.due),
    };
    u32::try_from(ms.max(0) / 60_000).unwrap_or(u32::MAX)
}

fn outcome(glance: &Glance, is_answered: bool, as_of: Timestamp) -> Outcome {
    if is_answered {
        return Outcome::Answered;
    }
    let last = glance.callback.evaluations.iter().rev().find(|one| one.at < as_of);
    match last.map(|one| one.outcome) {
        Some(Came::Answered) => Outcome::Answered,
        Some(Came::Unreached) => Outcome::Unreached,
        Some(Came::Refused) => Outcome::Refused,
        Some(Came::NoRoute) | None => Outcome::None,
    }
}

fn yes_or_no(word: &str) -> Option<bool> {
    match word {
        "yes" | "Y" | "true" | "是" | "已联系" => Some(true),
        "no" | "N" | "false" | "否" | "未联系" => Some(false),
        _ => None, // not an answer anybody could count
    }
}

/// The answer among those the rules weigh: by its word, else by what it means.
fn solved(said: &Said, rules: &Rules) -> Option<usize> {
    let word = said.solved.as_deref()?;
    let exact = rules.solved.iter().position(|(known, _)| known == word);
    let means = |weight: &Fraction| match solved_word(word) {
        Some(Solved::Yes) => *weight == Fraction::ONE,
        Some(Solved::No) => *weight == Fraction::ZERO,
        Some(Solved::Partly) => *weight != Fraction::ONE && *weight != Fraction::ZERO,
        None => false,
    };
    exact.or_else(|| rules.solved.iter().position(|(_, weight)| means(weight)))
}

/// The grade among those the rules weigh: as it was given, else as the three that count.
fn satisfied(said: &Said, rules: &Rules) -> Option<usize> {
    let known = |word: &str| {
        let exact = rules.grades.iter().position(|(grade, _)| grade == word);
        let degree = degree(word)?;
        let alike =
            || rules.grades.iter().position(|(grade, _)| self::degree(grade) == Some(degree));
        exact.or_else(alike)
    };
    let words = [said.grade.as_deref(), said.satisfied.as_deref()];
    words.into_iter().flatten().find_map(known)
}

/// Five degrees, the best first.
fn degree(word: &str) -> Option<u8> {
    Some(match word {
        "very_satisfied" | "very satisfied" | "非常满意" => 0,
        "satisfied" | "yes" | "满意" => 1,
        "mostly" | "fairly satisfied" | "基本满意" => 2,
        "unsatisfied" | "dissatisfied" | "no" | "不满意" => 3,
        "very_unsatisfied" | "very dissatisfied" | "非常不满意" => 4,
        other => return satisfied_word(other).map(|good| if good { 1 } else { 3 }),
    })
}

/// Why the ticket is left out of something, by its place in the rules; the gravest reason first.
fn exclusion(glance: &Glance, set: &PolicySet, rules: &Rules, as_of: Timestamp) -> Option<usize> {
    let place = |id: &str| rules.exclusions.iter().position(|exclusion| exclusion.id == id);
    let no_ticket = no_ticket(glance, set);
    let saw = |kind: &Kind| glance.seen.get(kind).is_some_and(|at| *at < as_of);
    let no_route =
        glance.callback.evaluations.last().is_some_and(|one| one.outcome == Came::NoRoute);
    let is_answered = !glance.answers.is_empty();
    // What was hung when its resident was asked is left out, also where that ended it.
    let evaluated = Instants::of(glance).answers.filter(|at| *at < as_of).unwrap_or(as_of);
    let reasons = [
        no_ticket.map(str::to_owned),
        (glance.links.into.is_some() || saw(&Kind::Merged)).then(|| "merged".to_owned()),
        saw(&Kind::Withdrawn).then(|| "withdrawn".to_owned()),
        (no_route && !is_answered).then(|| "no_route".to_owned()),
        label(glance, LabelState::Approved, "approved"),
        glance.lies_beside("hung", evaluated).then(|| "hung".to_owned()),
        label(glance, LabelState::Proposed, "proposed"),
    ];
    reasons.into_iter().flatten().find_map(|reason| place(&reason))
}

fn label(glance: &Glance, state: LabelState, word: &str) -> Option<String> {
    let found = glance.labels.iter().find(|label| label.state == state)?;
    Some(format!("{}_{word}", found.label))
}

/// What never was a ticket to be judged by.
fn no_ticket(glance: &Glance, set: &PolicySet) -> Option<&'static str> {
    let attributes = &glance.attributes;
    let praises = ["表扬", "praise"];
    let says = |text: &Option<String>| text.as_deref().is_some_and(|text| praises.contains(&text));
    if says(&attributes.category) || says(&attributes.kind) {
        return Some("praise");
    }
    let on_call = attributes.more.get("answered_on_call");
    if on_call.is_some_and(|words| words.iter().any(|word| word == "true" || word == "yes")) {
        return Some("answered_on_call");
    }
    (!glance.in_rates(set)).then_some("proactive")
}

/// A row as a line that two versions of a report are compared by: only what counts in the period.
pub fn line(row: &Row, within: Within, rules: &Rules) -> String {
    let mut line = format!("{}\t{}", one_line(&row.ticket), one_line(&row.unit));
    for (column, cell) in row.cells(rules) {
        let counts = match column {
            "accept_on_time" => within.accept,
            "contact_on_time" | "q1_contacted" => within.contact,
            "resolve_on_time" | "overdue_minutes" => within.resolve,
            "q2_solved" | "q3_satisfied" | "q3_first" | "eval_outcome" => within.answers,
            "rounds" | "repeat_30d" => within.end,
            _ => true, // whether it was sent back, and why it is left out
        };
        line.push('\t');
        if counts {
            line.push_str(&one_line(&cell));
        }
    }
    line
}

/// Columns of a line after ticket and unit.
pub const LINE: [&str; 13] = [
    "returned_ok",
    "accept_on_time",
    "contact_on_time",
    "resolve_on_time",
    "q1_contacted",
    "q2_solved",
    "q3_satisfied",
    "eval_outcome",
    "rounds",
    "repeat_30d",
    "exclusion",
    "q3_first",
    "overdue_minutes",
];

fn one_line(text: &str) -> String {
    text.replace(['\t', '\n', '\r'], " ")
}
