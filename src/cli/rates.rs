//! `duban rates`: the rates of any export of tickets, by unit and for the whole.

mod figured;
mod json;
mod text;

use std::{path::PathBuf, process::ExitCode};

use anyhow::Result;

use self::figured::{Figured, Refusal};
use super::EXIT_DATA;
use crate::core::period::Period;

/// Refused lines told one by one; the others are counted.
const TOLD_MAX: usize = 50;

/// Computes the rates of an export: numerator, denominator, exclusions and coverage, by unit.
///
/// The columns are `ticket`, `unit`, `returned_ok`, `accept_on_time`, `contact_on_time`,
/// `resolve_on_time`, `q1_contacted`, `q2_solved`, `q3_satisfied`, `eval_outcome`, `rounds`,
/// `repeat_30d`, `exclusion`; also `q3_first` (the first answer), `overdue_minutes` and `group`
/// (units are ranked in theirs). Each file is a period; several are summed: a year is the sum of its months. Exit code
/// 65: lines were refused, the figures are those of the others.
///
/// Example: `duban rates 2026-05.csv --period 2026-05 --json`
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
    /// The period of the files, or of each of them in their order: the rules in force on its first day are used, not today's.
    #[arg(long = "period", value_parser = Period::parse, value_name = "PERIOD")]
    periods: Vec<Period>,
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
    let (refused, rows) = (figured.refused_count(), figured.rows());
    if refused + figured.refused_beside > 0 {
        eprintln!("{refused} lines were refused; the figures are those of the other {rows}");
        if figured.refused_beside > 0 {
            let beside = figured.refused_beside;
            eprintln!("{beside} lines were refused of what they are compared with");
        }
        return Ok(ExitCode::from(EXIT_DATA));
    }
    Ok(ExitCode::SUCCESS)
}
