//! The rows of a CSV file, one at a time, as events.
//!
//! Only what the next rows need is kept: nothing for rows that stand alone; for snapshots
//! the last words of the watched columns of each ticket. A row, quotes and all, is bounded.

use std::{
    collections::{HashMap, VecDeque},
    io::{self, Read},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use csv::{ByteRecord, ReaderBuilder};

use super::{
    Mapping, Unusable,
    row::{Row, Seen},
};
use crate::{
    intake::files::{BadLine, Taken},
    policies::{Complaint, suggest::nearest},
};

/// A row with its line: its cells, or why it has none.
pub type NumberedRow = (u64, Result<Vec<String>, BadLine>);

/// The longest row; a longer one is most likely a quote that never closes.
const ROW_BYTES_MAX: u64 = 4 << 20;

/// Events of the rows of one file.
pub struct Rows<'m, R> {
    mapping: &'m Mapping,
    reader: csv::Reader<Bounded<R>>,
    since_row: Arc<AtomicU64>,
    file: String,
    /// Where each column of the mapping stands in this file.
    positions: Vec<usize>,
    fields: usize,
    record: ByteRecord,
    read: u64,
    /// The file can be read no further; said once.
    broken: bool,
    ready: VecDeque<Taken>,
    /// Of snapshots: what each ticket's watched columns held last.
    last: HashMap<String, Seen>,
}

/// Why a file cannot be read on.
#[derive(Debug, thiserror::Error)]
pub enum RowsError {
    #[error("{0}")]
    Mapping(#[from] Unusable),
    #[error("{0}")]
    Io(#[from] io::Error),
}

impl<'m, R: Read> Rows<'m, R> {
    /// Reads the header and finds the columns of the mapping in it.
    pub fn open(
        mapping: &'m Mapping,
        reader: R,
        file: impl Into<String>,
    ) -> Result<Self, RowsError> {
        let since_row = Arc::new(AtomicU64::new(0));
        let bounded = Bounded { inner: reader, since_row: Arc::clone(&since_row) };
        let mut reader = ReaderBuilder::new()
            .delimiter(mapping.delimiter)
            .flexible(true)
            .buffer_capacity(1 << 16)
            .from_reader(bounded);
        let file = file.into();
        let header = reader.byte_headers().map_err(io::Error::other)?.clone();
        let header: Vec<String> = header
            .iter()
            .map(|name| String::from_utf8_lossy(name.trim_ascii()).into_owned())
            .collect();
        Ok(Self {
            mapping,
            reader,
            since_row,
            positions: find_columns(mapping, &header, &file)?,
            file,
            fields: header.len(),
            record: ByteRecord::new(),
            read: 0,
            broken: false,
            ready: VecDeque::new(),
            last: HashMap::new(),
        })
    }

    /// Rows read so far, without the header.
    pub fn read(&self) -> u64 {
        self.read
    }

    /// Reads one row without making events of it: its line and its cells, or why it has none.
    /// `None` at the end of the file.
    pub fn next_row(&mut self) -> io::Result<Option<NumberedRow>> {
        self.since_row.store(0, Ordering::Relaxed);
        if !self.reader.read_byte_record(&mut self.record).map_err(io::Error::other)? {
            return Ok(None);
        }
        self.read += 1;
        let line = self.record.position().map_or(0, csv::Position::line);
        let cells = self.cells().map_err(|reason| {
            let cells = self.lossy_cells();
            self.bad(line, &cells, reason)
        });
        Ok(Some((line, cells)))
    }

    /// Reads one row and puts its events into `ready`; false at the end of the file.
    fn row(&mut self) -> io::Result<bool> {
        let Some((line, cells)) = self.next_row()? else { return Ok(false) };
        let cells = match cells {
            Ok(cells) => cells,
            Err(bad) => {
                self.ready.push_back(Err(bad));
                return Ok(true);
            }
        };
        let row = Row { mapping: self.mapping, cells: &cells };
        let given = match row.ticket() {
            Err(reason) => vec![Err(reason)],
            Ok(ticket) if row.compares() => {
                let seen = self.last.entry(ticket.clone()).or_default();
                row.events(&ticket, Some(seen))
            }
            Ok(ticket) => row.events(&ticket, None),
        };
        for event in given {
            let taken = match event {
                Ok(event) => Ok((line, event)),
                Err(reason) => Err(self.bad(line, &cells, reason)),
            };
            self.ready.push_back(taken);
        }
        Ok(true)
    }

    /// The texts of the mapped columns, `None` where something stands for nothing.
    fn cells(&self) -> Result<Vec<String>, String> {
        if self.record.len() != self.fields {
            return Err(format!(
                "the row has {} fields, the header has {}",
                self.record.len(),
                self.fields
            ));
        }
        let cell = |(column, position): (&super::Column, &usize)| {
            let bytes = self.record.get(*position).unwrap_or_default();
            match std::str::from_utf8(bytes) {
                Ok(text) => Ok(text.trim().to_owned()),
                Err(_) => {
                    Err(format!("column `{}` (field {}) is not UTF-8", column.name, position + 1))
                }
            }
        };
        self.mapping.columns.iter().zip(&self.positions).map(cell).collect()
    }

    /// The same, whatever the row is: what is not UTF-8 is replaced, what is missing is empty.
    fn lossy_cells(&self) -> Vec<String> {
        let text = |position: &usize| {
            String::from_utf8_lossy(self.record.get(*position).unwrap_or_default()).into_owned()
        };
        self.positions.iter().map(text).collect()
    }

    fn bad(&self, line: u64, cells: &[String], reason: String) -> BadLine {
        let raw = Row { mapping: self.mapping, cells }.kept();
        BadLine { file: self.file.clone(), line, reason, raw }
    }
}

impl<R: Read> Iterator for Rows<'_, R> {
    type Item = io::Result<Taken>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(taken) = self.ready.pop_front() {
                return Some(Ok(taken));
            }
            if self.broken {
                return None;
            }
            match self.row() {
                Ok(true) => {}
                Ok(false) => return None,
                Err(error) => {
                    self.broken = true;
                    return Some(Err(error));
                }
            }
        }
    }
}

/// Where the columns stand; all that are not there are complained about at once.
fn find_columns(mapping: &Mapping, header: &[String], file: &str) -> Result<Vec<usize>, Unusable> {
    let mut positions = Vec::new();
    let mut complaints = Vec::new();
    for column in &mapping.columns {
        if let Some(position) = header.iter().position(|name| *name == column.name) {
            positions.push(position);
            continue;
        }
        let near = nearest(&column.name, header.iter().map(String::as_str));
        let help = near.map_or_else(
            || format!("its columns are {}", header.join(", ")),
            |near| format!("did you mean `{near}`?"),
        );
        let complaint = column.spot.complain(format!("{file} has no column `{}`", column.name));
        complaints.push(Complaint { help: Some(help), ..complaint });
    }
    if complaints.is_empty() { Ok(positions) } else { Err(Unusable::Wrong(complaints)) }
}

/// Stops a row that never ends before it fills the memory.
struct Bounded<R> {
    inner: R,
    since_row: Arc<AtomicU64>,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.since_row.load(Ordering::Relaxed) > ROW_BYTES_MAX {
            return Err(io::Error::other(format!(
                "a row is longer than {ROW_BYTES_MAX} bytes; does a quote never close?"
            )));
        }
        let read = self.inner.read(buffer)?;
        self.since_row.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}
