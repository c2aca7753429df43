//! News for the resident: which events of a ticket become a message to them, and whether it still matters.
//!
//! A policy names the kinds of events (`tell = { dispatched = "resident.accepted" }`). The
//! fold notes what is to be told; the decision writes a record, and the record makes the message.
//!
//! Invariants, each a test of the same name:
//! * `news_is_told_once_a_round`
//! * `a_resident_nobody_can_reach_is_told_nothing`
//! * `old_news_is_not_told`
//! * `news_of_work_is_dropped_when_the_work_is_done`

use serde::{Deserialize, Serialize};

use super::{
    event::{Event, Kind},
    message::{Facts, Message, Recipient},
    policy::{PolicySet, Tell},
    record::{Record, TellOutcome},
    ticket::{Stage, Ticket},
    timestamp::Timestamp,
};

/// News older than this is not worth a message: after downtime or an import of old events.
const FRESH_MS: i64 = 72 * 3_600_000;

/// Something the resident is to be told, or was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct News {
    pub round: u32,
    /// The event the news is of, and when it occurred.
    pub of: Kind,
    pub at: Timestamp,
    /// Whether the work was not done yet.
    pub open: bool,
    pub told: bool,
}

impl Ticket {
    /// Notes what an event that was applied means for the resident.
    pub(super) fn note_news(&mut self, set: &PolicySet, event: &Event) {
        let round = self.round();
        let Some(tell) = tell_of(self, set, round, &event.kind) else { return };
        let is_known = |news: &News| {
            news.round == round && news.of == event.kind && (!tell.each || news.at == event.at)
        };
        if self.reach.is_empty() || self.callback.opted_out || self.news.iter().any(is_known) {
            return;
        }
        let (of, open) = (event.kind.clone(), self.stage < Stage::Resolved);
        self.news.push(News { round, of, at: event.at, open, told: false });
    }

    /// The resident was told, or it was too late for that.
    pub(super) fn mark_told(&mut self, round: u32, of: &Kind, at: Timestamp) {
        let same = |news: &&mut News| news.round == round && news.of == *of;
        // A late event may have become the first of its kind: what was told of the other covers it.
        let exact =
            self.news.iter().any(|news| news.round == round && news.of == *of && news.at == at);
        let found = self
            .news
            .iter_mut()
            .filter(same)
            .find(|news| if exact { news.at == at } else { !news.told });
        match found {
            Some(news) => news.told = true,
            None => self.news.push(News { round, of: of.clone(), at, open: false, told: true }),
        }
    }
}

/// How the policy of a round tells of this kind of event, or one that opens beside it.
fn tell_of<'s>(ticket: &Ticket, set: &'s PolicySet, round: u32, kind: &Kind) -> Option<&'s Tell> {
    let own = ticket.rounds.get((round as usize).checked_sub(1)?)?.policy;
    let beside = set.policies.iter().filter(|policy| policy.overlay.on.contains(kind));
    set.policies.get(own).into_iter().chain(beside).find_map(|policy| policy.tell.get(kind))
}

/// A record for each piece of news that waits.
pub fn owed(ticket: &Ticket, set: &PolicySet, now: Timestamp) -> Vec<Record> {
    let waiting = ticket.news.iter().filter(|news| !news.told);
    let record = |news: &News| {
        let tell = tell_of(ticket, set, news.round, &news.of)?;
        let is_fresh = now < news.at.plus_ms(FRESH_MS) && is_current(ticket, news.round, news.open);
        Some(Record::Told {
            round: news.round,
            event: news.of.clone(),
            occurred: news.at,
            template: tell.template.clone(),
            outcome: if is_fresh { TellOutcome::Sent } else { TellOutcome::TooLate },
        })
    };
    waiting.filter_map(record).collect()
}

/// The message of a `Told` record.
pub fn message(
    ticket: &Ticket,
    set: &PolicySet,
    record: &Record,
    not_before: Timestamp,
) -> Option<Message> {
    let Record::Told { round, event, occurred, template, outcome: TellOutcome::Sent } = record
    else {
        return None;
    };
    Some(Message {
        key: format!("{}/r{round}/told/{event}/{}", ticket.no, occurred.0),
        ticket: ticket.no.clone(),
        slip: None,
        with: Vec::new(),
        to: Recipient::Resident,
        via: ticket.reach.first().cloned().unwrap_or_default(),
        template: template.clone(),
        facts: facts(ticket, set, *round),
        not_before,
        expires: Some(not_before.plus_ms(FRESH_MS)),
    })
}

/// What a message to a resident may say: number, class, round, when to expect an answer.
pub fn facts(ticket: &Ticket, set: &PolicySet, round: u32) -> Facts {
    let policy = ticket.policy(set);
    let due = policy.and_then(|policy| ticket.clock(&policy.deadline_clock)).map(|clock| clock.due);
    Facts {
        no: ticket.no.clone(),
        policy: policy.map(|policy| policy.id.clone()).unwrap_or_default(),
        policy_version: set.version.clone(),
        round,
        resolve_due: due,
        dispatched: ticket.dispatched,
        reason: ticket.rounds.last().and_then(|round| round.reason.clone()),
        stage: ticket.stage.name().to_owned(),
        ..Facts::default()
    }
}

/// Whether news still has its reason at the moment of sending: its round goes on, and what
/// was told of open work is not sent when the work is done.
pub fn is_relevant(ticket: &Ticket, facts: &Facts) -> bool {
    let done = [Stage::Resolved, Stage::Ended].map(Stage::name);
    is_current(ticket, facts.round, !done.contains(&facts.stage.as_str()))
}

