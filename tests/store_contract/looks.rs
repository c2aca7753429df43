//! Looks: what is loaded, what is written, and what is not.

use std::collections::BTreeSet;

use duban::store::{
    LedgerCount, LedgerFilter, LedgerRow, SerialRun, SlipFilter, SlipHeard, SlipWithdrawal, Store,
    StoreError, ToldWrite, Writes,
};

use crate::{
    intake::assert_chained,
    scratch::{Scratch, T0, added, at, entry, fill, link, looked, message, slip, with_ticket},
};

pub async fn a_look_loads_what_is_due(scratch: &Scratch) {
    let store = scratch.store().await;
    for (no, now) in [("late", 30), ("early", 10), ("same", 10)] {
        store.append(&[entry(no, "received", None)], at(now)).await.expect("appended");
    }
    for (limit, now, want) in [
        (10, 9, &[][..]),
        (10, 10, &["early", "same"]),
        (1, 10, &["early"]),
        (10, 29, &["early", "same"]),
        (10, 30, &["early", "same", "late"]),
    ] {
        let look = store.look(limit, at(now)).await.expect("a look is taken");
        let found: Vec<&str> = look.tickets.iter().map(|ticket| ticket.no.as_str()).collect();
        assert_eq!(found, want, "limit {limit} at {now}");
        look.rollback().await.expect("it ends");
    }
}

pub async fn a_look_loads_only_news(scratch: &Scratch) {
    let (store, ticket) = with_ticket(scratch, |_| Writes::default()).await;
    let more = [entry("T000", "dispatched", None), entry("T000", "accepted", None)];
    store.append(&more, at(1)).await.expect("appended");
    let mut look = store.look(10, at(1)).await.expect("a look is taken");
    let found = &look.tickets[0];
    assert_eq!((found.head_seq, found.applied_seq), (3, 1));
    assert_eq!(found.state.as_deref(), Some("{\"seen\":1}"));
    let kinds: Vec<&str> = found.news.iter().map(|row| row.kind.as_str()).collect();
    assert_eq!(kinds, ["dispatched", "accepted"]);
    let whole = look.journals(&[ticket.key, 99]).await.expect("journals are read");
    assert_eq!(whole[&ticket.key].len(), 3, "the whole journal on request");
    assert!(!whole.contains_key(&99), "no journal, no entry");
    look.rollback().await.expect("it ends");
}

pub async fn a_commit_writes_everything(scratch: &Scratch) {
    let store = scratch.store().await;
    fill(&store, 1, T0).await;
    let look = store.look(10, T0).await.expect("a look is taken");
    let ticket = look.tickets[0].clone();
    let line = added(&ticket, "slip_issued", Some("k1"), T0);
    let mut after = looked(&ticket, Some(at(60)));
    (after.head_seq, after.applied_seq, after.head_hash) = (line.seq, line.seq, line.hash.clone());
    let writes = Writes {
        tickets: vec![after],
        journal: vec![line],
        slips: vec![slip(&ticket, "k1")],
        withdrawn: Vec::new(),
        heard: Vec::new(),
        flags: Vec::new(),
        told: Vec::new(),
        ledger_of: Vec::new(),
        ledger: Vec::new(),
        hooks: Vec::new(),
        messages: vec![message(&ticket, "m1", Some("k1"), at(5))],
        links: vec![link(&ticket, "h1", at(600))],
        board: Vec::new(),
        off_board: Vec::new(),
    };
    look.commit(&writes, T0).await.expect("it commits");

    let row = store.ticket("T000").await.expect("it reads").expect("it exists");
    assert_eq!(
        (row.unit.as_str(), row.policy.as_str(), row.stage.as_str()),
        ("cx-scjg", "general", "open")
    );
    assert_eq!((row.open, row.next_look, row.applied_seq), (true, Some(at(60)), 2));
    assert_eq!(row.state.as_deref(), Some("{\"seen\":1}"));
    assert_chained(&store, "T000").await;

    let slips = store.slips(&SlipFilter::default()).await.expect("they read");
    assert_eq!(slips.len(), 1);
    assert_eq!((slips[0].key.as_str(), slips[0].state.as_str()), ("k1", "open"));
    assert_eq!(slips[0].serial.as_deref(), Some("黄字〔2026〕118号"));
    assert_eq!((slips[0].due, slips[0].reply_due), (Some(at(3600)), None));

    let messages = store.messages(ticket.key).await.expect("they read");
    assert_eq!(messages.len(), 1);
    assert_eq!(messages[0].message, writes.messages[0].message);
    assert_eq!((messages[0].state.as_str(), messages[0].offer_at), ("waiting", at(5)));
    assert_eq!(store.next_offer().await.expect("it reads"), Some(at(5)));

    let kept = store.link("h1").await.expect("it reads").expect("it exists");
    assert_eq!(
        (kept.ticket_key, kept.round, kept.expires, kept.used),
        (ticket.key, 1, at(600), None)
    );
    assert_eq!(store.link("h2").await.expect("it reads"), None);
}

