//! The ledgers on the board: what stands in them, and admitting, reviewing and striking off.
//!
//! What is said here goes through the same intake as `duban ledger`. Whoever is signed in speaks
//! for themselves, and only in roles they hold for the ticket's unit; whether the policy allows
//! what they say is for the fold, and its answer stands in the journal.

use std::{collections::BTreeMap, sync::Arc};

use askama::Template;
use axum::{
    body::Body,
    extract::{Path, Query, State as Shared},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse as _, Redirect, Response},
};
use serde::Deserialize;
use serde_json::Value;

use super::{
    frame::{self, Frame},
    names::Names,
    session::Viewer,
    tickets::query,
};
use crate::{
    core::{
        event::{Event, Kind},
        policy::{Policy, PolicySet},
        ticket::Ticket,
        timestamp::Timestamp,
    },
    explain::Story,
    intake::canon::canonical,
    secret,
    store::{LedgerRow, StoreError},
    web::{body, form as forms, state::State},
};

/// Lines on a page.
const LINES: i64 = 50;
/// The longest form.
const FORM_BYTES_MAX: usize = 64 * 1024;
/// The longest of its texts.
const TEXT_CHARS_MAX: usize = 1_000;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Wanted {
    list: String,
    unit: String,
    /// `open` (standard), `ended` or `all`
    state: String,
    after: String,
}

struct Row {
    ticket: String,
    list: String,
    unit: String,
    since: String,
    review: Option<String>,
    is_review_late: bool,
    expires: Option<String>,
    reason: String,
    lacking: String,
    ended: Option<String>,
}

#[derive(Template)]
#[template(path = "board/ledger.html")]
struct Page {
    v: Frame,
    lists: Vec<(String, String, bool)>,
    state: String,
    unit: String,
    rows: Vec<Row>,
    next: Option<String>,
}

/// `GET /board/ledger`
pub(super) async fn list(
    Shared(state): Shared<Arc<State>>,
    viewer: Viewer,
    Query(wanted): Query<Wanted>,
) -> Response {
    match listed(&state, &viewer, &wanted).await {
        Ok(page) => frame::page(StatusCode::OK, &page),
        Err(error) => frame::trouble(&state, viewer.language, &error),
    }
}

async fn listed(state: &State, viewer: &Viewer, wanted: &Wanted) -> Result<Page, StoreError> {
    let (org, now) = (&viewer.rules.org, state.wall.now());
    let names = Names::of(&viewer.rules, viewer.language);
    let known = state.store.ledger_open().await?;
    let is_all = viewer.scope == super::scope::Scope::All && wanted.unit.is_empty();
    let below =
        |unit: &str| wanted.unit.is_empty() || org.line_of(unit).any(|above| above == wanted.unit);
    // Units with lines that ended long ago are not among those that have open ones.
    let units: Vec<String> = org
        .units
        .keys()
        .chain(known.iter().map(|(_, unit, _)| unit))
        .filter(|unit| viewer.sees(unit) && below(unit))
        .cloned()
        .collect();
    let after = wanted
        .after
        .split_once('.')
        .and_then(|(key, entry)| Some((key.parse().ok()?, entry.to_owned())));
    let open = match wanted.state.as_str() {
        "ended" => Some(false),
        "all" => None,
        _ => Some(true),
    };
    let list = Some(wanted.list.as_str()).filter(|list| !list.is_empty());
    let units = (!is_all).then_some(units.as_slice());
    let mut rows = state.store.ledger_of_units(list, units, open, after, LINES + 1).await?;
    let is_more = rows.len() as i64 > LINES;
    rows.truncate(LINES as usize);
    let next = rows.last().filter(|_| is_more).map(|row| {
        let mark = format!("{}.{}", row.ticket_key, row.entry);
        let fields = [
            ("list", wanted.list.as_str()),
            ("unit", wanted.unit.as_str()),
            ("state", wanted.state.as_str()),
            ("after", mark.as_str()),
        ];
        format!("/board/ledger?{}", query(&fields))
    });
    let mut lists: BTreeMap<String, String> =
        known.iter().map(|(list, _, _)| (list.clone(), names.ledger(list))).collect();
    let admits = viewer.rules.current.policies.iter().filter(|policy| policy.admit.is_some());
    lists.extend(admits.map(|policy| (policy.id.clone(), names.ledger(&policy.id))));
    Ok(Page {
        v: Frame::of(state, viewer, "ledger"),
        lists: lists.into_iter().map(|(id, name)| (id.clone(), name, id == wanted.list)).collect(),
        state: wanted.state.clone(),
        unit: wanted.unit.clone(),
        rows: rows.iter().map(|row| shown(state, &names, row, now)).collect(),
        next,
    })
}

