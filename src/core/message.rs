//! One thing to tell one person: what the outbox keeps and `wording` turns into text.

use serde::{Deserialize, Serialize};

use super::{list::Filled, slip::Note, timestamp::Timestamp};

/// The text with a link to sign in to the board: it goes to that person only, at once, whoever stands in for them.
pub const SIGN_IN: &str = "staff.sign_in";

/// A message that waits to be sent. Holds no name, number or address: the person is an
/// id that becomes an address at the moment of sending, a resident is found by ticket.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Message {
    /// Unique for ever: slip (or question), recipient, way. A second one with this key is the same message.
    pub key: String,
    pub ticket: String,
    /// The slip it carries, as `StepKey` prints it; `None` for messages to residents.
    pub slip: Option<String>,
    /// Lower slips of the same ticket that the same person was owed at the same moment.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub with: Vec<String>,
    pub to: Recipient,
    /// `im sms email voice print digest`.
    pub via: String,
    /// Template id: `staff.yellow`, `resident.ask_link` ...
    pub template: String,
    pub facts: Facts,
    /// Not offered to a channel before this instant (quiet hours, digests).
    pub not_before: Timestamp,
    /// Worthless after this instant.
    pub expires: Option<Timestamp>,
}

/// Who a message goes to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Recipient {
    /// A role of a unit; the person is found again at the moment of sending.
    Staff {
        unit: String,
        role: String,
        person: Option<String>,
        /// Whom the person stands in for.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        away: Option<String>,
        cc: bool,
    },
    /// The resident of the ticket.
    Resident,
}

impl Recipient {
    /// Who it is, as journals say it: the id of a person, else the role, or `resident`.
    pub fn name(&self) -> &str {
        match self {
            Self::Staff { person: Some(person), .. } => person,
            Self::Staff { role, .. } => role,
            Self::Resident => "resident",
        }
    }
}

/// What a text may say. Instants, not words: the words depend on language and zone.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Facts {
    /// Ticket number.
    pub no: String,
    pub policy: String,
    pub policy_version: String,
    pub round: u32,
    pub unit: String,
    /// Slip kind id (`yellow`), its serial if it has one (`黄字〔2026〕118号`).
    pub slip: String,
    pub serial: Option<String>,
    /// Clock name and due of the clock the slip is about.
    pub clock: String,
    pub due: Option<Timestamp>,
    pub accept_due: Option<Timestamp>,
    pub resolve_due: Option<Timestamp>,
    pub dispatched: Option<Timestamp>,
    /// When the reply to the slip is due.
    pub reply_due: Option<Timestamp>,
    /// When the step stood on its clock.
    pub step_time: Option<Timestamp>,
    /// The step as written: `due+1wd`.
    pub step: String,
    /// Why a round was opened: a condition name.
    pub reason: Option<String>,
    /// Counted contacts with the resident.
    pub contacts: u32,
    /// `open`, `accepted` ...: the stage of the ticket.
    pub stage: String,
    /// What a list is called, in Chinese and English, and its sections.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<[String; 2]>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub lists: Vec<Filled>,
    /// Roles the slip went to (to and cc).
    pub roles: Vec<String>,
    /// Until when the question can be answered; only questions and their reminders have it.
    pub link_expires: Option<Timestamp>,
    /// Of several messages that leave as one: what each is about.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub together: Vec<Piece>,
    /// Whether the message brings a fresh link to answer through.
    pub link: bool,
    /// The unit that issues the slip; empty: the set's own office.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub issuer: String,
    /// The consequence note in force when the slip was issued.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<NoteText>,
    /// The event that brought the step forward.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on: Option<String>,
}

/// A consequence note as a slip keeps it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoteText {
    pub id: String,
    pub version: String,
    pub zh: String,
    pub en: String,
}

impl From<&Note> for NoteText {
    fn from(note: &Note) -> Self {
        let Note { id, version, zh, en, .. } = note.clone();
        Self { id, version, zh, en }
    }
}

/// What one of several messages is about.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Piece {
    /// Ticket number.
    pub no: String,
    /// Slip kind id.
    pub slip: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub serial: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Timestamp>,
}
