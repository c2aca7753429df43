//! Rows of another system as events: what a mapping file says.
//!
//! A mapping names columns, templates and times; it has no conditions beyond "this column
//! holds one of these" and, for logs of snapshots, "this column changed so". What needs
//! more is a program of its own that writes canonical events.
//!
//! A fact that can be read is kept even where another one of its row cannot: a row with a
//! broken closing time still says that the ticket was received. The row is reported all
//! the same.
//!
//! Invariants (tests/import.rs): `boston_rows_give_the_known_events`,
//! `uci_snapshots_give_the_known_events`.

mod file;
mod object;
mod row;
mod rows;
mod template;
#[cfg(test)]
mod tests;
mod time;

use std::collections::BTreeMap;

pub use file::{Unusable, load, parse};
pub use object::cells_of;
pub use row::{Row, Seen};
pub use rows::{Rows, RowsError};
pub use template::Template;
pub use time::{TimeRule, Times};

use crate::policies::Spot;

/// A mapping file, checked.
#[derive(Debug)]
pub struct Mapping {
    /// The file, for messages.
    pub name: String,
    pub mode: Mode,
    pub delimiter: u8,
    /// Texts that stand for "nothing here"; an empty field always does.
    pub missing: Vec<String>,
    pub times: Times,
    /// The number of the ticket.
    pub ticket: Template,
    /// What every event of a row says.
    pub fields: Vec<Field>,
    pub events: Vec<EventRule>,
    /// Every column the file names, with where it does so first.
    pub columns: Vec<Column>,
}

/// What a row is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Everything about one ticket.
    Rows,
    /// The ticket as it stood after one of its updates.
    Snapshots,
}

/// A column of the other system, as the mapping knows it: by number in [`Mapping::columns`].
pub type ColumnId = usize;

/// A column the file names.
#[derive(Debug)]
pub struct Column {
    pub name: String,
    pub spot: Spot,
    /// Feeds something personal: never quoted and never kept.
    pub private: bool,
}

/// One fact of an event.
#[derive(Debug)]
pub struct Field {
    pub target: Target,
    pub value: Value,
}

/// Where a fact goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    Id,
    Source,
    Unit,
    Category,
    Urgency,
    Area,
    By,
    /// A key of `data`.
    Data(String),
}

/// How a fact is made of a row.
#[derive(Debug)]
pub struct Value {
    pub template: Template,
    /// Instead of the file's own markers, where this fact has others.
    pub missing: Option<Vec<String>>,
    /// Words of the other system and ours.
    pub words: BTreeMap<String, String>,
    /// What becomes of a word that is not in `words`.
    pub other: Other,
    pub shape: Shape,
}

/// A word nobody has translated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Other {
    /// The row is refused: unknown is loud.
    #[default]
    Refuse,
    /// It is taken as it is.
    Keep,
    /// The fact (or the event, where it is the kind) is left out.
    Drop,
}

/// What a fact is in JSON.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Shape {
    #[default]
    Text,
    Number,
    Switch,
}

/// One event a row may give.
#[derive(Debug)]
pub struct EventRule {
    pub kind: Value,
    /// The column of the time; a row where it is missing does not give the event.
    pub at: ColumnId,
    pub deadline: Option<ColumnId>,
    pub fields: Vec<Field>,
    /// Columns and the words one of which must stand there.
    pub when: Vec<(ColumnId, Vec<String>)>,
    /// For snapshots: what must have changed.
    pub on: On,
    /// For snapshots: at most one for each ticket.
    pub once: bool,
}

/// What must be seen in a row against the row before it of the same ticket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum On {
    /// Every row.
    Each,
    /// The first row of the ticket.
    First,
    /// The column holds something for the first time.
    Appears(ColumnId),
    /// The column holds something else than it held last.
    Changes(ColumnId),
    /// The column now holds one of these and did not.
    Enters(ColumnId, Vec<String>),
    /// The column held one of these and now holds another.
    Leaves(ColumnId, Vec<String>),
}

impl On {
    /// The column that is watched.
    fn column(&self) -> Option<ColumnId> {
        match self {
            Self::Each | Self::First => None,
            Self::Appears(column)
            | Self::Changes(column)
            | Self::Enters(column, _)
            | Self::Leaves(column, _) => Some(*column),
        }
    }
}
