//! The wiring: tasks, knocks, signals, reload, systemd, drain. The only place that spawns.
//!
//! Every task is owned here. A task that ends before it was told to ends the daemon with an
//! error, so that systemd starts it again: no half-dead daemon keeps a port open. Database
//! work is never put under `select!`: a loop finishes what it began and then looks at `stop`.
//!
//! Invariants (tests/daemon.rs): `a_bad_reload_keeps_the_old_rules`,
//! `sigterm_finishes_what_was_begun`, `bad_configuration_exits_78`.

mod feed;
mod loops;
mod reload;
mod systemd;

use std::{collections::BTreeMap, path::PathBuf, sync::Arc, time::Duration};

use arc_swap::ArcSwap;
use metrics_exporter_prometheus::PrometheusHandle;
use tokio::{
    net::TcpListener,
    signal::unix::{Signal, SignalKind, signal},
    sync::{Notify, mpsc},
    task::JoinSet,
};
use tokio_cron_scheduler::{Job, JobScheduler, JobSchedulerError};
use tokio_util::sync::CancellationToken;

use crate::{
    channel::{self, ChannelError, back::Heard},
    config::{Config, ConfigError, channels::ChannelKind},
    core::event::Event,
    dispatch::Dispatch,
    engine::Engine,
    intake::queue::{self, Queue},
    receipts::{self, Receipts},
    rules::{NotGood, Rules, RulesError, enforce, examine_configured},
    schedule::Scheduler,
    secret::{Key, SecretError},
    store::{Store, StoreError},
    wall::Wall,
    web::{self, Board, Guesses, Health, ServeError},
};

/// The engine may be silent this much longer than its longest sleep before `/readyz` says no.
const SILENCE_SPARE: Duration = Duration::from_secs(30);
/// Requests that may wait for the next append.
const QUEUE_SLOTS: usize = 256;
/// Housekeeping is knocked every hour; the knock holds nothing, what is due is asked then.
const HOUSEKEEPING: &str = "0 7 * * * *";

/// What a daemon is started with.
#[derive(Debug)]
pub struct Start {
    pub config: Config,
    /// Where the configuration came from, for reloads.
    pub file: Option<PathBuf>,
    pub wall: Wall,
    /// Events of a demonstration, fed as the wall reaches them.
    pub feed: Vec<Event>,
    pub demo: bool,
    /// Stop by itself after this real time.
    pub stop_after: Option<Duration>,
    pub metrics: Option<PrometheusHandle>,
}

