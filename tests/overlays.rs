//! Policies beside a ticket's own, clocks that begin again, and those for each of many.

use std::{collections::BTreeMap, sync::Arc};

use duban::{
    core::{
        clock::State,
        event::{Event, Kind},
        org::Org,
        policy::PolicySet,
        record::Record,
        ticket::Ticket,
        timestamp::Timestamp,
    },
    policies::{self, Sources},
    simulate::{Pace, Replayed, replay},
};
use serde_json::{Value, json};

/// A small city: a general policy and everything that opens beside it.
const SET: &str = r#"
schema = "sla-policy-set/1"
id = "beside"
version = "1"
timezone = "UTC"
clock_start = "dispatched"
wd_step_time = "09:00"
[calendar]
rest = ["Sat", "Sun"]
work_hours = [["09:00", "18:00"]]
outside_start = "next_open"
missing_year = "warn_and_use_weekends"
[noise]
receipt_suppresses = true
offline_suppresses = "24h"
[slips]
task   = { zh = "任务", serial = "", colour = "none", ask_receipt = false }
yellow = { zh = "黄", serial = "", colour = "yellow", ask_receipt = false }
red    = { zh = "红", serial = "", colour = "red", ask_receipt = false }
[roles]
head   = { zh = "头", level = 1 }
chief  = { zh = "长", level = 4 }
office = { zh = "办", level = 6 }
[[ladder]]
id = "plain"
stop_on = ["resolved", "hung"]
steps = [
  { at = "start", slip = "task",   to = ["head"], via = ["im"] },
  { at = "due",   slip = "yellow", to = ["head"], via = ["im"] },
  { at = "due+1wd", slip = "red",  to = ["chief"], via = ["im"] },
]
[[ladder]]
id = "loud"
stop_on = ["accepted", "acknowledged"]
steps = [{ at = "due", slip = "red", to = ["head"], via = ["voice"], repeat = { every = "10m", max = 6 } }]
[[ladder]]
id = "quiet"
stop_on = ["accepted"]
steps = [{ at = "due", slip = "red", to = ["head"], via = ["voice"], repeat = { every = "10m", max = 6 } }]
[[ladder]]
id = "each"
steps = [
  { at = "due",     slip = "yellow", to = ["head"], via = ["im"] },
  { at = "due+2wh", slip = "red",    to = ["chief"], via = ["im"] },
]
[[policy]]
id = "general"
select = { category = "general" }
clocks = [
  { name = "accept",  dur = "2wh", stop = "accepted" },
  { name = "resolve", dur = "5wd", ladder = "plain" },
]
ends = ["evaluated"]
[[policy]]
id = "whistle"
select = { kind = "whistle" }
clocks = [
  { name = "arrive",  dur = "1wd", ladder = "each", stop = "arrived", per_unit = true, by_kind = { "应急哨" = "30m" } },
  { name = "resolve", dur = "5wd", ladder = "plain", owner = "lead" },
  { name = "rate",    dur = "1wd", start = "arrived_all", stop = "whistle_rated_all", owner = "blower", ladder = "each" },
]
ends = ["joint_result"]
[[policy]]
id = "leader"
select = { kind = "leader" }
clocks = [
  { name = "progress", dur = "2wd", stop = "progress_report", recur_until = "leader_confirmed", ladder = "each" },
  { name = "resolve",  dur = "5wd", stop = "leader_confirmed", override = "instruction_due", margin = "1wd", ladder = "each" },
]
ends = ["leader_confirmed"]
outlives = true
only = { leader_confirmed = ["office"] }
enforce = true
[[policy]]
id = "hung"
select = { kind = "hung" }
clocks = [
  { name = "review", dur = "22wd", ladder = "each", stop = "reviewed", recur_until = "struck_off" },
  { name = "expiry", dur = "180d", stop = "struck_off", on_due = "reactivate" },
]
extension = { max = 1, each = "30d", total = "30d", approver = ["office"] }
close = { requires = ["proof", "city_sup_approved"], attachments_min = 1 }
ends = ["struck_off"]
admit = { approver = ["chief"], reasons = ["历史遗留"], plan_required = true }
[[policy]]
id = "rectify"
on = "rectify_ordered"
clocks = [{ name = "rectify", dur = "10wd", stop = "rectified", ladder = "each", owner = "orderer" }]
ends = ["rectified"]
outlives = true
[[policy]]
id = "loop"
select = { category = "loop" }
clocks = [
  { name = "accept", dur = "10m", start = ["dispatched", "lapsed"], again = true, ladder = "loud" },
  { name = "ack",    dur = "30m", start = "acknowledged", again = true, stop = ["accepted", "lapsed"], on_due = "lapsed" },
]
ends = ["accepted"]
[[policy]]
id = "phone"
select = { category = "phone" }
clocks = [{ name = "accept", dur = "10m", ladder = "quiet" }]
ends = ["accepted"]
[[policy]]
id = "joint"
select = { category = "joint" }
clocks = [
  { name = "accept", dur = "2wh", per_unit = true, stop = "accepted", ladder = "each" },
  { name = "plan",   dur = "5wd", per_unit = true, units_from = "milestones", stop = "milestone_done", ladder = "each" },
]
ends = ["closed"]
handover_needs_accept = true
"#;

