//! `duban ticket event`: one event, told by hand, through the same door as every other.

use std::process::ExitCode;

use anyhow::Result;
use serde_json::{Map, Value, json};

use crate::{
    cli::{
        open::{ConfigFile, Opened, bad_data, instant, key, unavailable},
        print,
    },
    config::complaint::did_you_mean,
    core::{
        event::{Event, Kind},
        policy::PolicySet,
        timestamp::Timestamp,
    },
    intake::canon::canonical,
    store::{Appended, NewEntry},
};

/// Tells of one event. The engine judges it at its next look, a few seconds later.
///
/// Examples: `duban ticket event W260507-0123 accepted --by li4` and
/// `duban ticket event W260507-0123 paused --data '{"pause":"await_resident"}'`
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The ticket's number; an unknown one becomes a new ticket.
    #[arg(value_name = "TICKET")]
    no: String,
    /// What happened: `received`, `dispatched`, `accepted`, `contacted`, `resolved` ...
    #[arg(value_name = "EVENT")]
    kind: String,
    /// When it occurred; the default is now.
    #[arg(long, value_parser = instant, value_name = "RFC3339")]
    at: Option<Timestamp>,
    /// The unit it is about.
    #[arg(long)]
    unit: Option<String>,
    /// Who says so.
    #[arg(long)]
    by: Option<String>,
    /// What the ticket is about, `投诉/电梯`.
    #[arg(long)]
    category: Option<String>,
    /// How urgent it is, as policies select by it.
    #[arg(long)]
    urgency: Option<String>,
    /// Where, `城西区/西关大街`.
    #[arg(long)]
    area: Option<String>,
    /// The source system's own due time.
    #[arg(long, value_parser = instant, value_name = "RFC3339")]
    deadline: Option<Timestamp>,
    /// Everything else, as a JSON object.
    #[arg(long, value_parser = object, value_name = "JSON")]
    data: Option<Map<String, Value>>,
    /// Print JSON instead of words.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    config: ConfigFile,
}

fn object(text: &str) -> Result<Map<String, Value>, String> {
    serde_json::from_str(text)
        .map_err(|error| format!("not a JSON object like `{{\"reason\":\"..\"}}`: {error}"))
}

/// Appends the event: 0 accepted or a duplicate, 65 refused.
pub async fn tell(args: &Args) -> Result<ExitCode> {
    let opened = Opened::existing(&args.config).await?;
    warn_of_unknown(&args.kind, &opened.rules.current);
    let event = Event {
        unit: args.unit.clone(),
        by: args.by.clone(),
        category: args.category.clone(),
        urgency: args.urgency.clone(),
        area: args.area.clone(),
        deadline: args.deadline,
        data: args.data.clone().unwrap_or_default(),
        ..Event::new(args.no.as_str(), Kind::of(&args.kind), args.at.unwrap_or(opened.now))
    };
    let appended = append(&opened, event).await?;
    print::line(match appended {
        _ if args.json => told_json(&args.no, appended).to_string(),
        Appended::Accepted { seq: 1 } => format!("accepted: line 1 of {}, a new ticket", args.no),
        Appended::Accepted { seq } => format!("accepted: line {seq} of {}", args.no),
        Appended::Duplicate => format!("duplicate: {} has this event already", args.no),
    })?;
    Ok(ExitCode::SUCCESS)
}

/// Puts an event into the journal as intake does.
pub async fn append(opened: &Opened, mut event: Event) -> Result<Appended> {
    opened.rules.attest(&mut event);
    let refused = |why: &dyn std::fmt::Display| bad_data(format!("refused: {why}"));
    let entry: NewEntry =
        canonical(event, &key(&opened.config)?, opened.now).map_err(|why| refused(&why))?;
    let appended = opened.store.append(&[entry], opened.now).await.map_err(unavailable)?;
    Ok(appended.first().copied().expect("one entry has one answer"))
}

/// What became of an event, in the words of the API.
pub fn told_json(ticket: &str, appended: Appended) -> Value {
    match appended {
        Appended::Accepted { seq } => json!({ "ticket": ticket, "result": "accepted", "seq": seq }),
        Appended::Duplicate => json!({ "ticket": ticket, "result": "duplicate" }),
    }
}

/// An unknown kind is kept and moves no clock, which is rarely what somebody typed it for.
fn warn_of_unknown(kind: &str, set: &PolicySet) {
    if !set.knows(&Kind::of(kind)) {
        let own = set.kinds.iter().map(Kind::name);
        let hint = did_you_mean(kind, Kind::STANDARD.iter().copied().chain(own));
        eprintln!("duban: `{kind}` is no kind of event that moves a clock; {hint}");
    }
}
