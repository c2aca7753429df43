//! The explanation as a person reads it in a terminal.

use std::fmt::{self, Write as _};

use super::{Story, state_word};
use crate::core::{
    attributes::hide_care,
    clock::{Base, Clock, State},
    event::Event,
    fact::Fact,
    message::Recipient,
    receipt::Delivery,
    record::Record,
    timestamp::Timestamp,
};
use crate::{intake::canon::CALLER, store::MessageRow};

/// What stands in an event and tells a reader nothing.
const UNSAID: [&str; 2] = ["note", CALLER];

impl Story {
    /// The whole explanation.
    pub fn text(&self, now: Timestamp) -> String {
        let mut out = String::new();
        self.write(&mut out, now).expect("writing into a String does not fail");
        out
    }

    fn write(&self, out: &mut String, now: Timestamp) -> fmt::Result {
        self.head(out, now)?;
        writeln!(out, "\nClocks")?;
        for clock in &self.ticket.clocks {
            self.clock(out, clock, now)?;
        }
        if self.ticket.clocks.is_empty() {
            writeln!(out, "  none: no policy clock has started")?;
        }
        writeln!(out, "\nJournal (occurred, arrived)")?;
        for (row, fact) in self.facts() {
            let told = fact.map_or_else(|| "unreadable".to_owned(), |fact| self.fact(&fact));
            let late = if row.arrived > row.at.plus_ms(60_000) {
                format!(", arrived {}", self.local(row.arrived))
            } else {
                String::new()
            };
            writeln!(out, "  {:>3}  {}{late}  {told}", row.seq, self.local(row.at))?;
        }
        writeln!(out, "\nMessages")?;
        for row in &self.messages {
            let whom = match &row.message.to {
                Recipient::Resident => "the resident".to_owned(),
                Recipient::Staff { unit, role, person, away, cc } => {
                    let who = person.as_deref().unwrap_or("nobody");
                    let away = away.as_ref().map(|away| format!(" for {away}")).unwrap_or_default();
                    format!("{role} of {unit} ({who}{away}){}", if *cc { ", in copy" } else { "" })
                }
            };
            let when = row
                .done
                .map_or(format!("offered at {}", self.local(row.offer_at)), |at| self.local(at));
            let answer = row.provider.as_deref().or(row.reason.as_deref()).unwrap_or("");
            let channel = row.channel.as_deref().unwrap_or("no channel yet");
            let (via, state, attempt) = (&row.message.via, &row.state, row.attempt);
            writeln!(
                out,
                "  {} to {whom} by {via}: {state} {when}, {channel}, try {attempt} {answer}{}",
                row.message.template,
                self.delivery(row)
            )?;
        }
        if self.messages.is_empty() {
            writeln!(out, "  none")?;
        }
        self.what_next(out)
    }

    /// What the receipts of a message came to.
    fn delivery(&self, row: &MessageRow) -> String {
        let Some(delivery) = &row.delivery else { return String::new() };
        let at = row.delivery_at.map(|at| format!(" at {}", self.local(at))).unwrap_or_default();
        let code = row.delivery_code.as_deref().filter(|code| !code.is_empty());
        let code = code.map(|code| format!(" ({code})")).unwrap_or_default();
        format!("; receipt: {delivery}{at}{code}")
    }

    fn head(&self, out: &mut String, now: Timestamp) -> fmt::Result {
        let ticket = &self.ticket;
        let stage = ticket.stage.name();
        let state =
            if ticket.ended.is_some() { stage.to_owned() } else { format!("open, {stage}") };
        writeln!(out, "Ticket {}: {state}, round {}", ticket.no, ticket.round())?;
        if let Some(unit) = &ticket.unit {
            let first = ticket.first_unit.as_ref().filter(|first| *first != unit);
            let first = first.map(|first| format!(" (first receiver {first})")).unwrap_or_default();
            let hops = match ticket.hops.len() {
                0 | 1 => String::new(),
                more => format!(", after {more} dispatches"),
            };
            writeln!(out, "Unit {unit}{first}{hops}")?;
        }
        if let Some(since) = ticket.received {
            let waits = span_text(self.resident_ms(since, now));
            writeln!(
                out,
                "Resident clock: since {}, {waits} (it never pauses)",
                self.local(since)
            )?;
        }
        let Some(policy) = self.policy() else {
            return writeln!(out, "No policy takes this ticket");
        };
        let frozen =
            if ticket.frozen.is_some() { "frozen to" } else { "not frozen yet, judged by" };
        writeln!(
            out,
            "Policy {} ({}), {frozen} set {} version {} hash {}",
            policy.id,
            policy.en,
            self.set.id,
            self.set.version,
            self.set.hash.get(..12).unwrap_or_default()
        )?;
        self.why_policy(out, policy)?;
        self.basis(out)?;
        self.stages(out, now)
    }

