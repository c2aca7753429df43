//! Rules that change under a running ticket: another class, another version of the policies.

use std::{collections::BTreeMap, sync::Arc};

use duban::{
    core::{
        clock::{Clock, State},
        cycle::{advance, take_in},
        event::{Event, Kind},
        fact::{Fact, Line},
        org::Org,
        policy::{PolicySet, Sets},
        record::Record,
        ticket::Ticket,
        timestamp::Timestamp,
    },
    policies::{self, Sources},
};
use serde_json::json;

/// Two policies with the same clocks, one of them slower and with another ladder.
const SET: &str = r#"
schema = "sla-policy-set/1"
id = "two"
version = "1"
timezone = "UTC"
clock_start = "dispatched"
wd_step_time = "09:00"
[calendar]
rest = ["Sat", "Sun"]
work_hours = [["09:00", "18:00"]]
outside_start = "next_open"
missing_year = "warn_and_use_weekends"
[slips]
task   = { zh = "任务", serial = "", colour = "none", ask_receipt = false }
yellow = { zh = "黄", serial = "", colour = "yellow", ask_receipt = false }
red    = { zh = "红", serial = "", colour = "red", ask_receipt = false }
[roles]
head = { zh = "头", level = 1 }
[pauses]
consent = { zh = "征求", max = "10wd", approver = "head", evidence = "list" }
[[ladder]]
id = "plain"
stop_on = ["resolved"]
steps = [
  { at = "start",  slip = "task",   to = ["head"], via = ["im"] },
  { at = "due",    slip = "yellow", to = ["head"], via = ["im"] },
  { at = "due+4wh", slip = "red",   to = ["head"], via = ["im"] },
]
[[ladder]]
id = "strict"
stop_on = ["resolved"]
steps = [
  { at = "start",  slip = "task", to = ["head"], via = ["im"] },
  { at = "due",    slip = "red",  to = ["head"], via = ["im"] },
]
[[policy]]
id = "slow"
select = { urgency = "low" }
clocks = [{ name = "resolve", dur = "18wh", ladder = "plain" }]
pauses = ["consent"]
ends = ["closed"]
[[policy]]
id = "fast"
select = { urgency = "high" }
clocks = [
  { name = "resolve", dur = "9wh", ladder = "strict" },
  { name = "call", dur = "2wh", ladder = "plain", stop = "contacted" },
]
pauses = ["consent"]
ends = ["closed"]
[[policy]]
id = "none"
select = { urgency = "none" }
clocks = [{ name = "other", dur = "1wd", ladder = "plain" }]
ends = ["closed"]
"#;

fn set_of(text: &str) -> Arc<PolicySet> {
    let files = BTreeMap::from([("policies.toml".to_owned(), text.to_owned())]);
    let loaded = policies::load(
        &Sources { label: "two".to_owned(), files, base: None },
        at("2026-03-02 09:00"),
    );
    loaded.set.clone().unwrap_or_else(|| panic!("{:#?}", loaded.complaints))
}

/// An instant of March 2026; the 2nd is a Monday.
fn at(local: &str) -> Timestamp {
    Timestamp::parse(&format!("{}:00Z", local.replace(' ', "T"))).expect("a time")
}

/// A ticket that is told of events and looked at, line by line.
struct Play {
    sets: Vec<Arc<PolicySet>>,
    ticket: Ticket,
    lines: Vec<Line>,
}

impl Sets for Play {
    fn set(&self, hash: &str) -> Option<&PolicySet> {
        self.sets.iter().find(|set| set.hash == hash).map(Arc::as_ref)
    }
}

impl Play {
    fn new(sets: &[Arc<PolicySet>]) -> Self {
        Self { sets: sets.to_vec(), ticket: Ticket::new("W1", &sets[0]), lines: Vec::new() }
    }

    fn tell(&mut self, kind: &str, when: &str, urgency: Option<&str>, data: &serde_json::Value) {
        let mut event = Event::new("W1", Kind::of(kind), at(when));
        event.urgency = urgency.map(str::to_owned);
        event.unit = (kind == "dispatched").then(|| "u".to_owned());
        event.data.extend(data.as_object().cloned().unwrap_or_default());
        self.hear(event.at, Fact::Event(event));
    }

