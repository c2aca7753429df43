//! What other programs ask by: requests of residents, and calls that are made once.

use duban::core::timestamp::Timestamp;
use duban::store::{
    Call, Earlier, HookOffer, HookOutcome, HookSettled, HookWrite, KEPT_MS, RequestFilter, Writes,
};

use crate::scratch::{Scratch, T0, added, at, fill, looked};

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

pub async fn lines_of_a_ticket_leave_in_order(scratch: &Scratch) {
    const LEASE_MS: i64 = 60_000;
    let store = scratch.store().await;
    fill(&store, 2, T0).await;
    let look = store.look(10, T0).await.expect("a look is taken");
    let tickets: Vec<_> = look.tickets.iter().map(|ticket| looked(ticket, None)).collect();
    let lines: Vec<_> =
        look.tickets.iter().map(|ticket| added(ticket, "duban.slip", None, T0)).collect();
    let mut hooks = Vec::new();
    let (mut after, keys) = (tickets, [look.tickets[0].key, look.tickets[1].key]);
    for (ticket, line) in after.iter_mut().zip(&lines) {
        (ticket.head_seq, ticket.applied_seq) = (line.seq, line.seq);
        ticket.head_hash.clone_from(&line.hash);
    }
    for (channel, key, seq) in
        [("a", keys[0], 1), ("a", keys[0], 2), ("a", keys[1], 2), ("b", keys[0], 2)]
    {
        hooks.push(HookWrite { channel: channel.to_owned(), ticket_key: key, seq });
    }
    let writes = Writes { tickets: after, journal: lines, hooks, ..Writes::default() };
    look.commit(&writes, T0).await.expect("it commits");

    let claim = async |now| {
        let offers = store.hooks_claim(10, LEASE_MS, now).await.expect("they are claimed");
        let name = |one: &HookOffer| format!("{} {}.{}", one.channel, one.ticket_no, one.seq);
        (offers.iter().map(name).collect::<Vec<_>>().join(", "), offers)
    };
    let settle = async |offer: &HookOffer, outcome, now| {
        let settled = HookSettled { id: offer.id, attempt: offer.attempt, outcome };
        store.hooks_settle(&[settled], now).await.expect("it is settled")[0]
    };
    assert_eq!(store.hooks_next().await.expect("it reads"), Some(T0));
    let (names, first) = claim(T0).await;
    assert_eq!(
        names, "a T000.1, a T001.2, b T000.2",
        "the second line of T000 waits for the first"
    );
    assert_eq!((first[0].kind.as_str(), first[1].kind.as_str()), ("received", "duban.slip"));
    assert_eq!(claim(at(1)).await.0, "", "hidden for the lease");
    let again = HookOutcome::Retry { at: at(30), reason: "503".to_owned() };
    assert!(settle(&first[0], again, at(1)).await);
    assert!(settle(&first[1], HookOutcome::Told, at(1)).await);
    assert_eq!(claim(at(29)).await.0, "", "still behind the first");
    let (names, second) = claim(at(30)).await;
    assert_eq!((names.as_str(), second[0].attempt), ("a T000.1", 2));
    assert_eq!(second[0].first_offered, T0);
    assert!(!settle(&first[0], HookOutcome::Told, at(31)).await, "a lost lease settles nothing");
    let never = HookOutcome::GaveUp { reason: "410".to_owned() };
    assert!(settle(&second[0], never, at(31)).await);
    assert_eq!(claim(at(31)).await.0, "a T000.2", "what was given up holds nobody up");
    assert_eq!(claim(at(60)).await.0, "b T000.2", "its lease ran out");
}
