//! Where connectors stand: positions that move only together with what was read.

use super::{
    Appended, NewEntry, Refusal, Store, StoreError,
    error::While as _,
    journal::{append, require_texts},
    refusal::{bounded, clean},
    row::rows,
    tx::{Text, Tx, on, on_readers, text},
};
use crate::core::timestamp::Timestamp;

/// What a connector read and wants written, with where it goes on afterwards.
#[derive(Clone, Debug)]
pub struct ConnectorWrite {
    pub connector: String,
    /// The hash of a file, or nothing.
    pub part: String,
    /// What people call the part.
    pub name: String,
    /// Where it stood when this was read. Elsewhere by now: another node was faster, and nothing
    /// is written. `None`: the order does not matter.
    pub from: Option<String>,
    pub to: String,
    /// Nothing more is to come from this part.
    pub done: bool,
    /// Rows of the source these are.
    pub rows: u64,
    pub entries: Vec<NewEntry>,
    /// What was refused, each with a mark that is the same however often the row is read.
    pub refusals: Vec<(String, Refusal)>,
    /// Of tickets: what their watched columns hold now.
    pub seen: Vec<(String, String)>,
}

/// What became of what a connector read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Connected {
    /// For each entry, in its order.
    pub appended: Vec<Appended>,
    /// Refusals that were not known yet.
    pub refused: u64,
}

/// Where a connector, or one part of what it reads, stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PositionRow {
    pub part: String,
    pub name: String,
    pub position: String,
    pub done: bool,
    /// Rows of the source that were read.
    pub rows: i64,
    /// Events they gave, and those among them that were known.
    pub accepted: i64,
    pub duplicates: i64,
    pub refused: i64,
    pub at: Timestamp,
}
rows!(PositionRow { part, name, position, done, rows, accepted, duplicates, refused, at });

/// How a connector's last look at its source went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LookRow {
    pub looked: Timestamp,
    /// The last look without trouble.
    pub well: Option<Timestamp>,
    pub trouble: Option<String>,
}
rows!(LookRow { looked, well, trouble });

/// A row that a connector refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusedRow {
    pub at: Timestamp,
    pub source: String,
    pub reason: String,
    pub raw: String,
}
rows!(RefusedRow { at, source, reason, raw });

impl Store {
    /// Writes what a connector read and moves its position, in one transaction. `None`: it does
    /// not stand at `from` any more, and nothing was written.
    pub async fn connect(
        &self,
        write: &ConnectorWrite,
        now: Timestamp,
    ) -> Result<Option<Connected>, StoreError> {
        const DOING: &str = "writing what a connector read";
        require_texts(&write.entries)?;
        let mut tx = self.pools.begin().await.doing(DOING)?;
        if !step(&mut tx, write, now).await.doing(DOING)? {
            tx.rollback().await.doing(DOING)?;
            return Ok(None);
        }
        let appended = append(&mut tx, &write.entries, now).await.doing(DOING)?;
        let refused = refuse(&mut tx, write, now).await.doing(DOING)?;
        remember(&mut tx, write).await.doing(DOING)?;
        count(&mut tx, write, &appended, refused).await.doing(DOING)?;
        tx.commit().await.doing(DOING)?;
        if !write.entries.is_empty() {
            self.knock().await;
        }
        Ok(Some(Connected { appended, refused }))
    }

    /// Where one part of a connector stands.
    pub async fn connector_position(
        &self,
        connector: &str,
        part: &str,
    ) -> Result<Option<PositionRow>, StoreError> {
        const SQL: &str =
            "SELECT part, name, position, done, read_rows, accepted, duplicates, refused, at_ms
                           FROM connector_position WHERE connector = $1 AND part = $2";
        on_readers!(self, pool => sqlx::query_as(SQL)
            .bind(connector).bind(part).fetch_optional(pool).await)
        .doing("reading where a connector stands")
    }

