//! The worked example of the practice guide, told as events and read back as a bulletin.

use duban::core::{event::Event, report::Cell};
use serde_json::Value;

use crate::town::{City, cell, event, saying, set, shown};

const EXAMPLE: &str = include_str!("../rates/example.csv");
const EXPECTED: &str = include_str!("../rates/expected.json");

/// Bad answers stay where they are, and three answers are a sample.
const RULES: &str = r#"
[[policy]]
id = "redo"
zh = "退回重办"
select = { kind = "redo" }
clocks = [
  { name = "accept",  dur = "2wh", stop = "accepted" },
  { name = "contact", dur = "24h", stop = "contacted" },
  { name = "resolve", dur = "5wd", stop = "resolved" },
]
ends = ["evaluated", "callback_closed"]
max_rounds = 3
triggers = []
"#;

/// The events that make one row of the example.
fn told(row: &[&str]) -> Vec<Event> {
    let &[
        no,
        unit,
        category,
        source,
        returned,
        accept,
        contact,
        resolve,
        q1,
        q2,
        q3,
        outcome,
        rounds,
        repeat,
        exclusion,
        _,
    ] = row
    else {
        panic!("a row of the example: {row:?}")
    };
    let mut events = Vec::new();
    let mut tell = |kind: &str, when: &str, said: &[(&str, &str)]| {
        let mut one = saying(event(no, kind, when, unit), said);
        one.category = Some((category).to_owned());
        one.source = Some((source).to_owned());
        if source == "grid" {
            one.urgency = None; // what nobody complains about is not urgent or otherwise
        }
        events.push(one);
    };
    let first: &[(&str, &str)] =
        if exclusion == "answered_on_call" { &[("answered_on_call", "true")] } else { &[] };
    tell("dispatched", "2026-05-07 09:12", first);
    let rounds: u32 = rounds.parse().expect("a number");
    for round in 1..=rounds {
        let when = |day: u32, time: &str| format!("2026-05-{:02} {time}", day + (round - 1) * 3);
        let last = round == rounds;
        match accept {
            "Y" => tell("accepted", &when(7, "09:30"), &[]),
            "N" if returned == "N" => tell("accepted", &when(7, "14:40"), &[]),
            _ => {}
        }
        match contact {
            "Y" => tell("contacted", &when(7, "10:00"), &[]),
            "N" if returned == "N" => tell("contacted", &when(9, "10:00"), &[]),
            _ => {}
        }
        match resolve {
            "Y" if last => tell("resolved", &when(8, "10:00"), &[("result_text", "x")]),
            "N" if returned == "N" && last => {
                tell("resolved", "2026-05-19 10:00", &[("result_text", "x")]);
            }
            _ => {}
        }
        if !last {
            tell("resolved", &when(8, "10:00"), &[("result_text", "x")]);
            tell("redo", &when(10, "09:00"), &[("reason", "qa_rejected")]);
        }
    }
    match exclusion {
        "unreasonable_approved" | "unreasonable_proposed" => {
            tell("label_proposed", "2026-05-11 10:00", &[("label", "unreasonable")]);
        }
        "hung" => tell(
            "hung",
            "2026-05-15 12:00",
            &[("approver", "principal"), ("reason", "历史遗留"), ("plan", "x")],
        ),
        "merged" => tell("merged", "2026-05-11 10:00", &[("into", "T01")]),
        "withdrawn" => tell("withdrawn", "2026-05-11 10:00", &[]),
        "no_route" => tell("callback_closed", "2026-05-20 10:00", &[("outcome", "no_route")]),
        _ => {}
    }
    if returned == "Y" {
        tell("returned", "2026-05-07 09:40", &[("basis", "x")]);
        tell("returned_ok", "2026-05-07 11:00", &[]);
    }
    match outcome {
        "answered" => {
            let answers = [("contacted", q1), ("solved", q2), ("satisfied", q3)];
            let words = answers.map(|(key, word)| {
                (
                    key,
                    match word {
                        "Y" => "yes",
                        "N" => "no",
                        other => other,
                    },
                )
            });
            let said: Vec<(&str, &str)> = words
                .into_iter()
                .filter(|(_, word)| !word.is_empty())
                .chain([("call", "c1"), ("via", "phone")])
                .collect();
            tell("answered", "2026-05-20 10:00", &said);
        }
        "unreached" | "refused" => {
            tell("callback_closed", "2026-05-20 10:00", &[("outcome", outcome)]);
        }
        _ => {}
    }
    if repeat == "Y" {
        tell("repeat_within_30d", "2026-05-22 10:00", &[]);
    }
    if exclusion == "unreasonable_approved" {
        let mut one = event(no, "label_approved", "2026-05-12 10:00", "");
        one.by = Some("p99".to_owned());
        events.push(saying(one, &[("label", "unreasonable")]));
    }
    events
}

pub async fn city(city: &City) {
    let mut events = Vec::new();
    for line in EXAMPLE.lines().skip(1) {
        let row: Vec<&str> = line.split(',').collect();
        events.extend(told(&row));
    }
    city.tell(events).await;
}

async fn the_example_on(town: City) {
    city(&town).await;
    let report = town.report("month", "2026-05", "2026-06-01 09:00").await;
    let document = &report.document;
    let expected: Value = serde_json::from_str(EXPECTED).expect("JSON");
    let mut wrong = Vec::new();
    for (unit, rates) in expected.as_object().expect("units") {
        for (name, want) in rates.as_object().expect("rates") {
            let section = document.sections.iter().find(|section| {
                ["rates", "in_time", "more"].contains(&section.id.as_str())
                    && section.columns.iter().any(|column| column.title.zh == *name)
            });
            let Some(section) = section else { continue };
            let got = cell(document, &section.id, unit, name);
            let Cell::Rate { num, den, pct } = got else { continue }; // zone and rank ask for more answers
            let got = serde_json::json!({ "num": num, "den": den, "pct": pct });
            let same = got["num"].as_str().map(str::to_owned)
                == Some(
                    want["num"].as_str().map_or_else(|| want["num"].to_string(), str::to_owned),
                )
                && got["den"] == want["den"];
            if !same {
                wrong.push(format!("{unit} {name}: {got}, want {want}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(shown(document, "left_out", "A", "count"), "1");
}

#[tokio::test]
async fn the_worked_example_comes_out_of_the_store() {
    the_example_on(City::new(set(RULES)).await).await;
}

#[tokio::test]
async fn the_worked_example_comes_out_of_postgresql() {
    the_example_on(City::on_postgres(set(RULES)).await).await;
}

pub fn rules() -> duban::rules::Rules {
    set(RULES)
}
