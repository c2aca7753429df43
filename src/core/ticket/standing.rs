//! Who may say what: approvals, admission to a ledger and what ends it, signatures.
//!
//! A policy names roles; an event names the role that speaks (`by_role`, or `approver`).
//! A policy with `enforce` wants everything it asks for; another judges what is said.

use serde_json::Value;

use super::{
    Ticket,
    overlay::{Admission, Overlay},
};
use crate::core::{
    attributes::is_under,
    event::{Event, Kind},
    policy::{AdmitRule, Policy, PolicySet, Requirement},
};

/// Why somebody's word moves nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unheard {
    #[error("`{given}` may not say `{kind}`; it takes one of: {allowed}")]
    Role { given: String, kind: Kind, allowed: String },
    #[error("`{kind}` needs one of: {allowed}; name it as `by_role` or `approver`")]
    Unsigned { kind: Kind, allowed: String },
    #[error("the reason `{given}` is not one the ledger takes: {allowed}")]
    Reason { given: String, allowed: String },
    #[error("admission to the ledger lacks: {0}")]
    Lacking(String),
    #[error("the matter is in the ledger already")]
    InLedger,
    #[error("`{0}` lacks: {1}")]
    Incomplete(Kind, String),
    #[error("the clock was not due then")]
    NotDue,
}

impl Ticket {
    /// Whether an event may be heard at all.
    pub(super) fn may_say(&self, set: &PolicySet, event: &Event) -> Result<(), Unheard> {
        if super::clocks::is_due_event(event)
            && !self
                .clocks
                .iter()
                .any(|clock| clock.is_running() && clock.due <= event.at && clock.is_told_by(event))
        {
            return Err(Unheard::NotDue);
        }
        let beside = self.opening(set, event);
        let opens_own = |policy: &&Policy| policy.overlay.on.contains(&event.kind);
        let opened = beside.iter().map(|index| &set.policies[*index]);
        for policy in opened.chain(self.policy(set).filter(opens_own)) {
            may_open(policy, event)?;
        }
        let open = self.overlays.iter().filter(|overlay| overlay.hears(event));
        let heard = open.filter_map(|overlay| set.policies.get(overlay.policy));
        for policy in heard.chain(self.policy(set)) {
            if policy.overlay.on.contains(&event.kind)
                && policy.overlay.enforce
                && self.is_in_ledger(policy)
            {
                return Err(Unheard::InLedger);
            }
            if let Some(allowed) = policy.overlay.only.get(&event.kind) {
                signed(policy, event, allowed)?;
            }
        }
        for overlay in self.overlays.iter().filter(|overlay| overlay.hears(event)) {
            let Some(policy) = set.policies.get(overlay.policy) else { continue };
            let ends = policy.overlay.enforce && policy.ends.contains(&event.kind);
            if ends && (event.kind == Kind::StruckOff || policy.close.on.contains(&event.kind)) {
                may_end(policy, overlay, event)?;
            }
        }
        Ok(())
    }
}

/// What an enforced overlay's closing rule asks for must be there before it is ended (销号).
fn may_end(policy: &Policy, overlay: &Overlay, event: &Event) -> Result<(), Unheard> {
    let has = |need: &&Requirement| {
        let is_seen = need.kinds.iter().any(|kind| overlay.seen.contains_key(kind));
        let is_told =
            need.keys.iter().any(|one| event.data.get(one.key.as_str()).is_some_and(is_said));
        let approved = need.name.strip_suffix("_approved");
        is_seen || is_told || approved.is_some_and(|role| roles(event).any(|given| given == role))
    };
    let needs = policy.close.requires.iter().filter(|need| !has(need));
    let mut lacking: Vec<String> = needs.map(|need| need.name.clone()).collect();
    let attachments = match event.data.get("attachments") {
        Some(Value::Array(some)) => some.len() as u64,
        Some(Value::Number(count)) => count.as_u64().unwrap_or(0),
        _ => 0, // said nothing of attachments
    };
    if attachments < u64::from(policy.close.attachments_min) {
        lacking.push(format!("attachments (at least {})", policy.close.attachments_min));
    }
    if lacking.is_empty() {
        Ok(())
    } else {
        Err(Unheard::Incomplete(event.kind.clone(), lacking.join(", ")))
    }
}

/// Whether a policy may begin with this event: its admission rule and its approval.
fn may_open(policy: &Policy, event: &Event) -> Result<(), Unheard> {
    if let Some(rule) = &policy.admit {
        let given = event.text("reason").filter(|_| !rule.reasons.is_empty());
        if let Some(given) = given.filter(|given| !rule.reasons.iter().any(|one| one == given)) {
            return Err(Unheard::Reason {
                given: given.to_owned(),
                allowed: rule.reasons.join(", "),
            });
        }
        if event.text("approver").is_some() {
            signed(policy, event, &rule.approver)?;
        }
        let lacking = rule.admission(event).lacking;
        if policy.overlay.enforce && !lacking.is_empty() {
            return Err(Unheard::Lacking(lacking.join(", ")));
        }
    }
    match &policy.start_approval {
        // `blower_principal` is the principal of the blowing unit.
        Some(role) => {
            let post = role.split_once('_').map_or(role.as_str(), |(_, post)| post).to_owned();
            signed(policy, event, &[role.clone(), post])
        }
        None => Ok(()),
    }
}

/// One of the allowed roles must be named; nobody named passes unless the policy enforces it.
fn signed(policy: &Policy, event: &Event, allowed: &[String]) -> Result<(), Unheard> {
    let mut given = roles(event).peekable();
    let Some(first) = given.peek().map(|role| (*role).to_owned()) else {
        return if policy.overlay.enforce {
            Err(Unheard::Unsigned { kind: event.kind.clone(), allowed: allowed.join(", ") })
        } else {
            Ok(())
        };
    };
    if given.any(|role| allowed.iter().any(|one| is_under(role, one))) {
        return Ok(());
    }
    Err(Unheard::Role { given: first, kind: event.kind.clone(), allowed: allowed.join(", ") })
}

/// The roles an event names for whoever says it.
fn roles(event: &Event) -> impl Iterator<Item = &str> {
    ["by_role", "approver"].into_iter().filter_map(|key| event.text(key))
}

/// Whether a value says yes or anything at all.
fn is_said(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => false,
        Value::String(text) => !text.trim().is_empty(),
        Value::Array(some) => !some.is_empty(),
        Value::Bool(true) | Value::Number(_) | Value::Object(_) => true,
    }
}

impl AdmitRule {
    /// What an event says of the admission, and what it leaves out.
    pub fn admission(&self, event: &Event) -> Admission {
        let text = |key: &str| event.text(key).map(str::to_owned);
        let has_plan = event.data.get("plan").is_some_and(is_said);
        let lacks = [
            ("approver", event.text("approver").is_none() && !self.approver.is_empty()),
            ("reason", event.text("reason").is_none() && !self.reasons.is_empty()),
            ("plan", self.plan_required && !has_plan),
        ];
        Admission {
            approver: text("approver"),
            reason: text("reason"),
            has_plan,
            leader: text("leader"),
            lacking: lacks
                .into_iter()
                .filter(|(_, lacks)| *lacks)
                .map(|(name, _)| name.to_owned())
                .collect(),
        }
    }
}
