//! A whole house around the web: a store in a scratch folder, the reference policies, a real
//! listener on loopback.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use arc_swap::ArcSwap;
use duban::{
    channel::back::{Back, Heard},
    config::{Config, WebConfig, channels::ChannelConfig},
    core::timestamp::Timestamp,
    intake::queue::{self, Queue},
    policies::load_embedded,
    rules::Rules,
    secret::{Key, token, token_hash},
    store::{LedgerRow, LinkWrite, Mail, NewEntry, SlipWrite, Store, Writes},
    wall::Wall,
    web::{Board, Guesses, Health, State, router, serve},
};
use tokio::{
    net::TcpListener,
    sync::{Notify, mpsc},
    task::JoinHandle,
};
use tokio_util::sync::CancellationToken;

/// The clock of these tests stands still: 2026-05-07, 09:12 in China.
pub const NOW: Timestamp = Timestamp(1_778_116_320_000);
pub const HOUR_MS: i64 = 3_600_000;
/// Wrong tokens an address may send in a minute, in tests.
pub const WRONG_MAX: u32 = 5;

/// Whether what providers say is kept.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Memory {
    Keeps,
    Forgets,
}

/// What a test may want otherwise.
pub struct Wish {
    pub mailbox: bool,
    pub demo: bool,
    /// Nobody drains the queue, and it has one slot.
    pub is_stuck: bool,
    pub body_bytes_max: usize,
    pub header_timeout: Duration,
    pub channels: Vec<ChannelConfig>,
    pub memory: Memory,
}

impl Default for Wish {
    fn default() -> Self {
        Self {
            mailbox: true,
            demo: true,
            is_stuck: false,
            body_bytes_max: 8 << 20,
            header_timeout: Duration::from_secs(10),
            channels: Vec::new(),
            memory: Memory::Keeps,
        }
    }
}

pub struct House {
    pub store: Store,
    pub seal: Key,
    pub knock: Arc<Notify>,
    pub health: Arc<Health>,
    pub address: SocketAddr,
    pub client: reqwest::Client,
    pub queue: Queue,
    /// What providers said, by channel.
    pub heard: Arc<Mutex<Vec<(String, Back)>>>,
    pub rules: Arc<ArcSwap<Rules>>,
    stop: CancellationToken,
    served: JoinHandle<()>,
    _drain: Option<queue::Drain>,
    _folder: tempfile::TempDir,
}

pub async fn house(wish: Wish) -> House {
    // Two tests may come here at once; the first one's provider is as good.
    drop(rustls::crypto::ring::default_provider().install_default());
    let folder = tempfile::tempdir().expect("a scratch folder");
    let store = Store::open(&format!("sqlite:{}", folder.path().join("duban.db").display()))
        .await
        .expect("a new store");
    store.migrate().await.expect("tables");
    let loaded = load_embedded("cn", NOW).expect("the reference set");
    let set = loaded.set.expect("without errors");
    let templates = loaded.templates.expect("good texts");
    let rules = Rules::new(set, loaded.org.unwrap_or_default(), templates);
    let rules = Arc::new(ArcSwap::from_pointee(rules));
    let wall = Wall::fast(NOW, 0.0);
    let knock = Arc::new(Notify::new());
    let health = Arc::new(Health::new(Duration::from_mins(1)));
    let (queue, drain) = Queue::new(if wish.is_stuck { 1 } else { 8 });
    let drain = if wish.is_stuck {
        Some(drain)
    } else {
        tokio::spawn(queue::run(drain, store.clone(), wall, Arc::clone(&knock)));
        None
    };

    let (saying, hearing) = mpsc::channel(4);
    let heard = Arc::default();
    tokio::spawn(hear(hearing, Arc::clone(&heard), wish.memory));

    let config = Config::standard();
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("its address");
    let web = WebConfig {
        public_url: format!("http://{address}"),
        body_bytes_max: wish.body_bytes_max,
        header_timeout: wish.header_timeout,
        ..config.web
    };
    let seal = Key::open(&folder.path().join("contacts.key")).expect("a new key");
    let stop = CancellationToken::new();
    let state = State {
        store: store.clone(),
        queue: queue.clone(),
        wall,
        knock: Arc::clone(&knock),
        rules: Arc::clone(&rules),
        seal: seal.clone(),
        web: web.clone(),
        wording: config.wording,
        resident_language: config.resident.language,
        channels: wish.channels,
        heard: saying,
        mailbox: wish.mailbox,
        demo: wish.demo,
        health: Arc::clone(&health),
        metrics: None,
        link_guesses: Guesses::per_minute(WRONG_MAX),
        token_guesses: Guesses::per_minute(WRONG_MAX),
        board: Board::new(wall, Arc::default(), stop.clone()),
    };
    let stopped = stop.clone();
    let served = tokio::spawn(async move {
        serve(listener, router(state), &web, stopped).await.expect("serves until it is stopped");
    });
    let client = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .timeout(Duration::from_secs(20))
        .build()
        .expect("a client");
    House {
        store,
        seal,
        knock,
        health,
        address,
        client,
        queue,
        heard,
        rules,
        stop,
        served,
        _drain: drain,
        _folder: folder,
    }
}

