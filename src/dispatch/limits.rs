//! What holds messages back: who was just told about a ticket, whose day has no SMS left, which units
//! are silent, and tickets whose event has a ticket of its own.
//!
//! All of it is read from the store, so that a restart or another node changes nothing.

use std::collections::{BTreeMap, BTreeSet};

use super::{Dispatch, Leaves, bundle::Claimed, gate};
use crate::{
    core::{
        limit::{OtherWay, OverDay, Told, Word, day_of, gap_over, is_exempt, over_day},
        message::Recipient,
        policy::Via,
        silence::{Silence, silent_until},
        ticket::Ticket,
        timestamp::Timestamp,
    },
    rules::Rules,
    store::{MessageRow, Offer, Outcome, SmsOfDay, StoreError, TellRow},
};

/// How far back a word about a ticket can matter.
const LATELY_MS: i64 = 31 * 86_400_000;

/// What a batch of offers has to know of the store.
#[derive(Debug, Default)]
pub struct Holds {
    /// What people were told about tickets lately, by ticket and person.
    told: BTreeMap<(i64, String), Vec<TellRow>>,
    /// Silences declared while duban runs.
    silences: Vec<Silence>,
    /// Tickets of events that speak for others, and whom they told.
    parents: BTreeMap<String, BTreeSet<String>>,
}

impl Holds {
    /// Until when a unit is told nothing, and why.
    pub fn silent_until(
        &self,
        rules: &Rules,
        unit: &str,
        now: Timestamp,
    ) -> Option<(Timestamp, String)> {
        let all: Vec<&Silence> = rules.silences.iter().chain(&self.silences).collect();
        silent_until(&all, &rules.org, unit, now)
    }

    /// The ticket of the event through which the person of an offer is told already.
    pub fn inhibited_by<'t>(&self, offer: &Offer, ticket: Option<&'t Ticket>) -> Option<&'t str> {
        let parent = ticket?.links.parent.as_deref()?;
        let person = offer.message.interrupts().filter(|_| offer.message.slip.is_some())?;
        self.parents.get(parent).is_some_and(|told| told.contains(person)).then_some(parent)
    }

    /// Until when an offer waits because its person was just told about its ticket.
    pub fn told_until(&self, rules: &Rules, offer: &Offer, now: Timestamp) -> Option<Timestamp> {
        let set = &rules.current;
        let gap = set.noise.min_gap_same_ticket_person?;
        let (word, person) = (Word::of(&offer.message)?, offer.message.interrupts()?);
        let rows = self.told.get(&(offer.ticket_key, person.to_owned()))?;
        // Of two that are with senders now the older goes first.
        let before = rows.iter().filter(|row| row.left.is_some() || row.id < offer.id);
        let told: Vec<Told<'_>> = before
            .map(|row| Told { slip: &row.slip, left: row.left, lease_ends: row.lease_ends })
            .collect();
        gap_over(set, gap, word, &told, now)
    }
}

/// Whether a message goes through every limit.
pub fn goes_through(rules: &Rules, offer: &Offer) -> bool {
    let is_red = is_exempt(&rules.current, &offer.message.facts.slip, false);
    is_red || gate::is_urgent(rules, offer)
}

impl Dispatch {
    /// What these offers have to know of the store.
    pub(super) async fn holds(
        &self,
        rules: &Rules,
        offers: &[Offer],
        now: Timestamp,
    ) -> Result<Holds, StoreError> {
        let silences = self.store.silences(now).await?;
        let mut holds = Holds {
            silences: silences.into_iter().map(Silence::from).collect(),
            parents: self.parents(offers, now).await?,
            ..Holds::default()
        };
        if rules.current.noise.min_gap_same_ticket_person.is_none() {
            return Ok(holds);
        }
        let slips = offers.iter().filter(|offer| offer.message.slip.is_some());
        let pairs: BTreeSet<(i64, String)> = slips
            .filter_map(|offer| Some((offer.ticket_key, offer.message.interrupts()?.to_owned())))
            .collect();
        let pairs: Vec<_> = pairs.into_iter().collect();
        let mine: BTreeSet<i64> = offers.iter().map(|offer| offer.id).collect();
        for row in self.store.told_about(&pairs, now.plus_ms(-LATELY_MS), now).await? {
            if row.left.is_some() || !mine.contains(&row.id) {
                holds.told.entry((row.ticket_key, row.person.clone())).or_default().push(row);
            }
        }
        Ok(holds)
    }

