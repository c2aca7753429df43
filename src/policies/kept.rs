//! The files of a set as the store keeps them: one JSON object, large files packed.
//!
//! Invariant: `what_is_kept_comes_back`.

use std::collections::BTreeMap;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Map, Value};

/// Larger files (a catalogue of 22,000 duties) are kept packed.
const PLAIN_BYTES_MAX: usize = 64 * 1024;
/// What a packed file may at most become again.
const UNPACKED_BYTES_MAX: usize = 16 * 1024 * 1024;
/// Fast, and small enough.
const LEVEL: i32 = 9;

/// The files as one text.
pub fn pack(files: &BTreeMap<String, String>) -> String {
    let packed = files.iter().map(|(name, text)| {
        let value = match zstd::bulk::compress(text.as_bytes(), LEVEL) {
            Ok(bytes) if text.len() > PLAIN_BYTES_MAX => {
                Value::Object(Map::from_iter([("zstd".to_owned(), STANDARD.encode(bytes).into())]))
            }
            Ok(_) | Err(_) => Value::from(text.as_str()),
        };
        (name.clone(), value)
    });
    Value::Object(packed.collect()).to_string()
}

/// The files again.
pub fn unpack(text: &str) -> Result<BTreeMap<String, String>, String> {
    let kept: BTreeMap<String, Value> =
        serde_json::from_str(text).map_err(|error| error.to_string())?;
    kept.into_iter().map(|(name, value)| Ok((name.clone(), one(&name, value)?))).collect()
}

fn one(name: &str, value: Value) -> Result<String, String> {
    let wrong = |why: String| format!("the kept file {name} cannot be read: {why}");
    match value {
        Value::String(text) => Ok(text),
        Value::Object(packed) => {
            let text = packed.get("zstd").and_then(Value::as_str).unwrap_or_default();
            let bytes = STANDARD.decode(text).map_err(|error| wrong(error.to_string()))?;
            let bytes = zstd::bulk::decompress(&bytes, UNPACKED_BYTES_MAX)
                .map_err(|error| wrong(error.to_string()))?;
            String::from_utf8(bytes).map_err(|error| wrong(error.to_string()))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) => {
            Err(wrong("it is no text".to_owned()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_comes_back() {
        let large = "d1,unit,0101,城西区,,\n".repeat(5_000);
        let files = BTreeMap::from([
            ("policies.toml".to_owned(), "id = \"x\"\n".to_owned()),
            ("catalogue/duties.csv".to_owned(), large.clone()),
        ]);
        let kept = pack(&files);
        assert!(kept.len() * 4 < large.len(), "{} of {} bytes", kept.len(), large.len());
        assert_eq!(unpack(&kept), Ok(files));
        let old = r#"{"policies.toml":"id = \"x\"\n"}"#;
        assert_eq!(unpack(old).map(|files| files.len()), Ok(1), "sets kept before this was packed");
        assert!(unpack(r#"{"a":{"zstd":"!"}}"#).is_err());
    }
}
