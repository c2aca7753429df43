//! From a decision to messages: who is told, by which ways, not before when.
//!
//! Quiet hours move only the sending; the due, the step and the score stay.

use jiff::civil::Time;

use super::{
    calendar::Calendar,
    callback,
    clock::Clock,
    message::{Facts, Message, NoteText, Recipient},
    news,
    notice::Notice,
    org::{About, Org},
    policy::{AskRule, PolicySet, Step, Via},
    record::{AskOutcome, Record, StepKey},
    slip::COLOURS,
    span::Span,
    ticket::Ticket,
    timestamp::Timestamp,
};

/// The text of questions with both ways of answering.
pub const ASK: &str = "resident.ask";
/// The text of questions with a link, after a call nobody took.
pub const LINK: &str = "resident.eval_link";
/// The texts of questions with digits, and of the reminder.
const DIGITS: &str = "resident.eval_digits";
const REMIND: &str = "resident.eval_remind";

/// The text for whoever got a slip that was taken back.
pub const TAKEN_BACK: &str = "staff.withdrawn";

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
        Record::Asked { round, outcome: AskOutcome::Sent, expires: Some(expires) } => {
            (vec![question(ticket, set, *round, *expires, now)], Vec::new())
        }
        Record::Reminded { round, nth, expires } => {
            (vec![reminder(ticket, set, (*round, *nth), *expires, now)], Vec::new())
        }
        Record::Told { .. } => {
            let not_before = may_leave(ticket, set, now);
            (news::message(ticket, set, record, not_before).into_iter().collect(), Vec::new())
        }
        Record::Notice(notice) => of_notice(ticket, set, org, notice, now),
        Record::Flag { .. }
        | Record::Asked { .. }
        | Record::Skipped { .. }
        | Record::Refused { .. }
        | Record::Policy { .. }
        | Record::Alarm { .. }
        | Record::Grouped { .. }
        | Record::Slot { .. }
        | Record::Sent { .. }
        | Record::Delivery { .. }
        | Record::FellBack { .. }
        | Record::Occurred { .. }
        | Record::StandIn { .. }
        | Record::Merged { .. } => (Vec::new(), Vec::new()),
    }
}

