//! A session that is kept open: what the centre says of itself, and what happens to the link.

use std::sync::Arc;

use duban::channel::{
    Channel, Sent,
    back::{Back, Delivery, Heard, Receipt},
};
use tokio::{sync::mpsc, task::JoinHandle};
use tokio_util::sync::CancellationToken;

use crate::{NOW, centre::Centre, channel, letter, wait::until};

/// A channel somebody listens on.
struct Open {
    channel: Arc<Channel>,
    heard: mpsc::Receiver<Heard>,
    stop: CancellationToken,
    task: JoinHandle<()>,
}

impl Open {
    /// Listens, and waits until the centre has bound so many sessions.
    fn new(centre: &Centre, more: &str, sessions: usize) -> Self {
        let channel = Arc::new(channel(&centre.port, "right", more));
        let (hearing, heard) = mpsc::channel(16);
        let stop = CancellationToken::new();
        let task = tokio::spawn({
            let (channel, stop) = (Arc::clone(&channel), stop.clone());
            async move { channel.listens().expect("it listens").listen(hearing, stop).await }
        });
        centre.saw("bind", sessions);
        Self { channel, heard, stop, task }
    }

    /// Sends and gives the number of the message.
    async fn id(&self, to: &str) -> String {
        match self.channel.send(&letter(to, "督办"), NOW).await {
            Sent::Accepted { ids, .. } if ids.len() == 1 => ids[0].clone(),
            other => panic!("{to}: {other:?}"),
        }
    }

    /// What is heard next, kept or not.
    async fn next(&mut self, kept: bool) -> Back {
        let Heard { channel, back, kept: asks } = self.heard.recv().await.expect("it listens");
        assert_eq!(channel, "op");
        asks.send(kept).expect("the session waits for it");
        back
    }
}

