//! The embedded mailbox: what would have been sent, for people and for programs.
//!
//! Routed only where a `mailbox` channel is configured.

use std::{collections::BTreeSet, sync::Arc};

use askama::Template;
use axum::{
    Json,
    extract::{Path, Query, State as Shared},
    http::{HeaderValue, StatusCode, header},
    response::{Html, IntoResponse as _, Response},
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{api::store_problem, page, problem::Problem, state::State};
use crate::store::Mail;

/// Mails on the page.
const MAILS: usize = 200;
/// Mails looked through.
const MAILS_MAX: i64 = 1_000;
/// Characters of the hash that names a mail in addresses.
const MARK_CHARS: usize = 16;

/// A mail's own styles may speak; nothing is loaded, run or sent.
const HTML_POLICY: &str = "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; \
                           style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'";

/// Which mails; what is not given or empty does not restrict.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Wanted {
    channel: String,
    ticket: String,
    limit: Option<usize>,
}

/// A piece of a text.
enum Piece<'a> {
    Words(&'a str),
    Link(&'a str),
}

struct Row<'a> {
    mark: String,
    colour: &'static str,
    channel: &'a str,
    to: &'a str,
    instant: String,
    time: String,
    subject: &'a str,
    pieces: Vec<Piece<'a>>,
    tongue: &'static str,
    has_html: bool,
}

#[derive(Template)]
#[template(path = "mailbox.html")]
struct Page<'a> {
    style: &'static str,
    demo: bool,
    channels: BTreeSet<&'a str>,
    asked_channel: &'a str,
    asked_ticket: &'a str,
    mails: Vec<Row<'a>>,
    is_cut: bool,
}

/// `GET /mailbox`
pub(super) async fn list(
    Shared(state): Shared<Arc<State>>,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Problem> {
    let all = mails(&state).await?;
    let limit = wanted.limit.unwrap_or(MAILS);
    let shown: Vec<&Mail> = all.iter().filter(|mail| wanted.takes(mail)).collect();
    let page = Page {
        style: page::style(),
        demo: state.demo,
        channels: all.iter().map(|mail| mail.channel.as_str()).collect(),
        asked_channel: &wanted.channel,
        asked_ticket: &wanted.ticket,
        is_cut: shown.len() > limit,
        mails: shown.into_iter().take(limit).map(|mail| row(&state, mail)).collect(),
    };
    Ok(page::page(StatusCode::OK, &page))
}

/// `GET /mailbox.json`
pub(super) async fn json(
    Shared(state): Shared<Arc<State>>,
    Query(wanted): Query<Wanted>,
) -> Result<Json<Vec<Value>>, Problem> {
    let all = mails(&state).await?;
    let limit = wanted.limit.unwrap_or(usize::MAX);
    let shown = all.iter().filter(|mail| wanted.takes(mail)).take(limit);
    Ok(Json(
        shown
            .map(|mail| {
                json!({
                    "message_id": mail.message_id, "at": state.rfc3339(mail.at), "channel": mail.channel,
                    "to": mail.to, "subject": mail.subject, "text": mail.text, "html": mail.html,
                    "links": mail.links,
                })
            })
            .collect(),
    ))
}

/// `GET /mailbox/{mark}/html`: the mail as a mail program shows it, in a sandbox.
pub(super) async fn html(
    Shared(state): Shared<Arc<State>>,
    Path(wanted): Path<String>,
) -> Result<Response, Problem> {
    let all = mails(&state).await?;
    let found = all.into_iter().find(|mail| mark(mail) == wanted).and_then(|mail| mail.html);
    let Some(html) = found else {
        let detail = "this mail has no HTML or is not among the newest";
        return Err(Problem::new(StatusCode::NOT_FOUND, detail));
    };
    let mut response = Html(html).into_response();
    let policy = HeaderValue::from_static(HTML_POLICY);
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    Ok(response)
}

async fn mails(state: &State) -> Result<Vec<Mail>, Problem> {
    state.store.mailbox_list(MAILS_MAX).await.map_err(|error| store_problem(&error))
}

impl Wanted {
    fn takes(&self, mail: &Mail) -> bool {
        let ticket = self.ticket.trim();
        (self.channel.is_empty() || mail.channel == self.channel)
            && (ticket.is_empty() || mail.subject.contains(ticket) || mail.text.contains(ticket))
    }
}

fn row<'a>(state: &State, mail: &'a Mail) -> Row<'a> {
    Row {
        mark: mark(mail),
        colour: colour(state, mail),
        channel: &mail.channel,
        to: &mail.to,
        instant: state.rfc3339(mail.at),
        time: state.local(mail.at),
        subject: &mail.subject,
        pieces: pieces(&mail.text, &mail.links),
        tongue: tongue(&mail.text),
        has_html: mail.html.is_some(),
    }
}

fn mark(mail: &Mail) -> String {
    blake3::hash(mail.message_id.as_bytes()).to_hex()[..MARK_CHARS].to_owned()
}

/// The colour of the slip the mail names, in either language.
fn colour(state: &State, mail: &Mail) -> &'static str {
    let rules = state.rules.load();
    let says =
        |name: &str| !name.is_empty() && (mail.subject.contains(name) || mail.text.contains(name));
    let mut slips = rules.current.slips.iter();
    let named = slips.find(|(id, slip)| {
        says(&slip.zh) || says(&slip.en) || (slip.colour != "none" && says(&id.to_uppercase()))
    });
    named.map_or("none", |(_, slip)| super::overview::colour(&slip.colour))
}

/// The text cut at its links, so that they can be clicked. Only web addresses are links.
fn pieces<'a>(text: &'a str, links: &'a [String]) -> Vec<Piece<'a>> {
    let is_web = |link: &&String| link.starts_with("https://") || link.starts_with("http://");
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some((at, link)) = links
        .iter()
        .filter(is_web)
        .filter_map(|link| Some((rest.find(link.as_str())?, link.as_str())))
        .min_by_key(|(at, link)| (*at, std::cmp::Reverse(link.len())))
    {
        pieces.push(Piece::Words(&rest[..at]));
        pieces.push(Piece::Link(link));
        rest = &rest[at + link.len()..];
    }
    pieces.push(Piece::Words(rest));
    pieces
}

/// The language of a text, for fonts and screen readers.
fn tongue(text: &str) -> &'static str {
    let is_chinese = text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
    if is_chinese { "zh-CN" } else { "en" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_at_its_web_links_only() {
        #[rustfmt::skip]
        let table: [(&str, &str, &[&str], &str); 5] = [
            ("none",                "a b",                          &[],                                       "a b"),
            ("in the middle",       "请到 http://x/r/1 评价",         &["http://x/r/1"],                         "请到 [http://x/r/1] 评价"),
            ("twice",               "http://x http://x",            &["http://x"],                             "[http://x] [http://x]"),
            ("one begins another",  "http://x/ab",                  &["http://x/a", "http://x/ab"],            "[http://x/ab]"),
            ("not a web address",   "javascript:1 http://x",        &["javascript:1", "http://x"],             "javascript:1 [http://x]"),
        ];
        for (name, text, links, want) in table {
            let links: Vec<String> = links.iter().map(|link| (*link).to_owned()).collect();
            let got: String = pieces(text, &links)
                .into_iter()
                .map(|piece| match piece {
                    Piece::Words(words) => words.to_owned(),
                    Piece::Link(link) => format!("[{link}]"),
                })
                .collect();
            assert_eq!(got, want, "{name}");
        }
    }
}