pub async fn a_dropped_look_leaves_no_trace(scratch: &Scratch) {
    let store = scratch.store().await;
    fill(&store, 2, T0).await;
    let mut look = store.look(10, T0).await.expect("a look is taken");
    look.serials(&[run("", "黄", 2026, 3)]).await.expect("numbers are taken");
    drop(look);
    // The rollback of a dropped look runs when its connection goes back to the pool.
    let mut look = store.look(10, T0).await.expect("a second look is taken");
    for _ in 0..1000 {
        if look.tickets.len() == 2 {
            break;
        }
        look.rollback().await.expect("it ends");
        look = store.look(10, T0).await.expect("another look is taken");
    }
    assert_eq!(look.tickets.len(), 2);
    let first = look.serials(&[run("", "黄", 2026, 1)]).await.expect("numbers are taken");
    assert_eq!(first, [1], "the numbers came back");
    look.commit(&Writes::default(), T0).await.expect("nothing to write is no error");
    assert_eq!(store.look(10, T0).await.expect("a look is taken").tickets.len(), 2);
}

pub async fn a_key_is_written_once(scratch: &Scratch) {
    type Change = fn(&duban::store::Loaded) -> Writes;
    #[rustfmt::skip]
    let table: [(&str, &str, &str, Change); 7] = [
        ("slip kept",           "slips",   "k1", |t| Writes { slips: vec![slip(t, "k9"), slip(t, "k1")], ..Writes::default() }),
        ("slip in the batch",   "slips",   "k2", |t| Writes { slips: vec![slip(t, "k2"), slip(t, "k2")], ..Writes::default() }),
        ("message kept",        "outbox",  "m1", |t| Writes { messages: vec![message(t, "m1", None, T0)], ..Writes::default() }),
        ("message in the batch","outbox",  "m2", |t| Writes { messages: vec![message(t, "m2", None, T0), message(t, "m2", None, at(9))], ..Writes::default() }),
        ("link kept",           "links",   "h1", |t| Writes { links: vec![link(t, "h1", T0)], ..Writes::default() }),
        ("entry kept",          "journal", "1",  |t| Writes { journal: vec![added(t, "noted", Some("1"), T0)], ..Writes::default() }),
        ("slip beside others",  "slips",   "k1", |t| Writes { slips: vec![slip(t, "k1")], messages: vec![message(t, "m3", None, T0)], ..Writes::default() }),
    ];
    let (store, _) = with_ticket(scratch, |ticket| Writes {
        slips: vec![slip(ticket, "k1")],
        messages: vec![message(ticket, "m1", Some("k1"), T0)],
        links: vec![link(ticket, "h1", at(600))],
        ..Writes::default()
    })
    .await;
    store.append(&[entry("T000", "progress", None)], at(1)).await.expect("appended");
    for (name, want_table, want_key, change) in table {
        let look = store.look(10, at(1)).await.expect("a look is taken");
        let mut writes = change(&look.tickets[0]);
        writes.tickets.push(looked(&look.tickets[0], Some(at(99))));
        match look.commit(&writes, at(1)).await {
            Err(StoreError::Doubled { table, key }) => {
                assert_eq!((table, key.as_str()), (want_table, want_key), "{name}");
            }
            other => panic!("{name}: {other:?}"),
        }
    }
    let ticket = store.ticket("T000").await.expect("it reads").expect("it exists");
    assert_eq!(ticket.next_look, Some(at(1)), "nothing of a failed batch was written");
    assert_eq!(store.slips(&SlipFilter::default()).await.expect("they read").len(), 1);
    assert_eq!(store.messages(ticket.key).await.expect("they read").len(), 1);
}

