//! Which rows count in which rates, what is refused, and where a unit stands.

use duban::core::rates::{
    Basis, Fraction, Metric, Placed, SheetError, Withheld, board, in_force, zone_of,
};

use super::{EXAMPLE, EXPECTED, HEADER, answered, of_all, sheet, shipped, shown, table};
use duban::core::rates::{Rules, Sheet, tally};

#[test]
fn the_worked_example_is_exact() {
    let rules = shipped();
    let sheet = Sheet::read(EXAMPLE.as_bytes(), &rules).expect("a good header");
    assert_eq!((sheet.rows.len(), sheet.refused_count, sheet.unknown.len()), (28, 0, 0));
    let table = tally(&rules, &sheet.rows);
    let expected: serde_json::Value = serde_json::from_str(EXPECTED).expect("JSON");
    let mut compared = 0;
    for (unit, figures) in table
        .units
        .iter()
        .map(|(unit, f)| (unit.as_str(), f.clone()))
        .chain([("全市", table.whole())])
    {
        for metric in Metric::ALL {
            let Some(want) = expected[unit].get(metric.zh()) else { continue };
            let rate = figures.rate(metric);
            let got = serde_json::json!({ "num": rate.num.to_string(), "den": rate.den, "pct": rate.percent() });
            assert_eq!(got, *want, "{unit} {}", metric.zh());
            compared += 1;
        }
        let score = figures.composite(&rules.weights).map(Fraction::percent);
        assert_eq!(score.as_deref(), expected[unit]["综合分30-35-35"].as_str(), "{unit}");
    }
    assert_eq!(compared, 44, "eleven rates of three units and the city");
}

/// One row each: what it adds to 响应率, 解决率(严), 满意率, 回访覆盖率, 按时办结率, 派单准确率, 剔除率.
#[test]
fn each_row_counts_where_it_belongs() {
    use Metric::{Coverage, Excluded, ResolvedInTime, Response, Satisfied, Solved, WellDispatched};
    #[rustfmt::skip]
    let rows = [
        // name                              row                                                 响应   解决   满意   覆盖   办结   派单   剔除
        ("all is well",                      "N,Y,Y,Y,Y,已解决,满意,answered,1,N,",              ["1/1", "1/1", "1/1", "1/1", "1/1", "1/1", "0/1"]),
        ("nobody came, says the resident",   "N,Y,Y,Y,N,已解决,满意,answered,1,N,",              ["0/1", "1/1", "1/1", "1/1", "1/1", "1/1", "0/1"]),
        ("late contact",                     "N,Y,N,Y,Y,已解决,满意,answered,1,N,",              ["0/1", "1/1", "1/1", "1/1", "1/1", "1/1", "0/1"]),
        ("no contact clock",                 "N,Y,,Y,Y,已解决,满意,answered,1,N,",               ["0/0", "1/1", "1/1", "1/1", "1/1", "1/1", "0/1"]),
        ("partly is not solved",             "N,Y,Y,Y,Y,部分解决,,answered,1,N,",                ["1/1", "0/1", "0/0", "1/1", "1/1", "1/1", "0/1"]),
        ("solved, and not satisfied",        "N,Y,Y,Y,Y,已解决,不满意,answered,1,N,",            ["1/1", "1/1", "0/1", "1/1", "1/1", "1/1", "0/1"]),
        ("five grades",                      "N,Y,Y,Y,Y,已解决,非常满意,answered,1,N,",          ["1/1", "1/1", "1/1", "1/1", "1/1", "1/1", "0/1"]),
        ("unreached is never satisfied",     "N,Y,Y,Y,,,,unreached,1,N,",                        ["1/1", "0/0", "0/0", "0/1", "1/1", "1/1", "0/1"]),
        ("refused is never satisfied",       "N,Y,Y,Y,,,,refused,1,N,",                          ["1/1", "0/0", "0/0", "0/1", "1/1", "1/1", "0/1"]),
        ("nobody asked: coverage is less",   "N,Y,Y,Y,,,,none,1,N,",                             ["1/1", "0/0", "0/0", "0/1", "1/1", "1/1", "0/1"]),
        ("not resolved yet: nobody to ask",  "N,Y,Y,,,,,none,1,N,",                              ["1/1", "0/0", "0/0", "0/0", "0/0", "1/1", "0/1"]),
        ("sent back",                        "Y,N,N,N,,,,none,1,N,",                             ["0/0", "0/0", "0/0", "0/0", "0/0", "0/1", "0/1"]),
        ("unreasonable, approved",           "N,Y,Y,Y,Y,未解决,不满意,answered,1,N,unreasonable_approved", ["1/1", "0/0", "0/0", "0/0", "1/1", "1/1", "1/1"]),
        ("unreasonable, only proposed",      "N,Y,Y,Y,Y,未解决,不满意,answered,1,N,unreasonable_proposed", ["1/1", "0/1", "0/1", "1/1", "1/1", "1/1", "0/1"]),
        ("hung",                             "N,Y,Y,N,Y,未解决,不满意,answered,1,N,hung",        ["1/1", "0/0", "0/0", "0/0", "0/0", "1/1", "1/1"]),
        ("merged",                           "N,Y,Y,Y,,,,none,1,N,merged",                       ["0/0", "0/0", "0/0", "0/0", "0/0", "1/1", "1/1"]),
        ("withdrawn",                        "N,Y,Y,Y,,,,none,1,N,withdrawn",                    ["0/0", "0/0", "0/0", "0/0", "0/0", "1/1", "1/1"]),
        ("no way to reach them",             "N,Y,Y,Y,,,,none,1,N,no_route",                     ["0/0", "0/0", "0/0", "0/0", "0/0", "1/1", "1/1"]),
        ("praise",                           "N,,,,,,,none,1,N,praise",                          ["0/0", "0/0", "0/0", "0/0", "0/0", "0/0", "0/0"]),
        ("found by ourselves",               "N,Y,,Y,,,,none,1,N,proactive",                     ["0/0", "0/0", "0/0", "0/0", "0/0", "0/0", "0/0"]),
        ("answered on the call",             "N,,,,,,,none,1,N,answered_on_call",                ["0/0", "0/0", "0/0", "0/0", "0/0", "0/0", "0/0"]),
    ];
    let metrics = [Response, Solved, Satisfied, Coverage, ResolvedInTime, WellDispatched, Excluded];
    let rules = shipped();
    for (name, row, want) in rows {
        let table = table(&rules, &format!("T1,A,{row}\n"));
        let got = metrics.map(|metric| shown(of_all(&table, metric)));
        assert_eq!(got.each_ref().map(String::as_str), want, "{name}");
    }
}

