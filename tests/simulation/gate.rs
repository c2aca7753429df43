//! Where a task of a node stops and waits for what the simulation has in store for it.

use std::{
    collections::VecDeque,
    io,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use duban::{
    channel::{Letter, Sent, Way},
    core::timestamp::Timestamp,
    store::{Fate, Moment},
};
use futures_util::{FutureExt as _, future::BoxFuture};
use tokio::sync::oneshot;

use crate::post::Post;

/// A boundary between a task and the world.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Boundary {
    Store(Moment),
    Send,
}

/// What happens at a boundary, if the task lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Go,
    /// It did not happen, and the task hears so.
    Fail,
    /// It happened, and the task hears that it did not.
    AnswerLost,
    /// It will never happen.
    Refuse,
}

/// What the store says when the simulation lets it fail.
pub const LET_FAIL: &str = "the simulation let it fail";

type Arrived = (Boundary, oneshot::Sender<Verdict>);

/// The gate of one task; it has one at a time.
#[derive(Debug, Default)]
pub struct Gate {
    arrived: Mutex<VecDeque<Arrived>>,
}

impl Gate {
    fn waiting(&self) -> MutexGuard<'_, VecDeque<Arrived>> {
        self.arrived.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The boundary the task stands at.
    pub fn at(&self) -> Option<Boundary> {
        self.waiting().front().map(|(boundary, _)| *boundary)
    }

    /// Lets the task go on.
    pub fn open(&self, verdict: Verdict) {
        if let Some((_, answer)) = self.waiting().pop_front() {
            // Whoever asked may be gone with its node.
            let _ = answer.send(verdict);
        }
    }

    /// Forgets who waits: the task has died.
    pub fn clear(&self) {
        self.waiting().clear();
    }

    async fn pass(&self, boundary: Boundary) -> Verdict {
        let (answer, answered) = oneshot::channel();
        self.waiting().push_back((boundary, answer));
        answered.await.unwrap_or(Verdict::Fail)
    }
}

impl Fate for Gate {
    fn meet(&self, moment: Moment) -> BoxFuture<'_, io::Result<()>> {
        let met = self.pass(Boundary::Store(moment));
        met.map(|verdict| match verdict {
            Verdict::Go => Ok(()),
            Verdict::Fail | Verdict::AnswerLost | Verdict::Refuse => {
                Err(io::Error::other(LET_FAIL))
            }
        })
        .boxed()
    }
}

/// A way out whose provider does what the gate says.
#[derive(Debug)]
pub struct FatedWay {
    pub gate: Arc<Gate>,
    pub post: Arc<Post>,
    /// What the run under way has sent.
    pub left: Arc<Mutex<Vec<String>>>,
    pub channel: &'static str,
}

impl Way for FatedWay {
    fn send<'a>(&'a self, letter: &'a Letter, _: Timestamp) -> BoxFuture<'a, Sent> {
        async move {
            let verdict = self.gate.pass(Boundary::Send).await;
            let later = || Sent::Later { reason: "the simulation let it wait".to_owned() };
            match verdict {
                Verdict::Go => {
                    let id = self.post.take(letter, self.channel);
                    let mut left = self.left.lock().unwrap_or_else(PoisonError::into_inner);
                    left.push(letter.message_id.clone());
                    // Mail servers send no receipts.
                    let ids = if self.channel == "sms" { vec![id] } else { Vec::new() };
                    Sent::Accepted { provider: "taken".to_owned(), ids }
                }
                Verdict::AnswerLost => {
                    self.post.take(letter, self.channel);
                    later()
                }
                Verdict::Fail => later(),
                Verdict::Refuse => Sent::Never { reason: "no such address".to_owned() },
            }
        }
        .boxed()
    }
}
