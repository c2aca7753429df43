//! Receipts: kept as they come, matched with the parts of messages, told to the journals.
//!
//! A receipt may come before the answer it belongs to, twice, or from two nodes at the same
//! time; it is kept once and waits until its part is known.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    MessageWrite, NewEntry, Store, StoreError,
    error::While as _,
    journal::{Appended, append},
    row::rows,
    tx::{Text, Tx, on_readers, on_writer, text},
    writes::{self, Writes},
};
use crate::core::{
    fact::Fact, message::Message, receipt::Delivery, record::Record, timestamp::Timestamp,
};

/// Receipts matched in one transaction.
const MATCH_MAX: i64 = 500;
/// Messages to one address among which the question of a reply is looked for.
const ASKED_MAX: i64 = 20;

/// What shows that a message left, and what to do where it does not arrive.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Proof {
    /// The provider's own numbers of its parts.
    pub parts: Vec<String>,
    /// Keyed hash of where the parts went, to somebody of the staff too.
    pub to: Option<String>,
    /// The message it left as, where several left together.
    pub letter: Option<i64>,
    /// Keyed hash of the resident's address it went to.
    pub address: Option<String>,
    /// When it goes on by another way, unless it was delivered.
    pub receipt_due: Option<Timestamp>,
    /// The journal's line that it left.
    pub entry: Option<NewEntry>,
}

/// A receipt of one part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewReceipt {
    pub channel: String,
    pub provider_id: String,
    /// Keyed hash of the address, where the provider says it.
    pub to: Option<String>,
    pub delivery: Delivery,
    pub code: String,
    pub at: Timestamp,
}

/// A message that was not delivered in time, or not at all.
#[derive(Clone, Debug, PartialEq)]
pub struct Undelivered {
    pub id: i64,
    pub ticket_key: i64,
    pub message: Message,
    /// `sent` or `gave_up`
    pub state: String,
    pub delivery: Option<String>,
    pub delivery_code: Option<String>,
    /// Why it was given up.
    pub reason: Option<String>,
    pub slip_withdrawn: bool,
    pub ticket_state: Option<String>,
}

rows!(Undelivered {
    id,
    ticket_key,
    message,
    state,
    delivery,
    delivery_code,
    reason,
    slip_withdrawn,
    ticket_state
});

/// A receipt whose part is known.
struct Matching {
    id: i64,
    channel: String,
    provider_id: String,
    delivery: String,
    code: String,
    at: Timestamp,
    outbox_id: i64,
}
rows!(Matching { id, channel, provider_id, delivery, code, at, outbox_id });

struct Part {
    outbox_id: i64,
    channel: String,
    provider_id: String,
    delivery: Option<String>,
    code: Option<String>,
    at: Option<Timestamp>,
}
rows!(Part { outbox_id, channel, provider_id, delivery, code, at });

struct Sent {
    id: i64,
    message: Message,
    delivery: Option<String>,
}
rows!(Sent { id, message, delivery });