fn set() -> Arc<PolicySet> {
    let files = BTreeMap::from([("policies.toml".to_owned(), SET.to_owned())]);
    let sources = Sources { label: "beside".to_owned(), files, base: None };
    let loaded = policies::load(&sources, at("03-02 09:00"));
    loaded.set.clone().unwrap_or_else(|| panic!("{:#?}", loaded.complaints))
}

/// An instant of 2026; 2 March is a Monday.
fn at(local: &str) -> Timestamp {
    Timestamp::parse(&format!("2026-{}:00Z", local.replace(' ', "T"))).expect("a time")
}

fn event(kind: &str, when: &str, data: &Value) -> Event {
    let mut event = Event::new("W1", Kind::of(kind), at(when));
    event.data = data.as_object().cloned().unwrap_or_default();
    let mut take = |key: &str| event.data.remove(key)?.as_str().map(str::to_owned);
    (event.unit, event.category) = (take("unit"), take("category"));
    event.arrived = take("heard").map(|heard| at(&heard));
    event
}

fn dispatched(category: &str, data: &Value) -> Event {
    let mut event = event("dispatched", "03-02 10:00", data);
    event.category = Some(category.to_owned());
    event.unit = Some("lead".to_owned());
    event
}

fn run(events: Vec<Event>, until: &str) -> Replayed {
    let set = set();
    let told =
        replay(&set, &Org::default(), Ticket::new("W1", &set), events, Pace::Live, at(until));
    let again = Ticket::fold("W1", &set, told.lines.clone());
    assert_eq!(again.clocks, told.ticket.clocks, "folding again gives the same clocks");
    assert_eq!(again.overlays, told.ticket.overlays, "folding again gives the same overlays");
    told
}

/// Slips as `overlay:clock@unit step time`, in order; task slips are left out.
fn slips(told: &Replayed) -> Vec<String> {
    let slip = |(at, record): (Timestamp, &Record)| match record {
        Record::Slip { key, at: step, unit, slip, .. } if slip != "task" => {
            let key = &key.clock;
            let mark = if key.overlay.is_empty() { "" } else { ":" };
            let when = at.jiff().strftime("%m-%d %H:%M");
            Some(format!("{}{mark}{}@{unit} {step} {when}", key.overlay, key.name))
        }
        _ => None, // only slips are told here
    };
    told.records().filter_map(slip).collect()
}

/// The clocks that are open, as `overlay:name@unit due`.
fn open(told: &Replayed) -> Vec<String> {
    let clocks = told.ticket.clocks.iter().filter(|clock| clock.is_open());
    let shown = clocks.map(|clock| {
        let key = &clock.key;
        let mark = if key.overlay.is_empty() { "" } else { ":" };
        let due = clock.due.jiff().strftime("%m-%d %H:%M");
        format!("{}{mark}{}@{} {due}", key.overlay, key.name, key.unit)
    });
    shown.collect()
}

