//! `[[trigger]]`: a condition over events of several tickets, and what it adds where.

use std::collections::BTreeMap;

use crate::core::{
    event::{Event, Kind},
    policy::Selector,
    span::Span,
};

/// One trigger of a policy set.
#[derive(Clone, Debug, Default)]
pub struct Trigger {
    /// Without `/`: it is part of the number of its tallies.
    pub id: String,
    pub zh: String,
    pub en: String,
    /// What is counted: names of event kinds, or of conditions over an event (`rating_unsatisfied`).
    pub on: Vec<String>,
    /// What opens the window; `on` then counts only within `window` after it.
    pub arm: Vec<String>,
    /// What empties the count.
    pub reset_on: Vec<String>,
    /// Which tickets count and arm: by their attributes, or by what the event says in `data`.
    pub select: Selector,
    /// What has to be the same: attributes, keys of `data`, `unit` or `ticket`. A ticket that lacks one is not counted.
    pub key: Vec<String>,
    pub count: u32,
    /// Each ticket counts once in a window, however many of its events match.
    pub distinct: bool,
    pub window: Option<Span>,
    /// For so long after the count is reached no other group forms: what comes belongs to the group.
    /// Without it every further event that finds the count reached is a group of its own.
    pub once_per: Option<Span>,
    /// The event the targets are told of.
    pub add: Option<Kind>,
    pub to: Vec<Target>,
    /// What the told event says in `data`; `{count}`, `{first}`, `{last}`, `{armed}` and `{key}` are filled in.
    pub with: BTreeMap<String, String>,
    /// What a new ticket is opened with.
    pub opens: Opening,
    /// What is told where late news show that the count was never reached.
    pub undo: Option<Kind>,
}

/// Which ticket is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// The one whose event completed the count.
    This,
    /// Every one counted, and those that follow while the group is open.
    Each,
    /// The first one counted.
    First,
    /// The one that opened the window.
    Armed,
    /// A ticket made for it.
    New,
}

impl Target {
    /// As policies write it.
    pub const ALL: [(&'static str, Self); 5] = [
        ("this", Self::This),
        ("each", Self::Each),
        ("first", Self::First),
        ("armed", Self::Armed),
        ("new", Self::New),
    ];
}

/// How a ticket made by a trigger begins; what is not said here it has from the key.
#[derive(Clone, Debug, Default)]
pub struct Opening {
    /// The event it is opened by: `triggered` where nothing is said.
    pub event: Option<Kind>,
    /// Fields and `data` of that event: `kind`, `unit`, `category` ...
    pub says: BTreeMap<String, String>,
}

impl Trigger {
    /// Whether the count is of one event and ends with that event's own ticket: nothing to keep.
    pub fn is_plain(&self) -> bool {
        self.count <= 1
            && self.arm.is_empty()
            && self.once_per.is_none()
            && self.to == [Target::This]
    }

    /// Whether an event is one of those named: by its kind, or by a condition it fulfils.
    pub fn names(names: &[String], event: &Event) -> bool {
        let kind = event.kind.name();
        let holds = |name: &String| {
            name == kind || super::conditions(event).into_iter().any(|one| super::name(one) == name)
        };
        names.iter().any(holds)
    }

    /// The kinds this trigger adds.
    pub fn adds(&self) -> impl Iterator<Item = &Kind> {
        self.add.iter().chain(&self.opens.event).chain(&self.undo)
    }
}
