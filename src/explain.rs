//! Why a ticket stands where it stands: policy, clocks with their arithmetic, what was
//! sent and what came back, what fires next.
//!
//! Everything is read from the journal and the outbox; nothing is decided here.

mod text;
mod why;

use serde_json::{Value, json};

use crate::{
    core::{
        attributes::hide_care,
        callback::Channel,
        clock::{Clock, State},
        fact::Fact,
        ladder::place,
        policy::{Policy, PolicySet},
        record::Record,
        ticket::{Hop, Ticket},
        timestamp::Timestamp,
    },
    rules::{Rules, RulesError},
    store::{JournalRow, MessageRow, SlipRow, Store, StoreError, TicketRow},
};

/// All that is known of one ticket.
#[derive(Debug)]
pub struct Story {
    row: TicketRow,
    ticket: Ticket,
    set: std::sync::Arc<PolicySet>,
    journal: Vec<JournalRow>,
    slips: Vec<SlipRow>,
    messages: Vec<MessageRow>,
}

/// Why there is no explanation.
#[derive(Debug, thiserror::Error)]
pub enum ExplainError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Rules(#[from] RulesError),
    #[error("the state of ticket {0} cannot be read; `duban audit` says what is wrong")]
    Unreadable(String),
}

/// The most slips of one ticket that are shown.
const SLIPS_MAX: i64 = 1_000;

impl Story {
    /// Reads a ticket's story; `None` if no such ticket is known.
    pub async fn read(
        store: &Store,
        rules: &Rules,
        no: &str,
    ) -> Result<Option<Self>, ExplainError> {
        let Some(row) = store.ticket(no).await? else { return Ok(None) };
        let ticket: Ticket = match &row.state {
            None => Ticket::new(no, &rules.current),
            Some(text) => {
                serde_json::from_str(text).map_err(|_| ExplainError::Unreadable(no.to_owned()))?
            }
        };
        let set = std::sync::Arc::clone(rules.judge(Some(&ticket))?);
        let filter = crate::store::SlipFilter {
            ticket_key: Some(row.key),
            limit: SLIPS_MAX,
            ..crate::store::SlipFilter::default()
        };
        Ok(Some(Self {
            journal: store.journal(row.key).await?,
            slips: store.slips(&filter).await?,
            messages: store.messages(row.key).await?,
            row,
            ticket,
            set,
        }))
    }

    /// The ticket as it stands.
    pub fn ticket(&self) -> &Ticket {
        &self.ticket
    }

    /// The row the store keeps of it.
    pub fn row(&self) -> &TicketRow {
        &self.row
    }

    /// The policy set that judges it.
    pub fn set(&self) -> &PolicySet {
        &self.set
    }

    /// Its slips, newest first.
    pub fn slips(&self) -> &[SlipRow] {
        &self.slips
    }

    /// Its messages, oldest first.
    pub fn messages(&self) -> &[MessageRow] {
        &self.messages
    }

    /// The lines of its journal that can be read, with what they say.
    pub fn lines(&self) -> impl Iterator<Item = (&JournalRow, Fact)> {
        self.facts().filter_map(|(row, fact)| Some((row, fact?)))
    }

    /// The policy of the current round.
    pub fn policy(&self) -> Option<&Policy> {
        self.ticket.policy(&self.set)
    }

    /// The resident's own stopwatch: from the registration to the end, through pauses, units and rounds.
    fn resident_ms(&self, since: Timestamp, now: Timestamp) -> i64 {
        self.ticket.ended.unwrap_or(now).since(since)
    }

    fn local(&self, at: Timestamp) -> String {
        let zone = self.set.calendar.zone();
        zone.to_datetime(at.jiff()).strftime("%Y-%m-%d %H:%M:%S").to_string()
    }

    fn rfc3339(&self, at: Timestamp) -> String {
        at.to_rfc3339(self.set.calendar.zone())
    }

