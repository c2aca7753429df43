//! `duban catalogue`: what residents ask about and who is responsible for it.

use std::{
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context as _, Result, bail};
use jiff::civil::Date;
use serde_json::{Value, json};

use super::{EXIT_DATA, Failure, print, sets};
use crate::{
    core::timestamp::Timestamp,
    policies::{
        self, Complaint, Sources,
        catalogue::{DUTIES, DUTY_COLUMNS, ITEM_COLUMNS, ITEMS},
    },
    wall::Wall,
};

/// Imports the catalogue of items and duties and asks it who is responsible.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    Import(ImportArgs),
    Find(FindArgs),
}

/// Checks tables of items and duties against a policy set and puts them into its folder.
///
/// Tables are CSV or a JSON array of objects; the columns say which is which: items have `code`, `name`, `parent`,
/// `policy` (事项编码, 事项名称, 上级编码, 适用办法), duties `id`, `unit`, `item`, `area`, `valid_from`, `to`
/// (职责编号, 承办单位, 事项编码, 区域, 生效日期, 失效日期).
///
/// Example: `duban catalogue import items.csv duties.csv --into policies/mycity`
#[derive(Debug, clap::Args)]
struct ImportArgs {
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// The policy folder the tables become part of.
    #[arg(long, value_name = "POLICY_DIR")]
    into: PathBuf,
    /// Check only, write nothing.
    #[arg(long)]
    dry_run: bool,
}

/// Shows who is responsible for an item in an area on a day, and by which duty; and the item's policy.
///
/// Example: `duban catalogue find --policies policies/mycity --item 0203 --area 城西区/西关大街`
#[derive(Debug, clap::Args)]
struct FindArgs {
    /// Folder of the policy set, or the name of a shipped one.
    #[arg(long)]
    policies: PathBuf,
    /// Code of the item.
    #[arg(long)]
    item: String,
    /// The area, as tickets name it.
    #[arg(long)]
    area: Option<String>,
    /// The day; today where none is named.
    #[arg(long, value_name = "DATE")]
    on: Option<Date>,
    /// Print JSON instead of a table.
    #[arg(long)]
    json: bool,
}

/// Runs the command: 1 nobody is responsible, 65 the tables are not good.
pub fn run(args: &Args) -> Result<ExitCode> {
    match &args.command {
        Command::Import(args) => import(args),
        Command::Find(args) => find(args),
    }
}

fn import(args: &ImportArgs) -> Result<ExitCode> {
    let mut sources = Sources::from_dir(&args.into)?;
    let mut tables: Vec<(&str, String)> = Vec::new();
    for file in &args.files {
        let (name, text) = table(file)?;
        if tables.iter().any(|(known, _)| *known == name) {
            bail!("{} is a second table for {name}", file.display());
        }
        sources.files.insert(name.to_owned(), text.clone());
        tables.push((name, text));
    }
    let loaded = policies::load(&sources, Wall::Host.now());
    for complaint in &loaded.complaints {
        eprintln!("{complaint}");
    }
    if loaded.complaints.iter().any(Complaint::is_error) {
        let message = "the catalogue does not fit this set; nothing was written".to_owned();
        return Err(Failure { code: EXIT_DATA, message }.into());
    }
    if !args.dry_run {
        for (name, text) in &tables {
            let path = args.into.join(name);
            let folder = path.parent().unwrap_or(&args.into);
            fs::create_dir_all(folder)
                .with_context(|| format!("cannot make {}", folder.display()))?;
            fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
        }
    }
    let catalogue = loaded.set.as_ref().and_then(|set| set.catalogue.as_ref());
    let (items, duties) = catalogue.map_or((0, 0), |c| (c.items().len(), c.duties().len()));
    let done = if args.dry_run { "would hold" } else { "holds" };
    print::line(format!("{} {done} {items} items and {duties} duties", args.into.display()))?;
    Ok(ExitCode::SUCCESS)
}

