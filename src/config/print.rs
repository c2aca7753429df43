//! The effective configuration as TOML, secrets hidden.

use std::{fmt::Write as _, path::Path, time::Duration};

use toml::Value;

use super::{
    Config, KindTarget, Open311,
    channels::{ChannelConfig, ChannelKind, HttpSmsConfig, StatusRange},
    hidden::{Found, Source},
    smtp::SmtpConfig,
};

/// The text of `duban check --print`.
pub fn print(config: &Config) -> String {
    let mut page = Page::default();
    page.title("[store]");
    match &config.store.source {
        Some(source) => page.found("url", "url_file", source),
        None => page.text("url", &config.store.shown()),
    }
    page.title("[web]");
    page.text("listen", &config.web.listen.to_string());
    page.text("public_url", &config.web.public_url);
    page.number("body_bytes_max", config.web.body_bytes_max as i64);
    page.number("connections_max", config.web.connections_max as i64);
    page.span("header_timeout", config.web.header_timeout);
    page.span("request_timeout", config.web.request_timeout);
    page.number("answers_per_minute", i64::from(config.web.answers_per_minute));
    page.number("calls_per_minute", i64::from(config.web.calls_per_minute));
    for (name, _) in Open311::NAMES.iter().filter(|(_, kind)| *kind == config.web.open311) {
        page.text("open311", name);
    }
    page.title("[policies]");
    match &config.policies.dir {
        Some(dir) => page.path("dir", dir),
        None => page.comment("dir: the set `cn` that is built in"),
    }
    match &config.policies.org {
        Some(org) => page.path("org", org),
        None => page.comment("org: none"),
    }
    page.title("[engine]");
    page.number("batch", config.engine.batch);
    page.span("poll", config.engine.poll);
    page.title("[dispatch]");
    page.number("batch", config.dispatch.batch);
    page.span("lease", config.dispatch.lease);
    page.number("workers", config.dispatch.workers as i64);
    page.number("attempts_max", config.dispatch.attempts_max);
    page.span("give_up_after", config.dispatch.give_up_after);
    page.span("retry_min", config.dispatch.retry_min);
    page.span("retry_max", config.dispatch.retry_max);
    page.span("send_timeout", config.dispatch.send_timeout);
    page.title("[kinds]");
    for (via, target) in &config.kinds {
        match target {
            KindTarget::Channel(name) => page.text(via.name(), name),
            KindTarget::Kind(other) => page.text(via.name(), other.name()),
            KindTarget::Off => page.text(via.name(), "off"),
        }
    }
    page.title("[resident]");
    page.text("sms", config.resident.sms.as_deref().unwrap_or("off"));
    page.text("email", config.resident.email.as_deref().unwrap_or("off"));
    page.text("language", &config.resident.language);
    page.title("[wording]");
    page.text("language", &config.wording.language);
    page.text("signature_zh", &config.wording.signature_zh);
    page.text("signature_en", &config.wording.signature_en);
    if let Some(sysadmin) = &config.sysadmin {
        page.title("[sysadmin]");
        page.text("channel", &sysadmin.channel);
        page.text("to", &sysadmin.to);
    }
    page.title("[secrets]");
    match &config.secrets.key {
        Some(key) => page.found("key", "key_file", &key.source),
        None => page.path("key_file", &config.secrets.key_file),
    }
    for channel in &config.channels {
        page.channel(channel);
    }
    for connector in &config.connectors {
        connector.print(&mut page);
    }
    page.0
}

/// The text so far.
#[derive(Default)]
pub(super) struct Page(String);

impl Page {
    pub(super) fn line(&mut self, line: std::fmt::Arguments<'_>) {
        self.0.write_fmt(line).expect("a String takes every write");
        self.0.push('\n');
    }

    pub(super) fn title(&mut self, title: &str) {
        if !self.0.is_empty() {
            self.0.push('\n');
        }
        self.line(format_args!("{title}"));
    }

    fn comment(&mut self, text: &str) {
        self.line(format_args!("# {text}"));
    }

    pub(super) fn text(&mut self, key: &str, text: &str) {
        self.line(format_args!("{key} = {}", Value::from(text)));
    }

    pub(super) fn path(&mut self, key: &str, path: &Path) {
        self.text(key, &path.display().to_string());
    }

    pub(super) fn number(&mut self, key: &str, number: i64) {
        self.line(format_args!("{key} = {number}"));
    }

    pub(super) fn switch(&mut self, key: &str, switch: bool) {
        self.line(format_args!("{key} = {switch}"));
    }

    pub(super) fn span(&mut self, key: &str, span: Duration) {
        self.text(key, &humantime::format_duration(span).to_string());
    }

