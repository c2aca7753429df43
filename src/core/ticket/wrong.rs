//! Slips that late news show to have been issued without reason.
//!
//! Invariant (tests/ticket.rs): `a_late_event_withdraws_what_it_makes_wrong`.

use super::{Ticket, WrongSlip};
use crate::core::{
    clock::State,
    event::Kind,
    ladder::place,
    policy::{PolicySet, Step},
    record::{Record, StepKey},
    timestamp::Timestamp,
};

const OTHER_STEP: &str = "the step is not on the ladder of this clock";

impl Ticket {
    /// Notes a slip that, as the journal reads now, should not have been issued.
    pub(super) fn find_wrong(&mut self, set: &PolicySet, record: &Record, at: Timestamp) {
        let Record::Slip { key, at: written, slip, .. } = record else { return };
        let other = || self.is_other_step(set, key, written, slip).then(|| OTHER_STEP.to_owned());
        if let Some(reason) = self.why_wrong(set, key, at).or_else(other) {
            self.wrong.push(WrongSlip { key: key.clone(), reason });
        }
    }

    fn why_wrong(&self, set: &PolicySet, key: &StepKey, at: Timestamp) -> Option<String> {
        let Some(clock) = self.clocks.iter().find(|clock| clock.key == key.clock) else {
            return Some(format!("the clock `{}` does not run on this ticket", key.clock.name));
        };
        if let State::Stopped { at, by, .. } = &clock.state {
            return Some(format!("`{by}` occurred at {at}, before the step"));
        }
        if !clock.is_running() {
            return Some(format!("the clock `{}` stood still then", key.clock.name));
        }
        let (rule, ladder) = self.rule_of(set, clock)?;
        let step = ladder.and_then(|ladder| ladder.steps.get(usize::from(key.step)));
        let is_acknowledged = step.is_some_and(|step| clock.is_acknowledged(step, key.repetition));
        if is_acknowledged && set.noise.receipt_suppresses {
            return Some("the step was acknowledged before it came again".to_owned());
        }
        if let Some(reason) = step.and_then(|step| self.withholds(step)) {
            return Some(reason);
        }
        let time = place(set, rule, ladder?, clock, &self.attributes_of(clock))
            .into_iter()
            .find(|placed| placed.index == key.step)
            .map(|placed| placed.repetition(set, key.repetition));
        match time {
            Some(time) if time <= at => None,
            Some(time) => Some(format!("the step stands at {time} now")),
            None => Some(OTHER_STEP.to_owned()),
        }
    }

    /// Whether, as the journal reads now, another step stands where this one was written: the clock
    /// climbs another ladder.
    pub(super) fn is_other_step(
        &self,
        set: &PolicySet,
        key: &StepKey,
        at: &str,
        slip: &str,
    ) -> bool {
        let clock = self.clocks.iter().find(|clock| clock.key == key.clock);
        let ladder =
            clock.and_then(|clock| self.rule_of(set, clock)).and_then(|(_, ladder)| ladder);
        let step = ladder.map(|ladder| ladder.steps.get(usize::from(key.step)));
        step.is_some_and(|step| step.is_none_or(|step| step.at_text != at || step.slip != slip))
    }

    /// Why a step does not fire on this ticket as the round stands, if its conditions say so.
    pub fn withholds(&self, step: &Step) -> Option<String> {
        if let Some(kind) = step.unless.iter().find(|kind| self.seen.contains_key(kind)) {
            return Some(format!("`{kind}` has occurred"));
        }
        let lacks = !step.only_if.is_empty()
            && !step.only_if.iter().any(|kind| self.seen.contains_key(kind));
        lacks.then(|| {
            let wanted: Vec<&str> = step.only_if.iter().map(Kind::name).collect();
            format!("`{}` has not occurred", wanted.join("` or `"))
        })
    }
}
