//! Which clocks an event stops and starts, and when they are due.

use serde_json::Value;

use super::Ticket;
use crate::core::{
    clock::{Base, Clock, ClockKey, State, due_after},
    event::Event,
    policy::{ClockRule, Policy, PolicySet},
    timestamp::Timestamp,
};

impl Ticket {
    pub(super) fn stop_clocks(&mut self, set: &PolicySet, event: &Event) {
        let round = self.round();
        let mut again: Vec<(usize, usize)> = Vec::new();
        for clock in self.clocks.iter_mut().filter(|c| c.key.round == round && c.is_open()) {
            let rule = &set.policies[clock.policy].clocks[clock.rule];
            let ends_recurrence = rule.recur_until.as_ref() == Some(&event.kind);
            let of_unit = clock.key.unit.is_empty() || event.unit.as_ref() == Some(&clock.key.unit);
            let stops = rule.stop.contains(&event.kind) || ends_recurrence;
            if !of_unit || !stops {
                continue;
            }
            clock.stop(event.at, event.kind.clone());
            if rule.recur_until.is_some() && !ends_recurrence {
                again.push((clock.policy, clock.rule));
            }
        }
        for (policy, index) in again {
            let rule = &set.policies[policy].clocks[index];
            let over = rule.recur_until.as_ref().is_some_and(|until| self.seen.contains_key(until));
            if !over {
                self.start_clock(set, policy, index, rule, event, String::new());
            }
        }
        if self.pause.is_some()
            && !self.clocks.iter().any(|c| matches!(c.state, State::Paused { .. }))
        {
            self.pause = None;
        }
    }

    pub(super) fn start_clocks(
        &mut self,
        set: &PolicySet,
        event: &Event,
        starts: impl Fn(&ClockRule) -> bool,
    ) {
        let Some(policy) = self.rounds.last().map(|round| round.policy) else { return };
        for (index, rule) in set.policies[policy].clocks.iter().enumerate() {
            if !starts(rule) {
                continue;
            }
            for unit in units_of(rule, event) {
                let round = self.round();
                let is_there = self.clocks.iter().any(|clock| {
                    let ClockKey { round: of_round, name, unit: of_unit, .. } = &clock.key;
                    *of_round == round
                        && *name == rule.name
                        && *of_unit == unit
                        && !matches!(clock.state, State::Cancelled { .. })
                        && self.handed_over.is_none_or(|at| clock.started >= at)
                });
                if !is_there {
                    self.start_clock(set, policy, index, rule, event, unit);
                }
            }
        }
    }

    pub(super) fn start_clock(
        &mut self,
        set: &PolicySet,
        policy: usize,
        index: usize,
        rule: &ClockRule,
        event: &Event,
        unit: String,
    ) {
        let given = self.given_due(&set.policies[policy], rule, event);
        let Some(due) = given.or_else(|| self.due_by_span(set, rule, event.at)) else { return };
        let started = event.at;
        let mut key = ClockKey { round: self.round(), name: rule.name.clone(), unit, turn: 0 };
        key.turn = self.turns(&key);
        let base = Base::of(rule.span_for(&self.attributes));
        let mut clock = Clock {
            key,
            policy,
            rule: index,
            base,
            started,
            due,
            budget_ms: base.measure(&set.calendar, started, due).max(0),
            since: started,
            spent_ms: 0,
            given: given.is_some(),
            pauses: Vec::new(),
            state: State::Running,
            fired: Vec::new(),
            brought: Vec::new(),
        };
        // A stop that occurred before the start counts as met (a clock that recurs starts after its own stop).
        let stopped = rule.stop.iter().filter_map(|kind| Some((*self.seen.get(kind)?, kind))).min();
        match stopped.filter(|_| rule.recur_until.is_none()) {
            Some((at, by)) => clock.state = State::Stopped { at, by: by.clone(), met: true },
            None if self.ended.is_some() => return,
            None => {}
        }
        self.clocks.push(clock);
    }

    /// How often a clock of this round, name and unit has started.
    pub(super) fn turns(&self, key: &ClockKey) -> u32 {
        let same = |other: &&Clock| {
            other.key.round == key.round && other.key.name == key.name && other.key.unit == key.unit
        };
        self.clocks.iter().filter(same).count() as u32
    }

    /// The due the source system gives this clock itself.
    fn given_due(&self, policy: &Policy, rule: &ClockRule, event: &Event) -> Option<Timestamp> {
        let named = rule.due_from.as_ref().and_then(|key| event.text(key));
        let deadline =
            || event.deadline.or(self.deadline).filter(|_| rule.name == policy.deadline_clock);
        named.and_then(|text| Timestamp::parse(text).ok()).or_else(deadline)
    }

    /// When the clock is due by its span, rolled into working time if asked.
    pub(super) fn due_by_span(
        &self,
        set: &PolicySet,
        rule: &ClockRule,
        started: Timestamp,
    ) -> Option<Timestamp> {
        let due = due_after(set, started, rule.span_for(&self.attributes)?);
        match rule.roll {
            Some(roll) if !set.calendar.is_open(due) => {
                set.calendar.next_open(due).map(|open| due_after(set, open, roll))
            }
            Some(_) | None => Some(due),
        }
    }

    pub(super) fn cancel_open(&mut self, at: Timestamp, which: impl Fn(&Clock) -> bool) {
        for clock in self.clocks.iter_mut().filter(|clock| clock.is_open() && which(clock)) {
            clock.state = State::Cancelled { at };
        }
        self.pause = None;
    }
}

/// The units a clock starts for: the called ones where the rule is per unit, else the ticket as a whole.
fn units_of(rule: &ClockRule, event: &Event) -> Vec<String> {
    if !rule.per_unit {
        return vec![String::new()];
    }
    match event.data.get("units") {
        Some(Value::Array(units)) => {
            units.iter().filter_map(Value::as_str).map(str::to_owned).collect()
        }
        _ => event.unit.iter().cloned().collect(), // one unit called
    }
}
