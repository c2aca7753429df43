//! `/board/t/{ticket}`: one ticket whole, with its timeline.

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
    ledger::{self, Desk},
    names::Names,
    picture::{NARROW, WIDE, draw},
    session::Viewer,
    timeline::{Line, timeline},
};
use crate::{
    core::{board, fact::Fact, record::Record, timestamp::Timestamp},
    explain::{ExplainError, Story},
    web::state::State,
};

/// Refusals shown.
const REFUSED: usize = 3;

struct Slip {
    name: String,
    colour: &'static str,
    serial: String,
    clock: String,
    step: String,
    at: String,
    /// What became of it.
    state: String,
}

struct Sent {
    at: String,
    via: &'static str,
    to: String,
    person: Option<String>,
    state: &'static str,
    is_bad: bool,
    says: String,
}

/// A line of the table beside the picture.
struct Said {
    at: String,
    lane: String,
    says: String,
    colour: &'static str,
    is_ahead: bool,
}

#[derive(Template)]
#[template(path = "board/ticket.html")]
struct Page {
    v: Frame,
    no: String,
    is_open: bool,
    colour: &'static str,
    colour_name: &'static str,
    unit: String,
    unit_id: String,
    facts: Vec<(&'static str, String)>,
    wide: String,
    narrow: String,
    lines: Vec<Said>,
    next: Option<String>,
    slips: Vec<Slip>,
    messages: Vec<Sent>,
    explanation: String,
    /// What the policy refused, the last first.
    refused: Vec<(String, String)>,
    desk: Option<Desk>,
    /// Whether something was said a moment ago.
    told: bool,
}

/// `?told=yes` after a form was taken.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    told: Option<String>,
}

/// `GET /board/t/{ticket}`
pub(super) async fn show(
    Shared(state): Shared<Arc<State>>,
    viewer: Viewer,
    Path(no): Path<String>,
    Query(asked): Query<Asked>,
) -> Response {
    let l = viewer.language;
    let story = match Story::read(&state.store, &viewer.rules, &no).await {
        Ok(Some(story)) if viewer.sees(&story.row().unit) => story,
        Ok(_) => return frame::nowhere(l),
        Err(ExplainError::Store(error)) => return frame::trouble(&state, l, &error),
        Err(error) => {
            tracing::error!(%error, ticket.no = no, "a ticket could not be shown");
            return frame::said(
                StatusCode::INTERNAL_SERVER_ERROR,
                l,
                ["无法显示", "Cannot be shown"],
                [
                    "此工单的状态无法读取，详见日志。",
                    "The state of this ticket cannot be read; the log says why.",
                ],
            );
        }
    };
    frame::page(StatusCode::OK, &page(&state, &viewer, &story, asked.told.is_some()))
}

fn page(state: &State, viewer: &Viewer, story: &Story, told: bool) -> Page {
    let now = state.wall.now();
    let names = Names::of(&viewer.rules, viewer.language);
    let local = |at: Timestamp| state.local(at);
    let ticket = story.ticket();
    let line = board::line(story.set(), ticket);
    let timeline = timeline(story, &names, &local, now);
    let colour = line.as_ref().map_or("none", |line| line.colour.name());
    let said = |line: Line| Said {
        at: local(line.at),
        lane: line.lane,
        says: line.says,
        colour: line.colour,
        is_ahead: line.is_ahead,
    };
    let running = ticket.clocks.iter().filter(|clock| clock.is_running());
    let ahead = running.flat_map(|clock| story.ahead(clock));
    let next = ahead.min_by_key(|(_, _, _, at)| *at).map(|(step, slip, to, at)| {
        let to: Vec<String> = to.iter().map(|role| names.role(role)).collect();
        format!("{} · {} ({step}) → {}", local(at), names.slip(&slip), to.join(", "))
    });
    Page {
        v: Frame::of(state, viewer, "tickets"),
        no: ticket.no.clone(),
        is_open: ticket.ended.is_none(),
        colour,
        colour_name: names.colour(colour),
        unit: names.unit(&story.row().unit),
        unit_id: story.row().unit.clone(),
        facts: facts(&names, story, line.as_ref(), &local, now),
        wide: draw(&timeline, viewer.language, WIDE),
        narrow: draw(&timeline, viewer.language, NARROW),
        lines: timeline.lines(&names).into_iter().map(said).collect(),
        next,
        slips: slips(&names, story, &local),
        messages: messages(&names, story, &local),
        explanation: story.text(now),
        refused: refused(story, &names, &local),
        desk: ledger::desk(viewer, &names, story, now),
        told,
    }
}

