//! `duban policy diff`: what is different between two sets, in plain words.

use std::{path::PathBuf, process::ExitCode};

use anyhow::Result;
use serde_json::{Value, json};

use super::super::{EXIT_NO, print, sets};
use crate::whatif::{Difference, differences};

/// Tells in plain words what is different between two policy sets: clocks, ladders, roles, calendar. What
/// has no words yet is shown as it stands, with its place. Exit code 1: they differ.
///
/// Example: `duban policy diff /etc/duban/policies new-policies --lang zh`
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The set as it is: a folder, or the name of a shipped one.
    #[arg(value_name = "DIR1")]
    before: PathBuf,
    /// The set as it would be.
    #[arg(value_name = "DIR2")]
    after: PathBuf,
    /// The language of the words; the default is the language of the second set.
    #[arg(long, value_parser = ["zh", "en"])]
    lang: Option<String>,
    /// Print JSON, with both languages.
    #[arg(long)]
    json: bool,
}

/// Runs the command.
pub fn diff(args: &Args) -> Result<ExitCode> {
    let before = sets::load(&args.before)?;
    let after = sets::load(&args.after)?;
    let found = differences(&before.set, &after.set);
    let zh = args.lang.as_deref().unwrap_or(&after.set.language) == "zh";
    if args.json {
        let all: Vec<Value> = found.iter().map(as_json).collect();
        say!("{}", Value::Array(all));
    } else if found.is_empty() {
        say!("{}", if zh { "两套规则没有不同" } else { "the two sets say the same" });
    } else {
        for one in &found {
            print::line(line(one, zh))?;
        }
    }
    Ok(if found.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(EXIT_NO) })
}

fn line(one: &Difference, zh: bool) -> String {
    let Difference { path, what, before, after, is_raw } = one;
    match (is_raw, zh) {
        (true, true) => format!("{path}：{} → {}", before.zh, after.zh),
        (true, false) => format!("{path}: {} -> {}", before.en, after.en),
        (false, true) => format!("{}：{} → {}", what.zh, before.zh, after.zh),
        (false, false) => format!("{}: {} -> {}", what.en, before.en, after.en),
    }
}

fn as_json(one: &Difference) -> Value {
    let both = |words: &crate::whatif::Words| json!({ "zh": words.zh, "en": words.en });
    json!({
        "path": one.path, "what": both(&one.what), "before": both(&one.before),
        "after": both(&one.after), "raw": one.is_raw,
    })
}
