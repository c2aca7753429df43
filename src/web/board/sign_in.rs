//! Signing in by a link to one's own mail address, and out again.
//!
//! Opening the link changes nothing, because mail scanners open links too; the button on the page
//! behind it signs in, once.

use std::sync::Arc;

use askama::Template;
use axum::{
    body::Body,
    extract::{Path, Query, State as Shared},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Redirect, Response},
};
use serde::Deserialize;

use super::{
    frame,
    scope::Scope,
    session::{LASTS_MS, Viewer, cookie},
};
use crate::{
    core::{
        message::{Facts, Message, Recipient, SIGN_IN},
        org::{Org, Person},
        policy::Via,
        timestamp::Timestamp,
    },
    rules::Rules,
    secret::{self, SecretError, token_hash},
    store::{MessageWrite, SignInWrite, SignedIn, StoreError},
    web::{
        address::Client, asset::style_address, body, form as forms, language::Language,
        problem::seconds, state::State,
    },
};

/// How long a link is good.
const LINK_MS: i64 = 15 * 60_000;
/// Links one person may ask for while one is good.
const LINKS_MAX: i64 = 5;
/// The longest form.
const FORM_BYTES_MAX: usize = 8 * 1024;
/// The longest mail address there is.
const ADDRESS_CHARS_MAX: usize = 254;

/// `?lang=`
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    lang: Option<String>,
}

impl Asked {
    fn language(&self, headers: &HeaderMap, state: &State) -> Language {
        Language::choose(self.lang.as_deref(), headers, &state.wording.language)
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Sent {
    email: String,
    form: Option<String>,
}

/// What the page behind the form shows.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Step {
    /// Asks for the address.
    Ask,
    /// A mail is on its way, if the address is known.
    Sent,
    /// The link is good; the button signs in.
    Confirm,
    Used,
    Expired,
    Unknown,
}

#[derive(Template)]
#[template(path = "board/sign_in.html")]
struct Page<'a> {
    style: &'static str,
    l: Language,
    sender: &'a str,
    step: &'static str,
    demo: bool,
    /// An address to try, in the demonstration.
    example: Option<String>,
}

impl Step {
    fn name(self) -> &'static str {
        match self {
            Self::Ask => "ask",
            Self::Sent => "sent",
            Self::Confirm => "confirm",
            Self::Used => "used",
            Self::Expired => "expired",
            Self::Unknown => "unknown",
        }
    }

    fn status(self) -> StatusCode {
        match self {
            Self::Ask | Self::Sent | Self::Confirm => StatusCode::OK,
            Self::Used | Self::Expired => StatusCode::GONE,
            Self::Unknown => StatusCode::NOT_FOUND,
        }
    }
}

fn shown(state: &State, l: Language, step: Step) -> Response {
    let page = Page {
        style: style_address(),
        l,
        sender: state.sender(l),
        step: step.name(),
        demo: state.demo,
        example: if state.demo { example(state) } else { None },
    };
    frame::page(step.status(), &page)
}

/// Somebody of the invented organisation of the demonstration who sees everything.
fn example(state: &State) -> Option<String> {
    let (rules, now) = (state.rules.load(), state.wall.now());
    let all = |person: &&Person| Scope::of(&rules.org, &person.id, now) == Some(Scope::All);
    let somebody = rules.org.people.values().find(all)?;
    somebody.address(Via::Email, now).map(str::to_owned)
}

