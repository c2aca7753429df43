//! The page behind the link in a mail to staff.

use duban::{
    core::message::{Facts, Message, Recipient},
    core::timestamp::Timestamp,
    secret::{Held, Ring},
    store::{MessageWrite, Writes},
};

use crate::house::{HOUR_MS, House, NOW, WRONG_MAX, Wish, house};

const DAY_MS: i64 = 24 * HOUR_MS;

/// A message to the liaison, written and not yet sent; the token of its link.
async fn told(house: &House, ticket: &str, key: &str, slip: Option<&str>, facts: Facts) -> String {
    told_at(house, ticket, key, slip, facts, NOW).await
}

async fn told_at(
    house: &House,
    ticket: &str,
    key: &str,
    slip: Option<&str>,
    facts: Facts,
    not_before: Timestamp,
) -> String {
    let ticket_key = house.ticket(ticket).await;
    let message = Message {
        key: key.to_owned(),
        ticket: ticket.to_owned(),
        slip: slip.map(str::to_owned),
        with: Vec::new(),
        to: Recipient::Staff {
            unit: "cx-scjg".to_owned(),
            role: "liaison".to_owned(),
            person: Some("p11".to_owned()),
            away: None,
            cc: false,
        },
        via: "email".to_owned(),
        template: "staff.yellow".to_owned(),
        facts,
        not_before,
        expires: None,
    };
    let write = MessageWrite { message, ticket_key, sealed: None };
    house.write(Writes { messages: vec![write], ..Writes::default() }).await;
    let rows = house.store.messages(ticket_key).await.expect("they read");
    house.seal.staff_token(rows.last().expect("it was written").id)
}

async fn post(house: &House, token: &str, form: &[(&str, &str)]) -> crate::house::Reply {
    let body: Vec<String> =
        form.iter().map(|(key, value)| format!("{key}={}", value.replace(' ', "+"))).collect();
    let request = house.client.post(house.url(&format!("/a/{token}?lang=en")));
    let request = request.header("content-type", "application/x-www-form-urlencoded");
    house.send(request.body(body.join("&"))).await
}

/// The events of a kind in the journal of a ticket.
async fn heard(house: &House, ticket: &str, kind: &str) -> Vec<serde_json::Value> {
    let row = house.store.ticket(ticket).await.expect("it reads").expect("it is there");
    let journal = house.store.journal(row.key).await.expect("it reads");
    let lines = journal.iter().filter(|line| line.kind == kind);
    lines.map(|line| serde_json::from_str(&line.body).expect("JSON")).collect()
}

