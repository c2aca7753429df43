//! What was published stays as it was; a correction is a version of its own.

use duban::{
    core::wording::Language,
    report::{Ask, csv, html, text, xlsx},
};

use crate::{
    example,
    town::{City, asked, event, saying, shown},
};

#[tokio::test]
async fn a_closed_period_is_printed_the_same_again() {
    let city = City::new(example::rules()).await;
    example::city(&city).await;
    let first = city.report("month", "2026-05", "2026-06-01 09:00").await;
    city.tell(vec![event("T99", "dispatched", "2026-06-02 09:00", "A")]).await;
    let again = city.report("month", "2026-05", "2026-06-03 09:00").await;
    assert!(first.hash.is_some());
    assert_eq!(first.hash, again.hash);
    for language in Language::ALL {
        assert_eq!(text::text(&first, language), text::text(&again, language));
        assert_eq!(
            html::page(&first, language).expect("HTML"),
            html::page(&again, language).expect("HTML")
        );
        assert_eq!(csv::csv(&first, None, language), csv::csv(&again, None, language));
        let books = [&first, &again].map(|one| xlsx::xlsx(one, language).expect("a workbook"));
        assert!(books[0] == books[1], "the same workbook");
    }
}

#[tokio::test]
async fn a_correction_is_the_next_version() {
    let city = City::new(example::rules()).await;
    example::city(&city).await;
    let ask = asked("month", "2026-05");
    let first = city.ask(ask, "2026-06-01 09:00").await;
    let restate = Ask { restate: true, ..ask };
    let same = city.ask(restate, "2026-06-02 09:00").await;
    assert_eq!(same.hash, first.hash, "nothing changed is no version");
    // Heard of in June: the resident of T21 had answered in May, by their own hand, that nobody came.
    let late = event("T21", "answered", "2026-05-21 08:00", "B");
    let said =
        [("contacted", "no"), ("solved", "已解决"), ("satisfied", "不满意"), ("via", "link")];
    city.tell(vec![saying(late, &said)]).await;
    let second = city.ask(restate, "2026-06-03 09:00").await;
    assert_eq!(second.document.version, 2);
    let changed: Vec<(&str, &str)> =
        second.document.changes.iter().map(|one| (one.ticket.as_str(), one.how.as_str())).collect();
    assert_eq!(changed, [("T21", "changed")]);
    let fields = &second.document.changes[0].fields;
    let satisfied = fields.iter().find(|(column, ..)| column == "q3_satisfied");
    let want = ["q3_satisfied", "满意", "不满意"].map(str::to_owned);
    assert_eq!(satisfied, Some(&(want[0].clone(), want[1].clone(), want[2].clone())));
    assert_eq!(shown(&second.document, "rates", "B", "满意率"), "3/4 = 75.00 %");
    let published = city.ask(ask, "2026-06-04 09:00").await;
    assert_eq!(published.hash, second.hash, "the last version is the report");
    let before = city.ask(Ask { version: Some(1), ..ask }, "2026-06-04 09:00").await;
    assert_eq!(before.hash, first.hash, "the first can still be read");
    let page = text::text(&second, Language::Zh);
    assert!(page.contains("更正版(第2版),1件工单有变化"), "{page}");
}

#[tokio::test]
async fn a_running_period_is_a_draft() {
    let city = City::new(example::rules()).await;
    example::city(&city).await;
    let draft = city.report("month", "2026-05", "2026-05-20 12:00").await;
    assert_eq!((draft.document.version, &draft.hash), (0, &None));
    assert!(text::text(&draft, Language::En).contains("Draft"));
    let kept = city.store.report("month", "2026-05", None).await.expect("it reads");
    assert_eq!(kept, None);
}
