//! Open311 asked by a client of somebody else: `georeport` of Python's index.

use serde_json::{Value, json};

use crate::{
    house::House,
    pip::{kept, python},
    run::run,
};

/// Prints what the client reads in both forms as JSON.
const SCRIPT: &str = "
import json, sys
from georeport import GeoReport
root, number = sys.argv[1:]
said = {}
for form in ['json', 'xml']:
    city = GeoReport(root, jurisdiction='example.cn', output_format=form)
    services = city.get_service_list()
    said[form] = {
        'services': services,
        'definition': city.get_service_definition(services[0]['service_code']),
        'requests': city.get_service_requests(),
        'request': city.get_service_request(number),
    }
print(json.dumps(said))
";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_of_somebody_else_reads_our_requests() {
    let house = House::start("").await;
    let (ingest, read) = (house.token(&["ingest"]), house.token(&["read"]));
    house.tickets(&ingest, &read).await;
    let home = kept("georeport-0.3.1", &["georeport==0.3.1"]);
    let said = run(python(&home).args(["-c", SCRIPT, &house.url("/open311/v2"), "W1"]));
    let said: Value = serde_json::from_str(&said).expect("the client prints JSON");
    let ticket = house.get(&read, "/api/v1/tickets/W1").await.json();
    let clocks = ticket["clocks"].as_array().expect("clocks").iter();
    let due = clocks.filter(|clock| clock["clock"] == "resolve").map(|clock| &clock["due"]).next();
    for form in ["json", "xml"] {
        let said = &said[form];
        let services = said["services"].as_array().expect("services");
        assert!(services.iter().any(|one| one["service_code"] == "投诉"), "{form}: {services:?}");
        let numbers: Vec<&Value> = said["requests"]
            .as_array()
            .unwrap_or_else(|| panic!("{form}: {}", said["requests"]))
            .iter()
            .map(|one| &one["service_request_id"])
            .collect();
        assert!(
            ["W1", "W2", "W3"].iter().all(|no| numbers.contains(&&json!(no))),
            "{form}: {numbers:?}"
        );
        let one = if said["request"].is_array() { &said["request"][0] } else { &said["request"] };
        assert_eq!(one["service_request_id"], "W1", "{form}");
        assert_eq!(one["status"], "open", "{form}");
        assert_eq!(Some(&one["expected_datetime"]), due, "{form}: expected when `resolve` is due");
    }
}

/// The names in our XML are those the standard's own sample has, in its order.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn our_xml_has_the_elements_of_the_sample() {
    let house = House::start("").await;
    let (ingest, read) = (house.token(&["ingest"]), house.token(&["read"]));
    house.tickets(&ingest, &read).await;
    let sample = crate::common::shared().join("data/fixtures/open311/service-requests.xml");
    let sample = std::fs::read_to_string(sample).expect("the sample of the standard");
    let ours = house.get("", "/open311/v2/requests/W1.xml").await.body;
    assert_eq!(elements(&ours), elements(&sample));
}

/// The names of elements up to the end of the first request.
fn elements(xml: &str) -> Vec<String> {
    let first = xml.split("</request>").next().expect("a request");
    let tags = first.split('<').skip(1).filter(|tag| !tag.starts_with(['/', '?']));
    tags.map(|tag| tag.split('>').next().unwrap_or_default().to_owned()).collect()
}
