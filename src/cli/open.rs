//! What commands that work on the store share: configuration, store, key and rules.

use std::{path::PathBuf, process::ExitCode};

use anyhow::{Context as _, Result};
use jiff::tz::TimeZone;

use super::{EXIT_CONFIG, EXIT_DATA, EXIT_NO, EXIT_UNAVAILABLE, Failure};
use crate::{
    config::Config,
    core::timestamp::Timestamp,
    policies,
    rules::{Rules, RulesError, configured_sources},
    secret::Key,
    store::{Store, StoreError, TicketRow},
    wall::Wall,
};

/// Which configuration a command works with.
#[derive(Debug, clap::Args)]
pub struct ConfigFile {
    /// The configuration; without one the store lies in the state directory.
    #[arg(long, env = "DUBAN_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
}

impl ConfigFile {
    /// Reads the configuration, or fails with all its complaints.
    pub fn load(&self) -> Result<Config> {
        Config::load(self.config.as_deref(), std::env::vars()).map_err(misconfigured)
    }
}

/// A store with its tables up to date, and the rules its tickets are judged by.
pub struct Opened {
    pub config: Config,
    pub store: Store,
    pub rules: Rules,
    pub now: Timestamp,
}

impl Opened {
    /// Opens a store that is there already.
    pub async fn existing(file: &ConfigFile) -> Result<Self> {
        let config = file.load()?;
        let now = Wall::Host.now();
        let rules = current_rules(&config, now)?;
        let store = existing_store(&config).await?;
        let rules = rules.with_frozen(&store, now).await.map_err(unruly)?;
        Ok(Self { config, store, rules, now })
    }

    /// The ticket with this number, or a failure that says what to look for.
    pub async fn ticket(&self, no: &str) -> Result<TicketRow> {
        match self.store.ticket(no).await.map_err(unavailable)? {
            Some(row) => Ok(row),
            None => Err(unknown_ticket(&self.config, no)),
        }
    }

    /// The zone of the city.
    pub fn zone(&self) -> &TimeZone {
        self.rules.current.calendar.zone()
    }

    /// An instant for machines: RFC 3339 with the city's offset.
    pub fn rfc3339(&self, at: Timestamp) -> String {
        at.to_rfc3339(self.zone())
    }

    /// An instant for people: the city's local time.
    pub fn local(&self, at: Timestamp) -> String {
        self.zone().to_datetime(at.jiff()).strftime("%Y-%m-%d %H:%M:%S").to_string()
    }
}

/// Runs a command's work to its end.
pub fn block_on(work: impl Future<Output = Result<ExitCode>>) -> Result<ExitCode> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("cannot start the runtime")?;
    runtime.block_on(work)
}

/// The configured policy set and organisation, with nothing from the store yet. Their cases are not
/// played: that is for `duban check` and `duban run`.
pub fn current_rules(config: &Config, now: Timestamp) -> Result<Rules> {
    let sources = configured_sources(config).map_err(misconfigured)?;
    let loaded = policies::load(&sources, now);
    if loaded.has_errors() {
        let complaints: Vec<String> = loaded.complaints.iter().map(ToString::to_string).collect();
        return Err(misconfigured(format!("the policies do not load\n{}", complaints.join("\n"))));
    }
    let set = loaded.set.context("a set without errors is a set")?;
    let templates = loaded.templates.context("a set for a daemon has a templates.toml")?;
    Ok(Rules::new(set, loaded.org.unwrap_or_default(), templates))
}

/// The store, made if it is missing, with its tables up to date.
pub async fn store(config: &Config) -> Result<Store> {
    let store = Store::open(&config.store.url).await.map_err(unavailable)?;
    store.migrate().await.map_err(unavailable)?;
    Ok(store)
}

/// The store, which must be there: a look at the wrong place makes no empty one.
pub async fn existing_store(config: &Config) -> Result<Store> {
    if let Some(file) = config.store.url.strip_prefix("sqlite:") {
        let file = file.strip_prefix("//").unwrap_or(file);
        if file != ":memory:" && !std::path::Path::new(file).exists() {
            let message = format!(
                "there is no store at {file}; name the configuration `duban run` uses with `--config FILE`, or make a store with `duban migrate`"
            );
            return Err(Failure { code: EXIT_UNAVAILABLE, message }.into());
        }
    }
    store(config).await
}

/// The key contacts are sealed with.
pub fn key(config: &Config) -> Result<Key> {
    let key = match &config.secrets.key {
        Some(found) => Key::parse(found.secret.reveal(), "the configured key"),
        None => Key::open(&config.secrets.key_file),
    };
    key.map_err(misconfigured)
}

/// Exit 78.
pub fn misconfigured(error: impl std::fmt::Display) -> anyhow::Error {
    Failure { code: EXIT_CONFIG, message: error.to_string() }.into()
}

/// Exit 65.
pub fn bad_data(error: impl std::fmt::Display) -> anyhow::Error {
    Failure { code: EXIT_DATA, message: error.to_string() }.into()
}

/// Exit 1.
pub fn no(answer: impl std::fmt::Display) -> anyhow::Error {
    Failure { code: EXIT_NO, message: answer.to_string() }.into()
}

/// What the store's errors mean for a command: 78 for its address, 65 for what it holds, else 69.
#[expect(clippy::needless_pass_by_value, reason = "the shape `map_err` hands over")]
pub fn unavailable(error: StoreError) -> anyhow::Error {
    let code = match &error {
        StoreError::UnknownDatabase { .. } => EXIT_CONFIG,
        error if error.is_about_rows() => EXIT_DATA,
        _ => EXIT_UNAVAILABLE, // gone, full, busy, too old
    };
    Failure { code, message: error.to_string() }.into()
}

/// What the rules' errors mean for a command.
pub fn unruly(error: RulesError) -> anyhow::Error {
    match error {
        RulesError::Store(error) => unavailable(error),
        RulesError::Missing(_) | RulesError::Unreadable { .. } => bad_data(error),
    }
}

/// Exit 1: the number is not known here.
pub fn unknown_ticket(config: &Config, ticket: &str) -> anyhow::Error {
    no(format!(
        "no ticket `{ticket}` is known in {}; `duban ticket list` shows those that are",
        config.store.shown()
    ))
}

/// An instant on the command line, for clap.
pub fn instant(text: &str) -> Result<Timestamp, String> {
    Timestamp::parse(text)
        .map_err(|_| "write an instant with its offset, `2026-05-07T09:12:00+08:00`".to_owned())
}
