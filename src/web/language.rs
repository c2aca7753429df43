//! Chinese or English: what the address says, else what the browser asks for.

use axum::http::{HeaderMap, header};

use crate::core::wording;

/// A language pages are written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Language {
    Zh,
    En,
}

impl Language {
    /// The language of this tag; `None` if pages are not written in it.
    pub(super) fn of(tag: &str) -> Option<Self> {
        let primary = tag.trim().split(['-', '_']).next()?;
        if primary.eq_ignore_ascii_case("zh") {
            Some(Self::Zh)
        } else if primary.eq_ignore_ascii_case("en") {
            Some(Self::En)
        } else {
            None
        }
    }

    /// The tag of the page.
    pub(super) fn tag(self) -> &'static str {
        match self {
            Self::Zh => "zh-CN",
            Self::En => "en",
        }
    }

    /// The short name, as in `?lang=`.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Zh => "zh",
            Self::En => "en",
        }
    }

    /// The side of a pair that is written in it.
    pub(super) fn of_pair(self, [zh, en]: &[String; 2]) -> String {
        match self {
            Self::Zh => zh.clone(),
            Self::En => en.clone(),
        }
    }

    /// The words of this language.
    pub(super) fn say(self, zh: &'static str, en: &'static str) -> &'static str {
        match self {
            Self::Zh => zh,
            Self::En => en,
        }
    }

    /// The same language as texts know it.
    pub(super) fn of_texts(self) -> wording::Language {
        wording::Language::of(self.name())
    }

    /// `lang` of the address first, then `Accept-Language`, then the configured one.
    pub(super) fn choose(asked: Option<&str>, headers: &HeaderMap, fallback: &str) -> Self {
        asked
            .and_then(Self::of)
            .or_else(|| accepted(headers.get(header::ACCEPT_LANGUAGE)?.to_str().ok()?))
            .or_else(|| Self::of(fallback))
            .unwrap_or(Self::Zh)
    }
}

/// The language with the highest weight; of equal ones the first.
fn accepted(header: &str) -> Option<Language> {
    let mut best: Option<(Language, f32)> = None;
    for range in header.split(',') {
        let (tag, parameters) = range.split_once(';').unwrap_or((range, ""));
        let weight = parameters
            .split(';')
            .find_map(|parameter| parameter.trim().strip_prefix("q="))
            .map_or(1.0, |weight| weight.trim().parse().unwrap_or(0.0));
        let Some(language) = Language::of(tag) else { continue };
        if weight > best.map_or(0.0, |(_, weight)| weight) {
            best = Some((language, weight));
        }
    }
    best.map(|(language, _)| language)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_wins_then_the_browser_then_the_configuration() {
        #[rustfmt::skip]
        let table = [
            // name                        ?lang=       Accept-Language              fallback  page
            ("nothing said",               None,        None,                        "zh",     Language::Zh),
            ("configured English",         None,        None,                        "en",     Language::En),
            ("the browser",                None,        Some("en-GB,en;q=0.9"),      "zh",     Language::En),
            ("weights count",              None,        Some("en;q=0.5, zh-CN;q=0.8"), "en",   Language::Zh),
            ("first of equals",            None,        Some("zh-TW, en"),           "en",     Language::Zh),
            ("weight zero is a no",        None,        Some("en;q=0"),              "zh",     Language::Zh),
            ("others are passed over",     None,        Some("fr, de;q=0.9, en;q=0.1"), "zh",  Language::En),
            ("the address wins",           Some("zh"),  Some("en"),                  "en",     Language::Zh),
            ("an unknown address",         Some("xx"),  Some("en"),                  "zh",     Language::En),
        ];
        for (name, asked, accept, fallback, want) in table {
            let mut headers = HeaderMap::new();
            if let Some(accept) = accept {
                headers.insert(header::ACCEPT_LANGUAGE, accept.parse().expect("a header"));
            }
            assert_eq!(Language::choose(asked, &headers, fallback), want, "{name}");
        }
    }
}
