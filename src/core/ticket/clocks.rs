//! Which clocks an event stops and starts, and when they are due.
//!
//! The clocks of the round's policy and those of each overlay are strands that do not
//! touch each other: an event stops what waits for it in every strand it concerns.

use std::borrow::Cow;

use super::{
    Ticket,
    lane::{Lane, lanes, names},
};
use crate::core::{
    attributes::Attributes,
    clock::{Base, Clock, ClockKey, State, due_before},
    event::{Event, Kind},
    policy::{ClockRule, Policy, PolicySet},
    timestamp::Timestamp,
};

/// Where a clock begins: under which rule of which policy, for whom.
#[derive(Clone, Debug)]
pub(super) struct Begin {
    pub policy: usize,
    pub rule: usize,
    /// The overlay; empty: the round's policy.
    pub overlay: String,
    pub lane: Lane,
}

impl Begin {
    /// A clock of the round's policy, for the ticket as a whole.
    pub fn own(policy: usize, rule: usize) -> Self {
        Self { policy, rule, overlay: String::new(), lane: Lane::default() }
    }
}

impl Ticket {
    pub(super) fn stop_clocks(&mut self, set: &PolicySet, event: &Event) {
        let stands_still = self.stands_still(set, event);
        let mut again: Vec<Begin> = Vec::new();
        for index in 0..self.clocks.len() {
            let clock = &self.clocks[index];
            if !clock.is_open() || !self.is_concerned(&clock.key, event) {
                continue;
            }
            let Some((rule, _)) = self.rule_of(set, clock) else { continue };
            let is_named =
                clock.key.unit.is_empty() || names(event, &rule.units_from, &clock.key.unit);
            let ends_recurrence = rule.recur_until.as_ref() == Some(&event.kind);
            let waits = is_named && (rule.stop.contains(&event.kind) || ends_recurrence);
            let is_stilled = clock.key.is_own() && stands_still.contains(&clock.key.name);
            if !waits && !is_stilled {
                continue;
            }
            if rule.recur_until.is_some() && waits && !ends_recurrence {
                again.push(Begin {
                    policy: clock.policy,
                    rule: clock.rule,
                    overlay: clock.key.overlay.clone(),
                    lane: Lane::of(clock),
                });
            }
            let clock = &mut self.clocks[index];
            if !stands_still.is_empty() {
                clock.resume(&set.calendar, event.at); // what remained is put back later
            }
            if clock.is_told_by(event) {
                clock.lapse(event.at);
            } else {
                clock.stop(event.at, event.kind.clone());
            }
        }
        for begin in again {
            let rule = &set.policies[begin.policy].clocks[begin.rule];
            let seen = self.seen_by(&begin.overlay);
            if !rule.recur_until.as_ref().is_some_and(|until| seen.contains_key(until)) {
                self.start_clock(set, rule, event, begin);
            }
        }
        if self.pause.is_some()
            && !self.clocks.iter().any(|c| matches!(c.state, State::Paused { .. }))
        {
            self.end_pause(event.at);
        }
    }

    /// Whether an event can stop or start this clock: one of the round, or of an open overlay it speaks of.
    fn is_concerned(&self, key: &ClockKey, event: &Event) -> bool {
        if key.is_own() {
            return key.round == self.round() && event.text("overlay").is_none();
        }
        self.overlay(&key.overlay).is_some_and(|overlay| overlay.hears(event))
    }

    /// Starts the clocks of the round's policy that `starts` picks.
    pub(super) fn start_clocks(
        &mut self,
        set: &PolicySet,
        event: &Event,
        starts: impl Fn(&ClockRule) -> bool,
    ) {
        let Some(policy) = self.rounds.last().map(|round| round.policy) else { return };
        self.start_strand(set, event, policy, "", starts);
    }

