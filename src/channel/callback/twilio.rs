//! Twilio: status callbacks and answers as signed forms.
//!
//! The signature covers the address as Twilio was given it, so a proxy that changes host or
//! scheme does no harm: `receipts_url` says what it was, only the query is the request's own.

use base64::{Engine as _, engine::general_purpose::STANDARD};

use super::{Callback, Refused, fields, same};
use crate::{
    channel::{
        back::{Back, Delivery, Receipt, Word},
        signing::{hmac_sha1, sha256_hex},
    },
    config::twilio::TwilioConfig,
};

/// Error codes that another try on the same number does not mend: blocked, unknown, a landline,
/// said `STOP`, invalid (`https://www.twilio.com/docs/api/errors/30005` and the like). 30003 is no such:
/// a phone that is off may be on tomorrow.
const NEVER: [&str; 5] = ["30004", "30005", "30006", "21610", "21211"];
/// The hash of a body that is no form.
const BODY_HASH: &str = "bodySHA256";

pub(super) fn read(config: &TwilioConfig, callback: &Callback<'_>) -> Result<Vec<Back>, Refused> {
    let url = config.receipts_url.as_deref();
    let url = url.ok_or(Refused::NotSetUp("`receipts_url` says what Twilio was given"))?;
    let header = |name| callback.headers.get(name).and_then(|text| text.to_str().ok());
    let is_form = header("content-type").is_none_or(|kind| kind.contains("urlencoded"));
    let form = if is_form { fields(callback.body) } else { Vec::new() };
    let given = header("x-twilio-signature").unwrap_or_default();
    let url = match callback.query {
        "" => url.to_owned(),
        query => format!("{url}?{query}"),
    };
    let key = config.auth_token.secret.reveal();
    // Twilio itself is of two minds whether a default port belongs to the address.
    let signed = addresses(&url).iter().any(|url| same(given, &signature(key, url, &form)));
    if !signed || !(is_form || is_of_body(callback)) {
        return Err(Refused::Stranger);
    }
    said(&form)
}

/// The value of `X-Twilio-Signature`.
fn signature(key: &str, url: &str, form: &[(String, String)]) -> String {
    let mut form = form.to_vec();
    form.sort();
    form.dedup();
    let mut signed = url.to_owned();
    for (name, text) in &form {
        signed.push_str(name);
        signed.push_str(text);
    }
    STANDARD.encode(hmac_sha1(key.as_bytes(), signed.as_bytes()))
}

/// The address with and without the default port of its scheme.
fn addresses(url: &str) -> Vec<String> {
    let mut addresses = vec![url.to_owned()];
    for (scheme, port) in [("https://", ":443"), ("http://", ":80")] {
        let Some(rest) = url.strip_prefix(scheme) else { continue };
        let (host, path) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
        match host.strip_suffix(port) {
            Some(host) => addresses.push(format!("{scheme}{host}{path}")),
            None if !host.contains(':') => addresses.push(format!("{scheme}{host}{port}{path}")),
            None => {}
        }
    }
    addresses
}

/// Whether the signed query holds the hash of the body.
fn is_of_body(callback: &Callback<'_>) -> bool {
    let query = fields(callback.query.as_bytes());
    let hash = query.iter().find(|(name, _)| name == BODY_HASH).map_or("", |(_, hash)| hash);
    same(hash, &sha256_hex(callback.body))
}

fn said(form: &[(String, String)]) -> Result<Vec<Back>, Refused> {
    let field =
        |key: &str| form.iter().find(|(name, _)| name == key).map(|(_, text)| text.to_owned());
    let id = field("MessageSid").or_else(|| field("SmsSid")).unwrap_or_default();
    if let Some(state) = field("MessageStatus") {
        if id.is_empty() {
            return Err(Refused::Garbled("a status without `MessageSid`".to_owned()));
        }
        let code = field("ErrorCode").unwrap_or_else(|| state.clone());
        let delivery = match state.as_str() {
            "delivered" | "read" => Delivery::Delivered,
            "undelivered" | "failed" | "canceled" if NEVER.contains(&code.as_str()) => {
                Delivery::Never
            }
            "undelivered" | "failed" | "canceled" => Delivery::Failed,
            _ => return Ok(Vec::new()), // accepted, queued, sending, sent: on its way
        };
        return Ok(vec![Back::Receipt(Receipt { id, to: None, delivery, code, at: None })]);
    }
    match (field("From"), field("Body")) {
        (Some(from), Some(text)) => Ok(vec![Back::Word(Word { id, from, text })]),
        (_, _) => Err(Refused::Garbled("neither a status nor an answer".to_owned())),
    }
}
