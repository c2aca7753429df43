//! Slips, their notes and who issues them.

use insta::assert_snapshot;

use super::complaints;

#[test]
fn slip_without_a_receipt_due() {
    assert_snapshot!(complaints("slip-without-a-receipt-due"), @r#"
    slip-without-a-receipt-due.toml:2:10: slip `yellow` has `missing_receipt`, but no `receipt_due` says by when it is missing
      |
    2 | yellow = { zh = "黄色催办单", colour = "yellow", missing_receipt = { add = "receipt_missed" } }
      |          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    "#);
}

#[test]
fn unknown_note() {
    assert_snapshot!(complaints("unknown-note"), @r#"
    unknown-note.toml:6:52: note `overdu` is not in [[note]]; did you mean `overdue`?
      |
    6 | yellow = { zh = "黄色催办单", colour = "yellow", note = "overdu" }
      |                                                         ^^^^^^^^
    "#);
}

#[test]
fn unknown_issuer() {
    assert_snapshot!(complaints("unknown-issuer"), @r#"
    unknown-issuer.toml:2:54: role `unit_haed` is not in [roles]; did you mean `unit_head`?
      |
    2 | yellow = { zh = "黄色催办单", colour = "yellow", issuer = "unit_haed" }
      |                                                           ^^^^^^^^^^^
    "#);
}

#[test]
fn notes_overlap() {
    assert_snapshot!(complaints("notes-overlap"), @r#"
    notes-overlap.toml:5:1: warning: `overdue@1` and `overdue@2` hold on the same days; the later in the file is used; give the earlier a `to`
      |
    5 | [[note]]
      | ^^^^^^^^
    "#);
}

#[test]
fn note_twice() {
    assert_snapshot!(complaints("note-twice"), @r#"
    note-twice.toml:5:1: note `overdue@1` is defined twice
      |
    5 | [[note]]
      | ^^^^^^^^
    "#);
}

#[test]
fn near_miss_of_an_absence() {
    assert_snapshot!(complaints("near-miss-of-an-absence"), @r#"
    near-miss-of-an-absence.toml:6:10: warning: no slip adds `plan_missin` when something is missing; did you mean `plan_missing`?
      |
    6 | steps = [{ at = "due", slip = "red", to = ["unit_head"], via = ["sms"], also_on = "plan_missin" }]
      |          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    "#);
}
