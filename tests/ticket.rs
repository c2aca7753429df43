//! The rules of a ticket, told with the shipped reference set and virtual time.

use std::{
    collections::BTreeSet,
    sync::{Arc, LazyLock},
};

use duban::{
    core::{
        clock::{Clock, FiredAs, State},
        event::{Event, Kind},
        fact::{Fact, Line},
        org::Org,
        policy::PolicySet,
        record::{AskOutcome, Record},
        ticket::Ticket,
        timestamp::Timestamp,
    },
    policies,
    simulate::{Pace, Replayed, replay},
};
use proptest::prelude::*;
use serde_json::json;

fn reference() -> Arc<PolicySet> {
    static SET: LazyLock<Arc<PolicySet>> = LazyLock::new(|| {
        let loaded = policies::load_embedded("cn", Timestamp(1_770_000_000_000));
        loaded.expect("the set is shipped").set.expect("the shipped set is good")
    });
    Arc::clone(&SET)
}

/// An instant in the zone of the reference set, `2026-05-07 09:12`.
fn at(local: &str) -> Timestamp {
    let local = local.replace(' ', "T");
    Timestamp::parse(&format!("{local}:00+08:00")).expect("a local time")
}

fn event(kind: &str, local: &str) -> Event {
    let mut event = Event::new("W1", Kind::of(kind), at(local));
    event.category = Some("投诉/电梯".to_owned());
    event.urgency = Some("一般".to_owned());
    event
}

fn dispatched(local: &str) -> Event {
    Event { unit: Some("cx-scjg".to_owned()), ..event("dispatched", local) }
}

fn with(mut event: Event, data: &serde_json::Value) -> Event {
    event.data.extend(data.as_object().expect("an object").clone());
    event
}

/// Heard of later than it occurred.
fn late(event: Event, arrived: &str) -> Event {
    Event { arrived: Some(at(arrived)), ..event }
}

fn run(events: Vec<Event>, until: &str) -> Replayed {
    let set = reference();
    replay(&set, &Org::default(), Ticket::new("W1", &set), events, Pace::Live, at(until))
}

/// Slips as `clock step slip time`, in order.
fn slips(replayed: &Replayed) -> Vec<String> {
    let slip = |(at, record): (Timestamp, &Record)| match record {
        Record::Slip { key, slip, at: step, .. } => {
            let local = reference().calendar.zone().to_datetime(at.jiff());
            let round =
                if key.clock.round > 1 { format!("r{} ", key.clock.round) } else { String::new() };
            Some(format!(
                "{round}{} {step} {slip} {}",
                key.clock.name,
                local.strftime("%m-%d %H:%M")
            ))
        }
        _ => None, // only slips are told here
    };
    replayed.records().filter_map(slip).collect()
}

fn of_clock(replayed: &Replayed, name: &str) -> Vec<String> {
    slips(replayed).into_iter().filter(|slip| slip.starts_with(&format!("{name} "))).collect()
}

fn clock<'a>(replayed: &'a Replayed, name: &str) -> &'a Clock {
    replayed.ticket.clock(name).unwrap_or_else(|| panic!("there is a clock `{name}`"))
}

fn refusals(replayed: &Replayed) -> Vec<&str> {
    let refused = replayed.records().filter_map(|(_, record)| match record {
        Record::Refused { reason, .. } => Some(reason.as_str()),
        _ => None, // only refusals are told here
    });
    refused.collect()
}

#[test]
fn a_ticket_left_alone_climbs_the_whole_ladder() {
    let told = run(vec![dispatched("2026-05-07 09:12")], "2026-05-20 23:59");
    assert_eq!(
        of_clock(&told, "accept"),
        [
            "accept start task 05-07 09:12",
            "accept start+50% nudge 05-07 10:12",
            "accept due green 05-07 11:12",
            "accept due+2wh yellow 05-07 15:12",
            "accept due+9wh red 05-08 15:12",
            "accept due+9wh red 05-09 09:00", // a make-up Saturday is a working day
            "accept due+9wh red 05-11 09:00",
            "accept due+9wh red 05-12 09:00",
        ]
    );
    assert_eq!(clock(&told, "resolve").due, at("2026-05-13 18:00"));
}

