//! Ladders and their steps.

use insta::assert_snapshot;

use super::complaints;

#[test]
fn unknown_role() {
    assert_snapshot!(complaints("unknown-role"), @r#"
    unknown-role.toml:5:37: role `unit_haed` is not in [roles]; did you mean `unit_head`?
      |
    5 |   { at = "due", slip = "red", to = ["unit_haed"], via = ["sms"] },
      |                                     ^^^^^^^^^^^
    "#);
}

#[test]
fn unknown_slip() {
    assert_snapshot!(complaints("unknown-slip"), @r#"
    unknown-slip.toml:5:24: slip `read` is not in [slips]; did you mean `red`?
      |
    5 |   { at = "due", slip = "read", to = ["unit_head"], via = ["sms"] },
      |                        ^^^^^^
    "#);
}

#[test]
fn unknown_via() {
    assert_snapshot!(complaints("unknown-via"), @r#"
    unknown-via.toml:5:58: `smss` is not a way to a person; did you mean `sms`?
      |
    5 |   { at = "due", slip = "red", to = ["unit_head"], via = ["smss"] },
      |                                                          ^^^^^^
    "#);
}

#[test]
fn bad_step_place() {
    assert_snapshot!(complaints("bad-step-place"), @r#"
    bad-step-place.toml:5:10: `due*2wh` is not a place on a clock; write `start`, `start+2h`, `start+50%`, `due-1wd`, `due` or `due+2wh`
      |
    5 |   { at = "due*2wh", slip = "red", to = ["unit_head"], via = ["sms"] },
      |          ^^^^^^^^^
    "#);
}

#[test]
fn bad_step_span() {
    assert_snapshot!(complaints("bad-step-span"), @r#"
    bad-step-span.toml:5:10: `2 wh` is not a span; write for example `30m`, `2h`, `7d`, `2wh` or `5wd`
      |
    5 |   { at = "due+2 wh", slip = "red", to = ["unit_head"], via = ["sms"] },
      |          ^^^^^^^^^^
    "#);
}

#[test]
fn step_tells_nobody() {
    assert_snapshot!(complaints("step-tells-nobody"), @r#"
    step-tells-nobody.toml:5:36: the step tells nobody: `to` is empty
      |
    5 |   { at = "due", slip = "red", to = [], via = ["sms"] },
      |                                    ^^
    "#);
}

#[test]
fn step_without_slip() {
    assert_snapshot!(complaints("step-without-slip"), @r#"
    step-without-slip.toml:5:3: the step has no `slip`
      |
    5 |   { at = "due", to = ["unit_head"], via = ["sms"] },
      |   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    "#);
}

#[test]
fn endless_repeat() {
    assert_snapshot!(complaints("endless-repeat"), @r#"
    endless-repeat.toml:5:85: a repetition every nothing never ends
      |
    5 |   { at = "due", slip = "red", to = ["unit_head"], via = ["sms"], repeat = { every = "0m", max = 3 } },
      |                                                                                     ^^^^
    "#);
}

#[test]
fn ladder_without_steps() {
    assert_snapshot!(complaints("ladder-without-steps"), @r"
    ladder-without-steps.toml:1:1: this ladder has no `steps`
      |
    1 | [[ladder]]
      | ^^^^^^^^^^
    ");
}

#[test]
fn ladder_twice() {
    assert_snapshot!(complaints("ladder-twice"), @r#"
    ladder-twice.toml:2:6: ladder `standard` is defined twice
      |
    2 | id = "standard"
      |      ^^^^^^^^^^
    "#);
}

#[test]
fn near_miss_of_a_kind() {
    assert_snapshot!(complaints("near-miss-of-a-kind"), @r#"
    near-miss-of-a-kind.toml:3:12: warning: event kind `resolvd` is not a standard kind and becomes one of this set; did you mean `resolved`?
      |
    3 | stop_on = ["resolvd"]
      |            ^^^^^^^^^
    "#);
}

#[test]
fn crossing_steps() {
    assert_snapshot!(complaints("crossing-steps"), @r#"
    crossing-steps.toml:7:3: warning: step `due+1wd` can fall before `due+4wh`, and then waits for it: clock `resolve` of policy `steep` started 2026-05-07 00:30
      |
    7 |   { at = "due+1wd", slip = "red",   to = ["unit_head"], via = ["sms"] },
      |   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    "#);
}

#[test]
fn several_at_once() {
    assert_snapshot!(complaints("several-at-once"), @r#"
    several-at-once.toml:5:37: role `unit_haed` is not in [roles]; did you mean `unit_head`?
      |
    5 |   { at = "due", slip = "red", to = ["unit_haed"], via = ["sms"] },
      |                                     ^^^^^^^^^^^
    several-at-once.toml:6:10: `1w` is not a span; write for example `30m`, `2h`, `7d`, `2wh` or `5wd`
      |
    6 |   { at = "due+1w", slip = "rad", to = ["handler"], via = ["pigeon"] },
      |          ^^^^^^^^
    several-at-once.toml:6:27: slip `rad` is not in [slips]; did you mean `red`?
      |
    6 |   { at = "due+1w", slip = "rad", to = ["handler"], via = ["pigeon"] },
      |                           ^^^^^
    several-at-once.toml:6:59: `pigeon` is not a way to a person; write `im`, `sms`, `email`, `voice`, `print` or `digest`
      |
    6 |   { at = "due+1w", slip = "rad", to = ["handler"], via = ["pigeon"] },
      |                                                           ^^^^^^^^
    "#);
}

#[test]
fn leader_too_early() {
    assert_snapshot!(complaints("leader-too-early"), @r#"
    leader-too-early.toml:7:3: warning: step `due` of ladder `steep` tells `mayor`, whom only the last step may reach
      |
    7 |   { at = "due",     slip = "red", to = ["unit_head"], cc = ["mayor"], via = ["sms"] },
      |   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    "#);
}

#[test]
fn fallback_to_nobody() {
    assert_snapshot!(complaints("fallback-to-nobody"), @r#"
    fallback-to-nobody.toml:2:44: role `liason` is not in [roles]; did you mean `liaison`?
      |
    2 | desk = { zh = "专席", level = 1, fallback = ["liason", "desk"] }
      |                                              ^^^^^^^^
    fallback-to-nobody.toml:2:54: role `desk` falls back to itself
      |
    2 | desk = { zh = "专席", level = 1, fallback = ["liason", "desk"] }
      |                                                        ^^^^^^
    "#);
}