    /// All parts of a connector, the latest first.
    pub async fn connector_positions(
        &self,
        connector: &str,
        limit: i64,
    ) -> Result<Vec<PositionRow>, StoreError> {
        const SQL: &str =
            "SELECT part, name, position, done, read_rows, accepted, duplicates, refused, at_ms
                           FROM connector_position WHERE connector = $1
                           ORDER BY at_ms DESC, part LIMIT $2";
        on_readers!(self, pool => sqlx::query_as(SQL)
            .bind(connector).bind(limit).fetch_all(pool).await)
        .doing("reading where a connector stands")
    }

    /// Rows, accepted, duplicates and refused of all parts of a connector.
    pub async fn connector_sums(&self, connector: &str) -> Result<[i64; 4], StoreError> {
        const SQL: &str = "SELECT CAST(coalesce(sum(read_rows), 0) AS BIGINT), CAST(coalesce(sum(accepted), 0) AS BIGINT),
                                  CAST(coalesce(sum(duplicates), 0) AS BIGINT), CAST(coalesce(sum(refused), 0) AS BIGINT)
                           FROM connector_position WHERE connector = $1";
        let (rows, accepted, duplicates, refused): (i64, i64, i64, i64) =
            on_readers!(self, pool => sqlx::query_as(SQL).bind(connector).fetch_one(pool).await)
                .doing("summing up what a connector read")?;
        Ok([rows, accepted, duplicates, refused])
    }

    /// Notes that a connector looked at its source, and what hindered it.
    pub async fn connector_looked(
        &self,
        connector: &str,
        trouble: Option<&str>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        const SQL: Text = text!(
            "INSERT INTO connector_look (connector, looked_ms, well_ms, trouble)
             SELECT value->>0, CAST(value->>1 AS BIGINT), CAST(value->>2 AS BIGINT), value->>3 FROM " rows "
             WHERE true
             ON CONFLICT (connector) DO UPDATE SET looked_ms = excluded.looked_ms,
               well_ms = coalesce(excluded.well_ms, connector_look.well_ms), trouble = excluded.trouble"
        );
        const DOING: &str = "noting a connector's look";
        let well = trouble.is_none().then_some(now.0);
        let row = (connector, now.0, well, trouble.map(clean));
        let mut tx = self.pools.begin().await.doing(DOING)?;
        tx.execute(SQL, &[row]).await.doing(DOING)?;
        tx.commit().await.doing(DOING)
    }

    /// How the last look of a connector went; `None`: it never looked.
    pub async fn connector_look(&self, connector: &str) -> Result<Option<LookRow>, StoreError> {
        const SQL: &str =
            "SELECT looked_ms, well_ms, trouble FROM connector_look WHERE connector = $1";
        on_readers!(self, pool => sqlx::query_as(SQL).bind(connector).fetch_optional(pool).await)
            .doing("reading a connector's look")
    }

    /// What the watched columns of tickets held last, where a connector has seen them.
    pub async fn connector_seen(
        &self,
        connector: &str,
        tickets: &[&str],
    ) -> Result<Vec<(String, String)>, StoreError> {
        const SQL: Text = text!(
            "SELECT connector_seen.ticket_no, connector_seen.seen FROM " rows " AS wanted
             JOIN connector_seen ON connector_seen.connector = wanted.value->>0
                                AND connector_seen.ticket_no = wanted.value->>1"
        );
        const DOING: &str = "reading what a connector has seen";
        let wanted: Vec<(&str, &str)> = tickets.iter().map(|ticket| (connector, *ticket)).collect();
        let mut tx = self.pools.begin_reading().await.doing(DOING)?;
        let seen = tx.fetch(SQL, &wanted).await.doing(DOING)?;
        tx.commit().await.doing(DOING)?;
        Ok(seen)
    }

    /// What a connector refused of one part, in the order it was refused.
    pub async fn connector_refusals(
        &self,
        connector: &str,
        part: &str,
    ) -> Result<Vec<RefusedRow>, StoreError> {
        const SQL: &str = "SELECT at_ms, source, reason, raw FROM refusal
                           WHERE connector = $1 AND part = $2 ORDER BY id";
        on_readers!(self, pool => sqlx::query_as(SQL)
            .bind(connector).bind(part).fetch_all(pool).await)
        .doing("reading what a connector refused")
    }

