//! Where the ticket of a slip stands: what it may ask for, and what comes if nothing is done.

use std::sync::Arc;

use serde_json::Value;

use super::about;
use crate::{
    core::{
        clock::Clock,
        event::{Event, Kind},
        ladder::place,
        policy::PolicySet,
        span::Span,
        ticket::{Refused, Ticket},
        timestamp::Timestamp,
    },
    rules::RulesError,
    store::{SlipRow, StoreError},
    web::state::State,
};

/// A ticket with the set that judges it.
pub(super) struct Standing {
    ticket: Ticket,
    set: Arc<PolicySet>,
}

/// Why it cannot be told.
#[derive(Debug, thiserror::Error)]
pub(super) enum StandingError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Rules(#[from] RulesError),
    #[error("the state of ticket {0} cannot be read; `duban audit` says what is wrong")]
    Unreadable(String),
}

/// The step of the ladder that fires next.
pub(super) struct Next {
    pub slip: String,
    pub to: Vec<String>,
    pub at: Timestamp,
}

impl Standing {
    /// Reads it; `None` where the engine has not looked at the ticket yet.
    pub(super) async fn read(state: &State, no: &str) -> Result<Option<Self>, StandingError> {
        let Some(row) = state.store.ticket(no).await? else { return Ok(None) };
        let Some(text) = &row.state else { return Ok(None) };
        let ticket: Ticket =
            serde_json::from_str(text).map_err(|_| StandingError::Unreadable(no.to_owned()))?;
        let set = Arc::clone(state.rules.load().judge(Some(&ticket))?);
        Ok(Some(Self { ticket, set }))
    }

    pub(super) fn set(&self) -> &PolicySet {
        &self.set
    }

    /// Whether the slip went to the unit that is responsible now, in the round that runs.
    pub(super) fn is_theirs(&self, slip: &SlipRow) -> bool {
        let ticket = &self.ticket;
        ticket.ended.is_none()
            && ticket.round() == slip.round
            && ticket.unit.as_ref() == Some(&slip.unit)
    }

    /// When more time was asked for, while nobody has decided.
    pub(super) fn extension_asked(&self) -> Option<Timestamp> {
        self.ticket.extension_asked
    }

    /// The most one extension gives.
    pub(super) fn each(&self) -> Option<Span> {
        Some(self.ticket.policy(&self.set)?.extension.as_ref()?.each)
    }

    /// More time, asked for with its basis; `amount` in the unit the policy counts in, else all it gives.
    pub(super) fn extension(
        &self,
        slip: &SlipRow,
        person: &str,
        basis: &str,
        amount: Option<&str>,
        now: Timestamp,
    ) -> Event {
        let mut event = about(slip, Kind::ExtensionAsked, person, &self.nth(), now);
        event.data.insert("reason".to_owned(), Value::from(basis));
        if let (Some(amount), Some(each)) = (amount.map(str::trim), self.each())
            && !amount.is_empty()
        {
            let span = format!("{amount}{}", counted(each).1);
            event.data.insert("span".to_owned(), Value::from(span));
        }
        event
    }

    /// The ticket sent back with the basis on which it is not theirs.
    pub(super) fn returned(
        &self,
        slip: &SlipRow,
        person: &str,
        basis: &str,
        now: Timestamp,
    ) -> Event {
        let mut event = about(slip, Kind::Returned, person, &self.nth(), now);
        event.data.insert("basis".to_owned(), Value::from(basis));
        event
    }

    /// A second tap is the same asking; after anything happened to the ticket it is another.
    fn nth(&self) -> String {
        format!("/{}", self.ticket.last_event_at.map_or(0, |at| at.0))
    }

    /// Why the policy would refuse this; `None`: it counts.
    pub(super) fn why_not(&self, event: &Event) -> Option<Refused> {
        self.ticket.why_not(&self.set, event)
    }

    /// What the clock of a slip brings next if it is not stopped.
    pub(super) fn next(&self, slip: &SlipRow) -> Option<Next> {
        let is_its = |clock: &&Clock| {
            clock.key.name == slip.clock && clock.key.round == slip.round && clock.is_running()
        };
        let clock = self.ticket.clocks.iter().rev().find(is_its)?;
        let (rule, ladder) = self.ticket.rule_of(&self.set, clock)?;
        let placed = place(&self.set, rule, ladder?, clock, &self.ticket.attributes);
        let ahead = placed.iter().filter_map(|placed| {
            let nth = (0..placed.times()).find(|nth| !clock.is_done(placed.index, *nth))?;
            let at = placed.repetition(&self.set, nth);
            Some(Next { slip: placed.step.slip.clone(), to: placed.step.to.clone(), at })
        });
        ahead.min_by_key(|next| next.at)
    }
}

/// A span as a number and the unit it is counted in, as policies write them.
pub(super) fn counted(span: Span) -> (String, String) {
    let text = span.to_string();
    let at = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(at);
    (number.to_owned(), unit.to_owned())
}