#[test]
fn each_step_fires_once() {
    let set = reference();
    let mut ticket = Ticket::new("W1", &set);
    ticket.apply_event(&set, 1, &dispatched("2026-05-07 09:12"));
    let mut keys = Vec::new();
    let mut now = at("2026-05-07 09:12");
    let mut seq = 2;
    while now < at("2026-06-30 00:00") {
        let advance = duban::core::cycle::advance(&mut ticket, &set, &Org::default(), seq, now);
        seq += advance.lines.len() as i64;
        keys.extend(advance.records().filter_map(|record| match record {
            Record::Slip { key, .. } => Some(key.text("W1")),
            _ => None, // only slips can double
        }));
        now = now.plus_ms(10 * 60_000);
    }
    let once: BTreeSet<&String> = keys.iter().collect();
    assert_eq!(once.len(), keys.len());
    assert!(keys.len() > 20, "{keys:?}");
}

#[test]
fn late_look_fires_only_the_top_step() {
    let set = reference();
    let down = replay(
        &set,
        &Org::default(),
        Ticket::new("W1", &set),
        vec![dispatched("2026-05-07 09:12")],
        Pace::OneLook,
        at("2026-05-08 12:00"),
    );
    assert_eq!(
        slips(&down),
        ["accept due+2wh yellow 05-08 12:00", "contact due green 05-08 12:00"]
    );
    let skipped: Vec<&str> = down
        .records()
        .filter_map(|(_, record)| match record {
            Record::Skipped { slip, .. } => Some(slip.as_str()),
            _ => None, // only skipped steps are told here
        })
        .collect();
    assert_eq!(skipped, ["task", "nudge", "green", "nudge"]);
}

#[test]
fn a_stop_at_the_due_instant_wins() {
    #[rustfmt::skip]
    let table = [
        // accepted at           met    slips of the accept clock
        ("2026-05-07 11:11",     true,  2),
        ("2026-05-07 11:12",     true,  2),
        ("2026-05-07 11:13",     false, 3),
    ];
    for (accepted, met, count) in table {
        let told = run(
            vec![dispatched("2026-05-07 09:12"), event("accepted", accepted)],
            "2026-05-08 23:00",
        );
        assert!(
            matches!(clock(&told, "accept").state, State::Stopped { met: is, .. } if is == met),
            "accepted at {accepted}"
        );
        assert_eq!(of_clock(&told, "accept").len(), count, "accepted at {accepted}");
    }
}

#[test]
fn pausing_and_resuming_keeps_the_remaining_time() {
    let paused = with(event("paused", "2026-05-08 17:00"), &json!({ "reason": "await_resident" }));
    let resumed = event("resumed", "2026-05-11 10:00"); // Saturday the 9th is a make-up working day
    let told = run(vec![dispatched("2026-05-07 09:12"), paused, resumed], "2026-05-12 00:00");
    // Remaining at the pause: 1 h of the 8th, all of the 9th, 11th, 12th and 13th = 1 + 4 x 7 h.
    let set = reference();
    let resolve = clock(&told, "resolve");
    assert_eq!(set.calendar.measure(at("2026-05-11 10:00"), resolve.due), 29 * 3_600_000);
    assert_eq!(refusals(&told), Vec::<&str>::new());
}

#[test]
fn a_paused_clock_is_silent() {
    let paused = with(event("paused", "2026-05-08 17:00"), &json!({ "reason": "legal_process" }));
    let told = run(
        vec![
            dispatched("2026-05-07 09:12"),
            event("accepted", "2026-05-07 10:00"),
            event("contacted", "2026-05-07 10:00"),
            paused,
        ],
        "2026-07-01 00:00",
    );
    assert_eq!(of_clock(&told, "resolve"), Vec::<String>::new());
}

#[test]
fn a_pause_ends_by_itself_at_its_maximum() {
    let paused = with(event("paused", "2026-05-08 17:00"), &json!({ "reason": "await_resident" }));
    let told = run(vec![dispatched("2026-05-07 09:12"), paused], "2026-05-16 00:00");
    // At most five working days: the 9th, 11th, 12th, 13th and 14th.
    assert!(told.ticket.pause.is_none());
    assert_eq!(clock(&told, "resolve").since, at("2026-05-14 18:00"));
}

#[test]
fn a_pause_the_policy_does_not_allow_is_refused_and_kept() {
    let paused = with(event("paused", "2026-05-08 17:00"), &json!({ "reason": "lunch" }));
    let told = run(vec![dispatched("2026-05-07 09:12"), paused], "2026-05-09 00:00");
    assert!(clock(&told, "resolve").is_running());
    let refused = refusals(&told);
    assert!(
        refused[0].starts_with("the policy does not allow pauses of kind `lunch`"),
        "{refused:?}"
    );
}

