//! What becomes of one ticket's messages.

use duban::{
    core::{
        org::{Contact, Post},
        timestamp::Timestamp,
    },
    dispatch::Dispatched,
    secret::token_hash,
};
use serde_json::{Value, json};

use crate::{
    city::{City, at, configured, event, to_the_mailbox},
    gateway::Gateway,
};

const BATCH: i64 = 100;
/// Received on a Tuesday, due the next day at the same time.
const RECEIVED: &str = "2026-06-09T09:00:00-04:00";
/// A green slip: case worker and supervisor, each by mail and SMS.
const DUE: &str = "2026-06-10T09:00:00-04:00";
const SLIP: &str = "W1/r1/resolve//0/1.0.0";
const LATER: &str = "2026-06-10T09:05:00-04:00";

/// A city in which four messages of a green slip wait.
async fn with_four_messages(url: &str, config: duban::config::Config) -> City {
    let city = City::open(url, "boston", config, BATCH).await;
    city.hear(vec![event("W1", "received", RECEIVED, &json!({}))], at(RECEIVED)).await;
    city.engine.run_until_idle(at(DUE)).await.expect("the engine looks");
    // The reminder of the afternoon before was never looked at in time: only the green slip is.
    let messages = city.messages("W1").await;
    assert_eq!(messages.len(), 4, "{messages:?}");
    assert!(messages.iter().all(|row| row.message.slip.as_deref() == Some(SLIP)));
    city
}

/// Sends what waits, at `now`; what was done is everything there was to do.
async fn send(city: &City, now: Timestamp) -> Dispatched {
    city.dispatch.run_until_idle(now).await.expect("the dispatch sends")
}

pub async fn a_message_whose_reason_is_gone_is_not_sent(url: &str) {
    let withdrawn = json!({ "slip": SLIP, "reason": "asked by mistake", "by": "PWDx" });
    #[rustfmt::skip]
    let table = [
        // name                       event, when it occurred                       reason
        ("the clock has stopped",     event("W1", "closed", LATER, &json!({})),     "its reason is gone"),
        ("the slip was withdrawn",    event("W1", "slip_withdrawn", LATER, &withdrawn), "asked by mistake"),
        ("it was closed before due",  event("W1", "closed", "2026-06-10T08:59:59-04:00", &json!({})), ""),
    ];
    let city = with_four_messages(url, to_the_mailbox()).await;
    for (index, (name, mut told, reason)) in table.into_iter().enumerate() {
        // Each on a ticket of its own, beside the first.
        let no = format!("W1{index}");
        let mut received = event(&no, "received", RECEIVED, &json!({}));
        received.id = Some(no.clone());
        city.hear(vec![received], at(RECEIVED)).await;
        city.engine.run_until_idle(at(DUE)).await.expect("the engine looks");
        told.ticket.clone_from(&no);
        if let Some(slip) = told.data.get_mut("slip") {
            *slip = Value::from(SLIP.replacen("W1", &no, 1));
        }
        city.hear(vec![told], at(LATER)).await;
        let done = send(&city, at(LATER)).await;
        let rows = city.messages(&no).await;
        assert_eq!(rows.len(), 4, "{name}");
        assert!(rows.iter().all(|row| row.state == "dropped"), "{name}: {rows:?}");
        let says = |row: &duban::store::MessageRow| {
            row.reason.as_deref().is_some_and(|said| said.contains(reason))
        };
        assert!(rows.iter().all(says), "{name}: {rows:?}");
        // The first ticket's four leave in the first round; nothing ever leaves of the others.
        assert_eq!(done.sent, if index == 0 { 4 } else { 0 }, "{name}");
    }
    let mails = city.store.mailbox_list(100).await.expect("the store answers");
    assert_eq!(mails.len(), 4, "only of the ticket whose reason stands");
}

