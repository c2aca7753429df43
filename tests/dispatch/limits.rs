//! Limits on what one person is told, and whose turn it is in a storm.

use duban::{
    core::{
        message::{Facts, Message, Recipient},
        silence::Silence,
        timestamp::Timestamp,
    },
    store::{MessageRow, MessageWrite, Writes},
};
use serde_json::json;

use crate::{
    back::{messages, send, told},
    city::{City, at, configured, to_the_mailbox},
};

const BATCH: i64 = 100;
const TEN: &str = "2026-05-07T10:00:00+08:00";
const NEXT_MORNING: &str = "2026-05-08T09:00:00+08:00";

/// A city that tells p11, the liaison, by SMS only.
fn by_sms() -> duban::config::Config {
    configured(
        "[[channel]]\nname = 'box'\nkind = 'mailbox'\n\
         [kinds]\nim = 'off'\nsms = 'box'\nemail = 'box'\nvoice = 'box'\nprint = 'off'\ndigest = 'box'\n",
    )
}

async fn dispatched(city: &City, numbers: std::ops::RangeInclusive<usize>, when: &str) {
    let events = numbers.map(|n| told(&format!("W{n}"), "dispatched", when, &json!({})));
    city.hear(events.collect(), at(when)).await;
}

/// The SMS about these tickets, in their order.
async fn sms(city: &City, numbers: std::ops::RangeInclusive<usize>) -> Vec<MessageRow> {
    let mut all = Vec::new();
    for n in numbers {
        let rows = city.messages(&format!("W{n}")).await;
        all.extend(rows.into_iter().filter(|row| row.message.via == "sms"));
    }
    all
}

fn states(rows: &[MessageRow]) -> Vec<&str> {
    rows.iter().map(|row| row.state.as_str()).collect()
}

async fn mailed(city: &City) -> usize {
    city.store.mailbox_list(100_000).await.expect("the store answers").len()
}

pub async fn a_person_gets_so_many_sms_a_day(url: &str) {
    let city = City::open(url, "cn", to_the_mailbox(), BATCH).await;
    city.change_noise("cn", "max_sms_per_person_per_day = 3");
    dispatched(&city, 1..=5, TEN).await;
    send(&city, at(TEN)).await;
    let rows = sms(&city, 1..=5).await;
    assert_eq!(states(&rows), ["sent", "sent", "sent", "waiting", "waiting"]);
    assert_eq!(rows[4].reason.as_deref(), Some("p11 had 3 SMS today"));
    assert_eq!(mailed(&city).await, 8, "five by IM, three by SMS");
    // By now it is known that the other way worked.
    send(&city, rows[4].offer_at).await;
    let rows = sms(&city, 4..=5).await;
    assert_eq!(states(&rows), ["dropped", "dropped"]);
    let reason = "p11 had 3 SMS today; it went by another way";
    assert_eq!(rows[0].reason.as_deref(), Some(reason));
    assert_eq!(messages(&city, "W5").await, ["p11 im sent", "p11 sms dropped"], "not lost");
}

pub async fn an_sms_too_many_leaves_in_the_morning_with_the_others(url: &str) {
    let city = City::open(url, "cn", by_sms(), BATCH).await;
    city.change_noise("cn", "max_sms_per_person_per_day = 2");
    dispatched(&city, 1..=5, TEN).await;
    send(&city, at(TEN)).await;
    assert_eq!(states(&sms(&city, 1..=5).await), ["sent", "sent", "waiting", "waiting", "waiting"]);
    assert_eq!(mailed(&city).await, 2);
    let slips = city.journal("W5", "duban.slip").await;
    assert_eq!((slips.len(), &slips[0]["slip"]), (1, &json!("task")), "the slip is issued");
    // IM turns out to be off: it waits for the morning, and one person gets one SMS.
    send(&city, at("2026-05-07T10:10:00+08:00")).await;
    for row in sms(&city, 3..=5).await {
        assert_eq!((row.state.as_str(), row.offer_at), ("waiting", at(NEXT_MORNING)));
    }
    send(&city, at(NEXT_MORNING).plus_ms(-1)).await;
    assert_eq!(mailed(&city).await, 2);
    send(&city, at(NEXT_MORNING)).await;
    assert_eq!(states(&sms(&city, 1..=5).await), ["sent"; 5]);
    let mails = city.store.mailbox_list(1).await.expect("the store answers");
    for no in ["W3", "W4", "W5"] {
        assert!(mails[0].text.contains(no), "{no}: {}", mails[0].text);
    }
    assert_eq!(mailed(&city).await, 3, "three of yesterday in one");
    // The letter counts as one of today's two.
    dispatched(&city, 6..=8, NEXT_MORNING).await;
    send(&city, at(NEXT_MORNING)).await;
    let new = sms(&city, 1..=8)
        .await
        .into_iter()
        .filter(|row| row.message.to.name() == "p11" && row.message.not_before == at(NEXT_MORNING));
    let new: Vec<MessageRow> = new.collect();
    assert!(new.len() >= 3, "the tasks of three tickets: {new:?}");
    assert_eq!(states(&new).iter().filter(|state| **state == "sent").count(), 1);
}

