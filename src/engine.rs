//! Due tickets, decided and written: one transaction a batch.
//!
//! The engine loads what is due, lets the core decide, and writes journal lines, slips,
//! messages, links, the new state and the next look together. It sends nothing.
//!
//! A batch that fails because of what one ticket holds is halved until that ticket is
//! found. It is parked for an hour and reported; all others get their look in this run.
//!
//! Invariants (tests/engine.rs): `the_engine_writes_what_simulate_predicts`,
//! `replay_equals_the_stored_state`, `one_poisoned_ticket_silences_nobody`.

mod batch;

pub use self::batch::read_lines;

use std::sync::Arc;

use arc_swap::ArcSwap;

use self::batch::{Batch, BatchError};
use crate::{
    config::webhook::Subscription,
    core::timestamp::Timestamp,
    rules::{Rules, RulesError, load_kept},
    secret::SecretError,
    store::{Look, Named, Store, StoreError},
};

/// How long a ticket rests whose look fails for its own reason.
const PARKED_MS: i64 = 3_600_000;
/// Told events delivered in one transaction.
const TOLD_MAX: i64 = 1_000;

/// Looks at due tickets.
#[derive(Clone, Debug)]
pub struct Engine {
    store: Store,
    rules: Arc<ArcSwap<Rules>>,
    seal: crate::secret::Key,
    /// Tickets decided in one transaction.
    batch: i64,
    /// Who is told of which lines.
    subscriptions: Arc<[Subscription]>,
}

/// What a run of the engine did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Looked {
    /// Tickets and books.
    pub tickets: usize,
    /// Events one journal told another, delivered.
    pub told: usize,
    pub slips: usize,
    pub messages: usize,
    pub alarms: usize,
    pub withdrawn: usize,
    /// Tickets whose look failed for their own reason; somebody must act.
    pub parked: usize,
    /// Lines other systems are to be told of.
    pub hooks: usize,
}

/// Why the engine stopped.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Rules(#[from] RulesError),
    #[error(transparent)]
    Secret(#[from] SecretError),
    #[error("the journal or state of ticket {ticket} cannot be read: {reason}")]
    Unreadable { ticket: String, reason: String },
}

impl EngineError {
    /// Whether it lies in what a ticket holds, so that other tickets can still be looked at.
    fn is_about_tickets(&self) -> bool {
        match self {
            Self::Store(error) | Self::Rules(RulesError::Store(error)) => error.is_about_rows(),
            Self::Rules(RulesError::Missing(_) | RulesError::Unreadable { .. })
            | Self::Unreadable { .. } => true,
            Self::Secret(_) => false,
        }
    }
}

impl Engine {
    /// An engine over a store; `rules` may be swapped while it runs.
    pub fn new(
        store: Store,
        rules: Arc<ArcSwap<Rules>>,
        seal: crate::secret::Key,
        batch: i64,
    ) -> Self {
        Self { store, rules, seal, batch, subscriptions: Arc::default() }
    }

    /// The same engine, which also writes down what other systems are to be told.
    pub fn telling(self, subscriptions: Vec<Subscription>) -> Self {
        Self { subscriptions: subscriptions.into(), ..self }
    }

    /// Delivers what journals told each other, then looks at one batch of tickets that are due at `now`.
    pub async fn run_once(&self, now: Timestamp) -> Result<Looked, EngineError> {
        let told = self.store.deliver_told(TOLD_MAX, now).await?;
        let looked = self.look_or_halve(now).await?;
        Ok(Looked { told, ..looked })
    }

    async fn look_or_halve(&self, now: Timestamp) -> Result<Looked, EngineError> {
        match self.look(None, now).await {
            Err(error) if error.is_about_tickets() => {
                tracing::warn!(%error, "a batch of tickets failed; halving it to find the one that cannot be decided");
                let due = self.store.due(self.batch, now).await?;
                self.look_in_halves(due, now).await
            }
            looked => looked,
        }
    }

    /// Looks until nothing is due at `now`.
    pub async fn run_until_idle(&self, now: Timestamp) -> Result<Looked, EngineError> {
        let mut all = Looked::default();
        loop {
            let looked = self.run_once(now).await?;
            if looked.is_idle() {
                return Ok(all);
            }
            all = all + looked;
        }
    }

