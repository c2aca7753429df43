//! Pauses at their edges: their maximum, late news about them, and what is asked for meanwhile.
//!
//! Told with the shipped reference set and virtual time; `tests/reference` found most of these rows.

use std::sync::{Arc, LazyLock};

use duban::{
    core::{
        event::{Event, Kind},
        org::Org,
        policy::PolicySet,
        record::Record,
        ticket::Ticket,
        timestamp::Timestamp,
    },
    policies,
    simulate::{Pace, Replayed, replay},
};
use serde_json::json;

fn reference() -> Arc<PolicySet> {
    static SET: LazyLock<Arc<PolicySet>> = LazyLock::new(|| {
        let loaded = policies::load_embedded("cn", Timestamp(1_770_000_000_000));
        loaded.expect("the set is shipped").set.expect("the shipped set is good")
    });
    Arc::clone(&SET)
}

/// An instant of May 2026: the 7th is a Thursday, Saturday the 9th a make-up working day.
fn at(local: &str) -> Timestamp {
    let local = local.replace(' ', "T");
    Timestamp::parse(&format!("2026-05-{local}:00+08:00")).expect("a local time")
}

/// One event: when it occurred, when it was heard of if later, what, and what it says.
type Told = (&'static str, &'static str, &'static str, serde_json::Value);

fn run(events: &[Told], pace: Pace, until: &str) -> Replayed {
    let set = reference();
    let first = [("07 09:12", "", "dispatched", json!({}))];
    let events = first.iter().chain(events).map(|(when, heard, kind, data)| {
        let mut event = Event::new("W1", Kind::of(kind), at(when));
        event.category = Some("投诉/电梯".to_owned());
        event.urgency = Some("一般".to_owned());
        event.unit = Some("cx-scjg".to_owned()).filter(|_| *kind == "dispatched");
        event.arrived = Some(*heard).filter(|heard| !heard.is_empty()).map(at);
        event.data.extend(data.as_object().expect("an object").clone());
        event
    });
    let told =
        replay(&set, &Org::default(), Ticket::new("W1", &set), events.collect(), pace, at(until));
    let again = Ticket::fold("W1", &set, told.lines.clone());
    assert_eq!(again, told.ticket, "folding again gives the same state");
    told
}

fn refusals(replayed: &Replayed) -> Vec<&str> {
    let refused = replayed.records().filter_map(|(_, record)| match record {
        Record::Refused { reason, .. } => Some(reason.as_str()),
        _ => None, // only refusals are told here
    });
    refused.collect()
}

/// From one working day on: five at most, `legal_process` ninety.
fn paused(when: &'static str, heard: &'static str, kind: &str) -> Told {
    (when, heard, "paused", json!({ "reason": kind }))
}

#[test]
fn a_pause_is_over_at_its_maximum_whenever_anybody_looks() {
    let say = |when, heard, kind| (when, heard, kind, json!({}));
    #[rustfmt::skip]
    let table = [
        // name                               pace            events
        ("looked at in time",                 Pace::Live,    vec![paused("08 17:00", "", "await_resident")]),
        ("heard of after its maximum",        Pace::Live,    vec![paused("08 17:00", "16 10:00", "await_resident")]),
        ("something else happened before",    Pace::OneLook, vec![paused("08 17:00", "", "await_resident"),
                                                                  say("16 10:00", "", "progress")]),
        ("taken up at last",                  Pace::OneLook, vec![paused("08 17:00", "", "await_resident"),
                                                                  say("16 10:00", "", "resumed")]),
        ("a redo of the same look",           Pace::OneLook, vec![paused("08 17:00", "", "await_resident"),
                                                                  ("08 17:10", "", "answered", json!({ "solved": "no" }))]),
    ];
    for (name, pace, events) in table {
        let told = run(&events, pace, "18 00:00");
        assert!(told.ticket.pause.is_none(), "{name}");
        let ends: Vec<Timestamp> = told.ticket.pauses.iter().map(|pause| pause.ended).collect();
        assert_eq!(ends, [at("14 18:00")], "{name}: the 9th, 11th, 12th, 13th and 14th");
    }
}

#[test]
fn the_end_of_one_pause_does_not_end_another() {
    let late_resume = ("12 10:00", "15 10:00", "resumed", json!({}));
    let told = run(
        &[
            paused("08 17:00", "", "await_resident"), // until the 14th at 18:00
            late_resume,
            paused("13 10:00", "15 10:00", "await_consent"), // ten working days
        ],
        Pace::Live,
        "18 00:00",
    );
    let pause = told.ticket.pause.as_ref().expect("the second pause goes on");
    assert_eq!(pause.at, at("13 10:00"));
    assert_eq!(refusals(&told), Vec::<&str>::new());
}

#[test]
fn an_extension_in_a_pause_looks_at_the_time_that_is_left() {
    let granted = |when| (when, "", "extended", json!({}));
    #[rustfmt::skip]
    let table = [
        // name                        paused      granted      refused  due when it runs on at 10:00 on the 18th
        ("the due stands still too",   "08 10:00", "14 10:00",  false,   "29 18:00"), // 6 h and nine days
        ("an hour was left",           "13 17:00", "14 10:00",  true,    "18 11:00"),
    ];
    for (name, when, grant, is_refused, due) in table {
        let events = [
            paused(when, "", "legal_process"),
            granted(grant),
            ("18 10:00", "", "resumed", json!({})),
        ];
        let told = run(&events, Pace::Live, "18 11:00");
        assert_eq!(refusals(&told).len(), usize::from(is_refused), "{name}: {:?}", refusals(&told));
        let resolve = told.ticket.clock("resolve").expect("it runs");
        assert_eq!(resolve.due, at(due), "{name}");
    }
}

#[test]
fn an_extension_granted_after_the_due_is_refused() {
    let events = [
        ("12 10:00", "", "extension_asked", json!({})), // in time
        ("14 10:00", "", "extended", json!({})),        // it was due on the 13th
    ];
    let told = run(&events, Pace::Live, "14 12:00");
    assert!(refusals(&told)[0].starts_with("asked too late"), "{:?}", refusals(&told));
    assert_eq!(told.ticket.extensions, []);
}

#[test]
fn a_request_for_more_time_ends_with_its_round() {
    let events = [
        ("08 10:00", "", "extension_asked", json!({})),
        ("09 10:00", "", "redo", json!({})), // three working days: due on the 13th
        ("13 17:00", "", "extended", json!({ "approver": "city_sup" })),
    ];
    let told = run(&events, Pace::Live, "13 17:30");
    assert!(refusals(&told)[0].starts_with("asked too late"), "{:?}", refusals(&told));
}