/// 一次办结率, 重办率, 办后重复率, 解决率(分级).
#[test]
fn a_redo_and_a_repeat_show() {
    #[rustfmt::skip]
    let rows = [
        ("first time",      "已解决,满意,answered,1,N,",     ["1/1", "0/1", "0/1", "1/1"]),
        ("second round",    "已解决,满意,answered,2,N,",     ["0/1", "1/1", "0/1", "1/1"]),
        ("came again",      "已解决,满意,answered,1,Y,",     ["0/1", "0/1", "1/1", "1/1"]),
        ("half",            "部分解决,,answered,1,N,",       ["0/1", "0/1", "0/1", "0.5/1"]),
        ("not at all",      "未解决,,answered,1,N,",         ["0/1", "0/1", "0/1", "0/1"]),
        ("nobody answered", ",,unreached,1,N,",              ["0/0", "0/1", "0/1", "0/0"]),
    ];
    let metrics = [Metric::FirstTime, Metric::Redone, Metric::Repeated, Metric::SolvedGraded];
    let rules = shipped();
    for (name, row, want) in rows {
        let heard = if row.starts_with(",,") { "" } else { "Y" };
        let table = table(&rules, &format!("T1,A,N,Y,Y,Y,{heard},{row}\n"));
        let got = metrics.map(|metric| shown(of_all(&table, metric)));
        assert_eq!(got.each_ref().map(String::as_str), want, "{name}");
    }
}

/// A return moves the ticket to the unit that has it in the end; only 派单准确率 remembers.
#[test]
fn a_ticket_counts_for_the_unit_that_leads_it() {
    let rules = shipped();
    let table = table(
        &rules,
        "T1,A,Y,N,N,N,,,,none,1,N,\n\
         T1,B,N,Y,Y,Y,Y,已解决,满意,answered,1,N,\n",
    );
    let of = |unit: &str, metric| shown(table.units[unit].rate(metric));
    assert_eq!([of("A", Metric::Response), of("B", Metric::Response)], ["0/0", "1/1"]);
    assert_eq!([of("A", Metric::Solved), of("B", Metric::Solved)], ["0/0", "1/1"]);
    assert_eq!(shown(of_all(&table, Metric::WellDispatched)), "1/2");
    assert_eq!(shown(of_all(&table, Metric::Returned)), "1/2");
}

