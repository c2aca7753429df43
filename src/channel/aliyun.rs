//! SMS through Aliyun (Dysmsapi `SendSms`), signed with ACS3-HMAC-SHA256.
//!
//! Invariants (tests/providers):
//! * `aliyun_signs_as_its_own_sdk_does`
//! * `a_provider_that_checks_signatures_takes_ours`

use std::{collections::BTreeMap, fmt};

use serde::Deserialize;

use super::{
    Letter, Sent,
    approved::fill,
    http::{Answer, Courier, Request, host, percent},
    signing::{hex, hmac_sha256, sha256_hex},
};
use crate::{
    config::{aliyun::AliyunConfig, channels::Method},
    core::timestamp::Timestamp,
    secret,
};

const ALGORITHM: &str = "ACS3-HMAC-SHA256";
const ACTION: &str = "SendSms";
const VERSION: &str = "2017-05-25";

/// Codes after which the same letter may well go: limits, faults on their side, and our own
/// account or its approvals, which somebody mends while the letters wait. Named as
/// <https://help.aliyun.com/document_detail/101346.html> (mainland) and
/// <https://www.alibabacloud.com/help/doc-detail/116206.htm> (abroad) name them.
#[rustfmt::skip]
const LATER: [&str; 22] = [
    "isv.BUSINESS_LIMIT_CONTROL", "isv.BUSINESS_LIMIT_HOUR", "isv.BUSINESS_LIMIT_DAY",
    "isv.DAY_LIMIT_CONTROL", "isv.MONTH_LIMIT_CONTROL",
    "isv.AMOUNT_NOT_ENOUGH", "isv.BILLING_DEDUCTION_ERROR", "isv.OUT_OF_SERVICE",
    "isv.ACCOUNT_NOT_EXISTS", "isv.ACCOUNT_ABNORMAL", "isv.RAM_CHECK_FAILED",
    "isv.PRODUCT_UN_SUBSCRIPT", "isv.PRODUCT_UNSUBSCRIBE",
    "isv.SMS_SIGNATURE_ILLEGAL", "isv.SMS_SIGN_NAME_ILLEGAL", "isv.SIGN_STATE_ILLEGAL",
    "isv.SMS_SIGNATURE_SCENE_ILLEGAL", "isv.SMS_TEMPLATE_ILLEGAL", "isv.TEMPLATE_STATE_ILLEGAL",
    "isv.SMS_SIGN_ILLEGAL", "isv.EXTEND_CODE_ERROR", "isv.DENY_IP_RANGE",
];

/// An account at Aliyun.
pub struct Aliyun {
    config: AliyunConfig,
    courier: Courier,
}

impl fmt::Debug for Aliyun {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Aliyun").finish_non_exhaustive()
    }
}

impl Aliyun {
    /// Makes the channel ready; asks nothing of the network.
    pub fn new(config: &AliyunConfig) -> Result<Self, String> {
        Ok(Self { courier: Courier::new(config.timeout)?, config: config.clone() })
    }

    /// Sends one SMS.
    pub async fn send(&self, letter: &Letter, now: Timestamp) -> Sent {
        let parameters = match parameters(&self.config, letter) {
            Ok(parameters) => parameters,
            Err(reason) => return Sent::Never { reason },
        };
        let nonce = match secret::token() {
            Ok(nonce) => nonce,
            Err(error) => return Sent::Later { reason: error.to_string() },
        };
        let request = request(&self.config, &parameters, now, &nonce);
        match self.courier.carry(&request).await {
            Ok(answer) => verdict(&answer),
            Err(silence) => silence.into(),
        }
    }
}

