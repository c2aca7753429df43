//! Decides what is owed on one ticket at one instant.
//!
//! Pure: no clock, no database, no logging, no randomness. The caller brings the
//! ticket, the policy set and `now`; the answer is what to write and when to look again.
//!
//! Invariants, each a test of the same name:
//! * `each_step_fires_once` - a step that fired or was skipped is never due again.
//! * `late_look_fires_only_the_top_step` - after downtime the highest due step of a
//!   ladder is sent; those it skipped are recorded.
//! * `a_stop_at_the_due_instant_wins`
//! * `a_paused_clock_is_silent`

use serde_json::Value;

use super::{
    callback,
    clock::{Clock, FiredAs, due_after, step_after},
    event::{Event, Kind},
    ladder::{Placed, chain, place},
    news,
    policy::PolicySet,
    record::{Record, StepKey},
    slip,
    ticket::{FollowUp, Ticket},
    timestamp::Timestamp,
};

/// What is owed now.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Decision {
    /// Events duban adds; while there are any, they are applied and the ticket is decided again.
    pub events: Vec<Event>,
    /// Decisions to write, in order.
    pub records: Vec<Record>,
    /// When to look again; `None`: only when something happens.
    pub next_look: Option<Timestamp>,
}

/// What is owed on `ticket` at `now`.
pub fn decide(ticket: &Ticket, set: &PolicySet, now: Timestamp) -> Decision {
    let mut events = owed_events(ticket, set, now);
    if events.is_empty() {
        events = slip::missed(ticket, set, now);
    }
    if !events.is_empty() {
        return Decision { events, ..Decision::default() };
    }
    let mut decision = Decision { records: bookkeeping(ticket, set), ..Decision::default() };
    decision.records.extend(news::owed(ticket, set, now));
    let (flags, next_flag) = ticket.due_flags(set, now);
    decision.records.extend(flags);
    decision.next_look = next_flag;
    if ticket.ended.is_none() {
        decision.records.extend(callback::question(ticket, set, now));
        let reminder = callback::reminder(ticket, set).filter(|(at, _)| *at <= now);
        decision.records.extend(reminder.map(|(_, record)| record));
        let pause_ends = ticket.pause.as_ref().map(|pause| pause.until);
        let looks =
            [pause_ends, slip::next_due(ticket, set), callback::next_look(ticket, set, now)];
        decision.next_look = looks.into_iter().fold(decision.next_look, earliest);
    }
    for clock in ticket.clocks.iter().filter(|clock| clock.is_running()) {
        let (records, next) = climb(ticket, set, clock, now);
        decision.records.extend(records);
        decision.next_look = earliest(decision.next_look, next);
        let untold = on_due(ticket, set, clock).map(|_| clock.due);
        decision.next_look = earliest(decision.next_look, untold);
    }
    decision
}

/// The event a clock adds at its due, unless it has been added.
fn on_due<'s>(ticket: &Ticket, set: &'s PolicySet, clock: &Clock) -> Option<&'s Kind> {
    let (rule, _) = ticket.rule_of(set, clock)?;
    rule.on_due.as_ref().filter(|_| !clock.due_told)
}

/// The event of the clock that came due first, if one adds an event at its due. One at a time: it
/// may stop others.
fn due_event(ticket: &Ticket, set: &PolicySet, now: Timestamp) -> Option<Event> {
    let running = ticket.clocks.iter().filter(|clock| clock.is_running() && clock.due <= now);
    let owed = running.filter_map(|clock| Some((clock, on_due(ticket, set, clock)?)));
    let (clock, kind) = owed.min_by_key(|(clock, _)| clock.due)?;
    let applied = ticket.last_event_at.max(ticket.last_record_at.map(|last| last.plus_ms(1)));
    let at = applied.map_or(clock.due, |applied| clock.due.max(applied));
    let mut event = Event::new(ticket.no.clone(), kind.clone(), at);
    event.id = Some(clock.due_event_id());
    event.by = Some("duban".to_owned());
    event.unit = (!clock.key.unit.is_empty()).then(|| clock.key.unit.clone());
    event.data.insert("clock".to_owned(), Value::from(clock.key.name.clone()));
    event.data.insert("reason".to_owned(), Value::from("due"));
    let about = ticket.overlay(&clock.key.overlay).and_then(|one| one.reference.clone());
    event.data.extend(about.map(|about| ("ref".to_owned(), Value::from(about))));
    Some(event)
}

