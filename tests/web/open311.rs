//! Open311 over HTTP: what 311 clients ask and send.

use duban::{config::Open311, store::Writes};
use serde_json::json;

use crate::house::{House, NOW, Wish, house};

const FORM: [(&str, &str); 8] = [
    ("service_code", "投诉"),
    ("address_string", "西关大街12号401室"),
    ("description", "电梯坏了,我是张三"),
    ("email", "zhang@example.cn"),
    ("phone", "13912345678"),
    ("first_name", "三"),
    ("last_name", "张"),
    ("jurisdiction_id", "example.cn"),
];

impl House {
    async fn ask311(&self, form: &[(&str, &str)], format: &str) -> crate::house::Reply {
        let url = self.url(&format!("/open311/v2/requests.{format}"));
        self.send(self.client.post(url).form(form)).await
    }

    /// Gives the ticket what the engine would.
    async fn looked_at(&self, no: &str, service: &str) {
        self.ticket(no).await;
        let look = self.store.look(100, NOW).await.expect("a look");
        let tickets = look
            .tickets
            .iter()
            .map(|loaded| duban::store::TicketWrite {
                key: loaded.key,
                head_seq: loaded.head_seq,
                head_hash: loaded.head_hash.clone(),
                applied_seq: loaded.head_seq,
                state: "{}".to_owned(),
                next_look: None,
                unit: "cx-scjg".to_owned(),
                policy: "general".to_owned(),
                stage: "dispatched".to_owned(),
                open: true,
                service: Some(service.to_owned()),
                requested: Some(NOW),
            })
            .collect();
        look.commit(&Writes { tickets, ..Writes::default() }, NOW).await.expect("written");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_personal_goes_out() {
    let house = house(Wish::default()).await;
    let token = house.token(&["ingest"]).await;
    let form: Vec<_> = FORM.into_iter().chain([("api_key", token.as_str())]).collect();
    let reply = house.ask311(&form, "json").await;
    assert_eq!(reply.status, 201, "{}", reply.body);
    let number = reply.json()[0]["service_request_id"].as_str().expect("a number").to_owned();
    let journal = house.journal(&number).await;
    assert_eq!(journal.len(), 1);
    let (kind, event) = &journal[0];
    assert_eq!((kind.as_str(), &event["category"]), ("received", &json!("投诉")));
    assert_eq!(event["source"], "open311");
    assert_eq!(event["data"]["reach"], json!(["sms", "email"]), "the resident can be asked");

    let mut said = format!("{journal:?}");
    for path in [
        format!("/open311/v2/requests/{number}.json"),
        format!("/open311/v2/requests/{number}.xml"),
        format!("/open311/v2/tokens/{number}.xml"),
        "/open311/v2/requests.xml?status=open".to_owned(),
    ] {
        let reply = house.get(&path).await;
        assert_eq!(reply.status, 200, "{path}: {}", reply.body);
        said.push_str(&reply.body);
    }
    assert!(said.contains(&format!("<service_request_id>{number}</service_request_id>")));
    for private in ["13912345678", "zhang@", "张三", "电梯坏了", "西关大街"] {
        assert!(!said.contains(private), "`{private}` went out: {said}");
    }
    house.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn errors_have_the_shape_of_georeport() {
    let house = house(Wish::default()).await;
    let (ingest, read) = (house.token(&["ingest"]).await, house.token(&["read"]).await);
    let with = |more: &[(&'static str, &str)], without: &str| -> Vec<(&'static str, String)> {
        let all = FORM.iter().filter(|(key, _)| *key != without).chain(more);
        all.map(|(key, value)| (*key, (*value).to_owned())).collect()
    };
    let key = ("api_key", ingest.as_str());
    #[rustfmt::skip]
    let forms = [
        ("no key",            with(&[], ""),                                           403),
        ("a wrong key",       with(&[("api_key", "x")], ""),                           403),
        ("no right to write", with(&[("api_key", read.as_str())], ""),                 403),
        ("no service",        with(&[key], "service_code"),                            400),
        ("no place",          with(&[key], "address_string"),                          400),
        ("half a point",      with(&[key, ("lat", "36.6")], "address_string"),         400),
        ("not on earth",      with(&[key, ("lat", "91"), ("long", "1")], ""),          400),
        ("a point",           with(&[key, ("lat", "36.6"), ("long", "101.7")], "address_string"), 201),
        ("an unknown service", with(&[key, ("service_code", "x")], "service_code"),    404),
    ];
    for (name, form, want) in forms {
        let form: Vec<(&str, &str)> =
            form.iter().map(|(key, text)| (*key, text.as_str())).collect();
        let reply = house.ask311(&form, "json").await;
        assert_eq!(reply.status, want, "{name}: {}", reply.body);
        if want != 201 {
            assert_eq!(reply.json()[0]["code"], want, "{name}");
            assert!(reply.json()[0]["description"].is_string(), "{name}");
        }
    }
    #[rustfmt::skip]
    let table = [
        ("/open311/v2/requests/W9.xml",                    404),
        ("/open311/v2/requests.xml?start_date=yesterday",  400),
        ("/open311/v2/requests.xml?status=lost",           400),
        ("/open311/v2/requests.xml?page_size=many",        400),
        ("/open311/v2/services/x.xml",                     404),
        ("/open311/v2/nothing.xml",                        404),
        ("/open311/v2/services/%00.xml",                   404),
    ];
    for (path, want) in table {
        let reply = house.get(path).await;
        assert_eq!(reply.status, want, "{path}: {}", reply.body);
        assert_eq!(reply.header("content-type"), "text/xml; charset=utf-8", "{path}");
        let start = format!("<errors><error><code>{want}</code><description>");
        assert!(reply.body.contains(&start), "{path}: {}", reply.body);
    }
    house.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn requests_are_found_by_what_clients_ask() {
    let house = house(Wish::default()).await;
    house.looked_at("W1", "投诉").await;
    house.looked_at("W2", "咨询").await;
    #[rustfmt::skip]
    let table = [
        // query                                                            numbers
        ("",                                                                 "W2 W1"),
        ("?service_code=%E5%92%A8%E8%AF%A2",                                 "W2"),
        ("?status=closed",                                                   ""),
        ("?status=open&page_size=1",                                         "W2"),
        ("?start_date=2026-05-07T01:12:00Z&end_date=2026-05-07T09:12:00%2B08:00", "W2 W1"),
        ("?start_date=2026-05-07T01:12:01Z&end_date=2026-06-07T00:00:00Z",   ""),
        ("?end_date=2026-05-07T01:11:59Z",                                   ""),
        ("?service_request_id=W1,W9&status=closed",                          "W1"),
        ("?jurisdiction_id=example.cn&extensions=v1",                        "W2 W1"),
    ];
    for (query, want) in table {
        let reply = house.get(&format!("/open311/v2/requests.json{query}")).await;
        assert_eq!(reply.status, 200, "{query}: {}", reply.body);
        let found = reply.json();
        let found: Vec<&str> = found
            .as_array()
            .expect("a list")
            .iter()
            .map(|one| one["service_request_id"].as_str().expect("a number"))
            .collect();
        assert_eq!(found.join(" "), want, "{query}");
    }
    let one = house.get("/open311/v2/requests/W1.json").await.json();
    assert_eq!(one[0]["requested_datetime"], "2026-05-07T09:12:00+08:00");
    assert_eq!(one[0]["service_name"], "投诉");
    assert_eq!(one[0]["agency_responsible"], "城西区市场监管局", "units by their names");
    house.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_city_may_close_its_open311() {
    let closed = house(Wish { open311: Open311::Off, ..Wish::default() }).await;
    assert_eq!(closed.get("/open311/v2/services.json").await.status, 404);
    closed.stop().await;
    let by_key = house(Wish { open311: Open311::Key, ..Wish::default() }).await;
    let (read, ingest) = (by_key.token(&["read"]).await, by_key.token(&["ingest"]).await);
    let list = |key: &str| format!("/open311/v2/requests.json?api_key={key}");
    for (key, want) in [("", 403), ("x", 403), (ingest.as_str(), 403), (read.as_str(), 200)] {
        assert_eq!(by_key.get(&list(key)).await.status, want, "{key}");
    }
    assert_eq!(by_key.get("/open311/v2/services.json").await.status, 200);
    by_key.stop().await;
}
