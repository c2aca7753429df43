//! Who is signed in: a cookie only the browser has, its hash in the store.
//!
//! A session ends when it was not used for [`IDLE_MS`], in any case after [`LASTS_MS`], when its
//! person has no post any more, and when they sign out.

use std::sync::Arc;

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, HeaderValue, header, request::Parts},
    response::{IntoResponse as _, Redirect, Response},
};

use super::{frame, scope::Scope};
use crate::{
    rules::Rules,
    secret::{same, token_hash},
    web::{language::Language, state::State},
};

/// A session that nobody used for so long is over.
const IDLE_MS: i64 = 4 * 3_600_000;
/// The longest a session lasts: a long working day.
pub(super) const LASTS_MS: i64 = 12 * 3_600_000;
/// Its use is written down so often at most.
const SEEN_MS: i64 = 60_000;
/// What the token of the forms of a session is derived for.
const FORMS: &str = "duban 2026-11 forms of the board";

/// Who asks, and what they may see.
pub(super) struct Viewer {
    /// Their id in the organisation.
    pub person: String,
    pub name: String,
    pub language: Language,
    pub scope: Scope,
    /// What every form of theirs must bring along.
    pub form_token: String,
    /// Hash of the session.
    pub session: String,
    /// The rules as they were when the request came.
    pub rules: Arc<Rules>,
}

impl FromRequestParts<Arc<State>> for Viewer {
    type Rejection = Response;

    async fn from_request_parts(
        parts: &mut Parts,
        state: &Arc<State>,
    ) -> Result<Self, Self::Rejection> {
        let language = asked_language(parts, state);
        let signed_out = || Redirect::to("/board/sign-in").into_response();
        let token = token(&parts.headers, state).ok_or_else(signed_out)?;
        let hash = token_hash(&token);
        let now = state.board.wall.now();
        let trouble = |error| frame::trouble(state, language, &error);
        let session = state.store.session(&hash, IDLE_MS, now).await.map_err(trouble)?;
        let session = session.ok_or_else(signed_out)?;
        let rules = state.rules.load_full();
        let person = rules.org.people.get(&session.person).ok_or_else(signed_out)?;
        let scope = Scope::of(&rules.org, &person.id, state.wall.now()).ok_or_else(signed_out)?;
        if now.since(session.seen) > SEEN_MS {
            state.store.session_seen(&hash, now).await.map_err(trouble)?;
        }
        Ok(Self {
            person: person.id.clone(),
            name: person.name.clone(),
            language,
            scope,
            form_token: form_token(&token),
            session: hash,
            rules: Arc::clone(&rules),
        })
    }
}

impl Viewer {
    /// Whether tickets of this unit are theirs to see.
    pub(super) fn sees(&self, unit: &str) -> bool {
        self.scope.sees(&self.rules.org, unit)
    }

    /// Whether a form is of this session.
    pub(super) fn sent(&self, form_token: Option<&str>) -> bool {
        form_token.is_some_and(|sent| same(sent, &self.form_token))
    }
}

/// The language of the address, else of the browser, else of the texts to staff.
pub(super) fn asked_language(parts: &Parts, state: &State) -> Language {
    let query = parts.uri.query().unwrap_or_default();
    let asked = query.split('&').find_map(|pair| pair.strip_prefix("lang="));
    Language::choose(asked, &parts.headers, &state.wording.language)
}

/// Nobody who has only the page can tell the session from it.
fn form_token(session: &str) -> String {
    token_hash(&format!("{FORMS}: {session}"))
}

/// The name of the cookie: over TLS one that no other host and no plain connection can set.
fn cookie_name(state: &State) -> &'static str {
    if is_secure(state) { "__Host-duban" } else { "duban" }
}

fn is_secure(state: &State) -> bool {
    state.web.public_url.starts_with("https://")
}

/// The token in the cookie of a request.
fn token(headers: &HeaderMap, state: &State) -> Option<String> {
    let name = cookie_name(state);
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let pairs = cookies.flat_map(|value| value.split(';'));
    pairs
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(key, value)| (key == name && !value.is_empty()).then(|| value.to_owned()))
}

/// The header that gives the browser a token, or takes it away.
pub(super) fn cookie(state: &State, token: Option<&str>) -> HeaderValue {
    let (name, secure) = (cookie_name(state), if is_secure(state) { "; Secure" } else { "" });
    let (token, age) = token.map_or(("", 0), |token| (token, LASTS_MS / 1_000));
    // Lax, not Strict: who comes from a mail is signed in already.
    let text = format!("{name}={token}; Path=/; HttpOnly; SameSite=Lax; Max-Age={age}{secure}");
    HeaderValue::try_from(text).expect("a token is of letters and digits")
}
