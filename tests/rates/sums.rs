//! Sums over units and periods, and the figures places have published.

use duban::core::{
    ranking::{growth, tenths},
    rates::{Figures, Metric, Rate, Table, board, changes, moved, tally},
};
use proptest::prelude::*;

use super::{answered, of_all, sheet, shipped, shown, table};

/// Tickets in a half-year, and the three rates and the score that were published.
#[test]
fn published_figures_come_out() {
    #[rustfmt::skip]
    let published = [
        // place and period         tickets  solved  satisfied  响应率    解决率    满意率    综合分
        ("Daxing, 2019 H1",          57_660, 34_112, 43_948,  ["100.00", "59.16", "76.22", "77.38"]),
        ("answered for, all",        1_000,  974,    975,     ["100.00", "97.40", "97.50", "98.22"]),
    ];
    let rules = shipped();
    for (name, count, solved, satisfied, want) in published {
        let table = table(&rules, &answered("A", count, solved, satisfied));
        let whole = table.whole();
        let rates = [Metric::Response, Metric::Solved, Metric::Satisfied];
        let [one, two, three] = rates.map(|metric| whole.rate(metric).percent());
        let score = whole.composite(&rules.weights).expect("a score").percent();
        assert_eq!([one, two, three, score], want, "{name}");
        assert_eq!(whole.rows, count as u64, "{name}");
    }
}

/// 97 / 95 / 97.7 in January 2024 and 99.9 / 97.4 / 97.5 in 2025: the scores end on half a hundredth.
#[test]
fn half_a_hundredth_goes_up() {
    #[rustfmt::skip]
    let published = [
        ("January 2024", 970, 950, 977, "96.55"),
        ("2025",         999, 974, 975, "98.19"),
    ];
    let rules = shipped();
    for (name, contacted, solved, satisfied, want) in published {
        let rows = answered("A", 1_000, solved, satisfied);
        let late = |(n, row): (usize, &str)| {
            let row =
                if n < contacted { row.to_owned() } else { row.replacen("N,Y,Y", "N,Y,N", 1) };
            row + "\n"
        };
        let rows: String = rows.lines().enumerate().map(late).collect();
        let whole = table(&rules, &rows).whole();
        let score = whole.composite(&rules.weights).expect("a score");
        assert_eq!(score.percent(), want, "{name}");
        assert_eq!(whole.rate(Metric::Response).num.to_string(), contacted.to_string());
    }
}

#[test]
fn the_share_of_the_best_zone_is_of_units_rated() {
    let rules = shipped();
    let units = |blue: usize, others: usize| -> Table {
        let good = (0..blue).map(|n| answered(&format!("blue{n}"), 3, 3, 3));
        let bad = (0..others).map(|n| answered(&format!("red{n}"), 3, 0, 0));
        let small = answered("small", 2, 2, 2);
        table(&rules, &(good.chain(bad).collect::<String>() + &small))
    };
    #[rustfmt::skip]
    let shares = [(12, 1, "92.31"), (16, 21, "43.24"), (0, 0, "—"), (13, 0, "100.00")];
    for (blue, others, want) in shares {
        let best = board(&units(blue, others), &rules).best;
        assert_eq!(best.den, (blue + others) as u64, "the small one is not rated");
        assert_eq!(best.percent(), want);
    }
}

#[test]
fn growth_of_what_we_found_ourselves() {
    assert_eq!(tenths(growth(1_000, 2_126)), "112.6 %");
    assert_eq!(tenths(growth(0, 5)), "—");
}

/// A bad month with many tickets and good ones with few: the mean of rates would flatter.
#[test]
fn a_year_is_the_sum_of_its_months() {
    let rules = shipped();
    let months = [(1_000, 500), (10, 10), (10, 10)];
    let mut year = Table::default();
    let mut of_months = Vec::new();
    for (count, solved) in months {
        let month = table(&rules, &answered("A", count, solved, solved));
        of_months.push(of_all(&month, Metric::Solved).percent());
        year.add(&month);
    }
    assert_eq!(of_months, ["50.00", "100.00", "100.00"], "83.33 would be their mean");
    assert_eq!(shown(of_all(&year, Metric::Solved)), "520/1020");
    assert_eq!(of_all(&year, Metric::Solved).percent(), "50.98");
}

