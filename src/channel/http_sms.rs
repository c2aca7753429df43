//! SMS through a gateway that takes one HTTP request for one message.
//!
//! Gateways differ in the request they want and in what they answer for "yes"; both are
//! configuration. Every fact put into the request is escaped as its content type asks.

use std::fmt;

use minijinja::{AutoEscape, Environment, UndefinedBehavior, Value, context, escape_formatter};
use reqwest::{
    Client, StatusCode,
    header::{HeaderMap, HeaderName, HeaderValue},
    redirect::Policy,
};

use super::{Letter, Sent};
use crate::config::channels::{HttpSmsConfig, Method};

/// The most of an answer that is read.
const ANSWER_BYTES_MAX: usize = 64 * 1_024;
/// Steps of the template machine: far above what a request needs.
const FUEL: u64 = 100_000;
const URL: &str = "url";
const BODY: &str = "body";
/// What a request may name.
const FACTS: [&str; 7] = ["to", "text", "content", "sig", "id", "ticket", "language"];
const PERCENT: AutoEscape = AutoEscape::Custom(std::borrow::Cow::Borrowed("percent"));

/// A gateway.
pub struct HttpSms {
    config: HttpSmsConfig,
    client: Client,
    headers: HeaderMap,
    templates: Environment<'static>,
}

/// Not the address: gateways exist that want their key in it.
impl fmt::Debug for HttpSms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpSms").finish_non_exhaustive()
    }
}

impl HttpSms {
    /// Makes the channel ready; asks nothing of the network.
    pub fn new(config: &HttpSmsConfig) -> Result<Self, String> {
        // The second time it is installed already, by us.
        drop(rustls::crypto::ring::default_provider().install_default());
        let client = Client::builder()
            .redirect(Policy::none())
            .timeout(config.timeout)
            .build()
            .map_err(|error| error.without_url().to_string())?;
        let mut headers = HeaderMap::new();
        for (name, text) in &config.headers {
            let header: HeaderName =
                name.parse().map_err(|_| format!("`{name}` is no header name"))?;
            let text: HeaderValue = text
                .parse()
                .map_err(|_| format!("the header `{name}` holds signs no header may hold"))?;
            headers.insert(header, text);
        }
        let gateway =
            Self { templates: templates(config)?, config: config.clone(), client, headers };
        gateway.rehearse()?;
        Ok(gateway)
    }

    /// Sends one SMS.
    pub async fn send(&self, letter: &Letter) -> Sent {
        let (url, body) = match self.render(letter) {
            Ok(request) => request,
            Err(reason) => return Sent::Never { reason },
        };
        let mut request = match self.config.method {
            Method::Get => self.client.get(url),
            Method::Post => self.client.post(url),
        };
        if let Some(body) = body {
            request = request.header("content-type", &self.config.content_type).body(body);
        }
        request = request.headers(self.headers.clone());
        if let Some(username) = &self.config.username {
            let password = self.config.password.as_ref().map(|found| found.secret.reveal());
            request = request.basic_auth(username, password);
        }
        if let Some(bearer) = &self.config.bearer {
            request = request.bearer_auth(bearer.secret.reveal());
        }
        // The address of the request may hold the number and the text.
        let failed = |error: reqwest::Error| {
            let error = error.without_url();
            let cause = std::error::Error::source(&error).map(|cause| format!(": {cause}"));
            Sent::Later { reason: format!("{error}{}", cause.unwrap_or_default()) }
        };
        let mut response = match request.send().await {
            Ok(response) => response,
            Err(error) => return failed(error),
        };
        let status = response.status();
        let mut answer = Vec::new();
        loop {
            match response.chunk().await {
                Ok(Some(chunk)) => answer.extend_from_slice(&chunk),
                Ok(None) => break,
                Err(error) => return failed(error),
            }
            if answer.len() > ANSWER_BYTES_MAX {
                return Sent::Later {
                    reason: format!("the answer is longer than {ANSWER_BYTES_MAX} bytes"),
                };
            }
        }
        self.verdict(status, &String::from_utf8_lossy(&answer))
    }

