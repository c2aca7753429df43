//! Which policy takes a ticket.

use insta::assert_snapshot;

use super::complaints;

#[test]
fn unknown_selector() {
    assert_snapshot!(complaints("unknown-selector"), @r#"
    unknown-selector.toml:3:12: unknown key `urgancy` in `select`; did you mean `urgency`?
      |
    3 | select = { urgancy = "紧急" }
      |            ^^^^^^^
    "#);
}

#[test]
fn selects_nothing() {
    assert_snapshot!(complaints("selects-nothing"), @r"
    selects-nothing.toml:3:22: `urgency` has no values, so the policy never takes a ticket
      |
    3 | select = { urgency = [] }
      |                      ^^
    ");
}

#[test]
fn never_used() {
    assert_snapshot!(complaints("never-used"), @r"
    never-used.toml:1:1: warning: policy `special` is never used: it selects nothing and is not the `default_policy`
      |
    1 | [[policy]]
      | ^^^^^^^^^^
    ");
}

#[test]
fn shadowed() {
    assert_snapshot!(complaints("shadowed"), @r#"
    shadowed.toml:8:10: warning: policy `lifts` is never used: `complaints` stands before it and takes the same tickets
      |
    8 | select = { category = "投诉/电梯" }
      |          ^^^^^^^^^^^^^^^^^^^^^^^^^^
    "#);
}

#[test]
fn policy_twice() {
    assert_snapshot!(complaints("policy-twice"), @r#"
    policy-twice.toml:2:6: policy `general` is defined twice
      |
    2 | id = "general"
      |      ^^^^^^^^^
    "#);
}

#[test]
fn unknown_default() {
    assert_snapshot!(complaints("unknown-default"), @r#"
    unknown-default.toml:5:18: policy `every` is not in [[policy]]
      |
    5 | default_policy = "every"
      |                  ^^^^^^^
    "#);
}

#[test]
fn no_default() {
    assert_snapshot!(complaints("no-default"), @r#"
    no-default.toml:1:1: warning: the set has no `default_policy`: a ticket that no selector takes has no clocks
      |
    1 | schema = "sla-policy-set/1"
      | ^
    no-default.toml:9:1: warning: policy `all` is never used: it selects nothing and is not the `default_policy`
      |
    9 | [[policy]]
      | ^^^^^^^^^^
    "#);
}
