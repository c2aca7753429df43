//! What counts and what it weighs: one `[[rates]]` of a policy set.

use jiff::civil::Date;

use super::fraction::Fraction;

/// One version of the rules, for the days it is in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rules {
    pub id: String,
    /// Half-open; both ends may be missing.
    pub from: Option<Date>,
    pub to: Option<Date>,
    /// Fewer valid answers than this: no zone and no rank.
    pub min_n: u64,
    pub basis: Basis,
    /// Answers to "was it solved?" with what each counts; only a full one is 已解决.
    pub solved: Vec<(String, Fraction)>,
    /// Grades of satisfaction with what each counts.
    pub grades: Vec<(String, Fraction)>,
    pub weights: Weights,
    pub exclusions: Vec<Exclusion>,
    /// The least score of each zone in percent, the best first.
    pub zones: Vec<(String, u32)>,
}

/// What makes a contact count as made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Basis {
    /// The clock was met.
    Clock,
    /// The resident does not deny it.
    Resident,
    Both,
}

impl Basis {
    pub const WORDS: [(&'static str, Self); 3] =
        [("clock", Self::Clock), ("resident", Self::Resident), ("both", Self::Both)];
}

/// Shares of the composite; together one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Weights {
    pub response: Fraction,
    pub solved: Fraction,
    pub satisfied: Fraction,
}

impl Weights {
    /// `30-35-35`, in percent.
    pub fn shown(&self) -> String {
        let percent = |weight: Fraction| weight.percent().trim_end_matches(".00").to_owned();
        [self.response, self.solved, self.satisfied].map(percent).join("-")
    }
}

/// A reason why a ticket is left out, and of what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exclusion {
    pub id: String,
    pub zh: String,
    pub en: String,
    /// Nothing: the reason is noted and the ticket counts.
    pub leaves: Vec<Part>,
}

impl Exclusion {
    pub fn leaves(&self, part: Part) -> bool {
        self.leaves.contains(&part) || self.is_no_ticket()
    }

    /// It was never dispatched as a ticket: praise, answers on the call, findings of our own.
    pub fn is_no_ticket(&self) -> bool {
        self.leaves.contains(&Part::All)
    }
}

/// A group of rates a ticket can be left out of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Every rate.
    All,
    /// 响应率, 按时签收率, 按时联系率, 重办率, 办后重复率.
    Clocks,
    /// 按时办结率.
    Resolve,
    /// 解决率, 满意率, 一次办结率, 回访覆盖率.
    Answers,
}

impl Part {
    pub const WORDS: [(&'static str, Self); 4] = [
        ("all", Self::All),
        ("clocks", Self::Clocks),
        ("resolve", Self::Resolve),
        ("answers", Self::Answers),
    ];
}

/// The version in force on a day: of several the one that came last, of those the first of the list.
pub fn in_force(versions: &[Rules], on: Date) -> Option<&Rules> {
    let holds = |rules: &&Rules| {
        rules.from.is_none_or(|from| from <= on) && rules.to.is_none_or(|to| on < to)
    };
    versions.iter().rev().filter(holds).max_by_key(|rules| rules.from)
}
