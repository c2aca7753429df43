//! `duban plan`: the timeline of a ticket before anybody files it.

use std::{path::PathBuf, process::ExitCode};

use anyhow::{Context as _, Result, bail};
use comfy_table::Table;
use jiff::civil::DateTime;
use serde_json::{Value, json};

use super::sets;
use crate::core::{
    plan::{PlannedClock, plan},
    policy::{PolicySet, SetByPreset},
    ticket::Attributes,
    timestamp::Timestamp,
};

/// Shows each clock of a policy with its due and every step, for a ticket dispatched at a local time.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Folder of the policy set, or the name of a shipped one (cn, xining, leling, generic311, boston ...).
    #[arg(long)]
    policies: PathBuf,
    /// Policy id, for example `general`.
    #[arg(long)]
    policy: String,
    /// Local time of the dispatch in the set's zone, for example `2026-02-13T16:30`.
    #[arg(long)]
    start: String,
    /// Kind of the ticket, for policies that differ by kind (`应急哨`).
    #[arg(long)]
    kind: Option<String>,
    /// Category of the ticket, for policies that differ by category.
    #[arg(long)]
    category: Option<String>,
    /// More that is known of the ticket, as `KEY=VALUE`: `grade=疑难`, `tag=欠薪`. May be repeated.
    #[arg(long = "with", value_name = "KEY=VALUE", value_parser = pair)]
    with: Vec<(String, String)>,
    /// Print JSON in the shape of the public contract.
    #[arg(long)]
    json: bool,
}

pub fn run(args: &Args) -> Result<ExitCode> {
    let set = sets::load(&args.policies)?.set;
    let Some(policy) = set.policies.iter().position(|policy| policy.id == args.policy) else {
        let known: Vec<&str> = set.policies.iter().map(|policy| policy.id.as_str()).collect();
        bail!("no policy `{}` in this set; it has {}", args.policy, known.join(", "));
    };
    let start: DateTime = args.start.replace(' ', "T").parse().with_context(|| {
        format!("`{}` is not a local time; write `2026-02-13T16:30`", args.start)
    })?;
    let start = set.calendar.at(start.date(), start.time());
    let mut attributes = Attributes {
        kind: args.kind.clone(),
        category: args.category.clone(),
        ..Attributes::default()
    };
    for (key, value) in &args.with {
        if !attributes.put(key, value, &set.attributes) {
            let known: Vec<&str> = set.attributes.iter().map(String::as_str).collect();
            bail!(
                "tickets of this set have no `{key}`; beside the fields of every event it selects by {}",
                known.join(", ")
            );
        }
    }
    let clocks = plan(&set, policy, attributes, start);
    if args.json {
        say!("{}", as_json(&set, &args.policy, start, &clocks));
    } else {
        print_table(&set, &args.policy, start, &clocks)?;
    }
    Ok(ExitCode::SUCCESS)
}

/// `KEY=VALUE`, for clap.
fn pair(text: &str) -> Result<(String, String), String> {
    let pair = text.split_once('=').filter(|(key, value)| !key.is_empty() && !value.is_empty());
    let (key, value) = pair.ok_or_else(|| format!("`{text}` is not `KEY=VALUE`"))?;
    Ok((key.to_owned(), value.to_owned()))
}

/// Local time in the set's zone, to the minute.
fn local(set: &PolicySet, at: Timestamp) -> String {
    set.calendar.zone().to_datetime(at.jiff()).strftime("%Y-%m-%d %H:%M").to_string()
}

/// What the set's preset changed in this policy, one line each.
fn by_preset<'a>(set: &'a PolicySet, policy: &'a str) -> impl Iterator<Item = String> + 'a {
    let of_policy = set.set_by_preset.iter().filter(move |change| change.policy == policy);
    of_policy.map(|change| {
        let SetByPreset { preset, key, place, before, after, .. } = change;
        format!("{place} = {after} by preset {preset} ({key}; {before} without it)")
    })
}

fn as_json(set: &PolicySet, policy: &str, start: Timestamp, clocks: &[PlannedClock<'_>]) -> Value {
    let clocks: Vec<Value> = clocks
        .iter()
        .map(|clock| {
            let steps: Vec<Value> = clock
                .steps
                .iter()
                .map(|(step, time)| {
                    json!({
                        "at": step.at_text,
                        "time": local(set, *time),
                        "slip": step.slip,
                        "to": step.to,
                        "cc": step.cc,
                        "via": step.via.iter().map(|via| via.name()).collect::<Vec<_>>(),
                    })
                })
                .collect();
            json!({ "clock": clock.name, "due": local(set, clock.due), "steps": steps })
        })
        .collect();
    let mut shown = json!({ "policy": policy, "start": local(set, start), "clocks": clocks });
    let preset: Vec<String> = by_preset(set, policy).collect();
    if !preset.is_empty() {
        shown["preset"] = preset.into();
    }
    shown
}

fn print_table(
    set: &PolicySet,
    policy: &str,
    start: Timestamp,
    clocks: &[PlannedClock<'_>],
) -> Result<()> {
    say!("{policy}, dispatched {} ({})", local(set, start), set.id);
    let mut table = Table::new();
    table.load_style(comfy_table::presets::UTF8_HORIZONTAL_ONLY);
    table.set_header(["clock", "step", "time", "slip", "to", "cc"]);
    for clock in clocks {
        table.add_row([clock.name.as_str(), "due", &local(set, clock.due), "", "", ""]);
        for (step, time) in &clock.steps {
            let time = local(set, *time);
            let (to, cc) = (step.to.join(", "), step.cc.join(", "));
            table.add_row(["", &step.at_text, &time, &step.slip, &to, &cc]);
        }
    }
    say!("{table}");
    for line in by_preset(set, policy) {
        say!("{line}");
    }
    Ok(())
}
