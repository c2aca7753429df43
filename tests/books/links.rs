//! Tickets bound to each other, and the slots calls are given.

use duban::{
    core::{
        event::{Event, Kind},
        fact::{Fact, Line},
        org::Org,
        slots::{PREFIX, Slots, WANTED},
        timestamp::Timestamp,
    },
    simulate::{Pace, Together, replay_together},
};
use serde_json::Value;

use super::place::{reference_with, set};

const HOUR: i64 = 3_600_000;

fn event(ticket: &str, kind: &str, hour: i64) -> Event {
    let mut event = Event::new(ticket, Kind::of(kind), Timestamp(hour * HOUR));
    event.id = Some(format!("{ticket}/{kind}/{hour}"));
    event.unit = Some("u".to_owned());
    event
}

fn played(events: Vec<Event>) -> Together {
    replay_together(&set(Vec::new()), &Org::default(), events, Pace::Live, Timestamp(99 * HOUR))
}

#[test]
fn a_merged_ticket_hears_the_result_of_the_other() {
    let mut merged = event("W2", "merged", 3);
    merged.data.insert("into".to_owned(), Value::from("W1"));
    let resolved = event("W1", "resolved", 5);
    let begun = [event("W1", "received", 1), event("W2", "received", 2)];
    let together = played(begun.into_iter().chain([merged, resolved]).collect());
    let (one, other) = (&together.tickets["W1"].ticket, &together.tickets["W2"]);
    assert_eq!(one.links.duplicates, ["W2"]);
    assert_eq!(other.ticket.links.into.as_deref(), Some("W1"));
    assert_eq!(other.ticket.ended, Some(Timestamp(3 * HOUR)));
    let result = other.lines.iter().find_map(|line| match &line.fact {
        Fact::Event(event) if event.kind.name() == "shared_result" => Some(event.at),
        Fact::Event(_) | Fact::Record(_) => None,
    });
    assert_eq!(result, Some(Timestamp(5 * HOUR)));
}

#[test]
fn a_raised_level_ends_at_the_city() {
    for (times, want) in [(0, None), (1, Some("2")), (2, Some("3")), (4, Some("3"))] {
        let raised = (0..times).map(|n| event("W1", "level_raised", 2 + n));
        let events = [event("W1", "received", 1)].into_iter().chain(raised).collect();
        let together = played(events);
        let level = together.tickets["W1"].ticket.attributes.value("level").map(str::to_owned);
        assert_eq!(level.as_deref(), want, "raised {times} times");
    }
}

#[test]
fn no_call_lies_in_the_peak() {
    let set = reference_with("").set.expect("the reference set is good");
    let windows = &set.policy("missed_call").expect("it has the policy").slots;
    for hour in 0..24 {
        let now =
            Timestamp::parse(&format!("2026-05-06T{hour:02}:05:00+08:00")).expect("an instant");
        let no = format!("{PREFIX}missed_call");
        let mut slots = Slots::new(&no, &set);
        let mut wanted = Event::new(no, Kind::of(WANTED), now);
        wanted.data.insert("ticket".to_owned(), Value::from("T1"));
        slots.take_in(&[Line { seq: 1, at: now, fact: Fact::Event(wanted) }]);
        let told = slots.advance(&set, now).told;
        let slot = told.first().and_then(|event| event.text("slot")).unwrap_or_default();
        let from = Timestamp::parse(slot).expect("it was given a slot");
        let time = set.calendar.time_of(from);
        assert!(from >= now, "{hour}: not in the past");
        assert!(
            windows.iter().any(|(open, close)| *open <= time && time < *close),
            "{hour}: {time}"
        );
    }
}

#[test]
fn whoever_finds_no_slot_is_looked_at_again() {
    const ONE_A_DAY: &str = r#"
[[policy]]
id = "one_a_day"
select = { kind = "one_a_day" }
clocks = [{ name = "call", dur = "1d", stop = "resolved" }]
slots = [["10:00", "11:00"]]
capacity = { seats = 1, per_hour = 1 }
"#;
    let set = reference_with(ONE_A_DAY).set.expect("a good set");
    let mut slots = Slots::new(&format!("{PREFIX}one_a_day"), &set);
    slots.wanted = (0..100).map(|n| format!("T{n}")).collect();
    let now = Timestamp(1_778_116_320_000);
    let advance = slots.advance(&set, now);
    assert!(advance.told.len() < 100 && !slots.wanted.is_empty(), "60 days hold no more");
    assert_eq!(advance.next_look, Some(now.plus_ms(HOUR)));
}