pub async fn a_ticket_that_is_gone_fails_the_commit(scratch: &Scratch) {
    let store = scratch.store().await;
    fill(&store, 1, T0).await;
    let look = store.look(10, T0).await.expect("a look is taken");
    let mut gone = looked(&look.tickets[0], None);
    gone.key += 1;
    let tickets = vec![looked(&look.tickets[0], None), gone];
    let error =
        look.commit(&Writes { tickets, ..Writes::default() }, T0).await.expect_err("one is gone");
    assert!(matches!(error, StoreError::Lost { table: "tickets", wanted: 2, found: 1 }), "{error}");
    assert_eq!(store.next_look().await.expect("it reads"), Some(T0), "nothing was written");
}

pub async fn serials_have_no_gaps(scratch: &Scratch) {
    let store = scratch.store().await;
    let ask = |series, year, count| run("", series, year, count);
    let mut look = store.look(10, T0).await.expect("a look is taken");
    let wanted = [ask("黄", 2026, 2), ask("红", 2026, 1), ask("黄", 2026, 3), ask("黄", 2027, 1)];
    assert_eq!(look.serials(&wanted).await.expect("numbers are taken"), [1, 1, 3, 1]);
    assert_eq!(look.serials(&[]).await.expect("nothing is taken"), [0; 0]);
    look.commit(&Writes::default(), T0).await.expect("it commits");

    let mut undone = store.look(10, T0).await.expect("a look is taken");
    assert_eq!(undone.serials(&[ask("黄", 2026, 7)]).await.expect("numbers are taken"), [6]);
    undone.rollback().await.expect("it ends");

    let mut look = store.look(10, T0).await.expect("a look is taken");
    let wanted = [ask("黄", 2026, 1), ask("红", 2026, 1)];
    assert_eq!(look.serials(&wanted).await.expect("numbers are taken"), [6, 2]);
    look.commit(&Writes::default(), T0).await.expect("it commits");
}

pub async fn each_issuer_counts_its_own_serials(scratch: &Scratch) {
    let store = scratch.store().await;
    for (issuer, first) in [("", 1), ("cx", 1), ("", 3), ("cd", 1), ("cx", 3)] {
        let mut look = store.look(10, T0).await.expect("a look is taken");
        let taken = look.serials(&[run(issuer, "红", 2026, 2)]).await.expect("numbers are taken");
        assert_eq!(taken, [first], "{issuer}");
        look.commit(&Writes::default(), T0).await.expect("it commits");
    }
}

