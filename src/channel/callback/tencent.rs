//! Tencent: receipts as a list in JSON, an answer as one object.

use serde::Deserialize;

use super::{Refused, china, is_no_number};
use crate::channel::back::{Back, Delivery, Receipt, Word};

#[derive(Deserialize)]
#[serde(untagged)]
enum Said {
    Report {
        sid: String,
        report_status: String,
        #[serde(default)]
        errmsg: String,
        #[serde(default)]
        user_receive_time: String,
    },
    Reply {
        #[serde(default)]
        nationcode: String,
        mobile: String,
        text: String,
        #[serde(default)]
        time: i64,
    },
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Body {
    Several(Vec<Said>),
    One(Said),
}

pub(super) fn read(body: &[u8]) -> Result<Vec<Back>, Refused> {
    // What serde says of it could quote it.
    let body = serde_json::from_slice(body)
        .map_err(|_| Refused::Garbled("no receipts and no answer in JSON".to_owned()))?;
    let said = match body {
        Body::Several(said) => said,
        Body::One(said) => vec![said],
    };
    Ok(said.into_iter().map(back).collect())
}

fn back(said: Said) -> Back {
    match said {
        Said::Report { sid, report_status, errmsg, user_receive_time } => Back::Receipt(Receipt {
            id: sid,
            to: None,
            delivery: match report_status.as_str() {
                "SUCCESS" => Delivery::Delivered,
                _ if is_no_number(&errmsg) => Delivery::Never,
                _ => Delivery::Failed, // `FAIL`, and what Tencent may add
            },
            code: errmsg,
            at: china(&user_receive_time),
        }),
        Said::Reply { nationcode, mobile, text, time } => {
            let from = match nationcode.as_str() {
                "" => mobile,
                country => format!("+{country}{mobile}"),
            };
            // It gives no number of its own; who wrote and when tells a repetition.
            let id = if time == 0 { String::new() } else { repetition(&from, time, &text) };
            Back::Word(Word { id, from, text })
        }
    }
}

fn repetition(from: &str, time: i64, text: &str) -> String {
    let hash = blake3::hash(format!("{from}\n{time}\n{text}").as_bytes()).to_hex();
    hash.as_str().chars().take(32).collect()
}
