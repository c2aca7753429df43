//! What shipped and broken policy folders load as.

use super::*;
use crate::core::{
    event::Kind,
    policy::{AskMode, StepAt},
    span::Span,
    timestamp::Timestamp,
};

/// 2026-05-07, between two publications of holiday lists.
fn now() -> Timestamp {
    Timestamp::parse("2026-05-07T09:00:00+08:00").expect("a good instant")
}

fn shown(complaints: &[Complaint]) -> String {
    let lines: Vec<String> = complaints.iter().map(ToString::to_string).collect();
    lines.join("\n")
}

#[test]
fn the_reference_set_loads() {
    let loaded = load_embedded("cn", now()).expect("a shipped set");
    assert_eq!(shown(&loaded.complaints), "");
    let set = loaded.set.expect("no complaints, so there is a set");
    assert_eq!((set.ladders.len(), set.policies.len(), set.presets.len()), (22, 15, 10));
    let redo = set.policy("redo").expect("the policy is in the file");
    assert_eq!(redo.triggers.len(), 5);
    assert_eq!(redo.clocks[3].ask_mode, AskMode::PhoneFirst);
    let general = set.policy("general").expect("the policy is in the file");
    let accept = &general.clocks[1];
    assert_eq!(accept.span, Some(Span::Working(7_200_000)));
    assert_eq!(accept.start, [Kind::Dispatched]);
    let ladder = &set.ladders[accept.ladder.expect("accept has a ladder")];
    assert_eq!(ladder.steps[1].at, StepAt::StartPercent(50));
    assert!(set.knows(&Kind::of("first_report")));
    assert!(!set.knows(&Kind::of("first_reprot")));
}

#[test]
fn every_shipped_set_loads() {
    for name in shipped() {
        let loaded = load_embedded(name, now()).expect("a shipped set");
        assert_eq!(shown(&loaded.complaints), "", "{name}");
        assert!(loaded.set.is_some(), "{name}");
    }
}

#[test]
fn shipped_cases_hold() {
    for name in shipped() {
        let loaded = load_embedded(name, now()).expect("a shipped set");
        let set = loaded.set.expect("a shipped set loads");
        assert!(loaded.cases.len() >= 3, "{name}");
        assert_eq!(shown(&crate::simulate::check_cases(&set, &loaded.cases)), "", "{name}");
    }
}

#[test]
fn shipped_texts_compile_and_say_every_slip() {
    for name in shipped() {
        let loaded = load_embedded(name, now()).expect("a shipped set");
        let set = loaded.set.expect("a shipped set loads");
        let templates = loaded.templates.expect("a shipped set has texts");
        for slip in set.slips.keys() {
            assert!(templates.has(&format!("staff.{slip}")), "{name}: {slip}");
        }
        assert!(templates.has("resident.ask"), "{name}");
    }
}

/// The texts of the `cn` set with one file changed.
fn changed(file: &str, change: impl Fn(&str) -> String) -> Loaded {
    let mut sources = sources("cn").expect("a shipped set");
    let text = change(&sources.files[file]);
    sources.files.insert(file.to_owned(), text);
    load(&sources, now())
}

#[test]
fn the_hash_is_of_what_decides() {
    let hash = |loaded: Loaded| loaded.set.expect("the set loads").hash.clone();
    let shipped = hash(load_embedded("cn", now()).expect("a shipped set"));
    #[rustfmt::skip]
    let table = [
        ("policies.toml",          false),
        ("holidays/cn-2019.json",  false),
        ("org.toml",               true),
        ("templates.toml",         true),
        ("cases.toml",             true),
    ];
    for (file, same) in table {
        let hash = hash(changed(file, |text| format!("{text}\n")));
        assert_eq!(hash == shipped, same, "{file}");
    }
}

