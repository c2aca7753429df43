//! One CSV file, row by row, with the line each row begins on.

use std::fmt;

use super::columns::Table;

/// A file with its text.
#[derive(Clone)]
pub struct Sheet {
    /// As complaints name it.
    pub file: String,
    pub text: String,
}

/// The text holds people's numbers.
impl fmt::Debug for Sheet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sheet").field("file", &self.file).finish_non_exhaustive()
    }
}

/// What is wrong with a row.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct BadRow {
    pub file: String,
    /// From 1, the header.
    pub line: u64,
    pub message: String,
}

impl fmt::Display for BadRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.message)
    }
}

/// One row of a table.
pub struct Row<'s> {
    file: &'s str,
    line: u64,
    columns: &'s [&'static str],
    cells: csv::StringRecord,
}

impl Row<'_> {
    /// What stands in a column, if anything.
    pub fn get(&self, column: &str) -> Option<&str> {
        let index = self.columns.iter().position(|name| *name == column)?;
        self.cells.get(index).map(str::trim).filter(|cell| !cell.is_empty())
    }

    /// What stands in a column that must not be empty.
    pub fn need<'r>(&'r self, column: &str, bad: &mut Vec<BadRow>) -> Option<&'r str> {
        let cell = self.get(column);
        if cell.is_none() {
            bad.push(self.bad(format!("`{column}` is empty")));
        }
        cell
    }

    /// A complaint about this row.
    pub fn bad(&self, message: impl Into<String>) -> BadRow {
        BadRow { file: self.file.to_owned(), line: self.line, message: message.into() }
    }
}

/// Which table a sheet is, and its columns.
pub struct Headed<'s> {
    pub table: Table,
    columns: Vec<&'static str>,
    sheet: &'s Sheet,
}

impl<'s> Headed<'s> {
    /// Reads the header.
    pub fn new(sheet: &'s Sheet) -> Result<Self, BadRow> {
        let bad = |message: String| BadRow { file: sheet.file.clone(), line: 1, message };
        let mut reader = reader(&sheet.text);
        let headers = reader.headers().map_err(|error| bad(error.to_string()))?;
        let headers: Vec<&str> = headers.iter().map(str::trim).collect();
        let (table, columns) = Table::of(&sheet.file, &headers).map_err(bad)?;
        let twice = columns.iter().enumerate().find(|(at, name)| columns[..*at].contains(name));
        match twice {
            Some((_, name)) => Err(bad(format!("column `{name}` is there twice"))),
            None => Ok(Self { table, columns, sheet }),
        }
    }

    /// Hands every row to `each`; rows that are no CSV are complained about.
    pub fn rows(&self, bad: &mut Vec<BadRow>, mut each: impl FnMut(&Row<'_>, &mut Vec<BadRow>)) {
        let file = self.sheet.file.as_str();
        for record in reader(&self.sheet.text).into_records() {
            match record {
                Ok(cells) => {
                    let line = cells.position().map_or(0, csv::Position::line);
                    let row = Row { file, line, columns: &self.columns, cells };
                    if row.cells.len() > self.columns.len() {
                        bad.push(row.bad("the row has more cells than the header has columns"));
                    } else {
                        each(&row, bad);
                    }
                }
                Err(error) => {
                    let line = error.position().map_or(0, csv::Position::line);
                    let message = "the row is no CSV".to_owned();
                    bad.push(BadRow { file: file.to_owned(), line, message });
                }
            }
        }
    }
}

fn reader(text: &str) -> csv::Reader<&[u8]> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes())
}
