//! A report as CSV for spreadsheets: UTF-8 with Excel's mark, one table after the other.

use super::Report;
use crate::core::{
    report::{Cell, Section},
    wording::Language,
};

/// Every section under its title, or one of them as a table of its own; `None`: there is no such section.
pub fn csv(report: &Report, only: Option<&str>, language: Language) -> Option<Vec<u8>> {
    let mut out = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
    let sections = &report.document.sections;
    let sections = sections.iter().filter(|section| only.is_none_or(|id| section.id == id));
    let mut any = false;
    for section in sections {
        if any {
            write(&mut out, &[String::new()]);
        }
        if only.is_none() {
            write(&mut out, &[safe(section.title.pick(language))]);
        }
        table(&mut out, section, language);
        any = true;
    }
    let bytes = out.into_inner().ok().filter(|_| any)?;
    Some(["\u{feff}".as_bytes(), &bytes].concat())
}

fn table(out: &mut csv::Writer<Vec<u8>>, section: &Section, language: Language) {
    let wide = wide(section);
    let header = section.columns.iter().zip(&wide).flat_map(|(column, is_rate)| {
        let title = safe(column.title.pick(language));
        if *is_rate {
            let den = language.pick("分母", "of");
            vec![title.clone(), format!("{title} {den}"), format!("{title} %")]
        } else {
            vec![title]
        }
    });
    write(out, &header.collect::<Vec<_>>());
    for row in &section.rows {
        let cells =
            row.iter().zip(&wide).flat_map(|(cell, is_rate)| cells(cell, *is_rate, language));
        write(out, &cells.collect::<Vec<_>>());
    }
}

/// Which columns hold rates: they take three, numerator, denominator and percent.
pub(super) fn wide(section: &Section) -> Vec<bool> {
    let is_rate = |place: usize| {
        section.rows.iter().any(|row| matches!(row.get(place), Some(Cell::Rate { .. })))
    };
    (0..section.columns.len()).map(is_rate).collect()
}

fn cells(cell: &Cell, is_rate: bool, language: Language) -> Vec<String> {
    let mut cells = match cell {
        Cell::Nothing(()) => vec![String::new()],
        Cell::Count(count) => vec![count.to_string()],
        Cell::Rate { num, den, pct } => {
            vec![num.clone(), den.to_string(), pct.clone().unwrap_or_default()]
        }
        Cell::Said(said) => vec![safe(said.pick(language))],
        Cell::Text(text) => vec![safe(text)],
    };
    if is_rate {
        cells.resize(3, String::new());
    }
    cells
}

fn write(out: &mut csv::Writer<Vec<u8>>, cells: &[String]) {
    let written = out.write_record(cells);
    debug_assert!(written.is_ok(), "memory takes every record");
}

/// A text a spreadsheet would take for a formula stands behind a quote.
fn safe(text: &str) -> String {
    let is_formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let is_number = text.trim_end_matches(" %").parse::<f64>().is_ok();
    if is_formula && !is_number { format!("'{text}") } else { text.to_owned() }
}
