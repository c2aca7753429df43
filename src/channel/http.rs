//! One HTTP request out, one bounded answer back, for every channel that speaks HTTP.
//!
//! What to ask and what an answer means is the channel's; here is only how it travels:
//! no redirections, so many seconds, so many bytes. What goes wrong is told without the
//! address, which may hold a key, a number or a text.

use std::{error::Error as _, fmt, time::Duration};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use reqwest::{
    Client,
    header::{HeaderMap, HeaderName, HeaderValue},
    redirect::Policy,
};

use super::NoAnswer;
use crate::config::channels::Method;

/// The most of an answer that is read.
const ANSWER_BYTES_MAX: usize = 64 * 1_024;

/// What is asked, made before anything is sent.
#[derive(Clone, PartialEq, Eq)]
pub struct Request {
    pub method: Method,
    pub url: String,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

/// Address, headers and body may all hold keys, numbers and texts.
impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request").field("method", &self.method).finish_non_exhaustive()
    }
}

impl Request {
    /// A request without headers and body.
    pub fn new(method: Method, url: impl Into<String>) -> Self {
        Self { method, url: url.into(), headers: Vec::new(), body: String::new() }
    }

    /// The request with one header more.
    #[must_use]
    pub fn with(mut self, name: &str, text: &str) -> Self {
        self.headers.push((name.to_owned(), text.to_owned()));
        self
    }
}

/// What came back.
#[derive(Clone, PartialEq, Eq)]
pub struct Answer {
    pub status: u16,
    /// What the server asks who tries again to wait, in its own words.
    pub retry_after: Option<String>,
    pub body: String,
}

/// Not the body: servers repeat numbers and texts in it.
impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer").field("status", &self.status).finish_non_exhaustive()
    }
}

impl Answer {
    /// The answer as a verdict tells it.
    pub fn words(&self) -> String {
        let Self { status, retry_after, body } = self;
        match retry_after {
            Some(wait) => format!("HTTP {status} (Retry-After: {wait}): {body}"),
            None => format!("HTTP {status}: {body}"),
        }
    }

    /// The server is elsewhere, which is no fault of the letter; it is not followed there.
    pub fn is_redirection(&self) -> bool {
        (300..400).contains(&self.status)
    }
}

/// Carries requests over one pool of connections.
#[derive(Debug)]
pub struct Courier {
    client: Client,
}

impl Courier {
    /// A courier that waits so long for a whole answer.
    pub fn new(timeout: Duration) -> Result<Self, String> {
        // The second time it is installed already, by us.
        drop(rustls::crypto::ring::default_provider().install_default());
        let client = Client::builder()
            .redirect(Policy::none())
            .timeout(timeout)
            .build()
            .map_err(|error| error.without_url().to_string())?;
        Ok(Self { client })
    }

    /// Asks, and brings the answer whatever its status, or says why there is none.
    pub async fn carry(&self, request: &Request) -> Result<Answer, NoAnswer> {
        let failed = |error: reqwest::Error| {
            let (away, error) = (error.is_connect(), error.without_url());
            let cause = error.source().map(|cause| format!(": {cause}"));
            NoAnswer { reason: format!("{error}{}", cause.unwrap_or_default()), away }
        };
        let mut headers = HeaderMap::new();
        for (name, text) in &request.headers {
            let (name, text) = header(name, text).map_err(NoAnswer::here)?;
            headers.insert(name, text);
        }
        let call = match request.method {
            Method::Get => self.client.get(&request.url),
            Method::Post => self.client.post(&request.url),
        };
        let call = call.headers(headers);
        let call = match request.body.as_str() {
            "" if request.method == Method::Get => call,
            body => call.body(body.to_owned()), // a POST without one says that it has none
        };
        let mut response = call.send().await.map_err(failed)?;
        let status = response.status().as_u16();
        let wait = response.headers().get("retry-after");
        let retry_after = wait.and_then(|wait| wait.to_str().ok()).map(str::to_owned);
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(failed)? {
            body.extend_from_slice(&chunk);
            if body.len() > ANSWER_BYTES_MAX {
                let reason = format!("the answer is longer than {ANSWER_BYTES_MAX} bytes");
                return Err(NoAnswer::here(reason));
            }
        }
        Ok(Answer { status, retry_after, body: String::from_utf8_lossy(&body).into_owned() })
    }
}

/// A header as it may travel.
pub(super) fn header(name: &str, text: &str) -> Result<(HeaderName, HeaderValue), String> {
    let header = name.parse().map_err(|_| format!("`{name}` is no header name"))?;
    let text =
        text.parse().map_err(|_| format!("the header `{name}` holds signs no header may hold"))?;
    Ok((header, text))
}

/// The value of `Authorization` for a name and a password.
pub(super) fn basic(username: &str, password: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{username}:{password}")))
}

/// Percent encoding of everything but the signs that never need it.
pub(super) fn percent(text: &str) -> String {
    use fmt::Write as _;
    let mut encoded = String::with_capacity(text.len() * 3);
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            write!(encoded, "%{byte:02X}").expect("a String takes every write");
        }
    }
    encoded
}

/// The host of an address, with its port where it has one: what the header `host` says.
pub(super) fn host(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.split(['/', '?']).next().unwrap_or_default()
}
