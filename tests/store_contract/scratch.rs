//! Fresh databases and short ways to fill them.

use duban::core::{
    journal::chain,
    message::{Facts, Message, Recipient},
    timestamp::Timestamp,
};
use duban::store::{
    Appended, JournalWrite, LinkWrite, Loaded, MessageWrite, NewEntry, SlipWrite, Store,
    TicketWrite, Writes,
};

/// A database of its own.
pub struct Scratch {
    pub url: String,
    _folder: Option<tempfile::TempDir>,
}

impl Scratch {
    pub fn sqlite() -> Self {
        let folder = tempfile::tempdir().expect("a scratch folder can be made");
        let url = format!("sqlite:{}", folder.path().join("state/duban.db").display());
        Self { url, _folder: Some(folder) }
    }

    pub fn memory() -> Self {
        Self { url: "sqlite::memory:".to_owned(), _folder: None }
    }

    pub async fn postgres() -> Self {
        Self { url: crate::postgres::database().await, _folder: None }
    }

    /// Opens the database without tables.
    pub async fn open(&self) -> Store {
        Store::open(&self.url).await.expect("the scratch database opens")
    }

    /// Opens the database, with tables.
    pub async fn store(&self) -> Store {
        let store = self.open().await;
        store.migrate().await.expect("an empty database can be migrated");
        store
    }
}

pub const T0: Timestamp = Timestamp(1_780_000_000_000);

/// `T0` and some seconds.
pub fn at(seconds: i64) -> Timestamp {
    T0.plus_ms(seconds * 1000)
}

pub fn entry(ticket: &str, kind: &str, dedupe: Option<&str>) -> NewEntry {
    NewEntry {
        ticket: ticket.to_owned(),
        at: T0,
        kind: kind.to_owned(),
        dedupe: dedupe.map(str::to_owned),
        body: format!("{{\"ticket\":\"{ticket}\",\"note\":\"电梯 \\u0001 \\\" '\"}}"),
        contact: None,
    }
}

/// Appends one entry to each of `count` tickets `T000`, `T001` ...
pub async fn fill(store: &Store, count: usize, now: Timestamp) {
    let entries: Vec<NewEntry> =
        (0..count).map(|n| entry(&format!("T{n:03}"), "received", Some("1"))).collect();
    let appended = store.append(&entries, now).await.expect("entries are appended");
    assert!(appended.iter().all(|one| *one == Appended::Accepted { seq: 1 }));
}

/// The ticket with its news applied, to be looked at next at `next_look`.
pub fn looked(ticket: &Loaded, next_look: Option<Timestamp>) -> TicketWrite {
    TicketWrite {
        key: ticket.key,
        head_seq: ticket.head_seq,
        head_hash: ticket.head_hash.clone(),
        applied_seq: ticket.head_seq,
        state: format!("{{\"seen\":{}}}", ticket.head_seq),
        next_look,
        unit: "cx-scjg".to_owned(),
        policy: "general".to_owned(),
        stage: "open".to_owned(),
        open: true,
        service: None,
        requested: None,
    }
}

/// An entry the engine adds after the ticket's head.
pub fn added(ticket: &Loaded, kind: &str, dedupe: Option<&str>, now: Timestamp) -> JournalWrite {
    let seq = ticket.head_seq + 1;
    JournalWrite {
        ticket_key: ticket.key,
        seq,
        at: now,
        arrived: now,
        kind: kind.to_owned(),
        body: "{}".to_owned(),
        dedupe: dedupe.map(str::to_owned),
        hash: chain(&ticket.head_hash, &ticket.no, seq, now, now, kind, "{}"),
    }
}

pub fn slip(ticket: &Loaded, key: &str) -> SlipWrite {
    SlipWrite {
        key: key.to_owned(),
        ticket_key: ticket.key,
        ticket_no: ticket.no.clone(),
        round: 1,
        clock: "resolve".to_owned(),
        unit: "cx-scjg".to_owned(),
        step: "due-1wd".to_owned(),
        kind: "yellow".to_owned(),
        serial: Some("黄字〔2026〕118号".to_owned()),
        due: Some(at(3600)),
        at: T0,
        reply_due: None,
        recipients: "[\"unit_head\"]".to_owned(),
        issuer: String::new(),
        receipt_due: None,
        note: None,
        paper: None,
    }
}

pub fn message(
    ticket: &Loaded,
    key: &str,
    slip: Option<&str>,
    not_before: Timestamp,
) -> MessageWrite {
    MessageWrite {
        message: Message {
            key: key.to_owned(),
            ticket: ticket.no.clone(),
            slip: slip.map(str::to_owned),
            with: Vec::new(),
            to: Recipient::Staff {
                unit: "cx-scjg".to_owned(),
                role: "unit_head".to_owned(),
                person: None,
                away: None,
                cc: false,
            },
            via: "sms".to_owned(),
            template: "staff.yellow".to_owned(),
            facts: Facts { no: ticket.no.clone(), ..Facts::default() },
            not_before,
            expires: None,
        },
        ticket_key: ticket.key,
        sealed: Some(vec![0, 1, 255]),
    }
}

pub fn link(ticket: &Loaded, token_hash: &str, expires: Timestamp) -> LinkWrite {
    LinkWrite {
        token_hash: token_hash.to_owned(),
        ticket_key: ticket.key,
        ticket_no: ticket.no.clone(),
        purpose: "rate".to_owned(),
        round: 1,
        expires,
    }
}

/// A store with one ticket `T000` that was looked at, and what `make` wrote about it.
pub async fn with_ticket(
    scratch: &Scratch,
    make: impl FnOnce(&Loaded) -> Writes,
) -> (Store, Loaded) {
    let store = scratch.store().await;
    fill(&store, 1, T0).await;
    let look = store.look(10, T0).await.expect("a look is taken");
    let ticket = look.tickets[0].clone();
    let mut writes = make(&ticket);
    writes.tickets.push(looked(&ticket, None));
    look.commit(&writes, T0).await.expect("the look is committed");
    (store, ticket)
}
