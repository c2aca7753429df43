//! What a policy allows: pauses, extensions, returns. Each refusal says its reason.

use super::{Ticket, is_under, standing::Unheard};
use crate::core::{
    clock::{due_after, step_before},
    event::{Event, Kind},
    org::{Attested, THIRD_PARTY},
    policy::{ExtensionRule, PolicySet},
    span::Span,
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
    #[error("`{given}` may not approve this; it takes one of: {allowed}")]
    Approver { given: String, allowed: String },
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
    #[error("the policy does not allow returns")]
    NoReturns,
    #[error("a return must give its basis")]
    ReturnWithoutBasis,
    #[error("the window for returns closed at {0}")]
    ReturnTooLate(Timestamp),
    #[error("the ticket went through {0} units already; it goes to a ruling")]
    HopLimit(u32),
    #[error("the round has its answer already; the first one counts")]
    AlreadyAnswered,
    #[error("all {0} rounds are used; the matter needs a consultation")]
    RoundsUsedUp(u32),
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
    #[error("a slip is taken back with a reason; `reason` is empty")]
    NoReason,
    #[error(transparent)]
    Unheard(#[from] Unheard),
}

/// Whether the unit that sends the event may, and the unit it goes to can be responsible.
/// An event that names no sending unit (`data.by_unit`) is the supervisor's own.
pub fn may_act(set: &PolicySet, event: &Event) -> Result<(), Refused> {
    let attested = Attested::of(event);
    if let (Some(allowed), Some(_)) = (set.authority.get(&event.kind), event.text("by_unit")) {
        let given = attested.by_kind.unwrap_or_default();
        if !allowed.iter().any(|kind| kind == given) {
            return Err(Refused::Authority {
                given: given.to_owned(),
                allowed: allowed.join(", "),
            });
        }
    }
    let takes = matches!(
        event.kind,
        Kind::Received | Kind::Registered | Kind::Dispatched | Kind::Reassigned
    );
    match &event.unit {
        Some(unit) if takes && attested.unit_kind == Some(THIRD_PARTY) => {
            Err(Refused::ThirdParty(unit.clone()))
        }
        Some(_) | None => Ok(()),
    }
}

/// Names of the clocks a pause stops.
pub fn pause_clocks(ticket: &Ticket, set: &PolicySet) -> Vec<String> {
    ticket.policy(set).map(|policy| policy.pause_clocks.clone()).unwrap_or_default()
}

/// The kind of pause an event asks for and when it ends by itself.
pub fn may_pause(
    ticket: &Ticket,
    set: &PolicySet,
    event: &Event,
) -> Result<(String, Timestamp), Refused> {
    let policy = ticket.policy(set).ok_or(Refused::NotDispatched)?;
    let kind = ["pause", "reason", "kind"].iter().find_map(|key| event.text(key)).unwrap_or("");
    let rule =
        policy.pauses.iter().find(|allowed| *allowed == kind).and_then(|k| set.pauses.get(k));
    let Some(rule) = rule else {
        let allowed = match policy.pauses.as_slice() {
            [] => "none".to_owned(),
            some => some.join(", "),
        };
        return Err(Refused::PauseKind { kind: kind.to_owned(), allowed });
    };
    if ticket.pause.is_some() {
        return Err(Refused::AlreadyPaused);
    }
    let round = ticket.round();
    let mut running = ticket.clocks.iter().filter(|clock| {
        clock.key.is_own()
            && clock.key.round == round
            && clock.is_running()
            && policy.pause_clocks.contains(&clock.key.name)
    });
    let Some(clock) = running.next() else {
        return Err(Refused::NoClock(policy.pause_clocks.join(", ")));
    };
    if event.at > clock.due {
        return Err(Refused::PauseAfterDue);
    }
    approved(event, std::slice::from_ref(&rule.approver))?;
    Ok((kind.to_owned(), due_after(set, event.at, rule.max)))
}

/// The span an extension adds.
pub fn may_extend(ticket: &Ticket, set: &PolicySet, event: &Event) -> Result<Span, Refused> {
    let policy = ticket.policy(set).ok_or(Refused::NotDispatched)?;
    let rule =
        policy.extension.as_ref().filter(|rule| rule.max > 0).ok_or(Refused::NoExtensions)?;
    if ticket.extensions.len() as u32 >= rule.max {
        return Err(Refused::ExtensionsUsedUp(rule.max));
    }
    let span = match event.text("span") {
        Some(text) => Span::parse(text).map_err(|_| Refused::BadSpan(text.to_owned()))?,
        None => rule.each,
    };
    if exceeds(ticket, rule, span) {
        return Err(Refused::ExtensionTotal(rule.total.to_string()));
    }
    approved(event, &rule.approver)?;
    let clock = ticket
        .clock(&policy.deadline_clock)
        .filter(|clock| clock.is_open())
        .ok_or_else(|| Refused::NoClock(policy.deadline_clock.clone()))?;
    let asked = counted_as_asked(set, rule, ticket.extension_asked.unwrap_or(event.at));
    let last = step_before(set, clock.due, rule.before_due);
    if asked > last { Err(Refused::ExtensionTooLate(last)) } else { Ok(span) }
}

/// Extensions add up only in the base they are limited in; another base than the limit's exceeds it.
fn exceeds(ticket: &Ticket, rule: &ExtensionRule, span: Span) -> bool {
    let used = ticket.extensions.iter().filter_map(|one| Span::parse(&one.span).ok());
    let mut total = 0_i64;
    for one in used.chain([span]) {
        total += match (one, rule.total) {
            (Span::WorkDays(n), Span::WorkDays(_)) | (Span::Days(n), Span::Days(_)) => i64::from(n),
            (Span::Working(ms), Span::Working(_)) | (Span::Elapsed(ms), Span::Elapsed(_)) => ms,
            _ => return true, // spans of two bases do not add up
        };
    }
    let limit = match rule.total {
        Span::WorkDays(n) | Span::Days(n) => i64::from(n),
        Span::Working(ms) | Span::Elapsed(ms) => ms,
    };
    total > limit
}

/// A request after the daily cut-off counts as made at the next midnight.
fn counted_as_asked(set: &PolicySet, rule: &ExtensionRule, asked: Timestamp) -> Timestamp {
    let calendar = &set.calendar;
    match rule.daily_cutoff {
        Some(cutoff) if calendar.time_of(asked) > cutoff => {
            let next = calendar.date_of(asked).tomorrow();
            next.map_or(asked, |day| calendar.at(day, jiff::civil::Time::midnight()))
        }
        Some(_) | None => asked,
    }
}

/// Whether the unit may still say that the ticket is not theirs.
pub fn may_return(ticket: &Ticket, set: &PolicySet, event: &Event) -> Result<(), Refused> {
    let policy = ticket.policy(set).ok_or(Refused::NotDispatched)?;
    let dispatched = ticket.hops.last().map(|hop| hop.at).ok_or(Refused::NotDispatched)?;
    let rule = policy.returns.as_ref().filter(|rule| rule.max > 0).ok_or(Refused::NoReturns)?;
    if rule.basis_required && event.text("basis").is_none_or(str::is_empty) {
        return Err(Refused::ReturnWithoutBasis);
    }
    let closes = due_after(set, dispatched, rule.window);
    if event.at > closes {
        return Err(Refused::ReturnTooLate(closes));
    }
    if ticket.hops.len() as u32 > rule.hop_limit {
        return Err(Refused::HopLimit(rule.hop_limit));
    }
    Ok(())
}

/// Who takes a slip back must say in which role, and it must be one of these.
pub fn may_withdraw(event: &Event, allowed: &[String]) -> Result<(), Refused> {
    if event.text("reason").is_none_or(|reason| reason.trim().is_empty()) {
        return Err(Refused::NoReason);
    }
    let own = event.text("again").is_some(); // a late event made it wrong
    match event.text("approver") {
        _ if own || allowed.is_empty() => Ok(()),
        Some(_) => approved(event, allowed),
        None => Err(Refused::Approver { given: String::new(), allowed: allowed.join(", ") }),
    }
}

/// An approver who is named must be one the policy names.
pub(super) fn approved(event: &Event, allowed: &[String]) -> Result<(), Refused> {
    let Some(given) = event.text("approver") else { return Ok(()) };
    if allowed.is_empty() || allowed.iter().any(|role| role == given || is_under(given, role)) {
        return Ok(());
    }
    Err(Refused::Approver { given: given.to_owned(), allowed: allowed.join(", ") })
}
