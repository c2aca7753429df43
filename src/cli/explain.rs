//! `duban explain`: why a ticket stands where it stands.

use std::process::ExitCode;

use anyhow::Result;

use super::{
    open::{ConfigFile, Opened, bad_data, block_on, unavailable, unknown_ticket, unruly},
    print,
};
use crate::explain::{ExplainError, Story};

/// Says why a ticket stands where it stands: policy, clocks with their arithmetic, what was sent, what fires next.
///
/// Example: `duban explain W260507-0123`
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The ticket's number.
    ticket: String,
    /// Print JSON instead of text.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    config: ConfigFile,
}

/// Runs the command: 0 explained, 1 no such ticket.
pub fn run(args: &Args) -> Result<ExitCode> {
    block_on(explain(args))
}

async fn explain(args: &Args) -> Result<ExitCode> {
    let opened = Opened::existing(&args.config).await?;
    let story = story(&opened, &args.ticket).await?;
    if args.json {
        print::line(story.json(opened.now))?;
    } else {
        print::line(story.text(opened.now).trim_end())?;
    }
    warn_of_news(&opened, &args.ticket).await?;
    Ok(ExitCode::SUCCESS)
}

/// The ticket's story, or the failure that says why there is none.
pub async fn story(opened: &Opened, ticket: &str) -> Result<Story> {
    match Story::read(&opened.store, &opened.rules, ticket).await {
        Ok(Some(story)) => Ok(story),
        Ok(None) => Err(unknown_ticket(&opened.config, ticket)),
        Err(ExplainError::Store(error)) => Err(unavailable(error)),
        Err(ExplainError::Rules(error)) => Err(unruly(error)),
        Err(error @ ExplainError::Unreadable(_)) => Err(bad_data(error)),
    }
}

/// Tells on standard error that the engine has not yet taken in all that is known.
pub async fn warn_of_news(opened: &Opened, ticket: &str) -> Result<()> {
    let row = opened.ticket(ticket).await?;
    let news = row.head_seq - row.applied_seq;
    if news > 0 {
        eprintln!(
            "duban: {news} lines of the journal wait for the engine and count for nothing yet; does `duban run` run?"
        );
    }
    Ok(())
}
