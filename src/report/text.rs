//! A report for a terminal and for plain mail.

use super::Report;
use crate::core::{
    report::{Cell, Document, Section},
    wording::Language,
};

/// The whole report; wide characters count as two columns.
pub fn text(report: &Report, language: Language) -> String {
    let document = &report.document;
    let mut parts = vec![head(document, language)];
    parts.extend(document.sections.iter().map(|section| self::section(section, language)));
    if !document.changes.is_empty() {
        parts.push(changes(document, language));
    }
    parts.push(foot(report, language));
    let mut whole = parts.join("\n\n");
    whole.push('\n');
    whole
}

/// Title, issue and period in one line, versions after the first in the next.
pub fn head(document: &Document, language: Language) -> String {
    let gap = language.pick(" ", ", ");
    let mut head = vec![document.title.pick(language).to_owned()];
    head.extend(document.number.as_ref().map(|number| number.pick(language).to_owned()));
    head.push(document.period.clone());
    let mut head = head.join(gap);
    if let Some(remark) = remark(document, language) {
        head = [head, remark].join("\n");
    }
    head
}

/// What a reader must know before the figures: a draft, a correction.
pub fn remark(document: &Document, language: Language) -> Option<String> {
    match document.version {
        0 => Some(
            language
                .pick(
                    "草稿:时段尚未结束,数字仍会变化",
                    "Draft: the period still runs, figures will change",
                )
                .to_owned(),
        ),
        1 => None,
        n => {
            let count = document.changes.len();
            Some(match language {
                Language::Zh => format!("更正版(第{n}版),{count}件工单有变化"),
                Language::En => format!("Corrected, version {n}: {count} tickets changed"),
            })
        }
    }
}

/// What the figures go by.
pub fn foot(report: &Report, language: Language) -> String {
    let Document { terms, as_of, made_at, .. } = &report.document;
    let hash = report.hash.as_deref().map_or("", |hash| hash.get(..12).unwrap_or(hash));
    let rules = terms.rules.join(", ");
    let (stood, made) = (moment(as_of), moment(made_at));
    let rated = !terms.rules.is_empty();
    let rules = match (language, rated) {
        (_, false) => String::new(),
        (Language::Zh, true) => {
            format!(";口径 {rules},样本下限 {},权重 {}", terms.min_n, terms.weights)
        }
        (Language::En, true) => {
            format!("; rules {rules}, sample at least {}, weights {}", terms.min_n, terms.weights)
        }
    };
    match language {
        Language::Zh => {
            format!("截至 {stood},成文 {made};办法 {}{rules}{}", terms.set, mark(" 校验 ", hash))
        }
        Language::En => format!(
            "As of {stood}, made {made}; set {}{rules}{}",
            terms.set,
            mark(", check ", hash)
        ),
    }
}

fn mark(label: &str, hash: &str) -> String {
    if hash.is_empty() { String::new() } else { format!("{label}{hash}") }
}

/// `2026-05-07 08:30` out of an RFC 3339 instant.
pub fn moment(rfc3339: &str) -> String {
    rfc3339.get(..16).unwrap_or(rfc3339).replace('T', " ")
}

fn section(section: &Section, language: Language) -> String {
    let title = section.title.pick(language);
    if section.rows.is_empty() {
        return format!("{title}: {}", language.pick("无", "none"));
    }
    let mut table = comfy_table::Table::new();
    table.load_style(comfy_table::presets::NOTHING);
    let header = section.columns.iter().map(|column| column.title.pick(language).to_uppercase());
    table.set_header(header);
    for row in &section.rows {
        table.add_row(row.iter().map(|cell| cell.shown(language)));
    }
    for (place, column) in table.column_iter_mut().enumerate() {
        column.set_padding((0, 2));
        let numbers = |row: &Vec<Cell>| row.get(place).is_none_or(is_count);
        if section.rows.iter().all(numbers) {
            column.set_cell_alignment(comfy_table::CellAlignment::Right);
        }
    }
    let note = section.note.as_ref().map(|note| format!("\n{}", note.pick(language)));
    format!("{title}\n{}{}", table.trim_fmt(), note.unwrap_or_default())
}

fn is_count(cell: &Cell) -> bool {
    matches!(cell, Cell::Count(_) | Cell::Nothing(()))
}

fn changes(document: &Document, language: Language) -> String {
    let how = |how: &str| match how {
        "added" => language.pick("新增", "added"),
        "gone" => language.pick("剔除", "gone"),
        _ => language.pick("变更", "changed"),
    };
    let line = |one: &crate::core::report::Altered| {
        let fields = one.fields.iter();
        let fields: Vec<String> =
            fields.map(|(column, was, is)| format!("{column} {was} -> {is}")).collect();
        format!("  {} {} {} {}", one.ticket, one.unit, how(&one.how), fields.join(", "))
            .trim_end()
            .to_owned()
    };
    let lines: Vec<String> = document.changes.iter().map(line).collect();
    format!("{}\n{}", language.pick("更正的工单", "Tickets that changed"), lines.join("\n"))
}