fn refusals(told: &Replayed) -> Vec<&str> {
    let refused = told.records().filter_map(|(_, record)| match record {
        Record::Refused { reason, .. } => Some(reason.as_str()),
        _ => None, // only refusals are told here
    });
    refused.collect()
}

fn added(told: &Replayed, kind: &str) -> Vec<String> {
    let of_kind = told.lines.iter().filter(|line| line.fact.kind() == kind);
    of_kind.map(|line| line.at.jiff().strftime("%m-%d %H:%M").to_string()).collect()
}

#[test]
fn an_overlay_does_not_disturb_the_clocks_of_the_ticket() {
    let none = json!({});
    let whistled =
        event("whistled", "03-03 10:00", &json!({"units": ["a", "b", "c"], "unit": "street"}));
    let told = run(
        vec![
            dispatched("general", &none),
            event("accepted", "03-02 11:00", &none),
            whistled,
            event("arrived", "03-04 11:00", &json!({"unit": "a"})),
            event("arrived", "03-04 12:00", &json!({"unit": "b"})),
        ],
        "03-05 13:00",
    );
    assert_eq!(
        open(&told),
        ["resolve@ 03-09 18:00", "whistle:arrive@c 03-04 18:00", "whistle:resolve@ 03-10 18:00"]
    );
    assert_eq!(
        slips(&told),
        ["whistle:arrive@c due 03-04 18:00", "whistle:arrive@c due+2wh 03-05 11:00"]
    );
    assert_eq!(told.ticket.unit.as_deref(), Some("lead"));
    assert_eq!(told.ticket.attributes.kind, None);
}

#[test]
fn an_overlay_ends_alone_and_with_the_ticket() {
    let none = json!({});
    let start = || {
        vec![
            dispatched("general", &none),
            event("whistled", "03-03 10:00", &json!({"units": ["a"]})),
        ]
    };
    let mut events = start();
    events.push(event("joint_result", "03-03 12:00", &none));
    assert_eq!(open(&run(events, "03-03 13:00")), ["accept@ 03-02 12:00", "resolve@ 03-09 18:00"]);
    let mut events = start();
    events.push(event("evaluated", "03-03 12:00", &none));
    assert_eq!(open(&run(events, "03-03 13:00")), Vec::<String>::new());
}

#[test]
fn a_whistle_of_its_own_kind_has_its_own_time() {
    let data = json!({"units": ["a"], "kind": "应急哨"});
    let told = run(
        vec![dispatched("general", &json!({})), event("whistled", "03-03 10:00", &data)],
        "03-03 10:05",
    );
    assert!(open(&told).contains(&"whistle:arrive@a 03-03 10:30".to_owned()), "{:?}", open(&told));
}

#[test]
fn a_whistle_without_a_ticket_is_the_ticket() {
    let data = json!({"units": ["a", "b"], "unit": "street"});
    let told = run(vec![event("whistled", "03-03 10:00", &data)], "03-03 10:05");
    assert_eq!(
        open(&told),
        ["arrive@a 03-04 18:00", "arrive@b 03-04 18:00", "resolve@ 03-10 18:00"]
    );
    assert!(told.ticket.overlays.is_empty());
}

#[test]
fn when_all_have_arrived_the_blower_rates_each() {
    let unit = |unit: &str| json!({ "unit": unit });
    let rating = |unit: &str| json!({ "unit": unit, "rating": "好" });
    let mut events = vec![
        dispatched("general", &json!({})),
        event("whistled", "03-03 10:00", &json!({"units": ["a", "b", "c"], "blower": "street"})),
        event("arrived", "03-03 11:00", &unit("a")),
        event("arrived", "03-03 12:00", &unit("b")),
    ];
    assert_eq!(added(&run(events.clone(), "03-03 13:00"), "arrived_all"), Vec::<String>::new());
    events.push(event("excused", "03-03 14:00", &unit("c")));
    let told = run(events.clone(), "03-05 10:00");
    assert_eq!(added(&told, "arrived_all"), ["03-03 14:00"]);
    assert_eq!(slips(&told), ["whistle:rate@street due 03-04 18:00"]);
    events.push(event("rated", "03-04 09:30", &rating("a")));
    events.push(event("whistle_rated", "03-04 10:00", &rating("b")));
    let told = run(events, "03-05 10:00");
    assert_eq!(added(&told, "whistle_rated_all"), ["03-04 10:00"]);
    assert_eq!(told.ticket.overlays[0].call.ratings.len(), 2);
    assert_eq!(refusals(&told), Vec::<&str>::new());
}