fn shown(state: &State, names: &Names, row: &LedgerRow, now: Timestamp) -> Row {
    let local = |at: Timestamp| state.local(at);
    Row {
        ticket: row.ticket_no.clone(),
        list: names.ledger(&row.list),
        unit: names.unit(&row.unit),
        since: local(row.opened),
        review: row.review_due.map(local),
        is_review_late: row.ended.is_none() && row.review_due.is_some_and(|due| due < now),
        expires: row.expires.map(local),
        reason: row.reason.clone().unwrap_or_default(),
        lacking: row.lacking.clone(),
        ended: row.ended.map(|at| {
            let by = row.ended_by.as_deref().unwrap_or_default();
            format!("{} {}", names.ended_by(by), local(at))
        }),
    }
}

/// The part of a ticket's page where the ledger is spoken to.
pub(super) struct Desk {
    /// One form counts once, however often it is sent.
    pub once: String,
    /// Roles of the viewer that stand above the ticket.
    pub roles: Vec<(String, String)>,
    /// Reasons the policy takes; none: any.
    pub reasons: Vec<String>,
    /// What the policy asks for before something is struck off.
    pub proofs: Vec<String>,
    /// Whether the ticket may be admitted, and whether it stands in a ledger.
    pub admits: bool,
    pub stands: bool,
}

/// What the viewer can say about the ledgers of a ticket; `None` if nothing.
pub(super) fn desk(viewer: &Viewer, names: &Names, story: &Story, now: Timestamp) -> Option<Desk> {
    let (ticket, set) = (story.ticket(), story.set());
    let open = in_ledger(ticket, set);
    let flagged = ticket.ended.is_none()
        && ticket
            .flags
            .iter()
            .any(|flag| ticket.seen.get(&Kind::StruckOff).is_none_or(|at| *at < flag.at));
    let admitting = set.policies.iter().find(|policy| policy.admit.is_some());
    let admits = ticket.ended.is_none() && open.is_none() && admitting.is_some();
    let stands = open.is_some() || flagged;
    if !admits && !stands {
        return None;
    }
    let rule = open.or(admitting);
    let proofs = rule.iter().flat_map(|policy| &policy.close.requires);
    let keys = proofs.flat_map(|need| need.keys.iter().map(|key| key.key.clone()));
    Some(Desk {
        once: secret::token().ok()?,
        roles: roles(viewer, ticket, now)
            .into_iter()
            .map(|role| (role.clone(), names.role(&role)))
            .collect(),
        reasons: rule
            .and_then(|policy| policy.admit.as_ref())
            .map(|rule| rule.reasons.clone())
            .unwrap_or_default(),
        proofs: keys.filter(|key| key != "proof").collect(),
        admits,
        stands,
    })
}

/// The policy of the ledger a ticket stands in.
fn in_ledger<'s>(ticket: &Ticket, set: &'s PolicySet) -> Option<&'s Policy> {
    let mut open = ticket
        .overlays
        .iter()
        .filter(|overlay| overlay.ended.is_none() && overlay.admission.is_some());
    open.find_map(|overlay| set.policies.get(overlay.policy))
}

/// The roles the viewer holds in the ticket's unit or above it.
fn roles(viewer: &Viewer, ticket: &Ticket, now: Timestamp) -> Vec<String> {
    let org = &viewer.rules.org;
    let unit = ticket.unit.as_deref().unwrap_or_default();
    let line: Vec<&str> = org.line_of(unit).collect();
    let held = org.posts.iter().filter(|post| {
        post.person == viewer.person && post.is_valid(now) && line.contains(&post.unit.as_str())
    });
    let mut roles: Vec<String> = held.map(|post| post.role.clone()).collect();
    roles.dedup();
    roles
}

