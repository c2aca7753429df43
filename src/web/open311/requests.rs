//! Requests are tickets: their number, what they are about, where they stand and by when they are
//! expected to be done.

use std::sync::Arc;

use axum::{
    extract::{Path, Query, State as Shared, rejection::QueryRejection},
    http::{HeaderMap, Uri},
    response::Response,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::{IntoParams, ToSchema};

use super::{
    answer::{Answer, Format, GeoError, Refusal},
    file, may_read,
    services::{Service, services},
};
use crate::{
    core::{ticket::Ticket, timestamp::Timestamp},
    rules::Rules,
    store::{RequestFilter, RequestRow},
    web::{address::Client, api::store_problem, state::State},
};

/// Requests in one answer.
const REQUESTS_MAX: i64 = 1_000;
/// How far back a list goes that does not say from when on.
const DAYS_90_MS: i64 = 90 * 24 * 3_600_000;
/// Numbers asked for by name.
const NAMED_MAX: usize = 100;

/// Which requests.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub(in crate::web) struct RequestQuery {
    /// Taken and not needed: one duban is one city.
    #[serde(rename = "jurisdiction_id")]
    _jurisdiction_id: Option<String>,
    /// A token with the scope `read`, where `[web] open311 = "key"`.
    api_key: Option<String>,
    /// Numbers, with commas between them; then nothing else counts.
    service_request_id: Option<String>,
    /// Codes of services, with commas between them.
    service_code: Option<String>,
    /// Asked for at this instant or later; without it: 90 days before `end_date`.
    #[param(format = DateTime)]
    start_date: Option<String>,
    /// Asked for at this instant or before; without it: now.
    #[param(format = DateTime)]
    end_date: Option<String>,
    /// `open`, `closed`, or both with a comma.
    #[param(pattern = "^(open|closed|open,closed|closed,open)$")]
    status: Option<String>,
    /// At most so many.
    #[param(minimum = 1, maximum = 1000, default = 1000)]
    page_size: Option<i64>,
}

/// The key of a call for one request.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub(in crate::web) struct KeyQuery {
    /// A token with the scope `read`, where `[web] open311 = "key"`.
    api_key: Option<String>,
    /// Taken and not needed: one duban is one city.
    #[serde(rename = "jurisdiction_id")]
    _jurisdiction_id: Option<String>,
}

/// A request. What is personal stays empty.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
struct Request {
    service_request_id: String,
    status: String,
    /// Where it stands, in the words of the city.
    status_notes: String,
    service_name: String,
    service_code: String,
    description: Option<String>,
    /// The responsible unit.
    agency_responsible: String,
    service_notice: Option<String>,
    #[schema(format = DateTime)]
    requested_datetime: String,
    #[schema(format = DateTime)]
    updated_datetime: String,
    /// When the clock for solving it is due.
    #[schema(format = DateTime)]
    expected_datetime: Option<String>,
    address: Option<String>,
    address_id: Option<String>,
    zipcode: Option<String>,
    lat: Option<f64>,
    long: Option<f64>,
    media_url: Option<String>,
}

/// The number of a request that was made with a token.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
struct Token {
    service_request_id: String,
    token: String,
}

/// Requests, the newest first.
#[utoipa::path(get, path = "/open311/v2/requests.json", tag = "open311", params(RequestQuery),
    responses((status = 200, description = "Those that fit", body = Vec<Request>)))]
pub(in crate::web) async fn list(
    Shared(state): Shared<Arc<State>>,
    uri: Uri,
    client: Client,
    headers: HeaderMap,
    query: Result<Query<RequestQuery>, QueryRejection>,
) -> Response {
    Format::asked(uri.path()).answer(found(&state, client, &headers, query).await)
}

async fn found(
    state: &State,
    client: Client,
    headers: &HeaderMap,
    query: Result<Query<RequestQuery>, QueryRejection>,
) -> Result<Answer, Refusal> {
    let Query(query) = query.map_err(|rejection| Refusal::bad(rejection.body_text()))?;
    may_read(state, headers, query.api_key.as_deref(), client).await?;
    let words = |text: &Option<String>| -> Vec<String> {
        let words = text.iter().flat_map(|text| text.split(','));
        words.map(|word| word.trim().to_owned()).filter(|word| !word.is_empty()).collect()
    };
    let named = words(&query.service_request_id);
    let filter = filter(&query, words(&query.service_code), state.wall.now())?;
    let rows = if named.is_empty() {
        state.store.requests(&filter).await.map_err(|error| store_problem(&error))?
    } else if named.len() > NAMED_MAX {
        return Err(Refusal::bad(format!("at most {NAMED_MAX} requests can be named")));
    } else {
        let mut rows = Vec::new();
        for no in named {
            let row = state.store.request(&no).await.map_err(|error| store_problem(&error))?;
            rows.extend(row);
        }
        rows
    };
    Ok(answer(state, &rows))
}

