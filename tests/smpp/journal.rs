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

/// A city whose texts leave through the centre, and what keeps its receipts.
struct Wired {
    city: City,
    stop: CancellationToken,
    tasks: [tokio::task::JoinHandle<()>; 2],
    _folder: tempfile::TempDir,
}

impl Wired {
    async fn new(centre: &Centre, system_id: &str) -> Self {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let url = format!("sqlite:{}", folder.path().join("duban.db").display());
        let config = configured(&format!(
            "[[channel]]\nname = 'op'\nkind = 'smpp'\nhost = '127.0.0.1'\nport = {}\nsystem_id = '{system_id}'\n\
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
        Self { city, stop, tasks: [listening, keeping], _folder: folder }
    }

    /// A ticket is dispatched to a unit, and its messages leave.
    async fn tell(&self, ticket: &str, unit: &str) {
        let mut event = Event::new(ticket, Kind::of("dispatched"), at(DISPATCHED));
        event.unit = Some(unit.to_owned());
        event.category = Some("投诉/电梯".to_owned());
        event.urgency = Some("一般".to_owned());
        self.city.hear(vec![event], at(DISPATCHED)).await;
        self.city.dispatch.run_until_idle(at(DISPATCHED)).await.expect("the dispatch sends");
    }

    /// What the journal of a ticket says of deliveries, once receipts are matched.
    async fn deliveries(&self, ticket: &str) -> Vec<serde_json::Value> {
        self.city.dispatch.fall_back(at(DISPATCHED)).await.expect("receipts are matched");
        self.city.journal(ticket, "duban.delivery").await
    }

    async fn end(self) {
        self.stop.cancel();
        for task in self.tasks {
            task.await.expect("it ends when told to");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_receipt_of_a_message_stands_in_the_journal_of_its_ticket() {
    let centre = Centre::start();
    let wired = Wired::new(&centre, "duban").await;
    wired.tell("W1", "cx-scjg").await;
    let sent = wired.city.journal("W1", "duban.sent").await;
    assert_eq!(sent.len(), 1, "{:?}", wired.city.messages("W1").await);
    assert_eq!(centre.events("submit").len(), 1, "one part, one submit_sm");
    let delivered = block_in_place(|| {
        until("the receipt is in the journal", || {
            Handle::current().block_on(async { wired.deliveries("W1").await.pop() })
        })
    });
    assert_eq!(delivered["delivery"], "delivered");
    assert_eq!(delivered["code"], "DELIVRD err:000");
    wired.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn receipts_of_a_constant_number_are_never_of_another() {
    let centre = Centre::start();
    let wired = Wired::new(&centre, "constant").await;
    let units = ["cx-scjg", "cx-cgj", "cx-scjg"];
    for (n, unit) in units.into_iter().enumerate() {
        wired.tell(&format!("W{n}"), unit).await;
    }
    let submits = centre.events("submit");
    assert_eq!(submits.len(), 3, "{submits:?}");
    assert_eq!(submits[0]["to"], submits[2]["to"], "two to one person");
    assert_ne!(submits[0]["to"], submits[1]["to"]);
    centre.saw("confirmed", 3);
    block_in_place(|| {
        until("the receipt of the only message to somebody is in the journal", || {
            Handle::current().block_on(async { wired.deliveries("W1").await.pop() })
        })
    });
    // Of the two to one person it is never said that the second arrived: that may have been the first.
    assert_eq!(wired.deliveries("W2").await, Vec::<serde_json::Value>::new());
    wired.end().await;
}
