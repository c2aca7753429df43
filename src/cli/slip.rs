//! `duban slip`: look at slips and take one back.

use std::process::ExitCode;

use anyhow::Result;
use serde_json::{Value, json};

use super::{
    open::{ConfigFile, Opened, block_on, no, unavailable},
    print,
    ticket::event::{append, told_json},
};
use crate::{
    core::event::{Event, Kind},
    store::{Appended, SlipFilter, SlipRow},
};

/// Looks at slips and takes them back.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    List(ListArgs),
    Withdraw(WithdrawArgs),
}

/// Lists slips, newest first.
///
/// Example: `duban slip list --unit cx-scjg --kind yellow --state open`
#[derive(Debug, clap::Args)]
struct ListArgs {
    /// Only slips of this ticket.
    #[arg(long)]
    ticket: Option<String>,
    /// Only slips of this unit.
    #[arg(long)]
    unit: Option<String>,
    /// Only slips of this kind, as the policy names it.
    #[arg(long)]
    kind: Option<String>,
    /// Only slips that stand, or only those taken back.
    #[arg(long, value_parser = ["open", "withdrawn"])]
    state: Option<String>,
    /// At most so many.
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(i64).range(1..=10_000))]
    limit: i64,
    /// Go on after this id: `next` of the page before.
    #[arg(long, value_name = "ID")]
    after: Option<i64>,
    /// Print JSON instead of a table.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    config: ConfigFile,
}

/// Takes a slip back: what of it still waits is not sent, and the step does not fire again.
///
/// Example: `duban slip withdraw W260507-0123/r1/resolve//0/2.0.0 --reason "sent to the wrong unit" --by li4`
#[derive(Debug, clap::Args)]
struct WithdrawArgs {
    /// The slip's key, as `duban slip list --json` prints it.
    key: String,
    /// Why; stands in the journal and on the slip.
    #[arg(long)]
    reason: String,
    /// Who says so.
    #[arg(long)]
    by: Option<String>,
    /// Print JSON instead of words.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    config: ConfigFile,
}

/// Runs the command: 1 no such ticket or slip, or it was taken back already.
pub fn run(args: &Args) -> Result<ExitCode> {
    match &args.command {
        Command::List(args) => block_on(list(args)),
        Command::Withdraw(args) => block_on(withdraw(args)),
    }
}

async fn list(args: &ListArgs) -> Result<ExitCode> {
    let opened = Opened::existing(&args.config).await?;
    let ticket_key = match &args.ticket {
        Some(ticket) => Some(opened.ticket(ticket).await?.key),
        None => None,
    };
    let filter = SlipFilter {
        ticket_key,
        unit: args.unit.clone(),
        kind: args.kind.clone(),
        state: args.state.clone(),
        before: args.after,
        limit: args.limit,
        ..SlipFilter::default()
    };
    let slips = opened.store.slips(&filter).await.map_err(unavailable)?;
    let is_full = slips.len() as i64 == args.limit;
    let next = slips.last().filter(|_| is_full).map(|slip| slip.id);
    if args.json {
        let slips: Vec<Value> = slips.iter().map(|slip| slip_json(&opened, slip)).collect();
        print::line(json!({ "slips": slips, "next": next }))?;
        return Ok(ExitCode::SUCCESS);
    }
    print::table(
        ["at", "ticket", "slip", "serial", "clock", "step", "unit", "state"],
        slips.into_iter().map(|slip| {
            let (at, serial) = (opened.local(slip.at), slip.serial.unwrap_or_default());
            [at, slip.ticket_no, slip.kind, serial, slip.clock, slip.step, slip.unit, slip.state]
        }),
    )?;
    if let Some(next) = next {
        eprintln!("duban: there may be more; go on with `--after {next}`");
    }
    Ok(ExitCode::SUCCESS)
}

/// The same shape as `GET /api/v1/slips`.
fn slip_json(opened: &Opened, slip: &SlipRow) -> Value {
    let instant = |at| opened.rfc3339(at);
    let recipients: Value = serde_json::from_str(&slip.recipients).unwrap_or(Value::Null);
    json!({
        "id": slip.id, "key": slip.key, "ticket": slip.ticket_no, "round": slip.round, "clock": slip.clock,
        "unit": slip.unit, "step": slip.step, "kind": slip.kind, "serial": slip.serial,
        "at": instant(slip.at), "due": slip.due.map(instant), "reply_due": slip.reply_due.map(instant),
        "recipients": recipients, "state": slip.state, "reason": slip.reason,
        "withdrawn": slip.withdrawn.map(instant),
    })
}

async fn withdraw(args: &WithdrawArgs) -> Result<ExitCode> {
    let opened = Opened::existing(&args.config).await?;
    let filter = SlipFilter { key: Some(args.key.clone()), ..SlipFilter::default() };
    let found = opened.store.slips(&filter).await.map_err(unavailable)?;
    let Some(slip) = found.into_iter().next() else {
        return Err(no(format!(
            "there is no slip `{}`; `duban slip list --json` shows the keys of those there are",
            args.key
        )));
    };
    if let Some(at) = slip.withdrawn {
        let reason = slip.reason.unwrap_or_default();
        let at = opened.local(at);
        return Err(no(format!("slip `{}` was withdrawn at {at} already: {reason}", args.key)));
    }
    let mut event = Event::new(slip.ticket_no.as_str(), Kind::SlipWithdrawn, opened.now);
    event.by.clone_from(&args.by);
    event.data.insert("slip".to_owned(), Value::from(slip.key.as_str()));
    event.data.insert("reason".to_owned(), Value::from(args.reason.as_str()));
    let appended = append(&opened, event).await?;
    print::line(match appended {
        _ if args.json => told_json(&slip.ticket_no, appended).to_string(),
        Appended::Accepted { seq } => {
            format!(
                "accepted: line {seq} of {}; the engine takes the slip back at its next look",
                slip.ticket_no
            )
        }
        Appended::Duplicate => format!("duplicate: {} has this event already", slip.ticket_no),
    })?;
    Ok(ExitCode::SUCCESS)
}
