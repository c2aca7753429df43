//! `duban ticket`: look at tickets and tell of events from a terminal.

pub mod event;
mod publish;

use std::process::ExitCode;

use anyhow::Result;
use serde_json::{Value, json};

use super::{
    EXIT_USAGE, Failure,
    explain::{story, warn_of_news},
    open::{ConfigFile, Opened, block_on, unavailable},
    print,
};
use crate::{
    core::{
        ticket::{Stage, Ticket},
        timestamp::Timestamp,
    },
    store::{TicketFilter, TicketRow},
};

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
    Publish(publish::Args),
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
    /// Only tickets in this stage: `received`, `dispatched`, `accepted`, `resolved` or `ended`, or a stage of the
    /// policy set in force, by id or name.
    #[arg(long)]
    stage: Option<String>,
    /// Only tickets that have been in their stage at least this long: `2d`, `4h`.
    #[arg(long, value_parser = humantime::parse_duration, value_name = "SPAN")]
    min_age: Option<std::time::Duration>,
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
        Command::Publish(args) => block_on(publish::publish(args)),
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
        stage: args.stage.as_deref().map(|name| stage_id(&opened, name)).transpose()?,
        open: args.open.then_some(true),
    };
    let (rows, next) = page(&opened, &filter, args).await?;
    if args.json {
        let tickets: Vec<Value> = rows.iter().map(|row| row_json(&opened, row)).collect();
        print::line(json!({ "tickets": tickets, "next": next }))?;
        return Ok(ExitCode::SUCCESS);
    }
    print::table(
        ["ticket", "stage", "since", "unit", "policy", "next look"],
        rows.into_iter().map(|row| {
            let local = |at: Option<Timestamp>| at.map(|at| opened.local(at)).unwrap_or_default();
            let since = local(since(&row));
            let stage = stage_name(&opened, &row.stage).to_owned();
            let next_look = local(row.next_look);
            [row.no, stage, since, row.unit, row.policy, next_look]
        }),
    )?;
    if let Some(next) = next {
        eprintln!("duban: there may be more; go on with `--after {next}`");
    }
    Ok(ExitCode::SUCCESS)
}

/// The next rows that fit, and where to go on.
async fn page(
    opened: &Opened,
    filter: &TicketFilter,
    args: &ListArgs,
) -> Result<(Vec<TicketRow>, Option<i64>)> {
    let wanted = usize::try_from(args.limit).unwrap_or(usize::MAX);
    let is_old = |row: &TicketRow| {
        let Some(min_age) = args.min_age else { return true };
        let ms = i64::try_from(min_age.as_millis()).unwrap_or(i64::MAX);
        since(row).is_some_and(|at| opened.now.since(at) >= ms)
    };
    let (mut found, mut after) = (Vec::new(), args.after);
    loop {
        let rows = opened.store.tickets(filter, args.limit, after).await.map_err(unavailable)?;
        let is_last = rows.len() < wanted;
        for row in rows {
            after = row.key;
            if is_old(&row) {
                found.push(row);
            }
            if found.len() == wanted {
                return Ok((found, Some(after)));
            }
        }
        if is_last {
            return Ok((found, None));
        }
    }
}

/// Since when a ticket is in its stage.
fn since(row: &TicketRow) -> Option<Timestamp> {
    let ticket: Ticket = serde_json::from_str(row.state.as_deref()?).ok()?;
    ticket.in_stage_since()
}

/// The id of a stage the user names, in the set's words or in duban's.
fn stage_id(opened: &Opened, name: &str) -> Result<String> {
    let stages = &opened.rules.current.stages;
    let own =
        stages.iter().find(|stage| [&stage.id, &stage.zh, &stage.en].contains(&&name.to_owned()));
    let loop_names = Stage::ALL.map(Stage::name);
    match own {
        Some(stage) => Ok(stage.id.clone()),
        None if loop_names.contains(&name) => Ok(name.to_owned()),
        None => {
            let known: Vec<&str> =
                stages.iter().map(|stage| stage.zh.as_str()).chain(loop_names).collect();
            let message = format!("there is no stage `{name}`; there are {}", known.join(", "));
            Err(Failure { code: EXIT_USAGE, message }.into())
        }
    }
}

/// What the set in force calls a stage; ids of older sets stand for themselves.
fn stage_name<'a>(opened: &'a Opened, id: &'a str) -> &'a str {
    let set = &opened.rules.current;
    set.stage(id).map_or(id, |stage| if set.language == "en" { &stage.en } else { &stage.zh })
}

fn row_json(opened: &Opened, row: &TicketRow) -> Value {
    json!({
        "ticket": row.no, "stage": row.stage, "stage_name": stage_name(opened, &row.stage),
        "since": since(row).map(|at| opened.rfc3339(at)), "open": row.open, "unit": row.unit, "policy": row.policy,
        "next_look": row.next_look.map(|at| opened.rfc3339(at)), "lines": row.head_seq,
        "heard_of": opened.rfc3339(row.created),
    })
}
