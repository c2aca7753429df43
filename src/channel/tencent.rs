//! SMS through Tencent Cloud (`SendSms`), signed with TC3-HMAC-SHA256.
//!
//! Invariants (tests/providers):
//! * `tencent_signs_as_its_own_sdk_does`
//! * `a_provider_that_checks_signatures_takes_ours`

use std::fmt;

use serde::Deserialize;
use serde_json::json;

use super::{
    Letter, Sent,
    approved::fill,
    http::{Answer, Courier, Request, host},
    signing::{hex, hmac_sha256, sha256_hex},
};
use crate::{
    config::{channels::Method, tencent::TencentConfig},
    core::timestamp::Timestamp,
};

const ALGORITHM: &str = "TC3-HMAC-SHA256";
const SERVICE: &str = "sms";
const ACTION: &str = "SendSms";
const VERSION: &str = "2021-01-11";
const CONTENT_TYPE: &str = "application/json";
const SIGNED_HEADERS: &str = "content-type;host";

/// Families of codes after which the same letter may well go: those every product of Tencent has
/// (<https://cloud.tencent.com/document/product/382/38780>).
#[rustfmt::skip]
const LATER_FAMILIES: [&str; 11] = [
    "LimitExceeded", "RequestLimitExceeded", "InternalError", "AuthFailure",
    "UnauthorizedOperation", "ResourceInsufficient", "ResourceUnavailable", "ResourceNotFound",
    "IpInBlacklist", "IpNotInWhitelist", "ActionOffline",
];
/// Codes of other families that are about our account or its approvals, which somebody mends
/// while the letters wait; and the hours of day outside which advertising waits. Named as Tencent's
/// own SDK names them (`tencentcloud/sms/v20210111/errors.go` of tencentcloud-sdk-go).
#[rustfmt::skip]
const LATER: [&str; 8] = [
    "FailedOperation.InsufficientBalanceInSmsPackage", "FailedOperation.SignatureIncorrectOrUnapproved",
    "FailedOperation.TemplateIncorrectOrUnapproved", "FailedOperation.MissingSignature",
    "FailedOperation.NotEnterpriseCertification", "FailedOperation.MarketingSendTimeConstraint",
    "InvalidParameterValue.SdkAppIdNotExist", "InvalidParameter.AppidAndBizId",
];
/// Of a family that waits, but it would not help.
const NEVER: [&str; 1] = ["LimitExceeded.PhoneNumberCountLimit"];

/// An account at Tencent Cloud.
pub struct Tencent {
    config: TencentConfig,
    courier: Courier,
}

impl fmt::Debug for Tencent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tencent").finish_non_exhaustive()
    }
}

impl Tencent {
    /// Makes the channel ready; asks nothing of the network.
    pub fn new(config: &TencentConfig) -> Result<Self, String> {
        Ok(Self { courier: Courier::new(config.timeout)?, config: config.clone() })
    }

    /// Sends one SMS.
    pub async fn send(&self, letter: &Letter, now: Timestamp) -> Sent {
        let body = match body(&self.config, letter) {
            Ok(body) => body,
            Err(reason) => return Sent::Never { reason },
        };
        match self.courier.carry(&request(&self.config, body, now)).await {
            Ok(answer) => verdict(&answer),
            Err(silence) => silence.into(),
        }
    }
}

/// What is asked of `SendSms` for a letter.
pub fn body(config: &TencentConfig, letter: &Letter) -> Result<String, String> {
    let filled = fill(&config.templates, letter)?;
    let words: Vec<String> = filled.variables.into_iter().map(|(_, word)| word).collect();
    Ok(json!({
        "PhoneNumberSet": [letter.number()],
        "SmsSdkAppId": config.sdk_app_id,
        "TemplateId": filled.code,
        "SignName": config.sign_name,
        "TemplateParamSet": words,
        "SessionContext": letter.message_id,
    })
    .to_string())
}

/// The signed request.
pub fn request(config: &TencentConfig, body: String, now: Timestamp) -> Request {
    let seconds = now.jiff().as_second();
    let date = now.jiff().strftime("%Y-%m-%d");
    let host = host(&config.endpoint);
    let scope = format!("{date}/{SERVICE}/tc3_request");
    let canonical = format!(
        "POST\n/\n\ncontent-type:{CONTENT_TYPE}\nhost:{host}\n\n{SIGNED_HEADERS}\n{}",
        sha256_hex(body.as_bytes())
    );
    let to_sign = format!("{ALGORITHM}\n{seconds}\n{scope}\n{}", sha256_hex(canonical.as_bytes()));
    let secret = format!("TC3{}", config.secret_key.secret.reveal());
    let key = [date.to_string().as_str(), SERVICE, "tc3_request"]
        .iter()
        .fold(secret.into_bytes(), |key, part| hmac_sha256(&key, part.as_bytes()).to_vec());
    let signature = hex(&hmac_sha256(&key, to_sign.as_bytes()));
    let authorization = format!(
        "{ALGORITHM} Credential={}/{scope}, SignedHeaders={SIGNED_HEADERS}, Signature={signature}",
        config.secret_id
    );
    let request = Request::new(Method::Post, format!("{}/", config.endpoint));
    let mut request = request
        .with("content-type", CONTENT_TYPE)
        .with("host", host)
        .with("x-tc-action", ACTION)
        .with("x-tc-timestamp", &seconds.to_string())
        .with("x-tc-version", VERSION)
        .with("x-tc-region", &config.region)
        .with("authorization", &authorization);
    request.body = body;
    request
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Said {
    response: Response,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Response {
    error: Option<Fault>,
    #[serde(default)]
    send_status_set: Vec<Status>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Fault {
    code: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Status {
    code: String,
    #[serde(default)]
    serial_no: String,
}

/// What an answer means.
pub fn verdict(answer: &Answer) -> Sent {
    let words = answer.words();
    let said = serde_json::from_str::<Said>(&answer.body).ok().map(|said| said.response);
    let (code, id) = match said {
        Some(Response { error: Some(fault), .. }) => (fault.code, String::new()),
        Some(Response { error: None, send_status_set }) => match send_status_set.into_iter().next()
        {
            Some(status) => (status.code, status.serial_no),
            None => return Sent::Later { reason: format!("no status in the answer: {words}") },
        },
        // Something between us and Tencent spoke; of the letter it says nothing.
        None => return Sent::Later { reason: format!("this is no answer of Tencent: {words}") },
    };
    match code.as_str() {
        "Ok" => {
            let ids = Some(id).filter(|id| !id.is_empty()).into_iter().collect();
            Sent::Accepted { provider: words, ids }
        }
        code if is_later(code, answer.status) => Sent::Later { reason: words },
        _ => Sent::Never { reason: words },
    }
}

fn is_later(code: &str, status: u16) -> bool {
    let family = code.split('.').next().unwrap_or_default();
    let waits = LATER_FAMILIES.contains(&family) && !NEVER.contains(&code);
    status >= 500 || waits || LATER.contains(&code)
}
