//! Gateways of `http_sms` and `voice_http`: JSON or a form, as `[channel.receipts]` describes it.

use serde_json::{Map, Value};

use super::{Callback, Refused, fields, same};
use crate::{
    channel::{
        back::{Back, Delivery, Receipt, Word},
        http_sms::scalar,
    },
    config::receipts::ReceiptsConfig,
};

pub(super) fn read(config: &ReceiptsConfig, callback: &Callback<'_>) -> Result<Vec<Back>, Refused> {
    let header = |name: &str| callback.headers.get(name).and_then(|text| text.to_str().ok());
    let given = header(&config.header).unwrap_or_default();
    if !same(given, config.token.secret.reveal()) {
        return Err(Refused::Stranger);
    }
    let is_form = header("content-type").is_some_and(|kind| kind.contains("urlencoded"));
    let whole = if is_form {
        let fields = fields(callback.body).into_iter();
        Value::from(fields.map(|(name, text)| (name, text.into())).collect::<Map<_, _>>())
    } else {
        serde_json::from_slice(callback.body)
            .map_err(|_| Refused::Garbled("the body is no JSON".to_owned()))?
    };
    let items = match &config.list {
        None => vec![&whole],
        Some(list) => match whole.pointer(list).and_then(Value::as_array) {
            Some(items) => items.iter().collect(),
            None => return Err(Refused::Garbled(format!("no list at `{list}`"))),
        },
    };
    let mut said = Vec::new();
    for item in items {
        said.extend(back(config, item)?);
    }
    Ok(said)
}

/// A receipt or an answer; nothing where the message is still on its way.
fn back(config: &ReceiptsConfig, item: &Value) -> Result<Option<Back>, Refused> {
    let at = |pointer: &Option<String>| item.pointer(pointer.as_ref()?).map(scalar);
    if let (Some(from), Some(text)) = (at(&config.from), at(&config.text)) {
        let id = at(&config.id).unwrap_or_default();
        return Ok(Some(Back::Word(Word { id, from, text })));
    }
    let (Some(id), Some(state)) = (at(&config.id), at(&config.state)) else {
        return Err(Refused::Garbled("neither a receipt nor an answer".to_owned()));
    };
    if config.pending.contains(&state) {
        return Ok(None);
    }
    let delivery = if config.delivered.contains(&state) {
        Delivery::Delivered
    } else if config.never.contains(&state) {
        Delivery::Never
    } else {
        Delivery::Failed
    };
    Ok(Some(Back::Receipt(Receipt { id, to: None, delivery, code: state, at: None })))
}
