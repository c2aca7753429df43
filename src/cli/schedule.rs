//! `duban schedule`: what recurs, what came of it, and whether a sample was drawn rightly.

use std::{process::ExitCode, sync::Arc};

use anyhow::Result;
use arc_swap::ArcSwap;
use jiff::civil::Date;
use serde_json::{Value, json};

use super::{
    EXIT_DATA, EXIT_NO, Failure,
    open::{ConfigFile, Opened, bad_data, block_on, unavailable},
    print,
};
use crate::{
    core::agenda::{Does, Schedule},
    schedule::{Done, ScheduleError, Scheduler},
};

/// Looks at what recurs: lists, samples, duties, frozen lists of campaigns.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    List(ListArgs),
    Show(ShowArgs),
    BurnDown(BurnDownArgs),
}

/// Lists the schedules of the policy set: what they do, when they did it last and when next.
#[derive(Debug, clap::Args)]
struct ListArgs {
    /// Print JSON instead of a table.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    config: ConfigFile,
}

/// Shows what was frozen for a period; of a sample also whether it comes out the same when drawn again.
///
/// Exit code 1: a sample comes out differently.
///
/// Example: `duban schedule show morning --period 2026-05-07`
#[derive(Debug, clap::Args)]
struct ShowArgs {
    /// The id of a `[[schedule]]`.
    schedule: String,
    /// The period, as `duban schedule list` names it; standard: the last one.
    #[arg(long)]
    period: Option<String>,
    #[command(flatten)]
    config: ConfigFile,
}

/// Counts how the frozen list of a campaign burns down, day by day and by unit.
///
/// Example: `duban schedule burn-down zero-list`
#[derive(Debug, clap::Args)]
struct BurnDownArgs {
    /// The id of a `[[schedule]]` with a `baseline`.
    schedule: String,
    /// Up to and with this day; standard: today.
    #[arg(long)]
    until: Option<Date>,
    /// Print JSON instead of a table.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    config: ConfigFile,
}

/// Runs the command.
pub fn run(args: &Args) -> Result<ExitCode> {
    match &args.command {
        Command::List(args) => block_on(list(args)),
        Command::Show(args) => block_on(show(args)),
        Command::BurnDown(args) => block_on(burn_down(args)),
    }
}

/// The store with somebody who can read its agendas.
struct Desk {
    opened: Opened,
    scheduler: Scheduler,
}

impl Desk {
    async fn open(config: &ConfigFile) -> Result<Self> {
        let opened = Opened::existing(config).await?;
        let rules = Arc::new(ArcSwap::from_pointee(opened.rules.clone()));
        Ok(Self { scheduler: Scheduler::new(opened.store.clone(), rules), opened })
    }

    fn schedule(&self, id: &str) -> Result<&Schedule> {
        let all = &self.opened.rules.current.schedules;
        all.iter().find(|schedule| schedule.id == id).ok_or_else(|| {
            let known: Vec<&str> = all.iter().map(|schedule| schedule.id.as_str()).collect();
            let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
            unknown(format!("no [[schedule]] `{id}` in the policy set; there is {known}"))
        })
    }

    /// The period asked for, or the last one.
    async fn done(&self, schedule: &Schedule, period: Option<&str>) -> Result<Done> {
        let mut done = self.scheduler.done(schedule).await.map_err(failed)?;
        let found = match period {
            None => done.pop(),
            Some(period) => done.into_iter().find(|one| one.period == period),
        };
        found.ok_or_else(|| {
            let of = period.map(|period| format!(" for {period}")).unwrap_or_default();
            unknown(format!("`{}` has nothing{of} yet", schedule.id))
        })
    }
}

fn unknown(message: String) -> anyhow::Error {
    Failure { code: EXIT_DATA, message }.into()
}

fn failed(error: ScheduleError) -> anyhow::Error {
    match error {
        ScheduleError::Store(error) => unavailable(error),
        ScheduleError::Report(error) => super::report::failure(error),
        unreadable @ ScheduleError::Unreadable { .. } => bad_data(unreadable),
    }
}

