//! `duban key`: the keys contacts are sealed and links are signed with. No key is ever printed.

use std::{path::PathBuf, process::ExitCode};

use anyhow::Result;
use serde_json::{Value, json};

use super::{
    EXIT_DATA,
    open::{ConfigFile, block_on, existing_store, key, misconfigured, no, unavailable},
    print,
};
use crate::{
    config::Config,
    core::timestamp::Timestamp,
    secret::{Held, Key, KeyId, Listed, Ring, SecretError},
    store::{SealedCount, SealedKind, SealedRow, Store},
    wall::Wall,
};

/// A key that was the newest until so lately is retired only with `--now`: a daemon that was not told
/// yet seals with it.
const SUPERSEDED_MIN_MS: i64 = 24 * 3_600_000;
/// How often somebody who watches is told how far it is.
const TOLD_EVERY: u64 = 10_000;

/// Lists, changes and retires the keys contacts are sealed and links are signed with.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    List(ListArgs),
    Rotate(RotateArgs),
    Reseal(ResealArgs),
    Retire(RetireArgs),
}

/// Lists the keys by their ids, with how much each has sealed; never the keys themselves.
///
/// Example: `duban key list`
#[derive(Debug, clap::Args)]
struct ListArgs {
    /// Print JSON instead of a table.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    place: KeyPlace,
}

/// Makes a new key; it seals and signs once `duban run` was told by SIGHUP. Older keys go on opening.
///
/// Example: `duban key rotate --reseal`
#[derive(Debug, clap::Args)]
struct RotateArgs {
    /// Seal everything anew that older keys have sealed, as `duban key reseal` does.
    #[arg(long)]
    reseal: bool,
    #[command(flatten)]
    batch: Batch,
    #[command(flatten)]
    place: KeyPlace,
}

/// Seals everything anew with the newest key that older ones have sealed; goes on where it was stopped.
///
/// Example: `duban key reseal`
#[derive(Debug, clap::Args)]
struct ResealArgs {
    #[command(flatten)]
    batch: Batch,
    #[command(flatten)]
    place: KeyPlace,
}

/// Takes a key out of force: links it signed count as expired. Refused while it has sealed anything.
///
/// Example: `duban key retire 0b5c9f3a7e21`
#[derive(Debug, clap::Args)]
struct RetireArgs {
    /// The key, as `duban key list` prints it.
    id: KeyId,
    /// Also on the day it was superseded: every daemon has been told of the new one.
    #[arg(long)]
    now: bool,
    #[command(flatten)]
    place: KeyPlace,
}

#[derive(Debug, clap::Args)]
struct Batch {
    /// How much is sealed anew in one transaction.
    #[arg(long, default_value_t = 500, value_parser = clap::value_parser!(i64).range(1..=10_000))]
    batch: i64,
}

#[derive(Debug, clap::Args)]
struct KeyPlace {
    /// The key file; without it the one of the configuration. With systemd credentials, the file
    /// `LoadCredential=` names.
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
    #[command(flatten)]
    config: ConfigFile,
}

/// Runs the command: 1 it is refused, 65 something sealed does not open.
pub fn run(args: &Args) -> Result<ExitCode> {
    match &args.command {
        Command::List(args) => block_on(list(args)),
        Command::Rotate(args) => block_on(rotate(args)),
        Command::Reseal(args) => block_on(async {
            let config = args.place.config.load()?;
            let key = args.place.key(&config)?;
            reseal(&existing_store(&config).await?, &key, args.batch.batch).await
        }),
        Command::Retire(args) => block_on(retire(args)),
    }
}

impl KeyPlace {
    /// The file the keys lie in, which must be there.
    fn file(&self, config: &Config) -> Result<PathBuf> {
        if self.file.is_none() && config.secrets.key.is_some() {
            return Err(misconfigured(
                "the key comes from the environment, where `duban key` cannot change it; move it into a file, or name one with `--file`",
            ));
        }
        let file = self.file.as_ref().unwrap_or(&config.secrets.key_file);
        if !file.exists() {
            return Err(misconfigured(format!(
                "there is no key file at {}; `duban run` makes it at its first start, or name another with `--file`",
                file.display()
            )));
        }
        Ok(file.clone())
    }

    fn key(&self, config: &Config) -> Result<Key> {
        match &self.file {
            None => key(config),
            Some(_) => Key::open(&self.file(config)?).map_err(misconfigured),
        }
    }
}

async fn list(args: &ListArgs) -> Result<ExitCode> {
    let config = args.place.config.load()?;
    let ring = args.place.key(&config)?.ring();
    let listed = ring.list();
    let counts = counts(&existing_store(&config).await?, &ring).await?;
    let count = |one: &Listed| {
        counts
            .iter()
            .find(|(id, _)| *id == one.id)
            .map_or_else(SealedCount::default, |(_, count)| *count)
    };
    if args.json {
        let keys = listed.iter().map(|one| {
            let SealedCount { contacts, messages } = count(one);
            json!({
                "id": one.id.to_string(), "state": state(&ring, one), "contacts": contacts, "messages": messages,
                "made": one.made.map(|at| at.to_string()), "retired": one.retired.map(|at| at.to_string()),
            })
        });
        print::line(json!({ "keys": keys.collect::<Value>() }))?;
        return Ok(ExitCode::SUCCESS);
    }
    let rows = listed.iter().map(|one| {
        let SealedCount { contacts, messages } = count(one);
        let made = one.made.or(one.retired).map(|at| at.to_string()).unwrap_or_default();
        let state = state(&ring, one).to_owned();
        [one.id.to_string(), state, made, contacts.to_string(), messages.to_string()]
    });
    print::table(["id", "state", "since", "contacts", "waiting messages"], rows)?;
    Ok(ExitCode::SUCCESS)
}

