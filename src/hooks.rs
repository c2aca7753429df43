//! Other systems told: every journal line they asked for, at least once and in the order of its ticket.
//!
//! The engine writes what is to be told in the transaction of its look. Here it is claimed under
//! a lease, handed over as a signed event whose id is the same at every attempt, and settled. A
//! receiver that is down holds up only its own tickets; a line it refuses for good is given up and
//! shows as a gap in `sequence`.
//!
//! Invariants (tests/api): `every_line_arrives_signed_and_in_order`,
//! `what_was_not_told_before_a_crash_is_told_after_it`

use std::{collections::BTreeMap, sync::Arc};

use futures_util::{StreamExt as _, stream};
use serde_json::{Value, json};

use crate::{
    channel::{Channel, Sent, webhook::Notice},
    config::Config,
    core::{
        attributes::hide_care,
        record::PREFIX,
        retry::{Next, after_failure},
        timestamp::Timestamp,
    },
    store::{HookOffer, HookOutcome, HookSettled, Store, StoreError},
};

/// Tells what waits.
#[derive(Clone, Debug)]
pub struct Hooks {
    store: Store,
    channels: Arc<BTreeMap<String, Channel>>,
    config: Arc<Config>,
}

/// What a run came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Told {
    pub claimed: usize,
    pub told: usize,
    pub retried: usize,
    pub given_up: usize,
}

impl Hooks {
    /// Over a store and its channels.
    pub fn new(
        store: Store,
        channels: Arc<BTreeMap<String, Channel>>,
        config: Arc<Config>,
    ) -> Self {
        Self { store, channels, config }
    }

    /// Claims one batch of lines due at `now` and brings each to an outcome.
    pub async fn run_once(&self, now: Timestamp) -> Result<Told, StoreError> {
        let config = &self.config.dispatch;
        let lease_ms = i64::try_from(config.lease.as_millis()).unwrap_or(i64::MAX);
        let offers = self.store.hooks_claim(config.batch, lease_ms, now).await?;
        let mut done = Told { claimed: offers.len(), ..Told::default() };
        let lease_ends = tokio::time::Instant::now() + config.lease;
        let tellings = offers.into_iter().map(|offer| self.tell(offer, lease_ends, now));
        let workers = config.workers.max(1);
        let settled: Vec<HookSettled> = stream::iter(tellings)
            .buffer_unordered(workers)
            .filter_map(async |one| one)
            .collect()
            .await;
        let kept = self.store.hooks_settle(&settled, now).await?;
        for (one, _) in settled.iter().zip(kept).filter(|(_, kept)| *kept) {
            let count = match one.outcome {
                HookOutcome::Told => &mut done.told,
                HookOutcome::Retry { .. } => &mut done.retried,
                HookOutcome::GaveUp { .. } => &mut done.given_up,
            };
            *count += 1;
        }
        Ok(done)
    }

    /// Hands one line over; nothing if the lease ran out before it was its turn.
    async fn tell(
        &self,
        offer: HookOffer,
        lease_ends: tokio::time::Instant,
        now: Timestamp,
    ) -> Option<HookSettled> {
        if tokio::time::Instant::now() >= lease_ends {
            return None;
        }
        let notice = notice(&offer);
        let sent = match self.channels.get(&offer.channel) {
            Some(Channel::Webhook(webhook)) => {
                let telling = webhook.tell(&notice, now);
                let answer = tokio::time::timeout(self.config.dispatch.send_timeout, telling).await;
                answer.unwrap_or_else(|_| Sent::Later { reason: "no answer in time".to_owned() })
            }
            Some(_) | None => {
                Sent::Never { reason: format!("there is no webhook `{}`", offer.channel) }
            }
        };
        let outcome = match sent {
            Sent::Accepted { .. } => HookOutcome::Told,
            Sent::Never { reason } => HookOutcome::GaveUp { reason },
            Sent::Later { reason } | Sent::Away { reason } => {
                let limits = self.config.dispatch.limits();
                match after_failure(limits, offer.attempt, offer.first_offered, now) {
                    Next::Retry(at) => HookOutcome::Retry { at, reason },
                    Next::GiveUp => HookOutcome::GaveUp { reason },
                }
            }
        };
        Some(HookSettled { id: offer.id, attempt: offer.attempt, outcome })
    }
}

/// The line as an event: the same at every attempt, because a journal line never changes.
fn notice(offer: &HookOffer) -> Notice {
    let HookOffer { channel, ticket_no, seq, kind, .. } = offer;
    let mut body: Value = serde_json::from_str(&offer.body).unwrap_or(Value::Null);
    if let Some(Value::Object(data)) = body.get_mut("data") {
        hide_care(data);
    }
    let id = blake3::hash(format!("{channel}/{ticket_no}/{seq}").as_bytes()).to_hex();
    let kind = match kind.strip_prefix(PREFIX) {
        Some(_) => kind.clone(),
        None => format!("duban.event.{kind}"),
    };
    Notice {
        id: id.as_str().get(..32).unwrap_or_default().to_owned(),
        kind,
        ticket: ticket_no.clone(),
        time: offer.at.to_string(),
        sequence: *seq,
        data: json!({
            "seq": seq, "at": offer.at.to_string(), "arrived": offer.arrived.to_string(),
            "kind": offer.kind, "body": body,
        }),
    }
}
