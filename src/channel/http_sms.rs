//! SMS through a gateway that takes one HTTP request for one message.
//!
//! Gateways differ in the request they want and in what they answer for "yes"; both are
//! configuration. Every fact put into the request is escaped as its content type asks.

use std::{collections::BTreeMap, fmt};

use minijinja::{AutoEscape, Environment, UndefinedBehavior, Value, context, escape_formatter};

use super::{
    Letter, Sent,
    http::{self, Answer, Courier, Request, basic, percent},
};
use crate::config::channels::HttpSmsConfig;

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
    courier: Courier,
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
        let courier = Courier::new(config.timeout)?;
        for (name, text) in &config.headers {
            http::header(name, text)?;
        }
        let gateway = Self { templates: templates(config)?, config: config.clone(), courier };
        gateway.rehearse()?;
        Ok(gateway)
    }

    /// Sends one SMS.
    pub async fn send(&self, letter: &Letter) -> Sent {
        let (url, body) = match self.render(letter) {
            Ok(request) => request,
            Err(reason) => return Sent::Never { reason },
        };
        let mut request = Request::new(self.config.method, url);
        if let Some(body) = body {
            request = request.with("content-type", &self.config.content_type);
            request.body = body;
        }
        for (name, text) in &self.config.headers {
            request = request.with(name, text);
        }
        if let Some(username) = &self.config.username {
            let password = self.config.password.as_ref().map(|found| found.secret.reveal());
            request = request.with("authorization", &basic(username, password.unwrap_or_default()));
        }
        if let Some(bearer) = &self.config.bearer {
            request = request.with("authorization", &format!("Bearer {}", bearer.secret.reveal()));
        }
        match self.courier.carry(&request).await {
            Ok(answer) => self.verdict(&answer),
            Err(silence) => silence.into(),
        }
    }

    fn verdict(&self, answer: &Answer) -> Sent {
        let words = answer.words();
        let accepted = &self.config.accepted;
        let among = |ranges: &[crate::config::channels::StatusRange]| {
            ranges.iter().any(|range| range.contains(answer.status))
        };
        // A redirection is not followed: the gateway has moved, which is no fault of the message.
        if among(&self.config.later_status) || answer.is_redirection() {
            return Sent::Later { reason: words };
        }
        if !among(&accepted.status) {
            return Sent::Never { reason: words };
        }
        let json = serde_json::from_str::<serde_json::Value>(&answer.body).ok();
        let at = |pointer: &String| json.as_ref()?.pointer(pointer).map(scalar);
        let ids = accepted.id.as_ref().and_then(at).into_iter().collect();
        let Some(pointer) = &accepted.pointer else {
            return Sent::Accepted { provider: words, ids };
        };
        match at(pointer) {
            Some(value) if accepted.values.contains(&value) => {
                Sent::Accepted { provider: words, ids }
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
            template: String::new(),
            facts: BTreeMap::new(),
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

/// A value of JSON as text.
pub(super) fn scalar(value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
