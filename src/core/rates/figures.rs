//! Rates of one unit, and of all units together as their sum.

use std::collections::BTreeMap;

use super::{
    fraction::Fraction,
    metric::Metric,
    row::{Outcome, Row},
    rules::{Basis, Part, Rules, Weights},
};

/// A numerator over a denominator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    pub num: Fraction,
    pub den: u64,
}

impl Rate {
    pub const NONE: Self = Self { num: Fraction::ZERO, den: 0 };

    /// `None` where there is nothing to divide by.
    pub fn value(self) -> Option<Fraction> {
        self.num.over(self.den)
    }

    /// `85.71`, or a dash where there is nothing to divide by.
    pub fn percent(self) -> String {
        self.value().map_or_else(|| "—".to_owned(), Fraction::percent)
    }

    pub fn plus(self, other: Self) -> Self {
        Self { num: self.num.plus(other.num), den: self.den + other.den }
    }

    fn count(&mut self, num: Fraction) {
        *self = self.plus(Self { num, den: 1 });
    }
}

/// Which parts of a row belong to a period: each counts at an instant of its own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each part lies in a period or not, by itself")]
pub struct Within {
    /// The dispatch: 派单准确率, 退单率, 剔除率.
    pub dispatch: bool,
    /// Clocks, at their due.
    pub accept: bool,
    pub contact: bool,
    pub resolve: bool,
    /// Answers, when they were evaluated.
    pub answers: bool,
    /// The end: 重办率, 办后重复率.
    pub end: bool,
}

impl Within {
    /// An export is of one period, whatever its rows are of.
    pub const ALL: Self = Self {
        dispatch: true,
        accept: true,
        contact: true,
        resolve: true,
        answers: true,
        end: true,
    };

    pub fn is_none(self) -> bool {
        self == Self::default()
    }
}

/// Everything counted of one unit in one period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Figures {
    rates: [Rate; Metric::ALL.len()],
    /// Rows with a reason to be left out, by reason; also those that count all the same.
    pub excluded: BTreeMap<String, u64>,
    /// Working minutes of each ticket that counts as resolved late.
    late: Vec<u32>,
    pub rows: u64,
}

/// How late the late ones were; the mean alone would hide the worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Overdue {
    /// Minutes of all of them, over how many they are.
    pub rate: Rate,
    pub median: Fraction,
    pub longest: u32,
}

impl Default for Figures {
    fn default() -> Self {
        let rates = [Rate::NONE; Metric::ALL.len()];
        Self { rates, excluded: BTreeMap::new(), late: Vec::new(), rows: 0 }
    }
}

impl Figures {
    pub fn rate(&self, metric: Metric) -> Rate {
        self.rates[metric as usize]
    }

    /// Valid answers: what `min_n` asks for.
    pub fn answers(&self) -> u64 {
        self.rate(Metric::Solved).den
    }

    /// `None` where nothing was late, or the export does not say how late.
    pub fn overdue(&self) -> Option<Overdue> {
        let mut late = self.late.clone();
        late.sort_unstable();
        let longest = *late.last()?;
        let count = late.len();
        let middle = [late[(count - 1) / 2], late[count / 2]].map(u64::from);
        let minutes = late.iter().copied().map(u64::from).sum();
        Some(Overdue {
            rate: Rate { num: Fraction::whole(minutes), den: count as u64 },
            median: Fraction::whole(middle[0] + middle[1]).over(2)?,
            longest,
        })
    }

    /// The weighted score, of one; `None` where one of its rates is none.
    pub fn composite(&self, weights: &Weights) -> Option<Fraction> {
        let part = |metric, weight| Some(self.rate(metric).value()?.times(weight));
        let response = part(Metric::Response, weights.response)?;
        let solved = part(Metric::Solved, weights.solved)?;
        let satisfied = part(Metric::Satisfied, weights.satisfied)?;
        Some(response.plus(solved).plus(satisfied))
    }

    /// Adds another unit or another period: numerators to numerators, denominators to denominators.
    pub fn add(&mut self, other: &Self) {
        for (rate, more) in self.rates.iter_mut().zip(&other.rates) {
            *rate = rate.plus(*more);
        }
        for (reason, count) in &other.excluded {
            *self.excluded.entry(reason.clone()).or_default() += count;
        }
        self.late.extend(&other.late);
        self.rows += other.rows;
    }

    /// Counts one row where it belongs; `rules` are those it was read by.
    pub fn take(&mut self, rules: &Rules, row: &Row) {
        self.take_within(rules, row, Within::ALL);
    }

