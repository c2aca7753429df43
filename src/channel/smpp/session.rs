//! A session: messages out within a window, answers matched by number, what comes in handed on.
//!
//! It ends with the link, when nobody orders any more, or when told to stop; everybody who
//! waits for an answer then learns why there will be none.
//!
//! Invariants (tests/smpp): `a_message_without_an_answer_is_later_and_holds_up_nobody`,
//! `a_dead_link_is_noticed`, `what_comes_in_is_confirmed_once_it_is_kept`,
//! `a_receipt_in_another_base_is_left_out`.

use std::{
    collections::BTreeMap,
    pin::Pin,
    sync::{Arc, Mutex},
    time::Duration,
};

use futures_util::{StreamExt as _, stream::FuturesUnordered};
use rusmpp::{
    CommandStatus, Pdu,
    pdus::{DeliverSmResp, SubmitSm},
};
use tokio::{
    sync::{mpsc, oneshot},
    time::{Instant, sleep_until, timeout},
};
use tokio_util::sync::CancellationToken;

use super::{
    joining::{Joined, Joining, Origin},
    link::{Link, Writer},
    locked,
    numbers::{Named, Numbers},
    packet::{self, ANSWER, Deliver, Head},
    receipt::{self, Read},
};
use crate::{
    channel::{
        NoAnswer,
        back::{Back, Heard},
    },
    config::smpp::{ReceiptIds, SmppConfig},
};

/// Messages that came in and are being kept, at most; the centre says the others again.
const KEEPING_MAX: usize = 100;
/// The last number of a packet before the first comes again.
const SEQUENCE_MAX: u32 = 0x7fff_ffff;

/// The centre's answer to a message.
#[derive(Debug, PartialEq, Eq)]
pub struct Answer {
    pub status: u32,
    /// Its number for the message; empty if it gave none.
    pub id: String,
}

/// Whoever waits for an answer; the reason where there is none.
type Waiting = oneshot::Sender<Result<Answer, NoAnswer>>;

/// A message on its way to the session.
pub struct Order {
    pub submit: SubmitSm,
    pub answer: Waiting,
}

/// A message without an answer yet. It counts in the window whether anybody still waits or not:
/// the centre counts too.
struct Pending {
    until: Instant,
    answer: Waiting,
}

/// Something that is being kept.
struct Kept {
    /// The packet to answer; `None`: it was answered before.
    sequence: Option<u32>,
    /// The word of several parts it is.
    origin: Option<Origin>,
    is_safe: bool,
}

type Keeping = Pin<Box<dyn Future<Output = Kept> + Send>>;

/// Who hears what comes in, and what is known to understand it.
pub struct Ears {
    pub heard: mpsc::Sender<Heard>,
    pub numbers: Arc<Mutex<Numbers>>,
    pub joining: Arc<Mutex<Joining>>,
}

/// An open session.
pub struct Session {
    channel: String,
    link: Link,
    /// `None`: nobody listens.
    ears: Option<Ears>,
    receipt_ids: ReceiptIds,
    /// Our own number.
    source: String,
    window: usize,
    enquire_link: Duration,
    timeout: Duration,
    sequence: u32,
    /// When the centre last said anything.
    last_word: Instant,
    /// Since when it owes us a sign of life.
    asked: Option<Instant>,
    /// By number of packet.
    pending: BTreeMap<u32, Pending>,
    keeping: FuturesUnordered<Keeping>,
}

impl Session {
    /// A session on a bound link.
    pub fn new(channel: &str, config: &SmppConfig, link: Link, ears: Option<Ears>) -> Self {
        Self {
            channel: channel.to_owned(),
            link,
            ears,
            receipt_ids: config.receipt_ids,
            source: config.source.number.clone(),
            window: config.window,
            enquire_link: config.enquire_link,
            timeout: config.timeout,
            sequence: 1, // the bind
            last_word: Instant::now(),
            asked: None,
            pending: BTreeMap::new(),
            keeping: FuturesUnordered::new(),
        }
    }

    /// Works until the link ends, nobody orders any more or it is told to stop; says why it ended.
    pub async fn run(
        mut self,
        orders: &mut mpsc::Receiver<Order>,
        stop: CancellationToken,
    ) -> String {
        let why = self.work(orders, &stop).await.err().unwrap_or_else(|| "closed by us".to_owned());
        for (_, pending) in std::mem::take(&mut self.pending) {
            // Whoever waited may be gone.
            drop(pending.answer.send(Err(NoAnswer::here(format!("no answer: {why}")))));
        }
        if let Some(ears) = &self.ears {
            locked(&ears.joining).abandon(Instant::now());
        }
        why
    }

