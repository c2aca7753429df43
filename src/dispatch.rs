//! Messages out: claim under a lease, still relevant?, to whom now?, render, channel, receipt.
//!
//! A message is claimed before it is sent and settled after the channel has answered. A
//! crash in between offers it again after its lease, with the same message id.
//!
//! Invariants (tests/dispatch.rs): `a_message_whose_reason_is_gone_is_not_sent`,
//! `a_failed_message_is_tried_again_and_given_up`, `the_person_is_found_at_sending`.

mod bundle;
mod fallback;
mod gate;
mod letter;
mod limits;
mod ways;

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use arc_swap::ArcSwap;
use futures_util::{StreamExt as _, stream};
use tokio::sync::mpsc;

pub use self::letter::place;
use self::{
    bundle::Claimed,
    letter::{Addressed, address},
    ways::{Ways, tell_sysadmin},
};
use crate::{
    channel::{Channel, Sent},
    config::Config,
    core::{
        policy::Via,
        retry::{Next, after_failure},
        throttle::Throttle,
        timestamp::Timestamp,
    },
    rules::Rules,
    secret::Key,
    store::{Offer, Outcome, Proof, Settled, Store, StoreError},
};

/// Messages settled in one transaction at most.
const SETTLE_MAX: usize = 64;
/// Messages claimed at once at most, so that digests come together.
const DIGESTS_MAX: usize = 5_000;

/// Sends what waits in the outbox.
#[derive(Clone)]
pub struct Dispatch {
    store: Store,
    rules: Arc<ArcSwap<Rules>>,
    channels: Arc<BTreeMap<String, Channel>>,
    config: Arc<Config>,
    seal: Key,
    /// What units were told lately, by this node.
    throttle: Arc<Mutex<Throttle>>,
    ways: Arc<Ways>,
}

