//! Letters out of messages: those that gather and reach one person by one way leave as one.

use std::collections::{BTreeMap, BTreeSet};

use super::limits;
use crate::{
    core::{
        limit,
        message::{Facts, Message, Piece, Recipient},
        policy::Via,
        timestamp::Timestamp,
    },
    rules::Rules,
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

/// Whether it is an SMS that should have left on an earlier day: those of one person are one.
pub fn is_left_over(rules: &Rules, offer: &Offer, now: Timestamp) -> bool {
    rules.current.noise.max_sms_per_person_per_day.is_some()
        && offer.message.via == Via::Sms.name()
        && limit::waits_since_yesterday(&rules.current, offer.message.not_before, now)
}

/// Offers in groups that leave together, each in its order: all of them where messages gather,
/// digests and SMS of earlier days in any case, and what is due about one ticket where words about
/// it keep a gap. A message that failed before, or that carries a link, goes alone.
pub fn groups(rules: &Rules, offers: Vec<Offer>, now: Timestamp) -> Vec<Vec<Offer>> {
    let mut groups: Vec<Vec<Offer>> = Vec::new();
    let mut places: BTreeMap<Group, usize> = BTreeMap::new();
    for offer in offers {
        let group = group(rules, &offer, now);
        match group.as_ref().and_then(|group| places.get(group)) {
            Some(place) => groups[*place].push(offer),
            None => {
                if let Some(group) = group {
                    places.insert(group, groups.len());
                }
                groups.push(vec![offer]);
            }
        }
    }
    groups
}

/// Person, way, and the ticket where only what is about one leaves together.
type Group = (String, String, Option<i64>);

fn group(rules: &Rules, offer: &Offer, now: Timestamp) -> Option<Group> {
    let Recipient::Staff { person: Some(person), .. } = &offer.message.to else { return None };
    if offer.sealed.is_some() || offer.first_offered.is_some() {
        return None;
    }
    let noise = &rules.current.noise;
    let has_text = rules.templates.has(TOGETHER);
    let gathers = noise.gather.is_some() || has_text && is_digest(offer);
    let ticket = if gathers || has_text && is_left_over(rules, offer, now) {
        None
    } else if has_text && noise.min_gap_same_ticket_person.is_some() && offer.message.slip.is_some()
    {
        Some(offer.ticket_key)
    } else {
        return None;
    };
    // What is grave says so in its own words.
    let is_grave = !gathers && limits::goes_through(rules, offer);
    (!is_grave).then(|| (person.clone(), offer.message.via.clone(), ticket))
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
