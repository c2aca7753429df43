//! What an audit can find, in words that name the place.

use crate::core::{journal::Broken, timestamp::Timestamp};

/// One thing that is wrong, and with which ticket.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{ticket}: {fault}")]
pub struct Finding {
    /// The ticket's number.
    pub ticket: String,
    pub fault: Fault,
}

/// What is wrong.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    #[error("its journal was changed after it was written: {0}")]
    Chain(Broken),
    #[error("line {seq} of its journal cannot be read: {reason}")]
    Line { seq: i64, reason: String },
    #[error("its rows cannot be read: {reason}")]
    Rows { reason: String },
    #[error("its state is gone, although {applied} lines were applied")]
    NoState { applied: i64 },
    #[error("its state cannot be read: {reason}")]
    State { reason: String },
    #[error("it is judged by policy set {hash}, which is not kept in this store")]
    NoSet { hash: String },
    #[error("replaying its journal does not give its state: they differ at `{place}`")]
    Replay { place: String },
    #[error("its column `{column}` says `{kept}`, its journal says `{folded}`")]
    Column { column: &'static str, kept: String, folded: String },
    #[error(
        "its look was due at {due} and nobody looked, {news} new lines wait; does `duban run` run?"
    )]
    Overlooked { due: Timestamp, news: i64 },
    #[error(
        "it rests {}, although {news} new lines wait: its look failed, the log says why",
        until(*rests_until)
    )]
    Resting { news: i64, rests_until: Option<Timestamp> },
    #[error("`{what}` is overdue and was not issued")]
    Owed { what: String },
    #[error("its next step stands at {due}, but it rests {}", until(*next_look))]
    Asleep { due: Timestamp, next_look: Option<Timestamp> },
    #[error("slip `{key}` is in its journal and not among the slips")]
    SlipMissing { key: String },
    #[error("slip `{key}` is among the slips and not in its journal")]
    SlipUnknown { key: String },
    #[error("slip `{key}` is {kept}, its journal says {journal}")]
    SlipState { key: String, kept: String, journal: &'static str },
    #[error("the receipt or the reply of slip `{key}` is not what the state of its ticket says")]
    Unheard { key: String },
    #[error("slip `{key}` is open, but there is neither a message about it nor an alarm")]
    Silent { key: String },
    #[error("message `{key}` waits since {since} and nobody sends it; does `duban run` run?")]
    Stuck { key: String, since: Timestamp },
    #[error("{rows} rows of table `{table}` belong to a ticket that is gone")]
    Orphans { table: String, rows: i64 },
    #[error("it does not load any more: {complaint}")]
    SetUnreadable { complaint: String },
    #[error("its files were changed, their hash is {found} now")]
    SetChanged { found: String },
}

fn until(at: Option<Timestamp>) -> String {
    at.map_or_else(|| "until something happens".to_owned(), |at| format!("until {at}"))
}

impl Fault {
    /// The kind of fault in one word, for counting and filtering.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Chain(_) => "chain",
            Self::Line { .. } => "line",
            Self::Rows { .. } => "rows",
            Self::NoState { .. } | Self::State { .. } => "state",
            Self::NoSet { .. } => "no_set",
            Self::Replay { .. } => "replay",
            Self::Column { .. } => "column",
            Self::Overlooked { .. } => "overlooked",
            Self::Resting { .. } => "resting",
            Self::Owed { .. } => "owed",
            Self::Asleep { .. } => "asleep",
            Self::SlipMissing { .. } => "slip_missing",
            Self::SlipUnknown { .. } => "slip_unknown",
            Self::SlipState { .. } => "slip_state",
            Self::Silent { .. } => "silent",
            Self::Unheard { .. } => "unheard",
            Self::Stuck { .. } => "stuck",
            Self::Orphans { .. } => "orphans",
            Self::SetUnreadable { .. } | Self::SetChanged { .. } => "policy_set",
        }
    }
}