    /// The policies of the n-th set hold from now on.
    fn apply(&mut self, set: usize, when: &str) {
        let set = &self.sets[set];
        let record = Record::Policy {
            set: set.id.clone(),
            version: set.version.clone(),
            hash: set.hash.clone(),
            policy: "slow".to_owned(),
        };
        self.hear(at(when), Fact::Record(record));
    }

    fn hear(&mut self, at: Timestamp, fact: Fact) {
        let line = Line { seq: self.lines.len() as i64 + 1, at, fact };
        self.lines.push(line.clone());
        let set = Arc::clone(self.judge());
        if take_in(&mut self.ticket, &set, &[line]).is_err() {
            self.ticket = Ticket::fold_over("W1", self, &self.sets[0], self.lines.clone());
        }
        self.look(at);
    }

    fn judge(&self) -> &Arc<PolicySet> {
        let judged = |set: &&Arc<PolicySet>| set.hash == self.ticket.judged_by;
        self.sets.iter().find(judged).expect("the set is one of these")
    }

    fn look(&mut self, now: Timestamp) -> Option<Timestamp> {
        let set = Arc::clone(self.judge());
        let seq = self.lines.len() as i64 + 1;
        let advance = advance(&mut self.ticket, &set, &Org::default(), seq, now);
        let lines = (seq..).zip(advance.lines).map(|(seq, (at, fact))| Line { seq, at, fact });
        self.lines.extend(lines);
        let again = Ticket::fold_over("W1", self, &self.sets[0], self.lines.clone());
        assert_eq!(again, self.ticket, "folding again gives the same state");
        advance.next_look
    }

    /// Looks whenever something is due, up to `until`.
    fn run(&mut self, from: &str, until: &str) {
        let mut next = self.look(at(from));
        while let Some(now) = next.filter(|now| *now <= at(until)) {
            next = self.look(now);
        }
    }

    /// Every slip as `clock step slip time`.
    fn slips(&self) -> Vec<String> {
        let slip = |line: &Line| match &line.fact {
            Fact::Record(Record::Slip { key, slip, at, .. }) => Some(format!(
                "{} {at} {slip} {}",
                key.clock.name,
                line.at.jiff().strftime("%d %H:%M")
            )),
            _ => None, // only slips are told here
        };
        self.lines.iter().filter_map(slip).collect()
    }

    fn clock(&self, name: &str) -> &Clock {
        self.ticket.clock(name).expect("the clock is there")
    }
}

#[test]
fn another_class_keeps_the_elapsed_time_and_plans_the_rest() {
    let mut play = Play::new(&[set_of(SET)]);
    play.tell("dispatched", "2026-03-02 09:00", Some("low"), &json!({}));
    assert_eq!(play.clock("resolve").due, at("2026-03-03 18:00"));
    play.tell("reclassified", "2026-03-02 12:00", Some("high"), &json!({}));
    assert_eq!(play.clock("resolve").due, at("2026-03-02 18:00"), "nine hours from the dispatch");
    assert_eq!(play.clock("resolve").key.turn, 1, "another ladder is another turn");
    play.run("2026-03-02 12:00", "2026-03-06 00:00");
    // `call` is new: it counts from the dispatch too, and only its highest due step is sent
    assert_eq!(
        play.slips(),
        [
            "resolve start task 02 09:00",
            "call due yellow 02 12:00",
            "call due+4wh red 02 15:00",
            "resolve due red 02 18:00",
        ]
    );
}

#[test]
fn a_step_that_fired_does_not_fire_again_under_other_rules() {
    let mut play = Play::new(&[set_of(SET)]);
    play.tell("dispatched", "2026-03-02 09:00", Some("high"), &json!({}));
    play.tell("contacted", "2026-03-02 09:30", None, &json!({}));
    play.tell("reclassified", "2026-03-02 10:00", Some("low"), &json!({}));
    play.run("2026-03-02 10:00", "2026-03-04 00:00");
    assert_eq!(
        play.slips(),
        ["resolve start task 02 09:00", "call start task 02 09:00", "resolve due yellow 03 18:00"]
    );
}

