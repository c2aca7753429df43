//! Who comes, who goes and what changes from one organisation to the next.

use std::collections::{BTreeMap, BTreeSet};

use crate::core::org::{Org, Post, Posts};

/// Ids of one table that come, go or say something else; posts are named by what they say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Moved {
    pub come: Vec<String>,
    pub go: Vec<String>,
    pub change: Vec<String>,
}

/// What is different, table by table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    pub tables: Vec<(&'static str, Moved)>,
}

impl Changes {
    /// Compares two organisations.
    pub fn between(old: &Org, new: &Org) -> Self {
        let tables = vec![
            ("units", moved(&old.units, &new.units)),
            ("people", moved(&old.people, &new.people)),
            ("posts", moved_posts(&old.posts, &new.posts)),
            ("areas", moved_posts(&old.areas, &new.areas)),
            ("absences", moved(&old.absences, &new.absences)),
        ];
        Self { tables }
    }

    /// Whether both say the same.
    pub fn is_empty(&self) -> bool {
        self.tables.iter().all(|(_, moved)| *moved == Moved::default())
    }
}

fn moved<V: PartialEq>(old: &BTreeMap<String, V>, new: &BTreeMap<String, V>) -> Moved {
    let missing = |from: &BTreeMap<String, V>, there: &BTreeMap<String, V>| -> Vec<String> {
        from.keys().filter(|id| !there.contains_key(*id)).cloned().collect()
    };
    let differs = |(id, value): &(&String, &V)| old.get(*id).is_some_and(|old| old != *value);
    Moved {
        come: missing(new, old),
        go: missing(old, new),
        change: new.iter().filter(differs).map(|(id, _)| id.clone()).collect(),
    }
}

fn moved_posts(old: &Posts, new: &Posts) -> Moved {
    let named = |posts: &Posts| posts.iter().map(name).collect::<BTreeSet<String>>();
    let (old, new) = (named(old), named(new));
    Moved {
        come: new.difference(&old).cloned().collect(),
        go: old.difference(&new).cloned().collect(),
        change: Vec::new(),
    }
}

fn name(post: &Post) -> String {
    let Post { unit, role, person, .. } = post;
    let mut name = format!("{role} of {unit}: {person}");
    if post.deputy {
        name.push_str(" as stand-in");
    }
    for (word, at) in [("from", post.from), ("to", post.to)] {
        if let Some(at) = at {
            name += &[" ", word, " ", &at.to_string()].concat();
        }
    }
    if let Some(shift) = &post.shift {
        name += &[", ", &shift.to_string()].concat();
    }
    name
}
