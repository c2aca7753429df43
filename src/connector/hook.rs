//! What another system posts to `/api/v1/hooks/NAME`: whose it is, and the rows in it.
//!
//! Invariants:
//! * `a_signature_is_checked_over_the_body_as_it_came`

use serde_json::Value;

use super::{
    Connector, ConnectorError, Hands, Tally,
    portion::{Item, What, mark_of, portion},
};
use crate::{
    channel::signing::{hex, hmac_sha1, hmac_sha256},
    config::connectors::{ConnectorKind, CursorKind, HookConfig, Signature},
    core::{contact::masked, event::Event},
    intake::mapping::cells_of,
    secret::same,
    store::ConnectorWrite,
};

/// Attempts when several deliveries arrive at once.
const ATTEMPTS: u32 = 16;

impl Signature {
    /// The header that brings it.
    pub fn header(self) -> &'static str {
        match self {
            Self::HubSha1 => "x-hub-signature",
            Self::HubSha256 => "x-hub-signature-256",
            Self::Bearer => "authorization",
        }
    }
}

/// Whether a request is the other system's: `given` is what stands in its header.
pub fn is_genuine(hook: &HookConfig, given: Option<&str>, body: &[u8]) -> bool {
    let secret = hook.secret.current();
    let secret = secret.reveal();
    let want = match hook.signature {
        Signature::HubSha1 => format!("sha1={}", hex(&hmac_sha1(secret.as_bytes(), body))),
        Signature::HubSha256 => format!("sha256={}", hex(&hmac_sha256(secret.as_bytes(), body))),
        Signature::Bearer => format!("Bearer {secret}"),
    };
    given.is_some_and(|given| same(given.trim(), &want))
}

/// Takes what a request brought: all of it is written, or nothing.
pub async fn receive(
    connector: &Connector,
    hands: &Hands<'_>,
    body: &[u8],
) -> Result<Tally, ConnectorError> {
    let ConnectorKind::Hook(hook) = &connector.config.kind else {
        let why = "it is not called, it looks by itself".to_owned();
        return Err(garbled(connector, why));
    };
    let values = values(hook, body).map_err(|why| garbled(connector, why))?;
    let count = values.len() as u64;
    for _ in 0..ATTEMPTS {
        let stands = hands.store.connector_position(connector.name(), "").await?;
        let from = stands.map(|row| row.position).unwrap_or_default();
        let items = values.iter().map(|value| item(connector, hook, value)).collect();
        let portion = portion(connector, hands, items, CursorKind::Time).await?;
        let calls: u64 = from.parse().unwrap_or(0);
        let write = ConnectorWrite {
            connector: connector.name().to_owned(),
            part: String::new(),
            name: String::new(),
            from: Some(from),
            to: (calls + 1).to_string(),
            done: false,
            rows: count,
            entries: portion.entries,
            refusals: portion.refusals,
            seen: portion.seen,
        };
        // What a ticket showed last may have changed with a delivery that was faster.
        if let Some(connected) = hands.store.connect(&write, hands.wall.now()).await? {
            let mut tally = Tally::default();
            tally.add(count, &connected);
            hands.store.connector_looked(connector.name(), None, hands.wall.now()).await?;
            connector.tell(&Ok(tally.clone()));
            return Ok(tally);
        }
    }
    Err(garbled(connector, "too many deliveries at once".to_owned()))
}

fn garbled(connector: &Connector, why: String) -> ConnectorError {
    ConnectorError::Garbled { name: connector.name().to_owned(), why }
}

/// The rows in a body.
fn values(hook: &HookConfig, body: &[u8]) -> Result<Vec<Value>, String> {
    let value: Value = serde_json::from_slice(body)
        .map_err(|error| format!("the body is not JSON: {}", masked(&error.to_string())))?;
    let Some(pointer) = &hook.list else {
        return Ok(match value {
            Value::Array(list) => list,
            one @ (Value::Object(_)
            | Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::String(_)) => vec![one],
        });
    };
    match value.pointer(pointer) {
        Some(Value::Array(list)) => Ok(list.clone()),
        Some(_) | None => Err(format!("the body has no list at `{pointer}`")),
    }
}

fn item(connector: &Connector, hook: &HookConfig, value: &Value) -> Item {
    let place = format!("POST /api/v1/hooks/{}", connector.name());
    let Some(mapping) = &connector.mapping else {
        let mark = mark_of(&[value.to_string()]);
        let what = match serde_json::from_value::<Event>(value.clone()) {
            Ok(event) => What::Event(Box::new(event)),
            Err(error) => {
                let mut kept = value.clone();
                crate::core::contact::without_private(&mut kept);
                What::Bad { reason: masked(&error.to_string()), raw: kept.to_string() }
            }
        };
        return Item { place, mark, cursor: None, what };
    };
    let cells = cells_of(mapping, value);
    let cursor = hook.cursor.as_ref().map(|name| {
        let pointer = format!("/{}", name.replace('.', "/"));
        value.pointer(&pointer).and_then(Value::as_str).unwrap_or_default().to_owned()
    });
    Item { place, mark: mark_of(&cells), cursor, what: What::Cells(cells) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::hidden::{Found, Hidden, Source};

    #[test]
    fn a_signature_is_checked_over_the_body_as_it_came() {
        let hook = |signature| HookConfig {
            secret: Found {
                secret: Hidden::new("It's a Secret to Everybody"),
                source: Source::Environment("X".to_owned()),
            },
            signature,
            list: None,
            cursor: None,
        };
        let body = b"Hello, World!";
        // The second is the example of GitHub's documentation.
        let sha256 = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
        let sha1 = format!("sha1={}", hex(&hmac_sha1(b"It's a Secret to Everybody", body)));
        let bearer = "Bearer It's a Secret to Everybody";
        #[rustfmt::skip]
        let table = [
            ("sha1",                 Signature::HubSha1,   Some(sha1.as_str()), true),
            ("sha256",               Signature::HubSha256, Some(sha256),        true),
            ("bearer",               Signature::Bearer,    Some(bearer),        true),
            ("nothing",              Signature::HubSha1,   None,                false),
            ("an empty one",         Signature::HubSha1,   Some(""),            false),
            ("sha256 where sha1 is", Signature::HubSha1,   Some(sha256),        false),
            ("another secret",       Signature::Bearer,    Some("Bearer x"),    false),
        ];
        for (name, signature, given, want) in table {
            assert_eq!(is_genuine(&hook(signature), given, body), want, "{name}");
        }
        assert!(!is_genuine(&hook(Signature::HubSha1), Some(&sha1), b"Hello, World! "));
    }
}
