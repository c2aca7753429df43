//! Lists of tickets in words: a summary for a short message, rows for a mail.

use jiff::tz::TimeZone;

use super::{Names, civil, civil::Language};
use crate::core::{
    list::{Filled, Row},
    message::Piece,
};

/// Messages named one by one in a letter made of several.
const ROWS_MAX: usize = 200;

/// Tickets that stand under one name in the table of a mail.
pub(super) struct Group {
    /// Empty where there is only one group.
    pub title: String,
    pub lines: Vec<Line>,
    /// What is said of those that are not shown.
    pub more: String,
}

/// One ticket of a group.
pub(super) struct Line {
    pub no: String,
    /// Its unit, or its slip.
    pub about: String,
    pub due: String,
}

impl Group {
    /// The group in plain text, a ticket a line.
    pub fn text(&self) -> String {
        let lines = self.lines.iter().map(|line| joined(&[&line.no, &line.about, &line.due], "  "));
        let lines: Vec<String> = lines.collect();
        joined(&[&self.title, &lines.join("\n"), &self.more], "\n")
    }
}

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

/// Each section that has any: its name with the count, and its tickets.
pub(super) fn sections(
    lists: &[Filled],
    names: &Names,
    zone: &TimeZone,
    language: Language,
) -> Vec<Group> {
    let some = lists.iter().filter(|section| section.count > 0);
    some.map(|section| {
        let line = |row: &Row| Line {
            no: row.ticket.clone(),
            about: names.unit(&row.unit, language).unwrap_or_default(),
            due: row.due.map(|due| civil::moment(due, zone, language)).unwrap_or_default(),
        };
        let name = language.pick(&section.zh, &section.en);
        Group {
            title: format!("{name} ({})", section.count),
            lines: section.rows.iter().map(line).collect(),
            more: more(section.count.saturating_sub(section.rows.len()), language),
        }
    })
    .collect()
}

/// How many are not shown; empty if all are.
fn more(count: usize, language: Language) -> String {
    match language {
        _ if count == 0 => String::new(),
        Language::Zh => format!("另有{count}件"),
        Language::En => format!("and {count} more"),
    }
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
pub(super) fn together(
    together: &[Piece],
    names: &Names,
    zone: &TimeZone,
    language: Language,
) -> Group {
    let line = |piece: &Piece| {
        let slip = names.slip(&piece.slip, language).unwrap_or_default();
        let serial = piece.serial.as_deref().unwrap_or_default();
        let serial = civil::serial(serial, &piece.slip, language);
        Line {
            no: piece.no.clone(),
            about: joined(&[&slip, &serial], " "),
            due: piece.due.map(|due| civil::moment(due, zone, language)).unwrap_or_default(),
        }
    };
    Group {
        title: String::new(),
        lines: together.iter().take(ROWS_MAX).map(line).collect(),
        more: more(together.len().saturating_sub(ROWS_MAX), language),
    }
}

fn joined(parts: &[&str], between: &str) -> String {
    let parts: Vec<&str> = parts.iter().copied().filter(|part| !part.is_empty()).collect();
    parts.join(between)
}
