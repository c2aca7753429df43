//! Word of a decision, to the people it concerns: a message without a slip.

use serde::{Deserialize, Serialize};

use super::timestamp::Timestamp;

/// Something a resident or a unit has to be told once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// The text: `resident.extended`, `staff.ruling` ...
    pub text: String,
    /// Roles of the unit; empty: the resident.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<String>,
    /// Ways to the roles.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub via: Vec<String>,
    pub unit: String,
    pub round: u32,
    /// Which decision, among those of the round with the same text.
    pub about: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Timestamp>,
    /// A flag or a condition, as templates name it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl Notice {
    /// Whether it is for the resident.
    pub fn is_for_resident(&self) -> bool {
        self.roles.is_empty()
    }

    /// Unique for ever on its ticket.
    pub fn key(&self, ticket: &str) -> String {
        format!("{ticket}/r{}/{}/{}", self.round, self.text, self.about)
    }
}
