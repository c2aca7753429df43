//! The ways out: one letter in, one verdict back.
//!
//! Nothing in here decides whether or when to try again, and nothing writes to the
//! outbox: a channel hands a letter to its provider and says what the provider said.
//!
//! Invariants:
//! * `a_cancelled_send_is_never_reported_as_sent` - a session that was left in the
//!   middle of a letter is thrown away, not reused.
//! * `a_verdict_never_shows_the_address` - what a provider says about an address is
//!   kept without the address.

pub mod aliyun;
pub mod approved;
pub mod back;
pub mod callback;
mod dkim;
pub mod email;
pub mod http;
pub mod http_sms;
mod mailbox;
pub mod robot;
pub mod signing;
pub mod smpp;
pub mod tencent;
mod tls;
pub mod twilio;
pub mod webhook;

use std::{collections::BTreeMap, fmt, sync::Arc};

use futures_util::future::BoxFuture;

use crate::{
    config::{
        Config,
        channels::{ChannelConfig, ChannelKind},
    },
    core::timestamp::Timestamp,
    store::Store,
};

pub use mailbox::Mailbox;

/// The most of a provider's answer that is kept.
const ANSWER_CHARS_MAX: usize = 500;
/// Fewer digits than this are no number of somebody in China, only digits.
const HOME_DIGITS_MIN: usize = 7;
/// What stands in an answer where the address was.
pub const ADDRESS: &str = "(address)";

/// One message, addressed and worded.
#[derive(Clone, PartialEq, Eq)]
pub struct Letter {
    /// The same for every attempt, so that a provider can tell a repetition.
    pub message_id: String,
    /// A mail address or a phone number.
    pub to: String,
    pub subject: String,
    pub text: String,
    pub html: Option<String>,
    pub links: Vec<String>,
    /// The number of the ticket; mails of one ticket stand in one thread.
    pub ticket: String,
    /// `zh` or `en`.
    pub language: String,
    /// The template it was worded by: `staff.yellow`. Some providers send only texts they approved.
    pub template: String,
    /// What the text says, fact by fact, in the letter's language.
    pub facts: BTreeMap<String, String>,
}

/// Neither the address nor the words: both are private.
impl fmt::Debug for Letter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Letter")
            .field("message_id", &self.message_id)
            .field("ticket", &self.ticket)
            .finish_non_exhaustive()
    }
}

impl Letter {
    /// The phone number without what people put between its digits.
    pub fn number(&self) -> String {
        self.to.chars().filter(|sign| !" -().\u{a0}".contains(*sign)).collect()
    }

    /// A text that may be kept and logged: no address, one line, bounded.
    fn discreet(&self, answer: &str) -> String {
        let mut answer = answer.split_whitespace().collect::<Vec<_>>().join(" ");
        let number = if self.to.contains('@') { String::new() } else { self.number() };
        let bare = number.trim_start_matches('+');
        // Providers in China leave their country out.
        let home = bare.strip_prefix("86").filter(|rest| rest.len() >= HOME_DIGITS_MIN);
        for form in [self.to.as_str(), &number, bare, home.unwrap_or_default()] {
            if !form.is_empty() {
                answer = answer.replace(form, ADDRESS);
            }
        }
        answer.chars().take(ANSWER_CHARS_MAX).collect()
    }
}

/// What became of a letter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sent {
    /// The provider took it; its own words, and its own numbers of the letter's parts, which
    /// receipts will name (none where it sends no receipts).
    Accepted { provider: String, ids: Vec<String> },
    /// Not now: worth another attempt.
    Later { reason: String },
    /// The provider could not be reached: worth another attempt, of any letter.
    Away { reason: String },
    /// Not this letter, however often.
    Never { reason: String },
}

/// Why there is no answer of a provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoAnswer {
    pub reason: String,
    /// Whether it could not be reached at all, which no letter is to blame for.
    pub away: bool,
}

impl NoAnswer {
    /// It could not be reached.
    pub fn away(reason: String) -> Self {
        Self { reason, away: true }
    }

    /// It was reached, and there is no answer all the same.
    pub fn here(reason: String) -> Self {
        Self { reason, away: false }
    }
}

impl From<NoAnswer> for Sent {
    fn from(NoAnswer { reason, away }: NoAnswer) -> Self {
        if away { Self::Away { reason } } else { Self::Later { reason } }
    }
}

/// Why a channel cannot even be tried.
#[derive(Debug, thiserror::Error)]
#[error("channel `{channel}`: {why}")]
pub struct ChannelError {
    pub channel: String,
    pub why: String,
}

/// A way out that whoever runs duban as a library brings along; a simulation its faults.
pub trait Way: fmt::Debug + Send + Sync {
    /// As [`Channel::send`]; may be dropped at any moment.
    fn send<'a>(&'a self, letter: &'a Letter, now: Timestamp) -> BoxFuture<'a, Sent>;
}

/// A way out.
#[derive(Debug)]
pub enum Channel {
    Mailbox(Mailbox),
    Smtp(Box<email::Smtp>),
    HttpSms(Box<http_sms::HttpSms>),
    Smpp(Box<smpp::Smpp>),
    Aliyun(Box<aliyun::Aliyun>),
    Tencent(Box<tencent::Tencent>),
    Twilio(Box<twilio::Twilio>),
    Robot(Box<robot::Robot>),
    Webhook(Box<webhook::Webhook>),
    Other(Arc<dyn Way>),
}

impl Channel {
    /// Makes the channel ready; asks nothing of the network.
    pub fn open(config: &ChannelConfig, store: &Store) -> Result<Self, ChannelError> {
        match Self::without_store(config)? {
            Some(channel) => Ok(channel),
            None => Ok(Self::Mailbox(Mailbox::new(&config.name, store.clone()))),
        }
    }