fn state(ring: &Ring, one: &Listed) -> &'static str {
    match one.retired {
        Some(_) => "retired",
        None if one.id == ring.newest() => "seals and signs",
        None => "opens",
    }
}

/// How much each key in force has sealed. What bears no id is of the time before there were several
/// keys, and so of the oldest.
async fn counts(store: &Store, ring: &Ring) -> Result<Vec<(KeyId, SealedCount)>> {
    let ids: Vec<KeyId> =
        ring.list().iter().filter(|one| one.retired.is_none()).map(|one| one.id).collect();
    let counted = store.sealed_by(&ids).await.map_err(unavailable)?;
    let of = |id: Option<KeyId>| counted.get(&id).copied().unwrap_or_default();
    let without = of(None);
    Ok(ids
        .into_iter()
        .map(|id| {
            let mut count = of(Some(id));
            if id == ring.oldest() {
                count.contacts += without.contacts;
                count.messages += without.messages;
            }
            (id, count)
        })
        .collect())
}

async fn rotate(args: &RotateArgs) -> Result<ExitCode> {
    let config = args.place.config.load()?;
    let file = args.place.file(&config)?;
    let ring = {
        let held = Held::hold(&file).map_err(misconfigured)?;
        let ring = held.read().map_err(misconfigured)?;
        let ring = ring.rotated(Wall::Host.now()).map_err(|error| match error {
            SecretError::Full { .. } => no(error),
            error => misconfigured(error),
        })?;
        held.replace(&ring).map_err(misconfigured)?;
        ring
    };
    print::line(format!("the new key is {}; keep a copy of {}", ring.newest(), file.display()))?;
    eprintln!(
        "duban: tell every `duban run` by SIGHUP (`systemctl reload duban`; with a systemd credential, restart)"
    );
    if !args.reseal {
        return Ok(ExitCode::SUCCESS);
    }
    let key = Key::open(&file).map_err(misconfigured)?;
    reseal(&existing_store(&config).await?, &key, args.batch.batch).await
}

/// Seals everything anew that the newest key has not sealed, batch by batch. What was done is done:
/// stopped at any moment, the next run goes on with the rest.
async fn reseal(store: &Store, key: &Key, batch: i64) -> Result<ExitCode> {
    let newest = key.ring().newest();
    let (mut done, mut closed) = (0, 0);
    for kind in SealedKind::ALL {
        let mut after = 0;
        loop {
            let rows =
                store.sealed_by_others(kind, newest, after, batch).await.map_err(unavailable)?;
            let Some(last) = rows.last() else { break };
            after = last.key;
            let mut sealed: Vec<(SealedRow, Vec<u8>)> = Vec::with_capacity(rows.len());
            for row in rows {
                match key.unseal(&row.ticket, &row.sealed) {
                    Ok(plain) => {
                        let anew = key.seal(&row.ticket, &plain)?;
                        sealed.push((row, anew));
                    }
                    Err(error) => {
                        closed += 1;
                        eprintln!("duban: {error}");
                    }
                }
            }
            let before = done / TOLD_EVERY;
            done += store.reseal(kind, &sealed).await.map_err(unavailable)?;
            if done / TOLD_EVERY > before {
                eprintln!("duban: {done} sealed anew so far");
            }
        }
    }
    print::line(format!("{done} sealed anew with the key {newest}"))?;
    if closed > 0 {
        eprintln!("duban: {closed} open with none of the keys and stay as they are");
        return Ok(ExitCode::from(EXIT_DATA));
    }
    Ok(ExitCode::SUCCESS)
}

async fn retire(args: &RetireArgs) -> Result<ExitCode> {
    let config = args.place.config.load()?;
    let file = args.place.file(&config)?;
    let now = Wall::Host.now();
    let store = existing_store(&config).await?;
    let held = Held::hold(&file).map_err(misconfigured)?;
    let ring = held.read().map_err(misconfigured)?;
    let without = ring.clone().without(args.id, now).map_err(no)?;
    if let Some(since) = superseded(&ring, args.id)
        && now.since(since) < SUPERSEDED_MIN_MS
        && !args.now
    {
        return Err(no(format!(
            "`{}` was the newest key until {since}: a daemon that was not told yet still seals with it; wait a day, or say `--now` when all were reloaded",
            args.id
        )));
    }
    let counts = counts(&store, &ring).await?;
    let count = counts.iter().find(|(id, _)| *id == args.id).map(|(_, count)| *count);
    if let Some(SealedCount { contacts, messages }) = count.filter(|count| !count.is_none()) {
        return Err(no(format!(
            "`{}` has sealed {contacts} contacts and {messages} waiting messages, which nothing else opens; seal them anew first with `duban key reseal`",
            args.id
        )));
    }
    held.replace(&without).map_err(misconfigured)?;
    print::line(format!("the key {} is retired; links it signed count as expired", args.id))?;
    eprintln!("duban: tell every `duban run` by SIGHUP (`systemctl reload duban`)");
    Ok(ExitCode::SUCCESS)
}

/// When the next key was made, which is when this one stopped to be the newest.
fn superseded(ring: &Ring, id: KeyId) -> Option<Timestamp> {
    let list = ring.list();
    let at = list.iter().position(|one| one.id == id && one.retired.is_none())?;
    list.get(at.checked_sub(1)?)?.made
}
