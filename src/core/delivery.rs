//! From a decision to messages: who is told, by which ways, not before when.
//!
//! Quiet hours move only the sending; the due, the step and the score stay.

use jiff::civil::Time;

use super::{
    calendar::Calendar,
    clock::Clock,
    message::{Facts, Message, Recipient},
    org::Org,
    policy::{PolicySet, Step, Via},
    record::{AskOutcome, Record, StepKey},
    ticket::Ticket,
    timestamp::Timestamp,
};

/// Messages for one record, and an alarm for each role that had nobody in it.
pub fn messages(
    ticket: &Ticket,
    set: &PolicySet,
    org: &Org,
    record: &Record,
    now: Timestamp,
) -> (Vec<Message>, Vec<Record>) {
    match record {
        Record::Slip { key, .. } => to_staff(ticket, set, org, record, key, now),
        Record::Asked { round, outcome: AskOutcome::Sent, expires } => {
            (vec![to_resident(ticket, set, *round, *expires, now)], Vec::new())
        }
        Record::Asked { .. }
        | Record::Skipped { .. }
        | Record::Refused { .. }
        | Record::Policy { .. }
        | Record::Alarm { .. }
        | Record::Told { .. } => (Vec::new(), Vec::new()),
    }
}

fn to_staff(
    ticket: &Ticket,
    set: &PolicySet,
    org: &Org,
    record: &Record,
    key: &StepKey,
    now: Timestamp,
) -> (Vec<Message>, Vec<Record>) {
    let Some((clock, step, night)) = step_of(ticket, set, key) else { return Default::default() };
    let Record::Slip { slip, unit, .. } = record else { return Default::default() };
    let told = org.recipients(set, unit, &step.to, &step.cc, now);
    let facts = facts(ticket, set, record, clock);
    let slip_key = key.text(&ticket.no);
    let mut messages = Vec::new();
    for one in &told.recipients {
        for via in &step.via {
            let name = one.person.as_deref().unwrap_or(&one.role);
            messages.push(Message {
                key: format!("{slip_key}/{}/{name}/{}", one.unit, via.name()),
                ticket: ticket.no.clone(),
                slip: Some(slip_key.clone()),
                to: Recipient::Staff {
                    unit: one.unit.clone(),
                    role: one.role.clone(),
                    person: one.person.clone(),
                    cc: one.cc,
                },
                via: via.name().to_owned(),
                template: format!("staff.{slip}"),
                facts: facts.clone(),
                not_before: not_before_staff(set, *via, night, now),
                expires: None,
            });
        }
    }
    let alarms = told.vacant.into_iter().map(|(role, told)| Record::Alarm {
        key: key.clone(),
        role,
        unit: unit.clone(),
        told,
    });
    (messages, alarms.collect())
}

fn to_resident(
    ticket: &Ticket,
    set: &PolicySet,
    round: u32,
    expires: Option<Timestamp>,
    now: Timestamp,
) -> Message {
    let policy = ticket.policy(set);
    let exempt = policy
        .zip(set.quiet.resident.as_ref())
        .is_some_and(|(policy, quiet)| quiet.exempt_policies.contains(&policy.id));
    Message {
        key: format!("{}/r{round}/ask", ticket.no),
        ticket: ticket.no.clone(),
        slip: None,
        to: Recipient::Resident,
        via: ticket.reach.first().cloned().unwrap_or_default(),
        template: "resident.ask".to_owned(),
        facts: Facts {
            no: ticket.no.clone(),
            policy: policy.map(|policy| policy.id.clone()).unwrap_or_default(),
            policy_version: set.version.clone(),
            round,
            link_expires: expires,
            ..Facts::default()
        },
        not_before: if exempt { now } else { not_before_resident(set, now) },
        expires,
    }
}

/// The clock and step of a key, and whether its ladder fires through quiet hours.
fn step_of<'a>(
    ticket: &'a Ticket,
    set: &'a PolicySet,
    key: &StepKey,
) -> Option<(&'a Clock, &'a Step, bool)> {
    let clock = ticket.clocks.iter().find(|clock| clock.key == key.clock)?;
    let (_, ladder) = ticket.rule_of(set, clock)?;
    let ladder = ladder?;
    Some((clock, ladder.steps.get(usize::from(key.step))?, ladder.night))
}

fn facts(ticket: &Ticket, set: &PolicySet, record: &Record, clock: &Clock) -> Facts {
    let Record::Slip { slip, at, scheduled, due, serial, reply_due, unit, to, cc, .. } = record
    else {
        return Facts::default();
    };
    let due_of = |name: &str| ticket.clock(name).map(|clock| clock.due);
    Facts {
        no: ticket.no.clone(),
        policy: ticket.policy(set).map(|policy| policy.id.clone()).unwrap_or_default(),
        policy_version: set.version.clone(),
        round: clock.key.round,
        unit: unit.clone(),
        slip: slip.clone(),
        serial: serial.clone(),
        clock: clock.key.name.clone(),
        due: Some(*due),
        accept_due: due_of("accept"),
        resolve_due: due_of("resolve"),
        dispatched: ticket.dispatched,
        reply_due: *reply_due,
        step_time: Some(*scheduled),
        step: at.clone(),
        reason: ticket.rounds.last().and_then(|round| round.reason.clone()),
        contacts: ticket.contacts,
        stage: ticket.stage.name().to_owned(),
        roles: to.iter().chain(cc).cloned().collect(),
        link_expires: None,
    }
}

/// When a message to staff may leave: quiet hours hold back what is not for the night, digests wait for theirs.
pub fn not_before_staff(set: &PolicySet, via: Via, night: bool, now: Timestamp) -> Timestamp {
    let calendar = &set.calendar;
    if via == Via::Digest {
        return next_time_of_day(calendar, &set.noise.digest_times, now);
    }
    let Some(quiet) = set.quiet.staff.as_ref().filter(|_| !night) else { return now };
    let time = calendar.time_of(now);
    let (from, to) = quiet.hours;
    let in_hours = if from <= to { from <= time && time < to } else { time >= from || time < to };
    let on_rest_day = quiet.rest_days && !calendar.is_workday(calendar.date_of(now));
    if in_hours || on_rest_day { calendar.next_open(now).unwrap_or(now) } else { now }
}

/// When a message to a resident may leave.
pub fn not_before_resident(set: &PolicySet, now: Timestamp) -> Timestamp {
    let Some(quiet) = set.quiet.resident.as_ref() else { return now };
    let time = set.calendar.time_of(now);
    let (from, to) = quiet.allowed;
    if from <= time && time < to { now } else { next_time_of_day(&set.calendar, &[from], now) }
}

/// The next of these local times at or after `now`; `now` itself if there are none.
fn next_time_of_day(calendar: &Calendar, times: &[Time], now: Timestamp) -> Timestamp {
    let today = calendar.date_of(now);
    let days = [Some(today), today.tomorrow().ok()];
    days.into_iter()
        .flatten()
        .flat_map(|day| times.iter().map(move |time| (day, *time)))
        .map(|(day, time)| calendar.at(day, time))
        .filter(|at| *at >= now)
        .min()
        .unwrap_or(now)
}
