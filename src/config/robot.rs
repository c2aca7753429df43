//! `kind = "wecom"`, `"dingtalk"` and `"feishu"`: robots that post into a group.

use std::time::Duration;

use super::{
    channels::choice,
    hidden::{Found, Surroundings, secret},
    print::Page,
    provider::{endpoint, required_secret},
    section::Section,
};

/// Whose robot it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Maker {
    Wecom,
    Dingtalk,
    Feishu,
}

impl Maker {
    /// The word in `duban.toml`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Wecom => "wecom",
            Self::Dingtalk => "dingtalk",
            Self::Feishu => "feishu",
        }
    }

    /// The maker a kind of channel means.
    pub fn of(kind: &str) -> Option<Self> {
        [Self::Wecom, Self::Dingtalk, Self::Feishu].into_iter().find(|maker| maker.name() == kind)
    }

    fn endpoint(self) -> &'static str {
        match self {
            Self::Wecom => "https://qyapi.weixin.qq.com",
            Self::Dingtalk => "https://oapi.dingtalk.com",
            Self::Feishu => "https://open.feishu.cn",
        }
    }
}

/// How a robot writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Text,
    Markdown,
}

impl Format {
    const ALL: [(&'static str, Self); 2] = [("text", Self::Text), ("markdown", Self::Markdown)];

    /// The word in `duban.toml`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Markdown => "markdown",
        }
    }
}

/// A robot of a group.
#[derive(Clone, Debug, PartialEq)]
pub struct RobotConfig {
    pub maker: Maker,
    pub endpoint: String,
    /// The last part of the robot's address: `key`, `access_token`, or the number of the hook.
    pub key: Found,
    /// What it signs with, where its security setting is "signature"; WeCom's robots never sign.
    pub secret: Option<Found>,
    pub format: Format,
    /// Whether the person a message is for is mentioned.
    pub mention: bool,
    pub timeout: Duration,
}

pub(super) fn read(
    section: &mut Section<'_>,
    maker: Maker,
    name: &str,
    around: &Surroundings,
) -> Option<RobotConfig> {
    let endpoint = endpoint(section, maker.endpoint());
    let key = required_secret(section, "key", "key_file", name, around);
    let secret = match maker {
        Maker::Wecom => None,
        Maker::Dingtalk | Maker::Feishu => {
            secret(section, "secret", "secret_file", &format!("{name}.secret"), around)
        }
    };
    let format = choice(section, "format", Format::Text, &Format::ALL);
    let mention = section.switch("mention", true);
    let timeout = section.span("timeout", Duration::from_secs(15));
    Some(RobotConfig { maker, endpoint, key: key?, secret, format, mention, timeout })
}

impl RobotConfig {
    pub(super) fn print(&self, page: &mut Page) {
        page.text("kind", self.maker.name());
        page.text("endpoint", &self.endpoint);
        page.found("key", "key_file", &self.key.source);
        if let Some(secret) = &self.secret {
            page.found("secret", "secret_file", &secret.source);
        }
        page.text("format", self.format.name());
        page.switch("mention", self.mention);
        page.span("timeout", self.timeout);
    }
}