pub(super) const INSERT_PARTS: Text = text!(
    "INSERT INTO part (channel, provider_id, outbox_id, address, letter)
     SELECT value->>0, value->>1, CAST(value->>2 AS BIGINT), value->>3,
            CAST(value->>4 AS BIGINT) FROM " rows " WHERE 1 = 1
     ON CONFLICT DO NOTHING"
);
const INSERT: Text = text!(
    "INSERT INTO receipt (channel, provider_id, delivery, code, at_ms, arrived_ms, matched, address)
     SELECT value->>0, value->>1, value->>2, value->>3, CAST(value->>4 AS BIGINT),
            CAST(value->>5 AS BIGINT), 0, COALESCE(value->>6, '') FROM " rows " WHERE 1 = 1
     ON CONFLICT DO NOTHING"
);
const MATCHED: Text = text!(
    "UPDATE receipt SET matched = 1 WHERE id IN (SELECT CAST(value->>0 AS BIGINT) FROM " rows ")"
);
// A number is of the messages of one letter, as far as the address does not speak against it. Where
// it could be of several letters nobody knows of which, and the receipt waits for ever.
const MATCHING: Text = text!(
    "SELECT receipt.id, receipt.channel, receipt.provider_id, receipt.delivery, receipt.code,
            receipt.at_ms, part.outbox_id
     FROM receipt JOIN part ON part.channel = receipt.channel AND part.provider_id = receipt.provider_id
      AND (receipt.address = '' OR part.address IS NULL OR part.address = receipt.address)
     WHERE receipt.matched = 0 AND NOT EXISTS (
       SELECT 1 FROM part AS other
       WHERE other.channel = receipt.channel AND other.provider_id = receipt.provider_id
         AND COALESCE(other.letter, other.outbox_id) <> COALESCE(part.letter, part.outbox_id)
         AND (receipt.address = '' OR other.address IS NULL OR other.address = receipt.address))
     ORDER BY receipt.id
     LIMIT (SELECT CAST(value->>0 AS BIGINT) FROM " rows ")"
);
const PARTS: Text = text!(
    "SELECT outbox_id, channel, provider_id, delivery, code, at_ms FROM part
     WHERE outbox_id IN (SELECT CAST(value->>0 AS BIGINT) FROM " rows ")
     ORDER BY outbox_id, channel, provider_id" for_update
);
const SET_PARTS: Text = text!(
    "UPDATE part SET delivery = wanted.value->>3, code = wanted.value->>4,
            at_ms = CAST(wanted.value->>5 AS BIGINT)
     FROM " rows " AS wanted
     WHERE part.channel = wanted.value->>0 AND part.provider_id = wanted.value->>1
       AND part.outbox_id = CAST(wanted.value->>2 AS BIGINT)"
);
const SENT: Text = text!(
    "SELECT id, message, delivery FROM outbox
     WHERE id IN (SELECT CAST(value->>0 AS BIGINT) FROM " rows ") ORDER BY id"
);
const SET_DELIVERY: Text = text!(
    "UPDATE outbox SET delivery = wanted.value->>1, delivery_at_ms = CAST(wanted.value->>2 AS BIGINT),
            delivery_code = wanted.value->>3,
            receipt_due_ms = CASE WHEN wanted.value->>1 = 'delivered' OR receipt_due_ms IS NULL THEN NULL
                                  ELSE CAST(wanted.value->>4 AS BIGINT) END
     FROM " rows " AS wanted WHERE outbox.id = CAST(wanted.value->>0 AS BIGINT)"
);

impl Store {
    /// Keeps receipts; says how many were new.
    pub async fn keep_receipts(
        &self,
        receipts: &[NewReceipt],
        now: Timestamp,
    ) -> Result<u64, StoreError> {
        let rows: Vec<_> = receipts
            .iter()
            .map(|one| {
                let delivery = one.delivery.name();
                (&one.channel, &one.provider_id, delivery, &one.code, one.at.0, now.0, &one.to)
            })
            .collect();
        let mut tx = self.pools.begin().await.doing("beginning to keep receipts")?;
        let kept = tx.execute(INSERT, &rows).await.doing("keeping receipts")?;
        tx.commit().await.doing("committing receipts")?;
        Ok(kept)
    }

    /// Brings receipts and the parts they name together, and tells the tickets what came of their
    /// messages. Says how many receipts were matched; told again it changes nothing.
    pub async fn match_receipts(&self, now: Timestamp) -> Result<usize, StoreError> {
        let mut all = 0;
        loop {
            let matched = self.match_some(now).await?;
            all += matched;
            if (matched as i64) < MATCH_MAX {
                break;
            }
        }
        if all > 0 {
            self.knock().await;
        }
        Ok(all)
    }

