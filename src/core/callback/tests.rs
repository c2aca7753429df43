//! Callbacks on the shipped reference set, in virtual time.

use serde_json::json;

use super::*;
use crate::{
    core::{event::Kind, org::Org},
    policies,
    simulate::{Pace, Replayed, replay},
};

/// An instant of May 2026 in the zone of the set: `20T10:00`.
fn at(local: &str) -> Timestamp {
    Timestamp::parse(&format!("2026-05-{local}:00+08:00")).expect("an instant")
}

fn event(kind: &str, local: &str, data: serde_json::Value) -> Event {
    let mut event = Event::new("W1", Kind::of(kind), at(local));
    event.unit = Some("cx-scjg".to_owned());
    event.category = Some("投诉".to_owned());
    event.urgency = Some("一般".to_owned());
    let serde_json::Value::Object(data) = data else { panic!("`data` is an object") };
    event.data.extend(data);
    event
}

fn call(local: &str, result: &str) -> Event {
    event("callback_tried", local, json!({ "result": result }))
}

fn set_with(replaced: &[(&str, &str)]) -> std::sync::Arc<PolicySet> {
    let mut sources = policies::sources("cn").expect("the set is shipped");
    let text = sources.files.get_mut("policies.toml").expect("a set has policies");
    for (old, new) in replaced {
        assert!(text.contains(old), "`{old}` stands in the set");
        *text = text.replace(old, new);
    }
    let loaded = policies::load(&sources, at("01T00:00"));
    loaded.set.unwrap_or_else(|| panic!("{:?}", loaded.complaints))
}

/// A ticket resolved on the 20th at 10:00, and what follows.
fn run(set: &PolicySet, reach: &[&str], events: &[Event], until: &str) -> Replayed {
    let mut all = vec![
        event("dispatched", "19T09:12", json!({ "reach": reach })),
        event("resolved", "20T10:00", json!({})),
    ];
    all.extend_from_slice(events);
    replay(set, &Org::default(), Ticket::new("W1", set), all, Pace::Live, at(until))
}

type Ended = (&'static str, Option<&'static str>, Timestamp);
/// Name, ways to the resident, calls, when the play ends, and how the callback did.
type Ending<'a> = (&'a str, &'a [&'a str], &'a [Event], &'a str, Option<Ended>);
/// Name, set, what is said, what counts (solved, satisfied), and the rounds after it.
type Saying<'a> = (&'a str, &'a PolicySet, Vec<Event>, Option<(&'a str, &'a str)>, u32);

/// Outcome and way of the round, and when it was known.
fn outcome(replayed: &Replayed) -> Option<Ended> {
    let one = replayed.ticket.evaluation()?;
    Some((one.outcome.name(), one.channel.map(Channel::name), one.at))
}

#[test]
fn a_second_miss_in_the_same_band_is_no_new_attempt() {
    let set = set_with(&[]);
    #[rustfmt::skip]
    let table: [(&str, &[&str], u32, &str); 7] = [
        // name                      calls                              attempts  why the last is none
        ("one",                      &["20T10:30"],                            1, ""),
        ("the end of a band",        &["20T10:30", "20T12:00"],                1, "outside the hours"),
        ("same band, next day",      &["20T10:30", "21T10:30"],                1, "same part of the day"),
        ("another band, too soon",   &["20T11:59", "20T14:58"],                1, "2026-05-20T06:59"),
        ("another band, after 3 h",  &["20T11:59", "20T14:59"],                2, ""),
        ("between the bands",        &["20T10:30", "20T14:29"],                1, "outside the hours"),
        ("three bands",              &["20T10:30", "20T15:00", "20T19:00"],    3, ""),
    ];
    for (name, calls, attempts, why) in table {
        let calls: Vec<Event> = calls.iter().map(|local| call(local, "unanswered")).collect();
        let replayed = run(&set, &[], &calls, "21T11:00");
        assert_eq!(replayed.ticket.callback.attempts(), attempts, "{name}");
        let refused: Vec<&str> = replayed
            .records()
            .filter_map(|(_, record)| match record {
                Record::Refused { reason, .. } => Some(reason.as_str()),
                _ => None, // only refusals are asked for
            })
            .collect();
        assert_eq!(refused.is_empty(), why.is_empty(), "{name}: {refused:?}");
        assert!(refused.iter().all(|reason| reason.contains(why)), "{name}: {refused:?}");
    }
}

