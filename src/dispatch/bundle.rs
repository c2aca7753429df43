//! Letters out of messages: those that gather and reach one person by one way leave as one.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    core::{
        message::{Facts, Message, Piece, Recipient},
        policy::Via,
        timestamp::Timestamp,
    },
    store::{Offer, Outcome, Proof, Settled},
};

/// The text of several messages in one.
pub const TOGETHER: &str = "staff.together";

/// What of an offer is needed to settle it.
#[derive(Clone, Copy, Debug)]
pub struct Claimed {
    pub id: i64,
    pub attempt: i64,
    pub first_offered: Option<Timestamp>,
}

impl Claimed {
    pub fn of(offer: &Offer) -> Self {
        Self { id: offer.id, attempt: offer.attempt, first_offered: offer.first_offered }
    }

    pub fn settled(self, outcome: Outcome) -> Settled {
        self.proved(outcome, Proof::default())
    }

    pub fn proved(self, outcome: Outcome, proof: Proof) -> Settled {
        Settled { id: self.id, attempt: self.attempt, outcome, proof }
    }
}

/// Whether the message is meant for a digest.
pub fn is_digest(offer: &Offer) -> bool {
    offer.message.via == Via::Digest.name()
}

/// Offers in groups that may leave together, each in its order: all of them where messages gather,
/// digests in any case. A message that failed before, or that carries a link, goes alone.
pub fn groups(offers: Vec<Offer>, gathers: bool, digests: bool) -> Vec<Vec<Offer>> {
    let mut groups: Vec<Vec<Offer>> = Vec::new();
    let mut places: BTreeMap<(String, String), usize> = BTreeMap::new();
    for offer in offers {
        let person = match &offer.message.to {
            Recipient::Staff { person: Some(person), .. }
                if (gathers || digests && is_digest(&offer))
                    && offer.sealed.is_none()
                    && offer.first_offered.is_none() =>
            {
                Some((person.clone(), offer.message.via.clone()))
            }
            Recipient::Staff { .. } | Recipient::Resident => None,
        };
        match person.as_ref().and_then(|key| places.get(key)) {
            Some(place) => groups[*place].push(offer),
            None => {
                if let Some(key) = person {
                    places.insert(key, groups.len());
                }
                groups.push(vec![offer]);
            }
        }
    }
    groups
}

/// The message that stands for all of these; the only one stands for itself.
pub fn together(offers: &[Offer]) -> Option<Message> {
    let first = offers.first()?;
    // A slip that was to come by several ways is one line here.
    let mut slips = BTreeSet::new();
    let mut distinct = Vec::with_capacity(offers.len());
    for offer in offers {
        if slips.insert(offer.message.slip.as_ref().unwrap_or(&offer.message.key)) {
            distinct.push(offer);
        }
    }
    if distinct.len() == 1 {
        return Some(first.message.clone());
    }
    let about = |offer: &&Offer| Piece {
        no: offer.message.facts.no.clone(),
        slip: offer.message.facts.slip.clone(),
        serial: offer.message.facts.serial.clone(),
        due: offer.message.facts.due,
    };
    let facts = Facts {
        unit: first.message.facts.unit.clone(),
        policy_version: first.message.facts.policy_version.clone(),
        together: distinct.iter().map(about).collect(),
        ..Facts::default()
    };
    Some(Message {
        key: format!("{}/together", first.message.key),
        template: TOGETHER.to_owned(),
        slip: None,
        facts,
        ..first.message.clone()
    })
}