pub async fn a_question_that_is_answered_or_too_old_is_not_sent(url: &str) {
    let city = City::open(url, "boston", to_the_mailbox(), BATCH).await;
    let contact = json!({ "phone": "+16175550199" });
    let closed = "2026-06-09T10:00:00-04:00";
    #[rustfmt::skip]
    let table = [
        ("answered by phone", "A", Some("2026-06-09T10:30:00-04:00"), "2026-06-09T11:00:00-04:00", "dropped", "its reason is gone"),
        ("just in time",      "B", None,                              "2026-06-12T09:59:59-04:00", "sent",    ""),
        ("too old",           "C", None,                              "2026-06-12T10:00:00-04:00", "dropped", "it expired"),
    ];
    for (name, no, answered, sent_at, state, reason) in table {
        let received = event(no, "received", RECEIVED, &contact);
        city.hear(vec![received, event(no, "closed", closed, &json!({}))], at(closed)).await;
        if let Some(time) = answered {
            city.hear(vec![event(no, "answered", time, &json!({ "solved": "yes" }))], at(time))
                .await;
        }
        send(&city, at(sent_at)).await;
        let rows = city.messages(no).await;
        assert_eq!(rows.len(), 1, "{name}: one question");
        assert_eq!(rows[0].state, state, "{name}: {:?}", rows[0].reason);
        let said = rows[0].reason.clone().unwrap_or_default();
        assert!(said.contains(reason), "{name}: {said}");
    }
}

pub async fn a_failed_message_is_tried_again_and_given_up(url: &str) {
    let gateway = Gateway::start("sms.py");
    let config = configured(&format!(
        "[dispatch]\nattempts_max = 5\nretry_min = '30s'\nretry_max = '2m'\nworkers = 1\n\
         [kinds]\nemail = 'off'\nsms = 'text'\nim = 'off'\n\
         [[channel]]\nname = 'text'\nkind = 'http_sms'\nurl = \"http://127.0.0.1:{}/{{{{ 'broken' if ticket == 'W1' else 'ok' }}}}\"\n\
         body = '{{\"to\": {{{{ to }}}}, \"text\": {{{{ text }}}}, \"id\": {{{{ id }}}}}}'\n",
        gateway.port
    ));
    let city = with_four_messages(url, config).await;
    // The gateway takes everything else: it is this message that fails, not the channel.
    let taken_beside = async |now: Timestamp| {
        let received = now.plus_ms(at(RECEIVED).since(at(DUE)));
        let mut event = event(&format!("K{}", now.0), "received", RECEIVED, &json!({}));
        event.at = received;
        city.hear(vec![event], received).await;
        city.engine.run_until_idle(now).await.expect("the engine looks");
    };
    taken_beside(at(DUE)).await;
    let first = send(&city, at(DUE)).await;
    assert_eq!((first.retried, first.dropped, first.sent), (2, 4, 2), "mail is off: {first:?}");

    let (mut attempts, mut last, mut waits) = (1, at(DUE), Vec::new());
    while let Some(next) = city.store.next_offer().await.expect("the store answers") {
        assert_eq!(send(&city, next.plus_ms(-1)).await.claimed, 0, "nothing is tried too early");
        taken_beside(next).await;
        let done = city.dispatch.run_once(next).await.expect("the dispatch sends");
        assert!(done.claimed > 0, "what is offered can be claimed");
        waits.push(next.since(last));
        last = next;
        attempts += 1;
        assert!(attempts < 20, "it ends");
    }
    let rows = city.messages("W1").await;
    let texts: Vec<_> = rows.iter().filter(|row| row.message.via == "sms").collect();
    assert_eq!(texts.len(), 2);
    for row in texts {
        assert_eq!((row.state.as_str(), row.attempt), ("gave_up", 5));
        assert_eq!(row.reason.as_deref(), Some("HTTP 500: oops"));
        assert_eq!(row.channel.as_deref(), Some("text"));
    }
    let tries: Vec<Value> =
        gateway.requests().into_iter().filter(|request| request["path"] == "/broken").collect();
    assert_eq!(tries.len(), 10, "two messages, five times each");
    let ids: std::collections::BTreeSet<String> =
        tries.iter().map(|request| request["json"]["id"].to_string()).collect();
    assert_eq!(ids.len(), 2, "each time under the same id");
    assert!(waits.iter().all(|wait| *wait <= 120_000), "no wait beyond `retry_max`: {waits:?}");
    assert!(last.since(at(DUE)) >= 30_000 * 4, "each wait is `retry_min` at least: {waits:?}");
}

