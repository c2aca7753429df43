//! A town at work: a real store, engine and dispatch under the policies of a story, at the
//! instants the story names.

use std::{
    collections::BTreeMap,
    sync::{Arc, LazyLock, Mutex},
};

use arc_swap::ArcSwap;
use duban::{
    apply::preview,
    audit, channel,
    config::Config,
    core::{event::Event, timestamp::Timestamp},
    dispatch::Dispatch,
    engine::Engine,
    intake::{canon::canonical, queue::Queue},
    policies::Sources,
    rules::{self, Rules},
    schedule::Scheduler,
    secret::Key,
    store::{Appended, NewEntry, Store},
    wall::Wall,
    web::{Board, Calls, Guesses, Health, State, router},
};
use futures_util::future::join_all;
use jiff::tz::TimeZone;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;

use crate::{
    base,
    expectation::WAYS,
    ground::Ground,
    language::{Block, Story},
    phones::Phones,
};

/// What came back from the web.
pub struct Page {
    pub status: u16,
    pub text: String,
}

pub struct Town<'g> {
    pub ground: &'g mut Ground,
    pub store: Store,
    pub rules: Arc<ArcSwap<Rules>>,
    pub phones: Option<Phones>,
    engine: Engine,
    dispatch: Dispatch,
    scheduler: Scheduler,
    /// Engines and dispatches that work at the same time.
    nodes: usize,
    config: Arc<Config>,
    key: Key,
    sources: Sources,
    down_until: Option<Timestamp>,
    /// Heard of when the engine is up again.
    waiting: Vec<NewEntry>,
    /// What the last act was answered with.
    pub rejected: Vec<String>,
    pub duplicates: usize,
    pub page: Option<Page>,
    /// Tickets the engine could not decide.
    pub parked: usize,
}

/// Every way has a channel of its name: a mailbox, or the gateway where phones fail.
fn configuration(phones: Option<&Phones>, troubled: &[&str]) -> Config {
    let kinds: Vec<String> = WAYS.iter().map(|way| format!("{way} = '{way}'")).collect();
    let channel = |way: &&str| match phones.filter(|_| troubled.contains(way)) {
        Some(phones) => phones.channel(way),
        None => format!("[[channel]]\nname = '{way}'\nkind = 'mailbox'\n"),
    };
    let channels: Vec<String> = WAYS.iter().map(channel).collect();
    let text = format!(
        "[web]\npublic_url = 'http://story.test'\n[resident]\nsms = 'sms'\nemail = 'email'\n\
         [dispatch]\nsend_timeout = '300ms'\nlease = '2s'\nretry_min = '1m'\nretry_max = '8m'\nattempts_max = 4\n\
         [kinds]\n{}\n{}",
        kinds.join("\n"),
        channels.concat(),
    );
    let folder = tempfile::tempdir().expect("a scratch folder");
    let path = folder.path().join("duban.toml");
    std::fs::write(&path, text).expect("the scratch folder takes files");
    Config::load(Some(&path), std::iter::empty()).unwrap_or_else(|error| panic!("{error}"))
}

impl<'g> Town<'g> {
    /// Founds the town of a story on a cleared ground.
    pub async fn found(ground: &'g mut Ground, story: &Story) -> Result<Self, String> {
        // Two workers may come here at once; the first one's provider is as good.
        drop(rustls::crypto::ring::default_provider().install_default());
        ground.clear().await;
        let store = ground.store.clone();
        let sources = base::laid(base::sources(&story.set)?, &story.blocks)?;
        let first = story.moments.first().map(|moment| moment.at).unwrap_or_default();
        let now = TimeZone::UTC.to_timestamp(first).map_err(|error| error.to_string())?.into();
        let rules = in_force(&sources, &store, now).await?;
        let rules = Arc::new(ArcSwap::from_pointee(rules));
        let troubled = story.troubled_ways();
        let phones = if troubled.is_empty() { None } else { Some(Phones::start().await) };
        let config = Arc::new(configuration(phones.as_ref(), &troubled));
        let channels = channel::open_all(&config, &store).map_err(|error| error.to_string())?;
        let key = Key::parse(&"A".repeat(43), "the story").expect("43 characters are a key");
        let engine = Engine::new(store.clone(), Arc::clone(&rules), key.clone(), 100);
        let scheduler = Scheduler::new(store.clone(), Arc::clone(&rules));
        let zone = rules.load().current.calendar.zone().clone();
        let began = zone.to_timestamp(first).map_err(|error| error.to_string())?.into();
        scheduler.begin(began).await.map_err(|error| error.to_string())?;
        let (store_, rules_, config_) = (store.clone(), Arc::clone(&rules), Arc::clone(&config));
        let dispatch = Dispatch::new(store_, rules_, channels, config_, key.clone());
        Ok(Self {
            ground,
            store,
            rules,
            phones,
            engine,
            dispatch,
            scheduler,
            nodes: story.nodes,
            config,
            key,
            sources,
            down_until: None,
            waiting: Vec::new(),
            rejected: Vec::new(),
            duplicates: 0,
            page: None,
            parked: 0,
        })
    }