#[test]
fn a_correction_lists_what_changed() {
    let rules = shipped();
    let old = sheet(
        &rules,
        "T1,A,N,Y,Y,Y,Y,未解决,不满意,answered,1,N,\n\
         T2,A,N,Y,Y,Y,Y,已解决,满意,answered,1,N,\n\
         T3,B,N,Y,Y,Y,Y,已解决,满意,answered,1,N,\n",
    );
    let new = sheet(
        &rules,
        "T4,B,N,Y,Y,Y,Y,已解决,满意,answered,1,N,\n\
         T2,A,N,Y,Y,Y,Y,已解决,满意,answered,1,N,\n\
         T1,A,N,Y,Y,Y,Y,已解决,不满意,answered,1,N,\n",
    );
    let found = changes(&old.rows, &new.rows);
    let found: Vec<String> = found
        .into_iter()
        .map(|change| {
            let row = change.row();
            let fields = match change {
                duban::core::rates::Change::Altered(was, is) => is.differs_from(was, &rules),
                duban::core::rates::Change::Added(_) => {
                    vec![("added", String::new(), String::new())]
                }
                duban::core::rates::Change::Gone(_) => vec![("gone", String::new(), String::new())],
            };
            let fields: Vec<String> =
                fields.into_iter().map(|(name, was, is)| format!("{name} {was} {is}")).collect();
            format!("{} {}: {}", row.ticket, row.unit, fields.join(", ").trim_end())
        })
        .collect();
    assert_eq!(found, ["T1 A: q2_solved 未解决 已解决", "T3 B: gone", "T4 B: added"]);
    let moved = moved(&tally(&rules, &old.rows), &tally(&rules, &new.rows));
    let moved: Vec<String> = moved
        .iter()
        .map(|one| {
            let unit = one.unit.as_deref().unwrap_or("all");
            format!("{unit} {}: {} {}", one.metric.zh(), shown(one.before), shown(one.after))
        })
        .collect();
    #[rustfmt::skip]
    assert_eq!(moved, [
        "A 解决率(严): 1/2 2/2", "A 解决率(分级): 1/2 2/2", "A 一次办结率: 1/2 2/2",
        "all 解决率(严): 2/3 3/3", "all 解决率(分级): 2/3 3/3", "all 一次办结率: 2/3 3/3",
    ]);
}

/// One row of a unit with everything open.
fn any_row() -> impl Strategy<Value = String> {
    let flag = prop::sample::select(vec!["Y", "N", ""]);
    let answers = prop::sample::select(vec![
        "Y,已解决,满意,answered",
        "N,已解决,基本满意,answered",
        "Y,部分解决,,answered",
        "Y,未解决,不满意,answered",
        ",已解决,,answered",
        ",,,unreached",
        ",,,refused",
        ",,,none",
    ]);
    let unit = prop::sample::select(vec!["A", "B", "C"]);
    let yes_no = prop::sample::select(vec!["Y", "N"]);
    (unit, yes_no.clone(), flag.clone(), flag.clone(), flag, answers, 1..4_u32, yes_no).prop_map(
        |(unit, returned, accept, contact, resolve, answers, rounds, repeat)| {
            format!("{unit},{returned},{accept},{contact},{resolve},{answers},{rounds},{repeat},")
        },
    )
}

fn numbered(rows: &[String]) -> String {
    let row = |(n, row): (usize, &String)| format!("T{n},{row}\n");
    rows.iter().enumerate().map(row).collect::<Vec<String>>().concat()
}

fn all_rates(figures: &Figures) -> Vec<Rate> {
    Metric::ALL.iter().map(|metric| figures.rate(*metric)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    /// However tickets are cut into periods and units, the sums are those of all of them.
    #[test]
    fn periods_and_units_add_up(rows in prop::collection::vec(any_row(), 0..60), cut in 0..60_usize) {
        let rules = shipped();
        let whole = table(&rules, &numbered(&rows));
        let (first, second) = rows.split_at(cut.min(rows.len()));
        let mut added = table(&rules, &numbered(first));
        added.add(&table(&rules, &numbered(second)));
        prop_assert_eq!(&added, &whole);
        let one_unit: Vec<String> = rows.iter().map(|row| format!("X{}", &row[1..])).collect();
        let as_one = table(&rules, &numbered(&one_unit));
        prop_assert_eq!(all_rates(&as_one.whole()), all_rates(&whole.whole()));
    }

    /// A reason to leave a ticket out adds to no denominator, and no rate is above one.
    #[test]
    fn an_exclusion_never_adds(row in any_row(), reason in 0..9_usize) {
        let rules = shipped();
        let reason = &rules.exclusions[reason].id;
        let plain = table(&rules, &format!("T1,{row}\n")).whole();
        let excluded = table(&rules, &format!("T1,{row}{reason}\n")).whole();
        for metric in Metric::ALL {
            let (plain, excluded) = (plain.rate(metric), excluded.rate(metric));
            prop_assert!(excluded.den <= plain.den, "{}", metric.zh());
            prop_assert!(excluded.value().is_none_or(|value| value <= duban::core::rates::Fraction::ONE));
        }
    }

    /// A rank is one more than the number of units that score higher.
    #[test]
    fn a_rank_counts_those_above(rows in prop::collection::vec(any_row(), 20..80)) {
        let rules = shipped();
        let board = board(&table(&rules, &numbered(&rows)), &rules);
        let ranked: Vec<_> = board
            .units
            .values()
            .filter_map(|one| Some((one.score?, one.placed.ok()?.rank)))
            .collect();
        for (score, rank) in &ranked {
            let above = ranked.iter().filter(|(other, _)| other > score).count();
            prop_assert_eq!(*rank, above + 1);
        }
    }
}
