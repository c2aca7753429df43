//! What each event does to a ticket of the model, or why it does nothing.

use super::{
    faults::Fault,
    rules::Rules,
    ticket::{Pause, Return, State, Ticket, unit_of},
    told::Told,
    worktime::{Length, Minute},
};

/// Rounds a ticket may have where its policy does not say.
const ROUNDS_MAX: u32 = 3;

/// Why an event moves nothing: as much of duban's reason as tells one from another.
pub type Why = &'static str;

impl Ticket {
    /// Takes one event in. What is refused moves nothing.
    pub fn hear(&mut self, sets: &[Rules], event: &Told, fault: Option<Fault>) -> Result<(), Why> {
        self.lapse(sets, event.at, fault);
        self.owed.retain(|owed| !(event.heard < 0 && owed.kind == event.kind));
        if self.dispatched.is_none() && self.rounds.len() <= 1 {
            // Its class may be known before it is dispatched.
            self.urgency = if self.urgency.is_empty() { event.urgency } else { Some(self.urgency) }
                .unwrap_or_default();
            if !self.urgency.is_empty() {
                self.rounds = vec![sets[self.rules].of_urgency(self.urgency).id.clone()];
            }
        }
        self.change(sets, event, fault)?;
        if self.rounds.is_empty() {
            return Ok(());
        }
        let (round, rules) = (self.round(), &sets[self.rules]);
        for watch in &mut self.watches {
            if watch.round == round && watch.is_open() && rules.stops(&watch.clock, event.kind) {
                watch.stop(event.at);
            }
        }
        self.forget_pause();
        if self.policy(sets).ends.iter().any(|end| end == event.kind) {
            self.ended = true;
            self.cancel(|_| true);
            self.owed.retain(|owed| owed.kind == "redo");
        }
        for clock in self.policy(sets).all_clocks() {
            if clock.start.split('|').any(|start| start == event.kind) && !self.has(&clock.name) {
                self.start(sets, &clock, event.at);
            }
        }
        if !self.has_seen(event.kind) {
            self.seen.push((event.kind.to_owned(), event.at));
        }
        self.owed.retain(|owed| !(owed.kind == event.kind && owed.round == round));
        Ok(())
    }

    /// A pause ends by itself at its maximum (2.2: hard maximum).
    pub fn lapse(&mut self, sets: &[Rules], now: Minute, fault: Option<Fault>) {
        if let Some(pause) = self.pause.filter(|pause| pause.until < now) {
            self.resume(sets, pause.until, fault);
        }
    }

    fn change(&mut self, sets: &[Rules], event: &Told, fault: Option<Fault>) -> Result<(), Why> {
        // policies.toml: 旧轮次证据只读, earlier rounds are read-only.
        if event.round.is_some_and(|round| round < self.round()) {
            return Err("it is about round");
        }
        let needs_a_policy = ["paused", "extension_asked", "extended", "returned", "ruled", "redo"];
        let is_nowhere = event.kind == "returned" && self.hops.is_empty();
        if is_nowhere || self.rounds.is_empty() && needs_a_policy.contains(&event.kind) {
            return Err("the ticket is not dispatched yet");
        }
        match event.kind {
            "dispatched" => self.dispatch(event),
            "paused" => self.stand_still(sets, event)?,
            "resumed" => {
                if self.pause.is_none() {
                    return Err("the ticket is not paused");
                }
                self.resume(sets, event.at, fault);
            }
            "extension_asked" => {
                self.may_extend(sets, event, event.at)?;
                self.asked = Some(event.at);
            }
            "extended" => self.extend(sets, event, fault)?,
            "returned" => self.give_back(sets, event)?,
            "return_refused" | "returned_ok" => self.settle(),
            "ruling_asked" => self.return_waits = true,
            "ruled" => self.rule(sets, event),
            "acknowledged" => self.acknowledge(event.at),
            "answered" => self.answer(sets, event)?,
            "redo" => self.open_round(sets, event)?,
            "reclassified" => {
                self.urgency = event.urgency.expect("the strategy gives it a class");
                let policy = match self.round() {
                    0 => return Ok(()),
                    1 => sets[self.rules].of_urgency(self.urgency).id.clone(),
                    _ => self.policy(sets).id.clone(),
                };
                self.replan(sets, self.rules, &policy, event.at, fault);
            }
            _ => {} // starts or stops clocks and nothing else
        }
        Ok(())
    }