/// What a run of the dispatch did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Dispatched {
    pub claimed: usize,
    pub sent: usize,
    pub retried: usize,
    pub given_up: usize,
    pub dropped: usize,
    /// Put off by a silence or a throttle.
    pub held: usize,
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
        let (throttle, ways) = (Arc::default(), Arc::default());
        Self { store, rules, channels: Arc::new(channels), config, seal, throttle, ways }
    }

    /// The ways out, by name.
    pub fn channels(&self) -> Arc<BTreeMap<String, Channel>> {
        Arc::clone(&self.channels)
    }

    /// The channels that took nothing lately, as far as this node has seen.
    pub fn down(&self) -> Vec<String> {
        self.ways.down()
    }

    /// Claims one batch of messages offered at `now` and brings each to an outcome.
    pub async fn run_once(&self, now: Timestamp) -> Result<Dispatched, StoreError> {
        let config = &self.config.dispatch;
        let lease_ms = ms(config.lease);
        let rules = self.rules.load_full();
        let rules: &Rules = &rules;
        let offers = self.claim(rules, lease_ms, now).await?;
        let mut done = Dispatched { claimed: offers.len(), ..Dispatched::default() };
        if offers.is_empty() {
            return Ok(done);
        }
        let lease_ends = tokio::time::Instant::now() + config.lease;
        // Sending and settling go on side by side: a send that holds a connection of the store (the
        // mailbox does) must be able to finish while an earlier outcome waits for that connection.
        let (outcomes, settling) = mpsc::channel(SETTLE_MAX);
        let leaves = self.leave_now(rules, offers, now).await?;
        let sends: Vec<_> = leaves
            .into_iter()
            .map(|leaves| {
                let outcomes = outcomes.clone();
                async move {
                    let settled = match leaves {
                        Leaves::Not(settled) => vec![*settled],
                        Leaves::Together(offers) => {
                            self.bring(rules, offers, lease_ends, now).await
                        }
                    };
                    for settled in settled {
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

    /// One batch of what is offered; where digests or SMS of an earlier day are among it, all that is,
    /// so that each person gets one letter.
    async fn claim(
        &self,
        rules: &Rules,
        lease_ms: i64,
        now: Timestamp,
    ) -> Result<Vec<Offer>, StoreError> {
        let batch = self.config.dispatch.batch;
        let by_digest = |offer: &Offer| {
            bundle::is_digest(offer)
                || gate::goes_by_digest(rules, offer)
                || bundle::is_left_over(rules, offer, now)
        };
        let mut offers = self.store.claim(batch, lease_ms, now).await?;
        let mut last = offers.len();
        while last as i64 == batch && offers.len() < DIGESTS_MAX && offers.iter().any(by_digest) {
            let more = self.store.claim(batch, lease_ms, now).await?;
            last = more.len();
            offers.extend(more);
        }
        Ok(offers)
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

    /// Lets offers through the gate, in the order of the queue, and puts together what leaves together.
    async fn leave_now(
        &self,
        rules: &Rules,
        offers: Vec<Offer>,
        now: Timestamp,
    ) -> Result<Vec<Leaves>, StoreError> {
        let holds = self.holds(rules, &offers, now).await?;
        let mut leaves = Vec::new();
        let mut free = Vec::new();
        for mut offer in offers {
            if gate::goes_by_digest(rules, &offer) {
                Via::Digest.name().clone_into(&mut offer.message.via);
            }
            match gate::stopped(rules, &self.throttle, &holds, &offer, now) {
                Some(outcome) => {
                    leaves.push(Leaves::Not(Box::new(Claimed::of(&offer).settled(outcome))));
                }
                None => free.push(offer),
            }
        }
        let letters = bundle::groups(rules, free, now);
        leaves.extend(self.within_day(rules, letters, now).await?);
        Ok(leaves)
    }

    /// Brings offers that leave as one letter to their outcome; none if the lease ran out before
    /// it was their turn.
    async fn bring(
        &self,
        rules: &Rules,
        offers: Vec<Offer>,
        lease_ends: tokio::time::Instant,
        now: Timestamp,
    ) -> Vec<Settled> {
        let claimed: Vec<Claimed> = offers.iter().map(Claimed::of).collect();
        let pairs = || claimed.iter().zip(&offers);
        // What will not arrive goes on at once, where the set says so.
        let settled = |one: &Claimed, offer: &Offer, outcome: Outcome| {
            let is_lost = matches!(outcome, Outcome::GaveUp { .. });
            let due = fallback::due(rules, &offer.message, now).filter(|_| is_lost);
            one.proved(outcome, Proof { receipt_due: due.map(|_| now), ..Proof::default() })
        };
        let all = |outcome: &Outcome| -> Vec<Settled> {
            pairs().map(|(one, offer)| settled(one, offer, outcome.clone())).collect()
        };
        let (Some(first), Some(message)) = (offers.first(), bundle::together(&offers)) else {
            return Vec::new();
        };
        let addressed =
            address(&self.store, &self.config, &self.seal, rules, first, &message, now).await;
        let Addressed { channel, letter, resident } = match addressed {
            Ok(addressed) => addressed,
            Err(outcome) => return all(&outcome),
        };
        let Some(way) = self.channels.get(&channel) else {
            let reason = format!("there is no channel `{channel}`");
            return all(&Outcome::GaveUp { reason, channel });
        };
        if tokio::time::Instant::now() >= lease_ends {
            return Vec::new();
        }
        let urgent = gate::is_urgent(rules, first);
        if let Err((until, reason)) = self.ways.take(&self.config, &channel, urgent, now) {
            return all(&Outcome::Held { until, reason });
        }
        let answer =
            tokio::time::timeout(self.config.dispatch.send_timeout, way.send(&letter, now)).await;
        let answer =
            answer.unwrap_or_else(|_| Sent::Later { reason: "no answer in time".to_owned() });
        let was_down = self.ways.is_down(&channel);
        if let Some(change) = self.ways.heard(&channel, first.id, &answer, now) {
            let (config, templates) = (&self.config, &rules.templates);
            tell_sysadmin(config, &self.channels, templates, &channel, change, now).await;
        }
        let place = place(&self.seal, &letter.to);
        match answer {
            Sent::Accepted { provider, ids } => {
                let outcome = Outcome::Sent { channel: channel.clone(), provider };
                let proof = |offer: &Offer| Proof {
                    address: resident.clone(),
                    to: place.clone(),
                    letter: Some(first.id),
                    ..fallback::proof(rules, offer, &channel, &ids, now)
                };
                pairs().map(|(one, offer)| one.proved(outcome.clone(), proof(offer))).collect()
            }
            Sent::Never { reason } => all(&Outcome::GaveUp { reason, channel }),
            // The probe of a channel that is down was no attempt either.
            Sent::Later { reason } | Sent::Away { reason } if was_down => all(&Outcome::Held {
                until: now.plus_ms(ms(self.config.dispatch.retry_min)),
                reason,
            }),
            Sent::Later { reason } | Sent::Away { reason } => {
                let outcome = |one: &Claimed| {
                    let first = one.first_offered.unwrap_or(now);
                    let (reason, channel) = (reason.clone(), channel.clone());
                    match after_failure(self.config.dispatch.limits(), one.attempt, first, now) {
                        Next::Retry(at) => Outcome::Retry { at, reason, channel },
                        Next::GiveUp => Outcome::GaveUp { reason, channel },
                    }
                };
                pairs().map(|(one, offer)| settled(one, offer, outcome(one))).collect()
            }
        }
    }
}

fn ms(span: Duration) -> i64 {
    i64::try_from(span.as_millis()).unwrap_or(i64::MAX)
}

/// What a claimed offer does now.
enum Leaves {
    /// It does not leave.
    Not(Box<Settled>),
    /// These leave as one letter.
    Together(Vec<Offer>),
}

impl Dispatched {
    fn count(&mut self, outcome: &Outcome, kept: bool) {
        let counter = match outcome {
            _ if !kept => &mut self.overtaken,
            Outcome::Sent { .. } => &mut self.sent,
            Outcome::Retry { .. } => &mut self.retried,
            Outcome::GaveUp { .. } => &mut self.given_up,
            Outcome::Dropped { .. } => &mut self.dropped,
            Outcome::Held { .. } => &mut self.held,
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
            held: self.held + other.held,
            overtaken: self.overtaken + other.overtaken,
        }
    }
}
