//! `kind = "twilio"`.

use std::time::Duration;

use super::{
    hidden::{Found, Surroundings},
    print::Page,
    provider::{endpoint, required_secret},
    section::Section,
};

const ENDPOINT: &str = "https://api.twilio.com";

/// An account of Twilio.
#[derive(Clone, Debug, PartialEq)]
pub struct TwilioConfig {
    pub endpoint: String,
    pub account_sid: String,
    pub auth_token: Found,
    pub sender: Sender,
    /// Where Twilio sends receipts and answers, as the world sees it; their signatures cover it.
    pub receipts_url: Option<String>,
    pub timeout: Duration,
}

/// Who an SMS comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sender {
    Number(String),
    Service(String),
}

pub(super) fn read(
    section: &mut Section<'_>,
    name: &str,
    around: &Surroundings,
) -> Option<TwilioConfig> {
    let endpoint = endpoint(section, ENDPOINT);
    let account_sid = section.required("account_sid", "\"AC...\"");
    let auth_token = required_secret(section, "auth_token", "auth_token_file", name, around);
    let from = section.some_text("from");
    let service = section.some_text("messaging_service_sid");
    let sender = match (from, service) {
        (Some((number, _)), None) => Some(Sender::Number(number)),
        (None, Some((service, _))) => Some(Sender::Service(service)),
        (Some((_, place)), Some(_)) => {
            section.complain(place, "give `from` or `messaging_service_sid`, not both");
            None
        }
        (None, None) => {
            let place = section.place();
            section.complain(
                place,
                "who sends is missing; write `from = \"+1...\"` or `messaging_service_sid = \"MG...\"`",
            );
            None
        }
    };
    let receipts_url = section.some_text("receipts_url");
    if let Some((url, place)) = &receipts_url
        && (!(url.starts_with("https://") || url.starts_with("http://")) || url.contains('?'))
    {
        section.complain(
            place.clone(),
            format!("`receipts_url` is where the world reaches this channel, without a query, for example `https://t.example.gov.cn/receipts/{name}`"),
        );
    }
    let timeout = section.span("timeout", Duration::from_secs(15));
    Some(TwilioConfig {
        endpoint,
        account_sid: account_sid?.0,
        auth_token: auth_token?,
        sender: sender?,
        receipts_url: receipts_url.map(|(url, _)| url),
        timeout,
    })
}

impl TwilioConfig {
    pub(super) fn print(&self, page: &mut Page) {
        page.text("kind", "twilio");
        page.text("endpoint", &self.endpoint);
        page.text("account_sid", &self.account_sid);
        page.found("auth_token", "auth_token_file", &self.auth_token.source);
        match &self.sender {
            Sender::Number(number) => page.text("from", number),
            Sender::Service(service) => page.text("messaging_service_sid", service),
        }
        if let Some(url) = &self.receipts_url {
            page.text("receipts_url", url);
        }
        page.span("timeout", self.timeout);
    }
}
