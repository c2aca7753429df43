//! Cases: what a policy writer expects.

use insta::assert_snapshot;

use super::complaints;

#[test]
fn case_expects_nothing() {
    assert_snapshot!(complaints("case-expects-nothing"), @r"
    case-expects-nothing.toml:1:1: the case expects nothing: give it `due`, `slips` or `selects`
      |
    1 | [[case]]
      | ^^^^^^^^
    ");
}

#[test]
fn case_of_no_policy() {
    assert_snapshot!(complaints("case-of-no-policy"), @r#"
    case-of-no-policy.toml:3:10: policy `genral` is not in [[policy]]; did you mean `general`?
      |
    3 | policy = "genral"
      |          ^^^^^^^^
    "#);
}

#[test]
fn case_of_no_clock() {
    assert_snapshot!(complaints("case-of-no-clock"), @r#"
    case-of-no-clock.toml:5:20: no policy has a clock `resolved`
      |
    5 | due = { resolved = "2026-05-14 18:00" }
      |                    ^^^^^^^^^^^^^^^^^^
    "#);
}

#[test]
fn case_with_a_bad_slip() {
    assert_snapshot!(complaints("case-with-a-bad-slip"), @r#"
    case-with-a-bad-slip.toml:5:10: `2026-05-14 18:00 resolve green` is not an expected slip; write time, clock, step and slip like `2026-02-13 16:30 accept start task`
      |
    5 | slips = ["2026-05-14 18:00 resolve green"]
      |          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    "#);
}

#[test]
fn case_with_a_bad_time() {
    assert_snapshot!(complaints("case-with-a-bad-time"), @r#"
    case-with-a-bad-time.toml:4:9: `7 May 2026` is not a local time; write it like `2026-02-13 16:30`
      |
    4 | start = "7 May 2026"
      |         ^^^^^^^^^^^^
    "#);
}

#[test]
fn case_that_fails() {
    assert_snapshot!(complaints("case-that-fails"), @r#"
    case-that-fails.toml:6:19: case `a case`: clock `resolve` is due 2026-05-14 18:00, not due 2026-05-13 18:00
      |
    6 | due = { resolve = "2026-05-13 18:00" }
      |                   ^^^^^^^^^^^^^^^^^^
    case-that-fails.toml:7:10: case `a case`: this slip was not issued
      |
    7 | slips = ["2026-05-13 18:00 resolve due green"]
      |          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    case-that-fails.toml:7:9: case `a case`: a slip that is not listed: `2026-05-14 18:00 resolve due green`
      |
    7 | slips = ["2026-05-13 18:00 resolve due green"]
      |         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    "#);
}
