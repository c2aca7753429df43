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
    assert_eq!((set.ladders.len(), set.policies.len(), set.presets.len()), (19, 12, 10));
    let redo = set.policy("redo").expect("the policy is in the file");
    assert_eq!(redo.triggers.len(), 5);
    assert_eq!(redo.clocks[3].ask_mode, AskMode::PhoneFirst);
    let general = set.policy("general").expect("the policy is in the file");
    let accept = &general.clocks[1];
    assert_eq!(accept.span, Some(Span::Working(7_200_000)));
    assert_eq!(accept.start, Kind::Dispatched);
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
        let text = loaded.templates.expect("a shipped set has texts");
        let templates = match crate::core::wording::Templates::parse(&text) {
            Ok(templates) => templates,
            Err(errors) => panic!("{name}: {errors:?}"),
        };
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
    insta::assert_snapshot!(shown(&loaded.complaints), @r"
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
    insta::assert_snapshot!(shown(&loaded.complaints), @"");
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
    insta::assert_snapshot!(shown(&loaded.complaints), @"");
}