#[test]
fn contact_is_judged_by_the_basis() {
    #[rustfmt::skip]
    let rows = [
        // clock and resident                clock  resident both
        ("met, and heard",     "Y,Y,Y",     ["1/1", "1/1", "1/1"]),
        ("met, but denied",    "Y,Y,N",     ["1/1", "0/1", "0/1"]),
        ("late, but heard",    "N,Y,Y",     ["0/1", "1/1", "0/1"]),
        ("met, nobody said",   "Y,Y,",      ["1/1", "1/1", "1/1"]),
    ];
    for (name, row, want) in rows {
        for (basis, want) in [Basis::Clock, Basis::Resident, Basis::Both].into_iter().zip(want) {
            let rules = Rules { basis, ..shipped() };
            let table = table(&rules, &format!("T1,A,N,Y,{row},已解决,满意,answered,1,N,\n"));
            assert_eq!(shown(of_all(&table, Metric::Response)), want, "{name}, {basis:?}");
        }
    }
}

#[test]
fn half_a_grade_stays_exact() {
    let mut rules = shipped();
    let basically =
        rules.grades.iter_mut().find(|(grade, _)| grade == "基本满意").expect("a grade");
    basically.1 = Fraction::parse("0.6").expect("a weight");
    let rows = "T1,A,N,Y,Y,Y,Y,已解决,基本满意,answered,1,N,\n\
                T2,A,N,Y,Y,Y,Y,已解决,基本满意,answered,1,N,\n\
                T3,A,N,Y,Y,Y,Y,已解决,满意,answered,1,N,\n";
    let rate = of_all(&table(&rules, rows), Metric::Satisfied);
    assert_eq!(
        (rate.num.to_string().as_str(), rate.den, rate.percent().as_str()),
        ("11/5", 3, "73.33")
    );
}

#[test]
fn the_first_answer_is_shown_beside_the_last() {
    let rules = shipped();
    let header = HEADER.trim_end().to_owned() + ",q3_first\n";
    let rows = "T1,A,N,Y,Y,Y,Y,已解决,满意,answered,2,N,,不满意\n\
                T2,A,N,Y,Y,Y,Y,已解决,满意,answered,1,N,,满意\n";
    let sheet = Sheet::read((header + rows).as_bytes(), &rules).expect("a good header");
    let table = tally(&rules, &sheet.rows);
    assert_eq!(shown(of_all(&table, Metric::Satisfied)), "2/2");
    assert_eq!(shown(of_all(&table, Metric::FirstSatisfied)), "1/2");
}

/// Sum, median and longest; the late ticket that is hung is in none of them.
#[test]
fn the_late_say_how_late() {
    let rules = shipped();
    let header = HEADER.trim_end().to_owned() + ",overdue_minutes\n";
    let row = |ticket: &str, resolved: &str, exclusion: &str, minutes: &str| {
        format!("{ticket},A,N,Y,Y,{resolved},,,,unreached,1,N,{exclusion},{minutes}\n")
    };
    let read = |rows: &str| {
        let sheet = Sheet::read((header.clone() + rows).as_bytes(), &rules).expect("a header");
        (tally(&rules, &sheet.rows).whole(), sheet.refused)
    };
    let rows = [
        row("T1", "N", "", "600"),
        row("T2", "N", "", "10"),
        row("T3", "N", "", "25"),
        row("T4", "N", "", "0"),
        row("T5", "Y", "", ""),
        row("T6", "N", "hung", "9000"),
    ];
    let overdue = read(&rows.concat()).0.overdue().expect("four were late");
    assert_eq!((shown(overdue.rate).as_str(), overdue.longest), ("635/4", 600));
    assert_eq!(overdue.median.rounded(), "17.50");
    assert_eq!(read(&rows[..3].concat()).0.overdue().expect("three").median.rounded(), "25.00");
    assert_eq!(read(&rows[4]).0.overdue(), None, "nothing was late");
    #[rustfmt::skip]
    let bad = [
        (row("T1", "N", "", ""),    "`overdue_minutes` is empty, but `resolve_on_time` is N"),
        (row("T1", "N", "", "2h"),  "`overdue_minutes` is no whole number"),
        (row("T1", "Y", "", "30"),  "`overdue_minutes` is filled, but `resolve_on_time` is not N"),
        (row("T1", "", "", "30"),   "`overdue_minutes` is filled, but `resolve_on_time` is not N"),
    ];
    for (row, reason) in bad {
        assert_eq!(read(&row).1[0].reason, reason);
    }
}

