//! Robots that post into a group of WeCom, DingTalk or Feishu.
//!
//! Invariants (tests/providers):
//! * `robots_sign_as_the_vectors_do`
//! * `a_long_text_is_cut_between_characters_and_says_so`

use std::fmt;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    Letter, Sent,
    http::{Answer, Courier, Request, percent},
    signing::hmac_sha256,
};
use crate::{
    config::{
        channels::Method,
        robot::{Format, Maker, RobotConfig},
    },
    core::timestamp::Timestamp,
};

/// What stands at the end of a text that was cut.
const CUT: &str = "…";

/// A robot of a group.
pub struct Robot {
    config: RobotConfig,
    courier: Courier,
}

impl fmt::Debug for Robot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Robot").field("maker", &self.config.maker).finish_non_exhaustive()
    }
}

impl Robot {
    /// Makes the channel ready; asks nothing of the network.
    pub fn new(config: &RobotConfig) -> Result<Self, String> {
        Ok(Self { courier: Courier::new(config.timeout)?, config: config.clone() })
    }

    /// Posts one letter.
    pub async fn send(&self, letter: &Letter, now: Timestamp) -> Sent {
        let whole = words(&self.config, letter);
        let said = cut(&self.config, &whole);
        let answer = match self.courier.carry(&request(&self.config, letter, &said, now)).await {
            Ok(answer) => answer,
            Err(silence) => return silence.into(),
        };
        match verdict(self.config.maker, &answer) {
            Sent::Accepted { provider, ids } if said != whole => {
                let limit = bytes_max(&self.config);
                Sent::Accepted { provider: format!("cut to {limit} bytes; {provider}"), ids }
            }
            sent => sent,
        }
    }
}

/// The most bytes of text a robot takes. DingTalk and Feishu count the whole request, 20,000 bytes,
/// in which a character may take twice its bytes.
fn bytes_max(config: &RobotConfig) -> usize {
    match (config.maker, config.format) {
        (Maker::Wecom, Format::Text) => 2_048,
        (Maker::Wecom, Format::Markdown) => 4_096,
        (Maker::Dingtalk | Maker::Feishu, _) => 9_000,
    }
}

/// What the robot has to say: the subject where there is one, and the text.
pub fn words(config: &RobotConfig, letter: &Letter) -> String {
    let words = match (letter.subject.as_str(), config.format) {
        ("", _) => letter.text.clone(),
        (subject, Format::Text) => format!("{subject}\n{}", letter.text),
        (subject, Format::Markdown) => format!("**{subject}**\n\n{}", letter.text),
    };
    let mention = mention(config, letter);
    match (config.maker, config.format, &mention) {
        // A mention that stands in the text itself.
        (Maker::Wecom, Format::Markdown, Mention::User(user)) => format!("<@{user}> {words}"),
        (Maker::Feishu, Format::Text, Mention::User(user)) => {
            format!("<at user_id=\"{user}\"></at> {words}")
        }
        (Maker::Feishu, Format::Markdown, Mention::User(user)) => {
            format!("<at id={user}></at> {words}")
        }
        _ => words, // beside the text, or not at all
    }
}

/// The text, or as much of it as the robot takes with a mark that it was cut.
pub fn cut(config: &RobotConfig, text: &str) -> String {
    let bytes_max = bytes_max(config);
    if text.len() <= bytes_max {
        return text.to_owned();
    }
    let end = text.floor_char_boundary(bytes_max - CUT.len());
    format!("{}{CUT}", &text[..end])
}

/// Whom a post names.
enum Mention {
    Phone(String),
    User(String),
    Nobody,
}

fn mention(config: &RobotConfig, letter: &Letter) -> Mention {
    let to = letter.to.as_str();
    let plain = |to: &str| to.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-.@".contains(&b));
    let number = letter.number();
    let number = number.strip_prefix("+86").unwrap_or(&number);
    if !config.mention || to.is_empty() {
        Mention::Nobody
    } else if number.len() == 11 && number.bytes().all(|b| b.is_ascii_digit()) {
        Mention::Phone(number.to_owned())
    } else if plain(to) {
        Mention::User(to.to_owned())
    } else {
        Mention::Nobody
    }
}