    /// Starts the clocks of one strand that `starts` picks, each once unless its rule says `again`.
    pub(super) fn start_strand(
        &mut self,
        set: &PolicySet,
        event: &Event,
        policy: usize,
        overlay: &str,
        starts: impl Fn(&ClockRule) -> bool,
    ) {
        let Some(rules) = set.policies.get(policy).map(|policy| &policy.clocks) else { return };
        for (index, rule) in rules.iter().enumerate().filter(|(_, rule)| starts(rule)) {
            for mut lane in lanes(rule, event) {
                if self.is_there(rule, &set.policies[policy].carried, overlay, &lane.unit) {
                    continue;
                }
                if lane.owner.is_empty() {
                    lane.owner = self.place(overlay, rule.owner.as_deref());
                }
                self.call_mut(overlay).add(&rule.units_from, &lane.unit);
                let begin = Begin { policy, rule: index, overlay: overlay.to_owned(), lane };
                self.start_clock(set, rule, event, begin);
            }
        }
    }

    /// Whether the clock has started already and so does not start now.
    fn is_there(&self, rule: &ClockRule, carried: &[String], overlay: &str, unit: &str) -> bool {
        let round = self.round();
        self.clocks.iter().any(|clock| {
            let key = &clock.key;
            let is_same = key.overlay == overlay && key.name == rule.name && key.unit == unit;
            let is_of_now = !key.is_own()
                || key.round == round
                    && (carried.contains(&rule.name)
                        || clock.is_open() // a ruling carried it to the unit that has the ticket now
                        || self.handed_over.is_none_or(|at| clock.started >= at));
            let counts = if rule.again {
                clock.is_open()
            } else {
                !matches!(clock.state, State::Cancelled { .. }) || clock.due_told
            };
            is_same && is_of_now && counts
        })
    }

    pub(super) fn start_clock(
        &mut self,
        set: &PolicySet,
        rule: &ClockRule,
        event: &Event,
        begin: Begin,
    ) {
        let Begin { policy, rule: index, overlay, lane } = begin;
        let is_own = overlay.is_empty();
        let attributes = self.attributes_for(&overlay);
        let given = lane.due.or_else(|| self.given_due(set, &set.policies[policy], rule, event));
        let promise = self.promise(set, rule, &attributes, event.at);
        let Some(due) = given.or(promise.map(|promise| promise.due)) else { return };
        let started = event.at;
        let campaign = promise.filter(|_| given.is_none()).and_then(|promise| promise.campaign);
        let campaign = campaign.map(|campaign| campaign.id.clone());
        let base = Base::of(promise.map(|promise| promise.span));
        let mut key = ClockKey {
            round: self.round(),
            name: rule.name.clone(),
            unit: lane.unit,
            turn: 0,
            overlay,
        };
        key.turn = self.turns(&key);
        // A stop that occurred before the start counts as met; a clock that starts anew waits for a new one.
        let seen = self.seen_by(&key.overlay);
        let stopped = rule.stop.iter().filter_map(|kind| Some((*seen.get(kind)?, kind))).min();
        let stopped = stopped.filter(|_| rule.recur_until.is_none() && !rule.again);
        let state = match stopped {
            Some((at, by)) => State::Stopped { at, by: by.clone(), met: true },
            None if is_own && self.ended.is_some() => return,
            None => State::Running,
        };
        self.clocks.push(Clock {
            key,
            owner: lane.owner,
            policy,
            rule: index,
            base,
            started,
            due,
            budget_ms: base.measure(&set.calendar, started, due).max(0),
            since: started,
            spent_ms: 0,
            given: given.is_some(),
            campaign,
            pauses: Vec::new(),
            state,
            fired: Vec::new(),
            elsewhere: Vec::new(),
            acknowledged_steps: Vec::new(),
            due_told: false,
            brought: Vec::new(),
        });
    }

    /// How often a clock of this round, strand, name and unit has started.
    pub(super) fn turns(&self, key: &ClockKey) -> u32 {
        let same = |other: &&Clock| ClockKey { turn: key.turn, ..other.key.clone() } == *key;
        self.clocks.iter().filter(same).count() as u32
    }

