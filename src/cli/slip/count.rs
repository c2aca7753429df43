//! `duban slip count`: the counters of the assessment, equal to the slips listed.

use std::{collections::BTreeMap, process::ExitCode};

use anyhow::Result;
use serde_json::{Value, json};

use crate::{
    cli::{
        open::{ConfigFile, Opened, unavailable},
        print,
    },
    core::{period::Period, wording::Language},
    store::{SlipCount, SlipFilter, SlipRow},
};

/// Slips read at one time when they are counted by person.
const PAGE: i64 = 10_000;

/// Counts the slips of a period; what was withdrawn is counted apart.
///
/// Example: `duban slip count --period 2026-05 --by unit`
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The day, month, quarter, half-year or year of issue: `2026-05-07`, `2026-05`, `2026-Q2`, `2026-H1`, `2026`.
    #[arg(long, value_parser = Period::parse)]
    period: Period,
    /// What a line is: a unit, a kind of slip, an issuing unit, or the person it went to (not in copy).
    #[arg(long, value_delimiter = ',', default_value = "unit,type", value_parser = ["unit", "type", "issuer", "person"])]
    by: Vec<String>,
    /// Only slips of this kind.
    #[arg(long, visible_alias = "type")]
    kind: Option<String>,
    /// Print the lines of a bulletin: one for each unit.
    #[arg(long, conflicts_with_all = ["json", "by"])]
    bulletin: bool,
    /// Print JSON instead of a table.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    config: ConfigFile,
}

/// One line of counters.
#[derive(Clone, Debug, Default)]
struct Counters {
    standing: i64,
    withdrawn: i64,
    receipted: i64,
    replied: i64,
    receipts_missed: i64,
    replies_missed: i64,
    /// Serials of the slips that stand, where people are counted.
    serials: Vec<String>,
}

/// Prints the counters.
pub async fn count(args: &Args) -> Result<ExitCode> {
    let opened = Opened::existing(&args.config).await?;
    if args.by.iter().any(|by| by == "person") {
        let lines = by_person(&opened, args).await?;
        return print_lines(args, lines);
    }
    let (from, to) = args.period.span(opened.zone());
    let mut counts = opened.store.slip_counts(from, to).await.map_err(unavailable)?;
    counts.retain(|count| args.kind.as_ref().is_none_or(|kind| *kind == count.kind));
    if args.bulletin {
        for line in bulletin(&opened, &counts) {
            print::line(line)?;
        }
        return Ok(ExitCode::SUCCESS);
    }
    let mut lines: BTreeMap<Vec<String>, Counters> = BTreeMap::new();
    for count in &counts {
        let of = |by: &String| match by.as_str() {
            "unit" => count.unit.clone(),
            "type" => count.kind.clone(),
            _ => count.issuer.clone(), // `issuer`, as clap has seen to
        };
        lines.entry(args.by.iter().map(of).collect()).or_default().add(count);
    }
    print_lines(args, lines)
}

impl Counters {
    fn add(&mut self, count: &SlipCount) {
        self.standing += count.standing;
        self.withdrawn += count.withdrawn;
        self.receipted += count.receipted;
        self.replied += count.replied;
        self.receipts_missed += count.receipts_missed;
        self.replies_missed += count.replies_missed;
    }

    fn add_one(&mut self, slip: &SlipRow) {
        if slip.withdrawn.is_some() {
            self.withdrawn += 1;
            return;
        }
        self.standing += 1;
        self.receipted += i64::from(slip.receipted.is_some());
        self.replied += i64::from(slip.replied.is_some());
        self.receipts_missed += i64::from(slip.receipt_missed.is_some());
        self.replies_missed += i64::from(slip.reply_missed.is_some());
        self.serials.extend(slip.serial.clone());
    }
}

