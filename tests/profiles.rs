//! Campaigns over the policies, stages of a city, and why a policy was chosen.

use std::collections::BTreeMap;

use duban::{
    core::{
        event::{Event, Kind},
        policy::PolicySet,
        selection::{ChosenBy, choose, passed_over},
        ticket::Ticket,
        timestamp::Timestamp,
    },
    policies::{self, Sources},
};
use serde_json::json;

fn at(text: &str) -> Timestamp {
    Timestamp::parse(&format!("{}:00+08:00", text.replace(' ', "T"))).expect("a good instant")
}

/// `cn` with this laid over it.
fn over_cn(text: &str) -> std::sync::Arc<PolicySet> {
    let head = "schema = \"sla-policy-set/1\"\nextends = \"cn\"\nid = \"city\"\nversion = \"1\"\n";
    let files = BTreeMap::from([("city.toml".to_owned(), format!("{head}{text}"))]);
    let base = policies::sources("cn").map(Box::new);
    let sources = Sources { label: "city".to_owned(), files, base };
    let loaded = policies::load(&sources, at("2026-05-07 09:00"));
    let lines: Vec<String> = loaded.complaints.iter().map(ToString::to_string).collect();
    loaded.set.unwrap_or_else(|| panic!("{}", lines.join("\n")))
}

fn told(kind: &str, time: &str, data: serde_json::Value) -> Event {
    let mut event = Event::new("T", Kind::of(kind), at(time));
    event.unit = Some("cx-scjg".to_owned());
    event.category = Some("投诉/食品".to_owned());
    event.urgency = Some("一般".to_owned());
    if let serde_json::Value::Object(data) = data {
        event.data = data;
    }
    event
}

fn ticket(set: &PolicySet, events: &[Event]) -> Ticket {
    let mut ticket = Ticket::new("T", set);
    for (n, event) in events.iter().enumerate() {
        ticket.apply_event(set, n as i64 + 1, event);
    }
    ticket
}

const CAMPAIGNS: &str = r#"
[[campaign]]
id = "food"
zh = "食品安全百日攻坚"
from = "2026-03-05"
to = "2026-06-12"
select = { category = "投诉/食品" }
clocks = { resolve = "2wd", contact = "4h" }
tag = "百日攻坚"
[[campaign]]
id = "spring"
zh = "春季行动"
from = "2026-05-01"
to = "2026-05-31"
clocks = { resolve = "3wd", accept = "3wh" }
"#;

#[test]
fn the_strictest_of_several_campaigns_holds() {
    let set = over_cn(CAMPAIGNS);
    let one = ticket(&set, &[told("dispatched", "2026-05-07 09:12", json!({}))]);
    let due = |name: &str| one.clock(name).map(|clock| (clock.due, clock.campaign.as_deref()));
    assert_eq!(due("resolve"), Some((at("2026-05-09 18:00"), Some("food"))), "2 of 2, 3, 5 days");
    assert_eq!(
        due("contact"),
        Some((at("2026-05-07 16:00"), Some("food"))),
        "rolled as the policy says"
    );
    assert_eq!(due("accept"), Some((at("2026-05-07 11:12"), None)), "the policy's own is stricter");
    assert_eq!(one.attributes.tags, ["百日攻坚"]);
    let clock = one.clock("resolve").expect("the clock runs");
    let (rule, _) = one.rule_of(&set, clock).expect("the clock has a rule");
    let offered = one.promises(&set, rule, &one.attributes, clock.started);
    let told: Vec<(String, Option<&str>)> =
        offered.iter().map(|p| (p.span.to_string(), p.campaign.map(|c| c.id.as_str()))).collect();
    let want = [("2wd", Some("food")), ("3wd", Some("spring")), ("5wd", None)];
    assert_eq!(told, want.map(|(span, by)| (span.to_owned(), by)), "the choice is explained");
}

#[test]
fn outside_its_dates_a_campaign_changes_nothing() {
    let set = over_cn(CAMPAIGNS);
    #[rustfmt::skip]
    let table = [
        ("the evening before",      "2026-03-04 23:59", None),
        ("from its first instant",  "2026-03-05 00:00", Some("food")),
        ("to its last",             "2026-06-11 23:59", Some("food")),
        ("not on the day it is over", "2026-06-12 00:00", None),
    ];
    for (name, time, campaign) in table {
        let one = ticket(&set, &[told("dispatched", time, json!({}))]);
        let clock = one.clock("resolve").expect("the clock runs");
        assert_eq!(clock.campaign.as_deref(), campaign, "{name}");
        assert_eq!(one.attributes.tags.is_empty(), campaign.is_none(), "{name}");
    }
    let mut other = told("dispatched", "2026-04-01 10:00", json!({}));
    other.category = Some("投诉/噪声".to_owned());
    let one = ticket(&set, &[other]);
    assert_eq!(one.clock("resolve").and_then(|clock| clock.campaign.clone()), None, "not selected");
}

