//! A report as a workbook, a sheet for each section.
//!
//! Texts are written as texts and never as formulas; numbers as numbers, a rate in three columns.

use rust_xlsxwriter::{
    DocProperties, ExcelDateTime, Format, FormatAlign, Workbook, Worksheet, XlsxError,
};

use super::{Report, csv::wide, text};
use crate::core::{
    report::{Cell, Section},
    wording::Language,
};

/// Letters a sheet's name may have.
const NAME_MAX: usize = 31;

/// The workbook.
pub fn xlsx(report: &Report, language: Language) -> Result<Vec<u8>, XlsxError> {
    let document = &report.document;
    let mut book = Workbook::new();
    // The instant it was made at, not the one it is printed at: the same report is the same file.
    let made =
        ExcelDateTime::parse_from_str(document.made_at.get(..19).unwrap_or("2000-01-01T00:00:00"))?;
    let title = text::head(document, language);
    book.set_properties(&DocProperties::new().set_title(&title).set_creation_datetime(&made));
    let head = Format::new().set_bold().set_background_color("#E8EEF4").set_text_wrap();
    for section in &document.sections {
        let sheet = book.add_worksheet();
        sheet.set_name(name(section.title.pick(language)))?;
        fill(sheet, section, &head, language)?;
    }
    let sheet = book.add_worksheet();
    sheet.set_name(language.pick("说明", "About"))?;
    for (row, line) in title.lines().chain([text::foot(report, language).as_str()]).enumerate() {
        sheet.write_string(row as u32, 0, line)?;
    }
    book.save_to_buffer()
}

/// Excel allows no `:`, `/` and the like in the name of a sheet.
fn name(title: &str) -> String {
    let allowed = |letter: char| if "[]:*?/\\'".contains(letter) { ' ' } else { letter };
    title.chars().map(allowed).take(NAME_MAX).collect()
}

fn fill(
    sheet: &mut Worksheet,
    section: &Section,
    head: &Format,
    language: Language,
) -> Result<(), XlsxError> {
    let wide = wide(section);
    let percent = Format::new().set_num_format("0.00");
    let right = Format::new().set_align(FormatAlign::Right);
    let mut at = 0;
    let mut starts = Vec::new();
    for (column, is_rate) in section.columns.iter().zip(&wide) {
        starts.push(at);
        let title = column.title.pick(language);
        sheet.write_string_with_format(0, at, title, head)?;
        sheet.set_column_width(at, if *is_rate { 10.0 } else { 16.0 })?;
        at += 1;
        if *is_rate {
            let of = format!("{title} {}", language.pick("分母", "of"));
            sheet.write_string_with_format(0, at, of, head)?;
            sheet.write_string_with_format(0, at + 1, format!("{title} %"), head)?;
            at += 2;
        }
    }
    sheet.set_freeze_panes(1, 0)?;
    for (row, cells) in section.rows.iter().enumerate() {
        let row = row as u32 + 1;
        for (cell, column) in cells.iter().zip(&starts) {
            match cell {
                Cell::Nothing(()) => {}
                Cell::Count(count) => _ = sheet.write_number(row, *column, *count as f64)?,
                Cell::Rate { num, den, pct } => {
                    match num.parse::<f64>() {
                        Ok(whole) => _ = sheet.write_number(row, *column, whole)?,
                        Err(_) => _ = sheet.write_string_with_format(row, *column, num, &right)?,
                    }
                    sheet.write_number(row, column + 1, *den as f64)?;
                    if let Some(value) = pct.as_ref().and_then(|pct| pct.parse::<f64>().ok()) {
                        sheet.write_number_with_format(row, column + 2, value, &percent)?;
                    }
                }
                Cell::Said(said) => _ = sheet.write_string(row, *column, said.pick(language))?,
                Cell::Text(text) => _ = sheet.write_string(row, *column, text)?,
            }
        }
    }
    Ok(())
}
