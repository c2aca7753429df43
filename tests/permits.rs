//! What policies permit, in tables: returns and rulings, flags, closing rules, under changed copies of the shipped set.

use std::sync::{Arc, LazyLock};

use duban::{
    core::{
        event::{Event, Kind},
        org::Org,
        policy::PolicySet,
        record::Record,
        ticket::{ReturnOutcome, Ticket},
        timestamp::Timestamp,
    },
    policies::{self, load},
    simulate::{Pace, Replayed, replay},
};
use proptest::prelude::*;
use serde_json::json;

/// The shipped set with texts of its policies replaced, and more laid beside them.
fn set(replaced: &[(&str, &str)], more: &str) -> Arc<PolicySet> {
    let mut sources = policies::sources("cn").expect("the set is shipped");
    let text = sources.files.get_mut("policies.toml").expect("it has policies");
    for (old, new) in replaced {
        assert!(text.contains(old), "{old}");
        *text = text.replacen(old, new, 1);
    }
    sources.files.insert("more.toml".to_owned(), more.to_owned());
    let loaded = load(&sources, Timestamp(1_770_000_000_000));
    loaded.set.unwrap_or_else(|| panic!("{:?}", loaded.complaints))
}

fn at(local: &str) -> Timestamp {
    let local = local.replace(' ', "T");
    Timestamp::parse(&format!("{local}:00+08:00")).expect("a local time")
}

fn event(kind: &str, local: &str, data: &serde_json::Value) -> Event {
    let mut event = Event::new("W1", Kind::of(kind), at(local));
    event.category = Some("投诉/电梯".to_owned());
    event.urgency = Some("一般".to_owned());
    event.unit = Some("cx-scjg".to_owned()).filter(|_| kind == "dispatched");
    event.data.extend(data.as_object().expect("an object").clone());
    if let Some(unit) = event.text("to").map(str::to_owned) {
        event.unit = Some(unit);
    }
    event
}

fn run(set: &PolicySet, events: &[(&str, &str, serde_json::Value)], until: &str) -> Replayed {
    let events = events.iter().map(|(at, kind, data)| event(kind, at, data)).collect();
    replay(set, &Org::default(), Ticket::new("W1", set), events, Pace::Live, at(until))
}

fn flags(told: &Replayed) -> Vec<(String, String)> {
    let flag = |(at, record): (Timestamp, &Record)| match record {
        Record::Flag { flag, .. } => Some((flag.clone(), at.to_string())),
        _ => None, // only flags are told here
    };
    told.records().filter_map(flag).collect()
}

fn refusals(told: &Replayed) -> Vec<&str> {
    let refused = told.records().filter_map(|(_, record)| match record {
        Record::Refused { reason, .. } => Some(reason.as_str()),
        _ => None, // only refusals are told here
    });
    refused.collect()
}

#[test]
fn a_second_return_goes_to_a_ruling_by_itself() {
    #[rustfmt::skip]
    let table = [
        // name                            events after the dispatch to cx-scjg at 09:12, 2026-05-07                          why the last went to a ruling
        ("the first",                      vec![("returned", "10:00")],                                                        None),
        ("of the same unit",               vec![("returned", "10:00"), ("return_refused", "10:30"), ("returned", "11:00")],    Some("same_unit")),
        ("of another unit",                vec![("returned", "10:00"), ("returned_ok", "10:30"), ("cx-cg", "10:40"), ("returned", "11:00")], Some("after_max")),
        ("of another, sent on in silence", vec![("returned", "10:00"), ("cx-cg", "10:40"), ("returned", "11:00")],             Some("after_max")),
    ];
    let set = set(&[], "");
    for (name, steps, want) in table {
        let mut events = vec![("2026-05-07 09:12".to_owned(), "dispatched", json!({}))];
        for (kind, time) in steps {
            let when = format!("2026-05-07 {time}");
            events.push(match kind {
                "cx-cg" => (when, "dispatched", json!({ "to": "cx-cg" })),
                kind => (when, kind, json!({ "basis": "不属职责" })),
            });
        }
        let events: Vec<_> =
            events.iter().map(|(at, kind, data)| (at.as_str(), *kind, data.clone())).collect();
        let told = run(&set, &events, "2026-05-07 12:00");
        let last = told.ticket.returned.last().expect("there is a return");
        assert_eq!(last.ruling.as_deref(), want, "{name}");
        assert_eq!(
            told.ticket.seen.contains_key(&Kind::of("ruling_asked")),
            want.is_some(),
            "{name}"
        );
        assert!(
            told.ticket.clock("ruling").is_some_and(duban::core::clock::Clock::is_running),
            "{name}"
        );
    }
}

