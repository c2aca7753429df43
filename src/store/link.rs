//! Links to residents: a one-use address, found by the hash of its token.

use super::{
    Store, StoreError,
    error::While as _,
    journal::{Appended, NewEntry, append, require_texts},
    row::rows,
    tx::{Text, Tx, on, on_readers, text},
};
use crate::core::timestamp::Timestamp;

/// A link as stored; the token itself is not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    pub ticket_key: i64,
    pub ticket_no: String,
    /// `rate`
    pub purpose: String,
    pub round: u32,
    pub expires: Timestamp,
    pub created: Timestamp,
    /// When it was answered.
    pub used: Option<Timestamp>,
}
rows!(Link { ticket_key, ticket_no, purpose, round, expires, created, used });

/// What became of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    Accepted,
    /// Somebody answered before; that answer stands.
    AlreadyUsed,
    Expired,
    Unknown,
}

const SELECT: Text = text!(
    "SELECT ticket_key, ticket_no, purpose, round, expires_ms, created_ms, used_ms
     FROM link WHERE token_hash = $1"
);

impl Store {
    /// The link with this token hash. Changes nothing.
    pub async fn link(&self, token_hash: &str) -> Result<Option<Link>, StoreError> {
        on_readers!(self, pool => sqlx::query_as(SELECT.sqlite).bind(token_hash).fetch_optional(pool).await)
            .doing("reading a link")
    }

    /// Uses the link up and appends the answer, in one transaction. Of several answers, at once
    /// or one after the other, the first wins. A link is good before `expires`, not at it.
    pub async fn answer(
        &self,
        token_hash: &str,
        entry: &NewEntry,
        now: Timestamp,
    ) -> Result<Answer, StoreError> {
        require_texts(std::slice::from_ref(entry))?;
        let mut tx = self.pools.begin().await.doing("beginning to take an answer")?;
        let answer = take(&mut tx, token_hash, entry, now).await.doing("taking an answer")?;
        tx.commit().await.doing("committing an answer")?;
        if answer == Answer::Accepted {
            self.knock().await;
        }
        Ok(answer)
    }
}

async fn take(
    tx: &mut Tx,
    token_hash: &str,
    entry: &NewEntry,
    now: Timestamp,
) -> sqlx::Result<Answer> {
    // The row lock makes a second answer wait here, and find the link used.
    const USE: Text = text!(
        "UPDATE link SET used_ms = $2 WHERE token_hash = $1 AND used_ms IS NULL AND expires_ms > $2"
    );
    let used = on!(tx, USE, (sql, conn) => sqlx::query(sql)
        .bind(token_hash).bind(now.0).execute(conn).await?.rows_affected());
    if used == 1 {
        let appended = append(tx, std::slice::from_ref(entry), now).await?;
        return Ok(match appended.as_slice() {
            [Appended::Duplicate] => Answer::AlreadyUsed,
            _ => Answer::Accepted,
        });
    }
    let link: Option<Link> = on!(tx, SELECT, (sql, conn) => sqlx::query_as(sql)
        .bind(token_hash).fetch_optional(conn).await?);
    Ok(match link {
        None => Answer::Unknown,
        Some(Link { used: Some(_), .. }) => Answer::AlreadyUsed,
        Some(Link { used: None, .. }) => Answer::Expired,
    })
}
