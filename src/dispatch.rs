//! Messages out: claim under a lease, still relevant?, to whom now?, render, channel, receipt.
//!
//! A message is claimed before it is sent and settled after the channel has answered. A
//! crash in between offers it again after its lease, with the same message id.
//!
//! Invariants (tests/dispatch.rs): `a_message_whose_reason_is_gone_is_not_sent`,
//! `a_failed_message_is_tried_again_and_given_up`, `the_person_is_found_at_sending`.

mod letter;

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use arc_swap::ArcSwap;
use futures_util::{StreamExt as _, stream};
use tokio::sync::mpsc;

use self::letter::{Addressed, address};
use crate::{
    channel::{Channel, Sent},
    config::Config,
    core::{
        callback,
        decide::is_relevant,
        message::Recipient,
        news,
        retry::{Limits, Next, after_failure},
        ticket::Ticket,
        timestamp::Timestamp,
    },
    rules::Rules,
    secret::Key,
    store::{Offer, Outcome, Settled, Store, StoreError},
};

/// Messages settled in one transaction at most.
const SETTLE_MAX: usize = 64;

/// Sends what waits in the outbox.
#[derive(Clone)]
pub struct Dispatch {
    store: Store,
    rules: Arc<ArcSwap<Rules>>,
    channels: Arc<BTreeMap<String, Channel>>,
    config: Arc<Config>,
    seal: Key,
}

/// What a run of the dispatch did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Dispatched {
    pub claimed: usize,
    pub sent: usize,
    pub retried: usize,
    pub given_up: usize,
    pub dropped: usize,
    /// Answers that came after somebody else had taken the message over.
    pub overtaken: usize,
}

impl Dispatch {
    /// A dispatch over a store and its channels.
    pub fn new(
        store: Store,
        rules: Arc<ArcSwap<Rules>>,
        channels: BTreeMap<String, Channel>,
        config: Arc<Config>,
        seal: Key,
    ) -> Self {
        Self { store, rules, channels: Arc::new(channels), config, seal }
    }

    /// Claims one batch of messages offered at `now` and brings each to an outcome.
    pub async fn run_once(&self, now: Timestamp) -> Result<Dispatched, StoreError> {
        let config = &self.config.dispatch;
        let lease_ms = ms(config.lease);
        let offers = self.store.claim(config.batch, lease_ms, now).await?;
        let mut done = Dispatched { claimed: offers.len(), ..Dispatched::default() };
        if offers.is_empty() {
            return Ok(done);
        }
        let rules = self.rules.load_full();
        let rules: &Rules = &rules;
        let lease_ends = tokio::time::Instant::now() + config.lease;
        // Sending and settling go on side by side: a send that holds a connection of the store (the
        // mailbox does) must be able to finish while an earlier outcome waits for that connection.
        let (outcomes, settling) = mpsc::channel(SETTLE_MAX);
        let sends: Vec<_> = offers
            .into_iter()
            .map(|offer| {
                let outcomes = outcomes.clone();
                async move {
                    if let Some(settled) = self.bring(rules, offer, lease_ends, now).await {
                        // The other end is gone only if the store failed; the lease then offers it again.
                        let _ = outcomes.send(settled).await;
                    }
                }
            })
            .collect();
        drop(outcomes);
        let sending = stream::iter(sends).buffer_unordered(config.workers.max(1)).collect::<()>();
        let ((), settled) = tokio::join!(sending, self.settle(settling, &mut done, now));
        settled?;
        Ok(done)
    }

    /// Writes outcomes as they come, as many together as there are.
    async fn settle(
        &self,
        mut outcomes: mpsc::Receiver<Settled>,
        done: &mut Dispatched,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut settled = Vec::with_capacity(SETTLE_MAX);
        while outcomes.recv_many(&mut settled, SETTLE_MAX).await > 0 {
            let kept = self.store.settle(&settled, now).await?;
            for (one, kept) in settled.drain(..).zip(kept) {
                done.count(&one.outcome, kept);
            }
        }
        Ok(())
    }

    /// Sends until nothing is offered at `now`.
    pub async fn run_until_idle(&self, now: Timestamp) -> Result<Dispatched, StoreError> {
        let mut all = Dispatched::default();
        loop {
            let done = self.run_once(now).await?;
            if done.claimed == 0 {
                return Ok(all);
            }
            all = all + done;
        }
    }

