//! Clocks and the rules around them.

use insta::assert_snapshot;

use super::complaints;

#[test]
fn unknown_ladder() {
    assert_snapshot!(complaints("unknown-ladder"), @r#"
    unknown-ladder.toml:4:53: ladder `standart` is not in [[ladder]]; did you mean `standard`?
      |
    4 | clocks = [{ name = "resolve", dur = "5wd", ladder = "standart" }]
      |                                                     ^^^^^^^^^^
    "#);
}

#[test]
fn unknown_key() {
    assert_snapshot!(complaints("unknown-key"), @r#"
    unknown-key.toml:4:65: unknown key `per_units` in the clock; did you mean `per_unit`?
      |
    4 | clocks = [{ name = "resolve", dur = "5wd", ladder = "standard", per_units = true }]
      |                                                                 ^^^^^^^^^
    "#);
}

#[test]
fn bad_span() {
    assert_snapshot!(complaints("bad-span"), @r#"
    bad-span.toml:4:37: `5 days` is not a span; write for example `30m`, `2h`, `7d`, `2wh` or `5wd`
      |
    4 | clocks = [{ name = "resolve", dur = "5 days", ladder = "standard" }]
      |                                     ^^^^^^^^
    "#);
}

#[test]
fn span_of_a_century() {
    assert_snapshot!(complaints("span-of-a-century"), @r#"
    span-of-a-century.toml:4:37: `36500d` is longer than ten years
      |
    4 | clocks = [{ name = "resolve", dur = "36500d", ladder = "standard" }]
      |                                     ^^^^^^^^
    "#);
}

#[test]
fn wrong_type() {
    assert_snapshot!(complaints("wrong-type"), @r#"
    wrong-type.toml:4:37: `dur` is a whole number, not a text
      |
    4 | clocks = [{ name = "resolve", dur = 5, ladder = "standard" }]
      |                                     ^
    "#);
}

#[test]
fn no_clocks() {
    assert_snapshot!(complaints("no-clocks"), @r"
    no-clocks.toml:1:1: this policy has no `clocks`
      |
    1 | [[policy]]
      | ^^^^^^^^^^
    ");
}

#[test]
fn clock_twice() {
    assert_snapshot!(complaints("clock-twice"), @r#"
    clock-twice.toml:6:3: clock `resolve` is defined twice in this policy
      |
    6 |   { name = "resolve", dur = "6wd", ladder = "standard" },
      |   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    "#);
}

#[test]
fn clock_never_stops() {
    assert_snapshot!(complaints("clock-never-stops"), @r#"
    clock-never-stops.toml:4:11: clock `resolve` has no ladder, so it needs its own `stop`
      |
    4 | clocks = [{ name = "resolve", dur = "5wd" }]
      |           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    "#);
}

#[test]
fn unknown_skip() {
    assert_snapshot!(complaints("unknown-skip"), @r#"
    unknown-skip.toml:4:73: step `start` is not in the clock's ladder
      |
    4 | clocks = [{ name = "resolve", dur = "5wd", ladder = "standard", skip = ["start"] }]
      |                                                                         ^^^^^^^
    "#);
}

#[test]
fn unknown_pause() {
    assert_snapshot!(complaints("unknown-pause"), @r#"
    unknown-pause.toml:4:11: pause `await_residents` is not in [pauses]; did you mean `await_resident`?
      |
    4 | pauses = ["await_residents"]
      |           ^^^^^^^^^^^^^^^^^
    "#);
}

#[test]
fn unknown_trigger() {
    assert_snapshot!(complaints("unknown-trigger"), @r#"
    unknown-trigger.toml:4:13: `answer_unsolvd` is not a condition that opens a round; did you mean `answer_unsolved`?
      |
    4 | triggers = ["answer_unsolvd"]
      |             ^^^^^^^^^^^^^^^^
    "#);
}

#[test]
fn unknown_approver() {
    assert_snapshot!(complaints("unknown-approver"), @r#"
    unknown-approver.toml:4:65: role `mayor` is not in [roles]
      |
    4 | extension = { max = 1, each = "1wd", total = "1wd", approver = ["mayor"] }
      |                                                                 ^^^^^^^
    "#);
}

#[test]
fn bad_cutoff() {
    assert_snapshot!(complaints("bad-cutoff"), @r#"
    bad-cutoff.toml:4:68: `5 pm` is not a clock time; write hours and minutes like `09:00`
      |
    4 | extension = { max = 1, each = "1wd", total = "1wd", daily_cutoff = "5 pm" }
      |                                                                    ^^^^^^
    "#);
}

#[test]
fn empty_variant() {
    assert_snapshot!(complaints("empty-variant"), @r#"
    empty-variant.toml:6:18: unknown key `grad` in `select`; did you mean `grade`?
      |
    6 |     { select = { grad = "疑难" }, dur = "15wd" },
      |                  ^^^^
    empty-variant.toml:7:5: the variant changes nothing: give it `dur`, `ladder` or `skip`
      |
    7 |     { select = { grade = "重点" } },
      |     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    empty-variant.toml:8:42: step `due-9wd` is not in the clock's ladder
      |
    8 |     { select = { grade = "一般" }, skip = ["due-9wd"] },
      |                                            ^^^^^^^^^
    "#);
}
