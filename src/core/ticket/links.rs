//! What a ticket has to do with others: it was opened for some, came with some, was merged into one,
//! is one of several about one event.
//!
//! Proved by the stories C08-two-channels-one-matter, D15-unsatisfied-and-clustered and
//! C11-one-event-many-tickets.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Ticket, permit::Refused};
use crate::core::{
    clock::Clock,
    event::{Event, Kind},
    fact::Fact,
    policy::PolicySet,
    slots,
};

/// Kinds of events one ticket hears of another, or of a trigger.
pub const TRIGGERED: &str = "triggered";
pub const GROUPED: &str = "grouped";
pub(super) const LEVEL_RAISED: &str = "level_raised";
pub const LINKED: &str = "linked";
pub const RESULT: &str = "shared_result";
/// The ticket becomes one of several about one event, or is one no more.
pub(super) const ATTACHED: &str = "attached";
pub(super) const DETACHED: &str = "detached";
/// The key of `data` that names the ticket of the event.
const PARENT: &str = "parent";

/// The highest level of supervision: unit, county, city.
pub(super) const LEVEL_MAX: u8 = 3;
/// The most tickets merged into one that are told of its result.
const DUPLICATES_MAX: usize = 1_000;

/// The tickets this one is bound to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Links {
    /// The tally of the group it belongs to: its plain messages go by digest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// The ticket it was merged into.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub into: Option<String>,
    /// The ticket of the event it belongs to: while that one runs, its people are told there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent: Option<String>,
    /// The tickets merged into this one.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub duplicates: Vec<String>,
}

impl Links {
    /// Whether it stands alone.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl Ticket {
    /// It was counted with others at one place.
    pub(super) fn join_group(&mut self, event: &Event) {
        self.links.group = event.text("tally").map(str::to_owned);
    }

    /// Its supervision goes one level up; steps that have not fired follow.
    pub(super) fn raise_level(&mut self, set: &PolicySet, event: &Event) {
        let said =
            event.data.get("level").and_then(Value::as_u64).and_then(|n| u8::try_from(n).ok());
        let known = self.attributes.value("level").and_then(|text| text.parse::<u8>().ok());
        let level =
            said.unwrap_or_else(|| known.unwrap_or(1).saturating_add(1)).clamp(1, LEVEL_MAX);
        let mut anew = event.clone();
        anew.data.insert("level".to_owned(), Value::from(level));
        self.reclassify(set, &anew);
    }

    /// It is the same matter as another ticket, which goes on for both.
    pub(super) fn merge(&mut self, event: &Event) {
        let Some(into) = event.text("into").filter(|into| *into != self.no) else { return };
        self.links.into = Some(into.to_owned());
        self.end(event.at);
    }

    /// A ticket that is told its parent when it comes belongs to it from then on.
    pub(super) fn absorb_parent(&mut self, event: &Event) {
        let parent = event.text(PARENT).filter(|parent| *parent != self.no);
        if let Some(parent) = parent {
            self.links.parent.get_or_insert_with(|| parent.to_owned());
        }
    }

    /// It is one of several about one event, which has a ticket of its own.
    pub(super) fn attach(&mut self, event: &Event) -> Result<(), Refused> {
        let parent = event.text(PARENT).filter(|parent| !parent.is_empty() && *parent != self.no);
        self.links.parent = Some(parent.ok_or(Refused::NoParent)?.to_owned());
        Ok(())
    }

    /// It stands for itself again.
    pub(super) fn detach(&mut self) -> Result<(), Refused> {
        self.links.parent.take().map(drop).ok_or(Refused::NotAttached)
    }

    /// Whether its people are told of what belongs to it: a clock of it still counts.
    pub fn speaks_for_others(&self) -> bool {
        self.ended.is_none() && self.clocks.iter().any(Clock::is_open)
    }

    /// Another ticket was merged into this one.
    pub(super) fn link(&mut self, event: &Event) {
        let Some(other) = event.text("ticket") else { return };
        let is_known = self.links.duplicates.iter().any(|known| known == other);
        if !is_known && self.links.duplicates.len() < DUPLICATES_MAX {
            self.links.duplicates.push(other.to_owned());
        }
    }

    /// What new lines tell the tickets this one is bound to: that it was merged, what came of it, that it wants a slot.
    pub fn tells(&self, set: &PolicySet, lines: &[(i64, &Fact)]) -> Vec<Event> {
        let mut told = Vec::new();
        for (_, fact) in lines {
            let Fact::Event(event) = fact else { continue };
            match &event.kind {
                Kind::Merged => {
                    let into =
                        self.links.into.as_ref().filter(|into| event.text("into") == Some(into));
                    told.extend(into.map(|into| self.tell(into, LINKED, event)));
                }
                Kind::Resolved => {
                    let others = self.links.duplicates.iter();
                    told.extend(others.map(|other| self.tell(other, RESULT, event)));
                }
                Kind::Custom(name) if &**name == TRIGGERED => {
                    let policy = self.policy(set);
                    told.extend(policy.and_then(|policy| slots::wanted(policy, &self.no, event)));
                }
                Kind::Custom(name) if &**name == LINKED => {
                    // Merged into a matter that is settled already.
                    let resolved = self.seen.get(&Kind::Resolved);
                    if let (Some(at), Some(other)) = (resolved, event.text("ticket")) {
                        let mut late = self.tell(other, RESULT, event);
                        late.at = event.at.max(*at);
                        told.push(late);
                    }
                }
                _ => {} // nothing others hear of
            }
        }
        told
    }

    fn tell(&self, other: &str, kind: &str, of: &Event) -> Event {
        let mut event = Event::new(other, Kind::of(kind), of.at);
        event.id = Some(format!("duban/{kind}/{}/r{}/{}", self.no, self.round(), of.dedupe_key()));
        event.by = Some("duban".to_owned());
        event.data.insert("ticket".to_owned(), Value::from(self.no.clone()));
        event
    }
}
