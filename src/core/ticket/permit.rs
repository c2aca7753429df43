//! Why an event moves nothing, and who must have approved what.

use super::{Ticket, is_under, standing::Unheard};
use crate::core::{
    callback::NoAttempt,
    event::Event,
    policy::{PolicySet, Strictness},
    timestamp::Timestamp,
};

/// Why an event moves nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    #[error("the ticket is not dispatched yet")]
    NotDispatched,
    #[error("the clock `{0}` does not run")]
    NoClock(String),
    #[error("the policy does not allow pauses of kind `{kind}`; it allows: {allowed}")]
    PauseKind { kind: String, allowed: String },
    #[error("the ticket is paused already")]
    AlreadyPaused,
    #[error("the ticket is not paused")]
    NotPaused,
    #[error("the clock is overdue; a pause must begin before the due")]
    PauseAfterDue,
    #[error("all {0} pauses of this round are used")]
    PausesUsedUp(u32),
    #[error("the pauses of this round have used up {0} together")]
    PauseTotal(String),
    #[error("`{given}` may not approve this; it takes one of: {allowed}")]
    Approver { given: String, allowed: String },
    #[error("nobody is named who approved this; it takes one of: {0}")]
    NoApprover(String),
    #[error("the evidence is missing: `data.{0}`")]
    NoEvidence(String),
    #[error("the policy does not allow extensions")]
    NoExtensions,
    #[error("all {0} extensions are used")]
    ExtensionsUsedUp(u32),
    #[error("together the extensions would exceed {0}")]
    ExtensionTotal(String),
    #[error("`{0}` is not a span")]
    BadSpan(String),
    #[error("asked too late: it had to be asked before {0}")]
    ExtensionTooLate(Timestamp),
    #[error("no extension was asked for")]
    NoExtensionAsked,
    #[error("the policy does not allow returns")]
    NoReturns,
    #[error("a return must give its basis")]
    ReturnWithoutBasis,
    #[error("the window for returns closed at {0}")]
    ReturnTooLate(Timestamp),
    #[error("the return before this one waits for its ruling")]
    ReturnPending,
    #[error("a ruling named the unit finally; there are no more returns")]
    RulingIsFinal,
    #[error("a ruling must name the unit")]
    RulingWithoutUnit,
    #[error("the round has its answer already; the first one counts")]
    AlreadyAnswered,
    #[error("round {0} is not resolved yet, so there is nothing to answer")]
    NotResolved(u32),
    #[error("an answer that somebody typed in needs the record of the call (`call`)")]
    NoCallRecord,
    #[error("the reply says nothing duban understands; a person has to ask")]
    Unclear,
    #[error("the reply asks for {0} and answers nothing")]
    OnlyMessages(&'static str),
    #[error("{0}")]
    NoAttempt(#[from] NoAttempt),
    #[error("all {0} rounds are used; the matter needs a consultation")]
    RoundsUsedUp(u32),
    #[error(
        "it is about round {told}, and the ticket is in round {now}; earlier rounds stay as they are"
    )]
    EarlierRound { told: u64, now: u32 },
    #[error("not done yet; missing: {0}")]
    Incomplete(String),
    #[error("no label `{0}` was proposed on this ticket")]
    NoSuchLabel(String),
    #[error("who handles the ticket may not decide on its label")]
    OwnLabel,
    #[error("no slip `{0}` was issued on this ticket")]
    NoSuchSlip(String),
    #[error("a unit of kind `{given}` may not do this; it takes one of: {allowed}")]
    Authority { given: String, allowed: String },
    #[error("`{0}` is a third party and never responsible for a ticket")]
    ThirdParty(String),
    #[error("slip `{0}` was withdrawn")]
    SlipWithdrawn(String),
    #[error("slip `{0}` has its receipt already; the first one counts")]
    AlreadyReceipted(String),
    #[error("slip `{0}` has its reply already; the first one counts")]
    AlreadyReplied(String),
    #[error(
        "a reply says what was done (`done`) or what will be done (`plan`), and by when (`by_when`)"
    )]
    EmptyReply,
    #[error("`{field}` of the reply has more than {max} characters")]
    LongReply { field: &'static str, max: usize },
    #[error("what slip `{0}` waited for had come in time")]
    NotMissing(String),
    #[error("the unit was urged at {last}; it may be urged again from {until} on")]
    UrgedJustNow { last: Timestamp, until: Timestamp },
    #[error("the ticket has ended; there is nothing to urge")]
    NothingToUrge,
    #[error(
        "`data.parent` must name the ticket of the event this one belongs to, which is another"
    )]
    NoParent,
    #[error("the ticket belongs to no other")]
    NotAttached,
    #[error("a slip is taken back with a reason; `reason` is empty")]
    NoReason,
    #[error(transparent)]
    Unheard(#[from] Unheard),
}

impl Ticket {
    /// Whether the event names an approver the policy names, as strictly as the set asks.
    pub(super) fn approved(
        &mut self,
        set: &PolicySet,
        event: &Event,
        allowed: &[String],
    ) -> Result<(), Refused> {
        if allowed.is_empty() {
            return Ok(());
        }
        let given = event.text("approver").filter(|given| !given.is_empty());
        let Some(given) = given else {
            match set.permits.unnamed_approver {
                Strictness::Refuse => return Err(Refused::NoApprover(allowed.join(", "))),
                Strictness::Flag => self.owe_lack("unnamed_approver", event, &allowed.join(", ")),
                Strictness::Accept => {}
            }
            return Ok(());
        };
        is_among(given, allowed)
    }

    /// Whether the event carries this evidence, as strictly as the set asks.
    pub(super) fn evidenced(
        &mut self,
        set: &PolicySet,
        event: &Event,
        wanted: &str,
    ) -> Result<(), Refused> {
        if wanted.is_empty() || event.says(wanted) || event.says("evidence") {
            return Ok(());
        }
        match set.permits.missing_evidence {
            Strictness::Refuse => return Err(Refused::NoEvidence(wanted.to_owned())),
            Strictness::Flag => self.owe_lack("missing_evidence", event, wanted),
            Strictness::Accept => {}
        }
        Ok(())
    }
}

/// Who takes a slip back must say in which role, and it must be one of these.
pub fn may_withdraw(event: &Event, allowed: &[String]) -> Result<(), Refused> {
    if event.text("reason").is_none_or(|reason| reason.trim().is_empty()) {
        return Err(Refused::NoReason);
    }
    let own = event.text("again").is_some(); // a late event made it wrong
    match event.text("approver") {
        _ if own || allowed.is_empty() => Ok(()),
        given => is_among(given.unwrap_or_default(), allowed),
    }
}

/// Whether a role is one of those allowed.
fn is_among(given: &str, allowed: &[String]) -> Result<(), Refused> {
    if allowed.iter().any(|role| role == given || is_under(given, role)) {
        return Ok(());
    }
    Err(Refused::Approver { given: given.to_owned(), allowed: allowed.join(", ") })
}
