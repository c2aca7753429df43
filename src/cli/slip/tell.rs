//! `duban slip receive`, `reply` and `withdraw`: events about a slip, told by hand.

use std::process::ExitCode;

use anyhow::Result;
use serde_json::Value;

use super::find;
use crate::{
    cli::{
        open::{ConfigFile, Opened, no},
        print,
        ticket::event::{append, told_json},
    },
    core::{
        event::{Event, Kind},
        org::Why,
        slip::ACKNOWLEDGED,
    },
    store::{Appended, SlipRow},
};

/// Says that a slip was received.
///
/// Example: `duban slip receive 黄字〔2026〕118号 --by li4`
#[derive(Debug, clap::Args)]
pub struct ReceiveArgs {
    /// The slip's serial or key.
    #[arg(value_name = "SLIP")]
    slip: String,
    /// Who received it.
    #[arg(long)]
    by: Option<String>,
    /// Print JSON instead of words.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    config: ConfigFile,
}

/// Answers a slip in its three fields; the first answer counts.
///
/// Example: `duban slip reply 黄字〔2026〕118号 --done 已到场 --plan 更换主板 --by-when 5月18日 --by li4`
#[derive(Debug, clap::Args)]
pub struct ReplyArgs {
    /// The slip's serial or key.
    #[arg(value_name = "SLIP")]
    slip: String,
    /// What was done.
    #[arg(long, required_unless_present = "plan")]
    done: Option<String>,
    /// What will be done.
    #[arg(long)]
    plan: Option<String>,
    /// By when.
    #[arg(long)]
    by_when: Option<String>,
    /// Who answers.
    #[arg(long)]
    by: Option<String>,
    /// Print JSON instead of words.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    config: ConfigFile,
}

/// Takes a slip back: what of it still waits is not sent, and the step does not fire again.
///
/// Example: `duban slip withdraw 红字〔2026〕12号 --reason "sent to the wrong unit" --by li4`
#[derive(Debug, clap::Args)]
pub struct WithdrawArgs {
    /// The slip's serial or key, as `duban slip list --json` prints it.
    #[arg(value_name = "SLIP")]
    slip: String,
    /// Why; stands in the journal and on the slip.
    #[arg(long)]
    reason: String,
    /// Who says so.
    #[arg(long)]
    by: Option<String>,
    /// In which role, where the policies say who may take such a slip back.
    #[arg(long)]
    role: Option<String>,
    /// Print JSON instead of words.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    config: ConfigFile,
}

/// Appends the receipt.
pub async fn receive(args: &ReceiveArgs) -> Result<ExitCode> {
    let opened = Opened::existing(&args.config).await?;
    let slip = standing(&opened, &args.slip).await?;
    if let Some(at) = slip.receipted {
        return Err(no(format!(
            "slip `{}` was received at {} already",
            args.slip,
            opened.local(at)
        )));
    }
    let event = about(&opened, &slip, Kind::of(ACKNOWLEDGED), args.by.as_ref());
    tell(&opened, event, "the engine notes the receipt at its next look", args.json).await
}

/// Appends the reply.
pub async fn reply(args: &ReplyArgs) -> Result<ExitCode> {
    let opened = Opened::existing(&args.config).await?;
    let slip = standing(&opened, &args.slip).await?;
    if let Some(at) = slip.replied {
        return Err(no(format!(
            "slip `{}` was answered at {} already",
            args.slip,
            opened.local(at)
        )));
    }
    let mut event = about(&opened, &slip, Kind::Replied, args.by.as_ref());
    for (key, text) in [("done", &args.done), ("plan", &args.plan), ("by_when", &args.by_when)] {
        if let Some(text) = text {
            event.data.insert(key.to_owned(), Value::from(text.as_str()));
        }
    }
    tell(&opened, event, "the engine notes the reply at its next look", args.json).await
}

/// Appends the withdrawal: 1 if nobody may do so in this role.
pub async fn withdraw(args: &WithdrawArgs) -> Result<ExitCode> {
    let opened = Opened::existing(&args.config).await?;
    let slip = standing(&opened, &args.slip).await?;
    let mut event = about(&opened, &slip, Kind::SlipWithdrawn, args.by.as_ref());
    event.data.insert("reason".to_owned(), Value::from(args.reason.as_str()));
    if let Some(role) = role(&opened, &slip, args)? {
        event.data.insert("approver".to_owned(), Value::from(role));
    }
    tell(&opened, event, "the engine takes the slip back at its next look", args.json).await
}

/// The role in which somebody may take this slip back; `None` where everybody may.
fn role(opened: &Opened, slip: &SlipRow, args: &WithdrawArgs) -> Result<Option<String>> {
    let Some(kind) = opened.rules.current.slips.get(&slip.kind) else {
        return Ok(args.role.clone());
    };
    if kind.withdraw_by.is_empty() {
        return Ok(args.role.clone());
    }
    let holds = |role: &&String| {
        let set = &opened.rules.current;
        let found = opened.rules.org.find(set, &slip.unit, role, opened.now);
        let stands_in = |person: &str| args.by.as_deref() == Some(person);
        found.why == Why::Holds && found.seats.iter().any(|seat| stands_in(seat.person))
    };
    let asked = |role: &&String| args.role.as_ref().is_none_or(|asked| asked == *role);
    let found = kind.withdraw_by.iter().filter(asked).find(holds);
    found.map(|role| Some(role.clone())).ok_or_else(|| {
        no(format!(
            "{} may not take back a slip of kind `{}`; it takes one of: {}",
            args.by.as_deref().unwrap_or("nobody (`--by` is missing)"),
            slip.kind,
            kind.withdraw_by.join(", ")
        ))
    })
}

/// The slip, unless it was taken back.
async fn standing(opened: &Opened, name: &str) -> Result<SlipRow> {
    let slip = find(opened, name).await?;
    if let Some(at) = slip.withdrawn {
        let reason = slip.reason.as_deref().unwrap_or_default();
        let at = opened.local(at);
        return Err(no(format!("slip `{name}` was withdrawn at {at} already: {reason}")));
    }
    Ok(slip)
}

fn about(opened: &Opened, slip: &SlipRow, kind: Kind, by: Option<&String>) -> Event {
    let mut event = Event::new(slip.ticket_no.as_str(), kind, opened.now);
    event.by = by.cloned();
    event.data.insert("slip".to_owned(), Value::from(slip.key.as_str()));
    event
}

async fn tell(opened: &Opened, event: Event, then: &str, json: bool) -> Result<ExitCode> {
    let ticket = event.ticket.clone();
    let appended = append(opened, event).await?;
    print::line(match appended {
        _ if json => told_json(&ticket, appended).to_string(),
        Appended::Accepted { seq } => format!("accepted: line {seq} of {ticket}; {then}"),
        Appended::Duplicate => format!("duplicate: {ticket} has this event already"),
    })?;
    Ok(ExitCode::SUCCESS)
}
