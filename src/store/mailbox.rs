//! The embedded mailbox: what would have been sent, kept to be looked at.

use super::{
    Store, StoreError,
    error::While as _,
    row::rows,
    tx::{on_readers, on_writer},
};
use crate::core::timestamp::Timestamp;

/// A mail or text in the mailbox.
#[derive(Clone, PartialEq, Eq)]
pub struct Mail {
    /// The same message is kept once.
    pub message_id: String,
    pub at: Timestamp,
    pub channel: String,
    pub to: String,
    pub subject: String,
    pub text: String,
    pub html: Option<String>,
    pub links: Vec<String>,
}
rows!(Mail { message_id, at, channel, to, subject, text, html, links });

/// Neither the address nor the words: both are private.
impl std::fmt::Debug for Mail {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Mail")
            .field("message_id", &self.message_id)
            .field("channel", &self.channel)
            .finish_non_exhaustive()
    }
}

impl Store {
    /// Puts a mail into the mailbox; false if it was there already.
    pub async fn mailbox_put(&self, mail: &Mail) -> Result<bool, StoreError> {
        const SQL: &str = "INSERT INTO mailbox (message_id, at_ms, channel, recipient, subject, text, html, links)
                           VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (message_id) DO NOTHING";
        let links = serde_json::to_string(&mail.links).expect("a list of texts is JSON");
        let rows = on_writer!(self, pool => sqlx::query(SQL)
            .bind(&mail.message_id).bind(mail.at.0).bind(&mail.channel).bind(&mail.to)
            .bind(&mail.subject).bind(&mail.text).bind(&mail.html).bind(links)
            .execute(pool).await.map(|done| done.rows_affected()))
        .doing("writing to the mailbox")?;
        Ok(rows == 1)
    }

    /// The mails, newest first.
    pub async fn mailbox_list(&self, limit: i64) -> Result<Vec<Mail>, StoreError> {
        const SQL: &str = "SELECT message_id, at_ms, channel, recipient, subject, text, html, links
                           FROM mailbox ORDER BY id DESC LIMIT $1";
        on_readers!(self, pool => sqlx::query_as(SQL).bind(limit).fetch_all(pool).await)
            .doing("reading the mailbox")
    }
}