    pub(super) fn words<'a>(&mut self, key: &str, words: impl IntoIterator<Item = &'a str>) {
        let list: Vec<Value> = words.into_iter().map(Value::from).collect();
        self.line(format_args!("{key} = {}", Value::Array(list)));
    }

    /// A secret: where it is, never what it is.
    pub(super) fn found(&mut self, key: &str, file_key: &str, source: &Source) {
        match source {
            Source::File(path) => self.path(file_key, path),
            Source::Environment(name) => self.comment(&format!("{key}: hidden, from {name}")),
            Source::Credential(path) => {
                self.comment(&format!("{key}: hidden, from the credential {}", path.display()));
            }
        }
    }

    fn login(&mut self, username: Option<&str>, password: Option<&Found>) {
        if let Some(username) = username {
            self.text("username", username);
        }
        if let Some(password) = password {
            self.found("password", "password_file", &password.source);
        }
    }

    fn channel(&mut self, channel: &ChannelConfig) {
        self.title("[[channel]]");
        self.text("name", &channel.name);
        if let Some(rate) = channel.per_second {
            self.number("per_second", i64::from(rate));
        }
        match &channel.kind {
            ChannelKind::Mailbox => self.text("kind", "mailbox"),
            ChannelKind::Smtp(smtp) => self.smtp(smtp),
            ChannelKind::HttpSms(http) => self.http_sms("http_sms", http),
            ChannelKind::VoiceHttp(http) => self.http_sms("voice_http", http),
            ChannelKind::Smpp(smpp) => smpp.print(self),
            ChannelKind::Aliyun(aliyun) => aliyun.print(self),
            ChannelKind::Tencent(tencent) => tencent.print(self),
            ChannelKind::Twilio(twilio) => twilio.print(self),
            ChannelKind::Robot(robot) => robot.print(self),
            ChannelKind::Webhook(webhook) => webhook.print(self),
        }
    }

    fn smtp(&mut self, smtp: &SmtpConfig) {
        self.text("kind", "smtp");
        self.text("host", &smtp.host);
        self.number("port", i64::from(smtp.port));
        self.text("tls", smtp.tls.name());
        if let Some(path) = &smtp.ca_file {
            self.path("ca_file", path);
        }
        if let Some(pair) = &smtp.certificate {
            self.path("client_cert_file", &pair.certificates);
            self.path("client_key_file", &pair.key);
        }
        self.login(smtp.username.as_deref(), smtp.password.as_ref());
        if let Some(token) = &smtp.oauth_token {
            self.found("oauth_token", "oauth_token_file", &token.source);
        }
        self.text("from", &smtp.from);
        self.text("hello", &smtp.hello);
        self.text("list_id", &smtp.list_id);
        if let Some(reply_to) = &smtp.reply_to {
            self.text("reply_to", reply_to);
        }
        self.number("max_bytes", smtp.max_bytes as i64);
        self.number("connections", smtp.connections as i64);
        self.span("timeout", smtp.timeout);
        for dkim in &smtp.dkim {
            self.line(format_args!("[[channel.dkim]]"));
            self.text("domain", &dkim.domain);
            self.text("selector", &dkim.selector);
            self.text("algorithm", dkim.algorithm.name());
            self.found("key", "key_file", &dkim.key.source);
        }
    }

    fn http_sms(&mut self, kind: &str, http: &HttpSmsConfig) {
        self.text("kind", kind);
        self.text("url", &http.url);
        self.text("method", http.method.name());
        if let Some(body) = &http.body {
            self.text("body", body);
        }
        self.text("content_type", &http.content_type);
        self.text("signature", &http.signature);
        self.statuses("later_status", &http.later_status);
        self.login(http.username.as_deref(), http.password.as_ref());
        if let Some(bearer) = &http.bearer {
            self.found("bearer", "bearer_file", &bearer.source);
        }
        self.span("timeout", http.timeout);
        self.line(format_args!("[channel.accepted]"));
        self.statuses("status", &http.accepted.status);
        if let Some(pointer) = &http.accepted.pointer {
            self.text("pointer", pointer);
            self.words("value", http.accepted.values.iter().map(String::as_str));
            self.words("later_value", http.accepted.later_values.iter().map(String::as_str));
        }
        if let Some(id) = &http.accepted.id {
            self.text("id", id);
        }
        if let Some(receipts) = &http.receipts {
            receipts.print(self);
        }
        if !http.headers.is_empty() {
            self.line(format_args!("[channel.headers]"));
            for (name, text) in &http.headers {
                self.line(format_args!(
                    "{} = {}",
                    Value::from(name.as_str()),
                    Value::from(text.as_str())
                ));
            }
        }
    }

    fn statuses(&mut self, key: &str, ranges: &[StatusRange]) {
        let texts: Vec<String> = ranges.iter().map(|range| range.text()).collect();
        self.words(key, texts.iter().map(String::as_str));
    }
}
