//! One ticket at one unit, as an export tells it.

use super::rules::Rules;

/// What came of asking the resident.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Answered,
    Unreached,
    Refused,
    None,
}

impl Outcome {
    pub const WORDS: [(&'static str, Self); 4] = [
        ("answered", Self::Answered),
        ("unreached", Self::Unreached),
        ("refused", Self::Refused),
        ("none", Self::None),
    ];
}

/// One dispatch of one ticket. The unit is the lead unit, and answers are those of the last round.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    pub ticket: String,
    pub unit: String,
    /// The unit sent it back and the return was accepted: it is some other unit's.
    pub returned: bool,
    /// Clocks: met or not; `None` never came due.
    pub accepted: Option<bool>,
    pub contacted: Option<bool>,
    pub resolved: Option<bool>,
    /// Working minutes past the due of the resolve clock, where an export has them.
    pub overdue: Option<u32>,
    /// Whether the resident says somebody contacted them.
    pub heard: Option<bool>,
    /// Answers, by their place in the rules.
    pub solved: Option<usize>,
    pub satisfied: Option<usize>,
    /// The first answer of the first round, where an export has it.
    pub first_satisfied: Option<usize>,
    pub outcome: Outcome,
    pub rounds: u32,
    /// The same came again within 30 days after closing.
    pub repeated: bool,
    /// By its place in the rules.
    pub exclusion: Option<usize>,
}

impl Row {
    /// Columns that differ from another row of the same ticket, with what stood and what stands there.
    pub fn differs_from(&self, was: &Self, rules: &Rules) -> Vec<(&'static str, String, String)> {
        let (old, new) = (was.cells(rules), self.cells(rules));
        let pairs = old.into_iter().zip(new);
        pairs
            .filter(|((_, old), (_, new))| old != new)
            .map(|((column, old), (_, new))| (column, old, new))
            .collect()
    }

    /// The cells beside ticket and unit, as an export writes them.
    pub fn cells(&self, rules: &Rules) -> [(&'static str, String); 13] {
        let flag = |flag: Option<bool>| match flag {
            Some(true) => "Y".to_owned(),
            Some(false) => "N".to_owned(),
            None => String::new(),
        };
        let grade = |place: Option<usize>| {
            place.map(|place| rules.grades[place].0.clone()).unwrap_or_default()
        };
        let outcome = Outcome::WORDS.iter().find(|(_, outcome)| *outcome == self.outcome);
        [
            ("returned_ok", flag(Some(self.returned))),
            ("accept_on_time", flag(self.accepted)),
            ("contact_on_time", flag(self.contacted)),
            ("resolve_on_time", flag(self.resolved)),
            ("q1_contacted", flag(self.heard)),
            ("q2_solved", self.solved.map(|p| rules.solved[p].0.clone()).unwrap_or_default()),
            ("q3_satisfied", grade(self.satisfied)),
            ("eval_outcome", outcome.map(|(word, _)| (*word).to_owned()).unwrap_or_default()),
            ("rounds", self.rounds.to_string()),
            ("repeat_30d", flag(Some(self.repeated))),
            (
                "exclusion",
                self.exclusion.map(|p| rules.exclusions[p].id.clone()).unwrap_or_default(),
            ),
            ("q3_first", grade(self.first_satisfied)),
            (
                "overdue_minutes",
                self.overdue.map(|minutes| minutes.to_string()).unwrap_or_default(),
            ),
        ]
    }
}
