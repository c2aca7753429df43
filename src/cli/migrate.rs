//! `duban migrate`: the tables of the store, brought up to date.

use std::process::ExitCode;

use anyhow::Result;
use serde_json::json;

use super::{
    open::{ConfigFile, block_on, unavailable},
    print,
};
use crate::store::Store;

/// Brings the tables of the store up to date, making the store if it is missing. `duban run` does the same at its start.
///
/// Example: `duban migrate --config /etc/duban/duban.toml`
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Print JSON instead of words.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    config: ConfigFile,
}

/// Runs the command: 69 the database is down or newer than this program.
pub fn run(args: &Args) -> Result<ExitCode> {
    block_on(migrate(args))
}

async fn migrate(args: &Args) -> Result<ExitCode> {
    let config = args.config.load()?;
    let store = Store::open(&config.store.url).await.map_err(unavailable)?;
    let applied = store.migrate().await.map_err(unavailable)?;
    let place = config.store.shown();
    let versions: Vec<String> = applied.iter().map(ToString::to_string).collect();
    print::line(match applied.as_slice() {
        _ if args.json => json!({ "store": place, "applied": applied }).to_string(),
        [] => format!("{place} is up to date"),
        [_, ..] => format!("{place}: applied migrations {}", versions.join(", ")),
    })?;
    Ok(ExitCode::SUCCESS)
}
