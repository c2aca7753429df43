//! Silences declared while duban runs.

use duban::core::silence::Silence;
use duban::store::{Outcome, Proof, Settled, Writes};

use crate::scratch::{Scratch, T0, at, message, with_ticket};

pub async fn a_silence_is_kept_until_it_is_over_or_ended(scratch: &Scratch) {
    let (store, _) = with_ticket(scratch, |ticket| Writes {
        messages: vec![message(ticket, "m1", None, T0)],
        ..Writes::default()
    })
    .await;
    let silence = |units: &[&str], from, to| Silence {
        units: units.iter().map(|unit| (*unit).to_owned()).collect(),
        from: at(from),
        to: at(to),
        owner: "p02".to_owned(),
        reason: "检修 \"x\"".to_owned(),
    };
    let declared = [silence(&["a", "b"], 10, 100), silence(&[], 0, 50)];
    let mut ids = Vec::new();
    for one in &declared {
        ids.push(store.silence_add(one, T0).await.expect("it is declared"));
    }
    let standing = async |now| {
        let rows = store.silences(at(now)).await.expect("they read");
        rows.into_iter().map(Silence::from).collect::<Vec<_>>()
    };
    assert_eq!(standing(0).await, declared, "also what is to come");
    assert_eq!(standing(49).await, declared);
    assert_eq!(standing(50).await, declared[..1], "over at its end");

    // What it holds is offered again when it is ended.
    let offer = store.claim(1, 60_000, T0).await.expect("it is claimed").remove(0);
    let held = Outcome::Held { until: at(100), reason: "silence: x (p02)".to_owned() };
    let held = Settled { id: offer.id, attempt: 1, outcome: held, proof: Proof::default() };
    store.settle(&[held], T0).await.expect("it is settled");
    assert!(store.silence_end(ids[0], "p07", at(60)).await.expect("it ends"));
    assert_eq!(store.next_offer().await.expect("it reads"), Some(at(60)));
    assert_eq!(standing(60).await, []);
    for id in [ids[0], ids[1], 99] {
        assert!(!store.silence_end(id, "p07", at(60)).await.expect("it is no error"), "{id}");
    }
    let ever = store.silences_ever().await.expect("they read");
    assert_eq!(ever.len(), 2);
    assert_eq!((ever[0].ended, ever[0].ended_by.as_deref()), (Some(at(60)), Some("p07")));
    assert_eq!((ever[1].ended, ever[1].created), (None, T0));
}
