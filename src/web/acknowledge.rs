//! The page behind the link in a mail to staff: what was sent to them, one tap to say that they
//! have it, and for a slip the reply in three fields.
//!
//! Opening it changes nothing. The link names the message and is signed; who holds it speaks for
//! the person the message went to, and only about that slip or list.
//!
//! Invariants (tests/web): `a_slip_is_received_by_one_tap`, `a_list_is_acknowledged_once`,
//! `a_link_nobody_signed_opens_nothing`, `a_link_outlives_its_key_until_that_is_retired`.

use std::{net::IpAddr, sync::Arc};

use askama::Template;
use axum::{
    body::Body,
    extract::{Path, Query, State as Shared},
    http::{HeaderMap, StatusCode},
    response::Response,
};
use serde::Deserialize;
use serde_json::Value;

use super::{
    address::Client,
    body, form,
    language::Language,
    page,
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
        wording::Paper,
    },
    intake::canon::canonical,
    secret::{StaffLink, same},
    store::{NewEntry, SlipFilter, SlipRow, StoreError},
};

/// The longest form: three fields, percent-encoded.
const FORM_BYTES_MAX: usize = 64 * 1024;
/// A link is good for so long after its message was to leave.
const GOOD_MS: i64 = 60 * 24 * 3_600_000;

/// What the page says in one language.
struct Words {
    other_language: &'static str,
    other_tag: &'static str,
    other_name: &'static str,
    ticket: &'static str,
    asked: &'static str,
    due: &'static str,
    reply_due: &'static str,
    note: &'static str,
    received: &'static str,
    replied: &'static str,
    withdrawn: &'static str,
    receive: &'static str,
    reply: &'static str,
    fields: [(&'static str, &'static str); 3],
    send: &'static str,
    thanks: &'static str,
}

static ZH: Words = Words {
    other_language: "English",
    other_tag: "en",
    other_name: "en",
    ticket: "工单编号",
    asked: "要求",
    due: "时限",
    reply_due: "回复时限",
    note: "说明",
    received: "已签收",
    replied: "已回复",
    withdrawn: "此单已撤回",
    receive: "签收",
    reply: "回复",
    fields: [("done", "已采取的措施"), ("plan", "下一步计划"), ("by_when", "完成时间")],
    send: "提交回复",
    thanks: "已收到，谢谢。",
};

static EN: Words = Words {
    other_language: "中文",
    other_tag: "zh-CN",
    other_name: "zh",
    ticket: "Case",
    asked: "Please",
    due: "Due",
    reply_due: "Reply by",
    note: "Note",
    received: "Received",
    replied: "Answered",
    withdrawn: "This slip was taken back",
    receive: "I have received it",
    reply: "Reply",
    fields: [("done", "What was done"), ("plan", "What comes next"), ("by_when", "By when")],
    send: "Send the reply",
    thanks: "Noted, thank you.",
};

#[derive(Template)]
#[template(path = "acknowledge.html")]
struct Page<'a> {
    style: &'static str,
    language: Language,
    words: &'static Words,
    sender: &'a str,
    token: &'a str,
    title: String,
    rows: Vec<(&'static str, String)>,
    /// Sections of a list with their tickets.
    lists: Vec<(String, String)>,
    said: Option<&'static str>,
    asks: bool,
    replies: bool,
    field_chars_max: usize,
}

/// The form as sent.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Sent {
    token: Option<String>,
    r#do: Option<String>,
    done: Option<String>,
    plan: Option<String>,
    by_when: Option<String>,
}

/// What a link leads to.
struct Opened {
    message: Message,
    slip: Option<SlipRow>,
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
    if let Err(why) = tell(&state, &opened, &sent).await {
        return notice(&state, language, why);
    }
    shown(&state, language, &token, &opened, Some(words(language).thanks))
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
    let slip = match &message.slip {
        None => None,
        Some(key) => {
            let filter = SlipFilter { key: Some(key.clone()), ..SlipFilter::default() };
            state.store.slips(&filter).await.map_err(|error| trouble(&error))?.pop()
        }
    };
    Ok(Opened { message, slip })
}

fn trouble(error: &StoreError) -> Notice {
    tracing::error!(%error, "what somebody of the staff said could not be handled");
    Notice::Trouble
}

