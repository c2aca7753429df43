//! Connectors: what other systems keep, read in and mapped to events.
//!
//! A connector reads a database it polls, a folder of dropped files, or what a webhook
//! brings. Whatever it reads becomes events by a mapping, and where it stands is written in
//! the transaction that appends them: a daemon that is killed goes on where it was, and
//! nothing is lost or doubled. Sources are only read. What is refused is kept with its
//! reason, once, however often it is read.
//!
//! Invariants (tests/connectors):
//! * `a_database_is_read_to_its_end_and_on`
//! * `a_killed_daemon_goes_on_where_it_was`
//! * `a_half_written_file_waits`
//! * `a_source_is_never_written_to`

pub mod database;
mod dropped;
mod folder;
pub mod hook;
mod poll;
mod portion;
mod query;

use std::path::PathBuf;

use tokio_util::sync::CancellationToken;

use crate::{
    config::{
        Config,
        connectors::{ConnectorConfig, ConnectorKind},
    },
    intake::mapping::{self, Mapping, Unusable},
    rules::Rules,
    secret::Key,
    store::{Appended, Connected, Store, StoreError},
    wall::Wall,
};

pub use database::ForeignError;

/// A connector with its mapping.
#[derive(Debug)]
pub struct Connector {
    pub config: ConnectorConfig,
    mapping: Option<Mapping>,
    /// Where refused rows are reported when the folder itself is not written to.
    reports: PathBuf,
    /// Files that were looked into and are known.
    known: folder::Known,
}

/// What a pass works with.
#[derive(Clone, Copy)]
pub struct Hands<'a> {
    pub store: &'a Store,
    pub rules: &'a Rules,
    pub seal: &'a Key,
    pub wall: Wall,
    /// Asked between two batches.
    pub stop: &'a CancellationToken,
}

/// What a pass came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    pub rows: u64,
    pub accepted: u64,
    pub duplicates: u64,
    /// Rows that were refused for the first time.
    pub refused: u64,
    /// Files that were read to their end.
    pub files: u64,
    /// Files somebody may still be writing.
    pub waiting: u64,
    /// What hindered it, without stopping it.
    pub troubles: Vec<String>,
}

impl Tally {
    fn add(&mut self, rows: u64, connected: &Connected) {
        let is_new = |one: &&Appended| **one != Appended::Duplicate;
        let accepted = connected.appended.iter().filter(is_new).count() as u64;
        self.rows += rows;
        self.accepted += accepted;
        self.duplicates += connected.appended.len() as u64 - accepted;
        self.refused += connected.refused;
    }
}

/// Why a connector cannot work.
#[derive(Debug, thiserror::Error)]
pub enum ConnectorError {
    #[error("connector `{name}`: {why}")]
    Mapping { name: String, why: Unusable },
    #[error("connector `{name}`: {why}")]
    Foreign { name: String, why: ForeignError },
    #[error("connector `{name}`: {what}: {source}")]
    File { name: String, what: String, source: std::io::Error },
    #[error("connector `{name}`: {why}")]
    Garbled { name: String, why: String },
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Reads the mappings of all configured connectors; every one that is wrong is named.
pub fn open_all(config: &Config) -> Result<Vec<Connector>, Vec<ConnectorError>> {
    let (mut open, mut wrong) = (Vec::new(), Vec::new());
    for one in &config.connectors {
        match Connector::open(config, one.clone()) {
            Ok(connector) => open.push(connector),
            Err(error) => wrong.push(error),
        }
    }
    if wrong.is_empty() { Ok(open) } else { Err(wrong) }
}

impl Connector {
    /// Reads the mapping of a connector.
    pub fn open(config: &Config, own: ConnectorConfig) -> Result<Self, ConnectorError> {
        let mapping = own.mapping.as_deref().map(mapping::load).transpose();
        let mapping =
            mapping.map_err(|why| ConnectorError::Mapping { name: own.name.clone(), why })?;
        let reports = config.state_dir.join("connectors").join(&own.name);
        Ok(Self { config: own, mapping, reports, known: folder::Known::default() })
    }

    /// The name in `duban.toml`.
    pub fn name(&self) -> &str {
        &self.config.name
    }

    /// Whether it is looked at every so often; the others are called.
    pub fn polls(&self) -> bool {
        !matches!(self.config.kind, ConnectorKind::Hook(_))
    }

    /// Reads what is there, batch by batch, until nothing more is or the stop; notes how it went.
    pub async fn pass(&self, hands: &Hands<'_>) -> Result<Tally, ConnectorError> {
        let done = match &self.config.kind {
            ConnectorKind::Database(database) => poll::pass(self, database, hands).await,
            ConnectorKind::Folder(folder) => folder::pass(self, folder, hands).await,
            ConnectorKind::Hook(_) => Ok(Tally::default()),
        };
        let trouble = match &done {
            Ok(tally) if tally.troubles.is_empty() => None,
            Ok(tally) => Some(tally.troubles.join("\n")),
            // The store itself is down: there is nowhere to note it.
            Err(ConnectorError::Store(_)) => return done,
            Err(error) => Some(error.to_string()),
        };
        let now = hands.wall.now();
        hands.store.connector_looked(self.name(), trouble.as_deref(), now).await?;
        self.tell(&done);
        done
    }

    fn tell(&self, done: &Result<Tally, ConnectorError>) {
        let name = self.name();
        match done {
            Ok(tally) => {
                self.count(tally);
                for trouble in &tally.troubles {
                    tracing::warn!(connector = name, "{trouble}");
                }
                if tally.refused > 0 {
                    tracing::warn!(
                        connector = name,
                        refused = tally.refused,
                        "rows were refused; `duban connector status` names them"
                    );
                }
                if tally.rows > 0 {
                    let Tally { rows, accepted, duplicates, .. } = tally;
                    tracing::info!(
                        connector = name,
                        rows,
                        accepted,
                        duplicates,
                        "a connector read"
                    );
                }
            }
            Err(error) => {
                metrics::counter!("duban_connector_errors_total", "connector" => name.to_owned())
                    .increment(1);
                tracing::error!(connector = name, "{error}; it is tried again");
            }
        }
    }

    fn count(&self, tally: &Tally) {
        let counts = [
            ("accepted", tally.accepted),
            ("duplicate", tally.duplicates),
            ("refused", tally.refused),
        ];
        for (outcome, count) in counts {
            metrics::counter!("duban_connector_events_total", "connector" => self.name().to_owned(), "outcome" => outcome)
                .increment(count);
        }
        metrics::counter!("duban_connector_rows_total", "connector" => self.name().to_owned())
            .increment(tally.rows);
    }

    fn foreign(&self, why: ForeignError) -> ConnectorError {
        ConnectorError::Foreign { name: self.name().to_owned(), why }
    }
}
