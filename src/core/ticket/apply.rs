//! What each kind of event does to a ticket: stages, answers, rounds.

use serde_json::Value;

use super::{
    Answer, Call, Extension, FollowUp, Handler, Hop, Pause, Refusal, Round, Stage, Ticket,
    call::EXCUSED,
    clocks::starts,
    heard::{ACKNOWLEDGED, HANDOVER_REFUSED},
    permit::{self, Refused},
    select,
};
use crate::core::{
    clock::{Clock, due_after},
    event::{Event, Kind},
    org::Attested,
    policy::{PolicySet, RoleOf},
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
        self.last_event_at = self.last_event_at.max(Some(event.at));
        if !set.knows(&event.kind) {
            self.unknown_kinds += 1;
        }
        let is_first = self.rounds.is_empty();
        self.absorb(set, event);
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
        let began = self.begins_own(set, event, is_first);
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
            self.end_overlays(set, event.at);
            opening.retain(|index| set.policies[*index].overlay.outlives);
        }
        let round = self.round();
        if event.text("overlay").is_none() {
            let clock_start = &set.clock_start;
            self.start_clocks(set, event, |rule| starts(rule, &event.kind, began, clock_start));
            self.seen.entry(event.kind.clone()).or_insert(event.at);
        }
        self.run_overlays(set, event, &opening);
        self.follow_ups.retain(|owed| !owed.is_paid_by(event, round));
        self.hear_called(set, event);
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
        self.absorb_people(set, event);
        if self.dispatched.is_none() && self.rounds.len() <= 1 {
            let chosen = select(set, &self.attributes);
            self.unmapped = chosen.is_some_and(|(_, by_default)| by_default);
            if let Some((policy, _)) = chosen {
                let opened = self.rounds.first().map_or(event.at, |round| round.opened);
                self.rounds = vec![Round { policy, opened, reason: None }];
            }
        }
    }

    /// Whose roles are meant: the handler in person, and the parties that roles of the set belong to.
    fn absorb_people(&mut self, set: &PolicySet, event: &Event) {
        if let (Some(level), Some(person)) =
            (Attested::of(event).handler_level, event.text("handler"))
        {
            self.handler = Some(Handler { person: person.to_owned(), level });
        }
        for role in set.roles.values() {
            if let RoleOf::Party(key) = &role.of
                && let Some(name) = event.text(key)
            {
                self.parties.insert(key.clone(), name.to_owned());
            }
        }
    }

    /// The changes that belong to one kind of event, before its effect on clocks.
    fn change(&mut self, set: &PolicySet, seq: i64, event: &Event) -> Result<(), Refused> {
        permit::may_act(set, event)?;
        match &event.kind {
            Kind::Received | Kind::Registered => {
                self.received.get_or_insert(event.at);
                if event.unit.is_some() && set.clock_start == event.kind {
                    self.dispatch(event);
                }
            }
            Kind::Dispatched => self.dispatch(event),
            Kind::Reassigned => self.reassign(set, event),
            Kind::Accepted => {
                self.reach_stage(Stage::Accepted);
                self.take_over(event);
            }
            Kind::Contacted => self.contacts += 1,
            Kind::CallbackTried if !was_reached(event) => self.tries_missed += 1,
            Kind::Resolved | Kind::Closed => self.reach_stage(Stage::Resolved),
            Kind::Paused => self.pause(set, event)?,
            Kind::Resumed => self.resume(set, event)?,
            Kind::ExtensionAsked => self.extension_asked = Some(event.at),
            Kind::Extended if self.extends_beside(event).is_some() => {
                self.extend_beside(set, event)?;
            }
            Kind::Extended => self.extend(set, event)?,
            Kind::OfflineAction => self.note_offline(set, event),
            Kind::Rated if self.rates_a_unit(event) => {}
            Kind::Custom(name) if &**name == ACKNOWLEDGED => self.acknowledge(event),
            Kind::Custom(name) if &**name == EXCUSED => self.excuse(event),
            Kind::Custom(name) if &**name == HANDOVER_REFUSED => self.handover = None,
            Kind::Returned => {
                permit::may_return(self, set, event)?;
                self.return_pending = Some(event.at);
            }
            Kind::ReturnRefused => self.return_pending = None,
            Kind::Answered | Kind::Rated => self.answer(set, event)?,
            Kind::Redo | Kind::Reopened => self.open_round(set, event)?,
            Kind::SlipWithdrawn => self.withdraw_slip(set, event)?,
            Kind::Custom(name) if &**name == RECLASSIFIED => self.reclassify(set, event),
            Kind::Custom(name) if &**name == "returned_ok" => {
                self.return_pending = None;
                self.returns += 1;
            }
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
    fn dispatch(&mut self, event: &Event) {
        self.reach_stage(Stage::Dispatched);
        self.dispatched.get_or_insert(event.at);
        let Some(unit) = &event.unit else { return };
        let moves = self.unit.as_ref().is_some_and(|old| old != unit);
        self.hops.push(Hop { unit: unit.clone(), at: event.at });
        self.first_unit.get_or_insert_with(|| unit.clone());
        self.unit = Some(unit.clone());
        if moves {
            self.handler = self.handler.take().filter(|_| event.text("handler").is_some());
            self.cancel_open(event.at, |clock| clock.key.name != "dispatch");
            self.handed_over = Some(event.at);
            self.seen.retain(|kind, _| matches!(kind, Kind::Received | Kind::Registered));
        }
    }

    fn pause(&mut self, set: &PolicySet, event: &Event) -> Result<(), Refused> {
        let (kind, until) = permit::may_pause(self, set, event)?;
        let round = self.round();
        let pausable = permit::pause_clocks(self, set);
        for clock in &mut self.clocks {
            let is_own = clock.key.is_own() && clock.key.round == round;
            if is_own && clock.is_running() && pausable.contains(&clock.key.name) {
                clock.pause(&set.calendar, event.at);
            }
        }
        self.pause = Some(Pause { kind, at: event.at, until });
        Ok(())
    }

    fn resume(&mut self, set: &PolicySet, event: &Event) -> Result<(), Refused> {
        if self.pause.take().is_none() {
            return Err(Refused::NotPaused);
        }
        for clock in &mut self.clocks {
            clock.resume(&set.calendar, event.at);
        }
        Ok(())
    }

    fn extend(&mut self, set: &PolicySet, event: &Event) -> Result<(), Refused> {
        let span = permit::may_extend(self, set, event)?;
        self.extension_asked = None;
        let name = self.policy(set).map(|policy| policy.deadline_clock.clone()).unwrap_or_default();
        let round = self.round();
        let open = |clock: &&mut Clock| {
            let key = &clock.key;
            key.is_own() && key.round == round && key.name == name && clock.is_open()
        };
        let Some(clock) = self.clocks.iter_mut().find(open) else {
            return Err(Refused::NoClock(name));
        };
        let due_before = clock.due;
        let due = due_after(set, clock.due, span);
        clock.move_due(&set.calendar, due, event.at);
        self.extensions.push(Extension {
            at: event.at,
            span: span.to_string(),
            due_before,
            due_after: due,
        });
        Ok(())
    }

    /// The first answer of a round counts; later ones stay in the journal as refused.
    fn answer(&mut self, set: &PolicySet, event: &Event) -> Result<(), Refused> {
        let round = self.round();
        if self.answers.iter().any(|answer| answer.round == round) {
            return Err(Refused::AlreadyAnswered);
        }
        let text = |key: &str| event.text(key).map(str::to_owned);
        self.answers.push(Answer {
            round,
            at: event.at,
            contacted: text("contacted"),
            solved: text("solved"),
            satisfied: text("satisfied"),
        });
        let redone = self.redo_condition(set, event).is_some();
        if !redone && trigger::solved(event).is_some() {
            self.owe(Kind::of("evaluated"), "answered");
        }
        Ok(())
    }

    /// Sends the ticket back where a condition of the redo policy holds and a round is left.
    fn raise_conditions(&mut self, set: &PolicySet, event: &Event) {
        if let Some(reason) = self.redo_condition(set, event) {
            self.owe(Kind::Redo, reason);
        }
    }

    fn redo_condition(&self, set: &PolicySet, event: &Event) -> Option<&'static str> {
        let redo = &set.policies[redo_policy(set)?];
        if self.round() == 0 || self.round() >= redo.max_rounds.unwrap_or(ROUNDS_MAX) {
            return None;
        }
        let holding = trigger::conditions(event);
        holding.into_iter().find(|one| redo.triggers.contains(one)).map(trigger::name)
    }

    pub(super) fn owe(&mut self, kind: Kind, reason: &str) {
        let owed = FollowUp {
            kind,
            reason: reason.to_owned(),
            round: self.round(),
            overlay: String::new(),
        };
        if !self.follow_ups.contains(&owed) {
            self.follow_ups.push(owed);
        }
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
        self.rounds.push(Round { policy, opened: event.at, reason });
        self.seen.clear();
        self.tries_missed = 0;
        self.handed_over = None;
        self.pause = None;
        self.return_pending = None;
        self.deadline = event.deadline;
        self.ended = None;
        self.stage = Stage::Dispatched;
        self.start_clocks(set, event, |rule| rule.start.contains(&set.clock_start));
        Ok(())
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

    fn end(&mut self, at: Timestamp) {
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

/// Whether somebody took the call.
fn was_reached(event: &Event) -> bool {
    matches!(event.text("result"), Some("answered" | "connected" | "reached"))
}
