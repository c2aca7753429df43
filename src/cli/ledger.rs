//! `duban ledger`: what is hung or has been open too long, and what ends that.

use std::process::ExitCode;

use anyhow::Result;
use serde_json::{Map, Value, json};

use super::{
    open::{ConfigFile, Opened, block_on, unavailable},
    print,
    ticket::event::{append, told_json},
};
use crate::{
    core::{
        event::{Event, Kind},
        timestamp::Timestamp,
    },
    store::{Appended, LedgerCount, LedgerFilter},
};

/// Looks at the ledgers, admits to them and strikes off.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    List(ListArgs),
    Admit(AdmitArgs),
    Review(ReviewArgs),
    StrikeOff(StrikeOffArgs),
}

/// Lists what stands in the ledgers, or the numbers of their rates.
///
/// Example: `duban ledger list --list hung --unit cx-scjg`
#[derive(Debug, clap::Args)]
struct ListArgs {
    /// Only this ledger: `hung`, or the name of a flag such as `long_open`.
    #[arg(long)]
    list: Option<String>,
    /// Only tickets of this unit.
    #[arg(long)]
    unit: Option<String>,
    /// Only this ticket.
    #[arg(long)]
    ticket: Option<String>,
    /// What stands, what has ended, or both.
    #[arg(long, default_value = "open", value_parser = ["open", "ended", "all"])]
    state: String,
    /// The numbers of each ledger instead: opening, admitted, struck off, ended otherwise.
    #[arg(long)]
    summary: bool,
    /// Begin of the period of `--summary`; standard: from the beginning.
    #[arg(long, value_name = "INSTANT", value_parser = instant)]
    from: Option<Timestamp>,
    /// End of the period of `--summary` (not in it); standard: now.
    #[arg(long, value_name = "INSTANT", value_parser = instant)]
    to: Option<Timestamp>,
    /// At most so many.
    #[arg(long, default_value_t = 1000, value_parser = clap::value_parser!(i64).range(1..=100_000))]
    limit: i64,
    /// Print JSON instead of a table.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    config: ConfigFile,
}

/// Hangs a ticket: it waits in the ledger, is reviewed, and comes back by itself.
///
/// Example: `duban ledger admit W260507-0123 --approver principal --reason 历史遗留 --plan "分三期,年底前完成"`
#[derive(Debug, clap::Args)]
struct AdmitArgs {
    /// The ticket.
    ticket: String,
    /// The role that approves.
    #[arg(long)]
    approver: Option<String>,
    /// One of the reasons the policy takes.
    #[arg(long)]
    reason: Option<String>,
    /// What is to happen until when.
    #[arg(long)]
    plan: Option<String>,
    /// The leader in charge of the matter.
    #[arg(long)]
    leader: Option<String>,
    #[command(flatten)]
    said: Said,
}

/// Notes that a matter in the ledger was reviewed; the next review is due a cycle later.
///
/// Example: `duban ledger review W260507-0123 --note "资金已列入预算"`
#[derive(Debug, clap::Args)]
struct ReviewArgs {
    /// The ticket.
    ticket: String,
    /// What the review found.
    #[arg(long)]
    note: Option<String>,
    #[command(flatten)]
    said: Said,
}

/// Strikes a matter off the ledger, with proof.
///
/// Example: `duban ledger strike-off W260507-0123 --by-role city_sup --proof 验收单 --attachments 1 --data '{"resident_callback":"yes"}'`
#[derive(Debug, clap::Args)]
struct StrikeOffArgs {
    /// The ticket.
    ticket: String,
    /// The role that approves.
    #[arg(long)]
    by_role: Option<String>,
    /// What proves that it is done.
    #[arg(long)]
    proof: Option<String>,
    /// How many attachments there are.
    #[arg(long)]
    attachments: Option<u32>,
    /// Further things the policy asks for, as a JSON object.
    #[arg(long, value_parser = object)]
    data: Option<Map<String, Value>>,
    #[command(flatten)]
    said: Said,
}

#[derive(Debug, clap::Args)]
struct Said {
    /// Who says so.
    #[arg(long)]
    by: Option<String>,
    /// Print JSON instead of words.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    config: ConfigFile,
}

fn instant(text: &str) -> Result<Timestamp, String> {
    Timestamp::parse(text).map_err(|_| {
        "write an instant with its offset, like `2026-05-07T09:12:00+08:00`".to_owned()
    })
}

fn object(text: &str) -> Result<Map<String, Value>, String> {
    serde_json::from_str(text).map_err(|error| {
        format!("not a JSON object like `{{\"resident_callback\":\"yes\"}}`: {error}")
    })
}

/// Runs the command: 1 no such ticket.
pub fn run(args: &Args) -> Result<ExitCode> {
    match &args.command {
        Command::List(args) => block_on(list(args)),
        Command::Admit(args) => {
            let said = [
                ("approver", &args.approver),
                ("reason", &args.reason),
                ("plan", &args.plan),
                ("leader", &args.leader),
            ];
            block_on(tell(Kind::Hung, &args.ticket, texts(said), &args.said))
        }
        Command::Review(args) => {
            let data = texts([("note", &args.note)]);
            block_on(tell(Kind::Reviewed, &args.ticket, data, &args.said))
        }
        Command::StrikeOff(args) => {
            let mut data = args.data.clone().unwrap_or_default();
            data.extend(texts([("by_role", &args.by_role), ("proof", &args.proof)]));
            data.extend(args.attachments.map(|count| ("attachments".to_owned(), count.into())));
            block_on(tell(Kind::StruckOff, &args.ticket, data, &args.said))
        }
    }
}

