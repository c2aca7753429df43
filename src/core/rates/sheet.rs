//! An export as CSV: its rows, and the lines that are refused, with the reason.
//!
//! A line that cannot be read as it stands is refused, never guessed at. Reasons name the
//! column and what would be right; they never quote a cell, which may hold a person's number.
//!
//! Invariants (tests/rates.rs): `every_bad_line_is_refused_with_its_reason`.

use std::collections::BTreeMap;

use csv::{ByteRecord, ReaderBuilder};

use super::{
    fraction::Fraction,
    row::{Outcome, Row},
    rules::Rules,
};

/// The name of all units together in figures for machines, and that of what the figures go by.
pub const WHOLE: &str = "全市";
pub const TERMS: &str = "统计口径";

/// The columns a rate is made of. The last three are read where an export has them.
pub const COLUMNS: [&str; 16] = [
    "ticket",
    "unit",
    "returned_ok",
    "accept_on_time",
    "contact_on_time",
    "resolve_on_time",
    "q1_contacted",
    "q2_solved",
    "q3_satisfied",
    "eval_outcome",
    "rounds",
    "repeat_30d",
    "exclusion",
    "q3_first",
    "group",
    "overdue_minutes",
];
const NEEDED: usize = 13;
/// Columns of such exports that no rate is made of.
const BESIDE: [&str; 3] = ["category", "source", "channel"];

/// A row longer than this is a quote that never closes.
const ROW_BYTES_MAX: usize = 64 * 1_024;
/// Reasons kept; the lines beyond are counted.
const REFUSED_MAX: usize = 1_000;

/// Why a file is no export at all.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SheetError {
    #[error("the file is not UTF-8; in Excel save it as `CSV UTF-8`")]
    NotUtf8,
    #[error("the file is empty; its first line names the columns")]
    Empty,
    #[error("the first line has no column {0}")]
    Missing(String),
    #[error("column `{0}` is there twice")]
    Twice(&'static str),
}

/// One line that does not count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    pub line: u64,
    pub reason: String,
}

/// What a file holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sheet {
    pub rows: Vec<Row>,
    /// The group each unit is ranked in, where the export has groups.
    pub groups: BTreeMap<String, String>,
    /// The first thousand of them.
    pub refused: Vec<Refused>,
    pub refused_count: u64,
    /// Columns nobody asked for.
    pub unknown: Vec<String>,
}

impl Sheet {
    /// Reads a file by the words these rules know.
    pub fn read(bytes: &[u8], rules: &Rules) -> Result<Self, SheetError> {
        let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
        let mut reader = ReaderBuilder::new().flexible(true).from_reader(bytes);
        let header = reader.byte_headers().map_err(|_| SheetError::NotUtf8)?.clone();
        let (places, unknown) = columns(&header)?;
        let mut sheet = Self { unknown, ..Self::default() };
        let mut seen: BTreeMap<String, Vec<Seen>> = BTreeMap::new();
        let mut record = ByteRecord::new();
        loop {
            let line = match reader.read_byte_record(&mut record) {
                Ok(false) => return Ok(sheet),
                Ok(true) => record.position().map_or(0, csv::Position::line),
                Err(_) => {
                    sheet.refuse(
                        reader.position().line(),
                        "the line is no CSV; nothing is read from here on".to_owned(),
                    );
                    return Ok(sheet);
                }
            };
            let cells = Cells { record: &record, places: &places, columns: header.len() };
            let row = cells.row(rules).and_then(|row| {
                if let Some(group) = cells.cell(14)? {
                    keep_group(&mut sheet.groups, &row.unit, group)?;
                }
                first_of_its_kind(&row, line, &mut seen)?;
                Ok(row)
            });
            match row {
                Ok(row) => sheet.rows.push(row),
                Err(reason) => sheet.refuse(line, reason),
            }
        }
    }

    fn refuse(&mut self, line: u64, reason: String) {
        self.refused_count += 1;
        if self.refused.len() < REFUSED_MAX {
            self.refused.push(Refused { line, reason });
        }
    }
}

