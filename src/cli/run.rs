//! `duban run`: the daemon.

use std::{path::PathBuf, process::ExitCode};

use anyhow::Result;
use metrics_exporter_prometheus::PrometheusBuilder;

use super::{EXIT_CONFIG, EXIT_UNAVAILABLE, Failure, log};
use crate::{
    config::Config,
    daemon::{self, DaemonError, Start},
    store::StoreError,
    wall::Wall,
};

/// Runs the daemon until SIGTERM; SIGHUP reads policies, people and texts again.
///
/// Without a configuration: `SQLite` in the state directory, every message to the embedded mailbox at
/// `/mailbox`, web on 127.0.0.1:8420. Exit code 78: bad configuration; 69: store or address not to be had.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Configuration file.
    #[arg(long, env = "DUBAN_CONFIG")]
    config: Option<PathBuf>,
    /// How log lines look where there is no journal.
    #[arg(long, value_enum, default_value_t)]
    log_format: log::Format,
}

pub fn run(args: Args) -> Result<ExitCode> {
    log::begin(args.log_format);
    let config = Config::load(args.config.as_deref(), std::env::vars())
        .map_err(|error| Failure { code: EXIT_CONFIG, message: error.to_string() })?;
    let metrics = PrometheusBuilder::new().install_recorder()?;
    let start = Start {
        config,
        file: args.config,
        wall: Wall::Host,
        feed: Vec::new(),
        demo: false,
        stop_after: None,
        metrics: Some(metrics),
    };
    serve(start)
}

/// Runs the daemon to its end, with the exit code its error has.
pub fn serve(start: Start) -> Result<ExitCode> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    match runtime.block_on(daemon::run(start)) {
        Ok(()) => Ok(ExitCode::SUCCESS),
        Err(error) => Err(Failure { code: code_of(&error), message: error.to_string() }.into()),
    }
}

fn code_of(error: &DaemonError) -> u8 {
    match error {
        error if error.is_configuration() => EXIT_CONFIG,
        DaemonError::Listen { .. }
        | DaemonError::Store(StoreError::Open { .. } | StoreError::Folder { .. }) => {
            EXIT_UNAVAILABLE
        }
        _ => super::EXIT_NO, // ended on a fault; systemd starts it again
    }
}
