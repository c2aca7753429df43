//! SIGHUP and SIGTERM.

use serde_json::{Value, json};

use crate::{
    boston,
    house::{House, event, overdue},
    wait::until,
};

#[test]
fn a_bad_reload_keeps_the_old_rules() {
    let house = House::new();
    let daemon = house.start();
    let token = house.token();
    let says_version = |ticket: &str, version: &str| {
        let words = format!("by policy {version},");
        house.send(&token, &[overdue(ticket)]);
        let mail = house.mail(ticket, |_| true);
        assert!(mail.to_string().contains(&words), "{ticket}: {mail}");
    };
    says_version("W1", "2016.1");

    boston::change(&house.policies(), "version = \"2016.1\"", "version = \"2016.2\"\ncolour = 1");
    daemon.tell("HUP");
    house.says("the rules were not changed, the old ones stay in force", 1);
    assert!(house.log().contains("unknown key `colour`"), "{}", house.log());
    assert_eq!(house.get("/readyz").status, 200);
    assert!(house.get("/metrics").body.contains("duban_reloads_total{outcome=\"refused\"} 1"));
    says_version("W2", "2016.1");

    boston::change(&house.policies(), "\ncolour = 1", "");
    daemon.tell("HUP");
    house.says("the rules were read again and are in force", 1);
    says_version("W3", "2016.2");

    daemon.tell("TERM");
    assert_eq!(daemon.ended().code(), Some(0));
}

#[test]
fn sigterm_finishes_what_was_begun() {
    let house = House::new();
    house.configure("[engine]\nbatch = 10\n[dispatch]\nbatch = 10\n");
    let daemon = house.start();
    let tickets: Vec<_> = (0..1_000).map(|index| overdue(&format!("W{index:04}"))).collect();
    house.send(&house.token(), &tickets);
    until("the first messages have left", || {
        (house.count("SELECT count(*) FROM outbox WHERE state = 'sent'") > 0).then_some(())
    });
    daemon.tell("TERM");
    assert_eq!(daemon.ended().code(), Some(0));

    assert!(house.log().contains("nothing was left half done"), "{}", house.log());
    let begun = "SELECT count(*) FROM outbox WHERE state = 'waiting' AND attempt > 0";
    assert_eq!(house.count(begun), 0, "what was claimed was settled");
    let sent = house.count("SELECT count(*) FROM outbox WHERE state = 'sent'");
    assert_eq!(house.count("SELECT count(*) FROM mailbox"), sent, "what was sent is settled");
    let left = house.count("SELECT count(*) FROM ticket WHERE applied_seq < head_seq")
        + house.count("SELECT count(*) FROM outbox WHERE state = 'waiting'");
    assert!(left > 0, "the stop fell into the work");
}

#[test]
fn a_hangup_brings_the_new_key() {
    let house = House::new();
    let daemon = house.start();
    let token = house.token();
    let with_phone =
        |ticket: &str| event(ticket, "received", 5, &json!({ "phone": "13800138000" }));
    let keys = || -> Value {
        let listed = house.duban(&["key", "list", "--json"]);
        serde_json::from_str(&listed).unwrap_or_else(|error| panic!("{error}: {listed}"))
    };
    house.send(&token, &[with_phone("W1")]);
    let old = keys()["keys"][0]["id"].clone();
    house.duban(&["key", "rotate"]);
    house.send(&token, &[with_phone("W2")]);
    assert_eq!(keys()["keys"][1]["contacts"], 2, "not told yet, the daemon seals as before");

    daemon.tell("HUP");
    house.says("the newest key seals and signs", 1);
    house.send(&token, &[with_phone("W3")]);
    let keys = keys();
    assert_eq!(
        (&keys["keys"][0]["contacts"], &keys["keys"][1]["contacts"]),
        (&1.into(), &2.into())
    );
    assert_eq!(keys["keys"][1]["id"], old);
    daemon.tell("TERM");
    assert_eq!(daemon.ended().code(), Some(0));
    assert!(!house.log().contains("does not open"), "{}", house.log());
}