#[test]
fn equal_scores_share_a_rank() {
    let rules = shipped();
    // B and C are 16 of 20 and 8 of 10: equal as fractions.
    let rows = [answered("A", 10, 9, 9), answered("B", 20, 16, 16), answered("C", 10, 8, 8)];
    let rows = rows.concat() + &answered("D", 10, 7, 7) + &answered("E", 2, 2, 2);
    let board = board(&table(&rules, &rows), &rules);
    let ranks: Vec<Option<usize>> =
        board.units.values().map(|one| one.placed.ok().map(|placed| placed.rank)).collect();
    assert_eq!(ranks, [Some(1), Some(2), Some(2), Some(4), None]);
    assert_eq!(board.rated, 4, "E is too small to be ranked");
}

#[test]
fn units_are_ranked_in_their_group() {
    let rules = shipped();
    let grouped = |unit: &str, solved, group: &str| -> String {
        let rows = answered(unit, 10, solved, solved);
        rows.lines().map(|row| format!("{row},{group}\n")).collect::<Vec<String>>().concat()
    };
    let rows = grouped("A", 9, "县区") + &grouped("B", 5, "县区") + &grouped("C", 7, "部门");
    let header = HEADER.trim_end().to_owned() + ",group\n";
    let sheet = Sheet::read((header.clone() + &rows).as_bytes(), &rules).expect("a header");
    let mut counted = tally(&rules, &sheet.rows);
    counted.groups = sheet.groups;
    let board = board(&counted, &rules);
    let ranks = ["A", "B", "C"].map(|unit| board.units[unit].placed.expect("enough").rank);
    assert_eq!(ranks, [1, 2, 1]);
    let moved = header + &rows + "X,A,N,Y,Y,Y,,,,none,1,N,,部门\n";
    let sheet = Sheet::read(moved.as_bytes(), &rules).expect("a header");
    assert_eq!(sheet.refused[0].reason, "`group` is not the one this unit had above");
}

#[test]
fn a_small_sample_has_neither_zone_nor_rank() {
    #[rustfmt::skip]
    let rows = [
        ("one below",  answered("A", 2, 2, 2), Err(Withheld::SmallSample)),
        ("just enough", answered("A", 3, 3, 3), Ok(Placed { zone: Some(0), rank: 1 })),
        ("enough dispatched, too few answers",
            answered("A", 2, 2, 2) + "X,A,N,Y,Y,Y,,,,unreached,1,N,\n", Err(Withheld::SmallSample)),
        ("answers, but no grade at all",
            (0..3).map(|n| format!("T{n},A,N,Y,Y,Y,Y,已解决,,answered,1,N,\n")).collect::<Vec<String>>().concat(), Err(Withheld::NoScore)),
    ];
    let rules = shipped();
    for (name, rows, want) in rows {
        let table = table(&rules, &rows);
        assert_eq!(board(&table, &rules).units["A"].placed, want, "{name}");
        assert_eq!(of_all(&table, Metric::Solved).den, table.whole().answers(), "{name}: shown");
    }
}

/// Both sides of each threshold; the exact score decides, not what is printed.
#[test]
fn zones_begin_at_the_exact_score() {
    #[rustfmt::skip]
    let table_of_scores = [
        // (30 + 70 * solved / count) percent
        ("90 exactly",           35, 30, "90.00", 0),
        ("prints as 90, is less", 1_000_000, 857_142, "90.00", 1),
        ("80 exactly",           7, 5,   "80.00", 1),
        ("a little less",        700, 499, "79.90", 2),
        ("nothing solved",       3, 0,   "30.00", 2),
    ];
    let rules = shipped();
    for (name, count, solved, printed, zone) in table_of_scores {
        // One row counted, then scaled: a million rows would only be slow.
        let count_rows = |solved: &str, satisfied: &str| {
            table(&rules, &format!("T,A,N,Y,Y,Y,Y,{solved},{satisfied},answered,1,N,\n")).whole()
        };
        let (good, bad) = (count_rows("已解决", "满意"), count_rows("未解决", "不满意"));
        let mut whole = scaled(&good, solved);
        whole.add(&scaled(&bad, count - solved));
        let score = whole.composite(&rules.weights).expect("a score").percent();
        assert_eq!(score, printed, "{name}");
        assert_eq!(zone_of(&whole, &rules), Ok(Some(zone)), "{name}");
    }
}