fn receipt(id: &str, to: &str, delivery: Delivery, code: &str) -> Back {
    let to = Some(to.trim_start_matches('+').to_owned());
    Back::Receipt(Receipt { id: id.to_owned(), to, delivery, code: code.to_owned(), at: None })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_receipt_names_its_message() {
    let centre = Centre::start();
    #[rustfmt::skip]
    let table = [
        // what            bind            to                times, what became of it
        ("delivered",      "transceiver",  "+8613800138001", 1, Delivery::Delivered, "DELIVRD err:000"),
        ("not delivered",  "transceiver",  "+8613800138071", 1, Delivery::Never,     "message_state 5"),
        ("early",          "transceiver",  "+8613800138072", 1, Delivery::Delivered, "DELIVRD err:000"),
        ("twice",          "transceiver",  "+8613800138073", 2, Delivery::Delivered, "DELIVRD err:000"),
        ("on its own way", "pair",         "+8613800138001", 1, Delivery::Delivered, "DELIVRD err:000"),
    ];
    let mut sessions = 0;
    for (name, bind, to, times, delivery, code) in table {
        sessions += if bind == "pair" { 2 } else { 1 };
        let mut open = Open::new(&centre, &format!("bind = '{bind}'"), sessions);
        let id = open.id(to).await;
        for _ in 0..times {
            assert_eq!(open.next(true).await, receipt(&id, to, delivery, code), "{name}");
        }
        open.stop.cancel();
        open.task.await.expect("it ends");
        let goodbyes = sessions;
        assert_eq!(centre.saw("unbind", goodbyes).len(), goodbyes, "{name}: each says goodbye");
    }
    assert!(centre.events("confirmed").iter().all(|answer| answer["status"] == 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_comes_in_is_confirmed_once_it_is_kept() {
    let centre = Centre::start();
    let mut open = Open::new(&centre, "", 1);
    let id = open.id("+8613800138001").await;
    let want = receipt(&id, "8613800138001", Delivery::Delivered, "DELIVRD err:000");
    assert_eq!(open.next(false).await, want);
    assert_eq!(open.next(true).await, want, "said again");
    let confirmed = centre.saw("confirmed", 2);
    let statuses: Vec<_> =
        confirmed.iter().filter_map(|answer| answer["status"].as_u64()).collect();
    assert_eq!(statuses, [0x64, 0], "a temporary error, then thanks");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_word_of_a_resident_is_heard() {
    let centre = Centre::start();
    let mut open = Open::new(&centre, "receipts = false", 1);
    open.id("+8613800138074").await;
    let Back::Word(word) = open.next(true).await else { panic!("a word") };
    assert_eq!((word.from.as_str(), word.text.as_str()), ("8613800138074", "1"));
    assert_eq!(centre.saw("confirmed", 1)[0]["status"], 0);
}

/// What tests/gateways/smsc.js says at length.
fn long() -> String {
    "电梯还是没有修好，已经第三次了😀，请派人来看。".repeat(4)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_word_in_parts_is_heard_whole() {
    let centre = Centre::start();
    let mut open = Open::new(&centre, "receipts = false", 1);
    #[rustfmt::skip]
    let table = [
        ("with a header",       "+8613800138075", 4),
        ("with sar fields",     "+8613800138076", 4),
        ("in message_payload",  "+8613800138077", 1),
    ];
    let mut confirmed = 0;
    for (name, to, messages) in table {
        open.id(to).await;
        let Back::Word(word) = open.next(true).await else { panic!("{name}: a word") };
        assert_eq!((word.from.as_str(), word.text.as_str()), (&to[1..], long().as_str()), "{name}");
        // Parts that come while the word is being kept are said again, and then known.
        confirmed += messages;
        until(&format!("{name}: each part is confirmed"), || {
            let answers = centre.events("confirmed");
            let thanks = answers.iter().filter(|answer| answer["status"] == 0).count();
            (thanks >= confirmed).then_some(())
        });
    }
    open.id("+8613800138074").await;
    let Back::Word(word) = open.next(true).await else { panic!("a word") };
    assert_eq!(word.text, "1", "the parts that came twice are no other word");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_long_word_that_was_not_kept_is_said_again_under_the_same_id() {
    let centre = Centre::start();
    let mut open = Open::new(&centre, "receipts = false", 1);
    open.id("+8613800138075").await;
    let Back::Word(first) = open.next(false).await else { panic!("a word") };
    let Back::Word(second) = open.next(true).await else { panic!("a word") };
    assert_eq!(second.text, long());
    assert!(!first.id.is_empty() && first.id == second.id, "so that it counts once");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_receipt_in_another_base_is_left_out() {
    let centre = Centre::start();
    let mut open = Open::new(&centre, "system_id = 'decimal'", 1);
    assert_eq!(open.id("+8613800138001").await, "1a");
    centre.saw("confirmed", 1);
    open.id("+8613800138074").await;
    let Back::Word(word) = open.next(true).await else { panic!("no receipt, but a word") };
    assert_eq!(word.text, "1");
    open.stop.cancel();
    open.task.await.expect("it ends");

    let mut open = Open::new(&centre, "system_id = 'decimal'\nreceipt_ids = 'decimal'", 2);
    let id = open.id("+8613800138001").await;
    let want = receipt(&id, "8613800138001", Delivery::Delivered, "DELIVRD err:000");
    assert_eq!(open.next(true).await, want);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_without_an_answer_is_later_and_holds_up_nobody() {
    let centre = Centre::start();
    let open = Open::new(&centre, "timeout = '1s'\nreceipts = false\nwindow = 2", 1);
    let (unanswered, stranger) =
        (letter("+8613800138090", "督办"), letter("+8613800138001", "督办"));
    let (silence, sent) =
        tokio::join!(open.channel.send(&unanswered, NOW), open.channel.send(&stranger, NOW));
    let reason = "no answer within 1s; it may have been taken".to_owned();
    assert_eq!(silence, Sent::Later { reason });
    assert!(matches!(sent, Sent::Accepted { .. }), "{sent:?}");
    assert_eq!(centre.events("bind").len(), 1, "all on one session");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_link_is_opened_again() {
    let centre = Centre::start();
    let open = Open::new(&centre, "receipts = false", 1);
    let cut = open.channel.send(&letter("+8613800138091", "督办"), NOW).await;
    assert_eq!(cut, Sent::Later { reason: "no answer: the centre closed the link".to_owned() });
    centre.saw("bind", 2);
    open.id("+8613800138001").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_centre_that_is_away_is_later_until_it_is_back() {
    let centre = Centre::start();
    let open = Open::new(&centre, "receipts = false", 1);
    let port = centre.port.clone();
    drop(centre);
    let away = open.channel.send(&letter("+8613800138001", "督办"), NOW).await;
    assert!(matches!(away, Sent::Away { .. } | Sent::Later { .. }), "{away:?}");
    let centre = Centre::listen(&port);
    centre.saw("bind", 1);
    open.id("+8613800138001").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dead_link_is_noticed() {
    let centre = Centre::start();
    let keys = "system_id = 'mute'\nenquire_link = '100ms'\ntimeout = '300ms'";
    let open = Open::new(&centre, keys, 1);
    centre.saw("enquired", 1);
    centre.saw("bind", 2);
    open.stop.cancel();
    until("it ends though nobody answers", || open.task.is_finished().then_some(()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_living_link_is_left_alone() {
    let centre = Centre::start();
    let open = Open::new(&centre, "enquire_link = '50ms'\nreceipts = false", 1);
    centre.saw("enquired", 5);
    open.id("+8613800138001").await;
    assert_eq!(centre.events("bind").len(), 1);
}
