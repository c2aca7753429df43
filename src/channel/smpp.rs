//! SMS through SMPP 3.4: a session that stays open while somebody listens, else one a letter.
//!
//! A letter of several parts has several numbers, and each part a receipt of its own. The
//! protocol has no way to tell a repetition: a message whose answer never came is repeated as
//! it was, its parts under the same reference, and parts that were taken are not sent again
//! while this process remembers them.
//!
//! Invariants (tests/smpp):
//! * `a_part_that_was_taken_is_not_sent_again`
//! * `a_message_without_an_answer_is_later_and_holds_up_nobody`
//! * `what_comes_in_is_confirmed_once_it_is_kept`
//! * `a_word_in_parts_is_heard_whole`
//! * `receipts_of_a_constant_number_are_never_of_another`

mod joining;
mod keeper;
mod link;
mod numbers;
mod packet;
mod receipt;
mod session;
mod submit;
mod verdict;

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use rusmpp::pdus::SubmitSm;
use tokio::{
    sync::{mpsc, oneshot},
    time::timeout,
};
use tokio_rustls::TlsConnector;
use tokio_util::sync::CancellationToken;

use self::{
    joining::Joining,
    link::{TlsName, Way},
    numbers::Numbers,
    session::{Ears, Order, Session},
    submit::Submits,
    verdict::Verdict,
};
use super::{Letter, NoAnswer, Sent, back::Heard, tls};
use crate::config::{
    smpp::{Bind, SmppConfig},
    smtp::Tls,
};

/// Letters that are remembered because only some of their parts were taken.
const HALVES_MAX: usize = 1_000;

type Mark = [u8; 32];
type Orders = mpsc::Sender<Order>;

/// A short message centre.
pub struct Smpp {
    channel: String,
    config: SmppConfig,
    tls: Option<TlsName>,
    /// The way to the session that is kept open, while somebody listens.
    kept: Mutex<Option<Orders>>,
    /// By mark: the numbers of the parts that were taken, of letters whose next part was not.
    halves: Mutex<BTreeMap<Mark, Vec<String>>>,
    /// The numbers the centre gave lately.
    numbers: Arc<Mutex<Numbers>>,
    /// Words of which only some parts have come.
    joining: Arc<Mutex<Joining>>,
    /// Whether it was said that numbers repeat.
    told: AtomicBool,
}

impl fmt::Debug for Smpp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Smpp")
            .field("host", &self.config.host)
            .field("port", &self.config.port)
            .finish_non_exhaustive()
    }
}

impl Smpp {
    /// Makes the channel ready; asks nothing of the network.
    pub fn new(channel: &str, config: &SmppConfig) -> Result<Self, String> {
        let tls = match config.tls {
            Tls::None | Tls::Starttls => None,
            Tls::Implicit => {
                let settings = tls::settings(config.ca_file.as_deref(), None)?;
                Some((TlsConnector::from(Arc::new(settings)), tls::name(&config.host)?))
            }
        };
        Ok(Self {
            channel: channel.to_owned(),
            config: config.clone(),
            tls,
            kept: Mutex::default(),
            halves: Mutex::default(),
            numbers: Arc::default(),
            joining: Arc::default(),
            told: AtomicBool::new(false),
        })
    }

    /// Sends one SMS, one part after the other.
    pub async fn send(&self, letter: &Letter) -> Sent {
        let submits = match submit::submits(&self.config, letter) {
            Ok(submits) => submits,
            Err(reason) => return Sent::Never { reason },
        };
        let kept = locked(&self.kept).clone().filter(|orders| !orders.is_closed());
        if let Some(orders) = kept {
            return self.parts(submits, &orders).await;
        }
        let opened = link::open(&self.config, self.tls.as_ref(), Way::Out).await;
        let link = match opened {
            Ok(link) => link,
            Err(reason) => return Sent::Away { reason },
        };
        let (orders, mut taken) = mpsc::channel(1);
        let session = Session::new(&self.channel, &self.config, link, None);
        // The session ends when nobody orders any more, and nobody waits for one that has ended.
        let sending = async move { self.parts(submits, &orders).await };
        let working = async move { session.run(&mut taken, CancellationToken::new()).await };
        tokio::join!(sending, working).0
    }

