//! The board of the supervisors: the lines of open tickets, their counts, and what did not arrive.
//!
//! Lists read `board`, never `ticket`: a line is short and there is one for each ticket that is open.
//! Pages go on after the last line of the page before, so that the thousandth costs what the first does.

use sqlx::AssertSqlSafe;

use super::{
    LedgerRow, Store, StoreError,
    error::While as _,
    outbox::MessageRow,
    row::{Column as _, rows},
    tx::{Pools, Text, on_readers, text},
};
use crate::core::timestamp::Timestamp;

/// An open ticket as lists show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BoardLine {
    pub ticket_key: i64,
    pub ticket_no: String,
    pub unit: String,
    pub policy: String,
    pub stage: String,
    /// `running paused hung callback idle`
    pub state: String,
    /// `none green yellow red`: the gravest slip on its open clocks.
    pub colour: String,
    /// The clock that is due next; empty: none runs.
    pub clock: String,
    /// [`Timestamp::NEVER`]: no clock runs.
    pub due: Timestamp,
    pub since: Timestamp,
    pub round: u32,
}
rows!(BoardLine {
    ticket_key,
    ticket_no,
    unit,
    policy,
    stage,
    state,
    colour,
    clock,
    due,
    since,
    round
});

/// In which order lines come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BoardOrder {
    /// The longest overdue first.
    #[default]
    Due,
    DueLast,
    Oldest,
    Newest,
}

/// Which lines; what is not given does not restrict.
#[derive(Clone, Debug)]
pub struct BoardFilter {
    /// Only tickets of these units.
    pub units: Option<Vec<String>>,
    pub policy: Option<String>,
    pub state: Option<String>,
    pub colour: Option<String>,
    /// Due at this instant or later, and before that one.
    pub due_from: Option<Timestamp>,
    pub due_to: Option<Timestamp>,
    /// A part of the number, in any case.
    pub number: Option<String>,
    pub order: BoardOrder,
    /// Where the page before ended: the instant it is ordered by, and the key.
    pub after: Option<(Timestamp, i64)>,
    pub limit: i64,
}

impl Default for BoardFilter {
    fn default() -> Self {
        let (units, policy, state, colour) = (None, None, None, None);
        let (due_from, due_to, number, after) = (None, None, None, None);
        let order = BoardOrder::Due;
        Self { units, policy, state, colour, due_from, due_to, number, order, after, limit: 50 }
    }
}

impl BoardLine {
    /// The mark at which the next page begins.
    pub fn mark(&self, order: BoardOrder) -> (Timestamp, i64) {
        match order {
            BoardOrder::Due | BoardOrder::DueLast => (self.due, self.ticket_key),
            BoardOrder::Oldest | BoardOrder::Newest => (self.since, self.ticket_key),
        }
    }

    /// The columns in the order of `WRITE`.
    pub(super) fn columns(&self) -> impl serde::Serialize + '_ {
        (
            self.ticket_key,
            &self.ticket_no,
            &self.unit,
            &self.policy,
            &self.stage,
            &self.state,
            &self.colour,
            &self.clock,
            self.due.0,
            self.since.0,
            self.round,
        )
    }
}

/// How many lines of one unit are alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BoardCount {
    pub unit: String,
    pub state: String,
    pub colour: String,
    pub open: i64,
    pub overdue: i64,
    /// Due from now to the end of the day, and in the next 24 hours.
    pub today: i64,
    pub day: i64,
}
rows!(BoardCount { unit, state, colour, open, overdue, today, day });

/// A message that did not arrive.
#[derive(Clone, Debug, PartialEq)]
pub struct Trouble {
    pub unit: String,
    pub message: MessageRow,
}

