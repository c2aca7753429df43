//! `duban ticket publish`: results that may be published (宣), without anything personal.

use std::process::ExitCode;

use anyhow::Result;
use serde_json::json;

use super::super::{
    open::{ConfigFile, Opened, bad_data, unavailable},
    print,
};
use crate::{
    core::{publish::publishable, ticket::Ticket, timestamp::Timestamp},
    store::TicketFilter,
};

/// Tickets in memory at one time.
const PAGE: i64 = 500;

/// Prints the texts proposed for publication, one JSON object a line: number, class, area, unit, text.
///
/// A text that holds what looks like a number, an address or a name is kept back and named on standard error.
///
/// Example: `duban ticket publish --since 2026-05-01T00:00:00+08:00`
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Only texts proposed at or after this instant.
    #[arg(long, value_parser = super::super::open::instant)]
    since: Option<Timestamp>,
    #[command(flatten)]
    config: ConfigFile,
}

/// Runs the command.
pub async fn publish(args: &Args) -> Result<ExitCode> {
    let opened = Opened::existing(&args.config).await?;
    let mut after = 0;
    loop {
        let rows = opened.store.tickets(&TicketFilter::default(), PAGE, after).await;
        let rows = rows.map_err(unavailable)?;
        let Some(last) = rows.last() else { return Ok(ExitCode::SUCCESS) };
        after = last.key;
        for row in &rows {
            let Some(state) = &row.state else { continue };
            let ticket: Ticket = serde_json::from_str(state)
                .map_err(|_| bad_data(format!("the state of ticket {} cannot be read", row.no)))?;
            let Some(found) = ticket.publication.as_ref() else { continue };
            if args.since.is_some_and(|since| found.at < since) {
                continue;
            }
            match publishable(&found.text) {
                Ok(()) => print::line(json!({
                    "ticket": ticket.no, "at": opened.rfc3339(found.at), "unit": ticket.unit,
                    "category": ticket.attributes.category, "area": ticket.attributes.area,
                    "item": ticket.attributes.value("item"), "text": found.text,
                }))?,
                Err(why) => eprintln!("duban: the text of {} is kept back: {why}", ticket.no),
            }
        }
    }
}
