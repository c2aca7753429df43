//! A city whose tickets all wait for the same instant.

use std::{path::Path, sync::Arc};

use arc_swap::ArcSwap;
use duban::{
    core::{
        event::{Event, Kind},
        timestamp::Timestamp,
    },
    engine::Engine,
    intake::canon::canonical,
    policies,
    rules::Rules,
    secret::Key,
    store::{NewEntry, Store},
};

use crate::url;

/// Tickets in one transaction, as a daemon has it where nobody says otherwise.
pub const BATCH: usize = 500;

/// Events taken in together while the city is prepared.
const INTAKE: usize = 2_000;

/// What falls due.
#[derive(Clone, Copy, Debug)]
pub enum Work {
    /// The due time of a source system: a clock, a step, one message.
    External,
    /// A general request of a 12345 hotline at its due: a numbered slip that leaves by two
    /// ways, a ticket that has gone through four clocks.
    Hotline,
}

/// A store full of tickets and the engine that looks at them.
pub struct City {
    pub store: Store,
    pub engine: Engine,
}

impl Work {
    pub const ALL: [Self; 2] = [Self::External, Self::Hotline];

    /// The policy set it runs on.
    pub fn name(self) -> &'static str {
        match self {
            Self::External => "external",
            Self::Hotline => "cn",
        }
    }

    /// The last event, and the instant the step falls due.
    fn times(self) -> (Timestamp, Timestamp) {
        let at = |text| Timestamp::parse(text).expect("an instant");
        match self {
            Self::External => (at("2026-05-11T09:30:00Z"), at("2026-05-18T09:30:00Z")),
            Self::Hotline => (at("2026-05-11T11:00:00+08:00"), at("2026-05-18T18:00:00+08:00")),
        }
    }

    fn events(self, index: usize) -> Vec<Event> {
        let (last, due) = self.times();
        let no = format!("W260511-{index:06}");
        let event = |kind, minutes_before: i64| {
            Event::new(no.clone(), kind, last.plus_ms(-60_000 * minutes_before))
        };
        match self {
            Self::External => {
                let mut received = event(Kind::Received, 0);
                received.deadline = Some(due);
                received.unit = Some("city".to_owned());
                received.category = Some("Street light outage".to_owned());
                vec![received]
            }
            Self::Hotline => {
                let mut registered = event(Kind::Registered, 90);
                registered.category = Some("投诉".to_owned());
                registered.urgency = Some("一般".to_owned());
                let mut dispatched = event(Kind::Dispatched, 85);
                dispatched.unit = Some("cx-cgj".to_owned());
                let later = [event(Kind::Accepted, 60), event(Kind::Contacted, 0)];
                [registered, dispatched].into_iter().chain(later).collect()
            }
        }
    }
}

impl City {
    /// Opens the store and an engine under the shipped rules.
    pub async fn open(work: Work, file: &Path) -> Self {
        let store = Store::open(&url(file)).await.expect("the store opens");
        store.migrate().await.expect("the store migrates");
        let loaded = policies::load_embedded(work.name(), work.times().1).expect("a shipped set");
        let set = Arc::clone(loaded.set.as_ref().expect("the shipped set is good"));
        let templates = loaded.templates.clone().expect("the shipped texts are good");
        let rules = Rules::new(set, loaded.org.clone().unwrap_or_default(), templates);
        let rules = Arc::new(ArcSwap::from_pointee(rules));
        let engine = Engine::new(store.clone(), rules, key(file), BATCH as i64);
        Self { store, engine }
    }

    /// Fills a fresh store with tickets that wait for one step each, closes it, and says when.
    pub async fn prepare(work: Work, file: &Path, tickets: usize) -> Timestamp {
        let city = Self::open(work, file).await;
        let (last, due) = work.times();
        let key = key(file);
        let mut entries: Vec<NewEntry> = Vec::new();
        for index in 0..tickets {
            let events = work.events(index).into_iter();
            entries.extend(events.map(|event| canonical(event, &key, last).expect("it is good")));
            if entries.len() >= INTAKE || index + 1 == tickets {
                city.store.append(&entries, last).await.expect("events are kept");
                entries.clear();
            }
        }
        city.engine.run_until_idle(last).await.expect("the engine looks");
        while let Some(next) = city.store.next_look().await.expect("the store answers")
            && next < due
        {
            city.engine.run_until_idle(next).await.expect("the engine looks");
        }
        let next = city.store.next_look().await.expect("the store answers");
        assert_eq!(next, Some(due), "{}: all that is left falls due at once", work.name());
        city.store.close().await;
        due
    }
}

/// A key beside the database.
fn key(file: &Path) -> Key {
    Key::open(&file.with_extension("key")).expect("a key")
}
