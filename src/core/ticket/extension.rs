//! Extensions: a due moves if it was asked for in time, within limits, and granted by who may.

use serde::{Deserialize, Serialize};

use super::{Ticket, permit::Refused};
use crate::core::{
    clock::{Clock, due_after, step_before},
    event::Event,
    policy::{ExtensionRule, PolicySet},
    span::Span,
    timestamp::Timestamp,
};

/// An extension that was granted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Extension {
    #[serde(default)]
    pub round: u32,
    pub at: Timestamp,
    pub span: String,
    pub due_before: Timestamp,
    pub due_after: Timestamp,
}

impl Ticket {
    /// A unit asks for more time. A request that could not be granted is refused at once.
    pub(super) fn ask_extension(&mut self, set: &PolicySet, event: &Event) -> Result<(), Refused> {
        self.may_extend(set, event, event.at)?;
        self.extension_asked = Some(event.at);
        Ok(())
    }

    /// The request is granted.
    pub(super) fn extend(&mut self, set: &PolicySet, event: &Event) -> Result<(), Refused> {
        let asked = self.extension_asked.unwrap_or(event.at);
        let (span, approver, tell_resident) = self.may_extend(set, event, asked)?;
        self.approved(set, event, &approver)?;
        let name = self.policy(set).map(|policy| policy.deadline_clock.clone()).unwrap_or_default();
        let round = self.round();
        let open = |clock: &&mut Clock| {
            let key = &clock.key;
            key.is_own() && key.round == round && key.name == name && clock.is_open()
        };
        let Some(clock) = self.clocks.iter_mut().find(open) else {
            return Err(Refused::NoClock(name));
        };
        let due_before = clock.due;
        if clock.is_overdue(event.at) {
            return Err(Refused::ExtensionTooLate(due_before));
        }
        let due = due_after(set, due_before, span);
        clock.move_due(&set.calendar, due, event.at);
        self.extension_asked = None;
        self.extensions.push(Extension {
            round,
            at: event.at,
            span: span.to_string(),
            due_before,
            due_after: due,
        });
        if tell_resident {
            self.tell_resident("resident.extended", event.at, due);
        }
        self.tell_unit(set, "staff.extension_ok", event.at, Some(due));
        Ok(())
    }

    /// The request is not granted; the due stays.
    pub(super) fn refuse_extension(
        &mut self,
        set: &PolicySet,
        event: &Event,
    ) -> Result<(), Refused> {
        self.extension_asked.take().ok_or(Refused::NoExtensionAsked)?;
        let name = self.policy(set).map(|policy| policy.deadline_clock.clone()).unwrap_or_default();
        let due = self.clock(&name).map(|clock| clock.due);
        self.tell_unit(set, "staff.extension_no", event.at, due);
        Ok(())
    }

    /// The span an extension asked for at `asked` adds, who may grant it, and whether the resident is told.
    fn may_extend(
        &mut self,
        set: &PolicySet,
        event: &Event,
        asked: Timestamp,
    ) -> Result<(Span, Vec<String>, bool), Refused> {
        let policy = self.policy(set).ok_or(Refused::NotDispatched)?;
        let rule =
            policy.extension.as_ref().filter(|rule| rule.max > 0).ok_or(Refused::NoExtensions)?;
        if of_round(self).count() as u64 >= u64::from(rule.max) {
            return Err(Refused::ExtensionsUsedUp(rule.max));
        }
        let span = match event.text("span") {
            Some(text) => Span::parse(text).map_err(|_| Refused::BadSpan(text.to_owned()))?,
            None => rule.each,
        };
        if exceeds(self, rule, span) {
            return Err(Refused::ExtensionTotal(rule.total.to_string()));
        }
        let clock = self
            .clock(&policy.deadline_clock)
            .filter(|clock| clock.is_open())
            .ok_or_else(|| Refused::NoClock(policy.deadline_clock.clone()))?;
        let last = step_before(set, clock.due_at(&set.calendar, asked), rule.before_due);
        if counted_as_asked(set, rule, asked) > last {
            self.late_requests += u32::from(rule.late_request_counts);
            return Err(Refused::ExtensionTooLate(last));
        }
        Ok((span, rule.approver.clone(), rule.tell_resident))
    }
}

/// Each round has its own extensions.
fn of_round(ticket: &Ticket) -> impl Iterator<Item = &Extension> {
    let round = ticket.round();
    ticket.extensions.iter().filter(move |one| one.round == round)
}

/// Extensions add up only in the base they are limited in; another base than the limit's exceeds it.
fn exceeds(ticket: &Ticket, rule: &ExtensionRule, span: Span) -> bool {
    let used = of_round(ticket).filter_map(|one| Span::parse(&one.span).ok());
    let mut total = 0_i64;
    for one in used.chain([span]) {
        total += match (one, rule.total) {
            (Span::WorkDays(n), Span::WorkDays(_)) | (Span::Days(n), Span::Days(_)) => i64::from(n),
            (Span::Working(ms), Span::Working(_)) | (Span::Elapsed(ms), Span::Elapsed(_)) => ms,
            _ => return true, // spans of two bases do not add up
        };
    }
    let limit = match rule.total {
        Span::WorkDays(n) | Span::Days(n) => i64::from(n),
        Span::Working(ms) | Span::Elapsed(ms) => ms,
    };
    total > limit
}

/// A request after the daily cut-off counts as made at the next midnight.
fn counted_as_asked(set: &PolicySet, rule: &ExtensionRule, asked: Timestamp) -> Timestamp {
    let calendar = &set.calendar;
    match rule.daily_cutoff {
        Some(cutoff) if calendar.time_of(asked) > cutoff => {
            let next = calendar.date_of(asked).tomorrow();
            next.map_or(asked, |day| calendar.at(day, jiff::civil::Time::midnight()))
        }
        Some(_) | None => asked,
    }
}
