//! `/board`: how things stand, at a glance.

use std::{collections::BTreeMap, sync::Arc};

use askama::Template;
use axum::{extract::State as Shared, http::StatusCode, response::Response};

use super::{
    figures::{Count, Figures},
    frame::{self, Frame},
    names::Names,
    scope::Scope,
    session::Viewer,
    tickets::{escaped, query},
};
use crate::{
    core::{board::Colour, org::Org, timestamp::Timestamp},
    rules::Rules,
    store::{SlipFilter, SlipRow},
    web::{language::Language, state::State},
};

/// Slips shown, and how many are read to find them among those of other units.
const SLIPS: usize = 8;
const SLIPS_READ: i64 = 100;

/// A figure that leads to what it counts.
pub(super) struct Tile {
    /// By which the script finds it.
    pub id: String,
    pub label: String,
    pub count: i64,
    pub href: String,
    pub colour: &'static str,
}

/// A unit with everything below it.
pub(super) struct UnitRow {
    pub id: String,
    pub name: String,
    /// Where it leads.
    pub href: String,
    pub count: Count,
}

/// A slip in a short list.
pub(super) struct Slip {
    pub name: String,
    pub colour: &'static str,
    pub serial: String,
    pub ticket: String,
    pub unit: String,
    pub at: String,
}

impl Slip {
    pub(super) fn of(state: &State, names: &Names, slip: SlipRow) -> Self {
        Self {
            name: names.slip(&slip.kind),
            colour: names.colour_of(&slip.kind),
            serial: slip.serial.unwrap_or_default(),
            ticket: slip.ticket_no,
            unit: names.unit(&slip.unit),
            at: state.local(slip.at),
        }
    }
}

#[derive(Template)]
#[template(path = "board/overview.html")]
struct Page {
    v: Frame,
    tiles: Vec<Tile>,
    overdue: Vec<Tile>,
    /// Channels that are down.
    down: Vec<String>,
    units: Vec<UnitRow>,
    slips: Vec<Slip>,
    /// The last year whose holidays are known, and whether that is too near.
    horizon: Option<i16>,
    is_horizon_near: bool,
}

/// `GET /board`
pub(super) async fn show(Shared(state): Shared<Arc<State>>, viewer: Viewer) -> Response {
    let l = viewer.language;
    let figures = match Figures::read(&state, &viewer.rules, &viewer.scope).await {
        Ok(figures) => figures,
        Err(error) => return frame::trouble(l, &error),
    };
    let names = Names::of(&viewer.rules, l);
    let filter = SlipFilter { limit: SLIPS_READ, ..SlipFilter::default() };
    let slips = match state.store.slips(&filter).await {
        Ok(slips) => slips,
        Err(error) => return frame::trouble(l, &error),
    };
    let seen = slips.into_iter().filter(|slip| viewer.sees(&slip.unit)).take(SLIPS);
    let calendar = &viewer.rules.current.calendar;
    let horizon = calendar.known_until();
    let page = Page {
        v: Frame::of(&state, &viewer, "overview"),
        tiles: tiles(&figures, &names),
        overdue: overdue(&figures, &names),
        down: state.health.down(),
        units: units(&viewer.rules.org, &viewer.scope, &figures, &names),
        slips: seen.map(|slip| Slip::of(&state, &names, slip)).collect(),
        horizon,
        is_horizon_near: is_near(&viewer.rules, horizon, state.wall.now()),
    };
    frame::page(StatusCode::OK, &page)
}

/// Notices come in November: from then on the next year has to be known.
fn is_near(rules: &Rules, horizon: Option<i16>, now: Timestamp) -> bool {
    let today = rules.current.calendar.date_of(now);
    let needed = if today.month() >= 11 { today.year() + 1 } else { today.year() };
    horizon.is_some_and(|year| year < needed)
}

/// The figures by the ids of their places.
pub(super) fn tiles(figures: &Figures, names: &Names) -> Vec<Tile> {
    let l = names.l;
    let tile = |id: &str, label: &str, count: i64, href: &str, colour: &'static str| Tile {
        id: format!("n-{id}"),
        label: label.to_owned(),
        count,
        href: href.to_owned(),
        colour,
    };
    let all = figures.all;
    let mut tiles = vec![
        tile("open", l.say("未办结", "Open"), all.open, "/board/tickets", "none"),
        tile("overdue", l.say("超期", "Overdue"), all.overdue, "/board/tickets?due=overdue", "red"),
        tile(
            "today",
            l.say("今日到期", "Due today"),
            all.today,
            "/board/tickets?due=today",
            "yellow",
        ),
        tile(
            "day",
            l.say("24小时内到期", "Due in 24 h"),
            all.day,
            "/board/tickets?due=day",
            "yellow",
        ),
        tile(
            "callback",
            l.say("待回访", "Callbacks waiting"),
            figures.callback,
            "/board/tickets?state=callback",
            "none",
        ),
        tile(
            "paused",
            l.say("挂起", "Paused"),
            figures.paused,
            "/board/tickets?state=paused",
            "none",
        ),
    ];
    tiles.extend(figures.ledgers.iter().map(|(list, count)| Tile {
        id: format!("n-ledger-{list}"),
        label: match l {
            Language::Zh => format!("台账：{}", names.ledger(list)),
            Language::En => format!("Ledger: {}", names.ledger(list)),
        },
        count: *count,
        href: format!("/board/ledger?list={list}"),
        colour: "none",
    }));
    tiles.push(tile(
        "trouble",
        l.say("未送达（7天）", "Not delivered (7 d)"),
        figures.trouble,
        "/board/trouble",
        "red",
    ));
    tiles
}

/// What is overdue, by the gravest slip.
pub(super) fn overdue(figures: &Figures, names: &Names) -> Vec<Tile> {
    let by_colour = Colour::ALL.into_iter().zip(figures.overdue);
    let tile = |(colour, count): (Colour, i64)| Tile {
        id: format!("n-overdue-{}", colour.name()),
        label: names.colour(colour.name()).to_owned(),
        count,
        href: format!("/board/tickets?due=overdue&colour={}", colour.name()),
        colour: colour.name(),
    };
    by_colour.map(tile).collect()
}

/// The units one step below the top of a scope, each with everything below it.
pub(super) fn units(org: &Org, scope: &Scope, figures: &Figures, names: &Names) -> Vec<UnitRow> {
    let tops = scope.tops(org);
    let mut rows: BTreeMap<&str, Count> = BTreeMap::new();
    let is_row = |id: &str| {
        let unit = org.units.get(id);
        let below = unit.and_then(|unit| unit.parent.as_deref());
        tops.len() > 1 && tops.iter().any(|top| top.id == id)
            || below.is_some_and(|above| tops.len() == 1 && tops[0].id == above)
    };
    for (unit, count) in &figures.units {
        // What stands at the top itself, or nowhere, has a row of its own.
        let row = org.line_of(unit).find(|id| is_row(id)).unwrap_or(unit);
        let sum = rows.entry(row).or_default();
        sum.open += count.open;
        sum.overdue += count.overdue;
        sum.today += count.today;
        sum.day += count.day;
        sum.red += count.red;
    }
    let mut rows: Vec<UnitRow> = rows
        .into_iter()
        .map(|(id, count)| UnitRow {
            id: id.to_owned(),
            name: names.unit(id),
            href: if org.units.contains_key(id) {
                format!("/board/u/{}", escaped(id))
            } else {
                format!("/board/tickets?{}", query(&[("unit", id)]))
            },
            count,
        })
        .collect();
    rows.sort_by_key(|row| (-row.count.overdue, -row.count.open));
    rows
}
