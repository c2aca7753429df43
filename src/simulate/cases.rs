//! Plays the `[[case]]`s of policy files on the same core as everything else.

use std::collections::BTreeMap;

use super::{Pace, replay, replay_together};
use crate::{
    core::{
        event::Event,
        org::Org,
        policy::{Policy, PolicySet},
        record::Record,
        ticket::Ticket,
        timestamp::Timestamp,
    },
    policies::{CASE_TICKET, Case, Complaint, Played, PlayedSlip, run_cases},
};

/// How long a case is played that does not say until when: longer than any ladder.
const PLAY_MS: i64 = 366 * 24 * 3_600_000;

/// Plays all cases of a set and complains about what came otherwise than they say.
pub fn check_cases(set: &PolicySet, cases: &[Case]) -> Vec<Complaint> {
    run_cases(cases, set.calendar.zone(), |case| play(set, case))
}

/// Plays one case to its end.
pub fn play(set: &PolicySet, case: &Case) -> Result<Played, String> {
    let mut start = case.start.clone();
    start.unit.get_or_insert_with(|| "unit".to_owned());
    if let Some(policy) = case.policy.as_deref().and_then(|id| set.policy(id)) {
        wear(policy, &mut start);
    }
    let until = case.until.unwrap_or_else(|| start.at.plus_ms(PLAY_MS));
    let events: Vec<Event> = [start].into_iter().chain(case.events.iter().cloned()).collect();
    let org = Org::default();
    let ticket = Ticket::new(CASE_TICKET, set);
    let replayed = if set.triggers.is_empty() {
        replay(set, &org, ticket, events, Pace::Live, until)
    } else {
        let mut together = replay_together(set, &org, events, Pace::Live, until);
        together.tickets.remove(CASE_TICKET).ok_or("nothing happens to this ticket")?
    };
    let found = replayed.ticket.rounds.first().map(|round| &set.policies[round.policy]);
    let found = found.ok_or("no selector takes this ticket and the set has no `default_policy`")?;
    if let Some(id) = case.policy.as_deref().filter(|id| *id != found.id) {
        return Err(format!("a ticket made for policy `{id}` is taken by `{}`", found.id));
    }
    let dues: BTreeMap<String, Timestamp> = replayed
        .ticket
        .clocks
        .iter()
        .map(|clock| (replayed.ticket.counted_as(set, clock), clock.due))
        .collect();
    let mut slips: Vec<PlayedSlip> = replayed
        .records()
        .filter_map(|(_, record)| match record {
            Record::Slip { key, slip, at, scheduled, .. } => Some(PlayedSlip {
                at: *scheduled,
                clock: key.clock.name.clone(),
                step: at.clone(),
                slip: slip.clone(),
            }),
            Record::Skipped { .. }
            | Record::Refused { .. }
            | Record::Policy { .. }
            | Record::Asked { .. }
            | Record::Told { .. }
            | Record::Reminded { .. }
            | Record::Flag { .. }
            | Record::Notice(_)
            | Record::Grouped { .. }
            | Record::Slot { .. }
            | Record::Sent { .. }
            | Record::Delivery { .. }
            | Record::FellBack { .. }
            | Record::Occurred { .. }
            | Record::Alarm { .. }
            | Record::StandIn { .. }
            | Record::Merged { .. } => None,
        })
        .collect();
    slips.sort_by_key(|slip| slip.at);
    Ok(Played { policy: found.id.clone(), dues, slips })
}

/// Gives the ticket what the policy selects by, where the case does not say otherwise.
fn wear(policy: &Policy, start: &mut Event) {
    for (key, values) in &policy.select.keys {
        let Some(value) = values.first() else { continue };
        let own = match key.as_str() {
            "category" => &mut start.category,
            "urgency" => &mut start.urgency,
            "source" => &mut start.source,
            "area" => &mut start.area,
            "tag" => {
                start.data.entry("tags").or_insert_with(|| vec![value.clone()].into());
                continue;
            }
            _ => {
                // What selectors read besides is carried in `data` under its own name.
                start.data.entry(key.as_str()).or_insert_with(|| value.clone().into());
                continue;
            }
        };
        own.get_or_insert_with(|| value.clone());
    }
}