    /// The ticket goes to a unit; another unit begins with clocks of its own (5, each hop).
    fn dispatch(&mut self, event: &Told) {
        let unit = unit_of(event);
        self.dispatched.get_or_insert(event.at);
        self.hops.push((unit, event.at));
        let moves = !self.unit.is_empty() && self.unit != unit;
        self.unit = unit;
        if moves {
            self.settle(); // sent on without a word: the return stood
            self.hand_over(event.at, |_| false);
        }
    }

    /// 2.2: asked before due, approved by the named role, hard maximum.
    fn stand_still(&mut self, sets: &[Rules], event: &Told) -> Result<(), Why> {
        let rules = &sets[self.rules];
        let policy = self.policy(sets);
        let kind = event.pause.expect("the strategy gives it a kind");
        if !policy.pauses.iter().any(|pause| pause == kind) {
            return Err("the policy does not allow pauses of kind");
        }
        if self.pause.is_some() {
            return Err("the ticket is paused already");
        }
        let round = self.round();
        let running = |index: &usize| self.watches[*index].state == State::Running;
        let Some(index) = self.newest("resolve").filter(running) else {
            return Err("the clock `resolve` does not run");
        };
        if event.at > self.watches[index].due {
            return Err("the clock is overdue; a pause must begin before the due");
        }
        let used = self.pauses.iter().filter(|one| **one == round).count();
        if policy.pause_limit.max.is_some_and(|max| used >= max) {
            return Err("all 3 pauses of this round are used");
        }
        approved(event, std::slice::from_ref(&rules.pauses[kind].approver))?;
        let until = rules.time.after(event.at, Length::read(&rules.pauses[kind].max));
        self.watches[index].state = State::Paused(event.at);
        self.pauses.push(round);
        self.pause = Some(Pause { until });
        Ok(())
    }

    /// 2.1: so often, so much each and in all, so long before the due, before the cut-off;
    /// 0, finding 8: after the due it is refused.
    fn may_extend(
        &mut self,
        sets: &[Rules],
        event: &Told,
        asked: Minute,
    ) -> Result<(usize, Length), Why> {
        let policy = self.policy(sets);
        let Some(rule) = &policy.extension else {
            return Err("the policy does not allow extensions");
        };
        let round = self.round();
        let mut used: Vec<Length> =
            self.granted.iter().filter(|(of, _, _)| *of == round).map(|one| one.2).collect();
        if used.len() >= rule.max {
            return Err("all ");
        }
        let length = Length::read(event.span.unwrap_or(&rule.each));
        used.push(length);
        if exceed(&used, Length::read(&rule.total)) {
            return Err("together the extensions would exceed");
        }
        let Some(index) = self.newest("resolve").filter(|index| self.watches[*index].is_open())
        else {
            return Err("the clock `resolve` does not run");
        };
        if self.late_for_extension(sets, index, asked) {
            self.late_requests += 1;
            return Err("asked too late");
        }
        Ok((index, length))
    }

    fn extend(&mut self, sets: &[Rules], event: &Told, fault: Option<Fault>) -> Result<(), Why> {
        let asked = self.asked.unwrap_or(event.at);
        let (index, length) = self.may_extend(sets, event, asked)?;
        approved(event, &self.policy(sets).extension.as_ref().expect("it may be").approver)?;
        if self.watches[index].is_breached(event.at) {
            return Err("asked too late"); // 0, finding 8: after the due time it is refused
        }
        self.asked = None;
        let rules = &sets[self.rules];
        let due = self.watches[index].due;
        if fault != Some(Fault::ExtensionsMoveNothing) {
            self.watches[index].due = rules.time.after(due, length);
        }
        self.granted.push((self.round(), event.at, length));
        Ok(())
    }

    /// 2.1, returns: a basis, a window, so many a round; the next goes to a ruling by itself.
    fn give_back(&mut self, sets: &[Rules], event: &Told) -> Result<(), Why> {
        let verdict = self.may_give_back(sets, event);
        let by_itself = verdict.unwrap_or_default();
        self.returns.push(Return {
            round: self.round(),
            unit: self.unit,
            waits: verdict.is_ok(),
            barred: verdict.is_err(),
            by_itself,
        });
        verdict?;
        self.return_waits = true;
        if by_itself {
            self.owe("ruling_asked", event.at);
        }
        Ok(())
    }

