//! `duban top`: how things stand, again and again.

use std::{
    collections::BTreeMap,
    io::{IsTerminal as _, stdout},
    process::ExitCode,
    time::Duration,
};

use anyhow::Result;
use serde_json::{Value, json};

use super::{
    open::{ConfigFile, Opened, block_on, unavailable},
    print,
};
use crate::{
    core::{board::Colour, timestamp::Timestamp},
    store::{BoardCount, QueueRow, Store},
    wall::Wall,
};

/// Units that are shown, those with most overdue first.
const UNITS: usize = 12;
/// From the top left corner, over what was there.
const REDRAW: &str = "\u{1b}[H\u{1b}[J";

/// Shows how things stand, again and again: open, due soon, overdue by colour, what waits to be
/// sent, how late the engine is. Reads the store only; runs beside the daemon.
///
/// Example: `duban top`
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Draw one frame and end: for pipes and tests; also where the output is no terminal.
    #[arg(long)]
    once: bool,
    /// Draw a frame this often.
    #[arg(long, default_value = "2s", value_parser = humantime::parse_duration, value_name = "SPAN")]
    every: Duration,
    /// Print one frame as JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    config: ConfigFile,
}

/// What one frame shows.
struct Frame {
    now: Timestamp,
    counts: Vec<BoardCount>,
    ledgers: BTreeMap<String, i64>,
    queue: Vec<QueueRow>,
    /// When the most overdue look was due.
    next_look: Option<Timestamp>,
}

/// Runs the command: 69 the store is down.
pub fn run(args: &Args) -> Result<ExitCode> {
    block_on(top(args))
}

async fn top(args: &Args) -> Result<ExitCode> {
    let opened = Opened::existing(&args.config).await?;
    let is_live = !args.once && !args.json && stdout().is_terminal();
    loop {
        let now = Wall::Host.now();
        let frame = Frame::read(&opened, now).await?;
        if args.json {
            print::line(frame.json(&opened))?;
        } else {
            if is_live {
                print::line(REDRAW.trim_end())?;
            }
            frame.draw(&opened, is_live && std::env::var_os("NO_COLOR").is_none())?;
        }
        if !is_live {
            return Ok(ExitCode::SUCCESS);
        }
        tokio::time::sleep(args.every).await;
    }
}

impl Frame {
    async fn read(opened: &Opened, now: Timestamp) -> Result<Self> {
        let store: &Store = &opened.store;
        let tonight = opened.rules.current.calendar.tonight(now);
        let mut ledgers = BTreeMap::new();
        for (list, _, count) in store.ledger_open().await.map_err(unavailable)? {
            *ledgers.entry(list).or_default() += count;
        }
        Ok(Self {
            now,
            counts: store.board_counts(tonight, now).await.map_err(unavailable)?,
            ledgers,
            queue: store.queue().await.map_err(unavailable)?,
            next_look: store.next_look().await.map_err(unavailable)?,
        })
    }

    fn sum(&self, of: impl Fn(&BoardCount) -> i64) -> i64 {
        self.counts.iter().map(of).sum()
    }

    fn overdue(&self, colour: Colour) -> i64 {
        self.sum(|count| if count.colour == colour.name() { count.overdue } else { 0 })
    }

    /// How late the engine is with the ticket it should have looked at first, milliseconds.
    fn late_ms(&self) -> i64 {
        self.next_look.map_or(0, |due| self.now.since(due).max(0))
    }

    fn json(&self, opened: &Opened) -> Value {
        let colours: serde_json::Map<String, Value> = Colour::ALL
            .into_iter()
            .map(|colour| (colour.name().to_owned(), self.overdue(colour).into()))
            .collect();
        let queue: Vec<Value> = self
            .queue
            .iter()
            .map(|row| json!({ "via": row.via, "waiting": row.waiting, "since": opened.rfc3339(row.oldest) }))
            .collect();
        json!({
            "at": opened.rfc3339(self.now), "open": self.sum(|count| count.open),
            "today": self.sum(|count| count.today), "day": self.sum(|count| count.day),
            "overdue": colours, "ledgers": self.ledgers, "queue": queue, "engine_late_ms": self.late_ms(),
        })
    }

    fn draw(&self, opened: &Opened, in_colour: bool) -> Result<()> {
        let paint = |colour: Colour, number: i64| {
            let code = match colour {
                Colour::Red => "31",
                Colour::Yellow => "33",
                Colour::Green => "32",
                Colour::None => "0",
            };
            let word = colour.name();
            if in_colour && number > 0 {
                format!("\u{1b}[{code}m{number} {word}\u{1b}[0m")
            } else {
                format!("{number} {word}")
            }
        };
        let overdue: Vec<String> =
            Colour::ALL.into_iter().map(|one| paint(one, self.overdue(one))).collect();
        say!(
            "duban {}   open {}   due today {}   in 24 h {}   overdue {} ({})",
            opened.local(self.now),
            self.sum(|count| count.open),
            self.sum(|count| count.today),
            self.sum(|count| count.day),
            self.sum(|count| count.overdue),
            overdue.join(", "),
        );
        let ledgers: Vec<String> =
            self.ledgers.iter().map(|(list, count)| format!("{list} {count}")).collect();
        say!(
            "engine {} s late   ledgers {}",
            self.late_ms() / 1_000,
            if ledgers.is_empty() { "empty".to_owned() } else { ledgers.join(", ") },
        );
        say!("");
        if self.queue.is_empty() {
            say!("nothing waits to be sent");
        } else {
            let rows = self
                .queue
                .iter()
                .map(|row| [row.via.clone(), row.waiting.to_string(), opened.local(row.oldest)]);
            print::table(["way", "waiting", "since"], rows)?;
        }
        say!("");
        let mut units: BTreeMap<&str, (i64, i64, i64)> = BTreeMap::new();
        for count in &self.counts {
            let unit = units.entry(&count.unit).or_default();
            unit.0 += count.overdue;
            unit.1 += count.day;
            unit.2 += count.open;
        }
        let mut units: Vec<_> = units.into_iter().collect();
        units.sort_by_key(|(unit, (overdue, day, open))| (-overdue, -day, -open, *unit));
        let rows = units.into_iter().take(UNITS).map(|(unit, (overdue, day, open))| {
            [unit.to_owned(), open.to_string(), day.to_string(), overdue.to_string()]
        });
        print::table(["unit", "open", "in 24 h", "overdue"], rows)
    }
}
