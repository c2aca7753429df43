//! Reads one value of a parsed TOML file and complains instead of stopping.
//!
//! Whoever asks gets `None` for what is missing or wrong: the complaint is already made.

mod civil;

pub use civil::{clock_face, local_time};

use std::ops::Range;

use jiff::civil::{Date, DateTime, Time};
use toml::{Spanned, de::DeValue};

use super::{
    case::Spot,
    complaint::{Severity, Source},
    section::Section,
    suggest::{nearest, nearest_within},
};
use crate::core::{calendar::Window, event::Kind, span::Span};

/// One value with its place.
#[derive(Clone, Debug)]
pub struct Item<'a> {
    pub(super) source: Source<'a>,
    pub(super) value: &'a DeValue<'a>,
    pub(super) span: Range<usize>,
    /// The key or list it stands in, for messages.
    pub(super) key: &'a str,
}

/// What a value is, in the words of messages.
fn type_of(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a fraction",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date without quotes",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}

impl<'a> Item<'a> {
    /// Whether anything was refused so far, here or elsewhere.
    pub fn is_among_errors(&self) -> bool {
        self.source.complaints.errors() > 0
    }

    /// Refuses the value.
    pub fn complain(&self, message: impl Into<String>) {
        self.source.complain(Severity::Error, self.span.clone(), message, None);
    }

    /// Refuses the value and says what would be right.
    pub fn complain_with(&self, message: impl Into<String>, help: impl Into<String>) {
        self.source.complain(Severity::Error, self.span.clone(), message, Some(help.into()));
    }

    /// Accepts the value, with doubts.
    pub fn warn(&self, message: impl Into<String>, help: Option<String>) {
        self.source.complain(Severity::Warning, self.span.clone(), message, help);
    }

