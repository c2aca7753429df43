//! The command line: one file per subcommand, exit codes as the contract names them.

/// Prints a line on standard output; a reader that has gone away (`duban plan | head`) is no error.
macro_rules! say {
    ($($words:tt)*) => { $crate::cli::print::line(format_args!($($words)*))? };
}

mod audit;
mod backup;
mod catalogue;
mod check;
mod completions;
mod connector;
mod count;
mod demo;
mod explain;
mod import;
mod key;
mod ledger;
mod log;
mod man;
mod migrate;
mod open;
mod org;
mod plan;
mod policy;
mod print;
mod rates;
mod reconcile;
mod report;
mod restore;
mod run;
mod schedule;
mod send_test;
mod sets;
mod silence;
mod simulate;
mod slip;
mod template;
mod ticket;
mod time;
mod token;
mod top;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// The answer is no: a check failed.
pub const EXIT_NO: u8 = 1;
/// Bad usage; clap's own.
pub const EXIT_USAGE: u8 = 2;
/// Bad input data.
pub const EXIT_DATA: u8 = 65;
/// A needed service is down.
pub const EXIT_UNAVAILABLE: u8 = 69;
/// Bad configuration; systemd does not restart on it.
pub const EXIT_CONFIG: u8 = 78;

/// Keeps the promises a city makes to its residents: clocks, graded slips, callbacks.
#[derive(Debug, Parser)]
#[command(name = "duban", version, max_term_width = 100)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    Run(run::Args),
    Demo(demo::Args),
    Check(check::Args),
    Time(time::TimeArgs),
    Plan(plan::Args),
    Policy(policy::Args),
    Catalogue(catalogue::Args),
    Simulate(simulate::Args),
    Import(import::Args),
    Connector(connector::Args),
    Explain(explain::Args),
    Ticket(ticket::Args),
    Slip(slip::Args),
    Silence(silence::Args),
    Template(template::Args),
    Ledger(ledger::Args),
    Count(count::Args),
    Rates(rates::Args),
    Reconcile(reconcile::Args),
    Report(report::Args),
    Schedule(schedule::Args),
    Audit(audit::Args),
    Backup(backup::Args),
    Restore(restore::Args),
    Org(org::Args),
    Token(token::Args),
    Top(top::Args),
    Key(key::Args),
    Migrate(migrate::Args),
    SendTest(send_test::Args),
    Completions(completions::Args),
    Man(man::Args),
}

/// Runs the command line and returns the exit code of the contract.
pub fn run(cli: Cli) -> ExitCode {
    let done = match cli.command {
        Command::Run(args) => run::run(args),
        Command::Demo(args) => demo::run(&args),
        Command::Check(args) => check::run(&args),
        Command::Time(args) => return time::run(&args),
        Command::Plan(args) => plan::run(&args),
        Command::Policy(args) => policy::run(&args),
        Command::Catalogue(args) => catalogue::run(&args),
        Command::Simulate(args) => simulate::run(&args),
        Command::Import(args) => import::run(&args),
        Command::Connector(args) => connector::run(&args),
        Command::Explain(args) => explain::run(&args),
        Command::Ticket(args) => ticket::run(&args),
        Command::Slip(args) => slip::run(&args),
        Command::Silence(args) => silence::run(&args),
        Command::Template(args) => template::run(&args),
        Command::Ledger(args) => ledger::run(&args),
        Command::Count(args) => count::run(&args),
        Command::Rates(args) => rates::run(&args),
        Command::Reconcile(args) => reconcile::run(&args),
        Command::Report(args) => report::run(&args),
        Command::Schedule(args) => schedule::run(&args),
        Command::Audit(args) => audit::run(&args),
        Command::Backup(args) => backup::run(&args),
        Command::Restore(args) => restore::run(&args),
        Command::Org(args) => org::run(&args),
        Command::Token(args) => token::run(&args),
        Command::Top(args) => top::run(&args),
        Command::Key(args) => key::run(&args),
        Command::Migrate(args) => migrate::run(&args),
        Command::SendTest(args) => send_test::run(&args),
        Command::Completions(args) => completions::run(&args),
        Command::Man(args) => man::run(&args),
    };
    done.unwrap_or_else(|error| failed(&error))
}

/// An error a command could not handle, with the exit code its kind has.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct Failure {
    pub code: u8,
    pub message: String,
}

fn failed(error: &anyhow::Error) -> ExitCode {
    eprintln!("duban: {error:#}");
    let code = error.downcast_ref::<Failure>().map_or(EXIT_NO, |failure| failure.code);
    ExitCode::from(code)
}