    /// The tickets these offers' tickets belong to that still count, with the people they told.
    async fn parents(
        &self,
        offers: &[Offer],
        now: Timestamp,
    ) -> Result<BTreeMap<String, BTreeSet<String>>, StoreError> {
        let mut children: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for offer in offers {
            let parent = gate::parent_of(offer);
            if let (Some(parent), Some(person)) = (parent, offer.message.interrupts()) {
                children.entry(parent).or_default().insert(person.to_owned());
            }
        }
        let mut parents = BTreeMap::new();
        for (no, people) in children {
            let Some(row) = self.store.ticket(&no).await? else { continue };
            let state = row.state.as_deref().and_then(|state| serde_json::from_str(state).ok());
            if !state.is_some_and(|ticket: Ticket| ticket.speaks_for_others()) {
                continue;
            }
            let pairs: Vec<_> = people.into_iter().map(|person| (row.key, person)).collect();
            let told = self.store.told_about(&pairs, Timestamp(0), now).await?;
            parents.insert(no, told.into_iter().map(|row| row.person).collect());
        }
        Ok(parents)
    }

    /// Counts the SMS among these letters; those the day has no room for do not leave as they are.
    pub(super) async fn within_day(
        &self,
        rules: &Rules,
        letters: Vec<Vec<Offer>>,
        now: Timestamp,
    ) -> Result<Vec<Leaves>, StoreError> {
        let Some(most) = rules.current.noise.max_sms_per_person_per_day else {
            return Ok(letters.into_iter().map(Leaves::Together).collect());
        };
        let day = day_of(&rules.current, now);
        let wanted: Vec<SmsOfDay> = letters
            .iter()
            .filter_map(|letter| {
                let first = letter.first()?;
                let person = sms_to(rules, first, now)?;
                let most = (!letter.iter().any(|one| goes_through(rules, one))).then_some(most);
                Some(SmsOfDay { id: first.id, person, day, most })
            })
            .collect();
        let taken = self.store.take_sms(&wanted).await?;
        let refused: BTreeMap<i64, &SmsOfDay> = wanted
            .iter()
            .zip(taken)
            .filter(|(one, taken)| one.most.is_some() && !taken)
            .map(|(one, _)| (one.id, one))
            .collect();
        let mut leaves = Vec::with_capacity(letters.len());
        for letter in letters {
            let refused = letter.first().and_then(|first| refused.get(&first.id));
            let Some(refused) = refused else {
                leaves.push(Leaves::Together(letter));
                continue;
            };
            for offer in &letter {
                let outcome = self.over_day(rules, offer, refused, most, now).await?;
                leaves.push(Leaves::Not(Box::new(Claimed::of(offer).settled(outcome))));
            }
        }
        Ok(leaves)
    }

    /// What becomes of an SMS its person's day has no room for.
    async fn over_day(
        &self,
        rules: &Rules,
        offer: &Offer,
        refused: &SmsOfDay,
        most: u32,
        now: Timestamp,
    ) -> Result<Outcome, StoreError> {
        let of_ticket = self.store.messages(offer.ticket_key).await?;
        let why = format!("{} had {most} SMS today", refused.person);
        Ok(match over_day(&rules.current, other_way(offer, &of_ticket), now) {
            OverDay::Told => Outcome::Dropped { reason: format!("{why}; it went by another way") },
            OverDay::Waits(until) => Outcome::Held { until, reason: why },
        })
    }
}

/// The person an SMS goes to now, if it is one to staff.
fn sms_to(rules: &Rules, offer: &Offer, now: Timestamp) -> Option<String> {
    let Recipient::Staff { unit, role, person, .. } = &offer.message.to else { return None };
    if offer.message.via != Via::Sms.name() {
        return None;
    }
    let person = rules.org.person_now(&rules.current, unit, role, person.as_deref(), now)?;
    Some(person.id.clone())
}

/// What is known of the offer's slip to the same person by other ways.
fn other_way(offer: &Offer, of_ticket: &[MessageRow]) -> OtherWay {
    let this = &offer.message;
    let others = of_ticket.iter().filter(|row| {
        let other = &row.message;
        row.id != offer.id && this.slip.is_some() && other.slip == this.slip && other.to == this.to
    });
    let ways: Vec<OtherWay> = others
        .map(|row| match (row.state.as_str(), row.delivery.as_deref()) {
            (_, Some("failed" | "never")) => OtherWay::None,
            ("sent", _) => OtherWay::Left,
            ("waiting", _) => OtherWay::Waits,
            _ => OtherWay::None, // given up or dropped
        })
        .collect();
    let best = [OtherWay::Left, OtherWay::Waits].into_iter().find(|way| ways.contains(way));
    best.unwrap_or(OtherWay::None)
}