pub async fn receipts_and_replies_are_kept(scratch: &Scratch) {
    let (store, ticket) = with_ticket(scratch, |ticket| Writes {
        slips: vec![slip(ticket, "k1"), slip(ticket, "k2"), slip(ticket, "k3")],
        ..Writes::default()
    })
    .await;
    let heard = |key: &str, receipted, replied| SlipHeard {
        key: key.to_owned(),
        receipted,
        replied,
        reply: replied.map(|_| "{\"plan\":\"x\"}".to_owned()),
        ..SlipHeard::default()
    };
    let write = |writes: Writes, second: i64| {
        let (store, ticket) = (store.clone(), ticket.clone());
        async move {
            store.append(&[entry("T000", "progress", None)], at(second)).await.expect("appended");
            let look = store.look(10, at(second)).await.expect("a look is taken");
            let tickets = vec![looked(&look.tickets[0], None)];
            assert_eq!(look.tickets[0].key, ticket.key);
            look.commit(&Writes { tickets, ..writes }, at(second)).await.expect("it commits");
        }
    };
    let first = vec![heard("k1", Some(at(5)), None), heard("k2", None, Some(at(6)))];
    write(Writes { heard: first, ..Writes::default() }, 10).await;
    let taken_back =
        SlipWithdrawal { key: "k2".to_owned(), reason: "issued by mistake".to_owned() };
    write(Writes { withdrawn: vec![taken_back], ..Writes::default() }, 20).await;

    let states = async |state: Option<&str>| {
        let filter = SlipFilter { state: state.map(str::to_owned), ..SlipFilter::default() };
        let slips = store.slips(&filter).await.expect("they read");
        slips.into_iter().map(|slip| (slip.key, slip.state)).collect::<Vec<_>>()
    };
    let pair = |key: &str, state: &str| (key.to_owned(), state.to_owned());
    let all = [pair("k3", "open"), pair("k2", "withdrawn"), pair("k1", "receipted")];
    assert_eq!(states(None).await, all);
    for one in all {
        assert_eq!(states(Some(&one.1)).await, std::slice::from_ref(&one), "only {}", one.1);
    }
    let kept = &store.slips_named("k2").await.expect("it reads")[0];
    assert_eq!((kept.replied, kept.reply.as_deref()), (Some(at(6)), Some("{\"plan\":\"x\"}")));
    assert_eq!(store.slips_named("黄字〔2026〕118号").await.expect("they read").len(), 3);

    let counts = store.slip_counts(T0, at(1)).await.expect("they count");
    let counts: Vec<_> =
        counts.iter().map(|c| (c.standing, c.withdrawn, c.receipted, c.replied)).collect();
    assert_eq!(counts, [(2, 1, 1, 0)], "what was withdrawn is counted apart");
    assert!(store.slip_counts(at(1), at(99)).await.expect("they count").is_empty());
}

fn run(issuer: &str, series: &str, year: i32, count: i64) -> SerialRun {
    SerialRun { issuer: issuer.to_owned(), series: series.to_owned(), year, count }
}

pub async fn a_withdrawn_slip_drops_its_waiting_messages(scratch: &Scratch) {
    let (store, ticket) = with_ticket(scratch, |t| Writes {
        slips: vec![slip(t, "k1"), slip(t, "k2")],
        messages: vec![
            message(t, "m1", Some("k1"), T0),
            message(t, "m2", Some("k1"), at(9)),
            message(t, "m3", Some("k2"), T0),
            message(t, "m4", None, T0),
        ],
        ..Writes::default()
    })
    .await;
    let withdraw = |key: &str| Writes {
        withdrawn: vec![SlipWithdrawal {
            key: key.to_owned(),
            reason: "replied in time".to_owned(),
        }],
        ..Writes::default()
    };
    let look = store.look(10, at(1)).await.expect("a look is taken");
    look.commit(&withdraw("k1"), at(1)).await.expect("it commits");

    let filter = SlipFilter { key: Some("k1".to_owned()), ..SlipFilter::default() };
    let slips = store.slips(&filter).await.expect("they read");
    assert_eq!((slips[0].state.as_str(), slips[0].withdrawn), ("withdrawn", Some(at(1))));
    assert_eq!(slips[0].reason.as_deref(), Some("replied in time"));
    let messages = store.messages(ticket.key).await.expect("they read");
    let states: Vec<&str> = messages.iter().map(|row| row.state.as_str()).collect();
    assert_eq!(states, ["dropped", "dropped", "waiting", "waiting"]);
    assert_eq!(messages[0].reason.as_deref(), Some("replied in time"));
    assert_eq!(messages[0].done, Some(at(1)));

    for key in ["k1", "k3"] {
        let look = store.look(10, at(2)).await.expect("a look is taken");
        let error = look.commit(&withdraw(key), at(2)).await.expect_err("it is not open");
        assert!(matches!(error, StoreError::Lost { table: "open slips", .. }), "{key}: {error}");
    }
}

