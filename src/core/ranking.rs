//! What was counted in a period, ranked, beside what was counted in an earlier one.
//!
//! Growth is a tenth of a percent of the earlier count, rounded half up; where nothing was
//! counted before there is no growth to speak of. Equal counts share a rank, and a list of
//! the first few never cuts through equals.
//!
//! Invariants, each a test of the same name:
//! * `growth_is_of_the_earlier_count`
//! * `equal_counts_share_a_rank_and_are_never_cut`

use std::collections::BTreeMap;

use serde::Serialize;

use super::count::{Counted, shares};

/// A ranking, the largest count first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Ranking {
    pub total: u64,
    /// Of the earlier period, where one is compared with.
    pub total_before: Option<u64>,
    /// In tenths of a percent.
    pub growth: Option<i64>,
    pub lines: Vec<Ranked>,
}

/// One line of a ranking.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Ranked {
    pub key: String,
    pub rank: usize,
    pub count: u64,
    /// In hundredths of a percent of all.
    pub share: u32,
    pub before: Option<u64>,
    /// In tenths of a percent.
    pub growth: Option<i64>,
}

/// How much larger `now` is than `before`, in tenths of a percent; `None` where nothing was before.
pub fn growth(before: u64, now: u64) -> Option<i64> {
    if before == 0 {
        return None;
    }
    let (before, now) = (i128::from(before), i128::from(now));
    let twice = (now - before) * 2_000 + before;
    i64::try_from(twice.div_euclid(before * 2)).ok()
}

/// Ranks counts; `first` keeps the lines up to that rank, `0` all.
pub fn ranking(now: &Counted, before: Option<&Counted>, first: usize) -> Ranking {
    let total = now.values().sum();
    let total_before = before.map(|counted| counted.values().sum());
    let share: BTreeMap<String, u32> = shares(now);
    let mut order: Vec<(&String, u64)> = now.iter().map(|(key, count)| (key, *count)).collect();
    order.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
    let mut lines: Vec<Ranked> = Vec::new();
    for (place, (key, count)) in order.into_iter().enumerate() {
        let rank = lines.last().filter(|last| last.count == count).map_or(place + 1, |l| l.rank);
        if first > 0 && rank > first {
            break;
        }
        let was = before.map(|counted| counted.get(key).copied().unwrap_or_default());
        lines.push(Ranked {
            key: key.clone(),
            rank,
            count,
            share: share.get(key).copied().unwrap_or_default(),
            before: was,
            growth: was.and_then(|was| growth(was, count)),
        });
    }
    let growth = total_before.and_then(|before| growth(before, total));
    Ranking { total, total_before, growth, lines }
}

/// Tenths of a percent as people read them: `112.6 %`.
pub fn tenths(growth: Option<i64>) -> String {
    let Some(growth) = growth else { return "—".to_owned() };
    let sign = if growth < 0 { "-" } else { "" };
    format!("{sign}{}.{} %", growth.abs() / 10, growth.abs() % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn growth_is_of_the_earlier_count() {
        #[rustfmt::skip]
        let table = [
            ("the published example",   1_000, 2_126, Some(1_126), "112.6 %"),
            ("less than before",        200,   150,   Some(-250),  "-25.0 %"),
            ("the same",                7,     7,     Some(0),     "0.0 %"),
            ("a third, rounded down",   3,     4,     Some(333),   "33.3 %"),
            ("half a tenth, up",        2_000, 2_001, Some(1),     "0.1 %"),
            ("just under half a tenth", 2_001, 2_002, Some(0),     "0.0 %"),
            ("nothing before",          0,     5,     None,        "—"),
        ];
        for (name, before, now, want, shown) in table {
            assert_eq!(growth(before, now), want, "{name}");
            assert_eq!(tenths(want), shown, "{name}");
        }
    }

    #[test]
    fn equal_counts_share_a_rank_and_are_never_cut() {
        let counted = |list: &[(&str, u64)]| -> Counted {
            list.iter().map(|(key, count)| ((*key).to_owned(), *count)).collect()
        };
        let now = counted(&[("a", 3), ("b", 5), ("c", 3), ("d", 1), ("e", 3)]);
        let before = counted(&[("a", 2), ("d", 4), ("z", 9)]);
        let got = ranking(&now, Some(&before), 2);
        let lines: Vec<(&str, usize, Option<u64>)> =
            got.lines.iter().map(|line| (line.key.as_str(), line.rank, line.before)).collect();
        let want = [("b", 1, Some(0)), ("a", 2, Some(2)), ("c", 2, Some(0)), ("e", 2, Some(0))];
        assert_eq!(lines, want);
        assert_eq!((got.total, got.total_before, got.growth), (15, Some(15), Some(0)));
        assert_eq!(ranking(&now, None, 0).lines.len(), 5, "all of them");
        assert_eq!(ranking(&Counted::new(), None, 3), Ranking::default());
    }
}
