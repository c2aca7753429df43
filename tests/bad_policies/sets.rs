//! Head, calendar and tables of names.

use insta::assert_snapshot;

use super::complaints;

#[test]
fn role_without_level() {
    assert_snapshot!(complaints("role-without-level"), @r#"
    role-without-level.toml:2:15: role `deputy_head` has no `level`
      |
    2 | deputy_head = { zh = "单位分管领导" }
      |               ^^^^^^^^^^^^^^^^^^^^^^^
    "#);
}

#[test]
fn unknown_colour() {
    assert_snapshot!(complaints("unknown-colour"), @r#"
    unknown-colour.toml:2:33: `pink` is not a colour of slips; write `none`, `blue`, `green`, `yellow`, `orange` or `red`
      |
    2 | pink = { zh = "粉色催办单", colour = "pink" }
      |                                      ^^^^^^
    "#);
}

#[test]
fn pause_approved_by_nobody() {
    assert_snapshot!(complaints("pause-approved-by-nobody"), @r#"
    pause-approved-by-nobody.toml:2:54: role `city_sup` is not in [roles]
      |
    2 | season = { zh = "季节性施工条件", max = "120wd", approver = "city_sup" }
      |                                                             ^^^^^^^^^^
    "#);
}

#[test]
fn bad_quiet_hours() {
    assert_snapshot!(complaints("bad-quiet-hours"), @r#"
    bad-quiet-hours.toml:2:19: `25:00` is not a clock time; write hours and minutes like `09:00`
      |
    2 | hours = ["21:00", "25:00"]
      |                   ^^^^^^^
    "#);
}

#[test]
fn exempts_nobody() {
    assert_snapshot!(complaints("exempts-nobody"), @r#"
    exempts-nobody.toml:3:20: policy `emergency` is not in [[policy]]
      |
    3 | exempt_policies = ["emergency"]
      |                    ^^^^^^^^^^^
    "#);
}

#[test]
fn not_toml() {
    assert_snapshot!(complaints("not-toml"), @r#"
    not-toml.toml:2:14: invalid basic string, expected `"`
      |
    2 | id = "special
      |              ^
    "#);
}

#[test]
fn no_zone() {
    assert_snapshot!(complaints("no-zone"), @r#"
    no-zone.toml:1:1: the file has no `timezone`
      |
    1 | schema = "sla-policy-set/1"
      | ^
    "#);
}

#[test]
fn unknown_zone() {
    assert_snapshot!(complaints("unknown-zone"), @r#"
    unknown-zone.toml:4:12: `Asia/Xining` is not a time zone; write a name of the tz database like `Asia/Shanghai`
      |
    4 | timezone = "Asia/Xining"
      |            ^^^^^^^^^^^^^
    "#);
}

#[test]
fn no_calendar() {
    assert_snapshot!(complaints("no-calendar"), @r#"
    no-calendar.toml:1:1: the set has no [calendar]
      |
    1 | schema = "sla-policy-set/1"
      | ^
    "#);
}

#[test]
fn never_open() {
    assert_snapshot!(complaints("never-open"), @r"
    never-open.toml:6:1: the calendar is never open from 1990 to 2100: no weekday and no override has a window that is left after holidays and breaks; give at least one weekday windows
      |
    6 | [calendar]
      | ^^^^^^^^^^
    ");
}

#[test]
fn reversed_window() {
    assert_snapshot!(complaints("reversed-window"), @r#"
    reversed-window.toml:7:35: the window `22:00` to `06:00` does not close after it opens; past midnight write `22:00` to `30:00`
      |
    7 | work_hours = [["09:00", "12:00"], ["22:00", "06:00"]]
      |                                   ^^^^^^^^^^^^^^^^^^
    "#);
}

#[test]
fn no_holiday_file() {
    assert_snapshot!(complaints("no-holiday-file"), @r#"
    no-holiday-file.toml:8:13: no file of this set is called `holidays/cn-*.json`
      |
    8 | overrides = "holidays/cn-*.json"
      |             ^^^^^^^^^^^^^^^^^^^^
    "#);
}

#[test]
fn missing_year() {
    assert_snapshot!(complaints("missing-year"), @r"
    missing-year.toml:6:1: warning: no holidays are known for 2026, so only weekends count as rest; add the published list of that year to the holiday files
      |
    6 | [calendar]
      | ^^^^^^^^^^
    ");
}

#[test]
fn wrong_schema() {
    assert_snapshot!(complaints("wrong-schema"), @r#"
    wrong-schema.toml:1:10: `sla-policy-set/2` is not a schema duban knows; did you mean `sla-policy-set/1`?
      |
    1 | schema = "sla-policy-set/2"
      |          ^^^^^^^^^^^^^^^^^^
    "#);
}

#[test]
fn unknown_weekday() {
    assert_snapshot!(complaints("unknown-weekday"), @r#"
    unknown-weekday.toml:9:11: `mon-fry` is not a weekday; write `mon` or `mon-fri`
      |
    9 | mon-fry = [["09:00", "17:00"]]
      |           ^^^^^^^^^^^^^^^^^^^^
    "#);
}

#[test]
fn rates_that_say_nonsense() {
    assert_snapshot!(complaints("rates-that-say-nonsense"), @r#"
    rates-that-say-nonsense.toml:1:1: no answer of `solved` counts 1: 解决率 would always be 0
      |
    1 | [[rates]]
      | ^^^^^^^^^
    rates-that-say-nonsense.toml:4:6: this version ends before it begins: `to` is the first day it is over
      |
    4 | to = "2026-01-01"
      |      ^^^^^^^^^^^^
    rates-that-say-nonsense.toml:5:9: `clocks` is not what makes a contact count; did you mean `clock`?
      |
    5 | basis = "clocks"
      |         ^^^^^^^^
    rates-that-say-nonsense.toml:6:11: the weights are not 100 together
      |
    6 | weights = { response = 30, solved = 35, satisfied = 30 }
      |           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    rates-that-say-nonsense.toml:8:31: `基本满意` is a number that is never exact; write it in quotes, like `"0.6"` or `"1/2"`
      |
    8 | grades = { "满意" = 1, "基本满意" = 0.6, "不满意" = "0,5", "非常满意" = 2 }
      |                                     ^^^
    rates-that-say-nonsense.toml:8:44: `0,5` is no weight; write it like `1`, `"0.6"` or `"1/2"`, with four digits at most
      |
    8 | grades = { "满意" = 1, "基本满意" = 0.6, "不满意" = "0,5", "非常满意" = 2 }
      |                                                     ^^^^^
    rates-that-say-nonsense.toml:8:60: `非常满意` counts more than 1
      |
    8 | grades = { "满意" = 1, "基本满意" = 0.6, "不满意" = "0,5", "非常满意" = 2 }
      |                                                                         ^
    rates-that-say-nonsense.toml:11:11: `answer` is not a group of rates; did you mean `answers`?
       |
    11 | leaves = ["answer"]
       |           ^^^^^^^^
    rates-that-say-nonsense.toml:12:1: exclusion `hung` is defined twice
       |
    12 | [[rates.exclusion]]
       | ^^^^^^^^^^^^^^^^^^^
    rates-that-say-nonsense.toml:15:1: unknown key `zn` in this exclusion; did you mean `en`?
       |
    15 | zn = "挂账"
       | ^^
    "#);
}