pub async fn two_looks_take_disjoint_tickets(scratch: &Scratch) {
    const TICKETS: usize = 200;
    let (one, two) = (scratch.store().await, scratch.open().await);
    fill(&one, TICKETS, T0).await;
    if one.database() == "postgres" {
        let first = one.look(50, T0).await.expect("a look is taken");
        let second = two.look(500, T0).await.expect("a second look at the same time");
        assert_eq!((first.tickets.len(), second.tickets.len()), (50, TICKETS - 50));
        let keys: BTreeSet<i64> =
            first.tickets.iter().chain(&second.tickets).map(|ticket| ticket.key).collect();
        assert_eq!(keys.len(), TICKETS, "no ticket twice");
        first.rollback().await.expect("it ends");
        second.rollback().await.expect("it ends");
    }
    let drain = |store: Store| async move {
        let mut taken = Vec::new();
        loop {
            let look = store.look(7, T0).await.expect("a look is taken");
            if look.tickets.is_empty() {
                look.rollback().await.expect("it ends");
                return taken;
            }
            taken.extend(look.tickets.iter().map(|ticket| ticket.key));
            let tickets = look.tickets.iter().map(|ticket| looked(ticket, None)).collect();
            look.commit(&Writes { tickets, ..Writes::default() }, T0).await.expect("it commits");
        }
    };
    let (first, second) = (tokio::spawn(drain(one.clone())), tokio::spawn(drain(two.clone())));
    let mut taken = first.await.expect("it ran");
    taken.extend(second.await.expect("it ran"));
    assert_eq!(taken.len(), TICKETS, "each ticket was looked at once");
    assert_eq!(taken.iter().collect::<BTreeSet<_>>().len(), TICKETS);
    assert_eq!(one.next_look().await.expect("it reads"), None);
}

pub async fn concurrent_serials_have_no_gaps(scratch: &Scratch) {
    const ROUNDS: i64 = 20;
    let (one, two) = (scratch.store().await, scratch.open().await);
    let take = |store: Store, order: [&'static str; 2]| async move {
        let mut taken = Vec::new();
        for round in 0..ROUNDS {
            let wanted = order.map(|series| run("", series, 2026, 2));
            let mut look = store.look(1, T0).await.expect("a look is taken");
            let firsts = look.serials(&wanted).await.expect("numbers are taken, no deadlock");
            if round % 5 == 0 {
                look.rollback().await.expect("it ends");
                continue;
            }
            look.commit(&Writes::default(), T0).await.expect("it commits");
            for (series, first) in order.into_iter().zip(firsts) {
                taken.extend([(series, first), (series, first + 1)]);
            }
        }
        taken
    };
    let first = tokio::spawn(take(one, ["黄", "红"]));
    let second = tokio::spawn(take(two, ["红", "黄"]));
    let mut taken = first.await.expect("it ran");
    taken.extend(second.await.expect("it ran"));
    for series in ["黄", "红"] {
        let numbers: BTreeSet<i64> =
            taken.iter().filter(|(name, _)| *name == series).map(|(_, number)| *number).collect();
        let want: BTreeSet<i64> = (1..=ROUNDS * 4 / 5 * 4).collect();
        assert_eq!(numbers, want, "{series}");
    }
}