/// Keeps what providers say, or does not.
async fn hear(
    mut hearing: mpsc::Receiver<Heard>,
    kept: Arc<Mutex<Vec<(String, Back)>>>,
    memory: Memory,
) {
    while let Some(Heard { channel, back, kept: tell }) = hearing.recv().await {
        let keeps = memory == Memory::Keeps;
        if keeps {
            kept.lock().expect("nobody panics with it").push((channel, back));
        }
        tell.send(keeps).expect("whoever asked waits");
    }
}

/// What came back.
pub struct Reply {
    pub status: u16,
    pub headers: reqwest::header::HeaderMap,
    pub body: String,
}

impl Reply {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("text"))
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("not JSON: {}", self.body))
    }
}

impl House {
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub async fn send(&self, request: reqwest::RequestBuilder) -> Reply {
        let response = request.send().await.expect("an answer");
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Reply { status, headers, body: response.text().await.expect("a text") }
    }

    pub async fn get(&self, path: &str) -> Reply {
        self.send(self.client.get(self.url(path))).await
    }

    pub async fn get_in(&self, path: &str, language: &str) -> Reply {
        self.send(self.client.get(self.url(path)).header("accept-language", language)).await
    }

    /// Sends the form of a rating page.
    pub async fn rate(&self, token: &str, answers: &[(&str, &str)]) -> Reply {
        let form: Vec<(&str, &str)> = answers.iter().copied().chain([("token", token)]).collect();
        self.send(self.client.post(self.url(&format!("/r/{token}"))).form(&form)).await
    }

    pub async fn post_events(&self, token: &str, body: impl Into<reqwest::Body>) -> Reply {
        let request = self.client.post(self.url("/api/v1/events")).bearer_auth(token);
        self.send(request.header("content-type", "application/x-ndjson").body(body)).await
    }

    pub async fn get_as(&self, token: &str, path: &str) -> Reply {
        self.send(self.client.get(self.url(path)).bearer_auth(token)).await
    }