    fn may_give_back(&self, sets: &[Rules], event: &Told) -> Result<bool, Why> {
        let rules = &sets[self.rules];
        let returns = self.policy(sets).returns.as_ref().filter(|returns| returns.max > 0);
        let Some(rule) = returns else { return Err("the policy does not allow returns") };
        if self.ruled_finally {
            return Err("a ruling named the unit finally");
        }
        if self.return_waits {
            return Err("the return before this one waits for its ruling");
        }
        if !event.basis {
            return Err("a return must give its basis");
        }
        let (_, hop) = self.hops.last().expect("it is dispatched");
        if event.at > rules.time.after(*hop, Length::read(&rule.window)) {
            return Err("the window for returns closed at");
        }
        let round = self.round();
        let earlier = || self.returns.iter().filter(|one| one.round == round && !one.barred);
        Ok(earlier().any(|one| one.unit == self.unit)
            || earlier().count() >= rule.max
            || self.hops.len() > rule.hop_limit)
    }

    fn settle(&mut self) {
        self.return_waits = false;
        self.owed.retain(|owed| owed.kind != "ruling_asked"); // nothing is left to rule on
        if let Some(one) = self.returns.iter_mut().rev().find(|one| one.waits) {
            one.waits = false;
        }
    }

    /// 4, staff.ruling: the named unit is the lead, limits unchanged; it accepts anew.
    fn rule(&mut self, sets: &[Rules], event: &Told) {
        let unit = unit_of(event);
        let waits = self.returns.iter().rev().find(|one| one.waits);
        self.ruled_finally = waits.is_some_and(|one| one.by_itself);
        self.settle();
        if self.unit == unit {
            return;
        }
        let rules = &sets[self.rules];
        let began = self.seen.iter().find(|(kind, _)| kind == "dispatched").cloned();
        self.hand_over(event.at, |clock| !rules.stops(clock, "accepted"));
        self.seen.extend(began); // its limits still count from there
        self.hops.push((unit, event.at));
        self.unit = unit;
        for clock in self.policy(sets).all_clocks() {
            let accepts = clock.start == "dispatched" && rules.stops(&clock, "accepted");
            if accepts && !self.has(&clock.name) {
                self.start(sets, &clock, event.at);
            }
        }
    }

    /// 3.1: the first valid answer of a round counts; a bad one sends the ticket back (2.1, redo).
    fn answer(&mut self, sets: &[Rules], event: &Told) -> Result<(), Why> {
        let round = self.round();
        if self.answered.contains(&round) {
            return Err("the round has its answer already");
        }
        self.answered.push(round);
        let left =
            round > 0 && round < sets[self.rules].policy("redo").max_rounds.unwrap_or(ROUNDS_MAX);
        match (event.solved, left) {
            (false, true) => self.owe("redo", 0),
            _ if !self.ended => self.owe("evaluated", 0),
            _ => {} // it is over and stays so
        }
        Ok(())
    }

    /// policies.toml, redo: a new round; the earlier one is read-only from now on.
    fn open_round(&mut self, sets: &[Rules], event: &Told) -> Result<(), Why> {
        let redo = sets[self.rules].policy("redo");
        if self.round() >= redo.max_rounds.unwrap_or(ROUNDS_MAX) {
            return Err("all 3 rounds are used");
        }
        self.owed.clear();
        self.cancel(|_| true);
        self.rounds.push(redo.id.clone());
        self.reopened = Some(event.at);
        self.seen.clear();
        self.handed_over = None;
        self.return_waits = false;
        self.asked = None;
        self.ended = false;
        for clock in redo.all_clocks().iter().filter(|clock| clock.start == "dispatched") {
            self.start(sets, clock, event.at);
        }
        Ok(())
    }
}

/// One of these roles must be named.
fn approved(event: &Told, allowed: &[String]) -> Result<(), Why> {
    match event.approver {
        None => Err("nobody is named who approved this"),
        Some(role) if allowed.iter().any(|one| one == role) => Ok(()),
        Some(_) => Err("may not approve this"),
    }
}

/// Whether lengths together are more than this one; those of another base always are.
fn exceed(lengths: &[Length], limit: Length) -> bool {
    let mut left = match limit {
        Length::Natural(count) | Length::Working(count) | Length::WorkDays(count) => count,
    };
    for length in lengths {
        left -= match (length, limit) {
            (Length::Natural(count), Length::Natural(_))
            | (Length::Working(count), Length::Working(_))
            | (Length::WorkDays(count), Length::WorkDays(_)) => *count,
            _ => return true,
        };
    }
    left < 0
}
