//! `duban policy`: what the policies in force would change on running tickets, and doing it.

mod diff;
mod show;

use std::{collections::BTreeMap, process::ExitCode};

use anyhow::Result;
use serde_json::{Value, json};

use super::{
    open::{ConfigFile, bad_data, block_on, existing_store, misconfigured, unavailable, unruly},
    print,
};
use crate::{
    apply::{Change, preview},
    core::timestamp::Timestamp,
    engine::EngineError,
    rules::{Rules, enforce, examine_configured},
    store::Store,
    wall::Wall,
};

/// Tickets in memory at one time.
const PAGE: i64 = 200;

/// Puts policies into force for tickets that run under older ones.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    Apply(ApplyArgs),
    Show(show::Args),
    Diff(diff::Args),
}

/// Shows what the configured policies and calendar would change on tickets that were dispatched under
/// older ones; with `--yes` puts these tickets under them. Elapsed time, pauses, extensions, fired steps
/// and breaches stay; only steps that have not fired are planned anew.
///
/// Exit code 1: there is something to change and `--yes` was not given.
///
/// Example: `duban policy apply` and then `duban policy apply --yes`
#[derive(Debug, clap::Args)]
struct ApplyArgs {
    /// Do it, instead of showing what it would do.
    #[arg(long)]
    yes: bool,
    /// Only tickets of this responsible unit.
    #[arg(long)]
    unit: Option<String>,
    /// Only tickets under this policy.
    #[arg(long)]
    policy: Option<String>,
    /// Show at most so many tickets one by one.
    #[arg(long, default_value_t = 20, value_name = "N")]
    limit: usize,
    /// Print JSON instead of text.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    config: ConfigFile,
}

/// Runs the command.
pub fn run(args: &Args) -> Result<ExitCode> {
    match &args.command {
        Command::Apply(args) => block_on(apply(args)),
        Command::Show(args) => show::show(args),
        Command::Diff(args) => diff::diff(args),
    }
}

/// What the changes add up to.
#[derive(Default)]
struct Total {
    tickets: usize,
    earlier: usize,
    later: usize,
    started: usize,
    ended: usize,
    /// Clocks that would be overdue at once.
    overdue: usize,
    messages: usize,
    /// Slips issued at once, by what they are.
    slips: BTreeMap<String, usize>,
    /// The first tickets, as many as are shown.
    shown: Vec<Change>,
}

async fn apply(args: &ApplyArgs) -> Result<ExitCode> {
    let config = args.config.load()?;
    let store = existing_store(&config).await?;
    let now = Wall::Host.now();
    let examined = examine_configured(&config, None, now);
    let in_force = enforce(examined).map_err(misconfigured)?;
    let rules = if args.yes {
        in_force.settle(&store, now).await.map_err(unruly)?
    } else {
        in_force.rules.with_frozen(&store, now).await.map_err(unruly)?
    };
    let total = walk(args, &rules, &store, now).await?;
    if args.json {
        print::line(total.json(args, &rules))?;
    } else {
        total.print(args, &rules)?;
    }
    let open = total.tickets > 0 && !args.yes;
    Ok(if open { ExitCode::from(super::EXIT_NO) } else { ExitCode::SUCCESS })
}

async fn walk(args: &ApplyArgs, rules: &Rules, store: &Store, now: Timestamp) -> Result<Total> {
    let mut total = Total::default();
    let mut after = 0;
    loop {
        let page = store.page(after, PAGE).await.map_err(unavailable)?;
        let Some(last) = page.last() else { return Ok(total) };
        after = last.key;
        let mut entries = Vec::new();
        for loaded in &page {
            let change = preview(loaded, rules, now).map_err(|error| match error {
                EngineError::Store(error) => unavailable(error),
                other => bad_data(other),
            })?;
            let Some(change) = change.filter(|change| args.takes(change)) else { continue };
            entries.push(change.entry(rules, now));
            total.add(args, change, now);
        }
        if args.yes && !entries.is_empty() {
            store.append(&entries, now).await.map_err(unavailable)?;
        }
    }
}

