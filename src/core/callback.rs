//! The callback of one round: attempts by phone, the question by message, one reminder, and
//! the one outcome it ends in.
//!
//! A callback that brings no answer ends in an outcome of its own, never in a good answer:
//! `unreached` when every attempt is used and the link has run out, `refused` when the
//! resident says so, `no_route` where the policy lets duban say so itself.
//!
//! Invariants, each a test of the same name:
//! * `a_second_miss_in_the_same_band_is_no_new_attempt`
//! * `nobody_is_satisfied_by_default`
//! * `unreached_needs_every_attempt_and_the_end_of_the_link`
//! * `one_reminder_and_none_after_an_answer`

use jiff::civil::Time;
use serde::{Deserialize, Serialize};

use super::{
    clock::{Clock, step_after},
    event::{Event, Kind},
    policy::{AskMode, AskRule, Attempts, Outcome, OutcomeRule, Policy, PolicySet},
    record::{AskOutcome, Record},
    span::Span,
    ticket::{Round, Stage, Ticket},
    timestamp::Timestamp,
};

/// How long a link is good where no policy says: three days.
const LINK_TTL: Span = Span::Elapsed(72 * 3_600_000);
/// Attempts of one round that are kept; a desk that calls more often than this changes nothing.
const TRIES_MAX: usize = 32;

/// What the callback of a ticket has come to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Callback {
    /// Calls of this round that nobody took.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tries: Vec<Try>,
    /// The question of this round by message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub question: Option<Question>,
    /// When the resident said on the phone that they do not want to answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refused: Option<Timestamp>,
    /// The resident wants no messages.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub opted_out: bool,
    /// How each round ended, the first before the last (初评, 终评).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub evaluations: Vec<Evaluation>,
}

/// A call nobody took.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Try {
    pub at: Timestamp,
    /// Whether it counts as an attempt of its own.
    pub counts: bool,
}

/// The resident was asked by message, or could not be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    pub at: Timestamp,
    pub outcome: AskOutcome,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires: Option<Timestamp>,
    /// Reminders that followed.
    #[serde(default)]
    pub reminded: u32,
}

/// What one round came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evaluation {
    pub round: u32,
    pub at: Timestamp,
    pub outcome: Outcome,
    /// The way an answer came; `None`: there is no answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel: Option<Channel>,
}

/// The way an answer came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// Somebody called and typed the answer in.
    Phone,
    /// Digits in reply to a message.
    Sms,
    /// The page behind a link.
    Link,
    /// The platform did not say, or named a way of its own.
    Other,
}

impl Channel {
    /// As states and exports write it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Phone => "phone",
            Self::Sms => "sms",
            Self::Link => "link",
            Self::Other => "other",
        }
    }

    /// The way the event of an answer came.
    pub fn of(event: &Event) -> Self {
        match event.text("via").or_else(|| event.text("channel")) {
            Some("phone" | "voice" | "call") => Self::Phone,
            Some("sms" | "digits") => Self::Sms,
            Some("link" | "web" | "page") => Self::Link,
            None if event.data.contains_key("digits") => Self::Sms,
            None if event.data.contains_key("call") => Self::Phone,
            Some(_) | None => Self::Other,
        }
    }

    /// Whether the resident answered with their own hands.
    pub fn is_own_act(self) -> bool {
        matches!(self, Self::Sms | Self::Link)
    }
}

/// What came of a call to the resident.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Call {
    /// Somebody took it.
    Taken,
    /// Nobody took it: unanswered, busy, switched off.
    Missed,
    /// The resident does not want to be asked.
    Refused,
}

impl Call {
    /// What a `callback_tried` event says.
    pub fn of(event: &Event) -> Self {
        match event.text("result") {
            Some("answered" | "connected" | "reached") => Self::Taken,
            Some("refused" | "declined") => Self::Refused,
            _ => Self::Missed, // a try that does not say what came of it brought nothing
        }
    }
}

/// Why a missed call is no attempt of its own.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoAttempt {
    #[error("a call in the same part of the day as an earlier attempt is no new attempt")]
    SameBand,
    #[error("a call outside the hours of callbacks is no attempt")]
    OutsideBands,
    #[error("the next attempt counts from {0} on")]
    TooSoon(Timestamp),
}

impl Callback {
    /// Whether there is nothing to keep.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Attempts of this round that count.
    pub fn attempts(&self) -> u32 {
        self.tries.iter().filter(|one| one.counts).count() as u32
    }

    /// Forgets what belongs to the round before.
    pub fn open_round(&mut self) {
        self.tries.clear();
        self.question = None;
        self.refused = None;
    }

    /// Notes a missed call, and why it is no attempt of its own if it is none.
    pub fn miss(
        &mut self,
        set: &PolicySet,
        rule: Option<&Attempts>,
        at: Timestamp,
    ) -> Result<(), NoAttempt> {
        let verdict = rule.map_or(Ok(()), |rule| self.is_attempt(set, rule, at));
        if self.tries.len() < TRIES_MAX {
            self.tries.push(Try { at, counts: verdict.is_ok() });
        }
        verdict
    }

