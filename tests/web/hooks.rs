//! Webhooks of other systems over HTTP.

use duban::{
    channel::signing::{hex, hmac_sha1},
    config::Config,
    connector::{Connector, open_all},
};
use serde_json::{Value, json};

use crate::house::{House, Reply, Wish, house};

const SECRET: &str = "0123456789abcdef";

fn connectors() -> Vec<Connector> {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let path = folder.path().join("duban.toml");
    std::fs::write(folder.path().join("secret"), SECRET).expect("the folder takes files");
    let text = "[[connector]]\nname = 'zammad'\nkind = 'hook'\nmapping = 'zammad'\nsecret_file = 'secret'\n\
                cursor = 'ticket.updated_at'\n\
                [[connector]]\nname = 'plain'\nkind = 'hook'\nsecret_file = 'secret'\nsignature = 'bearer'\nlist = '/events'\n";
    std::fs::write(&path, text).expect("the folder takes files");
    let config = Config::load(Some(&path), std::iter::empty());
    let config = config.unwrap_or_else(|error| panic!("{error}"));
    open_all(&config).unwrap_or_else(|errors| panic!("{errors:?}"))
}

/// A delivery of Zammad's own payload, as its documentation shows it, shortened.
fn delivery(state: &str, group: &str, updated: &str) -> String {
    json!({
        "ticket": {
            "id": 81, "number": "10081", "title": "Webhook-Test", "state": state, "state_id": 2,
            "create_article_type": "phone", "created_at": "2026-05-07T00:34:35.282Z",
            "updated_at": format!("2026-05-07T{updated}Z"),
            "customer": { "firstname": "Emily", "email": "emily@example.com", "phone": "0061 2 1234 7777" },
            "group": { "id": 3, "name": group }, "priority": { "id": 2, "name": "2 normal" },
        },
        "article": { "id": 104, "body": "This is a simple Webhook Test.", "from": "Emily" },
    })
    .to_string()
}

impl House {
    async fn hook(&self, name: &str, header: (&str, &str), body: &str) -> Reply {
        let request = self.client.post(self.url(&format!("/api/v1/hooks/{name}")));
        self.send(request.header(header.0, header.1).body(body.to_owned())).await
    }

    /// Posts what Zammad would, signed as it signs.
    async fn deliver(&self, body: &str) -> Value {
        let signature = format!("sha1={}", hex(&hmac_sha1(SECRET.as_bytes(), body.as_bytes())));
        let reply = self.hook("zammad", ("X-Hub-Signature", &signature), body).await;
        assert_eq!(reply.status, 200, "{}", reply.body);
        serde_json::from_str(&reply.body).expect("JSON")
    }

    async fn kinds(&self, ticket: &str) -> Vec<String> {
        let ticket = self.store.ticket(ticket).await.expect("it reads").expect("it is there");
        let journal = self.store.journal(ticket.key).await.expect("it reads");
        assert!(!format!("{journal:?}").contains("emily@"), "contacts are sealed");
        journal.into_iter().map(|row| row.kind).collect()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_webhook_is_thanked_for_once_it_is_kept() {
    let house = house(Wish { connectors: connectors(), ..Wish::default() }).await;
    let new = delivery("new", "Service Desk", "00:34:35.333");
    let thanks = house.deliver(&new).await;
    assert_eq!(thanks, json!({ "rows": 1, "accepted": 2, "duplicates": 0, "refused": 0 }));
    // Zammad tries up to four times more if it gets no answer.
    assert_eq!(house.deliver(&new).await["accepted"], 0);
    house.deliver(&delivery("open", "Service Desk", "00:40:00.000")).await;
    house.deliver(&delivery("pending reminder", "Roads", "00:50:00.000")).await;
    // A delivery from before comes late: it undoes nothing.
    assert_eq!(
        house.deliver(&delivery("open", "Service Desk", "00:40:00.500")).await["accepted"],
        0
    );
    house.deliver(&delivery("closed", "Roads", "01:00:00.000")).await;
    let want = "received dispatched accepted reassigned paused resumed closed";
    assert_eq!(house.kinds("zammad-10081").await.join(" "), want);
    house.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_webhook_with_another_signature_tells_nothing() {
    let house = house(Wish { connectors: connectors(), ..Wish::default() }).await;
    let body = delivery("new", "Service Desk", "00:34:35.333");
    let signed = format!("sha1={}", hex(&hmac_sha1(SECRET.as_bytes(), body.as_bytes())));
    let bearer = format!("Bearer {SECRET}");
    #[rustfmt::skip]
    let table = [
        ("its own signature, another body", "zammad", ("X-Hub-Signature", signed.as_str()), " {}".to_owned(), 401),
        ("no signature",                    "zammad", ("X-Other", "x"),                     body.clone(),     401),
        ("a hook nobody set up",            "zendesk", ("X-Hub-Signature", &signed),        body.clone(),     404),
        ("the secret of another kind",      "plain",  ("X-Hub-Signature", &signed),         body.clone(),     401),
        ("no list where it should be",      "plain",  ("Authorization", &bearer),           body.clone(),     400),
        ("not JSON",                        "plain",  ("Authorization", &bearer),           "x".to_owned(),   400),
    ];
    for (name, connector, header, body, want) in table {
        assert_eq!(house.hook(connector, header, &body).await.status, want, "{name}");
    }
    let event = json!({ "ticket": "W1", "event": "received", "at": "2026-05-07T08:00:00+08:00" });
    let body = json!({ "events": [event, { "ticket": "W2", "phone": "13800138000" }] }).to_string();
    let reply = house.hook("plain", ("Authorization", &bearer), &body).await;
    assert_eq!(reply.body, r#"{"rows":2,"accepted":1,"duplicates":0,"refused":1}"#);
    let refused = house.store.connector_refused("plain", 9).await.expect("it reads");
    assert!(!format!("{refused:?}").contains("13800138000"), "{refused:?}");
    house.stop().await;
}
