//! Draws the tickets of `duban demo` from the city's own export; demo/README.md says how to call it.
//!
//! No dice: the rule alone decides, so that anybody who has the export gets the same file.

use std::{
    collections::BTreeMap,
    io::{BufWriter, Write as _},
    path::Path,
};

use duban::{
    core::{
        event::{Event, Kind},
        timestamp::Timestamp,
    },
    intake::{
        files,
        mapping::{self, Rows},
    },
};

/// Three weeks of spring 2015, Boston time, in which a good part was late.
const WINDOW: [&str; 2] = ["2015-04-06T00:00:00-04:00", "2015-04-27T00:00:00-04:00"];
/// Events from here on are left out.
const END: &str = "2016-01-01T00:00:00-05:00";

/// The events of the sample, in order of time.
pub fn draw(export: &Path) -> anyhow::Result<Vec<Event>> {
    let mapping = mapping::load(Path::new("boston311"))?;
    let mut tickets: BTreeMap<String, Vec<Event>> = BTreeMap::new();
    for taken in Rows::open(&mapping, files::open(export)?, export.display().to_string())? {
        let (_, event) = taken??;
        tickets.entry(event.ticket.clone()).or_default().push(event);
    }
    let end = Timestamp::parse(END)?;
    let [from, to] = WINDOW.map(Timestamp::parse);
    let (from, to) = (from?, to?);
    let mut sample: Vec<Event> = tickets
        .into_values()
        .filter(|events| is_wanted(events, from, to))
        .flatten()
        .filter(|event| event.at < end)
        .collect();
    sample.sort_by(|a, b| (a.at, &a.ticket).cmp(&(b.at, &b.ticket)));
    Ok(sample)
}

/// Received in the window and promised or closed; or promised for the window and still open at its start.
fn is_wanted(events: &[Event], from: Timestamp, to: Timestamp) -> bool {
    let Some(received) = events.iter().find(|event| event.kind == Kind::Received) else {
        return false;
    };
    let closed = events.iter().find(|event| event.kind == Kind::Closed).map(|event| event.at);
    let within = |at: Timestamp| from <= at && at < to;
    let is_new = within(received.at) && (received.deadline.is_some() || closed.is_some());
    let is_old = received.at < from
        && received.deadline.is_some_and(within)
        && closed.is_none_or(|closed| closed >= from);
    is_new || is_old
}

fn main() -> anyhow::Result<()> {
    let export = std::env::args_os().nth(1).ok_or_else(|| {
        anyhow::anyhow!("name the export: cargo run --example draw-demo -- EXPORT.csv.zst")
    })?;
    let mut out = BufWriter::new(std::io::stdout().lock());
    for event in draw(Path::new(&export))? {
        serde_json::to_writer(&mut out, &event)?;
        out.write_all(b"\n")?;
    }
    Ok(out.flush()?)
}