/// Which table a file is, and its text as CSV with our columns.
fn table(file: &Path) -> Result<(&'static str, String)> {
    let text =
        fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    let is_json = file.extension().is_some_and(|ext| ext == "json");
    let rows = if is_json { rows_of_json(&text) } else { rows_of_csv(&text) };
    let rows = rows.with_context(|| format!("{} is no table", file.display()))?;
    let has = |names: &[&str]| {
        rows.first().is_some_and(|head| head.iter().any(|name| names.contains(&name.as_str())))
    };
    let (name, columns): (&'static str, &[&[&str]]) =
        match (has(DUTY_COLUMNS[1]), has(ITEM_COLUMNS[0])) {
            (true, _) => (DUTIES, &DUTY_COLUMNS),
            (false, true) => (ITEMS, &ITEM_COLUMNS),
            (false, false) => bail!(
                "{} has neither a column `unit` (then it would be duties) nor `code` (then items)",
                file.display()
            ),
        };
    let head = rows.first().cloned().unwrap_or_default();
    let places: Vec<Option<usize>> = columns
        .iter()
        .map(|names| head.iter().position(|column| names.contains(&column.as_str())))
        .collect();
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(columns.iter().map(|names| names[0]))?;
    for row in rows.iter().skip(1) {
        let cell =
            |place: &Option<usize>| place.and_then(|at| row.get(at)).map_or("", String::as_str);
        writer.write_record(places.iter().map(cell))?;
    }
    Ok((name, String::from_utf8(writer.into_inner()?)?))
}

fn rows_of_csv(text: &str) -> Result<Vec<Vec<String>>> {
    let text = text.trim_start_matches('\u{feff}');
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    let mut rows = Vec::new();
    for record in reader.records() {
        rows.push(record?.iter().map(str::to_owned).collect());
    }
    Ok(rows)
}

fn rows_of_json(text: &str) -> Result<Vec<Vec<String>>> {
    let list: Vec<serde_json::Map<String, Value>> = serde_json::from_str(text)?;
    let mut head: Vec<String> = Vec::new();
    for object in &list {
        let new: Vec<&String> = object.keys().filter(|key| !head.contains(key)).collect();
        head.extend(new.into_iter().cloned().collect::<Vec<_>>());
    }
    let cell = |object: &serde_json::Map<String, Value>, key: &String| match object.get(key) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Null) | None => String::new(),
        Some(other) => other.to_string(),
    };
    let rows = list.iter().map(|object| head.iter().map(|key| cell(object, key)).collect());
    Ok([head.clone()].into_iter().chain(rows).collect())
}

fn find(args: &FindArgs) -> Result<ExitCode> {
    let set = sets::load(&args.policies)?.set;
    let Some(catalogue) = &set.catalogue else {
        bail!("this set has no catalogue; `duban catalogue import` makes one");
    };
    let Some(item) = catalogue.item(&args.item) else {
        bail!("item `{}` is not in the catalogue", args.item);
    };
    let now: Timestamp = Wall::Host.now();
    let day = args.on.unwrap_or_else(|| set.calendar.date_of(now));
    let found = catalogue.responsible(&item.code, args.area.as_deref(), day);
    let policy = catalogue.policy_of(&item.code);
    let policy = policy.map(|(index, entry)| (set.policies[index].id.as_str(), entry));
    if args.json {
        let duties: Vec<Value> = found
            .iter()
            .map(|one| {
                json!({
                    "duty": one.duty.id, "unit": one.duty.unit, "item": one.duty.item,
                    "area": one.duty.area, "above": one.above,
                    "valid_from": one.duty.valid_from.map(|day| day.to_string()),
                    "to": one.duty.to.map(|day| day.to_string()),
                })
            })
            .collect();
        print::line(json!({
            "item": item.code, "name": item.name, "day": day.to_string(),
            "policy": policy.map(|(id, _)| id), "policy_from": policy.map(|(_, entry)| entry),
            "responsible": duties,
        }))?;
    } else {
        let policy = policy
            .map_or("by its category, else the default".to_owned(), |(id, entry)| {
                format!("{id}, from entry {entry}")
            });
        print::line(format!("{} {}, on {day}; policy: {policy}", item.code, item.name))?;
        let rows = found.iter().map(|one| {
            let why = match one.above {
                0 => "for this item".to_owned(),
                above => format!("{above} above"),
            };
            let area = if one.duty.area.is_empty() { "everywhere" } else { &one.duty.area };
            [
                one.duty.unit.clone(),
                one.duty.id.clone(),
                one.duty.item.clone(),
                area.to_owned(),
                why,
            ]
        });
        print::table(["unit", "duty", "item", "area", "why"], rows)?;
    }
    Ok(if found.is_empty() { ExitCode::from(super::EXIT_NO) } else { ExitCode::SUCCESS })
}
