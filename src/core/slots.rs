//! Low-traffic slots: which call has which, never more than the seats can make.
//!
//! A ticket of a policy with `slots` asks when it is opened and is given the first slot that
//! is free from then on. The slot is a decision and stays, whatever the policy says later.
//!
//! Invariants: `a_slot_holds_what_its_seats_can_call`; `no_call_lies_in_the_peak`,
//! `whoever_finds_no_slot_is_looked_at_again` (tests/books).

use jiff::civil::Time;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    book::{in_order, judged},
    cycle::Advance,
    event::{Event, Kind},
    fact::{Fact, Line},
    policy::{Policy, PolicySet},
    record::Record,
    timestamp::Timestamp,
};

/// What the numbers of these journals begin with, before the id of the policy.
pub const PREFIX: &str = "~slots/";
/// The event by which a ticket asks for a slot, and the one by which it hears of it.
pub const WANTED: &str = "slot_wanted";
pub const GIVEN: &str = "slot_given";
/// A slot further ahead than this is none.
const DAYS_MAX: usize = 60;
/// Where all of those are full, whoever waits is looked at again after so long.
const AGAIN_MS: i64 = 3_600_000;

/// How many calls can be made at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capacity {
    pub seats: u32,
    /// Calls a seat makes in an hour.
    pub per_hour: u32,
}

/// What the journal of the slots of one policy says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Slots {
    pub no: String,
    pub judged_by: String,
    pub frozen: Option<String>,
    /// Tickets that asked and have none yet, in the order they asked.
    pub wanted: Vec<String>,
    /// The slots that are not over and have calls in them.
    pub taken: Vec<Taken>,
}

/// A slot with calls in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Taken {
    pub from: Timestamp,
    pub until: Timestamp,
    pub calls: u32,
}

impl Slots {
    /// Slots nobody asked for yet.
    pub fn new(no: &str, set: &PolicySet) -> Self {
        Self { no: no.to_owned(), judged_by: set.hash.clone(), ..Self::default() }
    }

    /// The id of the policy whose slots these are.
    pub fn policy(&self) -> &str {
        self.no.strip_prefix(PREFIX).unwrap_or_default()
    }

    /// Folds a whole journal.
    pub fn fold(no: &str, set: &PolicySet, mut lines: Vec<Line>) -> Self {
        in_order(&mut lines);
        let mut slots = Self::new(no, set);
        slots.take_in(&lines);
        slots
    }

    /// Applies new lines.
    pub fn take_in(&mut self, news: &[Line]) {
        for line in news {
            match &line.fact {
                Fact::Event(event) if event.kind.name() == WANTED => {
                    self.wanted.extend(event.text("ticket").map(str::to_owned));
                }
                Fact::Event(_) => {} // somebody else's word in this journal moves nothing
                Fact::Record(record) => self.apply_record(record, line.at),
            }
        }
    }

    fn apply_record(&mut self, record: &Record, at: Timestamp) {
        match record {
            Record::Policy { hash, .. } => {
                self.judged_by.clone_from(hash);
                self.frozen = Some(hash.clone());
            }
            Record::Slot { ticket, from, until } => {
                self.wanted.retain(|wanted| wanted != ticket);
                self.taken.retain(|slot| slot.until > at);
                match self.taken.iter_mut().find(|slot| slot.from == *from) {
                    Some(slot) => slot.calls += 1,
                    None => self.taken.push(Taken { from: *from, until: *until, calls: 1 }),
                }
            }
            _ => {} // records of other books
        }
    }

    /// Gives everybody who asked the first free slot.
    pub fn advance(&mut self, set: &PolicySet, now: Timestamp) -> Advance {
        let mut out = Advance::default();
        if self.frozen.as_ref() != Some(&set.hash) {
            self.write(&mut out, judged(set, self.policy()), now);
        }
        let Some(policy) = set.policy(self.policy()) else { return out };
        for ticket in self.wanted.clone() {
            let Some((from, until)) = self.free(set, policy, now) else {
                out.next_look = Some(now.plus_ms(AGAIN_MS));
                break;
            };
            let record = Record::Slot { ticket: ticket.clone(), from, until };
            self.write(&mut out, record, now);
            out.told.push(given(&self.no, ticket, from.max(now), until, now));
        }
        out
    }

    fn write(&mut self, out: &mut Advance, record: Record, at: Timestamp) {
        self.apply_record(&record, at);
        out.lines.push((at, Fact::Record(record)));
    }

    /// The first slot that is not over at `now` and has room.
    fn free(
        &self,
        set: &PolicySet,
        policy: &Policy,
        now: Timestamp,
    ) -> Option<(Timestamp, Timestamp)> {
        let calendar = &set.calendar;
        let first = calendar.date_of(now);
        let days = std::iter::successors(Some(first), |day| day.tomorrow().ok());
        let slots = days.take(DAYS_MAX).flat_map(|day| {
            let at = move |(from, until): &(Time, Time)| {
                (calendar.at(day, *from), calendar.at(day, *until))
            };
            policy.slots.iter().map(at)
        });
        slots.into_iter().find(|(from, until)| {
            let taken = self.taken.iter().find(|slot| slot.from == *from);
            let calls = taken.map_or(0, |slot| slot.calls);
            *until > now && policy.capacity.is_none_or(|one| calls < one.calls(*from, *until))
        })
    }
}

impl Capacity {
    /// How many calls fit between two instants.
    fn calls(self, from: Timestamp, until: Timestamp) -> u32 {
        self.within(until.since(from))
    }

    /// How many calls fit into so long.
    pub fn within(self, ms: i64) -> u32 {
        let calls = u64::from(self.seats) * u64::from(self.per_hour) * ms.max(0) as u64;
        u32::try_from(calls / 3_600_000).unwrap_or(u32::MAX)
    }
}

/// What a ticket of a policy with slots tells when it is opened.
pub fn wanted(policy: &Policy, ticket: &str, of: &Event) -> Option<Event> {
    if policy.slots.is_empty() {
        return None;
    }
    let mut event = Event::new(format!("{PREFIX}{}", policy.id), Kind::of(WANTED), of.at);
    event.id = Some(format!("duban/slot/{ticket}/{}", of.dedupe_key()));
    event.by = Some("duban".to_owned());
    event.data.insert("ticket".to_owned(), Value::from(ticket));
    Some(event)
}

fn given(no: &str, ticket: String, from: Timestamp, until: Timestamp, now: Timestamp) -> Event {
    let mut event = Event::new(ticket, Kind::of(GIVEN), now);
    event.id = Some(format!("{no}/{}", from.0));
    event.by = Some("duban".to_owned());
    event.data.insert("slot".to_owned(), Value::from(from.to_string()));
    event.data.insert("until".to_owned(), Value::from(until.to_string()));
    event
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slot_holds_what_its_seats_can_call() {
        let hour = |n: i64| Timestamp(n * 1_800_000);
        #[rustfmt::skip]
        let table = [
            ("a whole hour",       2, 6, 2, 12),
            ("half of it",         2, 6, 1, 6),
            ("not a whole call",   1, 1, 1, 0),
            ("no time",            9, 9, 0, 0),
        ];
        for (name, seats, per_hour, halves, want) in table {
            let capacity = Capacity { seats, per_hour };
            assert_eq!(capacity.calls(hour(0), hour(halves)), want, "{name}");
        }
    }
}