/// Events that follow from what is known: what a due adds, redo, evaluated, withdrawals, a pause
/// at its maximum, a callback that came to nothing.
fn owed_events(ticket: &Ticket, set: &PolicySet, now: Timestamp) -> Vec<Event> {
    let is_first = |due: &Event| ticket.pause.as_ref().is_none_or(|pause| due.at <= pause.until);
    if let Some(event) = due_event(ticket, set, now).filter(is_first) {
        return vec![event];
    }
    // After every record already written, so that folding again keeps the order.
    let at = ticket.last_record_at.map_or(now, |last| now.max(last.plus_ms(1)));
    let own = |kind: Kind, id: String| {
        let mut event = Event::new(ticket.no.clone(), kind, at);
        event.id = Some(id);
        event.by = Some("duban".to_owned());
        event
    };
    // Before anything that occurs later; nothing that did is applied yet, or the pause had lapsed.
    if let Some(pause) = ticket.pause.as_ref().filter(|pause| pause.until <= now) {
        let mut event = own(Kind::Resumed, pause.end_id());
        event.at = pause.until;
        event.data.insert("reason".to_owned(), Value::from("the longest pause is over"));
        return vec![event];
    }
    let mut events = Vec::new();
    for wrong in &ticket.wrong {
        let key = wrong.key.text(&ticket.no);
        let mut event = own(Kind::SlipWithdrawn, format!("duban/withdraw/{key}"));
        event.data.insert("slip".to_owned(), Value::from(key));
        event.data.insert("reason".to_owned(), Value::from(wrong.reason.clone()));
        event.data.insert("again".to_owned(), Value::from("if it falls due again"));
        events.push(event);
    }
    for owed in &ticket.follow_ups {
        let FollowUp { kind, reason, overlay, .. } = owed;
        let mut event = own(kind.clone(), owed.id());
        event.data.insert("reason".to_owned(), Value::from(reason.clone()));
        if !overlay.is_empty() {
            event.data.insert("overlay".to_owned(), Value::from(overlay.clone()));
        }
        events.push(event);
    }
    if let Some(end) = callback::end(ticket, set).filter(|end| end.at <= now) {
        let round = ticket.round();
        let mut event = own(Kind::of("callback_closed"), format!("duban/callback_closed/r{round}"));
        // It ended when it ended, however late duban looked.
        let applied = ticket.last_event_at.max(ticket.last_record_at.map(|last| last.plus_ms(1)));
        event.at = applied.map_or(end.at, |applied| end.at.max(applied));
        event.data.insert("outcome".to_owned(), Value::from(end.outcome.name()));
        event.data.insert("reason".to_owned(), Value::from(end.reason));
        events.push(event);
    }
    events
}

/// The policy the ticket is frozen to, and refusals: facts that are written once.
fn bookkeeping(ticket: &Ticket, set: &PolicySet) -> Vec<Record> {
    let mut records = Vec::new();
    if let (None, Some(_), Some(policy)) = (&ticket.frozen, ticket.dispatched, ticket.policy(set)) {
        records.push(Record::Policy {
            set: set.id.clone(),
            version: set.version.clone(),
            hash: set.hash.clone(),
            policy: policy.id.clone(),
        });
    }
    records.extend(ticket.refused.iter().map(|refusal| Record::Refused {
        seq: refusal.seq,
        event: refusal.event.name().to_owned(),
        reason: refusal.reason.clone(),
    }));
    records.extend(ticket.notices.iter().cloned().map(Record::Notice));
    records
}

