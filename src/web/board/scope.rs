//! What somebody may see: the tickets of the units they have a post in, and of those below.

use std::collections::BTreeSet;

use crate::core::{
    org::{Org, THIRD_PARTY, Unit},
    timestamp::Timestamp,
};

/// Whose tickets somebody sees.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Scope {
    /// A role at the top of the tree.
    All,
    /// These units with everything below them.
    Below(BTreeSet<String>),
}

impl Scope {
    /// The scope of a person now; `None`: they have no post in any unit.
    pub(super) fn of(org: &Org, person: &str, now: Timestamp) -> Option<Self> {
        org.people.get(person)?;
        let held = org.posts.iter().filter(|post| post.person == person && post.is_valid(now));
        let inside = |unit: &&Unit| unit.kind != THIRD_PARTY;
        let units: Vec<&Unit> =
            held.filter_map(|post| org.units.get(&post.unit)).filter(inside).collect();
        let mut tops = org.units.values().filter(inside).filter(|unit| unit.parent.is_none());
        // With several trees nobody stands above all of them.
        let top = tops.next().filter(|_| tops.next().is_none());
        if top.is_some_and(|top| units.iter().any(|unit| unit.id == top.id)) {
            return Some(Self::All);
        }
        let units: BTreeSet<String> = units.into_iter().map(|unit| unit.id.clone()).collect();
        (!units.is_empty()).then_some(Self::Below(units))
    }

    /// Whether tickets of this unit are seen; a ticket that no unit has yet only from the top.
    pub(super) fn sees(&self, org: &Org, unit: &str) -> bool {
        match self {
            Self::All => true,
            Self::Below(units) => {
                !unit.is_empty() && org.line_of(unit).any(|above| units.contains(above))
            }
        }
    }

    /// The units at its top, in the order of their ids.
    pub(super) fn tops<'o>(&self, org: &'o Org) -> Vec<&'o Unit> {
        match self {
            Self::All => org
                .units
                .values()
                .filter(|unit| unit.parent.is_none() && unit.kind != THIRD_PARTY)
                .collect(),
            Self::Below(units) => {
                let own = units.iter().filter_map(|unit| org.units.get(unit));
                // A unit below another of them is not at the top.
                own.filter(|unit| !org.line_of(&unit.id).skip(1).any(|above| units.contains(above)))
                    .collect()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::org::{Person, Post};

    fn unit(id: &str, parent: Option<&str>, kind: &str) -> (String, Unit) {
        let unit = Unit {
            id: id.into(),
            zh: String::new(),
            en: String::new(),
            parent: parent.map(str::to_owned),
            level: String::new(),
            kind: kind.into(),
        };
        (id.to_owned(), unit)
    }

    fn org() -> Org {
        let mut org = Org {
            units: [
                unit("city", None, ""),
                unit("north", Some("city"), ""),
                unit("street", Some("north"), ""),
                unit("south", Some("city"), ""),
                unit("lifts", None, THIRD_PARTY),
            ]
            .into(),
            ..Org::default()
        };
        for (person, unit) in
            [("mayor", "city"), ("head", "north"), ("clerk", "street"), ("fitter", "lifts")]
        {
            let (contacts, language) = (Vec::new(), String::new());
            let somebody = Person { id: person.into(), name: person.into(), contacts, language };
            org.people.insert(person.to_owned(), somebody);
            org.posts.push(Post {
                unit: unit.into(),
                role: "r".into(),
                person: person.into(),
                deputy: false,
                from: None,
                to: (person == "clerk").then_some(Timestamp(100)),
                shift: None,
            });
        }
        org
    }

    #[test]
    fn each_sees_their_own_units_and_those_below() {
        let org = org();
        #[rustfmt::skip]
        let table = [
            // person  at   unit           sees
            ("mayor",  0,   "south",       Some(true)),
            ("mayor",  0,   "",            Some(true)),
            ("head",   0,   "north",       Some(true)),
            ("head",   0,   "street",      Some(true)),
            ("head",   0,   "street/two",  Some(true)),
            ("head",   0,   "south",       Some(false)),
            ("head",   0,   "city",        Some(false)),
            ("head",   0,   "",            Some(false)),
            ("head",   0,   "moon",        Some(false)),
            ("clerk",  99,  "street",      Some(true)),
            ("clerk",  99,  "north",       Some(false)),
            ("clerk",  100, "street",      None), // the post is over
            ("fitter", 0,   "lifts",       None), // not of the administration
            ("nobody", 0,   "north",       None),
        ];
        for (person, at, unit, want) in table {
            let scope = Scope::of(&org, person, Timestamp(at));
            assert_eq!(scope.map(|scope| scope.sees(&org, unit)), want, "{person}, {unit}");
        }
    }
}
