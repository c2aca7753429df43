//! What becomes of a slip after it is issued, in virtual time: receipt, reply, absence, withdrawal.

use std::sync::Arc;

use duban::{
    core::{
        clock::State,
        event::{Event, Kind},
        org::Org,
        policy::PolicySet,
        record::Record,
        slip::SlipState,
        ticket::Ticket,
        timestamp::Timestamp,
    },
    policies,
    simulate::{Pace, Replayed, replay},
};
use serde_json::json;

/// The reference set with slips that wait for receipts and replies, and a red step two days after the due.
fn strict() -> Arc<PolicySet> {
    let mut sources = policies::sources("cn").expect("the set is shipped");
    let text = sources.files.get_mut("policies.toml").expect("it has policies");
    for (plain, strict) in [
        (
            "\"黄色催办单\",       serial = \"黄字\",",
            "\"黄色催办单\", serial = \"黄字\", receipt_due = \"4wh\", missing_receipt = { add = \"receipt_missed\" }, missing_reply = { add = \"reply_missed\" }, withdraw_by = [\"city_sup\"],",
        ),
        (
            "\"任务通知单\",       serial = \"任字\",",
            "\"任务通知单\", serial = \"任字\", receipt_adds = \"accepted\",",
        ),
        (
            "{ at = \"due+1wd\", slip = \"red\",    to = [\"principal\"], cc = [\"deputy_head\", \"county_sup\"], via = [\"im\", \"sms\", \"email\", \"print\"], reply_due = \"1wd\" },",
            "{ at = \"due+2wd\", slip = \"red\", to = [\"principal\"], via = [\"im\"], reply_due = \"1wd\", also_on = \"reply_missed\" },",
        ),
    ] {
        assert!(text.contains(plain), "the reference set has changed: {plain}");
        *text = text.replacen(plain, strict, 1);
    }
    let loaded = policies::load(&sources, Timestamp(1_770_000_000_000));
    loaded.set.unwrap_or_else(|| panic!("{:#?}", loaded.complaints))
}

fn at(local: &str) -> Timestamp {
    let local = local.replace(' ', "T");
    Timestamp::parse(&format!("{local}:00+08:00")).expect("a local time")
}

fn event(kind: &str, local: &str, data: &serde_json::Value) -> Event {
    let mut event = Event::new("W1", Kind::of(kind), at(local));
    event.data.extend(data.as_object().expect("an object").clone());
    event
}

/// A general ticket, dispatched on a Friday, accepted and contacted: only its resolve clock runs.
fn begun() -> Vec<Event> {
    let mut dispatched = event("dispatched", "2026-05-08 09:12", &json!({}));
    dispatched.unit = Some("cx-scjg".to_owned());
    dispatched.category = Some("投诉/电梯".to_owned());
    dispatched.urgency = Some("一般".to_owned());
    vec![
        dispatched,
        event("accepted", "2026-05-08 10:00", &json!({})),
        event("contacted", "2026-05-08 11:00", &json!({})),
    ]
}

fn late(event: Event, arrived: &str) -> Event {
    Event { arrived: Some(at(arrived)), ..event }
}

fn run(more: Vec<Event>, until: &str) -> Replayed {
    let set = strict();
    let events = begun().into_iter().chain(more).collect();
    let replayed =
        replay(&set, &Org::default(), Ticket::new("W1", &set), events, Pace::Live, at(until));
    let folded = Ticket::fold("W1", &set, replayed.lines.clone());
    assert_eq!(folded, replayed.ticket, "folding again gives the same");
    replayed
}

/// Slips and events of duban on the resolve clock after its due, as `what time`.
fn told(replayed: &Replayed) -> Vec<String> {
    let set = strict();
    let local = |at: Timestamp| {
        set.calendar.zone().to_datetime(at.jiff()).strftime("%m-%d %H:%M").to_string()
    };
    let mut told = Vec::new();
    for line in &replayed.lines {
        match &line.fact {
            duban::core::fact::Fact::Event(event) if event.by.as_deref() == Some("duban") => {
                told.push(format!("{} {}", event.kind, local(event.at)));
            }
            duban::core::fact::Fact::Record(Record::Slip { key, slip, at: step, on, .. })
                if key.clock.name == "resolve"
                    && step.starts_with("due")
                    && !step.starts_with("due-") =>
            {
                let on = on.as_deref().map(|on| format!(" on {on}")).unwrap_or_default();
                told.push(format!("{slip} {step}{on} {}", local(line.at)));
            }
            duban::core::fact::Fact::Record(Record::Refused { event, reason, .. }) => {
                told.push(format!("refused {event}: {reason}"));
            }
            _ => {} // the rest is told elsewhere
        }
    }
    told
}

