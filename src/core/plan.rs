//! The timeline of a ticket that is dispatched at a given instant and then left alone.

use super::{
    event::Event,
    ladder::place,
    policy::{PolicySet, Step},
    ticket::{Attributes, Round, Ticket},
    timestamp::Timestamp,
};

/// One clock of a plan.
#[derive(Debug)]
pub struct PlannedClock<'a> {
    pub name: String,
    pub due: Timestamp,
    pub steps: Vec<(&'a Step, Timestamp)>,
}

/// The clocks that start with a ticket's dispatch under policy number `policy`, with all their steps.
pub fn plan(
    set: &PolicySet,
    policy: usize,
    attributes: Attributes,
    start: Timestamp,
) -> Vec<PlannedClock<'_>> {
    let mut ticket = Ticket::new("plan", set);
    ticket.attributes = attributes;
    ticket.dispatched = Some(start);
    ticket.rounds.push(Round { policy, opened: start, reason: None });
    let mut dispatched = Event::new("plan", set.clock_start.clone(), start);
    dispatched.unit = Some("unit".to_owned());
    ticket.apply_event(set, 1, &dispatched);
    let clocks = ticket.clocks.iter().map(|clock| {
        let steps = match ticket.rule_of(set, clock) {
            Some((rule, Some(ladder))) => {
                place(set, rule, ladder, clock, &ticket.attributes_of(clock))
                    .into_iter()
                    .map(|placed| (placed.step, placed.time))
                    .collect()
            }
            Some((_, None)) | None => Vec::new(),
        };
        PlannedClock { name: clock.key.name.clone(), due: clock.due, steps }
    });
    clocks.collect()
}