#[test]
fn a_step_does_not_fire_again_when_the_class_changes_back() {
    let mut play = Play::new(&[set_of(SET)]);
    play.tell("dispatched", "2026-03-02 09:00", Some("low"), &json!({}));
    play.run("2026-03-02 09:00", "2026-03-04 10:00");
    play.tell("contacted", "2026-03-04 10:00", None, &json!({}));
    for minute in 10..16 {
        let class = if minute % 2 == 0 { "high" } else { "low" };
        play.tell("reclassified", &format!("2026-03-04 10:{minute}"), Some(class), &json!({}));
    }
    let resolve = play.slips().into_iter().filter(|slip| slip.starts_with("resolve"));
    assert_eq!(
        resolve.collect::<Vec<_>>(),
        ["resolve start task 02 09:00", "resolve due yellow 03 18:00", "resolve due red 04 10:10"]
    );
}

#[test]
fn a_slip_of_a_ladder_that_late_news_replaced_is_taken_back() {
    let later = SET.replace("due+4wh", "due+5wh");
    let mut play = Play::new(&[set_of(SET), set_of(&later)]);
    play.tell("dispatched", "2026-03-02 09:00", Some("low"), &json!({}));
    play.tell("contacted", "2026-03-02 09:30", None, &json!({}));
    play.apply(1, "2026-03-02 12:00"); // another ladder: the next turn
    play.run("2026-03-02 12:00", "2026-03-03 20:00");
    assert_eq!(play.slips().last().map(String::as_str), Some("resolve due yellow 03 18:00"));
    // It was urgent before that: the next turn had the strict ladder, whose second step is red.
    let mut event = Event::new("W1", Kind::of("reclassified"), at("2026-03-02 11:00"));
    event.urgency = Some("high".to_owned());
    let seq = play.lines.len() as i64 + 1;
    play.lines.push(Line { seq, at: event.at, fact: Fact::Event(event) });
    play.ticket = Ticket::fold_over("W1", &play, &play.sets[0], play.lines.clone());
    play.look(at("2026-03-03 21:00"));
    assert_eq!(play.slips().last().map(String::as_str), Some("resolve due red 03 21:00"));
    let withdrawn = |line: &&Line| matches!(&line.fact, Fact::Event(event) if event.kind == Kind::SlipWithdrawn);
    assert_eq!(play.lines.iter().filter(withdrawn).count(), 1, "the yellow slip is taken back");
}

#[test]
fn a_clock_only_the_new_class_has_runs_for_the_unit_that_has_the_ticket() {
    #[rustfmt::skip]
    let table = [
        // name                          how the ticket goes on to unit `b` at 12:00   `call` counts from
        ("dispatched anew: from there",  "dispatched",                                 "2026-03-02 12:00"),
        ("ruled: limits stay",           "ruled",                                      "2026-03-02 09:00"),
    ];
    for (name, kind, from) in table {
        let mut play = Play::new(&[set_of(SET)]);
        play.tell("dispatched", "2026-03-02 09:00", Some("high"), &json!({}));
        play.tell("reclassified", "2026-03-02 10:00", Some("low"), &json!({})); // ends `call`
        let mut event = Event::new("W1", Kind::of(kind), at("2026-03-02 12:00"));
        event.unit = Some("b".to_owned());
        play.hear(event.at, Fact::Event(event));
        play.tell("reclassified", "2026-03-02 12:30", Some("high"), &json!({}));
        assert_eq!(play.clock("call").started, at(from), "{name}");
        assert!(play.clock("call").is_running(), "{name}");
    }
}

#[test]
fn an_acknowledged_step_does_not_repeat_under_other_rules() {
    let repeated = "at = \"due+4wh\", repeat = { every = \"1wd\", max = 3 }, ";
    let text = SET.replace("[slips]", "[noise]\nreceipt_suppresses = true\n[slips]");
    let text = text.replace("at = \"due+4wh\", ", repeated);
    #[rustfmt::skip]
    let table = [
        // name                             what is told on the 5th from 10:00 on, a minute apart      red slips in all
        ("nobody saw it",                   &["high", "low"][..],                                      4),
        ("seen before the change",          &["", "high", "low"][..],                                  1),
        ("seen on the ladder in between",   &["high", "", "low"][..],                                  1),
        ("seen after it",                   &["high", "low", ""][..],                                  1),
    ];
    for (name, events, want) in table {
        let mut play = Play::new(&[set_of(&text)]);
        play.tell("dispatched", "2026-03-02 09:00", Some("low"), &json!({}));
        play.tell("contacted", "2026-03-02 09:30", None, &json!({}));
        play.run("2026-03-02 09:30", "2026-03-05 08:00");
        for (minute, class) in events.iter().enumerate() {
            let kind = if class.is_empty() { "acknowledged" } else { "reclassified" };
            let class = Some(*class).filter(|class| !class.is_empty());
            play.tell(kind, &format!("2026-03-05 08:0{minute}"), class, &json!({}));
        }
        play.run("2026-03-05 08:10", "2026-03-20 00:00");
        let red = play.slips().into_iter().filter(|slip| slip.contains("due+4wh red"));
        assert_eq!(red.count(), want, "{name}: {:?}", play.slips());
    }
}