#[test]
fn unreached_needs_every_attempt_and_the_end_of_the_link() {
    let set = set_with(&[]);
    let two = [call("20T10:30", "unanswered"), call("20T15:00", "busy")];
    let late = [call("20T10:30", "unanswered"), call("25T15:00", "unanswered")];
    let closed = |local: &str| Some(("unreached", None, at(local)));
    #[rustfmt::skip]
    let table: [Ending<'_>; 7] = [
        ("nobody called",              &["sms"], &[],       "31T00:00", None),
        ("one call",                   &["sms"], &two[..1], "31T00:00", None),
        ("two calls, link still good", &["sms"], &two,      "23T09:59", None),
        ("two calls, link over",       &["sms"], &two,      "23T10:00", closed("23T10:00")),
        ("last call after the link",   &["sms"], &late,     "31T00:00", closed("25T15:00")),
        ("calls and no other way",     &[],      &two,      "31T00:00", closed("20T15:00")),
        ("no way and no calls",        &[],      &[],       "31T00:00", None),
    ];
    for (name, reach, calls, until, want) in table {
        assert_eq!(outcome(&run(&set, reach, calls, until)), want, "{name}");
    }
}

#[test]
fn nobody_is_satisfied_by_default() {
    let set = set_with(&[]);
    let open = set_with(&[(
        r#"no_answer = "unreached","#,
        r#"no_answer = "unreached", no_route = "no_route","#,
    )]);
    let said = |data| event("answered", "20T11:00", data);
    let closed = |data| event("callback_closed", "20T11:00", data);
    let on = at("20T11:00");
    #[rustfmt::skip]
    let table = [
        ("refused on the phone",     &set,  vec![call("20T11:00", "refused")],                         Some(("refused", None, on))),
        ("closed as refused",        &set,  vec![closed(json!({ "outcome": "refused" }))],             Some(("refused", None, on))),
        ("closed without a word",    &set,  vec![closed(json!({}))],                                   Some(("unreached", None, on))),
        ("closed as satisfied",      &set,  vec![closed(json!({ "outcome": "satisfied" }))],           Some(("unreached", None, on))),
        ("no route, by the policy",  &open, vec![],                                                    Some(("no_route", None, at("20T10:00").plus_ms(1)))),
        ("no route, by a person",    &set,  vec![],                                                    None),
        ("digits",                   &set,  vec![said(json!({ "digits": "1" }))],                      Some(("answered", Some("sms"), on))),
        ("a link",                   &set,  vec![said(json!({ "solved": "yes", "via": "link" }))],     Some(("answered", Some("link"), on))),
        ("on the phone",             &set,  vec![said(json!({ "solved": "yes", "call": "c-1" }))],     Some(("answered", Some("phone"), on))),
        ("the platform says so",     &set,  vec![said(json!({ "solved": "yes" }))],                    Some(("answered", Some("other"), on))),
        ("an unclear reply",         &set,  vec![said(json!({ "digits": "7" }))],                      None),
    ];
    for (name, set, events, want) in table {
        let replayed = run(set, &[], &events, "31T00:00");
        assert_eq!(outcome(&replayed), want, "{name}");
        let answers = &replayed.ticket.answers;
        assert_eq!(answers.is_empty(), want.is_none_or(|one| one.0 != "answered"), "{name}");
        assert_eq!(replayed.ticket.ended.is_some(), want.is_some(), "{name}");
    }
}

#[test]
fn one_reminder_and_none_after_an_answer() {
    let set = set_with(&[]);
    let said = event("answered", "21T09:59", json!({ "digits": "1" }));
    let stop = event("answered", "20T12:00", json!({ "digits": "TD" }));
    let refused = call("20T12:00", "refused");
    #[rustfmt::skip]
    let table: [(&str, &[Event], &str, usize); 6] = [
        ("just before 24 h",  &[],        "21T09:59", 0),
        ("after 24 h",        &[],        "21T10:00", 1),
        ("and never again",   &[],        "31T00:00", 1),
        ("after an answer",   &[said],    "31T00:00", 0),
        ("opted out",         &[stop],    "31T00:00", 0),
        ("refused",           &[refused], "31T00:00", 0),
    ];
    for (name, events, until, count) in table {
        let replayed = run(&set, &["sms"], events, until);
        let reminders =
            replayed.messages.iter().filter(|one| one.template == "resident.eval_remind");
        assert_eq!(reminders.count(), count, "{name}");
    }
}

#[test]
fn the_message_follows_the_first_miss_in_allowed_hours() {
    let general = r#"{ name = "callback", dur = "2wd", ladder = "callback_desk", start = "resolved" },
]
returns   = { window = "1wd""#;
    let phone_first =
        general.replace("start = \"resolved\"", "start = \"resolved\", mode = \"phone_first\"");
    let set = set_with(&[(general, &phone_first)]);
    #[rustfmt::skip]
    let table = [
        // call       sent         good until
        ("20T10:30", "20T10:30", "23T10:30"),
        ("20T21:30", "21T09:00", "23T21:30"),
    ];
    for (called, sent, expires) in table {
        let replayed = run(&set, &["sms"], &[call(called, "unanswered")], "22T00:00");
        let asked = replayed.messages.iter().find(|one| one.template == "resident.ask");
        let asked = asked.expect("the question follows the first miss");
        assert_eq!((asked.not_before, asked.expires), (at(sent), Some(at(expires))), "{called}");
    }
    let taken = run(&set, &["sms"], &[call("20T10:30", "answered")], "22T00:00");
    assert!(taken.ticket.callback.question.is_none());
}

