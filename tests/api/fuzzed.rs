//! Schemathesis asks everything the description allows, and much it does not.

use crate::{
    house::House,
    pip::{kept, python},
};

/// What is refused although its form is right: a key sent with several bodies, a request for a
/// service nobody has or without a place, a period its kind of report does not have, a section it does
/// not have.
const CONFIG: &str = "
[[operations]]
include-path = '/api/v1/events'
checks.positive_data_acceptance.expected-statuses = ['2xx', 401, 403, 404, 409, 422, 429]
[[operations]]
include-path-regex = '^/api/v1/reports/'
checks.positive_data_acceptance.expected-statuses = ['2xx', 400, 401, 403, 404, 409, 429]
[[operations]]
include-path-regex = '^/open311/v2/requests[.]'
checks.positive_data_acceptance.expected-statuses = ['2xx', 400, 401, 403, 404, 409, 429]
";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_answer_is_undocumented() {
    let house = House::start("calls_per_minute = 1000000\n").await;
    let (ingest, both) = (house.token(&["ingest"]), house.token(&["ingest", "read"]));
    house.tickets(&ingest, &both).await;
    let home = kept("schemathesis-4.32.5", &["schemathesis==4.32.5"]);
    let scratch = tempfile::tempdir().expect("a scratch folder");
    std::fs::write(scratch.path().join("schemathesis.toml"), CONFIG).expect("it takes files");
    let done = python(&home)
        .current_dir(scratch.path())
        .arg(home.join("bin/schemathesis"))
        .args(["run", &house.url("/api/openapi.json"), "--checks", "all", "--seed", "1"])
        .args(["--max-examples", "15", "--generation-deterministic", "--no-color"])
        .args(["--header", &format!("Authorization: Bearer {both}")])
        .output()
        .expect("it runs");
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stdout));
    assert_eq!(house.get("", "/readyz").await.status, 200);
}