    /// Keeps the sessions open and hands over what the centre says, until told to stop.
    pub async fn listen(&self, heard: mpsc::Sender<Heard>, stop: CancellationToken) {
        let (orders, mut taken) = mpsc::channel(self.config.window);
        // Nobody orders from a session that only listens.
        let (_nobody, mut nothing) = mpsc::channel(1);
        *locked(&self.kept) = Some(orders);
        match self.config.bind {
            Bind::Transceiver => self.keep(Way::Both, &mut taken, &heard, &stop).await,
            Bind::Transmitter => self.keep(Way::Out, &mut taken, &heard, &stop).await,
            Bind::Pair => {
                tokio::join!(
                    self.keep(Way::Out, &mut taken, &heard, &stop),
                    self.keep(Way::Back, &mut nothing, &heard, &stop)
                );
            }
        }
    }

    /// What a session needs to hear.
    fn ears(&self, heard: &mpsc::Sender<Heard>) -> Ears {
        Ears {
            heard: heard.clone(),
            numbers: Arc::clone(&self.numbers),
            joining: Arc::clone(&self.joining),
        }
    }

    /// Sends the parts that were not taken before.
    async fn parts(&self, Submits { mark, parts }: Submits, orders: &Orders) -> Sent {
        let count = parts.len();
        let mut ids = locked(&self.halves).get(&mark).cloned().unwrap_or_default();
        for (n, part) in parts.into_iter().enumerate().skip(ids.len()) {
            let (reason, finally, away) = match self.one(part, orders).await {
                Ok(id) => {
                    self.note(&id, mark);
                    ids.push(id);
                    // At once: whoever sends may be cancelled while the next part waits.
                    self.remember(mark, &ids);
                    continue;
                }
                Err(Refused::Unanswered(NoAnswer { reason, away })) => (reason, false, away),
                Err(Refused::Said { reason, finally }) => (reason, finally, false),
            };
            let of = if count > 1 { format!("part {} of {count}: ", n + 1) } else { String::new() };
            let reason = format!("{of}{reason}");
            if finally {
                locked(&self.halves).remove(&mark);
                return Sent::Never { reason };
            }
            return NoAnswer { reason, away }.into();
        }
        locked(&self.halves).remove(&mark);
        ids.retain(|id| !id.is_empty());
        let distinct: BTreeSet<&String> = ids.iter().collect();
        let tells_apart = distinct.len() == ids.len();
        let parts = if count > 1 { format!(", {count} parts") } else { String::new() };
        let named = if ids.is_empty() { "no number".to_owned() } else { ids.join(" ") };
        let provider = format!("{}{parts}: {named}", verdict::words(0));
        // A number that several parts have says of none of them what became of it.
        Sent::Accepted { provider, ids: if tells_apart { ids } else { Vec::new() } }
    }

    /// Sends one part and gives its number, empty if it has none.
    async fn one(&self, part: SubmitSm, orders: &Orders) -> Result<String, Refused> {
        let (answer, answered) = oneshot::channel();
        let asked = async {
            let gone = || NoAnswer::here("the session ended".to_owned());
            orders.send(Order { submit: part, answer }).await.map_err(|_| gone())?;
            answered.await.map_err(|_| gone())?
        };
        // As long as others may hold the window, and as long as the centre may think.
        let span = self.config.timeout * 2;
        let answer = timeout(span, asked)
            .await
            .unwrap_or_else(|_| Err(NoAnswer::here(format!("no room in the window for {span:?}"))))
            .map_err(Refused::Unanswered)?;
        let said = |finally| Refused::Said { reason: verdict::words(answer.status), finally };
        match verdict::verdict(answer.status) {
            Verdict::Accepted => Ok(receipt::answered(&answer.id, self.config.receipt_ids)),
            Verdict::Later => Err(said(false)),
            Verdict::Never => Err(said(true)),
        }
    }

    /// Notes the number of a part; tells of a centre whose numbers tell nothing apart.
    fn note(&self, id: &str, mark: Mark) {
        let channel = self.channel.as_str();
        if id.is_empty() || !locked(&self.numbers).answered(id, mark) {
            return;
        }
        metrics::counter!("duban_smpp_numbers_repeated_total", "channel" => channel.to_owned())
            .increment(1);
        if !self.told.swap(true, Ordering::Relaxed) {
            tracing::warn!(
                channel,
                "the centre gives several messages the same number; a receipt counts only where its address \
                 tells which is meant, so `receipts = false` may serve better"
            );
        }
    }

    fn remember(&self, mark: Mark, ids: &[String]) {
        let mut halves = locked(&self.halves);
        if halves.len() >= HALVES_MAX {
            halves.pop_first();
        }
        halves.insert(mark, ids.to_vec());
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Why a part was not taken.
enum Refused {
    Unanswered(NoAnswer),
    /// The centre said so; `finally`: however often it is tried.
    Said {
        reason: String,
        finally: bool,
    },
}
