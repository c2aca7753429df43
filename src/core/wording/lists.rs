//! Lists of tickets in words: a summary for a short message, rows for a mail.

use jiff::tz::TimeZone;

use super::{Names, civil, civil::Language};
use crate::core::{
    list::{Filled, Row},
    message::Piece,
};

/// Messages named one by one in a letter made of several.
const ROWS_MAX: usize = 200;

/// How many tickets each section has: `今日应签收3件、今日应办结2件`.
pub(super) fn summary(lists: &[Filled], language: Language) -> String {
    let counted = lists.iter().filter(|section| section.count > 0).map(|section| {
        let (name, count) = (language.pick(&section.zh, &section.en), section.count);
        match language {
            Language::Zh => format!("{name}{count}件"),
            Language::En => format!("{name} {count}"),
        }
    });
    counted.collect::<Vec<_>>().join(language.pick("、", ", "))
}

/// Each section that has any: its name with the count, and its tickets, a line each.
pub(super) fn rows(
    lists: &[Filled],
    names: &Names,
    zone: &TimeZone,
    language: Language,
) -> Vec<(String, String)> {
    let some = lists.iter().filter(|section| section.count > 0);
    some.map(|section| {
        let name = language.pick(&section.zh, &section.en);
        let mut lines: Vec<String> =
            section.rows.iter().map(|row| line(row, names, zone, language)).collect();
        let more = section.count.saturating_sub(section.rows.len());
        if more > 0 {
            lines.push(match language {
                Language::Zh => format!("另有{more}件"),
                Language::En => format!("and {more} more"),
            });
        }
        (format!("{name} ({})", section.count), lines.join("\n"))
    })
    .collect()
}

/// What a letter made of several messages is called.
pub(super) fn title_of(together: &[Piece], language: Language) -> String {
    let count = together.len();
    match language {
        Language::Zh => format!("{count}件工单有新通知"),
        Language::En => format!("{count} notices"),
    }
}

/// A line for each message in a letter made of several: the ticket, its slip, and when it is due.
pub(super) fn table(
    together: &[Piece],
    names: &Names,
    zone: &TimeZone,
    language: Language,
) -> Vec<(String, String)> {
    let row = |piece: &Piece| {
        let slip = names.slip(&piece.slip, language);
        let serial = piece.serial.as_deref().unwrap_or_default();
        let serial = civil::serial(serial, &piece.slip, language);
        let due = piece.due.map(|due| civil::moment(due, zone, language));
        let parts = [slip.unwrap_or_default(), serial, due.unwrap_or_default()];
        let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        (piece.no.clone(), parts.join("  "))
    };
    let mut rows: Vec<(String, String)> = together.iter().take(ROWS_MAX).map(row).collect();
    let more = together.len().saturating_sub(ROWS_MAX);
    if more > 0 {
        let rest = match language {
            Language::Zh => format!("另有{more}件"),
            Language::En => format!("and {more} more"),
        };
        rows.push((String::new(), rest));
    }
    rows
}

fn line(row: &Row, names: &Names, zone: &TimeZone, language: Language) -> String {
    let unit = names.unit(&row.unit, language).unwrap_or_default();
    let due = row.due.map(|due| civil::moment(due, zone, language)).unwrap_or_default();
    [row.ticket.clone(), unit, due]
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join("  ")
}
