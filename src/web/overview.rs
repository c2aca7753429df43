//! The pages of the demonstration: slips as they climb, and the story of a ticket.
//!
//! Routed only in the demonstration: they ask nobody who they are.

use std::sync::Arc;

use askama::Template;
use axum::{
    extract::{Path, Query, State as Shared},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse as _, Response},
};
use serde::Deserialize;
use serde_json::Value;

use super::{
    api::{store_problem, story},
    language::Language,
    page,
    problem::Problem,
    rating::notice::{Notice, notice},
    state::State,
};
use crate::{
    core::{record::PREFIX, timestamp::Timestamp},
    explain::Story,
    rules::Rules,
    store::{SlipFilter, SlipRow},
};

/// Slips on the page.
const SLIPS: i64 = 100;

/// `?live=no` holds the page still.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    live: Option<String>,
}

struct Slip {
    /// Language of the names.
    language: &'static str,
    name: String,
    colour: &'static str,
    serial: Option<String>,
    is_withdrawn: bool,
    ticket: String,
    round: u32,
    unit: String,
    clock: String,
    step: String,
    due: String,
    issued: String,
}

#[derive(Template)]
#[template(path = "overview.html")]
struct Overview {
    style: &'static str,
    mailbox: bool,
    is_live: bool,
    instant: String,
    now: String,
    slips: Vec<Slip>,
}

/// `GET /demo`
pub(super) async fn overview(
    Shared(state): Shared<Arc<State>>,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let filter = SlipFilter { limit: SLIPS, ..SlipFilter::default() };
    let slips = state.store.slips(&filter).await.map_err(|error| store_problem(&error))?;
    let rules = state.rules.load_full();
    let now = state.wall.now();
    let page = Overview {
        style: page::style(),
        mailbox: state.mailbox,
        is_live: asked.live.as_deref() != Some("no"),
        instant: state.rfc3339(now),
        now: state.local(now),
        slips: slips.into_iter().map(|slip| shown(&state, &rules, slip)).collect(),
    };
    Ok(page::page(StatusCode::OK, &page))
}

fn shown(state: &State, rules: &Rules, slip: SlipRow) -> Slip {
    let kind = rules.current.slips.get(&slip.kind);
    let chinese = rules.current.language != "en";
    let pick = |zh: &str, en: &str| if chinese { zh.to_owned() } else { en.to_owned() };
    let unit = rules.org.units.get(&slip.unit).map(|unit| pick(&unit.zh, &unit.en));
    Slip {
        language: if chinese { "zh-CN" } else { "en" },
        name: kind.map_or_else(|| slip.kind.clone(), |kind| pick(&kind.zh, &kind.en)),
        colour: kind.map_or("none", |kind| colour(&kind.colour)),
        serial: slip.serial,
        is_withdrawn: slip.state == "withdrawn",
        ticket: slip.ticket_no,
        round: slip.round,
        unit: unit.filter(|name| !name.is_empty()).unwrap_or(slip.unit),
        clock: slip.clock,
        step: slip.step,
        due: slip.due.map(|at| state.local(at)).unwrap_or_default(),
        issued: state.local(slip.at),
    }
}

/// The class of the stylesheet for a colour of the policies.
pub(super) fn colour(name: &str) -> &'static str {
    match name {
        "green" => "green",
        "yellow" => "yellow",
        "red" => "red",
        _ => "none",
    }
}

struct Line {
    at: String,
    kind: String,
    /// Written by duban itself.
    is_own: bool,
    says: String,
}

#[derive(Template)]
#[template(path = "ticket.html")]
struct Ticket {
    style: &'static str,
    mailbox: bool,
    no: String,
    explanation: String,
    journal: Vec<Line>,
}

/// `GET /t/{ticket}`
pub(super) async fn ticket(
    Shared(state): Shared<Arc<State>>,
    Path(no): Path<String>,
    headers: HeaderMap,
) -> Response {
    let story = match story(&state, &no).await {
        Ok(story) => story,
        Err(problem) if problem.status == StatusCode::NOT_FOUND => {
            let language = Language::choose(None, &headers, "en");
            return notice(&state, language, Notice::Nowhere);
        }
        Err(problem) => return problem.into_response(),
    };
    let page = Ticket {
        style: page::style(),
        mailbox: state.mailbox,
        no,
        explanation: story.text(state.wall.now()),
        journal: journal(&state, &story),
    };
    page::page(StatusCode::OK, &page)
}

fn journal(state: &State, story: &Story) -> Vec<Line> {
    let Value::Array(rows) = story.timeline() else { return Vec::new() };
    rows.iter()
        .map(|row| {
            let kind = row["kind"].as_str().unwrap_or_default();
            let at = row["at"].as_str().and_then(|at| Timestamp::parse(at).ok());
            Line {
                at: at.map(|at| state.local(at)).unwrap_or_default(),
                kind: kind.strip_prefix(PREFIX).unwrap_or(kind).to_owned(),
                is_own: kind.starts_with(PREFIX),
                says: says(&row["body"]),
            }
        })
        .collect()
}

/// What a line says beyond its kind, shortly: the facts people ask for.
fn says(body: &Value) -> String {
    const FACTS: [&str; 12] = [
        "unit",
        "slip",
        "serial",
        "at",
        "to",
        "reason",
        "outcome",
        "policy",
        "contacted",
        "solved",
        "satisfied",
        "note",
    ];
    let word = |value: &Value| match value {
        Value::String(text) => Some(text.clone()),
        Value::Array(list) => {
            Some(list.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(", "))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => None,
    };
    let is_record = body.get("record").is_some();
    let facts = FACTS.iter().filter(|fact| is_record || **fact != "at").filter_map(|fact| {
        let value = body.get(*fact).or_else(|| body.get("data")?.get(*fact))?;
        word(value).filter(|word| !word.is_empty()).map(|word| format!("{fact} {word}"))
    });
    facts.collect::<Vec<_>>().join(" · ")
}