/// The signed request that says `words`.
pub fn request(config: &RobotConfig, letter: &Letter, words: &str, now: Timestamp) -> Request {
    let key = percent(config.key.secret.reveal());
    let endpoint = &config.endpoint;
    let secret = config.secret.as_ref().map(|found| found.secret.reveal());
    let (url, body) = match config.maker {
        Maker::Wecom => {
            (format!("{endpoint}/cgi-bin/webhook/send?key={key}"), wecom(config, letter, words))
        }
        Maker::Dingtalk => {
            let mut url = format!("{endpoint}/robot/send?access_token={key}");
            if let Some(secret) = secret {
                let timestamp = now.0;
                let sign = percent(&dingtalk_sign(secret, timestamp));
                url = format!("{url}&timestamp={timestamp}&sign={sign}");
            }
            (url, dingtalk(config, letter, words))
        }
        Maker::Feishu => {
            let mut body = feishu(config, words);
            if let Some(secret) = secret {
                let timestamp = now.jiff().as_second();
                body["timestamp"] = timestamp.to_string().into();
                body["sign"] = feishu_sign(secret, timestamp).into();
            }
            (format!("{endpoint}/open-apis/bot/v2/hook/{key}"), body)
        }
    };
    let mut request = Request::new(Method::Post, url).with("content-type", "application/json");
    request.body = body.to_string();
    request
}

/// DingTalk: the secret signs the time and itself.
fn dingtalk_sign(secret: &str, timestamp_ms: i64) -> String {
    let text = format!("{timestamp_ms}\n{secret}");
    STANDARD.encode(hmac_sha256(secret.as_bytes(), text.as_bytes()))
}

/// Feishu: time and secret together are the key, and nothing is signed with it.
fn feishu_sign(secret: &str, timestamp: i64) -> String {
    STANDARD.encode(hmac_sha256(format!("{timestamp}\n{secret}").as_bytes(), b""))
}

fn wecom(config: &RobotConfig, letter: &Letter, words: &str) -> Value {
    if config.format == Format::Markdown {
        return json!({ "msgtype": "markdown", "markdown": { "content": words } });
    }
    let mut text = json!({ "content": words });
    match mention(config, letter) {
        Mention::Phone(number) => text["mentioned_mobile_list"] = json!([number]),
        Mention::User(user) => text["mentioned_list"] = json!([user]),
        Mention::Nobody => {}
    }
    json!({ "msgtype": "text", "text": text })
}

fn dingtalk(config: &RobotConfig, letter: &Letter, words: &str) -> Value {
    let at = match mention(config, letter) {
        Mention::Phone(number) => json!({ "atMobiles": [number], "isAtAll": false }),
        Mention::User(user) => json!({ "atUserIds": [user], "isAtAll": false }),
        Mention::Nobody => json!({ "isAtAll": false }),
    };
    match config.format {
        Format::Text => json!({ "msgtype": "text", "text": { "content": words }, "at": at }),
        Format::Markdown => {
            // A title is required; it shows in the list of conversations.
            let title = if letter.subject.is_empty() { &letter.ticket } else { &letter.subject };
            json!({ "msgtype": "markdown", "markdown": { "title": title, "text": words }, "at": at })
        }
    }
}

fn feishu(config: &RobotConfig, words: &str) -> Value {
    match config.format {
        Format::Text => json!({ "msg_type": "text", "content": { "text": words } }),
        Format::Markdown => json!({
            "msg_type": "interactive",
            "card": { "elements": [{ "tag": "markdown", "content": words }] },
        }),
    }
}

#[derive(Deserialize)]
struct Said {
    /// WeCom and DingTalk.
    errcode: Option<i64>,
    /// Feishu.
    code: Option<i64>,
    /// Feishu's older robots.
    #[serde(rename = "StatusCode")]
    status_code: Option<i64>,
}

/// What an answer means. Nearly every refusal is about the robot or its pace (45009, 130101, 11232:
/// too many; 93000, 310000, 19021: key, signature, keywords), not about the letter, so a letter is
/// given up only for the codes that say it is itself wrong. WeCom lists its codes at
/// <https://developer.work.weixin.qq.com/document/path/90455>; of Feishu's,
/// <https://open.feishu.cn/document/server-docs/api-call-guide/frequency-control.md> has the limits.
pub fn verdict(maker: Maker, answer: &Answer) -> Sent {
    let words = answer.words();
    let said = serde_json::from_str::<Said>(&answer.body).ok();
    let code = said.and_then(|said| match maker {
        Maker::Wecom | Maker::Dingtalk => said.errcode,
        Maker::Feishu => said.code.or(said.status_code),
    });
    let never: &[i64] = match maker {
        Maker::Wecom => &[40008, 40058, 44004, 45002], // kind, parameters, empty, too long
        Maker::Dingtalk => &[40035, 400_105, 430_101, 430_102, 430_103, 430_104], // kind, words
        Maker::Feishu => &[19002, 10208],              // parameters
    };
    match code {
        Some(0) if (200..300).contains(&answer.status) => {
            Sent::Accepted { provider: words, ids: Vec::new() }
        }
        Some(code) if never.contains(&code) => Sent::Never { reason: words },
        Some(_) => Sent::Later { reason: words },
        None => {
            let maker = maker.name();
            Sent::Later { reason: format!("this is no answer of {maker}: {words}") }
        }
    }
}
