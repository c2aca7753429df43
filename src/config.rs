//! `duban.toml` and the environment become one checked [`Config`].
//!
//! Every complaint names the line, underlines it and says what would be right; all of
//! them are collected before any is shown. Defaults stand here and nowhere else and are
//! printed by `duban check --print`. Secrets come from files, the environment or systemd
//! credentials, and never leave a [`Hidden`].
//!
//! Invariants:
//! * `without_a_file_everything_goes_to_the_mailbox`
//! * `what_is_printed_loads_as_the_same` - the printed configuration is a configuration.
//! * `secrets_are_never_printed`

pub mod aliyun;
pub mod channels;
pub mod complaint;
pub mod connectors;
pub mod hidden;
mod print;
pub mod provider;
mod read;
pub mod receipts;
pub mod robot;
mod section;
pub mod smpp;
pub mod smtp;
pub mod tencent;
mod tree;
pub mod twilio;
pub mod webhook;

use std::{
    collections::BTreeMap,
    fmt,
    net::SocketAddr,
    path::{Path, PathBuf},
    time::Duration,
};

use crate::core::{policy::Via, retry::Limits};
use channels::{ChannelConfig, ChannelKind};
use complaint::{Complaints, Place};
use connectors::ConnectorConfig;
use hidden::{Found, Source, Surroundings};
use section::Section;
use webhook::Subscription;

/// Where everything goes when no channel is configured.
pub const MAILBOX: &str = "mailbox";

/// The effective configuration.
#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    pub store: StoreConfig,
    pub web: WebConfig,
    pub policies: PoliciesConfig,
    pub engine: EngineConfig,
    pub dispatch: DispatchConfig,
    /// Who is told when a channel is down.
    pub sysadmin: Option<SysadminConfig>,
    /// `[kinds]`: what each `via` of a policy means here.
    pub kinds: BTreeMap<Via, KindTarget>,
    pub resident: ResidentConfig,
    pub wording: WordingConfig,
    pub channels: Vec<ChannelConfig>,
    pub connectors: Vec<ConnectorConfig>,
    pub secrets: SecretsConfig,
    /// Where the daemon keeps what it makes itself: `$STATE_DIRECTORY` or `duban-state`.
    pub state_dir: PathBuf,
}

/// Where tickets, journals and the outbox are kept.
#[derive(Clone, PartialEq)]
pub struct StoreConfig {
    /// `sqlite:FILE` or `postgres://USER@HOST/DATABASE`. May hold a password: never print it.
    pub url: String,
    /// Where the address was found if it did not stand in the file itself.
    pub source: Option<Source>,
}

impl fmt::Debug for StoreConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoreConfig").field("url", &self.shown()).finish_non_exhaustive()
    }
}

impl StoreConfig {
    /// The address without a password in it.
    pub fn shown(&self) -> String {
        let Some((scheme, rest)) = self.url.split_once("://") else { return self.url.clone() };
        let Some((login, host)) = rest.rsplit_once('@') else { return self.url.clone() };
        let user = login.split(':').next().unwrap_or_default();
        format!("{scheme}://{user}@{host}")
    }
}

/// The pages, the API and the health checks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebConfig {
    pub listen: SocketAddr,
    /// What links in messages begin with, without a slash at the end.
    pub public_url: String,
    pub body_bytes_max: usize,
    pub connections_max: usize,
    pub header_timeout: Duration,
    pub request_timeout: Duration,
    /// Answers one address may send in a minute.
    pub answers_per_minute: u32,
    /// Calls one token may make in a minute.
    pub calls_per_minute: u32,
    pub open311: Open311,
}

/// Who may read requests over Open311.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Open311 {
    /// Everybody, as the standard has it; nothing personal is shown.
    Public,
    /// Who has a token with the scope `read`.
    Key,
    /// Nobody: there is no Open311.
    Off,
}

impl Open311 {
    /// As the file says it.
    pub const NAMES: [(&str, Self); 3] =
        [("public", Self::Public), ("key", Self::Key), ("off", Self::Off)];
}

/// Which promises hold and who is who.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PoliciesConfig {
    /// A policy set; none means the set `cn` that is built in.
    pub dir: Option<PathBuf>,
    /// The file of units, people and posts.
    pub org: Option<PathBuf>,
}

/// How the engine looks at tickets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EngineConfig {
    /// Tickets decided in one transaction.
    pub batch: i64,
    /// The longest sleep between two looks; a jump of the wall clock is seen within it.
    pub poll: Duration,
}

/// How messages leave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DispatchConfig {
    /// Messages claimed at one time.
    pub batch: i64,
    /// A claimed message that nobody reports on is offered again after this.
    pub lease: Duration,
    /// Messages on their way at one time.
    pub workers: usize,
    pub attempts_max: i64,
    /// No new attempt this long after the first offer.
    pub give_up_after: Duration,
    /// Wait before the second attempt; it doubles up to `retry_max`.
    pub retry_min: Duration,
    pub retry_max: Duration,
    pub send_timeout: Duration,
}

impl DispatchConfig {
    /// When a message is tried again, and when it is given up.
    pub fn limits(&self) -> Limits {
        let ms = |span: Duration| i64::try_from(span.as_millis()).unwrap_or(i64::MAX);
        Limits {
            attempts_max: self.attempts_max,
            give_up_after_ms: ms(self.give_up_after),
            retry_min_ms: ms(self.retry_min),
            retry_max_ms: ms(self.retry_max),
        }
    }
}

