//! What makes a policy an overlay: one whose clocks run beside those a ticket has already.

use std::collections::BTreeMap;

use crate::core::event::Kind;

/// Where a policy can stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Place {
    /// A ticket's own, and beside another where it has events to open on.
    #[default]
    Anywhere,
    /// Only beside another: `on` stands in the file and no `kind` in its selector.
    Beside,
}

/// How a policy runs beside the one a ticket has, and who may say what on it.
#[derive(Clone, Debug, Default)]
pub struct OverlayRule {
    /// The events that open it (`on`). The policies selected by the kinds `whistle`, `leader` and
    /// `hung` open on `whistled`, `instructed` and `hung` where they do not say.
    pub on: Vec<Kind>,
    /// Whether it can be a ticket's own policy too.
    pub place: Place,
    /// Its clocks run on after the ticket has ended.
    pub outlives: bool,
    /// Events that end it and put back the clocks its opening stopped (`reactivated` of the ledger).
    pub puts_back: Vec<Kind>,
    /// Clocks of the ticket's own policy that stop when it opens, beside those whose stop events say so.
    pub stands_still: Vec<String>,
    /// Who may say what: event kinds to roles, one of which must be named (`by_role` or `approver`).
    pub only: BTreeMap<Kind, Vec<String>>,
    /// What this policy asks for (approvals, reasons, plans, proof) must be given. Without it only
    /// what an event says of them is judged: a platform that says nothing is believed.
    pub enforce: bool,
    /// A hand-over to another unit waits for that unit's `accepted`; until then the first stays responsible.
    pub handover_needs_accept: bool,
}
