//! `GET /api/openapi.json`: the API's own description, written from the calls themselves.
//!
//! Invariants (tests/api):
//! * `every_call_is_described`
//! * `no_answer_is_undocumented`

use std::collections::BTreeMap;

use axum::Json;
use utoipa::{
    Modify, OpenApi,
    openapi::{
        Content, ObjectBuilder, Ref, RefOr, Response, ResponseBuilder, Type,
        path::{Operation, Parameter, PathItem},
        schema::Schema,
        security::{Http, HttpAuthScheme, SecurityScheme},
    },
};

use super::{
    api, events, health, hooks, ledger,
    open311::{self, create, requests, services},
    problem, receipts, reports, shape, tickets, units,
};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "duban",
        description = "Clocks, slips and callbacks of a city hotline's tickets. Errors are \
                       `application/problem+json` (RFC 9457). Lists are paged by key: `next` and \
                       the `Link` header lead on. Every answer to a token carries `RateLimit`.",
    ),
    paths(
        description,
        events::receive,
        tickets::list,
        api::ticket,
        api::timeline,
        api::explain,
        api::slips,
        ledger::list,
        units::list,
        reports::report_in,
        hooks::receive,
        receipts::receive,
        health::alive,
        health::ready,
        health::metrics,
        services::list,
        services::definition,
        requests::list,
        requests::one,
        requests::token,
        create::create,
    ),
    components(schemas(problem::Body, shape::Event, open311::GeoError)),
    modifiers(&Common),
    tags(
        (name = "tickets", description = "Events in, tickets out"),
        (name = "lists", description = "Slips, ledger, units"),
        (name = "open311", description = "GeoReport v2"),
        (name = "operation", description = "For whoever runs duban"),
    ),
)]
struct Description;

/// What holds for all calls: the token, and the errors everybody has to expect.
struct Common;

impl Modify for Common {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let token = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
        document.components.get_or_insert_default().add_security_scheme("token", token);
        for (path, item) in &mut document.paths.paths {
            let is_open311 = path.starts_with(open311::FOLDER);
            let own = if is_open311 {
                GEO_PROBLEMS
            } else if path.starts_with("/api/v1/") {
                TOKEN_PROBLEMS
            } else {
                &[]
            };
            for (method, operation) in operations(item) {
                operation.operation_id = Some(id(method, path));
                operation.parameters.iter_mut().flatten().for_each(without_nul);
                for (status, why) in own.iter().chain(&PROBLEMS) {
                    let response = if is_open311 { errors(why) } else { problem_response(why) };
                    let responses = &mut operation.responses.responses;
                    responses.entry((*status).to_owned()).or_insert_with(|| response.into());
                }
            }
        }
        in_xml_too(&mut document.paths.paths);
    }
}

type Problems = [(&'static str, &'static str)];

const PROBLEMS: [(&str, &str); 2] = [
    ("500", "Something inside failed and was logged"),
    ("503", "The store does not answer or the request took too long; come again later"),
];
const TOKEN_PROBLEMS: &Problems = &[
    ("400", "A parameter or the body is wrong; `detail` says what would be right"),
    ("401", "No token, or one that is not known"),
    ("403", "The token does not have the scope"),
    ("429", "Too many calls; come again after `Retry-After` seconds"),
];
const GEO_PROBLEMS: &Problems = &[
    ("400", "A parameter is wrong or missing"),
    ("403", "No `api_key`, or a wrong one"),
    ("404", "There is no such service or request"),
    ("413", "The form is too long"),
    ("415", "Not a form"),
    ("422", "The form cannot be read"),
    ("429", "Too many calls; come again after `Retry-After` seconds"),
];

fn operations(item: &mut PathItem) -> impl Iterator<Item = (&'static str, &mut Operation)> {
    let both = [("get", item.get.as_mut()), ("post", item.post.as_mut())];
    both.into_iter().filter_map(|(method, operation)| Some((method, operation?)))
}

/// Texts hold no NUL character.
fn without_nul(parameter: &mut RefOr<Parameter>) {
    let RefOr::T(parameter) = parameter else { return };
    if let Some(RefOr::T(Schema::Object(text))) = &mut parameter.schema
        && text.pattern.is_none()
        && text.format.is_none()
        && serde_json::to_string(&text.schema_type).is_ok_and(|kind| kind.contains("string"))
    {
        text.pattern = Some("^[^\\x00]*$".to_owned());
    }
}

/// A name no other call has.
fn id(method: &str, path: &str) -> String {
    let words = path.split(|sign: char| !sign.is_ascii_alphanumeric());
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    format!("{method}_{}", words.join("_"))
}

fn problem_response(why: &str) -> Response {
    let content = Content::new(Some(Ref::from_schema_name("Problem")));
    ResponseBuilder::new().description(why).content("application/problem+json", content).build()
}

fn errors(why: &str) -> Response {
    let list = Content::new(Some(Ref::from_schema_name("GeoError").to_array_builder()));
    let response = ResponseBuilder::new().description(why).content("application/json", list);
    response.content(XML, Content::new(Some(text()))).build()
}

fn text() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String)
}

const XML: &str = "text/xml";

/// Lists of `GeoReport` end in `.json` or in `.xml`; what is asked is the same.
fn in_xml_too(paths: &mut BTreeMap<String, PathItem>) {
    let mut more = Vec::new();
    for (path, item) in paths.iter() {
        let Some(name) =
            path.strip_prefix(open311::FOLDER).and_then(|_| path.strip_suffix(".json"))
        else {
            continue;
        };
        let (path, mut item) = (format!("{name}.xml"), item.clone());
        for (method, operation) in operations(&mut item) {
            operation.operation_id = Some(id(method, &path));
            for response in operation.responses.responses.values_mut() {
                if let RefOr::T(response) = response {
                    response.content.clear();
                    response.content.insert(XML.to_owned(), Content::new(Some(text())).into());
                }
            }
        }
        more.push((path, item));
    }
    paths.extend(more);
}

/// This description.
#[utoipa::path(get, path = "/api/openapi.json", tag = "operation",
    responses((status = 200, description = "OpenAPI 3.1", body = serde_json::Value)))]
pub(super) async fn description() -> Json<utoipa::openapi::OpenApi> {
    Json(Description::openapi())
}
