//! Who stands where: units in a tree, areas with their owners, roles, people with validity and stand-ins.
//!
//! A role becomes a person only at the moment of sending (`find`): unit, then its parents up
//! the tree; the post's holder on shift, else the stand-in (AB角); an empty desk falls back to
//! the roles the policy set names; a vacant role climbs to the next higher level and is
//! reported as an alarm, never skipped in silence.
//!
//! What the organisation says about an event is written into it when it arrives (`attest`), so
//! that a journal folds the same after the organisation has changed.

mod attest;
mod desk;
mod find;
mod posts;
mod shift;
mod tell;
#[cfg(test)]
mod tests;
mod tree;

use std::collections::BTreeMap;

use super::{policy::Via, timestamp::Timestamp};

pub use attest::{ATTESTED, Attested};
pub use desk::{Load, Proposal, desk_proposals};
pub use find::{Found, Seat, Why};
pub use posts::{Post, Posts};
pub use shift::{Shift, ShiftDays, ShiftError};
pub use tell::{About, StandIn, Told, ToldAll};

/// The kind of units outside the administration (property managers, lift maintenance): never responsible for a ticket.
pub const THIRD_PARTY: &str = "third_party";

/// The organisation as configuration describes it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Org {
    /// By unit id.
    pub units: BTreeMap<String, Unit>,
    /// By person id.
    pub people: BTreeMap<String, Person>,
    /// Roles of units.
    pub posts: Posts,
    /// Roles of areas (三包): `unit` of such a post is the path of the area or the code of a grid.
    pub areas: Posts,
    /// By the person who is away.
    pub absences: BTreeMap<String, Vec<Absence>>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unit {
    pub id: String,
    pub zh: String,
    pub en: String,
    pub parent: Option<String>,
    /// A free word of the profile: `city`, `county`, `department`, `street` ...
    pub level: String,
    /// What it does in the loop, a word of the profile: `district_center`, `supervisor`, `desk`, `grid`,
    /// `third_party` ... `[authority]` of the policy set goes by it. Empty: nothing special.
    pub kind: String,
}

/// Names and numbers never leave this struct into logs, errors, metrics or slips.
#[derive(Clone, PartialEq, Eq)]
pub struct Person {
    pub id: String,
    pub name: String,
    /// In the order of the file; a later one that is valid wins, field by field.
    pub contacts: Vec<Contact>,
    /// `zh` or `en`.
    pub language: String,
}

/// How a person can be reached, for a while.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Contact {
    pub from: Option<Timestamp>,
    pub to: Option<Timestamp>,
    pub email: Option<String>,
    pub phone: Option<String>,
    pub im: Option<String>,
    pub voice: Option<String>,
}

/// Somebody is away for a while; `deputy` does their work, else the stand-ins of their posts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Absence {
    pub from: Timestamp,
    pub to: Timestamp,
    pub deputy: Option<String>,
}

impl std::fmt::Debug for Person {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Person").field("id", &self.id).finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Contact {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Contact")
            .field("from", &self.from)
            .field("to", &self.to)
            .finish_non_exhaustive()
    }
}

/// Whether `now` lies in a half-open stretch whose missing ends are open.
fn is_valid(from: Option<Timestamp>, to: Option<Timestamp>, now: Timestamp) -> bool {
    from.is_none_or(|from| from <= now) && to.is_none_or(|to| now < to)
}

impl Person {
    /// The address for a kind of way at this moment.
    pub fn address(&self, via: Via, now: Timestamp) -> Option<&str> {
        let field = |field: fn(&Contact) -> &Option<String>| {
            let mut valid =
                self.contacts.iter().rev().filter(|one| is_valid(one.from, one.to, now));
            valid.find_map(|one| field(one).as_deref())
        };
        match via {
            Via::Email | Via::Print | Via::Digest => field(|one| &one.email),
            Via::Sms => field(|one| &one.phone),
            Via::Voice => field(|one| &one.voice).or_else(|| field(|one| &one.phone)),
            Via::Im => field(|one| &one.im).or_else(|| field(|one| &one.phone)),
        }
    }
}

impl Org {
    /// Whether the person is away at this moment.
    pub fn absence(&self, person: &str, now: Timestamp) -> Option<&Absence> {
        let absences = self.absences.get(person)?;
        absences.iter().find(|absence| is_valid(Some(absence.from), Some(absence.to), now))
    }
}
