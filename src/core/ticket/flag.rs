//! Signals on one ticket: which are due, with their evidence, and when the next one will be.
//!
//! What an event shows is noticed when it is applied; what only time shows has its exact
//! instant, so that nobody has to scan.
//!
//! Invariants (tests/permits.rs): `a_flag_is_raised_once`, `a_silent_ticket_is_flagged_once_and_armed_again`,
//! `age_counts_across_units_rounds_and_pauses`.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::{ReturnOutcome, Ticket};
use crate::core::{
    clock::due_after,
    event::{Event, Kind},
    notice::Notice,
    policy::{Counted, FlagRule, FlagWhen, PolicySet, Via},
    record::Record,
    timestamp::Timestamp,
};

/// What counts as contact with the resident beside `contacted`.
const CONTACTS: [&str; 3] = ["contacted", "visit", "arrived"];
/// What a resident can see or hear of the work on their ticket.
const HEARD: [&str; 10] = [
    "contacted",
    "visit",
    "arrived",
    "replied",
    "initial_reply",
    "previsited",
    "resident_told",
    "upstream_replied",
    "answered",
    "rated",
];
/// Where the text of a reply stands.
const REPLY_KEYS: [&str; 3] = ["reply_text", "result_text", "text"];
/// Characters of the hash that stands for a reply.
const HASH_CHARS: usize = 16;

/// A flag an event raised that is not yet in the journal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OwedFlag {
    pub flag: String,
    pub round: u32,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub about: String,
    pub evidence: Map<String, Value>,
}

/// A flag that is in the journal, where its evidence stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RaisedFlag {
    pub flag: String,
    /// 0: of the ticket as a whole.
    pub round: u32,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub about: String,
    pub at: Timestamp,
}

impl Ticket {
    /// Flags to write now, and when to look for the next.
    pub fn due_flags(&self, set: &PolicySet, now: Timestamp) -> (Vec<Record>, Option<Timestamp>) {
        let mut records = Vec::new();
        for owed in &self.flags_owed {
            let rule = set.flags.iter().find(|rule| rule.id == owed.flag);
            self.record(rule, owed.clone(), &mut records);
        }
        let mut next: Option<Timestamp> = None;
        for rule in self.rules(set).filter(|_| self.ended.is_none()) {
            let Some((at, owed)) = self.due(rule, set) else { continue };
            if self.is_raised(&owed) {
                continue;
            }
            if at <= now {
                self.record(Some(rule), owed, &mut records);
            } else {
                next = Some(next.map_or(at, |next| next.min(at)));
            }
        }
        (records, next)
    }

