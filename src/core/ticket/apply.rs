//! What each kind of event does to a ticket: stages, answers, rounds.

use serde_json::Value;

use super::{
    Call, Hop, Refusal, Round, Stage, Ticket,
    call::EXCUSED,
    clocks::starts,
    heard::HANDOVER_REFUSED,
    label::LabelState,
    links::{ATTACHED, DETACHED, LEVEL_MAX},
    links::{GROUPED, LEVEL_RAISED, LINKED, TRIGGERED},
    people::may_act,
    permit::Refused,
    returns::{RULING_ASKED, ReturnOutcome},
    select,
    urge::URGED,
};
use crate::core::{
    event::{Event, Kind},
    policy::{LastRound, PolicySet},
    publish::Publication,
    reply,
    slip::ACKNOWLEDGED,
    timestamp::Timestamp,
    trigger,
};

/// Another category, urgency, kind or tags from here on.
pub(super) const RECLASSIFIED: &str = "reclassified";

/// Rounds a ticket may have where its policy does not say.
const ROUNDS_MAX: u32 = 3;

impl Ticket {
    /// Applies one event. What the policy does not allow moves nothing and is noted as refused.
    pub fn apply_event(&mut self, set: &PolicySet, seq: i64, event: &Event) {
        self.lapse_pause(set, event.at);
        self.last_event_at = self.last_event_at.max(Some(event.at));
        let read = reply::read(&set.reply, event);
        let event = read.as_ref();
        if !set.knows(&event.kind) {
            self.unknown_kinds += 1;
        }
        let is_first = self.rounds.is_empty();
        self.absorb(set, event);
        if is_first {
            self.adopt(set, event);
        }
        self.follow_ups.retain(|owed| event.id.as_deref() != Some(&*owed.id()));
        let mut opening = self.opening(set, event);
        let changed = self.may_say(set, event).map_err(Refused::from);
        if let Err(reason) = changed.and_then(|()| self.change(set, seq, event)) {
            self.refusals += 1;
            self.refused.push(Refusal {
                seq,
                event: event.kind.clone(),
                reason: reason.to_string(),
            });
            return;
        }
        self.enter_by_event(set, &event.kind, event.at);
        self.note_decision(event);
        self.publication = Publication::of(event).or(self.publication.take());
        let began = self.begins_own(set, event);
        let Some(policy) = self.policy(set) else { return };
        self.note_due_told(event);
        self.move_named_dues(set, event);
        if event.kind == Kind::Replied && event.text("slip").is_some() {
            return; // a unit's answer to a slip is no answer to the resident
        }
        self.bring_forward(set, event);
        self.stop_clocks(set, event);
        if policy.ends.contains(&event.kind) && event.text("overlay").is_none() {
            self.end(event.at);
            self.end_overlays(set, event);
            opening.retain(|index| set.policies[*index].overlay.outlives);
        }
        let round = self.round();
        if event.text("overlay").is_none() {
            let clock_start = &set.clock_start;
            self.start_clocks(set, event, |rule| starts(rule, &event.kind, began, clock_start));
            self.raise_flags(set, event);
            self.gather(set, event);
            self.seen.entry(event.kind.clone()).or_insert(event.at);
        }
        self.run_overlays(set, event, &opening);
        self.follow_ups.retain(|owed| !owed.is_paid_by(event, round));
        self.hear_called(set, event);
        self.note_news(set, event);
    }

    /// Why an event would move nothing if it came now; `None`: it would count.
    pub fn why_not(&self, set: &PolicySet, event: &Event) -> Option<Refused> {
        let mut after = self.clone();
        after.lapse_pause(set, event.at);
        let said = after.may_say(set, event).map_err(Refused::from);
        said.and_then(|()| after.change(set, 0, event)).err()
    }

