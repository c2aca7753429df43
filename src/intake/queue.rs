//! Events that came over HTTP wait here for one append together: group commit.
//!
//! A sender takes a slot before it reads its request, so that slots bound the memory of
//! requests under way; without a free slot the answer is "later", at once. One task drains
//! the queue: everything that waits becomes one transaction, then each sender is answered.
//!
//! Invariants (tests of the same names):
//! * `who_waits_together_is_written_together`
//! * `a_full_queue_says_so_at_once`
//! * `one_bad_request_does_not_fail_its_neighbours`

use std::sync::Arc;

use tokio::sync::{
    Notify,
    mpsc::{self, error::TrySendError},
    oneshot,
};

use crate::{
    core::timestamp::Timestamp,
    store::{Appended, NewEntry, Refusal, Store, StoreError},
    wall::Wall,
};

/// Requests written in one transaction.
const REQUESTS_MAX: usize = 64;
/// Entries from which on no further request joins a transaction.
const ENTRIES_MAX: usize = 5_000;

/// Why entries were not appended.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum QueueError {
    #[error("too many requests wait to be written; send it again in a moment")]
    Full,
    #[error("duban is stopping; send it again in a moment")]
    Stopped,
    #[error("the store did not take the events; send them again, none is doubled by it")]
    Store,
    /// Something in these entries can never be kept.
    #[error("{0}")]
    Unkept(String),
}

/// What one request wants written.
struct Waiting {
    entries: Vec<NewEntry>,
    refusals: Vec<Refusal>,
    answer: oneshot::Sender<Result<Vec<Appended>, QueueError>>,
}

/// The end that takes requests. The queue ends when the last one is dropped.
#[derive(Clone)]
pub struct Queue {
    waiting: mpsc::Sender<Waiting>,
}

/// The end that [`run`] drains.
pub struct Drain {
    waiting: mpsc::Receiver<Waiting>,
}

/// The right to put one request into the queue.
pub struct Slot {
    permit: mpsc::OwnedPermit<Waiting>,
}

impl Queue {
    /// A queue in which so many requests may wait.
    pub fn new(slots: usize) -> (Self, Drain) {
        let (sender, receiver) = mpsc::channel(slots);
        (Self { waiting: sender }, Drain { waiting: receiver })
    }

    /// Takes a slot, or says at once that there is none.
    pub fn slot(&self) -> Result<Slot, QueueError> {
        match self.waiting.clone().try_reserve_owned() {
            Ok(permit) => Ok(Slot { permit }),
            Err(TrySendError::Full(_)) => Err(QueueError::Full),
            Err(TrySendError::Closed(_)) => Err(QueueError::Stopped),
        }
    }
}

impl Slot {
    /// Appends the entries together with whatever else waits, keeps the refused lines, and
    /// answers for each entry in its order.
    pub async fn append(
        self,
        entries: Vec<NewEntry>,
        refusals: Vec<Refusal>,
    ) -> Result<Vec<Appended>, QueueError> {
        let (answer, answered) = oneshot::channel();
        self.permit.send(Waiting { entries, refusals, answer });
        answered.await.map_err(|_| QueueError::Stopped)?
    }
}

/// Writes what waits until every [`Queue`] is dropped. `knock` wakes the engine.
pub async fn run(mut drain: Drain, store: Store, wall: Wall, knock: Arc<Notify>) {
    while let Some(first) = drain.waiting.recv().await {
        let mut together = vec![first];
        let mut entries = together[0].entries.len();
        while together.len() < REQUESTS_MAX
            && entries < ENTRIES_MAX
            && let Ok(next) = drain.waiting.try_recv()
        {
            entries += next.entries.len();
            together.push(next);
        }
        write(&store, together, wall.now()).await;
        if entries > 0 {
            knock.notify_one();
        }
    }
}