    /// A ticket with one event; returns its key.
    pub async fn ticket(&self, no: &str) -> i64 {
        let entry = NewEntry {
            ticket: no.to_owned(),
            at: NOW,
            kind: "received".to_owned(),
            dedupe: Some("first".to_owned()),
            body: format!(r#"{{"ticket":"{no}","event":"received","at":"{NOW}"}}"#),
            contact: None,
        };
        self.store.append(&[entry], NOW).await.expect("appended");
        self.store.ticket(no).await.expect("read").expect("the ticket").key
    }

    /// A link for a ticket that is good for so many hours from now; returns its token.
    pub async fn link(&self, no: &str, hours: i64) -> String {
        let ticket_key = self.ticket(no).await;
        let token = token().expect("randomness");
        let link = LinkWrite {
            token_hash: token_hash(&token),
            ticket_key,
            ticket_no: no.to_owned(),
            purpose: "rate".to_owned(),
            round: 1,
            expires: NOW.plus_ms(hours * HOUR_MS),
        };
        self.write(Writes { links: vec![link], ..Writes::default() }).await;
        token
    }

    pub async fn slip(&self, no: &str, kind: &str, step: u32) {
        let ticket_key = self.ticket(no).await;
        let slip = SlipWrite {
            key: format!("{no}/r1/resolve/cx-scjg/0/{step}.0.0"),
            ticket_key,
            ticket_no: no.to_owned(),
            round: 1,
            clock: "resolve".to_owned(),
            unit: "cx-scjg".to_owned(),
            step: format!("due+{step}wd"),
            kind: kind.to_owned(),
            serial: Some(format!("{kind}〔2026〕{step}号")),
            due: Some(NOW.plus_ms(HOUR_MS)),
            at: NOW,
            reply_due: None,
            recipients: "[]".to_owned(),
            issuer: String::new(),
            receipt_due: None,
            note: None,
            paper: None,
        };
        self.write(Writes { slips: vec![slip], ..Writes::default() }).await;
    }

    /// A line of a ledger; all lines of a ticket are written at one time.
    pub async fn ledger(&self, no: &str, list: &str, ended: Option<Timestamp>) {
        let ticket_key = self.ticket(no).await;
        let row = LedgerRow {
            ticket_key,
            entry: format!("{list}/1"),
            list: list.to_owned(),
            ticket_no: no.to_owned(),
            unit: "cx-scjg".to_owned(),
            opened: NOW,
            review_due: None,
            expires: None,
            ended,
            ended_by: ended.map(|_| "struck_off".to_owned()),
            reason: Some("历史遗留".to_owned()),
            approver: None,
            leader: None,
            lacking: "plan, leader".to_owned(),
        };
        self.write(Writes { ledger_of: vec![ticket_key], ledger: vec![row], ..Writes::default() })
            .await;
    }

    pub async fn mail(&self, id: &str, channel: &str, subject: &str, text: &str, link: &str) {
        let mail = Mail {
            message_id: id.to_owned(),
            at: NOW,
            channel: channel.to_owned(),
            to: "13800000000".to_owned(),
            subject: subject.to_owned(),
            text: text.to_owned(),
            html: (!subject.is_empty()).then(|| format!("<p style=\"color:#b00\">{text}</p>")),
            links: if link.is_empty() { Vec::new() } else { vec![link.to_owned()] },
        };
        assert!(self.store.mailbox_put(&mail).await.expect("kept"), "a new mail");
    }

    /// An API token with these scopes.
    pub async fn token(&self, scopes: &[&str]) -> String {
        let token = token().expect("randomness");
        let scopes: Vec<String> = scopes.iter().map(|scope| (*scope).to_owned()).collect();
        self.store.token_create("tests", &token_hash(&token), &scopes, NOW).await.expect("kept");
        token
    }

    /// The kinds and bodies in the journal of a ticket.
    pub async fn journal(&self, no: &str) -> Vec<(String, serde_json::Value)> {
        let Some(row) = self.store.ticket(no).await.expect("read") else { return Vec::new() };
        let rows = self.store.journal(row.key).await.expect("read");
        rows.into_iter()
            .map(|row| (row.kind, serde_json::from_str(&row.body).expect("JSON")))
            .collect()
    }

    pub async fn write(&self, writes: Writes) {
        let look = self.store.look(0, NOW).await.expect("a look");
        look.commit(&writes, NOW).await.expect("written");
    }

    /// Stops the web and waits until it has.
    pub async fn stop(self) {
        self.stop.cancel();
        tokio::time::timeout(Duration::from_secs(20), self.served)
            .await
            .expect("stops in bounded time")
            .expect("without a panic");
    }
}