/// Where each of our columns stands, and the names of the others.
fn columns(
    header: &ByteRecord,
) -> Result<([Option<usize>; COLUMNS.len()], Vec<String>), SheetError> {
    let mut places = [None; COLUMNS.len()];
    let mut unknown = Vec::new();
    for (place, name) in header.iter().enumerate() {
        let name = std::str::from_utf8(name).map_err(|_| SheetError::NotUtf8)?.trim();
        match COLUMNS.iter().position(|column| column.eq_ignore_ascii_case(name)) {
            Some(column) if places[column].is_some() => {
                return Err(SheetError::Twice(COLUMNS[column]));
            }
            Some(column) => places[column] = Some(place),
            None if BESIDE.contains(&name) || name.is_empty() => {}
            None => unknown.push(name.chars().filter(|c| !c.is_control()).take(40).collect()),
        }
    }
    if header.iter().all(<[u8]>::is_empty) {
        return Err(SheetError::Empty);
    }
    let missing: Vec<String> = (0..NEEDED)
        .filter(|column| places[*column].is_none())
        .map(|column| format!("`{}`", COLUMNS[column]))
        .collect();
    if missing.is_empty() {
        Ok((places, unknown))
    } else {
        Err(SheetError::Missing(missing.join(", ")))
    }
}

/// A row of a ticket that was read before.
struct Seen {
    line: u64,
    unit: String,
    returned: bool,
}

/// A ticket is at each unit once, and counts at one: where it was not sent back.
fn first_of_its_kind(
    row: &Row,
    line: u64,
    seen: &mut BTreeMap<String, Vec<Seen>>,
) -> Result<(), String> {
    let of_ticket = seen.entry(row.ticket.clone()).or_default();
    if let Some(other) = of_ticket.iter().find(|other| other.unit == row.unit) {
        return Err(format!(
            "this ticket is there twice for this unit, first on line {}",
            other.line
        ));
    }
    if let Some(other) = of_ticket.iter().find(|other| !other.returned && !row.returned) {
        return Err(format!(
            "this ticket counts for another unit on line {}; one of them must say `returned_ok` Y",
            other.line
        ));
    }
    of_ticket.push(Seen { line, unit: row.unit.clone(), returned: row.returned });
    Ok(())
}

/// A unit is ranked in one group.
fn keep_group(
    groups: &mut BTreeMap<String, String>,
    unit: &str,
    group: &str,
) -> Result<(), String> {
    match groups.get(unit) {
        Some(known) if known != group => {
            Err("`group` is not the one this unit had above".to_owned())
        }
        Some(_) => Ok(()),
        None => {
            groups.insert(unit.to_owned(), group.to_owned());
            Ok(())
        }
    }
}

/// The cells of one line.
struct Cells<'r> {
    record: &'r ByteRecord,
    places: &'r [Option<usize>; COLUMNS.len()],
    columns: usize,
}

