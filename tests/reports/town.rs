//! A city with its store, in virtual time.

use std::{collections::BTreeMap, sync::Arc};

use arc_swap::ArcSwap;
use duban::{
    core::{
        event::{Event, Kind as Said},
        fact::Fact,
        report::{Cell, Document, Kind, When},
        timestamp::Timestamp,
        wording::Language,
    },
    engine::Engine,
    policies::{self, Sources},
    report::{Ask, Report, report},
    rules::Rules,
    schedule::Scheduler,
    secret::Key,
    store::{NewEntry, Store},
};

pub fn at(local: &str) -> Timestamp {
    Timestamp::parse(&format!("{}:00+08:00", local.replace(' ', "T"))).expect("a time")
}

/// An event as platforms send it.
pub fn event(no: &str, kind: &str, when: &str, unit: &str) -> Event {
    let mut event = Event::new(no, Said::of(kind), at(when));
    event.category = Some("投诉".to_owned());
    event.urgency = Some("一般".to_owned());
    event.unit = (!unit.is_empty()).then(|| unit.to_owned());
    event
}

/// The same, with something more to say.
pub fn saying(mut event: Event, said: &[(&str, &str)]) -> Event {
    for (key, value) in said {
        event.data.insert((*key).to_owned(), (*value).into());
    }
    event
}

/// The reference set with more in it.
pub fn set(text: &str) -> Rules {
    let head = "schema = \"sla-policy-set/1\"\nid = \"mine\"\nversion = \"1\"\nextends = \"cn\"\n";
    let files = BTreeMap::from([("policies.toml".to_owned(), format!("{head}{text}"))]);
    let base = policies::sources("cn").map(Box::new);
    let sources = Sources { label: "mine".to_owned(), files, base };
    let loaded = policies::load(&sources, at("2026-05-01 00:00"));
    let errors: Vec<String> =
        loaded.complaints.iter().filter(|c| c.is_error()).map(ToString::to_string).collect();
    let set = loaded.set.unwrap_or_else(|| panic!("{}", errors.join("\n")));
    Rules::new(set, loaded.org.unwrap_or_default(), loaded.templates.expect("the reference texts"))
}

pub struct City {
    _folder: tempfile::TempDir,
    pub store: Store,
    pub rules: Arc<ArcSwap<Rules>>,
    pub engine: Engine,
    pub scheduler: Scheduler,
}

impl City {
    /// On a fresh SQLite file.
    pub async fn new(rules: Rules) -> Self {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let url = format!("sqlite:{}", folder.path().join("city.db").display());
        Self::at(folder, &url, rules).await
    }

    /// On a fresh database of PostgreSQL.
    pub async fn on_postgres(rules: Rules) -> Self {
        let folder = tempfile::tempdir().expect("a scratch folder");
        Self::at(folder, &crate::postgres::database().await, rules).await
    }

    async fn at(folder: tempfile::TempDir, url: &str, rules: Rules) -> Self {
        let store = Store::open(url).await.expect("a fresh store opens");
        store.migrate().await.expect("a fresh store migrates");
        let key = Key::open(&folder.path().join("key")).expect("a fresh key");
        let rules = Arc::new(ArcSwap::from_pointee(rules));
        let engine = Engine::new(store.clone(), Arc::clone(&rules), key, 500);
        let scheduler = Scheduler::new(store.clone(), Arc::clone(&rules));
        Self { _folder: folder, store, rules, engine, scheduler }
    }

    /// Tells events in their order; what falls due between them is looked at in time.
    pub async fn tell(&self, mut events: Vec<Event>) {
        events.sort_by_key(|event| event.at);
        for event in events {
            let now = event.at;
            self.until(now).await;
            let entry = NewEntry {
                ticket: event.ticket.clone(),
                at: now,
                kind: event.kind.name().to_owned(),
                dedupe: Some(event.dedupe_key()),
                body: Fact::Event(event).body(),
                contact: None,
            };
            self.store.append(&[entry], now).await.expect("the event is kept");
            self.engine.run_until_idle(now).await.expect("the engine looks");
        }
    }

    /// Lets time pass.
    pub async fn until(&self, until: Timestamp) {
        while let Some(next) =
            self.store.next_look().await.expect("it answers").filter(|next| *next < until)
        {
            self.engine.run_until_idle(next).await.expect("the engine looks");
        }
    }

    pub async fn ask(&self, ask: Ask, now: &str) -> Report {
        let rules = self.rules.load_full();
        report(&self.store, &rules, ask, at(now)).await.expect("there is a report")
    }

    pub async fn report(&self, kind: &str, period: &str, now: &str) -> Report {
        self.ask(asked(kind, period), now).await
    }
}

pub fn asked(kind: &str, period: &str) -> Ask {
    let kind = Kind::parse(kind).expect("a report");
    Ask::new(kind, When::parse(period).expect("a period"))
}

/// A cell by section, first cells of its row, and column; rows and columns by their Chinese names.
pub fn cell<'d>(document: &'d Document, section: &str, row: &str, column: &str) -> &'d Cell {
    let found = document.sections.iter().find(|one| one.id == section);
    let section = found.unwrap_or_else(|| panic!("no section {section}"));
    let place = section.columns.iter().position(|one| one.title.zh == column || one.id == column);
    let place = place.unwrap_or_else(|| panic!("no column {column} in {:?}", section.columns));
    let is_row = |cells: &&Vec<Cell>| {
        cells.iter().take(2).any(|cell| match cell {
            Cell::Said(said) => said.zh == row || said.id.as_deref() == Some(row),
            cell => cell.shown(Language::Zh) == row,
        })
    };
    let cells = section.rows.iter().find(is_row);
    &cells.unwrap_or_else(|| panic!("no row {row} in {:?}", section.rows))[place]
}

pub fn shown(document: &Document, section: &str, row: &str, column: &str) -> String {
    cell(document, section, row, column).shown(Language::Zh)
}