fn texts<const N: usize>(said: [(&str, &Option<String>); N]) -> Map<String, Value> {
    let given = said.into_iter().filter_map(|(key, text)| Some((key, text.as_ref()?)));
    given.map(|(key, text)| (key.to_owned(), Value::from(text.as_str()))).collect()
}

/// Puts the event into the journal of a ticket that is there; what the policy does not allow is
/// refused at the next look, with its reason.
async fn tell(kind: Kind, no: &str, data: Map<String, Value>, said: &Said) -> Result<ExitCode> {
    let opened = Opened::existing(&said.config).await?;
    let ticket = opened.ticket(no).await?;
    let mut event = Event::new(ticket.no.as_str(), kind, opened.now);
    event.by.clone_from(&said.by);
    event.data = data;
    let appended = append(&opened, event).await?;
    print::line(match appended {
        _ if said.json => told_json(no, appended).to_string(),
        Appended::Accepted { seq } => {
            format!(
                "accepted: line {seq} of {no}; `duban explain {no}` tells whether the policy allows it"
            )
        }
        Appended::Duplicate => format!("duplicate: {no} has this event already"),
    })?;
    Ok(ExitCode::SUCCESS)
}

async fn list(args: &ListArgs) -> Result<ExitCode> {
    let opened = Opened::existing(&args.config).await?;
    if args.summary {
        return summary(&opened, args).await;
    }
    let ticket_key = match &args.ticket {
        Some(ticket) => Some(opened.ticket(ticket).await?.key),
        None => None,
    };
    let filter = LedgerFilter {
        list: args.list.clone(),
        unit: args.unit.clone(),
        ticket_key,
        open: match args.state.as_str() {
            "open" => Some(true),
            "ended" => Some(false),
            _ => None, // `all`
        },
    };
    let rows = opened.store.ledger(&filter, args.limit, None).await.map_err(unavailable)?;
    if args.json {
        let rows: Vec<Value> = rows.iter().map(|row| row.json(opened.zone())).collect();
        print::line(json!({ "ledger": rows }))?;
        return Ok(ExitCode::SUCCESS);
    }
    print::table(
        [
            "ticket", "ledger", "unit", "since", "next due", "until", "reason", "approver",
            "lacks", "ended",
        ],
        rows.into_iter().map(|row| {
            let local = |at: Option<Timestamp>| at.map(|at| opened.local(at)).unwrap_or_default();
            let ended = row.ended_by.as_deref().map(|by| format!("{by} {}", local(row.ended)));
            [
                row.ticket_no,
                row.list,
                row.unit,
                opened.local(row.opened),
                local(row.review_due),
                local(row.expires),
                row.reason.unwrap_or_default(),
                row.approver.unwrap_or_default(),
                row.lacking,
                ended.unwrap_or_default(),
            ]
        }),
    )?;
    Ok(ExitCode::SUCCESS)
}

/// Opening, admitted and struck off, each ledger apart (M09): the share is struck off of the first two.
async fn summary(opened: &Opened, args: &ListArgs) -> Result<ExitCode> {
    let from = args.from.unwrap_or(Timestamp(i64::MIN));
    let to = args.to.unwrap_or(opened.now);
    let mut counts = opened.store.ledger_counts(from, to).await.map_err(unavailable)?;
    counts.retain(|count| args.list.as_ref().is_none_or(|list| *list == count.list));
    if args.json {
        let counts: Vec<Value> = counts
            .iter()
            .map(|count| {
                json!({
                    "list": count.list, "opening": count.opening, "admitted": count.admitted,
                    "struck_off": count.struck_off, "ended_otherwise": count.ended_otherwise,
                    "share": share(count),
                })
            })
            .collect();
        print::line(json!({ "ledger": counts }))?;
        return Ok(ExitCode::SUCCESS);
    }
    print::table(
        ["ledger", "opening", "admitted", "struck off", "otherwise", "share"],
        counts.into_iter().map(|count| {
            let share = share(&count).unwrap_or_else(|| "—".to_owned());
            [
                count.list,
                count.opening.to_string(),
                count.admitted.to_string(),
                count.struck_off.to_string(),
                count.ended_otherwise.to_string(),
                share,
            ]
        }),
    )?;
    Ok(ExitCode::SUCCESS)
}

/// Struck off of those open at the start and those admitted, in percent, half up to two decimals.
fn share(count: &LedgerCount) -> Option<String> {
    let of = count.opening + count.admitted;
    if of == 0 {
        return None;
    }
    let hundredths = (count.struck_off * 20_000 / of + 1) / 2;
    Some(format!("{}.{:02} %", hundredths / 100, hundredths % 100))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_share_is_of_what_was_open_and_what_came() {
        #[rustfmt::skip]
        let table = [
            // opening admitted struck off  share
            (990, 10, 997, Some("99.70 %")),
            (0,   3,  1,   Some("33.33 %")),
            (0,   8,  1,   Some("12.50 %")),
            (3,   0,  2,   Some("66.67 %")),
            (0,   0,  0,   None),
        ];
        for (opening, admitted, struck_off, want) in table {
            let list = "hung".to_owned();
            let count = LedgerCount { list, opening, admitted, struck_off, ended_otherwise: 0 };
            assert_eq!(share(&count).as_deref(), want, "{struck_off} of {opening} + {admitted}");
        }
    }
}
