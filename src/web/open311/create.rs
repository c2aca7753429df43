//! A new request becomes a `received` event, through the same intake as every event.

use std::sync::Arc;

use axum::{
    Form,
    extract::{State as Shared, rejection::FormRejection},
    http::{HeaderMap, StatusCode, Uri},
    response::Response,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use super::{
    answer::{Answer, Format, Refusal},
    services::services,
    with_key,
};
use crate::{
    core::{
        event::{Event, Kind},
        timestamp::Timestamp,
    },
    intake::canon::canonical,
    secret::token,
    web::{access::Scope, address::Client, events::queue_problem, problem::Problem, state::State},
};

/// The form of a new request. Free text is taken and not kept here.
#[derive(Default, Deserialize, ToSchema)]
#[serde(default)]
pub(in crate::web) struct NewRequest {
    /// A token with the scope `ingest`.
    api_key: Option<String>,
    /// Taken and not needed: one duban is one city.
    jurisdiction_id: Option<String>,
    /// One of the services.
    service_code: Option<String>,
    /// Where: one of `address_string`, `address_id`, or `lat` and `long`.
    address_string: Option<String>,
    address_id: Option<String>,
    #[schema(value_type = Option<f64>)]
    lat: Option<String>,
    #[schema(value_type = Option<f64>)]
    long: Option<String>,
    /// Sealed; residents are asked through it.
    email: Option<String>,
    phone: Option<String>,
    first_name: Option<String>,
    last_name: Option<String>,
    device_id: Option<String>,
    account_id: Option<String>,
    description: Option<String>,
    media_url: Option<String>,
}

/// The number of a new request.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
struct Created {
    service_request_id: String,
    service_notice: Option<String>,
    account_id: Option<String>,
}

/// Takes a request of a resident.
#[utoipa::path(post, path = "/open311/v2/requests.json", tag = "open311",
    request_body(content = NewRequest, content_type = "application/x-www-form-urlencoded"),
    responses((status = 201, description = "Taken: a list of its number", body = Vec<Created>)),
    security(("token" = ["ingest"]), ()))]
pub(in crate::web) async fn create(
    Shared(state): Shared<Arc<State>>,
    uri: Uri,
    client: Client,
    headers: HeaderMap,
    form: Result<Form<NewRequest>, FormRejection>,
) -> Response {
    let format = Format::asked(uri.path());
    match taken(&state, client, &headers, form).await {
        Ok(answer) => format.write(StatusCode::CREATED, answer),
        Err(refusal) => format.answer(Err(refusal)),
    }
}

async fn taken(
    state: &State,
    client: Client,
    headers: &HeaderMap,
    form: Result<Form<NewRequest>, FormRejection>,
) -> Result<Answer, Refusal> {
    let Form(form) = form.map_err(|rejection| {
        Refusal::from(Problem::new(rejection.status(), rejection.body_text()))
    })?;
    with_key(state, headers, form.api_key.as_deref(), client, Scope::Ingest).await?;
    let now = state.wall.now();
    let no = number(now)?;
    let event = event(state, &form, &no, now)?;
    let entry = canonical(event, &state.seal, now);
    let entry = entry.map_err(|refusal| Refusal::bad(refusal.to_string()))?;
    let slot = state.queue.slot().map_err(|error| queue_problem(&error))?;
    slot.append(vec![entry], Vec::new()).await.map_err(|error| queue_problem(&error))?;
    let rows = vec![json!(Created {
        service_request_id: no,
        service_notice: None,
        account_id: form.account_id,
    })];
    Ok(Answer::List { root: "service_requests", item: "request", rows })
}

fn event(state: &State, form: &NewRequest, no: &str, now: Timestamp) -> Result<Event, Refusal> {
    let said = |text: &Option<String>| text.clone().filter(|text| !text.trim().is_empty());
    let code = said(&form.service_code).ok_or_else(|| Refusal::bad("`service_code` is missing"))?;
    let rules = state.rules.load();
    let set = &rules.current;
    if !services(set).iter().any(|one| one.service_code == code) {
        return Err(Refusal::missing(format!("there is no service `{code}`")));
    }
    let place = said(&form.address_id);
    let has_point = has_point(form)?;
    if place.is_none() && said(&form.address_string).is_none() && !has_point {
        return Err(Refusal::bad("say where: `address_string`, `address_id`, or `lat` and `long`"));
    }
    let mut data = Map::new();
    let mut keep = |key: &str, text: Option<String>| {
        data.extend(text.map(|text| (key.to_owned(), Value::String(text))));
    };
    keep("email", said(&form.email));
    keep("phone", said(&form.phone));
    keep("place", place);
    if set.catalogue.is_some() {
        keep("item", Some(code.clone()));
    }
    let mut event = Event::new(no, Kind::Received, now);
    event.source = Some("open311".to_owned());
    event.category = Some(code);
    event.data = data;
    rules.attest(&mut event);
    Ok(event)
}

/// Whether the form names a point of the earth.
fn has_point(form: &NewRequest) -> Result<bool, Refusal> {
    let degrees = |key: &str, text: &Option<String>, max: f64| {
        let Some(text) = text.as_deref().map(str::trim).filter(|text| !text.is_empty()) else {
            return Ok(false);
        };
        let number = text.parse::<f64>().ok().filter(|number| number.abs() <= max);
        number.map(|_| true).ok_or_else(|| {
            Refusal::bad(format!("`{key}` is no number of degrees from -{max} to {max}"))
        })
    };
    let has_lat = degrees("lat", &form.lat, 90.0)?;
    let has_long = degrees("long", &form.long, 180.0)?;
    Ok(has_lat && has_long)
}

/// A number nobody else has: the day, and chance.
fn number(now: Timestamp) -> Result<String, Refusal> {
    let chance = token().map_err(|error| {
        tracing::error!(%error, "no number could be made for a request");
        Problem::trouble("no number could be made for this request")
    })?;
    let day = now.jiff().strftime("%y%m%d");
    Ok(format!("G{day}-{}", &blake3::hash(chance.as_bytes()).to_hex()[..8]))
}
