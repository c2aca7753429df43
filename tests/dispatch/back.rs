//! What comes back: messages that do not arrive go on, words of residents become answers.

use duban::{
    channel::back::{Receipt, Word},
    core::{
        event::{Event, Kind},
        receipt::Delivery,
        timestamp::Timestamp,
    },
    store::{Outcome, Proof, Settled},
};
use serde_json::{Value, json};

use crate::{
    city::{City, at, configured, to_the_mailbox},
    gateway::Gateway,
};

const BATCH: i64 = 100;
const DISPATCHED: &str = "2026-05-07T10:00:00+08:00";
const RESOLVED: &str = "2026-05-08T10:00:00+08:00";
/// In the hours in which residents may be written to.
const ASKED: &str = "2026-05-08T10:01:00+08:00";
const ANSWERED: &str = "2026-05-08T11:00:00+08:00";

pub fn told(no: &str, kind: &str, when: &str, data: &Value) -> Event {
    let mut event = Event::new(no, Kind::of(kind), at(when));
    event.unit = Some("cx-scjg".to_owned());
    event.category = Some("投诉/电梯".to_owned());
    event.urgency = Some("一般".to_owned());
    event.data = data.as_object().cloned().unwrap_or_default();
    event
}

/// Every message as `person way state`.
pub async fn messages(city: &City, no: &str) -> Vec<String> {
    let rows = city.messages(no).await;
    let words = rows.iter().map(|row| (row.message.to.name(), &row.message.via, &row.state));
    words.map(|(who, via, state)| format!("{who} {via} {state}")).collect()
}

pub async fn send(city: &City, now: Timestamp) {
    city.dispatch.run_until_idle(now).await.expect("the dispatch sends");
}

pub async fn what_cannot_be_delivered_goes_on(url: &str) {
    let gateway = Gateway::start("sms.py");
    let config = configured(&format!(
        "[[channel]]\nname = 'box'\nkind = 'mailbox'\n\
         [[channel]]\nname = 'text'\nkind = 'http_sms'\nurl = 'http://127.0.0.1:{}/bad'\nbody = '{{}}'\n\
         [kinds]\nim = 'off'\nsms = 'text'\nemail = 'box'\nvoice = 'off'\nprint = 'box'\ndigest = 'box'\n",
        gateway.port
    ));
    let city = City::open(url, "cn", config, BATCH).await;
    city.fall_back_by("cn", "'sms', 'email'");
    let now = at(DISPATCHED);
    city.hear(vec![told("W1", "dispatched", DISPATCHED, &json!({}))], now).await;
    send(&city, now).await;
    assert_eq!(messages(&city, "W1").await, ["p11 im dropped", "p11 sms gave_up"]);
    let done = city.dispatch.fall_back(now).await.expect("it goes on");
    assert_eq!((done.went_on, done.nobody), (1, 0));
    send(&city, now).await;
    assert_eq!(
        messages(&city, "W1").await,
        ["p11 im dropped", "p11 sms gave_up", "p11 email sent"]
    );
    let done = city.dispatch.fall_back(now).await.expect("it looks again");
    assert_eq!((done.went_on, done.nobody), (0, 0), "once");
    let proof = city.journal("W1", "duban.fell_back").await;
    assert_eq!(proof.len(), 1);
    assert_eq!(
        (&proof[0]["why"], &proof[0]["next"]),
        (&json!("sms to p11 was given up"), &json!("p11 by email"))
    );
}

pub async fn a_receipt_that_fails_goes_on_at_once(url: &str) {
    let city = City::open(url, "cn", to_the_mailbox(), BATCH).await;
    city.fall_back_by("cn", "'sms'");
    let now = at(DISPATCHED);
    city.hear(vec![told("W1", "dispatched", DISPATCHED, &json!({}))], now).await;
    // A provider with receipts takes both messages of the task.
    let offers = city.store.claim(10, 60_000, now).await.expect("they are claimed");
    let within = Some(now.plus_ms(600_000));
    let settled: Vec<Settled> = offers
        .iter()
        .map(|offer| Settled {
            id: offer.id,
            attempt: 1,
            outcome: Outcome::Sent { channel: "text".to_owned(), provider: "ok".to_owned() },
            proof: Proof {
                parts: vec![format!("m-{}", offer.message.via)],
                receipt_due: within,
                ..Proof::default()
            },
        })
        .collect();
    city.store.settle(&settled, now).await.expect("they are settled");
    let receipts = city.receipts();
    let hear = async |id: &str, delivery, code: &str| {
        let (id, code) = (id.to_owned(), code.to_owned());
        let receipt = Receipt { id, to: None, delivery, code, at: None };
        receipts.keep(vec![("text".to_owned(), receipt)], now).await.expect("it is kept");
        city.dispatch.fall_back(now).await.expect("it looks").went_on
    };
    assert_eq!(hear("m-sms", Delivery::Never, "UNDELIV 5").await, 0, "the other may still arrive");
    assert_eq!(hear("m-im", Delivery::Failed, "").await, 1, "now nothing has");
    let all = messages(&city, "W1").await;
    assert_eq!(all.last().map(String::as_str), Some("p12 sms waiting"), "the stand-in: {all:?}");
    let deliveries = city.journal("W1", "duban.delivery").await;
    let said: Vec<&Value> = deliveries.iter().map(|line| &line["delivery"]).collect();
    assert_eq!(said, ["never", "failed"]);
    assert_eq!(deliveries[0]["code"], "UNDELIV 5");
    send(&city, now).await;
    let sent = messages(&city, "W1").await;
    assert_eq!(sent.last().map(String::as_str), Some("p12 sms sent"), "it reached the stand-in");
}

