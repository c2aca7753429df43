//! Logs of the daemon: the journal under systemd, lines on stderr elsewhere.

use tracing_subscriber::{
    EnvFilter, Layer as _, layer::SubscriberExt as _, util::SubscriberInitExt as _,
};

/// How lines look where there is no journal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    #[default]
    Text,
    Json,
}

/// What is logged where nobody says: libraries only when something is wrong.
const STANDARD: &str = "warn,duban=info";

/// Begins to log; `DUBAN_LOG` sets what (`info`, `duban::engine=debug` ...).
pub fn begin(format: Format) {
    let filter = EnvFilter::try_from_env("DUBAN_LOG").unwrap_or_else(|_| EnvFilter::new(STANDARD));
    let journal = std::env::var_os("JOURNAL_STREAM").and_then(|_| tracing_journald::layer().ok());
    let lines = match (&journal, format) {
        (Some(_), _) => None,
        (None, Format::Text) => {
            let ansi = std::io::IsTerminal::is_terminal(&std::io::stderr());
            Some(
                tracing_subscriber::fmt::layer()
                    .with_writer(std::io::stderr)
                    .with_ansi(ansi)
                    .boxed(),
            )
        }
        (None, Format::Json) => {
            Some(tracing_subscriber::fmt::layer().json().with_writer(std::io::stderr).boxed())
        }
    };
    tracing_subscriber::registry().with(lines).with(journal).with(filter).init();
}
