//! `duban restore`: a backup into an empty store.

use std::{
    fs::File,
    io::{self, BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::Result;
use serde_json::json;

use super::{
    backup::failed,
    open::{ConfigFile, bad_data, block_on, unavailable},
    print,
};
use crate::store::{Store, verify_copy};

/// Takes a backup of `duban backup` into the configured store, which must be empty: SQLite or
/// PostgreSQL, whichever the backup came from.
///
/// The hash at the end of the file is checked before anything is written; the file is taken whole
/// or not at all. Run `duban audit` afterwards: it proves that every journal is whole and every
/// ticket stands where its journal says.
///
/// Example: `duban restore /var/backups/duban-2026-05-07.zst --config /etc/duban/duban.toml`
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The backup.
    file: PathBuf,
    /// Only check the file; needs no store.
    #[arg(long)]
    check: bool,
    /// Print JSON instead of words.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    config: ConfigFile,
}

/// Runs the command: 65 the file is no whole backup or the store is not empty, 69 the store is down.
pub fn run(args: &Args) -> Result<ExitCode> {
    block_on(restore(args))
}

async fn restore(args: &Args) -> Result<ExitCode> {
    let copy = verify_copy(lines(&args.file)?).map_err(failed)?;
    let place = if args.check {
        args.file.display().to_string()
    } else {
        let config = args.config.load()?;
        let store = Store::open(&config.store.url).await.map_err(unavailable)?;
        store.copy_in(&copy, lines(&args.file)?).await.map_err(failed)?;
        config.store.shown()
    };
    print::line(if args.json {
        json!({ "store": place, "rows": copy.rows, "at": copy.at, "checked": args.check })
            .to_string()
    } else if args.check {
        format!("{place}: a whole backup of {}, {} rows", copy.at, copy.rows)
    } else {
        format!(
            "{place}: {} rows as they were at {}; `duban audit` proves them",
            copy.rows, copy.at
        )
    })?;
    Ok(ExitCode::SUCCESS)
}

fn lines(file: &Path) -> Result<impl Iterator<Item = io::Result<String>>> {
    let wrong = |error: io::Error| bad_data(format!("{}: {error}", file.display()));
    let reader = zstd::Decoder::new(File::open(file).map_err(wrong)?).map_err(wrong)?;
    Ok(BufReader::new(reader).lines())
}