pub async fn another_node_counts_on(url: &str) {
    let city = City::open(url, "cn", by_sms(), BATCH).await;
    city.change_noise("cn", "max_sms_per_person_per_day = 3");
    dispatched(&city, 1..=2, TEN).await;
    send(&city, at(TEN)).await;
    let other = City::open(url, "cn", by_sms(), BATCH).await;
    other.change_noise("cn", "max_sms_per_person_per_day = 3");
    dispatched(&other, 3..=4, TEN).await;
    send(&other, at(TEN)).await;
    assert_eq!(states(&sms(&other, 1..=4).await), ["sent", "sent", "sent", "waiting"]);
}

pub async fn emergencies_and_red_slips_pass_the_limits(url: &str) {
    let city = City::open(url, "cn", by_sms(), BATCH).await;
    city.change_noise("cn", "max_sms_per_person_per_day = 1\nmin_gap_same_ticket_person = '100wh'");
    dispatched(&city, 1..=1, TEN).await;
    send(&city, at(TEN)).await;
    let mut emergency = told("E1", "dispatched", TEN, &json!({}));
    emergency.urgency = Some("特急".to_owned());
    city.hear(vec![emergency], at(TEN)).await;
    send(&city, at(TEN)).await;
    let rows = city.messages("E1").await;
    let texts: Vec<_> = rows.iter().filter(|row| row.message.via == "sms").collect();
    assert!(texts.iter().any(|row| row.message.to.name() == "p11"), "p11 had one already");
    assert!(texts.iter().all(|row| row.state == "sent"), "{texts:?}");
    // Due at 12:00; yellow at 16:00 to p09 with p11 in copy, red nine working hours after the due.
    for when in ["2026-05-07T16:00:00+08:00", "2026-05-08T17:00:00+08:00"] {
        city.engine.run_until_idle(at(when)).await.expect("the engine looks");
        send(&city, at(when)).await;
        send(&city, at(when).plus_ms(600_000)).await;
    }
    let rows = sms(&city, 1..=1).await;
    let red: Vec<_> = rows.iter().filter(|row| row.message.facts.slip == "red").collect();
    assert!(red.len() >= 2, "to the principal and in copy: {rows:?}");
    assert!(red.iter().all(|row| row.state == "sent"), "{red:?}");
    let yellow = rows.iter().filter(|row| row.message.facts.slip == "yellow");
    let waiting: Vec<_> = yellow.filter(|row| row.state == "waiting").collect();
    assert!(waiting.iter().any(|row| row.message.to.name() == "p11"), "{rows:?}");
}