#[test]
fn a_breach_is_never_undone_by_other_rules() {
    let mut play = Play::new(&[set_of(SET)]);
    play.tell("dispatched", "2026-03-02 09:00", Some("high"), &json!({}));
    play.run("2026-03-02 09:00", "2026-03-03 10:00");
    play.tell("reclassified", "2026-03-03 10:00", Some("low"), &json!({}));
    assert_eq!(play.clock("resolve").due, at("2026-03-02 18:00"), "it was overdue by then");
    play.tell("resolved", "2026-03-03 11:00", None, &json!({}));
    assert!(matches!(play.clock("resolve").state, State::Stopped { met: false, .. }));
}

#[test]
fn pauses_survive_other_rules() {
    let mut play = Play::new(&[set_of(SET)]);
    play.tell("dispatched", "2026-03-02 09:00", Some("low"), &json!({}));
    play.tell("paused", "2026-03-02 10:00", None, &json!({"pause": "consent"}));
    play.tell("resumed", "2026-03-02 16:00", None, &json!({}));
    assert_eq!(play.clock("resolve").due, at("2026-03-04 15:00"));
    play.tell("reclassified", "2026-03-02 17:00", Some("high"), &json!({}));
    assert_eq!(
        play.clock("resolve").due,
        at("2026-03-03 15:00"),
        "nine hours and the six of the pause"
    );
}

#[test]
fn a_due_before_a_pause_is_not_moved_by_it() {
    let mut play = Play::new(&[set_of(SET)]);
    play.tell("dispatched", "2026-03-02 09:00", Some("low"), &json!({}));
    play.tell("paused", "2026-03-03 10:00", None, &json!({"pause": "consent"}));
    play.tell("resumed", "2026-03-03 16:00", None, &json!({}));
    play.tell("reclassified", "2026-03-03 17:00", Some("high"), &json!({}));
    assert_eq!(
        play.clock("resolve").due,
        at("2026-03-02 18:00"),
        "nine hours were used up by then"
    );
}

#[test]
fn a_due_that_passed_before_a_pause_stays_past() {
    let revised = SET
        .replace("work_hours = [[\"09:00\", \"18:00\"]]", "work_hours = [[\"08:00\", \"17:30\"]]");
    let mut play = Play::new(&[set_of(SET), set_of(&revised)]);
    play.tell("dispatched", "2026-03-02 09:00", Some("low"), &json!({}));
    play.tell("paused", "2026-03-03 17:40", None, &json!({"pause": "consent"}));
    play.apply(1, "2026-03-03 17:45");
    play.tell("resumed", "2026-03-04 10:00", None, &json!({}));
    assert_eq!(play.clock("resolve").due, at("2026-03-03 17:30"), "closing time, before the pause");
}

#[test]
fn half_of_a_clock_is_where_it_was_used_up() {
    let half = SET.replace("at = \"start\", ", "at = \"start+50%\", ");
    #[rustfmt::skip]
    let table = [
        // name                       paused              half of the eighteen hours
        ("used up before the pause",  "2026-03-03 10:00", "2026-03-02 18:00"),
        ("used up after it",          "2026-03-02 17:00", "2026-03-03 17:00"),
    ];
    for (name, paused, want) in table {
        let mut play = Play::new(&[set_of(&half)]);
        play.tell("dispatched", "2026-03-02 09:00", Some("low"), &json!({}));
        play.tell("paused", paused, None, &json!({"pause": "consent"}));
        play.tell("resumed", "2026-03-03 16:00", None, &json!({}));
        play.look(at("2026-03-03 17:00"));
        let scheduled = play.lines.iter().find_map(|line| match &line.fact {
            Fact::Record(Record::Slip { scheduled, .. }) => Some(*scheduled),
            _ => None, // the first slip is the one
        });
        assert_eq!(scheduled, Some(at(want)), "{name}");
    }
}

