//! What lies sealed, by the key that sealed it: counted, read in batches, sealed anew.
//!
//! A sealed text begins with the id of its key, eight letters of base64; what was sealed before
//! keys had ids begins with none that is known. A text is replaced only if it is still the one
//! that was read, so a contact that changes meanwhile keeps its change.

use std::collections::BTreeMap;

use super::{
    Store, StoreError,
    error::While as _,
    row::{base64, rows},
    tx::{Text, text},
};
use crate::secret::KeyId;

/// What is sealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SealedKind {
    /// How to reach a resident.
    Contact,
    /// The link of a message that has not left yet.
    Message,
}

/// How much lies sealed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SealedCount {
    pub contacts: i64,
    pub messages: i64,
}

/// Something sealed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedRow {
    /// Of the contact's ticket, or of the message.
    pub key: i64,
    /// The number it is sealed for.
    pub ticket: String,
    pub sealed: Vec<u8>,
}
rows!(SealedRow { key, ticket, sealed });

struct Counted {
    prefix: String,
    count: i64,
}
rows!(Counted { prefix, count });

struct Total {
    count: i64,
}
rows!(Total { count });

/// What is asked of one kind.
struct Asked {
    /// By the prefixes in the rows.
    count: Text,
    total: Text,
    /// The next after a key that do not bear a prefix: prefix, key, how many.
    next: Text,
    /// Key, text before, text after.
    replace: Text,
}

const CONTACTS: Asked = Asked {
    count: text!(
        "SELECT substr(sealed, 1, 8), COUNT(*) FROM contact
         WHERE substr(sealed, 1, 8) IN (SELECT value->>0 FROM " rows ") GROUP BY 1"
    ),
    total: text!("SELECT COUNT(*) FROM contact WHERE EXISTS (SELECT 1 FROM " rows ")"),
    next: text!(
        "SELECT contact.ticket_key, ticket.no, contact.sealed
         FROM contact JOIN ticket ON ticket.key = contact.ticket_key
         WHERE substr(contact.sealed, 1, 8) <> (SELECT value->>0 FROM " rows ")
           AND contact.ticket_key > (SELECT CAST(value->>1 AS BIGINT) FROM " rows ")
         ORDER BY contact.ticket_key LIMIT (SELECT CAST(value->>2 AS BIGINT) FROM " rows ")"
    ),
    replace: text!(
        "UPDATE contact SET sealed = wanted.value->>2 FROM " rows " AS wanted
         WHERE contact.ticket_key = CAST(wanted.value->>0 AS BIGINT)
           AND contact.sealed = wanted.value->>1"
    ),
};

const MESSAGES: Asked = Asked {
    count: text!(
        "SELECT substr(sealed, 1, 8), COUNT(*) FROM outbox
         WHERE state = 'waiting' AND sealed IS NOT NULL
           AND substr(sealed, 1, 8) IN (SELECT value->>0 FROM " rows ") GROUP BY 1"
    ),
    total: text!(
        "SELECT COUNT(*) FROM outbox WHERE state = 'waiting' AND sealed IS NOT NULL
           AND EXISTS (SELECT 1 FROM " rows ")"
    ),
    next: text!(
        "SELECT outbox.id, ticket.no, outbox.sealed
         FROM outbox JOIN ticket ON ticket.key = outbox.ticket_key
         WHERE outbox.state = 'waiting' AND outbox.sealed IS NOT NULL
           AND substr(outbox.sealed, 1, 8) <> (SELECT value->>0 FROM " rows ")
           AND outbox.id > (SELECT CAST(value->>1 AS BIGINT) FROM " rows ")
         ORDER BY outbox.id LIMIT (SELECT CAST(value->>2 AS BIGINT) FROM " rows ")"
    ),
    replace: text!(
        "UPDATE outbox SET sealed = wanted.value->>2 FROM " rows " AS wanted
         WHERE outbox.id = CAST(wanted.value->>0 AS BIGINT) AND outbox.sealed = wanted.value->>1"
    ),
};

impl SealedKind {
    pub const ALL: [Self; 2] = [Self::Contact, Self::Message];

    fn asked(self) -> &'static Asked {
        match self {
            Self::Contact => &CONTACTS,
            Self::Message => &MESSAGES,
        }
    }
}

impl Store {
    /// How much each of these keys has sealed, and under `None` what bears the id of none of them.
    pub async fn sealed_by(
        &self,
        ids: &[KeyId],
    ) -> Result<BTreeMap<Option<KeyId>, SealedCount>, StoreError> {
        const DOING: &str = "counting what is sealed";
        let prefixes: Vec<(String,)> = ids.iter().map(|id| (base64(&id.0),)).collect();
        let mut counts: BTreeMap<Option<KeyId>, SealedCount> =
            ids.iter().map(|id| (Some(*id), SealedCount::default())).collect();
        let mut tx = self.pools.begin_reading().await.doing(DOING)?;
        for kind in SealedKind::ALL {
            let asked = kind.asked();
            let counted: Vec<Counted> = tx.fetch(asked.count, &prefixes).await.doing(DOING)?;
            let total: Vec<Total> = tx.fetch(asked.total, &[(0,)]).await.doing(DOING)?;
            let known: i64 = counted.iter().map(|one| one.count).sum();
            let others = total.first().map_or(0, |total| total.count) - known;
            for (id, (prefix,)) in ids.iter().zip(&prefixes) {
                let count = counted.iter().find(|one| one.prefix == *prefix);
                *counts.entry(Some(*id)).or_default().of(kind) = count.map_or(0, |one| one.count);
            }
            *counts.entry(None).or_default().of(kind) = others;
        }
        tx.rollback().await.doing(DOING)?;
        Ok(counts)
    }

    /// The next after `after`, by key, that this key has not sealed.
    pub async fn sealed_by_others(
        &self,
        kind: SealedKind,
        than: KeyId,
        after: i64,
        limit: i64,
    ) -> Result<Vec<SealedRow>, StoreError> {
        const DOING: &str = "reading what is sealed";
        let mut tx = self.pools.begin_reading().await.doing(DOING)?;
        let asked = [(base64(&than.0), after, limit)];
        let found = tx.fetch(kind.asked().next, &asked).await.doing(DOING)?;
        tx.rollback().await.doing(DOING)?;
        Ok(found)
    }

    /// Puts new sealed texts in the place of those that were read; says how many still were what
    /// they were.
    pub async fn reseal(
        &self,
        kind: SealedKind,
        sealed: &[(SealedRow, Vec<u8>)],
    ) -> Result<u64, StoreError> {
        const DOING: &str = "sealing anew";
        let rows: Vec<_> = sealed
            .iter()
            .map(|(before, after)| (before.key, base64(&before.sealed), base64(after)))
            .collect();
        let mut tx = self.pools.begin().await.doing(DOING)?;
        let written = tx.execute(kind.asked().replace, &rows).await.doing(DOING)?;
        tx.commit().await.doing(DOING)?;
        Ok(written)
    }
}

impl SealedCount {
    pub fn is_none(self) -> bool {
        self == Self::default()
    }

    fn of(&mut self, kind: SealedKind) -> &mut i64 {
        match kind {
            SealedKind::Contact => &mut self.contacts,
            SealedKind::Message => &mut self.messages,
        }
    }
}