/// So many times the same figures, by doubling.
fn scaled(one: &duban::core::rates::Figures, times: u64) -> duban::core::rates::Figures {
    let (mut whole, mut power, mut left) =
        (duban::core::rates::Figures::default(), one.clone(), times);
    while left > 0 {
        if left % 2 == 1 {
            whole.add(&power);
        }
        power.add(&power.clone());
        left /= 2;
    }
    whole
}

#[test]
fn the_version_of_the_first_day_is_in_force() {
    let version = |id: &str, from: Option<&str>, to: Option<&str>| {
        let day = |text: &str| text.parse().expect("a date");
        Rules { id: id.to_owned(), from: from.map(day), to: to.map(day), ..shipped() }
    };
    let versions = [
        version("second", Some("2026-07-01"), None),
        version("trial", Some("2026-09-01"), Some("2026-10-01")),
        version("first", Some("2024-01-01"), None),
        version("of a set below", Some("2026-07-01"), None),
    ];
    #[rustfmt::skip]
    let days = [
        ("2023-12-31", None),
        ("2024-01-01", Some("first")),
        ("2026-06-30", Some("first")),
        ("2026-07-01", Some("second")),
        ("2026-09-30", Some("trial")),
        ("2026-10-01", Some("second")),
    ];
    for (day, want) in days {
        let found = in_force(&versions, day.parse().expect("a date"));
        assert_eq!(found.map(|rules| rules.id.as_str()), want, "{day}");
    }
}

#[test]
fn every_bad_line_is_refused_with_its_reason() {
    #[rustfmt::skip]
    let lines = [
        ("T1,A,N,Y,Y,Y,Y,已解决,满意,answered,1,N",          "the line has 12 cells, the first line 13 columns"),
        ("T1,A,N,Y,Y,Y,Y,已解决,满意,answered,1,N,,",        "the line has 14 cells, the first line 13 columns"),
        (",A,N,Y,Y,Y,Y,已解决,满意,answered,1,N,",           "`ticket` is empty"),
        ("T1, ,N,Y,Y,Y,Y,已解决,满意,answered,1,N,",         "`unit` is empty"),
        ("T1,全市,N,Y,Y,Y,Y,已解决,满意,answered,1,N,",      "no unit is called 全市 or 统计口径: the figures are"),
        ("T1,A,,Y,Y,Y,Y,已解决,满意,answered,1,N,",          "`returned_ok` is empty; write Y, N"),
        ("T1,A,N,X,Y,Y,Y,已解决,满意,answered,1,N,",         "`accept_on_time` is none of Y, N"),
        ("T1,A,N,Y,1,Y,Y,已解决,满意,answered,1,N,",         "`contact_on_time` is none of Y, N"),
        ("T1,A,N,Y,Y,yes,Y,已解决,满意,answered,1,N,",       "`resolve_on_time` is none of Y, N"),
        ("T1,A,N,Y,Y,Y,?,已解决,满意,answered,1,N,",         "`q1_contacted` is none of Y, N"),
        ("T1,A,N,Y,Y,Y,Y,解决,满意,answered,1,N,",           "`q2_solved` is none of 已解决, 未解决, 部分解决"),
        ("T1,A,N,Y,Y,Y,Y,已解决,很满意,answered,1,N,",       "`q3_satisfied` is none of 不满意, 基本满意, 满意, 非常不满意, 非常满意"),
        ("T1,A,N,Y,Y,Y,Y,已解决,满意,,1,N,",                 "`eval_outcome` is empty; write answered, unreached, refused, none"),
        ("T1,A,N,Y,Y,Y,Y,已解决,满意,done,1,N,",             "`eval_outcome` is none of answered, unreached, refused, none"),
        ("T1,A,N,Y,Y,Y,Y,已解决,满意,unreached,1,N,",        "there are answers, but `eval_outcome` is not answered"),
        ("T1,A,N,Y,Y,Y,Y,已解决,满意,answered,0,N,",         "`rounds` is no whole number from 1"),
        ("T1,A,N,Y,Y,Y,Y,已解决,满意,answered,two,N,",       "`rounds` is no whole number from 1"),
        ("T1,A,N,Y,Y,Y,Y,已解决,满意,answered,1,,",          "`repeat_30d` is empty; write Y, N"),
        ("T1,A,N,Y,Y,Y,Y,已解决,满意,answered,1,N,rain",     "`exclusion` is none of unreasonable_approved, unreasonable_proposed, hung, merged, withdrawn, no_route, praise, answered_on_call, proactive"),
        ("\"T1\u{1b}[2J\",A,N,Y,Y,Y,Y,已解决,满意,answered,1,N,",  "`ticket` has a line break or another control character"),
        ("T0,A,N,Y,Y,Y,Y,已解决,满意,answered,1,N,",         "this ticket is there twice for this unit, first on line 2"),
        ("T0,B,N,Y,Y,Y,Y,已解决,满意,answered,1,N,",         "this ticket counts for another unit on line 2; one of them must say `returned_ok` Y"),
    ];
    let rules = shipped();
    for (line, reason) in lines {
        let good = "T0,A,N,Y,Y,Y,Y,已解决,满意,answered,1,N,";
        let sheet = sheet(&rules, &format!("{good}\n{line}\nT9,A,N,Y,Y,Y,,,,none,1,N,\n"));
        let refused: Vec<(u64, &str)> =
            sheet.refused.iter().map(|one| (one.line, one.reason.as_str())).collect();
        assert_eq!(refused, [(3, reason)], "{line}");
        assert_eq!((sheet.rows.len(), sheet.refused_count), (2, 1), "{line}: the others count");
    }
}

