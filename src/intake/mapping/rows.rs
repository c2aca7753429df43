//! The rows of a CSV file, one at a time, as events.
//!
//! Only what the next rows need is kept: nothing for rows that stand alone; for snapshots
//! the last words of the watched columns of each ticket. A row, quotes and all, is bounded.

use std::{
    cell::Cell,
    collections::{HashMap, VecDeque},
    io::{self, Read},
    rc::Rc,
};

use csv::{ByteRecord, ReaderBuilder};
use serde_json::Value as Json;

use super::{ColumnId, EventRule, Field, Mapping, Mode, On, Other, Shape, Target, Unusable, Value};
use crate::{
    core::{
        event::{Event, Kind},
        timestamp::Timestamp,
    },
    intake::files::{BadLine, Taken},
    policies::{Complaint, suggest::nearest},
};

/// The longest row; a longer one is most likely a quote that never closes.
const ROW_BYTES_MAX: u64 = 4 << 20;

/// Events of the rows of one file.
pub struct Rows<'m, R> {
    mapping: &'m Mapping,
    reader: csv::Reader<Bounded<R>>,
    since_row: Rc<Cell<u64>>,
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

/// What was seen of one ticket.
#[derive(Debug, Default)]
struct Seen {
    /// By column of the mapping; `None` is not known yet.
    cells: Vec<Option<String>>,
    /// By rule: whether it has given its event.
    given: Vec<bool>,
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
        let since_row = Rc::new(Cell::new(0));
        let bounded = Bounded { inner: reader, since_row: Rc::clone(&since_row) };
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