/// A city whose resident was asked by SMS whether it is solved.
async fn asked(url: &str) -> City {
    let city = City::open(url, "cn", to_the_mailbox(), BATCH).await;
    let phone = json!({ "phone": "13800138000" });
    city.hear(vec![told("W1", "dispatched", DISPATCHED, &phone)], at(DISPATCHED)).await;
    for (kind, when) in
        [("accepted", DISPATCHED), ("contacted", DISPATCHED), ("resolved", RESOLVED)]
    {
        city.hear(vec![told("W1", kind, when, &json!({}))], at(when)).await;
    }
    send(&city, at(ASKED)).await;
    let rows = city.messages("W1").await;
    let question = rows.iter().find(|row| row.message.facts.link_expires.is_some());
    assert_eq!(question.map(|row| row.state.as_str()), Some("sent"), "{rows:?}");
    city
}

fn word(id: &str, from: &str, text: &str) -> Word {
    Word { id: id.to_owned(), from: from.to_owned(), text: text.to_owned() }
}

pub async fn a_digit_answers_the_question_that_was_asked_last(url: &str) {
    let city = asked(url).await;
    let now = at(ANSWERED);
    let receipts = city.receipts();
    for _ in 0..2 {
        let said = receipts.take("text", &word("i-1", "+86 138-0013-8000", "１。"), now).await;
        said.expect("it is taken");
    }
    city.engine.run_until_idle(now).await.expect("the engine looks");
    let answers = city.journal("W1", "answered").await;
    assert_eq!(answers.len(), 1, "said twice by the provider, it counts once");
    assert_eq!(answers[0]["data"]["digits"], "1");
    assert!(!answers[0].to_string().contains("13800138000"), "no number in the journal");
    assert_eq!(city.journal("W1", "evaluated").await.len(), 1, "it is an answer");
}

pub async fn a_word_nobody_was_asked_for_is_kept_without_it(url: &str) {
    let city = asked(url).await;
    let now = at(ANSWERED);
    let receipts = city.receipts();
    let secret = "张三家的事,电话13912345678";
    receipts.take("text", &word("i-1", "13912345678", "1"), now).await.expect("it is kept");
    receipts.take("text", &word("i-2", "13800138000", secret), now).await.expect("it is taken");
    city.engine.run_until_idle(now).await.expect("the engine looks");
    let refused = city.store.refusals(10).await.expect("they read");
    assert_eq!(refused.len(), 1);
    assert!(refused[0].reason.contains("nobody wrote to"), "{}", refused[0].reason);
    assert_eq!(refused[0].raw, "");
    let answers = city.journal("W1", "answered").await;
    assert_eq!(answers[0]["data"]["digits"], "?", "the words are not kept");
    assert_eq!(city.journal("W1", "reply_unclear").await.len(), 1, "the callback desk asks");
}

pub async fn whoever_wants_no_messages_gets_none(url: &str) {
    let city = asked(url).await;
    let now = at(ANSWERED);
    let receipts = city.receipts();
    receipts.take("text", &word("i-1", "13800138000", "td"), now).await.expect("it is taken");
    let phone = json!({ "phone": "+8613800138000" });
    let ask_another = async |no: &str| {
        city.hear(vec![told(no, "dispatched", ANSWERED, &phone)], now).await;
        city.hear(vec![told(no, "resolved", ANSWERED, &json!({}))], now).await;
        send(&city, now.plus_ms(60_000)).await;
        let rows = city.messages(no).await;
        let question = rows.into_iter().find(|row| row.message.facts.link_expires.is_some());
        let question = question.expect("it was to be asked");
        (question.state, question.reason.unwrap_or_default())
    };
    let (state, reason) = ask_another("W2").await;
    assert_eq!((state.as_str(), reason.as_str()), ("dropped", "they want no messages"));
    receipts.take("text", &word("i-2", "13800138000", "START"), now).await.expect("it is taken");
    assert_eq!(ask_another("W3").await.0, "sent");
}

