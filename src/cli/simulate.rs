//! `duban simulate`: replays events through the real core in virtual time.

mod compare;

use std::{
    fs::File,
    io::{BufWriter, IsTerminal as _, Write as _},
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context as _, Result};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value, json};

use super::{EXIT_DATA, sets};
use crate::{
    core::{
        book::short_hash,
        contact::{Contact, split_contact},
        event::Event,
        policy::PolicySet,
        record::Record,
        timestamp::Timestamp,
    },
    intake::{canon::CALLER, files},
    simulate::{Pace, Replayed, Report, replay_all},
    wall,
    whatif::{Comparison, Side, page},
};

/// Fewer events are replayed before anybody looks.
const EVENTS_SHORT: usize = 50_000;

/// Replays events and counts what would have happened: clocks met and late, slips, messages.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Folder of the policy set, or the name of a shipped one (cn, xining, leling, generic311, boston ...).
    #[arg(long)]
    policies: PathBuf,
    /// Files of events: `.jsonl`, `.zst`, `.gz`, or `-` for standard input.
    #[arg(long, required = true, num_args = 1..)]
    events: Vec<PathBuf>,
    /// Look at the world as it was at this instant (RFC 3339); the default is the last event.
    #[arg(long)]
    until: Option<String>,
    /// Write one line per slip to this file.
    #[arg(long)]
    slips: Option<PathBuf>,
    /// Write one line per message to this file.
    #[arg(long)]
    messages: Option<PathBuf>,
    /// Hear of everything at once and look once, as a fresh daemon does after an import.
    #[arg(long)]
    one_look: bool,
    /// Replay with this policy set too and report what it would have changed.
    #[arg(long)]
    compare: Option<PathBuf>,
    /// Write the comparison to this file as a page.
    #[arg(long, value_name = "FILE", requires = "compare")]
    html: Option<PathBuf>,
    /// The language of that page; the default is the language of the second set.
    #[arg(long, requires = "html", value_parser = ["zh", "en"])]
    lang: Option<String>,
    /// Print JSON in the shape of the public contract.
    #[arg(long)]
    json: bool,
}

pub fn run(args: &Args) -> Result<ExitCode> {
    let chosen = sets::load(&args.policies)?;
    let mut bad = 0_u64;
    let mut events = read(&args.events, &mut bad)?;
    let until = match &args.until {
        Some(text) => Timestamp::parse(text)
            .with_context(|| format!("`{text}` is not an instant; write `2016-01-01T00:00:00Z`"))?,
        None => events.iter().map(|event| event.at).max().unwrap_or_default(),
    };
    let pace = if args.one_look { Pace::OneLook } else { Pace::Live };
    let other = match &args.compare {
        Some(folder) => Some((sets::load(folder)?, events.clone())),
        None => None,
    };
    let started = wall::stopwatch();
    let mut lines = Lines::open(args)?;
    let set = &chosen.set;
    let mut written = Ok(());
    let bar = progress(events.len());
    let mut before = Side::default();
    let report =
        replay_all(set, &chosen.org, std::mem::take(&mut events), pace, until, |replayed| {
            bar.inc(1);
            if written.is_ok() {
                written = lines.write(set, replayed);
            }
            if args.compare.is_some() {
                before.add(set, replayed, until);
            }
        });
    bar.finish_and_clear();
    written.and_then(|()| lines.flush()).context("cannot write the lines")?;
    let mut shown = report.json(set, until, started.elapsed().as_millis());
    if let Some((other, events)) = other {
        let started = wall::stopwatch();
        let mut after = Side::default();
        let compared = replay_all(&other.set, &other.org, events, pace, until, |replayed| {
            after.add(&other.set, replayed, until);
        });
        let compared = compared.json(&other.set, until, started.elapsed().as_millis());
        let comparison =
            Comparison::new([set, &other.set], [&chosen.org, &other.org], [before, after], until);
        if let Some(file) = &args.html {
            let zh = args.lang.as_deref().unwrap_or(&other.set.language) == "zh";
            let text = page(&comparison, zh).context("the page cannot be written")?;
            std::fs::write(file, text)
                .with_context(|| format!("cannot write {}", file.display()))?;
        }
        shown = json!({
            "a": shown, "b": compared, "difference": difference(&shown, &compared),
            "whatif": comparison.json(),
        });
        if !args.json {
            compare::print(&comparison)?;
        }
    } else if !args.json {
        print_table(&report, until)?;
    }
    if args.json {
        say!("{shown}");
    }
    Ok(if bad > 0 { ExitCode::from(EXIT_DATA) } else { ExitCode::SUCCESS })
}