    /// Reads one row and puts its events into `ready`; false at the end of the file.
    fn row(&mut self) -> io::Result<bool> {
        self.since_row.set(0);
        if !self.reader.read_byte_record(&mut self.record).map_err(io::Error::other)? {
            return Ok(false);
        }
        self.read += 1;
        let line = self.record.position().map_or(0, csv::Position::line);
        let cells = match self.cells() {
            Ok(cells) => cells,
            Err(reason) => {
                self.ready.push_back(Err(self.bad(line, reason)));
                return Ok(true);
            }
        };
        let row = Row { mapping: self.mapping, cells: &cells };
        let mut given = Vec::new();
        match row.ticket() {
            Err(reason) => given.push(Err(reason)),
            Ok(ticket) => match self.mapping.mode {
                Mode::Rows => {
                    given.extend(
                        self.mapping.events.iter().filter_map(|rule| row.event(rule, &ticket)),
                    );
                    if given.is_empty() {
                        given.push(Err("the row gives no event: its times are missing".to_owned()));
                    }
                }
                Mode::Snapshots => {
                    let seen = self.last.entry(ticket.clone()).or_default();
                    given.extend(row.changes(seen, &ticket));
                }
            },
        }
        for event in given {
            let taken = match event {
                Ok(event) => Ok((line, event)),
                Err(reason) => Err(self.bad(line, reason)),
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

    /// The row for the record of refusals: the columns the mapping uses, but nothing personal.
    fn bad(&self, line: u64, reason: String) -> BadLine {
        let columns = self.mapping.columns.iter().zip(&self.positions);
        let kept: serde_json::Map<String, Json> = columns
            .filter(|(column, _)| !column.private)
            .filter_map(|(column, position)| {
                let text = String::from_utf8_lossy(self.record.get(*position)?).into_owned();
                Some((column.name.clone(), text.into()))
            })
            .collect();
        BadLine { file: self.file.clone(), line, reason, raw: Json::Object(kept).to_string() }
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

/// One row while it becomes events. Errors are reasons, without personal data.
struct Row<'r> {
    mapping: &'r Mapping,
    cells: &'r [String],
}

impl Row<'_> {
    fn cell(&self, column: ColumnId, missing: Option<&[String]>) -> Option<&str> {
        let text = self.cells[column].as_str();
        let missing = missing.unwrap_or(&self.mapping.missing);
        (!text.is_empty() && missing.iter().all(|marker| marker != text)).then_some(text)
    }

    fn name(&self, column: ColumnId) -> &str {
        &self.mapping.columns[column].name
    }

    fn ticket(&self) -> Result<String, String> {
        self.mapping.ticket.fill("", |column| self.cell(column, None)).map_err(|column| {
            format!("column `{}` of the ticket number is empty", self.name(column))
        })
    }

    /// The event of a rule, if the row gives it.
    fn event(&self, rule: &EventRule, ticket: &str) -> Option<Result<Event, String>> {
        let stands = |(column, words): &(ColumnId, Vec<String>)| {
            self.cell(*column, None).is_some_and(|text| words.iter().any(|word| word == text))
        };
        if !rule.when.iter().all(stands) {
            return None;
        }
        self.cell(rule.at, None)?;
        self.build(rule, ticket).transpose()
    }

    fn build(&self, rule: &EventRule, ticket: &str) -> Result<Option<Event>, String> {
        let Some(kind) = self.text(&rule.kind, "kind", "")? else { return Ok(None) };
        let at = self.time(rule.at)?.ok_or("the time is missing")?;
        let mut event = Event::new(ticket, Kind::of(&kind), at);
        if let Some(column) = rule.deadline {
            event.deadline = self.time(column)?;
        }
        for Field { target, value } in self.mapping.fields.iter().chain(&rule.fields) {
            let name = target.name();
            let Some(text) = self.text(value, name, &kind)? else { continue };
            let slot = match target {
                Target::Id => &mut event.id,
                Target::Source => &mut event.source,
                Target::Unit => &mut event.unit,
                Target::Category => &mut event.category,
                Target::Urgency => &mut event.urgency,
                Target::Area => &mut event.area,
                Target::By => &mut event.by,
                Target::Data(key) => {
                    event.data.insert(key.clone(), shaped(value.shape, text, name)?);
                    continue;
                }
            };
            *slot = Some(text);
        }
        Ok(Some(event))
    }

    fn time(&self, column: ColumnId) -> Result<Option<Timestamp>, String> {
        let Some(text) = self.cell(column, None) else { return Ok(None) };
        match self.mapping.times.read(text) {
            Some(at) => Ok(Some(at)),
            None => Err(format!(
                "column `{}` is `{}`, not a time like {}",
                self.name(column),
                text.chars().take(40).collect::<String>(),
                self.mapping.times.shown()
            )),
        }
    }

    /// The text of a value; `None` if a column of it is missing or its word is dropped.
    fn text(&self, value: &Value, name: &str, kind: &str) -> Result<Option<String>, String> {
        let missing = value.missing.as_deref();
        let Ok(text) = value.template.fill(kind, |column| self.cell(column, missing)) else {
            return Ok(None);
        };
        if value.words.is_empty() {
            return Ok(Some(text));
        }
        match (value.words.get(&text), value.other) {
            (Some(word), _) => Ok(Some(word.clone())),
            (None, Other::Keep) => Ok(Some(text)),
            (None, Other::Drop) => Ok(None),
            (None, Other::Refuse) => Err(format!(
                "`{text}` has no word for `{name}`; add it to `words` or say `other = \"keep\"`"
            )),
        }
    }

    /// The events of what changed against the last snapshot.
    fn changes(&self, seen: &mut Seen, ticket: &str) -> Vec<Result<Event, String>> {
        let is_first = seen.given.is_empty();
        seen.given.resize(self.mapping.events.len(), false);
        seen.cells.resize(self.cells.len(), None);
        let mut events = Vec::new();
        for (rule, given) in self.mapping.events.iter().zip(&mut seen.given) {
            if (rule.once && *given) || !self.happened(&rule.on, &seen.cells, is_first) {
                continue;
            }
            if let Some(event) = self.event(rule, ticket) {
                *given = true;
                events.push(event);
            }
        }
        for column in self.mapping.events.iter().filter_map(|rule| rule.on.column()) {
            if let Some(text) = self.cell(column, None)
                && seen.cells[column].as_deref() != Some(text)
            {
                seen.cells[column] = Some(text.to_owned());
            }
        }
        events
    }

    /// A snapshot where a column is missing says nothing of it: what it held last still holds.
    fn happened(&self, on: &On, last: &[Option<String>], is_first: bool) -> bool {
        let change = |column: &ColumnId| (last[*column].as_deref(), self.cell(*column, None));
        let among = |text: &str, words: &[String]| words.iter().any(|word| word == text);
        match on {
            On::Each => true,
            On::First => is_first,
            On::Appears(column) => matches!(change(column), (None, Some(_))),
            On::Changes(column) => matches!(change(column), (Some(old), Some(new)) if old != new),
            On::Enters(column, words) => match change(column) {
                (Some(old), Some(new)) => !among(old, words) && among(new, words),
                (None, Some(new)) => among(new, words),
                (_, None) => false,
            },
            On::Leaves(column, words) => {
                matches!(change(column), (Some(old), Some(new)) if among(old, words) && !among(new, words))
            }
        }
    }
}

impl Target {
    /// As messages call it.
    fn name(&self) -> &str {
        match self {
            Self::Id => "id",
            Self::Source => "source",
            Self::Unit => "unit",
            Self::Category => "category",
            Self::Urgency => "urgency",
            Self::Area => "area",
            Self::By => "by",
            Self::Data(key) => key,
        }
    }
}

fn shaped(shape: Shape, text: String, name: &str) -> Result<Json, String> {
    let wrong =
        |wanted: &str| format!("`data.{name}` is {wanted}, and the row has another text there");
    match shape {
        Shape::Text => Ok(text.into()),
        Shape::Number => match text.parse::<serde_json::Number>() {
            Ok(number) => Ok(number.into()),
            Err(_) => Err(wrong("a number")),
        },
        Shape::Switch => match text.to_ascii_lowercase().as_str() {
            "true" | "1" | "yes" => Ok(true.into()),
            "false" | "0" | "no" => Ok(false.into()),
            _ => Err(wrong("`true` or `false`")),
        },
    }
}

/// Stops a row that never ends before it fills the memory.
struct Bounded<R> {
    inner: R,
    since_row: Rc<Cell<u64>>,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.since_row.get() > ROW_BYTES_MAX {
            return Err(io::Error::other(format!(
                "a row is longer than {ROW_BYTES_MAX} bytes; does a quote never close?"
            )));
        }
        let read = self.inner.read(buffer)?;
        self.since_row.set(self.since_row.get() + read as u64);
        Ok(read)
    }
}