const SIX: &str = r#"
[[stage]]
id = "jie"
zh = "接"
on = ["received", "registered"]
[[stage]]
id = "pai"
zh = "派"
on = ["dispatched", "reassigned"]
[[stage]]
id = "ban"
zh = "办"
on = ["accepted"]
[[stage]]
id = "du"
zh = "督"
on_slip = ["yellow", "red"]
[[stage]]
id = "ping"
zh = "评"
on = ["resolved"]
[[stage]]
id = "bao"
zh = "报"
on = ["evaluated", "callback_closed"]
"#;

#[test]
fn dwell_times_add_up_to_the_age() {
    let set = over_cn(SIX);
    let one = ticket(
        &set,
        &[
            told("registered", "2026-05-07 09:00", json!({})),
            told("dispatched", "2026-05-07 09:10", json!({})),
            told("accepted", "2026-05-07 10:00", json!({})),
            told("progress", "2026-05-07 11:00", json!({})),
            told("resolved", "2026-05-08 10:00", json!({})),
            told("callback_closed", "2026-05-08 16:00", json!({})),
        ],
    );
    let now = at("2026-05-30 00:00");
    let dwells: Vec<(&str, i64)> =
        one.dwells(now).iter().map(|(entered, ms)| (entered.stage.as_str(), ms / 60_000)).collect();
    let want = [("jie", 10), ("pai", 50), ("ban", 1_440), ("ping", 360), ("bao", 0)];
    assert_eq!(dwells, want, "progress stays in its stage; the end stops the last");
    let age = one.ended.expect("it ended").since(at("2026-05-07 09:00")) / 60_000;
    assert_eq!(dwells.iter().map(|(_, minutes)| minutes).sum::<i64>(), age);
    assert_eq!(one.stage_word(), "bao");
}

#[test]
fn stages_of_another_set_keep_their_times() {
    let six = over_cn(SIX);
    let eight = SIX.to_owned()
        + "[[stage]]\nid = \"gai\"\nzh = \"改\"\non = \"ordered\"\n[[stage]]\nid = \"xuan\"\nzh = \"宣\"\non = \"published\"\n";
    let eight = over_cn(&eight);
    let mut one = ticket(&six, &[told("dispatched", "2026-05-07 09:10", json!({}))]);
    one.apply_event(&six, 2, &told("accepted", "2026-05-07 10:00", json!({})));
    // The same journal under the eight stages: nothing is lost, and the new ones are reached.
    one.apply_event(&eight, 3, &told("ordered", "2026-05-07 12:00", json!({})));
    let stages: Vec<&str> = one.stages.iter().map(|entered| entered.stage.as_str()).collect();
    assert_eq!(stages, ["pai", "ban", "gai"]);
    let names: Vec<&str> =
        stages.iter().filter_map(|id| eight.stage(id)).map(|stage| stage.zh.as_str()).collect();
    assert_eq!(names, ["派", "办", "改"], "labels come from the set in force");
}

#[test]
fn precedence_then_keys_then_order() {
    let set = over_cn(
        r#"
[[policy]]
id = "key_area"
select = { tag = ["重点地区", "核心人群"] }
precedence = 1
basis = "示例市条例第九条"
valid_from = "2026-01-01"
clocks = [{ name = "resolve", dur = "2wd", ladder = "resolve_std" }]
ends = ["resolved"]
[[policy]]
id = "tagged"
select = { tag = "难点问题" }
clocks = [{ name = "resolve", dur = "1wd", ladder = "resolve_std" }]
ends = ["resolved"]
"#,
    );
    #[rustfmt::skip]
    let table = [
        ("two keys before one",                json!({"tags": ["难点问题"]}),            "general"),
        ("precedence before the number of keys", json!({"tags": ["重点地区", "难点问题"]}), "key_area"),
        ("no tag",                             json!({}),                                "general"),
    ];
    for (name, data, want) in table {
        let one = ticket(&set, &[told("dispatched", "2026-05-07 09:12", data)]);
        let chosen = choose(&set, &one.attributes).expect("a policy takes it");
        assert_eq!(set.policies[chosen.policy].id, want, "{name}");
        assert_eq!(chosen.by, ChosenBy::Selector, "{name}");
    }
    let both = told("dispatched", "2026-05-07 09:12", json!({"tags": ["重点地区", "难点问题"]}));
    let one = ticket(&set, &[both]);
    let index = choose(&set, &one.attributes).expect("a policy takes it").policy;
    let others: Vec<(&str, usize)> = passed_over(&set, &one.attributes, index)
        .iter()
        .map(|(policy, keys)| (policy.id.as_str(), *keys))
        .collect();
    assert_eq!(others, [("tagged", 1), ("general", 2)], "who else would have taken it is told");
    let policy = set.policy("key_area").expect("it is there");
    assert_eq!(policy.basis.as_deref(), Some("示例市条例第九条"));
}
