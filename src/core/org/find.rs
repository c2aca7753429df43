//! From a role to the people who stand in it now.

use std::collections::BTreeSet;

use super::{Org, Person, Post};
use crate::core::{
    policy::{PolicySet, RoleOf},
    timestamp::Timestamp,
};

/// Somebody who stands in a role now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seat<'o> {
    pub post: &'o Post,
    /// Who is told: the holder of the post or whoever stands in for them.
    pub person: &'o str,
    /// The holder, where somebody stands in for them because they are away.
    pub away: Option<&'o str>,
}

/// Everybody who stands in a role now, and how they were found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found<'o> {
    pub seats: Vec<Seat<'o>>,
    pub why: Why,
}

/// How the people of a role were found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// They hold the role, or stand in for those who do.
    Holds,
    /// The desk has people, but none of them on duty; its fallback is told.
    OffDuty,
    /// Nobody has the role; its fallback or the next higher level is told, if there is anybody.
    Vacant,
}

/// Who has a role in one place.
enum Here<'o> {
    Nobody,
    /// People have it, but all are off shift or away.
    OffDuty,
    Seats(Vec<Seat<'o>>),
}

impl Org {
    /// The people in a role of a unit or an area; for a role that nobody fills, those who take its place.
    pub fn find<'o>(
        &'o self,
        set: &PolicySet,
        place: &'o str,
        role: &str,
        now: Timestamp,
    ) -> Found<'o> {
        let why = match self.nearest(set, place, role, now) {
            Here::Seats(seats) => return Found { seats, why: Why::Holds },
            Here::OffDuty => Why::OffDuty,
            Here::Nobody => Why::Vacant,
        };
        let fallback = set.roles.get(role).map_or(&[][..], |role| &role.fallback);
        for role in fallback {
            if let Here::Seats(seats) = self.nearest(set, place, role, now) {
                return Found { seats, why };
            }
        }
        Found { seats: self.above_role(set, place, role, now), why: Why::Vacant }
    }

    /// Who a message that was meant for `person` goes to at this moment: them if they still stand in the
    /// role, or whoever does in their place; else whoever has the role now. A role that became vacant in
    /// between is nobody: the message is given up where everybody can see it.
    pub fn person_now(
        &self,
        set: &PolicySet,
        place: &str,
        role: &str,
        person: Option<&str>,
        now: Timestamp,
    ) -> Option<&Person> {
        let found = self.find(set, place, role, now);
        let named = set.roles.get(role).is_some_and(|role| matches!(role.of, RoleOf::Party(_)));
        let id = match person {
            Some(person) if named && found.why != Why::Holds => self.instead_of(person, now),
            Some(_) | None if found.why == Why::Vacant => return None,
            Some(_) | None => {
                let is_meant = |seat: &&Seat<'_>| Some(seat.person) == person;
                let stands_in = |seat: &&Seat<'_>| person.is_some() && seat.away == person;
                let seats = &found.seats;
                let seat = seats.iter().find(is_meant).or_else(|| seats.iter().find(stands_in));
                let stand_in = person.filter(|id| self.may_stand_in(set, place, role, id, now));
                match seat {
                    Some(seat) => seat.person,
                    None => stand_in.or(seats.first().map(|seat| seat.person))?,
                }
            }
        };
        self.people.get(id)
    }

    /// Who is told next where those of a role cannot be reached: its stand-ins, then the next higher
    /// levels, in the unit and above it; nobody of `told`, and no role kept for a ladder's last step.
    pub fn onward<'o>(
        &'o self,
        set: &PolicySet,
        place: &'o str,
        role: &str,
        told: &BTreeSet<&str>,
        now: Timestamp,
    ) -> Option<Seat<'o>> {
        let stand_ins = self.stand_ins(set, place, role, now).map(|post| Seat {
            post,
            person: &post.person,
            away: None,
        });
        let level = set.roles.get(role).map_or(0, |role| role.level);
        let mut higher: Vec<_> = set
            .roles
            .iter()
            .filter(|(_, one)| one.level > level && one.of == RoleOf::Unit && !one.last_step_only)
            .map(|(name, role)| (role.level, name))
            .collect();
        higher.sort_unstable();
        let places =
            self.line_of(place).flat_map(|unit| higher.iter().map(move |(_, role)| (unit, role)));
        let above = places.flat_map(|(unit, role)| {
            match seats(self, set, self.posts.of(unit, role), now) {
                Here::Seats(seats) => seats,
                Here::Nobody | Here::OffDuty => Vec::new(),
            }
        });
        stand_ins.chain(above).find(|seat| !told.contains(seat.person))
    }

    /// Stand-ins of a role's posts who are there now, whether or not its holders are.
    fn stand_ins<'o>(
        &'o self,
        set: &PolicySet,
        place: &'o str,
        role: &str,
        now: Timestamp,
    ) -> impl Iterator<Item = &'o Post> {
        let there = move |post: &&Post| {
            let on = post.shift.as_ref().is_none_or(|shift| shift.is_on(&set.calendar, now));
            post.deputy && post.is_valid(now) && on && self.absence(&post.person, now).is_none()
        };
        self.line_of(place).flat_map(move |unit| self.posts.of(unit, role)).filter(there)
    }

    fn may_stand_in(
        &self,
        set: &PolicySet,
        place: &str,
        role: &str,
        person: &str,
        now: Timestamp,
    ) -> bool {
        self.stand_ins(set, place, role, now).any(|post| post.person == person)
    }

    /// The unit that has a role for this one: itself or the nearest above it with somebody in the
    /// role, on duty or not.
    pub fn unit_of(&self, unit: &str, role: &str, now: Timestamp) -> Option<&str> {
        let held = |unit: &&str| self.posts.of(unit, role).any(|post| post.is_valid(now));
        let unit = self.line_of(unit).find(held)?;
        self.posts.of(unit, role).map(|post| post.unit.as_str()).next()
    }

    /// The person, or the deputy of their absence.
    pub(super) fn instead_of<'o>(&'o self, person: &'o str, now: Timestamp) -> &'o str {
        self.absence(person, now).and_then(|absence| absence.deputy.as_deref()).unwrap_or(person)
    }

    /// In the place itself or, up the tree, the nearest above that has the role.
    fn nearest<'o>(
        &'o self,
        set: &PolicySet,
        place: &'o str,
        role: &str,
        now: Timestamp,
    ) -> Here<'o> {
        let of_area = set.roles.get(role).is_some_and(|role| role.of != RoleOf::Unit);
        if of_area && !self.units.contains_key(place) {
            // 城西区/西关大街, then 城西区.
            let up = |path: &&'o str| path.rsplit_once('/').map(|(top, _)| top);
            let line = std::iter::successors(Some(place), up);
            let here = line.map(|area| seats(self, set, self.areas.of(area, role), now));
            return first(here);
        }
        first(self.line_of(place).map(|unit| seats(self, set, self.posts.of(unit, role), now)))
    }

    /// The lowest higher role that somebody has, in the unit or the nearest above it.
    fn above_role<'o>(
        &'o self,
        set: &PolicySet,
        place: &'o str,
        role: &str,
        now: Timestamp,
    ) -> Vec<Seat<'o>> {
        let level = set.roles.get(role).map_or(0, |role| role.level);
        let higher = set.roles.iter().filter(|(_, r)| r.level > level && r.of == RoleOf::Unit);
        let mut higher: Vec<_> = higher.map(|(name, role)| (role.level, name)).collect();
        higher.sort_unstable();
        let places =
            self.line_of(place).flat_map(|unit| higher.iter().map(move |(_, r)| (unit, r)));
        let here = places.map(|(unit, role)| seats(self, set, self.posts.of(unit, role), now));
        let found = here.filter_map(|here| match here {
            Here::Seats(seats) => Some(seats),
            Here::Nobody | Here::OffDuty => None,
        });
        found.into_iter().next().unwrap_or_default()
    }
}

