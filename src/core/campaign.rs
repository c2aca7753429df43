//! A campaign lies over the policies for a while: stricter clocks, one more tag.
//!
//! It counts for tickets dispatched within `[from, to)`, and of the policy's own span and
//! those of all such campaigns the one with the earliest due holds. Outside its dates a
//! campaign changes nothing.
//!
//! Invariants (tests of `ticket::promise`): `the_strictest_of_several_campaigns_holds`,
//! `outside_its_dates_a_campaign_changes_nothing`.

use std::collections::BTreeMap;

use super::{attributes::Attributes, policy::Selector, span::Span, timestamp::Timestamp};

/// One `[[campaign]]`.
#[derive(Clone, Debug)]
pub struct Campaign {
    pub id: String,
    pub zh: String,
    pub en: String,
    /// The first instant a dispatch counts at, and the first it does not any more.
    pub from: Timestamp,
    pub to: Timestamp,
    pub select: Selector,
    /// Spans by the name of the clock they are for.
    pub clocks: BTreeMap<String, Span>,
    /// A tag its tickets get.
    pub tag: Option<String>,
}

impl Campaign {
    /// Whether a ticket dispatched at this instant is the campaign's.
    pub fn takes(&self, dispatched: Timestamp, attributes: &Attributes) -> bool {
        self.from <= dispatched && dispatched < self.to && self.select.takes(attributes)
    }
}
