//! The queue: who comes first; and what one person was told already.

use duban::core::message::Recipient;
use duban::store::{MessageWrite, Outcome, Proof, Settled, SmsOfDay, Store, Writes};

use crate::scratch::{Scratch, T0, at, message, with_ticket};

const LEASE_MS: i64 = 60_000;

/// A message of a unit, offered from the given second on.
fn of_unit(ticket: &duban::store::Loaded, unit: &str, nth: usize, from: i64) -> MessageWrite {
    let mut write = message(ticket, &format!("{unit}{nth:05}"), None, at(from));
    unit.clone_into(&mut write.message.facts.unit);
    write.sealed = None;
    write
}

async fn claim(store: &Store, limit: i64, now: i64) -> Vec<(i64, String)> {
    let offers = store.claim(limit, LEASE_MS, at(now)).await.expect("messages are claimed");
    offers.into_iter().map(|offer| (offer.id, offer.message.key)).collect()
}

async fn keys(store: &Store, limit: i64, now: i64) -> Vec<String> {
    claim(store, limit, now).await.into_iter().map(|(_, key)| key).collect()
}

fn settled(id: i64, attempt: i64, outcome: Outcome) -> Settled {
    Settled { id, attempt, outcome, proof: Proof::default() }
}

fn sent() -> Outcome {
    Outcome::Sent { channel: "box".to_owned(), provider: String::new() }
}

pub async fn units_take_turns(scratch: &Scratch) {
    let (store, _) = with_ticket(scratch, |ticket| {
        let storm = (0..6).map(|n| of_unit(ticket, "a", n, 0));
        let calm = [("b", 0, 0), ("b", 1, 0), ("c", 0, 0), ("c", 1, 9)];
        let calm = calm.map(|(unit, nth, from)| of_unit(ticket, unit, nth, from));
        Writes { messages: storm.chain(calm).collect(), ..Writes::default() }
    })
    .await;
    assert_eq!(keys(&store, 4, 0).await, ["a00000", "b00000", "c00000", "a00001"]);
    // What comes later stands in the turn that leaves next, not behind the storm.
    assert_eq!(keys(&store, 3, 9).await, ["b00001", "c00001", "a00002"]);
    assert_eq!(keys(&store, 9, 9).await, ["a00003", "a00004", "a00005"]);
}

pub async fn an_emergency_leaves_first_and_a_repetition_last(scratch: &Scratch) {
    let (store, _) = with_ticket(scratch, |ticket| {
        let mut again = of_unit(ticket, "a", 0, 0);
        again.message.slip = Some("T000/r1/resolve//0/1.3.0".to_owned());
        let first = of_unit(ticket, "a", 1, 0);
        let second = of_unit(ticket, "a", 2, 0);
        let mut urgent = of_unit(ticket, "a", 3, 0);
        urgent.message.facts.urgent = true;
        Writes { messages: vec![again, first, second, urgent], ..Writes::default() }
    })
    .await;
    assert_eq!(keys(&store, 9, 0).await, ["a00003", "a00001", "a00002", "a00000"]);
}

pub async fn a_storm_of_one_unit_does_not_hold_up_another(scratch: &Scratch) {
    const STORM: usize = 20_000;
    let (store, ticket) = with_ticket(scratch, |ticket| Writes {
        messages: (0..STORM).map(|n| of_unit(ticket, "a", n, 0)).collect(),
        ..Writes::default()
    })
    .await;
    assert_eq!(keys(&store, 2, 0).await, ["a00000", "a00001"]);
    let look = store.look(1, at(1)).await.expect("a look is taken");
    let first = of_unit(&ticket, "b", 0, 1);
    let writes = Writes { messages: vec![first], ..Writes::default() };
    look.commit(&writes, at(1)).await.expect("it commits");
    assert_eq!(keys(&store, 2, 1).await, ["a00002", "b00000"], "its turn is the next");
    let next = store.next_offer().await.expect("it reads");
    assert_eq!(next, Some(T0), "the storm waits for a sender, not for its time");
}

pub async fn what_was_held_stands_in_line_again(scratch: &Scratch) {
    let (store, _) = with_ticket(scratch, |ticket| Writes {
        messages: (0..3).map(|n| of_unit(ticket, "a", n, 0)).collect(),
        ..Writes::default()
    })
    .await;
    let first = claim(&store, 1, 0).await.remove(0);
    // The lease ran out and it stands in the queue again; the outcome of its sender counts all the same.
    assert_eq!(keys(&store, 2, 0).await, ["a00001", "a00002"]);
    store.claim(0, LEASE_MS, at(60)).await.expect("the queue is made up");
    let held = Outcome::Held { until: at(200), reason: "silence: test".to_owned() };
    let kept = store.settle(&[settled(first.0, 1, held)], at(61)).await.expect("it is settled");
    assert_eq!(kept, [true]);
    assert_eq!(keys(&store, 9, 61).await, ["a00001", "a00002"], "not the one that is held");
    assert_eq!(keys(&store, 9, 200).await, ["a00001", "a00002", "a00000"]);
}

fn sms(id: i64, person: &str, day: i64, most: Option<u32>) -> SmsOfDay {
    SmsOfDay { id, person: person.to_owned(), day: at(day), most }
}

