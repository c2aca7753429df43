//! What was published, and how a correction follows it.

use std::collections::{BTreeMap, BTreeSet};

use super::{Ask, Report, ReportError};
use crate::{
    core::{
        report::{Altered, Document, LINE},
        timestamp::Timestamp,
    },
    store::{ReportRow, Store},
};

/// Of zstd; the lines are many and alike.
const LEVEL: i32 = 3;
/// Changed tickets a document names; the others are counted in its note.
const CHANGES_MAX: usize = 10_000;

/// A report with the rows it counted.
pub struct Kept {
    pub report: Report,
    lines: Vec<u8>,
}

/// The report as it was published, if it was.
pub async fn find(store: &Store, ask: Ask) -> Result<Option<Kept>, ReportError> {
    let when = ask.when.to_string();
    let Some(row) = store.report(ask.kind.name(), &when, ask.version).await? else {
        return Ok(None);
    };
    let document = serde_json::from_str(&row.body).map_err(|error| unreadable(ask, &error))?;
    Ok(Some(Kept { report: Report { document, hash: Some(row.hash) }, lines: row.lines }))
}

fn unreadable(ask: Ask, reason: &dyn std::fmt::Display) -> ReportError {
    let (when, reason) = (ask.when.to_string(), reason.to_string());
    ReportError::Unreadable { kind: ask.kind, when, reason }
}

/// Publishes what was counted, unless its period still runs, or nothing changed.
pub async fn keep(
    store: &Store,
    ask: Ask,
    mut document: Document,
    lines: Vec<String>,
    closed: bool,
    before: Option<Kept>,
    now: Timestamp,
) -> Result<Report, ReportError> {
    if !closed {
        document.version = 0;
        return Ok(Report { document, hash: None });
    }
    if let Some(before) = before {
        let old = unpacked(&before.lines).map_err(|error| unreadable(ask, &error))?;
        document.changes = changes(&old, &lines);
        if document.changes.is_empty() && document.sections == before.report.document.sections {
            return Ok(before.report); // nothing changed is no version
        }
        document.version = before.report.document.version + 1;
    }
    let body = serde_json::to_string(&document).map_err(|error| unreadable(ask, &error))?;
    let hash = blake3::hash(body.as_bytes()).to_hex().to_string();
    let row = ReportRow {
        kind: ask.kind.name().to_owned(),
        period: ask.when.to_string(),
        version: document.version,
        made: now,
        hash: hash.clone(),
        body,
        lines: packed(&lines).map_err(|error| unreadable(ask, &error))?,
    };
    if store.keep_report(&row).await? {
        return Ok(Report { document, hash: Some(hash) });
    }
    // Somebody else published it in the same moment: theirs is the report.
    let theirs = find(store, Ask { version: Some(row.version), ..ask }).await?;
    theirs.map(|kept| kept.report).ok_or_else(|| unreadable(ask, &"it is gone"))
}

fn packed(lines: &[String]) -> std::io::Result<Vec<u8>> {
    zstd::encode_all(lines.join("\n").as_bytes(), LEVEL)
}

fn unpacked(bytes: &[u8]) -> std::io::Result<Vec<String>> {
    let text = zstd::decode_all(bytes)?;
    let text = String::from_utf8_lossy(&text).into_owned();
    Ok(text.lines().map(str::to_owned).collect())
}

/// Tickets that count differently, column by column.
fn changes(old: &[String], new: &[String]) -> Vec<Altered> {
    let (was, is): (BTreeSet<&String>, BTreeSet<&String>) =
        (old.iter().collect(), new.iter().collect());
    let mut tickets: BTreeMap<(&str, &str), [Vec<Vec<&str>>; 2]> = BTreeMap::new();
    let sides = [was.difference(&is), is.difference(&was)];
    for (side, lines) in sides.into_iter().enumerate() {
        for line in lines {
            let cells: Vec<&str> = line.split('\t').collect();
            let [ticket, unit, rest @ ..] = cells.as_slice() else { continue };
            tickets.entry((ticket, unit)).or_default()[side].push(rest.to_vec());
        }
    }
    let altered = tickets.into_iter().take(CHANGES_MAX).map(|((ticket, unit), [was, is])| {
        let how = match (was.is_empty(), is.is_empty()) {
            (true, _) => "added",
            (_, true) => "gone",
            (false, false) => "changed",
        };
        let fields = match (was.first(), is.first()) {
            (Some(was), Some(is)) => differing(was, is),
            _ => Vec::new(), // it is there as a whole, or not
        };
        Altered { ticket: ticket.to_owned(), unit: unit.to_owned(), how: how.to_owned(), fields }
    });
    altered.collect()
}

fn differing(was: &[&str], is: &[&str]) -> Vec<(String, String, String)> {
    let pairs = LINE.iter().zip(was.iter().zip(is));
    pairs
        .filter(|(_, (was, is))| was != is)
        .map(|(column, (was, is))| ((*column).to_owned(), (*was).to_owned(), (*is).to_owned()))
        .collect()
}
