//! A node: the tasks of a daemon over the shared store, each behind a gate of its own.

use std::{
    collections::BTreeMap,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
};

use arc_swap::ArcSwap;
use duban::{
    channel::{
        Channel, Way,
        back::{Receipt, Word},
    },
    config::Config,
    core::timestamp::Timestamp,
    dispatch::Dispatch,
    engine::Engine,
    receipts::Receipts,
    rules::Rules,
    schedule::Scheduler,
    secret::Key,
    store::{NewEntry, Store},
};

use crate::{
    gate::{FatedWay, Gate, LET_FAIL},
    post::Post,
};

/// What a node does again and again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Job {
    Engine,
    Dispatch,
    Fallback,
    Schedules,
    /// Something was said to the node and is being kept.
    Intake,
}

pub const LOOPS: [Job; 4] = [Job::Engine, Job::Dispatch, Job::Fallback, Job::Schedules];

/// What was said to a node; until it says yes, it is said again.
#[derive(Clone, Debug)]
pub enum Said {
    Events(Vec<NewEntry>),
    Receipts(Vec<(String, Receipt)>),
    Word(Word),
}

impl Said {
    /// Whose end it is: that of a ticket, or of all messages to somebody.
    pub fn ends(&self) -> Option<String> {
        match self {
            Self::Events(entries) => {
                let withdrawn = entries.iter().find(|entry| entry.kind == "withdrawn");
                withdrawn.map(|entry| entry.ticket.clone())
            }
            Self::Word(word) if word.text == "STOP" => Some(word.from.clone()),
            Self::Word(_) | Self::Receipts(_) => None,
        }
    }
}

/// How a run of a task ended.
#[derive(Debug)]
pub enum Done {
    /// Nothing was to be done.
    Idle,
    /// Something was done; there may be more.
    Busy,
    /// The simulation let it fail.
    Failed,
    /// A node would need somebody's help: nothing the simulation does may lead to that.
    Broken(String),
}

impl Done {
    /// What the simulation let fail is no fault; everything else is.
    fn of(error: &impl ToString) -> Self {
        let text = error.to_string();
        if text.contains(LET_FAIL) { Self::Failed } else { Self::Broken(text) }
    }
}

/// A run of a task, stopped at its gate or on its way there.
pub struct Run {
    pub job: Job,
    pub gate: Arc<Gate>,
    pub said: Option<Said>,
    pub future: Pin<Box<dyn Future<Output = Done> + Send>>,
    /// When it began, by the true time.
    pub began: i64,
    /// The world steps it does not move in.
    pub rests: u32,
}

pub struct Node {
    engine: Engine,
    dispatch: Dispatch,
    fallback: Dispatch,
    scheduler: Scheduler,
    receipts: Receipts,
    intake: Store,
    gates: BTreeMap<Job, Arc<Gate>>,
    left: Arc<Mutex<Vec<String>>>,
    post: Arc<Post>,
}

/// How the node is configured; the same on all.
pub fn configuration() -> Arc<Config> {
    let text = "[web]\npublic_url = 'http://city.test'\n[resident]\nsms = 'sms'\nemail = 'email'\n\
                [dispatch]\nbatch = 1\nworkers = 1\nlease = '5m'\nretry_min = '1m'\nretry_max = '30m'\nattempts_max = 6\n\
                [kinds]\nemail = 'email'\nsms = 'sms'\n\
                [[channel]]\nname = 'email'\nkind = 'mailbox'\n[[channel]]\nname = 'sms'\nkind = 'mailbox'\n";
    let folder = tempfile::tempdir().expect("a scratch folder");
    let path = folder.path().join("duban.toml");
    std::fs::write(&path, text).expect("the scratch folder takes files");
    let config = Config::load(Some(&path), std::iter::empty());
    Arc::new(config.unwrap_or_else(|error| panic!("{error}")))
}

pub fn key() -> Key {
    Key::parse(&"A".repeat(43), "the simulation").expect("43 characters are a key")
}

