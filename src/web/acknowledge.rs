//! The page behind the link in a mail to staff: what was sent to them, one tap to say that they
//! have it, and for a slip the reply in three fields, more time or a return asked for with its
//! basis, and the document to print.
//!
//! Opening it changes nothing. The link names the message and is signed; who holds it speaks for
//! the person the message went to, and only about that slip or list. Whatever is asked for is an
//! event like any other: it is kept, the policy says whether it counts, and the page says so.
//!
//! Invariants (tests/web): `a_slip_is_received_by_one_tap`, `a_list_is_acknowledged_once`,
//! `a_link_nobody_signed_opens_nothing`, `a_link_outlives_its_key_until_that_is_retired`;
//! (tests/browser): `a_unit_answers_a_slip_by_its_link`.

mod refusal;
mod standing;
mod view;
mod words;

use std::{net::IpAddr, sync::Arc};

use axum::{
    body::Body,
    extract::{Path, Query, State as Shared},
    http::{HeaderMap, HeaderValue, header},
    response::{Html, IntoResponse as _, Response},
};
use serde::Deserialize;
use serde_json::Value;

use self::{
    refusal::refusal,
    standing::Standing,
    view::{Said, shown},
    words::words,
};
use super::{
    address::Client,
    body, form,
    language::Language,
    rating::{
        Asked,
        notice::{Notice, notice},
    },
    state::State,
};
use crate::{
    core::{
        agenda,
        event::{Event, Kind},
        fact::Fact,
        message::{Message, Recipient},
        slip::{ACKNOWLEDGED, FIELD_CHARS_MAX},
        timestamp::Timestamp,
    },
    intake::canon::canonical,
    paper,
    secret::{StaffLink, same},
    store::{NewEntry, SlipFilter, SlipRow},
};

/// The longest form: three fields, percent-encoded.
const FORM_BYTES_MAX: usize = 64 * 1024;
/// A link is good for so long after its message was to leave.
const GOOD_MS: i64 = 60 * 24 * 3_600_000;
/// A document brings its own styles; nothing is loaded, run or sent.
const DOCUMENT_POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'";

/// The form as sent.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Sent {
    token: Option<String>,
    r#do: Option<String>,
    done: Option<String>,
    plan: Option<String>,
    by_when: Option<String>,
    /// Why more time is needed, or why the ticket is not theirs.
    basis: Option<String>,
    /// How much more time, in the unit the policy counts in.
    amount: Option<String>,
}

/// What a link leads to.
struct Opened {
    message: Message,
    slip: Option<SlipRow>,
    /// The ticket of the slip, where its state can be read.
    standing: Option<Standing>,
}

impl Opened {
    /// The person the message went to, and whether only for their information.
    fn reader(&self) -> Option<(&str, bool)> {
        match &self.message.to {
            Recipient::Staff { person: Some(person), cc, .. } => Some((person, *cc)),
            Recipient::Staff { person: None, .. } | Recipient::Resident => None,
        }
    }
}

/// `GET /a/{token}`
pub(super) async fn show(
    Shared(state): Shared<Arc<State>>,
    Path(token): Path<String>,
    Query(asked): Query<Asked>,
    Client(address): Client,
    headers: HeaderMap,
) -> Response {
    let language = Language::choose(asked.lang.as_deref(), &headers, &state.resident_language);
    match open(&state, &token, address).await {
        Ok(opened) => shown(&state, language, &token, &opened, None),
        Err(why) => notice(&state, language, why),
    }
}

/// `GET /a/{token}/slip`: the document.
pub(super) async fn document(
    Shared(state): Shared<Arc<State>>,
    Path(token): Path<String>,
    Query(asked): Query<Asked>,
    Client(address): Client,
    headers: HeaderMap,
) -> Response {
    let language = Language::choose(asked.lang.as_deref(), &headers, &state.resident_language);
    let opened = match open(&state, &token, address).await {
        Ok(opened) => opened,
        Err(why) => return notice(&state, language, why),
    };
    let Some(slip) = &opened.slip else { return notice(&state, language, Notice::Nowhere) };
    let rules = state.rules.load();
    let zone = rules.current.calendar.zone();
    let signature = state.wording.signature(language.name());
    match paper::html(slip, language.of_texts(), zone, signature, &rules.org) {
        Ok(html) => {
            let policy = HeaderValue::from_static(DOCUMENT_POLICY);
            ([(header::CONTENT_SECURITY_POLICY, policy)], Html(html)).into_response()
        }
        Err(paper::PaperError::None(_)) => notice(&state, language, Notice::Nowhere),
        Err(error) => notice(&state, language, trouble(&error)),
    }
}

/// `POST /a/{token}`
pub(super) async fn take(
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
    let opened = match open(&state, &token, address).await {
        Ok(opened) => opened,
        Err(why) => return notice(&state, language, why),
    };
    let body = match body::read(&headers, body, FORM_BYTES_MAX, state.web.request_timeout).await {
        Ok(body) => body,
        Err(problem) => return notice(&state, language, Notice::Unread(problem.status)),
    };
    let Some(sent) = form::fields::<Sent>(body).await else {
        return notice(&state, language, Notice::Foreign);
    };
    if !sent.token.as_deref().is_some_and(|sent| same(sent, &token)) {
        return notice(&state, language, Notice::Foreign);
    }
    match tell(&state, language, &opened, &sent).await {
        Ok(said) => shown(&state, language, &token, &opened, Some(said)),
        Err(why) => notice(&state, language, why),
    }
}

