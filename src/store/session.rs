//! Who is signed in to the board: one-time links sent by mail, and the sessions they open.
//!
//! Tokens are kept as hashes. What has run out is taken away when somebody asks for a link.

use super::{
    MessageWrite, Store, StoreError,
    error::While as _,
    row::rows,
    tx::{Text, Tx, on, on_readers, on_writer, text},
    writes,
};
use crate::core::timestamp::Timestamp;

/// A link to sign in that somebody asked for.
#[derive(Clone, Debug)]
pub struct SignInWrite {
    pub token_hash: String,
    /// Empty: the address is nobody's. Kept all the same, so that nobody can tell from the time it takes.
    pub person: String,
    pub expires: Timestamp,
    /// Links a person may ask for from `since` on.
    pub links_max: i64,
    pub since: Timestamp,
}

/// A link to sign in as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignIn {
    pub person: String,
    pub expires: Timestamp,
    pub used: Option<Timestamp>,
}
rows!(SignIn { person, expires, used });

/// What came of a link to sign in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SignedIn {
    /// The session is open; whose it is.
    Open(String),
    AlreadyUsed,
    Expired,
    Unknown,
}

/// A session that has not ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    pub person: String,
    /// When it was last used, to the minute.
    pub seen: Timestamp,
    pub ends: Timestamp,
}
rows!(Session { person, seen, ends });

/// What ran out so long ago is of no use to anybody.
const KEPT_MS: i64 = 24 * 3_600_000;

const LINK: Text =
    text!("SELECT person, expires_ms, used_ms FROM sign_in WHERE token_hash = $1 AND person <> ''");

impl Store {
    /// Keeps a link and the mail that brings it, unless the person asked for too many; false then.
    pub async fn ask_sign_in(
        &self,
        wanted: &SignInWrite,
        mail: Option<MessageWrite>,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        const TIDY: [Text; 2] = [
            text!("DELETE FROM sign_in WHERE expires_ms < $1"),
            text!("DELETE FROM session WHERE ends_ms < $1"),
        ];
        const ASKED: Text =
            text!("SELECT COUNT(*) FROM sign_in WHERE person = $1 AND created_ms > $2");
        const INSERT: Text = text!(
            "INSERT INTO sign_in (token_hash, person, created_ms, expires_ms) VALUES ($1, $2, $3, $4)"
        );
        const DOING: &str = "keeping a link to sign in";
        let mut tx = self.pools.begin().await.doing(DOING)?;
        for text in TIDY {
            on!(&mut tx, text, (sql, conn) => sqlx::query(sql).bind(now.0 - KEPT_MS)
                .execute(conn).await.map(drop))
            .doing(DOING)?;
        }
        let asked: i64 = on!(&mut tx, ASKED, (sql, conn) => sqlx::query_scalar(sql)
            .bind(&wanted.person).bind(wanted.since.0).fetch_one(conn).await)
        .doing(DOING)?;
        if asked >= wanted.links_max && mail.is_some() {
            tx.rollback().await.doing(DOING)?;
            return Ok(false);
        }
        on!(&mut tx, INSERT, (sql, conn) => sqlx::query(sql)
            .bind(&wanted.token_hash).bind(&wanted.person).bind(now.0).bind(wanted.expires.0)
            .execute(conn).await.map(drop))
        .doing(DOING)?;
        let mails: Vec<MessageWrite> = mail.into_iter().collect();
        let at = mails.first().map_or(now, |mail| mail.message.not_before);
        writes::write_messages(&mut tx, &mails, at).await.map_err(writes::Failure::into_error)?;
        tx.commit().await.doing(DOING)?;
        Ok(true)
    }

    /// The link with this hash.
    pub async fn sign_in_link(&self, token_hash: &str) -> Result<Option<SignIn>, StoreError> {
        on_readers!(self, pool => sqlx::query_as(LINK.sqlite).bind(token_hash).fetch_optional(pool).await)
            .doing("reading a link to sign in")
    }

    /// Uses a link up and opens a session; of two at once one does.
    pub async fn sign_in(
        &self,
        token_hash: &str,
        session_hash: &str,
        ends: Timestamp,
        now: Timestamp,
    ) -> Result<SignedIn, StoreError> {
        const DOING: &str = "signing somebody in";
        let mut tx = self.pools.begin().await.doing(DOING)?;
        let done = signed_in(&mut tx, token_hash, session_hash, ends, now).await.doing(DOING)?;
        tx.commit().await.doing(DOING)?;
        Ok(done)
    }

    /// The session with this hash, unless it has ended or was not used for `idle_ms`.
    pub async fn session(
        &self,
        session_hash: &str,
        idle_ms: i64,
        now: Timestamp,
    ) -> Result<Option<Session>, StoreError> {
        const SQL: &str = "SELECT person, seen_ms, ends_ms FROM session
                           WHERE token_hash = $1 AND ends_ms > $2 AND seen_ms > $3";
        on_readers!(self, pool => sqlx::query_as(SQL)
            .bind(session_hash).bind(now.0).bind(now.0 - idle_ms).fetch_optional(pool).await)
        .doing("reading a session")
    }

    /// Notes that a session is in use.
    pub async fn session_seen(&self, session_hash: &str, now: Timestamp) -> Result<(), StoreError> {
        const SQL: &str = "UPDATE session SET seen_ms = $2 WHERE token_hash = $1 AND seen_ms < $2";
        on_writer!(self, pool => sqlx::query(SQL).bind(session_hash).bind(now.0).execute(pool).await.map(drop))
            .doing("noting the use of a session")
    }

    /// Ends a session for good.
    pub async fn sign_out(&self, session_hash: &str) -> Result<(), StoreError> {
        const SQL: &str = "DELETE FROM session WHERE token_hash = $1";
        on_writer!(self, pool => sqlx::query(SQL).bind(session_hash).execute(pool).await.map(drop))
            .doing("ending a session")
    }
}

async fn signed_in(
    tx: &mut Tx,
    token_hash: &str,
    session_hash: &str,
    ends: Timestamp,
    now: Timestamp,
) -> sqlx::Result<SignedIn> {
    const USE: Text = text!(
        "UPDATE sign_in SET used_ms = $2
         WHERE token_hash = $1 AND used_ms IS NULL AND expires_ms > $2 AND person <> ''"
    );
    const OPEN: Text = text!(
        "INSERT INTO session (token_hash, person, created_ms, seen_ms, ends_ms)
         VALUES ($1, $2, $3, $3, $4)"
    );
    let used = on!(&mut *tx, USE, (sql, conn) => sqlx::query(sql)
        .bind(token_hash).bind(now.0).execute(conn).await?.rows_affected());
    let link: Option<SignIn> = on!(&mut *tx, LINK, (sql, conn) => sqlx::query_as(sql)
        .bind(token_hash).fetch_optional(conn).await?);
    Ok(match link {
        None => SignedIn::Unknown,
        Some(link) if used == 1 => {
            on!(&mut *tx, OPEN, (sql, conn) => sqlx::query(sql)
                .bind(session_hash).bind(&link.person).bind(now.0).bind(ends.0)
                .execute(conn).await.map(drop)?);
            SignedIn::Open(link.person)
        }
        Some(SignIn { used: Some(_), .. }) => SignedIn::AlreadyUsed,
        Some(SignIn { used: None, .. }) => SignedIn::Expired,
    })
}
