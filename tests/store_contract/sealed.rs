//! What lies sealed: counted by key, read in batches, replaced only where it is unchanged.

use duban::{
    secret::{KeyId, Ring},
    store::{MessageWrite, NewEntry, SealedCount, SealedKind, Store, Writes},
};

use crate::scratch::{Scratch, T0, at, entry, message, with_ticket};

/// Two keys, the older first.
fn keys() -> (Ring, Ring) {
    let old = Ring::fresh().expect("randomness");
    let new = old.clone().rotated(T0).expect("a second key");
    (old, new)
}

async fn contact(store: &Store, ticket: &str, ring: &Ring) {
    let contact = Some(ring.seal(ticket, b"13800138000").expect("sealed"));
    let entry = NewEntry { contact, ..entry(ticket, "received", None) };
    store.append(&[entry], T0).await.expect("appended");
}

async fn counts(store: &Store, ids: &[KeyId]) -> Vec<(Option<KeyId>, SealedCount)> {
    store.sealed_by(ids).await.expect("it counts").into_iter().collect()
}

fn count(contacts: i64, messages: i64) -> SealedCount {
    SealedCount { contacts, messages }
}

pub async fn what_is_sealed_is_counted_by_its_key(scratch: &Scratch) {
    let (old, new) = keys();
    let link = old.seal("T000", b"a token").expect("sealed");
    let (store, _) = with_ticket(scratch, |ticket| Writes {
        messages: vec![
            MessageWrite { sealed: Some(link), ..message(ticket, "m1", None, at(0)) },
            MessageWrite { sealed: None, ..message(ticket, "m2", None, at(0)) },
        ],
        ..Writes::default()
    })
    .await;
    for (ticket, ring) in [("W1", &old), ("W2", &new), ("W3", &old)] {
        contact(&store, ticket, ring).await;
    }
    let before = NewEntry { contact: Some(vec![7; 40]), ..entry("W4", "received", None) };
    store.append(&[before], T0).await.expect("appended");
    let mut want = vec![
        (None, count(1, 0)),
        (Some(old.newest()), count(2, 1)),
        (Some(new.newest()), count(1, 0)),
    ];
    want.sort_by_key(|(id, _)| *id);
    assert_eq!(counts(&store, &[new.newest(), old.newest()]).await, want);
    let nothing = store.sealed_by(&[]).await.expect("it counts");
    assert_eq!(nothing[&None], count(4, 1), "asked for no key, all is of others");
}

pub async fn a_contact_that_changes_meanwhile_keeps_its_change(scratch: &Scratch) {
    let (old, new) = keys();
    let store = scratch.store().await;
    for ticket in ["W1", "W2", "W3", "W4"] {
        contact(&store, ticket, if ticket == "W2" { &new } else { &old }).await;
    }
    let next = async |after| {
        let rows = store.sealed_by_others(SealedKind::Contact, new.newest(), after, 2).await;
        rows.expect("it reads")
    };
    let first = next(0).await;
    let names: Vec<_> = first.iter().map(|row| row.ticket.as_str()).collect();
    assert_eq!(names, ["W1", "W3"], "two at most, without what the new key sealed");
    let anew: Vec<_> = first
        .into_iter()
        .map(|row| {
            let plain = new.unseal(&row.ticket, &row.sealed).expect("it opens");
            let sealed = new.seal(&row.ticket, &plain).expect("sealed");
            (row, sealed)
        })
        .collect();
    contact(&store, "W3", &old).await; // the resident called again meanwhile
    assert_eq!(store.reseal(SealedKind::Contact, &anew).await.expect("written"), 1);
    assert_eq!(store.reseal(SealedKind::Contact, &anew).await.expect("written"), 0, "once");
    let left: Vec<_> = next(0).await.into_iter().map(|row| row.ticket).collect();
    assert_eq!(left, ["W3", "W4"], "stopped here, the next run begins with what is left");
    let key = store.ticket("W1").await.expect("it reads").expect("it is there").key;
    let sealed = store.contact(key).await.expect("it reads").expect("it is kept");
    assert_eq!(new.unseal("W1", &sealed).as_deref(), Some(&b"13800138000"[..]));
}