pub async fn a_day_has_so_many_sms(scratch: &Scratch) {
    let (store, ticket) = with_ticket(scratch, |ticket| Writes {
        messages: (0..9).map(|n| of_unit(ticket, "a", n, 0)).collect(),
        ..Writes::default()
    })
    .await;
    let ids: Vec<i64> = claim(&store, 9, 0).await.into_iter().map(|(id, _)| id).collect();
    let two = Some(2);
    let (today, tomorrow) = (0, 86_400);
    #[rustfmt::skip]
    let table = [
        // name                                     asked for                                              taken
        ("the first, and one of somebody else",     vec![sms(ids[0], "p", today, two), sms(ids[1], "q", today, two)], vec![true, true]),
        ("what has a number keeps it",              vec![sms(ids[0], "p", today, two)],                    vec![true]),
        ("one is left, in the order asked",         vec![sms(ids[2], "p", today, two), sms(ids[3], "p", today, two)], vec![true, false]),
        ("no limit: as many as there are",          vec![sms(ids[4], "p", today, None)],                   vec![true]),
        ("none is left",                            vec![sms(ids[5], "p", today, two)],                    vec![false]),
        ("another day",                             vec![sms(ids[5], "p", tomorrow, two)],                 vec![true]),
        ("a number of yesterday is given back",     vec![sms(ids[0], "p", tomorrow, two)],                 vec![true]),
        ("so there is room again",                  vec![sms(ids[6], "p", today, two)],                    vec![true]),
    ];
    for (name, asked, want) in table {
        assert_eq!(store.take_sms(&asked).await.expect("they are counted"), want, "{name}");
    }
    assert_eq!(store.take_sms(&[]).await.expect("nothing is counted"), [false; 0]);
    // What did not leave gives its number back; what left keeps it.
    let retry = Outcome::Retry { at: at(9), reason: "busy".to_owned(), channel: "sms".to_owned() };
    let both = [settled(ids[6], 1, sent()), settled(ids[2], 1, retry)];
    store.settle(&both, at(1)).await.expect("they are settled");
    let next = [sms(ids[7], "p", today, two), sms(ids[8], "p", today, two)];
    assert_eq!(store.take_sms(&next).await.expect("they are counted"), [true, false]);
    assert_eq!(store.messages(ticket.key).await.expect("they read").len(), 9);
}

pub async fn two_nodes_share_the_sms_of_a_day(scratch: &Scratch) {
    const MOST: u32 = 25;
    let one = scratch.store().await;
    let two = scratch.open().await;
    let take = |store: Store, from: i64| async move {
        let mut taken = 0;
        for id in from..from + 40 {
            let got = store.take_sms(&[sms(id, "p", 0, Some(MOST))]).await.expect("it is counted");
            taken += u32::from(got[0]);
        }
        taken
    };
    let (first, second) = (tokio::spawn(take(one, 1_000)), tokio::spawn(take(two, 2_000)));
    let taken = first.await.expect("it ran") + second.await.expect("it ran");
    assert_eq!(taken, MOST, "together as many as the day has");
}

pub async fn a_word_about_a_ticket_is_remembered(scratch: &Scratch) {
    let staff = |mut write: MessageWrite, slip: Option<&str>, via: &str| {
        write.message.slip = slip.map(str::to_owned);
        via.clone_into(&mut write.message.via);
        if let Recipient::Staff { person, .. } = &mut write.message.to {
            *person = Some("p".to_owned());
        }
        write
    };
    let (store, ticket) = with_ticket(scratch, |ticket| Writes {
        messages: vec![
            staff(of_unit(ticket, "a", 0, 0), Some("s1"), "sms"),
            staff(of_unit(ticket, "a", 1, 0), Some("s2"), "digest"),
            staff(of_unit(ticket, "a", 2, 0), None, "sms"),
            staff(of_unit(ticket, "a", 3, 50), Some("s3"), "im"),
        ],
        ..Writes::default()
    })
    .await;
    let told = async |since: i64, now: i64| {
        let pairs = [(ticket.key, "p".to_owned()), (ticket.key, "q".to_owned())];
        let rows = store.told_about(&pairs, at(since), at(now)).await.expect("they read");
        rows.into_iter().map(|row| (row.slip, row.left)).collect::<Vec<_>>()
    };
    assert_eq!(told(-100, 0).await, [], "nothing has left");
    let offers = store.claim(9, LEASE_MS, at(0)).await.expect("they are claimed");
    let three: Vec<Settled> = offers.iter().map(|one| settled(one.id, 1, sent())).collect();
    assert_eq!(told(-100, 1).await, [("s1".to_owned(), None)], "a sender has it");
    store.settle(&three, at(2)).await.expect("they are settled");
    assert_eq!(told(-100, 3).await, [("s1".to_owned(), Some(at(2)))], "no digest, no notice");
    assert_eq!(told(2, 3).await, [], "before the instant asked for");
    store.claim(9, LEASE_MS, at(50)).await.expect("it is claimed");
    assert_eq!(told(2, 51).await, [("s3".to_owned(), None)]);
    assert_eq!(told(2, 110).await, [], "its sender is gone");
}