pub async fn a_second_word_about_a_ticket_waits_for_the_gap(url: &str) {
    let city = City::open(url, "cn", to_the_mailbox(), BATCH).await;
    let look = async |when: &str| {
        city.engine.run_until_idle(at(when)).await.expect("the engine looks");
        send(&city, at(when)).await;
        messages(&city, "W1").await
    };
    dispatched(&city, 1..=1, TEN).await;
    assert_eq!(look(TEN).await, ["p11 im sent", "p11 sms sent"], "two ways of one slip");
    // The reminder of 11:00 is within two working hours of the task.
    let all = look("2026-05-07T11:00:00+08:00").await;
    assert_eq!(all[2..], ["p11 im waiting"]);
    let row = city.messages("W1").await.remove(2);
    assert_eq!(row.reason.as_deref(), Some("p11 was told about this ticket just now"));
    assert_eq!(row.offer_at, at("2026-05-07T12:00:00+08:00"));
    assert_eq!(mailed(&city).await, 2);
    // At 12:00 the green slip is due: one message by IM says both, and one goes by SMS.
    let all = look("2026-05-07T12:00:00+08:00").await;
    let to_p11: Vec<&String> = all.iter().filter(|line| line.starts_with("p11")).collect();
    assert_eq!(to_p11[2..], ["p11 im sent", "p11 im sent", "p11 sms sent"]);
    let to_others = all.len() - to_p11.len();
    assert_eq!(mailed(&city).await, 2 + 2 + to_others);
    // Somebody else's gap is their own, and another ticket has its own.
    dispatched(&city, 2..=2, "2026-05-07T12:00:00+08:00").await;
    send(&city, at("2026-05-07T12:00:00+08:00")).await;
    assert_eq!(messages(&city, "W2").await, ["p11 im sent", "p11 sms sent"]);
}

pub async fn what_was_resolved_while_it_was_held_is_not_sent(url: &str) {
    let city = City::open(url, "cn", by_sms(), BATCH).await;
    city.change_noise("cn", "max_sms_per_person_per_day = 1");
    dispatched(&city, 1..=3, TEN).await;
    send(&city, at(TEN)).await;
    city.engine.run_until_idle(at("2026-05-07T11:00:00+08:00")).await.expect("the engine looks");
    send(&city, at("2026-05-07T11:00:00+08:00")).await;
    let later = "2026-05-07T11:30:00+08:00";
    for n in 2..=3 {
        let no = format!("W{n}");
        let events = vec![
            told(&no, "accepted", later, &json!({})),
            told(&no, "resolved", later, &json!({})),
        ];
        city.hear(events, at(later)).await;
    }
    let before = mailed(&city).await;
    send(&city, at(NEXT_MORNING)).await;
    for row in sms(&city, 2..=3).await {
        assert_eq!(row.state, "dropped", "{row:?}");
        assert!(row.reason.as_deref().is_some_and(|why| why.starts_with("its reason is gone")));
    }
    let mails = city.store.mailbox_list(100).await.expect("the store answers");
    let new = &mails[..mails.len() - before];
    let asked = |text: &str| text.contains("回访") || text.contains("满意");
    assert!(new.iter().all(|mail| asked(&mail.text) || mail.text.contains("W1")), "{new:?}");
}

pub async fn a_declared_silence_holds_until_it_is_ended(url: &str) {
    let city = City::open(url, "cn", to_the_mailbox(), BATCH).await;
    let silence = Silence {
        units: vec!["cx".to_owned()],
        from: at(TEN),
        to: at("2026-05-07T12:00:00+08:00"),
        owner: "p02".to_owned(),
        reason: "电话交换机检修".to_owned(),
    };
    let id = city.store.silence_add(&silence, at(TEN)).await.expect("it is declared");
    dispatched(&city, 1..=1, TEN).await;
    send(&city, at(TEN)).await;
    let rows = city.messages("W1").await;
    assert_eq!(states(&rows), ["waiting"; 2], "the unit stands below the silent one");
    assert_eq!(rows[0].reason.as_deref(), Some("silence: 电话交换机检修 (p02)"));
    assert_eq!(rows[0].offer_at, silence.to);
    let mut emergency = told("E1", "dispatched", TEN, &json!({}));
    emergency.urgency = Some("特急".to_owned());
    city.hear(vec![emergency], at(TEN)).await;
    send(&city, at(TEN)).await;
    let rows = city.messages("E1").await;
    assert!(rows.iter().all(|row| row.state == "sent"), "{rows:?}");
    // A node that was started later knows of it too, and of its end.
    let other = City::open(url, "cn", to_the_mailbox(), BATCH).await;
    let early = at("2026-05-07T10:30:00+08:00");
    send(&other, early).await;
    assert_eq!(states(&city.messages("W1").await), ["waiting"; 2]);
    assert!(other.store.silence_end(id, "p02", early).await.expect("it ends"));
    send(&city, early).await;
    assert_eq!(states(&city.messages("W1").await), ["sent"; 2]);
}

