//! What providers call us with: receipts and answers, after it is sure that it is the provider.
//!
//! Twilio signs. Aliyun and Tencent sign nothing: the address they are given ends with
//! `?token=...`, a secret of the configuration. A gateway of `http_sms` or `voice_http` brings
//! its secret in a header. Whatever is compared is compared in constant time, and a channel
//! without a secret takes nothing.
//!
//! Invariants (tests/providers):
//! * `twilios_signatures_are_told_from_others`
//! * `a_callback_without_its_secret_is_refused`
//! * `each_callback_says_what_the_provider_said`

mod aliyun;
mod gateway;
mod tencent;
mod twilio;

use std::fmt;

use jiff::{civil::DateTime, tz::Offset};
use reqwest::header::HeaderMap;
use subtle::ConstantTimeEq as _;

use super::back::Back;
use crate::{
    config::{channels::ChannelKind, hidden::Found},
    core::timestamp::Timestamp,
};

/// The clock of Chinese providers, who write times without an offset.
const CHINA: Offset = jiff::tz::offset(8);
/// The key in the query that holds the secret.
const TOKEN: &str = "token";

/// A request of a provider.
#[derive(Clone, Copy)]
pub struct Callback<'a> {
    /// What stands behind `?`, as it was sent.
    pub query: &'a str,
    pub headers: &'a HeaderMap,
    pub body: &'a [u8],
}

/// Not what it says: numbers, texts and secrets stand in every part.
impl fmt::Debug for Callback<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Callback").field("bytes", &self.body.len()).finish_non_exhaustive()
    }
}

/// Why a callback is not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    #[error("this channel takes no callbacks; {0}")]
    NotSetUp(&'static str),
    #[error("the signature or the secret is not the provider's")]
    Stranger,
    #[error("this is nothing the provider says: {0}")]
    Garbled(String),
}

/// What a callback says, in the order it says it.
pub fn read(kind: &ChannelKind, callback: &Callback<'_>) -> Result<Vec<Back>, Refused> {
    match kind {
        ChannelKind::Aliyun(config) => {
            require_token(config.receipts_token.as_ref(), callback)?;
            aliyun::read(callback.body)
        }
        ChannelKind::Tencent(config) => {
            require_token(config.receipts_token.as_ref(), callback)?;
            tencent::read(callback.body)
        }
        ChannelKind::Twilio(config) => twilio::read(config, callback),
        ChannelKind::HttpSms(config) | ChannelKind::VoiceHttp(config) => match &config.receipts {
            Some(receipts) => gateway::read(receipts, callback),
            None => Err(Refused::NotSetUp("[channel.receipts] says what its callbacks look like")),
        },
        ChannelKind::Mailbox
        | ChannelKind::Smtp(_)
        | ChannelKind::Smpp(_)
        | ChannelKind::Robot(_)
        | ChannelKind::Webhook(_) => Err(Refused::NotSetUp("its kind has none")),
    }
}

/// What the provider wants to hear once everything is kept: content type and body.
pub fn thanks(kind: &ChannelKind) -> (&'static str, &'static str) {
    match kind {
        ChannelKind::Aliyun(_) => ("application/json", r#"{"code":0,"msg":"OK"}"#),
        ChannelKind::Tencent(_) => ("application/json", r#"{"result":0,"errmsg":"OK"}"#),
        ChannelKind::Twilio(_) => {
            ("text/xml; charset=utf-8", "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Response/>")
        }
        // Gateways look at the status, and the others never get here.
        ChannelKind::HttpSms(_)
        | ChannelKind::VoiceHttp(_)
        | ChannelKind::Mailbox
        | ChannelKind::Smtp(_)
        | ChannelKind::Smpp(_)
        | ChannelKind::Robot(_)
        | ChannelKind::Webhook(_) => ("application/json", r#"{"ok":true}"#),
    }
}

fn require_token(token: Option<&Found>, callback: &Callback<'_>) -> Result<(), Refused> {
    let token = token.ok_or(Refused::NotSetUp("`receipts_token_file` names its secret"))?;
    let query = fields(callback.query.as_bytes());
    let given = query.iter().find(|(name, _)| name == TOKEN).map_or("", |(_, text)| text);
    same(given, token.secret.reveal()).then_some(()).ok_or(Refused::Stranger)
}

/// Whether two secrets are the same, in a time that does not depend on where they differ.
fn same(given: &str, want: &str) -> bool {
    given.as_bytes().ct_eq(want.as_bytes()).into()
}

/// The fields of a form or a query, decoded.
fn fields(form: &[u8]) -> Vec<(String, String)> {
    let form = String::from_utf8_lossy(form);
    let pairs = form.split('&').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| {
            let (name, text) = pair.split_once('=').unwrap_or((pair, ""));
            (decoded(name), decoded(text))
        })
        .collect()
}

fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        let hex = |digit: u8| char::from(digit).to_digit(16);
        rest = after;
        match (first, after) {
            (b'+', _) => bytes.push(b' '),
            (b'%', [high, low, after @ ..]) if hex(*high).is_some() && hex(*low).is_some() => {
                let byte = hex(*high).zip(hex(*low)).map_or(0, |(high, low)| high * 16 + low);
                bytes.push(byte as u8);
                rest = after;
            }
            (byte, _) => bytes.push(*byte),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// `2017-01-01 00:00:00` as China's clocks show it.
fn china(text: &str) -> Option<Timestamp> {
    let civil: DateTime = text.parse().ok()?;
    CHINA.to_timestamp(civil).ok().map(Timestamp::from)
}

/// Codes of China's networks that mean: no such number. Every other failure may be another
/// matter tomorrow.
fn is_no_number(code: &str) -> bool {
    ["MK:0001", "MN:0001", "MOBILE_NOT_ON_SERVICE"].contains(&code)
}