/// Where the one who runs duban is told of trouble.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SysadminConfig {
    pub channel: String,
    /// An address the channel takes.
    pub to: String,
}

/// What a kind of way (`im`, `sms` ...) stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KindTarget {
    Channel(String),
    /// Goes where another kind goes.
    Kind(Via),
    /// Deliberately not sent.
    Off,
}

/// Where a kind of way leads in the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target<'c> {
    /// A channel, and which of a person's addresses it needs.
    Channel { name: &'c str, address: Via },
    /// Deliberately not sent.
    Off,
}

/// How residents are told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResidentConfig {
    /// The channel of residents' SMS; none: no SMS.
    pub sms: Option<String>,
    /// The channel of residents' mails; none: no mails.
    pub email: Option<String>,
    /// `zh` or `en`.
    pub language: String,
}

/// In whose name messages speak.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WordingConfig {
    /// `zh` or `en`, where a person's own language is not known.
    pub language: String,
    pub signature_zh: String,
    pub signature_en: String,
}

impl WordingConfig {
    /// The signature of a language.
    pub fn signature(&self, language: &str) -> &str {
        if language == "en" { &self.signature_en } else { &self.signature_zh }
    }
}

/// The key under which contacts lie in the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecretsConfig {
    /// The key file; made at the first start if it is missing.
    pub key_file: PathBuf,
    /// The key itself, where the environment gives it.
    pub key: Option<Found>,
}

/// Why there is no configuration.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("cannot read {}: {source}", path.display())]
    Unreadable { path: PathBuf, source: std::io::Error },
    #[error("{0}")]
    Wrong(Complaints),
}

impl Config {
    /// Reads the file, lays the environment over it and checks everything.
    pub fn load(
        path: Option<&Path>,
        env: impl Iterator<Item = (String, String)>,
    ) -> Result<Self, ConfigError> {
        let source = match path {
            Some(path) => std::fs::read_to_string(path)
                .map_err(|source| ConfigError::Unreadable { path: path.to_owned(), source })?,
            None => String::new(),
        };
        let file = path.map_or_else(|| "duban.toml".to_owned(), |path| path.display().to_string());
        let env: BTreeMap<String, String> = env.collect();
        let around = Surroundings::new(path, &env);
        let mut all = Vec::new();
        let config = match tree::parse(&source) {
            Ok(mut root) => {
                for (name, text) in env.iter().filter(|(name, _)| name.starts_with("DUBAN__")) {
                    all.extend(tree::overlay(&mut root, name, text).err());
                }
                let mut root = Section::new(root, &mut all);
                let config = read::read(&mut root, &around);
                root.finish("");
                Some(config)
            }
            Err(complaint) => {
                all.push(complaint);
                None
            }
        };
        match config {
            Some(config) if all.is_empty() => Ok(config),
            Some(_) | None => {
                all.sort_by_key(|complaint| match &complaint.place {
                    Place::File(span) | Place::Secret(span) => (0, span.start),
                    Place::Environment(_) => (1, 0),
                    Place::Whole => (2, 0),
                });
                Err(ConfigError::Wrong(Complaints { file, source, all }))
            }
        }
    }

    /// The configuration of a machine where nothing is configured.
    pub fn standard() -> Self {
        Self::load(None, std::iter::empty()).expect("the defaults are a good configuration")
    }

    /// The effective configuration as TOML, secrets hidden.
    pub fn print(&self) -> String {
        print::print(self)
    }

    /// Where messages of this kind go; `None` if nobody has said.
    pub fn target(&self, via: Via) -> Option<Target<'_>> {
        let mut via = via;
        // As many hops as there are kinds; `load` refuses rings.
        for _ in Via::ALL {
            match self.kinds.get(&via)? {
                KindTarget::Off => return Some(Target::Off),
                KindTarget::Kind(other) => via = *other,
                KindTarget::Channel(name) => {
                    let address = match self.channel(name)?.kind {
                        ChannelKind::Smtp(_) => Via::Email,
                        ChannelKind::HttpSms(_)
                        | ChannelKind::Smpp(_)
                        | ChannelKind::Aliyun(_)
                        | ChannelKind::Tencent(_)
                        | ChannelKind::Twilio(_) => Via::Sms,
                        ChannelKind::Robot(_) => Via::Im,
                        ChannelKind::VoiceHttp(_) => Via::Voice,
                        ChannelKind::Webhook(_) | ChannelKind::Mailbox => via,
                    };
                    return Some(Target::Channel { name, address });
                }
            }
        }
        None
    }

    /// The kinds among `kinds` that have no target.
    pub fn unmapped(&self, kinds: impl IntoIterator<Item = Via>) -> Vec<Via> {
        kinds.into_iter().filter(|via| self.target(*via).is_none()).collect()
    }

    /// Who is told of which journal lines.
    pub fn subscriptions(&self) -> Vec<Subscription> {
        let of_channel = |channel: &ChannelConfig| match &channel.kind {
            ChannelKind::Webhook(webhook) if !webhook.events.is_empty() => {
                Some(Subscription { channel: channel.name.clone(), kinds: webhook.events.clone() })
            }
            _ => None,
        };
        self.channels.iter().filter_map(of_channel).collect()
    }

    /// The connector of this name.
    pub fn connector(&self, name: &str) -> Option<&ConnectorConfig> {
        self.connectors.iter().find(|connector| connector.name == name)
    }

    /// The channel of this name.
    pub fn channel(&self, name: &str) -> Option<&ChannelConfig> {
        self.channels.iter().find(|channel| channel.name == name)
    }
}

#[cfg(test)]
mod tests;
