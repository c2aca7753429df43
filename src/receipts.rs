//! What comes back: receipts of providers are kept and matched, words of residents become answers.
//!
//! Whoever hears something hands it over and says yes to the provider only when it is kept;
//! until then the provider says it again, and what comes twice counts once.
//!
//! Invariants (tests/dispatch): `a_digit_answers_the_question_that_was_asked_last`,
//! `a_word_nobody_was_asked_for_is_kept_without_it`, `whoever_wants_no_messages_gets_none`.

use std::sync::Arc;

use arc_swap::ArcSwap;
use serde_json::Value;
use tokio::sync::{Notify, mpsc};

use crate::{
    channel::back::{Back, Heard, Receipt, Word},
    core::{
        contact::identity,
        event::{Event, Kind},
        reply::{is_code, normal},
        timestamp::Timestamp,
    },
    dispatch::place,
    intake::canon::canonical,
    rules::Rules,
    secret::Key,
    store::{NewReceipt, Refusal, Store, StoreError},
    wall::Wall,
};

/// Things heard that may wait for the store.
pub const WAITING_MAX: usize = 1_024;
/// Kept in one transaction.
const TOGETHER_MAX: usize = 256;
/// What stands in the journal where a resident wrote more than a code.
const SENTENCE: &str = "?";

/// Keeps what comes back.
#[derive(Clone, Debug)]
pub struct Receipts {
    store: Store,
    rules: Arc<ArcSwap<Rules>>,
    seal: Key,
}

impl Receipts {
    /// Over a store; `rules` may be swapped while it runs.
    pub fn new(store: Store, rules: Arc<ArcSwap<Rules>>, seal: Key) -> Self {
        Self { store, rules, seal }
    }

    /// Keeps receipts and tells the tickets whose messages they are of.
    pub async fn keep(
        &self,
        receipts: Vec<(String, Receipt)>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let receipts: Vec<NewReceipt> = receipts
            .into_iter()
            .map(|(channel, Receipt { id, to, delivery, code, at })| NewReceipt {
                channel,
                provider_id: id,
                to: to.and_then(|to| place(&self.seal, &to)),
                delivery,
                code,
                at: at.unwrap_or(now),
            })
            .collect();
        if self.store.keep_receipts(&receipts, now).await? > 0 {
            self.store.match_receipts(now).await?;
        }
        Ok(())
    }

    /// Takes a word of a resident: an answer, an end to messages, or something for the callback desk.
    pub async fn take(&self, channel: &str, word: &Word, now: Timestamp) -> Result<(), StoreError> {
        let address = self.seal.caller(&identity(&word.from));
        let code = normal(&word.text);
        let rules = self.rules.load_full();
        let reply = &rules.current.reply;
        if reply.stop.contains(&code) || reply.start.contains(&code) {
            self.store.opt(&address, reply.stop.contains(&code), now).await?;
        }
        let Some(ticket) = self.store.asked_at(&address).await? else {
            return self.refuse(channel, "a word from an address nobody wrote to", now).await;
        };
        let mut event = Event::new(ticket, Kind::Answered, now);
        event.id = (!word.id.is_empty()).then(|| format!("word/{channel}/{}", word.id));
        event.source = Some(channel.to_owned());
        event.by = Some("resident".to_owned());
        // A sentence may say anything of anybody: the desk asks, the journal does not keep it.
        let digits = if is_code(&code) { code } else { SENTENCE.to_owned() };
        event.data.insert("digits".to_owned(), Value::from(digits));
        match canonical(event, &self.seal, now) {
            Ok(entry) => self.store.append(&[entry], now).await.map(drop),
            Err(refusal) => self.refuse(channel, &refusal.to_string(), now).await,
        }
    }

    async fn refuse(&self, channel: &str, reason: &str, now: Timestamp) -> Result<(), StoreError> {
        metrics::counter!("duban_words_refused_total").increment(1);
        let (source, raw) = (format!("channel {channel}"), String::new());
        self.store.refuse(&[Refusal { source, reason: reason.to_owned(), raw }], now).await
    }
}

/// Keeps what is heard until nobody can say anything any more; knocks at whoever goes on from there.
pub async fn run(
    receipts: Receipts,
    mut heard: mpsc::Receiver<Heard>,
    wall: Wall,
    knocks: [Arc<Notify>; 2],
) {
    let mut some = Vec::new();
    while heard.recv_many(&mut some, TOGETHER_MAX).await > 0 {
        let now = wall.now();
        let mut batch = Vec::new();
        let mut wait = Vec::new();
        for Heard { channel, back, kept } in some.drain(..) {
            match back {
                Back::Receipt(receipt) => {
                    batch.push((channel, receipt));
                    wait.push(kept);
                }
                Back::Word(word) => {
                    let taken = receipts.take(&channel, &word, now).await;
                    tell(&[&taken]);
                    // Whoever asked may have gone; what is kept is kept.
                    let _ = kept.send(taken.is_ok());
                }
            }
        }
        let done = receipts.keep(batch, now).await;
        tell(&[&done]);
        for kept in wait {
            let _ = kept.send(done.is_ok());
        }
        for knock in &knocks {
            knock.notify_one();
        }
    }
}

fn tell(results: &[&Result<(), StoreError>]) {
    for error in results.iter().filter_map(|one| one.as_ref().err()) {
        metrics::counter!("duban_receipts_errors_total").increment(1);
        tracing::error!(%error, "what a provider said was not kept; it is asked to say it again");
    }
}