/// `GET /board/sign-in`
pub(super) async fn form(
    Shared(state): Shared<Arc<State>>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Response {
    shown(&state, asked.language(&headers, &state), Step::Ask)
}

/// `POST /board/sign-in`: the answer is the same whether or not the address is known.
pub(super) async fn ask(
    Shared(state): Shared<Arc<State>>,
    Query(asked): Query<Asked>,
    Client(client): Client,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let l = asked.language(&headers, &state);
    if !forms::is_own(&headers, &state.web.public_url) {
        return frame::foreign(l);
    }
    let left = state.board.asks.shut_for(client);
    if let Some(wait) = left.or_else(|| state.board.asks.wrong(client)) {
        let mut response = frame::said(
            StatusCode::TOO_MANY_REQUESTS,
            l,
            ["请稍后再试", "Too many requests"],
            [
                "登录请求过于频繁，请一分钟后再试。",
                "Too many links were asked for; try again in a minute.",
            ],
        );
        response.headers_mut().insert(header::RETRY_AFTER, seconds(wait));
        return response;
    }
    let Some(sent) = sent(&state, &headers, body).await else { return frame::foreign(l) };
    let address = sent.email.trim();
    let is_short = address.chars().count() <= ADDRESS_CHARS_MAX;
    let rules = state.rules.load_full();
    let now = state.wall.now();
    let person = is_short.then(|| known(&rules.org, address, now)).flatten();
    match send(&state, &rules, person).await {
        Ok(()) => shown(&state, l, Step::Sent),
        Err(Trouble::Store(error)) => frame::trouble(&state, l, &error),
        Err(Trouble::Secret(error)) => {
            tracing::error!(%error, "no link to sign in could be made");
            frame::said(
                StatusCode::SERVICE_UNAVAILABLE,
                l,
                ["暂时不可用", "Not now"],
                ["请稍后再试。", "Try again in a moment."],
            )
        }
    }
}

/// Whose address this is; nobody without a post has anything to see.
fn known<'o>(org: &'o Org, address: &str, now: Timestamp) -> Option<&'o Person> {
    if address.is_empty() {
        return None;
    }
    let address = address.to_lowercase();
    let is_theirs = |person: &&Person| {
        person.address(Via::Email, now).is_some_and(|own| own.to_lowercase() == address)
    };
    org.people.values().find(is_theirs).filter(|one| Scope::of(org, &one.id, now).is_some())
}

/// Why a link could not be kept.
enum Trouble {
    Store(StoreError),
    Secret(SecretError),
}

/// Keeps a link and its mail; for nobody it does the same work without a mail.
async fn send(state: &State, rules: &Rules, person: Option<&Person>) -> Result<(), Trouble> {
    let token = secret::token().map_err(Trouble::Secret)?;
    let sealed = state.seal.seal("", token.as_bytes()).map_err(Trouble::Secret)?;
    let now = state.board.wall.now();
    let hash = token_hash(&token);
    if !rules.templates.has(SIGN_IN) {
        tracing::error!(
            "there is no text [{SIGN_IN}] in templates.toml: nobody can sign in to the board"
        );
    }
    let mail = person.map(|person| {
        let unit = rules.org.posts.iter().find(|post| post.person == person.id);
        let (unit, role) =
            unit.map(|post| (post.unit.clone(), post.role.clone())).unwrap_or_default();
        let not_before = state.wall.now();
        let message = Message {
            key: format!("sign_in/{hash}"),
            ticket: String::new(),
            slip: None,
            with: Vec::new(),
            to: Recipient::Staff {
                unit: unit.clone(),
                role,
                person: Some(person.id.clone()),
                away: None,
                cc: false,
            },
            via: Via::Email.name().to_owned(),
            template: SIGN_IN.to_owned(),
            facts: Facts { unit, ..Facts::default() },
            not_before,
            // In fast time the link would be out of date before anybody could read it.
            expires: (!state.demo).then(|| not_before.plus_ms(LINK_MS)),
        };
        MessageWrite { message, ticket_key: 0, sealed: Some(sealed) }
    });
    let wanted = SignInWrite {
        token_hash: hash,
        person: person.map(|person| person.id.clone()).unwrap_or_default(),
        expires: now.plus_ms(LINK_MS),
        links_max: LINKS_MAX,
        since: now.plus_ms(-LINK_MS),
    };
    let is_kept = state.store.ask_sign_in(&wanted, mail, now).await.map_err(Trouble::Store)?;
    if !is_kept {
        tracing::warn!("somebody asked for too many links to sign in; no mail was sent");
    }
    state.board.mail.notify_one();
    Ok(())
}

