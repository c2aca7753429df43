//! A session: messages out within a window, answers matched by number, what comes in handed on.
//!
//! One task owns the link. It ends with the link, or when nobody holds the session any more;
//! everybody who waits for an answer then learns why there will be none.
//!
//! Invariants (tests/smpp): `an_answer_belongs_to_its_message`, `a_dead_link_is_noticed`,
//! `what_comes_in_is_confirmed_once_it_is_kept`.

use std::{
    collections::BTreeMap,
    pin::Pin,
    sync::{Arc, Mutex, OnceLock, PoisonError},
    time::Duration,
};

use futures_util::{StreamExt as _, stream::FuturesUnordered};
use rusmpp::{
    CommandStatus, Pdu,
    pdus::{DeliverSmResp, SubmitSm},
};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot},
    time::{Instant, sleep_until, timeout},
};

use super::{
    link::{Reader, Writer},
    packet::{self, ANSWER, Deliver, Head},
    receipt::{self, Read},
};
use crate::{
    channel::back::Heard,
    config::smpp::{ReceiptIds, SmppConfig},
};

/// Messages that came in and are being kept, at most; the centre says the others again.
const KEEPING_MAX: usize = 100;
/// The last number of a packet before the first comes again.
const SEQUENCE_MAX: u32 = 0x7fff_ffff;

/// Who hears what comes in: nobody until somebody listens.
pub type Listener = Arc<Mutex<Option<mpsc::Sender<Heard>>>>;

/// The answer to a message.
#[derive(Debug, PartialEq, Eq)]
pub enum Answer {
    Status {
        status: u32,
        id: String,
    },
    /// None in time: the centre may have taken the message or not.
    Silence,
}

/// A message on its way to the task.
struct Order {
    submit: SubmitSm,
    /// Held until the answer, whether anybody still waits for it or not: the centre counts too.
    permit: OwnedSemaphorePermit,
    answer: oneshot::Sender<Answer>,
}

/// A message without an answer yet.
struct Pending {
    until: Instant,
    answer: oneshot::Sender<Answer>,
    _permit: OwnedSemaphorePermit,
}

/// An open session.
pub struct Session {
    orders: mpsc::Sender<Order>,
    window: Arc<Semaphore>,
    /// Why it ended.
    farewell: Arc<OnceLock<String>>,
    pub opened: Instant,
}

impl Session {
    /// Begins to work on a bound link.
    pub fn begin(
        channel: &str,
        config: &SmppConfig,
        (reader, writer): (Reader, Writer),
        listener: Listener,
    ) -> Self {
        let (orders, taken) = mpsc::channel(config.window);
        let farewell = Arc::new(OnceLock::new());
        let now = Instant::now();
        let work = Work {
            channel: channel.to_owned(),
            writer,
            listener,
            receipt_ids: config.receipt_ids,
            enquire_link: config.enquire_link,
            timeout: config.timeout,
            sequence: 1, // the bind
            heard: now,
            asked: None,
            pending: BTreeMap::new(),
            keeping: FuturesUnordered::new(),
        };
        let told = Arc::clone(&farewell);
        // Whoever holds the session sees the task's end in `orders`.
        drop(tokio::spawn(async move {
            let why = work.run(reader, taken).await;
            drop(told.set(why));
        }));
        let window = Arc::new(Semaphore::new(config.window));
        Self { orders, window, farewell, opened: now }
    }

    /// Whether the link is gone.
    pub fn is_over(&self) -> bool {
        self.orders.is_closed()
    }

    /// Waits until the link is gone and says why.
    pub async fn over(&self) -> String {
        self.orders.closed().await;
        self.why()
    }

    fn why(&self) -> String {
        self.farewell.get().cloned().unwrap_or_else(|| "the link was lost".to_owned())
    }

    /// Hands one message over and waits for its answer; the reason if it cannot be known.
    ///
    /// Cancelled, the message may be on its way; its answer is then nobody's.
    pub async fn submit(&self, submit: SubmitSm, patience: Duration) -> Result<Answer, String> {
        let permit = timeout(patience, Arc::clone(&self.window).acquire_owned())
            .await
            .map_err(|_| format!("no room in the window for {patience:?}"))?
            .map_err(|_| self.why())?;
        let (answer, answered) = oneshot::channel();
        let lost = || format!("no answer: {}", self.why());
        self.orders.send(Order { submit, permit, answer }).await.map_err(|_| self.why())?;
        answered.await.map_err(|_| lost())
    }
}

type Keeping = Pin<Box<dyn Future<Output = (u32, bool)> + Send>>;

/// What the task knows.
struct Work {
    channel: String,
    writer: Writer,
    listener: Listener,
    receipt_ids: ReceiptIds,
    enquire_link: Duration,
    timeout: Duration,
    sequence: u32,
    /// When the centre last said anything.
    heard: Instant,
    /// Since when it owes us a sign of life.
    asked: Option<Instant>,
    /// By number of packet; the oldest first, so the first to be given up.
    pending: BTreeMap<u32, Pending>,
    keeping: FuturesUnordered<Keeping>,
}