/// Writes lines that are new or changed; the others are left alone.
pub(super) const WRITE: Text = text!(
    "INSERT INTO board (ticket_key, ticket_no, unit, policy, stage, state, colour, clock, due_ms, since_ms, round)
     SELECT CAST(value->>0 AS BIGINT), value->>1, value->>2, value->>3, value->>4, value->>5, value->>6,
            value->>7, CAST(value->>8 AS BIGINT), CAST(value->>9 AS BIGINT), CAST(value->>10 AS BIGINT)
     FROM " rows "
     WHERE NOT EXISTS (
       SELECT 1 FROM board WHERE board.ticket_key = CAST(value->>0 AS BIGINT)
         AND board.unit = value->>2 AND board.policy = value->>3 AND board.stage = value->>4
         AND board.state = value->>5 AND board.colour = value->>6 AND board.clock = value->>7
         AND board.due_ms = CAST(value->>8 AS BIGINT) AND board.since_ms = CAST(value->>9 AS BIGINT)
         AND board.round = CAST(value->>10 AS BIGINT))
     ON CONFLICT (ticket_key) DO UPDATE SET unit = excluded.unit, policy = excluded.policy,
       stage = excluded.stage, state = excluded.state, colour = excluded.colour, clock = excluded.clock,
       due_ms = excluded.due_ms, since_ms = excluded.since_ms, round = excluded.round"
);
pub(super) const REMOVE: Text = text!(
    "DELETE FROM board WHERE ticket_key IN (SELECT CAST(value->>0 AS BIGINT) FROM " rows ")"
);

/// A page in one order: by `$column`, going on `$beyond` the mark.
macro_rules! page {
    ($column:literal, $beyond:literal, $direction:literal) => {
        text!(
            "SELECT ticket_key, ticket_no, unit, policy, stage, state, colour, clock, due_ms, since_ms, round
             FROM board
             WHERE (CAST($1 AS TEXT) IS NULL OR unit IN (SELECT value->>0 FROM " rows "))
               AND (CAST($2 AS TEXT) IS NULL OR policy = $2) AND (CAST($3 AS TEXT) IS NULL OR state = $3)
               AND (CAST($4 AS TEXT) IS NULL OR colour = $4)
               AND due_ms >= $5 AND due_ms < $6
               AND (CAST($7 AS TEXT) IS NULL OR lower(ticket_no) LIKE $7 ESCAPE '!')
               AND (" $column ", ticket_key) " $beyond " ($8, $9)
             ORDER BY " $column " " $direction ", ticket_key " $direction " LIMIT $10"
        )
    };
}

impl BoardOrder {
    /// Its statement, and a mark before the first line.
    fn page(self) -> (Text, (i64, i64)) {
        match self {
            Self::Due => (page!("due_ms", ">", "ASC"), (i64::MIN, i64::MIN)),
            Self::DueLast => (page!("due_ms", "<", "DESC"), (i64::MAX, i64::MAX)),
            Self::Oldest => (page!("since_ms", ">", "ASC"), (i64::MIN, i64::MIN)),
            Self::Newest => (page!("since_ms", "<", "DESC"), (i64::MAX, i64::MAX)),
        }
    }
}

