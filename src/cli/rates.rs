//! `duban rates`: the rates of any export of tickets, by unit and for the whole.

mod json;
mod text;

use std::{
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
};

use anyhow::Result;

use super::{
    EXIT_DATA,
    open::{bad_data, misconfigured},
    sets,
};
use crate::{
    core::{
        period::Period,
        policy::PolicySet,
        rates::{
            Board, Change, Moved, Row, Rules, Sheet, Table, board, changes, in_force, moved, tally,
        },
        wording::Language,
    },
    wall::Wall,
};

/// Refused lines told one by one; the others are counted.
const TOLD_MAX: usize = 50;

/// Computes the rates of an export: numerator, denominator, exclusions and coverage, by unit.
///
/// The columns are ticket, unit, returned_ok, accept_on_time, contact_on_time, resolve_on_time,
/// q1_contacted, q2_solved, q3_satisfied, eval_outcome, rounds, repeat_30d, exclusion; also q3_first (the first answer) and group (units
/// are ranked in theirs). Each file is a period; several are summed: a year is the sum of its months. Exit code 65: lines were refused,
/// the figures are those of the others.
///
/// Example: `duban rates 2026-05.csv --policies cn --period 2026-05 --json`
#[derive(Debug, clap::Args)]
pub struct Args {
    /// CSV in UTF-8, a period each.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Fewer valid answers than this: no zone and no rank; without it as the rules say.
    #[arg(long, value_name = "N")]
    min_n: Option<u64>,
    /// Folder of the policy set with the `[[rates]]`, or the name of a shipped one.
    #[arg(long, default_value = "cn")]
    policies: PathBuf,
    /// The period the figures are of: the rules in force on its first day are used, not today's.
    #[arg(long, value_parser = Period::parse)]
    period: Option<Period>,
    /// What was published of this period before, oldest first: the figures are the next version, with what changed.
    #[arg(long, value_name = "FILE")]
    restates: Vec<PathBuf>,
    /// An earlier period: how much more was praised and found by ourselves since.
    #[arg(long, value_name = "FILE")]
    before: Option<PathBuf>,
    /// The language of the tables; without it that of the policies.
    #[arg(long, value_parser = ["zh", "en"])]
    language: Option<String>,
    /// Print JSON instead of tables.
    #[arg(long)]
    json: bool,
}

/// Everything the figures are printed from.
struct Figured {
    set: Arc<PolicySet>,
    rules: Rules,
    language: Language,
    table: Table,
    board: Board,
    rows: u64,
    refused: Vec<Refusal>,
    refused_count: u64,
    /// Of files the figures are compared with.
    refused_beside: u64,
    unknown: Vec<String>,
    before: Option<Table>,
    restated: Option<Restated>,
}

/// One line that does not count.
struct Refusal {
    file: String,
    line: u64,
    reason: String,
}

/// What a correction changed.
struct Restated {
    version: usize,
    tickets: Vec<Altered>,
    rates: Vec<Moved>,
}