    /// Steps of a running clock that have not fired, with their times.
    pub fn ahead(&self, clock: &Clock) -> Vec<(String, String, Vec<String>, Timestamp)> {
        let Some((rule, Some(ladder))) = self.ticket.rule_of(&self.set, clock) else {
            return Vec::new();
        };
        let mut ahead = Vec::new();
        for placed in place(&self.set, rule, ladder, clock, &self.ticket.attributes) {
            if let Some(n) = (0..placed.times()).find(|n| !clock.is_done(placed.index, *n)) {
                let step = placed.step;
                let time = placed.repetition(&self.set, n);
                ahead.push((step.at_text.clone(), step.slip.clone(), step.to.clone(), time));
            }
        }
        ahead
    }

    /// What fires next and when.
    fn next(&self) -> Option<(String, String, Vec<String>, Timestamp)> {
        let running = self.ticket.clocks.iter().filter(|clock| clock.is_running());
        let steps = running.flat_map(|clock| {
            let name = clock.key.label();
            self.ahead(clock)
                .into_iter()
                .map(move |(at, slip, to, time)| (format!("{name} {at}"), slip, to, time))
        });
        steps.min_by_key(|(_, _, _, time)| *time)
    }

    /// The explanation as JSON.
    pub fn json(&self, now: Timestamp) -> Value {
        let ticket = &self.ticket;
        let clocks: Vec<Value> =
            ticket.clocks.iter().map(|clock| self.clock_json(clock, now)).collect();
        json!({
            "ticket": ticket.no,
            "stage": ticket.stage.name(),
            "open": ticket.ended.is_none(),
            "round": ticket.round(),
            "unit": ticket.unit,
            "first_unit": ticket.first_unit,
            "policy": self.policy().map(|policy| &policy.id),
            "policy_set": { "id": self.set.id, "version": self.set.version, "hash": self.set.hash, "frozen": ticket.frozen.is_some() },
            "resident": ticket.received.map(|since| json!({
                "since": self.rfc3339(since),
                "elapsed_s": self.resident_ms(since, now) / 1_000,
            })),
            "stages": self.stages_json(now),
            "basis": self.basis_json(),
            "legal_basis": self.policy().and_then(|policy| policy.basis.as_ref()),
            "clocks": clocks,
            "answers": ticket.answers,
            "rechecks": ticket.rechecks,
            "eval_outcome": ticket.evaluation().map(|one| one.outcome.name()),
            "eval_channel": ticket.evaluation().and_then(|one| one.channel).map(Channel::name),
            "evaluations": ticket.callback.evaluations,
            "rounds": ticket.rounds.iter().map(|round| json!({
                "opened": self.rfc3339(round.opened), "reason": round.reason,
                "policy": self.set.policies.get(round.policy).map(|policy| &policy.id),
            })).collect::<Vec<_>>(),
            "solved_first_time": ticket.solved_first_time(),
            "hops": self.hops_json(now),
            "returns": ticket.returned.iter().map(|one| json!({
                "unit": one.unit, "at": self.rfc3339(one.at), "round": one.round,
                "outcome": one.outcome, "ruling": one.ruling,
            })).collect::<Vec<_>>(),
            "extensions": ticket.extensions.iter().map(|one| json!({
                "at": self.rfc3339(one.at), "span": one.span, "round": one.round,
                "before": self.rfc3339(one.due_before), "after": self.rfc3339(one.due_after),
            })).collect::<Vec<_>>(),
            "late_requests": ticket.late_requests,
            "pauses": ticket.pauses.iter().map(|one| json!({
                "kind": one.kind, "round": one.round, "at": self.rfc3339(one.at),
                "ended": self.rfc3339(one.ended),
            })).collect::<Vec<_>>(),
            "labels": ticket.labels.iter().map(|one| json!({
                "label": one.label, "state": one.state, "proposed": self.rfc3339(one.proposed),
            })).collect::<Vec<_>>(),
            "flags": self.flags_json(),
            "slips": self.slips.iter().map(|slip| json!({
                "key": slip.key, "slip": slip.kind, "serial": slip.serial, "clock": slip.clock, "round": slip.round,
                "step": slip.step, "at": self.rfc3339(slip.at), "due": slip.due.map(|at| self.rfc3339(at)),
                "state": slip.state, "reason": slip.reason,
            })).collect::<Vec<_>>(),
            "messages": self.messages.iter().map(|row| self.message_json(row)).collect::<Vec<_>>(),
            "journal": self.journal.iter().map(|row| self.line_json(row)).collect::<Vec<_>>(),
            "next": self.next().map(|(step, slip, to, time)| json!({
                "step": step, "slip": slip, "to": to, "at": self.rfc3339(time),
            })),
            "next_look": self.row.next_look.map(|at| self.rfc3339(at)),
        })
    }

