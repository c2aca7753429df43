//! Everybody a step tells: each person once, at the highest of their roles.

use std::collections::BTreeMap;

use super::{Found, Org, Why};
use crate::core::{
    policy::{PolicySet, RoleOf},
    timestamp::Timestamp,
};

/// What a ticket says about whose roles are meant.
#[derive(Clone, Copy, Debug)]
pub struct About<'t> {
    /// The responsible unit, or the one a clock runs on.
    pub unit: &'t str,
    /// `城西区/西关大街`.
    pub area: Option<&'t str>,
    /// Units, people and areas the ticket names, by the key they are named under.
    pub parties: &'t BTreeMap<String, String>,
}

/// One recipient of a slip.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// The unit or area of the post.
    pub unit: String,
    pub role: String,
    /// `None`: the organisation knows no units at all, so that only the role can be named.
    pub person: Option<String>,
    /// Whom this person stands in for.
    pub away: Option<String>,
    pub cc: bool,
}

/// Somebody told in place of those the step names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StandIn {
    pub role: String,
    pub unit: String,
    /// Who is away; `None`: the desk is off duty.
    pub person: Option<String>,
    pub told: String,
}

/// Everybody a step tells, each person once, and what was not as the step says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ToldAll {
    pub recipients: Vec<Told>,
    /// Role without a holder, and the person told instead, if any.
    pub vacant: Vec<(String, Option<String>)>,
    pub stand_ins: Vec<StandIn>,
}

/// Where a role is looked for.
enum Place<'t> {
    /// A unit or an area.
    In(&'t str),
    /// The ticket names the person.
    Person(&'t str),
    /// The ticket names nobody.
    Nowhere,
}

impl Org {
    /// Who is told of a step: each person once, at the highest of their roles, `to` before `cc`.
    pub fn recipients(
        &self,
        set: &PolicySet,
        about: About<'_>,
        to: &[String],
        cc: &[String],
        now: Timestamp,
    ) -> ToldAll {
        let mut told = ToldAll::default();
        let roles = to.iter().map(|role| (role, false)).chain(cc.iter().map(|role| (role, true)));
        for (role, cc) in roles {
            let unit = about.unit.to_owned();
            if self.posts.is_empty() {
                let one = Told { unit, role: role.clone(), person: None, away: None, cc };
                told.add(set, one);
                continue;
            }
            match self.place(set, about, role) {
                Place::In(place) => told.add_found(set, self.find(set, place, role, now), role, cc),
                Place::Person(person) => told.add(set, self.named(unit, role, person, cc, now)),
                Place::Nowhere => {}
            }
        }
        if told.recipients.is_empty() && told.vacant.is_empty() {
            told.vacant.extend(to.first().map(|role| (role.clone(), None)));
        }
        told
    }

    fn place<'t>(&self, set: &PolicySet, about: About<'t>, role: &str) -> Place<'t> {
        match set.roles.get(role).map(|role| &role.of) {
            None | Some(RoleOf::Unit) => Place::In(about.unit),
            Some(RoleOf::Area) => about.area.map_or(Place::Nowhere, Place::In),
            Some(RoleOf::Party(key)) => match about.parties.get(key) {
                None => Place::Nowhere,
                Some(name) if self.people.contains_key(name) => Place::Person(name),
                Some(name) => Place::In(name),
            },
        }
    }

    /// The person a ticket names, or whoever stands in for them.
    fn named(&self, unit: String, role: &str, person: &str, cc: bool, now: Timestamp) -> Told {
        let told = self.instead_of(person, now);
        let away = (told != person).then(|| person.to_owned());
        Told { unit, role: role.to_owned(), person: Some(told.to_owned()), away, cc }
    }
}

impl ToldAll {
    fn add_found(&mut self, set: &PolicySet, found: Found<'_>, role: &str, cc: bool) {
        match found.why {
            Why::Holds => {}
            Why::Vacant => {
                let first = found.seats.first().map(|seat| seat.person.to_owned());
                self.vacant.push((role.to_owned(), first));
            }
            Why::OffDuty => self.stand_ins.extend(found.seats.iter().map(|seat| StandIn {
                role: role.to_owned(),
                unit: seat.post.unit.clone(),
                person: None,
                told: seat.person.to_owned(),
            })),
        }
        for seat in found.seats {
            self.add(
                set,
                Told {
                    unit: seat.post.unit.clone(),
                    role: seat.post.role.clone(),
                    person: Some(seat.person.to_owned()),
                    away: seat.away.map(str::to_owned),
                    cc,
                },
            );
        }
    }

    /// Adds a recipient; somebody who is told already keeps the one line, at the higher role.
    fn add(&mut self, set: &PolicySet, one: Told) {
        if let (Some(told), Some(away)) = (&one.person, &one.away) {
            self.stand_ins.push(StandIn {
                role: one.role.clone(),
                unit: one.unit.clone(),
                person: Some(away.clone()),
                told: told.clone(),
            });
        }
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
                    there.away = one.away;
                }
                there.cc &= one.cc;
            }
        }
    }
}
