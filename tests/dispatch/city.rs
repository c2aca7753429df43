//! A store with an engine and a dispatch under a shipped policy set, at instants the test names.

use std::{collections::BTreeMap, sync::Arc};

use arc_swap::ArcSwap;
use duban::{
    channel::{self, Channel},
    config::Config,
    core::{
        event::{Event, Kind},
        org::Org,
        policy::PolicySet,
        timestamp::Timestamp,
        wording::Templates,
    },
    dispatch::Dispatch,
    engine::Engine,
    intake::canon::canonical,
    policies::{self, Sources},
    receipts::Receipts,
    rules::Rules,
    secret::Key,
    store::{MessageRow, Store},
};
use serde_json::Value;

/// Long after everything these tests tell of.
pub const NOW: Timestamp = Timestamp(1_800_000_000_000);

pub struct City {
    pub store: Store,
    pub engine: Engine,
    pub dispatch: Dispatch,
    pub org: Org,
    pub key: Key,
    rules: Arc<ArcSwap<Rules>>,
    set: Arc<PolicySet>,
    templates: Templates,
}

pub fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).expect("an instant")
}

/// An event as a platform sends it.
pub fn event(ticket: &str, kind: &str, time: &str, data: &Value) -> Event {
    let mut event = Event::new(ticket, Kind::of(kind), at(time));
    event.unit = Some("PWDx".to_owned());
    event.category = Some("Pick up Dead Animal".to_owned());
    event.data = data.as_object().cloned().unwrap_or_default();
    event
}

/// The configuration in which everything goes to the mailbox.
pub fn to_the_mailbox() -> Config {
    Config::standard()
}

/// The configuration of a file.
pub fn configured(text: &str) -> Config {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let path = folder.path().join("duban.toml");
    std::fs::write(&path, text).expect("the scratch folder takes files");
    Config::load(Some(&path), std::iter::empty()).unwrap_or_else(|error| panic!("{error}"))
}

impl City {
    /// Opens a node of its own on the database, under the shipped set `name`.
    pub async fn open(url: &str, name: &str, config: Config, batch: i64) -> Self {
        // Two tests may come here at once; the first one's provider is as good.
        drop(rustls::crypto::ring::default_provider().install_default());
        let store = Store::open(url).await.expect("the database opens");
        store.migrate().await.expect("the database migrates");
        let loaded = policies::load_embedded(name, NOW).expect("the set is shipped");
        let set = loaded.set.expect("the shipped set is good");
        let org = loaded.org.unwrap_or_default();
        let templates = loaded.templates.expect("the shipped texts are good");
        let rules = Rules::new(Arc::clone(&set), org.clone(), templates.clone());
        let rules = Arc::new(ArcSwap::from_pointee(rules));
        let channels: BTreeMap<String, Channel> =
            channel::open_all(&config, &store).expect("the channels are good");
        // The same on every node.
        let key = Key::parse(&"A".repeat(43), "the test").expect("43 characters are a key");
        let engine = Engine::new(store.clone(), Arc::clone(&rules), key.clone(), batch);
        let dispatch = Dispatch::new(
            store.clone(),
            Arc::clone(&rules),
            channels,
            Arc::new(config),
            key.clone(),
        );
        Self { store, engine, dispatch, org, key, rules, set, templates }
    }

    /// Takes events in and looks, at `now`.
    pub async fn hear(&self, events: Vec<Event>, now: Timestamp) {
        let entries: Vec<_> = events
            .into_iter()
            .map(|event| canonical(event, &self.key, now).expect("a good event"))
            .collect();
        self.store.append(&entries, now).await.expect("events are kept");
        self.engine.run_until_idle(now).await.expect("the engine looks");
    }

    /// What comes back from providers and residents goes through here.
    pub fn receipts(&self) -> Receipts {
        Receipts::new(self.store.clone(), Arc::clone(&self.rules), self.key.clone())
    }

    /// From now on what does not arrive goes on by these ways.
    pub fn fall_back_by(&self, base: &str, ways: &str) {
        self.change_noise(base, &format!("fallback = {{ within = '10m', ways = [{ways}] }}"));
    }

    /// From now on `[noise]` says this too.
    pub fn change_noise(&self, base: &str, noise: &str) {
        let text = format!(
            "schema = 'sla-policy-set/1'\nid = 'mine'\nversion = '1'\nextends = '{base}'\n\
             [noise]\n{noise}\n"
        );
        let files = BTreeMap::from([("policies.toml".to_owned(), text)]);
        let base = policies::sources(base).map(Box::new);
        let loaded = policies::load(&Sources { label: "mine".to_owned(), files, base }, NOW);
        let set = loaded.set.expect("a good set");
        let rules = Rules::new(set, self.org.clone(), self.templates.clone());
        self.rules.store(Arc::new(rules));
    }

    /// What the journal of a ticket says, by kind, in order.
    pub async fn journal(&self, ticket: &str, kind: &str) -> Vec<Value> {
        let row = self.store.ticket(ticket).await.expect("the store answers");
        let journal = self.store.journal(row.expect("the ticket is there").key).await;
        let lines =
            journal.expect("the store answers").into_iter().filter(|line| line.kind == kind);
        lines.map(|line| serde_json::from_str(&line.body).expect("JSON")).collect()
    }

    /// Other people in the posts from now on, as after a reload.
    pub fn replace_org(&self, org: Org) {
        let rules = Rules::new(Arc::clone(&self.set), org, self.templates.clone());
        self.rules.store(Arc::new(rules));
    }

    /// The messages about a ticket.
    pub async fn messages(&self, ticket: &str) -> Vec<MessageRow> {
        let row = self.store.ticket(ticket).await.expect("the store answers");
        let key = row.expect("the ticket is there").key;
        self.store.messages(key).await.expect("the store answers")
    }
}