impl Node {
    pub fn start(
        store: &Store,
        rules: Arc<Rules>,
        config: &Arc<Config>,
        post: &Arc<Post>,
        batch: i64,
    ) -> Self {
        let rules = Arc::new(ArcSwap::new(rules));
        let key = key();
        let mut gates = BTreeMap::new();
        let mut under = |job: Job| {
            let gate: &Arc<Gate> = gates.entry(job).or_default();
            let fate: Arc<Gate> = Arc::clone(gate);
            (store.under(fate), Arc::clone(gate))
        };
        let (of_engine, _) = under(Job::Engine);
        let (of_dispatch, gate) = under(Job::Dispatch);
        let (of_fallback, _) = under(Job::Fallback);
        let (of_schedules, _) = under(Job::Schedules);
        let (of_intake, _) = under(Job::Intake);
        let left = Arc::default();
        let way = |channel: &'static str| {
            let (gate, post, left) = (Arc::clone(&gate), Arc::clone(post), Arc::clone(&left));
            let way: Arc<dyn Way> = Arc::new(FatedWay { gate, post, left, channel });
            (channel.to_owned(), Channel::Other(way))
        };
        let ways = || BTreeMap::from([way("email"), way("sms")]);
        let dispatch = |store, ways| {
            Dispatch::new(store, Arc::clone(&rules), ways, Arc::clone(config), key.clone())
        };
        Self {
            engine: Engine::new(of_engine, Arc::clone(&rules), key.clone(), batch),
            dispatch: dispatch(of_dispatch, ways()),
            fallback: dispatch(of_fallback, ways()),
            scheduler: Scheduler::new(of_schedules, Arc::clone(&rules)),
            receipts: Receipts::new(of_intake.clone(), Arc::clone(&rules), key.clone()),
            intake: of_intake,
            left,
            post: Arc::clone(post),
            gates,
        }
    }

    /// Begins a run.
    pub fn run(&self, job: Job, said: Option<Said>, now: Timestamp, began: i64) -> Run {
        let gate = Arc::clone(&self.gates[&job]);
        gate.clear();
        let future: Pin<Box<dyn Future<Output = Done> + Send>> = match job {
            Job::Engine => {
                let engine = self.engine.clone();
                Box::pin(async move {
                    match engine.run_once(now).await {
                        Ok(looked) if looked.parked > 0 => {
                            Done::Broken("a ticket was parked".to_owned())
                        }
                        Ok(looked) if looked.is_idle() => Done::Idle,
                        Ok(_) => Done::Busy,
                        Err(error) => Done::of(&error),
                    }
                })
            }
            Job::Dispatch => Box::pin(dispatch(
                self.dispatch.clone(),
                Arc::clone(&self.left),
                Arc::clone(&self.post),
                now,
            )),
            Job::Fallback => {
                let fallback = self.fallback.clone();
                Box::pin(async move {
                    match fallback.fall_back(now).await {
                        Ok(done) if done.matched + done.went_on + done.nobody == 0 => Done::Idle,
                        Ok(_) => Done::Busy,
                        Err(error) => Done::of(&error),
                    }
                })
            }
            Job::Schedules => {
                let scheduler = self.scheduler.clone();
                Box::pin(async move {
                    match scheduler.run_once(now).await {
                        Ok(0) => Done::Idle,
                        Ok(_) => Done::Busy,
                        Err(error) => Done::of(&error),
                    }
                })
            }
            Job::Intake => {
                Box::pin(keep(self.intake.clone(), self.receipts.clone(), said.clone(), now))
            }
        };
        Run { job, gate, said, future, began, rests: 0 }
    }
}

async fn dispatch(
    dispatch: Dispatch,
    left: Arc<Mutex<Vec<String>>>,
    post: Arc<Post>,
    now: Timestamp,
) -> Done {
    let forget = || std::mem::take(&mut *left.lock().unwrap_or_else(PoisonError::into_inner));
    forget();
    match dispatch.run_once(now).await {
        Ok(done) if done.claimed == 0 => Done::Idle,
        Ok(done) => {
            if done.overtaken == 0 {
                post.settle(&forget());
            }
            Done::Busy
        }
        Err(error) => Done::of(&error),
    }
}

async fn keep(store: Store, receipts: Receipts, said: Option<Said>, now: Timestamp) -> Done {
    let kept = match said {
        None => return Done::Idle,
        Some(Said::Events(entries)) => store.append(&entries, now).await.map(drop),
        Some(Said::Receipts(heard)) => receipts.keep(heard, now).await,
        Some(Said::Word(word)) => receipts.take("sms", &word, now).await,
    };
    match kept {
        Ok(()) => Done::Busy,
        Err(error) => Done::of(&error),
    }
}
