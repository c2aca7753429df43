//! `duban import`: events, or rows of another system, into the store.

use std::{
    io::{IsTerminal as _, stderr},
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::Result;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value, json};

use super::{
    EXIT_DATA, EXIT_USAGE, Failure,
    open::{self, ConfigFile, bad_data, block_on, misconfigured, unavailable},
};
use crate::{
    config::Config,
    intake::{
        files::{self, Lines, Taken},
        import::{Import, Sink, Tally},
        mapping::{self, Mapping, Rows, RowsError},
    },
    rules::Rules,
    store::StoreError,
    wall::{self, Wall},
};

/// Brings events, or rows of another system, into the store; doing it twice changes nothing.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Events, one JSON object a line (`.jsonl`), or CSV; `.zst` and `.gz` are unpacked, `-` is
    /// standard input.
    file: PathBuf,
    /// How rows become events: a mapping file, or a shipped one (boston311, cn12345-export, uci-incidents).
    #[arg(long, value_name = "MAP.toml")]
    map: Option<PathBuf>,
    /// Check everything and write nothing.
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    config: ConfigFile,
    /// Print the report as JSON.
    #[arg(long)]
    json: bool,
}

pub fn run(args: &Args) -> Result<ExitCode> {
    if args.map.is_none() && is_csv(&args.file) {
        let message = format!(
            "{} holds rows, not events; say how to read them with `--map MAP.toml`",
            args.file.display()
        );
        return Err(Failure { code: EXIT_USAGE, message }.into());
    }
    let config = args.config.load()?;
    let rules = open::current_rules(&config, Wall::Host.now())?;
    let mapping = args.map.as_deref().map(mapping::load).transpose().map_err(misconfigured)?;
    let started = wall::stopwatch();
    block_on(async {
        let tally = import(args, &config, &rules, mapping.as_ref()).await?;
        let report = report(args, &tally, started.elapsed().as_millis());
        print(args, &tally, &report)?;
        Ok(if tally.refused > 0 { ExitCode::from(EXIT_DATA) } else { ExitCode::SUCCESS })
    })
}

/// Whether the name says CSV, packed or not.
fn is_csv(path: &Path) -> bool {
    let name = path.to_string_lossy().to_ascii_lowercase();
    let name = name.trim_end_matches(".zst").trim_end_matches(".gz");
    Path::new(name).extension().is_some_and(|ending| ending == "csv")
}

async fn import(
    args: &Args,
    config: &Config,
    rules: &Rules,
    mapping: Option<&Mapping>,
) -> Result<Tally> {
    let file = args.file.display().to_string();
    let bar = progress(&args.file);
    let metered = bar.clone();
    let reader = files::open_metered(&args.file, |file| Box::new(metered.wrap_read(file)))
        .map_err(|error| unreadable(&file, &error))?;
    let taken: Box<dyn Iterator<Item = std::io::Result<Taken>>> = match mapping {
        None => Box::new(Lines::new(reader, &file)),
        Some(mapping) => {
            Box::new(Rows::open(mapping, reader, &file).map_err(|error| match error {
                RowsError::Mapping(unusable) => misconfigured(unusable),
                RowsError::Io(error) => unreadable(&file, &error),
            })?)
        }
    };
    let open =
        if args.dry_run { None } else { Some((open::store(config).await?, open::key(config)?)) };
    let sink = match &open {
        None => Sink::Nowhere,
        Some((store, sealer)) => Sink::Store { store, sealer },
    };
    let mut import = Import::new(sink, rules, &file);
    for taken in taken {
        let taken = taken.map_err(|error| unreadable(&file, &error))?;
        import.take(taken, Wall::Host.now()).await.map_err(interrupted)?;
    }
    let tally = import.finish(Wall::Host.now()).await.map_err(interrupted)?;
    bar.finish_and_clear();
    if let Some((store, _)) = &open {
        store.close().await;
    }
    Ok(tally)
}

/// A bar over the bytes of the file; nobody draws it where no terminal looks on.
fn progress(path: &Path) -> ProgressBar {
    if !stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = "{wide_bar} {bytes}/{total_bytes}, {eta} left";
    match std::fs::metadata(path) {
        Ok(meta) if meta.is_file() => ProgressBar::new(meta.len())
            .with_style(ProgressStyle::with_template(style).expect("the template is well formed")),
        Ok(_) | Err(_) => ProgressBar::new_spinner(), // a pipe has no length
    }
}

fn unreadable(file: &str, error: &std::io::Error) -> anyhow::Error {
    bad_data(format!("cannot read {file}: {error}"))
}

fn interrupted(error: StoreError) -> anyhow::Error {
    unavailable(error).context("the import stopped; what is written stays, run it again to go on")
}

fn report(args: &Args, tally: &Tally, ms: u128) -> Value {
    json!({
        "file": args.file.display().to_string(),
        "dry_run": args.dry_run,
        "events": tally.events,
        "accepted": tally.accepted,
        "duplicates": tally.duplicates,
        "refused": tally.refused,
        "unknown_kinds": tally.unknown_kinds,
        "refused_lines": tally.told,
        "ms": ms as u64,
    })
}

fn print(args: &Args, tally: &Tally, report: &Value) -> Result<()> {
    for line in &tally.told {
        eprintln!("{line}");
    }
    let untold = tally.refused - tally.told.len() as u64;
    if untold > 0 {
        eprintln!("... and {untold} more");
    }
    if args.json {
        say!("{report}");
        return Ok(());
    }
    let Tally { events, accepted, duplicates, refused, .. } = tally;
    if args.dry_run {
        say!("{events} events read, {accepted} good, {refused} refused; nothing was written");
    } else {
        say!(
            "{events} events read: {accepted} accepted, {duplicates} duplicates, {refused} refused"
        );
    }
    for (kind, count) in &tally.unknown_kinds {
        say!("unknown kind `{kind}`: {count}, kept, moves no clock");
    }
    if *refused > 0 && !args.dry_run {
        say!("refused lines are kept in the store with their reasons");
    }
    Ok(())
}