    async fn match_some(&self, now: Timestamp) -> Result<usize, StoreError> {
        const DOING: &str = "matching receipts";
        let mut tx = self.pools.begin().await.doing("beginning to match receipts")?;
        let matching: Vec<Matching> = tx.fetch(MATCHING, &[(MATCH_MAX,)]).await.doing(DOING)?;
        if matching.is_empty() {
            tx.rollback().await.doing(DOING)?;
            return Ok(0);
        }
        let ids: BTreeSet<(i64,)> = matching.iter().map(|one| (one.outbox_id,)).collect();
        let ids: Vec<(i64,)> = ids.into_iter().collect();
        let mut parts: Vec<Part> = tx.fetch(PARTS, &ids).await.doing(DOING)?;
        for one in &matching {
            say(&mut parts, one);
        }
        let sent: Vec<Sent> = tx.fetch(SENT, &ids).await.doing(DOING)?;
        let changes = changed(sent, &parts);
        let entries: Vec<NewEntry> = changes.iter().map(|change| change.entry(now)).collect();
        append(&mut tx, &entries, now).await.doing(DOING)?;
        let set: Vec<_> = changes
            .iter()
            .map(|one| (one.id, one.delivery.name(), one.at.map(|at| at.0), &one.code, now.0))
            .collect();
        tx.execute(SET_DELIVERY, &set).await.doing(DOING)?;
        let set: Vec<_> = parts
            .iter()
            .map(|part| {
                let at = part.at.map(|at| at.0);
                (&part.channel, &part.provider_id, part.outbox_id, &part.delivery, &part.code, at)
            })
            .collect();
        tx.execute(SET_PARTS, &set).await.doing(DOING)?;
        let ids: BTreeSet<i64> = matching.iter().map(|one| one.id).collect();
        let done: Vec<(i64,)> = ids.into_iter().map(|id| (id,)).collect();
        tx.execute(MATCHED, &done).await.doing(DOING)?;
        tx.commit().await.doing("committing matched receipts")?;
        Ok(matching.len())
    }

    /// Messages that should have been delivered by now and were not, the longest due first.
    pub async fn undelivered(
        &self,
        limit: i64,
        now: Timestamp,
    ) -> Result<Vec<Undelivered>, StoreError> {
        const SQL: &str = "SELECT id, ticket_key, message, state, delivery, delivery_code, reason,
                    CASE WHEN EXISTS (SELECT 1 FROM slip WHERE slip.key = outbox.slip AND slip.state = 'withdrawn')
                         THEN CAST(1 AS BIGINT) ELSE CAST(0 AS BIGINT) END,
                    (SELECT ticket.state FROM ticket WHERE ticket.key = outbox.ticket_key)
             FROM outbox WHERE receipt_due_ms <= $1 ORDER BY receipt_due_ms, id LIMIT $2";
        on_readers!(self, pool => sqlx::query_as(SQL)
            .bind(now.0).bind(limit).fetch_all(pool).await)
        .doing("reading undelivered messages")
    }

    /// When the next message will be undelivered for too long.
    pub async fn next_receipt_due(&self) -> Result<Option<Timestamp>, StoreError> {
        const SQL: &str = "SELECT receipt_due_ms FROM outbox WHERE receipt_due_ms IS NOT NULL
                           ORDER BY receipt_due_ms LIMIT 1";
        on_readers!(self, pool => sqlx::query_scalar(SQL).fetch_optional(pool).await)
            .map(|ms| ms.map(Timestamp))
            .doing("reading when the next receipt is due")
    }

    /// Ends the wait for a receipt: with the line that says why, and the message that goes on, if any.
    /// `false`: another node did it before.
    pub async fn fall_back(
        &self,
        id: i64,
        entry: Option<&NewEntry>,
        message: Option<MessageWrite>,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        const DOING: &str = "falling back";
        const CLEAR: Text = text!(
            "UPDATE outbox SET receipt_due_ms = NULL
             WHERE id IN (SELECT CAST(value->>0 AS BIGINT) FROM " rows ") AND receipt_due_ms IS NOT NULL"
        );
        let mut tx: Tx = self.pools.begin().await.doing("beginning to fall back")?;
        let entries: Vec<NewEntry> = entry.cloned().into_iter().collect();
        let appended = append(&mut tx, &entries, now).await.doing(DOING)?;
        let cleared = tx.execute(CLEAR, &[(id,)]).await.doing(DOING)?;
        if cleared == 0 || appended.first() == Some(&Appended::Duplicate) {
            tx.rollback().await.doing(DOING)?;
            return Ok(false);
        }
        let writes = Writes { messages: message.into_iter().collect(), ..Writes::default() };
        if let Err(failure) = writes::write(&mut tx, &writes, now).await {
            tx.rollback().await.doing(DOING)?;
            return Err(failure.explain(&self.pools, &writes).await);
        }
        tx.commit().await.doing("committing a fallback")?;
        self.knock().await;
        Ok(true)
    }