/// A slip as it is issued: by the unit that stands above the handling one in the role its kind names.
pub fn issued(set: &PolicySet, org: &Org, mut record: Record, now: Timestamp) -> Record {
    if let Record::Slip { slip, unit, issuer, .. } = &mut record {
        let role = set.slips.get(slip).and_then(|kind| kind.issuer.as_deref());
        let above = role.and_then(|role| org.unit_of(unit, role, now));
        above.unwrap_or_default().clone_into(issuer);
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
    let Record::Slip { slip, unit, to, cc, .. } = record else { return Default::default() };
    let told = org.recipients(set, about(ticket, unit), to, cc, now);
    let facts = Facts { urgent: night, ..facts(ticket, set, record, clock) };
    let slip_key = key.text(&ticket.no);
    let mut messages = Vec::new();
    let by_digest = !night && goes_by_digest(set, ticket, slip);
    let ways: &[Via] = if by_digest { &[Via::Digest] } else { &step.via };
    for one in &told.recipients {
        for via in ways {
            let name = one.person.as_deref().unwrap_or(&one.role);
            messages.push(Message {
                key: format!("{slip_key}/{}/{name}/{}", one.unit, via.name()),
                ticket: ticket.no.clone(),
                slip: Some(slip_key.clone()),
                with: Vec::new(),
                to: Recipient::Staff {
                    unit: one.unit.clone(),
                    role: one.role.clone(),
                    person: one.person.clone(),
                    away: one.away.clone(),
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
    let stand_ins = told.stand_ins.into_iter().map(|one| Record::StandIn {
        key: key.clone(),
        role: one.role,
        unit: one.unit,
        person: one.person,
        told: one.told,
    });
    (messages, alarms.chain(stand_ins).collect())
}

/// Whether a slip of this kind is one of many on a ticket that came with others.
pub fn goes_by_digest(set: &PolicySet, ticket: &Ticket, slip: &str) -> bool {
    ticket.links.group.is_some() && set.noise.group_digest.iter().any(|kind| kind == slip)
}

/// Whose roles are meant on a ticket.
fn about<'t>(ticket: &'t Ticket, unit: &'t str) -> About<'t> {
    About { unit, area: ticket.attributes.area.as_deref(), parties: &ticket.parties }
}

/// What one look owes the same person by the same way about the same ticket becomes one message,
/// where the set merges at all: that of the gravest slip. The slips stay, and the journal says where
/// their messages went.
pub fn merge(set: &PolicySet, messages: &mut Vec<Message>) -> Vec<Record> {
    let mut records = Vec::new();
    if set.noise.merge_same_person_within.is_none() || messages.len() < 2 {
        return records;
    }
    let mut merged: Vec<Message> = Vec::with_capacity(messages.len());
    for mut message in std::mem::take(messages) {
        let there = person_of(&message)
            .filter(|_| message.slip.is_some())
            .and_then(|who| merged.iter_mut().find(|there| is_owed_to(there, who, &message.via)));
        let Some(there) = there else {
            merged.push(message);
            continue;
        };
        if rank(set, &message) > rank(set, there) {
            std::mem::swap(there, &mut message);
        }
        let lower = message;
        there.not_before = there.not_before.min(lower.not_before);
        if let (Some(slip), Some(into), Some(person)) =
            (&lower.slip, &there.slip, person_of(&lower))
        {
            let (slip, into) = (slip.clone(), into.clone());
            let record = Record::Merged { slip, into, person: person.to_owned() };
            if !records.contains(&record) {
                records.push(record);
            }
        }
        there.with.extend(lower.slip.into_iter().chain(lower.with));
    }
    *messages = merged;
    records
}

fn person_of(message: &Message) -> Option<&str> {
    match &message.to {
        Recipient::Staff { person, .. } => person.as_deref(),
        Recipient::Resident => None,
    }
}

fn is_owed_to(message: &Message, person: &str, via: &str) -> bool {
    message.slip.is_some() && message.via == via && person_of(message) == Some(person)
}

/// The graver its colour, the higher its role, the later its step: the more a slip says.
fn rank(set: &PolicySet, message: &Message) -> (usize, u8, Option<Timestamp>) {
    let level = match &message.to {
        Recipient::Staff { role, .. } => set.roles.get(role).map_or(0, |role| role.level),
        Recipient::Resident => 0,
    };
    let colour = set.slips.get(&message.facts.slip).map_or("", |slip| slip.colour.as_str());
    let gravity = COLOURS.iter().position(|one| *one == colour).unwrap_or(0);
    (gravity, level, message.facts.step_time)
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
        with: Vec::new(),
        to,
        via: via.to_owned(),
        template: notice.text.clone(),
        facts: facts.clone(),
        not_before,
        expires: None,
    };
    if notice.is_for_resident() {
        let via = ticket.reach.first().map(String::as_str).unwrap_or_default();
        let not_before = may_leave(ticket, set, now);
        return (vec![message(key, Recipient::Resident, via, not_before)], Vec::new());
    }
    let about = about(ticket, &notice.unit);
    let told = org.recipients(set, about, &notice.roles, &[], now);
    let mut messages = Vec::new();
    for one in told.recipients {
        let name = one.person.clone().unwrap_or_else(|| one.role.clone());
        for via in notice.via.iter().filter_map(|via| Via::of(via)) {
            let to = Recipient::Staff {
                unit: one.unit.clone(),
                role: one.role.clone(),
                person: one.person.clone(),
                away: one.away.clone(),
                cc: one.cc,
            };
            let key = format!("{key}/{}/{name}/{}", one.unit, via.name());
            let not_before = not_before_staff(set, via, false, now);
            messages.push(message(key, to, via.name(), not_before));
        }
    }
    (messages, Vec::new())
}

/// The question to the resident, by the ways of answering the policy offers.
fn question(
    ticket: &Ticket,
    set: &PolicySet,
    round: u32,
    expires: Timestamp,
    now: Timestamp,
) -> Message {
    let rule = callback::Rules::of(ticket, set).ask;
    let follows_call = rule.is_some_and(|rule| rule.after_unanswered > 0);
    let (digits, link) = modes(rule);
    let template = match (digits, link) {
        (true, false) => DIGITS,
        // Nobody answered the phone before: say so.
        (false, true) if follows_call && !ticket.callback.tries.is_empty() => LINK,
        (_, _) => ASK,
    };
    let key = format!("{}/r{round}/ask", ticket.no);
    about_callback(ticket, set, (key, template), round, (expires, link), now)
}

/// The reminder of the question; it brings a new link only where a link is the one way to answer.
fn reminder(
    ticket: &Ticket,
    set: &PolicySet,
    (round, nth): (u32, u32),
    expires: Timestamp,
    now: Timestamp,
) -> Message {
    let (digits, link) = modes(callback::Rules::of(ticket, set).ask);
    let key = format!("{}/r{round}/remind/{nth}", ticket.no);
    let named = (key, REMIND);
    about_callback(ticket, set, named, round, (expires, link && !digits), now)
}

/// Whether residents may answer with digits, and through a link; where no policy says: a link.
fn modes(rule: Option<&AskRule>) -> (bool, bool) {
    let Some(rule) = rule else { return (false, true) };
    let has = |mode: &str| rule.modes.iter().any(|one| one == mode);
    (has("digits"), has("link") || rule.modes.is_empty())
}

/// The texts that asking by this rule needs.
pub fn templates(rule: &AskRule) -> Vec<&'static str> {
    let mut needed = match modes(Some(rule)) {
        (true, false) => vec![DIGITS],
        (false, true) if rule.after_unanswered > 0 => vec![ASK, LINK],
        (_, _) => vec![ASK],
    };
    if rule.reminders > 0 {
        needed.push(REMIND);
    }
    needed
}

fn about_callback(
    ticket: &Ticket,
    set: &PolicySet,
    (key, template): (String, &str),
    round: u32,
    (expires, link): (Timestamp, bool),
    now: Timestamp,
) -> Message {
    Message {
        key,
        ticket: ticket.no.clone(),
        slip: None,
        with: Vec::new(),
        to: Recipient::Resident,
        via: ticket.reach.first().cloned().unwrap_or_default(),
        template: template.to_owned(),
        facts: Facts { link_expires: Some(expires), link, ..news::facts(ticket, set, round) },
        not_before: may_leave(ticket, set, now),
        expires: Some(expires),
    }
}

/// When a message to this ticket's resident may leave; some policies do not wait for the morning.
fn may_leave(ticket: &Ticket, set: &PolicySet, now: Timestamp) -> Timestamp {
    let exempt = ticket
        .policy(set)
        .zip(set.quiet.resident.as_ref())
        .is_some_and(|(policy, quiet)| quiet.exempt_policies.contains(&policy.id));
    if exempt { now } else { not_before_resident(set, now) }
}

/// What the texts about a slip may say.
pub fn slip_facts(ticket: &Ticket, set: &PolicySet, record: &Record) -> Option<Facts> {
    let Record::Slip { key, .. } = record else { return None };
    step_of(ticket, set, key).map(|(clock, _, _)| facts(ticket, set, record, clock))
}

/// Tells whoever got a slip that it does not stand any more, by the way it came.
pub fn taken_back_note(set: &PolicySet, sent: Message, now: Timestamp) -> Message {
    let via = Via::of(&sent.via).unwrap_or(Via::Im);
    Message {
        key: format!("{}/withdrawn", sent.key),
        slip: None,
        template: TAKEN_BACK.to_owned(),
        not_before: not_before_staff(set, via, false, now),
        ..sent
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
        title: None,
        lists: Vec::new(),
        report: None,
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
        link: false,
        urgent: false,
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
