//! `duban connector`: where connectors stand, what they refused, and one look by hand.

use std::process::ExitCode;

use anyhow::Result;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use super::{
    EXIT_DATA, EXIT_UNAVAILABLE, Failure,
    open::{ConfigFile, Opened, block_on, key, misconfigured, no, unavailable},
    print,
};
use crate::{
    config::Config,
    connector::{Connector, ConnectorError, Hands, Tally},
    core::timestamp::Timestamp,
    store::{LookRow, PositionRow, RefusedRow, Store},
};

/// Lists connectors, shows where they stand and what they refused, and looks once by hand.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    List(ListArgs),
    Status(StatusArgs),
    Run(RunArgs),
}

/// Lists the configured connectors: what they read, when they looked last, how it went.
///
/// Example: `duban connector list`
#[derive(Debug, clap::Args)]
struct ListArgs {
    /// Print JSON instead of a table.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    config: ConfigFile,
}

/// Shows where one connector stands, its last files, and what it refused last. Exit code 1: its last
/// look met trouble.
///
/// Example: `duban connector status platform`
#[derive(Debug, clap::Args)]
struct StatusArgs {
    /// The connector's name in `duban.toml`.
    name: String,
    /// At most so many files and refusals.
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(i64).range(1..=1_000))]
    limit: i64,
    /// Print JSON instead of text.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    config: ConfigFile,
}

/// Looks at the source now, beside or without the daemon, and reads all there is. Exit code 65: rows
/// were refused; 69: the source cannot be read.
///
/// Example: `duban connector run platform --once`
#[derive(Debug, clap::Args)]
struct RunArgs {
    /// The connector's name in `duban.toml`.
    name: String,
    /// Look once and end; without it, look again every so often until interrupted.
    #[arg(long)]
    once: bool,
    /// Print JSON instead of a line.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    config: ConfigFile,
}

/// Runs the command.
pub fn run(args: &Args) -> Result<ExitCode> {
    match &args.command {
        Command::List(args) => block_on(list(args)),
        Command::Status(args) => block_on(status(args)),
        Command::Run(args) => block_on(read(args)),
    }
}

/// What the store knows of one connector.
struct Standing {
    look: Option<LookRow>,
    sums: [i64; 4],
    position: Option<PositionRow>,
}

impl Standing {
    async fn of(store: &Store, name: &str) -> Result<Self> {
        Ok(Self {
            look: store.connector_look(name).await.map_err(unavailable)?,
            sums: store.connector_sums(name).await.map_err(unavailable)?,
            position: store.connector_position(name, "").await.map_err(unavailable)?,
        })
    }

    fn trouble(&self) -> Option<&str> {
        self.look.as_ref()?.trouble.as_deref()
    }

    /// In one word, for tables.
    fn verdict(&self) -> &'static str {
        match &self.look {
            None => "never looked",
            Some(look) if look.trouble.is_some() => "trouble",
            Some(_) => "ok",
        }
    }

    fn json(&self, opened: &Opened) -> Value {
        let at = |at: Timestamp| opened.rfc3339(at);
        let [rows, accepted, duplicates, refused] = self.sums;
        json!({
            "looked": self.look.as_ref().map(|look| at(look.looked)),
            "well": self.look.as_ref().and_then(|look| look.well).map(at),
            "trouble": self.trouble(),
            "position": self.position.as_ref().map(|row| row.position.as_str()),
            "rows": rows, "accepted": accepted, "duplicates": duplicates, "refused": refused,
        })
    }
}

async fn list(args: &ListArgs) -> Result<ExitCode> {
    let opened = Opened::existing(&args.config).await?;
    let mut listed = Vec::new();
    let mut rows = Vec::new();
    for connector in &opened.config.connectors {
        let standing = Standing::of(&opened.store, &connector.name).await?;
        let mut one = standing.json(&opened);
        one["name"] = connector.name.as_str().into();
        one["kind"] = connector.kind.name().into();
        one["source"] = connector.source().into();
        listed.push(one);
        let looked = standing.look.as_ref().map(|look| opened.local(look.looked));
        let [read, accepted, _, refused] = standing.sums;
        rows.push([
            connector.name.clone(),
            connector.kind.name().to_owned(),
            connector.source(),
            looked.unwrap_or_else(|| "-".to_owned()),
            standing.verdict().to_owned(),
            read.to_string(),
            accepted.to_string(),
            refused.to_string(),
        ]);
    }
    if args.json {
        print::line(Value::Array(listed))?;
    } else if rows.is_empty() {
        say!("no [[connector]] is configured; docs/connectors.md shows how");
    } else {
        let header = ["name", "kind", "source", "looked", "verdict", "rows", "accepted", "refused"];
        print::table(header, rows)?;
    }
    Ok(ExitCode::SUCCESS)
}

