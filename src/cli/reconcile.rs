//! `duban reconcile`: the tickets of another system against those here, number by number.

use std::{
    collections::BTreeSet,
    io::BufRead,
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context as _, Result};
use serde_json::json;

use super::{
    EXIT_NO,
    open::{ConfigFile, Opened, bad_data, block_on, instant, unavailable},
    print,
};
use crate::{core::timestamp::Timestamp, intake::files, store::TicketFilter};

/// What a column of ticket numbers may be called.
const COLUMNS: [&str; 7] =
    ["ticket", "no", "id", "service_request_id", "工单号", "工单编号", "编号"];
/// Tickets read together.
const PAGE: i64 = 1_000;
/// Numbers listed for a person; JSON has all.
const SHOWN_MAX: usize = 50;

/// Compares the tickets of another system with those here: how many, and which are missing where.
///
/// FILE has one number a line, or is CSV with a column of numbers, or JSON lines with `ticket`.
///
/// Example: `duban reconcile today.csv --from 2026-05-07T00:00:00+08:00`
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The other system's tickets; `.gz` and `.zst` too, `-` reads standard input.
    file: PathBuf,
    /// The column with the numbers, where it has another name than usual.
    #[arg(long)]
    column: Option<String>,
    /// Of the tickets here, only those heard of from this instant on.
    #[arg(long, value_parser = instant)]
    from: Option<Timestamp>,
    /// Of the tickets here, only those heard of before this instant.
    #[arg(long, value_parser = instant)]
    to: Option<Timestamp>,
    /// Of the tickets here, only those that have not ended.
    #[arg(long)]
    open: bool,
    /// Print JSON instead of text.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    config: ConfigFile,
}

/// Runs the command: 1 if anything is missing on either side, 65 the file has no numbers.
pub fn run(args: &Args) -> Result<ExitCode> {
    let there = numbers(&args.file, args.column.as_deref())?;
    block_on(compare(args, there))
}

async fn compare(args: &Args, there: BTreeSet<String>) -> Result<ExitCode> {
    let opened = Opened::existing(&args.config).await?;
    let mut here = BTreeSet::new();
    let mut outside = BTreeSet::new(); // known, but not asked for
    let mut after = 0;
    loop {
        let rows = opened.store.tickets(&TicketFilter::default(), PAGE, after).await;
        let rows = rows.map_err(unavailable)?;
        let Some(last) = rows.last() else { break };
        after = last.key;
        for row in rows {
            let is_asked_for = args.from.is_none_or(|from| row.created >= from)
                && args.to.is_none_or(|to| row.created < to)
                && (row.open || !args.open);
            if is_asked_for { &mut here } else { &mut outside }.insert(row.no);
        }
    }
    let is_unknown = |no: &&String| !here.contains(*no) && !outside.contains(*no);
    let missing_here: Vec<&String> = there.iter().filter(is_unknown).collect();
    let missing_there: Vec<&String> = here.difference(&there).collect();
    let agrees = missing_here.is_empty() && missing_there.is_empty();
    if args.json {
        print::line(json!({
            "there": there.len(), "here": here.len(),
            "missing_here": missing_here, "missing_there": missing_there,
        }))?;
    } else {
        say!("{} tickets there, {} here", there.len(), here.len());
        list("not known here", &missing_here)?;
        list("only here", &missing_there)?;
        if agrees {
            say!("nothing is missing on either side");
        }
    }
    Ok(if agrees { ExitCode::SUCCESS } else { ExitCode::from(EXIT_NO) })
}

fn list(what: &str, numbers: &[&String]) -> Result<()> {
    if numbers.is_empty() {
        return Ok(());
    }
    say!("{} {what}:", numbers.len());
    for no in numbers.iter().take(SHOWN_MAX) {
        say!("  {no}");
    }
    if numbers.len() > SHOWN_MAX {
        say!("  and {} more; `--json` has them all", numbers.len() - SHOWN_MAX);
    }
    Ok(())
}