    /// What a connector refused last, newest first.
    pub async fn connector_refused(
        &self,
        connector: &str,
        limit: i64,
    ) -> Result<Vec<RefusedRow>, StoreError> {
        const SQL: &str = "SELECT at_ms, source, reason, raw FROM refusal
                           WHERE connector = $1 ORDER BY id DESC LIMIT $2";
        on_readers!(self, pool => sqlx::query_as(SQL)
            .bind(connector).bind(limit).fetch_all(pool).await)
        .doing("reading what a connector refused")
    }
}

/// Moves the position; false if it is not where it was expected.
async fn step(tx: &mut Tx, write: &ConnectorWrite, now: Timestamp) -> sqlx::Result<bool> {
    const MAKE: Text = text!(
        "INSERT INTO connector_position
           (connector, part, name, position, done, read_rows, accepted, duplicates, refused, at_ms)
         SELECT value->>0, value->>1, value->>2, '', 0, 0, 0, 0, 0, CAST(value->>3 AS BIGINT) FROM " rows "
         WHERE true ON CONFLICT (connector, part) DO NOTHING"
    );
    const MOVE: Text = text!(
        "UPDATE connector_position SET position = $1, name = $2, done = $3, at_ms = $4
         WHERE connector = $5 AND part = $6 AND ($7 IS NULL OR position = $7)"
    );
    let made = (&write.connector, &write.part, clean(&write.name), now.0);
    tx.execute(MAKE, &[made]).await?;
    let moved = on!(tx, MOVE, (sql, conn) => sqlx::query(sql)
        .bind(&write.to).bind(clean(&write.name)).bind(i64::from(write.done)).bind(now.0)
        .bind(&write.connector).bind(&write.part).bind(&write.from)
        .execute(conn).await?.rows_affected());
    Ok(moved == 1)
}

async fn refuse(tx: &mut Tx, write: &ConnectorWrite, now: Timestamp) -> sqlx::Result<u64> {
    const SQL: Text = text!(
        "INSERT INTO refusal (at_ms, source, reason, raw, connector, part, mark)
         SELECT CAST(value->>0 AS BIGINT), value->>1, value->>2, value->>3, value->>4, value->>5, value->>6
         FROM " rows " WHERE true
         ON CONFLICT (connector, part, mark) WHERE connector IS NOT NULL DO NOTHING"
    );
    let rows: Vec<_> = write
        .refusals
        .iter()
        .map(|(mark, refusal)| {
            let raw = clean(bounded(&refusal.raw));
            let (source, reason) = (clean(&refusal.source), clean(&refusal.reason));
            (now.0, source, reason, raw, &write.connector, &write.part, clean(mark))
        })
        .collect();
    tx.execute(SQL, &rows).await
}

async fn remember(tx: &mut Tx, write: &ConnectorWrite) -> sqlx::Result<()> {
    const SQL: Text = text!(
        "INSERT INTO connector_seen (connector, ticket_no, seen)
         SELECT value->>0, value->>1, value->>2 FROM " rows " WHERE true
         ON CONFLICT (connector, ticket_no) DO UPDATE SET seen = excluded.seen"
    );
    let rows: Vec<_> = write
        .seen
        .iter()
        .map(|(ticket, seen)| (&write.connector, clean(ticket), clean(seen)))
        .collect();
    tx.execute(SQL, &rows).await.map(drop)
}

async fn count(
    tx: &mut Tx,
    write: &ConnectorWrite,
    appended: &[Appended],
    refused: u64,
) -> sqlx::Result<()> {
    const SQL: Text = text!(
        "UPDATE connector_position SET read_rows = read_rows + $1, accepted = accepted + $2,
                duplicates = duplicates + $3, refused = refused + $4
         WHERE connector = $5 AND part = $6"
    );
    let duplicates = appended.iter().filter(|one| **one == Appended::Duplicate).count();
    let accepted = appended.len() - duplicates;
    on!(tx, SQL, (sql, conn) => sqlx::query(sql)
        .bind(write.rows as i64).bind(accepted as i64).bind(duplicates as i64).bind(refused as i64)
        .bind(&write.connector).bind(&write.part)
        .execute(conn).await.map(drop))
}