/// One quote too many swallows what follows; that is told, not hidden in one short line.
#[test]
fn a_quote_that_never_closes_is_told() {
    let rules = shipped();
    let rows = format!("T1,\"A,N,Y\n{}", answered("A", 2, 2, 2));
    let reason = "a quote that opens here closes 3 lines below, or never; those lines are lost too";
    let short = sheet(&rules, &rows);
    assert_eq!(
        (short.rows.len(), short.refused[0].line, short.refused[0].reason.as_str()),
        (0, 2, reason)
    );
    let long = sheet(&rules, &format!("T1,\"A,N,Y\n{}", answered("A", 2_000, 2, 2)));
    assert!(long.refused[0].reason.starts_with("a quote that opens here"), "{:?}", long.refused);
}

#[test]
fn a_file_that_is_no_export_says_why() {
    let (gbk, half): (&[u8], &[u8]) = (b"ticket,\xb5\xa5\xce\xbb\n", b"\n");
    let missing = "ticket,unit,returned_ok,accept_on_time,contact_on_time,resolve_on_time,q1_contacted,q2_solved,q3_satisfied,eval_outcome,repeat_30d\n";
    #[rustfmt::skip]
    let files: [(&str, &[u8], SheetError); 5] = [
        ("nothing",       b"",    SheetError::Empty),
        ("an empty line", half,   SheetError::Empty),
        ("GBK",           gbk,    SheetError::NotUtf8),
        ("missing",       missing.as_bytes(), SheetError::Missing("`rounds`, `exclusion`".to_owned())),
        ("twice",         b"ticket,unit,Unit\n", SheetError::Twice("unit")),
    ];
    for (name, bytes, want) in files {
        assert_eq!(Sheet::read(bytes, &shipped()), Err(want), "{name}");
    }
}

/// What Excel writes: a mark at the beginning, CRLF, quotes; columns in any order.
#[test]
fn what_a_spreadsheet_writes_is_read() {
    let rules = shipped();
    let mut columns: Vec<&str> = HEADER.trim_end().split(',').collect();
    let mut cells: Vec<&str> =
        "\"T,1\",A,N,y,Y,Y,Y,已解决,满意,answered,1,n,".split_inclusive("1\"").collect();
    let rest: Vec<&str> =
        cells.pop().expect("the rest").trim_start_matches(',').split(',').collect();
    cells.extend(rest);
    columns.reverse();
    cells.reverse();
    let text = format!("\u{feff}{},备注\r\n{},x\r\n", columns.join(","), cells.join(","));
    let sheet = Sheet::read(text.as_bytes(), &rules).expect("a good header");
    assert_eq!((sheet.refused.len(), sheet.rows[0].ticket.as_str()), (0, "T,1"));
    assert_eq!(sheet.unknown, ["备注"]);
}
