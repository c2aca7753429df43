//! `/board/tickets`: open tickets, filtered, in an order, page by page.

use std::{collections::BTreeSet, fmt::Write as _, sync::Arc};

use askama::Template;
use axum::{
    extract::{Query, State as Shared},
    http::StatusCode,
    response::Response,
};
use serde::Deserialize;

use super::{
    frame::{self, Frame},
    names::Names,
    session::Viewer,
};
use crate::{
    core::{
        board::{Colour, State as Waits},
        timestamp::Timestamp,
    },
    store::{BoardFilter, BoardLine, BoardOrder, StoreError},
    web::state::State,
};

/// Lines on a page.
const LINES: i64 = 50;
const DAY_MS: i64 = 24 * 3_600_000;

/// What the address asks for; what it says wrongly restricts nothing.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Wanted {
    lang: String,
    unit: String,
    state: String,
    colour: String,
    policy: String,
    /// `overdue today day week`
    due: String,
    /// `due due-last oldest newest`
    order: String,
    /// A part of the number.
    q: String,
    /// The mark of the page before: instant and key.
    after: String,
}

/// One choice of a filter.
struct Choice {
    value: String,
    label: String,
    is_chosen: bool,
}

struct Row {
    no: String,
    unit: String,
    unit_id: String,
    policy: String,
    stage: String,
    state: &'static str,
    state_id: String,
    colour: String,
    colour_name: &'static str,
    clock: String,
    due: Option<String>,
    left: String,
    is_overdue: bool,
    since: String,
}

#[derive(Template)]
#[template(path = "board/tickets.html")]
struct Page {
    v: Frame,
    q: String,
    units: Vec<Choice>,
    states: Vec<Choice>,
    colours: Vec<Choice>,
    policies: Vec<Choice>,
    dues: Vec<Choice>,
    orders: Vec<Choice>,
    rows: Vec<Row>,
    is_later: bool,
    next: Option<String>,
    first: String,
}

/// `GET /board/tickets`
pub(super) async fn list(
    Shared(state): Shared<Arc<State>>,
    viewer: Viewer,
    Query(wanted): Query<Wanted>,
) -> Response {
    match listed(&state, &viewer, &wanted).await {
        Ok(page) => frame::page(StatusCode::OK, &page),
        Err(error) => frame::trouble(viewer.language, &error),
    }
}

async fn listed(state: &State, viewer: &Viewer, wanted: &Wanted) -> Result<Page, StoreError> {
    let (rules, now) = (&viewer.rules, state.wall.now());
    let names = Names::of(rules, viewer.language);
    let on_board = state.store.board_units().await?;
    let seen: Vec<String> = on_board.into_iter().filter(|unit| viewer.sees(unit)).collect();
    let filter = wanted.filter(state, viewer, &seen);
    let mut lines = state.store.board(&BoardFilter { limit: LINES + 1, ..filter.clone() }).await?;
    let is_more = lines.len() as i64 > LINES;
    lines.truncate(LINES as usize);
    let mark = lines.last().filter(|_| is_more).map(|line| line.mark(filter.order));
    let next = mark.map(|(at, key)| wanted.address(&format!("{}.{key}", at.0)));
    Ok(Page {
        v: Frame::of(state, viewer, "tickets"),
        q: wanted.q.clone(),
        units: wanted.units(viewer, &seen, &names),
        states: choices(&wanted.state, Waits::ALL.map(|one| (one.name(), names.state(one.name())))),
        colours: choices(
            &wanted.colour,
            Colour::ALL.map(|one| (one.name(), names.colour(one.name()))),
        ),
        policies: rules
            .current
            .policies
            .iter()
            .map(|policy| choice(&wanted.policy, &policy.id, &names.policy(&policy.id)))
            .collect(),
        dues: dues(&wanted.due, &names),
        orders: orders(&wanted.order, &names),
        rows: lines.iter().map(|line| row(state, &names, line, now)).collect(),
        is_later: filter.after.is_some(),
        next,
        first: wanted.address(""),
    })
}

impl Wanted {
    fn order(&self) -> BoardOrder {
        match self.order.as_str() {
            "due-last" => BoardOrder::DueLast,
            "oldest" => BoardOrder::Oldest,
            "newest" => BoardOrder::Newest,
            _ => BoardOrder::Due,
        }
    }

