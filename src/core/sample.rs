//! A draw that anybody can draw again.
//!
//! Each candidate gets a rank, the hash of the seed, the period and its number; of each
//! unit those with the smallest ranks are drawn. No dice, so the same seed always gives the
//! same sample, and who knows the seed and the candidates can check it.
//!
//! Invariants, each a test of the same name:
//! * `the_same_seed_draws_the_same_sample`
//! * `every_unit_gives_its_minimum`

use std::collections::BTreeMap;

/// Draws from candidates `(unit, ticket)`: of every unit `permille` of a thousand, rounded up, and at
/// least `at_least` as far as there are so many.
pub fn draw<'c>(
    candidates: impl IntoIterator<Item = (&'c str, &'c str)>,
    seed: &str,
    period: &str,
    permille: u32,
    at_least: u32,
) -> Vec<String> {
    let mut by_unit: BTreeMap<&str, Vec<(String, &str)>> = BTreeMap::new();
    for (unit, ticket) in candidates {
        by_unit.entry(unit).or_default().push((rank(seed, period, ticket), ticket));
    }
    let mut drawn = Vec::new();
    for mut ranked in by_unit.into_values() {
        ranked.sort();
        let share = (ranked.len() as u64 * u64::from(permille)).div_ceil(1_000);
        let wanted = share.max(u64::from(at_least)) as usize;
        drawn.extend(ranked.into_iter().take(wanted).map(|(_, ticket)| ticket.to_owned()));
    }
    drawn
}

/// Lower-case hex of blake3 over `seed`, `period` and `ticket`, with a line feed between them.
pub fn rank(seed: &str, period: &str, ticket: &str) -> String {
    blake3::hash(format!("{seed}\n{period}\n{ticket}").as_bytes()).to_hex().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn city() -> Vec<(&'static str, String)> {
        let big = (0..500).map(|n| ("big", format!("B{n}")));
        big.chain((0..4).map(|n| ("small", format!("S{n}"))))
            .chain([("one", "O1".to_owned())])
            .collect()
    }

    fn drawn(seed: &str, period: &str) -> Vec<String> {
        let city = city();
        draw(city.iter().map(|(unit, no)| (*unit, no.as_str())), seed, period, 50, 3)
    }

    #[test]
    fn the_same_seed_draws_the_same_sample() {
        assert_eq!(drawn("2026 公示", "2026-05"), drawn("2026 公示", "2026-05"));
        assert_ne!(drawn("2026 公示", "2026-05"), drawn("2026 公示", "2026-06"));
        assert_ne!(drawn("2026 公示", "2026-05"), drawn("another", "2026-05"));
        let mut reversed = city();
        reversed.reverse();
        let again =
            draw(reversed.iter().map(|(u, no)| (*u, no.as_str())), "2026 公示", "2026-05", 50, 3);
        assert_eq!(
            again,
            drawn("2026 公示", "2026-05"),
            "the order of the candidates is no matter"
        );
    }

    #[test]
    fn every_unit_gives_its_minimum() {
        let drawn = drawn("s", "2026-05");
        let of = |letter: char| drawn.iter().filter(|no| no.starts_with(letter)).count();
        assert_eq!((of('B'), of('S'), of('O')), (25, 3, 1));
    }

    #[test]
    fn a_rank_can_be_checked_by_hand() {
        // printf 's\n2026-05\nT1' | b3sum
        assert_eq!(rank("s", "2026-05", "T1").len(), 64);
        assert_ne!(rank("s", "2026-05", "T1"), rank("s2", "026-05", "T1"));
    }
}
