//! `duban org import` and `duban org export`: tables in, tables out.

use std::{
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context as _, Result};
use serde_json::{Value, json};

use super::Whose;
use crate::{
    cli::{EXIT_DATA, EXIT_USAGE, Failure, open::bad_data},
    roster::{self, Changes, Moved, Sheet},
};

/// Ids told one by one; the others are counted.
const TOLD_MAX: usize = 20;

/// Writes the organisation from tables: units, people, posts, areas, absences (CSV, headers English or Chinese).
///
/// Every bad row is told with file and line, and with one bad row nothing is written. The same tables
/// give the same file. Example: `duban org import --policies policies/city staff/`
#[derive(Debug, clap::Args)]
pub struct ImportArgs {
    /// CSV files, told apart by name (units.csv ...) or header, or one folder of them.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Where to write; without it org.toml of the policy set.
    #[arg(long)]
    out: Option<PathBuf>,
    /// Say who would come and go, and write nothing.
    #[arg(long)]
    dry_run: bool,
    /// Print JSON instead of words.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    whose: Whose,
}

/// Writes the organisation as tables, one CSV file each.
#[derive(Debug, clap::Args)]
pub struct ExportArgs {
    /// The folder for the files.
    #[arg(value_name = "DIR")]
    dir: PathBuf,
    #[command(flatten)]
    whose: Whose,
}

/// Exit code 0: written, or nothing to change; 65: rows are bad.
pub fn import(args: &ImportArgs) -> Result<ExitCode> {
    let chosen = args.whose.load()?;
    let sheets = read(&args.files)?;
    let org = match roster::read(&sheets, &chosen.set) {
        Ok(org) => org,
        Err(bad) => {
            for row in &bad {
                eprintln!("{row}");
            }
            if args.json {
                let rows = bad.iter().map(ToString::to_string).collect::<Vec<_>>();
                say!("{}", json!({ "written": Value::Null, "bad": rows }));
            }
            eprintln!("{} bad rows; nothing was written", bad.len());
            return Ok(ExitCode::from(EXIT_DATA));
        }
    };
    let changes = Changes::between(&chosen.org, &org);
    let out = match &args.out {
        Some(out) => Some(out.clone()),
        None => args.whose.file()?,
    };
    let written = out.filter(|_| !args.dry_run);
    match &written {
        Some(out) => write(out, &roster::to_toml(&org, chosen.set.calendar.zone()))?,
        None if args.dry_run => {}
        None => {
            let message = "the set is no folder of yours; say with --out where to write".to_owned();
            return Err(Failure { code: EXIT_USAGE, message }.into());
        }
    }
    if args.json {
        say!("{}", as_json(&changes, written.as_deref()));
    } else {
        print(&changes, written.as_deref())?;
    }
    Ok(ExitCode::SUCCESS)
}

/// The CSV files named, or those of the folder named.
fn read(files: &[PathBuf]) -> Result<Vec<Sheet>> {
    let mut paths = Vec::new();
    for path in files {
        if !path.is_dir() {
            paths.push(path.clone());
            continue;
        }
        let entries =
            fs::read_dir(path).with_context(|| format!("cannot read {}", path.display()))?;
        for entry in entries {
            let path = entry?.path();
            if path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("csv")) {
                paths.push(path);
            }
        }
    }
    paths.sort();
    if paths.is_empty() {
        return Err(bad_data("there is no CSV file in this folder".to_owned()));
    }
    let sheet = |path: &PathBuf| {
        let file = path.display().to_string();
        let bytes = fs::read(path).with_context(|| format!("cannot read {file}"))?;
        let text = String::from_utf8(bytes)
            .map_err(|_| bad_data(format!("{file} is not UTF-8; save it as CSV UTF-8")))?;
        Ok(Sheet { file, text })
    };
    paths.iter().map(sheet).collect()
}

/// Whole or not at all.
fn write(out: &Path, text: &str) -> Result<()> {
    let cannot = || format!("cannot write {}", out.display());
    let beside = out.with_extension("toml.new");
    fs::write(&beside, text).with_context(cannot)?;
    fs::rename(&beside, out).with_context(cannot)
}

fn print(changes: &Changes, written: Option<&Path>) -> Result<()> {
    for (table, Moved { come, go, change }) in &changes.tables {
        if come.len() + go.len() + change.len() == 0 {
            continue;
        }
        say!("{table}: {} come, {} go, {} change", come.len(), go.len(), change.len());
        for (mark, ids) in [("+", come), ("-", go), ("~", change)] {
            for id in ids.iter().take(TOLD_MAX) {
                say!("  {mark} {id}");
            }
            if ids.len() > TOLD_MAX {
                say!("  {mark} ... and {} more", ids.len() - TOLD_MAX);
            }
        }
    }
    if changes.is_empty() {
        say!("nothing changes");
    }
    match written {
        Some(out) => say!("written to {}; `duban check` says what is missing", out.display()),
        None => say!("nothing was written"),
    }
    Ok(())
}

fn as_json(changes: &Changes, written: Option<&Path>) -> Value {
    let tables = changes.tables.iter().map(|(table, moved)| {
        let Moved { come, go, change } = moved;
        ((*table).to_owned(), json!({ "come": come, "go": go, "change": change }))
    });
    json!({
        "written": written.map(|out| out.display().to_string()),
        "changes": Value::Object(tables.collect()),
    })
}

/// Writes units.csv, people.csv ... into a folder.
pub fn export(args: &ExportArgs) -> Result<ExitCode> {
    let chosen = args.whose.load()?;
    fs::create_dir_all(&args.dir).with_context(|| format!("cannot make {}", args.dir.display()))?;
    for sheet in roster::sheets(&chosen.org, chosen.set.calendar.zone()) {
        let path = args.dir.join(&sheet.file);
        fs::write(&path, &sheet.text)
            .with_context(|| format!("cannot write {}", path.display()))?;
        say!("{}: {} rows", path.display(), sheet.text.lines().count() - 1);
    }
    Ok(ExitCode::SUCCESS)
}