async fn status(args: &StatusArgs) -> Result<ExitCode> {
    let opened = Opened::existing(&args.config).await?;
    let connector = named(&opened.config, &args.name)?;
    let standing = Standing::of(&opened.store, &args.name).await?;
    let parts = opened.store.connector_positions(&args.name, args.limit).await;
    let files: Vec<PositionRow> =
        parts.map_err(unavailable)?.into_iter().filter(|row| !row.part.is_empty()).collect();
    let refused = opened.store.connector_refused(&args.name, args.limit).await;
    let refused = refused.map_err(unavailable)?;
    let code = if standing.trouble().is_some() {
        ExitCode::from(super::EXIT_NO)
    } else {
        ExitCode::SUCCESS
    };
    if args.json {
        let mut one = standing.json(&opened);
        one["name"] = connector.name.as_str().into();
        one["kind"] = connector.kind.name().into();
        one["source"] = connector.source().into();
        one["files"] = files.iter().map(|row| file_json(&opened, row)).collect();
        one["refusals"] = refused.iter().map(|row| refused_json(&opened, row)).collect();
        print::line(one)?;
        return Ok(code);
    }
    let [rows, accepted, duplicates, refusals] = standing.sums;
    say!("{} ({}): {}", connector.name, connector.kind.name(), connector.source());
    match &standing.look {
        None => say!(
            "it never looked; `duban run` or `duban connector run {} --once` does",
            connector.name
        ),
        Some(look) => {
            say!("looked    {}", opened.local(look.looked));
            if let Some(trouble) = &look.trouble {
                say!("trouble   {trouble}");
                let well = look.well.map(|at| opened.local(at));
                say!("last well {}", well.unwrap_or_else(|| "never".to_owned()));
            }
        }
    }
    say!(
        "read      {rows} rows: {accepted} events accepted, {duplicates} known already, {refusals} refused"
    );
    if let Some(row) = standing.position.filter(|row| !row.position.is_empty()) {
        say!("stands at {}", row.position);
    }
    if !files.is_empty() {
        say!("");
        let file = |row: PositionRow| {
            let state = if row.done { "read" } else { "being read" };
            let numbers = [row.rows, row.accepted, row.duplicates, row.refused];
            let [rows, accepted, duplicates, refused] = numbers.map(|number| number.to_string());
            [
                row.name.clone(),
                opened.local(row.at),
                state.to_owned(),
                rows,
                accepted,
                duplicates,
                refused,
            ]
        };
        let header = ["file", "at", "state", "rows", "accepted", "known", "refused"];
        print::table(header, files.into_iter().map(file))?;
    }
    if !refused.is_empty() {
        say!("\nrefused last:");
        for row in &refused {
            say!("{}  {}: {}", opened.local(row.at), row.source, row.reason);
        }
    }
    Ok(code)
}

fn file_json(opened: &Opened, row: &PositionRow) -> Value {
    json!({
        "name": row.name, "hash": row.part, "done": row.done, "rows": row.rows,
        "accepted": row.accepted, "duplicates": row.duplicates, "refused": row.refused,
        "at": opened.rfc3339(row.at),
    })
}

fn refused_json(opened: &Opened, row: &RefusedRow) -> Value {
    let kept: Value = serde_json::from_str(&row.raw).unwrap_or_else(|_| row.raw.as_str().into());
    json!({ "at": opened.rfc3339(row.at), "place": row.source, "reason": row.reason, "row": kept })
}

async fn read(args: &RunArgs) -> Result<ExitCode> {
    let opened = Opened::existing(&args.config).await?;
    let own = named(&opened.config, &args.name)?.clone();
    let connector = Connector::open(&opened.config, own).map_err(misconfigured)?;
    if !connector.polls() {
        let why =
            format!("connector `{}` is called by the other system; it does not look", args.name);
        return Err(Failure { code: super::EXIT_USAGE, message: why }.into());
    }
    let seal = key(&opened.config)?;
    let stop = CancellationToken::new();
    let hands = Hands {
        store: &opened.store,
        rules: &opened.rules,
        seal: &seal,
        wall: crate::wall::Wall::Host,
        stop: &stop,
    };
    loop {
        let tally = connector.pass(&hands).await.map_err(failed)?;
        tell(args, &tally)?;
        if args.once {
            opened.store.close().await;
            return Ok(code(&tally));
        }
        tokio::select! {
            () = tokio::time::sleep(connector.config.every) => {}
            _ = tokio::signal::ctrl_c() => {
                opened.store.close().await;
                return Ok(ExitCode::SUCCESS);
            }
        }
    }
}

fn code(tally: &Tally) -> ExitCode {
    if !tally.troubles.is_empty() {
        ExitCode::from(EXIT_UNAVAILABLE)
    } else if tally.refused > 0 {
        ExitCode::from(EXIT_DATA)
    } else {
        ExitCode::SUCCESS
    }
}

fn tell(args: &RunArgs, tally: &Tally) -> Result<()> {
    let Tally { rows, accepted, duplicates, refused, files, waiting, troubles } = tally;
    for trouble in troubles {
        eprintln!("{trouble}");
    }
    if args.json {
        return print::line(json!({
            "rows": rows, "accepted": accepted, "duplicates": duplicates, "refused": refused,
            "files": files, "waiting": waiting, "troubles": troubles,
        }));
    }
    say!(
        "{rows} rows read: {accepted} events accepted, {duplicates} known already, {refused} refused"
    );
    if *files > 0 || *waiting > 0 {
        say!("{files} files done, {waiting} not complete yet");
    }
    if *refused > 0 {
        say!("`duban connector status {}` names what was refused", args.name);
    }
    Ok(())
}

fn failed(error: ConnectorError) -> anyhow::Error {
    match error {
        ConnectorError::Store(error) => unavailable(error),
        ConnectorError::Mapping { .. } => misconfigured(error),
        ConnectorError::Garbled { .. } => super::open::bad_data(error),
        ConnectorError::Foreign { .. } | ConnectorError::File { .. } => {
            Failure { code: EXIT_UNAVAILABLE, message: error.to_string() }.into()
        }
    }
}

fn named<'c>(
    config: &'c Config,
    name: &str,
) -> Result<&'c crate::config::connectors::ConnectorConfig> {
    config.connector(name).ok_or_else(|| {
        let known: Vec<&str> = config.connectors.iter().map(|one| one.name.as_str()).collect();
        let known = if known.is_empty() {
            "none is".to_owned()
        } else {
            format!("there are {}", known.join(", "))
        };
        no(format!("no connector `{name}` is configured; {known}"))
    })
}
