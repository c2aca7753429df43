//! `kind = "webhook"`.

use std::time::Duration;

use super::{
    hidden::{Found, Surroundings},
    print::Page,
    provider::required_secret,
    section::Section,
};

/// A system of the city's own that takes messages as signed events.
#[derive(Clone, Debug, PartialEq)]
pub struct WebhookConfig {
    pub url: String,
    /// `whsec_` and a key in base64, as Standard Webhooks writes it.
    pub secret: Found,
    /// `source` of the events.
    pub source: String,
    pub timeout: Duration,
}

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
    Some(WebhookConfig {
        url: url?.0,
        secret: secret?,
        source: source.map_or_else(|| "/duban".to_owned(), |(text, _)| text),
        timeout,
    })
}

impl WebhookConfig {
    pub(super) fn print(&self, page: &mut Page) {
        page.text("kind", "webhook");
        page.text("url", &self.url);
        page.found("secret", "secret_file", &self.secret.source);
        page.text("source", &self.source);
        page.span("timeout", self.timeout);
    }
}
