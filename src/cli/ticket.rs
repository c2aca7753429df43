//! `duban ticket`: look at tickets and tell of events from a terminal.

pub mod event;

use std::process::ExitCode;

use anyhow::Result;
use serde_json::{Value, json};

use super::{
    explain::{story, warn_of_news},
    open::{ConfigFile, Opened, block_on, unavailable},
    print,
};
use crate::store::{TicketFilter, TicketRow};

/// Looks at tickets and tells of events.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    Show(ShowArgs),
    List(ListArgs),
    Event(event::Args),
}

/// Shows where one ticket stands; `duban explain` says why.
///
/// Example: `duban ticket show W260507-0123`
#[derive(Debug, clap::Args)]
struct ShowArgs {
    /// The ticket's number.
    #[arg(value_name = "TICKET")]
    no: String,
    /// Print JSON instead of tables.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    config: ConfigFile,
}

/// Lists tickets in the order duban heard of them.
///
/// Example: `duban ticket list --unit cx-scjg --open`
#[derive(Debug, clap::Args)]
struct ListArgs {
    /// Only tickets of this responsible unit.
    #[arg(long)]
    unit: Option<String>,
    /// Only tickets under this policy.
    #[arg(long)]
    policy: Option<String>,
    /// Only tickets that stand here in the loop.
    #[arg(long, value_parser = ["received", "dispatched", "accepted", "resolved", "ended"])]
    stage: Option<String>,
    /// Only tickets that have not ended.
    #[arg(long)]
    open: bool,
    /// At most so many.
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(i64).range(1..=10_000))]
    limit: i64,
    /// Go on after this key: `next` of the page before.
    #[arg(long, default_value_t = 0, value_name = "KEY")]
    after: i64,
    /// Print JSON instead of a table.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    config: ConfigFile,
}

/// Runs the command: 1 no such ticket, 65 the event is refused.
pub fn run(args: &Args) -> Result<ExitCode> {
    match &args.command {
        Command::Show(args) => block_on(show(args)),
        Command::List(args) => block_on(list(args)),
        Command::Event(args) => block_on(event::tell(args)),
    }
}

async fn show(args: &ShowArgs) -> Result<ExitCode> {
    let opened = Opened::existing(&args.config).await?;
    let mut shown = story(&opened, &args.no).await?.json(opened.now);
    let parts = shown.as_object_mut().expect("a story is a JSON object");
    parts.retain(|part, _| !["slips", "messages", "journal"].contains(&part.as_str()));
    if args.json {
        print::line(&shown)?;
    } else {
        print_ticket(&shown)?;
    }
    warn_of_news(&opened, &args.no).await?;
    Ok(ExitCode::SUCCESS)
}

/// What is shown of a clock, as its JSON names it.
const CLOCK: [&str; 5] = ["clock", "round", "state", "started", "due"];

fn print_ticket(shown: &Value) -> Result<()> {
    let next = match &shown["next"] {
        Value::Null => "nothing until something happens".to_owned(),
        next => {
            format!("{}: {} at {}", plain(&next["step"]), plain(&next["slip"]), plain(&next["at"]))
        }
    };
    print::line(format!("ticket  {}", plain(&shown["ticket"])))?;
    for name in ["stage", "round", "unit", "policy"] {
        print::line(format!("{name:<7} {}", plain(&shown[name])))?;
    }
    print::line(format!("next    {next}\n"))?;
    let clocks = shown["clocks"].as_array().into_iter().flatten();
    print::table(CLOCK, clocks.map(|clock| CLOCK.map(|name| plain(&clock[name]))))
}

/// A JSON value as a table shows it.
fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other @ (Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_)) => {
            other.to_string()
        }
    }
}

async fn list(args: &ListArgs) -> Result<ExitCode> {
    let opened = Opened::existing(&args.config).await?;
    let filter = TicketFilter {
        unit: args.unit.clone(),
        policy: args.policy.clone(),
        stage: args.stage.clone(),
        open: args.open.then_some(true),
    };
    let rows = opened.store.tickets(&filter, args.limit, args.after).await.map_err(unavailable)?;
    let is_full = rows.len() as i64 == args.limit;
    let next = rows.last().filter(|_| is_full).map(|row| row.key);
    if args.json {
        let tickets: Vec<Value> = rows.iter().map(|row| row_json(&opened, row)).collect();
        print::line(json!({ "tickets": tickets, "next": next }))?;
        return Ok(ExitCode::SUCCESS);
    }
    print::table(
        ["ticket", "stage", "unit", "policy", "next look"],
        rows.into_iter().map(|row| {
            let next_look = row.next_look.map(|at| opened.local(at)).unwrap_or_default();
            [row.no, row.stage, row.unit, row.policy, next_look]
        }),
    )?;
    if let Some(next) = next {
        eprintln!("duban: there may be more; go on with `--after {next}`");
    }
    Ok(ExitCode::SUCCESS)
}

fn row_json(opened: &Opened, row: &TicketRow) -> Value {
    json!({
        "ticket": row.no, "stage": row.stage, "open": row.open, "unit": row.unit, "policy": row.policy,
        "next_look": row.next_look.map(|at| opened.rfc3339(at)), "lines": row.head_seq,
        "heard_of": opened.rfc3339(row.created),
    })
}
