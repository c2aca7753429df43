//! `GET /api/v1/reports/{kind}/{period}`: a report as it was published, or as a draft.

use std::sync::Arc;

use axum::{
    extract::{Path, Query, State as Shared, rejection::QueryRejection},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use utoipa::IntoParams;

use super::{
    access::{Scope, require},
    address::Client,
    api::store_problem,
    problem::{self, Problem},
    state::State,
};
use crate::{
    core::{
        report::{Kind, When},
        wording::Language,
    },
    report::{Ask, Report, ReportError, csv, html, report, text, xlsx},
};

/// In which form.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub(super) struct ReportQuery {
    /// `json` (standard), `html`, `text`, `csv`, `xlsx`.
    #[param(pattern = "^(json|html|text|csv|xlsx)$")]
    format: Option<String>,
    /// `zh` or `en`; standard: that of the policies.
    #[param(pattern = "^(zh|en)$")]
    language: Option<String>,
    /// Of CSV: only this section.
    section: Option<String>,
    /// This version, not the last.
    version: Option<i64>,
}

/// The report; a correction is published on the command line only.
async fn report_of(
    state: &State,
    kind: &str,
    period: &str,
    query: &ReportQuery,
) -> Result<Report, Problem> {
    let bad = |detail: String| Problem::new(StatusCode::BAD_REQUEST, detail);
    let kind = Kind::parse(kind).map_err(|detail| Problem::new(StatusCode::NOT_FOUND, detail))?;
    let when = When::parse(period).map_err(bad)?;
    let ask = Ask { version: query.version, ..Ask::new(kind, when) };
    let rules = state.rules.load_full();
    let found = report(&state.store, &rules, ask, state.wall.now()).await;
    found.map_err(|error| match error {
        ReportError::WrongPeriod { .. } => bad(error.to_string()),
        ReportError::NoVersion { .. } | ReportError::Unpublished { .. } => {
            Problem::new(StatusCode::NOT_FOUND, error.to_string())
        }
        ReportError::Store(error) => store_problem(&error),
        ReportError::Unreadable { .. } | ReportError::State(_) => {
            tracing::error!(%error, "a report could not be made");
            Problem::trouble("the report could not be made; the log says why")
        }
    })
}

/// A report of a period: as it was published, or a draft while the period runs.
#[utoipa::path(get, path = "/api/v1/reports/{kind}/{period}", tag = "lists",
    params(("kind" = String, Path, description = "`day`, `closing`, `week`, `meeting`, `month`, `quarter`, `half`, `year`, `hot`, `steps`, `burden`, `units`"),
           ("period" = String, Path, description = "`2026-05-07`, `2026-W19`, `2026-05`, `2026-Q2`, `2026-H1`, `2026`, as the kind has it"),
           ReportQuery),
    responses((status = 200, description = "The report in the form asked for", content(
                  (serde_json::Value = "application/json"), (String = "text/html"), (String = "text/plain"), (String = "text/csv"),
                  (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"))),
              (status = 404, description = "No such kind or version, or not published", body = problem::Body, content_type = "application/problem+json")),
    security(("token" = ["read"])))]
pub(super) async fn report_in(
    Shared(state): Shared<Arc<State>>,
    Path((kind, period)): Path<(String, String)>,
    client: Client,
    headers: HeaderMap,
    query: Result<Query<ReportQuery>, QueryRejection>,
) -> Result<Response, Problem> {
    require(&state, &headers, client, Scope::Read).await?;
    let bad = |detail: String| Problem::new(StatusCode::BAD_REQUEST, detail);
    let Query(query) = query.map_err(|rejection| bad(rejection.body_text()))?;
    let standard = state.rules.load().current.language.clone();
    let language = match query.language.as_deref() {
        None => Language::of(&standard),
        Some(tag @ ("zh" | "en")) => Language::of(tag),
        Some(other) => return Err(bad(format!("`language` is `{other}`; write zh or en"))),
    };
    let found = report_of(&state, &kind, &period, &query).await?;
    let trouble = || Problem::trouble("the report could not be printed");
    let (media, body) = match query.format.as_deref() {
        None | Some("json") => {
            let body = serde_json::to_vec(&found.document).map_err(|_| trouble())?;
            ("application/json", body)
        }
        Some("html") => {
            let page = html::page(&found, language).map_err(|_| trouble())?;
            ("text/html; charset=utf-8", page.into_bytes())
        }
        Some("text") => ("text/plain; charset=utf-8", text::text(&found, language).into_bytes()),
        Some("csv") => {
            let body = csv::csv(&found, query.section.as_deref(), language);
            let body = body.ok_or_else(|| bad("there is no such section".to_owned()))?;
            ("text/csv; charset=utf-8", body)
        }
        Some("xlsx") => {
            let body = xlsx::xlsx(&found, language).map_err(|_| trouble())?;
            ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", body)
        }
        Some(other) => {
            let detail = format!("`format` is `{other}`; write json, html, text, csv or xlsx");
            return Err(bad(detail));
        }
    };
    Ok(([(header::CONTENT_TYPE, media)], body).into_response())
}
