//! The main job's circle: an event over HTTP, a slip in the mailbox; a resolution, a question;
//! a bad answer, a new round.

use serde_json::json;

use crate::house::{House, event, overdue};

#[test]
fn an_event_over_http_becomes_a_slip() {
    let house = House::new();
    let daemon = house.start();
    let refused = house.post("/api/v1/events", "{}");
    assert_eq!(refused.status, 401, "nobody sends without a token");
    let token = house.token();
    house.send(&token, &[overdue("W1")]);
    let mail = house.mail("W1", |mail| mail["to"] == "ben.two@example.org");
    assert!(mail["subject"].as_str().is_some_and(|words| words.contains("case W1")), "{mail}");
    assert_eq!(house.count("SELECT count(*) FROM slip"), 1);
    let found = house.get("/metrics").body;
    assert!(found.contains("duban_slips_total 1"), "{found}");
    daemon.tell("TERM");
    assert_eq!(daemon.ended().code(), Some(0));
}

#[test]
fn a_bad_answer_opens_the_next_round() {
    let house = House::new();
    let daemon = house.start();
    let sender = house.token();
    let contact = json!({ "contact": { "phone": "+1 617 555 0199", "language": "zh" } });
    house.send(
        &sender,
        &[event("W1", "received", 30, &contact), event("W1", "closed", 1, &json!({}))],
    );

    let mail = house.mail("W1", |mail| mail["links"][0].is_string());
    let link = mail["links"][0].as_str().expect("it has a link");
    let token_at = link.find("/r/").expect("the address of the page");
    let path = format!("{}?lang=zh", &link[token_at..]);
    let token = &link[token_at + "/r/".len()..];
    let page = house.get(&path);
    assert_eq!(page.status, 200);
    assert!(page.body.contains("未解决"), "{}", page.body);
    assert!(!house.database_holds("+16175550199"), "the number lies sealed in the store");

    let form = format!("token={token}&solved=no");
    assert_eq!(house.post(&path, &form).status, 200);
    let redo = house.mail("W1", |mail| {
        mail["subject"].as_str().is_some_and(|words| words.contains("Reopened"))
    });
    assert!(redo.to_string().contains("W1"), "{redo}");
    let slips = "SELECT count(*) FROM slip WHERE kind = 'redo' AND round = 2";
    assert_eq!(house.count(slips), 1);

    let again = house.post(&path, &form);
    assert_eq!(again.status, 410);
    assert!(again.body.contains("已经评价过了"), "{}", again.body);
    assert_eq!(house.count("SELECT count(*) FROM journal WHERE kind = 'answered'"), 1);
    daemon.tell("TERM");
    assert_eq!(daemon.ended().code(), Some(0));
}
