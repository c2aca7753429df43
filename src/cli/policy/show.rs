//! `duban policy show`: what a set calls things, what its policies rest on, and where values come from.

use std::{path::PathBuf, process::ExitCode};

use anyhow::Result;
use serde_json::{Value, json};

use super::super::{print, sets};
use crate::core::policy::PolicySet;

/// Shows the words of a policy set: stages, slips, roles, zones, reports; its policies with their legal basis; its
/// campaigns; and every value its preset set.
///
/// Example: `duban policy show --policies leling`
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Folder of the policy set, or the name of a shipped one.
    #[arg(long)]
    policies: PathBuf,
    /// Print JSON instead of tables.
    #[arg(long)]
    json: bool,
}

/// Runs the command.
pub fn show(args: &Args) -> Result<ExitCode> {
    let set = sets::load(&args.policies)?.set;
    let shown = words(&set);
    if args.json {
        print::line(shown)?;
        return Ok(ExitCode::SUCCESS);
    }
    print::line(format!("{} {}", set.id, set.version))?;
    for part in
        ["stages", "slips", "roles", "reports", "zones", "rates", "policies", "campaigns", "preset"]
    {
        let rows = shown[part].as_array().map(Vec::as_slice).unwrap_or_default();
        let Some(first) = rows.first().and_then(Value::as_object) else { continue };
        print::line(format!("\n{part}"))?;
        let head: Vec<String> = first.keys().cloned().collect();
        let mut table = comfy_table::Table::new();
        table.load_style(comfy_table::presets::UTF8_HORIZONTAL_ONLY);
        table.set_header(&head);
        for row in rows {
            table.add_row(head.iter().map(|key| match &row[key.as_str()] {
                Value::Null => String::new(),
                Value::String(text) => text.clone(),
                other => other.to_string(), // numbers
            }));
        }
        print::line(table)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn words(set: &PolicySet) -> Value {
    let named = |id: &str, zh: &str, en: &str| json!({ "id": id, "zh": zh, "en": en });
    let local = |at: crate::core::timestamp::Timestamp| at.to_rfc3339(set.calendar.zone());
    json!({
        "id": set.id,
        "version": set.version,
        "hash": set.hash,
        "stages": set.stages.iter().map(|one| named(&one.id, &one.zh, &one.en)).collect::<Vec<_>>(),
        "slips": set.slips.iter().map(|(id, one)| named(id, &one.zh, &one.en)).collect::<Vec<_>>(),
        "roles": set.roles.iter().map(|(id, one)| named(id, &one.zh, &one.en)).collect::<Vec<_>>(),
        "reports": set.reports.iter().map(|(id, (zh, en))| named(id, zh, en)).collect::<Vec<_>>(),
        "zones": set.zones.iter().map(|(id, least)| json!({ "id": id, "least": least })).collect::<Vec<_>>(),
        "rates": set.rates.iter().map(|one| json!({
            "id": one.id, "from": one.from.map(|day| day.to_string()),
            "to": one.to.map(|day| day.to_string()), "min_n": one.min_n, "weights": one.weights.shown(),
        })).collect::<Vec<_>>(),
        "policies": set.policies.iter().map(|one| json!({
            "id": one.id, "zh": one.zh, "en": one.en, "basis": one.basis,
            "valid_from": one.valid_from.map(|day| day.to_string()),
        })).collect::<Vec<_>>(),
        "campaigns": set.campaigns.iter().map(|one| json!({
            "id": one.id, "zh": one.zh, "en": one.en, "from": local(one.from), "to": local(one.to),
        })).collect::<Vec<_>>(),
        "preset": set.set_by_preset.iter().map(|one| json!({
            "preset": one.preset, "policy": one.policy, "key": one.key, "place": one.place,
            "before": one.before, "after": one.after,
        })).collect::<Vec<_>>(),
    })
}