pub async fn a_look_at_takes_only_what_is_named_and_due(scratch: &Scratch) {
    let store = scratch.store().await;
    fill(&store, 4, T0).await;
    store.append(&[entry("later", "received", None)], at(60)).await.expect("appended");
    let due = store.due(10, T0).await.expect("they are named");
    let names = |no: &str| due.iter().find(|ticket| ticket.no == no).map(|ticket| ticket.key);
    assert_eq!(due.len(), 4, "what is not due is not named");
    assert_eq!(store.due(2, T0).await.expect("they are named").len(), 2);
    let later = store.ticket("later").await.expect("it reads").expect("it exists").key;
    let wanted = [later, names("T003").expect("due"), names("T001").expect("due"), 99];
    let mut look = store.look_at(&wanted, T0).await.expect("a look is taken");
    let found: Vec<&str> = look.tickets.iter().map(|ticket| ticket.no.as_str()).collect();
    assert_eq!(found, ["T001", "T003"], "in the order of a look");
    assert!(look.tickets.iter().all(|ticket| ticket.news.len() == 1), "with their news");
    let tickets = std::mem::take(&mut look.tickets);
    let tickets = tickets.iter().map(|ticket| looked(ticket, None)).collect();
    look.commit(&Writes { tickets, ..Writes::default() }, T0).await.expect("it commits");
    assert_eq!(store.due(10, T0).await.expect("they are named").len(), 2);
    let none = store.look_at(&[], T0).await.expect("a look at nothing");
    assert!(none.tickets.is_empty());
    none.rollback().await.expect("it ends");
}

pub async fn a_parked_ticket_waits_until_something_happens(scratch: &Scratch) {
    let store = scratch.store().await;
    fill(&store, 2, T0).await;
    let key = store.ticket("T000").await.expect("it reads").expect("it exists").key;
    assert!(store.park(key, at(3600), T0).await.expect("it is parked"));
    assert!(!store.park(key, at(7200), T0).await.expect("it answers"), "not due any more");
    let due = |now| {
        let store = store.clone();
        async move {
            let due = store.due(10, now).await.expect("they are named");
            due.into_iter().map(|ticket| ticket.no).collect::<Vec<_>>()
        }
    };
    assert_eq!(due(at(3599)).await, ["T001"]);
    assert_eq!(due(at(3600)).await, ["T001", "T000"]);
    store.append(&[entry("T000", "accepted", None)], at(5)).await.expect("appended");
    assert_eq!(due(at(5)).await, ["T001", "T000"], "an event makes it due at once");
}

pub async fn errors_say_whether_rows_are_to_blame(scratch: &Scratch) {
    let (store, ticket) =
        with_ticket(scratch, |t| Writes { slips: vec![slip(t, "k1")], ..Writes::default() }).await;
    let again = |writes: Writes| {
        let store = store.clone();
        async move {
            let look = store.look(10, T0).await.expect("a look is taken");
            look.commit(&writes, T0).await.expect_err("it is refused")
        }
    };
    let doubled = again(Writes { slips: vec![slip(&ticket, "k1")], ..Writes::default() }).await;
    let withdrawal = SlipWithdrawal { key: "none".into(), reason: "x".into() };
    let lost = again(Writes { withdrawn: vec![withdrawal], ..Writes::default() }).await;
    assert!(doubled.is_about_rows() && lost.is_about_rows(), "{doubled}, {lost}");
    store.close().await;
    let gone = store.due(10, T0).await.expect_err("the store is closed");
    assert!(!gone.is_about_rows(), "{gone}");
}

