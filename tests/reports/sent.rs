//! Reports that are mailed when their time has come: once, to whoever reads them, and never empty.

use std::sync::Arc;

use duban::{
    core::{agenda::PREFIX, message::ReportOf, report::Kind, wording::Language},
    report::{html, published, text},
    store::MessageRow,
};

use crate::town::{City, at, event, set};

/// As shipped beside the sets.
const SCHEDULES: &str = include_str!("../../policies/schedules/reports.toml");

async fn city() -> City {
    City::new(set(SCHEDULES)).await
}

/// Lets the time pass; what schedules ask for is done.
async fn run(city: &City, from: &str, until: &str) {
    city.scheduler.begin(at(from)).await.expect("the schedules begin");
    let mut now = at(from);
    loop {
        city.engine.run_until_idle(now).await.expect("the engine looks");
        city.scheduler.run_once(now).await.expect("what has come is done");
        city.engine.run_until_idle(now).await.expect("the engine looks");
        match city.store.next_look().await.expect("the store answers") {
            Some(next) if next <= at(until) => now = next.max(now),
            _ => return,
        }
    }
}

async fn messages(city: &City, schedule: &str) -> Vec<MessageRow> {
    let no = format!("{PREFIX}{schedule}");
    let row = city.store.ticket(&no).await.expect("it reads").expect("the agenda is there");
    city.store.messages(row.key).await.expect("they read")
}

async fn keys(city: &City, schedule: &str) -> Vec<String> {
    let no = format!("{PREFIX}{schedule}/");
    let short = |one: MessageRow| one.message.key.strip_prefix(&no).map(str::to_owned);
    messages(city, schedule).await.into_iter().filter_map(short).collect()
}

#[tokio::test]
async fn a_report_is_mailed_once_and_never_empty() {
    let city = city().await;
    run(&city, "2026-05-06 00:00", "2026-05-07 09:00").await;
    for schedule in ["report-day", "report-week", "report-meeting"] {
        assert_eq!(keys(&city, schedule).await, [""; 0], "{schedule}: nobody gets an empty mail");
    }
    city.tell(vec![event("W1", "dispatched", "2026-05-08 16:30", "cx-scjg")]).await;
    run(&city, "2026-05-08 17:00", "2026-05-11 12:00").await;
    // 9 May is a make-up Saturday: W1 is to be accepted then; it is not, and stays in the week's figures.
    let days = keys(&city, "report-day").await;
    assert_eq!(days.first().map(String::as_str), Some("2026-05-09/cx-scjg/p08/email"), "{days:?}");
    let week = keys(&city, "report-week").await;
    assert_eq!(week.len(), 1, "{week:?}");
    run(&city, "2026-05-11 12:00", "2026-05-11 12:30").await;
    assert_eq!(keys(&city, "report-week").await, week, "done is done");
    let kept = city.store.report("week", "2026-W19", None).await.expect("it reads");
    assert_eq!(kept.expect("it is published").version, 1);
}

#[tokio::test]
async fn a_unit_reads_its_own_lists() {
    let city = city().await;
    city.tell(vec![
        event("W1", "dispatched", "2026-05-08 16:30", "cx-scjg"),
        event("W2", "dispatched", "2026-05-08 16:40", "cx-cgj"),
    ])
    .await;
    run(&city, "2026-05-08 17:00", "2026-05-09 09:00").await;
    let mails = messages(&city, "report-day").await;
    assert_eq!(mails.len(), 2, "one for each unit");
    for mail in mails {
        let facts = mail.message.facts;
        let of: ReportOf = facts.report.expect("the mail brings a report");
        assert_eq!((of.kind, of.unit.as_deref()), (Kind::Day, Some(facts.unit.as_str())));
        let read = published(&city.store, &of).await.expect("it was published");
        let text = text::text(&read, Language::Zh);
        let (own, other) = if facts.unit == "cx-scjg" { ("W1", "W2") } else { ("W2", "W1") };
        assert!(text.contains(own) && !text.contains(other), "{text}");
        let page = html::mail(&read, Language::Zh, Some("https://example.org/a/x")).expect("HTML");
        assert!(page.contains("https://example.org/a/x"), "seen with one click");
        let counts: Vec<usize> = facts.lists.iter().map(|list| list.count).collect();
        assert_eq!(counts, [1, 0, 0]);
    }
}

#[tokio::test]
async fn two_nodes_publish_one_report() {
    let city = city().await;
    city.tell(vec![event("W1", "dispatched", "2026-05-08 16:30", "cx-scjg")]).await;
    city.scheduler.begin(at("2026-05-08 17:00")).await.expect("the schedules begin");
    let now = at("2026-05-11 09:00");
    city.engine.run_until_idle(now).await.expect("the engine looks");
    let (one, other) = tokio::join!(city.scheduler.run_once(now), city.scheduler.run_once(now));
    one.expect("it runs");
    other.expect("it runs");
    assert_eq!(keys(&city, "report-week").await.len(), 1);
    let rules = Arc::clone(&city.rules.load());
    assert!(rules.current.schedules.iter().any(|one| one.id == "report-year"));
}
