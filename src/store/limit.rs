//! What one person was told already: the SMS of a day, and the last word about a ticket.
//!
//! The SMS of a person and day are numbered, and a number is taken before the message leaves:
//! several nodes and a restart in between count as one sender does.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Store, StoreError,
    error::While as _,
    row::rows,
    tx::{Text, Tx, on_readers, text},
};
use crate::core::timestamp::Timestamp;

/// How often a number that another node was faster to take is asked for again.
const TRIES: usize = 3;

/// One SMS that wants to leave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SmsOfDay {
    /// The message; a letter of several messages names its first.
    pub id: i64,
    pub person: String,
    /// The midnight the day began with.
    pub day: Timestamp,
    /// How many a day may have; `None`: as many as there are.
    pub most: Option<u32>,
}

/// A message about a ticket that one person got, or is getting now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TellRow {
    pub id: i64,
    pub ticket_key: i64,
    pub person: String,
    pub slip: String,
    /// When it left; `None`: it is with a sender.
    pub left: Option<Timestamp>,
    /// Until when the sender has it.
    pub lease_ends: Timestamp,
}
rows!(TellRow { id, ticket_key, person, slip, left, lease_ends });

struct Taken {
    person: String,
    day: Timestamp,
    nth: i64,
    id: i64,
}
rows!(Taken { person, day, nth, id });

pub(super) const GIVE_BACK_SMS: Text = text!(
    "DELETE FROM sms_of_day WHERE outbox_id IN (SELECT CAST(value->>0 AS BIGINT) FROM " rows ")"
);
const TAKEN: Text = text!(
    "SELECT sms_of_day.person, sms_of_day.day_ms, sms_of_day.nth, sms_of_day.outbox_id
     FROM " rows " AS wanted JOIN sms_of_day
       ON sms_of_day.person = wanted.value->>1 AND sms_of_day.day_ms = CAST(wanted.value->>2 AS BIGINT)
     UNION
     SELECT sms_of_day.person, sms_of_day.day_ms, sms_of_day.nth, sms_of_day.outbox_id
     FROM " rows " AS wanted JOIN sms_of_day
       ON sms_of_day.outbox_id = CAST(wanted.value->>0 AS BIGINT)"
);
const TAKE: Text = text!(
    "INSERT INTO sms_of_day (person, day_ms, nth, outbox_id)
     SELECT value->>0, CAST(value->>1 AS BIGINT), CAST(value->>2 AS BIGINT), CAST(value->>3 AS BIGINT)
     FROM " rows " WHERE 1 = 1 ORDER BY 1, 2, 3 ON CONFLICT DO NOTHING"
);

impl Store {
    /// Takes a number of the day for each SMS, in this order; false for those the day has no number
    /// left for. An SMS that has one keeps it.
    pub async fn take_sms(&self, wanted: &[SmsOfDay]) -> Result<Vec<bool>, StoreError> {
        const DOING: &str = "counting the SMS of a day";
        if wanted.is_empty() {
            return Ok(Vec::new());
        }
        let mut tx = self.pools.begin().await.doing("beginning to count the SMS of a day")?;
        let mut has = BTreeSet::new();
        for _ in 0..TRIES {
            let taken = taken(&mut tx, wanted).await.doing(DOING)?;
            let of_today = |one: &SmsOfDay| {
                let is_it = |row: &&Taken| row.id == one.id;
                taken.iter().find(is_it).map(|row| (row.day, &row.person) == (one.day, &one.person))
            };
            has =
                wanted.iter().filter(|one| of_today(one) == Some(true)).map(|one| one.id).collect();
            let stale = wanted.iter().filter(|one| of_today(one) == Some(false));
            let stale: Vec<(i64,)> = stale.map(|one| (one.id,)).collect();
            tx.execute(GIVE_BACK_SMS, &stale).await.doing(DOING)?;
            let numbers = numbers(wanted, &has, &taken);
            let count = numbers.len() as u64;
            let rows: Vec<_> =
                numbers.iter().map(|(one, nth)| (&one.person, one.day.0, nth, one.id)).collect();
            let written = tx.execute(TAKE, &rows).await.doing(DOING)?;
            if written == count {
                has.extend(numbers.iter().map(|(one, _)| one.id));
                break;
            }
        }
        tx.commit().await.doing("committing the SMS of a day")?;
        Ok(wanted.iter().map(|one| has.contains(&one.id)).collect())
    }

    /// What the people of these messages (ticket, person) got about these tickets from `since` on, or
    /// are getting from a sender at `now`; digests and paper do not count.
    pub async fn told_about(
        &self,
        pairs: &[(i64, String)],
        since: Timestamp,
        now: Timestamp,
    ) -> Result<Vec<TellRow>, StoreError> {
        // `value->>2` and `value->>3` are the same in every row: a batch has one parameter.
        const SQL: Text = text!(
            "SELECT outbox.id, outbox.ticket_key, outbox.interrupts, outbox.slip,
                    CASE WHEN outbox.state = 'sent' THEN outbox.done_at_ms END, outbox.offer_at_ms
             FROM " rows " AS wanted
             JOIN outbox ON outbox.ticket_key = CAST(wanted.value->>0 AS BIGINT)
                        AND outbox.interrupts = wanted.value->>1
             WHERE outbox.slip IS NOT NULL
               AND ((outbox.state = 'sent' AND outbox.done_at_ms > CAST(wanted.value->>2 AS BIGINT))
                 OR (outbox.state = 'waiting' AND outbox.turn < 0
                     AND outbox.offer_at_ms > CAST(wanted.value->>3 AS BIGINT)))
             ORDER BY outbox.id"
        );
        let rows: Vec<_> =
            pairs.iter().map(|(key, person)| (key, person, since.0, now.0)).collect();
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        let rows = serde_json::to_string(&rows).expect("rows are texts and numbers");
        let text = match &self.pools.database {
            super::tx::Database::Sqlite { .. } => SQL.sqlite,
            super::tx::Database::Postgres(_) => SQL.postgres,
        };
        on_readers!(self, pool => sqlx::query_as(text).bind(&rows).fetch_all(pool).await)
            .doing("reading what people were told about tickets")
    }
}

async fn taken(tx: &mut Tx, wanted: &[SmsOfDay]) -> sqlx::Result<Vec<Taken>> {
    let rows: Vec<_> = wanted.iter().map(|one| (one.id, &one.person, one.day.0)).collect();
    tx.fetch(TAKEN, &rows).await
}

/// The smallest free number of the day for each SMS that has none, as long as there are any.
fn numbers<'w>(
    wanted: &'w [SmsOfDay],
    has: &BTreeSet<i64>,
    taken: &[Taken],
) -> Vec<(&'w SmsOfDay, i64)> {
    let mut used: BTreeMap<(&str, Timestamp), BTreeSet<i64>> = BTreeMap::new();
    for row in taken {
        used.entry((&row.person, row.day)).or_default().insert(row.nth);
    }
    let mut numbers = Vec::new();
    for one in wanted.iter().filter(|one| !has.contains(&one.id)) {
        let used = used.entry((&one.person, one.day)).or_default();
        let all = used.len() as i64 + 1;
        let free = (1..=all).find(|nth| !used.contains(nth)).unwrap_or(all);
        if one.most.is_none_or(|most| free <= i64::from(most)) {
            used.insert(free);
            numbers.push((one, free));
        }
    }
    numbers
}