/// One transaction for all; if that can never succeed, one for each, so that the others do.
async fn write(store: &Store, mut together: Vec<Waiting>, now: Timestamp) {
    let refusals: Vec<Refusal> =
        together.iter_mut().flat_map(|one| std::mem::take(&mut one.refusals)).collect();
    if let Err(error) = store.refuse(&refusals, now).await {
        // The sender is told of every refused line; what is lost is our own copy.
        tracing::error!(%error, lines = refusals.len(), "refused lines could not be kept");
    }
    let counts: Vec<usize> = together.iter().map(|one| one.entries.len()).collect();
    let entries: Vec<NewEntry> =
        together.iter_mut().flat_map(|one| std::mem::take(&mut one.entries)).collect();
    match store.append(&entries, now).await {
        Ok(appended) => {
            let mut appended = appended.into_iter();
            for (one, count) in together.into_iter().zip(counts) {
                answer(one.answer, Ok(appended.by_ref().take(count).collect()));
            }
        }
        Err(StoreError::Nul { .. }) => {
            let mut entries = entries.into_iter();
            for (one, count) in together.into_iter().zip(counts) {
                let own: Vec<NewEntry> = entries.by_ref().take(count).collect();
                answer(one.answer, store.append(&own, now).await.map_err(|error| why(&error)));
            }
        }
        Err(error) => {
            let why = why(&error);
            for one in together {
                answer(one.answer, Err(why.clone()));
            }
        }
    }
}

fn why(error: &StoreError) -> QueueError {
    if let StoreError::Nul { .. } = error {
        return QueueError::Unkept(error.to_string());
    }
    tracing::error!(%error, "events could not be appended");
    QueueError::Store
}

fn answer(
    sender: oneshot::Sender<Result<Vec<Appended>, QueueError>>,
    result: Result<Vec<Appended>, QueueError>,
) {
    if sender.send(result).is_err() {
        tracing::debug!("a sender of events left before its answer");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_778_116_320_000);

    fn entry(ticket: &str, dedupe: &str) -> NewEntry {
        NewEntry {
            ticket: ticket.to_owned(),
            at: NOW,
            kind: "received".to_owned(),
            dedupe: Some(dedupe.to_owned()),
            body: "{}".to_owned(),
            contact: None,
        }
    }

    async fn store() -> Store {
        let store = Store::open("sqlite::memory:").await.expect("a store in memory");
        store.migrate().await.expect("tables");
        store
    }

    /// Puts requests into the queue, then drains it once.
    async fn written(requests: Vec<Vec<NewEntry>>) -> Vec<Result<Vec<Appended>, QueueError>> {
        let store = store().await;
        let (queue, drain) = Queue::new(8);
        let mut answers = Vec::new();
        for entries in requests {
            let slot = queue.slot().expect("a slot");
            let (answer, answered) = oneshot::channel();
            slot.permit.send(Waiting { entries, refusals: Vec::new(), answer });
            answers.push(answered);
        }
        drop(queue);
        let knock = Arc::new(Notify::new());
        run(drain, store, Wall::Host, Arc::clone(&knock)).await;
        knock.notified().await;
        let mut results = Vec::new();
        for answered in answers {
            results.push(answered.await.expect("an answer for each request"));
        }
        results
    }

    #[tokio::test]
    async fn who_waits_together_is_written_together() {
        let answers = written(vec![
            vec![entry("W1", "a"), entry("W1", "b")],
            vec![],
            vec![entry("W1", "a"), entry("W2", "a")],
        ])
        .await;
        assert_eq!(
            answers,
            [
                Ok(vec![Appended::Accepted { seq: 1 }, Appended::Accepted { seq: 2 }]),
                Ok(vec![]),
                Ok(vec![Appended::Duplicate, Appended::Accepted { seq: 1 }]),
            ]
        );
    }

    #[tokio::test]
    async fn a_full_queue_says_so_at_once() {
        let (queue, drain) = Queue::new(1);
        let slot = queue.slot().expect("the only slot");
        assert_eq!(queue.slot().err(), Some(QueueError::Full));
        drop(slot);
        assert!(queue.slot().is_ok(), "a slot that was given back is free");
        drop(drain);
        assert_eq!(queue.slot().err(), Some(QueueError::Stopped));
    }

    #[tokio::test]
    async fn one_bad_request_does_not_fail_its_neighbours() {
        let answers = written(vec![vec![entry("W1", "a")], vec![entry("W\0", "a")]]).await;
        assert_eq!(answers[0], Ok(vec![Appended::Accepted { seq: 1 }]));
        assert!(matches!(answers[1], Err(QueueError::Unkept(_))));
    }
}
