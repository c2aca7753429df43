//! `duban org show` and `duban org who`: the tree, and who a role is at a moment.

use std::{collections::BTreeMap, process::ExitCode};

use anyhow::Result;
use serde_json::{Value, json};

use super::Whose;
use crate::{
    cli::{
        EXIT_NO,
        open::{bad_data, instant},
        print,
    },
    core::{
        org::{About, Org, ToldAll},
        timestamp::Timestamp,
    },
    wall::Wall,
};

/// Shows the tree of units, or one unit with everything below it, and who holds which role now.
#[derive(Debug, clap::Args)]
pub struct ShowArgs {
    /// Only this unit and what is below it.
    unit: Option<String>,
    /// Print JSON instead of a table.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    whose: Whose,
}

/// Says who would be told as a role of a unit: holders, stand-ins, fallbacks of an empty desk, the level above.
///
/// Exit code 1: nobody. Example: `duban org who cx-scjg principal --at 2026-10-02T09:00:00+08:00`
#[derive(Debug, clap::Args)]
pub struct WhoArgs {
    unit: String,
    role: String,
    /// At this instant instead of now.
    #[arg(long, value_parser = instant, value_name = "RFC3339")]
    at: Option<Timestamp>,
    /// The area of the ticket, for roles of areas.
    #[arg(long)]
    area: Option<String>,
    /// What the ticket names under a key, for roles of a party: `grid=CX-07`.
    #[arg(long = "party", value_name = "KEY=NAME", value_parser = pair)]
    parties: Vec<(String, String)>,
    /// Print JSON instead of words.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    whose: Whose,
}

fn pair(text: &str) -> Result<(String, String), String> {
    let pair = text.split_once('=').map(|(key, name)| (key.to_owned(), name.to_owned()));
    pair.ok_or_else(|| format!("`{text}` is not a key and a name like `grid=CX-07`"))
}

/// Lists units, parents first.
pub fn show(args: &ShowArgs) -> Result<ExitCode> {
    let org = args.whose.load()?.org;
    let now = Wall::Host.now();
    let roots: Vec<&str> = match &args.unit {
        Some(unit) if org.units.contains_key(unit) => vec![unit],
        Some(unit) => return Err(bad_data(format!("there is no unit `{unit}`"))),
        None => {
            let roots = org.units.values().filter(|unit| unit.parent.is_none());
            roots.map(|unit| unit.id.as_str()).collect()
        }
    };
    let units = roots.into_iter().flat_map(|root| org.subtree(root));
    let listed: Vec<Value> = units
        .map(|unit| {
            let posts = org.posts.iter().filter(|post| post.unit == unit.id && post.is_valid(now));
            let held: Vec<Value> = posts
                .map(|post| {
                    json!({
                        "role": post.role, "person": post.person, "deputy": post.deputy,
                        "shift": post.shift.as_ref().map(ToString::to_string),
                        "away": org.absence(&post.person, now).is_some(),
                    })
                })
                .collect();
            json!({
                "unit": unit.id, "zh": unit.zh, "en": unit.en, "level": unit.level,
                "kind": unit.kind, "depth": org.path(&unit.id).len(), "posts": held,
            })
        })
        .collect();
    if args.json {
        say!("{}", Value::Array(listed));
        return Ok(ExitCode::SUCCESS);
    }
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let rows = listed.iter().map(|unit| {
        let depth = unit["depth"].as_u64().unwrap_or(1) as usize;
        let posts = unit["posts"].as_array().map_or(&[][..], Vec::as_slice);
        let posts: Vec<String> = posts
            .iter()
            .map(|post| {
                let marks = [("deputy", " (stand-in)"), ("away", " (away)")];
                let marks = marks.iter().filter(|(key, _)| post[*key] == true);
                let marks: String = marks.map(|(_, mark)| *mark).collect();
                format!("{} {}{marks}", text(&post["role"]), text(&post["person"]))
            })
            .collect();
        let indent = "  ".repeat(depth.saturating_sub(1));
        [
            format!("{indent}{}", text(&unit["unit"])),
            text(&unit["zh"]),
            text(&unit["kind"]),
            posts.join(", "),
        ]
    });
    print::table(["unit", "name", "kind", "roles now"], rows)?;
    Ok(ExitCode::SUCCESS)
}

/// Resolves one role as a step would.
pub fn who(args: &WhoArgs) -> Result<ExitCode> {
    let chosen = args.whose.load()?;
    if !chosen.set.roles.contains_key(&args.role) {
        let known: Vec<&str> = chosen.set.roles.keys().map(String::as_str).collect();
        let message = format!("there is no role `{}`; the set has {}", args.role, known.join(", "));
        return Err(bad_data(message));
    }
    let now = args.at.unwrap_or_else(|| Wall::Host.now());
    let parties: BTreeMap<String, String> = args.parties.iter().cloned().collect();
    let about = About { unit: &args.unit, area: args.area.as_deref(), parties: &parties };
    let told =
        chosen.org.recipients(&chosen.set, about, std::slice::from_ref(&args.role), &[], now);
    let found = told.recipients.iter().any(|one| one.person.is_some());
    if args.json {
        say!("{}", as_json(&told));
    } else {
        print_told(args, &chosen.org, &told)?;
    }
    Ok(if found { ExitCode::SUCCESS } else { ExitCode::from(EXIT_NO) })
}

fn print_told(args: &WhoArgs, org: &Org, told: &ToldAll) -> Result<()> {
    for one in &told.recipients {
        let Some(id) = &one.person else { continue };
        let name = org.people.get(id).map(|person| person.name.as_str()).unwrap_or_default();
        let away = one.away.as_ref().map(|away| format!(", for {away} who is away"));
        say!("{id} {name}: {} of {}{}", one.role, one.unit, away.unwrap_or_default());
    }
    for one in told.stand_ins.iter().filter(|one| one.person.is_none()) {
        say!("the desk `{}` is off duty; {} takes its place", one.role, one.told);
    }
    for (role, told) in &told.vacant {
        let instead = match told {
            Some(_) => "the next level above is told, with an alarm",
            None => "nobody above is there either",
        };
        say!("nobody is {role} of {}: {instead}", args.unit);
    }
    Ok(())
}

fn as_json(told: &ToldAll) -> Value {
    let recipients = told.recipients.iter().map(
        |one| json!({ "unit": one.unit, "role": one.role, "person": one.person, "away": one.away }),
    );
    json!({
        "told": recipients.collect::<Vec<_>>(),
        "vacant": told.vacant.iter().map(|(role, _)| role).collect::<Vec<_>>(),
        "off_duty": told.stand_ins.iter().filter(|one| one.person.is_none())
            .map(|one| &one.role).collect::<Vec<_>>(),
    })
}
