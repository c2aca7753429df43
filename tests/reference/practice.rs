//! The model itself against the worked examples of the practice: it must be right on its own.

use std::fs;

use serde_json::Value;

use super::{
    common::shared,
    journal::Journal,
    rules::Rules,
    sets::RULES,
    ticket::Ticket,
    told::Told,
    worktime::{Length, Minute, at, told},
};

/// `timeline-vectors.json`: every clock and step of nine tickets under the reference set.
#[test]
fn the_model_computes_the_published_timelines() {
    let read = |name: &str| {
        let path = shared().join("domain").join(name);
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    };
    let years = ["holidays/cn-2025.json", "holidays/cn-2026.json"].map(read);
    let sets = [Rules::read(&read("policies.toml"), &years.each_ref().map(String::as_str))];
    let journal = Journal::new(&sets, None);
    let vectors: Value = serde_json::from_str(&read("timeline-vectors.json")).expect("JSON");
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let mut steps_compared = 0;
    for vector in vectors["vectors"].as_array().expect("a list") {
        let (policy, start) = (text(&vector["policy"]), text(&vector["start"]));
        for wanted in vector["clocks"].as_array().expect("a list") {
            let name = text(&wanted["clock"]);
            let clock = sets[0].policy(&policy).clock(&name).expect("the policy has the clock");
            let mut ticket = Ticket { rounds: vec![policy.clone()], ..Ticket::default() };
            ticket.start(&sets, &clock, at(&start));
            let watch = &ticket.watches[0];
            assert_eq!(watch.due, at(&text(&wanted["due"])), "{policy} {start} {name}");
            let places = journal.places(&ticket, watch);
            let got: Vec<(String, Minute)> =
                places.into_iter().map(|(_, step, time)| (step.at, time)).collect();
            let steps = wanted["steps"].as_array().expect("a list").iter();
            let want: Vec<(String, Minute)> =
                steps.map(|step| (text(&step["at"]), at(&text(&step["time"])))).collect();
            assert_eq!(got, want, "{policy} {start} {name}");
            steps_compared += got.len();
        }
    }
    assert!(steps_compared > 80, "{steps_compared}");
}

#[test]
fn lengths_end_where_the_practice_says() {
    #[rustfmt::skip]
    let table = [
        // name                                  from                length  end
        ("day 1 is the first after the start",   "2026-04-27 10:00", "3wd",  "04-30 18:00"),
        ("over the holidays",                    "2026-04-30 10:00", "1wd",  "05-06 18:00"),
        ("a make-up Saturday counts",            "2026-05-07 10:00", "2wd",  "05-09 18:00"),
        ("outside hours: the next opening",      "2026-04-27 20:00", "2wh",  "04-28 11:00"),
        ("lunch does not count",                 "2026-04-27 11:00", "2wh",  "04-27 15:00"),
        ("a window used up exactly",             "2026-04-27 10:00", "2wh",  "04-27 12:00"),
        ("nights count in natural time",         "2026-04-27 20:00", "24h",  "04-28 20:00"),
    ];
    for (name, from, length, end) in table {
        assert_eq!(told(RULES[0].time.after(at(from), Length::read(length))), end, "{name}");
    }
}

/// One event, and when it is heard of if later.
fn event(kind: &'static str, when: &str, heard: &str) -> Told {
    let heard = at(if heard.is_empty() { when } else { heard });
    Told { kind, at: at(when), heard, ..Told::default() }
}

/// A general ticket of Monday, 27 April 2026, 10:00: resolve is due on the 30th at 18:00.
fn play(events: &[Told], until: &str) -> (Journal<'static>, Ticket) {
    let mut first = event("dispatched", "2026-04-27 10:00", "");
    (first.unit, first.urgency) = (Some("a"), Some("low"));
    let mut journal = Journal::new(RULES.as_slice(), None);
    let mut told: Vec<Told> = [first].into_iter().chain(events.iter().cloned()).collect();
    told.iter_mut().enumerate().for_each(|(number, event)| event.number = number);
    told.sort_by_key(|event| event.heard);
    let mut next = None;
    loop {
        let heard = told.first().map(|event| event.heard);
        let Some(now) = heard.into_iter().chain(next).min().filter(|now| *now <= at(until)) else {
            let ticket = journal.now(at(until));
            return (journal, ticket);
        };
        let count = told.iter().take_while(|event| event.heard == now).count();
        told.drain(..count).for_each(|event| journal.tell(&event));
        next = journal.look(now);
    }
}

fn due(ticket: &Ticket) -> String {
    told(ticket.watches[ticket.newest("resolve").expect("it is there")].due)
}

