//! `[[channel]]`: the ways out, by name and kind.
//!
//! What is checked here needs no network; whether a server answers is `duban send-test`.

use std::{collections::BTreeMap, time::Duration};

use super::{
    aliyun::{self, AliyunConfig},
    complaint::{Complaint, Place, did_you_mean},
    hidden::{Found, Surroundings, secret},
    provider::Approved,
    receipts::{self, ReceiptsConfig},
    robot::{self, Maker, RobotConfig},
    section::Section,
    smpp::{self, SmppConfig},
    smtp::{self, SmtpConfig},
    tencent::{self, TencentConfig},
    tree::{Table, Value},
    twilio::{self, TwilioConfig},
    webhook::{self, WebhookConfig},
};

/// One way out.
#[derive(Clone, Debug, PartialEq)]
pub struct ChannelConfig {
    pub name: String,
    pub kind: ChannelKind,
    /// Messages handed over in a second at most.
    pub per_second: Option<u32>,
}

/// What kind of way it is, with its settings.
#[derive(Clone, Debug, PartialEq)]
pub enum ChannelKind {
    /// Kept in the store and shown on `/mailbox`; nothing leaves the machine.
    Mailbox,
    Smtp(Box<SmtpConfig>),
    HttpSms(Box<HttpSmsConfig>),
    Smpp(Box<SmppConfig>),
    Aliyun(Box<AliyunConfig>),
    Tencent(Box<TencentConfig>),
    Twilio(Box<TwilioConfig>),
    /// A robot of a WeCom, DingTalk or Feishu group.
    Robot(Box<RobotConfig>),
    Webhook(Box<WebhookConfig>),
    /// A gateway that reads the text out on the phone and takes a key for an answer.
    VoiceHttp(Box<HttpSmsConfig>),
}

impl ChannelKind {
    /// The texts the provider approved, where it sends no others.
    pub fn approved(&self) -> Option<&BTreeMap<String, Approved>> {
        match self {
            Self::Aliyun(aliyun) => Some(&aliyun.templates),
            Self::Tencent(tencent) => Some(&tencent.templates),
            Self::Mailbox
            | Self::Smtp(_)
            | Self::HttpSms(_)
            | Self::Smpp(_)
            | Self::Twilio(_)
            | Self::Robot(_)
            | Self::Webhook(_)
            | Self::VoiceHttp(_) => None,
        }
    }

    /// The word in `duban.toml`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Mailbox => "mailbox",
            Self::Smtp(_) => "smtp",
            Self::HttpSms(_) => "http_sms",
            Self::Smpp(_) => "smpp",
            Self::Aliyun(_) => "aliyun",
            Self::Tencent(_) => "tencent",
            Self::Twilio(_) => "twilio",
            Self::Robot(robot) => robot.maker.name(),
            Self::Webhook(_) => "webhook",
            Self::VoiceHttp(_) => "voice_http",
        }
    }
}

#[rustfmt::skip]
const KINDS: [&str; 12] = [
    "mailbox", "smtp", "http_sms", "smpp", "aliyun", "tencent", "twilio",
    "wecom", "dingtalk", "feishu", "webhook", "voice_http",
];

/// A gateway that takes an SMS as one HTTP request.
#[derive(Clone, Debug, PartialEq)]
pub struct HttpSmsConfig {
    /// A template, so that gateways which want everything in the address are served too.
    pub url: String,
    pub method: Method,
    pub headers: BTreeMap<String, String>,
    /// A template, escaped as `content_type` asks for.
    pub body: Option<String>,
    pub content_type: String,
    /// `{{ sig }}` of the template: the signature a gateway wants apart from the text.
    pub signature: String,
    pub accepted: Accepted,
    /// How it tells afterwards what became of a message and what was answered.
    pub receipts: Option<ReceiptsConfig>,
    /// Answers after which the message is tried again.
    pub later_status: Vec<StatusRange>,
    pub username: Option<String>,
    pub password: Option<Found>,
    pub bearer: Option<Found>,
    pub timeout: Duration,
}

/// The method of the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    Get,
    Post,
}

impl Method {
    /// The word in `duban.toml` and on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
        }
    }
}

