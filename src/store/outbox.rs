//! The outbox: messages wait, are claimed under a lease, and are settled.
//!
//! A claim hides a message for the length of the lease and counts the attempt; whoever
//! settles must name the attempt, so that a sender whose lease ran out changes nothing.
//!
//! What is due stands in a queue in which units take turns: a message gets its turn when it
//! becomes due, so a claim reads the head of one index and nothing else.

use std::collections::BTreeSet;

use super::{
    NewEntry, Proof, Store, StoreError,
    error::While as _,
    fate::Moment,
    journal::append,
    limit::GIVE_BACK_SMS,
    receipt::INSERT_PARTS,
    row::rows,
    tx::{Text, on_both, on_readers, on_writer, text},
};
use crate::core::{message::Message, timestamp::Timestamp};

/// Messages put into the queue by one statement.
const QUEUE_UP_MAX: i64 = 5_000;

/// Messages of one kind of way that wait.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueueRow {
    pub via: String,
    pub waiting: i64,
    pub oldest: Timestamp,
}
rows!(QueueRow { via, waiting, oldest });

/// One message taken for sending.
#[derive(Clone, Debug, PartialEq)]
pub struct Offer {
    pub id: i64,
    pub message: Message,
    pub ticket_key: i64,
    /// What only the sender may read, sealed.
    pub sealed: Option<Vec<u8>>,
    /// Which try this is, from 1.
    pub attempt: i64,
    /// When it was first offered; `None` if this is the first time.
    pub first_offered: Option<Timestamp>,
    /// Whether the slip it carries was withdrawn.
    pub slip_withdrawn: bool,
    /// The ticket's state at the moment of the claim, as JSON: is the message still relevant?
    pub ticket_state: Option<String>,
    /// Its place in the queue it was taken from: what is smaller leaves first.
    pub place: (i64, i64),
}

/// How an attempt ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settled {
    /// The offer.
    pub id: i64,
    pub attempt: i64,
    pub outcome: Outcome,
    pub proof: Proof,
}

/// What came of an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// A channel took it; `provider` is its answer.
    Sent { channel: String, provider: String },
    /// Not now; offered again at `at`.
    Retry { at: Timestamp, reason: String, channel: String },
    /// Will not be tried again.
    GaveUp { reason: String, channel: String },
    /// Was no longer relevant and not sent.
    Dropped { reason: String },
    /// Must not leave before `until`: a silence, a throttle. This claim was no attempt.
    Held { until: Timestamp, reason: String },
}

/// A message with its history.
#[derive(Clone, Debug, PartialEq)]
pub struct MessageRow {
    pub id: i64,
    pub message: Message,
    /// `waiting sent gave_up dropped`
    pub state: String,
    /// When a waiting message is offered (again).
    pub offer_at: Timestamp,
    pub attempt: i64,
    pub first_offered: Option<Timestamp>,
    pub created: Timestamp,
    pub done: Option<Timestamp>,
    /// Of the last attempt.
    pub channel: Option<String>,
    pub provider: Option<String>,
    pub reason: Option<String>,
    /// `delivered failed never`, when, and the provider's code; `None`: no receipt.
    pub delivery: Option<String>,
    pub delivery_at: Option<Timestamp>,
    pub delivery_code: Option<String>,
    /// Until when a receipt is waited for.
    pub receipt_due: Option<Timestamp>,
    /// How many numbers its provider gave it; 0: it sends no receipts.
    pub parts: i64,
}
rows!(MessageRow {
    id,
    message,
    state,
    offer_at,
    attempt,
    first_offered,
    created,
    done,
    channel,
    provider,
    reason,
    delivery,
    delivery_at,
    delivery_code,
    receipt_due,
    parts
});

struct Claimed {
    id: i64,
    message: Message,
    ticket_key: i64,
    sealed: Option<Vec<u8>>,
    attempt: i64,
    first_offered: Option<Timestamp>,
    slip_withdrawn: bool,
    ticket_state: Option<String>,
    urgency: i64,
    turn: i64,
}
rows!(Claimed {
    id,
    message,
    ticket_key,
    sealed,
    attempt,
    first_offered,
    slip_withdrawn,
    ticket_state,
    urgency,
    turn
});