impl Cells<'_> {
    fn row(&self, rules: &Rules) -> Result<Row, String> {
        let breaks = self.record.as_slice().split(|byte| *byte == b'\n').count() - 1;
        let is_short = self.record.len() < self.columns;
        if self.record.as_slice().len() > ROW_BYTES_MAX || (breaks > 0 && is_short) {
            return Err(format!(
                "a quote that opens here closes {breaks} lines below, or never; those lines are lost too"
            ));
        }
        if self.record.len() != self.columns {
            return Err(format!(
                "the line has {} cells, the first line {} columns",
                self.record.len(),
                self.columns
            ));
        }
        let row = Row {
            ticket: self.filled(0)?.to_owned(),
            unit: self.filled(1)?.to_owned(),
            returned: self.need(2, YES_OR_NO)?,
            accepted: self.word(3, YES_OR_NO)?,
            contacted: self.word(4, YES_OR_NO)?,
            resolved: self.word(5, YES_OR_NO)?,
            heard: self.word(6, YES_OR_NO)?,
            solved: self.answer(7, &rules.solved)?,
            satisfied: self.answer(8, &rules.grades)?,
            outcome: self.need(9, &Outcome::WORDS)?,
            rounds: self.rounds()?,
            repeated: self.need(11, YES_OR_NO)?,
            exclusion: self.exclusion(rules)?,
            first_satisfied: self.answer(13, &rules.grades)?,
            overdue: self.overdue()?,
        };
        if [WHOLE, TERMS].contains(&row.unit.as_str()) {
            return Err(format!("no unit is called {WHOLE} or {TERMS}: the figures are"));
        }
        let answers = [row.heard.is_some(), row.solved.is_some(), row.satisfied.is_some()];
        if row.outcome != Outcome::Answered && answers.contains(&true) {
            return Err("there are answers, but `eval_outcome` is not answered".to_owned());
        }
        Ok(row)
    }

    fn cell(&self, column: usize) -> Result<Option<&str>, String> {
        let Some(place) = self.places[column] else { return Ok(None) };
        let cell = self.record.get(place).unwrap_or_default();
        let cell = std::str::from_utf8(cell)
            .map_err(|_| format!("`{}` is not UTF-8", COLUMNS[column]))?
            .trim();
        Ok(Some(cell).filter(|cell| !cell.is_empty()))
    }

    fn filled(&self, column: usize) -> Result<&str, String> {
        let cell = self.cell(column)?.ok_or_else(|| format!("`{}` is empty", COLUMNS[column]))?;
        if cell.contains(char::is_control) {
            return Err(format!(
                "`{}` has a line break or another control character",
                COLUMNS[column]
            ));
        }
        Ok(cell)
    }

    fn word<T: Copy>(&self, column: usize, words: &[(&str, T)]) -> Result<Option<T>, String> {
        let Some(cell) = self.cell(column)? else { return Ok(None) };
        let found = words.iter().find(|(word, _)| word.eq_ignore_ascii_case(cell));
        let known = words.iter().map(|(word, _)| *word);
        found.map(|(_, value)| Some(*value)).ok_or_else(|| none_of(column, known))
    }

    fn need<T: Copy>(&self, column: usize, words: &[(&str, T)]) -> Result<T, String> {
        let known = || words.iter().map(|(word, _)| *word);
        self.word(column, words)?.ok_or_else(|| {
            let known: Vec<&str> = known().collect();
            format!("`{}` is empty; write {}", COLUMNS[column], known.join(", "))
        })
    }

    fn answer(
        &self,
        column: usize,
        answers: &[(String, Fraction)],
    ) -> Result<Option<usize>, String> {
        let Some(cell) = self.cell(column)? else { return Ok(None) };
        let known = || answers.iter().map(|(word, _)| word.as_str());
        known().position(|word| word == cell).map(Some).ok_or_else(|| none_of(column, known()))
    }

    fn exclusion(&self, rules: &Rules) -> Result<Option<usize>, String> {
        let Some(cell) = self.cell(12)? else { return Ok(None) };
        let known = || rules.exclusions.iter().map(|exclusion| exclusion.id.as_str());
        known().position(|id| id == cell).map(Some).ok_or_else(|| none_of(12, known()))
    }

    /// Where the export has the column, every late ticket says how late, and no other.
    fn overdue(&self) -> Result<Option<u32>, String> {
        if self.places[15].is_none() {
            return Ok(None);
        }
        let is_late = self.word(5, YES_OR_NO)? == Some(false);
        match self.cell(15)? {
            None if is_late => {
                Err("`overdue_minutes` is empty, but `resolve_on_time` is N".to_owned())
            }
            Some(cell) if is_late => {
                let minutes = cell.parse().map(Some);
                minutes.map_err(|_| "`overdue_minutes` is no whole number".to_owned())
            }
            None | Some("0") => Ok(None),
            Some(_) => {
                Err("`overdue_minutes` is filled, but `resolve_on_time` is not N".to_owned())
            }
        }
    }

    fn rounds(&self) -> Result<u32, String> {
        let rounds = self.filled(10)?.parse::<u32>().ok().filter(|rounds| *rounds > 0);
        rounds.ok_or_else(|| "`rounds` is no whole number from 1".to_owned())
    }
}

const YES_OR_NO: &[(&str, bool)] = &[("Y", true), ("N", false)];

fn none_of<'k>(column: usize, known: impl Iterator<Item = &'k str>) -> String {
    let known: Vec<&str> = known.collect();
    format!("`{}` is none of {}", COLUMNS[column], known.join(", "))
}
