//! SMS through SMPP 3.4: sessions of our own that stay open.
//!
//! A letter of several parts has several numbers, and each part a receipt of its own. The
//! protocol has no way to tell a repetition: a message whose answer never came is repeated as
//! it was, its parts under the same reference, and parts that were taken are not sent again
//! while this process remembers them.
//!
//! Invariants (tests/smpp):
//! * `an_answer_belongs_to_its_message` - answers out of order, late or of a cancelled send
//!   are nobody else's.
//! * `a_part_that_was_taken_is_not_sent_again`
//! * `what_comes_in_is_confirmed_once_it_is_kept`

mod keeper;
mod link;
mod pace;
mod packet;
mod receipt;
mod session;
mod submit;
mod verdict;

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use rusmpp::pdus::SubmitSm;
use tokio::{
    sync::mpsc,
    time::{Instant, sleep_until},
};

use self::{
    keeper::Keeper,
    link::Way,
    pace::Pace,
    session::{Answer, Listener},
    submit::Submits,
    verdict::Verdict,
};
use super::{Letter, Sent, back::Heard, tls};
use crate::config::{
    channels::Tls,
    smpp::{Bind, SmppConfig},
};

/// Letters that are remembered because only some of their parts were taken.
const HALVES_MAX: usize = 1_000;

/// A short message centre.
pub struct Smpp {
    config: Arc<SmppConfig>,
    listener: Listener,
    out: Keeper,
    /// The other session of a pair.
    back: Option<Keeper>,
    pace: Pace,
    /// By mark: the numbers of the parts that were taken, of letters whose next part was not.
    halves: Mutex<BTreeMap<[u8; 32], Vec<String>>>,
    /// The last number a message got.
    last_id: Mutex<String>,
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
                let authorities = tls::authorities(config.ca_file.as_deref())?;
                Some(tls::connector(&config.host, authorities)?)
            }
        };
        let config = Arc::new(config.clone());
        let listener = Listener::default();
        let keeper = |way| {
            Keeper::new(channel, Arc::clone(&config), tls.clone(), way, Arc::clone(&listener))
        };
        let (out, back) = match config.bind {
            Bind::Transceiver => (keeper(Way::Both), None),
            Bind::Pair => (keeper(Way::Out), Some(keeper(Way::Back))),
            Bind::Transmitter => (keeper(Way::Out), None),
        };
        let pace = Pace::new(config.throughput);
        let (halves, last_id) = (Mutex::default(), Mutex::default());
        Ok(Self { config, listener, out, back, pace, halves, last_id })
    }

    /// Sends one SMS, one part after the other.
    pub async fn send(&self, letter: &Letter) -> Sent {
        let Submits { mark, parts } = match submit::submits(&self.config, letter) {
            Ok(submits) => submits,
            Err(reason) => return Sent::Never { reason },
        };
        let mark = *mark.as_bytes();
        let count = parts.len();
        let mut ids = self.halves().remove(&mark).unwrap_or_default();
        for (n, part) in parts.into_iter().enumerate().skip(ids.len()) {
            let (reason, finally) = match self.one(part).await {
                Ok(id) => {
                    ids.push(id);
                    continue;
                }
                Err(Refused { reason, finally }) => (reason, finally),
            };
            let of = if count > 1 { format!("part {} of {count}: ", n + 1) } else { String::new() };
            let reason = format!("{of}{reason}");
            if finally {
                return Sent::Never { reason };
            }
            self.remember(mark, ids);
            return Sent::Later { reason };
        }
        ids.retain(|id| !id.is_empty());
        let parts = if count > 1 { format!(", {count} parts") } else { String::new() };
        let named = if ids.is_empty() { "no number".to_owned() } else { ids.join(" ") };
        Sent::Accepted { provider: format!("{}{parts}: {named}", verdict::words(0)), ids }
    }

    /// Keeps the sessions open and hands over what the centre says. Never ends.
    pub async fn listen(&self, heard: mpsc::Sender<Heard>) {
        *self.listener.lock().unwrap_or_else(PoisonError::into_inner) = Some(heard);
        let back = async {
            match &self.back {
                Some(back) => back.keep().await,
                None => std::future::pending().await,
            }
        };
        tokio::join!(self.out.keep(), back);
    }

    /// Sends one part and gives its number, empty if it has none.
    async fn one(&self, part: SubmitSm) -> Result<String, Refused> {
        let later = |reason| Refused { reason, finally: false };
        if let Some(pause) = self.pace.pause(Instant::now()) {
            let seconds = pause.as_secs() + 1;
            return Err(later(format!("the centre is too busy; tried again in {seconds} s")));
        }
        let turn = self.pace.turn(Instant::now(), self.config.timeout);
        let full = || later("more messages wait than `throughput` lets out".to_owned());
        sleep_until(turn.ok_or_else(full)?).await;
        let session = self.out.session().await.map_err(later)?;
        let answer = session.submit(part, self.config.timeout).await.map_err(later)?;
        let (status, id) = match answer {
            Answer::Status { status, id } => (status, id),
            Answer::Silence => {
                let span = self.config.timeout;
                return Err(later(format!("no answer within {span:?}; it may have been taken")));
            }
        };
        match verdict::verdict(status) {
            Verdict::Accepted => {
                self.pace.taken();
                Ok(self.own(&receipt::answered(&id, self.config.receipt_ids)))
            }
            Verdict::Slower => {
                self.pace.slower(Instant::now());
                Err(later(verdict::words(status)))
            }
            Verdict::Later => Err(later(verdict::words(status))),
            Verdict::Never => Err(Refused { reason: verdict::words(status), finally: true }),
        }
    }

    /// The number of a message, unless it is one the centre gives to every message.
    fn own(&self, id: &str) -> String {
        let mut last = self.last_id.lock().unwrap_or_else(PoisonError::into_inner);
        if *last == id {
            return String::new();
        }
        id.clone_into(&mut last);
        id.to_owned()
    }

    fn halves(&self) -> std::sync::MutexGuard<'_, BTreeMap<[u8; 32], Vec<String>>> {
        self.halves.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn remember(&self, mark: [u8; 32], ids: Vec<String>) {
        if ids.is_empty() {
            return;
        }
        let mut halves = self.halves();
        if halves.len() >= HALVES_MAX {
            halves.pop_first();
        }
        halves.insert(mark, ids);
    }
}

/// Why a part was not taken.
struct Refused {
    reason: String,
    /// However often it is tried.
    finally: bool,
}
