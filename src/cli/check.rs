//! `duban check`: everything that is wrong with configuration and policies, before it matters.

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::Result;
use serde_json::{Value, json};

use super::{EXIT_CONFIG, EXIT_NO, Failure};
use crate::{
    channel,
    config::Config,
    connector,
    core::timestamp::Timestamp,
    policies::{self, Complaint, Sources},
    rules::{Examined, examine, examine_configured, unapproved, unmapped},
    wall::Wall,
};

/// Validates configuration, policies, calendars, organisation and texts, and plays the cases of the policy files.
///
/// Prints every complaint in one run. Exit code 0: good (there may be warnings); 1: not good; 78: the
/// configuration file itself is bad.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Configuration file; its policy folder is checked where no folder is named.
    #[arg(long)]
    config: Option<PathBuf>,
    /// Print the effective configuration, secrets hidden.
    #[arg(long)]
    print: bool,
    /// Print JSON instead of text.
    #[arg(long)]
    json: bool,
    /// Folders of policy sets, folders of such folders, or names of shipped sets (cn, xining, leling, generic311, boston ...).
    #[arg(value_name = "POLICY_DIR")]
    dirs: Vec<PathBuf>,
}

pub fn run(args: &Args) -> Result<ExitCode> {
    let now = Wall::Host.now();
    let config = config(args)?;
    if let Some(config) = config.as_ref().filter(|_| args.print) {
        print!("{}", config.print());
    }
    let checked: Vec<Examined> = match &config {
        Some(config) if args.dirs.is_empty() => {
            vec![examine_configured(config, args.config.as_deref(), now)]
        }
        Some(config) => {
            let mut all: Vec<Examined> =
                args.dirs.iter().flat_map(|dir| check_place(dir, now)).collect();
            for one in &mut all {
                let file = args.config.as_deref();
                one.complaints.extend(unmapped(config, file, &one.loaded));
                one.complaints.extend(unapproved(config, file, &one.loaded));
            }
            all
        }
        None => args.dirs.iter().flat_map(|dir| check_place(dir, now)).collect(),
    };
    let mut good = true;
    let mut listed = Vec::new();
    for one in checked {
        good &= !one.complaints.iter().any(Complaint::is_error);
        if args.json {
            listed.push(as_json(&one));
        } else {
            print_text(&one)?;
        }
    }
    if args.json {
        say!("{}", json!({ "ok": good, "sets": listed }));
    }
    Ok(if good { ExitCode::SUCCESS } else { ExitCode::from(EXIT_NO) })
}

/// The configuration, if it takes part: named, asked for, or the only place that says what to check.
fn config(args: &Args) -> Result<Option<Config>> {
    if args.config.is_none() && !args.print && !args.dirs.is_empty() {
        return Ok(None);
    }
    let bad = |message: String| Failure { code: EXIT_CONFIG, message };
    let config = Config::load(args.config.as_deref(), std::env::vars())
        .map_err(|error| bad(error.to_string()))?;
    let mut wrong: Vec<String> = channel::check(&config)
        .into_iter()
        .map(|error| format!("channel `{}`: {}", error.channel, error.why))
        .collect();
    if let Err(errors) = connector::open_all(&config) {
        wrong.extend(errors.iter().map(ToString::to_string));
    }
    if wrong.is_empty() { Ok(Some(config)) } else { Err(bad(wrong.join("\n")).into()) }
}

/// A folder of policies, the sets in a folder of such folders, or a shipped set by name.
fn check_place(place: &Path, now: Timestamp) -> Vec<Examined> {
    let name = place.display().to_string();
    if !place.is_dir()
        && let Some(sources) = policies::sources(&name)
    {
        return vec![examine(name, Ok(sources), now)];
    }
    let sets = policies::folders(place);
    if sets.is_empty() {
        let sources = Sources::from_dir(place).map_err(|error| error.to_string());
        return vec![examine(name, sources, now)];
    }
    let one = |dir: PathBuf| {
        let sources = Sources::from_dir(&dir).map_err(|error| error.to_string());
        examine(dir.display().to_string(), sources, now)
    };
    sets.into_iter().map(one).collect()
}

