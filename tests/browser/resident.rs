//! The resident's path, on phones and at desks, in both languages.

use serde_json::{Value, json};

use crate::{
    stage::{measure, play},
    town::{Town, event},
};

const MORNING: &str = "2026-05-07T10:20:00+08:00";
/// Links are good for three days.
const TOO_LATE: &str = "2026-05-12T10:20:00+08:00";

/// A question that was answered this morning; the resident is asked how it went.
fn resolved(ticket: &str, contact: &Value) -> [Value; 3] {
    let facts = json!({
        "unit": "cx-scjg", "category": "咨询/办事流程", "urgency": "一般",
        "data": { "contact": contact },
    });
    let result = json!({ "data": { "result_text": "已电话答复" } });
    [
        event(ticket, "registered", "2026-05-07T09:00:00+08:00", &facts),
        event(ticket, "dispatched", "2026-05-07T09:04:00+08:00", &facts),
        event(ticket, "resolved", "2026-05-07T10:15:00+08:00", &result),
    ]
}

#[test]
fn a_resident_answers_in_ten_seconds() {
    let mut town = Town::at(MORNING);
    let tickets = [
        ("W260507-0101", json!({ "phone": "13900000101", "language": "zh" }), "13900000101"),
        (
            "W260507-0102",
            json!({ "email": "sam@example.org", "language": "en" }),
            "sam@example.org",
        ),
        ("W260507-0103", json!({ "phone": "13900000103", "language": "zh" }), "13900000103"),
        ("W260507-0104", json!({ "phone": "13900000104", "language": "zh" }), "13900000104"),
    ];
    for (ticket, contact, _) in &tickets {
        town.import(&resolved(ticket, contact));
    }
    town.open();
    let [zh, en, plain, late] = tickets.map(|(ticket, _, to)| town.link(ticket, to, "/r/"));
    measure("lighthouse.js", &town, &json!(zh));
    play("resident.js", &town, &json!({ "zh": zh, "en": en, "plain": plain }));
    let answer = &town.journal("W260507-0101", "answered")["data"];
    assert_eq!(
        (&answer["contacted"], &answer["solved"], &answer["satisfied"]),
        (&json!("no"), &json!("no"), &json!("no"))
    );
    assert_eq!(answer["note"], "电梯还是没有修好");
    town.journal("W260507-0101", "redo");
    assert_eq!(town.journal("W260507-0102", "answered")["data"]["solved"], "yes");
    town.jump(TOO_LATE);
    play("expired.js", &town, &json!(late));
}
