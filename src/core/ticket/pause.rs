//! Pauses: the unit's clocks stand still, for a reason the policy knows, at most so long.

use serde::{Deserialize, Serialize};

use super::{Ticket, permit::Refused};
use crate::core::{
    clock::{Base, due_after},
    event::Event,
    policy::{PauseLimit, PolicySet},
    span::Span,
    timestamp::Timestamp,
};

/// The pause a ticket is in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pause {
    pub kind: String,
    pub at: Timestamp,
    /// The pause ends by itself here.
    pub until: Timestamp,
}

impl Pause {
    /// The id of the event duban adds at its maximum.
    pub fn end_id(&self) -> String {
        format!("{PAUSE_END}{}", self.at.0)
    }
}

/// How the ids of events begin that duban adds at the maximum of a pause.
const PAUSE_END: &str = "duban/resumed/";

/// Whether duban added this event at the maximum of some pause.
fn is_end_of_pause(event: &Event) -> bool {
    event.id.as_ref().is_some_and(|id| id.starts_with(PAUSE_END))
}

/// A pause that is over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PastPause {
    pub round: u32,
    pub kind: String,
    pub at: Timestamp,
    pub ended: Timestamp,
}

impl Ticket {
    pub(super) fn pause(&mut self, set: &PolicySet, event: &Event) -> Result<(), Refused> {
        let (kind, until) = self.may_pause(set, event)?;
        let round = self.round();
        let policy = self.policy(set).ok_or(Refused::NotDispatched)?;
        let pausable = policy.pause_clocks.clone();
        for clock in &mut self.clocks {
            if clock.key.is_own()
                && clock.key.round == round
                && clock.is_running()
                && pausable.contains(&clock.key.name)
            {
                clock.pause(&set.calendar, event.at);
            }
        }
        self.pause = Some(Pause { kind, at: event.at, until });
        Ok(())
    }

    pub(super) fn resume(&mut self, set: &PolicySet, event: &Event) -> Result<(), Refused> {
        match &self.pause {
            None if is_end_of_pause(event) => Ok(()), // late news ended the pause before its maximum
            None => Err(Refused::NotPaused),
            Some(pause) if is_end_of_pause(event) && event.id != Some(pause.end_id()) => Ok(()),
            Some(_) => {
                self.run_on(set, event.at);
                Ok(())
            }
        }
    }

    /// A pause is over at its maximum, whether or not anybody looked then. What occurs at that very
    /// instant still finds it paused.
    pub(super) fn lapse_pause(&mut self, set: &PolicySet, before: Timestamp) {
        if let Some(until) = self.pause.as_ref().map(|pause| pause.until).filter(|at| *at < before)
        {
            self.run_on(set, until);
        }
    }

    fn run_on(&mut self, set: &PolicySet, at: Timestamp) {
        self.end_pause(at);
        for clock in &mut self.clocks {
            clock.resume(&set.calendar, at);
        }
    }

    /// The pause is over; it stays on the list of those there were.
    pub(super) fn end_pause(&mut self, ended: Timestamp) {
        let round = self.round();
        if let Some(Pause { kind, at, .. }) = self.pause.take() {
            self.pauses.push(PastPause { round, kind, at, ended });
        }
    }

    /// The kind of pause an event asks for and when it ends by itself.
    fn may_pause(
        &mut self,
        set: &PolicySet,
        event: &Event,
    ) -> Result<(String, Timestamp), Refused> {
        let policy = self.policy(set).ok_or(Refused::NotDispatched)?;
        let kind = ["pause", "reason", "kind"].iter().find_map(|key| event.text(key)).unwrap_or("");
        let rule =
            policy.pauses.iter().find(|allowed| *allowed == kind).and_then(|k| set.pauses.get(k));
        let Some(rule) = rule else {
            let allowed = match policy.pauses.as_slice() {
                [] => "none".to_owned(),
                some => some.join(", "),
            };
            return Err(Refused::PauseKind { kind: kind.to_owned(), allowed });
        };
        if self.pause.is_some() {
            return Err(Refused::AlreadyPaused);
        }
        let round = self.round();
        let mut running = self.clocks.iter().filter(|clock| {
            clock.key.is_own()
                && clock.key.round == round
                && clock.is_running()
                && policy.pause_clocks.contains(&clock.key.name)
        });
        let Some(clock) = running.next() else {
            return Err(Refused::NoClock(policy.pause_clocks.join(", ")));
        };
        if event.at > clock.due {
            return Err(Refused::PauseAfterDue);
        }
        let until = due_after(set, event.at, rule.max);
        let until = match self.pauses_end(set, policy.pause_limit, event.at)? {
            Some(end) => until.min(end),
            None => until,
        };
        let kind = kind.to_owned();
        self.approved(set, event, std::slice::from_ref(&rule.approver))?;
        self.evidenced(set, event, &rule.evidence)?;
        Ok((kind, until))
    }

    /// Where all pauses of the round together are used up, counted from `at`.
    fn pauses_end(
        &self,
        set: &PolicySet,
        limit: PauseLimit,
        at: Timestamp,
    ) -> Result<Option<Timestamp>, Refused> {
        let round = self.round();
        let past = || self.pauses.iter().filter(|pause| pause.round == round);
        if let Some(max) = limit.max.filter(|max| past().count() as u64 >= u64::from(*max)) {
            return Err(Refused::PausesUsedUp(max));
        }
        let Some(total) = limit.total else { return Ok(None) };
        let used_up = || Refused::PauseTotal(total.to_string());
        match total {
            Span::Elapsed(ms) | Span::Working(ms) => {
                let base = Base::of(Some(total));
                let used: i64 =
                    past().map(|one| base.measure(&set.calendar, one.at, one.ended)).sum();
                let left = Some(ms - used).filter(|left| *left > 0).ok_or_else(used_up)?;
                Ok(Some(base.add(&set.calendar, at, left)))
            }
            Span::Days(days) | Span::WorkDays(days) => {
                let of_days = |n| match total {
                    Span::Days(_) => Span::Days(n),
                    Span::Elapsed(_) | Span::Working(_) | Span::WorkDays(_) => Span::WorkDays(n),
                };
                // A pause used as many days as it takes to reach its end, and no more than there are.
                let days_of = |one: &super::PastPause| {
                    (0..days)
                        .find(|n| due_after(set, one.at, of_days(*n)) >= one.ended)
                        .unwrap_or(days)
                };
                let used: u32 = past().map(days_of).sum();
                let left = days.checked_sub(used).filter(|left| *left > 0).ok_or_else(used_up)?;
                Ok(Some(due_after(set, at, of_days(left))))
            }
        }
    }
}
