//! The channels of providers: signatures against those their own SDKs made, requests against
//! servers that check them, answers against what providers say.
//!
//! `tests/vectors` holds what the SDKs signed; `tests/gateways/providers.py` checks signatures
//! with nothing but Python's own hashes; Twilio's own description of its API is served by Prism.

#[path = "../common/gateway.rs"]
mod gateway;
#[path = "../common/npm.rs"]
mod npm;
#[path = "../common/process.rs"]
mod process;
#[path = "../common/run.rs"]
mod run;
#[path = "../common/wait.rs"]
mod wait;

mod answers;
mod callbacks;
mod commands;
mod configuration;
mod prism;
mod robots;
mod signatures;
mod wire;

use std::{collections::BTreeMap, path::Path};

use duban::{
    channel::{Channel, Letter},
    config::{Config, channels::ChannelKind},
    core::timestamp::Timestamp,
};
use serde_json::Value;

/// The instant the vectors were made for: 2025-11-21T10:30:00Z.
const NOW: Timestamp = Timestamp(1_763_721_000_000);

/// What an SDK signed.
fn vectors(file: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors").join(file);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{file}: {error}"));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{file}: {error}"))
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text"))
}

/// A configuration with one channel of these keys, and files that hold `secrets`.
fn config(keys: &str, secrets: &[(&str, &str)]) -> Config {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let path = folder.path().join("duban.toml");
    let keys = format!("[[channel]]\nname = 'x'\n{keys}\n");
    std::fs::write(&path, keys).expect("the scratch folder takes files");
    for (file, secret) in secrets {
        std::fs::write(folder.path().join(file), secret).expect("the scratch folder takes files");
    }
    Config::load(Some(&path), std::iter::empty()).unwrap_or_else(|error| panic!("{error}"))
}

fn kind(keys: &str, secrets: &[(&str, &str)]) -> ChannelKind {
    config(keys, secrets).channels[0].kind.clone()
}

fn channel(keys: &str, secrets: &[(&str, &str)]) -> Channel {
    let channel = Channel::without_store(&config(keys, secrets).channels[0]);
    channel.expect("a good channel").expect("no mailbox")
}

fn letter(to: &str) -> Letter {
    let facts = [("sig", "【督办】"), ("no", "W260507-0123"), ("due", "5月14日18:00")];
    Letter {
        message_id: "m-1".into(),
        to: to.into(),
        subject: String::new(),
        text: "【督办】工单W260507-0123到期未办结 & \"请督促\"".into(),
        html: None,
        links: Vec::new(),
        ticket: "W260507-0123".into(),
        language: "zh".into(),
        template: "staff.yellow".into(),
        facts: facts.map(|(name, text)| (name.to_owned(), text.to_owned())).into(),
    }
}

/// The headers of a request by their names in small letters.
fn headers(request: &duban::channel::http::Request) -> BTreeMap<String, String> {
    let headers = request.headers.iter();
    headers.map(|(name, text)| (name.to_lowercase(), text.clone())).collect()
}
