//! The whole way: a message of a ticket leaves through SMPP, its receipt stands in the journal.

use std::sync::Arc;

use duban::{
    core::event::{Event, Kind},
    receipts::{self, WAITING_MAX},
    wall::Wall,
};
use tokio::{runtime::Handle, sync::mpsc, task::block_in_place};
use tokio_util::sync::CancellationToken;

use crate::{
    centre::Centre,
    city::{City, at, configured},
    wait::until,
};

const BATCH: i64 = 100;
const DISPATCHED: &str = "2026-05-07T10:00:00+08:00";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_receipt_of_a_message_stands_in_the_journal_of_its_ticket() {
    let centre = Centre::start();
    let folder = tempfile::tempdir().expect("a scratch folder");
    let url = format!("sqlite:{}", folder.path().join("duban.db").display());
    let config = configured(&format!(
        "[[channel]]\nname = 'op'\nkind = 'smpp'\nhost = '127.0.0.1'\nport = {}\nsystem_id = 'duban'\n\
         [kinds]\nim = 'off'\nsms = 'op'\nemail = 'off'\nvoice = 'off'\nprint = 'off'\ndigest = 'off'\n",
        centre.port
    ));
    let city = City::open(&url, "cn", config, BATCH).await;
    let (heard, hearing) = mpsc::channel(WAITING_MAX);
    let stop = CancellationToken::new();
    let listening = tokio::spawn({
        let (channels, stop) = (city.dispatch.channels(), stop.clone());
        async move { channels["op"].listens().expect("it listens").listen(heard, stop).await }
    });
    let knocks = [Arc::default(), Arc::default()];
    let keeping = tokio::spawn(receipts::run(city.receipts(), hearing, Wall::Host, knocks));
    centre.saw("bind", 1);

    let mut event = Event::new("W1", Kind::of("dispatched"), at(DISPATCHED));
    event.unit = Some("cx-scjg".to_owned());
    event.category = Some("投诉/电梯".to_owned());
    event.urgency = Some("一般".to_owned());
    city.hear(vec![event], at(DISPATCHED)).await;
    city.dispatch.run_until_idle(at(DISPATCHED)).await.expect("the dispatch sends");
    let sent = city.journal("W1", "duban.sent").await;
    assert_eq!(sent.len(), 1, "{:?}", city.messages("W1").await);
    assert_eq!(centre.events("submit").len(), 1, "one part, one submit_sm");

    let delivered = block_in_place(|| {
        until("the receipt is in the journal", || {
            Handle::current().block_on(async {
                city.dispatch.fall_back(at(DISPATCHED)).await.expect("receipts are matched");
                city.journal("W1", "duban.delivery").await.pop()
            })
        })
    });
    assert_eq!(delivered["delivery"], "delivered");
    assert_eq!(delivered["code"], "DELIVRD err:000");
    stop.cancel();
    listening.await.expect("it ends when told to");
    keeping.await.expect("nobody is left who could say anything");
}