    fn verdict(&self, status: StatusCode, answer: &str) -> Sent {
        let words = format!("HTTP {}: {answer}", status.as_u16());
        let accepted = &self.config.accepted;
        let among = |ranges: &[crate::config::channels::StatusRange]| {
            ranges.iter().any(|range| range.contains(status.as_u16()))
        };
        // A redirection is not followed: the gateway has moved, which is no fault of the message.
        if among(&self.config.later_status) || status.is_redirection() {
            return Sent::Later { reason: words };
        }
        if !among(&accepted.status) {
            return Sent::Never { reason: words };
        }
        let Some(pointer) = &accepted.pointer else {
            return Sent::Accepted { provider: words, ids: Vec::new() };
        };
        let found = serde_json::from_str::<serde_json::Value>(answer)
            .ok()
            .and_then(|json| json.pointer(pointer).map(scalar));
        match found {
            Some(value) if accepted.values.contains(&value) => {
                Sent::Accepted { provider: words, ids: Vec::new() }
            }
            Some(value) if accepted.later_values.contains(&value) => Sent::Later { reason: words },
            Some(_) => Sent::Never { reason: words },
            None => {
                Sent::Later { reason: format!("nothing at `{pointer}` of the answer: {words}") }
            }
        }
    }

    fn render(&self, letter: &Letter) -> Result<(String, Option<String>), String> {
        let sig = self.config.signature.as_str();
        let facts = context! {
            to => letter.to.as_str(),
            text => letter.text.as_str(),
            content => letter.text.strip_prefix(sig).unwrap_or(&letter.text),
            sig => sig,
            id => letter.message_id.as_str(),
            ticket => letter.ticket.as_str(),
            language => letter.language.as_str(),
        };
        let url = self.part(URL, &facts)?;
        let body = self.config.body.as_ref().map(|_| self.part(BODY, &facts)).transpose()?;
        Ok((url, body))
    }

    fn part(&self, name: &str, facts: &Value) -> Result<String, String> {
        self.templates
            .get_template(name)
            .and_then(|template| template.render(facts.clone()))
            .map_err(|error| format!("`{name}`: {error}"))
    }

    /// Writes one request that is not sent, with every sign that breaks a careless template.
    fn rehearse(&self) -> Result<(), String> {
        let letter = Letter {
            message_id: "rehearsal".to_owned(),
            to: "+8613800000000".to_owned(),
            subject: String::new(),
            text: "\"<&'\\> 督办\n".to_owned(),
            html: None,
            links: Vec::new(),
            ticket: "W0".to_owned(),
            language: "zh".to_owned(),
        };
        let (url, body) = self.render(&letter)?;
        url.parse::<reqwest::Url>().map_err(|error| format!("`url` gives no address: {error}"))?;
        if let Some(body) = body
            && self.config.content_type.contains("json")
            && let Err(error) = serde_json::from_str::<serde_json::Value>(&body)
        {
            return Err(format!(
                "`body` gives no JSON: {error}; facts bring their own quotes, write `{{\"to\": {{{{ to }}}}}}`"
            ));
        }
        Ok(())
    }
}

fn templates(config: &HttpSmsConfig) -> Result<Environment<'static>, String> {
    let mut templates = Environment::new();
    templates.set_undefined_behavior(UndefinedBehavior::Strict);
    templates.set_fuel(Some(FUEL));
    let kind = config.content_type.clone();
    templates.set_auto_escape_callback(move |name| match kind.as_str() {
        _ if name == URL => PERCENT,
        kind if kind.contains("json") => AutoEscape::Json,
        kind if kind.contains("urlencoded") => PERCENT,
        kind if kind.contains("xml") || kind.contains("html") => AutoEscape::Html,
        _ => AutoEscape::None, // plain text and what nobody has a rule for
    });
    templates.set_formatter(|out, state, value| {
        if *state.auto_escape() == PERCENT {
            return out.write_str(&percent(&value.to_string())).map_err(Into::into);
        }
        escape_formatter(out, state, value)
    });
    let mut add = |name: &'static str, source: &str| {
        templates
            .add_template_owned(name, source.to_owned())
            .map_err(|error| format!("`{name}` is no template: {error}"))?;
        let named =
            templates.get_template(name).map(|template| template.undeclared_variables(false));
        let mut unknown =
            named.into_iter().flatten().filter(|fact| !FACTS.contains(&fact.as_str()));
        match unknown.next() {
            Some(fact) => Err(format!("`{name}` names `{fact}`; known are {}", FACTS.join(", "))),
            None => Ok(()),
        }
    };
    add(URL, &config.url)?;
    if let Some(body) = &config.body {
        add(BODY, body)?;
    }
    Ok(templates)
}

/// Percent encoding of everything but the signs that never need it.
fn percent(text: &str) -> String {
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

fn scalar(value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