fn is_current(ticket: &Ticket, round: u32, was_open: bool) -> bool {
    !ticket.callback.opted_out
        && ticket.round() == round
        && !(was_open && ticket.stage >= Stage::Resolved)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{
        core::org::Org,
        policies,
        simulate::{Pace, Replayed, replay},
    };

    const TELL: &str = r#"
[tell]
dispatched = "resident.accepted"
progress = { template = "resident.extended", each = true }
resolved = "resident.done"
redo = "resident.redo"
"#;

    fn at(local: &str) -> Timestamp {
        Timestamp::parse(&format!("2026-05-{local}:00+08:00")).expect("an instant")
    }

    fn event(kind: &str, local: &str) -> Event {
        let mut event = Event::new("W1", Kind::of(kind), at(local));
        event.unit = Some("cx-scjg".to_owned());
        event.category = Some("投诉".to_owned());
        event.urgency = Some("一般".to_owned());
        event
    }

    fn with(mut event: Event, data: serde_json::Value) -> Event {
        let serde_json::Value::Object(data) = data else { panic!("`data` is an object") };
        event.data.extend(data);
        event
    }

    /// The reference set with a table of what residents are told.
    fn run(events: Vec<Event>, pace: Pace, until: &str) -> Replayed {
        let mut sources = policies::sources("cn").expect("the set is shipped");
        sources.files.entry("policies.toml".to_owned()).or_default().push_str(TELL);
        let loaded = policies::load(&sources, at("01T00:00"));
        let set = loaded.set.unwrap_or_else(|| panic!("{:?}", loaded.complaints));
        replay(&set, &Org::default(), Ticket::new("W1", &set), events, pace, at(until))
    }

    /// What the resident gets: template, round, not before, what it expects.
    fn told(replayed: &Replayed) -> Vec<String> {
        let messages = replayed.messages.iter().filter(|one| one.to == Recipient::Resident);
        let local = |at: Timestamp| at.to_string().get(5..16).unwrap_or_default().to_owned();
        messages
            .map(|message| {
                let due = message.facts.resolve_due.map(local).unwrap_or_default();
                format!("{} {} {due}", message.template, local(message.not_before))
            })
            .collect()
    }

    #[test]
    fn news_is_told_once_a_round() {
        let reach = json!({ "reach": ["sms"] });
        let bad = json!({ "solved": "no" });
        #[rustfmt::skip]
        let events = vec![
            with(event("dispatched", "07T09:12"), reach),
            event("dispatched", "07T10:00"), // another dispatch to the same unit is no news
            event("progress", "08T10:00"),
            event("progress", "08T22:00"),   // each progress is, in the morning
            event("resolved", "20T10:00"),
            with(event("answered", "20T11:00"), bad),
            event("resolved", "21T10:00"),
        ];
        insta::assert_snapshot!(told(&run(events, Pace::Live, "22T00:00")).join("\n"), @r"
        resident.accepted 05-07T01:12 05-13T10:00
        resident.extended 05-08T02:00 05-13T10:00
        resident.extended 05-09T01:00 05-13T10:00
        resident.done 05-20T02:00 05-13T10:00
        resident.ask 05-20T02:00 05-13T10:00
        resident.redo 05-20T03:00 05-25T10:00
        resident.done 05-21T02:00 05-25T10:00
        ");
    }

    #[test]
    fn a_resident_nobody_can_reach_is_told_nothing() {
        let events = vec![event("dispatched", "07T09:12"), event("resolved", "08T09:12")];
        let replayed = run(events, Pace::Live, "12T00:00");
        assert_eq!(told(&replayed), Vec::<String>::new());
        assert!(replayed.records().all(|(_, record)| !matches!(record, Record::Told { .. })));
    }

    #[test]
    fn old_news_is_not_told() {
        let reach = json!({ "reach": ["sms"] });
        let events = vec![with(event("dispatched", "07T09:12"), reach)];
        #[rustfmt::skip]
        let table = [
            ("just before", "10T09:11", 1),
            ("on the hour", "10T09:12", 0),
        ];
        for (name, look, count) in table {
            let replayed = run(events.clone(), Pace::OneLook, look);
            assert_eq!(told(&replayed).len(), count, "{name}");
            let kept =
                replayed.records().filter(|(_, record)| matches!(record, Record::Told { .. }));
            assert_eq!(kept.count(), 1, "{name}");
        }
    }

    #[test]
    fn news_of_work_is_dropped_when_the_work_is_done() {
        let reach = json!({ "reach": ["sms"] });
        let dispatched = with(event("dispatched", "07T22:00"), reach);
        let told = run(vec![dispatched.clone()], Pace::Live, "07T22:00");
        let message = told.messages.first().filter(|one| one.to == Recipient::Resident);
        let facts = message.map(|message| message.facts.clone());
        let open = told.ticket.clone();
        let done = run(vec![dispatched, event("resolved", "07T23:00")], Pace::Live, "07T23:00");
        let facts = facts.unwrap_or_default();
        assert!(is_relevant(&open, &facts));
        assert!(!is_relevant(&done.ticket, &facts));
        // Both heard of together: only what still holds is told.
        let reach = json!({ "reach": ["sms"] });
        let events =
            vec![with(event("dispatched", "07T22:00"), reach), event("resolved", "07T23:00")];
        let both = run(events, Pace::OneLook, "07T23:30");
        let news: Vec<&str> = both
            .messages
            .iter()
            .filter(|one| one.to == Recipient::Resident)
            .map(|one| one.template.as_str())
            .collect();
        assert_eq!(news, ["resident.done", "resident.ask"]);
    }
}