fn facts(
    names: &Names,
    story: &Story,
    line: Option<&board::Line>,
    local: &dyn Fn(Timestamp) -> String,
    now: Timestamp,
) -> Vec<(&'static str, String)> {
    let (l, ticket) = (names.l, story.ticket());
    let due = line.filter(|line| line.due < Timestamp::NEVER);
    let facts = [
        (l.say("类别", "Class"), story.policy().map(|policy| names.policy(&policy.id))),
        (l.say("状态", "State"), Some(names.stage(ticket.stage_word()))),
        (l.say("进度", "Waits for"), line.map(|line| names.state(line.state.name()).to_owned())),
        (
            l.say("下一时限", "Next due"),
            due.map(|line| {
                let (clock, left) = (names.clock(&line.clock), names.left(line.due, now));
                format!("{} · {clock} · {left}", local(line.due))
            }),
        ),
        (l.say("轮次", "Round"), Some(ticket.round().to_string())),
        (l.say("登记", "Received"), ticket.received.map(local)),
        (l.say("归档", "Ended"), ticket.ended.map(local)),
        (l.say("联系次数", "Contacts"), Some(ticket.contacts.to_string())),
    ];
    facts.into_iter().filter_map(|(name, text)| Some((name, text?))).collect()
}

/// What somebody said and the policy did not take.
fn refused(
    story: &Story,
    names: &Names,
    local: &dyn Fn(Timestamp) -> String,
) -> Vec<(String, String)> {
    let refused = story.lines().filter_map(|(row, fact)| match fact {
        Fact::Record(Record::Refused { event, reason, .. }) => {
            Some((local(row.at), format!("{}: {reason}", names.kind(&event))))
        }
        Fact::Record(_) | Fact::Event(_) => None,
    });
    let mut refused: Vec<(String, String)> = refused.collect();
    refused.reverse();
    refused.truncate(REFUSED);
    refused
}

fn slips(names: &Names, story: &Story, local: &dyn Fn(Timestamp) -> String) -> Vec<Slip> {
    let l = names.l;
    let became = |slip: &crate::store::SlipRow| {
        let by = |who: &Option<String>| who.clone().unwrap_or_default();
        match (slip.withdrawn, slip.replied, slip.receipted) {
            (Some(at), _, _) => format!("{} {}", l.say("已撤回", "withdrawn"), local(at)),
            (_, Some(at), _) => {
                format!("{} {} {}", l.say("已回复", "answered"), local(at), by(&slip.replied_by))
            }
            (_, _, Some(at)) => {
                format!("{} {} {}", l.say("已签收", "received"), local(at), by(&slip.receipted_by))
            }
            (None, None, None) if slip.reply_missed.is_some() => {
                l.say("逾期未回复", "answer missing").to_owned()
            }
            (None, None, None) => l.say("未签收", "not yet received").to_owned(),
        }
    };
    let slips = story.slips().iter().map(|slip| Slip {
        name: names.slip(&slip.kind),
        colour: names.colour_of(&slip.kind),
        serial: slip.serial.clone().unwrap_or_default(),
        clock: names.clock(&slip.clock),
        step: slip.step.clone(),
        at: local(slip.at),
        state: became(slip),
    });
    slips.collect()
}

fn messages(names: &Names, story: &Story, local: &dyn Fn(Timestamp) -> String) -> Vec<Sent> {
    use crate::core::message::Recipient;
    let sent = story.messages().iter().rev().map(|row| {
        let (to, person) = match &row.message.to {
            Recipient::Resident => (names.l.say("诉求人", "the resident").to_owned(), None),
            Recipient::Staff { unit, role, person, .. } => {
                (format!("{} · {}", names.unit(unit), names.role(role)), person.clone())
            }
        };
        let (state, is_bad) = names.message_state(&row.state, row.delivery.as_deref());
        Sent {
            at: local(row.done.unwrap_or(row.offer_at)),
            via: names.via(&row.message.via),
            to,
            person,
            state,
            is_bad,
            says: row.reason.clone().unwrap_or_default(),
        }
    });
    sent.collect()
}
