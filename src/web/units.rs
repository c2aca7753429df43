//! `GET /api/v1/units`: who can be responsible, from the organisation in force.

use std::{ops::Bound, sync::Arc};

use axum::{
    extract::{Query, State as Shared, rejection::QueryRejection},
    http::{HeaderMap, StatusCode, Uri},
    response::Response,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    access::{Scope, require},
    address::Client,
    paging,
    problem::Problem,
    state::State,
};
use crate::core::org::Unit;

/// Which units.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub(super) struct UnitQuery {
    /// Only those directly below this unit.
    parent: Option<String>,
    /// A word of the profile: `city`, `county`, `department`, `street` ...
    level: Option<String>,
    /// `next` of the page before.
    after: Option<String>,
    #[param(minimum = 1, maximum = 1000, default = 100)]
    limit: Option<i64>,
}

/// One page of units.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct UnitPage {
    units: Vec<UnitLine>,
    /// `after` of the next page; `null` on the last.
    next: Option<String>,
}

/// A unit.
#[derive(Debug, Serialize, ToSchema)]
struct UnitLine {
    id: String,
    zh: String,
    en: String,
    /// The unit above it.
    parent: Option<String>,
    level: String,
    /// What it does in the loop; empty: nothing special.
    kind: String,
}

/// Units in the order of their ids; people are not shown.
#[utoipa::path(get, path = "/api/v1/units", tag = "lists", params(UnitQuery),
    responses((status = 200, description = "One page; `Link` leads to the next", body = UnitPage)),
    security(("token" = ["read"])))]
pub(super) async fn list(
    Shared(state): Shared<Arc<State>>,
    client: Client,
    headers: HeaderMap,
    uri: Uri,
    query: Result<Query<UnitQuery>, QueryRejection>,
) -> Result<Response, Problem> {
    require(&state, &headers, client, Scope::Read).await?;
    let Query(query) =
        query.map_err(|rejection| Problem::new(StatusCode::BAD_REQUEST, rejection.body_text()))?;
    let limit = paging::limit(query.limit)?;
    let rules = state.rules.load();
    let from = query.after.as_ref().map_or(Bound::Unbounded, Bound::Excluded);
    let rest = rules.org.units.range::<String, _>((from, Bound::Unbounded)).map(|(_, unit)| unit);
    let wanted = rest.filter(|unit| {
        query.parent.as_ref().is_none_or(|parent| unit.parent.as_ref() == Some(parent))
            && query.level.as_ref().is_none_or(|level| unit.level == *level)
    });
    let units: Vec<UnitLine> = wanted.take(limit as usize).map(line).collect();
    let next = paging::last_of_full(&units, limit).map(|unit| unit.id.clone());
    let link = next.clone();
    Ok(paging::page(&uri, &UnitPage { units, next }, link.as_deref()))
}

fn line(unit: &Unit) -> UnitLine {
    let Unit { id, zh, en, parent, level, kind } = unit.clone();
    UnitLine { id, zh, en, parent, level, kind }
}
