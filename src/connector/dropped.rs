//! One dropped file, read batch by batch from the row where the last reading came to.

use std::io::{self, BufRead};

use super::{
    Connector, ConnectorError, Hands, Tally,
    folder::{Found, Holds, holds},
    portion::{Item, What, portion},
};
use crate::{
    config::connectors::CursorKind,
    intake::{
        files::{self, BadLine, Lines, Taken},
        mapping::{Mapping, Rows, RowsError, cells_of},
    },
    store::ConnectorWrite,
};

/// Reads a file to its end; false if it stopped before, or another node reads it.
pub async fn read(
    connector: &Connector,
    hands: &Hands<'_>,
    file: &Found,
    hash: &str,
    from: String,
    tally: &mut Tally,
) -> Result<bool, ConnectorError> {
    let wrong = |source| ConnectorError::File {
        name: connector.name().to_owned(),
        what: format!("cannot read {}", file.path.display()),
        source,
    };
    let mut rows = open(connector, file)?;
    let mut read: u64 = from.parse().unwrap_or(0);
    rows.skip(read).map_err(wrong)?;
    let mut from = from;
    let batch = connector.config.batch as usize;
    loop {
        let items = rows.next_batch(batch).map_err(wrong)?;
        let count = items.len();
        let done = count < batch;
        let portion = portion(connector, hands, items, CursorKind::Number).await?;
        read += count as u64;
        let write = ConnectorWrite {
            connector: connector.name().to_owned(),
            part: hash.to_owned(),
            name: file.name.clone(),
            from: Some(from),
            to: read.to_string(),
            done,
            rows: count as u64,
            entries: portion.entries,
            refusals: portion.refusals,
            seen: portion.seen,
        };
        let Some(connected) = hands.store.connect(&write, hands.wall.now()).await? else {
            tracing::debug!(connector = connector.name(), "another node reads this file");
            return Ok(false);
        };
        tally.add(count as u64, &connected);
        if done {
            return Ok(true);
        }
        if hands.stop.is_cancelled() {
            return Ok(false);
        }
        from = write.to;
    }
}

type Reader = Box<dyn BufRead + Send>;

/// The rows of a file, whatever they are written as.
enum Contents<'m> {
    Table(Box<Rows<'m, Reader>>),
    Objects(&'m Mapping, Lines<Reader, serde_json::Value>),
    Events(Lines<Reader>),
}

struct Dropped<'m> {
    name: String,
    contents: Contents<'m>,
}

fn open<'m>(connector: &'m Connector, file: &Found) -> Result<Dropped<'m>, ConnectorError> {
    let name = || connector.name().to_owned();
    let wrong = |source| ConnectorError::File {
        name: name(),
        what: format!("cannot read {}", file.path.display()),
        source,
    };
    let reader = files::open(&file.path).map_err(wrong)?;
    let contents = match (holds(&file.name), &connector.mapping) {
        (Some(Holds::Objects), None) => Contents::Events(Lines::new(reader, &file.name)),
        (Some(Holds::Objects), Some(mapping)) => {
            Contents::Objects(mapping, Lines::objects(reader, &file.name))
        }
        (Some(Holds::Rows) | None, Some(mapping)) => {
            let rows = Rows::open(mapping, reader, &file.name).map_err(|error| match error {
                RowsError::Mapping(why) => ConnectorError::Mapping { name: name(), why },
                RowsError::Io(source) => wrong(source),
            })?;
            Contents::Table(Box::new(rows))
        }
        (Some(Holds::Rows) | None, None) => {
            let why = format!("{} holds rows; say with `mapping` how to read them", file.name);
            return Err(ConnectorError::Garbled { name: name(), why });
        }
    };
    Ok(Dropped { name: file.name.clone(), contents })
}

impl Dropped<'_> {
    fn skip(&mut self, rows: u64) -> io::Result<()> {
        for _ in 0..rows {
            if self.next_row()?.is_none() {
                break;
            }
        }
        Ok(())
    }

    fn next_batch(&mut self, batch: usize) -> io::Result<Vec<Item>> {
        let mut items = Vec::new();
        while items.len() < batch
            && let Some(item) = self.next_row()?
        {
            items.push(item);
        }
        Ok(items)
    }

    fn next_row(&mut self) -> io::Result<Option<Item>> {
        let (line, what) = match &mut self.contents {
            Contents::Table(rows) => match rows.next_row()? {
                None => return Ok(None),
                Some((line, Ok(cells))) => (line, What::Cells(cells)),
                Some((line, Err(bad))) => (line, refused(bad)),
            },
            Contents::Objects(mapping, lines) => match lines.next().transpose()? {
                None => return Ok(None),
                Some(taken) => said(taken, |object| What::Cells(cells_of(mapping, &object))),
            },
            Contents::Events(lines) => match lines.next().transpose()? {
                None => return Ok(None),
                Some(taken) => said(taken, |event| What::Event(Box::new(event))),
            },
        };
        let place = format!("{}:{line}", self.name);
        Ok(Some(Item { place, mark: line.to_string(), cursor: None, what }))
    }
}

fn said<T>(taken: Taken<T>, what: impl FnOnce(T) -> What) -> (u64, What) {
    match taken {
        Ok((line, one)) => (line, what(one)),
        Err(bad) => (bad.line, refused(bad)),
    }
}

fn refused(bad: BadLine) -> What {
    What::Bad { reason: bad.reason, raw: bad.raw }
}
