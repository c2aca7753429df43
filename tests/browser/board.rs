//! The supervisors' board, with a fortnight of a district's complaints behind it.

use serde_json::{Value, json};

use crate::{
    stage::play,
    town::{Town, event},
};

/// Whose story is looked at, and who is admitted to the ledger.
const TICKET: &str = "W260424-0042";
const OTHER: &str = "W260424-0043";

/// Days on which complaints came, with how many.
const CAME: [(&str, u32); 6] =
    [("04-24", 4), ("04-28", 4), ("04-30", 3), ("05-06", 6), ("05-07", 5), ("05-08", 3)];
const UNITS: [(&str, &str); 3] =
    [("cx-scjg", "投诉/市场秩序"), ("cx-cgj", "投诉/占道经营"), ("cx-xhl", "求助/小区设施")];

fn dispatched(ticket: &str, at: &str, (unit, category): (&str, &str)) -> [Value; 2] {
    let facts = json!({
        "unit": unit, "category": category, "urgency": "一般", "area": "城西区/西关大街",
        "data": { "contact": { "phone": "13900000042" } },
    });
    [event(ticket, "registered", at, &facts), event(ticket, "dispatched", at, &facts)]
}

/// A fortnight: most are handled, some are late.
fn fortnight() -> Vec<Value> {
    let mut events = Vec::new();
    for (day, count) in CAME {
        for nth in 0..count {
            let ticket = format!("W26{}-{:04}", day.replace('-', ""), 50 + nth);
            let at = format!("2026-{day}T{:02}:{:02}:00+08:00", 9 + nth / 3, 7 + 13 * (nth % 3));
            events.extend(dispatched(&ticket, &at, UNITS[nth as usize % UNITS.len()]));
            let later = format!("2026-{day}T{:02}:40:00+08:00", 10 + nth / 3);
            if nth % 3 != 2 {
                events.push(event(&ticket, "accepted", &later, &json!({})));
            }
        }
    }
    events
}

#[test]
fn a_supervisor_works_on_the_board() {
    let mut town = Town::at("2026-04-24T11:00:00+08:00");
    for ticket in [TICKET, OTHER] {
        town.import(&dispatched(ticket, "2026-04-24T10:45:00+08:00", UNITS[0]));
    }
    town.open();
    town.settled();
    let none = json!({});
    town.import(&[event(TICKET, "accepted", "2026-04-24T10:58:00+08:00", &none)]);
    // The steps of its ladder fall due one after the other.
    for evening in
        ["2026-04-27T16:00:00+08:00", "2026-04-30T18:30:00+08:00", "2026-05-06T18:30:00+08:00"]
    {
        town.jump(evening);
        town.settled();
    }
    town.import(&[event(TICKET, "contacted", "2026-04-27T15:30:00+08:00", &none)]);
    town.jump("2026-05-08T10:50:00+08:00");
    town.import(&fortnight());
    town.settled();
    let given = json!({ "supervisor": "wang.er@example.gov.cn", "ticket": TICKET, "other": OTHER });
    play("board.js", &town, &given);
    let admitted = town.journal(OTHER, "hung");
    assert_eq!(admitted["by"], "p02");
}
