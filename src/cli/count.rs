//! `duban count`: what a `[[count]]` of the policy set has counted, ranked, with its growth.

use std::{collections::BTreeSet, process::ExitCode};

use anyhow::Result;
use serde_json::json;

use super::{
    EXIT_DATA, Failure,
    open::{ConfigFile, Opened, block_on, unavailable},
    print,
};
use crate::{
    core::{
        count::{Counted, Counts},
        event::Event,
        fact::Fact,
        period::Period,
        ranking::{Ranking, ranking, tenths},
        record::Record,
        timestamp::Timestamp,
    },
    store::Loaded,
};

/// Tickets in memory at one time.
const PAGE: i64 = 500;

/// Counts what the policy set says is counted: topics, places, answers on the call, meetings.
///
/// Example: `duban count topics --period 2026-W19 --before 2026-W18 --top 10`
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The id of a `[[count]]`.
    rule: String,
    /// A day, week, month, quarter, half-year or year: `2026-05-07`, `2026-W19`, `2026-05`, `2026`.
    #[arg(long, value_parser = Period::parse)]
    period: Period,
    /// The period to compare with.
    #[arg(long, value_parser = Period::parse)]
    before: Option<Period>,
    /// Only the first so many ranks; equal counts are never cut.
    #[arg(long, default_value_t = 0)]
    top: usize,
    /// Only what units at or below this one brought.
    #[arg(long)]
    unit: Option<String>,
    /// Print JSON instead of a table.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    config: ConfigFile,
}

/// Prints the ranking.
pub fn run(args: &Args) -> Result<ExitCode> {
    block_on(count(args))
}

async fn count(args: &Args) -> Result<ExitCode> {
    let opened = Opened::existing(&args.config).await?;
    let rules = &opened.rules.current.counts;
    let Some(rule) = rules.iter().find(|rule| rule.id == args.rule) else {
        let known: Vec<&str> = rules.iter().map(|rule| rule.id.as_str()).collect();
        let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
        let message = format!("no [[count]] `{}` in the policy set; there is {known}", args.rule);
        return Err(Failure { code: EXIT_DATA, message }.into());
    };
    let spans = [Some(args.period), args.before].map(|period| Some(period?.span(opened.zone())));
    let mut counts = [Counts::default(), Counts::default()];
    let mut after = 0;
    loop {
        let page = opened.store.page(after, PAGE).await.map_err(unavailable)?;
        let Some(last) = page.last() else { break };
        after = last.key;
        for loaded in &page {
            for event in events(loaded).filter(|event| args.takes(&opened, event)) {
                for (span, counts) in spans.iter().zip(&mut counts) {
                    if span.is_some_and(|span| is_in(span, event.at)) {
                        let calendar = &opened.rules.current.calendar;
                        counts.add(std::slice::from_ref(rule), calendar, &event);
                    }
                }
            }
        }
    }
    let [now, before] = counts.map(|counts| of_rule(&counts, &rule.id));
    let ranked = ranking(&now, args.before.map(|_| &before), args.top);
    if args.json {
        let (period, before) = (args.period.to_string(), args.before.map(|p| p.to_string()));
        print::line(
            json!({ "count": rule.id, "period": period, "before": before, "ranking": ranked }),
        )?;
    } else {
        shown(&ranked)?;
    }
    Ok(ExitCode::SUCCESS)
}

impl Args {
    fn takes(&self, opened: &Opened, event: &Event) -> bool {
        let Some(top) = &self.unit else { return true };
        let unit = event.unit.as_deref().unwrap_or_default();
        opened.rules.org.path(unit).iter().any(|above| above.id == *top)
    }
}

fn is_in((from, to): (Timestamp, Timestamp), at: Timestamp) -> bool {
    from <= at && at < to
}

fn of_rule(counts: &Counts, rule: &str) -> Counted {
    counts.all().get(rule).cloned().unwrap_or_default()
}

/// The events of a journal that were not refused.
fn events(loaded: &Loaded) -> impl Iterator<Item = Event> {
    let facts: Vec<(i64, Fact)> = loaded
        .news
        .iter()
        .filter_map(|row| Some((row.seq, Fact::read(&row.kind, &row.body).ok()?)))
        .collect();
    let refused: BTreeSet<i64> = facts
        .iter()
        .filter_map(|(_, fact)| match fact {
            Fact::Record(Record::Refused { seq, .. }) => Some(*seq),
            Fact::Record(_) | Fact::Event(_) => None,
        })
        .collect();
    facts.into_iter().filter_map(move |(seq, fact)| match fact {
        Fact::Event(event) if !refused.contains(&seq) => Some(event),
        Fact::Event(_) | Fact::Record(_) => None,
    })
}

fn shown(ranked: &Ranking) -> Result<()> {
    let rows = ranked.lines.iter().map(|line| {
        let before = line.before.map(|before| before.to_string()).unwrap_or_default();
        let growth = line.before.map(|_| tenths(line.growth)).unwrap_or_default();
        let share = format!("{}.{:02} %", line.share / 100, line.share % 100);
        [line.rank.to_string(), line.key.clone(), line.count.to_string(), share, before, growth]
    });
    print::table(["rank", "", "count", "share", "before", "growth"], rows)?;
    let before =
        ranked.total_before.map(|before| format!(" ({before} before, {})", tenths(ranked.growth)));
    say!("{} in all{}", ranked.total, before.unwrap_or_default());
    Ok(())
}
