//! The ways out as they are now: which channel is down, how fast each may go, who is told.
//!
//! What is known here is known by this node and lost with it: then a channel that is down
//! is found to be so again.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

use crate::{
    channel::{Channel, Letter, Sent},
    config::Config,
    core::{
        breaker::{Breaker, Change, Failure},
        timestamp::Timestamp,
        wording::{Language, Templates, WordingError},
    },
};

/// A breaker for each channel.
#[derive(Debug, Default)]
pub struct Ways {
    breakers: Mutex<BTreeMap<String, Breaker>>,
}

impl Ways {
    /// Whether a message may leave by a channel now; else when it is offered again, and why.
    pub fn take(
        &self,
        config: &Config,
        channel: &str,
        urgent: bool,
        now: Timestamp,
    ) -> Result<(), (Timestamp, String)> {
        let per_second = config.channel(channel).and_then(|channel| channel.per_second);
        self.with(channel, |breaker| {
            breaker.take(per_second, urgent, now).map_err(|until| {
                let reason = if breaker.is_down() {
                    format!("channel `{channel}` is down; one message at a time tries it")
                } else {
                    format!("channel `{channel}` takes no more in this second")
                };
                (until, reason)
            })
        })
    }

    /// Whether the channel is down.
    pub fn is_down(&self, channel: &str) -> bool {
        self.with(channel, |breaker| breaker.is_down())
    }

    /// The channels that are down.
    pub fn down(&self) -> Vec<String> {
        let breakers = self.breakers.lock().unwrap_or_else(PoisonError::into_inner);
        let down = breakers.iter().filter(|(_, breaker)| breaker.is_down());
        down.map(|(channel, _)| channel.clone()).collect()
    }

    /// Notes what a channel said to a message; tells of a change.
    pub fn heard(
        &self,
        channel: &str,
        message: i64,
        sent: &Sent,
        now: Timestamp,
    ) -> Option<Change> {
        let change = self.with(channel, |breaker| match sent {
            Sent::Accepted { .. } | Sent::Never { .. } => breaker.answered(now),
            Sent::Later { .. } => breaker.failed(Failure::Of(message), now),
            Sent::Away { .. } => breaker.failed(Failure::Away, now),
        })?;
        let up = if change == Change::Down { 0.0 } else { 1.0 };
        metrics::gauge!("duban_channel_up", "channel" => channel.to_owned()).set(up);
        match (change, sent) {
            (Change::Down, Sent::Later { reason } | Sent::Away { reason }) => {
                tracing::error!(channel, %reason, "a channel is down; its messages wait");
            }
            _ => tracing::info!(channel, "a channel works again; what waited leaves now"),
        }
        Some(change)
    }

    fn with<T>(&self, channel: &str, change: impl FnOnce(&mut Breaker) -> T) -> T {
        // What was counted stays right even if somebody panicked while counting.
        let mut breakers = self.breakers.lock().unwrap_or_else(PoisonError::into_inner);
        change(breakers.entry(channel.to_owned()).or_default())
    }
}

/// Tells the sysadmin of a channel, by another one.
pub async fn tell_sysadmin(
    config: &Config,
    channels: &BTreeMap<String, Channel>,
    templates: &Templates,
    channel: &str,
    change: Change,
    now: Timestamp,
) {
    let Some(sysadmin) = config.sysadmin.as_ref().filter(|one| one.channel != channel) else {
        return;
    };
    let Some(way) = channels.get(&sysadmin.channel) else { return };
    let (subject, text) = match words(templates, channel, change) {
        Ok(words) => words,
        Err(error) => {
            tracing::error!(channel, %error, "there are no words for the sysadmin");
            return;
        }
    };
    let letter = Letter {
        message_id: blake3::hash(format!("{channel}/{}/{subject}", now.0).as_bytes()).to_hex()
            [..32]
            .to_owned(),
        to: sysadmin.to.clone(),
        subject,
        text,
        html: None,
        links: Vec::new(),
        ticket: format!("channel {channel}"),
        template: String::new(),
        facts: BTreeMap::new(),
        language: config.wording.language.clone(),
    };
    let told = tokio::time::timeout(config.dispatch.send_timeout, way.send(&letter, now)).await;
    if !matches!(told, Ok(Sent::Accepted { .. })) {
        tracing::error!(channel, "the sysadmin could not be told by `{}`", sysadmin.channel);
    }
}

/// In both languages: whoever is on duty reads one of them.
fn words(
    templates: &Templates,
    channel: &str,
    change: Change,
) -> Result<(String, String), WordingError> {
    let [zh, en] = [Language::Zh, Language::En].map(|one| templates.sysadmin(change, channel, one));
    let (zh, en) = (zh?, en?);
    Ok((format!("{} / {}", zh.subject, en.subject), format!("{}\n{}\n", zh.text, en.text)))
}
