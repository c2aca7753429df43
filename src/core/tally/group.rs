//! How a group forms, takes what follows, and what the tickets it concerns are told.

use serde_json::Value;

use super::{Counted, Group, Tally, Tell, keep_newest, within};
use crate::core::{
    book::{of_tally, short_hash},
    clock::due_after,
    event::{Event, Kind},
    policy::PolicySet,
    record::Record,
    timestamp::Timestamp,
    trigger::{
        Target, Trigger,
        tell::{DEPTH, Facts, signed, with},
    },
};

/// The most tickets a new ticket names.
const NAMED_MAX: usize = 200;
/// The event that opens a ticket where the trigger names no other.
const TRIGGERED: &str = "triggered";

impl Tally {
    /// Counts one event: it follows an open group, or may complete the count.
    pub(super) fn count(
        &mut self,
        set: &PolicySet,
        trigger: &Trigger,
        one: &Counted,
        event: &Event,
    ) {
        let depth = event.data.get(DEPTH).and_then(Value::as_u64).unwrap_or_default();
        if self.follow(trigger, one, depth) {
            return;
        }
        let armed = if trigger.arm.is_empty() {
            None
        } else {
            self.armed.retain(|arm| within(set, trigger.window, arm.at, one.at));
            let opened = |arm: &Counted| arm.ticket != one.ticket && arm.at <= one.at;
            let Some(index) = self.armed.iter().rposition(opened) else { return };
            Some(index)
        };
        self.counted.retain(|before| within(set, trigger.window, before.at, one.at));
        if trigger.distinct && self.counted.iter().any(|before| before.ticket == one.ticket) {
            return;
        }
        keep_newest(&mut self.counted);
        self.counted.push(one.clone());
        if self.counted.len() < trigger.count as usize {
            return;
        }
        let armed = armed.map(|index| self.armed.remove(index).ticket);
        self.form(set, trigger, one, &armed.unwrap_or_default(), depth);
    }

    /// Whether an open group took the event.
    fn follow(&mut self, trigger: &Trigger, one: &Counted, depth: u64) -> bool {
        let Some(group) = self.group.as_mut().filter(|group| one.at < group.until) else {
            self.group = None;
            return false;
        };
        group.count += 1;
        let tell = Tell {
            group: group.number,
            ticket: one.ticket.clone(),
            at: one.at,
            count: group.count,
            first: group.first.clone(),
            last: one.ticket.clone(),
            armed: String::new(),
            tickets: Vec::new(),
            depth,
        };
        if trigger.to.contains(&Target::Each) {
            self.owe(tell);
        }
        true
    }

    fn form(&mut self, set: &PolicySet, trigger: &Trigger, one: &Counted, armed: &str, depth: u64) {
        self.groups += 1;
        while self.undone.contains(&self.groups) {
            self.groups += 1;
        }
        let mut tickets: Vec<String> = Vec::new();
        for counted in &self.counted {
            if !tickets.contains(&counted.ticket) {
                tickets.push(counted.ticket.clone());
            }
        }
        let count = self.counted.len();
        let first = tickets.first().cloned().unwrap_or_default();
        for target in &trigger.to {
            let told: Vec<String> = match target {
                Target::This => vec![one.ticket.clone()],
                Target::First => vec![first.clone()],
                Target::Armed => vec![armed.to_owned()],
                Target::Each => tickets.clone(),
                Target::New => vec![self.new_ticket(trigger)],
            };
            let named = if *target == Target::New { tickets.as_slice() } else { &[] };
            for ticket in told {
                self.owe(Tell {
                    group: self.groups,
                    ticket,
                    at: one.at,
                    count,
                    first: first.clone(),
                    last: one.ticket.clone(),
                    armed: armed.to_owned(),
                    tickets: named.iter().take(NAMED_MAX).cloned().collect(),
                    depth,
                });
            }
        }
        if let Some(span) = trigger.once_per {
            let until = due_after(set, one.at, span);
            self.group = Some(Group { number: self.groups, until, count, first });
            self.counted.clear();
        }
    }

