//! Conditions over events that add an event: to the ticket itself, or by way of a tally to others.
//!
//! A condition is named in a policy (`triggers = ["answer_unsolved", ...]`) and looks
//! at one event; what it adds is decided by the fold, with the policy's limits. A
//! [`Trigger`] looks at events of several tickets.

mod rule;
pub mod tell;

use serde_json::Value;

pub use self::rule::{Opening, Target, Trigger};

use super::{
    event::{Event, Kind},
    policy::{Condition, Policy, Saying},
};

/// The conditions that hold for an event, in the order policies name them.
pub fn conditions(event: &Event) -> Vec<Condition> {
    Condition::ALL
        .iter()
        .filter(|(name, condition)| holds(event, name, *condition))
        .map(|(_, c)| *c)
        .collect()
}

/// Why an event sends a ticket back under this policy, in the word templates know.
pub fn reason(policy: &Policy, event: &Event) -> Option<String> {
    let holding = conditions(event);
    let named = holding.into_iter().find(|one| policy.triggers.contains(one)).map(name);
    let said = || policy.sayings.iter().find(|saying| is_said(saying, event));
    named.map(str::to_owned).or_else(|| said().map(|saying| saying.reason.clone()))
}

/// Whether the event says what a policy waits for.
fn is_said(saying: &Saying, event: &Event) -> bool {
    let fits = |(key, values): (&String, &Vec<String>)| {
        let said = match event.data.get(key) {
            Some(Value::String(text)) => text.clone(),
            Some(other) => other.to_string(),
            None => return false,
        };
        values.contains(&said)
    };
    saying.on == event.kind && saying.data.iter().all(fits)
}

/// The name of a condition as policies write it.
pub fn name(condition: Condition) -> &'static str {
    Condition::ALL.iter().find(|(_, one)| *one == condition).map_or("", |(name, _)| name)
}

fn holds(event: &Event, name: &str, condition: Condition) -> bool {
    match condition {
        Condition::AnswerUnsolved => is_answer(event) && solved(event) == Some(Solved::No),
        Condition::RecheckUnsolved => {
            event.kind.name() == "rechecked" && solved(event) == Some(Solved::No)
        }
        Condition::RatingUnsatisfied => is_answer(event) && satisfied(event) == Some(false),
        Condition::QaRejected | Condition::SampleFailed | Condition::RepeatWithin30d => {
            event.kind.name() == name
        }
    }
}

fn is_answer(event: &Event) -> bool {
    matches!(event.kind, Kind::Answered | Kind::Rated)
}

/// What the resident said about the matter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Solved {
    Yes,
    Partly,
    No,
}

/// The answer to the second question, in any of the spellings platforms use.
pub fn solved(event: &Event) -> Option<Solved> {
    match event.data.get("solved")? {
        Value::Bool(true) => Some(Solved::Yes),
        Value::Bool(false) => Some(Solved::No),
        Value::String(text) => solved_word(text),
        Value::Null | Value::Number(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

/// Whether the answer to the third question is a good one; 基本满意 is.
pub fn satisfied(event: &Event) -> Option<bool> {
    match event.data.get("satisfied")? {
        Value::Bool(yes) => Some(*yes),
        Value::String(text) => satisfied_word(text),
        Value::Null | Value::Number(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

/// The answer to the second question as a word.
pub fn solved_word(text: &str) -> Option<Solved> {
    match text {
        "yes" | "solved" | "已解决" => Some(Solved::Yes),
        "partly" | "部分解决" => Some(Solved::Partly),
        "no" | "unsolved" | "未解决" => Some(Solved::No),
        _ => None,
    }
}

/// Whether a word for the third question is a good one.
pub fn satisfied_word(text: &str) -> Option<bool> {
    match text {
        "yes" | "satisfied" | "mostly" | "very_satisfied" | "满意" | "基本满意" | "非常满意" => {
            Some(true)
        }
        "no" | "unsatisfied" | "very_unsatisfied" | "不满意" | "非常不满意" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::timestamp::Timestamp;

    /// Name, kind, what the event says, and what it fulfils.
    type Row = (&'static str, Kind, &'static [(&'static str, &'static str)], &'static [Condition]);

    #[test]
    fn a_condition_looks_at_one_event() {
        #[rustfmt::skip]
        let table: [Row; 7] = [
            ("unsolved in Chinese",      Kind::Answered, &[("solved", "未解决")],                        &[Condition::AnswerUnsolved]),
            ("solved but not satisfied", Kind::Rated,    &[("solved", "yes"), ("satisfied", "不满意")],   &[Condition::RatingUnsatisfied]),
            ("both bad",                 Kind::Answered, &[("solved", "no"), ("satisfied", "no")],       &[Condition::RatingUnsatisfied, Condition::AnswerUnsolved]),
            ("partly is no trigger",     Kind::Answered, &[("solved", "partly")],                        &[]),
            ("mostly satisfied is good", Kind::Answered, &[("solved", "yes"), ("satisfied", "基本满意")], &[]),
            ("a failed check",           Kind::of("qa_rejected"), &[],                                   &[Condition::QaRejected]),
            ("not an answer",            Kind::Progress, &[("solved", "no")],                            &[]),
        ];
        for (name, kind, data, want) in table {
            let mut event = Event::new("T", kind, Timestamp(0));
            for (key, value) in data {
                event.data.insert((*key).to_owned(), Value::from(*value));
            }
            assert_eq!(conditions(&event), want, "{name}");
        }
    }
}