#[test]
fn an_extension_is_asked_in_time_or_refused() {
    #[rustfmt::skip]
    let table = [
        // name                        asked and granted     data                                  refused with
        ("in time",                    "2026-05-12 10:00",   json!({}),                            ""),
        ("less than 4 wh before",      "2026-05-13 15:00",   json!({}),                            "asked too late"),
        ("after 17:00 is the next day","2026-05-12 17:30",   json!({}),                            ""),
        ("after the due",              "2026-05-14 10:00",   json!({}),                            "asked too late"),
        ("longer than all together",   "2026-05-12 10:00",   json!({ "span": "11wd" }),            "together the extensions"),
        ("the wrong approver",         "2026-05-12 10:00",   json!({ "approver": "handler" }),     "`handler` may not approve"),
    ];
    for (name, when, data, want) in table {
        let told = run(
            vec![dispatched("2026-05-07 09:12"), with(event("extended", when), &data)],
            "2026-05-14 12:00",
        );
        let refused = refusals(&told);
        if want.is_empty() {
            assert_eq!(refused, Vec::<&str>::new(), "{name}");
            assert_eq!(clock(&told, "resolve").due, at("2026-05-20 18:00"), "{name}");
        } else {
            assert!(
                refused.first().is_some_and(|reason| reason.starts_with(want)),
                "{name}: {refused:?}"
            );
            assert_eq!(clock(&told, "resolve").due, at("2026-05-13 18:00"), "{name}");
        }
    }
}

#[test]
fn a_breach_is_never_undone() {
    let moved =
        Event { deadline: Some(at("2026-06-30 18:00")), ..event("progress", "2026-05-14 10:00") };
    let told = run(vec![dispatched("2026-05-07 09:12"), moved], "2026-05-14 12:00");
    assert_eq!(clock(&told, "resolve").due, at("2026-05-13 18:00"));
}

#[test]
fn a_stop_before_the_start_counts_as_met() {
    let told = run(
        vec![event("contacted", "2026-05-07 09:00"), dispatched("2026-05-07 09:12")],
        "2026-05-09 00:00",
    );
    assert!(matches!(clock(&told, "contact").state, State::Stopped { met: true, .. }));
}

#[test]
fn a_late_event_withdraws_what_it_makes_wrong() {
    // Resolved at 17:50, ten minutes before the due; the platform tells at 18:20.
    let resolved = late(event("resolved", "2026-05-13 17:50"), "2026-05-13 18:20");
    let told = run(vec![dispatched("2026-05-07 09:12"), resolved], "2026-05-15 00:00");
    assert!(of_clock(&told, "resolve").contains(&"resolve due yellow 05-13 18:00".to_owned()));
    let resolve = clock(&told, "resolve");
    assert!(matches!(resolve.state, State::Stopped { met: true, .. }));
    let outcomes: Vec<FiredAs> = resolve.fired.iter().map(|fired| fired.outcome).collect();
    assert_eq!(outcomes, [FiredAs::Slip, FiredAs::Slip, FiredAs::Undone]);
    let withdrawn: Vec<&Line> = told
        .lines
        .iter()
        .filter(
            |line| matches!(&line.fact, Fact::Event(event) if event.kind == Kind::SlipWithdrawn),
        )
        .collect();
    assert_eq!(withdrawn.len(), 1);
}

#[test]
fn a_slip_withdrawn_by_a_late_pause_comes_again_at_its_new_time() {
    // Paused before the due, heard of after it: the yellow slip was wrong, and right again later.
    let paused = with(
        late(event("paused", "2026-05-13 10:00"), "2026-05-13 18:30"),
        &json!({ "reason": "await_resident" }),
    );
    let told = run(
        vec![dispatched("2026-05-07 09:12"), paused, event("resumed", "2026-05-14 10:00")],
        "2026-05-15 23:00",
    );
    let yellow: Vec<String> =
        of_clock(&told, "resolve").into_iter().filter(|slip| slip.contains("yellow")).collect();
    assert_eq!(yellow, ["resolve due yellow 05-13 18:00", "resolve due yellow 05-14 18:00"]);
}