#[test]
fn the_first_receiver_stays_until_the_ruling() {
    let set = set(&[], "");
    let basis = json!({ "basis": "不属职责" });
    let asked =
        [("2026-05-07 09:12", "dispatched", json!({})), ("2026-05-07 10:00", "returned", basis)];
    let told = run(&set, &asked, "2026-05-07 12:00");
    assert_eq!(told.ticket.unit.as_deref(), Some("cx-scjg"));
    assert!(told.ticket.clock("resolve").is_some_and(duban::core::clock::Clock::is_running));
    let due = told.ticket.clock("resolve").map(|clock| clock.due);
    let mut ruled = asked.to_vec();
    ruled.push(("2026-05-07 12:00", "ruled", json!({ "unit": "cx-cg" })));
    let told = run(&set, &ruled, "2026-05-07 12:30");
    assert_eq!(told.ticket.unit.as_deref(), Some("cx-cg"));
    assert_eq!(told.ticket.clock("resolve").map(|clock| clock.due), due, "the limits stay");
    assert_eq!(
        told.ticket.clock("accept").map(|clock| clock.started),
        Some(at("2026-05-07 12:00"))
    );
}

#[test]
fn a_final_ruling_ends_the_returns() {
    let set = set(&[], "");
    let basis = json!({ "basis": "不属职责" });
    let told = run(
        &set,
        &[
            ("2026-05-07 09:12", "dispatched", json!({})),
            ("2026-05-07 09:30", "returned", basis.clone()),
            ("2026-05-07 09:40", "return_refused", json!({})),
            ("2026-05-07 10:00", "returned", basis.clone()),
            ("2026-05-07 11:00", "ruled", json!({ "unit": "cx-scjg" })),
            ("2026-05-07 11:30", "returned", basis),
        ],
        "2026-05-07 12:00",
    );
    assert_eq!(refusals(&told), ["a ruling named the unit finally; there are no more returns"]);
    let outcomes: Vec<ReturnOutcome> = told.ticket.returned.iter().map(|one| one.outcome).collect();
    assert_eq!(outcomes, [ReturnOutcome::Refused, ReturnOutcome::Refused, ReturnOutcome::Barred]);
}

#[test]
fn nobody_asks_for_a_ruling_on_a_return_that_was_decided() {
    let set = set(&[], "");
    let basis = json!({ "basis": "不在职责清单" });
    // The second return goes to a ruling by itself; it is refused in the same minute.
    let told = run(
        &set,
        &[
            ("2026-05-07 09:12", "dispatched", json!({})),
            ("2026-05-07 09:30", "returned", basis.clone()),
            ("2026-05-07 09:40", "return_refused", json!({})),
            ("2026-05-07 10:00", "returned", basis),
            ("2026-05-07 10:00", "return_refused", json!({})),
        ],
        "2026-05-07 12:00",
    );
    assert_eq!(told.ticket.return_pending, None);
    assert!(told.ticket.clock("ruling").is_some_and(|clock| !clock.is_open()));
}

