//! `duban send-test`: one message through one channel, with the provider's answer in full.

use std::{path::PathBuf, process::ExitCode};

use super::{EXIT_CONFIG, EXIT_NO, EXIT_UNAVAILABLE, EXIT_USAGE, Failure};
use crate::{
    channel::{ADDRESS, Channel, Letter, Sent},
    config::{Config, complaint::did_you_mean},
    secret,
    store::Store,
    wall::Wall,
};

/// What the test message is called where a provider wants an approved template for it.
const TEMPLATE: &str = "send-test";

/// Sends one test message and prints what the provider answered.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The name of a `[[channel]]`.
    channel: String,
    /// A mail address or a phone number, as the channel needs it.
    address: String,
    /// The configuration; without it only the channel `mailbox` exists.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

/// Runs the command: 0 accepted, 69 not now, 1 never.
pub fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let config = Config::load(args.config.as_deref(), std::env::vars())
        .map_err(|error| Failure { code: EXIT_CONFIG, message: error.to_string() })?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let sent = runtime.block_on(send(args, &config))?;
    let (code, verdict, answer) = match sent {
        Sent::Accepted { provider, .. } => (0, "accepted", provider),
        Sent::Later { reason } | Sent::Away { reason } => (EXIT_UNAVAILABLE, "not now", reason),
        Sent::Never { reason } => (EXIT_NO, "refused", reason),
    };
    // Whoever typed the address may read it.
    println!("{}: {verdict}: {}", args.channel, answer.replace(ADDRESS, &args.address));
    Ok(ExitCode::from(code))
}

async fn send(args: &Args, config: &Config) -> anyhow::Result<Sent> {
    let Some(chosen) = config.channel(&args.channel) else {
        let known = config.channels.iter().map(|channel| channel.name.as_str());
        let hint = did_you_mean(&args.channel, known);
        let message = format!("there is no channel `{}`; {hint}", args.channel);
        return Err(Failure { code: EXIT_USAGE, message }.into());
    };
    let wrong = |error: crate::channel::ChannelError| Failure {
        code: EXIT_CONFIG,
        message: error.to_string(),
    };
    let channel = match Channel::without_store(chosen).map_err(wrong)? {
        Some(channel) => channel,
        None => Channel::open(chosen, &opened(config).await?).map_err(wrong)?,
    };
    let english = config.wording.language == "en";
    let words =
        if english { "This is a test of duban." } else { "这是督办系统的测试消息。" };
    let signature = config.wording.signature(&config.wording.language);
    let facts = [("sig", signature), ("no", TEMPLATE)];
    let letter = Letter {
        message_id: format!("test-{}", secret::token()?),
        to: args.address.clone(),
        subject: words.to_owned(),
        text: format!("{signature}{words}"),
        html: None,
        links: Vec::new(),
        ticket: TEMPLATE.to_owned(),
        language: config.wording.language.clone(),
        template: TEMPLATE.to_owned(),
        facts: facts.map(|(name, text)| (name.to_owned(), text.to_owned())).into(),
    };
    Ok(channel.send(&letter, Wall::Host.now()).await)
}

async fn opened(config: &Config) -> anyhow::Result<Store> {
    let down = |error: crate::store::StoreError| Failure {
        code: EXIT_UNAVAILABLE,
        message: error.to_string(),
    };
    std::fs::create_dir_all(&config.state_dir)?;
    let store = Store::open(&config.store.url).await.map_err(down)?;
    store.migrate().await.map_err(down)?;
    Ok(store)
}
