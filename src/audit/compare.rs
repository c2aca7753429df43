//! Where two JSON values begin to differ.

use serde_json::Value;

/// The path of the first difference, `clocks.0.due`; `None` if there is none.
pub fn first_difference(one: &Value, other: &Value) -> Option<String> {
    let inside = |name: String, one: &Value, other: &Value| {
        first_difference(one, other).map(|rest| match rest.as_str() {
            "" => name.clone(),
            rest => format!("{name}.{rest}"),
        })
    };
    match (one, other) {
        (Value::Object(one), Value::Object(other)) => {
            let names = one.keys().chain(other.keys().filter(|name| !one.contains_key(*name)));
            let value = |map: &serde_json::Map<String, Value>, name: &str| {
                map.get(name).cloned().unwrap_or_default()
            };
            names
                .into_iter()
                .find_map(|name| inside(name.clone(), &value(one, name), &value(other, name)))
        }
        (Value::Array(one), Value::Array(other)) if one.len() == other.len() => one
            .iter()
            .zip(other)
            .enumerate()
            .find_map(|(index, (one, other))| inside(index.to_string(), one, other)),
        _ => (one != other).then(String::new), // texts, numbers, lists of other lengths: they differ as a whole
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_first_difference_is_named() {
        #[rustfmt::skip]
        let table = [
            ("the same",       json!({"a": [1, {"b": 2}]}), json!({"a": [1, {"b": 2}]}), None),
            ("deep inside",    json!({"a": [1, {"b": 2}]}), json!({"a": [1, {"b": 3}]}), Some("a.1.b")),
            ("missing here",   json!({"a": 1}),             json!({"a": 1, "b": 2}),     Some("b")),
            ("missing there",  json!({"a": 1, "b": 2}),     json!({"a": 1}),             Some("b")),
            ("another length", json!({"a": [1]}),           json!({"a": [1, 2]}),        Some("a")),
            ("another kind",   json!({"a": {}}),            json!({"a": []}),            Some("a")),
        ];
        for (name, one, other, want) in table {
            assert_eq!(first_difference(&one, &other).as_deref(), want, "{name}");
        }
    }
}