/// The form as sent; further fields are what the policy asks for.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Sent {
    form: Option<String>,
    once: String,
    r#do: String,
    role: String,
    reason: String,
    plan: String,
    leader: String,
    note: String,
    proof: String,
    attachments: String,
    #[serde(flatten)]
    more: BTreeMap<String, String>,
}

/// `POST /board/t/{ticket}/ledger`
pub(super) async fn tell(
    Shared(state): Shared<Arc<State>>,
    viewer: Viewer,
    Path(no): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let l = viewer.language;
    if !forms::is_own(&headers, &state.web.public_url) {
        return frame::foreign(l);
    }
    let body = body::read(&headers, body, FORM_BYTES_MAX, state.web.request_timeout).await;
    let Ok(body) = body else { return frame::foreign(l) };
    let Some(sent) = forms::fields::<Sent>(body).await else { return frame::foreign(l) };
    if !viewer.sent(sent.form.as_deref()) {
        return frame::foreign(l);
    }
    let story = match Story::read(&state.store, &viewer.rules, &no).await {
        Ok(Some(story)) if viewer.sees(&story.row().unit) => story,
        Ok(_) => return frame::nowhere(l),
        Err(error) => {
            tracing::error!(%error, ticket.no = no, "a ticket could not be read");
            return frame::nowhere(l);
        }
    };
    let now = state.wall.now();
    let Some(event) = event(&viewer, &story, &sent, now) else { return frame::foreign(l) };
    let mut event = event;
    viewer.rules.attest(&mut event);
    let entry = match canonical(event, &state.seal, now) {
        Ok(entry) => entry,
        Err(refusal) => {
            tracing::info!(%refusal, ticket.no = no, "what somebody said on the board was refused");
            return frame::said(
                StatusCode::UNPROCESSABLE_ENTITY,
                l,
                ["没有记录", "Not taken"],
                [
                    "内容过长或含有不能保存的字符。",
                    "It is too long, or holds signs that cannot be kept.",
                ],
            );
        }
    };
    if let Err(error) = state.store.append(&[entry], now).await {
        return frame::trouble(&state, l, &error);
    }
    state.knock.notify_one();
    let place = query(&[("", &no)]).split_off(1);
    Redirect::to(&format!("/board/t/{place}?told=yes#ledger")).into_response()
}

/// What the form says, as an event; `None` for a form of nobody's making: a role that is not theirs.
fn event(viewer: &Viewer, story: &Story, sent: &Sent, now: Timestamp) -> Option<Event> {
    let ticket = story.ticket();
    let role = sent.role.as_str();
    if !role.is_empty() && !roles(viewer, ticket, now).iter().any(|own| own == role) {
        return None;
    }
    let (kind, said): (Kind, Vec<(&str, &str)>) = match sent.r#do.as_str() {
        "admit" => (
            Kind::Hung,
            vec![
                ("approver", role),
                ("reason", &sent.reason),
                ("plan", &sent.plan),
                ("leader", &sent.leader),
            ],
        ),
        "review" => (Kind::Reviewed, vec![("note", &sent.note)]),
        "strike_off" => {
            let needs = in_ledger(ticket, story.set()).map(|policy| &policy.close.requires);
            let keys = needs.into_iter().flatten().flat_map(|need| &need.keys);
            let more = keys.filter_map(|key| {
                let text = sent.more.get(&key.key)?;
                Some((key.key.as_str(), text.as_str()))
            });
            let own = [("by_role", role), ("proof", sent.proof.as_str())];
            (Kind::StruckOff, own.into_iter().chain(more).collect())
        }
        _ => return None,
    };
    let mut event = Event::new(ticket.no.as_str(), kind, now);
    event.id = Some(format!("board/{}/{}", event.kind.name(), sent.once.get(..16)?));
    event.by = Some(viewer.person.clone());
    for (key, text) in said {
        let text: String = text.trim().chars().take(TEXT_CHARS_MAX).collect();
        if !text.is_empty() {
            event.data.insert(key.to_owned(), Value::from(text));
        }
    }
    if let (Kind::StruckOff, Ok(count)) = (&event.kind, sent.attachments.parse::<u32>()) {
        event.data.insert("attachments".to_owned(), count.into());
    }
    Some(event)
}