async fn with_slip(house: &House) -> String {
    house.slip("W1", "yellow", 0).await;
    let facts = Facts {
        no: "W1".to_owned(),
        serial: Some("yellow〔2026〕0号".to_owned()),
        due: Some(NOW),
        ..Facts::default()
    };
    let slip = "W1/r1/resolve/cx-scjg/0/0.0.0";
    told(house, "W1", &format!("{slip}/p11/email"), Some(slip), facts).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slip_is_received_by_one_tap() {
    let house = house(Wish::default()).await;
    let token = with_slip(&house).await;
    let page = house.get_in(&format!("/a/{token}"), "en").await;
    assert_eq!(page.status, 200);
    for says in ["W1", "2026-05-07 09:12", "I have received it", "What was done"] {
        assert!(page.body.contains(says), "{says}: {}", page.body);
    }
    assert!(!page.body.contains("<script"));
    assert_eq!(heard(&house, "W1", "acknowledged").await.len(), 0, "looking is no receipt");
    for _ in 0..2 {
        let reply = post(&house, &token, &[("token", &token), ("do", "receive")]).await;
        assert_eq!(reply.status, 200);
        assert!(reply.body.contains("Noted, thank you."), "{}", reply.body);
    }
    let said = heard(&house, "W1", "acknowledged").await;
    assert_eq!(said.len(), 1, "tapped twice, it counts once");
    assert_eq!(
        (&said[0]["by"], &said[0]["data"]["slip"]),
        (&"p11".into(), &"W1/r1/resolve/cx-scjg/0/0.0.0".into())
    );
    let fields = [("token", token.as_str()), ("do", "reply"), ("done", "cleaned"), ("plan", " ")];
    assert_eq!(post(&house, &token, &fields).await.status, 200);
    let said = heard(&house, "W1", "replied").await;
    assert_eq!((&said[0]["data"]["done"], said[0]["data"].get("plan")), (&"cleaned".into(), None));
    house.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_list_is_acknowledged_once() {
    let house = house(Wish::default()).await;
    let facts = Facts {
        title: Some(["今日三单".to_owned(), "Today's lists".to_owned()]),
        ..Facts::default()
    };
    let no = "~schedule/today";
    let key = format!("{no}/2026-05-07/cx-scjg/p11/email");
    let token = told(&house, no, &key, None, facts).await;
    let page = house.get_in(&format!("/a/{token}"), "zh").await;
    assert!(page.status == 200 && page.body.contains("今日三单"), "{}", page.body);
    assert!(
        page.body.contains("签收") && !page.body.contains("已采取的措施"),
        "a list has no reply"
    );
    for _ in 0..2 {
        post(&house, &token, &[("token", &token), ("do", "receive")]).await;
    }
    let said = heard(&house, no, "list_acknowledged").await;
    assert_eq!(said.len(), 1);
    assert_eq!((&said[0]["by"], &said[0]["data"]["period"]), (&"p11".into(), &"2026-05-07".into()));
    house.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_link_nobody_signed_opens_nothing() {
    let house = house(Wish::default()).await;
    let token = with_slip(&house).await;
    let (id, mac) = token.split_once('.').expect("a number and a signature");
    let other = format!("{}.{mac}", id.parse::<i64>().expect("a number") + 1);
    let foreign = post(&house, &token, &[("token", "another"), ("do", "receive")]).await;
    assert_eq!(foreign.status, 403, "the form must come from the page");
    let wrong = [other.as_str(), id, "1.", "x"].map(str::to_owned);
    let guesses = (0..).map(|n| format!("{n}.x"));
    for wrong in wrong.into_iter().chain(guesses).take(WRONG_MAX as usize) {
        assert_eq!(house.get(&format!("/a/{wrong}")).await.status, 404, "{wrong}");
    }
    assert_eq!(house.get("/a/x").await.status, 429, "guesses are shut out");
    assert_eq!(heard(&house, "W1", "acknowledged").await.len(), 0);
    house.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_link_that_is_too_old_says_so_and_takes_nothing() {
    let house = house(Wish::default()).await;
    house.slip("W1", "yellow", 0).await;
    let slip = "W1/r1/resolve/cx-scjg/0/0.0.0";
    for (name, age_ms, status) in [("in time", 60 * DAY_MS - 1, 200), ("too old", 60 * DAY_MS, 410)]
    {
        let (key, facts) = (format!("{slip}/{name}/email"), Facts::default());
        let token = told_at(&house, "W1", &key, Some(slip), facts, NOW.plus_ms(-age_ms)).await;
        let page = house.get_in(&format!("/a/{token}"), "en").await;
        assert_eq!(page.status, status, "{name}: {}", page.body);
        assert_eq!(page.body.contains("This link has expired"), status == 410, "{name}");
        let reply = post(&house, &token, &[("token", &token), ("do", "receive")]).await;
        assert_eq!(reply.status, status, "{name}");
    }
    assert_eq!(heard(&house, "W1", "acknowledged").await.len(), 1, "only in time");
    house.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_only_looks_acknowledges_nothing() {
    let house = house(Wish::default()).await;
    let token = with_slip(&house).await;
    let url = house.url(&format!("/a/{token}"));
    // A mail scanner, a messenger's preview, a browser that fetches ahead.
    let ahead = house.client.get(&url).header("sec-purpose", "prefetch");
    for request in [house.client.get(&url), house.client.head(&url), ahead] {
        assert_eq!(house.send(request).await.status, 200);
    }
    assert_eq!(house.send(house.client.put(&url)).await.status, 405);
    // A scanner that posts what it finds has no token of the form, or comes from elsewhere.
    assert_eq!(house.send(house.client.post(&url)).await.status, 403);
    let elsewhere = house.client.post(&url).header("sec-fetch-site", "cross-site");
    let form = [("token", token.as_str()), ("do", "receive")];
    assert_eq!(house.send(elsewhere.form(&form)).await.status, 403);
    assert_eq!(heard(&house, "W1", "acknowledged").await.len(), 0);
    house.stop().await;
}

/// Writes the ring that `change` makes of the one in the house's key file, and has it read.
fn rotate(house: &House, change: impl FnOnce(Ring) -> Ring) {
    let held = Held::hold(&house.key_file).expect("nobody else holds it");
    let ring = change(held.read().expect("it reads"));
    held.replace(&ring).expect("it is replaced");
    house.seal.renew().expect("it is read again");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_link_outlives_its_key_until_that_is_retired() {
    let house = house(Wish::default()).await;
    let token = with_slip(&house).await;
    let old = house.seal.ring().newest();
    rotate(&house, |ring| ring.rotated(NOW).expect("a second key"));
    let page = house.get_in(&format!("/a/{token}"), "en").await;
    assert_eq!(page.status, 200, "signed before the rotation: {}", page.body);
    rotate(&house, |ring| ring.without(old, NOW).expect("it is retired"));
    for turn in 0..=WRONG_MAX {
        let page = house.get_in(&format!("/a/{token}"), "en").await;
        assert_eq!(page.status, 410, "turn {turn}: an old link is no guess: {}", page.body);
        assert!(page.body.contains("expired"), "{}", page.body);
    }
    let reply = post(&house, &token, &[("token", &token), ("do", "receive")]).await;
    assert_eq!(reply.status, 410);
    assert_eq!(heard(&house, "W1", "acknowledged").await.len(), 0);
    house.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_a_unit_with_a_case_may_ask() {
    let house = house(Wish::default()).await;
    // The engine has not looked at this ticket, so nobody is responsible for it yet.
    let token = with_slip(&house).await;
    let page = house.get_in(&format!("/a/{token}"), "en").await;
    assert!(!page.body.contains("Ask for more time"), "{}", page.body);
    for asked in ["extend", "return"] {
        let form = [("token", token.as_str()), ("do", asked), ("basis", "because")];
        assert_eq!(post(&house, &token, &form).await.status, 403, "{asked}");
    }
    assert_eq!(heard(&house, "W1", "extension_asked").await.len(), 0);
    assert_eq!(heard(&house, "W1", "returned").await.len(), 0);
    let document = house.get(&format!("/a/{token}/slip")).await;
    assert_eq!(document.status, 404, "it was issued without a document");
    house.stop().await;
}