/// What is asked of `SendSms` for a letter.
pub fn parameters(
    config: &AliyunConfig,
    letter: &Letter,
) -> Result<BTreeMap<&'static str, String>, String> {
    let filled = fill(&config.templates, letter)?;
    let mut parameters = BTreeMap::from([
        ("PhoneNumbers", phone(&letter.number()).to_owned()),
        ("SignName", config.sign_name.clone()),
        ("TemplateCode", filled.code.to_owned()),
        ("OutId", letter.message_id.clone()),
    ]);
    if !filled.variables.is_empty() {
        let variables: serde_json::Map<String, serde_json::Value> = filled
            .variables
            .into_iter()
            .map(|(name, text)| (name.to_owned(), text.into()))
            .collect();
        parameters.insert("TemplateParam", serde_json::Value::from(variables).to_string());
    }
    Ok(parameters)
}

/// A number as Aliyun writes it: at home without a country, abroad without the plus.
fn phone(to: &str) -> &str {
    let home = to.strip_prefix("+86").filter(|rest| rest.len() == 11);
    home.unwrap_or_else(|| to.trim_start_matches('+'))
}

/// The signed request.
pub fn request(
    config: &AliyunConfig,
    parameters: &BTreeMap<&str, String>,
    now: Timestamp,
    nonce: &str,
) -> Request {
    let query = query(parameters);
    let headers = BTreeMap::from([
        ("host", host(&config.endpoint).to_owned()),
        ("x-acs-action", ACTION.to_owned()),
        ("x-acs-version", VERSION.to_owned()),
        ("x-acs-date", now.jiff().strftime("%Y-%m-%dT%H:%M:%SZ").to_string()),
        ("x-acs-signature-nonce", nonce.to_owned()),
        ("x-acs-content-sha256", sha256_hex(b"")),
    ]);
    let secret = config.access_key_secret.secret.reveal();
    let authorization = authorization(&config.access_key_id, secret, &query, &headers);
    let mut request = Request::new(Method::Post, format!("{}/?{query}", config.endpoint));
    for (name, text) in &headers {
        request = request.with(name, text);
    }
    request.with("authorization", &authorization)
}

/// Parameters as Aliyun signs them: sorted, everything encoded but the unreserved signs.
fn query(parameters: &BTreeMap<&str, String>) -> String {
    let pairs =
        parameters.iter().map(|(name, text)| format!("{}={}", percent(name), percent(text)));
    pairs.collect::<Vec<_>>().join("&")
}

/// The value of `Authorization` for a POST to `/` with an empty body that signs these headers.
pub fn authorization(
    key_id: &str,
    key_secret: &str,
    query: &str,
    headers: &BTreeMap<&str, String>,
) -> String {
    let names = headers.keys().copied().collect::<Vec<_>>().join(";");
    let lines: Vec<String> =
        headers.iter().map(|(name, text)| format!("{name}:{}", text.trim())).collect();
    let lines = lines.join("\n");
    let canonical = format!("POST\n/\n{query}\n{lines}\n\n{names}\n{}", sha256_hex(b""));
    let to_sign = format!("{ALGORITHM}\n{}", sha256_hex(canonical.as_bytes()));
    let signature = hex(&hmac_sha256(key_secret.as_bytes(), to_sign.as_bytes()));
    format!("{ALGORITHM} Credential={key_id},SignedHeaders={names},Signature={signature}")
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Said {
    code: String,
    biz_id: Option<String>,
}

/// What an answer means.
pub fn verdict(answer: &Answer) -> Sent {
    let words = answer.words();
    let Ok(said) = serde_json::from_str::<Said>(&answer.body) else {
        // Something between us and Aliyun spoke; of the letter it says nothing.
        return Sent::Later { reason: format!("this is no answer of Aliyun: {words}") };
    };
    match said.code.as_str() {
        "OK" => Sent::Accepted { provider: words, ids: said.biz_id.into_iter().collect() },
        code if is_later(code, answer.status) => Sent::Later { reason: words },
        _ => Sent::Never { reason: words },
    }
}

/// `isv.` is about the letter unless the table says otherwise; what comes from the gateway before
/// the SMS service (keys, clocks, throttles) is never about the letter.
fn is_later(code: &str, status: u16) -> bool {
    status >= 500 || !code.starts_with("isv.") || LATER.contains(&code)
}