/// One ticket a correction changed.
struct Altered {
    ticket: String,
    unit: String,
    how: &'static str,
    fields: Vec<(&'static str, String, String)>,
}

/// Prints the figures.
pub fn run(args: &Args) -> Result<ExitCode> {
    let figured = Figured::of(args)?;
    for column in &figured.unknown {
        eprintln!("column `{column}` is not known and not used");
    }
    for Refusal { file, line, reason } in figured.refused.iter().take(TOLD_MAX) {
        eprintln!("{file}:{line}: {reason}");
    }
    if args.json {
        say!("{}", json::figures(&figured));
    } else {
        text::figures(&figured)?;
    }
    let Figured { refused_count, refused_beside, rows, .. } = &figured;
    if refused_count + refused_beside > 0 {
        eprintln!("{refused_count} lines were refused; the figures are those of the other {rows}");
        if *refused_beside > 0 {
            eprintln!("{refused_beside} lines were refused of what they are compared with");
        }
        return Ok(ExitCode::from(EXIT_DATA));
    }
    Ok(ExitCode::SUCCESS)
}

impl Figured {
    fn of(args: &Args) -> Result<Self> {
        let set = sets::load(&args.policies)?.set;
        let rules = args.rules(&set)?;
        let mut figured = Self {
            language: Language::of(args.language.as_deref().unwrap_or(&set.language)),
            table: Table::default(),
            board: board(&Table::default(), &rules),
            rows: 0,
            refused: Vec::new(),
            refused_count: 0,
            refused_beside: 0,
            unknown: Vec::new(),
            before: None,
            restated: None,
            set,
            rules,
        };
        let mut rows = Vec::new();
        for file in &args.files {
            let sheet = figured.read(file)?;
            figured.table.add(&tally(&figured.rules, &sheet.rows));
            figured.table.groups.extend(sheet.groups);
            figured.rows += sheet.rows.len() as u64;
            figured.refused_count += sheet.refused_count;
            rows.push(sheet.rows);
        }
        figured.board = board(&figured.table, &figured.rules);
        if let Some(last) = args.restates.last() {
            let [new] = &rows[..] else {
                return Err(bad_data("--restates takes one file: one period is corrected"));
            };
            let old = figured.read_beside(last)?;
            figured.restated = Some(figured.restated(args.restates.len(), &old, new));
        }
        if let Some(file) = &args.before {
            let old = figured.read_beside(file)?;
            figured.before = Some(tally(&figured.rules, &old));
        }
        Ok(figured)
    }

    /// Reads a file; the reasons for what is refused of it are kept.
    fn read(&mut self, path: &Path) -> Result<Sheet> {
        let file = path.display().to_string();
        let cannot = |error: &dyn std::fmt::Display| bad_data(format!("{file}: {error}"));
        let bytes = fs::read(path).map_err(|error| cannot(&error))?;
        let mut sheet = Sheet::read(&bytes, &self.rules).map_err(|error| cannot(&error))?;
        let refused = std::mem::take(&mut sheet.refused).into_iter();
        self.refused.extend(refused.map(|one| Refusal {
            file: file.clone(),
            line: one.line,
            reason: one.reason,
        }));
        for column in std::mem::take(&mut sheet.unknown) {
            if !self.unknown.contains(&column) {
                self.unknown.push(column);
            }
        }
        Ok(sheet)
    }

    /// Reads a file the figures are compared with.
    fn read_beside(&mut self, path: &Path) -> Result<Vec<Row>> {
        let sheet = self.read(path)?;
        self.refused_beside += sheet.refused_count;
        Ok(sheet.rows)
    }

    /// The next version; nothing changed is no version.
    fn restated(&self, versions: usize, old: &[Row], new: &[Row]) -> Restated {
        let changed = changes(old, new);
        let version = versions + usize::from(!changed.is_empty());
        let tickets = changed.into_iter().map(|change| Altered::of(change, &self.rules)).collect();
        Restated { version, tickets, rates: moved(&tally(&self.rules, old), &self.table) }
    }
}

impl Args {
    /// The version in force on the first day of the period, or today.
    fn rules(&self, set: &PolicySet) -> Result<Rules> {
        let at = match self.period {
            Some(period) => period.span(set.calendar.zone()).0,
            None => Wall::Host.now(),
        };
        let day = set.calendar.date_of(at);
        let Some(rules) = in_force(&set.rates, day) else {
            let message = format!("the policy set `{}` has no [[rates]] in force on {day}", set.id);
            return Err(misconfigured(message));
        };
        let min_n = self.min_n.unwrap_or(rules.min_n);
        Ok(Rules { min_n, ..rules.clone() })
    }
}

impl Altered {
    fn of(change: Change<'_>, rules: &Rules) -> Self {
        let row = change.row();
        let (how, fields) = match change {
            Change::Added(_) => ("added", Vec::new()),
            Change::Gone(_) => ("gone", Vec::new()),
            Change::Altered(was, is) => ("changed", is.differs_from(was, rules)),
        };
        Self { ticket: row.ticket.clone(), unit: row.unit.clone(), how, fields }
    }
}
