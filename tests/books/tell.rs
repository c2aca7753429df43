//! What a ticket tells the tallies.

use serde_json::{Value, json};

use duban::core::{
    book::{COUNTED, RESET},
    event::{Event, Kind},
    fact::Fact,
    policy::{PolicySet, Selector},
    record::Record,
    ticket::Ticket,
    timestamp::Timestamp,
    trigger::{Target, Trigger, tell::told},
};

use super::place::set;

fn near() -> Trigger {
    let keys = [("category".to_owned(), vec!["投诉".to_owned()])].into();
    Trigger {
        id: "near".to_owned(),
        on: vec!["received".to_owned()],
        reset_on: vec!["closed".to_owned()],
        select: Selector { keys },
        key: vec!["area".to_owned(), "item".to_owned()],
        count: 2,
        to: vec![Target::This],
        add: Some(Kind::of("grouped")),
        ..Trigger::default()
    }
}

fn ticket(set: &PolicySet) -> Ticket {
    let mut ticket = Ticket::new("W1", set);
    ticket.attributes.category = Some("投诉/电梯".to_owned());
    ticket.attributes.area = Some("城西区".to_owned());
    ticket
}

fn said(kind: &str, data: Value) -> Event {
    let mut event = Event::new("W1", Kind::of(kind), Timestamp(7));
    event.id = Some("e1".to_owned());
    if let Value::Object(data) = data {
        event.data = data;
    }
    event
}

fn tells(set: &PolicySet, event: Event) -> Vec<(String, String)> {
    let fact = Fact::Event(event);
    let told = told(set, &ticket(set), &[(1, &fact)]);
    let short = |event: Event| (event.ticket.clone(), event.kind.name().to_owned());
    told.into_iter().map(short).collect()
}

/// Name, what is said, and whom it tells of what.
type Row<'t> = (&'t str, Event, &'t [(&'t str, &'t str)]);

#[test]
fn a_line_is_told_to_the_tally_of_its_key() {
    let plain = Trigger {
        id: "unsafe".to_owned(),
        on: vec!["registered".to_owned()],
        select: Selector { keys: [("words".to_owned(), vec!["承重墙".to_owned()])].into() },
        key: vec!["ticket".to_owned()],
        count: 1,
        to: vec![Target::This],
        add: Some(Kind::of("urgency_proposed")),
        ..Trigger::default()
    };
    let set = set(vec![near(), plain]);
    let tally = "~tally/near/城西区|电梯";
    #[rustfmt::skip]
    let table: [Row<'_>; 7] = [
        ("counted",            said("received", json!({"item": "电梯"})),   &[(tally, COUNTED)]),
        ("no item, no key",    said("received", json!({})),                &[]),
        ("a reset",            said("closed", json!({"item": "电梯"})),     &[(tally, RESET)]),
        ("another kind",       said("accepted", json!({"item": "电梯"})),   &[]),
        ("its own echo",       said("received", json!({"item": "电梯", "trigger": "near"})), &[]),
        ("a plain condition",  said("registered", json!({"words": ["漏水", "承重墙"]})), &[("W1", "urgency_proposed")]),
        ("another word",       said("registered", json!({"words": ["漏水"]})), &[]),
    ];
    for (name, event, want) in table {
        let want: Vec<(String, String)> =
            want.iter().map(|(no, kind)| ((*no).to_owned(), (*kind).to_owned())).collect();
        assert_eq!(tells(&set, event), want, "{name}");
    }
    let mut other = said("received", json!({"item": "电梯"}));
    other.id = None;
    let event = Fact::Event(other);
    let refused = Record::Refused { seq: 4, event: "received".into(), reason: "no".into() };
    let lines = [(4, &event), (5, &Fact::Record(refused))];
    assert!(told(&set, &ticket(&set), &lines).is_empty(), "what was refused counts not");
}

#[test]
fn tells_of_tells_come_to_an_end() {
    let set = set(vec![near()]);
    for (depth, want) in [(0, 1), (3, 1), (4, 0), (9, 0)] {
        let event = said("received", json!({"item": "电梯", "depth": depth}));
        assert_eq!(tells(&set, event).len(), want, "depth {depth}");
    }
}