/// The first place that knows the role: one whose people are all off duty is not passed by.
fn first<'o>(mut here: impl Iterator<Item = Here<'o>>) -> Here<'o> {
    here.find(|here| !matches!(here, Here::Nobody)).unwrap_or(Here::Nobody)
}

/// The holders who are there, those who stand in for holders who are away, else the stand-ins of the post.
fn seats<'o>(
    org: &'o Org,
    set: &PolicySet,
    posts: impl Iterator<Item = &'o Post> + Clone,
    now: Timestamp,
) -> Here<'o> {
    let valid = posts.filter(|post| post.is_valid(now));
    let on = |post: &Post| post.shift.as_ref().is_none_or(|s| s.is_on(&set.calendar, now));
    let mut seats = Vec::new();
    let (mut known, mut away) = (false, None);
    for post in valid.clone().filter(|post| !post.deputy) {
        known = true;
        if !on(post) {
            continue;
        }
        let Some(absence) = org.absence(&post.person, now) else {
            seats.push(Seat { post, person: &post.person, away: None });
            continue;
        };
        let deputy = absence.deputy.as_deref().filter(|id| org.absence(id, now).is_none());
        match deputy {
            Some(person) => seats.push(Seat { post, person, away: Some(&post.person) }),
            None => away = away.or(Some(post.person.as_str())),
        }
    }
    if seats.is_empty() {
        for post in valid.filter(|post| post.deputy) {
            known = true;
            if on(post) && org.absence(&post.person, now).is_none() {
                seats.push(Seat { post, person: &post.person, away });
            }
        }
    }
    match (seats.is_empty(), known) {
        (false, _) => Here::Seats(seats),
        (true, true) => Here::OffDuty,
        (true, false) => Here::Nobody,
    }
}