    /// Takes over what the event says about the ticket until it is dispatched, and chooses the policy.
    fn absorb(&mut self, set: &PolicySet, event: &Event) {
        let kind = self.attributes.kind.clone();
        self.attributes.learn(event, &set.attributes);
        if self.dispatched.is_some() && set.opens_beside(&event.kind) {
            self.attributes.kind = kind; // it is the kind of the whistle, not of the ticket
        }
        if let Some(Value::Array(ways)) = event.data.get("reach") {
            self.reach = ways.iter().filter_map(Value::as_str).map(str::to_owned).collect();
        }
        if self.deadline.is_none() {
            self.deadline = event.deadline;
        }
        self.absorb_parent(event);
        self.absorb_people(set, event);
        if self.dispatched.is_none() && self.rounds.len() <= 1 {
            if event.kind == Kind::Dispatched
                || (event.kind == set.clock_start && event.unit.is_some())
            {
                self.wear_campaign_tags(set, event.at);
            }
            let chosen = select(set, &self.attributes);
            self.unmapped = chosen.is_some_and(|(_, by_default)| by_default);
            if let Some((policy, _)) = chosen {
                let opened = self.rounds.first().map_or(event.at, |round| round.opened);
                self.rounds = vec![Round { policy, opened, reason: None }];
            }
        }
    }

    /// The changes that belong to one kind of event, before its effect on clocks.
    fn change(&mut self, set: &PolicySet, seq: i64, event: &Event) -> Result<(), Refused> {
        self.refuse_earlier_round(event)?;
        may_act(set, event)?;
        self.guard(set, event)?;
        match &event.kind {
            Kind::Received | Kind::Registered => {
                self.received.get_or_insert(event.at);
                if event.unit.is_some() && set.clock_start == event.kind {
                    self.dispatch(set, event);
                }
            }
            Kind::Dispatched => self.dispatch(set, event),
            Kind::Reassigned => self.reassign(set, event),
            Kind::Accepted => {
                self.reach_stage(Stage::Accepted);
                self.take_over(event);
                if let Some(hop) = self.hops.last_mut() {
                    hop.accepted.get_or_insert(event.at);
                }
            }
            Kind::Contacted => self.contacts += 1,
            Kind::CallbackTried => self.call_tried(set, event)?,
            Kind::Resolved | Kind::Closed => self.reach_stage(Stage::Resolved),
            Kind::Paused => self.pause(set, event)?,
            Kind::Resumed => self.resume(set, event)?,
            Kind::ExtensionAsked => self.ask_extension(set, event)?,
            Kind::Extended if self.extends_beside(event).is_some() => {
                self.extend_beside(set, event)?;
            }
            Kind::Extended => self.extend(set, event)?,
            Kind::Merged => self.merge(event),
            Kind::OfflineAction => self.note_offline(set, event),
            Kind::Rated if self.rates_a_unit(event) => {}
            Kind::Returned => self.return_ticket(set, event)?,
            Kind::ReturnRefused => self.refuse_return(),
            Kind::Answered | Kind::Rated => self.answer(set, event)?,
            Kind::Redo | Kind::Reopened => self.open_round(set, event)?,
            Kind::SlipWithdrawn => self.withdraw_slip(set, event)?,
            Kind::Custom(name) => match &**name {
                ACKNOWLEDGED => self.acknowledge(set, event),
                EXCUSED => self.excuse(event),
                HANDOVER_REFUSED => self.handover = None,
                RECLASSIFIED => self.reclassify(set, event),
                TRIGGERED => self.dispatch(set, event),
                GROUPED => self.join_group(event),
                LEVEL_RAISED => self.raise_level(set, event),
                LINKED => self.link(event),
                ATTACHED => self.attach(event)?,
                DETACHED => self.detach()?,
                URGED => self.urge(set, event)?,
                "returned_ok" => self.accept_return(set, event),
                RULING_ASKED => self.ask_ruling(event),
                "ruled" => self.rule(set, event)?,
                "extension_refused" => self.refuse_extension(set, event)?,
                "review_decided" => self.decide_review(set, event)?,
                "label_proposed" => self.propose_label(event),
                "label_approved" => self.decide_label(event, LabelState::Approved)?,
                "label_refused" => self.decide_label(event, LabelState::Refused)?,
                "repeat_within_30d" => _ = self.repeated.get_or_insert(event.at),
                "visit" => self.contacts += 1,
                "callback_closed" => self.close_callback(event),
                "rechecked" => self.recheck(event),
                "opted_out" => self.callback.opted_out = true,
                "opted_in" => self.callback.opted_out = false,
                _ => {} // facts that only start or stop clocks
            },
            _ => {} // facts that only start or stop clocks
        }
        self.hear_of_slips(set, seq, event)?;
        self.raise_conditions(set, event);
        self.move_deadline(set, event);
        Ok(())
    }

