//! `/board/trouble`: what was sent and did not arrive, so that somebody picks up the phone.

use std::sync::Arc;

use askama::Template;
use axum::{extract::State as Shared, http::StatusCode, response::Response};

use super::{
    figures::TROUBLE_MS,
    frame::{self, Frame},
    names::Names,
    session::Viewer,
};
use crate::{core::message::Recipient, web::state::State};

/// Lines shown, and how many are read to find them among those of other units.
const LINES: usize = 200;
const LINES_READ: i64 = 2_000;

struct Row {
    at: String,
    ticket: String,
    unit: String,
    to: String,
    person: Option<String>,
    via: &'static str,
    channel: String,
    state: &'static str,
    says: String,
}

#[derive(Template)]
#[template(path = "board/trouble.html")]
struct Page {
    v: Frame,
    rows: Vec<Row>,
}

/// `GET /board/trouble`
pub(super) async fn list(Shared(state): Shared<Arc<State>>, viewer: Viewer) -> Response {
    let since = state.wall.now().plus_ms(-TROUBLE_MS);
    let found = match state.store.trouble(since, LINES_READ).await {
        Ok(found) => found,
        Err(error) => return frame::trouble(&state, viewer.language, &error),
    };
    let names = Names::of(&viewer.rules, viewer.language);
    let seen = found.into_iter().filter(|one| viewer.sees(&one.unit)).take(LINES);
    let rows = seen.map(|one| {
        let message = one.message;
        let (to, person) = match &message.message.to {
            Recipient::Resident => (names.l.say("诉求人", "the resident").to_owned(), None),
            Recipient::Staff { role, person, .. } => (names.role(role), person.clone()),
        };
        let (word, _) = names.message_state(&message.state, message.delivery.as_deref());
        let says = message.delivery_code.or(message.reason).unwrap_or_default();
        Row {
            at: state.local(message.done.unwrap_or(message.offer_at)),
            ticket: message.message.ticket.clone(),
            unit: names.unit(&one.unit),
            to,
            person,
            via: names.via(&message.message.via),
            channel: message.channel.unwrap_or_default(),
            state: word,
            says,
        }
    });
    let rows = rows.collect();
    frame::page(StatusCode::OK, &Page { v: Frame::of(&state, &viewer, "trouble"), rows })
}