    /// The ticket whose question an address was sent last; else the one of its last message.
    pub async fn asked_at(&self, address: &str) -> Result<Option<String>, StoreError> {
        const SQL: &str = "SELECT id, message, delivery FROM outbox
                           WHERE address = $1 ORDER BY id DESC LIMIT $2";
        let sent: Vec<Sent> = on_readers!(self, pool => sqlx::query_as(SQL)
            .bind(address).bind(ASKED_MAX).fetch_all(pool).await)
        .doing("reading what an address was asked")?;
        let asks = |one: &&Sent| one.message.facts.link_expires.is_some();
        Ok(sent.iter().find(asks).or(sent.first()).map(|one| one.message.ticket.clone()))
    }

    /// Whether the owner of an address wants no messages.
    pub async fn is_opted_out(&self, address: &str) -> Result<bool, StoreError> {
        const SQL: &str = "SELECT at_ms FROM opted_out WHERE address = $1";
        on_readers!(self, pool => sqlx::query_scalar::<_, i64>(SQL).bind(address).fetch_optional(pool).await)
            .map(|at| at.is_some())
            .doing("reading who wants no messages")
    }

    /// Notes that the owner of an address wants no messages, or wants them again.
    pub async fn opt(&self, address: &str, out: bool, now: Timestamp) -> Result<(), StoreError> {
        const OUT: &str =
            "INSERT INTO opted_out (address, at_ms) VALUES ($1, $2) ON CONFLICT DO NOTHING";
        const IN: &str = "DELETE FROM opted_out WHERE address = $1 AND at_ms <= $2";
        let sql = if out { OUT } else { IN };
        on_writer!(self, pool => sqlx::query(sql).bind(address).bind(now.0).execute(pool).await.map(drop))
            .doing("noting who wants no messages")
    }
}

/// What a receipt says of its part.
fn say(parts: &mut [Part], receipt: &Matching) {
    let Some(said) = Delivery::of(&receipt.delivery) else { return };
    let of_it = parts.iter_mut().filter(|part| {
        part.outbox_id == receipt.outbox_id
            && part.channel == receipt.channel
            && part.provider_id == receipt.provider_id
    });
    for part in of_it {
        let before = part.delivery.as_deref().and_then(Delivery::of);
        let after = said.after(before);
        if before != Some(after) {
            part.delivery = Some(after.name().to_owned());
            part.code = Some(receipt.code.clone());
            part.at = Some(receipt.at);
        }
    }
}

/// A message whose parts now come to something else.
struct Change {
    id: i64,
    message: Message,
    delivery: Delivery,
    channel: String,
    code: String,
    at: Option<Timestamp>,
}

fn changed(sent: Vec<Sent>, parts: &[Part]) -> Vec<Change> {
    let mut of_message: BTreeMap<i64, Vec<&Part>> = BTreeMap::new();
    for part in parts {
        of_message.entry(part.outbox_id).or_default().push(part);
    }
    let change = |one: Sent| {
        let parts = of_message.get(&one.id)?;
        let said: Vec<Option<Delivery>> =
            parts.iter().map(|part| part.delivery.as_deref().and_then(Delivery::of)).collect();
        let delivery = Delivery::of_parts(&said)?;
        let telling =
            parts.iter().rev().find(|part| part.delivery.as_deref() == Some(delivery.name()))?;
        (one.delivery.as_deref() != Some(delivery.name())).then(|| Change {
            id: one.id,
            message: one.message,
            delivery,
            channel: telling.channel.clone(),
            code: telling.code.clone().unwrap_or_default(),
            at: telling.at,
        })
    };
    sent.into_iter().filter_map(change).collect()
}

impl Change {
    fn entry(&self, now: Timestamp) -> NewEntry {
        let record = Record::Delivery {
            message: self.message.key.clone(),
            to: self.message.to.name().to_owned(),
            channel: self.channel.clone(),
            delivery: self.delivery,
            code: self.code.clone(),
        };
        let dedupe = format!("duban/{}/{}", self.delivery.name(), self.message.key);
        NewEntry::of_record(&self.message.ticket, record, dedupe, now)
    }
}

impl NewEntry {
    /// A record of duban's own that is not decided by the engine.
    pub fn of_record(ticket: &str, record: Record, dedupe: String, at: Timestamp) -> Self {
        Self {
            ticket: ticket.to_owned(),
            at,
            kind: record.kind().to_owned(),
            dedupe: Some(dedupe),
            body: Fact::Record(record).body(),
            contact: None,
        }
    }
}