#[test]
fn a_bad_answer_opens_a_round_at_once_and_the_first_answer_counts() {
    let resolved = with(event("resolved", "2026-05-08 10:00"), &json!({ "reach": ["sms"] }));
    let bad =
        with(event("answered", "2026-05-08 12:00"), &json!({ "solved": "no", "satisfied": "no" }));
    let told = run(vec![dispatched("2026-05-07 09:12"), resolved, bad], "2026-05-08 12:00");
    let asked = told.records().any(|(_, record)| {
        matches!(record, Record::Asked { round: 1, outcome: AskOutcome::Sent, .. })
    });
    assert!(asked, "the resident was asked");
    assert_eq!(told.ticket.round(), 2);
    assert!(
        slips(&told).contains(&"r2 resolve start redo 05-08 12:00".to_owned()),
        "{:?}",
        slips(&told)
    );
    assert_eq!(told.ticket.answers.len(), 1);
}

#[test]
fn phone_first_asks_by_message_only_after_a_call_nobody_took() {
    #[rustfmt::skip]
    let table = [
        // name                 call                                          asked in round 2
        ("no call yet",         None,                                         false),
        ("nobody took it",      Some(json!({ "result": "unanswered" })),      true),
        ("somebody took it",    Some(json!({ "result": "answered" })),        false),
    ];
    for (name, call, want) in table {
        let resolved = |local: &str| with(event("resolved", local), &json!({ "reach": ["sms"] }));
        let bad = with(event("answered", "2026-05-08 12:00"), &json!({ "solved": "no" }));
        let mut events = vec![
            dispatched("2026-05-07 09:12"),
            resolved("2026-05-08 10:00"),
            bad,
            resolved("2026-05-09 10:00"),
        ];
        events.extend(call.map(|data| with(event("callback_tried", "2026-05-09 11:00"), &data)));
        let told = run(events, "2026-05-09 12:00");
        let asked =
            told.records().any(|(_, record)| matches!(record, Record::Asked { round: 2, .. }));
        assert_eq!(asked, want, "{name}");
    }
}

#[test]
fn the_kind_of_a_pause_is_not_the_kind_of_the_ticket() {
    let paused = with(event("paused", "2026-05-08 17:00"), &json!({ "kind": "await_resident" }));
    let told = run(vec![dispatched("2026-05-07 09:12"), paused], "2026-05-08 18:00");
    assert!(told.ticket.pause.is_some());
    assert_eq!(told.ticket.attributes.kind, None);
}

#[test]
fn a_good_answer_ends_the_ticket() {
    let resolved = event("resolved", "2026-05-08 10:00");
    let good = with(
        event("answered", "2026-05-08 12:00"),
        &json!({ "solved": "yes", "satisfied": "yes" }),
    );
    let told = run(vec![dispatched("2026-05-07 09:12"), resolved, good], "2026-06-30 12:00");
    assert_eq!(told.ticket.ended, Some(at("2026-05-08 12:00")));
    assert_eq!(slips(&told).iter().filter(|slip| slip.contains("05-1")).count(), 0);
}

#[test]
fn rounds_end() {
    let mut events = vec![dispatched("2026-05-06 09:12")];
    for day in 7..=12 {
        events.push(event("resolved", &format!("2026-05-{day:02} 10:00")));
        let bad = event("answered", &format!("2026-05-{day:02} 12:00"));
        events.push(with(bad, &json!({ "solved": "no" })));
    }
    let told = run(events, "2026-05-20 12:00");
    assert_eq!(told.ticket.round(), 3);
    assert!(told.ticket.ended.is_some(), "after the last round an answer ends the ticket");
}

#[test]
fn a_return_needs_its_basis_and_its_window() {
    #[rustfmt::skip]
    let table = [
        // name            returned at           data                            refused with
        ("in its window",  "2026-05-08 10:00",   json!({ "basis": "不属职责" }),  ""),
        ("no basis",       "2026-05-08 10:00",   json!({}),                      "a return must give its basis"),
        ("after a day",    "2026-05-09 10:00",   json!({ "basis": "不属职责" }),  "the window for returns closed"),
    ];
    for (name, when, data, want) in table {
        let told = run(
            vec![dispatched("2026-05-07 09:12"), with(event("returned", when), &data)],
            "2026-05-09 12:00",
        );
        match refusals(&told).first() {
            None => assert_eq!(want, "", "{name}"),
            Some(reason) => {
                assert!(!want.is_empty() && reason.starts_with(want), "{name}: {reason}");
            }
        }
    }
}

