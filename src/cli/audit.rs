//! `duban audit`: walks everything that is stored and says what cannot be true.

use std::{
    collections::BTreeMap,
    io::{IsTerminal as _, stderr},
    process::ExitCode,
};

use anyhow::Result;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value, json};

use super::{
    EXIT_NO,
    open::{ConfigFile, block_on, current_rules, existing_store, unavailable},
    print,
};
use crate::{
    audit::{Fault, Finding, check},
    core::timestamp::Timestamp,
    rules::{Rules, RulesError, load_kept},
    store::{Named, Store, StoreError, Whole},
    wall::Wall,
};

/// Tickets in memory at one time.
const PAGE: i64 = 200;
/// Deleted tickets that are named.
const ORPHANS_MAX: i64 = 1_000;

/// Proves what is stored: journals unchanged, every replay equal to its stored state, no step overdue
/// without a slip, slips and journals in agreement, nobody silent, nothing stuck.
///
/// Reads only, also beside a running daemon. Exit code 0: all is well; 1: there are findings.
///
/// Example: `duban audit --json`
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Print at most so many findings; all are counted.
    #[arg(long, default_value_t = 100, value_name = "N")]
    limit: usize,
    /// Print JSON instead of text.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    config: ConfigFile,
}

/// What was seen so far.
#[derive(Default)]
struct Audit {
    tickets: u64,
    lines: u64,
    slips: u64,
    messages: u64,
    given_up: u64,
    /// By kind of fault.
    counts: BTreeMap<&'static str, u64>,
    /// The first ones, as many as are printed.
    findings: Vec<Finding>,
}

pub fn run(args: &Args) -> Result<ExitCode> {
    block_on(audit(args))
}

async fn audit(args: &Args) -> Result<ExitCode> {
    let config = args.config.load()?;
    let rules = current_rules(&config, Wall::Host.now())?;
    let store = existing_store(&config).await?;
    let mut audit = Audit::default();
    let rules = audit.kept_sets(args, rules, &store).await?;
    audit.tickets(args, &rules, &store).await?;
    for gone in store.orphans(ORPHANS_MAX).await.map_err(unavailable)? {
        let ticket = format!("ticket with key {}", gone.ticket_key);
        audit.add(
            args,
            Finding { ticket, fault: Fault::Orphans { table: gone.table, rows: gone.rows } },
        );
    }
    audit.print(args)?;
    Ok(if audit.counts.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(EXIT_NO) })
}

impl Audit {
    /// Rules with every kept policy set that still is what it was.
    async fn kept_sets(&mut self, args: &Args, mut rules: Rules, store: &Store) -> Result<Rules> {
        for hash in store.policy_hashes_in_use().await.map_err(unavailable)? {
            let ticket = format!("policy set {hash}");
            match load_kept(store, &hash, Wall::Host.now()).await {
                Ok(set) => {
                    if set.hash != hash {
                        let fault = Fault::SetChanged { found: set.hash.clone() };
                        self.add(args, Finding { ticket, fault });
                    }
                    rules = rules.knowing(&hash, set);
                }
                Err(RulesError::Store(error)) => return Err(unavailable(error)),
                Err(RulesError::Unreadable { complaint, .. } | RulesError::Missing(complaint)) => {
                    self.add(args, Finding { ticket, fault: Fault::SetUnreadable { complaint } });
                }
            }
        }
        Ok(rules)
    }

    async fn tickets(&mut self, args: &Args, rules: &Rules, store: &Store) -> Result<()> {
        let bar = progress(store.last_key().await.map_err(unavailable)?);
        let mut after = 0;
        loop {
            let names = store.names(after, PAGE).await.map_err(unavailable)?;
            let Some(last) = names.last() else { break };
            after = last.key;
            // Before the page is read: what it shows is then at least as new.
            let now = Wall::Host.now();
            match read(store, &names).await {
                Ok(page) => page.iter().for_each(|whole| self.ticket(args, rules, whole, now)),
                Err(error) if error.is_about_rows() => {
                    self.one_by_one(args, rules, store, &names).await?;
                }
                Err(error) => return Err(unavailable(error)),
            }
            bar.set_position(after.max(0) as u64);
        }
        bar.finish_and_clear();
        Ok(())
    }

    /// A page that cannot be read is read ticket by ticket, to name the one that cannot.
    async fn one_by_one(
        &mut self,
        args: &Args,
        rules: &Rules,
        store: &Store,
        names: &[Named],
    ) -> Result<()> {
        for name in names {
            let now = Wall::Host.now();
            match read(store, std::slice::from_ref(name)).await {
                Ok(page) => page.iter().for_each(|whole| self.ticket(args, rules, whole, now)),
                Err(error) if error.is_about_rows() => {
                    let fault = Fault::Rows { reason: error.to_string() };
                    self.add(args, Finding { ticket: name.no.clone(), fault });
                }
                Err(error) => return Err(unavailable(error)),
            }
        }
        Ok(())
    }

    fn ticket(&mut self, args: &Args, rules: &Rules, whole: &Whole, now: Timestamp) {
        self.tickets += 1;
        self.lines += whole.rest.journal.len() as u64;
        self.slips += whole.rest.slips.len() as u64;
        self.messages += whole.rest.messages.len() as u64;
        let given_up = whole.rest.messages.iter().filter(|message| message.state == "gave_up");
        self.given_up += given_up.count() as u64;
        for finding in check(whole, rules, now) {
            self.add(args, finding);
        }
    }

    fn add(&mut self, args: &Args, finding: Finding) {
        *self.counts.entry(finding.fault.name()).or_default() += 1;
        if self.findings.len() < args.limit {
            self.findings.push(finding);
        }
    }

    fn print(&self, args: &Args) -> Result<()> {
        let Self { tickets, lines, slips, messages, given_up, .. } = self;
        let all: u64 = self.counts.values().sum();
        if args.json {
            let findings: Vec<Value> = self
                .findings
                .iter()
                .map(|one| json!({ "about": one.ticket, "fault": one.fault.name(), "text": one.fault.to_string() }))
                .collect();
            return print::line(json!({
                "ok": all == 0, "tickets": tickets, "lines": lines, "slips": slips, "messages": messages,
                "messages_given_up": given_up, "findings": findings, "counts": self.counts,
            }));
        }
        for finding in &self.findings {
            print::line(finding)?;
        }
        let more = all - self.findings.len() as u64;
        if more > 0 {
            print::line(format!("and {more} more"))?;
        }
        let verdict = if all == 0 { "no findings".to_owned() } else { format!("{all} findings") };
        print::line(format!(
            "{tickets} tickets, {lines} journal lines, {slips} slips, {messages} messages ({given_up} given up): {verdict}"
        ))
    }
}

async fn read(store: &Store, names: &[Named]) -> Result<Vec<Whole>, StoreError> {
    let keys: Vec<i64> = names.iter().map(|name| name.key).collect();
    store.wholes(&keys).await
}

/// A bar over the keys of tickets; nobody draws it where no terminal looks on.
fn progress(last_key: i64) -> ProgressBar {
    if !stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{wide_bar} {percent}%, {eta} left");
    ProgressBar::new(last_key.max(0) as u64).with_style(style.expect("the template is well formed"))
}
