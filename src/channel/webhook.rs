//! Letters to a system of the city's own: `CloudEvents` in JSON, signed as Standard Webhooks says.
//!
//! The event is the same, byte for byte, at every attempt; only time and signature differ. Its id
//! is the letter's, so that the receiver can tell a repetition.
//!
//! Invariants (tests/providers):
//! * `webhooks_are_signed_as_the_reference_library_does`
//! * `an_event_is_the_same_at_every_attempt`

use std::fmt;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use super::{
    Letter, Sent,
    http::{Answer, Courier, Request},
    signing::hmac_sha256,
};
use crate::{
    config::{channels::Method, webhook::WebhookConfig},
    core::timestamp::Timestamp,
};

/// What a secret begins with.
const PREFIX: &str = "whsec_";

/// A receiver of events.
pub struct Webhook {
    config: WebhookConfig,
    key: Vec<u8>,
    courier: Courier,
}

impl fmt::Debug for Webhook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Webhook").finish_non_exhaustive()
    }
}

impl Webhook {
    /// Makes the channel ready; asks nothing of the network.
    pub fn new(config: &WebhookConfig) -> Result<Self, String> {
        let key = key(config.secret.secret.reveal())?;
        Ok(Self { courier: Courier::new(config.timeout)?, key, config: config.clone() })
    }

    /// Sends one letter.
    pub async fn send(&self, letter: &Letter, now: Timestamp) -> Sent {
        self.carry(&request(&self.config, &self.key, letter, now)).await
    }

    /// Tells of one journal line.
    pub async fn tell(&self, notice: &Notice, now: Timestamp) -> Sent {
        let body = notice.event(&self.config.source);
        self.carry(&signed(&self.config, &self.key, &notice.id, body, now)).await
    }

    async fn carry(&self, request: &Request) -> Sent {
        match self.courier.carry(request).await {
            Ok(answer) => verdict(&answer),
            Err(silence) => silence.into(),
        }
    }
}

/// A journal line for another system.
#[derive(Clone, Debug, PartialEq)]
pub struct Notice {
    /// The same at every attempt.
    pub id: String,
    /// `duban.slip`, `duban.event.answered` ...
    pub kind: String,
    pub ticket: String,
    /// When it occurred.
    pub time: String,
    /// Its place in the journal of its ticket.
    pub sequence: i64,
    pub data: Value,
}

impl Notice {
    fn event(&self, source: &str) -> String {
        json!({
            "specversion": "1.0",
            "id": self.id,
            "source": source,
            "type": self.kind,
            "subject": self.ticket,
            "time": self.time,
            "sequence": self.sequence.to_string(),
            "datacontenttype": "application/json",
            "data": self.data,
        })
        .to_string()
    }
}

/// The bytes of a secret.
pub fn key(secret: &str) -> Result<Vec<u8>, String> {
    let text = secret.strip_prefix(PREFIX).unwrap_or(secret);
    let key = STANDARD.decode(text).ok().filter(|key| key.len() >= 16);
    key.ok_or_else(|| {
        format!("`secret` is no key; it is `{PREFIX}` and 24 bytes or more in base64")
    })
}

/// The signed request for a letter.
pub fn request(config: &WebhookConfig, key: &[u8], letter: &Letter, now: Timestamp) -> Request {
    signed(config, key, &letter.message_id, event(config, letter), now)
}

fn signed(config: &WebhookConfig, key: &[u8], id: &str, body: String, now: Timestamp) -> Request {
    let timestamp = now.jiff().as_second();
    let mut request = Request::new(Method::Post, config.url.as_str())
        .with("content-type", "application/cloudevents+json; charset=utf-8")
        .with("webhook-id", id)
        .with("webhook-timestamp", &timestamp.to_string())
        .with("webhook-signature", &signature(key, id, timestamp, &body))
        .with("idempotency-key", id);
    request.body = body;
    request
}

/// The value of `webhook-signature`.
pub fn signature(key: &[u8], id: &str, timestamp: i64, body: &str) -> String {
    let text = format!("{id}.{timestamp}.{body}");
    format!("v1,{}", STANDARD.encode(hmac_sha256(key, text.as_bytes())))
}

fn event(config: &WebhookConfig, letter: &Letter) -> String {
    json!({
        "specversion": "1.0",
        "id": letter.message_id,
        "source": config.source,
        "type": format!("duban.{}", letter.template),
        "subject": letter.ticket,
        "datacontenttype": "application/json",
        "data": {
            "to": letter.to,
            "language": letter.language,
            "subject": letter.subject,
            "text": letter.text,
            "links": letter.links,
            "facts": letter.facts,
        },
    })
    .to_string()
}

/// What an answer means.
pub fn verdict(answer: &Answer) -> Sent {
    let words = answer.words();
    match answer.status {
        200..300 => Sent::Accepted { provider: words, ids: Vec::new() },
        // 401 and 403 are our own key gone bad: giving letters up for that would lose them all.
        400..500 if !matches!(answer.status, 401 | 403 | 408 | 425 | 429) => {
            Sent::Never { reason: words }
        }
        _ => Sent::Later { reason: words }, // too fast, broken or moved
    }
}