    async fn work(
        &mut self,
        orders: &mut mpsc::Receiver<Order>,
        stop: &CancellationToken,
    ) -> Result<(), String> {
        let mut closing = false;
        while !(closing && self.pending.is_empty() && self.keeping.is_empty()) {
            let next_look = self.next_look();
            tokio::select! {
                frame = self.link.reader.next() => self.take(&frame?).await?,
                order = orders.recv(), if !closing && self.pending.len() < self.window => {
                    match order {
                        Some(order) => self.submit(order).await?,
                        None => closing = true,
                    }
                }
                Some(kept) = self.keeping.next(), if !self.keeping.is_empty() => {
                    self.settle(kept).await?;
                }
                () = sleep_until(next_look) => self.look().await?,
                () = stop.cancelled(), if !closing => {
                    closing = true;
                    self.hand_on_rest();
                }
            }
        }
        let number = self.number();
        self.writer().write(number, CommandStatus::EsmeRok, Pdu::Unbind).await
    }

    fn writer(&mut self) -> &mut Writer {
        &mut self.link.writer
    }

    fn number(&mut self) -> u32 {
        self.sequence = if self.sequence == SEQUENCE_MAX { 1 } else { self.sequence + 1 };
        self.sequence
    }

    async fn submit(&mut self, order: Order) -> Result<(), String> {
        if order.answer.is_closed() {
            return Ok(()); // cancelled before it left
        }
        let sequence = self.number();
        let until = Instant::now() + self.timeout;
        self.pending.insert(sequence, Pending { until, answer: order.answer });
        self.writer().write(sequence, CommandStatus::EsmeRok, order.submit).await
    }

    /// When something is to be done though nothing happens.
    fn next_look(&self) -> Instant {
        let link = match self.asked {
            None => self.last_word + self.enquire_link,
            Some(asked) => asked + self.timeout,
        };
        let late = self.ears.as_ref().and_then(|ears| locked(&ears.joining).next_late());
        let pending = self.pending.values().map(|pending| pending.until);
        pending.chain(late).fold(link, Instant::min)
    }

    /// Gives up answers that are too late, and asks a silent centre whether it is there.
    async fn look(&mut self) -> Result<(), String> {
        let now = Instant::now();
        for (_, late) in self.pending.extract_if(.., |_, pending| pending.until <= now) {
            let reason = format!("no answer within {:?}; it may have been taken", self.timeout);
            // Whoever waited may be gone.
            drop(late.answer.send(Err(NoAnswer::here(reason))));
        }
        self.hand_on_late(now);
        match self.asked {
            Some(asked) if now >= asked + self.timeout => {
                Err(format!("the centre gave no sign of life for {:?}", now - self.last_word))
            }
            None if now >= self.last_word + self.enquire_link => {
                self.asked = Some(now);
                let number = self.number();
                self.writer().write(number, CommandStatus::EsmeRok, Pdu::EnquireLink).await
            }
            Some(_) | None => Ok(()),
        }
    }

    /// Takes one frame.
    async fn take(&mut self, frame: &[u8]) -> Result<(), String> {
        let Some((head, body)) = packet::open(frame) else {
            return Err("the centre sent what is no SMPP".to_owned());
        };
        self.last_word = Instant::now();
        self.asked = None;
        let ok = CommandStatus::EsmeRok;
        match head.command {
            packet::SUBMIT_SM_RESP | packet::GENERIC_NACK => {
                self.answered(head, body);
                Ok(())
            }
            packet::DELIVER_SM => self.deliver(head.sequence, body).await,
            packet::ENQUIRE_LINK => {
                self.writer().write(head.sequence, ok, Pdu::EnquireLinkResp).await
            }
            packet::UNBIND => {
                self.writer().write(head.sequence, ok, Pdu::UnbindResp).await?;
                Err("the centre unbound us".to_owned())
            }
            command if command & ANSWER != 0 => Ok(()), // of an enquire_link
            _ => {
                let unknown = CommandStatus::EsmeRinvcmdid;
                self.writer().write(head.sequence, unknown, Pdu::GenericNack).await
            }
        }
    }

    fn answered(&mut self, head: Head, body: &[u8]) {
        // Another number is of a message that was given up, or of no message at all.
        let Some(pending) = self.pending.remove(&head.sequence) else { return };
        let status = head.status;
        let is_nack = head.command == packet::GENERIC_NACK;
        // A refusal of the packet itself is no yes, whatever it says.
        let status =
            if is_nack && status == 0 { u32::from(CommandStatus::EsmeRunknownerr) } else { status };
        let id = if status == 0 { packet::message_id(body) } else { String::new() };
        drop(pending.answer.send(Ok(Answer { status, id })));
    }