pub async fn an_outage_of_a_day_loses_nothing(url: &str) {
    // Nobody listens on it once it is dropped.
    let port = std::net::TcpListener::bind("127.0.0.1:0")
        .and_then(|listener| listener.local_addr())
        .expect("loopback has a free port")
        .port();
    let config = configured(&format!(
        "[[channel]]\nname = 'box'\nkind = 'mailbox'\n\
         [[channel]]\nname = 'text'\nkind = 'http_sms'\nurl = 'http://127.0.0.1:{port}/ok'\nbody = '{{}}'\nper_second = 2\n\
         [kinds]\nim = 'off'\nsms = 'text'\nemail = 'box'\nvoice = 'off'\nprint = 'box'\ndigest = 'box'\n\
         [sysadmin]\nchannel = 'box'\nto = 'ops@example.org'\n",
    ));
    let city = City::open(url, "cn", config, BATCH).await;
    let begin = at(DISPATCHED);
    for n in 0..6 {
        let no = format!("W{n}");
        city.hear(vec![told(&no, "dispatched", DISPATCHED, &json!({}))], begin).await;
    }
    // Nobody listens on the port for more than a day.
    let mut now = begin;
    while now < begin.plus_ms(26 * 3_600_000) {
        send(&city, now).await;
        now = city.store.next_offer().await.expect("it reads").expect("something waits");
    }
    let mails = city.store.mailbox_list(10).await.expect("it reads");
    let to_us: Vec<&str> = mails.iter().map(|mail| mail.subject.as_str()).collect();
    assert_eq!(to_us, ["duban: 通道 text 故障 / channel text is down"], "told once, another way");
    assert!(mails[0].at.since(begin) <= 60_000, "within a minute: {}", mails[0].at);
    assert_eq!(city.dispatch.down(), ["text"]);
    let gateway = Gateway::listen("sms.py", port);
    // One probe, then no more than two in a second.
    let mut seconds = std::collections::BTreeMap::new();
    while let Some(next) = city.store.next_offer().await.expect("it reads") {
        now = now.max(next);
        let before = gateway.count();
        send(&city, now).await;
        *seconds.entry(now.0 / 1_000).or_insert(0) += gateway.count() - before;
        now = now.plus_ms(1);
    }
    assert!(seconds.values().all(|sent| *sent <= 2), "{seconds:?}");
    assert_eq!(gateway.count(), 6, "each once");
    for n in 0..6 {
        let sent = messages(&city, &format!("W{n}")).await;
        assert_eq!(sent.last().map(String::as_str), Some("p11 sms sent"), "W{n}: {sent:?}");
    }
    let mails = city.store.mailbox_list(10).await.expect("it reads");
    assert!(mails[0].subject.contains("works again"), "{}", mails[0].subject);
    assert!(city.dispatch.down().is_empty());
}

pub async fn a_storm_in_one_unit_does_not_hold_up_another(url: &str) {
    let gateway = Gateway::start("sms.py");
    let config = configured(&format!(
        "[[channel]]\nname = 'box'\nkind = 'mailbox'\n\
         [[channel]]\nname = 'text'\nkind = 'http_sms'\nurl = 'http://127.0.0.1:{}/ok'\nbody = '{{}}'\nper_second = 5\n\
         [dispatch]\nworkers = 1\n\
         [kinds]\nim = 'off'\nsms = 'text'\nemail = 'box'\nvoice = 'off'\nprint = 'box'\ndigest = 'box'\n",
        gateway.port
    ));
    let city = City::open(url, "cn", config, BATCH).await;
    let now = at(DISPATCHED);
    let storm = (0..40).map(|n| told(&format!("S{n:02}"), "dispatched", DISPATCHED, &json!({})));
    city.hear(storm.collect(), now).await;
    let mut other = told("T1", "dispatched", DISPATCHED, &json!({}));
    other.unit = Some("cx-cgj".to_owned());
    city.hear(vec![other], now).await;
    send(&city, now).await;
    assert_eq!(gateway.count(), 5, "what leaves in the first second");
    let sent = messages(&city, "T1").await;
    assert_eq!(sent.last().map(String::as_str), Some("p15 sms sent"), "its turn came: {sent:?}");
}