#[test]
fn what_outlives_the_ticket_goes_on_after_its_end() {
    let none = json!({});
    let mut events = vec![
        dispatched("general", &none),
        event("rectify_ordered", "03-03 10:00", &json!({"orderer": "bureau", "ref": "o1"})),
        event("rectify_ordered", "03-03 11:00", &json!({"orderer": "bureau", "ref": "o2"})),
        event("evaluated", "03-04 10:00", &none),
    ];
    let told = run(events.clone(), "03-18 10:00");
    assert!(told.ticket.ended.is_some());
    let want =
        ["rectify:rectify@bureau due 03-17 18:00", "rectify.2:rectify@bureau due 03-17 18:00"];
    assert_eq!(slips(&told), want);
    events.push(event("rectified", "03-16 10:00", &json!({"ref": "o1"})));
    assert_eq!(open(&run(events, "03-16 12:00")), ["rectify.2:rectify@ 03-17 18:00"]);
}

#[test]
fn only_the_leaders_office_closes_an_instruction() {
    let none = json!({});
    let instructed = json!({"instruction_due": "2026-03-12T18:00:00Z"});
    let confirmed = |when, role: Value| event("leader_confirmed", when, &role);
    let told = run(
        vec![
            dispatched("general", &none),
            event("instructed", "03-03 10:00", &instructed),
            event("progress_report", "03-04 10:00", &none),
            confirmed("03-04 11:00", json!({"by_role": "head"})),
            confirmed("03-04 12:00", none.clone()),
            event("evaluated", "03-05 09:30", &none),
        ],
        "03-05 10:00",
    );
    assert_eq!(open(&told), ["leader:resolve@ 03-11 18:00", "leader:progress@ 03-06 18:00"]);
    assert_eq!(
        refusals(&told),
        [
            "`head` may not say `leader_confirmed`; it takes one of: office",
            "`leader_confirmed` needs one of: office; name it as `by_role` or `approver`",
        ]
    );
    let told = run(
        vec![
            dispatched("general", &none),
            event("instructed", "03-03 10:00", &instructed),
            confirmed("03-04 11:00", json!({"by_role": "office"})),
        ],
        "03-04 12:00",
    );
    assert_eq!(open(&told), ["accept@ 03-02 12:00", "resolve@ 03-09 18:00"]);
}

#[test]
fn what_hanging_stopped_goes_on_with_what_remained() {
    #[rustfmt::skip]
    let table = [
        // name                  hung           due of resolve after the ledger let it go
        ("two days remain",      "03-05 18:00", "09-03 18:00"),
        ("overdue stays so",     "03-10 10:00", "03-09 18:00"),
    ];
    for (name, hung, due) in table {
        let told = run(
            vec![dispatched("general", &json!({})), event("hung", hung, &json!({}))],
            "09-10 10:00",
        );
        assert_eq!(added(&told, "reactivated").len(), 1, "{name}");
        let resolve = told.ticket.clock("resolve").expect("it runs");
        assert!(resolve.is_running(), "{name}");
        assert_eq!(resolve.due, at(due), "{name}");
        assert_eq!(told.ticket.overlays[0].ended.as_ref().map(|e| e.by.is_some()), Some(true));
    }
}

