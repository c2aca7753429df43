//! The rates by name, in the order they are printed.

use crate::core::wording::Language;

/// One rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Metric {
    Response,
    Solved,
    SolvedGraded,
    Satisfied,
    Coverage,
    AcceptedInTime,
    ResolvedInTime,
    FirstTime,
    Redone,
    WellDispatched,
    Excluded,
    ContactedInTime,
    Returned,
    Repeated,
    FirstSatisfied,
}

impl Metric {
    pub const ALL: [Self; 15] = [
        Self::Response,
        Self::Solved,
        Self::SolvedGraded,
        Self::Satisfied,
        Self::Coverage,
        Self::AcceptedInTime,
        Self::ResolvedInTime,
        Self::FirstTime,
        Self::Redone,
        Self::WellDispatched,
        Self::Excluded,
        Self::ContactedInTime,
        Self::Returned,
        Self::Repeated,
        Self::FirstSatisfied,
    ];

    /// The name in figures for machines, and for people who read Chinese.
    pub fn zh(self) -> &'static str {
        match self {
            Self::Response => "响应率",
            Self::Solved => "解决率(严)",
            Self::SolvedGraded => "解决率(分级)",
            Self::Satisfied => "满意率",
            Self::Coverage => "回访覆盖率",
            Self::AcceptedInTime => "按时签收率",
            Self::ResolvedInTime => "按时办结率",
            Self::FirstTime => "一次办结率",
            Self::Redone => "重办率",
            Self::WellDispatched => "派单准确率",
            Self::Excluded => "剔除率",
            Self::ContactedInTime => "按时联系率",
            Self::Returned => "退单率",
            Self::Repeated => "办后重复率",
            Self::FirstSatisfied => "初评满意率",
        }
    }

    /// The name in this language.
    pub fn name(self, language: Language) -> &'static str {
        let en = match self {
            Self::Response => "response",
            Self::Solved => "solved",
            Self::SolvedGraded => "solved, graded",
            Self::Satisfied => "satisfied",
            Self::Coverage => "coverage",
            Self::AcceptedInTime => "accepted in time",
            Self::ResolvedInTime => "resolved in time",
            Self::FirstTime => "solved first time",
            Self::Redone => "redone",
            Self::WellDispatched => "dispatched right",
            Self::Excluded => "excluded",
            Self::ContactedInTime => "contacted in time",
            Self::Returned => "returned",
            Self::Repeated => "repeated",
            Self::FirstSatisfied => "satisfied at first",
        };
        language.pick(self.zh(), en)
    }
}