impl Store {
    /// Takes up to `limit` messages that are due and hides them from other senders for `lease_ms`,
    /// in the order of the queue: emergencies, first notices, repetitions, and among those the units
    /// by turns.
    pub async fn claim(
        &self,
        limit: i64,
        lease_ms: i64,
        now: Timestamp,
    ) -> Result<Vec<Offer>, StoreError> {
        const SQL: Text = text!(
            "WITH due AS (SELECT id FROM outbox WHERE state = 'waiting' AND turn > 0
                          ORDER BY urgency, turn, id LIMIT $2" skip_locked ")
             UPDATE outbox SET attempt = attempt + 1, offer_at_ms = $3, turn = -turn,
                               first_offered_ms = COALESCE(first_offered_ms, $1)
             WHERE id IN (SELECT due.id FROM due)
             RETURNING id, message, ticket_key, sealed, attempt, first_offered_ms,
               CASE WHEN EXISTS (SELECT 1 FROM slip WHERE slip.key = outbox.slip AND slip.state = 'withdrawn')
                    THEN CAST(1 AS BIGINT) ELSE CAST(0 AS BIGINT) END,
               (SELECT ticket.state FROM ticket WHERE ticket.key = outbox.ticket_key), urgency, turn"
        );
        self.queue_up(now).await?;
        let until = now.plus_ms(lease_ms).0;
        self.pools.meet(Moment::Begin).await.doing("claiming messages")?;
        let claimed: Vec<Claimed> = on_both!(self, SQL, (sql, pool) => sqlx::query_as(sql)
            .bind(now.0).bind(limit).bind(until).fetch_all(pool).await)
        .doing("claiming messages")?;
        self.pools.meet(Moment::Committed).await.doing("claiming messages")?;
        let mut offers: Vec<Offer> = claimed.into_iter().map(Offer::from).collect();
        offers.sort_by_key(|offer| (offer.place, offer.id)); // RETURNING has no order
        Ok(offers)
    }

    /// Puts what has become due into the queue. A unit's messages stand one turn behind the other, the
    /// first of them in the turn that leaves next, however many another unit has there.
    async fn queue_up(&self, now: Timestamp) -> Result<(), StoreError> {
        // Locked in the order of ids, as `settle` does. Another node that does the same is waited for: what
        // it puts into the queue can be claimed here, and what it has claimed since is passed over, because
        // every condition stands at the locked rows too.
        const SQL: Text = text!(
            "WITH due AS (SELECT id, urgency, unit, offer_at_ms FROM outbox
                          WHERE state = 'waiting' AND turn <= 0 AND offer_at_ms <= $1 AND id IN (
                            SELECT next.id FROM outbox AS next
                            WHERE next.state = 'waiting' AND next.turn <= 0 AND next.offer_at_ms <= $1
                            ORDER BY next.offer_at_ms, next.id LIMIT $2)
                          ORDER BY id" for_update "),
             line AS (SELECT urgency, unit,
                (SELECT MAX(turn) FROM outbox WHERE state = 'waiting' AND turn > 0
                   AND outbox.urgency = one.urgency AND outbox.unit = one.unit) AS last,
                (SELECT MIN(turn) - 1 FROM outbox WHERE state = 'waiting' AND turn > 0
                   AND outbox.urgency = one.urgency) AS passed
              FROM (SELECT DISTINCT urgency, unit FROM due) AS one),
             place AS (SELECT due.id AS id,
                ROW_NUMBER() OVER (PARTITION BY due.urgency, due.unit ORDER BY due.offer_at_ms, due.id)
                + COALESCE(line.last, line.passed, 0) AS turn
              FROM due JOIN line ON line.urgency = due.urgency AND line.unit = due.unit)
             UPDATE outbox SET turn = place.turn FROM place WHERE outbox.id = place.id"
        );
        loop {
            let queued = on_both!(self, SQL, (sql, pool) => sqlx::query(sql)
                .bind(now.0).bind(QUEUE_UP_MAX).execute(pool).await.map(|done| done.rows_affected()))
            .doing("queueing messages")?;
            if queued < QUEUE_UP_MAX as u64 {
                return Ok(());
            }
        }
    }

    /// Writes down how attempts ended. False for those a later attempt, another settlement or a
    /// withdrawal has overtaken; but what really went out is kept even of a withdrawn slip.
    pub async fn settle(
        &self,
        settled: &[Settled],
        now: Timestamp,
    ) -> Result<Vec<bool>, StoreError> {
        // Locked in the order of ids, as withdrawals do, so that the two cannot wait for each other.
        const SQL: Text = text!(
            "WITH held AS (
               SELECT outbox.id AS id, wanted.value AS value FROM " rows " AS wanted
               JOIN outbox ON outbox.id = CAST(wanted.value->>0 AS BIGINT)
               ORDER BY outbox.id" for_update_of_outbox ")
             UPDATE outbox SET state = held.value->>2, turn = 0,
                    offer_at_ms = COALESCE(CAST(held.value->>3 AS BIGINT), outbox.offer_at_ms),
                    done_at_ms = CAST(held.value->>4 AS BIGINT), channel = held.value->>5,
                    provider = held.value->>6, reason = held.value->>7,
                    attempt = outbox.attempt - CAST(held.value->>8 AS BIGINT),
                    first_offered_ms = CASE WHEN outbox.attempt = CAST(held.value->>8 AS BIGINT)
                                            THEN NULL ELSE outbox.first_offered_ms END,
                    receipt_due_ms = CAST(held.value->>9 AS BIGINT),
                    address = COALESCE(held.value->>10, outbox.address)
             FROM held WHERE outbox.id = held.id AND outbox.attempt = CAST(held.value->>1 AS BIGINT)
               AND (outbox.state = 'waiting' OR (outbox.state = 'dropped' AND held.value->>2 = 'sent'))
             RETURNING outbox.id, outbox.attempt"
        );
        let rows: Vec<_> = settled
            .iter()
            .map(|one| {
                let (state, again, channel, provider, reason) = one.outcome.columns();
                let done = again.is_none().then_some(now.0);
                let at = again.map(|at| at.0);
                let (due, address) = (one.proof.receipt_due.map(|at| at.0), &one.proof.address);
                let undone = one.undone();
                (
                    one.id,
                    one.attempt,
                    state,
                    at,
                    done,
                    channel,
                    provider,
                    reason,
                    undone,
                    due,
                    address,
                )
            })
            .collect();
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        let entries: Vec<NewEntry> =
            settled.iter().filter_map(|one| one.proof.entry.clone()).collect();
        let mut tx = self.pools.begin().await.doing("beginning to settle messages")?;
        // Tickets before messages, as the engine locks them.
        append(&mut tx, &entries, now).await.doing("telling tickets what left")?;
        let written: Vec<(i64, i64)> = tx.fetch(SQL, &rows).await.doing("settling messages")?;
        let parts: Vec<_> = settled.iter().flat_map(Settled::parts).collect();
        tx.execute(INSERT_PARTS, &parts).await.doing("keeping the numbers of parts")?;
        let unsent = settled.iter().filter(|one| !matches!(one.outcome, Outcome::Sent { .. }));
        let unsent: Vec<(i64,)> = unsent.map(|one| (one.id,)).collect();
        tx.execute(GIVE_BACK_SMS, &unsent).await.doing("giving back SMS of the day")?;
        tx.commit().await.doing("committing settled messages")?;
        if !entries.is_empty() {
            self.knock().await;
        }
        let mut written: BTreeSet<(i64, i64)> = written.into_iter().collect();
        Ok(settled
            .iter()
            .map(|one| written.remove(&(one.id, one.attempt - one.undone())))
            .collect())
    }

    /// Messages that wait, by the kind of way they go by: how many, and since when the oldest.
    pub async fn queue(&self) -> Result<Vec<QueueRow>, StoreError> {
        const SQL: Text = text!(
            "SELECT " message_json "->>'via', COUNT(*), MIN(created_ms) FROM outbox
             WHERE state = 'waiting' GROUP BY 1 ORDER BY 1"
        );
        on_both!(self, SQL, (sql, pool) => sqlx::query_as(sql).fetch_all(pool).await)
            .doing("counting what waits")
    }

    /// When the next message is due for an offer; `None` if none waits.
    pub async fn next_offer(&self) -> Result<Option<Timestamp>, StoreError> {
        const SQL: &str = "SELECT MIN(next.offer_at_ms) FROM (
             SELECT resting.offer_at_ms FROM (
               SELECT offer_at_ms FROM outbox WHERE state = 'waiting' AND turn <= 0
               ORDER BY offer_at_ms LIMIT 1) AS resting
             UNION ALL
             SELECT queued.offer_at_ms FROM (
               SELECT offer_at_ms FROM outbox WHERE state = 'waiting' AND turn > 0
               ORDER BY urgency, turn LIMIT 1) AS queued
           ) AS next";
        on_readers!(self, pool => sqlx::query_scalar::<_, Option<i64>>(SQL).fetch_one(pool).await)
            .map(|ms| ms.map(Timestamp))
            .doing("reading when the next message is due")
    }

    /// Offers everything again that a silence or a throttle holds back: the rules for it may have
    /// changed. What still has to wait is held again. Returns how many messages those are.
    pub async fn release_held(&self, now: Timestamp) -> Result<u64, StoreError> {
        // Only a hold leaves a message that waits with a reason and without a channel.
        const SQL: &str = "UPDATE outbox SET offer_at_ms = $1
                           WHERE state = 'waiting' AND offer_at_ms > $1 AND reason IS NOT NULL AND channel IS NULL";
        on_writer!(self, pool => sqlx::query(SQL).bind(now.0).execute(pool).await.map(|done| done.rows_affected()))
            .doing("releasing held messages")
    }

    /// One message; `None` if there is none of this number, or it cannot be read.
    pub async fn message(&self, id: i64) -> Result<Option<Message>, StoreError> {
        const SQL: &str = "SELECT message FROM outbox WHERE id = $1";
        let text: Option<String> =
            on_readers!(self, pool => sqlx::query_scalar(SQL).bind(id).fetch_optional(pool).await)
                .doing("reading a message")?;
        Ok(text.and_then(|text| serde_json::from_str(&text).ok()))
    }

    /// All messages about a ticket, oldest first.
    pub async fn messages(&self, ticket_key: i64) -> Result<Vec<MessageRow>, StoreError> {
        const SQL: &str =
            "SELECT id, message, state, offer_at_ms, attempt, first_offered_ms, created_ms,
                                  done_at_ms, channel, provider, reason, delivery,
                                  delivery_at_ms, delivery_code, receipt_due_ms,
                                  (SELECT COUNT(*) FROM part WHERE part.outbox_id = outbox.id)
                           FROM outbox WHERE ticket_key = $1 ORDER BY id";
        on_readers!(self, pool => sqlx::query_as(SQL).bind(ticket_key).fetch_all(pool).await)
            .doing("reading messages of a ticket")
    }
}

