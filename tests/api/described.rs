//! The description names every call there is, and no other.

use std::{collections::BTreeSet, path::Path};

use crate::house::House;

/// Calls that are for programs begin with these.
const FOR_PROGRAMS: [&str; 6] =
    ["/api/", "/open311/", "/receipts/", "/healthz", "/readyz", "/metrics"];

/// `GET /path` of every route in the sources.
fn routes() -> BTreeSet<String> {
    let web = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/web");
    let mut routes = BTreeSet::new();
    let mut folders = vec![web];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder of sources") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = std::fs::read_to_string(&path).expect("a source");
            let code = text.split("#[cfg(test)]").next().unwrap_or_default();
            for route in code.split(".route(").skip(1) {
                let mut quoted = route.split('"');
                let (before, path) = (quoted.next(), quoted.next());
                let Some(path) = path.filter(|_| before.is_some_and(|text| text.trim().is_empty()))
                else {
                    continue;
                };
                let rest: String = quoted.collect();
                let handlers = rest.split(".route(").next().unwrap_or_default();
                let handlers = handlers.split(';').next().unwrap_or_default();
                for method in ["get", "post", "put", "delete"] {
                    if handlers.contains(&format!("{method}(")) {
                        routes.insert(format!("{} {path}", method.to_uppercase()));
                    }
                }
            }
        }
    }
    routes.retain(|route| FOR_PROGRAMS.iter().any(|start| route.contains(&format!(" {start}"))));
    routes
}

#[tokio::test]
async fn every_call_is_described() {
    let house = House::start("").await;
    let reply = house.get("", "/api/openapi.json").await;
    assert_eq!((reply.status, reply.header("content-type")), (200, "application/json"));
    let document = reply.json();
    assert_eq!(document["openapi"], "3.1.0");
    let mut described = BTreeSet::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        for (method, call) in item.as_object().expect("calls") {
            described.insert(format!("{} {path}", method.to_uppercase()));
            assert!(call["summary"].is_string(), "{method} {path} says what it does");
            let is_open = !path.starts_with("/api/v1/") && method != "post";
            let is_signed = path.starts_with("/receipts/") || path.starts_with("/api/v1/hooks/");
            let is_open = is_open || is_signed;
            assert_eq!(call["security"].is_null(), is_open, "{method} {path} names its token");
        }
    }
    let routes = routes();
    assert!(routes.len() > 10, "the sources are read: {routes:?}");
    assert_eq!(described, routes);
    house.stop();
}