/// Why the daemon did not start or did not go on.
#[derive(Debug, thiserror::Error)]
pub enum DaemonError {
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error(transparent)]
    Policies(#[from] NotGood),
    #[error(transparent)]
    Secret(#[from] SecretError),
    #[error("the key file {} is gone, but the store keeps contacts sealed with it; put the file back from its copy", file.display())]
    KeyLost { file: PathBuf },
    #[error("channel `{}`: {}", .0.channel, .0.why)]
    Channel(ChannelError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Rules(#[from] RulesError),
    #[error(
        "cannot listen on {address}: {source}; is another duban running, or another port free?"
    )]
    Listen { address: std::net::SocketAddr, source: std::io::Error },
    #[error(transparent)]
    Web(#[from] ServeError),
    #[error("cannot listen for signals: {0}")]
    Signals(std::io::Error),
    #[error("the schedule of housekeeping cannot be kept: {0}")]
    Cron(#[from] JobSchedulerError),
    #[error("the task `{0}` ended before it was told to")]
    Ended(&'static str),
}

impl DaemonError {
    /// Whether starting again cannot help until somebody changes the configuration.
    pub fn is_configuration(&self) -> bool {
        matches!(
            self,
            Self::Config(_)
                | Self::Policies(_)
                | Self::Secret(_)
                | Self::Channel(_)
                | Self::KeyLost { .. }
        ) || matches!(self, Self::Store(StoreError::UnknownDatabase { .. }))
    }
}

/// What the loops share.
struct House {
    config: Arc<Config>,
    file: Option<PathBuf>,
    wall: Wall,
    store: Store,
    rules: Arc<ArcSwap<Rules>>,
    seal: Key,
    health: Arc<Health>,
    /// Wakes the engine, the dispatch and housekeeping.
    knock: Arc<Notify>,
    mail_knock: Arc<Notify>,
    tidy_knock: Arc<Notify>,
    /// Wakes whoever matches receipts and sends on what was not delivered.
    receipt_knock: Arc<Notify>,
    stop: CancellationToken,
    metrics: Option<PrometheusHandle>,
}

/// Runs until SIGTERM or SIGINT, then finishes what was begun.
pub async fn run(start: Start) -> Result<(), DaemonError> {
    let Start { config, file, wall, feed, demo, stop_after, metrics } = start;
    let in_force = enforce(examine_configured(&config, file.as_deref(), wall.now()))?;
    for warning in &in_force.warnings {
        tracing::warn!("{warning}");
    }
    let store = Store::open(&config.store.url).await?;
    let migrated = store.migrate().await?;
    let seal = seal(&config, &store).await?;
    tracing::info!(store = ?store, migrations = migrated.len(), "the store is open and up to date");
    let rules = in_force.settle(&store, wall.now()).await?;
    let channels = channel::open_all(&config, &store).map_err(DaemonError::Channel)?;
    let address = config.web.listen;
    let listener = TcpListener::bind(address)
        .await
        .map_err(|source| DaemonError::Listen { address, source })?;
    let house = Arc::new(House {
        health: Arc::new(Health::new(config.engine.poll + SILENCE_SPARE)),
        rules: Arc::new(ArcSwap::from_pointee(rules)),
        knock: Arc::default(),
        mail_knock: Arc::default(),
        tidy_knock: Arc::default(),
        receipt_knock: Arc::default(),
        stop: CancellationToken::new(),
        config: Arc::new(config),
        file,
        wall,
        store,
        seal,
        metrics,
    });
    // Before anybody is told that the daemon runs: a stop right after that must not kill it.
    let asked = Asked::listen().map_err(DaemonError::Signals)?;
    let mut tasks = spawn_all(&house, channels, listener, feed, demo)?;
    let cron = knock_by_cron(&house).await?;
    let first = house.rules.load().current.version.clone();
    tracing::info!(web = %address, policies = %first, "duban runs");
    systemd::ready();
    let ended = wait(&house, &mut tasks, asked, stop_after).await;
    systemd::stopping();
    house.stop.cancel();
    drop(cron);
    while let Some(joined) = tasks.join_next().await {
        if let Ok((name, Err(error))) = joined {
            tracing::error!(task = name, %error, "a task stopped with an error");
        }
    }
    house.store.close().await;
    tracing::info!("duban has stopped; nothing was left half done");
    ended
}

/// The key of contacts. A missing file is made, but not for a store whose contacts another key has sealed.
async fn seal(config: &Config, store: &Store) -> Result<Key, DaemonError> {
    if let Some(found) = &config.secrets.key {
        return Ok(Key::parse(found.secret.reveal(), "the key of [secrets]")?);
    }
    let file = &config.secrets.key_file;
    if !file.exists() && store.keeps_contacts().await? {
        return Err(DaemonError::KeyLost { file: file.clone() });
    }
    Ok(Key::open(file)?)
}

type Tasks = JoinSet<(&'static str, Result<(), DaemonError>)>;

fn spawn_all(
    house: &Arc<House>,
    channels: BTreeMap<String, channel::Channel>,
    listener: TcpListener,
    feed: Vec<Event>,
    demo: bool,
) -> Result<Tasks, DaemonError> {
    let mut tasks = Tasks::new();
    let (queue, drain) = Queue::new(QUEUE_SLOTS);
    let engine = Engine::new(
        house.store.clone(),
        Arc::clone(&house.rules),
        house.seal.clone(),
        house.config.engine.batch,
    );
    let dispatch = Dispatch::new(
        house.store.clone(),
        Arc::clone(&house.rules),
        channels,
        Arc::clone(&house.config),
        house.seal.clone(),
    );
    let (heard, hearing) = mpsc::channel(receipts::WAITING_MAX);
    listen(&mut tasks, house, &dispatch.channels(), &heard);
    let state = web_state(house, queue.clone(), heard, demo);
    let signals = reload::Signals::listen().map_err(DaemonError::Signals)?;
    tasks.spawn(named("intake", {
        let (store, wall, knock) = (house.store.clone(), house.wall, Arc::clone(&house.knock));
        async move {
            queue::run(drain, store, wall, knock).await;
            Ok(())
        }
    }));
    tasks.spawn(named("engine", loops::engine(Arc::clone(house), engine)));
    let scheduler = Scheduler::new(house.store.clone(), Arc::clone(&house.rules));
    tasks.spawn(named("schedules", loops::schedules(Arc::clone(house), scheduler)));
    tasks.spawn(named("fallback", loops::fallback(Arc::clone(house), dispatch.clone())));
    tasks.spawn(named("dispatch", loops::dispatch(Arc::clone(house), dispatch)));
    let receipts = Receipts::new(house.store.clone(), Arc::clone(&house.rules), house.seal.clone());
    tasks.spawn(named("receipts", {
        let knocks = [Arc::clone(&house.knock), Arc::clone(&house.receipt_knock)];
        let wall = house.wall;
        async move {
            receipts::run(receipts, hearing, wall, knocks).await;
            Ok(())
        }
    }));
    tasks.spawn(named("housekeeping", loops::housekeeping(Arc::clone(house))));
    tasks.spawn(named("knocks", loops::knocks(Arc::clone(house))));
    tasks.spawn(named("reload", reload::on_hangup(Arc::clone(house), signals)));
    if !feed.is_empty() {
        tasks.spawn(named("feed", feed::run(Arc::clone(house), queue, feed)));
    }
    tasks.spawn(named("web", {
        let house = Arc::clone(house);
        async move {
            let router = web::router(state);
            web::serve(listener, router, &house.config.web, house.stop.clone()).await?;
            Ok(())
        }
    }));
    Ok(tasks)
}

/// A task for each channel that is kept open.
fn listen(
    tasks: &mut Tasks,
    house: &House,
    channels: &Arc<BTreeMap<String, channel::Channel>>,
    heard: &mpsc::Sender<Heard>,
) {
    for (name, _) in channels.iter().filter(|(_, channel)| channel.listens().is_some()) {
        let (channels, name) = (Arc::clone(channels), name.clone());
        let (heard, stop) = (heard.clone(), house.stop.clone());
        tasks.spawn(named("channel", async move {
            if let Some(open) = channels[&name].listens() {
                open.listen(heard, stop).await;
            }
            Ok(())
        }));
    }
}

async fn named(
    name: &'static str,
    task: impl Future<Output = Result<(), DaemonError>>,
) -> (&'static str, Result<(), DaemonError>) {
    (name, task.await)
}

fn web_state(house: &House, queue: Queue, heard: mpsc::Sender<Heard>, demo: bool) -> web::State {
    let config = &house.config;
    let mailbox =
        config.channels.iter().any(|channel| matches!(channel.kind, ChannelKind::Mailbox));
    web::State {
        store: house.store.clone(),
        queue,
        wall: house.wall,
        knock: Arc::clone(&house.knock),
        rules: Arc::clone(&house.rules),
        seal: house.seal.clone(),
        web: config.web.clone(),
        wording: config.wording.clone(),
        resident_language: config.resident.language.clone(),
        channels: config.channels.clone(),
        heard,
        mailbox,
        demo,
        health: Arc::clone(&house.health),
        metrics: house.metrics.clone(),
        link_guesses: Guesses::per_minute(config.web.answers_per_minute),
        token_guesses: Guesses::per_minute(config.web.answers_per_minute),
        board: Board::new(Wall::Host, Arc::clone(&house.mail_knock), house.stop.clone()),
    }
}

/// Cron only knocks: it holds no deadline, and a knock that is lost costs an hour of housekeeping.
async fn knock_by_cron(house: &House) -> Result<JobScheduler, DaemonError> {
    let scheduler = JobScheduler::new().await?;
    let knock = Arc::clone(&house.tidy_knock);
    scheduler.add(Job::new(HOUSEKEEPING, move |_, _| knock.notify_one())?).await?;
    scheduler.start().await?;
    Ok(scheduler)
}

/// The signals that ask the daemon to stop.
struct Asked {
    term: Signal,
    int: Signal,
}

impl Asked {
    fn listen() -> std::io::Result<Self> {
        Ok(Self { term: signal(SignalKind::terminate())?, int: signal(SignalKind::interrupt())? })
    }
}

/// Waits for a signal to stop, or for a task that ends on its own, which is a fault.
async fn wait(
    house: &House,
    tasks: &mut Tasks,
    mut asked: Asked,
    stop_after: Option<Duration>,
) -> Result<(), DaemonError> {
    let over = async {
        match stop_after {
            Some(span) => tokio::time::sleep(span).await,
            None => std::future::pending().await,
        }
    };
    tokio::select! {
        () = over => Ok(()),
        _ = asked.term.recv() => Ok(()),
        _ = asked.int.recv() => Ok(()),
        () = house.stop.cancelled() => Ok(()),
        ended = tasks.join_next() => match ended {
            Some(Ok((_, Err(error)))) => Err(error),
            Some(Ok((name, Ok(())))) => Err(DaemonError::Ended(name)),
            Some(Err(_)) | None => Err(DaemonError::Ended("unknown")),
        },
    }
}