pub async fn the_ledger_of_a_ticket_is_written_anew(scratch: &Scratch) {
    let line = |key: i64, entry: &str, opened: i64, ended: Option<(i64, &str)>| LedgerRow {
        ticket_key: key,
        entry: entry.to_owned(),
        list: "hung".to_owned(),
        ticket_no: "T000".to_owned(),
        unit: "cx".to_owned(),
        opened: at(opened),
        review_due: Some(at(opened + 60)),
        expires: None,
        ended: ended.map(|(second, _)| at(second)),
        ended_by: ended.map(|(_, by)| by.to_owned()),
        reason: Some("历史遗留".to_owned()),
        approver: None,
        leader: None,
        lacking: "plan".to_owned(),
    };
    let (store, ticket) = with_ticket(scratch, |ticket| Writes {
        ledger_of: vec![ticket.key],
        ledger: vec![line(ticket.key, "hung", 10, None), line(ticket.key, "wrong", 11, None)],
        ..Writes::default()
    })
    .await;
    store.append(&[entry("T000", "progress", None)], at(30)).await.expect("appended");
    let look = store.look(10, at(30)).await.expect("a look is taken");
    let writes = Writes {
        tickets: vec![looked(&look.tickets[0], None)],
        ledger_of: vec![ticket.key],
        ledger: vec![
            line(ticket.key, "hung", 10, Some((20, "reactivated"))),
            line(ticket.key, "hung.2", 25, None),
            line(ticket.key, "hung.3", 40, Some((50, "struck_off"))),
        ],
        ..Writes::default()
    };
    look.commit(&writes, at(30)).await.expect("it commits");

    #[rustfmt::skip]
    let table = [
        // name            filter                                                              lines
        ("all",            LedgerFilter::default(),                                            &["hung", "hung.2", "hung.3"][..]),
        ("what stands",    LedgerFilter { open: Some(true), ..LedgerFilter::default() },       &["hung.2"]),
        ("what has ended", LedgerFilter { open: Some(false), ..LedgerFilter::default() },      &["hung", "hung.3"]),
        ("another list",   LedgerFilter { list: Some("long_open".into()), ..LedgerFilter::default() }, &[]),
        ("of the unit",    LedgerFilter { unit: Some("cx".into()), ..LedgerFilter::default() }, &["hung", "hung.2", "hung.3"]),
        ("of the ticket",  LedgerFilter { ticket_key: Some(ticket.key), open: Some(true), ..LedgerFilter::default() }, &["hung.2"]),
    ];
    for (name, filter, want) in table {
        let rows = store.ledger(&filter, 10, None).await.expect("it reads");
        let entries: Vec<&str> = rows.iter().map(|row| row.entry.as_str()).collect();
        assert_eq!(entries, want, "{name}");
    }
    let after = Some((ticket.key, "hung".to_owned()));
    let rows = store.ledger(&LedgerFilter::default(), 1, after).await.expect("it reads");
    assert_eq!(rows[0].entry, "hung.2");
    assert_eq!((rows[0].review_due, rows[0].lacking.as_str()), (Some(at(85)), "plan"));

    #[rustfmt::skip]
    let table = [
        // from to   opening admitted struck off otherwise
        (0,  20, (0, 1, 0, 0)),
        (20, 21, (1, 0, 0, 1)),
        (21, 60, (0, 2, 1, 0)),
        (41, 60, (2, 0, 1, 0)),
    ];
    for (from, to, want) in table {
        let counts = store.ledger_counts(at(from), at(to)).await.expect("it counts");
        let LedgerCount { opening, admitted, struck_off, ended_otherwise, .. } = counts[0];
        assert_eq!((opening, admitted, struck_off, ended_otherwise), want, "{from}..{to}");
    }
}

pub async fn a_told_event_is_delivered_once(scratch: &Scratch) {
    let store = scratch.store().await;
    store.append(&[entry("T1", "received", None)], T0).await.expect("appended");
    let look = store.look(10, T0).await.expect("a look is taken");
    let after = looked(&look.tickets[0], None);
    let told = |dedupe: &str| ToldWrite {
        ticket: "T2".to_owned(),
        at: T0,
        kind: "grouped".to_owned(),
        dedupe: dedupe.to_owned(),
        body: "{}".to_owned(),
    };
    let told = vec![told("id/one"), told("id/one"), told("id/two")];
    look.commit(&Writes { tickets: vec![after], told, ..Writes::default() }, T0)
        .await
        .expect("it commits");

    assert_eq!(store.deliver_told(10, at(1)).await.expect("it delivers"), 3);
    assert_eq!(store.deliver_told(10, at(1)).await.expect("it delivers"), 0, "nothing waits");
    let row = store.ticket("T2").await.expect("it reads").expect("the journal it told of is there");
    let journal = store.journal(row.key).await.expect("it reads");
    let kept: Vec<&str> = journal.iter().filter_map(|line| line.dedupe.as_deref()).collect();
    assert_eq!(kept, ["id/one", "id/two"], "however often it is told");
    assert_eq!(row.next_look, Some(at(1)), "it is looked at");
}
