//! A ticket under other rules: its class changed, or another version of the policies holds.
//!
//! What happened stays: elapsed time, pauses, extensions, fired steps and breaches. Only
//! steps that have not fired are planned anew. A clock the new rules do not know ends
//! without a verdict; one they add starts at the event that would have started it.
//!
//! Invariants (tests/replan.rs): `a_breach_is_never_undone_by_other_rules`,
//! `a_step_that_fired_does_not_fire_again_under_other_rules`, `pauses_survive_other_rules`.

use super::{Ticket, clocks::Begin, select};
use crate::core::{
    clock::{Base, Brought, Clock, ClockKey, Elsewhere, Fired, FiredAs, State, Written, due_after},
    event::Event,
    ladder::same_steps,
    policy::{ClockRule, Ladder, PolicySet},
    span::Span,
    timestamp::Timestamp,
};

/// The place of a policy or rule the set in force does not have any more.
const NOWHERE: usize = usize::MAX;

impl Ticket {
    /// The ticket's class changed (category, urgency, tags ...): another policy may hold from now on.
    pub(super) fn reclassify(&mut self, set: &PolicySet, event: &Event) {
        let ladders = self.ladders(set);
        self.attributes.learn_anew(event, &set.attributes);
        let (Some(chosen), Some(current)) = (select(set, &self.attributes), self.rounds.last())
        else {
            return; // not under any policy yet
        };
        // A redo round stays under the redo policy; its spans may still depend on the class.
        let policy = if self.round() == 1 { chosen.0 } else { current.policy };
        if self.round() == 1 {
            self.unmapped = chosen.1;
        }
        self.replan(set, &ladders, policy, event.at);
    }

    /// Another policy set holds from `at` on; `old` judged the ticket until then.
    pub(super) fn migrate(&mut self, old: &PolicySet, new: &PolicySet, at: Timestamp) {
        let ladders: Vec<Option<Ladder>> = self.ladders(old);
        let of_policy = |policy: usize| {
            let id = old.policies.get(policy).map(|policy| policy.id.as_str());
            new.policies.iter().position(|policy| Some(policy.id.as_str()) == id)
        };
        for clock in &mut self.clocks {
            let name = &clock.key.name;
            let place = of_policy(clock.policy).and_then(|policy| {
                let rules = &new.policies[policy].clocks;
                Some((policy, rules.iter().position(|rule| rule.name == *name)?))
            });
            (clock.policy, clock.rule) = place.unwrap_or((NOWHERE, NOWHERE));
        }
        let chosen = select(new, &self.attributes).map(|(policy, _)| policy);
        for round in &mut self.rounds {
            round.policy = of_policy(round.policy).or(chosen).unwrap_or(NOWHERE);
        }
        self.move_overlays(of_policy, at);
        self.judged_by.clone_from(&new.hash);
        if let Some(policy) = self.rounds.last().map(|round| round.policy) {
            self.replan(new, &ladders, policy, at);
        }
        self.replan_beside(new, &ladders, at);
    }

    /// Puts the open clocks of policies beside the ticket's own under the new set. `before` are the ladders
    /// they climbed.
    fn replan_beside(&mut self, set: &PolicySet, before: &[Option<Ladder>], at: Timestamp) {
        for (index, climbed) in before.iter().enumerate() {
            let clock = &self.clocks[index];
            if clock.key.is_own() || !clock.is_open() {
                continue;
            }
            let rules = set.policies.get(clock.policy).map(|policy| &policy.clocks);
            match rules.and_then(|rules| rules.get(clock.rule)) {
                None => self.clocks[index].state = State::Cancelled { at },
                Some(rule) => {
                    self.plan_due(set, rule, index, at);
                    self.change_ladder(set, climbed.as_ref(), index, at);
                }
            }
        }
    }

    /// The ladder each clock climbs now, in the order of the clocks.
    fn ladders(&self, set: &PolicySet) -> Vec<Option<Ladder>> {
        let ladder = |clock| self.rule_of(set, clock).and_then(|(_, ladder)| ladder.cloned());
        self.clocks.iter().map(ladder).collect()
    }