    /// The units the ticket went through, how long it was with each, and whether each accepted in time.
    fn hops_json(&self, now: Timestamp) -> Vec<Value> {
        let hops = &self.ticket.hops;
        let ends = hops.iter().skip(1).map(|hop| hop.at);
        let ends = ends.chain([self.ticket.ended.unwrap_or(now)]);
        let hop = |(hop, until): (&Hop, Timestamp)| {
            json!({
                "unit": hop.unit, "at": self.rfc3339(hop.at), "basis": hop.basis,
                "accepted": hop.accepted.map(|at| self.rfc3339(at)),
                "until": self.rfc3339(until), "seconds": until.since(hop.at) / 1_000,
            })
        };
        hops.iter().zip(ends).map(hop).collect()
    }

    /// The flags raised, with their evidence.
    fn flags_json(&self) -> Vec<Value> {
        let flag = |(row, fact): (&JournalRow, Option<Fact>)| match fact? {
            Fact::Record(Record::Flag { flag, round, unit, evidence, .. }) => Some(json!({
                "flag": flag, "round": round, "unit": unit, "at": self.rfc3339(row.at), "evidence": evidence,
            })),
            Fact::Record(_) | Fact::Event(_) => None,
        };
        self.facts().filter_map(flag).collect()
    }

    fn clock_json(&self, clock: &Clock, now: Timestamp) -> Value {
        json!({
            "clock": clock.key.label(), "round": clock.key.round, "unit": clock.key.unit, "turn": clock.key.turn,
            "state": state_word(clock, now),
            "started": self.rfc3339(clock.started),
            "due": self.rfc3339(clock.due),
            "base": clock.base,
            "campaign": clock.campaign,
            "offered": self.why_due_json(clock),
            "budget_s": clock.budget_ms / 1_000,
            "used_s": clock.spent_ms(&self.set.calendar, now) / 1_000,
            "left_s": clock.is_running().then(|| clock.base.measure(&self.set.calendar, now, clock.due) / 1_000),
        })
    }

    fn message_json(&self, row: &MessageRow) -> Value {
        json!({
            "key": row.message.key, "slip": row.message.slip, "to": row.message.to, "via": row.message.via,
            "state": row.state, "channel": row.channel, "attempt": row.attempt,
            "offer_at": self.rfc3339(row.offer_at), "done": row.done.map(|at| self.rfc3339(at)),
            "provider": row.provider, "reason": row.reason,
            "delivery": row.delivery, "delivered": row.delivery_at.map(|at| self.rfc3339(at)),
            "code": row.delivery_code,
        })
    }

    fn line_json(&self, row: &JournalRow) -> Value {
        let mut body: Value = serde_json::from_str(&row.body).unwrap_or(Value::Null);
        if let Some(Value::Object(data)) = body.get_mut("data") {
            hide_care(data);
        }
        json!({
            "seq": row.seq, "at": self.rfc3339(row.at), "arrived": self.rfc3339(row.arrived),
            "kind": row.kind, "body": body, "hash": row.hash,
        })
    }

    /// The journal with its facts, for pages and the API.
    pub fn timeline(&self) -> Value {
        Value::Array(self.journal.iter().map(|row| self.line_json(row)).collect())
    }

    fn facts(&self) -> impl Iterator<Item = (&JournalRow, Option<Fact>)> {
        self.journal.iter().map(|row| (row, Fact::read(&row.kind, &row.body).ok()))
    }
}

/// The state of a clock in one word.
pub fn state_word(clock: &Clock, now: Timestamp) -> &'static str {
    match &clock.state {
        State::Running if now > clock.due => "overdue",
        State::Running => "running",
        State::Paused { .. } => "paused",
        State::Stopped { met: true, .. } => "met",
        State::Stopped { met: false, .. } => "late",
        State::Cancelled { .. } => "cancelled",
        State::Replaced { .. } => "replaced",
    }
}
