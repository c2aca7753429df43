//! The command line: one file per subcommand, exit codes as the contract names them.

pub mod time;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// The answer is no: a check failed.
pub const EXIT_NO: u8 = 1;
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
    Time(time::TimeArgs),
}

/// Runs the command line and returns the exit code of the contract.
pub fn run(cli: Cli) -> ExitCode {
    match cli.command {
        Command::Time(args) => time::run(&args),
    }
}
