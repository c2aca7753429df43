//! Reads another system's database from where the last look came to.

use super::{
    Connector, ConnectorError, Hands, Tally,
    database::{ForeignRow, Reader},
    portion::{Item, What, mark_of, portion},
    query::{Dialect, From, Position, question},
};
use crate::{config::connectors::DatabaseConfig, store::ConnectorWrite};

/// Reads batches until one is not full.
pub async fn pass(
    connector: &Connector,
    database: &DatabaseConfig,
    hands: &Hands<'_>,
) -> Result<Tally, ConnectorError> {
    let dialect = Dialect::of(&database.url.url);
    let mapping = connector.mapping.as_ref().expect("a database has a mapping");
    let columns: Vec<&str> = mapping.columns.iter().map(|column| column.name.as_str()).collect();
    let batch = connector.config.batch;
    let stands = hands.store.connector_position(connector.name(), "").await?;
    let mut kept = stands.map(|row| row.position).unwrap_or_default();
    let mut from = From::next(Position::read(&kept).as_ref(), database);
    let mut tally = Tally::default();
    let mut reader = Reader::open(&database.url.url, database.timeout)
        .await
        .map_err(|why| connector.foreign(why))?;
    while !hands.stop.is_cancelled() {
        let (sql, values) = question(dialect, database, &columns, &from, batch);
        let rows = reader.rows(&sql, &values).await.map_err(|why| connector.foreign(why))?;
        let count = rows.len();
        let Some(read) = items(connector, database, columns.len(), rows) else { break };
        let (items, last) = read?;
        let further = match Position::read(&kept) {
            Some(before) if last.compare(&before, database.cursor_as).is_lt() => before,
            Some(_) | None => last.clone(),
        };
        let portion = portion(connector, hands, items, database.cursor_as).await?;
        let write = ConnectorWrite {
            connector: connector.name().to_owned(),
            part: String::new(),
            name: String::new(),
            from: Some(kept),
            to: further.text(),
            done: false,
            rows: count as u64,
            entries: portion.entries,
            refusals: portion.refusals,
            seen: portion.seen,
        };
        let Some(connected) = hands.store.connect(&write, hands.wall.now()).await? else {
            tracing::debug!(connector = connector.name(), "another node reads this database");
            break;
        };
        tally.add(count as u64, &connected);
        if (count as i64) < batch {
            break;
        }
        kept = write.to;
        from = From::After(last);
    }
    Ok(tally)
}

type Items = Result<(Vec<Item>, Position), ConnectorError>;

/// Rows as items, and the position of the last one; `None` where there are none.
fn items(
    connector: &Connector,
    database: &DatabaseConfig,
    columns: usize,
    rows: Vec<ForeignRow>,
) -> Option<Items> {
    let mut items = Vec::with_capacity(rows.len());
    let mut last = None;
    for row in rows {
        let mut cells = match row {
            Ok(cells) => cells,
            // Without its cursor nobody could go on behind it.
            Err(why) => {
                let name = connector.name().to_owned();
                return Some(Err(ConnectorError::Garbled { name, why }));
            }
        };
        let key = database.key.as_ref().and_then(|_| cells.get(columns + 1).cloned());
        let cursor = cells[columns].clone();
        let place = match &key {
            Some(key) => format!("{}, {} {cursor}, {key}", connector.name(), database.cursor),
            None => format!("{}, {} {cursor}", connector.name(), database.cursor),
        };
        last = Some(Position { cursor: cursor.clone(), key });
        cells.truncate(columns);
        for cell in &mut cells {
            *cell = cell.trim().to_owned();
        }
        let mark = mark_of(&cells);
        items.push(Item { place, mark, cursor: Some(cursor), what: What::Cells(cells) });
    }
    last.map(|last| Ok((items, last)))
}