fn filter(
    query: &RequestQuery,
    services: Vec<String>,
    now: Timestamp,
) -> Result<RequestFilter, Refusal> {
    let instant = |key: &str, text: &Option<String>| {
        let parsed = text.as_deref().map(Timestamp::parse).transpose();
        parsed.map_err(|_| {
            let text = text.as_deref().unwrap_or_default();
            Refusal::bad(format!("`{key}` is `{text}`; write an instant like 2026-05-07T09:12:00Z"))
        })
    };
    let to = instant("end_date", &query.end_date)?.unwrap_or(now);
    let from = instant("start_date", &query.start_date)?.unwrap_or(to.plus_ms(-DAYS_90_MS));
    let open = match query.status.as_deref() {
        None | Some("open,closed" | "closed,open") => None,
        Some("open") => Some(true),
        Some("closed") => Some(false),
        Some(other) => {
            return Err(Refusal::bad(format!("`status` is `{other}`; write open or closed")));
        }
    };
    let limit = query.page_size.unwrap_or(REQUESTS_MAX);
    if !(1..=REQUESTS_MAX).contains(&limit) {
        return Err(Refusal::bad(format!("`page_size` is {limit}; write 1 to {REQUESTS_MAX}")));
    }
    Ok(RequestFilter { services, open, from, to, limit })
}

/// One request.
#[utoipa::path(get, path = "/open311/v2/requests/{file}", tag = "open311",
    params(("file" = String, Path, description = "`NUMBER.json` or `NUMBER.xml`"), KeyQuery),
    responses((status = 200, description = "A list of this one", content(
                  (Vec<Request> = "application/json"), (String = "text/xml"))),
              (status = 404, description = "No such request", content(
                  (Vec<GeoError> = "application/json"), (String = "text/xml")))))]
pub(in crate::web) async fn one(
    Shared(state): Shared<Arc<State>>,
    uri: Uri,
    client: Client,
    headers: HeaderMap,
    Path(name): Path<String>,
    Query(query): Query<KeyQuery>,
) -> Response {
    let found = row(&state, &name, &query, client, &headers).await;
    Format::asked(uri.path()).answer(found.map(|row| answer(&state, &[row])))
}

/// The number of the request a token stands for: ours are the numbers themselves.
#[utoipa::path(get, path = "/open311/v2/tokens/{file}", tag = "open311",
    params(("file" = String, Path, description = "`NUMBER.json` or `NUMBER.xml`"), KeyQuery),
    responses((status = 200, description = "A list of this one", content(
                  (Vec<Token> = "application/json"), (String = "text/xml"))),
              (status = 404, description = "No such request", content(
                  (Vec<GeoError> = "application/json"), (String = "text/xml")))))]
pub(in crate::web) async fn token(
    Shared(state): Shared<Arc<State>>,
    uri: Uri,
    client: Client,
    headers: HeaderMap,
    Path(name): Path<String>,
    Query(query): Query<KeyQuery>,
) -> Response {
    let found = row(&state, &name, &query, client, &headers).await;
    let answer = found.map(|row| {
        let rows = vec![json!({ "service_request_id": row.no, "token": row.no })];
        Answer::List { root: "service_requests", item: "request", rows }
    });
    Format::asked(uri.path()).answer(answer)
}

async fn row(
    state: &State,
    name: &str,
    query: &KeyQuery,
    client: Client,
    headers: &HeaderMap,
) -> Result<RequestRow, Refusal> {
    may_read(state, headers, query.api_key.as_deref(), client).await?;
    let (no, _) = file(name)?;
    let row = state.store.request(no).await.map_err(|error| store_problem(&error))?;
    row.ok_or_else(|| Refusal::missing(format!("there is no request `{no}`")))
}

fn answer(state: &State, rows: &[RequestRow]) -> Answer {
    let rules = state.rules.load();
    let services = services(&rules.current);
    let rows = rows.iter().map(|row| request(&rules, &services, row)).collect();
    Answer::List { root: "service_requests", item: "request", rows }
}

fn request(rules: &Rules, services: &[Service], row: &RequestRow) -> Value {
    let set = &rules.current;
    let zone = set.calendar.zone();
    let instant = |at: Timestamp| at.to_rfc3339(zone);
    let english = set.language == "en";
    let ticket: Option<Ticket> =
        row.state.as_deref().and_then(|text| serde_json::from_str(text).ok());
    let expected = ticket.as_ref().and_then(|ticket| expected(rules, ticket));
    let requested = row.requested.unwrap_or(row.created);
    let updated = ticket.as_ref().and_then(|ticket| ticket.last_event_at).unwrap_or(requested);
    let code = row.service.as_deref().unwrap_or_default();
    let service = services.iter().find(|one| one.service_code == code);
    let stage = set.stage(&row.stage);
    let stage = stage.map_or(row.stage.as_str(), |one| if english { &one.en } else { &one.zh });
    let unit = rules.org.units.get(&row.unit);
    let unit = unit.map_or(row.unit.as_str(), |one| if english { &one.en } else { &one.zh });
    json!(Request {
        service_request_id: row.no.clone(),
        status: if row.open { "open" } else { "closed" }.to_owned(),
        status_notes: stage.to_owned(),
        service_name: service.map_or(code, |one| one.service_name.as_str()).to_owned(),
        service_code: code.to_owned(),
        description: None,
        agency_responsible: unit.to_owned(),
        service_notice: None,
        requested_datetime: instant(requested),
        updated_datetime: instant(updated),
        expected_datetime: expected.map(instant),
        address: None,
        address_id: None,
        zipcode: None,
        lat: None,
        long: None,
        media_url: None,
    })
}

/// When the clock is due that stands for solving the request.
fn expected(rules: &Rules, ticket: &Ticket) -> Option<Timestamp> {
    let set = rules.judge(Some(ticket)).ok()?;
    let policy = ticket.policy(set)?;
    ticket.clock(&policy.deadline_clock).map(|clock| clock.due)
}