#[test]
fn a_dispatch_after_a_ruling_doubles_no_clock() {
    let set = set(&[], "");
    let told = run(
        &set,
        &[
            ("2026-05-07 09:12", "dispatched", json!({})),
            ("2026-05-07 09:30", "returned", json!({ "basis": "不在职责清单" })),
            ("2026-05-07 10:00", "ruled", json!({ "unit": "cx-cg" })),
            ("2026-05-07 10:05", "dispatched", json!({ "to": "cx-cg" })),
        ],
        "2026-05-07 12:00",
    );
    let open = told.ticket.clocks.iter().filter(|clock| clock.is_open());
    let names: Vec<String> = open.map(|clock| clock.key.to_string()).collect();
    assert_eq!(names, ["r1/contact//0", "r1/resolve//0", "r1/accept//1"]);
}

const FLAGS: &str = r#"
[[flag]]
id = "old"
when = { age = "10d" }
[[flag]]
id = "silent"
when = { silent = "5wd" }
[[flag]]
id = "redone"
when = { redos = 1 }
"#;

#[test]
fn a_flag_is_raised_once() {
    let set = set(&[], FLAGS);
    let mut ticket = Ticket::new("W1", &set);
    ticket.apply_event(&set, 1, &event("dispatched", "2026-05-07 09:12", &json!({})));
    let (mut seq, mut now, mut raised) = (2, at("2026-05-07 09:12"), Vec::new());
    while now < at("2026-06-30 00:00") {
        let advance = duban::core::cycle::advance(&mut ticket, &set, &Org::default(), seq, now);
        seq += advance.lines.len() as i64;
        raised.extend(advance.records().filter_map(|record| match record {
            Record::Flag { flag, .. } => Some(flag.clone()),
            _ => None, // only flags are counted
        }));
        now = now.plus_ms(30 * 60_000);
    }
    assert_eq!(raised, ["silent", "old"]);
}

#[test]
fn a_silent_ticket_is_flagged_once_and_armed_again() {
    let set = set(&[], FLAGS);
    let told = run(
        &set,
        &[
            ("2026-05-07 09:12", "dispatched", json!({})),
            ("2026-05-12 10:00", "progress", json!({})),
            ("2026-05-20 10:00", "replied", json!({})),
        ],
        "2026-06-10 00:00",
    );
    let silent: Vec<String> =
        flags(&told).into_iter().filter(|(id, _)| id == "silent").map(|(_, at)| at).collect();
    // The 9th of May is a make-up working day: 8, 9, 11, 12, 13; then 21, 22, 25, 26, 27.
    assert_eq!(silent, ["2026-05-13T10:00:00Z", "2026-05-27T10:00:00Z"]);
}

#[test]
fn age_counts_across_units_rounds_and_pauses() {
    let set = set(&[], FLAGS);
    let told = run(
        &set,
        &[
            ("2026-05-07 09:00", "registered", json!({})),
            ("2026-05-07 09:12", "dispatched", json!({})),
            ("2026-05-08 09:12", "paused", json!({ "reason": "await_resident" })),
            ("2026-05-11 09:12", "dispatched", json!({ "to": "cx-cg" })),
            ("2026-05-12 09:12", "resolved", json!({})),
            ("2026-05-12 10:12", "answered", json!({ "solved": "no" })),
        ],
        "2026-05-17 10:00",
    );
    assert!(flags(&told).contains(&("old".to_owned(), "2026-05-17T01:00:00Z".to_owned())));
    assert!(flags(&told).iter().any(|(id, _)| id == "redone"));
    assert!(flags(&told).iter().any(|(id, _)| id == "unnamed_approver"), "the pause named nobody");
}