fn read(paths: &[PathBuf], bad: &mut u64) -> Result<Vec<Event>> {
    let mut events = Vec::new();
    for path in paths {
        files::read(
            path,
            |_, mut event| {
                // The daemon never sees more than this of an event either.
                let contact = split_contact(&mut event);
                // Here nothing is kept: any name that is the same for the same caller will do.
                if let Some(who) = contact.as_ref().and_then(Contact::identity) {
                    event.data.insert(CALLER.to_owned(), short_hash(&who).into());
                }
                events.push(event);
            },
            |line| {
                *bad += 1;
                eprintln!("{line}");
            },
        )
        .with_context(|| format!("cannot read {}", path.display()))?;
    }
    Ok(events)
}

/// A count of replayed tickets; nobody draws it where no terminal looks on or the work is short.
fn progress(events: usize) -> ProgressBar {
    if events < EVENTS_SHORT || !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = "{spinner} {human_pos} tickets replayed in {elapsed}";
    ProgressBar::new_spinner()
        .with_style(ProgressStyle::with_template(style).expect("the template is well formed"))
}

/// The numbers of `b` that differ from `a`, as pairs.
fn difference(a: &Value, b: &Value) -> Value {
    match (a, b) {
        (Value::Object(a), Value::Object(b)) => {
            let keys: std::collections::BTreeSet<&String> = a.keys().chain(b.keys()).collect();
            let differing = keys.into_iter().filter(|key| *key != "ms").filter_map(|key| {
                let (one, other) =
                    (a.get(key).unwrap_or(&Value::Null), b.get(key).unwrap_or(&Value::Null));
                (one != other).then(|| (key.clone(), difference(one, other)))
            });
            Value::Object(differing.collect())
        }
        _ => json!({ "a": a, "b": b }), // two values that are not both objects differ as a whole
    }
}

/// The files of slips and messages, where asked for.
struct Lines {
    slips: Option<BufWriter<File>>,
    messages: Option<BufWriter<File>>,
}

impl Lines {
    fn open(args: &Args) -> Result<Self> {
        let create = |path: &Option<PathBuf>| -> Result<Option<BufWriter<File>>> {
            path.as_deref()
                .map(|path: &Path| {
                    let file = File::create(path)
                        .with_context(|| format!("cannot write {}", path.display()))?;
                    Ok(BufWriter::new(file))
                })
                .transpose()
        };
        Ok(Self { slips: create(&args.slips)?, messages: create(&args.messages)? })
    }

    fn write(&mut self, set: &PolicySet, replayed: &Replayed) -> std::io::Result<()> {
        let zone = set.calendar.zone();
        let no = &replayed.ticket.no;
        if let Some(file) = &mut self.slips {
            for (at, record) in replayed.records() {
                if let Record::Slip { key, slip, at: step, due, to, .. } = record {
                    let line = json!({
                        "ticket": no, "clock": key.clock.name, "round": key.clock.round, "step": step,
                        "slip": slip, "due": due.to_rfc3339(zone), "at": at.to_rfc3339(zone), "to": to,
                        "key": key.text(no),
                    });
                    writeln!(file, "{line}")?;
                }
            }
        }
        if let Some(file) = &mut self.messages {
            for message in &replayed.messages {
                let line = json!({
                    "key": message.key, "ticket": no, "slip": message.slip, "to": message.to,
                    "via": message.via, "template": message.template,
                    "not_before": message.not_before.to_rfc3339(zone),
                });
                writeln!(file, "{line}")?;
            }
        }
        Ok(())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.slips.iter_mut().chain(&mut self.messages).try_for_each(BufWriter::flush)
    }
}

fn print_table(report: &Report, until: Timestamp) -> Result<()> {
    say!("{} tickets, {} events, until {until}", report.tickets, report.events);
    let mut table = comfy_table::Table::new();
    table.load_style(comfy_table::presets::UTF8_HORIZONTAL_ONLY);
    table.set_header(["clock", "met", "late", "running", "overdue", "cancelled"]);
    for (name, counts) in &report.clocks {
        let numbers =
            [counts.met, counts.late, counts.running, counts.running_overdue, counts.cancelled];
        table
            .add_row(std::iter::once(name.clone()).chain(numbers.map(|number| number.to_string())));
    }
    say!("{table}");
    for (slip, count) in &report.slips {
        say!("{slip}: {count} slips");
    }
    say!(
        "{} refused events, {} of unknown kind, {} tickets on the default policy",
        report.refused,
        report.unknown_kinds,
        report.unmapped
    );
    Ok(())
}
