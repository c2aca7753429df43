//! What happens in the city: tickets and their events, when each occurs and when it is heard of.

use std::collections::BTreeMap;

use duban::core::{
    event::{Event, Kind},
    timestamp::Timestamp,
};
use serde_json::json;

use crate::chance::Chance;

pub const HOUR: i64 = 3_600_000;
pub const DAY: i64 = 24 * HOUR;
/// The first day of every simulation.
pub const START: i64 = 1_767_225_600_000; // 2026-01-01T00:00:00Z
pub const KIND_TO_PAUSE: &str = "parts";

/// An event on its way to duban.
#[derive(Clone, Debug)]
pub struct Coming {
    pub arrives: i64,
    pub event: Event,
}

/// What is known of a ticket whose clocks can be told by adding.
#[derive(Clone, Debug, Default)]
pub struct Plain {
    pub dispatched: i64,
    pub accepted: Option<i64>,
    pub resolved: Option<i64>,
    pub withdrawn: Option<i64>,
}

impl Plain {
    /// When the clock that this kind of event stops was over.
    pub fn stop(&self, kind: &str) -> Option<i64> {
        let own = if kind == "accepted" { self.accepted } else { self.resolved };
        own.into_iter().chain(self.withdrawn).min()
    }
}

#[derive(Debug)]
pub struct Script {
    /// In the order of arrival, the last one first.
    pub coming: Vec<Coming>,
    pub plain: BTreeMap<String, Plain>,
    pub tickets: usize,
    pub end: i64,
    /// Days under watch of all tickets together.
    pub ticket_days: i64,
}

/// How a seed's city is.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    pub tickets: usize,
    pub days: i64,
}

impl Script {
    pub fn write(size: Size, chance: &mut Chance) -> Self {
        let end = START + size.days * DAY;
        let mut script = Self {
            coming: Vec::new(),
            plain: BTreeMap::new(),
            tickets: size.tickets,
            end,
            ticket_days: 0,
        };
        for number in 0..size.tickets {
            let no = format!("T{number}");
            let at = START + chance.ms(size.days * DAY / 8);
            script.ticket(&no, at, chance);
        }
        script
            .coming
            .sort_by(|a, b| (b.arrives, &b.event.ticket).cmp(&(a.arrives, &a.event.ticket)));
        script
    }

    fn ticket(&mut self, no: &str, at: i64, chance: &mut Chance) {
        let is_plain = chance.once_in(6_000);
        let mut plain = Plain { dispatched: at, ..Plain::default() };
        let mut dispatched = event(no, "dispatched", at);
        dispatched.unit = Some((*chance.one_of(&["roads", "parks"])).to_owned());
        if !is_plain {
            // Residents of plain tickets have no phone: their answers would open new rounds.
            dispatched.data.insert("phone".to_owned(), json!(format!("+1212556{:04}", number(no))));
        }
        self.hear(dispatched, chance);
        // A tenth of all tickets ends in the very instant a clock is due.
        if chance.once_in(9_000) {
            let tie = chance.once_in(1_000);
            let accepted = at + if tie { 2 * DAY } else { chance.ms(8 * DAY) };
            plain.accepted = Some(accepted);
            self.hear(event(no, "accepted", accepted), chance);
        }
        let mut until = self.end;
        if chance.once_in(5_000) {
            let tie = chance.once_in(1_000);
            let resolved = at + if tie { 30 * DAY } else { 8 * DAY + chance.ms(90 * DAY) };
            plain.resolved = Some(resolved);
            self.hear(event(no, "resolved", resolved), chance);
            until = resolved;
        } else if chance.once_in(2_000) {
            let withdrawn = at + chance.ms(60 * DAY);
            plain.withdrawn = Some(withdrawn);
            self.hear(event(no, "withdrawn", withdrawn), chance);
            until = withdrawn;
        }
        self.ticket_days += (until.min(self.end) - at).max(0) / DAY;
        if is_plain {
            self.plain.insert(no.to_owned(), plain);
        } else {
            self.disturb(no, at, chance);
        }
    }

    /// What moves clocks in ways that only duban itself can tell.
    fn disturb(&mut self, no: &str, at: i64, chance: &mut Chance) {
        let mut when = at;
        for _ in 0..chance.below(5) {
            when += chance.ms(20 * DAY);
            let kind = *chance.one_of(&[
                "paused",
                "resumed",
                "reassigned",
                "returned",
                "contacted",
                "progress",
                "reopened",
                "redo",
                "resolved",
                "accepted",
                "nonsense",
                "dispatched",
            ]);
            let mut event = event(no, kind, when);
            if kind == "paused" {
                event.data.insert("kind".to_owned(), json!(KIND_TO_PAUSE));
            }
            if matches!(kind, "reassigned" | "dispatched") {
                event.unit = Some((*chance.one_of(&["roads", "parks"])).to_owned());
            }
            self.hear(event, chance);
        }
    }

    /// Most events are heard of at once, some late, some twice.
    fn hear(&mut self, event: Event, chance: &mut Chance) {
        let at = event.at.0;
        let late = match chance.below(20) {
            0 => chance.ms(20 * DAY),
            1 | 2 => chance.ms(2 * HOUR),
            _ => chance.ms(5_000),
        };
        let arrives = (at + late).min(self.end);
        if at > self.end {
            return; // what would happen after the end does not happen
        }
        if chance.once_in(500) {
            let again = (arrives + chance.ms(3 * DAY)).min(self.end);
            self.coming.push(Coming { arrives: again, event: event.clone() });
        }
        self.coming.push(Coming { arrives, event });
    }
}

fn number(no: &str) -> u32 {
    no.trim_start_matches('T').parse().unwrap_or_default()
}

fn event(no: &str, kind: &str, at: i64) -> Event {
    let mut event = Event::new(no, Kind::of(kind), Timestamp(at));
    event.id = Some(format!("{no}-{kind}-{at}"));
    event
}