impl Work {
    /// Works until the link or the session ends, and says why.
    async fn run(mut self, mut reader: Reader, mut orders: mpsc::Receiver<Order>) -> String {
        loop {
            let next_look = self.next_look();
            let done = tokio::select! {
                frame = reader.next() => match frame {
                    Ok(frame) => self.take(&frame).await,
                    Err(why) => Err(why),
                },
                order = orders.recv() => match order {
                    Some(order) => self.submit(order).await,
                    None => {
                        let number = self.number();
                        let said = self.writer.write(number, CommandStatus::EsmeRok, Pdu::Unbind);
                        return said.await.err().unwrap_or_else(|| "closed by us".to_owned());
                    }
                },
                Some((sequence, kept)) = self.keeping.next(), if !self.keeping.is_empty() => {
                    self.confirm(sequence, kept).await
                }
                () = sleep_until(next_look) => self.look().await,
            };
            if let Err(why) = done {
                return why;
            }
        }
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
        self.pending
            .insert(sequence, Pending { until, answer: order.answer, _permit: order.permit });
        self.writer.write(sequence, CommandStatus::EsmeRok, order.submit).await
    }

    /// When something is to be done though nothing happens.
    fn next_look(&self) -> Instant {
        let link = match self.asked {
            None => self.heard + self.enquire_link,
            Some(asked) => asked + self.timeout,
        };
        self.pending.first_key_value().map_or(link, |(_, pending)| link.min(pending.until))
    }

    /// Gives up answers that are too late, and asks a silent centre whether it is there.
    async fn look(&mut self) -> Result<(), String> {
        let now = Instant::now();
        while let Some(first) = self.pending.first_entry()
            && first.get().until <= now
        {
            // Whoever waited may be gone.
            drop(first.remove().answer.send(Answer::Silence));
        }
        match self.asked {
            Some(asked) if now >= asked + self.timeout => {
                Err(format!("the centre gave no sign of life for {:?}", now - self.heard))
            }
            None if now >= self.heard + self.enquire_link => {
                self.asked = Some(now);
                let number = self.number();
                self.writer.write(number, CommandStatus::EsmeRok, Pdu::EnquireLink).await
            }
            Some(_) | None => Ok(()),
        }
    }

    /// Takes one frame.
    async fn take(&mut self, frame: &[u8]) -> Result<(), String> {
        let Some((head, body)) = packet::open(frame) else {
            return Err("the centre sent what is no SMPP".to_owned());
        };
        self.heard = Instant::now();
        self.asked = None;
        let ok = CommandStatus::EsmeRok;
        match head.command {
            packet::SUBMIT_SM_RESP | packet::GENERIC_NACK => {
                self.answered(head, body);
                Ok(())
            }
            packet::DELIVER_SM => self.deliver(head.sequence, body).await,
            packet::ENQUIRE_LINK => {
                self.writer.write(head.sequence, ok, Pdu::EnquireLinkResp).await
            }
            packet::UNBIND => {
                self.writer.write(head.sequence, ok, Pdu::UnbindResp).await?;
                Err("the centre unbound us".to_owned())
            }
            command if command & ANSWER != 0 => Ok(()), // of an enquire_link
            _ => {
                let unknown = CommandStatus::EsmeRinvcmdid;
                self.writer.write(head.sequence, unknown, Pdu::GenericNack).await
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
        drop(pending.answer.send(Answer::Status { status, id }));
    }

    /// Hands on what came in; the centre gets its answer once it is kept.
    async fn deliver(&mut self, sequence: u32, body: &[u8]) -> Result<(), String> {
        let channel = self.channel.clone();
        let read =
            Deliver::read(body).map_or(Read::Unreadable, |d| receipt::read(&d, self.receipt_ids));
        let back = match read {
            Read::Back(back) => back,
            Read::Nothing => return self.confirm(sequence, true).await,
            Read::Unreadable => {
                // Said again it would be no clearer.
                tracing::warn!(channel, "a message of the centre cannot be read and is left out");
                return self.confirm(sequence, true).await;
            }
        };
        let listener = self.listener.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let Some(listener) = listener.filter(|_| self.keeping.len() < KEEPING_MAX) else {
            return self.confirm(sequence, false).await;
        };
        let patience = self.timeout;
        self.keeping.push(Box::pin(async move {
            let (kept, is_kept) = oneshot::channel();
            let handed = async {
                listener.send(Heard { channel, back, kept }).await.ok()?;
                is_kept.await.ok()
            };
            (sequence, timeout(patience, handed).await.ok().flatten().unwrap_or(false))
        }));
        Ok(())
    }

    async fn confirm(&mut self, sequence: u32, kept: bool) -> Result<(), String> {
        // A temporary error makes the centre say it again.
        let status = if kept { CommandStatus::EsmeRok } else { CommandStatus::EsmeRxTAppn };
        self.writer.write(sequence, status, DeliverSmResp::default()).await
    }
}
