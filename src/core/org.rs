//! Who stands where: units in a tree, roles, people with validity and stand-ins.
//!
//! A role becomes a person only at the moment of sending: unit, then its parents up
//! the tree; the post's holder, else the stand-in (AB角); a vacant role climbs to the
//! next higher level and is reported as an alarm, never skipped in silence.

use std::collections::BTreeMap;

use super::timestamp::Timestamp;

/// The organisation as configuration describes it.
#[derive(Clone, Debug, Default)]
pub struct Org {
    /// By unit id.
    pub units: BTreeMap<String, Unit>,
    /// By person id.
    pub people: BTreeMap<String, Person>,
    pub posts: Vec<Post>,
}

#[derive(Clone, Debug)]
pub struct Unit {
    pub id: String,
    pub zh: String,
    pub en: String,
    pub parent: Option<String>,
    /// A free word of the profile: `city`, `county`, `department`, `desk` ...
    pub level: String,
}

/// Names and numbers never leave this struct into logs, errors, metrics or slips.
#[derive(Clone)]
pub struct Person {
    pub id: String,
    pub name: String,
    pub email: Option<String>,
    pub phone: Option<String>,
    pub im: Option<String>,
    pub voice: Option<String>,
    /// `zh` or `en`.
    pub language: String,
}

/// One person in one role of one unit, for a while.
#[derive(Clone, Debug)]
pub struct Post {
    pub unit: String,
    pub role: String,
    pub person: String,
    /// Stand-ins come after holders.
    pub deputy: bool,
    pub from: Option<Timestamp>,
    pub to: Option<Timestamp>,
}

impl std::fmt::Debug for Person {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Person").field("id", &self.id).finish_non_exhaustive()
    }
}
