//! What commands print: lines, JSON and tables on standard output.

use std::{
    fmt::Display,
    io::{ErrorKind, Write as _, stdout},
};

use anyhow::{Context as _, Result};

/// Prints a line. A reader that has gone away (`duban ticket list | head`) is no error.
pub fn line(text: impl Display) -> Result<()> {
    match writeln!(stdout(), "{text}") {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        written => written.context("cannot write to standard output"),
    }
}

/// Prints rows under a header, one line each, for eyes and for `grep`; wide characters count as two columns.
pub fn table<const N: usize>(
    header: [&str; N],
    rows: impl IntoIterator<Item = [String; N]>,
) -> Result<()> {
    let mut table = comfy_table::Table::new();
    table.load_style(comfy_table::presets::NOTHING);
    table.set_header(header.map(str::to_uppercase));
    for row in rows {
        table.add_row(row);
    }
    for column in table.column_iter_mut() {
        column.set_padding((0, 2));
    }
    line(table.trim_fmt())
}