#[test]
fn who_needs_care_is_only_called() {
    let set = set_with(&[]);
    let calls = [
        event("tagged", "20T09:00", json!({ "tags": ["care"] })),
        call("20T10:30", "unanswered"),
        call("20T15:00", "unanswered"),
    ];
    let replayed = run(&set, &["sms"], &calls, "31T00:00");
    assert!(replayed.messages.iter().all(|one| !one.template.starts_with("resident.")));
    assert_eq!(outcome(&replayed), Some(("unreached", None, at("20T15:00"))));
}

#[test]
fn the_first_answer_counts_and_the_residents_own_later_one() {
    let set = set_with(&[]);
    let strict = {
        let mut sources = policies::sources("cn").expect("the set is shipped");
        let text = sources.files.get_mut("policies.toml").expect("a set has policies");
        text.push_str("\n[reply]\ncall_required = true\n");
        policies::load(&sources, at("01T00:00")).set.expect("the set is good")
    };
    let said = |local, data| event("answered", local, data);
    let staff = said("20T11:00", json!({ "solved": "yes", "satisfied": "yes" }));
    let later = said("20T12:00", json!({ "solved": "no" }));
    let call = said("20T11:00", json!({ "solved": "yes", "satisfied": "yes", "call": "c-1" }));
    let own = |local| said(local, json!({ "digits": "4" }));
    let rest = said("20T12:00", json!({ "satisfied": "mostly" }));
    let first = said("20T11:00", json!({ "contacted": "no" }));
    #[rustfmt::skip]
    let table: [Saying<'_>; 8] = [
        // name                            set      said                                   solved, satisfied           rounds
        ("typed in twice",                 &set,    vec![staff.clone(), later],             Some(("yes", "yes")), 1),
        ("own act, in time",               &set,    vec![staff.clone(), own("23T10:59")],   Some(("no", "yes")),  2),
        ("own act, too late",              &set,    vec![staff.clone(), own("23T11:00")],   Some(("yes", "yes")), 1),
        ("own act, twice",                 &set,    vec![own("20T11:00"), own("20T11:30")], Some(("no", "")),           2),
        ("an open question is filled",     &set,    vec![first.clone(), rest],              Some(("", "mostly")),       1),
        ("one question alone",             &set,    vec![first],                            Some(("", "")),             1),
        ("no record of the call",          &strict, vec![staff],                            None,                       1),
        ("with the record of the call",    &strict, vec![call],                             Some(("yes", "yes")), 1),
    ];
    for (name, set, events, want, rounds) in table {
        let replayed = run(set, &["sms"], &events, "24T00:00");
        let word = |text: &Option<String>| text.clone().unwrap_or_default();
        let answer = replayed.ticket.answers.first();
        let got = answer.map(|one| (word(&one.said.solved), word(&one.said.satisfied)));
        assert_eq!(got, want.map(|(a, b)| (a.to_owned(), b.to_owned())), "{name}");
        assert_eq!(replayed.ticket.round(), rounds, "{name}");
        let first = answer.and_then(|one| one.first.as_ref());
        assert_eq!(first.is_some(), name == "own act, in time", "{name}");
    }
}

#[test]
fn a_second_look_changes_the_last_verdict_only() {
    let set = set_with(&[(r#""sample_failed", "#, r#""sample_failed", "recheck_unsolved", "#)]);
    let said = event("answered", "20T11:00", json!({ "solved": "yes", "satisfied": "yes" }));
    let look = |solved: &str| event("rechecked", "28T10:00", json!({ "solved": solved }));
    #[rustfmt::skip]
    let table = [
        ("still solved", "已解决",  1, true),
        ("unsolved",     "未解决",  2, false),
    ];
    for (name, solved, rounds, ended) in table {
        let replayed = run(&set, &[], &[said.clone(), look(solved)], "28T12:00");
        let ticket = &replayed.ticket;
        assert_eq!((ticket.round(), ticket.ended.is_some()), (rounds, ended), "{name}");
        assert_eq!(ticket.answers[0].said.solved.as_deref(), Some("yes"), "{name}");
        assert_eq!(ticket.rechecks[0].said.solved.as_deref(), Some(solved), "{name}");
        assert_eq!(ticket.callback.evaluations.len(), 1, "{name}");
    }
}
