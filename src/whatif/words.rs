//! The words differences are told in, Chinese and English.

use crate::core::{event::Kind, span::Span};

/// One thing in both languages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words {
    pub zh: String,
    pub en: String,
}

/// Both languages at once.
pub fn words(zh: impl Into<String>, en: impl Into<String>) -> Words {
    Words { zh: zh.into(), en: en.into() }
}

/// The same in both languages: ids, texts as written.
pub fn same(text: impl Into<String>) -> Words {
    let text = text.into();
    Words { zh: text.clone(), en: text }
}

impl Words {
    /// `this` inside `outer`, as a path is read.
    pub fn inside(&self, outer: &Self) -> Self {
        words(format!("{}·{}", outer.zh, self.zh), format!("{}: {}", outer.en, self.en))
    }
}

/// Exactly as long as it is: 24 elapsed hours are no calendar day.
pub fn span(span: Span) -> Words {
    const HOUR: i64 = 3_600_000;
    const MINUTE: i64 = 60_000;
    let counted = |n: i64, zh: &str, en: &str| {
        let s = if n == 1 { "" } else { "s" };
        words(format!("{n}{zh}"), format!("{n} {en}{s}"))
    };
    match span {
        Span::Elapsed(ms) if ms % HOUR == 0 => counted(ms / HOUR, "小时", "hour"),
        Span::Elapsed(ms) if ms % MINUTE == 0 => counted(ms / MINUTE, "分钟", "minute"),
        Span::Elapsed(ms) => counted(ms / 1_000, "秒", "second"),
        Span::Days(days) => counted(i64::from(days), "个自然日", "calendar day"),
        Span::Working(ms) if ms % HOUR == 0 => counted(ms / HOUR, "个工作小时", "working hour"),
        Span::Working(ms) => counted(ms / MINUTE, "个工作分钟", "working minute"),
        Span::WorkDays(days) => counted(i64::from(days), "个工作日", "working day"),
    }
}

/// A span, or that there is none.
pub fn maybe_span(length: Option<Span>) -> Words {
    length.map_or_else(none, span)
}

/// Nothing there.
pub fn none() -> Words {
    words("无", "none")
}

/// Yes or no.
pub fn switch(on: bool) -> Words {
    if on { words("是", "yes") } else { words("否", "no") }
}

/// A list in its order.
pub fn list<T: AsRef<str>>(items: &[T]) -> Words {
    if items.is_empty() {
        return none();
    }
    let items: Vec<&str> = items.iter().map(AsRef::as_ref).collect();
    words(items.join("、"), items.join(", "))
}

/// Kinds of events.
pub fn kinds(kinds: &[Kind]) -> Words {
    let names: Vec<&str> = kinds.iter().map(Kind::name).collect();
    list(&names)
}