#[test]
fn an_accepted_return_and_a_new_dispatch_give_the_new_unit_its_own_clocks() {
    let returned = with(event("returned", "2026-05-07 10:00"), &json!({ "basis": "不属职责" }));
    let other = Event { unit: Some("cx-cg".to_owned()), ..dispatched("2026-05-07 14:30") };
    let told = run(
        vec![
            dispatched("2026-05-07 09:12"),
            returned,
            event("returned_ok", "2026-05-07 11:00"),
            other,
        ],
        "2026-05-07 15:00",
    );
    assert_eq!(told.ticket.unit.as_deref(), Some("cx-cg"));
    assert_eq!(told.ticket.first_unit.as_deref(), Some("cx-scjg"));
    assert_eq!(clock(&told, "accept").started, at("2026-05-07 14:30"));
    assert_eq!(
        told.ticket.received, None,
        "nobody registered it; the resident clock is not reset either"
    );
}

#[test]
fn events_nobody_knows_are_kept_and_counted() {
    let told = run(
        vec![dispatched("2026-05-07 09:12"), event("danced", "2026-05-07 10:00")],
        "2026-05-07 10:30",
    );
    assert_eq!(told.ticket.unknown_kinds, 1);
    assert!(clock(&told, "accept").is_running());
}

/// Events as platforms send them: any kind, any order, some late, some nonsense.
fn any_event() -> impl Strategy<Value = Event> {
    let kinds = prop::sample::select(vec![
        "registered",
        "dispatched",
        "accepted",
        "contacted",
        "paused",
        "resumed",
        "extended",
        "returned",
        "returned_ok",
        "return_refused",
        "reassigned",
        "resolved",
        "answered",
        "redo",
        "reopened",
        "callback_tried",
        "hung",
        "withdrawn",
        "danced",
    ]);
    let minutes = 0_i64..40 * 24 * 60;
    let delay = prop_oneof![3 => Just(0_i64), 1 => 0_i64..72 * 60];
    (kinds, minutes, delay, 0_u8..4).prop_map(|(kind, minute, delay, flavour)| {
        let mut one = event(kind, "2026-05-01 00:00");
        one.at = at("2026-05-01 00:00").plus_ms(minute * 60_000);
        one.arrived = Some(one.at.plus_ms(delay * 60_000));
        one.unit = Some(if flavour == 0 { "cx-cg" } else { "cx-scjg" }.to_owned());
        let solved = if flavour < 2 { "no" } else { "yes" };
        with(one, &json!({ "reason": "await_resident", "basis": "b", "solved": solved, "reach": ["sms"] }))
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn folding_again_gives_the_same_state(events in prop::collection::vec(any_event(), 1..24)) {
        let set = reference();
        let told = replay(&set, &Org::default(), Ticket::new("W1", &set), events, Pace::Live, at("2026-08-01 00:00"));
        let again = Ticket::fold("W1", &set, told.lines.clone());
        prop_assert_eq!(again, told.ticket);
    }

    #[test]
    fn no_slip_is_ever_doubled(events in prop::collection::vec(any_event(), 1..24)) {
        let set = reference();
        let told = replay(&set, &Org::default(), Ticket::new("W1", &set), events, Pace::Live, at("2026-08-01 00:00"));
        let mut keys = BTreeSet::new();
        for (_, record) in told.records() {
            if let Record::Slip { key, .. } | Record::Skipped { key, .. } = record {
                prop_assert!(keys.insert(key.clone()), "{:?} twice", key);
            }
        }
    }

    #[test]
    fn one_look_ends_where_looking_all_the_time_does(events in prop::collection::vec(any_event(), 1..16)) {
        // Catching up may skip steps, but never changes which clocks are met.
        let set = reference();
        let until = at("2026-08-01 00:00");
        // What a look decides about residents depends on when it is: nobody is asked long after the fact.
        let not_timely = [Kind::Paused, Kind::Answered, Kind::CallbackTried];
        let timely: Vec<Event> = events.into_iter().map(|event| Event { arrived: None, ..event }).filter(|event| !not_timely.contains(&event.kind)).collect();
        let live = replay(&set, &Org::default(), Ticket::new("W1", &set), timely.clone(), Pace::Live, until);
        let once = replay(&set, &Org::default(), Ticket::new("W1", &set), timely, Pace::OneLook, until);
        // A policy that duban's own word opens beside the ticket's starts with that word, so with the look.
        let states = |replayed: &Replayed| replayed.ticket.clocks.iter().filter(|clock| clock.key.is_own()).map(|clock| (clock.key.clone(), clock.due, clock.state.clone())).collect::<Vec<_>>();
        prop_assert_eq!(states(&live), states(&once));
    }
}