    fn clock(&self, out: &mut String, clock: &Clock, now: Timestamp) -> fmt::Result {
        let calendar = &self.set.calendar;
        let base = match clock.base {
            Base::Elapsed => "elapsed",
            Base::Working => "working",
        };
        let unit = if clock.key.unit.is_empty() {
            String::new()
        } else {
            format!(" of {}", clock.key.unit)
        };
        writeln!(
            out,
            "  {}{unit}, round {}: {}",
            clock.key.label(),
            clock.key.round,
            state_word(clock, now)
        )?;
        let rule = self.ticket.rule_of(&self.set, clock).map(|(rule, _)| rule);
        let span = rule
            .and_then(|rule| rule.span_for(&self.ticket.attributes))
            .map_or("the deadline given".to_owned(), |span| span.to_string());
        writeln!(
            out,
            "      started {} + {span} = {} of {base} time -> due {}",
            self.local(clock.started),
            span_text(clock.budget_ms),
            self.local(clock.due)
        )?;
        self.why_due(out, clock)?;
        match &clock.state {
            State::Running => {
                let left = clock.base.measure(calendar, now, clock.due);
                let words = if left >= 0 { "left" } else { "over" };
                writeln!(
                    out,
                    "      used {}, {} {words}",
                    span_text(clock.spent_ms(calendar, now)),
                    span_text(left.abs())
                )?;
            }
            State::Paused { at, remaining_ms } => {
                let until = self.ticket.pause.as_ref().map(|pause| self.local(pause.until));
                writeln!(
                    out,
                    "      stands still since {}, {} remain; goes on by itself at {}",
                    self.local(*at),
                    span_text(*remaining_ms),
                    until.unwrap_or_default()
                )?;
            }
            State::Stopped { at, by, .. } => {
                writeln!(
                    out,
                    "      stopped by `{by}` at {}, used {}",
                    self.local(*at),
                    span_text(clock.spent_ms(calendar, *at))
                )?;
            }
            State::Cancelled { at } => {
                writeln!(out, "      ended without a verdict at {}", self.local(*at))?;
            }
            State::Replaced { at } => {
                let at = self.local(*at);
                writeln!(out, "      goes on under other rules from {at} on, as its next turn")?;
            }
        }
        for one in self.ticket.extensions.iter().filter(|_| {
            rule.is_some_and(|rule| Some(&rule.name) == self.policy().map(|p| &p.deadline_clock))
        }) {
            writeln!(
                out,
                "      extended by {} at {}: {} -> {}",
                one.span,
                self.local(one.at),
                self.local(one.due_before),
                self.local(one.due_after)
            )?;
        }
        if clock.is_running() {
            for (at, slip, to, time) in self.ahead(clock) {
                writeln!(
                    out,
                    "      ahead {at} at {}: {slip} to {}",
                    self.local(time),
                    to.join(", ")
                )?;
            }
        }
        Ok(())
    }

    fn fact(&self, fact: &Fact) -> String {
        match fact {
            Fact::Event(event) => told_event(event),
            Fact::Record(record) => self.told_record(record),
        }
    }