    fn reach_stage(&mut self, stage: Stage) {
        if self.ended.is_none() {
            self.stage = self.stage.max(stage);
        }
    }

    /// The ticket goes to a unit. A second dispatch to another unit hands the open clocks over.
    fn dispatch(&mut self, set: &PolicySet, event: &Event) {
        self.reach_stage(Stage::Dispatched);
        self.dispatched.get_or_insert(event.at);
        let Some(unit) = &event.unit else { return };
        self.find_basis(set, event, unit);
        let moves = self.unit.as_ref().is_some_and(|old| old != unit);
        self.hops.push(Hop {
            unit: unit.clone(),
            at: event.at,
            accepted: None,
            basis: self.basis_of(event),
        });
        self.first_unit.get_or_insert_with(|| unit.clone());
        self.unit = Some(unit.clone());
        if moves {
            self.forget_handler(event);
            if self.return_pending.take().is_some() {
                self.returns += 1; // sent on without a word: the return stood
                self.settle_return(ReturnOutcome::Accepted);
            }
            let policy = self.policy(set);
            let carried = policy.map(|policy| policy.carried.as_slice()).unwrap_or_default();
            let carried: Vec<&str> =
                carried.iter().map(String::as_str).chain(["dispatch"]).collect();
            self.hand_over(event.at, &carried);
        }
    }

    /// On which duty, item or decision the ticket is sent to the unit.
    fn basis_of(&self, event: &Event) -> Option<String> {
        let named = ["duty", "item"].iter().find_map(|key| Some((key, event.text(key)?)));
        match named {
            Some((key, value)) => Some(format!("{key} {value}")),
            None if event.says("basis") => Some("basis".to_owned()),
            None if self.seen.contains_key(&Kind::of("decision")) => Some("decision".to_owned()),
            None => None,
        }
    }

    /// An event that names an earlier round changes nothing there; withdrawing its slips is allowed.
    fn refuse_earlier_round(&self, event: &Event) -> Result<(), Refused> {
        let now = self.round();
        match event.data.get("round").and_then(Value::as_u64) {
            Some(told) if told < u64::from(now) && event.kind != Kind::SlipWithdrawn => {
                Err(Refused::EarlierRound { told, now })
            }
            Some(_) | None => Ok(()),
        }
    }

    /// What the consultation after the last round decided: another round after all, or this is it.
    fn decide_review(&mut self, set: &PolicySet, event: &Event) -> Result<(), Refused> {
        match event.text("decision") {
            Some("redo") => self.open_round(set, event),
            Some(_) => {
                if self.ended.is_none() {
                    // A round may be evaluated by its resident and decided on by a panel after that.
                    self.owe_about(Kind::of("evaluated"), "review_decided", event.at.0.to_string());
                }
                Ok(())
            }
            None => Ok(()),
        }
    }

    /// Sends the ticket back where a condition of the redo policy holds and a round is left.
    fn raise_conditions(&mut self, set: &PolicySet, event: &Event) {
        if let Some(reason) = self.redo_condition(set, event) {
            self.owe(Kind::Redo, &reason);
        }
    }

