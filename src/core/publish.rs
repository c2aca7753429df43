//! What may be published of a solved matter (宣): a text, if it names nobody.
//!
//! An event with `publish_ok = true` and a `publish_text` proposes it. Whatever looks like
//! a number, an address or a name of a person keeps it back; a person then writes it anew.
//!
//! Invariant: `a_text_that_names_somebody_is_kept_back`.

use serde::{Deserialize, Serialize};

use super::{event::Event, timestamp::Timestamp};

/// A run of digits this long could be a number of a person.
const DIGITS_MAX: usize = 6;
/// What stands behind the name of a person.
const TITLES: [&str; 8] = ["先生", "女士", "小姐", "同志", "某", "Mr.", "Mrs.", "Ms."];

/// A text proposed for publication.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Publication {
    pub at: Timestamp,
    pub text: String,
}

/// Why a text is kept back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeptBack {
    #[error("it holds what looks like a telephone or card number")]
    Number,
    #[error("it holds what looks like a mail address")]
    Address,
    #[error("it holds what looks like the name of a person")]
    Name,
    #[error("it says nothing")]
    Empty,
}

impl Publication {
    /// What an event proposes; `None` if it proposes nothing.
    pub fn of(event: &Event) -> Option<Self> {
        let is_ok = event.data.get("publish_ok").and_then(serde_json::Value::as_bool)?;
        let text = event.text("publish_text").filter(|_| is_ok)?;
        Some(Self { at: event.at, text: text.to_owned() })
    }
}

/// Whether a text may leave the house.
pub fn publishable(text: &str) -> Result<(), KeptBack> {
    let mut digits = 0;
    for sign in text.chars() {
        digits = match sign {
            _ if sign.is_ascii_digit() => digits + 1,
            '-' | ' ' | '(' | ')' if digits > 0 => digits, // marks between digits
            '０'..='９' => digits + 1,
            _ => 0, // the run ends
        };
        if digits > DIGITS_MAX {
            return Err(KeptBack::Number);
        }
    }
    match () {
        () if text.trim().is_empty() => Err(KeptBack::Empty),
        () if text.contains(['@', '＠']) => Err(KeptBack::Address),
        () if TITLES.iter().any(|title| text.contains(title)) => Err(KeptBack::Name),
        () => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_names_somebody_is_kept_back() {
        #[rustfmt::skip]
        let table = [
            ("三部电梯完成检修,2号楼恢复运行。",         Ok(())),
            ("2026年5月7日恢复供水,惠及613户。",         Ok(())),
            ("联系电话13800000001。",                    Err(KeptBack::Number)),
            ("call 138-0000-0001",                       Err(KeptBack::Number)),
            ("电话0971 8230 000",                        Err(KeptBack::Number)),
            ("写信到 a@example.org",                     Err(KeptBack::Address)),
            ("张先生反映的电梯已修好。",                 Err(KeptBack::Name)),
            ("居民李某家中漏水已修。",                   Err(KeptBack::Name)),
            ("  ",                                       Err(KeptBack::Empty)),
        ];
        for (text, want) in table {
            assert_eq!(publishable(text), want, "{text}");
        }
    }
}