    /// Brings one offer to its outcome; `None` if its lease ran out before it was its turn.
    async fn bring(
        &self,
        rules: &Rules,
        offer: Offer,
        lease_ends: tokio::time::Instant,
        now: Timestamp,
    ) -> Option<Settled> {
        let (id, attempt) = (offer.id, offer.attempt);
        let settle = |outcome| Some(Settled { id, attempt, outcome });
        if let Some(reason) = why_dropped(&offer, now) {
            return settle(Outcome::Dropped { reason });
        }
        let addressed =
            match address(&self.store, &self.config, &self.seal, rules, &offer, now).await {
                Ok(addressed) => addressed,
                Err(outcome) => return settle(outcome),
            };
        let Addressed { channel, letter } = addressed;
        let Some(way) = self.channels.get(&channel) else {
            let reason = format!("there is no channel `{channel}`");
            return settle(Outcome::GaveUp { reason, channel });
        };
        if tokio::time::Instant::now() >= lease_ends {
            return None;
        }
        let answer =
            tokio::time::timeout(self.config.dispatch.send_timeout, way.send(&letter, now)).await;
        let answer =
            answer.unwrap_or_else(|_| Sent::Later { reason: "no answer in time".to_owned() });
        settle(match answer {
            Sent::Accepted { provider } => Outcome::Sent { channel, provider },
            Sent::Never { reason } => Outcome::GaveUp { reason, channel },
            Sent::Later { reason } => {
                let first = offer.first_offered.unwrap_or(now);
                match after_failure(self.limits(), attempt, first, now) {
                    Next::Retry(at) => Outcome::Retry { at, reason, channel },
                    Next::GiveUp => Outcome::GaveUp { reason, channel },
                }
            }
        })
    }

    fn limits(&self) -> Limits {
        let config = &self.config.dispatch;
        Limits {
            attempts_max: config.attempts_max,
            give_up_after_ms: ms(config.give_up_after),
            retry_min_ms: ms(config.retry_min),
            retry_max_ms: ms(config.retry_max),
        }
    }
}

fn ms(span: Duration) -> i64 {
    i64::try_from(span.as_millis()).unwrap_or(i64::MAX)
}

/// Why a message has no reason any more, if so.
fn why_dropped(offer: &Offer, now: Timestamp) -> Option<String> {
    let message = &offer.message;
    if offer.slip_withdrawn && message.with.is_empty() {
        return Some("the slip was withdrawn".to_owned());
    }
    if message.expires.is_some_and(|expires| expires <= now) {
        return Some("it expired before it could be sent".to_owned());
    }
    let ticket: Ticket = serde_json::from_str(offer.ticket_state.as_deref()?).ok()?;
    let gone = match (&message.to, &message.slip) {
        (Recipient::Resident, _) if message.facts.link_expires.is_none() => {
            !news::is_relevant(&ticket, &message.facts)
        }
        (Recipient::Resident, _) => !callback::is_relevant(&ticket, message.facts.round),
        (Recipient::Staff { .. }, Some(key)) => {
            let mut carried = message.with.iter().chain([key]);
            !carried.any(|key| is_relevant(&ticket, key))
        }
        (Recipient::Staff { .. }, None) => false,
    };
    gone.then(|| "its reason is gone: the clock has stopped or the question is answered".to_owned())
}

impl Dispatched {
    fn count(&mut self, outcome: &Outcome, kept: bool) {
        let counter = match outcome {
            _ if !kept => &mut self.overtaken,
            Outcome::Sent { .. } => &mut self.sent,
            Outcome::Retry { .. } => &mut self.retried,
            Outcome::GaveUp { .. } => &mut self.given_up,
            Outcome::Dropped { .. } => &mut self.dropped,
        };
        *counter += 1;
    }
}

impl std::ops::Add for Dispatched {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            claimed: self.claimed + other.claimed,
            sent: self.sent + other.sent,
            retried: self.retried + other.retried,
            given_up: self.given_up + other.given_up,
            dropped: self.dropped + other.dropped,
            overtaken: self.overtaken + other.overtaken,
        }
    }
}
