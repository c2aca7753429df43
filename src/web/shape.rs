//! What answers look like that other modules write: the schemas of the API's description.
//!
//! More may be added to an answer at any time; what stands here stays.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

/// An event, as every way in takes it. Keys not named here are kept in `data`.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[expect(clippy::struct_field_names, reason = "the names on the wire")]
pub(super) struct Event {
    #[schema(example = "W260507-0123", min_length = 1)]
    ticket: String,
    /// A standard kind (`received`, `dispatched`, `resolved` ...) or one the policy set adds. A
    /// kind nobody knows is kept and moves no clock.
    #[schema(example = "dispatched")]
    event: String,
    /// When it occurred, with its offset.
    #[schema(format = DateTime, example = "2026-05-07T09:12:00+08:00")]
    at: String,
    /// Makes delivery idempotent; without it: ticket, event and `at`.
    id: Option<String>,
    source: Option<String>,
    unit: Option<String>,
    category: Option<String>,
    urgency: Option<String>,
    area: Option<String>,
    by: Option<String>,
    /// The source system's own due time.
    #[schema(format = DateTime)]
    deadline: Option<String>,
    data: Option<Value>,
}

/// Events in JSON: a list of them, or one alone.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(untagged)]
pub(super) enum Events {
    Many(Vec<Value>),
    One(BTreeMap<String, Value>),
}

/// What became of one event.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(super) struct Verdict {
    result: Said,
    /// Its place in the ticket's journal.
    seq: Option<i64>,
    /// Why it was refused.
    reason: Option<String>,
    ticket: Option<String>,
    id: Option<String>,
}

#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Said {
    Accepted,
    Duplicate,
    Refused,
}

/// Where a ticket stands.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[expect(clippy::struct_field_names, reason = "the names on the wire")]
pub(super) struct Ticket {
    ticket: String,
    stage: String,
    open: bool,
    /// 1 is the first pass of work.
    round: u32,
    unit: Option<String>,
    policy: Option<String>,
    clocks: Vec<Clock>,
    /// The step that fires next.
    next: Option<Value>,
    #[schema(format = DateTime)]
    next_look: Option<String>,
}

/// A clock of a ticket.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[expect(clippy::struct_field_names, reason = "the names on the wire")]
struct Clock {
    clock: String,
    round: u32,
    unit: String,
    /// `running overdue paused met late cancelled replaced`
    state: String,
    #[schema(format = DateTime)]
    started: String,
    #[schema(format = DateTime)]
    due: String,
    budget_s: i64,
    used_s: i64,
    /// Negative where it is overdue; `null` where it does not run.
    left_s: Option<i64>,
}

/// The journal of a ticket with its slips and messages.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(super) struct Timeline {
    ticket: String,
    journal: Vec<Line>,
    slips: Vec<Value>,
    messages: Vec<Value>,
}

/// A line of a journal.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
struct Line {
    seq: i64,
    #[schema(format = DateTime)]
    at: String,
    #[schema(format = DateTime)]
    arrived: String,
    kind: String,
    body: Value,
    /// Chains it to the line before.
    hash: String,
}

/// One page of slips, newest first.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(super) struct SlipPage {
    slips: Vec<Slip>,
    /// `after` of the next page; `null` on the last.
    next: Option<i64>,
}

/// A slip and what became of it.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
struct Slip {
    id: i64,
    key: String,
    ticket: String,
    round: u32,
    clock: String,
    unit: String,
    step: String,
    kind: String,
    serial: Option<String>,
    #[schema(format = DateTime)]
    at: String,
    #[schema(format = DateTime)]
    due: Option<String>,
    #[schema(format = DateTime)]
    reply_due: Option<String>,
    /// `open receipted replied withdrawn`
    state: String,
    /// Why it was withdrawn.
    reason: Option<String>,
    /// Its messages, those a channel took, and those a receipt says arrived.
    messages: i64,
    sent: i64,
    delivered: i64,
}

/// One page of the ledger.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(super) struct LedgerPage {
    ledger: Vec<LedgerLine>,
    /// `after` of the next page; `null` on the last.
    next: Option<String>,
}

/// What is hung or has been open too long.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
struct LedgerLine {
    ticket: String,
    entry: String,
    list: String,
    unit: String,
    #[schema(format = DateTime)]
    opened: String,
    #[schema(format = DateTime)]
    next_due: Option<String>,
    #[schema(format = DateTime)]
    until: Option<String>,
    #[schema(format = DateTime)]
    ended: Option<String>,
    ended_by: Option<String>,
    reason: Option<String>,
    approver: Option<String>,
    leader: Option<String>,
    /// What nobody said at admission.
    lacking: Vec<String>,
}

/// Whether duban can do its work.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(super) struct Readiness {
    ready: bool,
    store: String,
    engine: String,
}
