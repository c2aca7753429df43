//! The three lists of a day (日签日清日督), and what is left of them in the evening.

use std::collections::BTreeMap;

use super::{
    glance::{Glance, Running},
    scope::Scope,
    steps::Issued,
};
use crate::core::{policy::PolicySet, timestamp::Timestamp};

/// Colours of slips that put a ticket under supervision.
const SUPERVISED: [&str; 3] = ["yellow", "orange", "red"];

/// One ticket on a list.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Listed {
    pub unit: String,
    pub due: Timestamp,
    pub ticket: String,
    /// Of a supervised ticket the gravest slip that stands.
    pub slip: String,
    /// Whether it was done when the list was made.
    pub done: bool,
}

/// The lists.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lists {
    pub sign: Vec<Listed>,
    pub clear: Vec<Listed>,
    pub supervise: Vec<Listed>,
}

impl Lists {
    /// Puts a ticket where it belongs. In the morning only what is not yet done is listed, in the evening both.
    pub fn take(&mut self, scope: &Scope, set: &PolicySet, glance: &Glance, slips: &[Issued]) {
        let with_done = scope.kind == super::kind::Kind::Closing;
        let lies_today = |clock: &&Running| scope.from <= clock.due && clock.due < scope.to;
        for (name, list) in [("accept", &mut self.sign), ("resolve", &mut self.clear)] {
            let of_name = glance.clocks.iter().filter(|c| c.overlay.is_empty() && c.name == name);
            for clock in of_name.filter(lies_today) {
                let runs = clock.runs_at(scope.as_of);
                let done_today =
                    clock.ended().is_some_and(|at| scope.from <= at && at <= scope.as_of);
                if runs || (with_done && done_today) {
                    list.push(listed(glance, clock, "", !runs));
                }
            }
        }
        let mut standing: BTreeMap<u8, (&Running, &str)> = BTreeMap::new();
        for slip in slips.iter().filter(|slip| !slip.is_withdrawn && slip.at < scope.as_of) {
            let grave = gravity(set, &slip.kind);
            let clock = slip.clock().and_then(|on| on.of(glance));
            if let (Some(grave), Some(clock)) = (grave, clock.filter(|c| c.runs_at(scope.as_of))) {
                standing.insert(grave, (clock, &slip.kind));
            }
        }
        if let Some((_, (clock, slip))) = standing.last_key_value() {
            self.supervise.push(listed(glance, clock, slip, false));
        }
    }

    /// The order they are read in: by unit, the soonest due first.
    pub fn sort(&mut self) {
        for list in [&mut self.sign, &mut self.clear, &mut self.supervise] {
            list.sort();
        }
    }
}

/// How grave a slip of this kind is; `None`: it supervises nobody.
fn gravity(set: &PolicySet, kind: &str) -> Option<u8> {
    let colour = set.slips.get(kind).map(|slip| slip.colour.as_str())?;
    SUPERVISED.iter().position(|known| *known == colour).map(|place| place as u8)
}

fn listed(glance: &Glance, clock: &Running, slip: &str, done: bool) -> Listed {
    let unit = if clock.unit.is_empty() { glance.unit.as_ref() } else { Some(&clock.unit) };
    Listed {
        unit: unit.cloned().unwrap_or_default(),
        due: clock.due,
        ticket: glance.no.clone(),
        slip: slip.to_owned(),
        done,
    }
}