/// When a gateway's answer means that it took the message.
#[derive(Clone, Debug, PartialEq)]
pub struct Accepted {
    pub status: Vec<StatusRange>,
    /// A JSON pointer into the answer (`/code`) and the values that mean yes, as text.
    pub pointer: Option<String>,
    pub values: Vec<String>,
    /// Values at the pointer after which the message is tried again.
    pub later_values: Vec<String>,
    /// Where the answer holds the gateway's own number of the message, which receipts name.
    pub id: Option<String>,
}

/// `200`, or `5xx` for 500 to 599.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StatusRange {
    pub first: u16,
    pub last: u16,
}

impl StatusRange {
    /// Reads `200` or `5xx`.
    pub fn parse(text: &str) -> Option<Self> {
        if let Some(class) = text.strip_suffix("xx") {
            let class: u16 = class.parse().ok().filter(|class| (1..=5).contains(class))?;
            return Some(Self { first: class * 100, last: class * 100 + 99 });
        }
        let status = text.parse().ok().filter(|status| (100..=599).contains(status))?;
        Some(Self { first: status, last: status })
    }

    /// Whether the status is meant.
    pub fn contains(self, status: u16) -> bool {
        (self.first..=self.last).contains(&status)
    }

    /// As it is written.
    pub fn text(self) -> String {
        if self.first == self.last {
            self.first.to_string()
        } else {
            format!("{}xx", self.first / 100)
        }
    }
}

/// Reads every `[[channel]]`.
pub fn read(
    tables: Vec<Table>,
    around: &Surroundings,
    complaints: &mut Vec<Complaint>,
) -> Vec<ChannelConfig> {
    let mut channels: Vec<ChannelConfig> = Vec::new();
    for table in tables {
        let mut section = Section::new(table, complaints);
        let name = section.required("name", "\"mail\"");
        let kind = section.required("kind", "\"smtp\"");
        let (Some((name, name_place)), Some((kind, kind_place))) = (name, kind) else { continue };
        if !name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_')) {
            section.complain(
                name_place.clone(),
                format!("`{name}` is not a channel name; use letters, digits, `-` and `_`"),
            );
        }
        if name == "off" {
            section.complain(name_place.clone(), "`off` means no channel; choose another name");
        }
        if channels.iter().any(|channel| channel.name == name) {
            section.complain(name_place, format!("there is already a channel called `{name}`"));
        }
        let per_second = section.number("per_second", 0, 0, 100_000);
        let kind = match kind.as_str() {
            "mailbox" => Some(ChannelKind::Mailbox),
            "smtp" => {
                smtp::read(&mut section, &name, around).map(|c| ChannelKind::Smtp(Box::new(c)))
            }
            "http_sms" => {
                http_sms(&mut section, &name, around).map(|c| ChannelKind::HttpSms(Box::new(c)))
            }
            "smpp" => smpp::read(&mut section, &name, around)
                .map(|config| ChannelKind::Smpp(Box::new(config))),
            "aliyun" => aliyun::read(&mut section, &name, around)
                .map(|config| ChannelKind::Aliyun(Box::new(config))),
            "tencent" => tencent::read(&mut section, &name, around)
                .map(|config| ChannelKind::Tencent(Box::new(config))),
            "twilio" => twilio::read(&mut section, &name, around)
                .map(|config| ChannelKind::Twilio(Box::new(config))),
            "webhook" => webhook::read(&mut section, &name, around)
                .map(|config| ChannelKind::Webhook(Box::new(config))),
            "voice_http" => {
                http_sms(&mut section, &name, around).map(|c| ChannelKind::VoiceHttp(Box::new(c)))
            }
            other if let Some(maker) = Maker::of(other) => {
                robot::read(&mut section, maker, &name, around)
                    .map(|config| ChannelKind::Robot(Box::new(config)))
            }
            other => {
                let hint = did_you_mean(other, KINDS);
                section.complain(kind_place, format!("unknown channel kind `{other}`; {hint}"));
                continue;
            }
        };
        section.finish("channel");
        let per_second = u32::try_from(per_second).ok().filter(|rate| *rate > 0);
        channels.extend(kind.map(|kind| ChannelConfig { name, kind, per_second }));
    }
    channels
}

