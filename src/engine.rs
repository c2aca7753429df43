//! Due tickets, decided and written: one transaction a batch.
//!
//! The engine loads what is due, lets the core decide, and writes journal lines, slips,
//! messages, links, the new state and the next look together. It sends nothing.
//!
//! Invariants (tests/engine.rs): `the_engine_writes_what_simulate_predicts`,
//! `a_look_that_fails_leaves_no_trace`, `replay_equals_the_stored_state`.

mod batch;

use std::sync::Arc;

use arc_swap::ArcSwap;

use self::batch::{Batch, BatchError};
use crate::{
    core::timestamp::Timestamp,
    rules::{Rules, RulesError},
    secret::SecretError,
    store::{Store, StoreError},
};

/// Looks at due tickets.
#[derive(Clone, Debug)]
pub struct Engine {
    store: Store,
    rules: Arc<ArcSwap<Rules>>,
    seal: crate::secret::Key,
    /// Tickets decided in one transaction.
    batch: i64,
}

/// What a run of the engine did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Looked {
    pub tickets: usize,
    pub slips: usize,
    pub messages: usize,
    pub alarms: usize,
    pub withdrawn: usize,
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

impl Engine {
    /// An engine over a store; `rules` may be swapped while it runs.
    pub fn new(
        store: Store,
        rules: Arc<ArcSwap<Rules>>,
        seal: crate::secret::Key,
        batch: i64,
    ) -> Self {
        Self { store, rules, seal, batch }
    }

    /// Looks at one batch of tickets that are due at `now`.
    pub async fn run_once(&self, now: Timestamp) -> Result<Looked, EngineError> {
        match self.look(now).await {
            Err(EngineError::Rules(RulesError::Missing(_))) => {
                // Another node froze a ticket to a set this one has not seen: fetch it and look again.
                let rules = Rules::clone(&self.rules.load());
                self.rules.store(Arc::new(rules.with_frozen(&self.store, now).await?));
                self.look(now).await
            }
            looked => looked,
        }
    }

    /// Looks until nothing is due at `now`.
    pub async fn run_until_idle(&self, now: Timestamp) -> Result<Looked, EngineError> {
        let mut all = Looked::default();
        loop {
            let looked = self.run_once(now).await?;
            if looked.tickets == 0 {
                return Ok(all);
            }
            all = all + looked;
        }
    }

    async fn look(&self, now: Timestamp) -> Result<Looked, EngineError> {
        let mut look = self.store.look(self.batch, now).await?;
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
        look: &mut crate::store::Look,
        rules: &Rules,
        now: Timestamp,
    ) -> Result<Batch, EngineError> {
        let tickets = std::mem::take(&mut look.tickets);
        let mut batch = Batch::default();
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
        Ok(batch)
    }
}

impl std::ops::Add for Looked {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            tickets: self.tickets + other.tickets,
            slips: self.slips + other.slips,
            messages: self.messages + other.messages,
            alarms: self.alarms + other.alarms,
            withdrawn: self.withdrawn + other.withdrawn,
        }
    }
}