/// A part of a number as a pattern of LIKE, in which nothing of it means more than itself.
fn pattern(part: &str) -> String {
    let mut pattern = String::from("%");
    for c in part.to_lowercase().chars() {
        if "%_!".contains(c) {
            pattern.push('!');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}

/// Texts as rows of one column, which both databases open.
fn one_column(texts: &[String]) -> String {
    let rows: Vec<(&String,)> = texts.iter().map(|text| (text,)).collect();
    serde_json::to_string(&rows).expect("a list of texts is JSON")
}

/// The columns of a message, as [`MessageRow`] has them.
macro_rules! message {
    () => {
        "outbox.id, outbox.message, outbox.state, outbox.offer_at_ms, outbox.attempt,
         outbox.first_offered_ms, outbox.created_ms, outbox.done_at_ms, outbox.channel, outbox.provider,
         outbox.reason, outbox.delivery, outbox.delivery_at_ms, outbox.delivery_code,
         outbox.receipt_due_ms,
         (SELECT COUNT(*) FROM part WHERE part.outbox_id = outbox.id)"
    };
}

impl Store {
    /// One page of lines.
    pub async fn board(&self, filter: &BoardFilter) -> Result<Vec<BoardLine>, StoreError> {
        let (text, first) = filter.order.page();
        let sql = match &self.pools {
            Pools::Sqlite { .. } => text.sqlite,
            Pools::Postgres(_) => text.postgres,
        };
        let units = filter.units.as_deref().map(one_column);
        let after = filter.after.map_or(first, |(at, key)| (at.0, key));
        on_readers!(self, pool => sqlx::query_as(sql)
            .bind(units).bind(&filter.policy).bind(&filter.state).bind(&filter.colour)
            .bind(filter.due_from.map_or(i64::MIN, |at| at.0))
            .bind(filter.due_to.map_or(i64::MAX, |at| at.0))
            .bind(filter.number.as_deref().map(pattern))
            .bind(after.0).bind(after.1).bind(filter.limit).fetch_all(pool).await)
        .doing("listing the board")
    }

    /// The line of one ticket.
    pub async fn board_line(&self, ticket_key: i64) -> Result<Option<BoardLine>, StoreError> {
        const SQL: &str =
            "SELECT ticket_key, ticket_no, unit, policy, stage, state, colour, clock, due_ms,
                                  since_ms, round FROM board WHERE ticket_key = $1";
        on_readers!(self, pool => sqlx::query_as(SQL).bind(ticket_key).fetch_optional(pool).await)
            .doing("reading a line of the board")
    }

    /// How many tickets each unit has open, by state and colour; `tonight` is the end of the day.
    pub async fn board_counts(
        &self,
        tonight: Timestamp,
        now: Timestamp,
    ) -> Result<Vec<BoardCount>, StoreError> {
        const SQL: &str = "SELECT unit, state, colour, COUNT(*),
                CAST(SUM(CASE WHEN due_ms < $1 THEN 1 ELSE 0 END) AS BIGINT),
                CAST(SUM(CASE WHEN due_ms >= $1 AND due_ms < $2 THEN 1 ELSE 0 END) AS BIGINT),
                CAST(SUM(CASE WHEN due_ms >= $1 AND due_ms < $3 THEN 1 ELSE 0 END) AS BIGINT)
             FROM board GROUP BY unit, state, colour";
        let tomorrow = now.plus_ms(24 * 3_600_000);
        on_readers!(self, pool => sqlx::query_as(SQL)
            .bind(now.0).bind(tonight.0).bind(tomorrow.0).fetch_all(pool).await)
        .doing("counting the board")
    }

    /// How many messages did not arrive since an instant, by the unit of their tickets.
    pub async fn trouble_counts(&self, since: Timestamp) -> Result<Vec<(String, i64)>, StoreError> {
        const SQL: &str = "SELECT ticket.unit, COUNT(*) FROM outbox
             JOIN ticket ON ticket.key = outbox.ticket_key
             WHERE (outbox.state = 'gave_up' OR outbox.delivery IN ('failed', 'never'))
               AND outbox.done_at_ms >= $1
             GROUP BY ticket.unit";
        on_readers!(self, pool => sqlx::query_as(SQL).bind(since.0).fetch_all(pool).await)
            .doing("counting what did not arrive")
    }

    /// Messages that did not arrive since an instant, newest first, with the unit of their tickets.
    pub async fn trouble(&self, since: Timestamp, limit: i64) -> Result<Vec<Trouble>, StoreError> {
        const SQL: &str = concat!(
            "SELECT ",
            message!(),
            ", ticket.unit FROM outbox JOIN ticket ON ticket.key = outbox.ticket_key
              WHERE (outbox.state = 'gave_up' OR outbox.delivery IN ('failed', 'never'))
                AND outbox.done_at_ms >= $1
              ORDER BY outbox.done_at_ms DESC, outbox.id DESC LIMIT $2"
        );
        on_readers!(self, pool => sqlx::query_as(SQL).bind(since.0).bind(limit).fetch_all(pool).await)
            .doing("reading what did not arrive")
    }

    /// How many lines each ledger has open, by unit.
    pub async fn ledger_open(&self) -> Result<Vec<(String, String, i64)>, StoreError> {
        const SQL: &str = "SELECT list, unit, COUNT(*) FROM ledger WHERE ended_ms IS NULL
                           GROUP BY list, unit ORDER BY list, unit";
        on_readers!(self, pool => sqlx::query_as(SQL).fetch_all(pool).await)
            .doing("counting what stands in the ledgers")
    }

    /// Lines of a ledger of these units, after `after` (ticket key and entry of the page before).
    pub async fn ledger_of_units(
        &self,
        list: Option<&str>,
        units: Option<&[String]>,
        open: Option<bool>,
        after: Option<(i64, String)>,
        limit: i64,
    ) -> Result<Vec<LedgerRow>, StoreError> {
        const SQL: Text = text!(
            "SELECT ticket_key, entry, list, ticket_no, unit, opened_ms, review_due_ms, expires_ms,
                    ended_ms, ended_by, reason, approver, leader, lacking
             FROM ledger
             WHERE (CAST($1 AS TEXT) IS NULL OR unit IN (SELECT value->>0 FROM " rows "))
               AND (CAST($2 AS TEXT) IS NULL OR list = $2)
               AND (CAST($3 AS BIGINT) IS NULL OR (ended_ms IS NULL) = (CAST($3 AS BIGINT) = 1))
               AND (ticket_key, entry) > ($4, $5)
             ORDER BY ticket_key, entry LIMIT $6"
        );
        let sql = match &self.pools {
            Pools::Sqlite { .. } => SQL.sqlite,
            Pools::Postgres(_) => SQL.postgres,
        };
        let (after_key, after_entry) = after.unwrap_or((i64::MIN, String::new()));
        on_readers!(self, pool => sqlx::query_as(sql)
            .bind(units.map(one_column)).bind(list).bind(open.map(i64::from))
            .bind(after_key).bind(&after_entry).bind(limit).fetch_all(pool).await)
        .doing("listing a ledger")
    }

    /// How the database reads a page: for tests, and for whoever wonders why one is slow.
    pub async fn board_plan(&self, filter: &BoardFilter) -> Result<Vec<String>, StoreError> {
        let (text, first) = filter.order.page();
        let units = filter.units.as_deref().map(one_column);
        let doing = "asking how the board is read";
        macro_rules! explained {
            ($sql:expr) => {
                sqlx::query(AssertSqlSafe($sql))
                    .bind(units)
                    .bind(&filter.policy)
                    .bind(&filter.state)
                    .bind(&filter.colour)
                    .bind(filter.due_from.map_or(i64::MIN, |at| at.0))
                    .bind(filter.due_to.map_or(i64::MAX, |at| at.0))
                    .bind(filter.number.as_deref().map(pattern))
                    .bind(first.0)
                    .bind(first.1)
                    .bind(filter.limit)
            };
        }
        match &self.pools {
            Pools::Sqlite { readers, .. } => {
                let rows = explained!(format!("EXPLAIN QUERY PLAN {}", text.sqlite));
                let rows = rows.fetch_all(readers).await.doing(doing)?;
                rows.iter().map(|row| String::column(row, 3)).collect::<sqlx::Result<_>>()
            }
            Pools::Postgres(pool) => {
                let rows = explained!(format!("EXPLAIN {}", text.postgres));
                let rows = rows.fetch_all(pool).await.doing(doing)?;
                rows.iter().map(|row| String::column(row, 0)).collect::<sqlx::Result<_>>()
            }
        }
        .doing(doing)
    }

    /// The units that have open tickets.
    pub async fn board_units(&self) -> Result<Vec<String>, StoreError> {
        const SQL: &str = "SELECT DISTINCT unit FROM board ORDER BY unit";
        on_readers!(self, pool => sqlx::query_scalar(SQL).fetch_all(pool).await)
            .doing("naming the units on the board")
    }

    /// Messages to one person, newest first, written before an instant (and, at that very one, before an id).
    pub async fn messages_of(
        &self,
        person: &str,
        before: (Timestamp, i64),
        limit: i64,
    ) -> Result<Vec<MessageRow>, StoreError> {
        const SQL: &str = concat!(
            "SELECT ",
            message!(),
            " FROM outbox WHERE person = $1 AND (created_ms, id) < ($2, $3)
              ORDER BY created_ms DESC, id DESC LIMIT $4"
        );
        on_readers!(self, pool => sqlx::query_as(SQL)
            .bind(person).bind(before.0.0).bind(before.1).bind(limit).fetch_all(pool).await)
        .doing("reading messages of a person")
    }

    /// How many messages one person got since each of these instants.
    pub async fn message_counts_of<const N: usize>(
        &self,
        person: &str,
        since: [Timestamp; N],
    ) -> Result<[i64; N], StoreError> {
        const SQL: &str = "SELECT COUNT(*) FROM outbox
                           WHERE person = $1 AND created_ms >= $2 AND state = 'sent'";
        let mut counts = [0; N];
        for (count, since) in counts.iter_mut().zip(since) {
            *count = on_readers!(self, pool => sqlx::query_scalar(SQL)
                .bind(person).bind(since.0).fetch_one(pool).await)
            .doing("counting messages of a person")?;
        }
        Ok(counts)
    }
}

/// The unit stands after the columns of the message.
macro_rules! trouble_row {
    ($($row:ty),*) => { $(
        impl<'r> sqlx::FromRow<'r, $row> for Trouble {
            fn from_row(row: &'r $row) -> sqlx::Result<Self> {
                Ok(Self { message: MessageRow::from_row(row)?, unit: String::column(row, 16)? })
            }
        }
    )* };
}
trouble_row!(sqlx::sqlite::SqliteRow, sqlx::postgres::PgRow);