fn http_sms(section: &mut Section<'_>, name: &str, around: &Surroundings) -> Option<HttpSmsConfig> {
    let url = section.required("url", "\"https://sms.example.cn/send\"");
    let method =
        choice(section, "method", Method::Post, &[("GET", Method::Get), ("POST", Method::Post)]);
    let headers = section.texts("headers");
    let body = section.some_text("body");
    let content_type = section.some_text("content_type");
    let signature = section.text("signature");
    let accepted = section.inside("accepted", |section| Accepted {
        status: statuses(section, "status", &["2xx"]),
        pointer: pointer(section, "pointer"),
        id: pointer(section, "id"),
        values: scalars(section, "value"),
        later_values: scalars(section, "later_value"),
    });
    let receipts = section
        .has("receipts")
        .then(|| section.inside("receipts", |section| receipts::read(section, name, around)))
        .flatten();
    // 401 and 403 are our own key gone bad: giving messages up for that would lose them all.
    let later_status =
        statuses(section, "later_status", &["401", "403", "408", "425", "429", "5xx"]);
    let username = section.some_text("username");
    let password =
        secret(section, "password", "password_file", &format!("{name}.password"), around);
    let bearer = secret(section, "bearer", "bearer_file", &format!("{name}.bearer"), around);
    let timeout = section.span("timeout", Duration::from_secs(15));
    if accepted.pointer.is_some() == accepted.values.is_empty() {
        let place = section.place();
        section.complain(
            place,
            "`accepted` needs `pointer` and `value` together, for example `{ pointer = \"/code\", value = \"OK\" }`",
        );
    }
    if let Some((url, place)) = &url
        && !(url.starts_with("https://") || url.starts_with("http://"))
    {
        section.complain(place.clone(), "`url` begins with `https://` or `http://`");
    }
    if method == Method::Post && body.is_none() {
        let place = section.place();
        section.complain(place, "`body` is missing; write for example `body = '{\"to\": {{ to }}, \"text\": {{ text }}}'`");
    }
    Some(HttpSmsConfig {
        url: url?.0,
        method,
        headers: headers.into_iter().map(|(name, (text, _))| (name, text)).collect(),
        body: body.map(|(text, _)| text),
        content_type: content_type.map_or_else(|| "application/json".to_owned(), |(text, _)| text),
        signature: signature.map(|(text, _)| text).unwrap_or_default(),
        accepted,
        receipts,
        later_status,
        username: username.map(|(text, _)| text),
        password,
        bearer,
        timeout,
    })
}

/// One of a few words.
pub(super) fn choice<T: Copy>(
    section: &mut Section<'_>,
    key: &'static str,
    default: T,
    words: &[(&'static str, T)],
) -> T {
    let Some((text, place)) = section.text(key) else { return default };
    if let Some((_, value)) = words.iter().find(|(word, _)| *word == text) {
        return *value;
    }
    let hint = did_you_mean(&text, words.iter().map(|(word, _)| *word));
    section.complain(place, format!("`{key}` cannot be `{text}`; {hint}"));
    default
}

/// Where a value stands in JSON.
pub(super) fn pointer(section: &mut Section<'_>, key: &'static str) -> Option<String> {
    let (text, place) = section.some_text(key)?;
    if !text.starts_with('/') {
        section.complain(place, "a JSON pointer begins with `/`, for example `/code`");
    }
    Some(text)
}

fn statuses(section: &mut Section<'_>, key: &'static str, default: &[&str]) -> Vec<StatusRange> {
    let Some(words) = words(section, key) else {
        return default.iter().filter_map(|text| StatusRange::parse(text)).collect();
    };
    let mut ranges = Vec::new();
    for (word, place) in words {
        match StatusRange::parse(&word) {
            Some(range) => ranges.push(range),
            None => section.complain(
                place,
                format!("`{word}` is no HTTP status; write for example 429 or \"5xx\""),
            ),
        }
    }
    ranges
}

pub(super) fn scalars(section: &mut Section<'_>, key: &'static str) -> Vec<String> {
    words(section, key).unwrap_or_default().into_iter().map(|(word, _)| word).collect()
}

/// A list of numbers and texts, all as text.
fn words(section: &mut Section<'_>, key: &'static str) -> Option<Vec<(String, Place)>> {
    let nodes = section.list(key)?;
    let mut words = Vec::new();
    for node in nodes {
        match node.value {
            Value::Text(text) | Value::Loose(text) => words.push((text, node.place)),
            Value::Number(number) => words.push((number.to_string(), node.place)),
            Value::Switch(switch) => words.push((switch.to_string(), node.place)),
            Value::List(_) | Value::Table(_) | Value::Foreign => section.complain(
                node.place,
                format!("`{key}` holds {}, it must hold texts or numbers", node.value.kind()),
            ),
        }
    }
    Some(words)
}