    /// Counts of one row what belongs to a period.
    pub fn take_within(&mut self, rules: &Rules, row: &Row, within: Within) {
        if within.dispatch {
            self.take_dispatch(rules, row);
        }
        let exclusion = row.exclusion.map(|place| &rules.exclusions[place]);
        let is_out = |part| exclusion.is_some_and(|exclusion| exclusion.leaves(part));
        if row.returned || is_out(Part::All) {
            return;
        }
        if !is_out(Part::Clocks) {
            self.take_clocks(rules, row, within);
        }
        if within.resolve
            && !is_out(Part::Resolve)
            && let Some(met) = row.resolved
        {
            self.yes_or_no(Metric::ResolvedInTime, met);
            self.late.extend(row.overdue);
        }
        if within.answers && !is_out(Part::Answers) {
            self.take_answers(rules, row);
        }
    }

    fn take_dispatch(&mut self, rules: &Rules, row: &Row) {
        self.rows += 1;
        let exclusion = row.exclusion.map(|place| &rules.exclusions[place]);
        if let Some(exclusion) = exclusion {
            match self.excluded.get_mut(&exclusion.id) {
                Some(count) => *count += 1,
                None => {
                    self.excluded.insert(exclusion.id.clone(), 1);
                }
            }
            if exclusion.is_no_ticket() {
                return;
            }
        }
        self.yes_or_no(Metric::Excluded, exclusion.is_some_and(|e| !e.leaves.is_empty()));
        self.yes_or_no(Metric::WellDispatched, !row.returned);
        self.yes_or_no(Metric::Returned, row.returned);
    }

    fn take_clocks(&mut self, rules: &Rules, row: &Row, within: Within) {
        if let Some(met) = row.accepted.filter(|_| within.accept) {
            self.yes_or_no(Metric::AcceptedInTime, met);
        }
        if let Some(met) = row.contacted.filter(|_| within.contact) {
            let undenied = row.heard != Some(false);
            let responded = match rules.basis {
                Basis::Clock => met,
                Basis::Resident => undenied,
                Basis::Both => met && undenied,
            };
            self.yes_or_no(Metric::Response, responded);
            self.yes_or_no(Metric::ContactedInTime, met);
        }
        if !within.end {
            return;
        }
        self.yes_or_no(Metric::Redone, row.rounds > 1);
        if row.outcome != Outcome::None {
            self.yes_or_no(Metric::Repeated, row.repeated);
        }
    }

    fn take_answers(&mut self, rules: &Rules, row: &Row) {
        // A ticket nobody was asked about is due for a callback once its resolve clock has ended.
        if row.outcome != Outcome::None || row.resolved.is_some() {
            self.yes_or_no(Metric::Coverage, row.outcome == Outcome::Answered);
        }
        if let Some(answer) = row.solved {
            let weight = rules.solved[answer].1;
            let is_solved = weight == Fraction::ONE;
            self.yes_or_no(Metric::Solved, is_solved);
            self.rates[Metric::SolvedGraded as usize].count(weight);
            self.yes_or_no(Metric::FirstTime, is_solved && row.rounds == 1 && !row.repeated);
        }
        if let Some(grade) = row.satisfied {
            self.rates[Metric::Satisfied as usize].count(rules.grades[grade].1);
        }
        if let Some(grade) = row.first_satisfied {
            self.rates[Metric::FirstSatisfied as usize].count(rules.grades[grade].1);
        }
    }

    fn yes_or_no(&mut self, metric: Metric, yes: bool) {
        self.rates[metric as usize].count(if yes { Fraction::ONE } else { Fraction::ZERO });
    }
}

/// Figures by unit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    pub units: BTreeMap<String, Figures>,
    /// The group a unit is ranked in; units without one are ranked together.
    pub groups: BTreeMap<String, String>,
}

impl Table {
    /// All units together: their sum, never the mean of their rates.
    pub fn whole(&self) -> Figures {
        let mut whole = Figures::default();
        for figures in self.units.values() {
            whole.add(figures);
        }
        whole
    }

    /// Adds another period.
    pub fn add(&mut self, other: &Self) {
        for (unit, figures) in &other.units {
            self.units.entry(unit.clone()).or_default().add(figures);
        }
        self.groups.extend(other.groups.clone());
    }
}

/// Counts rows of one period.
pub fn tally(rules: &Rules, rows: &[Row]) -> Table {
    let mut table = Table::default();
    for row in rows {
        match table.units.get_mut(&row.unit) {
            Some(figures) => figures.take(rules, row),
            None => table.units.entry(row.unit.clone()).or_default().take(rules, row),
        }
    }
    table
}
