//! What the figures are printed from: the files read and counted, each by the rules of its period.

use std::{collections::BTreeSet, fs, path::Path, sync::Arc};

use anyhow::Result;

use super::Args;
use crate::{
    cli::{
        EXIT_USAGE, Failure,
        open::{bad_data, misconfigured},
        sets,
    },
    core::{
        period::Period,
        policy::PolicySet,
        rates::{
            Board, Change, Moved, Row, Rules, Sheet, Standing, Table, board, changes, in_force,
            moved, tally,
        },
        wording::Language,
    },
    wall::Wall,
};

/// A larger file is no export.
const FILE_BYTES_MAX: u64 = 1 << 30;

/// Everything counted.
pub struct Figured {
    pub set: Arc<PolicySet>,
    /// Those of the last file: they rank all of them.
    pub rules: Rules,
    pub language: Language,
    pub files: Vec<Counted>,
    pub table: Table,
    pub board: Board,
    pub refused: Vec<Refusal>,
    /// Lines of files the figures are compared with.
    pub refused_beside: u64,
    pub unknown: Vec<String>,
    pub before: Option<Table>,
    pub restated: Option<Restated>,
}

/// One file.
pub struct Counted {
    pub file: String,
    pub period: Option<Period>,
    pub rules: String,
    pub rows: u64,
    pub refused: u64,
}

/// One line that does not count.
pub struct Refusal {
    pub file: String,
    pub line: u64,
    pub reason: String,
}

/// What a correction changed.
pub struct Restated {
    pub version: usize,
    pub tickets: Vec<Altered>,
    pub rates: Vec<Moved>,
    /// Units whose score, zone or rank differs: before and after, where they were there.
    pub standings: Vec<(String, [Option<Standing>; 2])>,
}

/// One ticket a correction changed.
pub struct Altered {
    pub ticket: String,
    pub unit: String,
    pub how: &'static str,
    pub fields: Vec<(&'static str, String, String)>,
}

impl Figured {
    /// Reads and counts.
    pub fn of(args: &Args) -> Result<Self> {
        let set = sets::load(&args.policies)?.set;
        let periods = args.period_of_each()?;
        let last = periods.last().copied().flatten();
        let rules = args.rules(&set, last)?;
        let mut figured = Self {
            language: Language::of(args.language.as_deref().unwrap_or(&set.language)),
            files: Vec::new(),
            table: Table::default(),
            board: board(&Table::default(), &rules),
            refused: Vec::new(),
            refused_beside: 0,
            unknown: Vec::new(),
            before: None,
            restated: None,
            set,
            rules,
        };
        let mut rows = Vec::new();
        for (path, period) in args.files.iter().zip(periods) {
            let rules = args.rules(&figured.set, period)?;
            let sheet = figured.read(path, &rules)?;
            figured.table.add(&tally(&rules, &sheet.rows));
            figured.table.groups.extend(sheet.groups);
            figured.files.push(Counted {
                file: path.display().to_string(),
                period,
                rules: rules.id,
                rows: sheet.rows.len() as u64,
                refused: sheet.refused_count,
            });
            rows = sheet.rows;
        }
        figured.board = board(&figured.table, &figured.rules);
        if let Some(published) = args.restates.last() {
            if args.files.len() > 1 {
                return Err(usage("--restates takes one FILE: one period is corrected"));
            }
            let old = figured.read_beside(published)?;
            figured.restated = Some(figured.restated(args.restates.len(), old, &rows));
        }
        if let Some(file) = &args.before {
            let old = figured.read_beside(file)?;
            figured.before = Some(tally(&figured.rules, &old.rows));
        }
        Ok(figured)
    }

    /// Rows that count, of all files.
    pub fn rows(&self) -> u64 {
        self.files.iter().map(|counted| counted.rows).sum()
    }

    /// Lines that do not.
    pub fn refused_count(&self) -> u64 {
        self.files.iter().map(|counted| counted.refused).sum()
    }

    /// Reads a file; the reasons for what is refused of it are kept.
    fn read(&mut self, path: &Path, rules: &Rules) -> Result<Sheet> {
        let file = path.display().to_string();
        let cannot = |error: &dyn std::fmt::Display| bad_data(format!("{file}: {error}"));
        if fs::metadata(path).map_err(|error| cannot(&error))?.len() > FILE_BYTES_MAX {
            return Err(cannot(&format!("larger than {FILE_BYTES_MAX} bytes, which is no export")));
        }
        let bytes = fs::read(path).map_err(|error| cannot(&error))?;
        let mut sheet = Sheet::read(&bytes, rules).map_err(|error| cannot(&error))?;
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
    fn read_beside(&mut self, path: &Path) -> Result<Sheet> {
        let sheet = self.read(path, &self.rules.clone())?;
        self.refused_beside += sheet.refused_count;
        Ok(sheet)
    }

    /// The next version; nothing changed is no version.
    fn restated(&self, versions: usize, old: Sheet, new: &[Row]) -> Restated {
        let changed = changes(&old.rows, new);
        let version = versions + usize::from(!changed.is_empty());
        let tickets = changed.into_iter().map(|change| Altered::of(change, &self.rules)).collect();
        let mut published = tally(&self.rules, &old.rows);
        published.groups = old.groups;
        let before = board(&published, &self.rules);
        let units: BTreeSet<&String> = before.units.keys().chain(self.board.units.keys()).collect();
        let both = units.into_iter().map(|unit| {
            let of = |board: &Board| board.units.get(unit).cloned();
            (unit.clone(), [of(&before), of(&self.board)])
        });
        let standings = both.filter(|(_, [before, after])| before != after).collect();
        Restated { version, tickets, rates: moved(&published, &self.table), standings }
    }
}

impl Args {
    fn period_of_each(&self) -> Result<Vec<Option<Period>>> {
        match &self.periods[..] {
            [] => Ok(vec![None; self.files.len()]),
            [one] => Ok(vec![Some(*one); self.files.len()]),
            many if many.len() == self.files.len() => Ok(many.iter().copied().map(Some).collect()),
            many => Err(usage(&format!(
                "{} periods for {} files; name one for all of them, or one each",
                many.len(),
                self.files.len()
            ))),
        }
    }

    /// The version in force on the first day of the period, or today.
    fn rules(&self, set: &PolicySet, period: Option<Period>) -> Result<Rules> {
        let first = period.map(|period| period.span(set.calendar.zone()).0);
        let day = set.calendar.date_of(first.unwrap_or_else(|| Wall::Host.now()));
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

fn usage(message: &str) -> anyhow::Error {
    Failure { code: EXIT_USAGE, message: message.to_owned() }.into()
}