/// Complaints to stderr, one line about the set to stdout.
fn print_text(one: &Examined) -> Result<()> {
    for complaint in &one.complaints {
        eprintln!("{complaint}");
    }
    say!("{}: {}", one.name, summary(one));
    Ok(())
}

fn summary(one: &Examined) -> String {
    let errors = one.complaints.iter().filter(|complaint| complaint.is_error()).count();
    let warnings = one.complaints.len() - errors;
    let verdict = match (errors, warnings) {
        (0, 0) => "ok".to_owned(),
        (0, _) => format!("ok with {}", counted(warnings, "warning")),
        (_, 0) => counted(errors, "error"),
        (_, _) => format!("{}, {}", counted(errors, "error"), counted(warnings, "warning")),
    };
    let mut parts = vec![verdict];
    if let Some(set) = &one.loaded.set {
        parts.push(format!(
            "{} {}: {}, {}, {}",
            set.id,
            set.version,
            counted(set.policies.len(), "policy"),
            counted(set.ladders.len(), "ladder"),
            counted(one.loaded.cases.len(), "case"),
        ));
        match &one.loaded.org {
            Some(org) => parts.push(format!(
                "{}, {}",
                counted(org.units.len(), "unit"),
                counted(org.people.len(), "person")
            )),
            None => parts.push("no organisation".to_owned()),
        }
    }
    parts.join("; ")
}

fn counted(number: usize, noun: &str) -> String {
    match (number, noun) {
        (1, _) => format!("1 {noun}"),
        (_, "person") => format!("{number} people"),
        (_, _) => match noun.strip_suffix('y') {
            Some(stem) => format!("{number} {stem}ies"),
            None => format!("{number} {noun}s"),
        },
    }
}

fn as_json(one: &Examined) -> Value {
    let complaints: Vec<Value> = one
        .complaints
        .iter()
        .map(|complaint| {
            json!({
                "severity": if complaint.is_error() { "error" } else { "warning" },
                "file": complaint.file,
                "line": complaint.line,
                "column": complaint.column,
                "message": complaint.message,
                "help": complaint.help,
            })
        })
        .collect();
    let set = one.loaded.set.as_ref();
    json!({
        "name": one.name,
        "id": set.map(|set| set.id.as_str()),
        "version": set.map(|set| set.version.as_str()),
        "hash": set.map(|set| set.hash.as_str()),
        "ok": !one.complaints.iter().any(Complaint::is_error),
        "complaints": complaints,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_good_set_is_one_quiet_line() {
        let now = Timestamp::parse("2026-05-07T09:00:00+08:00").expect("a good instant");
        let lines: Vec<String> = policies::shipped()
            .flat_map(|name| check_place(Path::new(name), now))
            .map(|one| format!("{}: {}", one.name, summary(&one)))
            .collect();
        insta::assert_snapshot!(lines.join("\n"), @r"
        cn: ok; cn 2026.1: 15 policies, 22 ladders, 12 cases; 5 units, 18 people
        generic311: ok; generic311 2026.1: 6 policies, 8 ladders, 5 cases; 5 units, 17 people
        xining: ok; xining 2026.1: 19 policies, 22 ladders, 4 cases; 5 units, 18 people
        daxing: ok; daxing 2026.1: 17 policies, 22 ladders, 3 cases; 4 units, 17 people
        yiyuan: ok; yiyuan 2026.1: 15 policies, 24 ladders, 3 cases; 4 units, 14 people
        leling: ok; leling 2026.1: 15 policies, 24 ladders, 3 cases; 4 units, 17 people
        boston: ok; boston 2016.1: 5 policies, 4 ladders, 9 cases; 6 units, 16 people
        external: ok; external 2026.1: 1 policy, 1 ladder, 3 cases; 1 unit, 1 person
        ");
    }
}