async fn list(args: &ListArgs) -> Result<ExitCode> {
    let desk = Desk::open(&args.config).await?;
    let Opened { rules, now, .. } = &desk.opened;
    let mut lines = Vec::new();
    for schedule in &rules.current.schedules {
        let last = desk.scheduler.done(schedule).await.map_err(failed)?.pop();
        let next = schedule.table.next(&rules.current.calendar, *now);
        lines.push((schedule, last, next));
    }
    if args.json {
        let lines: Vec<Value> = lines
            .iter()
            .map(|(schedule, last, next)| {
                json!({
                    "schedule": schedule.id, "zh": schedule.zh, "en": schedule.en,
                    "does": does(schedule),
                    "last": last.as_ref().map(|done| json!({
                        "period": done.period, "at": desk.opened.rfc3339(done.at),
                    })),
                    "next": next.map(|(period, at)| json!({
                        "period": period.to_string(), "at": desk.opened.rfc3339(at),
                    })),
                })
            })
            .collect();
        print::line(json!({ "schedules": lines }))?;
        return Ok(ExitCode::SUCCESS);
    }
    let rows = lines.into_iter().map(|(schedule, last, next)| {
        let last = last.map(|done| format!("{} ({})", desk.opened.local(done.at), done.period));
        let next = next.map(|(period, at)| format!("{} ({period})", desk.opened.local(at)));
        let (last, next) = (last.unwrap_or_default(), next.unwrap_or_default());
        [schedule.id.clone(), schedule.en.clone(), does(schedule).to_owned(), last, next]
    });
    print::table(["schedule", "name", "does", "last (period)", "next (period)"], rows)?;
    Ok(ExitCode::SUCCESS)
}

fn does(schedule: &Schedule) -> &'static str {
    match schedule.does {
        Does::Open(_) => "opens tickets",
        Does::List(_) => "sends lists",
        Does::Sample(_) => "draws a sample",
        Does::Remind { .. } => "reminds",
        Does::Baseline { .. } => "freezes a list",
        Does::Report(_) => "mails a report",
    }
}

async fn show(args: &ShowArgs) -> Result<ExitCode> {
    let desk = Desk::open(&args.config).await?;
    let schedule = desk.schedule(&args.schedule)?;
    let done = desk.done(schedule, args.period.as_deref()).await?;
    let mut page = json!({
        "schedule": schedule.id, "period": done.period, "at": desk.opened.rfc3339(done.at),
        "closed": desk.opened.rfc3339(done.closed), "found": done.found,
        "acknowledged": done.acknowledged.iter()
            .map(|(by, at)| json!({ "by": by, "at": desk.opened.rfc3339(*at) }))
            .collect::<Vec<_>>(),
    });
    let mut is_same = true;
    if let Does::Sample(sampling) = &schedule.does {
        let again = desk.scheduler.draw(schedule, sampling, done.at).await.map_err(failed)?;
        is_same = page["found"]["drawn"] == json!(again);
        page["drawn_again"] = json!(again);
        page["same"] = json!(is_same);
    }
    print::line(serde_json::to_string_pretty(&page)?)?;
    Ok(if is_same { ExitCode::SUCCESS } else { ExitCode::from(EXIT_NO) })
}

async fn burn_down(args: &BurnDownArgs) -> Result<ExitCode> {
    let desk = Desk::open(&args.config).await?;
    let schedule = desk.schedule(&args.schedule)?;
    let Does::Baseline { campaign } = &schedule.does else {
        return Err(unknown(format!("`{}` freezes no list; it {}", schedule.id, does(schedule))));
    };
    let done = desk.done(schedule, None).await?;
    let calendar = &desk.opened.rules.current.calendar;
    let until = args.until.unwrap_or_else(|| calendar.date_of(desk.opened.now));
    let burnt = desk.scheduler.burn_down(&done, until).await.map_err(failed)?;
    if args.json {
        let mut page = serde_json::to_value(&burnt)?;
        page["campaign"] = json!(campaign);
        print::line(page)?;
        return Ok(ExitCode::SUCCESS);
    }
    let days = burnt.left.iter().map(|one| [one.day.to_string(), one.left.to_string()]);
    print::table(["end of", "left"], days)?;
    let units = burnt.by_unit.iter().map(|(unit, left)| [unit.clone(), left.to_string()]);
    print::table(["unit", "left"], units)?;
    say!("{campaign}: {} of {} ended", burnt.ended, burnt.baseline);
    Ok(ExitCode::SUCCESS)
}
