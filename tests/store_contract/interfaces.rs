//! What other programs ask by: requests of residents, and calls that are made once.

use duban::core::timestamp::Timestamp;
use duban::store::{Call, Earlier, KEPT_MS, RequestFilter, Writes};

use crate::scratch::{Scratch, T0, at, fill, looked};

pub async fn requests_are_filtered(scratch: &Scratch) {
    let store = scratch.store().await;
    fill(&store, 4, T0).await;
    let look = store.look(10, T0).await.expect("a look is taken");
    let mut tickets: Vec<_> = look.tickets.iter().map(|ticket| looked(ticket, None)).collect();
    for (ticket, (seconds, service)) in
        tickets.iter_mut().zip([(0, "lift"), (10, "路灯"), (20, "lift")])
    {
        (ticket.requested, ticket.service) = (Some(at(seconds)), Some(service.to_owned()));
    }
    tickets[2].open = false;
    look.commit(&Writes { tickets, ..Writes::default() }, T0).await.expect("it commits");

    let any = || RequestFilter { services: vec![], open: None, from: T0, to: at(60), limit: 10 };
    let of = |codes: &[&str]| codes.iter().map(|code| (*code).to_owned()).collect::<Vec<_>>();
    #[rustfmt::skip]
    let table = [
        ("newest first",     any(),                                               "T002 T001 T000"),
        ("page",             RequestFilter { limit: 1, ..any() },                 "T002"),
        ("open",             RequestFilter { open: Some(true), ..any() },         "T001 T000"),
        ("a service",        RequestFilter { services: of(&["路灯"]), ..any() },   "T001"),
        ("two services",     RequestFilter { services: of(&["路灯", "lift"]), ..any() }, "T002 T001 T000"),
        ("no such service",  RequestFilter { services: of(&["lif"]), ..any() },   ""),
        ("from the instant", RequestFilter { from: at(10), ..any() },             "T002 T001"),
        ("to the instant",   RequestFilter { to: at(10), ..any() },               "T001 T000"),
        ("after them all",   RequestFilter { from: at(21), ..any() },             ""),
    ];
    for (name, filter, want) in table {
        let found = store.requests(&filter).await.expect("they read");
        let found: Vec<String> = found.into_iter().map(|row| row.no).collect();
        assert_eq!(found.join(" "), want, "{name}");
    }
    let unseen = store.request("T003").await.expect("it reads").expect("it is known");
    assert_eq!((unseen.requested, unseen.created), (None, T0));
    assert_eq!(store.request("T009").await.expect("it reads"), None);
}

pub async fn a_call_is_answered_once(scratch: &Scratch) {
    let store = scratch.store().await;
    let call = |token_id, key: &str, body: &str| Call {
        token_id,
        key: key.to_owned(),
        body_hash: body.to_owned(),
    };
    let (first, begin) = (call(1, "k", "b"), async |call: &Call, now: Timestamp| {
        store.call_begin(call, now).await.expect("it begins")
    });
    assert_eq!(begin(&first, T0).await, Earlier::None);
    assert_eq!(begin(&first, at(1)).await, Earlier::UnderWay);
    assert_eq!(begin(&call(2, "k", "b"), at(1)).await, Earlier::None, "another caller's key");
    store.call_answer(&first, "[1]").await.expect("it is kept");
    assert_eq!(begin(&first, at(2)).await, Earlier::Answered("[1]".to_owned()));
    assert_eq!(begin(&call(1, "k", "c"), at(2)).await, Earlier::OtherBody);
    let last = T0.plus_ms(KEPT_MS - 1);
    assert_eq!(begin(&first, last).await, Earlier::Answered("[1]".to_owned()));
    assert_eq!(begin(&first, T0.plus_ms(KEPT_MS)).await, Earlier::None, "after a day");

    let failed = call(1, "failed", "b");
    assert_eq!(begin(&failed, T0).await, Earlier::None);
    store.call_forget(&failed).await.expect("it is forgotten");
    assert_eq!(begin(&failed, T0).await, Earlier::None, "made again");
    assert_eq!(begin(&failed, at(119)).await, Earlier::UnderWay);
    assert_eq!(begin(&failed, at(120)).await, Earlier::None, "its process died");
}
