//! Closing rules, flags, returns and how strictly a set asks.

use insta::assert_snapshot;

use super::complaints;

#[test]
fn unknown_requirement() {
    assert_snapshot!(complaints("unknown-requirement"), @r#"
    unknown-requirement.toml:4:40: `resident_tol` is nothing a closing rule knows; did you mean `resident_told`?
      |
    4 | close = { requires = ["contact_event", "resident_tol"] }
      |                                        ^^^^^^^^^^^^^^
    "#);
}

#[test]
fn flag_of_two_conditions() {
    assert_snapshot!(complaints("flag-of-two-conditions"), @r#"
    flag-of-two-conditions.toml:3:8: a flag has one condition, and this has 2; write one of `age`, `silent`, `unconfirmed`, `resolved_within`, `overdue`, `no_contact`, `same_reply`, `no_basis`, `returns`, `returns_refused`, `extensions`, `late_requests`, `redos`, `pauses` or `hops`
      |
    3 | when = { age = "30d", silent = "5wd" }
      |        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    "#);
}

#[test]
fn flag_of_no_clock() {
    assert_snapshot!(complaints("flag-of-no-clock"), @r#"
    flag-of-no-clock.toml:3:30: clock `resolv` is not in any policy; did you mean `resolve`?
      |
    3 | when = { overdue = { clock = "resolv", by = "10wd" } }
      |                              ^^^^^^^^
    "#);
}

#[test]
fn unknown_strictness() {
    assert_snapshot!(complaints("unknown-strictness"), @r#"
    unknown-strictness.toml:2:20: `refused` is not a strictness; did you mean `refuse`?
      |
    2 | unnamed_approver = "refused"
      |                    ^^^^^^^^^
    "#);
}

#[test]
fn return_to_no_clock() {
    assert_snapshot!(complaints("return-to-no-clock"), @r#"
    return-to-no-clock.toml:4:48: clock `dispatch` is not in the clocks of this policy
      |
    4 | returns = { window = "1wd", max = 1, back_to = "dispatch" }
      |                                                ^^^^^^^^^^
    "#);
}

#[test]
fn level_raised_by_nothing() {
    assert_snapshot!(complaints("level-raised-by-nothing"), @r#"
    level-raised-by-nothing.toml:5:16: reason `rating_unsatisfied` is not in `triggers`
      |
    5 | raise_level = ["rating_unsatisfied"]
      |                ^^^^^^^^^^^^^^^^^^^^
    "#);
}

#[test]
fn nothing_to_confirm() {
    assert_snapshot!(complaints("nothing-to-confirm"), @"
    nothing-to-confirm.toml:4:9: `confirm_timeout` waits for what is in `requires`, and nothing is
      |
    4 | close = { confirm_timeout = \"5wd\" }
      |         ^^^^^^^^^^^^^^^^^^^^^^^^^^^
    ");
}
