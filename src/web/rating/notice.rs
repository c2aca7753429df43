//! What a resident is told when there is nothing to fill in: every page says what happened,
//! what it means for them, and which number answers questions.

use std::time::Duration;

use askama::Template;
use axum::{
    http::{StatusCode, header},
    response::Response,
};

use super::words::{Words, with_hotline, words};
use crate::web::{language::Language, page, problem::seconds, state::State};

/// Why there is no form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::web) enum Notice {
    /// The answer was taken.
    Thanks {
        is_unsolved: bool,
    },
    /// The link was answered before.
    Used,
    Expired,
    Unknown,
    /// Too many wrong links from this address.
    TooMany(Duration),
    /// The form did not come from our own page, or is none.
    Foreign,
    /// The form could not be read: too long, too slow.
    Unread(StatusCode),
    /// Our fault.
    Trouble,
    /// An address without a page.
    Nowhere,
}

#[derive(Template)]
#[template(path = "notice.html")]
struct Page<'a> {
    style: &'static str,
    language: Language,
    words: &'static Words,
    sender: &'a str,
    site: String,
    hotline: &'a str,
    title: &'static str,
    text: String,
    is_thanks: bool,
    /// Whether the same address can be asked for in the other language.
    has_other: bool,
}

/// The page for a notice.
pub(in crate::web) fn notice(state: &State, language: Language, why: Notice) -> Response {
    let words = words(language);
    let (status, (title, text)) = match why {
        Notice::Thanks { is_unsolved: true } => (StatusCode::OK, words.thanks_unsolved),
        Notice::Thanks { is_unsolved: false } => (StatusCode::OK, words.thanks),
        Notice::Used => (StatusCode::GONE, words.used),
        Notice::Expired => (StatusCode::GONE, words.expired),
        Notice::Unknown => (StatusCode::NOT_FOUND, words.unknown),
        Notice::TooMany(_) => (StatusCode::TOO_MANY_REQUESTS, words.too_many),
        Notice::Foreign => (StatusCode::FORBIDDEN, words.foreign),
        Notice::Unread(status) => (status, words.foreign),
        Notice::Trouble => (StatusCode::SERVICE_UNAVAILABLE, words.trouble),
        Notice::Nowhere => (StatusCode::NOT_FOUND, words.nowhere),
    };
    let rules = state.rules.load();
    let hotline = rules.current.reply.hotline.as_str();
    let page = Page {
        style: page::style(),
        language,
        words,
        sender: state.sender(language),
        site: with_hotline(words.title, hotline),
        hotline,
        title,
        text: with_hotline(text, hotline),
        is_thanks: matches!(why, Notice::Thanks { .. }),
        has_other: matches!(why, Notice::Used | Notice::Expired | Notice::Unknown),
    };
    let mut response = page::page(status, &page);
    let wait = match why {
        Notice::TooMany(wait) => Some(wait),
        Notice::Trouble => Some(Duration::from_secs(30)),
        Notice::Thanks { .. }
        | Notice::Used
        | Notice::Expired
        | Notice::Unknown
        | Notice::Foreign
        | Notice::Unread(_)
        | Notice::Nowhere => None,
    };
    if let Some(wait) = wait {
        response.headers_mut().insert(header::RETRY_AFTER, seconds(wait));
    }
    response
}