    /// The channel, unless it is one that keeps letters in the store.
    pub fn without_store(config: &ChannelConfig) -> Result<Option<Self>, ChannelError> {
        let wrong = |why| ChannelError { channel: config.name.clone(), why };
        match &config.kind {
            ChannelKind::Mailbox => Ok(None),
            ChannelKind::Smtp(smtp) => {
                let smtp = email::Smtp::new(smtp).map_err(wrong)?;
                Ok(Some(Self::Smtp(Box::new(smtp))))
            }
            ChannelKind::HttpSms(http) | ChannelKind::VoiceHttp(http) => {
                let http = http_sms::HttpSms::new(http).map_err(wrong)?;
                Ok(Some(Self::HttpSms(Box::new(http))))
            }
            ChannelKind::Smpp(smpp) => {
                let smpp = smpp::Smpp::new(&config.name, smpp).map_err(wrong)?;
                Ok(Some(Self::Smpp(Box::new(smpp))))
            }
            ChannelKind::Aliyun(aliyun) => {
                let aliyun = aliyun::Aliyun::new(aliyun).map_err(wrong)?;
                Ok(Some(Self::Aliyun(Box::new(aliyun))))
            }
            ChannelKind::Tencent(tencent) => {
                let tencent = tencent::Tencent::new(tencent).map_err(wrong)?;
                Ok(Some(Self::Tencent(Box::new(tencent))))
            }
            ChannelKind::Twilio(twilio) => {
                let twilio = twilio::Twilio::new(twilio).map_err(wrong)?;
                Ok(Some(Self::Twilio(Box::new(twilio))))
            }
            ChannelKind::Robot(robot) => {
                let robot = robot::Robot::new(robot).map_err(wrong)?;
                Ok(Some(Self::Robot(Box::new(robot))))
            }
            ChannelKind::Webhook(webhook) => {
                let webhook = webhook::Webhook::new(webhook).map_err(wrong)?;
                Ok(Some(Self::Webhook(Box::new(webhook))))
            }
        }
    }

    /// Hands one letter over and says what came back. May be cancelled at any moment.
    pub async fn send(&self, letter: &Letter, now: Timestamp) -> Sent {
        let sent = match self {
            Self::Mailbox(mailbox) => mailbox.send(letter, now).await,
            Self::Smtp(smtp) => smtp.send(letter, now).await,
            Self::HttpSms(http) => http.send(letter).await,
            Self::Smpp(smpp) => smpp.send(letter).await,
            Self::Aliyun(aliyun) => aliyun.send(letter, now).await,
            Self::Tencent(tencent) => tencent.send(letter, now).await,
            Self::Twilio(twilio) => twilio.send(letter).await,
            Self::Robot(robot) => robot.send(letter, now).await,
            Self::Webhook(webhook) => webhook.send(letter, now).await,
            Self::Other(way) => way.send(letter, now).await,
        };
        match sent {
            Sent::Accepted { provider, ids } => {
                Sent::Accepted { provider: letter.discreet(&provider), ids }
            }
            Sent::Later { reason } => Sent::Later { reason: letter.discreet(&reason) },
            Sent::Away { reason } => Sent::Away { reason: letter.discreet(&reason) },
            Sent::Never { reason } => Sent::Never { reason: letter.discreet(&reason) },
        }
    }

    /// The channel, if it is one that is kept open and speaks by itself.
    pub fn listens(&self) -> Option<&smpp::Smpp> {
        match self {
            Self::Smpp(smpp) => Some(smpp),
            Self::Mailbox(_)
            | Self::Smtp(_)
            | Self::HttpSms(_)
            | Self::Aliyun(_)
            | Self::Tencent(_)
            | Self::Twilio(_)
            | Self::Robot(_)
            | Self::Webhook(_)
            | Self::Other(_) => None,
        }
    }
}

/// Every configured channel, by name.
pub fn open_all(config: &Config, store: &Store) -> Result<BTreeMap<String, Channel>, ChannelError> {
    config
        .channels
        .iter()
        .map(|channel| Ok((channel.name.clone(), Channel::open(channel, store)?)))
        .collect()
}

/// What is wrong with the configured channels, as far as it can be seen without the network.
pub fn check(config: &Config) -> Vec<ChannelError> {
    config.channels.iter().filter_map(|channel| Channel::without_store(channel).err()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_verdict_never_shows_the_address() {
        let letter = |to: &str| Letter {
            message_id: "m-1".into(),
            to: to.into(),
            subject: String::new(),
            text: String::new(),
            html: None,
            links: Vec::new(),
            ticket: "W1".into(),
            language: "zh".into(),
            template: String::new(),
            facts: BTreeMap::new(),
        };
        #[rustfmt::skip]
        let table = [
            ("a@b.test",       "550 5.1.1 <a@b.test>:\r\n unknown",       "550 5.1.1 <(address)>: unknown"),
            ("+8613800138000", "no route to +8613800138000",             "no route to (address)"),
            ("+8613800138000", "{\"to\":8613800138000}",                 "{\"to\":(address)}"),
            ("+8613800138000", "13800138000 is barred",                  "(address) is barred"),
            ("13800138000",    "no route to +8613800138000",             "no route to +86(address)"),
            ("+1 617 555-0199", "To: +16175550199, +1 617 555-0199",     "To: (address), (address)"),
            ("+861380",        "code 1380",                              "code 1380"),
            ("",               "not a mail address",                     "not a mail address"),
        ];
        for (to, answer, want) in table {
            assert_eq!(letter(to).discreet(answer), want, "{to}");
        }
        let long = letter("x").discreet(&"督".repeat(ANSWER_CHARS_MAX + 1));
        assert_eq!(long.chars().count(), ANSWER_CHARS_MAX);
    }
}
