//! What residents are told, asked and understood by.

use insta::assert_snapshot;

use super::complaints;

#[test]
fn told_by_no_template() {
    assert_snapshot!(complaints("told-by-no-template"), @r#"
    told-by-no-template.toml:2:14: `accepted` is no message to residents; write the id of a template like `resident.accepted`
      |
    2 | dispatched = "accepted"
      |              ^^^^^^^^^^
    "#);
}

#[test]
fn satisfied_by_default() {
    assert_snapshot!(complaints("satisfied-by-default"), @r#"
    satisfied-by-default.toml:5:25: `satisfied` is not an outcome without an answer; write `unreached`, `refused` or `no_route`
      |
    5 | outcome = { no_answer = "satisfied" }
      |                         ^^^^^^^^^^^
    "#);
}

#[test]
fn reply_says_nothing() {
    assert_snapshot!(complaints("reply-says-nothing"), @r"
    reply-says-nothing.toml:2:16: reply `1` says nothing: give it `solved` or `satisfied`
      |
    2 | digits = { 1 = {} }
      |                ^^
    ");
}

#[test]
fn grade_counts_as_nothing() {
    assert_snapshot!(complaints("grade-counts-as-nothing"), @r#"
    grade-counts-as-nothing.toml:2:35: `good` is not a grade that counts; write `satisfied`, `mostly` or `unsatisfied`
      |
    2 | grades = [{ id = "good", counts = "good" }]
      |                                   ^^^^^^
    "#);
}

#[test]
fn slots_overlap() {
    assert_snapshot!(complaints("slots-overlap"), @r#"
    slots-overlap.toml:4:9: slots come one after the other and do not overlap
      |
    4 | slots = [["10:30", "11:45"], ["11:30", "12:00"]]
      |         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    "#);
}

#[test]
fn nobody_to_call() {
    assert_snapshot!(complaints("nobody-to-call"), @"
    nobody-to-call.toml:5:12: nobody could be called; leave `capacity` out where it has no bound
      |
    5 | capacity = { seats = 0, per_hour = 12 }
      |            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    ");
}

#[test]
fn no_call_fits() {
    assert_snapshot!(complaints("no-call-fits"), @"
    no-call-fits.toml:5:12: no slot is long enough for one call; give more seats, calls or time
      |
    5 | capacity = { seats = 1, per_hour = 1 }
      |            ^^^^^^^^^^^^^^^^^^^^^^^^^^^
    ");
}