    /// What the rules of a strand look at: an overlay has the kind its opening event gave it.
    pub(super) fn attributes_for(&self, overlay: &str) -> Cow<'_, Attributes> {
        match self.overlay(overlay).and_then(|overlay| overlay.kind.clone()) {
            Some(kind) => Cow::Owned(Attributes { kind: Some(kind), ..self.attributes.clone() }),
            None => Cow::Borrowed(&self.attributes),
        }
    }

    /// What the rules of this clock look at.
    pub fn attributes_of(&self, clock: &Clock) -> Cow<'_, Attributes> {
        self.attributes_for(&clock.key.overlay)
    }

    /// The due the source system gives this clock itself, less the margin we keep.
    fn given_due(
        &self,
        set: &PolicySet,
        policy: &Policy,
        rule: &ClockRule,
        event: &Event,
    ) -> Option<Timestamp> {
        let named = rule.due_from.as_ref().and_then(|key| event.text(key));
        let deadline =
            || event.deadline.or(self.deadline).filter(|_| rule.name == policy.deadline_clock);
        let less = |due| rule.margin.map_or(due, |margin| due_before(set, due, margin));
        named.and_then(|text| Timestamp::parse(text).ok()).map(less).or_else(deadline)
    }

    /// An event that carries a clock's own due anew moves it, unless it is overdue.
    pub(super) fn move_named_dues(&mut self, set: &PolicySet, event: &Event) {
        for index in 0..self.clocks.len() {
            let clock = &self.clocks[index];
            let is_open = clock.is_open() && clock.started < event.at;
            if event.data.is_empty() || !is_open || !self.is_concerned(&clock.key, event) {
                continue;
            }
            let Some((rule, _)) = self.rule_of(set, clock) else { continue };
            let named = rule.due_from.as_ref().and_then(|key| event.text(key));
            let Some(due) = named.and_then(|text| Timestamp::parse(text).ok()) else { continue };
            let due = rule.margin.map_or(due, |margin| due_before(set, due, margin));
            let clock = &mut self.clocks[index];
            if clock.move_due(&set.calendar, due, event.at) {
                clock.due_told = false;
            }
        }
    }

    /// Ends open clocks of the round's policy without a verdict.
    pub(super) fn cancel_open(&mut self, at: Timestamp, which: impl Fn(&Clock) -> bool) {
        let open = |clock: &&mut Clock| clock.key.is_own() && clock.is_open() && which(clock);
        for clock in self.clocks.iter_mut().filter(open) {
            clock.state = State::Cancelled { at };
        }
        self.end_pause(at);
    }

    /// The event duban added because this clock came due is now part of the journal.
    pub(super) fn note_due_told(&mut self, event: &Event) -> bool {
        let told = |clock: &&mut Clock| clock.is_running() && clock.is_told_by(event);
        match self.clocks.iter_mut().find(told) {
            Some(clock) => {
                clock.due_told = true;
                true
            }
            None => false,
        }
    }
}

impl Clock {
    /// The id of the event duban adds at the due: the same for ever for this due of this turn.
    pub fn due_event_id(&self) -> String {
        format!("{DUE_EVENT}{}/{}", self.key, self.due.0)
    }

    /// Whether this is the event duban added because this clock came due.
    pub fn is_told_by(&self, event: &Event) -> bool {
        event.id.as_ref().is_some_and(|id| id.starts_with(DUE_EVENT) && *id == self.due_event_id())
    }
}

/// How the ids of events begin that duban adds at a due.
const DUE_EVENT: &str = "duban/due/";

/// Whether duban added this event because some clock came due.
pub(super) fn is_due_event(event: &Event) -> bool {
    event.id.as_ref().is_some_and(|id| id.starts_with(DUE_EVENT))
}

/// Whether a rule starts with this event in its strand; an overlay begins with the event that opens it.
pub(super) fn starts(rule: &ClockRule, kind: &Kind, began: bool, clock_start: &Kind) -> bool {
    rule.start.contains(kind) || began && rule.start.contains(clock_start)
}
