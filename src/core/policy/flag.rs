//! Signals for a person to look at: conditions over one ticket. A flag is never a verdict
//! and changes no score by itself.

use std::collections::BTreeSet;

use super::Via;
use crate::core::{event::Kind, span::Span};

/// One `[[flag]]`.
#[derive(Clone, Debug)]
pub struct FlagRule {
    pub id: String,
    pub zh: String,
    pub en: String,
    pub when: FlagWhen,
    /// Policies it looks at; none named: all.
    pub policies: BTreeSet<String>,
    /// Raised once a round rather than once a ticket.
    pub each_round: bool,
    /// The event duban adds when it is raised: it may start supervision clocks.
    pub add: Option<Kind>,
    /// Roles that are told, once each time it is raised.
    pub tell: Vec<String>,
    pub tell_via: Vec<Via>,
}

/// When a flag is raised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FlagWhen {
    /// Open for so long since the resident came, across units, rounds and pauses.
    Age(Span),
    /// This clock ran on for so long after its due.
    Overdue { clock: String, by: Span },
    /// So many of these on one ticket.
    Count { of: Counted, at_least: u32 },
    /// Nothing the resident could see happened for so long; what they see next arms it again.
    Silent(Span),
    /// Reported done for so long, and what the closing rule asks for is still missing.
    Unconfirmed(Span),
    /// Reported done so soon after the unit got it.
    ResolvedWithin(Span),
    /// Reported done and nobody had contacted the resident in this round.
    NoContact,
    /// The text of a reply is word for word an earlier one of this ticket.
    SameReply,
    /// Dispatched without saying on which duty or decision.
    NoBasis,
}

/// What a flag can count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counted {
    Returns,
    /// Returns the rules or a ruling refused (不当退单).
    ReturnsRefused,
    Extensions,
    LateRequests,
    Redos,
    Pauses,
    Hops,
}

impl Counted {
    /// As policies write them.
    pub const ALL: [(&'static str, Self); 7] = [
        ("returns", Self::Returns),
        ("returns_refused", Self::ReturnsRefused),
        ("extensions", Self::Extensions),
        ("late_requests", Self::LateRequests),
        ("redos", Self::Redos),
        ("pauses", Self::Pauses),
        ("hops", Self::Hops),
    ];
}