    /// Puts the open clocks of the round under `policy`. `before` are the ladders they climbed.
    fn replan(&mut self, set: &PolicySet, before: &[Option<Ladder>], policy: usize, at: Timestamp) {
        let from = self.rounds.last().map(|round| round.policy);
        if let Some(round) = self.rounds.last_mut() {
            round.policy = policy;
        }
        let Some(rules) = set.policies.get(policy).map(|policy| &policy.clocks) else { return };
        let round = self.round();
        for (index, climbed) in before.iter().enumerate() {
            let clock = &self.clocks[index];
            let is_of_round = clock.policy == NOWHERE || Some(clock.policy) == from;
            let is_own = clock.key.is_own() && clock.key.round == round;
            if !is_own || !clock.is_open() || !is_of_round {
                continue;
            }
            match rules.iter().position(|rule| rule.name == clock.key.name) {
                None => self.clocks[index].state = State::Cancelled { at },
                Some(rule) => {
                    (self.clocks[index].policy, self.clocks[index].rule) = (policy, rule);
                    self.plan_due(set, &rules[rule], index, at);
                    self.change_ladder(set, climbed.as_ref(), index, at);
                }
            }
        }
        self.start_missed(set, policy, rules);
    }

    /// Computes a clock's due by its new rule, from its old start. What came from the source system and
    /// what is breached stays.
    fn plan_due(&mut self, set: &PolicySet, rule: &ClockRule, index: usize, at: Timestamp) {
        let clock = &self.clocks[index];
        let breached = clock.is_overdue(at);
        let Some(promise) = self.promise(set, rule, &self.attributes, clock.started) else {
            return;
        };
        let (planned, span) = (promise.due, promise.span);
        let campaign = promise.campaign.map(|campaign| campaign.id.clone());
        if clock.given || breached {
            return;
        }
        let calendar = &set.calendar;
        let base = Base::of(Some(span));
        let budget_ms = base.measure(calendar, clock.started, planned).max(0);
        let stood_ms: i64 =
            clock.pauses.iter().map(|(from, to)| base.measure(calendar, *from, *to)).sum();
        let spent_ms = base.measure(calendar, clock.started, clock.since) - stood_ms;
        // Each pause moves what it found running by as much as was left then.
        let mut due = clock.pauses.iter().fold(planned, |due, (from, to)| {
            if due < *from {
                return due;
            }
            base.add(calendar, *to, base.measure(calendar, *from, due))
        });
        if set.policies[clock.policy].deadline_clock == rule.name {
            let granted = self.extensions.iter().filter(|one| one.at >= clock.started);
            for span in granted.filter_map(|one| Span::parse(&one.span).ok()) {
                due = due_after(set, due, span);
            }
        }
        let clock = &mut self.clocks[index];
        (clock.base, clock.budget_ms, clock.due) = (base, budget_ms, due);
        clock.campaign = campaign;
        match &mut clock.state {
            State::Paused { at, remaining_ms } => {
                clock.spent_ms = spent_ms + base.measure(calendar, clock.since, *at);
                // No working time may lie between a due that has passed and the pause.
                let is_past = i64::from(due < *at);
                *remaining_ms = base.measure(calendar, *at, due) - is_past;
            }
            _ => clock.spent_ms = spent_ms,
        }
    }