    /// Hands on what came in; the centre gets its answer once it is kept.
    async fn deliver(&mut self, sequence: u32, body: &[u8]) -> Result<(), String> {
        let channel = self.channel.as_str();
        let deliver = Deliver::read(body);
        let read =
            deliver.as_ref().map_or(Read::Unreadable, |d| receipt::read(d, self.receipt_ids));
        if read == Read::Unreadable {
            // Said again it would be no clearer.
            tracing::warn!(channel, "a message of the centre cannot be read and is left out");
        }
        let Some((deliver, ears)) = deliver.zip(self.ears.as_ref()) else {
            return self.confirm(sequence, !matches!(read, Read::Back(_))).await;
        };
        let mut origin = None;
        let back = match read {
            Read::Back(Back::Receipt(mut receipt)) => {
                if !self.source.is_empty() && deliver.from == self.source {
                    receipt.to = Some(deliver.to); // the addresses as they stood in the message
                }
                let named = locked(&ears.numbers).named(&receipt.id);
                if let Named::OtherBase(ids) = named {
                    self.doubt(ids);
                    return self.confirm(sequence, true).await;
                }
                Back::Receipt(receipt)
            }
            Read::Back(Back::Word(word)) => match deliver.segment() {
                None => Back::Word(word),
                Some(segment) => {
                    let joined = locked(&ears.joining).take(&deliver, segment, Instant::now());
                    match joined {
                        Joined::Kept => return self.confirm(sequence, true).await,
                        Joined::Later => return self.confirm(sequence, false).await,
                        Joined::Whole(of, word) => {
                            origin = Some(of);
                            Back::Word(word)
                        }
                    }
                }
            },
            Read::Nothing | Read::Unreadable => return self.confirm(sequence, true).await,
        };
        self.hand_on(Some(sequence), origin, back);
        Ok(())
    }

    /// Tells of a receipt that writes a number otherwise than the answer did. It would be of no
    /// message, or of the wrong one.
    fn doubt(&self, ids: ReceiptIds) {
        let channel = self.channel.as_str();
        metrics::counter!("duban_smpp_receipts_doubted_total", "channel" => channel.to_owned())
            .increment(1);
        tracing::warn!(
            channel,
            "a receipt is left out: it writes the number of its message otherwise than the answer did; \
             `receipt_ids = \"{}\"` reads it",
            ids.name()
        );
    }

    /// Words whose other parts did not come.
    fn hand_on_late(&mut self, now: Instant) {
        let Some(ears) = &self.ears else { return };
        let late = locked(&ears.joining).late(now);
        for (origin, word) in late {
            tracing::warn!(
                channel = self.channel,
                "parts of a message did not come; it is kept with a mark where they are missing"
            );
            self.hand_on(None, Some(origin), Back::Word(word));
        }
    }

    /// What came of words whose other parts will come to nobody any more.
    fn hand_on_rest(&mut self) {
        let now = Instant::now();
        if let Some(ears) = &self.ears {
            locked(&ears.joining).hurry(now);
        }
        self.hand_on_late(now);
    }

    /// Hands something on; it is settled when it is known whether it was kept.
    fn hand_on(&mut self, sequence: Option<u32>, origin: Option<Origin>, back: Back) {
        let (channel, patience) = (self.channel.clone(), self.timeout);
        let ears = self.ears.as_ref().filter(|_| self.keeping.len() < KEEPING_MAX);
        let heard = ears.map(|ears| ears.heard.clone());
        self.keeping.push(Box::pin(async move {
            let (kept, is_kept) = oneshot::channel();
            let handed = async {
                heard?.send(Heard { channel, back, kept }).await.ok()?;
                is_kept.await.ok()
            };
            let is_safe = timeout(patience, handed).await.ok().flatten().unwrap_or(false);
            Kept { sequence, origin, is_safe }
        }));
    }

    async fn settle(&mut self, Kept { sequence, origin, is_safe }: Kept) -> Result<(), String> {
        if let Some((ears, origin)) = self.ears.as_ref().zip(origin) {
            locked(&ears.joining).settle(&origin, is_safe, Instant::now());
        }
        match sequence {
            Some(sequence) => self.confirm(sequence, is_safe).await,
            None => Ok(()),
        }
    }

    async fn confirm(&mut self, sequence: u32, kept: bool) -> Result<(), String> {
        // A temporary error makes the centre say it again.
        let status = if kept { CommandStatus::EsmeRok } else { CommandStatus::EsmeRxTAppn };
        self.writer().write(sequence, status, DeliverSmResp::default()).await
    }
}
