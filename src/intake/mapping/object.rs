//! Objects of JSON as rows: a column is a key, or a path of keys with dots between them.

use serde_json::Value;

use super::Mapping;

/// The cells of an object by column of the mapping; what is not there is empty.
pub fn cells_of(mapping: &Mapping, object: &Value) -> Vec<String> {
    mapping.columns.iter().map(|column| text(find(object, &column.name))).collect()
}

/// `ticket.customer.phone`: a key of that very name wins over the path.
fn find<'v>(object: &'v Value, name: &str) -> Option<&'v Value> {
    if let Some(value) = object.get(name) {
        return Some(value);
    }
    name.split('.').try_fold(object, |value, key| match value {
        Value::Array(list) => list.get(key.parse::<usize>().ok()?),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => {
            value.get(key)
        }
    })
}

fn text(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.trim().to_owned(),
        Some(value @ (Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_))) => {
            value.to_string()
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_column_is_a_key_or_a_path() {
        let object = json!({
            "no": " W1 ", "n": 7, "yes": true, "nothing": null, "a.b": "flat",
            "a": { "b": "deep", "c": { "d": 1.5 } }, "list": [{ "x": "first" }, "second"],
        });
        #[rustfmt::skip]
        let table = [
            ("no", "W1"), ("n", "7"), ("yes", "true"), ("nothing", ""), ("missing", ""),
            ("a.b", "flat"), ("a.c.d", "1.5"), ("a.c", r#"{"d":1.5}"#), ("a.x.y", ""),
            ("list.0.x", "first"), ("list.1", "second"), ("list.2", ""), ("no.x", ""),
        ];
        for (name, want) in table {
            assert_eq!(text(find(&object, name)), want, "{name}");
        }
    }
}