    /// Looks at these tickets; what fails is halved, and what fails alone is parked.
    async fn look_in_halves(&self, due: Vec<Named>, now: Timestamp) -> Result<Looked, EngineError> {
        let mut all = Looked::default();
        let mut parts = vec![due];
        while let Some(mut part) = parts.pop() {
            let keys: Vec<i64> = part.iter().map(|ticket| ticket.key).collect();
            match self.look(Some(&keys), now).await {
                Ok(looked) => all = all + looked,
                Err(error) if !error.is_about_tickets() => return Err(error),
                Err(error) => {
                    let half = part.split_off(part.len() / 2);
                    if let ([], [alone]) = (part.as_slice(), half.as_slice()) {
                        all.parked += usize::from(self.park(alone, &error, now).await?);
                    } else {
                        parts.extend([half, part]);
                    }
                }
            }
        }
        Ok(all)
    }

    async fn park(
        &self,
        ticket: &Named,
        error: &EngineError,
        now: Timestamp,
    ) -> Result<bool, EngineError> {
        let until = now.plus_ms(PARKED_MS);
        let parked = self.store.park(ticket.key, until, now).await?;
        tracing::error!(
            ticket.no, %error, %until,
            "a ticket cannot be decided and rests; its clocks fire nothing until this is mended, see `duban audit`"
        );
        Ok(parked)
    }

    /// One look, over the tickets named or over whatever is due.
    async fn look(&self, keys: Option<&[i64]>, now: Timestamp) -> Result<Looked, EngineError> {
        loop {
            let look = match keys {
                Some(keys) => self.store.look_at(keys, now).await?,
                None => self.store.look(self.batch, now).await?,
            };
            match self.decide_and_write(look, now).await {
                Err(EngineError::Rules(RulesError::Missing(hash))) => {
                    // Another node froze a ticket to a set this one has not seen: fetch it and look again.
                    let set = load_kept(&self.store, &hash, now).await?;
                    self.rules.rcu(|rules| rules.knowing(&hash, Arc::clone(&set)));
                }
                looked => return looked,
            }
        }
    }

    async fn decide_and_write(
        &self,
        mut look: Look,
        now: Timestamp,
    ) -> Result<Looked, EngineError> {
        if look.tickets.is_empty() {
            look.rollback().await?;
            return Ok(Looked::default());
        }
        let rules = self.rules.load_full();
        match self.decide(&mut look, &rules, now).await {
            Ok(batch) => {
                let looked = batch.looked();
                look.commit(&batch.writes, now).await?;
                Ok(looked)
            }
            Err(error) => {
                look.rollback().await?;
                Err(error)
            }
        }
    }

    async fn decide(
        &self,
        look: &mut Look,
        rules: &Rules,
        now: Timestamp,
    ) -> Result<Batch, EngineError> {
        let tickets = std::mem::take(&mut look.tickets);
        let mut batch = Batch::telling(Arc::clone(&self.subscriptions));
        let mut again = Vec::new();
        for loaded in tickets {
            match batch.take(rules, &loaded, now) {
                Ok(()) => {}
                Err(BatchError::FoldAgain) => again.push(loaded),
                Err(BatchError::Engine(error)) => return Err(error),
            }
        }
        let keys: Vec<i64> = again.iter().map(|loaded| loaded.key).collect();
        let journals = if keys.is_empty() {
            std::collections::BTreeMap::new()
        } else {
            look.journals(&keys).await?
        };
        for loaded in again {
            let journal = journals.get(&loaded.key).map_or(&[][..], Vec::as_slice);
            batch.fold_again(rules, &loaded, journal, now)?;
        }
        let serials = look.serials(&batch.serials_wanted(rules, now)).await?;
        batch.finish(rules, &self.seal, &serials, now)?;
        let sent = look.sent_with(batch.taken_back(rules)).await?;
        batch.tell_withdrawals(rules, sent, now);
        Ok(batch)
    }
}

impl Looked {
    /// Whether nothing was due.
    pub fn is_idle(&self) -> bool {
        self.tickets == 0 && self.told == 0 && self.parked == 0
    }
}

impl std::ops::Add for Looked {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            tickets: self.tickets + other.tickets,
            told: self.told + other.told,
            slips: self.slips + other.slips,
            messages: self.messages + other.messages,
            alarms: self.alarms + other.alarms,
            withdrawn: self.withdrawn + other.withdrawn,
            parked: self.parked + other.parked,
            hooks: self.hooks + other.hooks,
        }
    }
}
