//! The one gate every message passes: has it its reason still, and may it leave now?
//!
//! What waits here was no attempt: it is offered again, at the latest when the silence is over
//! or the unit may be told more.

use std::sync::{Mutex, PoisonError};

use crate::{
    core::{
        callback,
        decide::is_relevant,
        delivery::{self, not_before_staff},
        message::{Message, Recipient, SIGN_IN},
        news,
        policy::Via,
        silence::silent_until,
        throttle::Throttle,
        ticket::Ticket,
        timestamp::Timestamp,
    },
    rules::Rules,
    store::{Offer, Outcome},
};

/// What the state of a ticket holds if it is in a group: most are not, and need not be read for it.
const IN_GROUP: &str = "\"links\":{\"group\":";

/// The ticket of an offer, as it stood when the message was claimed.
fn ticket_of(offer: &Offer) -> Option<Ticket> {
    serde_json::from_str(offer.ticket_state.as_deref()?).ok()
}

/// What becomes of a message that does not leave now; `None` if it may.
pub fn stopped(
    rules: &Rules,
    throttle: &Mutex<Throttle>,
    offer: &Offer,
    now: Timestamp,
) -> Option<Outcome> {
    let ticket = ticket_of(offer);
    if let Some(reason) = why_dropped(&offer.message, offer.slip_withdrawn, ticket.as_ref(), now) {
        return Some(Outcome::Dropped { reason });
    }
    let Recipient::Staff { unit, .. } = &offer.message.to else { return None };
    if offer.message.template == SIGN_IN {
        return None; // somebody waits for it
    }
    if fires_at_night(rules, &offer.message, ticket.as_ref()) {
        return None;
    }
    // Meant for another way when it was written; the tickets that came with it wait for the digest.
    let until = not_before_staff(&rules.current, Via::Digest, false, offer.message.not_before);
    if until > now && offer.message.via == Via::Digest.name() {
        return Some(Outcome::Held { until, reason: "it goes with the next digest".to_owned() });
    }
    if let Some((until, reason)) = silent_until(&rules.silences, &rules.org, unit, now) {
        return Some(Outcome::Held { until, reason: format!("silence: {reason}") });
    }
    let rule = rules.current.noise.throttle?;
    // What was counted stays right even if somebody panicked while counting.
    let mut throttle = throttle.lock().unwrap_or_else(PoisonError::into_inner);
    let until = throttle.take(rule, unit, now).err()?;
    Some(Outcome::Held { until, reason: format!("{unit} was told enough for the moment") })
}

/// Whether the ticket came with others before its message could leave, so that it goes by digest.
pub fn goes_by_digest(rules: &Rules, offer: &Offer) -> bool {
    let is_first = offer.first_offered.is_none() && offer.message.slip.is_some();
    let names_group = offer.ticket_state.as_ref().is_some_and(|text| text.contains(IN_GROUP));
    if !is_first || !names_group || !matches!(offer.message.to, Recipient::Staff { .. }) {
        return false;
    }
    let ticket = ticket_of(offer);
    let Some(Ok(set)) = ticket.as_ref().map(|ticket| rules.judge(Some(ticket))) else {
        return false;
    };
    let slip = &offer.message.facts.slip;
    ticket.as_ref().is_some_and(|ticket| delivery::goes_by_digest(set, ticket, slip))
        && !fires_at_night(rules, &offer.message, ticket.as_ref())
}

/// Whether the message is one of those that fire through the night: they wait for nothing.
pub fn is_urgent(rules: &Rules, offer: &Offer) -> bool {
    if offer.message.template == SIGN_IN {
        return true; // somebody waits for it
    }
    // Most policies have no such ladder: then the ticket need not be read.
    let set = &rules.current;
    let mut policies = set.policies.iter();
    let is_calm =
        policies.find(|policy| policy.id == offer.message.facts.policy).is_some_and(|policy| {
            let ladders = policy.clocks.iter().flat_map(|clock| {
                clock.variants.iter().filter_map(|variant| variant.ladder).chain(clock.ladder)
            });
            !ladders.into_iter().any(|index| set.ladders[index].night)
        });
    !is_calm && fires_at_night(rules, &offer.message, ticket_of(offer).as_ref())
}

/// Why a message has no reason any more, if so.
pub fn why_dropped(
    message: &Message,
    slip_withdrawn: bool,
    ticket: Option<&Ticket>,
    now: Timestamp,
) -> Option<String> {
    if slip_withdrawn && message.with.is_empty() {
        return Some("the slip was withdrawn".to_owned());
    }
    if message.expires.is_some_and(|expires| expires <= now) {
        return Some("it expired before it could be sent".to_owned());
    }
    let ticket = ticket?;
    let gone = match (&message.to, &message.slip) {
        (Recipient::Resident, _) if message.facts.link_expires.is_none() => {
            !news::is_relevant(ticket, &message.facts)
        }
        (Recipient::Resident, _) => !callback::is_relevant(ticket, message.facts.round),
        (Recipient::Staff { .. }, Some(key)) => {
            let mut carried = message.with.iter().chain([key]);
            !carried.any(|key| is_relevant(ticket, key))
        }
        (Recipient::Staff { .. }, None) => false,
    };
    gone.then(|| "its reason is gone: the clock has stopped or the question is answered".to_owned())
}

/// Whether the ladder the slip stands on fires through quiet hours.
pub fn fires_at_night(rules: &Rules, message: &Message, ticket: Option<&Ticket>) -> bool {
    let (Some(ticket), Some(slip)) = (ticket, &message.slip) else { return false };
    let Ok(set) = rules.judge(Some(ticket)) else { return false };
    let of_slip = ticket.clocks.iter().find(|clock| {
        slip.strip_prefix(ticket.no.as_str()).is_some_and(|rest| {
            rest.strip_prefix(&format!("/{}", clock.key)).is_some_and(|rest| rest.starts_with('/'))
        })
    });
    let ladder =
        of_slip.and_then(|clock| ticket.rule_of(set, clock)).and_then(|(_, ladder)| ladder);
    ladder.is_some_and(|ladder| ladder.night)
}
