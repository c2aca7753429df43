//! `/board/u/{unit}`: one unit with everything below it, and who stands where in it.

use std::sync::Arc;

use askama::Template;
use axum::{
    extract::{Path, State as Shared},
    http::StatusCode,
    response::Response,
};

use super::{
    figures::Figures,
    frame::{self, Frame},
    names::Names,
    overview::{Slip, Tile, UnitRow, overdue, tiles, units},
    scope::Scope,
    session::Viewer,
    tickets::query,
};
use crate::{
    core::timestamp::Timestamp,
    store::{SlipFilter, StoreError},
    web::state::State,
};

/// Slips shown.
const SLIPS: i64 = 8;

struct Seat {
    role: String,
    person: String,
    name: String,
    is_deputy: bool,
    is_away: bool,
}

#[derive(Template)]
#[template(path = "board/unit.html")]
struct Page {
    v: Frame,
    id: String,
    name: String,
    /// The units above it that the viewer sees, the highest first.
    trail: Vec<(String, String)>,
    tiles: Vec<Tile>,
    overdue: Vec<Tile>,
    units: Vec<UnitRow>,
    seats: Vec<Seat>,
    slips: Vec<Slip>,
}

/// `GET /board/u/{unit}`
pub(super) async fn show(
    Shared(state): Shared<Arc<State>>,
    viewer: Viewer,
    Path(unit): Path<String>,
) -> Response {
    if !viewer.rules.org.units.contains_key(&unit) || !viewer.sees(&unit) {
        return frame::nowhere(viewer.language);
    }
    match page(&state, &viewer, &unit).await {
        Ok(page) => frame::page(StatusCode::OK, &page),
        Err(error) => frame::trouble(&state, viewer.language, &error),
    }
}

async fn page(state: &State, viewer: &Viewer, unit: &str) -> Result<Page, StoreError> {
    let (org, now) = (&viewer.rules.org, state.wall.now());
    let names = Names::of(&viewer.rules, viewer.language);
    let scope = Scope::Below([unit.to_owned()].into());
    let figures = Figures::read(state, &viewer.rules, &scope).await?;
    let filter = SlipFilter { unit: Some(unit.to_owned()), limit: SLIPS, ..SlipFilter::default() };
    let slips = state.store.slips(&filter).await?;
    let mut trail: Vec<(String, String)> = org
        .path(unit)
        .into_iter()
        .skip(1)
        .filter(|above| viewer.sees(&above.id))
        .map(|above| (above.id.clone(), names.unit(&above.id)))
        .collect();
    trail.reverse();
    let of_unit = |mut tile: Tile| {
        let mark = if tile.href.contains('?') { '&' } else { '?' };
        tile.href = format!("{}{mark}{}", tile.href, query(&[("unit", unit)]));
        tile
    };
    let shown = |tile: &Tile| tile.href != "/board/trouble";
    Ok(Page {
        v: Frame::of(state, viewer, "units"),
        id: unit.to_owned(),
        name: names.unit(unit),
        trail,
        tiles: tiles(&figures, &names).into_iter().filter(shown).map(of_unit).collect(),
        overdue: overdue(&figures, &names).into_iter().map(of_unit).collect(),
        units: units(org, &scope, &figures, &names),
        seats: seats(viewer, &names, unit, now),
        slips: slips.into_iter().map(|slip| Slip::of(state, &names, slip)).collect(),
    })
}

/// Who holds a post of the unit now.
fn seats(viewer: &Viewer, names: &Names, unit: &str, now: Timestamp) -> Vec<Seat> {
    let org = &viewer.rules.org;
    let held = org.posts.iter().filter(|post| post.unit == unit && post.is_valid(now));
    let seats = held.filter_map(|post| {
        let person = org.people.get(&post.person)?;
        Some(Seat {
            role: names.role(&post.role),
            person: person.id.clone(),
            name: person.name.clone(),
            is_deputy: post.deputy,
            is_away: org.absence(&person.id, now).is_some(),
        })
    });
    seats.collect()
}
