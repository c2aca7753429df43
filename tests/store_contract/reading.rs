//! Lists, pages and policy sets.

use duban::core::journal::{Entry, verify};
use duban::store::{FlagFilter, FlagWrite, SlipFilter, StoreError, TicketFilter, Writes};

use crate::scratch::{Scratch, T0, at, entry, fill, looked, message, slip, with_ticket};

pub async fn tickets_are_filtered_and_paged(scratch: &Scratch) {
    let store = scratch.store().await;
    fill(&store, 5, T0).await;
    let look = store.look(10, T0).await.expect("a look is taken");
    let mut tickets: Vec<_> = look.tickets.iter().map(|ticket| looked(ticket, None)).collect();
    tickets[1].open = false;
    tickets[2].unit = "cx-cg".into();
    tickets[3].stage = "accepted".into();
    tickets[4].policy = "urgent".into();
    look.commit(&Writes { tickets, ..Writes::default() }, T0).await.expect("it commits");

    let any = TicketFilter::default;
    #[rustfmt::skip]
    let table = [
        ("all",    any(),                                                      10, "T000 T001 T002 T003 T004"),
        ("page",   any(),                                                       2, "T000 T001"),
        ("open",   TicketFilter { open: Some(true), ..any() },                 10, "T000 T002 T003 T004"),
        ("closed", TicketFilter { open: Some(false), ..any() },                10, "T001"),
        ("unit",   TicketFilter { unit: Some("cx-cg".into()), ..any() },       10, "T002"),
        ("stage",  TicketFilter { stage: Some("accepted".into()), ..any() },   10, "T003"),
        ("policy", TicketFilter { policy: Some("urgent".into()), ..any() },    10, "T004"),
        ("none",   TicketFilter { policy: Some("urgent".into()), open: Some(false), ..any() }, 10, ""),
    ];
    for (name, filter, limit, want) in table {
        let found = store.tickets(&filter, limit, 0).await.expect("they read");
        let found: Vec<String> = found.into_iter().map(|ticket| ticket.no).collect();
        assert_eq!(found.join(" "), want, "{name}");
    }
    let first = store.tickets(&any(), 3, 0).await.expect("they read");
    let rest = store.tickets(&any(), 3, first[2].key).await.expect("they read");
    assert_eq!((first.len(), rest.len(), rest[0].no.as_str()), (3, 2, "T003"));
    assert_eq!(store.ticket("T009").await.expect("it reads"), None);
}

pub async fn slips_are_filtered_and_paged(scratch: &Scratch) {
    let (store, ticket) = with_ticket(scratch, |t| {
        let mut slips = vec![slip(t, "k1"), slip(t, "k2"), slip(t, "k3")];
        slips[1].kind = "red".into();
        slips[2].unit = "cx-cg".into();
        Writes { slips, ..Writes::default() }
    })
    .await;
    let any = SlipFilter::default;
    #[rustfmt::skip]
    let table = [
        ("all, newest first", any(),                                                   "k3 k2 k1"),
        ("page",              SlipFilter { limit: 2, ..any() },                        "k3 k2"),
        ("kind",              SlipFilter { kind: Some("red".into()), ..any() },        "k2"),
        ("unit",              SlipFilter { unit: Some("cx-cg".into()), ..any() },      "k3"),
        ("key",               SlipFilter { key: Some("k1".into()), ..any() },          "k1"),
        ("withdrawn",         SlipFilter { state: Some("withdrawn".into()), ..any() }, ""),
        ("ticket",            SlipFilter { ticket_key: Some(ticket.key), ..any() },    "k3 k2 k1"),
        ("other ticket",      SlipFilter { ticket_key: Some(99), ..any() },            ""),
        ("ticket and key",    SlipFilter { ticket_key: Some(ticket.key), key: Some("k2".into()), ..any() }, "k2"),
        ("other ticket's key", SlipFilter { ticket_key: Some(99), key: Some("k2".into()), ..any() }, ""),
    ];
    for (name, filter, want) in table {
        let found = store.slips(&filter).await.expect("they read");
        let found: Vec<String> = found.into_iter().map(|slip| slip.key).collect();
        assert_eq!(found.join(" "), want, "{name}");
    }
    let page = store.slips(&SlipFilter { limit: 1, ..any() }).await.expect("they read");
    let rest = store.slips(&SlipFilter { before: Some(page[0].id), ..any() }).await;
    assert_eq!(rest.expect("they read").len(), 2);
}

pub async fn a_page_holds_whole_journals(scratch: &Scratch) {
    let store = scratch.store().await;
    fill(&store, 5, T0).await;
    store.append(&[entry("T003", "closed", None)], at(1)).await.expect("appended");
    let (mut after, mut seen) = (0, Vec::new());
    loop {
        let page = store.page(after, 2).await.expect("it reads");
        let Some(last) = page.last() else { break };
        after = last.key;
        for ticket in page {
            let entries = ticket.news.iter().map(|row| Entry {
                seq: row.seq,
                at: row.at,
                arrived: row.arrived,
                kind: &row.kind,
                body: &row.body,
                hash: &row.hash,
            });
            let proof = verify(&ticket.no, entries, ticket.head_seq, &ticket.head_hash);
            assert_eq!(proof, Ok(()), "{}", ticket.no);
            seen.push(ticket.head_seq);
        }
    }
    assert_eq!(seen, [1, 1, 1, 2, 1]);
}