#[test]
fn complaints_about_people_never_quote_them() {
    let loaded = changed("org.toml", |text| {
        text.replace("\"zhang.yi@example.gov.cn\"", "\"zhang.yi at example\"")
            .replace("\"13800000002\"", "\"one three eight\"")
            .replace("role = \"city_duty\"", "role = \"city_duti\"")
            .replace("parent = \"xn\"", "parent = \"cx\"")
            .replacen(
                "role = \"principal\"\nperson = \"p08\"",
                "role = \"deputy_head\"\nperson = \"p08\"",
                1,
            )
    });
    assert!(loaded.org.is_none());
    assert!(loaded.set.is_some(), "people are not policies");
    insta::assert_snapshot!(shown_of_org(&loaded.complaints), @r"
    policies/cn/org.toml:7:1: warning: unit `xn` has no `principal`; red slips climb past it
    policies/cn/org.toml:16:10: this unit stands above itself
    policies/cn/org.toml:18:1: warning: unit `cx-scjg` has no `principal`; red slips climb past it
    policies/cn/org.toml:41:9: `email` is not a mail address like `name@example.org`
    policies/cn/org.toml:47:9: `phone` is not a telephone number
    policies/cn/org.toml:140:8: role `city_duti` is not in [roles] of the policy set; did you mean `city_duty`?
    ");
}

#[test]
fn a_slip_without_a_text_is_an_error() {
    let loaded =
        changed("templates.toml", |text| text.replace("[staff.bulletin]", "[staff.bulletins]"));
    insta::assert_snapshot!(shown(&loaded.complaints), @"policies/cn/templates.toml: there is no text `[staff.bulletin]`, but a ladder issues this slip");
}

/// What is said about people, whatever is said about policies.
fn shown_of_org(complaints: &[Complaint]) -> String {
    let of_org = complaints.iter().filter(|complaint| complaint.file.ends_with("org.toml"));
    shown(&of_org.cloned().collect::<Vec<_>>())
}

#[test]
fn an_organisation_is_doubted_at_its_place() {
    let loaded = changed("org.toml", |text| {
        let text = text
            .replace("phone = \"13800000010\"", "")
            .replace("email = \"feng.shi@example.gov.cn\"", "")
            .replace("email = \"chen.shiyi@example.gov.cn\"\nphone = \"13800000011\"", "")
            .replace(
                "role = \"city_duty\"\nperson = \"p03\"",
                "role = \"city_duty\"\nperson = \"p03\"\nto = \"2026-01-01\"",
            )
            .replace("role = \"callback_desk\"", "role = \"handler\"");
        text + r#"
[check]
principal = "error"
units = "all"
[[unit]]
id = "cx-new"
parent = "cx"
[[unit]]
id = "cx-lifts"
kind = "third_party"
parent = "cx"
[[absence]]
person = "p10"
from = "2026-05-01"
to = "2026-04-01"
deputy = "p10"
"#
    });
    insta::assert_snapshot!(shown_of_org(&loaded.complaints), @r"
    policies/cn/org.toml:7:1: unit `xn` has no `principal`; red slips climb past it
    policies/cn/org.toml:12:1: unit `cx` has no `principal`; red slips climb past it
    policies/cn/org.toml:213:1: unit `cx-new` has no `principal`; red slips climb past it
    policies/cn/org.toml:220:1: the absence ends before it begins
    policies/cn/org.toml:220:1: nobody stands in for themselves
    ");
    let loaded = changed("org.toml", |text| {
        let text = text
            .replace("phone = \"13800000010\"", "")
            .replace("email = \"feng.shi@example.gov.cn\"", "")
            .replace(
                "role = \"city_duty\"\nperson = \"p03\"",
                "role = \"city_duty\"\nperson = \"p03\"\nto = \"2026-01-01\"",
            )
            .replace("role = \"callback_desk\"", "role = \"handler\"");
        text + "[[unit]]\nid = \"cx-new\"\nparent = \"cx\"\n"
    });
    assert!(loaded.org.is_some(), "doubts do not refuse it");
    insta::assert_snapshot!(shown_of_org(&loaded.complaints), @r"
    policies/cn/org.toml:83:1: warning: person `p10` is told by im, but has no address for that
    policies/cn/org.toml:130:1: warning: nobody is `callback_desk` anywhere, but the ladders tell this role; give somebody the role in a [[post]] or [[area]]
    policies/cn/org.toml:138:1: warning: this post has ended and nobody is `city_duty` of `xn` now
    policies/cn/org.toml:210:1: warning: unit `cx-new` has no `principal`; red slips climb past it
    policies/cn/org.toml:210:1: warning: unit `cx-new` has no contact: nobody has a post in it
    ");
}

/// A set over `cn`, written as the texts of its files.
fn over_cn(files: &[(&str, &str)]) -> Loaded {
    let files = files.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned()));
    let upper = Sources {
        label: "city".to_owned(),
        files: files.collect(),
        base: sources("cn").map(Box::new),
    };
    load(&upper, now())
}

/// A city that renames a slip, shortens a policy, adds one, and does without whistles.
const CITY: &str = r#"
schema = "sla-policy-set/1"
extends = "cn"
id = "city"
version = "1"
drop = ["policy.whistle", "ladder.whistle_emergency"]
[slips]
green = { zh = "提醒单", en = "Reminder", serial = "提字", colour = "blue" }
[[policy]]
id = "consult"
select = { category = "咨询" }
clocks = [{ name = "resolve", dur = "2wd", ladder = "consult_reply" }]
ends = ["resolved"]
[[policy]]
id = "wages"
select = { tag = "欠薪" }
clocks = [{ name = "resolve", dur = "3wd", ladder = "resolve_std" }]
ends = ["resolved"]
"#;

#[test]
fn a_set_over_another_replaces_adds_and_drops() {
    let loaded = over_cn(&[("city.toml", CITY)]);
    assert_eq!(shown(&loaded.complaints), "");
    let set = loaded.set.expect("no complaints, so there is a set");
    assert_eq!((set.id.as_str(), set.version.as_str()), ("city", "1"));
    assert_eq!(set.calendar.zone().iana_name(), Some("Asia/Shanghai"), "the head below answers");
    let ids: Vec<&str> = set.policies.iter().map(|policy| policy.id.as_str()).collect();
    assert_eq!(ids[..4], ["wages", "general", "urgent", "emergency"], "added ones stand first");
    let below = load_embedded("cn", now()).and_then(|cn| cn.set).expect("a shipped set");
    assert_eq!(set.policies.len(), below.policies.len(), "one more, one less");
    assert!(set.policy("whistle").is_none(), "dropped");
    let consult = set.policy("consult").expect("replaced");
    assert_eq!((consult.clocks.len(), consult.clocks[0].span), (1, Some(Span::WorkDays(2))));
    assert_eq!(set.slips["green"].zh, "提醒单");
    assert_eq!(set.slips["red"].zh, "红色督办单", "the slips below stay");
    assert_eq!(set.ladders.len(), below.ladders.len() - 1);
    assert!(loaded.org.is_some(), "the people below answer");
    let texts = loaded.templates.expect("the texts below answer");
    assert!(texts.has("staff.green"));
    let kept = Sources::from_files("kept".to_owned(), loaded.files);
    assert_eq!(load(&kept, now()).set.expect("the kept copy loads").hash, set.hash);
}

#[test]
fn both_layers_are_in_the_hash() {
    let hash = |loaded: Loaded| loaded.set.expect("the set loads").hash.clone();
    let first = hash(over_cn(&[("city.toml", CITY)]));
    assert_ne!(hash(over_cn(&[("city.toml", &CITY.replace("3wd", "4wd"))])), first, "above");
    let mut lower = sources("cn").expect("a shipped set");
    let text = lower.files["policies.toml"].replace("dur = \"24h\"", "dur = \"25h\"");
    lower.files.insert("policies.toml".to_owned(), text);
    let files = [("city.toml".to_owned(), CITY.to_owned())].into();
    let upper = Sources { label: "city".to_owned(), files, base: Some(Box::new(lower)) };
    assert_ne!(hash(load(&upper, now())), first, "below");
}

#[test]
fn complaints_point_into_the_file_of_their_layer() {
    let city = CITY
        .replace("policy.whistle", "policy.whistel")
        .replace("ladder = \"resolve_std\"", "ladder = \"resolve_sdt\"")
        .replace("version = \"1\"", "versoin = \"1\"");
    let texts = "schema = \"templates/1\"\n[staff.green]\nzh = \"【x】\"\nen = \"x\"\n";
    let loaded = over_cn(&[("city.toml", &city), ("templates.toml", texts)]);
    assert!(loaded.set.is_none());
    insta::assert_snapshot!(shown(&loaded.complaints), @r#"
    city/city.toml:1:1: the set extends another and needs its own `version`
      |
    1 |
      | ^
    city/city.toml:5:1: unknown key `versoin` in the file; did you mean `version`?
      |
    5 | versoin = "1"
      | ^^^^^^^
    city/city.toml:6:9: `policy.whistel` is nothing the set below this one has; did you mean `policy.whistle`?
      |
    6 | drop = ["policy.whistel", "ladder.whistle_emergency"]
      |         ^^^^^^^^^^^^^^^^
    city/city.toml:17:53: ladder `resolve_sdt` is not in [[ladder]]; did you mean `resolve_std`?
       |
    17 | clocks = [{ name = "resolve", dur = "3wd", ladder = "resolve_sdt" }]
       |                                                     ^^^^^^^^^^^^^
    city/templates.toml:3:6: `staff.green` (zh): '【' does not stand in a message; 【】 is for the signature
      |
    3 | zh = "【x】"
      |      ^^^^^^^
    policies/cn/policies.toml:379:138: ladder `whistle_emergency` is not in [[ladder]]
        |
    379 | ...= { "应急哨" = "30m" }, ladder_by_kind = { "应急哨" = "whistle_emergency" } },
        |                                                          ^^^^^^^^^^^^^^^^^^^
    "#);
}

#[test]
fn a_preset_sets_what_its_keys_mean() {
    let with = |preset: &str| {
        let city = CITY.replace("version =", &format!("preset = \"{preset}\"\nversion ="));
        over_cn(&[("city.toml", &city)])
    };
    let loaded = with("guangdong_2022");
    assert_eq!(shown(&loaded.complaints), "");
    let set = loaded.set.expect("the set loads");
    let general = set.policy("general").expect("the policy is there");
    let resolve = general.clocks.iter().find(|clock| clock.name == "resolve").expect("a clock");
    let mut complaint = crate::core::attributes::Attributes::default();
    assert_eq!(resolve.span_for(&complaint), Some(Span::WorkDays(10)));
    complaint.category = Some("投诉/电梯".to_owned());
    assert_eq!(resolve.span_for(&complaint), Some(Span::WorkDays(15)), "15 days for complaints");
    let told: Vec<String> = set
        .set_by_preset
        .iter()
        .map(|c| format!("{}.{}: {} {} -> {}", c.policy, c.key, c.place, c.before, c.after))
        .collect();
    insta::assert_snapshot!(told.join("\n"), @r"
    consult.resolve: clock resolve 2wd -> 2wd
    general.complaint_resolve: clock resolve of 投诉 5wd -> 15wd
    general.resolve: clock resolve 5wd -> 10wd
    ");
    let shandong = with("shandong_2020").set.expect("the set loads");
    let general = shandong.policy("general").expect("the policy is there");
    let returns = general.returns.as_ref().expect("the policy has returns");
    assert_eq!(returns.window, Span::WorkDays(2));
    insta::assert_snapshot!(shown(&with("shanghai").complaints), @r#"
    city/city.toml:5:10: warning: preset `shanghai` has limits for `complex`, which is no policy of this set; they have no effect; add a policy `complex` or do without
      |
    5 | preset = "shanghai"
      |          ^^^^^^^^^^
    city/city.toml:5:10: warning: preset `shanghai` has limits for `simple`, which is no policy of this set; they have no effect; add a policy `simple` or do without
      |
    5 | preset = "shanghai"
      |          ^^^^^^^^^^
    "#);
    insta::assert_snapshot!(shown(&with("taipai_1999").complaints), @r#"
    city/city.toml:5:10: preset `taipai_1999` is not in [presets]; did you mean `taipei_1999`?
      |
    5 | preset = "taipai_1999"
      |          ^^^^^^^^^^^^^
    "#);
}
