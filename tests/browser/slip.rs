//! The page behind the link in a mail to staff.

use serde_json::{Value, json};

use crate::{
    stage::play,
    town::{Town, event},
};

const MORNING: &str = "2026-05-07T10:20:00+08:00";

/// A complaint that went to the market bureau.
fn dispatched(ticket: &str, at: &str) -> [Value; 2] {
    let facts = json!({
        "unit": "cx-scjg", "category": "投诉/市场秩序", "urgency": "一般",
        "area": "城西区/西关大街", "data": { "contact": { "phone": "13900000110" } },
    });
    [event(ticket, "registered", at, &facts), event(ticket, "dispatched", at, &facts)]
}

#[test]
fn a_unit_answers_a_slip_by_its_link() {
    let mut town = Town::at(MORNING);
    town.import(&dispatched("W260507-0110", "2026-05-07T10:05:00+08:00"));
    town.import(&dispatched("W260507-0111", "2026-05-07T10:05:00+08:00"));
    // Due on 6 May at 18:00; the red slip went to the principal this morning.
    town.import(&dispatched("W260424-0042", "2026-04-24T09:05:00+08:00"));
    town.open();
    let liaison = "chen.shiyi@example.gov.cn";
    let links = json!({
        "task": town.link("W260507-0110", liaison, "/a/"),
        "other": town.link("W260507-0111", liaison, "/a/"),
        "red": town.link("W260424-0042", "wu.ba@example.gov.cn", "/a/"),
    });
    play("slip.js", &town, &links);
    let received = town.journal("W260507-0110", "acknowledged");
    assert_eq!(received["by"], "p11");
    let replied = town.journal("W260507-0110", "replied");
    assert_eq!(replied["data"]["plan"], "周五复查");
    let asked = town.journal("W260507-0110", "extension_asked");
    assert_eq!((&asked["by"], &asked["data"]["span"]), (&json!("p11"), &json!("3wd")));
    assert!(asked["data"]["reason"].as_str().is_some_and(|words| words.contains("检测机构")));
    let returned = town.journal("W260507-0111", "returned");
    assert!(returned["data"]["basis"].as_str().is_some_and(|words| words.contains("三定方案")));
}