#[test]
fn the_ledger_keeps_the_ticket_silent_and_is_reviewed() {
    let none = json!({});
    let hung = json!({"approver": "chief", "reason": "历史遗留", "plan": "分期"});
    let told = run(
        vec![
            dispatched("general", &none),
            event("accepted", "03-02 11:00", &none),
            event("hung", "03-03 10:00", &hung),
            event("reviewed", "04-01 10:00", &none),
        ],
        "05-20 10:00",
    );
    // 22 working days after 3 March would be 2 April; the review moves the next one to 1 May.
    assert_eq!(
        slips(&told),
        ["hung:review@lead due 05-01 18:00", "hung:review@lead due+2wh 05-04 11:00"]
    );
    let admission = told.ticket.overlays[0].admission.clone().expect("it was admitted");
    assert_eq!(admission.lacking, Vec::<String>::new());
}

#[test]
fn an_admission_is_judged_by_what_is_said_or_enforced() {
    let strict = SET.replace("ends = [\"struck_off\"]", "ends = [\"struck_off\"]\nenforce = true");
    let files = BTreeMap::from([("policies.toml".to_owned(), strict)]);
    let loaded = policies::load(
        &Sources { label: "strict".to_owned(), files, base: None },
        at("03-02 09:00"),
    );
    let strict = loaded.set.expect("a good set");
    let full = json!({"approver": "chief", "reason": "历史遗留", "plan": "分期"});
    #[rustfmt::skip]
    let table = [
        // name                data                                             lenient  strict
        ("plain",              json!({}),                                       "",      "admission to the ledger lacks: approver, reason, plan"),
        ("full",               full.clone(),                                    "",      ""),
        ("the wrong approver", json!({"approver": "head"}),                     "`head` may not say", "`head` may not say"),
        ("no such reason",     json!({"reason": "太难"}),                        "the reason `太难` is not", "the reason `太难` is not"),
        ("without a plan",     json!({"approver": "chief", "reason": "历史遗留"}), "",   "admission to the ledger lacks: plan"),
    ];
    for (name, data, lenient, enforced) in table {
        for (set, want) in [(set(), lenient), (Arc::clone(&strict), enforced)] {
            let events =
                vec![dispatched("general", &json!({})), event("hung", "03-03 10:00", &data)];
            let told = replay(
                &set,
                &Org::default(),
                Ticket::new("W1", &set),
                events,
                Pace::Live,
                at("03-03 11:00"),
            );
            let refused = refusals(&told).first().copied().unwrap_or_default();
            assert!(
                refused.starts_with(want) && want.is_empty() == refused.is_empty(),
                "{name}: {refused}"
            );
            assert_eq!(told.ticket.overlays.is_empty(), !want.is_empty(), "{name}");
        }
    }
    #[rustfmt::skip]
    let table = [
        ("nothing",     json!({}),                                                           "`struck_off` lacks: proof, city_sup_approved, attachments (at least 1)"),
        ("no approval", json!({"proof": "照片", "attachments": 2}),                           "`struck_off` lacks: city_sup_approved"),
        ("everything",  json!({"proof": "照片", "attachments": ["x"], "by_role": "city_sup"}),  ""),
    ];
    for (name, data, want) in table {
        let events = vec![
            dispatched("general", &json!({})),
            event("hung", "03-03 10:00", &full),
            event("struck_off", "03-04 10:00", &data),
        ];
        let told = replay(
            &strict,
            &Org::default(),
            Ticket::new("W1", &strict),
            events,
            Pace::Live,
            at("03-05 11:00"),
        );
        assert_eq!(refusals(&told).first().copied().unwrap_or_default(), want, "{name}");
        assert_eq!(told.ticket.overlays[0].ended.is_some(), want.is_empty(), "{name}");
    }
}

#[test]
fn the_event_of_a_due_is_added_once_whatever_comes_late() {
    let none = json!({});
    let hung = || vec![dispatched("general", &none), event("hung", "03-03 10:00", &none)];
    // The daemon was down: one look long after. The event occurred at the due.
    let set = set();
    let down = replay(
        &set,
        &Org::default(),
        Ticket::new("W1", &set),
        hung(),
        Pace::OneLook,
        at("10-01 10:00"),
    );
    assert_eq!(added(&down, "reactivated"), ["08-30 10:00"]);
    // Struck off before the due, heard of after it: the event was wrong and is refused.
    let mut events = hung();
    events.push(event("struck_off", "08-20 10:00", &json!({"heard": "09-02 10:00"})));
    let told = run(events, "10-01 10:00");
    assert_eq!(refusals(&told), ["the clock was not due then"]);
    // Extended before the due, heard of after it: it comes again at the new due, once.
    let mut events = hung();
    let extended = json!({"clock": "expiry", "approver": "office", "heard": "09-02 10:00"});
    events.push(event("extended", "08-20 10:00", &extended));
    let told = run(events, "12-01 10:00");
    assert_eq!(added(&told, "reactivated"), ["08-30 10:00", "09-29 10:00"]);
    assert_eq!(refusals(&told), ["the clock was not due then"]);
}

