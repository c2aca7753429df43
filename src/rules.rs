//! The rules in force: the current policy set, the sets older tickets are frozen to, and the organisation.
//!
//! A reload swaps the whole value; whoever holds one keeps a consistent picture.

mod approved;
mod load;

use std::{
    collections::{BTreeMap, btree_map::Entry},
    sync::Arc,
};

use crate::{
    core::{
        event::Event,
        fact::{Fact, Line},
        org::Org,
        policy::{PolicySet, Sets},
        record::Record,
        silence::Silence,
        ticket::Ticket,
        timestamp::Timestamp,
        wording::{Names, Templates},
    },
    policies::{self, Sources},
    store::{Store, StoreError},
};

pub use approved::unapproved;
pub use load::{
    Examined, InForce, NotGood, STANDARD_SET, configured_sources, enforce, examine,
    examine_configured, unmapped,
};

/// One consistent picture of what holds.
#[derive(Clone, Debug)]
pub struct Rules {
    pub current: Arc<PolicySet>,
    pub org: Arc<Org>,
    pub templates: Arc<Templates>,
    /// What the units, roles, slips and policies are called in texts.
    pub names: Arc<Names>,
    /// Units that are told nothing for a while.
    pub silences: Arc<Vec<Silence>>,
    frozen: BTreeMap<String, Arc<PolicySet>>,
}

/// Why rules could not be brought together.
#[derive(Debug, thiserror::Error)]
pub enum RulesError {
    #[error("a ticket is frozen to policy set {0}, which is not kept in this store")]
    Missing(String),
    #[error("the kept policy set {hash} does not load any more: {complaint}")]
    Unreadable { hash: String, complaint: String },
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Rules {
    /// Rules with no older sets yet.
    pub fn new(current: Arc<PolicySet>, org: Org, templates: Templates) -> Self {
        let names = Arc::new(Names::of(&current, &org));
        let frozen = BTreeMap::from([(current.hash.clone(), Arc::clone(&current))]);
        let (org, templates, silences) = (Arc::new(org), Arc::new(templates), Arc::default());
        Self { current, org, templates, names, silences, frozen }
    }

    /// These rules with these silences.
    pub fn with_silences(self, silences: Vec<Silence>) -> Self {
        Self { silences: Arc::new(silences), ..self }
    }

    /// The set that judges a ticket: the one it is frozen to, else the current one.
    pub fn judge(&self, ticket: Option<&Ticket>) -> Result<&Arc<PolicySet>, RulesError> {
        match ticket.and_then(|ticket| ticket.frozen.as_ref()) {
            None => Ok(&self.current),
            Some(hash) => self.set(hash).ok_or_else(|| RulesError::Missing(hash.clone())),
        }
    }

    /// The set that judges a journal from its first line on: the first it names, if it names any.
    /// Every set it names must be known here.
    pub fn first_of(&self, lines: &[Line]) -> Result<Option<&Arc<PolicySet>>, RulesError> {
        let mut named = lines.iter().filter_map(|line| match &line.fact {
            Fact::Record(Record::Policy { hash, .. }) => Some((line.at, line.seq, hash)),
            Fact::Record(_) | Fact::Event(_) => None,
        });
        if let Some((_, _, hash)) = named.clone().find(|(_, _, hash)| self.set(hash).is_none()) {
            return Err(RulesError::Missing(hash.clone()));
        }
        Ok(named.by_ref().min().and_then(|(_, _, hash)| self.set(hash)))
    }

    /// The set with this hash, if it is known here.
    pub fn set(&self, hash: &str) -> Option<&Arc<PolicySet>> {
        self.frozen.get(hash)
    }

    /// Writes into an event that has just arrived what the organisation says about it.
    pub fn attest(&self, event: &mut Event) {
        self.org.attest(&self.current, event);
    }

    /// These rules, and one more set that tickets may be frozen to.
    pub fn knowing(&self, hash: &str, set: Arc<PolicySet>) -> Self {
        let mut rules = self.clone();
        rules.frozen.insert(hash.to_owned(), set);
        rules
    }

    /// These rules with every set that tickets in the store are frozen to.
    pub async fn with_frozen(mut self, store: &Store, now: Timestamp) -> Result<Self, RulesError> {
        for hash in store.policy_hashes_in_use().await? {
            if let Entry::Vacant(place) = self.frozen.entry(hash) {
                let set = load_kept(store, place.key(), now).await?;
                place.insert(set);
            }
        }
        Ok(self)
    }
}

impl Sets for Rules {
    fn set(&self, hash: &str) -> Option<&PolicySet> {
        self.frozen.get(hash).map(Arc::as_ref)
    }
}

/// The set with this hash as the store keeps it.
pub async fn load_kept(
    store: &Store,
    hash: &str,
    now: Timestamp,
) -> Result<Arc<PolicySet>, RulesError> {
    let files =
        store.policy_set(hash).await?.ok_or_else(|| RulesError::Missing(hash.to_owned()))?;
    let unreadable =
        |complaint: String| RulesError::Unreadable { hash: hash.to_owned(), complaint };
    let files = policies::unpack(&files).map_err(unreadable)?;
    let loaded = policies::load(&Sources::from_files(format!("set {hash}"), files), now);
    loaded.set.ok_or_else(|| {
        unreadable(loaded.complaints.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
    })
}
