//! Middle and edge of many counts.

use serde::Serialize;

use crate::core::rates::Fraction;

/// How counts are spread.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Spread {
    pub count: u64,
    pub sum: u64,
    /// Twice the median, which may end on a half.
    pub median_twice: u64,
    /// The smallest count that so many of a hundred do not exceed.
    pub p90: u64,
    pub p95: u64,
    pub max: u64,
}

impl Spread {
    /// `2.5`.
    pub fn median(&self) -> String {
        Fraction::whole(self.median_twice).over(2).map_or_else(String::new, Fraction::short)
    }
}

/// `None` of nothing.
pub fn spread(mut counts: Vec<u64>) -> Option<Spread> {
    counts.sort_unstable();
    let max = *counts.last()?;
    let n = counts.len();
    let at = |percent: usize| counts[(n * percent).div_ceil(100).max(1) - 1];
    Some(Spread {
        count: n as u64,
        sum: counts.iter().sum(),
        median_twice: counts[(n - 1) / 2] + counts[n / 2],
        p90: at(90),
        p95: at(95),
        max,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spread_is_of_ranks() {
        #[rustfmt::skip]
        let table = [
            ("one",            vec![3],                      "3",   3,  3,   3),
            ("two",            vec![4, 1],                   "2.5", 4,  4,   4),
            ("twenty",         (1..=20).collect::<Vec<_>>(), "10.5", 18, 19, 20),
            ("twenty-one",     (1..=21).collect(),           "11",  19, 20,  21),
            ("a hundred",      (1..=100).collect(),          "50.5", 90, 95, 100),
            ("mostly quiet",   vec![0, 0, 0, 0, 9],          "0",   9,  9,   9),
        ];
        for (name, counts, median, p90, p95, max) in table {
            let got = spread(counts).expect("there are some");
            assert_eq!(
                (got.median().as_str(), got.p90, got.p95, got.max),
                (median, p90, p95, max),
                "{name}"
            );
        }
        assert_eq!(spread(Vec::new()), None);
    }
}