    fn is_attempt(&self, set: &PolicySet, rule: &Attempts, at: Timestamp) -> Result<(), NoAttempt> {
        let band = |at| band_of(&rule.bands, set.calendar.time_of(at));
        let own = band(at);
        if own.is_none() && !rule.bands.is_empty() {
            return Err(NoAttempt::OutsideBands);
        }
        let counted = || self.tries.iter().filter(|one| one.counts);
        if let Some(last) = counted().next_back() {
            let next = step_after(set, last.at, rule.min_gap);
            if at < next {
                return Err(NoAttempt::TooSoon(next));
            }
        }
        if rule.different_band && own.is_some() && counted().any(|one| band(one.at) == own) {
            return Err(NoAttempt::SameBand);
        }
        Ok(())
    }
}

/// The part of the day a local time lies in.
fn band_of(bands: &[(Time, Time)], time: Time) -> Option<usize> {
    bands.iter().position(|(from, to)| *from <= time && time < *to)
}

impl Ticket {
    /// What the round came to, if it has come to anything.
    pub fn evaluation(&self) -> Option<&Evaluation> {
        let round = self.round();
        self.callback.evaluations.iter().rev().find(|one| one.round == round)
    }

    /// Whether a callback was due on this ticket: it was resolved under a policy that asks and
    /// counts, and neither merged nor withdrawn. What coverage divides by.
    pub fn owes_callback(&self, set: &PolicySet) -> bool {
        let counts = |round: &Round| set.policies.get(round.policy).is_some_and(|p| p.in_rates);
        let asks = |clock: &Clock| {
            let rule = self.rule_of(set, clock).map(|(rule, _)| rule.ask_mode);
            rule.is_some_and(|mode| mode != AskMode::None)
        };
        let left = [Kind::Merged, Kind::Withdrawn].iter().any(|kind| self.seen.contains_key(kind));
        let asked = self.clocks.iter().any(asks) || !self.callback.evaluations.is_empty();
        asked && !left && self.rounds.first().is_some_and(counts)
    }

    /// Notes what the current round came to; an answer replaces whatever stood there, nothing
    /// else does.
    pub(super) fn evaluate(&mut self, at: Timestamp, outcome: Outcome, channel: Option<Channel>) {
        let round = self.round();
        let own = Evaluation { round, at, outcome, channel };
        let list = &mut self.callback.evaluations;
        match list.iter_mut().find(|one| one.round == round) {
            None => list.push(own),
            Some(one) if outcome == Outcome::Answered => *one = own,
            Some(_) => {}
        }
    }

    /// Whether the resident of this ticket is only ever called.
    fn is_phone_only(&self, rules: &Rules<'_>) -> bool {
        rules.outcome.is_some_and(|rule| rule.care_by_phone) && self.attributes.needs_care()
    }
}

/// The rules that hold for the callback of a ticket: its own policy's, else those of the
/// policy for callbacks, else the first the set has.
#[derive(Clone, Copy, Debug)]
pub struct Rules<'s> {
    pub attempts: Option<&'s Attempts>,
    pub ask: Option<&'s AskRule>,
    pub outcome: Option<&'s OutcomeRule>,
}

impl<'s> Rules<'s> {
    /// The rules for this ticket.
    pub fn of(ticket: &Ticket, set: &'s PolicySet) -> Self {
        let of_callbacks = |policy: &&Policy| {
            let kinds = policy.select.keys.get("kind");
            kinds.is_some_and(|kinds| kinds.iter().any(|kind| kind == "callback"))
        };
        let shared = set.policies.iter().find(of_callbacks);
        let in_order: Vec<&Policy> = ticket.policy(set).into_iter().chain(shared).collect();
        let anywhere = || set.policies.iter().find_map(|policy| policy.ask.as_ref());
        Self {
            attempts: in_order.iter().find_map(|policy| policy.attempts.as_ref()),
            ask: in_order.iter().find_map(|policy| policy.ask.as_ref()).or_else(anywhere),
            outcome: in_order.iter().find_map(|policy| policy.outcome.as_ref()),
        }
    }
}

/// The open callback clock of the current round, and how it asks.
fn open_clock<'t>(ticket: &'t Ticket, set: &PolicySet) -> Option<(&'t Clock, AskMode)> {
    let round = ticket.round();
    let mut open = ticket.clocks.iter().filter(|one| one.key.round == round && one.is_running());
    open.find_map(|clock| {
        let (rule, _) = ticket.rule_of(set, clock)?;
        (rule.ask_mode != AskMode::None).then_some((clock, rule.ask_mode))
    })
}

