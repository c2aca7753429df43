//! `duban man`: the manual pages, made from the same words as `--help`.

use std::{
    fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context as _, Result};
use clap::CommandFactory as _;
use clap_mangen::Man;

use super::Cli;

/// Prints the manual page duban(1), or writes it and one page per command into a folder.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Folder for all pages, for example `/usr/local/share/man/man1`; made if it is missing.
    #[arg(long)]
    dir: Option<PathBuf>,
}

/// Prints one page, or writes them all.
pub fn run(args: &Args) -> Result<ExitCode> {
    if let Some(dir) = &args.dir {
        let written = write_all(dir)?;
        eprintln!("wrote {written} pages to {}", dir.display());
    } else {
        let page = page(Cli::command())?;
        io::stdout().write_all(&page).context("cannot write to standard output")?;
    }
    Ok(ExitCode::SUCCESS)
}

fn page(command: clap::Command) -> Result<Vec<u8>> {
    let mut page = Vec::new();
    Man::new(command).render(&mut page).context("cannot render the manual page")?;
    Ok(page)
}

/// One page for `duban` and one for each command below it; returns how many.
fn write_all(dir: &Path) -> Result<usize> {
    fs::create_dir_all(dir).with_context(|| format!("cannot make {}", dir.display()))?;
    let mut root = Cli::command();
    root.build(); // fills in the full names of nested commands
    let mut open = vec![root];
    let mut written = 0;
    while let Some(command) = open.pop() {
        let subcommands = command.get_subcommands().filter(|command| command.get_name() != "help");
        open.extend(subcommands.cloned());
        let name = command.get_display_name().unwrap_or(command.get_name()).to_owned();
        let file = dir.join(format!("{name}.1"));
        let text = page(command.disable_help_subcommand(true))?;
        fs::write(&file, text).with_context(|| format!("cannot write {}", file.display()))?;
        written += 1;
    }
    Ok(written)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_has_a_page() {
        let dir = tempfile::tempdir().expect("a scratch folder");
        let written = write_all(dir.path()).expect("the scratch folder takes pages");
        assert!(written > Cli::command().get_subcommands().count());
        for command in Cli::command().get_subcommands() {
            let file = dir.path().join(format!("duban-{}.1", command.get_name()));
            let text = fs::read_to_string(&file)
                .unwrap_or_else(|error| panic!("{}: {error}", file.display()));
            assert!(text.starts_with(".ie"), "{} is a manual page", file.display());
            assert!(text.contains(".SH SYNOPSIS"), "{}", file.display());
        }
    }
}
