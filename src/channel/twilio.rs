//! SMS through Twilio's Messages API.
//!
//! Invariants (tests/providers):
//! * `twilio_is_asked_as_its_own_sdk_asks`
//! * `twilios_own_description_of_its_api_takes_our_requests`

use std::fmt;

use serde::Deserialize;

use super::{
    Letter, Sent,
    http::{Answer, Courier, Request, basic, percent},
};
use crate::config::{
    channels::Method,
    twilio::{Sender, TwilioConfig},
};

/// Codes about our own account, number or queue: the same letter may well go later. Each has its page,
/// `https://www.twilio.com/docs/api/errors/63038` for example.
#[rustfmt::skip]
const LATER: [u32; 17] = [
    10001, // the account is not active
    20003, // not authenticated: our key
    20005, // the account is suspended
    20404, // no such account: our configuration
    20429, // too many requests
    14107, // too many messages at once
    21603, // a sender is missing
    21606, // the sender cannot send
    21609, // the address of receipts is wrong
    21611, // the sender's queue is full
    21703, // the messaging service has no sender
    21704, // the messaging service has no sender
    21730, // maintenance
    30001, // queue overflow
    60728, // the account's hourly limit
    63017, // the account's limit in a second
    63038, // the account's daily limit
];

/// Codes about the number or the text, whatever the status: a bad number, a country that is not
/// permitted, a receiver who said `STOP`, no way there, a landline, a text that is too long.
const NEVER: [u32; 7] = [21211, 21214, 21408, 21610, 21612, 21614, 21617];

/// An account at Twilio.
pub struct Twilio {
    config: TwilioConfig,
    courier: Courier,
}

impl fmt::Debug for Twilio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Twilio").finish_non_exhaustive()
    }
}

impl Twilio {
    /// Makes the channel ready; asks nothing of the network.
    pub fn new(config: &TwilioConfig) -> Result<Self, String> {
        Ok(Self { courier: Courier::new(config.timeout)?, config: config.clone() })
    }

    /// Sends one SMS.
    pub async fn send(&self, letter: &Letter) -> Sent {
        match self.courier.carry(&request(&self.config, letter)).await {
            Ok(answer) => verdict(&answer),
            Err(silence) => silence.into(),
        }
    }
}

/// The request for a letter.
pub fn request(config: &TwilioConfig, letter: &Letter) -> Request {
    let account = &config.account_sid;
    let number = letter.number();
    let mut fields = vec![("To", number.as_str())];
    if let Some(url) = &config.receipts_url {
        fields.push(("StatusCallback", url));
    }
    fields.push(match &config.sender {
        Sender::Number(number) => ("From", number),
        Sender::Service(service) => ("MessagingServiceSid", service),
    });
    fields.push(("Body", &letter.text));
    let url = format!("{}/2010-04-01/Accounts/{}/Messages.json", config.endpoint, percent(account));
    let mut request = Request::new(Method::Post, url)
        .with("content-type", "application/x-www-form-urlencoded")
        .with("authorization", &basic(account, config.auth_token.secret.reveal()));
    request.body = form(&fields);
    request
}

/// Fields as a form sends them.
fn form(fields: &[(&str, &str)]) -> String {
    let encoded = |text: &str| percent(text).replace("%20", "+");
    let pairs = fields.iter().map(|(name, text)| format!("{name}={}", encoded(text)));
    pairs.collect::<Vec<_>>().join("&")
}

#[derive(Deserialize)]
struct Said {
    sid: Option<String>,
    code: Option<u32>,
}

/// What an answer means.
pub fn verdict(answer: &Answer) -> Sent {
    let words = answer.words();
    let Ok(said) = serde_json::from_str::<Said>(&answer.body) else {
        // Something between us and Twilio spoke; of the letter it says nothing.
        return Sent::Later { reason: format!("this is no answer of Twilio: {words}") };
    };
    match (answer.status, said.sid) {
        (200..300, Some(sid)) => return Sent::Accepted { provider: words, ids: vec![sid] },
        (200..300, None) => {
            return Sent::Later { reason: format!("no `sid` in the answer: {words}") };
        }
        (_, _) => {}
    }
    let waits = match said.code {
        Some(code) if LATER.contains(&code) => true,
        Some(code) if NEVER.contains(&code) => false,
        Some(_) | None => matches!(answer.status, 401 | 403 | 408 | 425 | 429 | 500..),
    };
    if waits || answer.is_redirection() {
        Sent::Later { reason: words }
    } else {
        Sent::Never { reason: words }
    }
}