/// A provider that puts the words together itself gets them one by one, as the text has them.
pub async fn an_approved_text_is_filled_from_the_message(url: &str) {
    let gateway = Gateway::start("providers.py");
    let key = tempfile::NamedTempFile::new().expect("a scratch file");
    std::fs::write(key.path(), "TESTtestTESTtest").expect("the scratch file takes a key");
    let config = configured(&format!(
        "[kinds]\nemail = 'off'\nsms = 'ali'\nim = 'off'\n\
         [[channel]]\nname = 'ali'\nkind = 'aliyun'\nendpoint = 'http://127.0.0.1:{}'\n\
         access_key_id = 'LTAI'\naccess_key_secret_file = '{}'\nsign_name = 'Boston 311'\n\
         [channel.templates.'staff.green']\ncode = 'fine'\n\
         variables = ['no', 'state', 'content']\n",
        gateway.port,
        key.path().display(),
    ));
    let city = with_four_messages(url, config).await;
    let done = send(&city, at(DUE)).await;
    assert_eq!((done.sent, done.dropped), (2, 2), "mail is off: {done:?}");
    let requests = gateway.requests();
    assert_eq!(requests.len(), 2);
    for request in requests {
        let words = request["query"]["TemplateParam"].as_str().expect("variables");
        let words: Value = serde_json::from_str(words).expect("JSON");
        assert_eq!(words["no"], "W1");
        let content = words["content"].as_str().expect("a text");
        for name in ["no", "state"] {
            let word = words[name].as_str().expect("a word");
            assert!(content.contains(word), "`{word}` of {name} stands in `{content}`");
        }
    }
}

pub async fn the_person_is_found_at_sending(url: &str) {
    let city = with_four_messages(url, to_the_mailbox()).await;
    let mut org = city.org.clone();
    // The supervisor of PWDx has left and somebody new is there; nobody is case worker any more.
    let stays = |post: &&Post| {
        post.unit != "PWDx" || !matches!(post.role.as_str(), "supervisor" | "case_worker")
    };
    org.posts = org.posts.iter().filter(stays).cloned().collect();
    let mut new = org.people.get("p05").expect("the set has p05").clone();
    "p99".clone_into(&mut new.id);
    new.contacts = vec![Contact {
        email: Some("new.one@example.org".to_owned()),
        phone: Some("+1 617 555 0199".to_owned()),
        ..Contact::default()
    }];
    org.people.insert(new.id.clone(), new);
    org.posts.push(Post {
        unit: "PWDx".to_owned(),
        role: "supervisor".to_owned(),
        person: "p99".to_owned(),
        deputy: false,
        from: None,
        to: None,
        shift: None,
    });
    city.replace_org(org);
    let done = send(&city, at(DUE)).await;
    assert_eq!((done.sent, done.given_up), (2, 2), "{done:?}");
    let mails = city.store.mailbox_list(10).await.expect("the store answers");
    let mut to: Vec<&str> = mails.iter().map(|mail| mail.to.as_str()).collect();
    to.sort_unstable();
    assert_eq!(to, ["+1 617 555 0199", "new.one@example.org"]);
    let rows = city.messages("W1").await;
    let reasons: Vec<_> = rows.iter().filter_map(|row| row.reason.as_deref()).collect();
    assert_eq!(reasons, ["nobody is case_worker of PWDx"; 2]);
}

pub async fn the_link_in_a_message_opens(url: &str) {
    let city = City::open(url, "boston", to_the_mailbox(), BATCH).await;
    let contact = json!({ "phone": "+16175550199", "email": "resident@example.org" });
    let now = at(LATER);
    let events =
        vec![event("W1", "received", DUE, &contact), event("W1", "closed", LATER, &json!({}))];
    city.hear(events, now).await;
    assert_eq!(send(&city, now).await.sent, 1);
    let mails = city.store.mailbox_list(10).await.expect("the store answers");
    let [mail] = mails.as_slice() else { panic!("one question: {mails:?}") };
    assert_eq!(mail.to, "+16175550199", "a text comes before a mail");
    let [link] = mail.links.as_slice() else { panic!("one link") };
    assert!(mail.text.contains(link.trim_start_matches("http://")), "{}", mail.text);
    let token = link.rsplit('/').next().unwrap_or_default();
    assert_eq!(token.len(), 16);
    let found = city.store.link(&token_hash(token)).await.expect("the store answers");
    let found = found.expect("the store knows the hash of the link");
    assert_eq!((found.ticket_no.as_str(), found.round, found.used), ("W1", 1, None));
    assert_eq!(found.expires, now.plus_ms(72 * 3_600_000));
}