/// Slips by the person they went to, with their serials: what a principal answers for.
async fn by_person(opened: &Opened, args: &Args) -> Result<BTreeMap<Vec<String>, Counters>> {
    let (from, to) = args.period.span(opened.zone());
    let mut filter = SlipFilter {
        kind: args.kind.clone(),
        from: Some(from),
        to: Some(to),
        limit: PAGE,
        ..SlipFilter::default()
    };
    let mut lines: BTreeMap<Vec<String>, Counters> = BTreeMap::new();
    loop {
        let page = opened.store.slips(&filter).await.map_err(unavailable)?;
        for slip in &page {
            for person in people(slip) {
                let of = |by: &String| match by.as_str() {
                    "unit" => slip.unit.clone(),
                    "type" => slip.kind.clone(),
                    "issuer" => slip.issuer.clone(),
                    _ => person.clone(), // `person`, as clap has seen to
                };
                lines.entry(args.by.iter().map(of).collect()).or_default().add_one(slip);
            }
        }
        match page.last() {
            Some(last) if page.len() as i64 == PAGE => filter.before = Some(last.id),
            Some(_) | None => return Ok(lines),
        }
    }
}

/// Who a slip went to, not in copy.
fn people(slip: &SlipRow) -> Vec<String> {
    let recipients: Value = serde_json::from_str(&slip.recipients).unwrap_or_default();
    let people = recipients["people"].as_array().cloned().unwrap_or_default();
    let to = people.iter().filter(|one| one["cc"] != true);
    to.filter_map(|one| one["person"].as_str().map(str::to_owned)).collect()
}

fn print_lines(args: &Args, lines: BTreeMap<Vec<String>, Counters>) -> Result<ExitCode> {
    if args.json {
        let lines: Vec<Value> =
            lines.iter().map(|(names, line)| line_json(args, names, line)).collect();
        print::line(json!({ "period": args.period.to_string(), "lines": lines }))?;
        return Ok(ExitCode::SUCCESS);
    }
    let by = args.by.join(",");
    print::table(
        [
            by.as_str(),
            "slips",
            "received",
            "answered",
            "receipt missed",
            "reply missed",
            "withdrawn",
            "serials",
        ],
        lines.into_iter().map(|(names, c)| {
            let number = |n: i64| n.to_string();
            [
                names.join(" "),
                number(c.standing),
                number(c.receipted),
                number(c.replied),
                number(c.receipts_missed),
                number(c.replies_missed),
                number(c.withdrawn),
                c.serials.join(" "),
            ]
        }),
    )?;
    Ok(ExitCode::SUCCESS)
}

fn line_json(args: &Args, names: &[String], line: &Counters) -> Value {
    let mut out = json!({
        "slips": line.standing, "withdrawn": line.withdrawn, "receipted": line.receipted,
        "replied": line.replied, "receipts_missed": line.receipts_missed,
        "replies_missed": line.replies_missed,
    });
    for (by, name) in args.by.iter().zip(names) {
        out[by] = Value::from(name.as_str());
    }
    if !line.serials.is_empty() {
        out["serials"] = Value::from(line.serials.clone());
    }
    out
}

/// `城西区市场监管局:黄色催办单3件,红色督办单1件(另撤回1件)。`
fn bulletin(opened: &Opened, counts: &[SlipCount]) -> Vec<String> {
    let set = &opened.rules.current;
    let language = Language::of(&set.language);
    let mut units: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    let mut withdrawn: BTreeMap<&str, i64> = BTreeMap::new();
    for count in counts {
        let kind = set.slips.get(&count.kind);
        if kind.is_none_or(|kind| kind.serial.is_empty()) {
            continue;
        }
        *withdrawn.entry(&count.unit).or_default() += count.withdrawn;
        if count.standing > 0 {
            let name = kind.map_or(count.kind.as_str(), |kind| language.pick(&kind.zh, &kind.en));
            let words = language
                .pick(format!("{name}{}件", count.standing), format!("{name} {}", count.standing));
            units.entry(&count.unit).or_default().push(words);
        }
    }
    let lines = units.into_iter().map(|(unit, words)| {
        let name = opened.rules.org.units.get(unit);
        let name = name.map_or(unit, |unit| language.pick(unit.zh.as_str(), unit.en.as_str()));
        let taken = withdrawn.get(unit).copied().unwrap_or_default();
        match (language, taken) {
            (Language::Zh, 0) => format!("{name}:{}。", words.join(",")),
            (Language::Zh, n) => format!("{name}:{}(另撤回{n}件)。", words.join(",")),
            (Language::En, 0) => format!("{name}: {}.", words.join(", ")),
            (Language::En, n) => format!("{name}: {} (and {n} withdrawn).", words.join(", ")),
        }
    });
    lines.collect()
}