    fn rules<'s>(&self, set: &'s PolicySet) -> impl Iterator<Item = &'s FlagRule> {
        let policy = self.policy(set).map(|policy| policy.id.as_str());
        set.flags.iter().filter(move |rule| {
            rule.policies.is_empty() || policy.is_some_and(|id| rule.policies.contains(id))
        })
    }

    fn record(&self, rule: Option<&FlagRule>, owed: OwedFlag, records: &mut Vec<Record>) {
        let OwedFlag { flag, round, about, evidence } = owed;
        let unit = self.unit.clone().unwrap_or_default();
        if let Some(rule) = rule.filter(|rule| !rule.tell.is_empty()) {
            records.push(Record::Notice(Notice {
                text: "staff.flag".to_owned(),
                roles: rule.tell.clone(),
                via: rule.tell_via.iter().map(|via| Via::name(*via).to_owned()).collect(),
                unit: unit.clone(),
                round,
                about: format!("{flag}/{about}"),
                due: None,
                reason: Some(flag.clone()),
            }));
        }
        let add = rule.and_then(|rule| rule.add.clone());
        records.push(Record::Flag { flag, round, about, unit, evidence, add });
    }

    /// When this flag is due by what the ticket is now; `None`: not at all.
    fn due(&self, rule: &FlagRule, set: &PolicySet) -> Option<(Timestamp, OwedFlag)> {
        let round = if rule.each_round { self.round() } else { 0 };
        let instant = |at: Timestamp| at.to_rfc3339(set.calendar.zone());
        let mut about = String::new();
        let (at, evidence) = match &rule.when {
            FlagWhen::Age(span) => {
                let since = self.received.or(self.rounds.first().map(|first| first.opened))?;
                let units: Vec<&str> = self.hops.iter().map(|hop| hop.unit.as_str()).collect();
                let evidence = json!({
                    "since": instant(since), "longer_than": span.to_string(), "units": units,
                    "rounds": self.round(), "pauses": self.pauses.len(),
                });
                (due_after(set, since, *span), evidence)
            }
            FlagWhen::Overdue { clock, by } => {
                let clock = self.clock(clock).filter(|clock| clock.is_running())?;
                let evidence = json!({
                    "clock": clock.key.name, "due": instant(clock.due), "overdue_by": by.to_string(),
                });
                (due_after(set, clock.due, *by), evidence)
            }
            FlagWhen::Count { of, at_least } => {
                let (instants, units) = self.counted(*of, rule.each_round);
                let at = *instants.get((*at_least as usize).checked_sub(1)?)?;
                let told: Vec<String> = instants.iter().map(|at| instant(*at)).collect();
                (at, json!({ "count": instants.len(), "at": told, "units": units }))
            }
            FlagWhen::Silent(span) => {
                let since = self.heard.or(self.received).or(self.dispatched)?;
                about = since.0.to_string();
                let evidence =
                    json!({ "silent_since": instant(since), "longer_than": span.to_string() });
                (due_after(set, since, *span), evidence)
            }
            FlagWhen::Unconfirmed(span) => {
                let resolved = *self.seen.get(&Kind::Resolved)?;
                let lacking = self.lacking(&self.policy(set)?.close);
                if lacking.is_empty() {
                    return None;
                }
                let evidence = json!({
                    "resolved": instant(resolved), "longer_than": span.to_string(), "lacking": lacking,
                });
                (due_after(set, resolved, *span), evidence)
            }
            FlagWhen::ResolvedWithin(_)
            | FlagWhen::NoContact
            | FlagWhen::SameReply
            | FlagWhen::NoBasis => return None,
        };
        let evidence = as_map(evidence);
        Some((at, OwedFlag { flag: rule.id.clone(), round, about, evidence }))
    }

    /// The instants of what is counted, and the units concerned.
    fn counted(&self, of: Counted, this_round: bool) -> (Vec<Timestamp>, Vec<String>) {
        let round = self.round();
        let here = |of_round: u32| !this_round || of_round == round;
        let unjust = |outcome| matches!(outcome, ReturnOutcome::Barred | ReturnOutcome::Refused);
        let returns = |refused: bool| {
            let all = self.returned.iter().filter(move |one| here(one.round));
            all.filter(move |one| {
                if refused { unjust(one.outcome) } else { one.outcome != ReturnOutcome::Barred }
            })
            .map(|one| (one.at, one.unit.clone()))
            .unzip()
        };
        let only = |instants: Vec<Timestamp>| (instants, Vec::new());
        match of {
            Counted::Returns => returns(false),
            Counted::ReturnsRefused => returns(true),
            Counted::Extensions => {
                let all = self.extensions.iter().filter(|one| here(one.round));
                only(all.map(|one| one.at).collect())
            }
            Counted::LateRequests => {
                let at = self.last_event_at.unwrap_or_default();
                only(vec![at; self.late_requests as usize])
            }
            Counted::Redos => only(self.rounds.iter().skip(1).map(|one| one.opened).collect()),
            Counted::Pauses => {
                let past = self.pauses.iter().filter(|one| here(one.round)).map(|one| one.at);
                only(past.chain(self.pause.as_ref().map(|one| one.at)).collect())
            }
            Counted::Hops => self.hops.iter().map(|hop| (hop.at, hop.unit.clone())).unzip(),
        }
    }

    /// Raises what this event shows.
    pub(super) fn raise_flags(&mut self, set: &PolicySet, event: &Event) {
        let mut owed = Vec::new();
        for rule in self.rules(set) {
            let about = String::new();
            let round = if rule.each_round { self.round() } else { 0 };
            let evidence = self.shown(rule, set, event);
            owed.extend(evidence.map(|evidence| OwedFlag {
                flag: rule.id.clone(),
                round,
                about,
                evidence: as_map(evidence),
            }));
        }
        for one in owed {
            self.owe_flag(one);
        }
        if set.flags.iter().any(|rule| rule.when == FlagWhen::SameReply) {
            self.replies.extend(reply_hash(event));
        }
        if HEARD.contains(&event.kind.name()) {
            self.heard = self.heard.max(Some(event.at));
        }
    }

    fn shown(&self, rule: &FlagRule, set: &PolicySet, event: &Event) -> Option<Value> {
        let instant = |at: Timestamp| at.to_rfc3339(set.calendar.zone());
        match &rule.when {
            FlagWhen::ResolvedWithin(span) if event.kind == Kind::Resolved => {
                let opened = self.rounds.last().map(|round| round.opened);
                let got = self.hops.last().map(|hop| hop.at).max(opened)?;
                let hasty = event.at <= due_after(set, got, *span);
                hasty.then(|| json!({
                    "got": instant(got), "resolved": instant(event.at), "within": span.to_string(),
                }))
            }
            FlagWhen::NoContact if event.kind == Kind::Resolved => {
                let seen = |name: &str| self.seen.contains_key(&Kind::of(name));
                let silent = !CONTACTS.iter().any(|name| seen(name));
                silent.then(|| json!({ "resolved": instant(event.at), "contacts": 0 }))
            }
            FlagWhen::SameReply => {
                let hash = reply_hash(event).filter(|hash| self.replies.contains(hash))?;
                Some(
                    json!({ "at": instant(event.at), "event": event.kind.name(), "text_hash": hash }),
                )
            }
            FlagWhen::NoBasis if event.kind == Kind::Dispatched => {
                let hop = self.hops.last().filter(|hop| hop.basis.is_none())?;
                Some(json!({ "dispatched": instant(event.at), "unit": hop.unit }))
            }
            FlagWhen::Age(_)
            | FlagWhen::Overdue { .. }
            | FlagWhen::Count { .. }
            | FlagWhen::Silent(_)
            | FlagWhen::Unconfirmed(_)
            | FlagWhen::ResolvedWithin(_)
            | FlagWhen::NoContact
            | FlagWhen::NoBasis => None,
        }
    }

    /// An event lacked something and counted all the same.
    pub(super) fn owe_lack(&mut self, flag: &str, event: &Event, lacks: &str) {
        let evidence =
            json!({ "event": event.kind.name(), "at": event.at.to_string(), "missing": lacks });
        self.owe_flag(OwedFlag {
            flag: flag.to_owned(),
            round: self.round(),
            about: event.at.0.to_string(),
            evidence: as_map(evidence),
        });
    }

    fn owe_flag(&mut self, owed: OwedFlag) {
        let same = |one: &OwedFlag| {
            one.flag == owed.flag && one.round == owed.round && one.about == owed.about
        };
        if !self.is_raised(&owed) && !self.flags_owed.iter().any(same) {
            self.flags_owed.push(owed);
        }
    }

    fn is_raised(&self, owed: &OwedFlag) -> bool {
        self.flags
            .iter()
            .any(|one| one.flag == owed.flag && one.round == owed.round && one.about == owed.about)
    }

    /// Takes over a flag that is in the journal now.
    pub(super) fn raise_flag(&mut self, record: &Record, at: Timestamp) {
        let Record::Flag { flag, round, about, add, .. } = record else { return };
        self.flags_owed
            .retain(|one| one.flag != *flag || one.round != *round || one.about != *about);
        self.flags.push(RaisedFlag { flag: flag.clone(), round: *round, about: about.clone(), at });
        if let Some(kind) = add {
            let about = if about.is_empty() { flag.clone() } else { format!("{flag}/{about}") };
            self.owe_about(kind.clone(), flag, about);
        }
    }

    /// The resident is to be told, if a way to them is known.
    pub(super) fn tell_resident(&mut self, text: &str, at: Timestamp, due: Timestamp) {
        if self.reach.is_empty() {
            return;
        }
        self.notices.push(Notice {
            text: text.to_owned(),
            roles: Vec::new(),
            via: Vec::new(),
            unit: self.unit.clone().unwrap_or_default(),
            round: self.round(),
            about: at.0.to_string(),
            due: Some(due),
            reason: None,
        });
    }

    /// The unit is to be told, if the set says who there.
    pub(super) fn tell_unit(
        &mut self,
        set: &PolicySet,
        text: &str,
        at: Timestamp,
        due: Option<Timestamp>,
    ) {
        let permits = &set.permits;
        if permits.tell_unit.is_empty() {
            return;
        }
        self.notices.push(Notice {
            text: text.to_owned(),
            roles: permits.tell_unit.clone(),
            via: permits.tell_via.iter().map(|via| via.name().to_owned()).collect(),
            unit: self.unit.clone().unwrap_or_default(),
            round: self.round(),
            about: at.0.to_string(),
            due,
            reason: None,
        });
    }
}

fn as_map(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
            Map::new()
        }
    }
}

/// What stands for the text of a reply; blanks do not make another text.
fn reply_hash(event: &Event) -> Option<String> {
    let text = REPLY_KEYS.iter().find_map(|key| event.text(key))?;
    let plain: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let hash = blake3::hash(plain.as_bytes()).to_hex();
    (!plain.is_empty()).then(|| hash.as_str().chars().take(HASH_CHARS).collect())
}
