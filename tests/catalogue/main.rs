//! Items and duties: 2,570 and 22,000 of them, what does not fit, who is responsible and why.

mod made;

use std::{collections::BTreeMap, time::Duration};

use duban::{
    core::{
        event::{Event, Kind},
        selection::{ChosenBy, choose},
        ticket::{Basis, Ticket},
        timestamp::Timestamp,
    },
    policies::{self, Loaded, Sources},
};
use insta::assert_snapshot;
use serde_json::json;

fn now() -> Timestamp {
    Timestamp::parse("2026-05-07T09:00:00+08:00").expect("a good instant")
}

/// `cn` with a catalogue over it.
fn with(items: &str, duties: &str) -> Sources {
    let head = "schema = \"sla-policy-set/1\"\nextends = \"cn\"\nid = \"city\"\nversion = \"1\"\n";
    let files = BTreeMap::from([
        ("city.toml".to_owned(), head.to_owned()),
        ("catalogue/items.csv".to_owned(), items.to_owned()),
        ("catalogue/duties.csv".to_owned(), duties.to_owned()),
    ]);
    let base = policies::sources("cn").map(Box::new);
    Sources { label: "city".to_owned(), files, base }
}

fn load(items: &str, duties: &str) -> Loaded {
    policies::load(&with(items, duties), now())
}

fn shown(loaded: &Loaded) -> String {
    let lines: Vec<String> = loaded.complaints.iter().map(ToString::to_string).collect();
    lines.join("\n")
}

const ITEMS: &str = "事项编码,事项名称,上级编码,适用办法\n\
    01,投诉,,general\n0101,电梯,01,\n010101,电梯困人,0101,urgent\n02,咨询,,\n0201,社保,02,consult\n03,其他,,\n";
const DUTIES: &str = "id,unit,item,area,valid_from,to\n\
    D1,cx-scjg,0101,示例市/城西区,2020-01-01,\nD2,cx-cgj,01,示例市/城西区,,2026-05-01\n\
    D3,xn,02,,,\nD4,cx,03,,,\n";

#[test]
fn a_large_catalogue_loads_in_time() {
    let (items, duties) = made::catalogue(2_570, 22_000);
    let sources = with(&items, &duties);
    // What the set takes without a catalogue is not the catalogue's.
    let started = tokio::time::Instant::now();
    assert!(load(ITEMS, DUTIES).set.is_some());
    let without = started.elapsed();
    let read = || {
        let started = tokio::time::Instant::now();
        let loaded = policies::load(&sources, now());
        let kept = policies::pack(&loaded.files);
        let took = started.elapsed().saturating_sub(without);
        eprintln!("2,570 items and 22,000 duties take {took:?}, the rest of the set {without:?}");
        (loaded, kept, took)
    };
    // A machine that is busy with something else gets another try.
    let tries = std::iter::repeat_with(read).take(3);
    let in_time = |(_, _, took): &(Loaded, String, Duration)| took.as_millis() < 2_000;
    let (loaded, kept, took) =
        tries.reduce(|one, next| if in_time(&one) { one } else { next }).expect("three tries");
    let set = loaded.set.as_ref().unwrap_or_else(|| panic!("{}", shown(&loaded)));
    let catalogue = set.catalogue.as_ref().expect("the set has a catalogue");
    assert_eq!((catalogue.items().len(), catalogue.duties().len()), (2_570, 22_000));
    assert!(took.as_millis() < 2_000, "22,000 duties and 2,570 items took {took:?}");
    for item in catalogue.items() {
        let own = catalogue.policy_of(&item.code);
        assert!(own.is_some() || set.default_policy.is_some(), "item {} has no policy", item.code);
    }
    let by_item = catalogue.items().iter().filter(|item| catalogue.policy_of(&item.code).is_some());
    assert_eq!(by_item.count(), made::WITH_POLICY, "the others go by category, else the default");
    let plain: usize = loaded.files.values().map(String::len).sum();
    assert!(kept.len() * 3 < plain, "kept as {} of {plain} bytes", kept.len());
    let again = policies::unpack(&kept).expect("what is kept comes back");
    let again = policies::load(&Sources::from_files("kept".to_owned(), again), now());
    assert_eq!(again.set.expect("the kept copy loads").hash, set.hash);
    let changed = duties.replacen("D00001,", "D99999,", 1);
    let changed = policies::load(&with(&items, &changed), now()).set.expect("it loads too");
    assert_ne!(changed.hash, set.hash, "the catalogue is part of what a ticket is frozen to");
}

#[test]
fn the_same_catalogue_is_made_every_time() {
    assert_eq!(made::catalogue(100, 500), made::catalogue(100, 500));
}

