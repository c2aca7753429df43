//! `duban rates` as people and programs call it.

use std::{
    fs,
    path::Path,
    process::{Command, Output},
};

use serde_json::{Value, json};

use super::{EXAMPLE, EXPECTED, HEADER, answered};

fn duban(folder: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_duban"))
        .arg("rates")
        .args(args)
        .current_dir(folder)
        .output()
        .expect("the binary runs")
}

fn words(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("UTF-8")
}

/// The figures, of a run that ends with this code.
fn figures(folder: &Path, code: i32, args: &[&str]) -> Value {
    let output = duban(folder, args);
    assert_eq!(output.status.code(), Some(code), "{}", words(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("JSON")
}

/// A folder with files of these rows under the usual header.
fn folder(files: &[(&str, String)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a scratch folder");
    for (name, rows) in files {
        fs::write(folder.path().join(name), format!("{HEADER}{rows}")).expect("it takes files");
    }
    folder
}

#[test]
fn the_example_is_printed_in_its_shape() {
    let folder = folder(&[]);
    fs::write(folder.path().join("example.csv"), EXAMPLE).expect("it takes files");
    let got = figures(folder.path(), 0, &["example.csv", "--min-n", "3", "--json"]);
    let want: Value = serde_json::from_str(EXPECTED).expect("JSON");
    for (unit, rates) in want.as_object().expect("units") {
        for (name, value) in rates.as_object().expect("rates") {
            assert_eq!(got[unit][name], *value, "{unit} {name}");
        }
    }
    assert_eq!([&got["A"]["排名"], &got["B"]["排名"]], [&json!(2), &json!(1)]);
    assert_eq!(got["C"]["排名"], Value::Null);
    assert_eq!(got["C"]["不排名原因"], "样本不足");
    assert_eq!(got["A"]["剔除"]["unreasonable_proposed"], 1, "noted, though it counts");
    assert_eq!(
        got["统计口径"]["best_zone"],
        json!({ "zone": "蓝", "num": "1", "den": 2, "pct": "50.00" })
    );
    let strict = figures(folder.path(), 0, &["example.csv", "--json"]);
    assert_eq!(strict["B"]["区"], "样本不足", "the rules ask for 30 answers");
}

#[test]
fn the_tables_read_well() {
    let folder = folder(&[]);
    fs::write(folder.path().join("example.csv"), EXAMPLE).expect("it takes files");
    let output = duban(folder.path(), &["example.csv", "--min-n", "3", "--policies", "cn"]);
    insta::assert_snapshot!(words(&output.stdout), @r"
    名次  单位  响应率           解决率(严)       满意率           回访覆盖率       有效评价  综合分  区
    1     B     5/5 = 100.00 %   4/4 = 100.00 %   4/4 = 100.00 %   4/5 = 80.00 %    4         100.00  蓝
    2     A     12/14 = 85.71 %  8/10 = 80.00 %   7/9 = 77.78 %    10/12 = 83.33 %  10        80.94   黄
    —     C     1/2 = 50.00 %    1/2 = 50.00 %    1/2 = 50.00 %    2/2 = 100.00 %   2         50.00   样本不足
    —     全市  18/21 = 85.71 %  13/16 = 81.25 %  12/15 = 80.00 %  16/19 = 84.21 %  16        82.15   —

    单位  按时签收率       按时联系率       按时办结率       一次办结率       重办率
    A     13/14 = 92.86 %  13/14 = 92.86 %  12/13 = 92.31 %  6/10 = 60.00 %   1/14 = 7.14 %
    B     5/5 = 100.00 %   5/5 = 100.00 %   5/5 = 100.00 %   4/4 = 100.00 %   0/5 = 0.00 %
    C     2/2 = 100.00 %   1/2 = 50.00 %    1/2 = 50.00 %    1/2 = 50.00 %    1/2 = 50.00 %
    全市  20/21 = 95.24 %  19/21 = 90.48 %  18/20 = 90.00 %  11/16 = 68.75 %  2/21 = 9.52 %

    单位  解决率(分级)       初评满意率  办后重复率     派单准确率       退单率         剔除率
    A     8.5/10 = 85.00 %   —           1/14 = 7.14 %  17/18 = 94.44 %  1/18 = 5.56 %  5/18 = 27.78 %
    B     4/4 = 100.00 %     —           0/5 = 0.00 %   5/5 = 100.00 %   0/5 = 0.00 %   0/5 = 0.00 %
    C     1/2 = 50.00 %      —           0/2 = 0.00 %   2/2 = 100.00 %   0/2 = 0.00 %   0/2 = 0.00 %
    全市  13.5/16 = 84.38 %  —           1/21 = 4.76 %  24/25 = 96.00 %  1/25 = 4.00 %  5/25 = 20.00 %

    单位  剔除原因            件数  不计入
    A     不合理诉求(已认定)  1     解决、满意、覆盖
    A     不合理诉求(待认定)  1     (照常计入)
    A     挂账                1     解决、满意、覆盖、按时办结
    A     并单                1     响应、签收、联系、重办、按时办结、解决、满意、覆盖
    A     撤诉                1     响应、签收、联系、重办、按时办结、解决、满意、覆盖
    A     无法联系            1     响应、签收、联系、重办、按时办结、解决、满意、覆盖
    A     表扬                1     全部指标(不是工单)
    A     主动发现            1     全部指标(不是工单)
    C     即时答复            1     全部指标(不是工单)

    蓝区占比: 1/2 = 50.00 %
    口径 2019.1(cn 2026.1);样本下限 3;28 行计入,0 行拒收
    ");
    let output = duban(folder.path(), &["example.csv", "--min-n", "3", "--language", "en"]);
    insta::assert_snapshot!(words(&output.stdout), @r"
    RANK  UNIT  RESPONSE         SOLVED           SATISFIED        COVERAGE         ANSWERS  SCORE   ZONE
    1     B     5/5 = 100.00 %   4/4 = 100.00 %   4/4 = 100.00 %   4/5 = 80.00 %    4        100.00  blue
    2     A     12/14 = 85.71 %  8/10 = 80.00 %   7/9 = 77.78 %    10/12 = 83.33 %  10       80.94   yellow
    —     C     1/2 = 50.00 %    1/2 = 50.00 %    1/2 = 50.00 %    2/2 = 100.00 %   2        50.00   too few answers
    —     all   18/21 = 85.71 %  13/16 = 81.25 %  12/15 = 80.00 %  16/19 = 84.21 %  16       82.15   —

    UNIT  ACCEPTED IN TIME  CONTACTED IN TIME  RESOLVED IN TIME  SOLVED FIRST TIME  REDONE
    A     13/14 = 92.86 %   13/14 = 92.86 %    12/13 = 92.31 %   6/10 = 60.00 %     1/14 = 7.14 %
    B     5/5 = 100.00 %    5/5 = 100.00 %     5/5 = 100.00 %    4/4 = 100.00 %     0/5 = 0.00 %
    C     2/2 = 100.00 %    1/2 = 50.00 %      1/2 = 50.00 %     1/2 = 50.00 %      1/2 = 50.00 %
    all   20/21 = 95.24 %   19/21 = 90.48 %    18/20 = 90.00 %   11/16 = 68.75 %    2/21 = 9.52 %

    UNIT  SOLVED, GRADED     SATISFIED AT FIRST  REPEATED       DISPATCHED RIGHT  RETURNED       EXCLUDED
    A     8.5/10 = 85.00 %   —                   1/14 = 7.14 %  17/18 = 94.44 %   1/18 = 5.56 %  5/18 = 27.78 %
    B     4/4 = 100.00 %     —                   0/5 = 0.00 %   5/5 = 100.00 %    0/5 = 0.00 %   0/5 = 0.00 %
    C     1/2 = 50.00 %      —                   0/2 = 0.00 %   2/2 = 100.00 %    0/2 = 0.00 %   0/2 = 0.00 %
    all   13.5/16 = 84.38 %  —                   1/21 = 4.76 %  24/25 = 96.00 %   1/25 = 4.00 %  5/25 = 20.00 %

    UNIT  LEFT OUT BECAUSE         COUNT  OF
    A     found unreasonable       1      answers, coverage
    A     said to be unreasonable  1      nothing: it counts
    A     hung                     1      answers, coverage, resolution in time
    A     merged                   1      response, acceptance, contact, redo, resolution in time, answers, coverage
    A     withdrawn                1      response, acceptance, contact, redo, resolution in time, answers, coverage
    A     no way to reach them     1      response, acceptance, contact, redo, resolution in time, answers, coverage
    A     praise                   1      every rate: no ticket
    A     found by ourselves       1      every rate: no ticket
    C     answered on the call     1      every rate: no ticket

    blue zone: 1/2 = 50.00 %
    rules 2019.1 (cn 2026.1); at least 3 answers for a zone and a rank; 28 rows taken, 0 refused
    ");
}

#[test]
fn refused_lines_are_told_and_the_rest_counts() {
    let rows =
        answered("A", 3, 3, 3) + "T1,13800000001,N,Y,Y,Y,Y,已解决,13800000001,answered,1,N,\n";
    let folder = folder(&[("may.csv", rows)]);
    let output = duban(folder.path(), &["may.csv", "--json"]);
    assert_eq!(output.status.code(), Some(65));
    assert_eq!(
        words(&output.stderr),
        "may.csv:5: `q3_satisfied` is none of 不满意, 基本满意, 满意, 非常不满意, 非常满意\n\
         1 lines were refused; the figures are those of the other 3\n",
        "the cell itself is not quoted: it may hold a number"
    );
    let got: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(got["统计口径"]["rows"], 3);
    assert_eq!(got["统计口径"]["refused"]["count"], 1);
    assert_eq!(got["统计口径"]["refused"]["lines"][0]["line"], 5);
}

#[test]
fn what_is_no_export_gives_no_figures() {
    let folder = folder(&[]);
    fs::write(folder.path().join("list.csv"), "ticket,unit\nT1,A\n").expect("it takes files");
    let output = duban(folder.path(), &["list.csv", "--json"]);
    assert_eq!((output.status.code(), output.stdout.len()), (Some(65), 0));
    let complaint = words(&output.stderr);
    assert!(
        complaint.starts_with("duban: list.csv: the first line has no column `returned_ok`"),
        "{complaint}"
    );
    assert_eq!(duban(folder.path(), &["gone.csv"]).status.code(), Some(65));
    assert_eq!(duban(folder.path(), &[]).status.code(), Some(2));
    let output = duban(folder.path(), &["list.csv", "--policies", "external"]);
    assert_eq!(output.status.code(), Some(78), "{}", words(&output.stderr));
}

#[test]
fn a_311_centre_answers_in_english() {
    let rows = "C-1,Streets,N,Y,Y,Y,Y,solved,very satisfied,answered,1,N,\n\
                C-2,Streets,N,Y,Y,Y,Y,partly,,answered,1,N,\n";
    let folder = folder(&[("may.csv", rows.to_owned())]);
    let output = duban(folder.path(), &["may.csv", "--policies", "generic311", "--min-n", "1"]);
    let shown = words(&output.stdout);
    assert!(
        shown.contains("1     Streets  2/2 = 100.00 %  1/2 = 50.00 %  1/1 = 100.00 %"),
        "{shown}"
    );
}

#[test]
fn several_files_are_one_year() {
    let months = [("jan.csv", answered("A", 40, 20, 20)), ("feb.csv", answered("A", 4, 4, 4))];
    let folder = folder(&months);
    let got = figures(folder.path(), 0, &["jan.csv", "feb.csv", "--json"]);
    assert_eq!(got["A"]["解决率(严)"], json!({ "num": "24", "den": 44, "pct": "54.55" }));
    assert_eq!(got["统计口径"]["rows"], 44);
}

#[test]
fn a_correction_is_the_next_version() {
    let rows = |first: &str| {
        format!("T1,A,N,Y,Y,Y,Y,{first},answered,1,N,\nT2,A,N,Y,Y,Y,Y,已解决,满意,answered,1,N,\n")
    };
    let folder = folder(&[
        ("v1.csv", rows("未解决,不满意")),
        ("v2.csv", rows("部分解决,")),
        ("v3.csv", rows("已解决,满意")),
    ]);
    let run = |args: &[&str]| figures(folder.path(), 0, args)["统计口径"].clone();
    assert_eq!(run(&["v1.csv", "--json"])["version"], 1);
    let second = run(&["v2.csv", "--restates", "v1.csv", "--json"]);
    assert_eq!(second["version"], 2);
    assert_eq!(
        second["changes"]["tickets"],
        json!([{
            "ticket": "T1", "unit": "A", "change": "changed",
            "fields": { "q2_solved": ["未解决", "部分解决"], "q3_satisfied": ["不满意", ""] },
        }])
    );
    let moved = second["changes"]["rates"].as_array().expect("rates");
    let satisfied = moved.iter().find(|one| one["unit"] == "A" && one["rate"] == "满意率");
    assert_eq!(satisfied.expect("it moved")["before"]["den"], 2);
    let third = run(&["v3.csv", "--restates", "v1.csv", "--restates", "v2.csv", "--json"]);
    assert_eq!(third["version"], 3);
    assert_eq!(
        third["changes"]["tickets"][0]["fields"]["q2_solved"],
        json!(["部分解决", "已解决"])
    );
    let output = duban(folder.path(), &["v3.csv", "--restates", "v1.csv", "--min-n", "2"]);
    let shown = words(&output.stdout);
    let (_, list) = shown.split_once("\n第").expect("the correction is told");
    insta::assert_snapshot!(list, @r"
    2版,更正1件:
      T1 A q2_solved 未解决 → 已解决, q3_satisfied 不满意 → 满意
      A 解决率(严): 1/2 = 50.00 % → 2/2 = 100.00 %
      A 解决率(分级): 1/2 = 50.00 % → 2/2 = 100.00 %
      A 满意率: 1/2 = 50.00 % → 2/2 = 100.00 %
      A 一次办结率: 1/2 = 50.00 % → 2/2 = 100.00 %
      全市 解决率(严): 1/2 = 50.00 % → 2/2 = 100.00 %
      全市 解决率(分级): 1/2 = 50.00 % → 2/2 = 100.00 %
      全市 满意率: 1/2 = 50.00 % → 2/2 = 100.00 %
      全市 一次办结率: 1/2 = 50.00 % → 2/2 = 100.00 %
      A 综合分、区、名次: 65.00 红 1 → 100.00 蓝 1

    蓝区占比: 1/1 = 100.00 %
    口径 2019.1(cn 2026.1);样本下限 2;2 行计入,0 行拒收
    ");
    let same = run(&["v1.csv", "--restates", "v1.csv", "--json"]);
    assert_eq!((&same["version"], &same["changes"]["tickets"]), (&json!(1), &json!([])));
}

/// 1 000 findings of our own last year, 2 126 this year.
#[test]
fn growth_is_over_the_earlier_file() {
    let found = |count: usize| -> String {
        let row = |n| format!("G{n},村{},N,Y,,Y,,,,none,1,N,proactive\n", n % 2);
        (0..count).map(row).collect::<Vec<String>>().concat()
    };
    let folder = folder(&[("2024.csv", found(1_000)), ("2025.csv", found(2_126))]);
    let got = figures(folder.path(), 0, &["2025.csv", "--before", "2024.csv", "--json"]);
    let growth = &got["统计口径"]["growth"]["proactive"];
    assert_eq!(
        [&growth["total"], &growth["total_before"], &growth["growth"]],
        [&json!(2_126), &json!(1_000), &json!(1_126)]
    );
    assert_eq!(got["全市"]["响应率"], json!({ "num": "0", "den": 0, "pct": "—" }));
    let output = duban(folder.path(), &["2025.csv", "--before", "2024.csv"]);
    assert!(words(&output.stdout).contains("主动发现: 1000 → 2126 (112.6 %)"));
}

/// A threshold that changes in July leaves June as it was.
#[test]
fn a_new_version_does_not_rewrite_history() {
    let folder = folder(&[("tickets.csv", answered("A", 100, 86, 86))]);
    let set = folder.path().join("city");
    fs::create_dir(&set).expect("it takes folders");
    let text = r#"
schema = "sla-policy-set/1"
extends = "cn"
id = "city"
version = "1"
[zones]
blue = 85
red = 0
[[rates]]
id = "2026.2"
from = "2026-07-01"
min_n = 100
weights = { response = 20, solved = 40, satisfied = 40 }
solved = { "已解决" = 1, "部分解决" = 0, "未解决" = 0 }
grades = { "满意" = 1, "基本满意" = "0.6", "不满意" = 0 }
zones = { gold = 95, "蓝" = 90, red = 0 }
"#;
    fs::write(set.join("policies.toml"), text).expect("it takes files");
    let run = |period: &str| {
        let args = ["tickets.csv", "--policies", "city", "--period", period, "--json"];
        figures(folder.path(), 0, &args)
    };
    let june = run("2026-06");
    assert_eq!(
        (&june["统计口径"]["rules"], &june["A"]["综合分30-35-35"], &june["A"]["区"]),
        (&json!("2019.1"), &json!("90.20"), &json!("蓝"))
    );
    assert_eq!(june["统计口径"]["zones"], json!({ "blue": 85, "red": 0 }), "those of the set");
    let july = run("2026-07");
    assert_eq!(
        (&july["统计口径"]["rules"], &july["A"]["综合分20-40-40"], &july["A"]["区"]),
        (&json!("2026.2"), &json!("88.80"), &json!("红"))
    );
    // A year across both: each month by its own rules, the sum ranked by the last.
    let both = ["tickets.csv", "tickets.csv", "--policies", "city", "--json"];
    let year = [&both[..], &["--period", "2026-06", "--period", "2026-07"]].concat();
    let year = figures(folder.path(), 0, &year);
    let rules: Vec<&Value> = year["统计口径"]["files"]
        .as_array()
        .expect("files")
        .iter()
        .map(|file| &file["rules"])
        .collect();
    assert_eq!(rules, ["2019.1", "2026.2"]);
    assert_eq!(year["A"]["综合分20-40-40"], "88.80");
    let three = [&both[..], &["--period", "2026", "--period", "2026", "--period", "2026"]].concat();
    assert_eq!(duban(folder.path(), &three).status.code(), Some(2), "three periods, two files");
    let args = ["tickets.csv", "--policies", "city", "--period", "2018", "--json"];
    assert_eq!(duban(folder.path(), &args).status.code(), Some(78), "no rules were in force");
}