/// What a signed token leads to, or what to tell instead.
async fn open(state: &State, token: &str, address: IpAddr) -> Result<Opened, Notice> {
    if let Some(wait) = state.link_guesses.shut_for(address) {
        return Err(Notice::TooMany(wait));
    }
    let unknown = || state.link_guesses.wrong(address).map_or(Notice::Unknown, Notice::TooMany);
    let id = match state.seal.staff_link(token) {
        StaffLink::Message(id) => id,
        StaffLink::Retired => return Err(Notice::Expired),
        StaffLink::Unknown => return Err(unknown()),
    };
    let message = state.store.message(id).await.map_err(|error| trouble(&error))?;
    let message = message.ok_or_else(unknown)?;
    if message.not_before.plus_ms(GOOD_MS) <= state.wall.now() {
        return Err(Notice::Expired);
    }
    let Some(key) = &message.slip else {
        return Ok(Opened { message, slip: None, standing: None });
    };
    let filter = SlipFilter { key: Some(key.clone()), ..SlipFilter::default() };
    let slip = state.store.slips(&filter).await.map_err(|error| trouble(&error))?.pop();
    let standing = match &slip {
        Some(slip) => Standing::read(state, &slip.ticket_no).await.map_err(|why| trouble(&why))?,
        None => None,
    };
    Ok(Opened { message, slip, standing })
}

fn trouble(error: &impl std::fmt::Display) -> Notice {
    tracing::error!(%error, "what somebody of the staff said could not be handled");
    Notice::Trouble
}

/// Writes down what was said; told again it changes nothing.
async fn tell(
    state: &State,
    language: Language,
    opened: &Opened,
    sent: &Sent,
) -> Result<Said, Notice> {
    let now = state.wall.now();
    let words = words(language);
    let (person, is_copy) = opened.reader().ok_or(Notice::Unknown)?;
    let Some(slip) = &opened.slip else {
        let event = agenda::acknowledged(&opened.message, now).ok_or(Notice::Unknown)?;
        let entry = NewEntry {
            ticket: event.ticket.clone(),
            at: now,
            kind: event.kind.name().to_owned(),
            dedupe: Some(event.dedupe_key()),
            body: Fact::Event(event).body(),
            contact: None,
        };
        append(state, entry, now).await?;
        return Ok(Said::Noted(words.thanks.to_owned()));
    };
    let mut said = Said::Noted(words.thanks.to_owned());
    let event = match sent.r#do.as_deref() {
        Some("reply") => reply(slip, person, sent, now),
        Some(asked @ ("extend" | "return")) => {
            let standing = opened.standing.as_ref().filter(|one| !is_copy && one.is_theirs(slip));
            let standing = standing.ok_or(Notice::Foreign)?;
            let Some(basis) = field(sent.basis.as_deref()) else {
                return Ok(Said::Refused(words.no_basis.to_owned()));
            };
            let mut event = match asked {
                "extend" => standing.extension(slip, person, &basis, sent.amount.as_deref(), now),
                _ => standing.returned(slip, person, &basis, now),
            };
            state.rules.load().attest(&mut event);
            if let Some(why) = standing.why_not(&event) {
                let why = refusal(&why, language, |at| state.local(at));
                said = Said::Refused(format!("{}{why}", words.refused));
            } else {
                said = Said::Noted(words.asked_for.to_owned());
            }
            event
        }
        Some(_) | None => about(slip, Kind::of(ACKNOWLEDGED), person, "", now),
    };
    let entry = canonical(event, &state.seal, now).map_err(|refusal| {
        tracing::error!(%refusal, "an answer of the staff was refused");
        Notice::Trouble
    })?;
    append(state, entry, now).await?;
    Ok(said)
}

async fn append(state: &State, entry: NewEntry, now: Timestamp) -> Result<(), Notice> {
    state.store.append(&[entry], now).await.map_err(|error| trouble(&error))?;
    state.knock.notify_one();
    Ok(())
}

/// An event about a slip; `nth` tells one asking from the next.
fn about(slip: &SlipRow, kind: Kind, person: &str, nth: &str, now: Timestamp) -> Event {
    let mut event = Event::new(slip.ticket_no.as_str(), kind, now);
    event.id = Some(format!("link/{}/{}/{person}{nth}", event.kind.name(), slip.id));
    event.by = Some(person.to_owned());
    event.data.insert("slip".to_owned(), Value::from(slip.key.as_str()));
    event
}

fn reply(slip: &SlipRow, person: &str, sent: &Sent, now: Timestamp) -> Event {
    let mut event = about(slip, Kind::Replied, person, "", now);
    let fields = [("done", &sent.done), ("plan", &sent.plan), ("by_when", &sent.by_when)];
    for (name, text) in fields {
        if let Some(text) = field(text.as_deref()) {
            event.data.insert(name.to_owned(), Value::from(text));
        }
    }
    event
}

/// What stands in a field of the form, if anything does.
fn field(sent: Option<&str>) -> Option<String> {
    let text = sent.unwrap_or_default().trim();
    let kept: String = text.chars().take(FIELD_CHARS_MAX).collect();
    (!kept.is_empty()).then_some(kept)
}