    pub(super) fn redo_condition(&self, set: &PolicySet, event: &Event) -> Option<String> {
        let redo = &set.policies[redo_policy(set)?];
        if self.round() == 0 || self.round() >= redo.max_rounds.unwrap_or(ROUNDS_MAX) {
            return None;
        }
        trigger::reason(redo, event)
    }

    /// Opens the next round: earlier clocks end without a verdict, the redo policy's begin.
    fn open_round(&mut self, set: &PolicySet, event: &Event) -> Result<(), Refused> {
        let Some(current) = self.rounds.last() else { return Err(Refused::NotDispatched) };
        let policy = redo_policy(set).unwrap_or(current.policy);
        let max = set.policies[policy].max_rounds.unwrap_or(ROUNDS_MAX);
        if event.kind == Kind::Redo && self.round() >= max {
            return Err(Refused::RoundsUsedUp(max));
        }
        self.follow_ups.retain(|owed| !owed.overlay.is_empty());
        self.cancel_open(event.at, |_| true);
        self.call = Call::default();
        let reason = event.text("reason").map(str::to_owned);
        self.raise_by_reason(set, policy, reason.as_deref());
        self.rounds.push(Round { policy, opened: event.at, reason });
        if set.policies[policy].max_rounds == Some(self.round()) {
            self.owe(Kind::of("consult_proposed"), "last_round");
        }
        self.seen.clear();
        self.callback.open_round();
        self.evidence = super::Evidence::default();
        self.handed_over = None;
        self.return_pending = None;
        self.extension_asked = None;
        self.deadline = event.deadline;
        self.ended = None;
        self.stage = Stage::Dispatched;
        self.start_clocks(set, event, |rule| rule.start.contains(&set.clock_start));
        Ok(())
    }

    /// A bad rating raises the level that supervises by one: unit, county, city.
    fn raise_by_reason(&mut self, set: &PolicySet, policy: usize, reason: Option<&str>) {
        let raises = &set.policies[policy].raise_level;
        if reason.is_some_and(|reason| raises.iter().any(|one| one == reason)) {
            let now = self.attributes.values("level").first().and_then(|text| text.parse().ok());
            let next = (now.unwrap_or(1) + 1).min(LEVEL_MAX);
            self.attributes.put("level", &next.to_string(), &set.attributes);
        }
    }

    /// A deadline the source system changes while its clock runs moves the due.
    fn move_deadline(&mut self, set: &PolicySet, event: &Event) {
        let (Some(deadline), Some(policy)) = (event.deadline, self.policy(set)) else { return };
        let (name, round) = (policy.deadline_clock.clone(), self.round());
        for clock in &mut self.clocks {
            let key = &clock.key;
            let is_own = key.is_own() && key.round == round;
            if is_own && key.name == name && clock.is_open() {
                clock.move_due(&set.calendar, deadline, event.at);
            }
        }
    }

    pub(super) fn end(&mut self, at: Timestamp) {
        self.ended = Some(at);
        self.stage = Stage::Ended;
        self.cancel_open(at, |_| true);
        self.follow_ups.retain(|owed| owed.kind == Kind::Redo || !owed.overlay.is_empty());
    }
}

/// The policy that judges rounds after the first, if the set has one.
fn redo_policy(set: &PolicySet) -> Option<usize> {
    set.policies.iter().position(|policy| {
        policy.select.keys.get("kind").is_some_and(|kinds| kinds.iter().any(|kind| kind == "redo"))
    })
}

/// Whether a bad answer in the last round leaves the ticket to its consultation.
pub(super) fn waits_for_review(set: &PolicySet, event: &Event) -> bool {
    let redo = redo_policy(set).map(|index| &set.policies[index]);
    redo.is_some_and(|redo| {
        redo.last_round == LastRound::Waits && trigger::reason(redo, event).is_some()
    })
}
