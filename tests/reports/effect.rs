//! Which step works, what messages cost, how months add up.

use duban::{
    core::{
        report::{Cell, Kind, When},
        wording::Language,
    },
    report::{Ask, text},
};

use crate::town::{City, at, cell, event, saying, set, shown};

/// Three tickets: one accepted before anything was sent, one after the first reminder, one after none.
#[tokio::test]
async fn a_step_is_followed_before_the_next_one() {
    let city = City::new(set("")).await;
    city.tell(vec![
        event("W1", "dispatched", "2026-05-07 09:00", "cx-scjg"),
        event("W1", "accepted", "2026-05-07 09:05", "cx-scjg"),
        event("W2", "dispatched", "2026-05-07 09:00", "cx-scjg"),
        event("W2", "accepted", "2026-05-07 10:45", "cx-scjg"),
        event("W3", "dispatched", "2026-05-07 09:00", "cx-scjg"),
    ])
    .await;
    city.until(at("2026-05-07 18:00")).await;
    let report = city.report("steps", "2026-05-07", "2026-05-08 09:00").await;
    let section = report.document.section("steps").expect("the steps");
    let rate = |step: &str| {
        let is_it =
            |row: &&Vec<Cell>| row[0].id() == Some("accept") && row[1].shown(Language::Zh) == step;
        let row = section.rows.iter().find(is_it);
        let row = row.unwrap_or_else(|| panic!("{step} in {}", text::text(&report, Language::Zh)));
        row.last().expect("the effect").shown(Language::Zh)
    };
    let sent: u64 =
        section.rows.iter().map(|row| if let Cell::Count(n) = row[3] { n } else { 0 }).sum();
    assert!(sent > 0);
    let set = &city.rules.load().current;
    let ladder = set.ladders.iter().find(|one| one.id == "accept_std").expect("the ladder");
    let early = ladder
        .steps
        .iter()
        .find(|step| step.at_text.contains('%') || step.at_text.starts_with("due-"));
    let early = early.expect("a step before the due").at_text.clone();
    assert_eq!(rate(&early), "1/2 = 50.00 %", "W2 moved before the due, W3 never");
    assert_eq!(rate("due"), "0/1 = 0.00 %");
}

#[tokio::test]
async fn the_burden_is_counted_by_person_and_day() {
    use duban::store::{Outcome, Proof, Settled};
    let city = City::new(set("")).await;
    let tickets = ["W1", "W2", "W3"];
    city.tell(tickets.map(|no| event(no, "dispatched", "2026-05-07 09:00", "cx-scjg")).to_vec())
        .await;
    let now = at("2026-05-07 09:30");
    let offers = city.store.claim(1_000, 60_000, now).await.expect("they are taken");
    let count = offers.len() as u64;
    assert!(count > 3, "each ticket tells somebody");
    let settled = offers.iter().map(|offer| Settled {
        id: offer.id,
        attempt: offer.attempt,
        outcome: Outcome::Sent { channel: "x".to_owned(), provider: "y".to_owned() },
        proof: Proof::default(),
    });
    city.store.settle(&settled.collect::<Vec<_>>(), now).await.expect("they are settled");
    let report = city.report("burden", "2026-05-07", "2026-05-08 00:00").await;
    let all = |column: &str| cell(&report.document, "burden", "全市", column).clone();
    assert_eq!(all("messages"), Cell::Count(count));
    let Cell::Count(people) = all("people") else { panic!("people are counted") };
    assert_eq!(all("person_days"), Cell::Count(people));
    let Cell::Count(most) = all("max") else { panic!("the most is counted") };
    assert!(most >= count / people, "{most} of {count} for {people}");
}

/// Every part of a ticket counts in one month, so that twelve of them are the year.
#[tokio::test]
async fn months_add_up_to_their_year() {
    let city = City::new(set("")).await;
    let mut events = Vec::new();
    for (no, day) in ["W1", "W2", "W3", "W4"].iter().zip(["04-28", "05-25", "05-29", "06-30"]) {
        let when = |time: &str| format!("2026-{day} {time}");
        events.push(event(no, "dispatched", &when("09:12"), "cx-scjg"));
        events.push(event(no, "accepted", &when("09:30"), "cx-scjg"));
        events.push(event(no, "contacted", &when("10:00"), "cx-scjg"));
        events.push(saying(
            event(no, "resolved", &when("16:00"), "cx-scjg"),
            &[("result_text", "x")],
        ));
    }
    let said = [
        ("contacted", "yes"),
        ("solved", "已解决"),
        ("satisfied", "满意"),
        ("call", "c"),
        ("via", "phone"),
    ];
    events.push(saying(event("W1", "answered", "2026-05-06 10:00", ""), &said));
    events.push(saying(event("W2", "answered", "2026-05-26 10:00", ""), &said));
    events.push(saying(event("W3", "answered", "2026-06-02 10:00", ""), &said));
    city.tell(events).await;
    let mut sums = [0_u64; 3];
    let columns = ["响应率", "解决率(严)", "按时办结率"];
    let sections = ["rates", "rates", "in_time"];
    let of = |document: &duban::core::report::Document, place: usize| {
        let is_there = document.section("rates").is_some_and(|section| !section.rows.is_empty());
        assert!(is_there);
        let found = cell(document, sections[place], "全市", columns[place]);
        let Cell::Rate { den, .. } = found else { panic!("{found:?}") };
        *den
    };
    for month in 1..=12 {
        let report = city.report("month", &format!("2026-{month:02}"), "2027-01-04 09:00").await;
        for (place, sum) in sums.iter_mut().enumerate() {
            *sum += of(&report.document, place);
        }
    }
    let year = city.report("year", "2026", "2027-01-04 09:00").await;
    for (place, sum) in sums.into_iter().enumerate() {
        assert_eq!(of(&year.document, place), sum, "{}", columns[place]);
    }
    assert_eq!(sums, [4, 3, 4], "W4 came due in July and nobody answered for it");
    let bulletin = city.report("month", "2026-05", "2027-01-05 09:00").await;
    assert_eq!(bulletin.document.number.expect("a number").zh, "2026年第5期");
    assert_eq!(shown(&year.document, "flow", "受理工单", "count"), "4");
}

#[tokio::test]
async fn a_wrong_period_is_refused_with_the_right_one() {
    let city = City::new(set("")).await;
    let ask = Ask::new(Kind::Month, When::parse("2026").expect("a period"));
    let rules = city.rules.load_full();
    let error = duban::report::report(&city.store, &rules, ask, at("2026-05-07 09:00")).await;
    let error = error.expect_err("a month is no year").to_string();
    assert_eq!(error, "`month` is not of `2026`; write a period like `2026-05`");
}