#[test]
fn orphans_are_named() {
    let duties = DUTIES.replace("D4,cx,03", "D4,cx-nobody,09");
    assert_snapshot!(shown(&load(ITEMS, &duties)), @r"
    city/catalogue/duties.csv: warning: 1 units with duties are not in the organisation: `cx-nobody` (1)
    city/catalogue/duties.csv:5:1: warning: duty `D4` is for item `09`, which is in no catalogue
      |
    5 | D4,cx-nobody,09,,,
      | ^^^^^^^^^^^^^^^^^^
    city/catalogue/items.csv: warning: nobody is responsible for 1 of 6 items: `03`
    ");
}

#[test]
fn conflicts_in_a_catalogue_are_errors() {
    let items = ITEMS
        .replace("0201,社保,02,consult", "0201,社保,02,consutl")
        .replace("03,其他,,", "0101,其他,,")
        .replace("010101,电梯困人,0101,urgent", "010101,电梯困人,0109,urgent");
    let circle = "\n04,甲,05,\n05,乙,04,\n";
    let loaded =
        load(&format!("{items}{}", &circle[1..]), &DUTIES.replace("2020-01-01", "1.1.2020"));
    assert!(loaded.set.is_none());
    assert_snapshot!(shown(&loaded), @r"
    city/catalogue/duties.csv:2:1: `1.1.2020` of duty `D1` is not a date; write it like `2026-02-15`
      |
    2 | D1,cx-scjg,0101,示例市/城西区,1.1.2020,
      | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    city/catalogue/duties.csv:5:1: warning: duty `D4` is for item `03`, which is in no catalogue
      |
    5 | D4,cx,03,,,
      | ^^^^^^^^^^^
    city/catalogue/items.csv: warning: nobody is responsible for 3 of 7 items: `010101`, `04`, `05`
    city/catalogue/items.csv:4:1: item `010101` stands under `0109`, which is no item
      |
    4 | 010101,电梯困人,0109,urgent
      | ^^^^^^^^^^^^^^^^^^^^^^^^^^^
    city/catalogue/items.csv:6:1: policy `consutl` of item `0201` is not in [[policy]]; did you mean `consult`?
      |
    6 | 0201,社保,02,consutl
      | ^^^^^^^^^^^^^^^^^^^^
    city/catalogue/items.csv:7:1: item `0101` is defined twice, first in row 3
      |
    7 | 0101,其他,,
      | ^^^^^^^^^^^
    city/catalogue/items.csv:8:1: item `04` stands above itself
      |
    8 | 04,甲,05,
      | ^^^^^^^^^
    city/catalogue/items.csv:9:1: item `05` stands above itself
      |
    9 | 05,乙,04,
      | ^^^^^^^^^
    ");
    assert_snapshot!(shown(&load("编号,名称\n1,a\n", DUTIES)), @r"
    city/catalogue/items.csv:1:1: the table has no column `code`, `事项编码`, `事项代码`, `编码`
      |
    1 | 编号,名称
      | ^^^^^^^^^
    city/catalogue/items.csv:1:1: warning: column `编号` is not read
      |
    1 | 编号,名称
      | ^^^^^^^^^
    ");
}

fn told(kind: Kind, hour: i8, unit: &str, data: serde_json::Value) -> Event {
    let at = Timestamp::parse(&format!("2026-05-07T{hour:02}:00:00+08:00")).expect("an instant");
    let mut event = Event::new("T", kind, at);
    event.unit = (!unit.is_empty()).then(|| unit.to_owned());
    event.area = Some("示例市/城西区/兴海路".to_owned());
    event.category = Some("投诉/电梯".to_owned());
    event.urgency = Some("一般".to_owned());
    if let serde_json::Value::Object(data) = data {
        event.data = data;
    }
    event
}

#[test]
fn the_item_decides_before_the_category() {
    let set = load(ITEMS, DUTIES).set.expect("the set loads");
    #[rustfmt::skip]
    let table = [
        ("its own policy",             json!({"item": "010101"}),                   "urgent",  Some(Some("010101")), false),
        ("the policy of the one above", json!({"item": "0101"}),                    "general", Some(Some("01")),     false),
        ("another than the category's", json!({"item": "0201"}),                    "consult", Some(Some("0201")),   false),
        ("none above: the category",   json!({"item": "03"}),                       "general", Some(None),           false),
        ("an unknown item is flagged", json!({"item": "77"}),                       "general", Some(None),           true),
        ("what it is comes first",     json!({"item": "0201", "kind": "leader"}),   "leader",  Some(None),           false),
    ];
    for (name, data, policy, entry, flagged) in table {
        let mut event = told(Kind::Dispatched, 10, "cx-scjg", data);
        if event.data.contains_key("kind") {
            (event.category, event.urgency) = (None, None);
        }
        let mut ticket = Ticket::new("T", &set);
        ticket.apply_event(&set, 1, &event);
        assert_eq!(ticket.policy(&set).map(|policy| policy.id.as_str()), Some(policy), "{name}");
        let by = choose(&set, &ticket.attributes).map(|chosen| match chosen.by {
            ChosenBy::Item(entry) => Some(entry),
            ChosenBy::Selector | ChosenBy::Default => None,
        });
        assert_eq!(by.as_ref().map(|by| by.as_deref()), entry, "{name}");
        assert_eq!(ticket.unmapped, flagged, "{name}");
    }
    let mut ticket = Ticket::new("T", &set);
    let mut bare = told(Kind::Dispatched, 10, "cx", json!({"item": "77"}));
    (bare.category, bare.urgency) = (None, None);
    ticket.apply_event(&set, 1, &bare);
    assert_eq!(ticket.policy(&set).map(|policy| policy.id.as_str()), Some("general"));
    assert!(ticket.unmapped, "an unknown item falls to the default and is flagged");
}

#[test]
fn a_dispatch_shows_its_basis() {
    let set = load(ITEMS, DUTIES).set.expect("the set loads");
    let duty = |id: &str, found| Some(Basis::Duty { id: id.to_owned(), found });
    #[rustfmt::skip]
    let table = [
        ("found by unit, item, area, day", "cx-scjg", json!({"item": "010101"}),               duty("D1", true)),
        ("the duty ended on 1 May",        "cx-cgj",  json!({"item": "0101"}),                 None),
        ("everywhere",                     "xn",      json!({"item": "0201"}),                 duty("D3", true)),
        ("named by the dispatcher",        "cx-cgj",  json!({"item": "0101", "duty": "D2"}),   duty("D2", false)),
        ("said by the dispatcher",         "cx-cgj",  json!({"basis": "指定承办"}),             Some(Basis::Said("指定承办".to_owned()))),
        ("no item, no word",               "cx-cgj",  json!({}),                               None),
    ];
    for (name, unit, data, want) in table {
        let mut ticket = Ticket::new("T", &set);
        ticket.apply_event(&set, 1, &told(Kind::Dispatched, 10, unit, data));
        assert_eq!(ticket.lacks_basis(&set), want.is_none(), "{name}");
        assert_eq!(ticket.basis, want, "{name}");
    }
}

#[test]
fn a_decision_is_a_basis() {
    let set = load(ITEMS, DUTIES).set.expect("the set loads");
    let mut ticket = Ticket::new("T", &set);
    let item = json!({"item": "03"});
    ticket.apply_event(&set, 1, &told(Kind::Dispatched, 9, "cx-cgj", item));
    assert!(ticket.lacks_basis(&set), "nobody says why");
    let decision = json!({"text": "专题会议定:由街道兜底"});
    ticket.apply_event(&set, 2, &told(Kind::of("decision"), 10, "", decision));
    assert!(ticket.lacks_basis(&set), "a decision is for the next dispatch");
    ticket.apply_event(&set, 3, &told(Kind::Dispatched, 11, "cx-xhl", json!({})));
    let Some(Basis::Decision(decision)) = &ticket.basis else { panic!("{:?}", ticket.basis) };
    assert_eq!(decision.text, "专题会议定:由街道兜底");
    assert_eq!(ticket.decision, None, "it is used once");
}

#[test]
fn a_return_can_be_held_against_the_catalogue() {
    let set = load(ITEMS, DUTIES).set.expect("the set loads");
    let mut ticket = Ticket::new("T", &set);
    let dispatched = told(Kind::Dispatched, 9, "cx-scjg", json!({"item": "0101"}));
    ticket.apply_event(&set, 1, &dispatched);
    assert_eq!(ticket.is_duty_of(&set, "cx-scjg", dispatched.at), Some(true));
    assert_eq!(ticket.is_duty_of(&set, "cx-cgj", dispatched.at), Some(false));
    let april = Timestamp::parse("2026-04-30T23:59:59+08:00").expect("an instant");
    assert_eq!(ticket.is_duty_of(&set, "cx-cgj", april), Some(true), "on its last day");
    let mut bare = Ticket::new("T", &set);
    bare.apply_event(&set, 1, &told(Kind::Dispatched, 9, "cx-scjg", json!({})));
    assert_eq!(
        bare.is_duty_of(&set, "cx-scjg", dispatched.at),
        None,
        "without an item nobody knows"
    );
}
