//! `duban silence`: units that are told nothing for a while.

use std::process::ExitCode;

use anyhow::Result;
use serde_json::{Value, json};

use super::{
    open::{ConfigFile, Opened, block_on, no, unavailable},
    print,
};
use crate::{
    core::{silence::Silence, span::Span, timestamp::Timestamp},
    store::SilenceRow,
};

/// Declares, lists and ends silences: units that are told nothing for a while.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    List(ListArgs),
    Add(AddArgs),
    End(EndArgs),
}

/// Lists silences that are not over: those of silences.toml and those declared with `add`.
///
/// Example: `duban silence list`
#[derive(Debug, clap::Args)]
struct ListArgs {
    /// Those that are over, too.
    #[arg(long)]
    all: bool,
    /// Print JSON instead of a table.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    config: ConfigFile,
}

/// Declares a silence: messages to these units wait until it is over, emergencies do not.
///
/// Example: `duban silence add --unit cx-scjg --for 2h --owner p02 --reason "电话交换机检修"`
#[derive(Debug, clap::Args)]
struct AddArgs {
    /// A unit, with everything below it; may be given several times.
    #[arg(long = "unit", required_unless_present = "everybody", value_name = "UNIT")]
    units: Vec<String>,
    /// Everybody.
    #[arg(long, conflicts_with = "units")]
    everybody: bool,
    /// When it begins; standard: now.
    #[arg(long, value_name = "INSTANT", value_parser = instant)]
    from: Option<Timestamp>,
    /// When it is over.
    #[arg(long, value_name = "INSTANT", value_parser = instant, required_unless_present = "span")]
    until: Option<Timestamp>,
    /// How long it lasts: `30m`, `2h`, `3d`.
    #[arg(long = "for", value_name = "SPAN", conflicts_with = "until")]
    span: Option<String>,
    /// Who answers for it.
    #[arg(long)]
    owner: String,
    /// Why; shown wherever a message waits for it.
    #[arg(long)]
    reason: String,
    /// Print JSON instead of words.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    config: ConfigFile,
}

/// Ends a silence before its time; what waited leaves now.
///
/// Example: `duban silence end 3 --by p02`
#[derive(Debug, clap::Args)]
struct EndArgs {
    /// Its number, as `duban silence list` prints it.
    id: i64,
    /// Who ends it.
    #[arg(long)]
    by: String,
    #[command(flatten)]
    config: ConfigFile,
}

fn instant(text: &str) -> Result<Timestamp, String> {
    Timestamp::parse(text).map_err(|_| {
        "write an instant with its offset, like `2026-05-07T09:12:00+08:00`".to_owned()
    })
}

/// Runs the command: 1 no such unit, person or silence, or no such while.
pub fn run(args: &Args) -> Result<ExitCode> {
    match &args.command {
        Command::List(args) => block_on(list(args)),
        Command::Add(args) => block_on(add(args)),
        Command::End(args) => block_on(end(args)),
    }
}

async fn list(args: &ListArgs) -> Result<ExitCode> {
    let opened = Opened::existing(&args.config).await?;
    let now = opened.now;
    let declared = if args.all {
        opened.store.silences_ever().await
    } else {
        opened.store.silences(now).await
    };
    let declared = declared.map_err(unavailable)?;
    let of_file = opened.rules.silences.iter().filter(|one| args.all || one.to > now);
    if args.json {
        let of_file: Vec<Value> = of_file.map(|one| silence_json(&opened, one)).collect();
        let declared: Vec<Value> = declared.iter().map(|row| row_json(&opened, row)).collect();
        let all = [of_file, declared].concat();
        print::line(json!({ "silences": all }))?;
        return Ok(ExitCode::SUCCESS);
    }
    let line = |id: String, one: &Silence, ended: String| {
        let units = if one.units.is_empty() { "*".to_owned() } else { one.units.join(" ") };
        let (from, to) = (opened.local(one.from), opened.local(one.to));
        [id, units, from, to, one.owner.clone(), one.reason.clone(), ended]
    };
    let of_file = of_file.map(|one| line("file".to_owned(), one, String::new()));
    let declared = declared.into_iter().map(|row| {
        let (id, ended) = (row.id.to_string(), row.ended.map(|at| opened.local(at)));
        line(id, &Silence::from(row), ended.unwrap_or_default())
    });
    print::table(
        ["id", "units", "from", "to", "owner", "reason", "ended"],
        of_file.chain(declared),
    )?;
    Ok(ExitCode::SUCCESS)
}

fn silence_json(opened: &Opened, one: &Silence) -> Value {
    json!({
        "units": one.units, "from": opened.local(one.from), "to": opened.local(one.to),
        "owner": one.owner, "reason": one.reason,
    })
}

fn row_json(opened: &Opened, row: &SilenceRow) -> Value {
    let mut said = silence_json(opened, &Silence::from(row.clone()));
    said["id"] = row.id.into();
    said["created"] = opened.local(row.created).into();
    said["ended"] = row.ended.map(|at| opened.local(at)).into();
    said["ended_by"] = row.ended_by.clone().into();
    said
}

async fn add(args: &AddArgs) -> Result<ExitCode> {
    let opened = Opened::existing(&args.config).await?;
    let org = &opened.rules.org;
    if let Some(unit) = args.units.iter().find(|unit| !org.units.contains_key(*unit)) {
        return Err(no(format!(
            "there is no unit `{unit}`; `duban org show` prints those there are"
        )));
    }
    for (key, said) in [("owner", &args.owner), ("reason", &args.reason)] {
        if said.trim().is_empty() {
            return Err(no(format!("a silence has its {key}; `--{key}` is empty")));
        }
    }
    let from = args.from.unwrap_or(opened.now);
    let to = match (args.until, &args.span) {
        (Some(until), _) => until,
        (None, Some(span)) => match Span::parse(span) {
            Ok(Span::Elapsed(ms)) => from.plus_ms(ms),
            Ok(Span::Days(days)) => opened.rules.current.calendar.add_days(from, days),
            Ok(_) => return Err(no(format!("`{span}` counts working time; write `2h` or `3d`"))),
            Err(error) => return Err(no(error.to_string())),
        },
        (None, None) => return Err(no("a silence ends: give `--until` or `--for`")),
    };
    Silence::check(from, to).map_err(|error| no(error.to_string()))?;
    let one = Silence {
        units: args.units.clone(),
        from,
        to,
        owner: args.owner.clone(),
        reason: args.reason.clone(),
    };
    let id = opened.store.silence_add(&one, opened.now).await.map_err(unavailable)?;
    if args.json {
        let mut said = silence_json(&opened, &one);
        said["id"] = id.into();
        print::line(said)?;
    } else {
        print::line(format!("silence {id} holds until {}", opened.local(to)))?;
    }
    Ok(ExitCode::SUCCESS)
}

async fn end(args: &EndArgs) -> Result<ExitCode> {
    let opened = Opened::existing(&args.config).await?;
    let ended = opened.store.silence_end(args.id, &args.by, opened.now).await;
    if !ended.map_err(unavailable)? {
        return Err(no(format!(
            "there is no silence {} that is not over; `duban silence list` shows those there are",
            args.id
        )));
    }
    print::line(format!("silence {} is over; what waited leaves now", args.id))?;
    Ok(ExitCode::SUCCESS)
}
