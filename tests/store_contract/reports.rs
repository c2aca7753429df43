//! What reports are made of, and each as it was published.

use duban::{
    core::report::{Issued, Told},
    store::{Outcome, Proof, ReportRow, Settled, SlipWithdrawal, Writes},
};

use crate::scratch::{Scratch, T0, at, fill, looked, message, slip, with_ticket};

fn row(version: i64, body: &str) -> ReportRow {
    ReportRow {
        kind: "month".to_owned(),
        period: "2026-05".to_owned(),
        version,
        made: T0,
        hash: "h".to_owned(),
        body: body.to_owned(),
        lines: vec![0, 255, 10],
    }
}

pub async fn a_version_of_a_report_is_kept_once(scratch: &Scratch) {
    let store = scratch.store().await;
    assert_eq!(store.report("month", "2026-05", None).await.expect("it reads"), None);
    assert!(store.keep_report(&row(1, "一")).await.expect("it is kept"));
    assert!(!store.keep_report(&row(1, "二")).await.expect("it answers"), "the first one stands");
    assert!(store.keep_report(&row(2, "三")).await.expect("it is kept"));
    let read = async |version| store.report("month", "2026-05", version).await.expect("it reads");
    assert_eq!(read(None).await, Some(row(2, "三")), "the last without a number");
    assert_eq!(read(Some(1)).await, Some(row(1, "一")));
    assert_eq!(read(Some(3)).await, None);
}

pub async fn slips_of_a_period_stand_by_ticket(scratch: &Scratch) {
    let (store, ticket) = with_ticket(scratch, |ticket| {
        let mut slips = vec![slip(ticket, "k3"), slip(ticket, "k1"), slip(ticket, "k2")];
        slips[0].at = at(30);
        slips[1].at = at(10);
        slips[1].reply_due = Some(at(99));
        slips[2].at = at(20);
        Writes { slips, ..Writes::default() }
    })
    .await;
    let withdrawal = SlipWithdrawal { key: "k2".to_owned(), reason: "x".to_owned() };
    store.append(&[crate::scratch::entry("T000", "x", None)], at(25)).await.expect("appended");
    let look = store.look(10, at(25)).await.expect("a look is taken");
    let writes = Writes {
        tickets: vec![looked(&look.tickets[0], None)],
        withdrawn: vec![withdrawal],
        ..Writes::default()
    };
    look.commit(&writes, at(25)).await.expect("it commits");
    let found = store.report_slips(at(10), at(30)).await.expect("they read");
    let short = |one: &Issued| (one.key.clone(), one.at, one.is_withdrawn, one.asks);
    let found_short: Vec<_> = found.iter().map(short).collect();
    let want = [("k1".to_owned(), at(10), false, true), ("k2".to_owned(), at(20), true, false)];
    assert_eq!(found_short, want);
    assert!(found.iter().all(|one| one.ticket_key == ticket.key && one.step == "due-1wd"));
}

pub async fn messages_are_counted_by_person_and_quarter(scratch: &Scratch) {
    let (store, _) = with_ticket(scratch, |ticket| {
        let keys = ["m1", "m2", "m3", "m4"];
        let mut messages: Vec<_> = keys.map(|key| message(ticket, key, None, T0)).to_vec();
        "email".clone_into(&mut messages[2].message.via);
        messages[3].message.to = duban::core::message::Recipient::Resident;
        Writes { messages, ..Writes::default() }
    })
    .await;
    let offers = store.claim(10, 60_000, T0).await.expect("they are claimed");
    let settled: Vec<Settled> = offers
        .iter()
        .map(|offer| Settled {
            id: offer.id,
            attempt: offer.attempt,
            outcome: Outcome::Sent { channel: "c".to_owned(), provider: "p".to_owned() },
            proof: Proof::default(),
        })
        .collect();
    store.settle(&settled, at(1)).await.expect("they are settled");
    let told = store.report_told(T0, at(60)).await.expect("they read");
    let of = |via: &str, count| Told {
        who: "unit_head".to_owned(),
        unit: "cx-scjg".to_owned(),
        via: via.to_owned(),
        at: duban::core::timestamp::Timestamp(at(1).0 / 900_000 * 900_000),
        count,
    };
    assert_eq!(told, [of("email", 1), of("sms", 2)], "the resident's is nobody's burden");
    assert_eq!(store.report_told(at(2), at(60)).await.expect("they read"), []);
}

pub async fn states_come_page_by_page(scratch: &Scratch) {
    let store = scratch.store().await;
    fill(&store, 3, T0).await;
    assert_eq!(store.report_states(0, 10).await.expect("they read"), [], "nobody has looked");
    let look = store.look(10, T0).await.expect("a look is taken");
    let tickets = look.tickets.iter().map(|ticket| looked(ticket, None)).collect();
    look.commit(&Writes { tickets, ..Writes::default() }, T0).await.expect("it commits");
    let first = store.report_states(0, 2).await.expect("they read");
    let rest = store.report_states(first[1].key, 2).await.expect("they read");
    assert_eq!((first.len(), rest.len()), (2, 1));
    assert_eq!(first[0].state, "{\"seen\":1}");
}