/// The due steps of one running clock, and when its next one is.
fn climb(
    ticket: &Ticket,
    set: &PolicySet,
    clock: &Clock,
    now: Timestamp,
) -> (Vec<Record>, Option<Timestamp>) {
    let Some((rule, Some(ladder))) = ticket.rule_of(set, clock) else { return (Vec::new(), None) };
    let mut due: Vec<(&Placed<'_>, u16, Timestamp)> = Vec::new();
    let mut next = None;
    let placed = place(set, rule, ladder, clock, &ticket.attributes_of(clock));
    for step in &placed {
        let Some(first) = (0..step.times()).find(|n| !clock.is_done(step.index, *n)) else {
            continue;
        };
        let mut time = step.repetition(set, first);
        for repetition in first..step.times() {
            if time > now {
                next = earliest(next, Some(time));
                break;
            }
            let is_silenced =
                set.noise.receipt_suppresses && clock.is_acknowledged(step.step, repetition);
            if !is_silenced && !clock.is_done(step.index, repetition) {
                due.push((step, repetition, time));
            }
            if let Some(repeat) = step.step.repeat {
                time = step_after(set, time, repeat.every);
            }
        }
    }
    due.sort_by_key(|(step, repetition, time)| (*time, step.index, *repetition));
    let skip = |(step, repetition, time): &(&Placed<'_>, u16, Timestamp), reason| Record::Skipped {
        key: ticket.next_key(clock, step.index, *repetition),
        slip: step.step.slip.clone(),
        at: step.step.at_text.clone(),
        scheduled: *time,
        reason,
    };
    let mut records: Vec<Record> = Vec::new();
    due.retain(|step| match why_not(ticket, set, step.0, step.2) {
        None => true,
        Some(reason) => {
            records.push(skip(step, Some(reason)));
            false
        }
    });
    let Some(((top, repetition, time), skipped)) = due.split_last() else {
        return (records, next);
    };
    records.extend(skipped.iter().map(|step| skip(step, None)));
    let (to, cc) = chain(set, ladder, top.index, ticket.handler.as_ref().map(|one| one.level));
    let kind = set.slips.get(&top.step.slip);
    let brought = clock.brought(top.index).filter(|brought| brought.at == *time);
    records.push(Record::Slip {
        key: ticket.next_key(clock, top.index, *repetition),
        slip: top.step.slip.clone(),
        at: top.step.at_text.clone(),
        scheduled: *time,
        due: clock.due,
        serial: None,
        reply_due: top.step.reply_due.map(|span| due_after(set, now, span)),
        unit: responsible(ticket, clock),
        to,
        cc,
        issuer: String::new(), // found in the organisation when it is issued
        receipt_due: kind.and_then(|kind| kind.receipt_due).map(|span| due_after(set, now, span)),
        note: kind
            .and_then(|kind| set.note(kind.note.as_deref()?, now))
            .map(super::slip::Note::name),
        on: brought.map(|brought| brought.by.name().to_owned()),
    });
    (records, next)
}

/// Why a step that is due does not fire: its own conditions, or something that stands for it.
fn why_not(ticket: &Ticket, set: &PolicySet, step: &Placed<'_>, time: Timestamp) -> Option<String> {
    let stood_for = stands_for(ticket, set, step, time);
    ticket
        .withholds(step.step)
        .or_else(|| stood_for.then(|| "supervised off line by the same level".to_owned()))
}

/// Whether a recorded action off line of the same level stands for a step at this time.
fn stands_for(ticket: &Ticket, set: &PolicySet, step: &Placed<'_>, time: Timestamp) -> bool {
    let Some(span) = set.noise.offline_suppresses else { return false };
    let levels = step.step.to.iter().filter_map(|role| set.roles.get(role)).map(|role| role.level);
    let acted = levels.max().and_then(|level| ticket.offline.get(&level));
    acted.is_some_and(|at| *at <= time && time <= step_after(set, *at, span))
}

/// The unit whose people a clock's steps tell: its owner, the one it is on, or the responsible one.
fn responsible(ticket: &Ticket, clock: &Clock) -> String {
    let own = [&clock.owner, &clock.key.unit].into_iter().find(|unit| !unit.is_empty());
    own.or(ticket.unit.as_ref()).cloned().unwrap_or_default()
}

fn earliest(one: Option<Timestamp>, other: Option<Timestamp>) -> Option<Timestamp> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}

/// Whether a message about this step still has its reason: its clock runs and its slip stands.
pub fn is_relevant(ticket: &Ticket, key: &str) -> bool {
    ticket.clocks.iter().any(|clock| {
        ticket.goes_on(clock)
            && clock.fired.iter().any(|fired| {
                let one = StepKey {
                    clock: clock.key.clone(),
                    step: fired.step,
                    repetition: fired.repetition,
                    reissue: fired.reissue,
                };
                fired.outcome == FiredAs::Slip && one.text(&ticket.no) == key
            })
    })
}
