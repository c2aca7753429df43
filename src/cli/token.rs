//! `duban token`: who may call the HTTP interface.

use std::process::ExitCode;

use anyhow::Result;
use serde_json::{Value, json};

use super::{
    open::{ConfigFile, block_on, existing_store, no, store, unavailable},
    print,
};
use crate::{
    secret::{api_token, token_hash},
    store::ApiToken,
    wall::Wall,
};

/// Makes, lists and revokes the tokens of the HTTP interface.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    Create(CreateArgs),
    List(ListArgs),
    Revoke(RevokeArgs),
}

/// Makes a token and prints it, this once: the store keeps only its hash.
///
/// Example: `duban token create "hotline platform" --scope ingest`
#[derive(Debug, clap::Args)]
struct CreateArgs {
    /// What it is for, in your own words.
    name: String,
    /// What it may do: `ingest` sends events, `read` reads tickets and slips.
    #[arg(long = "scope", required = true, value_name = "SCOPE", value_parser = ["ingest", "read"])]
    scopes: Vec<String>,
    /// Print JSON instead of the bare token.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    config: ConfigFile,
}

/// Lists tokens, revoked ones too; never the tokens themselves.
///
/// Example: `duban token list`
#[derive(Debug, clap::Args)]
struct ListArgs {
    /// Print JSON instead of a table.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    config: ConfigFile,
}

/// Revokes a token for ever, from the next call on.
///
/// Example: `duban token revoke 3`
#[derive(Debug, clap::Args)]
struct RevokeArgs {
    /// The token's id, as `duban token list` prints it.
    id: i64,
    #[command(flatten)]
    config: ConfigFile,
}

/// Runs the command: 1 no such token.
pub fn run(args: &Args) -> Result<ExitCode> {
    match &args.command {
        Command::Create(args) => block_on(create(args)),
        Command::List(args) => block_on(list(args)),
        Command::Revoke(args) => block_on(revoke(args)),
    }
}

async fn create(args: &CreateArgs) -> Result<ExitCode> {
    let store = store(&args.config.load()?).await?;
    let mut scopes = args.scopes.clone();
    scopes.sort_unstable();
    scopes.dedup();
    let token = api_token()?;
    let now = Wall::Host.now();
    let id = store
        .token_create(&args.name, &token_hash(&token), &scopes, now)
        .await
        .map_err(unavailable)?;
    if args.json {
        print::line(json!({ "id": id, "name": args.name, "scopes": scopes, "token": token }))?;
    } else {
        print::line(token)?;
        eprintln!(
            "duban: token {id} may {}; it is shown only now, send it as `Authorization: Bearer TOKEN`",
            scopes.join(" and ")
        );
    }
    Ok(ExitCode::SUCCESS)
}

async fn list(args: &ListArgs) -> Result<ExitCode> {
    let store = existing_store(&args.config.load()?).await?;
    let tokens = store.token_list().await.map_err(unavailable)?;
    if args.json {
        let tokens: Vec<Value> = tokens.iter().map(token_json).collect();
        print::line(json!({ "tokens": tokens }))?;
        return Ok(ExitCode::SUCCESS);
    }
    print::table(
        ["id", "name", "scopes", "created", "revoked"],
        tokens.into_iter().map(|token| {
            let revoked = token.revoked.map(|at| at.to_string()).unwrap_or_default();
            let id = token.id.to_string();
            [id, token.name, token.scopes.join(", "), token.created.to_string(), revoked]
        }),
    )?;
    Ok(ExitCode::SUCCESS)
}

fn token_json(token: &ApiToken) -> Value {
    json!({
        "id": token.id, "name": token.name, "scopes": token.scopes,
        "created": token.created.to_string(), "revoked": token.revoked.map(|at| at.to_string()),
    })
}

async fn revoke(args: &RevokeArgs) -> Result<ExitCode> {
    let store = existing_store(&args.config.load()?).await?;
    if !store.token_revoke(args.id, Wall::Host.now()).await.map_err(unavailable)? {
        return Err(no(format!(
            "there is no token {} that still works; `duban token list` shows all of them",
            args.id
        )));
    }
    print::line(format!("token {} is revoked", args.id))?;
    Ok(ExitCode::SUCCESS)
}
