//! A ticket of the model under other rules (2.2, "Policy change").

use super::{
    faults::Fault,
    rules::{Clock, Rules, Step},
    ticket::{State, Ticket, Watch, promised},
    worktime::Minute,
};

impl Ticket {
    /// Puts the open clocks of the round under a policy: elapsed time and pauses stay, a breach
    /// stays, only steps that have not fired are planned anew.
    pub fn replan(
        &mut self,
        sets: &[Rules],
        set: usize,
        policy: &str,
        at: Minute,
        fault: Option<Fault>,
    ) {
        let before = &sets[self.rules];
        self.rules = set;
        let rules = &sets[set];
        let policy = rules.policy(policy);
        let round = self.round();
        policy.id.clone_into(self.rounds.last_mut().expect("it is dispatched"));
        let granted = self.granted.clone();
        for index in 0..self.watches.len() {
            let watch = &mut self.watches[index];
            if watch.round != round || !watch.is_open() {
                continue;
            }
            let Some(clock) = policy.clock(&watch.clock.name) else {
                watch.state = State::Cancelled;
                continue;
            };
            let (old, new) = (before.steps(&watch.clock).to_vec(), rules.steps(&clock).to_vec());
            if !watch.is_breached(at) {
                if fault == Some(Fault::AnotherClassStartsAgain) {
                    watch.started = at;
                }
                watch.promise(rules, &clock);
                if watch.clock.name == "resolve" {
                    for (_, when, length) in &granted {
                        if *when >= watch.started {
                            watch.due = rules.time.after(watch.due, *length);
                        }
                    }
                }
            }
            watch.clock = clock;
            if !same(&old, &new) {
                self.go_on_as_next_turn(index, at);
            }
        }
        self.start_what_is_new(sets);
    }

    /// The same promise on another ladder: its next turn.
    fn go_on_as_next_turn(&mut self, index: usize, at: Minute) {
        let old = self.watches[index].clone();
        let is = |watch: &&Watch| watch.round == old.round && watch.clock.name == old.clock.name;
        let turn = self.watches.iter().filter(is).count() as u32;
        self.watches[index].state = State::Replaced;
        self.watches.push(Watch { turn, after: Some((old.turn, at)), ..old });
    }

    /// Clocks only the new rules have begin where they would have begun; one that this unit had and
    /// another class ended does not begin again.
    fn start_what_is_new(&mut self, sets: &[Rules]) {
        let round = self.round();
        for clock in self.policy(sets).all_clocks() {
            let of_now = |watch: &Watch| self.handed_over.is_none_or(|at| watch.started >= at);
            let has = |watch: &Watch| {
                watch.round == round
                    && watch.clock.name == clock.name
                    && (of_now(watch) || watch.state != State::Cancelled)
            };
            if self.watches.iter().any(has) {
                continue;
            }
            let starts = |kind: &str| clock.start.split('|').any(|start| start == kind);
            let seen = self.seen.iter().filter(|(kind, _)| starts(kind)).map(|(_, at)| *at).min();
            // A redo stands for the dispatch of its round.
            let reopened = self.reopened.filter(|_| starts("dispatched"));
            if let Some(at) = seen.or(reopened) {
                self.start(sets, &clock, at);
            }
        }
    }
}

impl Watch {
    /// The due a clock of this length has that began when this one began and stood still as it did.
    fn promise(&mut self, rules: &Rules, clock: &Clock) {
        let due = promised(rules, clock, self.started);
        self.working = clock.length().is_working();
        self.length = rules.time.between(self.started, due, self.working);
        if self.still.is_empty() {
            self.due = due;
        } else {
            self.due = rules.time.walk(self.started, self.length, self.working, &self.still);
            // Used up when a pause begins, it is due when the pause ends, as after any pause.
            let next = self.still.iter().find(|(from, _)| *from == self.due);
            self.due = next.map_or(self.due, |(_, to)| *to);
        }
    }
}

/// Whether two ladders have the same steps.
fn same(one: &[Step], other: &[Step]) -> bool {
    let is = |(one, other): (&Step, &Step)| one.at == other.at && one.slip == other.slip;
    one.len() == other.len() && one.iter().zip(other).all(is)
}
