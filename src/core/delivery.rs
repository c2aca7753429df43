//! From a decision to messages: who is told, by which ways, not before when.
//!
//! Quiet hours move only the sending; the due, the step and the score stay.

use jiff::civil::Time;

use super::{
    calendar::Calendar,
    clock::Clock,
    message::{Facts, Message, NoteText, Recipient},
    notice::Notice,
    org::Org,
    policy::{PolicySet, Step, Via},
    record::{AskOutcome, Record, StepKey},
    span::Span,
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
        Record::Notice(notice) => of_notice(ticket, set, org, notice, now),
        Record::Flag { .. }
        | Record::Asked { .. }
        | Record::Skipped { .. }
        | Record::Refused { .. }
        | Record::Policy { .. }
        | Record::Alarm { .. } => (Vec::new(), Vec::new()),
    }
}

/// A slip as it is issued: by the unit that stands above the handling one in the role its kind names.
pub fn issued(set: &PolicySet, org: &Org, mut record: Record, now: Timestamp) -> Record {
    if let Record::Slip { slip, unit, issuer, .. } = &mut record {
        let role = set.slips.get(slip).and_then(|kind| kind.issuer.as_deref());
        let above = role.and_then(|role| org.unit_of(unit, role, now));
        *issuer = above.unwrap_or_default().to_owned();
    }
    record
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

/// Word of a decision to the roles it names, or to the resident.
fn of_notice(
    ticket: &Ticket,
    set: &PolicySet,
    org: &Org,
    notice: &Notice,
    now: Timestamp,
) -> (Vec<Message>, Vec<Record>) {
    let key = notice.key(&ticket.no);
    let due_of = |name: &str| ticket.clock(name).map(|clock| clock.due);
    let facts = Facts {
        no: ticket.no.clone(),
        policy: ticket.policy(set).map(|policy| policy.id.clone()).unwrap_or_default(),
        policy_version: set.version.clone(),
        round: ticket.round(),
        unit: notice.unit.clone(),
        due: notice.due,
        accept_due: due_of("accept"),
        resolve_due: due_of("resolve"),
        dispatched: ticket.dispatched,
        reason: notice.reason.clone(),
        contacts: ticket.contacts,
        stage: ticket.stage.name().to_owned(),
        roles: notice.roles.clone(),
        ..Facts::default()
    };
    let message = |key: String, to: Recipient, via: &str, not_before: Timestamp| Message {
        key,
        ticket: ticket.no.clone(),
        slip: None,
        to,
        via: via.to_owned(),
        template: notice.text.clone(),
        facts: facts.clone(),
        not_before,
        expires: None,
    };
    if notice.is_for_resident() {
        let via = ticket.reach.first().map(String::as_str).unwrap_or_default();
        let not_before = resident_may_hear(ticket, set, now);
        return (vec![message(key, Recipient::Resident, via, not_before)], Vec::new());
    }
    let told = org.recipients(set, &notice.unit, &notice.roles, &[], now);
    let mut messages = Vec::new();
    for one in told.recipients {
        let name = one.person.clone().unwrap_or_else(|| one.role.clone());
        for via in notice.via.iter().filter_map(|via| Via::of(via)) {
            let to = Recipient::Staff {
                unit: one.unit.clone(),
                role: one.role.clone(),
                person: one.person.clone(),
                cc: one.cc,
            };
            let key = format!("{key}/{}/{name}/{}", one.unit, via.name());
            let not_before = not_before_staff(set, via, false, now);
            messages.push(message(key, to, via.name(), not_before));
        }
    }
    (messages, Vec::new())
}

/// When a message about this ticket may go to its resident.
fn resident_may_hear(ticket: &Ticket, set: &PolicySet, now: Timestamp) -> Timestamp {
    let exempt = ticket
        .policy(set)
        .zip(set.quiet.resident.as_ref())
        .is_some_and(|(policy, quiet)| quiet.exempt_policies.contains(&policy.id));
    if exempt { now } else { not_before_resident(set, now) }
}

fn to_resident(
    ticket: &Ticket,
    set: &PolicySet,
    round: u32,
    expires: Option<Timestamp>,
    now: Timestamp,
) -> Message {
    let policy = ticket.policy(set);
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
        not_before: resident_may_hear(ticket, set, now),
        expires,
    }
}

/// What the texts about a slip may say.
pub fn slip_facts(ticket: &Ticket, set: &PolicySet, record: &Record) -> Option<Facts> {
    let Record::Slip { key, .. } = record else { return None };
    step_of(ticket, set, key).map(|(clock, _, _)| facts(ticket, set, record, clock))
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
    let Record::Slip {
        slip,
        at,
        scheduled,
        due,
        serial,
        reply_due,
        unit,
        to,
        cc,
        issuer,
        note,
        on,
        ..
    } = record
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
        together: Vec::new(),
        issuer: issuer.clone(),
        note: note.as_deref().and_then(|name| set.note_named(name)).map(NoteText::from),
        on: on.clone(),
    }
}

/// When a message to staff may leave: quiet hours hold back what is not for the night, digests wait for theirs.
pub fn not_before_staff(set: &PolicySet, via: Via, night: bool, now: Timestamp) -> Timestamp {
    let calendar = &set.calendar;
    if via == Via::Digest {
        return next_time_of_day(calendar, &set.noise.digest_times, now);
    }
    if night {
        return now;
    }
    let Some(quiet) = set.quiet.staff.as_ref() else { return gathered(set, now) };
    let time = calendar.time_of(now);
    let (from, to) = quiet.hours;
    let in_hours = if from <= to { from <= time && time < to } else { time >= from || time < to };
    let on_rest_day = quiet.rest_days && !calendar.is_workday(calendar.date_of(now));
    let awake = if in_hours || on_rest_day { calendar.next_open(now).unwrap_or(now) } else { now };
    gathered(set, awake)
}

/// The end of the span of `gather` in which `at` lies; `at` itself where messages do not gather.
fn gathered(set: &PolicySet, at: Timestamp) -> Timestamp {
    let Some(Span::Elapsed(span)) = set.noise.gather else { return at };
    let midnight = set.calendar.at(set.calendar.date_of(at), Time::midnight());
    let spans = (at.since(midnight) + span - 1).div_euclid(span);
    midnight.plus_ms(spans * span)
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
