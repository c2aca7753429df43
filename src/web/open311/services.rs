//! What can be asked for: the items of the catalogue, else what the policies select by.

use std::{collections::BTreeSet, sync::Arc};

use axum::{
    extract::{Path, Query, State as Shared},
    http::Uri,
    response::Response,
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};

use super::{
    answer::{Answer, Format, GeoError, Refusal},
    file,
};
use crate::{core::policy::PolicySet, web::state::State};

/// What every call may say.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub(in crate::web) struct PlaceQuery {
    /// Taken and not needed: one duban is one city.
    #[serde(rename = "jurisdiction_id")]
    _jurisdiction_id: Option<String>,
}

/// Something a resident can ask for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[expect(clippy::struct_field_names, reason = "the names on the wire")]
pub(super) struct Service {
    pub service_code: String,
    pub service_name: String,
    description: String,
    /// Whether there is more to ask than the list says; never.
    metadata: bool,
    /// `realtime`: the number of the request is known at once.
    #[serde(rename = "type")]
    kind: String,
    keywords: String,
    group: String,
}

/// What more is asked of a service: nothing.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
struct Definition {
    service_code: String,
    attributes: Vec<serde_json::Value>,
}

/// The services of a policy set.
pub(super) fn services(set: &PolicySet) -> Vec<Service> {
    let service = |code: &str, name: &str, group: &str| Service {
        service_code: code.to_owned(),
        service_name: name.to_owned(),
        description: name.to_owned(),
        metadata: false,
        kind: "realtime".to_owned(),
        keywords: String::new(),
        group: group.to_owned(),
    };
    if let Some(catalogue) = &set.catalogue {
        let group = |parent: &Option<String>| {
            let above = parent.as_deref().and_then(|code| catalogue.item(code));
            above.map_or("", |item| item.name.as_str())
        };
        let items = catalogue.items().iter();
        return items.map(|item| service(&item.code, &item.name, group(&item.parent))).collect();
    }
    let name =
        |zh: &str, en: &str| if set.language == "en" { en.to_owned() } else { zh.to_owned() };
    let mut codes = BTreeSet::new();
    let mut found = Vec::new();
    for policy in &set.policies {
        for code in policy.select.keys.get("category").into_iter().flatten() {
            if codes.insert(code) {
                found.push(service(code, code, &name(&policy.zh, &policy.en)));
            }
        }
    }
    if found.is_empty() {
        let all = set.policies.iter();
        found = all.map(|one| service(&one.id, &name(&one.zh, &one.en), "")).collect();
    }
    found
}

/// What can be asked for.
#[utoipa::path(get, path = "/open311/v2/services.json", tag = "open311", params(PlaceQuery),
    responses((status = 200, description = "All services", body = Vec<Service>)))]
pub(in crate::web) async fn list(
    Shared(state): Shared<Arc<State>>,
    uri: Uri,
    Query(_place): Query<PlaceQuery>,
) -> Response {
    let services = services(&state.rules.load().current);
    let rows = services.into_iter().map(|one| json!(one)).collect();
    let answer = Answer::List { root: "services", item: "service", rows };
    Format::asked(uri.path()).answer(Ok(answer))
}

/// What more is asked of one service.
#[utoipa::path(get, path = "/open311/v2/services/{file}", tag = "open311",
    params(("file" = String, Path, description = "`CODE.json` or `CODE.xml`"), PlaceQuery),
    responses((status = 200, description = "Its attributes: none", content(
                  (Definition = "application/json"), (String = "text/xml"))),
              (status = 404, description = "No such service", content(
                  (Vec<GeoError> = "application/json"), (String = "text/xml")))))]
pub(in crate::web) async fn definition(
    Shared(state): Shared<Arc<State>>,
    uri: Uri,
    Path(name): Path<String>,
    Query(_place): Query<PlaceQuery>,
) -> Response {
    Format::asked(uri.path()).answer(definition_of(&state, &name))
}

fn definition_of(state: &State, name: &str) -> Result<Answer, Refusal> {
    let (code, _) = file(name)?;
    let services = services(&state.rules.load().current);
    if services.iter().any(|one| one.service_code == code) {
        let fields = json!({ "service_code": code, "attributes": [] });
        return Ok(Answer::One { root: "service_definition", fields });
    }
    Err(Refusal::missing(format!("there is no service `{code}`")))
}