/// Asks the resident once a round: as soon as the callback clock runs where its policy asks by
/// message, after the first call nobody took where a person calls first.
pub fn question(ticket: &Ticket, set: &PolicySet, now: Timestamp) -> Option<Record> {
    let round = ticket.round();
    if ticket.asked_round >= round || ticket.stage < Stage::Resolved {
        return None;
    }
    let (clock, mode) = open_clock(ticket, set)?;
    let rules = Rules::of(ticket, set);
    if ticket.is_phone_only(&rules) {
        return None;
    }
    let since = match mode {
        AskMode::Message | AskMode::MessageOnly => clock.started,
        AskMode::PhoneFirst => {
            let misses = rules.ask.map_or(1, |rule| rule.after_unanswered.max(1));
            ticket.callback.tries.get(misses as usize - 1)?.at.max(clock.started)
        }
        AskMode::None => return None,
    };
    let expires = step_after(set, since, rules.ask.map_or(LINK_TTL, |rule| rule.link_ttl));
    let outcome = match () {
        () if ticket.callback.opted_out => AskOutcome::OptedOut,
        () if ticket.reach.is_empty() => AskOutcome::NoRoute,
        () if expires <= now => AskOutcome::TooLate,
        () => AskOutcome::Sent,
    };
    let expires = (outcome == AskOutcome::Sent).then_some(expires);
    Some(Record::Asked { round, outcome, expires })
}

/// How a callback that waits for nothing more ends, and why; it is owed from `at` on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct End {
    pub at: Timestamp,
    pub outcome: Outcome,
    pub reason: &'static str,
}

/// The end the callback of this round will come to if nothing more happens.
pub fn end(ticket: &Ticket, set: &PolicySet) -> Option<End> {
    if ticket.stage != Stage::Resolved || ticket.ended.is_some() || ticket.evaluation().is_some() {
        return None;
    }
    let (clock, mode) = open_clock(ticket, set)?;
    let rules = Rules::of(ticket, set);
    let default = OutcomeRule::default();
    let outcomes = rules.outcome.unwrap_or(&default);
    let callback = &ticket.callback;
    if let Some(at) = callback.refused {
        let reason = "the resident does not want to answer";
        return Some(End { at, outcome: outcomes.refused, reason });
    }
    let question = callback.question.as_ref();
    let asked = question.map(|question| question.outcome);
    if let (Some(AskOutcome::NoRoute), Some(outcome)) = (asked, outcomes.no_route) {
        let reason = "no way to reach the resident is known";
        return Some(End { at: clock.started, outcome, reason });
    }
    let calls = match mode {
        AskMode::MessageOnly => 0,
        // Where no policy limits the calls, a person says when it is enough.
        AskMode::Message | AskMode::PhoneFirst | AskMode::None => rules.attempts?.phone_max.max(1),
    };
    if callback.attempts() < calls {
        return None;
    }
    let last_call = callback.tries.iter().filter(|one| one.counts).map(|one| one.at).max();
    let by_message = match asked {
        Some(AskOutcome::Sent) => question.and_then(|question| question.expires),
        Some(AskOutcome::NoRoute | AskOutcome::OptedOut | AskOutcome::TooLate) => None,
        // Not asked yet: either only ever called, or the question is still to come.
        None if ticket.is_phone_only(&rules) => None,
        None => return None,
    };
    // With neither a call nor a message nobody was asked at all; a person has to see to it.
    let at = by_message.max(last_call)?;
    let reason = "nobody answered any call or message";
    Some(End { at, outcome: outcomes.no_answer, reason })
}

/// The reminder that is owed, if the question was asked and nobody answered, and when.
pub fn reminder(ticket: &Ticket, set: &PolicySet) -> Option<(Timestamp, Record)> {
    let question = ticket.callback.question.as_ref()?;
    let (expires, round) = (question.expires?, ticket.round());
    let rule = Rules::of(ticket, set).ask?;
    let silent = ticket.answers.iter().all(|answer| answer.round != round)
        && ticket.evaluation().is_none()
        && ticket.callback.refused.is_none()
        && !ticket.callback.opted_out
        && ticket.ended.is_none();
    if !silent || question.reminded >= rule.reminders || open_clock(ticket, set).is_none() {
        return None;
    }
    let nth = question.reminded + 1;
    let wait = |from, _| step_after(set, from, rule.reminder_after);
    let at = (0..nth).fold(question.at, wait);
    let record = Record::Reminded { round, nth, expires };
    (at < expires).then_some((at, record))
}

/// When a callback needs looking at again: its reminder, its end.
pub fn next_look(ticket: &Ticket, set: &PolicySet, now: Timestamp) -> Option<Timestamp> {
    let reminder = reminder(ticket, set).map(|(at, _)| at);
    let end = end(ticket, set).map(|end| end.at);
    reminder.into_iter().chain(end).filter(|at| *at > now).min()
}

/// Whether a question or reminder still has its reason at the moment of sending.
pub fn is_relevant(ticket: &Ticket, round: u32) -> bool {
    ticket.round() == round
        && !ticket.callback.opted_out
        && ticket.evaluation().is_none()
        && ticket.answers.iter().all(|answer| answer.round != round)
}

#[cfg(test)]
mod tests;