#[test]
fn a_class_changed_while_paused_keeps_what_was_used() {
    let mut play = Play::new(&[set_of(SET)]);
    play.tell("dispatched", "2026-03-02 09:00", Some("low"), &json!({}));
    play.tell("paused", "2026-03-02 10:00", None, &json!({"pause": "consent"}));
    play.tell("reclassified", "2026-03-02 12:00", Some("high"), &json!({}));
    play.tell("resumed", "2026-03-03 09:00", None, &json!({}));
    assert_eq!(play.clock("resolve").due, at("2026-03-03 17:00"), "one of nine hours was used");
}

#[test]
fn clocks_the_new_class_does_not_know_end_without_a_verdict() {
    let mut play = Play::new(&[set_of(SET)]);
    play.tell("dispatched", "2026-03-02 09:00", Some("high"), &json!({}));
    play.tell("reclassified", "2026-03-02 10:00", Some("none"), &json!({}));
    assert!(matches!(play.clock("resolve").state, State::Cancelled { .. }));
    assert_eq!(play.clock("other").started, at("2026-03-02 09:00"));
    play.run("2026-03-02 10:00", "2026-03-20 00:00");
    let of_others = play.slips().into_iter().filter(|slip| !slip.starts_with("other"));
    assert_eq!(of_others.count(), 2, "only the two task slips of the dispatch");
}

#[test]
fn a_due_of_the_source_system_stays_under_other_rules() {
    let mut play = Play::new(&[set_of(SET)]);
    let mut event = Event::new("W1", Kind::Dispatched, at("2026-03-02 09:00"));
    event.urgency = Some("low".to_owned());
    event.deadline = Some(at("2026-03-05 12:00"));
    play.hear(event.at, Fact::Event(event));
    play.tell("reclassified", "2026-03-02 10:00", Some("high"), &json!({}));
    assert_eq!(play.clock("resolve").due, at("2026-03-05 12:00"));
}

#[test]
fn a_calendar_revision_moves_only_what_has_not_fired() {
    let revised = SET
        .replace("work_hours = [[\"09:00\", \"18:00\"]]", "work_hours = [[\"05:00\", \"18:00\"]]");
    let mut play = Play::new(&[set_of(SET), set_of(&revised)]);
    play.tell("dispatched", "2026-03-02 09:00", Some("low"), &json!({}));
    play.apply(1, "2026-03-02 12:00");
    assert_eq!(play.clock("resolve").due, at("2026-03-03 14:00"), "four more hours in the morning");
    assert_eq!(play.clock("resolve").key.turn, 0, "the same ladder goes on");
    play.run("2026-03-02 12:00", "2026-03-03 17:00");
    assert_eq!(play.slips(), ["resolve start task 02 09:00", "resolve due yellow 03 14:00"]);
}

#[test]
fn a_late_event_from_before_is_judged_by_the_rules_of_its_time() {
    let faster = SET.replace("dur = \"18wh\"", "dur = \"27wh\"");
    let mut play = Play::new(&[set_of(SET), set_of(&faster)]);
    play.tell("dispatched", "2026-03-02 09:00", Some("low"), &json!({}));
    play.run("2026-03-02 09:00", "2026-03-04 09:00");
    play.apply(1, "2026-03-04 10:00");
    assert_eq!(play.clock("resolve").due, at("2026-03-03 18:00"), "breached before the change");
    let resolved = Event::new("W1", Kind::Resolved, at("2026-03-03 17:00"));
    play.hear(resolved.at, Fact::Event(resolved));
    play.look(at("2026-03-04 11:00"));
    assert!(matches!(play.clock("resolve").state, State::Stopped { met: true, .. }));
    let withdrawn = |line: &&Line| matches!(&line.fact, Fact::Event(event) if event.kind == Kind::SlipWithdrawn);
    assert_eq!(play.lines.iter().filter(withdrawn).count(), 1, "the yellow slip is taken back");
}