    /// The number of the ticket made for the newest group: the same, however often it is asked for.
    fn new_ticket(&self, trigger: &Trigger) -> String {
        format!("{}-{}-{}", trigger.id, short_hash(&self.no), self.groups)
    }

    /// A ticket is told once of a group, also where what it was told had no reason for a while.
    fn owe(&mut self, tell: Tell) {
        let same = |other: &Tell| other.group == tell.group && other.ticket == tell.ticket;
        if let Some(index) = self.unfounded.iter().position(same) {
            self.unfounded.remove(index);
        } else if !self.owed.iter().any(same) {
            self.owed.push(tell);
        }
    }

    pub(super) fn was_told(&mut self, group: u32, ticket: &str, at: Timestamp) {
        let same = |tell: &Tell| tell.group == group && tell.ticket == ticket;
        if let Some(index) = self.owed.iter().position(same) {
            self.owed.remove(index);
            return;
        }
        self.unfounded.push(Tell {
            group,
            ticket: ticket.to_owned(),
            at,
            count: 0,
            first: String::new(),
            last: String::new(),
            armed: String::new(),
            tickets: Vec::new(),
            depth: 0,
        });
    }

    /// The event a ticket is told of a group.
    pub(super) fn told(&self, trigger: &Trigger, tell: &Tell) -> Option<Event> {
        let key = of_tally(&self.no).map_or("", |(_, key)| key);
        let facts = Facts {
            count: tell.count,
            first: &tell.first,
            last: &tell.last,
            armed: &tell.armed,
            key,
        };
        let is_new = !tell.tickets.is_empty();
        let kind = if is_new {
            trigger.opens.event.clone().unwrap_or_else(|| Kind::of(TRIGGERED))
        } else {
            trigger.add.clone()?
        };
        let mut event = Event::new(tell.ticket.clone(), kind, tell.at);
        event.data = with(trigger, &facts);
        event.data.insert("group".to_owned(), Value::from(tell.group));
        event.data.insert("tally".to_owned(), Value::from(self.no.clone()));
        event.data.insert("count".to_owned(), Value::from(tell.count));
        if is_new {
            event.data.insert("tickets".to_owned(), Value::from(tell.tickets.clone()));
            self.open(trigger, &mut event);
        }
        let id = format!("{}/{}", self.no, tell.group);
        Some(signed(event, id, trigger, tell.depth))
    }

    /// What a new ticket is: the key's values, then what the trigger says.
    fn open(&self, trigger: &Trigger, event: &mut Event) {
        event.unit.clone_from(&self.unit);
        event.source = Some("duban".to_owned());
        for (name, value) in self.key.iter().chain(&trigger.opens.says) {
            match name.as_str() {
                "unit" => event.unit = Some(value.clone()),
                "category" => event.category = Some(value.clone()),
                "urgency" => event.urgency = Some(value.clone()),
                "area" => event.area = Some(value.clone()),
                "source" => event.source = Some(value.clone()),
                "ticket" => {}
                "tag" => _ = event.data.insert("tags".to_owned(), Value::from(vec![value.clone()])),
                _ => _ = event.data.insert(name.clone(), Value::from(value.clone())),
            }
        }
    }

    /// The event that takes back what a ticket was told, where the trigger has one.
    pub(super) fn take_back(&self, trigger: &Trigger, tell: &Tell, at: Timestamp) -> Option<Event> {
        let mut event = Event::new(tell.ticket.clone(), trigger.undo.clone()?, at);
        event.data.insert("group".to_owned(), Value::from(tell.group));
        event.data.insert("tally".to_owned(), Value::from(self.no.clone()));
        let reason = "late news: the count was never reached";
        event.data.insert("reason".to_owned(), Value::from(reason));
        Some(signed(event, format!("{}/{}/undo", self.no, tell.group), trigger, tell.depth))
    }
}

impl Tell {
    /// That it was told, or taken back.
    pub(super) fn record(&self, undo: bool) -> Record {
        Record::Grouped { group: self.group, ticket: self.ticket.clone(), count: self.count, undo }
    }
}