    pub fn zone(&self) -> TimeZone {
        self.rules.load().current.calendar.zone().clone()
    }

    /// When something is due next.
    pub async fn next(&self) -> Option<Timestamp> {
        if self.down_until.is_some() {
            return self.down_until;
        }
        let look = self.store.next_look().await.expect("the store answers");
        let offer = self.store.next_offer().await.expect("the store answers");
        look.into_iter().chain(offer).min()
    }

    /// Nothing runs and nothing is heard until then.
    pub fn go_down(&mut self, until: Timestamp) {
        self.down_until = Some(until);
    }

    /// Events come in by the door everybody uses.
    pub async fn hear(&mut self, events: Vec<Event>, now: Timestamp) {
        let mut entries = Vec::new();
        for mut event in events {
            self.rules.load().attest(&mut event);
            match canonical(event, &self.key, now) {
                Ok(entry) => entries.push(entry),
                Err(refusal) => self.rejected.push(refusal.to_string()),
            }
        }
        if self.down_until.is_some_and(|until| now < until) {
            self.waiting.extend(entries);
        } else {
            self.append(&entries, now).await;
        }
    }

    async fn append(&mut self, entries: &[NewEntry], now: Timestamp) {
        let appended = self.store.append(entries, now).await.expect("events are kept");
        let known = appended.iter().filter(|one| matches!(one, Appended::Duplicate));
        self.duplicates += known.count();
    }

    /// Looks and sends until nothing is due.
    pub async fn work(&mut self, now: Timestamp) {
        match self.down_until {
            Some(until) if now < until => return,
            Some(_) => {
                self.down_until = None;
                let waiting = std::mem::take(&mut self.waiting);
                self.append(&waiting, now).await;
            }
            None => {}
        }
        loop {
            let looks = join_all((0..self.nodes).map(|_| self.engine.run_until_idle(now))).await;
            for looked in looks {
                self.parked += looked.expect("the engine looks").parked;
            }
            let periods = join_all((0..self.nodes).map(|_| self.scheduler.run_once(now))).await;
            let closed = periods.into_iter().map(|closed| closed.expect("what has come is done"));
            if closed.sum::<usize>() == 0 {
                break;
            }
        }
        for sent in join_all((0..self.nodes).map(|_| self.dispatch.run_until_idle(now))).await {
            sent.expect("the dispatch sends");
        }
    }

    /// Other policies or people, as after a reload: taken whole or not at all.
    pub async fn reload(&mut self, blocks: &[Block], now: Timestamp) {
        let changed = base::laid(self.sources.clone(), blocks);
        let rules = match &changed {
            Ok(sources) => in_force(sources, &self.store, now).await,
            Err(error) => Err(error.clone()),
        };
        match (changed, rules) {
            (Ok(sources), Ok(rules)) => {
                self.sources = sources;
                self.rules.store(Arc::new(rules));
                self.scheduler.begin(now).await.expect("the schedules begin");
                self.store.release_held(now).await.expect("the store answers");
            }
            (_, Err(error)) | (Err(error), _) => self.rejected.push(error),
        }
    }

    /// Running tickets come under the policies of this moment, as `duban policy apply --yes` does it.
    pub async fn apply(&mut self, now: Timestamp) {
        let rules = self.rules.load_full();
        let page = self.store.page(0, 100_000).await.expect("the store answers");
        let changes = page.iter().filter_map(|loaded| preview(loaded, &rules, now).transpose());
        let entries: Vec<NewEntry> =
            changes.map(|change| change.expect("it can be told").entry(&rules, now)).collect();
        self.append(&entries, now).await;
    }

