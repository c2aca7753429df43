//! What sends a ticket back for another round.

use std::collections::BTreeMap;

use crate::core::event::Kind;

/// A named condition over an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Condition {
    /// The resident is not satisfied.
    RatingUnsatisfied,
    /// The resident says it is not solved.
    AnswerUnsolved,
    /// The hotline's own check refused the result.
    QaRejected,
    /// The ticket was drawn for a check and failed it.
    SampleFailed,
    /// The same matter came again within 30 days.
    RepeatWithin30d,
    /// A second look at the closed ticket found it unsolved.
    RecheckUnsolved,
}

impl Condition {
    pub const ALL: [(&'static str, Self); 6] = [
        ("rating_unsatisfied", Self::RatingUnsatisfied),
        ("answer_unsolved", Self::AnswerUnsolved),
        ("qa_rejected", Self::QaRejected),
        ("sample_failed", Self::SampleFailed),
        ("repeat_within_30d", Self::RepeatWithin30d),
        ("recheck_unsolved", Self::RecheckUnsolved),
    ];
}

/// A condition a policy words itself: an event of this kind that says this.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Saying {
    pub on: Kind,
    /// Keys of `data`, each with the values that fulfil it.
    pub data: BTreeMap<String, Vec<String>>,
    /// The reason of the round, a word of `[reason]` in the templates.
    pub reason: String,
}

/// What an answer does that would send the ticket back once too often.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LastRound {
    /// The matter counts as evaluated.
    #[default]
    Ends,
    /// The ticket waits for the consultation: it is hung, or `review_decided` says what becomes of it.
    Waits,
}
