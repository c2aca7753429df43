//! What a provider says after it took a letter: receipts of it, and words of residents.

use std::fmt;

use tokio::sync::oneshot;

pub use crate::core::receipt::Delivery;
use crate::core::timestamp::Timestamp;

/// Something a provider says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Back {
    Receipt(Receipt),
    Word(Word),
}

/// What became of a letter, or of one part of it, after the provider had taken it.
#[derive(Clone, PartialEq, Eq)]
pub struct Receipt {
    /// The provider's own number of the letter or part, as it gave it when it took it.
    pub id: String,
    /// Where the letter went, as the provider writes it; `None` if it does not say. Some providers
    /// give a number twice: then the receipt is of the letter that went there, or of none.
    pub to: Option<String>,
    pub delivery: Delivery,
    /// The provider's own code, as it stands there.
    pub code: String,
    /// When the provider says that it happened; `None` if it does not say.
    pub at: Option<Timestamp>,
}

/// Not the address.
impl fmt::Debug for Receipt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { id, to: _, delivery, code, at } = self;
        let mut shown = f.debug_struct("Receipt");
        let shown = shown.field("id", id).field("delivery", delivery);
        shown.field("code", code).field("at", at).finish_non_exhaustive()
    }
}

/// What somebody sent back to us: a digit, `STOP`, or anything else.
#[derive(Clone, PartialEq, Eq)]
pub struct Word {
    /// The provider's own number of it, so that a repetition can be told; empty if it gives none.
    pub id: String,
    /// The phone it comes from, as the provider writes it.
    pub from: String,
    pub text: String,
}

/// Neither the number nor the words: both are private.
impl fmt::Debug for Word {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Word").field("id", &self.id).finish_non_exhaustive()
    }
}

/// Something heard on a channel that is always open, waiting to be kept.
#[derive(Debug)]
pub struct Heard {
    pub channel: String,
    pub back: Back,
    /// Told `true` once it is kept. Until then the provider gets no yes and will say it again.
    pub kept: oneshot::Sender<bool>,
}