    /// Opens a page, or sends its form.
    pub async fn web(&mut self, path: &str, form: Option<&[(String, String)]>, now: Timestamp) {
        let token = path.rsplit('/').next().unwrap_or_default().to_owned();
        let request = axum::http::Request::builder().uri(path).header("host", "story.test");
        let request = match form {
            None => request.body(axum::body::Body::empty()),
            Some(form) => {
                let fields = form.iter().cloned().chain([("token".to_owned(), token)]);
                let body: Vec<String> =
                    fields.map(|(key, value)| format!("{key}={}", percent(&value))).collect();
                request
                    .method("POST")
                    .header("content-type", "application/x-www-form-urlencoded")
                    .body(axum::body::Body::from(body.join("&")))
            }
        };
        let request = request.expect("a good request");
        let response = router(self.state(now)).oneshot(request).await.expect("it always answers");
        let status = response.status().as_u16();
        let body = axum::body::to_bytes(response.into_body(), 1 << 20).await.expect("a page");
        self.page = Some(Page { status, text: String::from_utf8_lossy(&body).into_owned() });
    }

    fn state(&self, now: Timestamp) -> State {
        State {
            store: self.store.clone(),
            queue: Queue::new(1).0,
            wall: Wall::fast(now, 0.0),
            knock: Arc::default(),
            rules: Arc::clone(&self.rules),
            seal: self.key.clone(),
            web: self.config.web.clone(),
            wording: self.config.wording.clone(),
            resident_language: self.config.resident.language.clone(),
            channels: Vec::new(),
            heard: tokio::sync::mpsc::channel(1).0,
            connectors: Arc::default(),
            mailbox: false,
            demo: false,
            health: Arc::new(Health::new(std::time::Duration::from_mins(1))),
            metrics: None,
            link_guesses: Guesses::per_minute(100),
            token_guesses: Guesses::per_minute(100),
            board: Board::new(Wall::fast(now, 0.0), Arc::default(), CancellationToken::new()),
            calls: Calls::per_minute(6_000),
        }
    }

    /// What `duban audit` finds; nothing, if the store can be true.
    pub async fn audit(&self, now: Timestamp) -> Vec<String> {
        let names = self.store.names(0, 100_000).await.expect("the store answers");
        let keys: Vec<i64> = names.iter().map(|name| name.key).collect();
        let rules = self.rules.load_full();
        let wholes = self.store.wholes(&keys).await.expect("the store answers");
        let found = wholes.iter().flat_map(|whole| audit::check(whole, &rules, now));
        found.map(|finding| finding.to_string()).collect()
    }

    /// Who has which address now.
    pub fn addresses(&self) -> BTreeMap<String, String> {
        let rules = self.rules.load();
        let mut addresses = BTreeMap::new();
        for person in rules.org.people.values() {
            for contact in &person.contacts {
                for address in [&contact.email, &contact.phone, &contact.im, &contact.voice] {
                    addresses.extend(address.clone().map(|address| (address, person.id.clone())));
                }
            }
        }
        addresses
    }
}

/// Rules that were read before: each set is compiled once, not once for each database.
static READ: LazyLock<Mutex<BTreeMap<[u8; 32], Kept>>> = LazyLock::new(Mutex::default);

type Kept = (Rules, String);

/// Rules of these texts, kept in the store, or all that is wrong with them.
async fn in_force(sources: &Sources, store: &Store, now: Timestamp) -> Result<Rules, String> {
    let files = serde_json::to_vec(&sources.files).expect("texts by name are JSON");
    let hash = *blake3::hash(&files).as_bytes();
    let known = READ.lock().expect("nobody panics with the lock").get(&hash).cloned();
    let (rules, files) = match known {
        Some(kept) => kept,
        None => {
            let examined = rules::examine(sources.label.clone(), Ok(sources.clone()), now);
            let files = serde_json::to_string(&examined.loaded.files).expect("texts are JSON");
            let in_force = rules::enforce(examined).map_err(|error| error.to_string())?;
            let kept = (in_force.rules, files);
            READ.lock().expect("nobody panics with the lock").insert(hash, kept.clone());
            kept
        }
    };
    let set = &rules.current;
    let kept = store.keep_policy_set(&set.hash, &set.id, &set.version, &files, now).await;
    kept.map_err(|error| error.to_string())?;
    rules.with_frozen(store, now).await.map_err(|error| error.to_string())
}

fn percent(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    let encode =
        |byte: u8| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") };
    text.bytes().map(encode).collect()
}
