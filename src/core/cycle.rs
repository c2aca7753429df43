//! One look at one ticket: take in what is new, decide until nothing follows, say what to write.
//!
//! The engine, the simulator, the policy cases and the tests all go through `advance`.

use super::{
    decide::decide,
    delivery,
    event::Event,
    fact::{Fact, Line},
    message::Message,
    org::Org,
    policy::PolicySet,
    record::Record,
    slip,
    ticket::Ticket,
    timestamp::Timestamp,
    trigger::tell,
};

/// Follow-up events may cause follow-up events; more than this many turns is a bug.
const TURNS_MAX: usize = 256;

/// What one look has to write, in order.
#[derive(Clone, Debug, Default)]
pub struct Advance {
    /// New journal lines with the instant each has.
    pub lines: Vec<(Timestamp, Fact)>,
    pub messages: Vec<Message>,
    /// Events for other journals (`ticket` names it); each has an id, so that it counts once.
    pub told: Vec<Event>,
    pub next_look: Option<Timestamp>,
}

/// Why events cannot be applied on top of a stored state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FoldAgain;

/// Applies new lines on top of a state; `FoldAgain` if one of them belongs before what is applied
/// already, or if another policy set judged the ticket before or is to judge it now.
pub fn take_in(ticket: &mut Ticket, set: &PolicySet, news: &[Line]) -> Result<(), FoldAgain> {
    if ticket.judged_by != set.hash {
        return Err(FoldAgain);
    }
    for line in news {
        match &line.fact {
            Fact::Event(event) if ticket.is_late(event) || ticket.names_a_serial(event) => {
                return Err(FoldAgain);
            }
            Fact::Event(event) => ticket.apply_event(set, line.seq, event),
            Fact::Record(Record::Policy { hash, .. }) if *hash != set.hash => {
                return Err(FoldAgain);
            }
            Fact::Record(record) => ticket.apply_record(set, record, line.at),
        }
    }
    Ok(())
}

/// Decides until nothing more follows. `next_seq` is the number of the next journal line.
pub fn advance(
    ticket: &mut Ticket,
    set: &PolicySet,
    org: &Org,
    next_seq: i64,
    now: Timestamp,
) -> Advance {
    let mut out = Advance::default();
    for _ in 0..TURNS_MAX {
        let decision = decide(ticket, set, now);
        let had_events = !decision.events.is_empty();
        // What was asked just now is reminded of and runs out at instants of its own.
        let asked = decision.records.iter().any(Record::is_question);
        for event in decision.events {
            out.add_event(ticket, set, next_seq, event);
        }
        let at = ticket.last_event_at.map_or(now, |last| now.max(last));
        for record in decision.records {
            out.add_record(ticket, set, org, record, at, now);
        }
        // Records may owe events too: a flag adds one.
        if !had_events && !asked && ticket.follow_ups.is_empty() {
            // The slips just issued wait for receipts and replies from now on.
            let missed = slip::next_due(ticket, set);
            out.next_look = decision.next_look.into_iter().chain(missed).min();
            let merged = delivery::merge(set, &mut out.messages);
            let at = ticket.last_event_at.map_or(now, |last| now.max(last));
            for record in merged {
                ticket.apply_record(set, &record, at);
                out.lines.push((at, Fact::Record(record)));
            }
            return out;
        }
    }
    // A loop of follow-ups would otherwise spin for ever; the next look continues.
    debug_assert!(false, "follow-up events of ticket {} do not settle", ticket.no);
    out.next_look = Some(now.plus_ms(60_000));
    out
}

impl Advance {
    fn add_event(&mut self, ticket: &mut Ticket, set: &PolicySet, next_seq: i64, event: Event) {
        let seq = next_seq + self.lines.len() as i64;
        ticket.apply_event(set, seq, &event);
        self.lines.push((event.at, Fact::Event(event)));
    }

    fn add_record(
        &mut self,
        ticket: &mut Ticket,
        set: &PolicySet,
        org: &Org,
        record: Record,
        at: Timestamp,
        now: Timestamp,
    ) {
        let record = delivery::issued(set, org, record, now);
        ticket.apply_record(set, &record, at);
        let (messages, alarms) = delivery::messages(ticket, set, org, &record, now);
        self.lines.push((at, Fact::Record(record)));
        self.lines.extend(alarms.into_iter().map(|alarm| (at, Fact::Record(alarm))));
        self.messages.extend(messages);
    }

    /// Adds what the new lines of a look tell other journals: those taken in and those decided.
    /// `judge` is the set the ticket is under, the triggers are those of `set`, which is in force.
    pub fn tell<'n>(
        &mut self,
        judge: &PolicySet,
        set: &PolicySet,
        ticket: &Ticket,
        news: impl Iterator<Item = &'n Line>,
        next_seq: i64,
    ) {
        let own = (next_seq..).zip(&self.lines).map(|(seq, (_, fact))| (seq, fact));
        let lines: Vec<(i64, &Fact)> = news.map(|line| (line.seq, &line.fact)).chain(own).collect();
        let mut told = ticket.tells(judge, &lines);
        told.extend(tell::told(set, ticket, &lines));
        self.told.extend(told);
    }

    /// The records among the lines.
    pub fn records(&self) -> impl Iterator<Item = &Record> {
        self.lines.iter().filter_map(|(_, fact)| match fact {
            Fact::Record(record) => Some(record),
            Fact::Event(_) => None,
        })
    }
}