pub async fn policy_sets_are_kept_by_hash(scratch: &Scratch) {
    let store = scratch.store().await;
    for (hash, files, now) in [("b", "{\"b\":1}", 1), ("a", "{\"a\":1}", 2), ("b", "{}", 3)] {
        store.keep_policy_set(hash, "cn", "1", files, at(now)).await.expect("it is kept");
    }
    assert_eq!(store.policy_set("b").await.expect("it reads").as_deref(), Some("{\"b\":1}"));
    assert_eq!(store.policy_set("c").await.expect("it reads"), None);
    assert_eq!(store.policy_hashes_in_use().await.expect("they read"), ["b", "a"]);
    store.ping().await.expect("it is there");
}

pub async fn a_whole_ticket_has_all_that_is_known_of_it(scratch: &Scratch) {
    let (store, ticket) = with_ticket(scratch, |t| Writes {
        slips: vec![slip(t, "k1"), slip(t, "k2")],
        messages: vec![message(t, "m1", Some("k1"), at(5)), message(t, "m2", None, at(6))],
        ..Writes::default()
    })
    .await;
    let more = [entry("T000", "accepted", None), entry("T001", "received", None)];
    store.append(&more, at(1)).await.expect("appended");
    let names = store.names(0, 10).await.expect("they are named");
    let numbers: Vec<&str> = names.iter().map(|name| name.no.as_str()).collect();
    assert_eq!(numbers, ["T000", "T001"]);
    assert_eq!(store.names(ticket.key, 10).await.expect("they are named").len(), 1);
    assert_eq!(store.last_key().await.expect("it reads"), names[1].key);
    let wholes = store.wholes(&[names[1].key, ticket.key, 99]).await.expect("they read");
    let [one, other] = wholes.as_slice() else { panic!("two of three are there: {wholes:?}") };
    assert_eq!((one.no.as_str(), one.head_seq, one.applied_seq, one.open), ("T000", 2, 1, true));
    assert_eq!((one.unit.as_str(), one.next_look), ("cx-scjg", Some(at(1))));
    assert_eq!(one.rest.journal.len(), 2);
    let slips: Vec<&str> = one.rest.slips.iter().map(|slip| slip.key.as_str()).collect();
    assert_eq!(slips, ["k1", "k2"]);
    let messages: Vec<_> =
        one.rest.messages.iter().map(|m| (m.key.as_str(), m.slip.as_deref(), m.offer_at)).collect();
    assert_eq!(messages, [("m1", Some("k1"), at(5)), ("m2", None, at(6))]);
    assert_eq!((other.rest.journal.len(), other.rest.slips.len(), &other.state), (1, 0, &None));
    assert_eq!(store.orphans(10).await.expect("it reads"), []);
}

pub async fn flags_are_listed_and_raised_once(scratch: &Scratch) {
    let flag = |t: &duban::store::Loaded, name: &str, unit: &str| FlagWrite {
        ticket_key: t.key,
        ticket_no: t.no.clone(),
        flag: name.to_owned(),
        round: 1,
        about: String::new(),
        unit: unit.to_owned(),
        at: T0,
        evidence: "{\"count\":2}".to_owned(),
    };
    let (store, ticket) = with_ticket(scratch, |t| Writes {
        flags: vec![flag(t, "old", "cx-scjg"), flag(t, "silent", "cx-cg")],
        ..Writes::default()
    })
    .await;
    let any = FlagFilter::default;
    #[rustfmt::skip]
    let table = [
        ("all, newest first", any(),                                                 "silent old"),
        ("page",              FlagFilter { limit: 1, ..any() },                      "silent"),
        ("kind",              FlagFilter { flag: Some("old".into()), ..any() },      "old"),
        ("unit",              FlagFilter { unit: Some("cx-cg".into()), ..any() },    "silent"),
        ("open tickets",      FlagFilter { open: true, ..any() },                    "silent old"),
    ];
    for (name, filter, want) in table {
        let found = store.flags(&filter).await.expect("flags are read");
        let ids: Vec<&str> = found.iter().map(|row| row.flag.as_str()).collect();
        assert_eq!(ids.join(" "), want, "{name}");
    }
    let look = store.look(10, at(1)).await.expect("a look is taken");
    let again = Writes { flags: vec![flag(&ticket, "old", "cx-scjg")], ..Writes::default() };
    let refused = look.commit(&again, at(1)).await;
    assert!(matches!(refused, Err(StoreError::Database { .. })), "{refused:?}");
}
