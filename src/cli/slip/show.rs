//! `duban slip show`: everything about one slip, with what was sent and what came back.

use std::process::ExitCode;

use anyhow::Result;
use serde_json::{Value, json};

use super::find;
use crate::{
    cli::{
        open::{ConfigFile, Opened, unavailable},
        print,
    },
    core::{message::Recipient, wording::Paper},
    paper,
    store::{MessageRow, SlipRow},
};

/// Shows one slip: what is asked, by when, from whom, what was delivered and what came back.
///
/// Example: `duban slip show 红字〔2026〕12号`
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The slip's serial or key.
    #[arg(value_name = "SLIP")]
    slip: String,
    /// Print JSON instead of words.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    config: ConfigFile,
}

/// Prints one slip.
pub async fn show(args: &Args) -> Result<ExitCode> {
    let opened = Opened::existing(&args.config).await?;
    let slip = find(&opened, &args.slip).await?;
    let mut messages = opened.store.messages(slip.ticket_key).await.map_err(unavailable)?;
    messages.retain(|row| row.message.slip.as_deref() == Some(slip.key.as_str()));
    if args.json {
        let mut whole = paper::json(&slip, opened.zone());
        whole["paper"] = slip
            .paper
            .as_deref()
            .and_then(|text| serde_json::from_str(text).ok())
            .unwrap_or(Value::Null);
        whole["messages"] = messages.iter().map(|row| message_json(&opened, row)).collect();
        print::line(whole)?;
    } else {
        print::line(text(&opened, &slip, &messages))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn message_json(opened: &Opened, row: &MessageRow) -> Value {
    json!({
        "to": row.message.to, "via": row.message.via, "state": row.state, "channel": row.channel,
        "done": row.done.map(|at| opened.rfc3339(at)), "provider": row.provider, "reason": row.reason,
        "delivery": row.delivery, "delivered": row.delivery_at.map(|at| opened.rfc3339(at)),
        "code": row.delivery_code,
    })
}

/// What the receipts of a message came to, in words.
fn delivery(opened: &Opened, row: &MessageRow) -> String {
    let Some(delivery) = &row.delivery else { return String::new() };
    let at = row.delivery_at.map(|at| format!(" {}", opened.local(at))).unwrap_or_default();
    let code = row.delivery_code.as_deref().filter(|code| !code.is_empty());
    let code = code.map(|code| format!(" ({code})")).unwrap_or_default();
    format!(", {delivery}{at}{code}")
}

fn text(opened: &Opened, slip: &SlipRow, messages: &[MessageRow]) -> String {
    let local = |at| opened.local(at);
    let paper: Paper =
        slip.paper.as_deref().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
    let by =
        |who: &Option<String>| who.as_deref().map(|who| format!(" by {who}")).unwrap_or_default();
    let mut lines = vec![
        format!(
            "{} {} ({})",
            slip.kind,
            slip.serial.as_deref().unwrap_or("without a serial"),
            slip.state
        ),
        format!("key      {}", slip.key),
        format!("ticket   {}, round {}, {} {}", slip.ticket_no, slip.round, slip.clock, slip.step),
        format!("unit     {}", slip.unit),
        format!("issued   {}", local(slip.at)),
    ];
    if !slip.issuer.is_empty() {
        lines.push(format!("issuer   {}", slip.issuer));
    }
    let [ask, _] = paper.ask;
    let named = [
        ("asked", Some(ask).filter(|ask| !ask.is_empty())),
        ("due", slip.due.map(local)),
        ("receipt", slip.receipted.map(|at| format!("{}{}", local(at), by(&slip.receipted_by)))),
        (
            "receive",
            slip.receipt_due
                .filter(|_| slip.receipted.is_none())
                .map(|at| format!("by {}", local(at))),
        ),
        ("missed", slip.receipt_missed.map(|at| format!("the receipt, at {}", local(at)))),
        (
            "answer",
            slip.reply_due.filter(|_| slip.replied.is_none()).map(|at| format!("by {}", local(at))),
        ),
        ("missed", slip.reply_missed.map(|at| format!("the reply, at {}", local(at)))),
        ("reply", slip.replied.map(|at| format!("{}{}", local(at), by(&slip.replied_by)))),
        ("says", slip.reply.clone()),
        ("note", slip.note.clone()),
        (
            "taken",
            slip.withdrawn.map(|at| {
                format!("back at {}: {}", local(at), slip.reason.as_deref().unwrap_or_default())
            }),
        ),
    ];
    lines.extend(named.into_iter().filter_map(|(name, text)| Some(format!("{name:<8} {}", text?))));
    for row in messages {
        let Recipient::Staff { unit, role, person, cc, .. } = &row.message.to else { continue };
        let copy = if *cc { ", in copy" } else { "" };
        let who = person.as_deref().unwrap_or("nobody");
        let when = row.done.map(|at| format!(" {}", local(at))).unwrap_or_default();
        lines.push(format!(
            "sent     {role} of {unit} ({who}{copy}) by {}: {}{when}{}",
            row.message.via,
            row.state,
            delivery(opened, row)
        ));
    }
    lines.join("\n")
}