fn state<'r>(replayed: &'r Replayed, kind: &str) -> &'r SlipState {
    let found = replayed.ticket.slips.iter().find(|slip| slip.kind == kind);
    found.unwrap_or_else(|| panic!("something is known of a {kind} slip"))
}

const YELLOW: &str = "W1/r1/resolve//0/2.0.0";

#[test]
fn a_missing_reply_is_told_once_at_its_instant() {
    // Due 2026-05-14 18:00 (Thursday); receipt 4 working hours and reply 1 working day after it.
    let left_alone = run(vec![], "2026-05-20 23:00");
    assert_eq!(
        told(&left_alone),
        [
            "yellow due 05-14 18:00",
            "receipt_missed 05-15 15:00",
            "reply_missed 05-15 18:00",
            "red due+2wd on reply_missed 05-15 18:00",
            "red due+3wd 05-19 09:00",
        ]
    );
    let yellow = state(&left_alone, "yellow");
    assert_eq!(yellow.receipt_missed, Some(at("2026-05-15 15:00")));
    assert_eq!(yellow.reply_missed, Some(at("2026-05-15 18:00")));
}

#[test]
fn a_reply_in_time_leaves_the_ladder_alone() {
    let reply = json!({ "slip": YELLOW, "plan": "换主板", "by_when": "5月18日" });
    #[rustfmt::skip]
    let table = [
        ("one minute before the due", "2026-05-15 17:59", false),
        ("exactly at the due",        "2026-05-15 18:00", false),
        ("one minute after the due",  "2026-05-15 18:01", true),
    ];
    for (name, time, missed) in table {
        let received = event("acknowledged", "2026-05-14 18:30", &json!({ "slip": YELLOW }));
        let told = told(&run(vec![received, event("replied", time, &reply)], "2026-05-18 23:00"));
        assert_eq!(told.iter().any(|line| line.starts_with("reply_missed")), missed, "{name}");
        assert!(!told.iter().any(|line| line.starts_with("receipt_missed")), "{name}");
        let red = if missed {
            "red due+2wd on reply_missed 05-15 18:00"
        } else {
            "red due+2wd 05-18 09:00"
        };
        assert!(told.contains(&red.to_owned()), "{name}: {told:?}");
    }
}

#[test]
fn a_resolved_ticket_misses_no_reply() {
    let told =
        told(&run(vec![event("resolved", "2026-05-15 11:00", &json!({}))], "2026-05-18 23:00"));
    assert_eq!(told, ["yellow due 05-14 18:00"]);
}

#[test]
fn the_first_reply_counts() {
    let say = |time, data| event("replied", time, &data);
    let replayed = run(
        vec![
            say("2026-05-14 18:10", json!({ "slip": "W1/r1/resolve//0/9.0.0", "plan": "x" })),
            say("2026-05-14 18:20", json!({ "slip": YELLOW, "plan": "  " })),
            say("2026-05-14 18:30", json!({ "slip": YELLOW, "plan": "换主板" })),
            say("2026-05-14 18:40", json!({ "slip": YELLOW, "done": "已换" })),
            say("2026-05-14 18:50", json!({ "slip": YELLOW, "plan": "长".repeat(2_001) })),
        ],
        "2026-05-14 23:00",
    );
    assert_eq!(
        told(&replayed),
        [
            "yellow due 05-14 18:00",
            "refused replied: no slip `W1/r1/resolve//0/9.0.0` was issued on this ticket",
            "refused replied: a reply says what was done (`done`) or what will be done (`plan`), and by when (`by_when`)",
            "refused replied: slip `W1/r1/resolve//0/2.0.0` has its reply already; the first one counts",
            "refused replied: `plan` of the reply has more than 2000 characters",
        ]
    );
    let replied = state(&replayed, "yellow").replied.as_ref().map(|heard| heard.at);
    assert_eq!(replied, Some(at("2026-05-14 18:30")));
}

