//! `duban slip`: look at slips, count and print them, receive, answer and take them back.

mod count;
mod list;
mod print;
mod show;
mod tell;

use std::process::ExitCode;

use anyhow::Result;

use super::open::{Opened, block_on, no, unavailable};
use crate::store::SlipRow;

/// Looks at slips, counts and prints them, receives, answers and takes them back.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    List(list::Args),
    Show(show::Args),
    Print(print::Args),
    Count(count::Args),
    Receive(tell::ReceiveArgs),
    Reply(tell::ReplyArgs),
    Withdraw(tell::WithdrawArgs),
}

/// Runs the command: 1 no such ticket or slip, or it was taken back already.
pub fn run(args: &Args) -> Result<ExitCode> {
    match &args.command {
        Command::List(args) => block_on(list::list(args)),
        Command::Show(args) => block_on(show::show(args)),
        Command::Print(args) => block_on(print::print(args)),
        Command::Count(args) => block_on(count::count(args)),
        Command::Receive(args) => block_on(tell::receive(args)),
        Command::Reply(args) => block_on(tell::reply(args)),
        Command::Withdraw(args) => block_on(tell::withdraw(args)),
    }
}

/// The slip of a key or serial, or a failure that says what to look for.
async fn find(opened: &Opened, name: &str) -> Result<SlipRow> {
    let mut found = opened.store.slips_named(name).await.map_err(unavailable)?;
    match found.len() {
        0 => Err(no(format!(
            "there is no slip `{name}`; `duban slip list --json` shows the keys of those there are"
        ))),
        1 => Ok(found.remove(0)),
        _ => {
            let keys: Vec<&str> = found.iter().map(|slip| slip.key.as_str()).collect();
            Err(no(format!("several slips are `{name}`; name one by its key: {}", keys.join(", "))))
        }
    }
}