    /// What the store is asked for; never more than the viewer sees.
    fn filter(&self, state: &State, viewer: &Viewer, seen: &[String]) -> BoardFilter {
        let (rules, now) = (&viewer.rules, state.wall.now());
        let given = |text: &String| (!text.is_empty()).then(|| text.clone());
        let below = |unit: &&String| {
            self.unit.is_empty()
                || **unit == self.unit
                || rules.org.line_of(unit).any(|above| above == self.unit)
        };
        let is_all = viewer.scope == super::scope::Scope::All && self.unit.is_empty();
        let units: Vec<String> = seen.iter().filter(below).cloned().collect();
        let tonight = rules.current.calendar.tonight(now);
        let (due_from, due_to) = match self.due.as_str() {
            "overdue" => (None, Some(now)),
            "today" => (Some(now), Some(tonight)),
            "day" => (Some(now), Some(now.plus_ms(DAY_MS))),
            "week" => (Some(now), Some(now.plus_ms(7 * DAY_MS))),
            _ => (None, None),
        };
        let mark = |text: &str| {
            let (at, key) = text.split_once('.')?;
            Some((Timestamp(at.parse().ok()?), key.parse().ok()?))
        };
        BoardFilter {
            units: (!is_all).then_some(units),
            policy: given(&self.policy),
            state: given(&self.state),
            colour: given(&self.colour),
            due_from,
            due_to,
            number: given(&self.q.trim().to_owned()),
            order: self.order(),
            after: mark(&self.after),
            limit: LINES,
        }
    }

    /// The address of this list from a mark on.
    fn address(&self, after: &str) -> String {
        let parts = [
            ("lang", self.lang.as_str()),
            ("unit", self.unit.as_str()),
            ("state", self.state.as_str()),
            ("colour", self.colour.as_str()),
            ("policy", self.policy.as_str()),
            ("due", self.due.as_str()),
            ("order", self.order.as_str()),
            ("q", self.q.as_str()),
            ("after", after),
        ];
        let given: Vec<(&str, &str)> =
            parts.into_iter().filter(|(_, value)| !value.is_empty()).collect();
        format!("/board/tickets?{}", query(&given))
    }

    /// The viewer's units and those that have tickets, in the order of their names.
    fn units(&self, viewer: &Viewer, seen: &[String], names: &Names) -> Vec<Choice> {
        let org = &viewer.rules.org;
        let tops = viewer.scope.tops(org);
        let mut ids: BTreeSet<&str> = seen.iter().map(String::as_str).collect();
        ids.extend(tops.iter().map(|unit| unit.id.as_str()));
        ids.extend(seen.iter().flat_map(|unit| org.line_of(unit)).filter(|id| viewer.sees(id)));
        ids.retain(|id| !id.is_empty());
        let mut units: Vec<Choice> =
            ids.into_iter().map(|id| choice(&self.unit, id, &names.unit(id))).collect();
        units.sort_by(|one, other| one.label.cmp(&other.label));
        units
    }
}

/// Fields of an address.
pub(super) fn query(fields: &[(&str, &str)]) -> String {
    let mut text = String::new();
    for (key, value) in fields {
        if !text.is_empty() {
            text.push('&');
        }
        text.push_str(key);
        text.push('=');
        for byte in value.bytes() {
            if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
                text.push(char::from(byte));
            } else {
                let _ = write!(text, "%{byte:02X}");
            }
        }
    }
    text
}

/// A number or an id as a part of a path.
pub(super) fn escaped(part: &str) -> String {
    query(&[("", part)]).split_off(1)
}

fn choice(chosen: &str, value: &str, label: &str) -> Choice {
    let label = if label.is_empty() { value } else { label };
    Choice { value: value.to_owned(), label: label.to_owned(), is_chosen: chosen == value }
}

fn choices<'t>(chosen: &str, all: impl IntoIterator<Item = (&'t str, &'t str)>) -> Vec<Choice> {
    all.into_iter().map(|(value, label)| choice(chosen, value, label)).collect()
}

fn dues(chosen: &str, names: &Names) -> Vec<Choice> {
    let l = names.l;
    choices(
        chosen,
        [
            ("overdue", l.say("已超期", "overdue")),
            ("today", l.say("今日", "today")),
            ("day", l.say("24小时内", "in 24 hours")),
            ("week", l.say("7天内", "in 7 days")),
        ],
    )
}

fn orders(chosen: &str, names: &Names) -> Vec<Choice> {
    let l = names.l;
    choices(
        chosen,
        [
            ("", l.say("先到期在前", "due first")),
            ("due-last", l.say("后到期在前", "due last")),
            ("oldest", l.say("登记早在前", "oldest first")),
            ("newest", l.say("登记晚在前", "newest first")),
        ],
    )
}

fn row(state: &State, names: &Names, line: &BoardLine, now: Timestamp) -> Row {
    let due = Some(line.due).filter(|due| *due < Timestamp::NEVER);
    Row {
        no: line.ticket_no.clone(),
        unit: names.unit(&line.unit),
        unit_id: line.unit.clone(),
        policy: names.policy(&line.policy),
        stage: names.stage(&line.stage),
        state: names.state(&line.state),
        state_id: line.state.clone(),
        colour: line.colour.clone(),
        colour_name: names.colour(&line.colour),
        clock: names.clock(&line.clock),
        due: due.map(|due| state.local(due)),
        left: due.map(|due| names.left(due, now)).unwrap_or_default(),
        is_overdue: line.due < now,
        since: names.span(now.since(line.since).max(0)),
    }
}