/// The numbers in a file of any of the three shapes.
fn numbers(path: &Path, column: Option<&str>) -> Result<BTreeSet<String>> {
    let shown = path.display();
    let reader = files::open(path).with_context(|| format!("cannot read {shown}"))?;
    let lines: std::io::Result<Vec<String>> = reader.lines().collect();
    let lines = lines.with_context(|| format!("cannot read {shown}"))?;
    let found = of_lines(&lines, column).map_err(|error| bad_data(format!("{shown}: {error}")))?;
    if found.is_empty() {
        return Err(bad_data(format!("{shown} has no ticket numbers")));
    }
    Ok(found)
}

fn of_lines(lines: &[String], column: Option<&str>) -> Result<BTreeSet<String>, String> {
    let text = || lines.iter().map(|line| line.trim_start_matches('\u{feff}').trim());
    let first = text().find(|line| !line.is_empty()).unwrap_or_default();
    if first.starts_with('{') {
        let ticket = |(line, text): (usize, &str)| {
            let value: serde_json::Value =
                serde_json::from_str(text).map_err(|_| format!("line {} is no JSON", line + 1))?;
            let no = value.get(column.unwrap_or("ticket")).and_then(|no| no.as_str());
            no.map(str::to_owned).ok_or_else(|| format!("line {} names no ticket", line + 1))
        };
        return text().enumerate().filter(|(_, line)| !line.is_empty()).map(ticket).collect();
    }
    let heads: Vec<&str> = first.split(',').map(|head| head.trim().trim_matches('"')).collect();
    let wanted = |head: &str| match column {
        Some(column) => head == column,
        None => COLUMNS.contains(&head),
    };
    let Some(index) = heads.iter().position(|head| wanted(head)) else {
        return match (column, heads.len()) {
            (Some(column), _) => Err(format!("there is no column `{column}`")),
            (None, 1) => Ok(text().filter(|line| !line.is_empty()).map(str::to_owned).collect()),
            (None, _) => {
                Err("no column looks like ticket numbers; name it with `--column`".to_owned())
            }
        };
    };
    let joined = lines.join("\n");
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(joined.as_bytes());
    let mut found = BTreeSet::new();
    for record in reader.records() {
        let record = record.map_err(|error| error.to_string())?;
        let no = record.get(index).unwrap_or_default().trim();
        if !no.is_empty() {
            found.insert(no.to_owned());
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Name, the file, the column asked for, what is found or said.
    type Row =
        (&'static str, &'static str, Option<&'static str>, Result<&'static str, &'static str>);

    #[test]
    fn numbers_are_found_in_any_shape() {
        #[rustfmt::skip]
        let table: [Row; 8] = [
            ("plain",           "W1\n\n W2 \n",                              None,           Ok("W1 W2")),
            ("a column",        "unit,工单号\na,W1\nb,W2\n",                 None,           Ok("W1 W2")),
            ("a named column",  "x,y\nW1,a\nW2,b\n",                         Some("x"),      Ok("W1 W2")),
            ("quotes",          "no,name\n\"W1\",\"a, b\"\n",                None,           Ok("W1")),
            ("events",          "{\"ticket\":\"W1\"}\n{\"ticket\":\"W1\"}\n", None,          Ok("W1")),
            ("no such column",  "x,y\nW1,a\n",                               Some("z"),      Err("there is no column `z`")),
            ("no known column", "x,y\nW1,a\n",                               None,           Err("no column looks like ticket numbers; name it with `--column`")),
            ("no ticket",       "{\"event\":\"received\"}\n",                None,           Err("line 1 names no ticket")),
        ];
        for (name, text, column, want) in table {
            let lines: Vec<String> = text.lines().map(str::to_owned).collect();
            let found = of_lines(&lines, column);
            let found = found.map(|found| found.into_iter().collect::<Vec<_>>().join(" "));
            assert_eq!(found, want.map(str::to_owned).map_err(str::to_owned), "{name}");
        }
    }
}