pub async fn whoever_is_told_of_the_event_is_not_told_of_each_ticket(url: &str) {
    let city = City::open(url, "cn", to_the_mailbox(), BATCH).await;
    dispatched(&city, 1..=1, TEN).await;
    send(&city, at(TEN)).await;
    let child = json!({ "parent": "W1" });
    let later = at("2026-05-07T10:05:00+08:00");
    let come = async |no: &str, when: Timestamp| {
        let mut event = told(no, "dispatched", TEN, &child);
        event.at = when;
        city.hear(vec![event], when).await;
        send(&city, when).await;
        city.messages(no).await
    };
    let rows = come("W2", later).await;
    assert_eq!(states(&rows), ["dropped"; 2]);
    assert_eq!(rows[0].reason.as_deref(), Some("p11 is told of W1, to which it belongs"));
    let slips = city.journal("W2", "duban.slip").await;
    assert_eq!((slips.len(), &slips[0]["slip"]), (1, &json!("task")), "issued and counted");
    // Its emergencies are said, whatever it belongs to.
    let mut emergency = told("E1", "dispatched", TEN, &child);
    (emergency.urgency, emergency.at) = (Some("特急".to_owned()), later);
    city.hear(vec![emergency], later).await;
    send(&city, later).await;
    let rows = city.messages("E1").await;
    assert!(rows.iter().all(|row| row.state == "sent"), "{rows:?}");
    // Detached, or after the event is over, each speaks for itself.
    let detached = told("W2", "detached", "2026-05-07T10:10:00+08:00", &json!({}));
    city.hear(vec![detached], at("2026-05-07T10:10:00+08:00")).await;
    let nudge = at("2026-05-07T11:05:00+08:00");
    city.engine.run_until_idle(nudge).await.expect("the engine looks");
    send(&city, nudge).await;
    assert_eq!(messages(&city, "W2").await[2..], ["p11 im sent"]);
    let over = "2026-05-07T11:30:00+08:00";
    city.hear(vec![told("W1", "withdrawn", over, &json!({}))], at(over)).await;
    assert_eq!(states(&come("W3", at(over)).await), ["sent"; 2]);
}

pub async fn a_storm_of_thousands_does_not_hold_up_a_first_notice(url: &str) {
    const STORM: usize = 3_000;
    let city = City::open(url, "cn", to_the_mailbox(), BATCH).await;
    let now = at(TEN);
    dispatched(&city, 1..=1, TEN).await;
    send(&city, now).await;
    let ticket = city.store.ticket("W1").await.expect("the store answers").expect("it is there");
    let write = |n: usize, unit: &str, person: &str| MessageWrite {
        message: notice(format!("{unit}/{n}"), unit, person, now),
        ticket_key: ticket.key,
        sealed: None,
    };
    let wrote = async |messages: Vec<MessageWrite>| {
        let look = city.store.look(1, now).await.expect("a look is taken");
        let writes = Writes { messages, ..Writes::default() };
        look.commit(&writes, now).await.expect("it commits");
    };
    wrote((0..STORM).map(|n| write(n, "cx-scjg", "p11")).collect()).await;
    let done = city.dispatch.run_once(now).await.expect("the dispatch sends");
    assert_eq!(done.claimed, 100, "one batch of the storm");
    wrote(vec![write(0, "cx-cgj", "p15")]).await;
    let done = city.dispatch.run_once(now).await.expect("the dispatch sends");
    assert_eq!(done.claimed, 100);
    let rows = city.messages("W1").await;
    let other = rows.iter().find(|row| row.message.key == "cx-cgj/0").expect("it was written");
    assert_eq!(other.state, "sent", "in the very next batch");
}

/// A word without a slip to the liaison of a unit.
fn notice(key: String, unit: &str, person: &str, now: Timestamp) -> Message {
    Message {
        key,
        ticket: "W1".to_owned(),
        slip: None,
        with: Vec::new(),
        to: Recipient::Staff {
            unit: unit.to_owned(),
            role: "liaison".to_owned(),
            person: Some(person.to_owned()),
            away: None,
            cc: false,
        },
        via: "im".to_owned(),
        template: "staff.extension_no".to_owned(),
        facts: Facts { no: "W1".to_owned(), unit: unit.to_owned(), ..Facts::default() },
        not_before: now,
        expires: None,
    }
}
