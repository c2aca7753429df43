//! Where a unit stands among the others: score, zone and rank, or why it has none.

use std::collections::BTreeMap;

use super::{
    figures::{Figures, Rate, Table},
    fraction::Fraction,
    rules::Rules,
};
use crate::core::wording::Language;

/// Why a unit has no zone and no rank.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Withheld {
    /// Fewer valid answers than the rules ask for.
    SmallSample,
    /// One of the rates of the score has nothing to divide by.
    NoScore,
}

impl Withheld {
    /// As people read it.
    pub fn word(self, language: Language) -> &'static str {
        match self {
            Self::SmallSample => language.pick("样本不足", "too few answers"),
            Self::NoScore => language.pick("无综合分", "no score"),
        }
    }
}

/// One unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Of one; rounded only in print.
    pub score: Option<Fraction>,
    pub placed: Result<Placed, Withheld>,
}

/// A zone by its place in the rules, and a rank.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Placed {
    /// `None` where the rules have no zones.
    pub zone: Option<usize>,
    pub rank: usize,
}

/// All units, ranked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Board {
    pub units: BTreeMap<String, Standing>,
    /// How many have a rank.
    pub rated: u64,
    /// Units in the best zone, of those rated.
    pub best: Rate,
}

/// Ranks the units of a table, each in its group: equal scores share a rank, and the next one is as far down as it would be without.
pub fn board(table: &Table, rules: &Rules) -> Board {
    let mut scores: BTreeMap<Option<&String>, Vec<Fraction>> = BTreeMap::new();
    for (unit, figures) in &table.units {
        if let Ok(score) = score(figures, rules) {
            scores.entry(table.groups.get(unit)).or_default().push(score);
        }
    }
    for group in scores.values_mut() {
        group.sort_unstable();
    }
    let rank = |unit: &String, score: Fraction| {
        let group = scores.get(&table.groups.get(unit)).map_or(&[][..], Vec::as_slice);
        group.len() - group.partition_point(|other| *other <= score) + 1
    };
    let standing = |(unit, figures): (&String, &Figures)| {
        let place = |score| Placed { zone: zone(score, rules), rank: rank(unit, score) };
        let score_of_all = figures.composite(&rules.weights);
        let placed = score(figures, rules).map(place);
        (unit.clone(), Standing { score: score_of_all, placed })
    };
    let units: BTreeMap<String, Standing> = table.units.iter().map(standing).collect();
    let in_best = |standing: &&Standing| standing.placed.is_ok_and(|placed| placed.zone == Some(0));
    let best = units.values().filter(in_best).count() as u64;
    let rated = scores.values().map(Vec::len).sum::<usize>() as u64;
    Board { units, rated, best: Rate { num: Fraction::whole(best), den: rated } }
}

fn score(figures: &Figures, rules: &Rules) -> Result<Fraction, Withheld> {
    if figures.answers() < rules.min_n {
        return Err(Withheld::SmallSample);
    }
    figures.composite(&rules.weights).ok_or(Withheld::NoScore)
}

/// The zone of the whole city, or of a unit outside a board.
pub fn zone_of(figures: &Figures, rules: &Rules) -> Result<Option<usize>, Withheld> {
    score(figures, rules).map(|score| zone(score, rules))
}

/// By the exact score: what prints as 90.00 but is less stays below 90.
fn zone(score: Fraction, rules: &Rules) -> Option<usize> {
    let percent = score.times(Fraction::whole(100));
    rules.zones.iter().position(|(_, least)| Fraction::whole(u64::from(*least)) <= percent)
}

/// A zone as people call it; a city's own word stays as it is.
pub fn zone_word(id: &str, language: Language) -> &str {
    let known =
        [("blue", "蓝"), ("green", "绿"), ("yellow", "黄"), ("orange", "橙"), ("red", "红")];
    let zh = known.iter().find(|(known, _)| *known == id).map_or(id, |(_, zh)| zh);
    language.pick(zh, id)
}
