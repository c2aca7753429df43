//! What other systems call.

use serde_json::json;

use crate::house::{NOW, WRONG_MAX, Wish, house};

fn line(ticket: &str, event: &str, id: &str) -> String {
    json!({ "ticket": ticket, "event": event, "at": "2026-05-07T09:12:00+08:00", "id": id })
        .to_string()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_event_is_answered() {
    let house = house(Wish::default()).await;
    let token = house.token(&["ingest"]).await;
    let body = [
        line("W1", "received", "a"),
        line("W1", "received", "a"),
        line("W1", "duban.slip", "b"),
        r#"{"ticket":"W1"}"#.to_owned(),
        "not JSON".to_owned(),
        line("W2", "received", "a"),
    ];
    let reply = house.post_events(&token, body.join("\n")).await;
    assert_eq!(reply.status, 200, "{}", reply.body);
    let answers = reply.json();
    let results: Vec<&str> = answers
        .as_array()
        .expect("a list")
        .iter()
        .map(|one| one["result"].as_str().expect("a word"))
        .collect();
    assert_eq!(results, ["accepted", "duplicate", "refused", "refused", "refused", "accepted"]);
    assert_eq!(answers[0]["ticket"], "W1");
    assert_eq!(answers[0]["id"], "a");
    assert!(answers[2]["reason"].as_str().is_some_and(|reason| reason.contains("duban.")));
    assert!(answers[3]["reason"].as_str().is_some_and(|reason| reason.contains("event")));
    assert_eq!(house.journal("W1").await.len(), 1);
    assert_eq!(house.store.refusals(10).await.expect("read").len(), 3, "refused lines are kept");

    let array = format!("[{},{}]", line("W2", "received", "a"), line("W2", "dispatched", "b"));
    let again = house.post_events(&token, array).await.json();
    assert_eq!(again[0]["result"], "duplicate");
    assert_eq!(again[1]["result"], "accepted");
    house.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_contact_is_never_kept_in_clear() {
    let house = house(Wish::default()).await;
    let token = house.token(&["ingest"]).await;
    let secret = r#"{"ticket":"W1","event":"received","at":"2026-05-07T09:12:00+08:00","data":{"phone":"13912345678"}}"#;
    let future = r#"{"ticket":"W1","event":"received","at":"2999-05-07T09:12:00+08:00","data":{"phone":"13912345678"}}"#;
    let reply = house.post_events(&token, format!("{secret}\n{future}")).await;
    assert_eq!(reply.json()[0]["result"], "accepted");
    assert_eq!(reply.json()[1]["result"], "refused");
    let journal = house.journal("W1").await;
    assert!(!format!("{journal:?}").contains("13912345678"), "not in the journal");
    let refusals = house.store.refusals(10).await.expect("read");
    assert!(!refusals[0].raw.contains("13912345678"), "not in the refused lines");
    assert!(!reply.body.contains("13912345678"), "not in the answer");
    house.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_the_right_token_gets_in() {
    let house = house(Wish::default()).await;
    let (read, ingest) = (house.token(&["read"]).await, house.token(&["ingest"]).await);
    house.ticket("W1").await;
    let event = line("W1", "dispatched", "a");
    assert_eq!(house.post_events(&read, event.clone()).await.status, 403);
    assert_eq!(house.get_as(&ingest, "/api/v1/tickets/W1").await.status, 403);
    assert_eq!(house.get_as(&read, "/api/v1/tickets/W1").await.status, 200);
    let nobody = house.get("/api/v1/slips").await;
    assert_eq!(nobody.status, 401);
    assert_eq!(nobody.header("content-type"), "application/problem+json; charset=utf-8");
    assert!(nobody.header("www-authenticate").starts_with("Bearer"));

    let tokens = house.store.token_list().await.expect("read");
    let revoked = house.store.token_revoke(tokens[0].id, NOW).await;
    assert!(revoked.expect("revoked"));
    for guess in 0..WRONG_MAX {
        assert_eq!(house.get_as(&read, "/api/v1/slips").await.status, 401, "guess {guess}");
    }
    assert_eq!(house.get_as(&read, "/api/v1/slips").await.status, 429);
    assert_eq!(house.journal("W1").await.len(), 1, "nothing came in");
    house.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bad_body_is_refused_whole() {
    let house = house(Wish { body_bytes_max: 2_000, ..Wish::default() }).await;
    let token = house.token(&["ingest"]).await;
    #[rustfmt::skip]
    let table: [(&str, reqwest::Body, u16); 5] = [
        ("nothing",                "".into(),                          400),
        ("prose",                  "hello".into(),                     400),
        ("a broken array",         "[{".into(),                        400),
        ("not UTF-8",              vec![0xff_u8, 0xfe].into(),         400),
        ("announced as too long",  vec![b' '; 2_001].into(),           413),
    ];
    for (name, body, want) in table {
        let reply = house.post_events(&token, body).await;
        assert_eq!(reply.status, want, "{name}: {}", reply.body);
        assert_eq!(reply.json()["status"], want, "{name}");
    }
    let form = house.client.post(house.url("/api/v1/events")).bearer_auth(&token);
    assert_eq!(house.send(form.form(&[("a", "b")])).await.status, 415);
    house.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_intake_says_when_to_come_again() {
    let house = house(Wish { is_stuck: true, ..Wish::default() }).await;
    let token = house.token(&["ingest"]).await;
    let slot = house.queue.slot().expect("the only slot");
    let reply = house.post_events(&token, line("W1", "received", "a")).await;
    assert_eq!(reply.status, 429);
    assert!(reply.header("retry-after").parse::<u64>().is_ok_and(|seconds| seconds >= 1));
    drop(slot);
    house.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_ticket_can_be_read() {
    let house = house(Wish::default()).await;
    let token = house.token(&["read"]).await;
    house.slip("W1", "yellow", 0).await;
    let ticket = house.get_as(&token, "/api/v1/tickets/W1").await.json();
    assert_eq!(ticket["ticket"], "W1");
    let timeline = house.get_as(&token, "/api/v1/tickets/W1/timeline").await.json();
    assert_eq!(timeline["journal"][0]["kind"], "received");
    assert_eq!(timeline["slips"][0]["slip"], "yellow");
    let words = house.get_as(&token, "/api/v1/tickets/W1/explain").await;
    assert!(words.header("content-type").starts_with("text/plain"));
    assert!(words.body.contains("W1"));
    let json = house.client.get(house.url("/api/v1/tickets/W1/explain")).bearer_auth(&token);
    let json = house.send(json.header("accept", "application/json")).await.json();
    assert_eq!(json["ticket"], "W1");
    let nothing = house.get_as(&token, "/api/v1/tickets/W9").await;
    assert_eq!((nothing.status, nothing.json()["status"].as_u64()), (404, Some(404)));
    house.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn slips_are_listed_page_by_page() {
    let house = house(Wish::default()).await;
    let token = house.token(&["read"]).await;
    for step in 0..3 {
        house.slip("W1", "green", step).await;
    }
    house.slip("W2", "red", 0).await;
    #[rustfmt::skip]
    let table = [
        // name         query                 slips, newest first
        ("all",         "",                   Ok(vec!["red", "green", "green", "green"])),
        ("by kind",     "?kind=red",          Ok(vec!["red"])),
        ("by ticket",   "?ticket=W1&limit=2", Ok(vec!["green", "green"])),
        ("by unit",     "?unit=nobody",       Ok(vec![])),
        ("withdrawn",   "?state=withdrawn",   Ok(vec![])),
        ("no ticket",   "?ticket=W9",         Err(404)),
        ("bad state",   "?state=lost",        Err(400)),
        ("bad limit",   "?limit=0",           Err(400)),
        ("bad filter",  "?colour=red",        Err(400)),
    ];
    for (name, query, want) in table {
        let reply = house.get_as(&token, &format!("/api/v1/slips{query}")).await;
        let got = if reply.status == 200 {
            let json = reply.json();
            let slips = json["slips"].as_array().expect("a list").clone();
            Ok(slips.iter().map(|slip| slip["kind"].as_str().expect("a word").to_owned()).collect())
        } else {
            Err(reply.status)
        };
        let want = want.map(|kinds| kinds.into_iter().map(str::to_owned).collect::<Vec<_>>());
        assert_eq!(got, want, "{name}");
    }
    let first = house.get_as(&token, "/api/v1/slips?limit=3").await.json();
    let rest =
        house.get_as(&token, &format!("/api/v1/slips?limit=3&after={}", first["next"])).await;
    let rest = rest.json();
    assert_eq!(rest["slips"].as_array().map(Vec::len), Some(1));
    assert_eq!(rest["next"], serde_json::Value::Null);
    house.stop().await;
}

#[tokio::test]
async fn the_ledger_is_filtered_and_paged() {
    let house = house(Wish::default()).await;
    let token = house.token(&["read"]).await;
    house.ledger("W1", "hung", None).await;
    house.ledger("W2", "long_open", None).await;
    house.ledger("W3", "hung", Some(NOW)).await;
    #[rustfmt::skip]
    let table = [
        // name       query                    tickets
        ("standing",  "",                      Ok(vec!["W1", "W2"])),
        ("all",       "?state=all",            Ok(vec!["W1", "W2", "W3"])),
        ("ended",     "?state=ended",          Ok(vec!["W3"])),
        ("one list",  "?state=all&list=hung",  Ok(vec!["W1", "W3"])),
        ("one unit",  "?unit=nobody",          Ok(vec![])),
        ("a ticket",  "?ticket=W2",            Ok(vec!["W2"])),
        ("no ticket", "?ticket=W9",            Err(404)),
        ("bad state", "?state=closed",         Err(400)),
        ("bad limit", "?limit=9999",           Err(400)),
        ("bad mark",  "?after=W1",             Err(400)),
    ];
    for (name, query, want) in table {
        let reply = house.get_as(&token, &format!("/api/v1/ledger{query}")).await;
        let got = if reply.status == 200 { Ok(tickets(&reply.json())) } else { Err(reply.status) };
        let want = want.map(|all| all.into_iter().map(str::to_owned).collect::<Vec<_>>());
        assert_eq!(got, want, "{name}");
    }
    let first = house.get_as(&token, "/api/v1/ledger?state=all&limit=2").await.json();
    assert_eq!(first["ledger"][0]["opened"], "2026-05-07T09:12:00+08:00");
    assert_eq!(first["ledger"][0]["lacking"], serde_json::json!(["plan", "leader"]));
    let next = first["next"].as_str().expect("there is more").to_owned();
    let rest = house.get_as(&token, &format!("/api/v1/ledger?state=all&after={next}")).await.json();
    assert_eq!((tickets(&rest), &rest["next"]), (vec!["W3".to_owned()], &serde_json::Value::Null));
    assert_eq!(house.get("/api/v1/ledger").await.status, 401, "not for everybody");
    house.stop().await;
}

fn tickets(page: &serde_json::Value) -> Vec<String> {
    let lines = page["ledger"].as_array().expect("a list");
    lines.iter().map(|line| line["ticket"].as_str().expect("a number").to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_error_is_a_problem() {
    let house = house(Wish::default()).await;
    let token = house.token(&["read", "ingest"]).await;
    #[rustfmt::skip]
    let table = [
        // name                          method    path                             status
        ("nothing there",                "GET",    "/api/v1/nothing",               404),
        ("nothing there, below receipts","GET",    "/receipts/a/b",                 404),
        ("no such ticket",               "GET",    "/api/v1/tickets/W9",            404),
        ("a wrong method",               "DELETE", "/api/v1/events",                405),
        ("a wrong method of a probe",    "POST",   "/healthz",                      405),
        ("an unknown parameter",         "GET",    "/api/v1/slips?colour=yellow",   400),
        ("no number",                    "GET",    "/api/v1/tickets?limit=many",    400),
        ("too many",                     "GET",    "/api/v1/units?limit=1001",      400),
        ("a name nobody has",            "GET",    "/api/v1/tickets/W%00",          404),
        ("a text no database holds",     "GET",    "/api/v1/slips?unit=%00",        400),
        ("a name that is no text",       "GET",    "/api/v1/tickets/%ff",           400),
        ("a body of another kind",       "POST",   "/api/v1/events",                415),
    ];
    for (name, method, path, want) in table {
        let method = method.parse().expect("a method");
        let request = house.client.request(method, house.url(path)).bearer_auth(&token);
        let reply = house.send(request.header("content-type", "text/html")).await;
        assert_eq!(reply.status, want, "{name}: {}", reply.body);
        assert_eq!(
            reply.header("content-type"),
            "application/problem+json; charset=utf-8",
            "{name}"
        );
        let problem = reply.json();
        assert_eq!(problem["status"], want, "{name}");
        assert!(problem["detail"].as_str().is_some_and(|text| !text.is_empty()), "{name}");
        assert_eq!(want == 405, !reply.header("allow").is_empty(), "{name}: `Allow`");
    }
    house.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lists_lead_from_page_to_page() {
    let house = house(Wish::default()).await;
    let token = house.token(&["read"]).await;
    for no in 1..=3 {
        house.ticket(&format!("W{no}")).await;
        house.slip(&format!("W{no}"), "yellow", 1).await;
        house.ledger(&format!("W{no}"), "hung", None).await;
    }
    #[rustfmt::skip]
    let table = [
        // list                              its lines, and what names one
        ("/api/v1/tickets?limit=2&open=true", "tickets", "ticket"),
        ("/api/v1/slips?limit=2&kind=yellow", "slips",   "ticket"),
        ("/api/v1/ledger?limit=2&list=hung",  "ledger",  "ticket"),
    ];
    for (list, lines, name) in table {
        let first = house.get_as(&token, list).await;
        assert_eq!(first.json()[lines].as_array().map(Vec::len), Some(2), "{list}");
        let link = first.header("link");
        let next = link.strip_prefix('<').and_then(|rest| rest.strip_suffix(">; rel=\"next\""));
        let second = house.get_as(&token, next.expect("a link to the next page")).await;
        assert_eq!(second.header("link"), "", "{list}: the last page leads nowhere");
        assert!(second.json()["next"].is_null(), "{list}");
        let pages = [first.json(), second.json()];
        let mut seen: Vec<String> = pages
            .iter()
            .flat_map(|page| page[lines].as_array().expect("lines").clone())
            .map(|line| line[name].as_str().expect("a name").to_owned())
            .collect();
        seen.sort();
        assert_eq!(seen, ["W1", "W2", "W3"], "{list}");
    }
    let closed = house.get_as(&token, "/api/v1/tickets?open=false").await.json();
    assert_eq!(closed["tickets"], json!([]));
    house.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_has_so_many_calls() {
    let house = house(Wish { calls_max: 2, ..Wish::default() }).await;
    let (token, other) = (house.token(&["read"]).await, house.token(&["read"]).await);
    let first = house.get_as(&token, "/api/v1/slips").await;
    assert_eq!(first.header("ratelimit-policy"), "\"token\";q=2;w=60");
    assert!(first.header("ratelimit").starts_with("\"token\";r=1;t="));
    assert_eq!(house.get_as(&token, "/api/v1/slips").await.status, 200);
    let third = house.get_as(&token, "/api/v1/slips").await;
    assert_eq!(third.status, 429);
    assert!(third.header("ratelimit").starts_with("\"token\";r=0;t="));
    assert!(third.header("retry-after").parse::<u64>().is_ok_and(|wait| (1..=30).contains(&wait)));
    assert_eq!(house.get_as(&other, "/api/v1/slips").await.status, 200);
    assert_eq!(house.get("/healthz").await.header("ratelimit"), "");
    house.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_with_a_key_is_made_once() {
    let house = house(Wish::default()).await;
    let (token, other) = (house.token(&["ingest"]).await, house.token(&["ingest"]).await);
    let post = async |token: &str, key: &str, body: String| {
        let request = house.client.post(house.url("/api/v1/events")).bearer_auth(token);
        let request = request.header("content-type", "application/x-ndjson");
        house.send(request.header("idempotency-key", key).body(body)).await
    };
    let body = line("W1", "received", "a");
    let first = post(&token, "k1", body.clone()).await;
    assert_eq!(first.json()[0]["result"], "accepted");
    assert_eq!(first.header("idempotency-replayed"), "");
    let again = post(&token, "k1", body.clone()).await;
    assert_eq!((again.status, again.body), (200, first.body), "word for word");
    assert_eq!(again.headers["idempotency-replayed"], "true");
    let changed = post(&token, "k1", line("W1", "dispatched", "b")).await;
    assert_eq!(changed.status, 422, "{}", changed.body);
    assert_eq!(house.journal("W1").await.len(), 1);
    assert_eq!(post(&other, "k1", body).await.json()[0]["result"], "duplicate", "another's key");
    assert_eq!(post(&token, "k2", "prose".to_owned()).await.status, 400);
    let mended = post(&token, "k2", line("W1", "dispatched", "b")).await;
    assert_eq!(mended.json()[0]["result"], "accepted", "a call that failed is made again");
    assert_eq!(post(&token, &"k".repeat(256), String::new()).await.status, 400);
    assert_eq!(post(&token, "two words", String::new()).await.status, 400);
    house.stop().await;
}