    fn told_record(&self, record: &Record) -> String {
        match record {
            Record::Slip { key, slip, at, scheduled, due, serial, to, cc, .. } => {
                let serial =
                    serial.as_deref().map(|serial| format!(" {serial}")).unwrap_or_default();
                let cc = if cc.is_empty() {
                    String::new()
                } else {
                    format!(", copy to {}", cc.join(", "))
                };
                format!(
                    "slip {slip}{serial}: {} {at} (stood at {}, due {}) to {}{cc}",
                    key.clock.label(),
                    self.local(*scheduled),
                    self.local(*due),
                    to.join(", ")
                )
            }
            Record::Skipped { key, slip, at, scheduled, reason } => format!(
                "skipped {slip}: {} {at} stood at {}, {}",
                key.clock.label(),
                self.local(*scheduled),
                reason.as_deref().unwrap_or("a higher step was due already")
            ),
            Record::Refused { seq, event, reason } => {
                format!("refused `{event}` of line {seq}: {reason}")
            }
            Record::Policy { set, version, policy, .. } => {
                format!("judged by policy {policy} of {set} {version} from here on")
            }
            Record::Asked { round, outcome, expires } => {
                let expires = expires
                    .map(|at| format!(", link good until {}", self.local(at)))
                    .unwrap_or_default();
                let outcome = match outcome {
                    crate::core::record::AskOutcome::Sent => "asked",
                    crate::core::record::AskOutcome::NoRoute => {
                        "not asked: no way to reach them is known"
                    }
                    crate::core::record::AskOutcome::OptedOut => "not asked: they want no messages",
                    crate::core::record::AskOutcome::TooLate => {
                        "not asked: the resolution was heard of too late"
                    }
                };
                format!("the resident of round {round} was {outcome}{expires}")
            }
            Record::Reminded { nth, .. } => format!("the resident is reminded, time {nth}"),
            Record::Told { event, template, outcome, .. } => match outcome {
                crate::core::record::TellOutcome::Sent => {
                    format!("the resident is told of `{event}` ({template})")
                }
                crate::core::record::TellOutcome::TooLate => {
                    format!("the resident was not told of `{event}`: too late for that")
                }
            },
            Record::Merged { slip, into, person } => {
                format!("one message to {person} for {slip} and {into}")
            }
            Record::StandIn { role, unit, person, told, .. } => match person {
                Some(person) => {
                    format!("{told} was told as {role} of {unit} for {person}, who is away")
                }
                None => format!("{told} of {unit} was told: the desk `{role}` is off duty"),
            },
            Record::Flag { flag, evidence, .. } => {
                format!("flag {flag}: {}", serde_json::Value::Object(evidence.clone()))
            }
            Record::Notice(notice) if notice.is_for_resident() => {
                format!("the resident is told: {}", notice.text)
            }
            Record::Notice(notice) => {
                format!("{} of {} is told: {}", notice.roles.join(", "), notice.unit, notice.text)
            }
            Record::Alarm { role, unit, told, .. } => match told {
                Some(person) => {
                    format!("alarm: nobody is {role} of {unit}; told {person} above instead")
                }
                None => {
                    format!("alarm: nobody is {role} of {unit} and nobody above; nobody was told")
                }
            },
            Record::Occurred { period, at, passed: false, .. } => {
                format!("period {period} came at {}", self.local(*at))
            }
            Record::Occurred { period, .. } => format!("period {period} was passed over"),
            Record::Slot { ticket, from, until } => {
                format!("gave {ticket} the slot {} to {}", self.local(*from), self.local(*until))
            }
            Record::Sent { to, channel, .. } => format!("{channel} took a message to {to}"),
            Record::Delivery { to, channel, delivery, code, .. } => {
                let code = if code.is_empty() { String::new() } else { format!(" ({code})") };
                let how = match delivery {
                    Delivery::Delivered => "was delivered",
                    Delivery::Failed => "was not delivered",
                    Delivery::Never => "cannot be delivered",
                };
                format!("the message to {to} by {channel} {how}{code}")
            }
            Record::FellBack { why, next: Some(next), .. } => format!("went on to {next}: {why}"),
            Record::FellBack { why, next: None, .. } => {
                format!("alarm: nobody is left to tell: {why}")
            }
            Record::Grouped { group, ticket, undo: true, .. } => {
                format!("took back from {ticket} what it was told of group {group}")
            }
            Record::Grouped { group, ticket, count, .. } => {
                format!("told {ticket} of group {group}, with {count} counted")
            }
        }
    }

    fn what_next(&self, out: &mut String) -> fmt::Result {
        match (self.next(), self.row.next_look) {
            (_, None) => writeln!(out, "\nNext: nothing until something happens"),
            (Some((step, slip, to, time)), Some(_)) => {
                writeln!(out, "\nNext: {step} at {}: {slip} to {}", self.local(time), to.join(", "))
            }
            (None, Some(look)) => writeln!(out, "\nNext: a look at {}", self.local(look)),
        }
    }
}

fn told_event(event: &Event) -> String {
    let mut told = event.kind.name().to_owned();
    let parts = [
        ("unit", &event.unit),
        ("by", &event.by),
        ("category", &event.category),
        ("urgency", &event.urgency),
    ];
    for (name, text) in parts {
        if let Some(text) = text {
            let _ = write!(told, " {name}={text}");
        }
    }
    if let Some(deadline) = event.deadline {
        let _ = write!(told, " deadline={deadline}");
    }
    let mut data = event.data.clone();
    hide_care(&mut data);
    for (key, value) in data.iter().filter(|(key, _)| !UNSAID.contains(&key.as_str())) {
        let _ = write!(told, " {key}={value}");
    }
    told
}

/// Milliseconds as days of 24 hours, hours and minutes.
pub(super) fn span_text(ms: i64) -> String {
    let minutes = ms / 60_000;
    match (minutes / 1_440, minutes / 60 % 24, minutes % 60) {
        (0, 0, m) => format!("{m}m"),
        (0, h, m) => format!("{h}h{m:02}m"),
        (d, h, m) => format!("{d}d{h:02}h{m:02}m"),
    }
}
