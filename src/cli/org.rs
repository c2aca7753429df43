//! `duban org`: the organisation in tables, on the screen, and who would be told.

mod import;
mod show;

use std::{path::PathBuf, process::ExitCode};

use anyhow::Result;

use super::{
    open::{ConfigFile, current_rules},
    sets::{self, Chosen},
};
use crate::wall::Wall;

/// Reads, writes and shows the organisation: units, people, posts, areas, absences.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    Import(import::ImportArgs),
    Export(import::ExportArgs),
    Show(show::ShowArgs),
    Who(show::WhoArgs),
}

/// Whose organisation it is.
#[derive(Debug, clap::Args)]
struct Whose {
    /// Folder of the policy set, or the name of a shipped one; without it the set of the configuration.
    #[arg(long)]
    policies: Option<PathBuf>,
    #[command(flatten)]
    config: ConfigFile,
}

impl Whose {
    fn load(&self) -> Result<Chosen> {
        if let Some(place) = &self.policies {
            return sets::load(place);
        }
        let rules = current_rules(&self.config.load()?, Wall::Host.now())?;
        let templates = Some((*rules.templates).clone());
        Ok(Chosen { set: rules.current, org: (*rules.org).clone(), templates })
    }

    /// The file the organisation stands in.
    fn file(&self) -> Result<Option<PathBuf>> {
        if let Some(place) = &self.policies {
            return Ok(place.is_dir().then(|| place.join("org.toml")));
        }
        let policies = self.config.load()?.policies;
        let of_set = policies.dir.filter(|dir| dir.is_dir()).map(|dir| dir.join("org.toml"));
        Ok(policies.org.or(of_set))
    }
}

pub fn run(args: &Args) -> Result<ExitCode> {
    match &args.command {
        Command::Import(args) => import::import(args),
        Command::Export(args) => import::export(args),
        Command::Show(args) => show::show(args),
        Command::Who(args) => show::who(args),
    }
}