    /// A clock with another ladder goes on as its next turn; steps both ladders have are not fired again,
    /// nor those of an earlier ladder that come back.
    fn change_ladder(
        &mut self,
        set: &PolicySet,
        before: Option<&Ladder>,
        index: usize,
        at: Timestamp,
    ) {
        let after = self.rule_of(set, &self.clocks[index]).and_then(|(_, ladder)| ladder);
        if same_steps(before, after) {
            return;
        }
        let old = &self.clocks[index];
        let step_before = |step: u16| before?.steps.get(usize::from(step));
        let place = |step: &Written| {
            let place = after?.steps.iter().position(|one| step.is(one))?;
            Some(place as u16)
        };
        let known = old.fired.iter().filter(|fired| fired.outcome != FiredAs::Undone);
        let known = known.filter_map(|fired| {
            let step = step_before(fired.step)?;
            let outcome = match fired.outcome {
                FiredAs::Carried { .. } => fired.outcome,
                _ => FiredAs::Carried { turn: old.key.turn, from: fired.step },
            };
            let fired = Fired { outcome, ..*fired };
            Some(Elsewhere { step: Written::of(step), fired })
        });
        let (mut fired, mut elsewhere) = (Vec::new(), Vec::new());
        for one in known.chain(old.elsewhere.iter().cloned()) {
            match place(&one.step) {
                Some(step) => fired.push(Fired { step, ..one.fired }),
                None => elsewhere.push(one),
            }
        }
        let brought = |one: &Brought| {
            let step = step_before(one.step)?;
            Some(Brought { step: place(&Written::of(step))?, ..one.clone() })
        };
        let brought = old.brought.iter().filter_map(brought).collect();
        let mut next = Clock { fired, elsewhere, brought, ..old.clone() };
        next.key.turn = self.turns(&next.key);
        self.clocks[index].state = State::Replaced { at };
        self.clocks.push(next);
    }

    /// Starts the clocks only the new rules have, at the event that would have started them.
    fn start_missed(&mut self, set: &PolicySet, policy: usize, rules: &[ClockRule]) {
        let round = self.round();
        let opened = self.rounds.last().map(|round| round.opened);
        for (index, rule) in rules.iter().enumerate() {
            // What ended with another unit is not this one's.
            let is_of_now = |clock: &Clock| {
                self.handed_over.is_none_or(|at| clock.started >= at)
                    || !matches!(clock.state, State::Cancelled { .. })
            };
            let has = |clock: &Clock| {
                let key = &clock.key;
                key.is_own() && key.round == round && key.name == rule.name && is_of_now(clock)
            };
            if rule.per_unit || self.clocks.iter().any(has) {
                continue;
            }
            let of_round =
                (round > 1 && rule.start.contains(&set.clock_start)).then_some(opened).flatten();
            let seen = rule.start.iter().filter_map(|kind| Some((*self.seen.get(kind)?, kind)));
            let began = of_round.map(|at| (at, &set.clock_start));
            let Some((at, kind)) = seen.min().or(began) else { continue };
            let event = Event::new(self.no.clone(), kind.clone(), at);
            self.start_clock(set, rule, &event, Begin::own(policy, index));
        }
    }

    /// The clock that goes on where this one was replaced.
    pub(crate) fn successor(&self, clock: &Clock) -> Option<&Clock> {
        let mut key = clock.key.clone();
        key.turn += 1;
        matches!(clock.state, State::Replaced { .. })
            .then(|| self.clocks.iter().find(|other| other.key == key))?
    }

    /// The clock this promise runs on now: itself, or the last that replaced it.
    pub(crate) fn latest<'t>(&'t self, clock: &'t Clock) -> &'t Clock {
        self.successor(clock).map_or(clock, |next| self.latest(next))
    }

    /// A step of a replaced clock was undone: it may fall due on the clock that goes on.
    pub(super) fn forget_carried(&mut self, of: &ClockKey, step: u16, repetition: u16) {
        let carried = FiredAs::Carried { turn: of.turn, from: step };
        for clock in &mut self.clocks {
            if (ClockKey { turn: of.turn, ..clock.key.clone() }) == *of {
                let is = |one: &Fired| one.outcome == carried && one.repetition == repetition;
                clock.fired.retain(|one| !is(one));
                clock.elsewhere.retain(|one| !is(&one.fired));
            }
        }
    }

    /// Whether the promise of this clock still waits, on this clock or on the one that replaced it.
    pub fn goes_on(&self, clock: &Clock) -> bool {
        match clock.state {
            State::Running | State::Paused { .. } => true,
            State::Stopped { .. } | State::Cancelled { .. } => false,
            State::Replaced { .. } => self.successor(clock).is_some_and(|next| self.goes_on(next)),
        }
    }
}