impl ApplyArgs {
    fn takes(&self, change: &Change) -> bool {
        let of_unit = self.unit.is_none() || self.unit == change.unit;
        of_unit && self.policy.as_ref().is_none_or(|policy| *policy == change.policy.0)
    }
}

impl Total {
    fn add(&mut self, args: &ApplyArgs, change: Change, now: Timestamp) {
        self.tickets += 1;
        self.messages += change.messages;
        for slip in &change.slips {
            *self.slips.entry(slip.clone()).or_default() += 1;
        }
        for clock in &change.clocks {
            let count = match (clock.before, clock.after) {
                (Some(before), Some(after)) if after < before => &mut self.earlier,
                (Some(_), Some(_)) => &mut self.later,
                (None, _) => &mut self.started,
                (Some(_), None) => &mut self.ended,
            };
            *count += 1;
            let was = clock.before.is_some_and(|due| due < now);
            self.overdue += usize::from(!was && clock.after.is_some_and(|due| due < now));
        }
        if self.shown.len() < args.limit {
            self.shown.push(change);
        }
    }

    fn json(&self, args: &ApplyArgs, rules: &Rules) -> Value {
        let zone = rules.current.calendar.zone();
        let at = |at: Option<Timestamp>| at.map(|at| at.to_rfc3339(zone));
        let tickets: Vec<Value> = self
            .shown
            .iter()
            .map(|change| {
                let clocks: Vec<Value> = change
                    .clocks
                    .iter()
                    .map(|one| {
                        json!({ "clock": one.clock, "round": one.round, "before": at(one.before), "after": at(one.after) })
                    })
                    .collect();
                json!({
                    "ticket": change.ticket, "unit": change.unit, "policy_before": change.policy.0,
                    "policy_after": change.policy.1, "clocks": clocks, "slips_at_once": change.slips,
                })
            })
            .collect();
        json!({
            "applied": args.yes, "version": rules.current.version, "hash": rules.current.hash,
            "tickets": self.tickets, "dues_earlier": self.earlier, "dues_later": self.later,
            "clocks_started": self.started, "clocks_ended": self.ended, "overdue_at_once": self.overdue,
            "slips_at_once": self.slips, "messages_at_once": self.messages, "first": tickets,
        })
    }

    fn print(&self, args: &ApplyArgs, rules: &Rules) -> Result<()> {
        let Rules { current, .. } = rules;
        if self.tickets == 0 {
            say!("Every running ticket is under {} {} already.", current.id, current.version);
            return Ok(());
        }
        let verb = if args.yes { "are now" } else { "would come" };
        say!("{} tickets {verb} under {} {}:", self.tickets, current.id, current.version);
        say!("  dues earlier     {}", self.earlier);
        say!("  dues later       {}", self.later);
        say!("  clocks started   {}", self.started);
        say!("  clocks ended     {}", self.ended);
        say!("  overdue at once  {}", self.overdue);
        for (slip, count) in &self.slips {
            say!("  slips at once    {count} x {slip}");
        }
        say!("  messages at once {}\n", self.messages);
        let local = |at: Option<Timestamp>| {
            let zone = current.calendar.zone();
            at.map(|at| zone.to_datetime(at.jiff()).strftime("%Y-%m-%d %H:%M").to_string())
        };
        let rows = self.shown.iter().flat_map(|change| {
            change.clocks.iter().map(move |clock| {
                let policy = match &change.policy {
                    (before, after) if before == after => before.clone(),
                    (before, after) => format!("{before} -> {after}"),
                };
                let before = local(clock.before).unwrap_or_else(|| "(starts)".to_owned());
                let after = local(clock.after).unwrap_or_else(|| "(ends)".to_owned());
                [change.ticket.clone(), policy, clock.clock.clone(), before, after]
            })
        });
        print::table(["ticket", "policy", "clock", "due", "would be"], rows)?;
        if self.tickets > self.shown.len() {
            say!("\nand {} more tickets", self.tickets - self.shown.len());
        }
        if !args.yes {
            say!("\nNothing is changed yet; `duban policy apply --yes` does it.");
        }
        Ok(())
    }
}
