//! `duban slip list`.

use std::process::ExitCode;

use anyhow::Result;
use serde_json::{Value, json};

use crate::{
    cli::{
        open::{ConfigFile, Opened, unavailable},
        print,
    },
    core::period::Period,
    paper,
    store::SlipFilter,
};

/// Lists slips, newest first.
///
/// Example: `duban slip list --unit cx-scjg --kind yellow --state open --period 2026-05`
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Only slips of this ticket.
    #[arg(long)]
    ticket: Option<String>,
    /// Only slips of this unit.
    #[arg(long)]
    unit: Option<String>,
    /// Only slips of this kind, as the policy names it.
    #[arg(long, visible_alias = "type")]
    kind: Option<String>,
    /// Only slips nothing came for yet, received ones, answered ones, or those taken back.
    #[arg(long, value_parser = ["open", "receipted", "replied", "withdrawn"])]
    state: Option<String>,
    /// Only slips issued in this day, month, quarter, half-year or year: `2026-05-07`, `2026-05`, `2026-Q2`, `2026-H1`, `2026`.
    #[arg(long, value_parser = Period::parse)]
    period: Option<Period>,
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

/// Prints a page of slips.
pub async fn list(args: &Args) -> Result<ExitCode> {
    let opened = Opened::existing(&args.config).await?;
    let ticket_key = match &args.ticket {
        Some(ticket) => Some(opened.ticket(ticket).await?.key),
        None => None,
    };
    let span = args.period.as_ref().map(|period| period.span(opened.zone()));
    let filter = SlipFilter {
        ticket_key,
        unit: args.unit.clone(),
        kind: args.kind.clone(),
        state: args.state.clone(),
        from: span.map(|(from, _)| from),
        to: span.map(|(_, to)| to),
        before: args.after,
        limit: args.limit,
        ..SlipFilter::default()
    };
    let slips = opened.store.slips(&filter).await.map_err(unavailable)?;
    let is_full = slips.len() as i64 == args.limit;
    let next = slips.last().filter(|_| is_full).map(|slip| slip.id);
    if args.json {
        let slips: Vec<Value> = slips.iter().map(|slip| paper::json(slip, opened.zone())).collect();
        print::line(json!({ "slips": slips, "next": next }))?;
        return Ok(ExitCode::SUCCESS);
    }
    print::table(
        ["at", "ticket", "slip", "serial", "clock", "step", "unit", "sent", "delivered", "state"],
        slips.into_iter().map(|slip| {
            let (at, serial) = (opened.local(slip.at), slip.serial.unwrap_or_default());
            let sent = format!("{} of {}", slip.sent, slip.messages);
            let delivered = slip.delivered.to_string();
            [
                at,
                slip.ticket_no,
                slip.kind,
                serial,
                slip.clock,
                slip.step,
                slip.unit,
                sent,
                delivered,
                slip.state,
            ]
        }),
    )?;
    if let Some(next) = next {
        eprintln!("duban: there may be more; go on with `--after {next}`");
    }
    Ok(ExitCode::SUCCESS)
}
