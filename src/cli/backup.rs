//! `duban backup`: the whole store as one file, while the daemon runs.

use std::{
    fs::File,
    io::{self, Write as _},
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context as _, Result};
use serde_json::json;

use super::{
    open::{ConfigFile, bad_data, block_on, existing_store, unavailable},
    print,
};
use crate::{store::CopyError, wall::Wall};

/// How hard zstd tries.
const LEVEL: i32 = 3;

/// Writes the whole store into one file, as it is at one moment, beside a running daemon.
///
/// The file is zstd-compressed lines of JSON with a hash at its end, the same from SQLite and
/// PostgreSQL; `duban restore` takes it into an empty store of either. Contacts in it are sealed:
/// keep the key file apart from it. Nothing is overwritten.
///
/// Example: `duban backup /var/backups/duban-2026-05-07.zst`
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The file to make; it must not exist.
    file: PathBuf,
    /// Print JSON instead of words.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    config: ConfigFile,
}

/// Runs the command: 65 the file cannot be made, 69 the store is down.
pub fn run(args: &Args) -> Result<ExitCode> {
    block_on(backup(args))
}

async fn backup(args: &Args) -> Result<ExitCode> {
    let config = args.config.load()?;
    let store = existing_store(&config).await?;
    // It gets its name when it is whole: a backup that was cut short is never taken for one.
    let part = part_of(&args.file);
    if args.file.exists() {
        return Err(bad_data(format!("{} exists; nothing is overwritten", args.file.display())));
    }
    let file =
        File::create(&part).map_err(|error| bad_data(format!("{}: {error}", part.display())))?;
    let mut writer = zstd::Encoder::new(file, LEVEL)?;
    let copied = store.copy_out(|line| writeln!(writer, "{line}"), Wall::Host.now()).await;
    let rows = match copied {
        Ok(rows) => rows,
        Err(error) => {
            drop(writer);
            std::fs::remove_file(&part).context("removing what was written of the backup")?;
            return Err(failed(error));
        }
    };
    let file = writer.finish()?;
    file.sync_all()?;
    let bytes = file.metadata()?.len();
    std::fs::rename(&part, &args.file)?;
    print::line(if args.json {
        json!({ "file": args.file, "rows": rows, "bytes": bytes }).to_string()
    } else {
        format!("{}: {rows} rows, {bytes} bytes", args.file.display())
    })?;
    Ok(ExitCode::SUCCESS)
}

fn part_of(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".part");
    PathBuf::from(name)
}

/// What went wrong with a copy, with the exit code of its kind.
pub fn failed(error: CopyError) -> anyhow::Error {
    match error {
        CopyError::Store(error) => unavailable(error),
        CopyError::File(error) if error.kind() == io::ErrorKind::StorageFull => {
            unavailable_file(&error)
        }
        CopyError::File(_)
        | CopyError::Line { .. }
        | CopyError::Cut { .. }
        | CopyError::Changed
        | CopyError::NotEmpty { .. }
        | CopyError::OtherTables { .. } => bad_data(error),
    }
}

fn unavailable_file(error: &io::Error) -> anyhow::Error {
    let message = error.to_string();
    super::Failure { code: super::EXIT_UNAVAILABLE, message }.into()
}
