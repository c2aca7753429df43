//! Aliyun: `SmsReport` (receipts) and `SmsUp` (answers), each a list in JSON.

use serde::Deserialize;

use super::{Refused, china, is_no_number};
use crate::channel::back::{Back, Delivery, Receipt, Word};

#[derive(Deserialize)]
#[serde(untagged)]
enum Said {
    Report {
        biz_id: String,
        success: bool,
        #[serde(default)]
        err_code: String,
        #[serde(default)]
        report_time: String,
    },
    Up {
        phone_number: String,
        content: String,
        #[serde(default)]
        sequence_id: serde_json::Value,
    },
}

pub(super) fn read(body: &[u8]) -> Result<Vec<Back>, Refused> {
    // What serde says of it could quote it.
    let said: Vec<Said> = serde_json::from_slice(body)
        .map_err(|_| Refused::Garbled("no list of SmsReport or SmsUp in JSON".to_owned()))?;
    Ok(said.into_iter().map(back).collect())
}

fn back(said: Said) -> Back {
    match said {
        Said::Report { biz_id, success, err_code, report_time } => Back::Receipt(Receipt {
            id: biz_id,
            to: None,
            delivery: match success {
                true => Delivery::Delivered,
                false if is_no_number(&err_code) => Delivery::Never,
                false => Delivery::Failed,
            },
            code: err_code,
            at: china(&report_time),
        }),
        Said::Up { phone_number, content, sequence_id } => Back::Word(Word {
            id: match sequence_id {
                serde_json::Value::Null => String::new(),
                serde_json::Value::String(text) => text,
                other => other.to_string(),
            },
            from: phone_number,
            text: content,
        }),
    }
}