#[test]
fn a_reply_in_time_takes_back_what_its_absence_caused() {
    let reply = json!({ "slip": YELLOW, "plan": "换主板" });
    let reply = late(event("replied", "2026-05-15 17:50", &reply), "2026-05-15 19:00");
    let replayed = run(vec![reply], "2026-05-18 23:00");
    assert_eq!(
        told(&replayed),
        [
            "yellow due 05-14 18:00",
            "receipt_missed 05-15 15:00",
            "reply_missed 05-15 18:00",
            "red due+2wd on reply_missed 05-15 18:00",
            "slip_withdrawn 05-15 19:00",
            "refused reply_missed: what slip `W1/r1/resolve//0/2.0.0` waited for had come in time",
            "red due+2wd 05-18 09:00",
        ]
    );
}

#[test]
fn a_principal_on_the_spot_answers_the_red_slip() {
    let visit = |role: &str| {
        event(
            "offline_action",
            "2026-05-18 15:00",
            &json!({ "type": "onsite", "role": role, "place": "24号院" }),
        )
    };
    for (role, answers) in [("principal", true), ("handler", false)] {
        let replayed = run(vec![visit(role)], "2026-05-18 23:00");
        assert_eq!(state(&replayed, "red").replied.is_some(), answers, "{role}");
        let resolve = replayed.ticket.clock("resolve").expect("it runs");
        assert_eq!(resolve.state, State::Running, "{role}: the matter is not solved by a visit");
    }
}

#[test]
fn a_receipt_and_the_acceptance_of_a_task_are_one() {
    let accepted = run(vec![], "2026-05-08 12:00");
    assert!(state(&accepted, "task").receipted.is_some());
    let set = strict();
    let mut events = begun();
    events.truncate(1);
    events.push(event(
        "acknowledged",
        "2026-05-08 09:30",
        &json!({ "slip": "W1/r1/accept//0/0.0.0" }),
    ));
    let until = at("2026-05-08 12:00");
    let replayed =
        replay(&set, &Org::default(), Ticket::new("W1", &set), events, Pace::Live, until);
    let clock = |name: &str| replayed.ticket.clock(name).expect("it was started").is_running();
    assert_eq!([clock("accept"), clock("contact"), clock("resolve")], [false, true, true]);
}

#[test]
fn only_the_named_role_takes_a_slip_back_and_with_a_reason() {
    let take = |data: serde_json::Value| vec![event("slip_withdrawn", "2026-05-15 09:00", &data)];
    #[rustfmt::skip]
    let table = [
        ("no reason",  json!({ "slip": YELLOW, "approver": "city_sup" }),                       Some("refused slip_withdrawn: a slip is taken back with a reason; `reason` is empty")),
        ("no role",    json!({ "slip": YELLOW, "reason": "wrong unit" }),                         Some("refused slip_withdrawn: `` may not approve this; it takes one of: city_sup")),
        ("wrong role", json!({ "slip": YELLOW, "reason": "wrong unit", "approver": "handler" }),  Some("refused slip_withdrawn: `handler` may not approve this; it takes one of: city_sup")),
        ("permitted",  json!({ "slip": YELLOW, "reason": "wrong unit", "approver": "city_sup" }), None),
    ];
    for (name, data, refused) in table {
        let replayed = run(take(data), "2026-05-15 23:00");
        let told = told(&replayed);
        assert_eq!(
            told.iter().find(|line| line.starts_with("refused")).map(String::as_str),
            refused,
            "{name}"
        );
        let missed = told.iter().any(|line| line.starts_with("reply_missed"));
        assert_eq!(missed, refused.is_some(), "{name}: a withdrawn slip waits for nothing");
    }
}

#[test]
fn plain_events_on_the_reference_set_wait_for_nothing() {
    let set = policies::load_embedded("cn", Timestamp(1_770_000_000_000))
        .expect("shipped")
        .set
        .expect("good");
    let replayed = replay(
        &set,
        &Org::default(),
        Ticket::new("W1", &set),
        begun(),
        Pace::Live,
        at("2026-06-30 00:00"),
    );
    let own = replayed.lines.iter().filter(|line| match &line.fact {
        duban::core::fact::Fact::Event(event) => event.by.as_deref() == Some("duban"),
        duban::core::fact::Fact::Record(_) => false,
    });
    assert_eq!(own.count(), 0, "no event of duban's own");
}
