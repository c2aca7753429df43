//! `duban completions`: what a shell needs to complete the command line.

use std::io::{self, Write as _};
use std::process::ExitCode;

use anyhow::{Context as _, Result};
use clap::CommandFactory as _;
use clap_complete::Shell;

use super::Cli;

/// Prints the completion script of a shell, for example into
/// `/usr/share/bash-completion/completions/duban`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The shell to print it for.
    shell: Shell,
}

/// Prints the script on standard output.
pub fn run(args: &Args) -> Result<ExitCode> {
    io::stdout().write_all(&script(args.shell)).context("cannot write to standard output")?;
    Ok(ExitCode::SUCCESS)
}

/// Rendered whole first: the generator panics where its writer fails, and a pipe may close.
fn script(shell: Shell) -> Vec<u8> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "duban", &mut script);
    script
}

#[cfg(test)]
mod tests {
    use clap::ValueEnum as _;

    use super::*;

    #[test]
    fn every_shell_completes_every_command() {
        for shell in Shell::value_variants() {
            let script = String::from_utf8(script(*shell)).expect("a script is text");
            for command in Cli::command().get_subcommands() {
                assert!(script.contains(command.get_name()), "{shell}: {}", command.get_name());
            }
        }
    }
}
