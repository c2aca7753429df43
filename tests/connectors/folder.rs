//! Folders of dropped files.

use duban::core::timestamp::Timestamp;

use crate::house::{House, drop_file, touch};

const HEADER: &str = "order_no,unit,phone,received_at,closed_at\n";

fn config(more: &str) -> String {
    format!("[[connector]]\nname = 'drops'\nkind = 'folder'\npath = 'in'\nbatch = 2\n{more}")
}

fn names(house: &House, folder: &str) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(house.path(folder)) else { return Vec::new() };
    let mut names: Vec<String> = entries
        .map(|entry| entry.expect("it reads").file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

fn rows(ids: std::ops::RangeInclusive<u32>) -> String {
    let row = |id| format!("W{id},cx-scjg,13800138000,2026-05-07 08:00:00,\n");
    HEADER.to_owned() + &ids.map(row).collect::<String>()
}

async fn house() -> House {
    let house = House::new().await;
    std::fs::create_dir(house.path("in")).expect("the scratch folder takes folders");
    house
}

#[tokio::test]
async fn dropped_rows_and_events_are_read_and_put_away() {
    let house = house().await;
    drop_file(&house.path("in/a.csv"), &rows(1..=5), house.now);
    let events =
        "{\"order_no\":\"W6\",\"unit\":\"cx-scjg\",\"received_at\":\"2026-05-07 08:00:00\"}\n";
    drop_file(&house.path("in/b.jsonl"), events, house.now);
    drop_file(&house.path("in/c.csv.part"), "half", house.now);
    let connector = house.connector(&config("mapping = 'map.toml'\n"));
    let tally = house.read(&connector).await;
    assert_eq!((tally.rows, tally.accepted, tally.files, tally.waiting), (6, 6, 2, 0));
    assert_eq!(names(&house, "in"), ["c.csv.part", "done"]);
    assert_eq!(names(&house, "in/done"), ["a.csv", "b.jsonl"]);
    assert_eq!(house.journals().await.len(), 6);
}

#[tokio::test]
async fn events_need_no_mapping() {
    let house = house().await;
    let line = r#"{"ticket":"W1","event":"received","at":"2026-05-07T08:00:00+08:00","phone":"13800138000"}"#;
    drop_file(&house.path("in/a.jsonl"), &format!("{line}\nnot json 13800138000\n"), house.now);
    drop_file(&house.path("in/b.csv"), "x\n1\n", house.now);
    let tally = house.pass(&house.connector(&config(""))).await.expect("it goes on");
    assert_eq!((tally.accepted, tally.refused, tally.files), (1, 1, 1));
    let want = "connector `drops`: b.csv holds rows; say with `mapping` how to read them";
    assert_eq!(tally.troubles, [want]);
    assert_eq!(names(&house, "in/refused"), ["a.jsonl.jsonl"]);
    let report = std::fs::read_to_string(house.path("in/refused/a.jsonl.jsonl")).expect("a report");
    assert!(report.starts_with("{\"place\":\"a.jsonl:2\",\"reason\":"), "{report}");
    assert!(!report.contains("13800138000"), "{report}");
}

#[tokio::test]
async fn a_half_written_file_waits() {
    let house = house().await;
    let path = house.path("in/a.csv");
    drop_file(&path, &rows(1..=3)[..80], house.now);
    touch(&path, house.now.plus_ms(-9_000));
    let connector = house.connector(&config("mapping = 'map.toml'\nsettle = '10s'\n"));
    let tally = house.read(&connector).await;
    assert_eq!((tally.waiting, tally.rows), (1, 0), "somebody wrote to it 9 s ago");
    drop_file(&path, &rows(1..=3), house.now);
    let tally = house.read(&connector).await;
    assert_eq!((tally.files, tally.accepted, tally.refused), (1, 3, 0));
}

#[tokio::test]
async fn refused_rows_are_reported_beside_the_file() {
    let house = house().await;
    let bad =
        rows(1..=3) + "W4,cx-scjg,13800138000,7 May,\nW5,cx-scjg\n,cx-scjg,,2026-05-07 08:00:00,\n";
    drop_file(&house.path("in/a.csv"), &bad, house.now);
    let tally = house.read(&house.connector(&config("mapping = 'map.toml'\n"))).await;
    assert_eq!((tally.rows, tally.accepted, tally.refused), (6, 3, 3));
    let report = std::fs::read_to_string(house.path("in/refused/a.csv.jsonl")).expect("a report");
    let told: Vec<serde_json::Value> =
        report.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let at = |nth: usize, key: &str| told[nth][key].as_str().unwrap_or_default().to_owned();
    assert_eq!(at(0, "place"), "a.csv:5");
    assert!(
        at(0, "reason").starts_with("column `received_at` is `7 May`, not a time like"),
        "{report}"
    );
    assert_eq!(told[0]["row"]["order_no"], "W4");
    assert_eq!(at(1, "reason"), "the row has 2 fields, the header has 5");
    assert_eq!(at(2, "reason"), "column `order_no` of the ticket number is empty");
    assert!(!report.contains("13800138000"), "nothing personal is kept: {report}");
    let kept = house.store.refusals(10).await.expect("it reads");
    assert_eq!(kept.len(), 3, "kept as refusals too");
}

#[tokio::test]
async fn a_file_is_known_by_what_it_holds() {
    let house = house().await;
    let connector = house.connector(&config("mapping = 'map.toml'\n"));
    drop_file(&house.path("in/a.csv"), &rows(1..=2), house.now);
    house.read(&connector).await;
    drop_file(&house.path("in/a.csv"), &rows(1..=2), house.now);
    drop_file(&house.path("in/b.csv"), &rows(1..=3), house.now);
    let tally = house.read(&connector).await;
    assert_eq!((tally.rows, tally.accepted, tally.duplicates), (3, 1, 2), "only b.csv is read");
    let done = names(&house, "in/done");
    let second = done.iter().filter(|name| name.ends_with("-a.csv")).count();
    assert_eq!(
        (done.len(), second),
        (3, 1),
        "the second a.csv does not replace the first: {done:?}"
    );
}

#[tokio::test]
async fn a_folder_that_is_kept_is_not_written_to() {
    let house = house().await;
    drop_file(&house.path("in/a.csv"), &(rows(1..=2) + "W3\n"), house.now);
    let text = config("mapping = 'map.toml'\nafter = 'keep'\n");
    let connector = house.connector(&text);
    let tally = house.read(&connector).await;
    assert_eq!((tally.accepted, tally.refused), (2, 1));
    assert_eq!(names(&house, "in"), ["a.csv"]);
    assert_eq!(names(&house, "state/connectors/drops/refused"), ["a.csv.jsonl"]);
    assert_eq!(house.read(&connector).await.rows, 0, "known by this connector");
    assert_eq!(house.read(&house.connector(&text)).await.rows, 0, "and by the store");
    drop_file(&house.path("in/a.csv"), &rows(1..=3), house.now);
    assert_eq!(house.read(&connector).await.accepted, 1, "grown, it is another file");
}

#[tokio::test]
async fn an_export_of_a_12345_platform_is_read_by_the_shipped_mapping() {
    let house = house().await;
    let export = "工单编号,受理时间,来源,诉求事项,所属区域,承办单位,紧急程度,派单时间,办理时限,签收时间,首次联系时间,答复时间,办结时间,联系电话,标题\n\
        2605070001,2026-05-07 08:00:10,电话,噪声扰民,城东,cx-scjg,一般,2026-05-07 08:30:00,2026-05-12 18:00:00,2026/05/07 09:00,,,,13800138000,某某投诉\n\
        2605070002,2026-05-06 08:00:10,微信,道路破损,城东,cx-scjg,紧急,2026-05-06 08:30:00,2026-05-07 18:00:00,2026-05-06 09:00:00,2026-05-06 10:00:00,2026-05-06 16:00:00,2026-05-07 11:00:00,无,\n";
    drop_file(&house.path("in/工单.csv"), export, house.now);
    let tally = house.read(&house.connector(&config("mapping = 'cn12345-export'\n"))).await;
    assert_eq!((tally.rows, tally.refused), (2, 0));
    let want = [
        "2605070001: received dispatched accepted",
        "2605070002: received dispatched accepted contacted replied closed",
    ];
    assert_eq!(house.journals().await, want);
    let ticket = house.store.ticket("2605070001").await.expect("it reads").expect("it is there");
    let journal = house.store.journal(ticket.key).await.expect("it reads");
    assert_eq!(journal[0].at, Timestamp::parse("2026-05-07T08:00:10+08:00").expect("an instant"));
    assert!(!format!("{journal:?}").contains("13800138000"), "contacts are sealed");
}