#[test]
fn an_acknowledgement_that_lapses_lets_the_ladder_go_on() {
    let none = json!({});
    let told = run(
        vec![
            dispatched("loop", &none),
            event("acknowledged", "03-02 10:25", &none),
            event("accepted", "03-02 11:30", &none),
        ],
        "03-02 12:00",
    );
    // Red at 10:10 and 10:20; silence for 30 minutes; then ten minutes to accept anew.
    assert_eq!(added(&told, "lapsed"), ["03-02 10:55"]);
    assert_eq!(
        slips(&told),
        [
            "accept@lead due 03-02 10:10",
            "accept@lead due 03-02 10:20",
            "accept@lead due 03-02 11:05",
            "accept@lead due 03-02 11:15",
            "accept@lead due 03-02 11:25",
        ]
    );
    let ack = told.ticket.clock("ack").expect("it ran");
    assert!(matches!(ack.state, State::Cancelled { .. }));
}

#[test]
fn an_acknowledged_step_does_not_repeat() {
    let none = json!({});
    let told = run(
        vec![
            dispatched("phone", &none),
            event("acknowledged", "03-02 10:25", &json!({"clock": "accept"})),
        ],
        "03-02 12:00",
    );
    assert_eq!(slips(&told), ["accept@lead due 03-02 10:10", "accept@lead due 03-02 10:20"]);
    assert!(told.ticket.clock("accept").expect("it runs").is_running());
}

#[test]
fn supervision_off_line_stands_for_the_next_step_of_its_level() {
    let told = run(
        vec![
            dispatched("general", &json!({})),
            event("offline_action", "03-09 20:00", &json!({"by_role": "chief", "type": "onsite"})),
        ],
        "03-12 10:00",
    );
    assert_eq!(slips(&told), ["resolve@lead due 03-09 18:00"]);
    assert_eq!(added(&told, "duban.suppressed").len(), 1);
}

#[test]
fn each_of_many_has_its_own_clock() {
    let milestones = json!([
        {"id": "m1", "due": "2026-03-04T18:00:00Z", "owner": "road"},
        {"id": "m2", "due": "2026-03-06T18:00:00Z", "owner": "park"},
    ]);
    let told = run(
        vec![
            dispatched(
                "joint",
                &json!({"units": ["lead", "co1", "co2"], "milestones": milestones}),
            ),
            event("accepted", "03-02 11:00", &json!({"unit": "lead"})),
            event("accepted", "03-02 11:00", &json!({"unit": "co2"})),
            event("milestone_done", "03-03 11:00", &json!({"milestones": "m2"})),
        ],
        "03-05 10:00",
    );
    assert_eq!(
        slips(&told),
        [
            "accept@co1 due 03-02 12:00",
            "accept@co1 due+2wh 03-02 14:00",
            "plan@road due 03-04 18:00"
        ]
    );
}

#[test]
fn the_first_asked_stays_responsible_until_the_hand_over_is_accepted() {
    let mut events = vec![
        dispatched("joint", &json!({"units": ["lead"]})),
        event("reassigned", "03-02 11:00", &json!({"unit": "other"})),
    ];
    assert_eq!(run(events.clone(), "03-02 11:30").ticket.unit.as_deref(), Some("lead"));
    events.push(event("accepted", "03-02 11:40", &json!({"unit": "other"})));
    assert_eq!(run(events, "03-02 11:50").ticket.unit.as_deref(), Some("other"));
}