/// `GET /board/in/{token}`
pub(super) async fn confirm(
    Shared(state): Shared<Arc<State>>,
    Path(token): Path<String>,
    Query(asked): Query<Asked>,
    Client(client): Client,
    headers: HeaderMap,
) -> Response {
    let l = asked.language(&headers, &state);
    if let Some(wait) = state.link_guesses.shut_for(client) {
        return shut_out(l, seconds(wait));
    }
    let link = match state.store.sign_in_link(&token_hash(&token)).await {
        Ok(link) => link,
        Err(error) => return frame::trouble(&state, l, &error),
    };
    let step = match link {
        None => match state.link_guesses.wrong(client) {
            Some(wait) => return shut_out(l, seconds(wait)),
            None => Step::Unknown,
        },
        Some(link) if link.used.is_some() => Step::Used,
        Some(link) if link.expires <= state.board.wall.now() => Step::Expired,
        Some(_) => Step::Confirm,
    };
    shown(&state, l, step)
}

/// `POST /board/in/{token}`
pub(super) async fn enter(
    Shared(state): Shared<Arc<State>>,
    Path(token): Path<String>,
    Query(asked): Query<Asked>,
    Client(client): Client,
    headers: HeaderMap,
) -> Response {
    let l = asked.language(&headers, &state);
    if !forms::is_own(&headers, &state.web.public_url) {
        return frame::foreign(l);
    }
    if let Some(wait) = state.link_guesses.shut_for(client) {
        return shut_out(l, seconds(wait));
    }
    let session = match secret::api_token() {
        Ok(session) => session,
        Err(error) => {
            tracing::error!(%error, "no session could be opened");
            return frame::nowhere(l);
        }
    };
    let now = state.board.wall.now();
    let ends = now.plus_ms(LASTS_MS);
    let done = state.store.sign_in(&token_hash(&token), &token_hash(&session), ends, now).await;
    let step = match done {
        Err(error) => return frame::trouble(&state, l, &error),
        Ok(SignedIn::Open(person)) => {
            tracing::info!(person, "signed in to the board");
            let mut response = Redirect::to("/board").into_response();
            response.headers_mut().insert(header::SET_COOKIE, cookie(&state, Some(&session)));
            return response;
        }
        Ok(SignedIn::AlreadyUsed) => Step::Used,
        Ok(SignedIn::Expired) => Step::Expired,
        Ok(SignedIn::Unknown) => match state.link_guesses.wrong(client) {
            Some(wait) => return shut_out(l, seconds(wait)),
            None => Step::Unknown,
        },
    };
    shown(&state, l, step)
}

/// `POST /board/sign-out`
pub(super) async fn leave(
    Shared(state): Shared<Arc<State>>,
    viewer: Viewer,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let sent = sent(&state, &headers, body).await.unwrap_or_default();
    if !viewer.sent(sent.form.as_deref()) {
        return frame::foreign(viewer.language);
    }
    if let Err(error) = state.store.sign_out(&viewer.session).await {
        return frame::trouble(&state, viewer.language, &error);
    }
    let mut response = Redirect::to("/board/sign-in").into_response();
    response.headers_mut().insert(header::SET_COOKIE, cookie(&state, None));
    response
}

async fn sent(state: &State, headers: &HeaderMap, body: Body) -> Option<Sent> {
    let body = body::read(headers, body, FORM_BYTES_MAX, state.web.request_timeout).await.ok()?;
    forms::fields(body).await
}

fn shut_out(l: Language, wait: HeaderValue) -> Response {
    let mut response = frame::said(
        StatusCode::TOO_MANY_REQUESTS,
        l,
        ["请稍后再试", "Too many requests"],
        [
            "无效链接过多，请一分钟后再试。",
            "Too many wrong links came from your address; try again in a minute.",
        ],
    );
    response.headers_mut().insert(header::RETRY_AFTER, wait);
    response
}
