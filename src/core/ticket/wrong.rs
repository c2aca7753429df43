//! Slips that late news show to have been issued without reason.
//!
//! Invariant (tests/ticket.rs): `a_late_event_withdraws_what_it_makes_wrong`.

use super::{Ticket, WrongSlip};
use crate::core::{
    clock::State,
    ladder::place,
    policy::PolicySet,
    record::{Record, StepKey},
    timestamp::Timestamp,
};

impl Ticket {
    /// Notes a slip that, as the journal reads now, should not have been issued.
    pub(super) fn find_wrong(&mut self, set: &PolicySet, record: &Record, at: Timestamp) {
        let Record::Slip { key, .. } = record else { return };
        if let Some(reason) = self.why_wrong(set, key, at) {
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
        if clock.is_acknowledged(key.step, key.repetition) && set.noise.receipt_suppresses {
            return Some("the step was acknowledged before it came again".to_owned());
        }
        let time = place(set, rule, ladder?, clock, &self.attributes_of(clock))
            .into_iter()
            .find(|placed| placed.index == key.step)
            .map(|placed| placed.repetition(set, key.repetition));
        match time {
            Some(time) if time <= at => None,
            Some(time) => Some(format!("the step stands at {time} now")),
            None => Some("the step is not on the ladder of this clock".to_owned()),
        }
    }
}
