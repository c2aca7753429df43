//! The page where a resident says how it went: three questions, no script, one answer.
//!
//! Opening it (GET, HEAD, a messenger's preview) changes nothing. The first answer wins; it
//! becomes an event like any other. The page shows the number and class of the ticket only.

mod answers;
pub(super) mod notice;
mod words;

use std::{net::IpAddr, sync::Arc};

use askama::Template;
use axum::{
    body::Body,
    extract::{Path, Query, State as Shared},
    http::{HeaderMap, StatusCode},
    response::Response,
};
use serde::Deserialize;

use self::{
    answers::{Answers, NOTE_CHARS_MAX},
    notice::{Notice, notice},
    words::{Question, Words, with_hotline, words},
};
use super::{address::Client, body, form, language::Language, page, state::State};
use crate::{
    core::{policy::Grade, timestamp::Timestamp},
    intake::canon::canonical,
    secret::{same, token_hash},
    store::{Answer, Link},
};

/// Characters of a token; anything else is not looked up.
const TOKEN_CHARS: usize = 16;
/// The longest form: a note of the longest kind, percent-encoded.
const FORM_BYTES_MAX: usize = 16 * 1024;

/// `?lang=`
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    pub lang: Option<String>,
}

#[derive(Template)]
#[template(path = "rating.html")]
struct Page<'a> {
    style: &'static str,
    language: Language,
    words: &'static Words,
    site: String,
    hotline: &'a str,
    sender: &'a str,
    token: &'a str,
    ticket: &'a str,
    class: Option<String>,
    until: String,
    /// What was chosen when the form came back without an answer.
    answers: &'a Answers,
    grades: &'a [Grade],
    is_blank: bool,
    note_chars_max: usize,
}

impl Page<'_> {
    fn chosen(&self, question: &Question) -> &str {
        self.answers.get(question.name).unwrap_or_default()
    }

    /// What can be ticked: the page's own words, for satisfaction the grades of the policy set.
    fn choices<'w>(&'w self, question: &'w Question) -> Vec<(&'w str, &'w str)> {
        if !question.choices.is_empty() {
            return question.choices.to_vec();
        }
        let word = |grade: &'w Grade| match self.language {
            Language::Zh => grade.zh.as_str(),
            Language::En => grade.en.as_str(),
        };
        self.grades.iter().map(|grade| (grade.id.as_str(), word(grade))).collect()
    }
}

/// `GET /r/{token}`
pub(super) async fn ask(
    Shared(state): Shared<Arc<State>>,
    Path(token): Path<String>,
    Query(asked): Query<Asked>,
    Client(address): Client,
    headers: HeaderMap,
) -> Response {
    let language = Language::choose(asked.lang.as_deref(), &headers, &state.resident_language);
    match open(&state, &token, address).await {
        Ok(link) => {
            shown(&state, language, &token, &link, &Answers::default(), StatusCode::OK).await
        }
        Err(why) => notice(&state, language, why),
    }
}

/// `POST /r/{token}`
pub(super) async fn answer(
    Shared(state): Shared<Arc<State>>,
    Path(token): Path<String>,
    Query(asked): Query<Asked>,
    Client(address): Client,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let language = Language::choose(asked.lang.as_deref(), &headers, &state.resident_language);
    if !form::is_own(&headers, &state.web.public_url) {
        return notice(&state, language, Notice::Foreign);
    }
    let link = match open(&state, &token, address).await {
        Ok(link) => link,
        Err(why) => return notice(&state, language, why),
    };
    let body = match body::read(&headers, body, FORM_BYTES_MAX, state.web.request_timeout).await {
        Ok(body) => body,
        Err(problem) => return notice(&state, language, Notice::Unread(problem.status)),
    };
    let rules = state.rules.load_full();
    let grades = &rules.current.reply.grades;
    let Some(answers) = Answers::parse(body, grades).await else {
        return notice(&state, language, Notice::Foreign);
    };
    if !answers.token.as_deref().is_some_and(|sent| same(sent, &token)) {
        return notice(&state, language, Notice::Foreign);
    }
    if answers.is_blank() {
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        return shown(&state, language, &token, &link, &answers, status).await;
    }
    let told = take(&state, &token, &link, &answers, state.wall.now()).await;
    notice(&state, language, told)
}

/// The link behind a token that can still be answered, or what to tell instead.
async fn open(state: &State, token: &str, address: IpAddr) -> Result<Link, Notice> {
    if let Some(wait) = state.link_guesses.shut_for(address) {
        return Err(Notice::TooMany(wait));
    }
    let looks_right = token.len() == TOKEN_CHARS
        && token.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
    let found = if looks_right {
        state.store.link(&token_hash(token)).await.map_err(|error| trouble(&error))?
    } else {
        None
    };
    let Some(link) = found.filter(|link| link.purpose == "rate") else {
        return Err(state.link_guesses.wrong(address).map_or(Notice::Unknown, Notice::TooMany));
    };
    if link.used.is_some() {
        return Err(Notice::Used);
    }
    if link.expires <= state.wall.now() {
        return Err(Notice::Expired);
    }
    Ok(link)
}

fn trouble(error: &impl std::fmt::Display) -> Notice {
    tracing::error!(%error, "an answer of a resident could not be handled");
    Notice::Trouble
}

/// Writes the answer down and wakes the engine.
async fn take(
    state: &State,
    token: &str,
    link: &Link,
    answers: &Answers,
    now: Timestamp,
) -> Notice {
    let hash = token_hash(token);
    let entry = match canonical(answers.event(link, &hash, now), &state.seal, now) {
        Ok(entry) => entry,
        Err(refusal) => return trouble(&refusal),
    };
    match state.store.answer(&hash, &entry, now).await {
        Ok(Answer::Accepted) => {
            state.knock.notify_one();
            Notice::Thanks { is_unsolved: answers.is_unsolved() }
        }
        Ok(Answer::AlreadyUsed) => Notice::Used,
        Ok(Answer::Expired) => Notice::Expired,
        Ok(Answer::Unknown) => Notice::Unknown,
        Err(error) => trouble(&error),
    }
}

async fn shown(
    state: &State,
    language: Language,
    token: &str,
    link: &Link,
    answers: &Answers,
    status: StatusCode,
) -> Response {
    let class = match state.store.ticket(&link.ticket_no).await {
        Ok(row) => row.and_then(|row| class(state, language, &row.policy)),
        Err(error) => return notice(state, language, trouble(&error)),
    };
    let rules = state.rules.load_full();
    let hotline = rules.current.reply.hotline.as_str();
    let page = Page {
        style: page::style(),
        language,
        words: words(language),
        site: with_hotline(words(language).title, hotline),
        hotline,
        sender: state.sender(language),
        token,
        ticket: &link.ticket_no,
        class,
        until: state.local(link.expires),
        answers,
        grades: &rules.current.reply.grades,
        is_blank: status == StatusCode::UNPROCESSABLE_ENTITY,
        note_chars_max: NOTE_CHARS_MAX,
    };
    page::page(status, &page)
}

/// What the policy of the ticket is called; never its category, which says what it is about.
fn class(state: &State, language: Language, policy: &str) -> Option<String> {
    let rules = state.rules.load();
    let policy = rules.current.policy(policy)?;
    let name = match language {
        Language::Zh => &policy.zh,
        Language::En => &policy.en,
    };
    // A policy nobody named in this language has its id for a name, and that is for policy writers.
    (!name.is_empty() && *name != policy.id).then(|| name.clone())
}