/// Writes down what was said; told again it changes nothing.
async fn tell(state: &State, opened: &Opened, sent: &Sent) -> Result<(), Notice> {
    let now = state.wall.now();
    let Opened { message, slip } = opened;
    let Recipient::Staff { person: Some(person), .. } = &message.to else {
        return Err(Notice::Unknown);
    };
    let entry = match slip {
        None => {
            let event = agenda::acknowledged(message, now).ok_or(Notice::Unknown)?;
            let (dedupe, kind) = (Some(event.dedupe_key()), event.kind.name().to_owned());
            let ticket = event.ticket.clone();
            NewEntry {
                ticket,
                at: now,
                kind,
                dedupe,
                body: Fact::Event(event).body(),
                contact: None,
            }
        }
        Some(slip) => {
            let is_reply = sent.r#do.as_deref() == Some("reply");
            let kind = if is_reply { Kind::Replied } else { Kind::of(ACKNOWLEDGED) };
            let mut event = Event::new(slip.ticket_no.as_str(), kind, now);
            event.id = Some(format!("link/{}/{}/{person}", event.kind.name(), slip.id));
            event.by = Some(person.clone());
            event.data.insert("slip".to_owned(), Value::from(slip.key.as_str()));
            let fields = [("done", &sent.done), ("plan", &sent.plan), ("by_when", &sent.by_when)];
            for (name, text) in fields.into_iter().filter(|_| is_reply) {
                let text: String = text
                    .as_deref()
                    .unwrap_or_default()
                    .trim()
                    .chars()
                    .take(FIELD_CHARS_MAX)
                    .collect();
                if !text.is_empty() {
                    event.data.insert(name.to_owned(), Value::from(text));
                }
            }
            canonical(event, &state.seal, now).map_err(|refusal| {
                tracing::error!(%refusal, "an answer of the staff was refused");
                Notice::Trouble
            })?
        }
    };
    state.store.append(&[entry], now).await.map_err(|error| trouble(&error))?;
    state.knock.notify_one();
    Ok(())
}

fn words(language: Language) -> &'static Words {
    match language {
        Language::Zh => &ZH,
        Language::En => &EN,
    }
}

fn shown(
    state: &State,
    language: Language,
    token: &str,
    opened: &Opened,
    said: Option<&'static str>,
) -> Response {
    let words = words(language);
    let of = |[zh, en]: &[String; 2]| match language {
        Language::Zh => zh.clone(),
        Language::En => en.clone(),
    };
    let facts = &opened.message.facts;
    let paper: Option<Paper> =
        opened.slip.as_ref().and_then(|slip| serde_json::from_str(slip.paper.as_deref()?).ok());
    let title = match (&paper, &facts.title) {
        (Some(paper), _) => {
            let serial = facts.serial.as_deref().unwrap_or_default();
            format!("{} {serial}", of(&paper.title)).trim().to_owned()
        }
        (None, Some(title)) => of(title),
        // A slip without a serial is no document; it has the name of its kind.
        (None, None) => match state.rules.load().current.slips.get(&facts.slip) {
            Some(kind) => of(&[kind.zh.clone(), kind.en.clone()]),
            None => facts.no.clone(),
        },
    };
    let slip = opened.slip.as_ref();
    let at = |at| state.local(at);
    let by =
        |who: &Option<String>| who.as_deref().map(|who| format!(" · {who}")).unwrap_or_default();
    let rows = [
        (words.ticket, Some(facts.no.clone()).filter(|no| !no.is_empty())),
        (words.asked, paper.as_ref().map(|paper| of(&paper.ask)).filter(|ask| !ask.is_empty())),
        (words.due, facts.due.map(at)),
        (words.reply_due, slip.and_then(|slip| slip.reply_due).map(at)),
        (words.note, paper.as_ref().and_then(|paper| paper.note.as_ref()).map(of)),
        (
            words.received,
            slip.and_then(|slip| {
                Some(format!("{}{}", at(slip.receipted?), by(&slip.receipted_by)))
            }),
        ),
        (
            words.replied,
            slip.and_then(|slip| Some(format!("{}{}", at(slip.replied?), by(&slip.replied_by)))),
        ),
        (words.withdrawn, slip.and_then(|slip| slip.withdrawn).map(at)),
    ];
    let lists = facts.lists.iter().map(|list| {
        let tickets: Vec<&str> = list.rows.iter().map(|row| row.ticket.as_str()).collect();
        let name = of(&[list.zh.clone(), list.en.clone()]);
        (format!("{name} ({})", list.count), tickets.join(" · "))
    });
    let stands = slip.is_none_or(|slip| slip.withdrawn.is_none());
    let page = Page {
        style: page::style(),
        language,
        words,
        sender: state.sender(language),
        token,
        title,
        rows: rows.into_iter().filter_map(|(name, text)| Some((name, text?))).collect(),
        lists: lists.collect(),
        said,
        asks: stands && said.is_none() && slip.is_none_or(|slip| slip.receipted.is_none()),
        replies: stands && said.is_none() && slip.is_some_and(|slip| slip.replied.is_none()),
        field_chars_max: FIELD_CHARS_MAX,
    };
    page::page(StatusCode::OK, &page)
}
