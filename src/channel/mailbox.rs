//! The embedded mailbox: a letter is kept in the store and shown, and nothing leaves.

use std::fmt;

use super::{Letter, Sent};
use crate::{
    core::timestamp::Timestamp,
    store::{Mail, Store},
};

/// Keeps letters under the name of its channel.
pub struct Mailbox {
    name: String,
    store: Store,
}

impl fmt::Debug for Mailbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mailbox").field("name", &self.name).finish_non_exhaustive()
    }
}

impl Mailbox {
    /// A mailbox in `store`.
    pub fn new(name: &str, store: Store) -> Self {
        Self { name: name.to_owned(), store }
    }

    /// Keeps the letter; the same letter once.
    pub async fn send(&self, letter: &Letter, now: Timestamp) -> Sent {
        let mail = Mail {
            message_id: letter.message_id.clone(),
            at: now,
            channel: self.name.clone(),
            to: letter.to.clone(),
            subject: letter.subject.clone(),
            text: letter.text.clone(),
            html: letter.html.clone(),
            links: letter.links.clone(),
        };
        match self.store.mailbox_put(&mail).await {
            Ok(true) => accepted("kept in the mailbox"),
            Ok(false) => accepted("was in the mailbox already"),
            Err(error) => Sent::Later { reason: error.to_string() },
        }
    }
}

fn accepted(words: &str) -> Sent {
    Sent::Accepted { provider: words.to_owned(), ids: Vec::new() }
}
