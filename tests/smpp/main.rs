//! SMS through SMPP, against a short message centre of another maker: tests/gateways/smsc.js over
//! the npm package `smpp`. It needs the Debian packages nodejs and npm.

mod centre;
#[path = "../common/certificates.rs"]
mod certificates;
#[expect(dead_code, reason = "the tests of the daemon use more of it")]
#[path = "../common/daemon.rs"]
mod child;
#[expect(dead_code, reason = "the tests of the dispatch use more of it")]
#[path = "../dispatch/city.rs"]
mod city;
mod configuration;
mod daemon;
mod journal;
mod listening;
#[path = "../common/npm.rs"]
mod npm;
#[path = "../common/process.rs"]
mod process;
#[path = "../common/run.rs"]
mod run;
mod sending;
#[expect(dead_code, reason = "nobody waits for a port here")]
#[path = "../common/wait.rs"]
mod wait;

use std::collections::BTreeMap;

use duban::{
    channel::{Channel, Letter},
    config::Config,
    core::timestamp::Timestamp,
};

/// 2026-05-14T18:00:00+08:00.
const NOW: Timestamp = Timestamp(1_778_752_800_000);

/// A channel to this port with more keys; the password is as given.
fn channel(port: &str, password: &str, more: &str) -> Channel {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let path = folder.path().join("duban.toml");
    let text = format!(
        "[[channel]]\nname = 'op'\nkind = 'smpp'\nhost = '127.0.0.1'\nport = {port}\n\
         password_file = 'key'\nsource_addr = '10690001'\n{more}\n"
    );
    let text = if more.contains("system_id") { text } else { text + "system_id = 'duban'\n" };
    std::fs::write(&path, text).expect("the scratch folder takes files");
    std::fs::write(folder.path().join("key"), password).expect("the scratch folder takes files");
    let config = Config::load(Some(&path), std::iter::empty());
    let config = config.unwrap_or_else(|error| panic!("{error}"));
    let channel = Channel::without_store(&config.channels[0]).expect("a good channel");
    channel.expect("no mailbox")
}

fn letter(to: &str, text: &str) -> Letter {
    Letter {
        message_id: format!("m-{to}"),
        to: to.into(),
        subject: String::new(),
        text: text.into(),
        html: None,
        links: Vec::new(),
        ticket: "W260507-0123".into(),
        language: "zh".into(),
        template: "staff.red".into(),
        facts: BTreeMap::new(),
    }
}