    /// The key the value was given for.
    pub fn key(&self) -> &'a str {
        self.key
    }

    fn wrong(&self, wanted: &str) {
        self.complain(format!("`{}` is {}, not {wanted}", self.key, type_of(self.value)));
    }

    /// A text.
    pub fn text(&self) -> Option<&'a str> {
        let text = self.value.as_str();
        if text.is_none() {
            self.wrong("a text");
        }
        text
    }

    /// A text that says something.
    pub fn filled(&self) -> Option<&'a str> {
        let text = self.text()?;
        if text.trim().is_empty() {
            self.complain(format!("`{}` is empty", self.key));
            return None;
        }
        Some(text)
    }

    /// A whole number, 0 or more.
    pub fn count(&self) -> Option<u32> {
        let DeValue::Integer(number) = self.value else {
            self.wrong("a whole number");
            return None;
        };
        let count = i64::from_str_radix(&number.as_str().replace('_', ""), number.radix());
        let count = count.ok().and_then(|count| u32::try_from(count).ok());
        if count.is_none() {
            self.complain(format!("`{}` must be 0 to {}", self.key, u32::MAX));
        }
        count
    }

    /// A number from 0 to 1.
    pub fn share(&self) -> Option<f64> {
        let number = match self.value {
            DeValue::Float(number) => number.as_str().replace('_', "").parse().ok(),
            DeValue::Integer(number) => number.as_str().parse().ok(),
            DeValue::String(_)
            | DeValue::Boolean(_)
            | DeValue::Datetime(_)
            | DeValue::Array(_)
            | DeValue::Table(_) => {
                self.wrong("a number from 0 to 1");
                return None;
            }
        };
        let share = number.filter(|share| (0.0..=1.0).contains(share));
        if share.is_none() {
            self.complain(format!("`{}` must be a number from 0 to 1", self.key));
        }
        share
    }

    /// `true` or `false`.
    pub fn switch(&self) -> Option<bool> {
        let switch = self.value.as_bool();
        if switch.is_none() {
            self.wrong("true or false");
        }
        switch
    }

    /// The items of a list.
    pub fn list(&self) -> Option<Vec<Self>> {
        let DeValue::Array(array) = self.value else {
            self.wrong("a list");
            return None;
        };
        Some(array.iter().map(|value| self.inside(value)).collect())
    }

    /// The items of a list, or the value itself as a list of one.
    pub fn one_or_many(&self) -> Vec<Self> {
        match self.value {
            DeValue::Array(array) => array.iter().map(|value| self.inside(value)).collect(),
            DeValue::String(_)
            | DeValue::Integer(_)
            | DeValue::Float(_)
            | DeValue::Boolean(_)
            | DeValue::Datetime(_)
            | DeValue::Table(_) => vec![self.clone()],
        }
    }

    fn inside(&self, value: &'a Spanned<DeValue<'a>>) -> Self {
        Self { source: self.source, value: value.get_ref(), span: value.span(), key: self.key }
    }

    /// A table, named `name` in messages.
    pub fn section(&self, name: impl Into<String>) -> Option<Section<'a>> {
        let DeValue::Table(table) = self.value else {
            self.wrong("a table");
            return None;
        };
        Some(Section::new(self.source, table, self.span.clone(), name.into()))
    }

    /// A span: `30m`, `2h`, `7d`, `2wh`, `5wd`.
    pub fn span(&self) -> Option<Span> {
        match Span::parse(self.text()?) {
            Ok(span) => Some(span),
            Err(error) => {
                self.complain(error.to_string());
                None
            }
        }
    }

    /// A clock time of 24 hours: `09:00`.
    pub fn time(&self) -> Option<Time> {
        let text = self.text()?;
        let time = clock_face(text)
            .filter(|s| *s < 86_400)
            .and_then(|s| Time::new((s / 3600) as i8, (s / 60 % 60) as i8, (s % 60) as i8, 0).ok());
        if time.is_none() {
            self.complain_with(
                format!("`{text}` is not a clock time"),
                "write hours and minutes like `09:00`",
            );
        }
        time
    }

    /// A date: `2026-02-15`.
    pub fn date(&self) -> Option<Date> {
        let text = self.text()?;
        let date = text.parse::<Date>().ok();
        if date.is_none() {
            self.complain_with(format!("`{text}` is not a date"), "write it like `2026-02-15`");
        }
        date
    }

    /// A local date and clock time: `2026-02-13 16:30`.
    pub fn local(&self) -> Option<DateTime> {
        let text = self.text()?;
        let local = local_time(text);
        if local.is_none() {
            self.complain_with(
                format!("`{text}` is not a local time"),
                "write it like `2026-02-13 16:30`",
            );
        }
        local
    }

    /// Windows of a day: `[["09:00", "12:00"], ["14:00", "18:00"]]`.
    pub fn windows(&self) -> Vec<Window> {
        self.list().unwrap_or_default().iter().filter_map(Self::window).collect()
    }

    fn window(&self) -> Option<Window> {
        let pair = self.list()?;
        let [from, to] = &pair[..] else {
            self.complain(format!("a window of `{}` needs two times: from and to", self.key));
            return None;
        };
        match Window::parse(from.text()?, to.text()?) {
            Ok(window) => Some(window),
            Err(error) => {
                self.complain(error.to_string());
                None
            }
        }
    }

    /// A pair of clock times.
    pub fn time_pair(&self) -> Option<(Time, Time)> {
        let pair = self.list()?;
        let [from, to] = &pair[..] else {
            self.complain(format!("`{}` needs two clock times: from and to", self.key));
            return None;
        };
        Some((from.time()?, to.time()?))
    }

    /// A list of pairs of clock times.
    pub fn time_pairs(&self) -> Vec<(Time, Time)> {
        self.list().unwrap_or_default().iter().filter_map(Self::time_pair).collect()
    }

    /// Texts of a list, or one text.
    pub fn texts(&self) -> Vec<String> {
        self.one_or_many().iter().filter_map(Self::filled).map(str::to_owned).collect()
    }

    /// An event kind; one that is nearly a standard kind is doubted.
    pub fn kind(&self) -> Option<Kind> {
        self.filled().map(|text| self.kind_of(text))
    }

    /// The key as an event kind.
    pub fn key_kind(&self) -> Kind {
        self.kind_of(self.key)
    }

    fn kind_of(&self, text: &str) -> Kind {
        let kind = Kind::of(text);
        if matches!(kind, Kind::Custom(_))
            && !Kind::OWN.contains(&text)
            && let Some(standard) = nearest_within(2, text, Kind::STANDARD.iter().copied())
        {
            self.warn(
                format!("event kind `{text}` is not a standard kind and becomes one of this set"),
                Some(format!("did you mean `{standard}`?")),
            );
        }
        kind
    }

    /// Event kinds of a list, or one kind.
    pub fn kinds(&self) -> Vec<Kind> {
        self.one_or_many().iter().filter_map(Self::kind).collect()
    }

    /// One of a few words; `what` names them in the complaint.
    pub fn word<T: Copy>(&self, what: &str, words: &[(&'static str, T)]) -> Option<T> {
        let text = self.text()?;
        let found = words.iter().find(|(word, _)| *word == text).map(|(_, value)| *value);
        if found.is_none() {
            let help = match nearest(text, words.iter().map(|(word, _)| *word)) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("write {}", one_of(words.iter().map(|(word, _)| *word))),
            };
            self.complain_with(format!("`{text}` is not {what}"), help);
        }
        found
    }

    /// A name that must be one of `known`; `place` says where known names stand.
    pub fn known<'k>(
        &self,
        what: &str,
        place: &str,
        known: impl IntoIterator<Item = &'k str> + Clone,
    ) -> Option<&'a str> {
        let text = self.text()?;
        if known.clone().into_iter().any(|name| name == text) {
            return Some(text);
        }
        let message = format!("{what} `{text}` is not in {place}");
        match nearest(text, known) {
            Some(near) => self.complain_with(message, format!("did you mean `{near}`?")),
            None => self.complain(message),
        }
        None
    }

    /// Complains about a key that is not one of `known`.
    pub fn known_key<'k>(
        &self,
        what: &str,
        place: &str,
        known: impl IntoIterator<Item = &'k str> + Clone,
    ) {
        if known.clone().into_iter().any(|name| name == self.key) {
            return;
        }
        let message = format!("{what} `{}` is not in {place}", self.key);
        match nearest(self.key, known) {
            Some(near) => self.complain_with(message, format!("did you mean `{near}`?")),
            None => self.complain(message),
        }
    }

    /// The value as a word for reports: texts, numbers and switches only.
    pub fn note(&self) -> Option<String> {
        match self.value {
            DeValue::String(text) => Some(text.to_string()),
            DeValue::Integer(number) => Some(number.to_string()),
            DeValue::Float(number) => Some(number.to_string()),
            DeValue::Boolean(switch) => Some(switch.to_string()),
            DeValue::Datetime(date) => Some(date.to_string()),
            DeValue::Array(_) | DeValue::Table(_) => {
                self.wrong("a text, a number or true or false");
                None
            }
        }
    }

    /// Words of a list, or one word: texts, numbers and switches as selectors compare them.
    pub fn words(&self) -> Vec<String> {
        let word = |item: Self| match item.value {
            DeValue::String(_) => item.filled().map(str::to_owned),
            DeValue::Integer(_)
            | DeValue::Float(_)
            | DeValue::Boolean(_)
            | DeValue::Datetime(_)
            | DeValue::Array(_)
            | DeValue::Table(_) => item.note(),
        };
        self.one_or_many().into_iter().filter_map(word).collect()
    }

    /// The value as events carry it in `data`: a text, a number or a switch.
    pub fn json(&self) -> Option<serde_json::Value> {
        match self.value {
            DeValue::Integer(_) => self.count().map(serde_json::Value::from),
            DeValue::Boolean(switch) => Some((*switch).into()),
            DeValue::String(_)
            | DeValue::Float(_)
            | DeValue::Datetime(_)
            | DeValue::Array(_)
            | DeValue::Table(_) => self.note().map(serde_json::Value::from),
        }
    }

    /// The place, for complaints made later.
    pub fn spot(&self) -> Spot {
        Spot::new(self.source.blank(self.span.clone()))
    }

    /// The value as it is.
    pub fn raw(&self) -> &'a DeValue<'a> {
        self.value
    }
}

/// `` `a`, `b` or `c` ``
pub fn one_of<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    let words: Vec<String> = words.into_iter().map(|word| format!("`{word}`")).collect();
    match &words[..] {
        [] => "nothing".to_owned(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}
