//! Who stands where: units in a tree, roles, people with validity and stand-ins.
//!
//! A role becomes a person only at the moment of sending: unit, then its parents up
//! the tree; the post's holder, else the stand-in (AB角); a vacant role climbs to the
//! next higher level and is reported as an alarm, never skipped in silence.

use std::collections::BTreeMap;

use super::{policy::PolicySet, timestamp::Timestamp};

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

/// One recipient of a slip.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    pub unit: String,
    pub role: String,
    /// `None`: the organisation knows no units at all, so that only the role can be named.
    pub person: Option<String>,
    pub cc: bool,
}

/// Everybody a step tells, each person once, and the roles that were vacant.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ToldAll {
    pub recipients: Vec<Told>,
    /// Role without a holder, and the person told instead, if any.
    pub vacant: Vec<(String, Option<String>)>,
}

impl Org {
    /// Who is told of a step of `unit`: each person once, at the highest of their roles, `to` before `cc`.
    pub fn recipients(
        &self,
        set: &PolicySet,
        unit: &str,
        to: &[String],
        cc: &[String],
        now: Timestamp,
    ) -> ToldAll {
        let mut told = ToldAll::default();
        let roles = to.iter().map(|role| (role, false)).chain(cc.iter().map(|role| (role, true)));
        for (role, cc) in roles {
            if self.posts.is_empty() {
                told.add(set, Told { unit: unit.to_owned(), role: role.clone(), person: None, cc });
                continue;
            }
            let (holders, vacant) = self.holders_or_above(set, unit, role, now);
            if vacant {
                told.vacant.push((role.clone(), holders.first().map(|post| post.person.clone())));
            }
            for post in holders {
                let (unit, role, person) =
                    (post.unit.clone(), post.role.clone(), Some(post.person.clone()));
                told.add(set, Told { unit, role, person, cc });
            }
        }
        told
    }

    /// The people in a role of a unit or, up the tree, of the nearest unit above that has the role.
    pub fn holders(&self, unit: &str, role: &str, now: Timestamp) -> Vec<&Post> {
        self.line_of(unit)
            .into_iter()
            .map(|unit| self.in_post(unit, role, now))
            .find(|posts| !posts.is_empty())
            .unwrap_or_default()
    }

    /// The unit that has a role for this one: itself or the nearest above it with somebody in the role.
    pub fn unit_of(&self, unit: &str, role: &str, now: Timestamp) -> Option<&str> {
        self.holders(unit, role, now).first().map(|post| post.unit.as_str())
    }

    /// The unit at the top of the tree a unit stands in.
    pub fn top_of<'a>(&'a self, unit: &'a str) -> Option<&'a str> {
        self.line_of(unit).last().copied()
    }

    /// As `holders`; a vacant role climbs to the next higher level that has somebody.
    fn holders_or_above(
        &self,
        set: &PolicySet,
        unit: &str,
        role: &str,
        now: Timestamp,
    ) -> (Vec<&Post>, bool) {
        let holders = self.holders(unit, role, now);
        if !holders.is_empty() {
            return (holders, false);
        }
        let level = set.roles.get(role).map_or(0, |role| role.level);
        let mut above: Vec<_> = set.roles.iter().filter(|(_, other)| other.level > level).collect();
        above.sort_by_key(|(name, other)| (other.level, *name));
        let found = above.into_iter().map(|(name, _)| self.holders(unit, name, now));
        (found.into_iter().find(|posts| !posts.is_empty()).unwrap_or_default(), true)
    }

    fn in_post(&self, unit: &str, role: &str, now: Timestamp) -> Vec<&Post> {
        let holds = |deputy: bool| {
            self.posts.iter().filter(move |post| {
                post.deputy == deputy
                    && post.unit == unit
                    && post.role == role
                    && post.from.is_none_or(|from| from <= now)
                    && post.to.is_none_or(|to| now < to)
            })
        };
        let holders: Vec<&Post> = holds(false).collect();
        if holders.is_empty() { holds(true).collect() } else { holders }
    }

    /// A unit and those above it, nearest first. A path the tree does not know (`PWD/North`) stands
    /// under its known beginning (`PWD`), else under the units without a parent.
    fn line_of<'a>(&'a self, unit: &'a str) -> Vec<&'a str> {
        let mut at = unit;
        while !self.units.contains_key(at) {
            let Some((top, _)) = at.rsplit_once('/') else {
                return self.roots();
            };
            at = top;
        }
        let mut line = Vec::new();
        let mut next = self.units.get(at);
        while let Some(unit) = next.filter(|unit| !line.contains(&unit.id.as_str())) {
            line.push(unit.id.as_str());
            next = unit.parent.as_ref().and_then(|parent| self.units.get(parent));
        }
        line
    }

    fn roots(&self) -> Vec<&str> {
        let roots = self.units.values().filter(|unit| unit.parent.is_none());
        roots.map(|unit| unit.id.as_str()).collect()
    }
}

impl ToldAll {
    /// Adds a recipient; somebody who is told already keeps the one line, at the higher role.
    fn add(&mut self, set: &PolicySet, one: Told) {
        let level = |told: &Told| set.roles.get(&told.role).map_or(0, |role| role.level);
        let same = |told: &&mut Told| match (&told.person, &one.person) {
            (Some(there), Some(person)) => there == person,
            (None, None) => told.role == one.role,
            (Some(_), None) | (None, Some(_)) => false,
        };
        match self.recipients.iter_mut().find(same) {
            None => self.recipients.push(one),
            Some(there) => {
                if level(&one) > level(there) {
                    there.role = one.role;
                    there.unit = one.unit;
                }
                there.cc &= one.cc;
            }
        }
    }
}
