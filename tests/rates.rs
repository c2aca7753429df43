//! Rates of an export: the worked example, one rule after the other, sums, ranks, bad lines, corrections.

#[path = "rates/command.rs"]
mod command;
#[path = "rates/rules.rs"]
mod rules;
#[path = "rates/sums.rs"]
mod sums;

use std::{fmt::Write as _, sync::LazyLock};

use duban::{
    core::{
        rates::{Metric, Rate, Rules, Sheet, Table, tally},
        timestamp::Timestamp,
    },
    policies,
};

const HEADER: &str = "ticket,unit,returned_ok,accept_on_time,contact_on_time,resolve_on_time,q1_contacted,q2_solved,q3_satisfied,eval_outcome,rounds,repeat_30d,exclusion\n";
const EXAMPLE: &str = include_str!("rates/example.csv");
const EXPECTED: &str = include_str!("rates/expected.json");

/// The shipped rules, with the sample of the worked example.
fn shipped() -> Rules {
    static SHIPPED: LazyLock<Rules> = LazyLock::new(|| {
        let now = Timestamp::parse("2026-05-07T09:00:00+08:00").expect("an instant");
        let loaded = policies::load_embedded("cn", now).expect("a shipped set");
        loaded.set.expect("a good set").rates[0].clone()
    });
    Rules { min_n: 3, ..SHIPPED.clone() }
}

/// Rows under the usual header.
fn sheet(rules: &Rules, rows: &str) -> Sheet {
    Sheet::read(format!("{HEADER}{rows}").as_bytes(), rules).expect("the header is good")
}

fn table(rules: &Rules, rows: &str) -> Table {
    let sheet = sheet(rules, rows);
    assert_eq!(sheet.refused, [], "{rows}");
    tally(rules, &sheet.rows)
}

/// `8/10`.
fn shown(rate: Rate) -> String {
    format!("{}/{}", rate.num.short(), rate.den)
}

/// So many rows of a unit, answered and good in every way but what `solved` and `satisfied` leave over.
fn answered(unit: &str, count: usize, solved: usize, satisfied: usize) -> String {
    let mut rows = String::new();
    for n in 0..count {
        let q2 = if n < solved { "已解决" } else { "未解决" };
        let q3 = if n < satisfied { "满意" } else { "不满意" };
        writeln!(rows, "{unit}-{n},{unit},N,Y,Y,Y,Y,{q2},{q3},answered,1,N,").expect("memory");
    }
    rows
}

/// The rate of all units together.
fn of_all(table: &Table, metric: Metric) -> Rate {
    table.whole().rate(metric)
}