/// 9, cases 3 and 4; 2.2, "Pause" and "Policy change".
#[test]
fn what_remained_is_restored_exactly() {
    let paused = |when| Told {
        pause: Some("testing"),
        approver: Some("deputy"),
        ..event("paused", when, "")
    };
    let class = |when| Told { urgency: Some("high"), ..event("reclassified", when, "") };
    let resumed = |when| event("resumed", when, "");
    #[rustfmt::skip]
    let table = [
        // name                                    events                                                                due
        ("over a night",                           vec![paused("2026-04-28 17:00"), resumed("2026-04-29 10:00")],        "05-06 11:00"),
        ("over the holidays: nothing is lost",     vec![paused("2026-04-30 17:00"), resumed("2026-05-06 09:00")],        "05-06 10:00"),
        ("outside hours it costs nothing",         vec![paused("2026-04-28 19:00"), resumed("2026-04-29 08:00")],        "04-30 18:00"),
        ("ended by itself after three days",       vec![paused("2026-04-27 10:00")],                                     "05-09 17:00"),
        ("another class while it stands still",    vec![paused("2026-04-27 11:00"), class("2026-04-27 15:00"),
                                                        resumed("2026-04-28 11:00")],                                    "04-29 10:00"),
    ];
    for (name, events, want) in table {
        assert_eq!(due(&play(&events, "2026-05-08 00:00").1), want, "{name}");
    }
}

/// 0, finding 8; 2.1, extension.
#[test]
fn an_extension_is_in_time_or_refused() {
    let extended =
        |when, span| Told { span, approver: Some("principal"), ..event("extended", when, "") };
    #[rustfmt::skip]
    let table = [
        // name                              events                                                                           refused  due
        ("four hours before",                vec![extended("2026-04-30 12:00", None)],                                         0, "05-06 18:00"),
        ("less than four hours before",      vec![extended("2026-04-30 15:00", None)],                                         1, "04-30 18:00"),
        ("after 17:00 is the next day",      vec![extended("2026-04-29 17:10", None)],                                         0, "05-06 18:00"),
        ("after the due",                    vec![extended("2026-05-06 10:00", None)],                                         1, "04-30 18:00"),
        ("twice at most",                    vec![extended("2026-04-28 10:00", None), extended("2026-04-28 11:00", None),
                                                  extended("2026-04-28 12:00", None)],                                         1, "05-07 18:00"),
        ("three days in all",                vec![extended("2026-04-28 10:00", Some("2wd")), extended("2026-04-28 11:00", Some("2wd"))], 1, "05-07 18:00"),
    ];
    for (name, events, refused, want) in table {
        let (journal, ticket) = play(&events, "2026-05-06 12:00");
        assert_eq!(journal.refused().len(), refused, "{name}");
        assert_eq!(due(&ticket), want, "{name}");
    }
}

/// 9, case 14: resolved before the due, heard of after it.
#[test]
fn a_slip_that_late_news_makes_wrong_is_taken_back() {
    let late = event("resolved", "2026-04-30 17:50", "2026-04-30 18:20");
    let (journal, _) = play(&[late], "2026-05-06 12:00");
    let withdrawn = journal.withdrawn();
    let what: Vec<(String, &str, &str)> = withdrawn
        .iter()
        .map(|(when, slip)| (told(*when), slip.key.clock.as_str(), slip.kind.as_str()))
        .collect();
    assert_eq!(what, [("04-30 18:20".to_owned(), "resolve", "yellow")]);
}

/// 2.2: steps stop at stop events, also at one of the same instant.
#[test]
fn a_stop_at_the_due_instant_wins() {
    for (when, yellow) in [("17:59", 0), ("18:00", 0), ("18:01", 1)] {
        let stop = event("resolved", &format!("2026-04-30 {when}"), "");
        let (journal, _) = play(&[stop], "2026-05-06 12:00");
        let slips = journal.slips();
        let of_due = slips.iter().filter(|one| one.key.clock == "resolve" && one.at == "due");
        assert_eq!(of_due.count(), yellow, "resolved at {when}");
    }
}

/// 2.1, redo: a bad answer opens a round; after the third there is no other by itself.
#[test]
fn rounds_end() {
    let bad = |when| event("answered", when, "");
    let answers = ["2026-04-27 11:00", "2026-04-27 12:00", "2026-04-27 13:00"].map(bad);
    for (count, rounds, ended) in [(1, 2, false), (2, 3, false), (3, 3, true)] {
        let (_, ticket) = play(&answers[..count], "2026-04-27 13:00");
        assert_eq!((ticket.round(), ticket.ended), (rounds, ended), "{count} bad answers");
    }
}
