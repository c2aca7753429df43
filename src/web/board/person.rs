//! `/board/p/{person}`: what somebody got, and how much of it.
//!
//! One's own page shows everything; that of somebody of one's units only what is about these.

use std::sync::Arc;

use askama::Template;
use axum::{
    extract::{Path, Query, State as Shared},
    http::StatusCode,
    response::Response,
};
use serde::Deserialize;

use super::{
    frame::{self, Frame},
    names::Names,
    session::Viewer,
    tickets::query,
};
use crate::{
    core::{
        message::{Recipient, SIGN_IN},
        org::{Person, Post},
        timestamp::Timestamp,
    },
    store::{MessageRow, StoreError},
    web::{language::Language, state::State},
};

/// Messages on a page.
const LINES: i64 = 50;
const DAY_MS: i64 = 24 * 3_600_000;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Wanted {
    /// The mark of the page before: instant and id.
    before: String,
}

struct Row {
    at: String,
    what: String,
    colour: &'static str,
    ticket: String,
    unit: String,
    via: &'static str,
    state: &'static str,
    is_bad: bool,
}

#[derive(Template)]
#[template(path = "board/person.html")]
struct Page {
    v: Frame,
    name: String,
    is_own: bool,
    posts: Vec<String>,
    away: Option<String>,
    /// How much of it was sent lately.
    counts: Vec<(&'static str, i64)>,
    rows: Vec<Row>,
    next: Option<String>,
}

/// `GET /board/p/{person}`
pub(super) async fn show(
    Shared(state): Shared<Arc<State>>,
    viewer: Viewer,
    Path(id): Path<String>,
    Query(wanted): Query<Wanted>,
) -> Response {
    let now = state.wall.now();
    let org = Arc::clone(&viewer.rules.org);
    let is_own = viewer.person == id;
    let held: Vec<&Post> =
        org.posts.iter().filter(|post| post.person == id && post.is_valid(now)).collect();
    let is_seen = is_own || held.iter().any(|post| viewer.sees(&post.unit));
    let Some(person) = org.people.get(&id).filter(|_| is_seen) else {
        return frame::nowhere(viewer.language);
    };
    match page(&state, &viewer, person, &held, &wanted).await {
        Ok(page) => frame::page(StatusCode::OK, &page),
        Err(error) => frame::trouble(&state, viewer.language, &error),
    }
}

async fn page(
    state: &State,
    viewer: &Viewer,
    person: &Person,
    held: &[&Post],
    wanted: &Wanted,
) -> Result<Page, StoreError> {
    let now = state.wall.now();
    let names = Names::of(&viewer.rules, viewer.language);
    let is_own = viewer.person == person.id;
    let mark = wanted
        .before
        .split_once('.')
        .and_then(|(at, id)| Some((Timestamp(at.parse().ok()?), id.parse().ok()?)))
        .unwrap_or((Timestamp(i64::MAX), i64::MAX));
    let messages = state.store.messages_of(&person.id, mark, LINES).await?;
    let calendar = &viewer.rules.current.calendar;
    let today = calendar.at(calendar.date_of(now), jiff::civil::Time::midnight());
    let since = [today, now.plus_ms(-7 * DAY_MS), now.plus_ms(-30 * DAY_MS)];
    let l = viewer.language;
    let spans = [
        l.say("今日收到", "Got today"),
        l.say("7天内", "In 7 days"),
        l.say("30天内", "In 30 days"),
    ];
    let counts = state.store.message_counts_of(&person.id, since).await?;
    let last = messages.last().filter(|_| messages.len() as i64 == LINES);
    let next = last.map(|row| {
        let mark = format!("{}.{}", row.created.0, row.id);
        format!("?{}", query(&[("before", &mark)]))
    });
    let seen = messages.iter().filter(|row| is_own || is_about(viewer, row));
    let posts = held.iter().map(|post| {
        let deputy = if post.deputy { names.l.say("（AB角）", " (stand-in)") } else { "" };
        let joint = match names.l {
            Language::Zh => "",
            Language::En => ", ",
        };
        format!("{}{joint}{}{deputy}", names.unit(&post.unit), names.role(&post.role))
    });
    let away = viewer.rules.org.absence(&person.id, now);
    Ok(Page {
        v: Frame::of(state, viewer, if is_own { "own" } else { "units" }),
        name: person.name.clone(),
        is_own,
        posts: posts.collect(),
        away: away.map(|away| state.local(away.to)),
        counts: spans.into_iter().zip(counts).collect(),
        rows: seen.map(|row| shown(state, &names, row)).collect(),
        next,
    })
}

/// Whether a message to somebody else is about a unit of the viewer; never their links to sign in.
fn is_about(viewer: &Viewer, row: &MessageRow) -> bool {
    let of_post = match &row.message.to {
        Recipient::Staff { unit, .. } => unit.as_str(),
        Recipient::Resident => "",
    };
    let about = &row.message.facts.unit;
    let unit = if about.is_empty() { of_post } else { about };
    row.message.template != SIGN_IN && viewer.sees(unit)
}

fn shown(state: &State, names: &Names, row: &MessageRow) -> Row {
    let facts = &row.message.facts;
    let title = facts.title.as_ref().map(|[zh, en]| match names.l {
        Language::Zh => zh.clone(),
        Language::En => en.clone(),
    });
    let what = if row.message.template == SIGN_IN {
        names.l.say("登录链接", "link to sign in").to_owned()
    } else if facts.slip.is_empty() {
        title.unwrap_or_else(|| names.l.say("通知", "notice").to_owned())
    } else {
        let serial = facts.serial.as_deref().unwrap_or_default();
        format!("{} {serial}", names.slip(&facts.slip)).trim().to_owned()
    };
    let (word, is_bad) = names.message_state(&row.state, row.delivery.as_deref());
    Row {
        at: state.local(row.done.unwrap_or(row.offer_at)),
        what,
        colour: names.colour_of(&facts.slip),
        ticket: facts.no.clone(),
        unit: names.unit(&facts.unit),
        via: names.via(&row.message.via),
        state: word,
        is_bad,
    }
}
