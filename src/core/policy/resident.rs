//! What a policy says about talking with the resident.

use std::collections::BTreeMap;

use crate::core::span::Span;

/// The message a kind of event becomes for the resident (`tell = { dispatched = "resident.accepted" }`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tell {
    /// Template id: `resident.accepted`.
    pub template: String,
    /// Told each time the event comes, not only the first time in a round.
    pub each: bool,
}

/// How what a resident replies is read (`[reply]`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReplyRule {
    /// What a reply of a few characters says: `1` is solved and satisfied.
    pub digits: BTreeMap<String, Meaning>,
    /// Replies that ask for no more messages, and for messages again; in capitals.
    pub stop: Vec<String>,
    pub start: Vec<String>,
    /// The grades of satisfaction residents may give, the best first.
    pub grades: Vec<Grade>,
    /// An answer that somebody else typed in must name the record of the call (`data.call`).
    pub call_required: bool,
    /// How long after the first answer of a round the resident's own later one replaces it.
    pub own_within: Span,
    /// The number every page for residents gives: who is in doubt calls it.
    pub hotline: String,
}

/// What one reply says; a question that is not in it stays open.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Meaning {
    /// `yes`, `partly` or `no`
    pub solved: Option<&'static str>,
    /// A word of the scale of three: `satisfied`, `mostly`, `unsatisfied`.
    pub satisfied: Option<&'static str>,
}

/// One grade of satisfaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grade {
    /// As events and the rating page write it: `very_satisfied`.
    pub id: String,
    pub zh: String,
    pub en: String,
    /// The grade of three it counts as: `satisfied`, `mostly`, `unsatisfied`.
    pub counts: &'static str,
}

/// The words of the scale of three that metrics count.
pub const COUNTS: [&str; 3] = ["satisfied", "mostly", "unsatisfied"];

impl Default for ReplyRule {
    fn default() -> Self {
        let says = |digit: &str, solved, satisfied| {
            (digit.to_owned(), Meaning { solved: Some(solved), satisfied })
        };
        let grade = |id: &str, zh: &str, en: &str, counts| Grade {
            id: id.to_owned(),
            zh: zh.to_owned(),
            en: en.to_owned(),
            counts,
        };
        Self {
            digits: BTreeMap::from([
                says("1", "yes", Some("satisfied")),
                says("2", "yes", Some("unsatisfied")),
                says("3", "partly", None),
                says("4", "no", None),
            ]),
            stop: ["TD", "STOP", "退订"].map(str::to_owned).into(),
            start: ["START"].map(str::to_owned).into(),
            grades: vec![
                grade("yes", "满意", "Satisfied", "satisfied"),
                grade("mostly", "基本满意", "Mostly", "mostly"),
                grade("no", "不满意", "Not satisfied", "unsatisfied"),
            ],
            call_required: false,
            own_within: Span::Elapsed(72 * 3_600_000),
            hotline: "12345".to_owned(),
        }
    }
}

/// How callbacks that brought no answer end (`outcome` of the callback policy). None of the
/// ways is an answer: who was not reached is never satisfied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutcomeRule {
    /// Nobody answered, whatever was tried.
    pub no_answer: Outcome,
    /// The resident does not want to answer.
    pub refused: Outcome,
    /// No way to the resident is known; `None`: a person has to find one and close.
    pub no_route: Option<Outcome>,
    /// Who needs care is only ever called, never sent a question (`care_tag = "phone_only"`).
    pub care_by_phone: bool,
}

impl Default for OutcomeRule {
    fn default() -> Self {
        Self {
            no_answer: Outcome::Unreached,
            refused: Outcome::Refused,
            no_route: None,
            care_by_phone: false,
        }
    }
}

/// What became of asking a resident in one round.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The resident said something.
    Answered,
    /// Nobody answered any way that was tried.
    Unreached,
    /// The resident did not want to answer.
    Refused,
    /// No way to reach the resident is known.
    NoRoute,
}

impl Outcome {
    /// The outcomes a callback without an answer may have, as written.
    pub const WITHOUT_ANSWER: [(&'static str, Self); 3] =
        [("unreached", Self::Unreached), ("refused", Self::Refused), ("no_route", Self::NoRoute)];

    /// As events, states and exports write it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Answered => "answered",
            Self::Unreached => "unreached",
            Self::Refused => "refused",
            Self::NoRoute => "no_route",
        }
    }
}