#[test]
fn what_is_missing_is_said_and_what_is_there_counts() {
    let outcome = (", \"callback_outcome\"]", "]"); // this is about the other three
    let set = set(&[outcome], "");
    #[rustfmt::skip]
    let table = [
        // name             told before the closing                                                            missing
        ("nothing",         vec![],                                                                             "contact_event resident_told result_text"),
        ("a call",          vec![("contacted", json!({}))],                                                     "resident_told result_text"),
        ("a text",          vec![("contacted", json!({ "result_text": "好了" }))],                               "resident_told"),
        ("told in words",   vec![("contacted", json!({ "result_text": "好了", "resident_told": "yes" }))],       "resident_told"),
        ("told properly",   vec![("contacted", json!({ "result_text": "好了", "resident_told": { "at": "2026-05-07", "channel": "电话" } }))], ""),
        ("an empty text",   vec![("contacted", json!({ "result_text": " " })), ("resident_told", json!({}))],   "result_text"),
    ];
    for (name, before, want) in table {
        let mut events = vec![("2026-05-07 09:12", "dispatched", json!({}))];
        events.extend(before.into_iter().map(|(kind, data)| ("2026-05-07 10:00", kind, data)));
        events.push(("2026-05-07 11:00", "closed", json!({})));
        let told = run(&set, &events, "2026-05-07 12:00");
        let refused = refusals(&told);
        let named = refused.first().map(|reason| {
            let parts = reason.trim_start_matches("not done yet; missing: ").split("; ");
            parts.filter_map(|part| part.split_whitespace().next()).collect::<Vec<_>>().join(" ")
        });
        assert_eq!(named.unwrap_or_default(), want, "{name}");
    }
}

/// The shipped set with flags of every sort.
fn flagging() -> Arc<PolicySet> {
    static SET: LazyLock<Arc<PolicySet>> = LazyLock::new(|| {
        let more = r#"
[[flag]]
id = "copied"
when = { same_reply = true }
[[flag]]
id = "to_and_fro"
when = { returns = 2 }
add = "looked_at"
"#;
        set(&[], &format!("{FLAGS}{more}"))
    });
    Arc::clone(&SET)
}

/// Events of returns, pauses, rounds and flags in any order, some late.
fn any_event() -> impl Strategy<Value = Event> {
    let kinds = prop::sample::select(vec![
        "dispatched",
        "accepted",
        "contacted",
        "paused",
        "resumed",
        "extension_asked",
        "extended",
        "extension_refused",
        "returned",
        "returned_ok",
        "return_refused",
        "ruling_asked",
        "ruled",
        "resolved",
        "answered",
        "redo",
        "finding",
        "review_decided",
        "repeat_within_30d",
        "closed",
        "label_proposed",
        "label_approved",
        "visit",
        "replied",
    ]);
    let delay = prop_oneof![3 => Just(0_i64), 1 => 0_i64..72 * 60];
    (kinds, 0_i64..40 * 24 * 60, delay, 0_u8..6).prop_map(|(kind, minute, delay, flavour)| {
        let data = json!({
            "reason": "await_resident", "basis": "b", "solved": if flavour < 3 { "no" } else { "yes" },
            "severity": "虚假办结", "decision": if flavour == 1 { "redo" } else { "stands" },
            "label": "unreasonable", "by": format!("p{flavour}"), "text": "t", "reach": ["sms"],
        });
        let mut one = event(kind, "2026-05-01 00:00", &data);
        one.at = at("2026-05-01 00:00").plus_ms(minute * 60_000);
        one.arrived = Some(one.at.plus_ms(delay * 60_000));
        one.unit = Some(if flavour % 2 == 0 { "cx-cg" } else { "cx-scjg" }.to_owned());
        one
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn permits_and_flags_fold_again_to_the_same(events in prop::collection::vec(any_event(), 1..28)) {
        let set = flagging();
        let told = replay(&set, &Org::default(), Ticket::new("W1", &set), events, Pace::Live, at("2026-08-01 00:00"));
        let again = Ticket::fold("W1", &set, told.lines.clone());
        prop_assert_eq!(&again, &told.ticket);
        let mut keys = std::collections::BTreeSet::new();
        for (_, record) in told.records() {
            if let Record::Flag { flag, round, about, .. } = record {
                prop_assert!(keys.insert((flag.clone(), *round, about.clone())), "{} twice", flag);
            }
        }
        let ids: Vec<String> = told.lines.iter().filter_map(|line| line.fact.dedupe_key()).filter(|key| key.starts_with("id/")).collect();
        let once: std::collections::BTreeSet<&String> = ids.iter().collect();
        prop_assert_eq!(once.len(), ids.len(), "an event of duban's own twice");
    }
}