impl From<Claimed> for Offer {
    fn from(claimed: Claimed) -> Self {
        let Claimed {
            id,
            message,
            ticket_key,
            sealed,
            attempt,
            first_offered,
            slip_withdrawn,
            ticket_state,
            urgency,
            turn,
        } = claimed;
        let first_offered = first_offered.filter(|_| attempt > 1);
        Self {
            id,
            message,
            ticket_key,
            sealed,
            attempt,
            first_offered,
            slip_withdrawn,
            ticket_state,
            place: (urgency, -turn),
        }
    }
}

impl Settled {
    /// Channel, the provider's number, the message, the address and the letter of each part. A provider's number may come with
    /// any answer, also one that was overtaken: its receipt is true all the same.
    fn parts(&self) -> impl Iterator<Item = (&str, &str, i64, Option<&str>, Option<i64>)> {
        let channel = match &self.outcome {
            Outcome::Sent { channel, .. } => channel.as_str(),
            Outcome::Retry { .. }
            | Outcome::GaveUp { .. }
            | Outcome::Dropped { .. }
            | Outcome::Held { .. } => "",
        };
        let (to, letter) = (self.proof.to.as_deref(), self.proof.letter);
        self.proof.parts.iter().map(move |part| (channel, part.as_str(), self.id, to, letter))
    }

    /// How many attempts are taken back. Nobody else can have had the number of this one: whoever
    /// claims next gets it anew, and this holder has spoken.
    fn undone(&self) -> i64 {
        i64::from(matches!(self.outcome, Outcome::Held { .. }))
    }
}

/// State, next offer, channel, provider, reason.
type Columns<'a> =
    (&'static str, Option<Timestamp>, Option<&'a str>, Option<&'a str>, Option<&'a str>);

impl Outcome {
    fn columns(&self) -> Columns<'_> {
        match self {
            Self::Sent { channel, provider } => ("sent", None, Some(channel), Some(provider), None),
            Self::Retry { at, reason, channel } => {
                ("waiting", Some(*at), Some(channel), None, Some(reason))
            }
            Self::GaveUp { reason, channel } => {
                ("gave_up", None, Some(channel), None, Some(reason))
            }
            Self::Dropped { reason } => ("dropped", None, None, None, Some(reason)),
            Self::Held { until, reason } => ("waiting", Some(*until), None, None, Some(reason)),
        }
    }
}
