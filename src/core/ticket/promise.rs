//! What a clock promises one ticket: the policy's own span, or a stricter one of a campaign.

use super::Ticket;
use crate::core::{
    attributes::Attributes,
    campaign::Campaign,
    clock::due_after,
    policy::{ClockRule, PolicySet},
    span::Span,
    timestamp::Timestamp,
};

/// One span that could hold for a clock, with the due it gives.
#[derive(Clone, Copy, Debug)]
pub struct Promise<'s> {
    pub due: Timestamp,
    pub span: Span,
    /// The campaign it comes from; `None`: the policy's own.
    pub campaign: Option<&'s Campaign>,
}

impl Ticket {
    /// Every span offered for a clock that starts at `started`, the strictest first; of equal ones the policy's.
    pub fn promises<'s>(
        &self,
        set: &'s PolicySet,
        rule: &ClockRule,
        attributes: &Attributes,
        started: Timestamp,
    ) -> Vec<Promise<'s>> {
        let dated = |span: Span, campaign| {
            let due = due_after(set, started, span);
            let due = match rule.roll {
                Some(roll) if !set.calendar.is_open(due) => {
                    set.calendar.next_open(due).map(|open| due_after(set, open, roll))
                }
                Some(_) | None => Some(due),
            };
            due.map(|due| Promise { due, span, campaign })
        };
        let own = rule.span_for(attributes).and_then(|span| dated(span, None));
        let of_campaigns = self.campaigns(set, started).filter_map(|campaign| {
            let span = campaign.clocks.get(&rule.name)?;
            dated(*span, Some(campaign))
        });
        let mut promises: Vec<Promise<'s>> = own.into_iter().chain(of_campaigns).collect();
        promises.sort_by_key(|promise| promise.due);
        promises
    }

    /// The span that holds.
    pub(super) fn promise<'s>(
        &self,
        set: &'s PolicySet,
        rule: &ClockRule,
        attributes: &Attributes,
        started: Timestamp,
    ) -> Option<Promise<'s>> {
        self.promises(set, rule, attributes, started).into_iter().next()
    }

    /// The campaigns this ticket belongs to, by its dispatch: that of the round, where it is not the first.
    pub fn campaigns<'s>(
        &self,
        set: &'s PolicySet,
        started: Timestamp,
    ) -> impl Iterator<Item = &'s Campaign> {
        let opened = self.rounds.last().filter(|_| self.round() > 1).map(|round| round.opened);
        let dispatched = opened.or(self.dispatched).unwrap_or(started);
        set.campaigns.iter().filter(move |one| one.takes(dispatched, &self.attributes))
    }

    /// The tags of campaigns the ticket is dispatched into.
    pub(super) fn wear_campaign_tags(&mut self, set: &PolicySet, at: Timestamp) {
        let campaigns = set.campaigns.iter().filter(|one| one.takes(at, &self.attributes));
        let tags: Vec<&String> = campaigns.filter_map(|campaign| campaign.tag.as_ref()).collect();
        for tag in tags {
            self.attributes.tag(tag);
        }
    }
}
