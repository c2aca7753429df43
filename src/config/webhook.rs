//! `kind = "webhook"`.

use std::time::Duration;

use super::{
    complaint::did_you_mean,
    hidden::{Found, Surroundings},
    print::Page,
    provider::required_secret,
    section::Section,
    tree::{Node, Value},
};
use crate::core::record::{PREFIX, Record};

/// A system of the city's own that takes messages as signed events.
#[derive(Clone, Debug, PartialEq)]
pub struct WebhookConfig {
    pub url: String,
    /// `whsec_` and a key in base64, as Standard Webhooks writes it.
    pub secret: Found,
    /// `source` of the events.
    pub source: String,
    pub timeout: Duration,
    /// Kinds of journal lines it is told of.
    pub events: Vec<String>,
}

/// A receiver and the kinds of journal lines it asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subscription {
    pub channel: String,
    pub kinds: Vec<String>,
}

impl Subscription {
    /// Whether it asked for lines of this kind.
    pub fn wants(&self, kind: &str) -> bool {
        self.kinds.iter().any(|own| own == ALL || own == kind)
    }
}

/// Every kind.
const ALL: &str = "*";

pub(super) fn read(
    section: &mut Section<'_>,
    name: &str,
    around: &Surroundings,
) -> Option<WebhookConfig> {
    let url = section.required("url", "\"https://city.example.cn/hooks/duban\"");
    if let Some((url, place)) = &url
        && !(url.starts_with("https://") || url.starts_with("http://"))
    {
        section.complain(place.clone(), "`url` begins with `https://` or `http://`");
    }
    let secret = required_secret(section, "secret", "secret_file", name, around);
    let source = section.some_text("source");
    let timeout = section.span("timeout", Duration::from_secs(15));
    let events = events(section);
    Some(WebhookConfig {
        url: url?.0,
        secret: secret?,
        source: source.map_or_else(|| "/duban".to_owned(), |(text, _)| text),
        timeout,
        events,
    })
}

fn events(section: &mut Section<'_>) -> Vec<String> {
    let mut events = Vec::new();
    for Node { place, value } in section.list("events").unwrap_or_default() {
        let (Value::Text(kind) | Value::Loose(kind)) = value else {
            let wrong = format!("`events` holds {}, it must name kinds of events", value.kind());
            section.complain(place, wrong);
            continue;
        };
        if kind.starts_with(PREFIX) && !Record::KINDS.contains(&kind.as_str()) {
            let hint = did_you_mean(&kind, Record::KINDS.iter().copied());
            section.complain(place, format!("duban writes no `{kind}`; {hint}"));
            continue;
        }
        events.push(kind);
    }
    events
}

impl WebhookConfig {
    pub(super) fn print(&self, page: &mut Page) {
        page.text("kind", "webhook");
        page.text("url", &self.url);
        page.found("secret", "secret_file", &self.secret.source);
        page.text("source", &self.source);
        page.span("timeout", self.timeout);
        if !self.events.is_empty() {
            page.words("events", self.events.iter().map(String::as_str));
        }
    }
}
