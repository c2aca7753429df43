//! Returns (退单) and rulings: a unit says a ticket is not theirs, somebody else decides.
//!
//! The resident's time never stops for it, and whoever got the ticket stays responsible
//! until a return is accepted or a ruling names another unit (首接负责).
//!
//! Invariants (tests/permits.rs): `a_second_return_goes_to_a_ruling_by_itself`,
//! `the_first_receiver_stays_until_the_ruling`, `a_final_ruling_ends_the_returns`.

use serde::{Deserialize, Serialize};

use super::{Hop, Ticket, clocks::Begin, permit::Refused};
use crate::core::{
    clock::due_after,
    event::{Event, Kind},
    policy::{AfterMax, PolicySet, RULING_CLOCK, ReturnRule},
    timestamp::Timestamp,
};

/// Asks the supervisors who shall have the ticket.
pub(super) const RULING_ASKED: &str = "ruling_asked";

/// One return and what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Return {
    pub round: u32,
    /// The unit that did not want the ticket.
    pub unit: String,
    pub at: Timestamp,
    pub outcome: ReturnOutcome,
    /// Why it went to a ruling by itself, if it did: `after_max`, `same_unit`, `hop_limit`,
    /// `catalogue` (by which it is the duty of this very unit).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ruling: Option<String>,
}

/// What became of a return.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReturnOutcome {
    /// It waits for its ruling.
    Asked,
    /// The ticket left the unit (退单成立).
    Accepted,
    /// The ruling left it with the unit (不当退单).
    Refused,
    /// The policy did not allow it (不当退单).
    Barred,
}

impl Ticket {
    /// A unit returns the ticket. What the policy bars is refused and kept on the list.
    pub(super) fn return_ticket(&mut self, set: &PolicySet, event: &Event) -> Result<(), Refused> {
        let unit = self.unit.clone().unwrap_or_default();
        let round = self.round();
        let mut one =
            Return { round, unit, at: event.at, outcome: ReturnOutcome::Asked, ruling: None };
        match self.may_return(set, event) {
            Err(reason) => {
                if !matches!(reason, Refused::NotDispatched) {
                    one.outcome = ReturnOutcome::Barred;
                    self.returned.push(one);
                }
                Err(reason)
            }
            Ok(by_itself) => {
                one.ruling = by_itself.map(str::to_owned);
                self.returned.push(one);
                self.return_pending = Some(event.at);
                if let Some(reason) = by_itself {
                    let about = event.at.0.to_string();
                    self.owe_about(Kind::of(RULING_ASKED), reason, about);
                }
                Ok(())
            }
        }
    }

    /// Whether the unit may still say that the ticket is not theirs, and why that goes to a ruling by itself.
    fn may_return(&self, set: &PolicySet, event: &Event) -> Result<Option<&'static str>, Refused> {
        let policy = self.policy(set).ok_or(Refused::NotDispatched)?;
        let dispatched = self.hops.last().map(|hop| hop.at).ok_or(Refused::NotDispatched)?;
        let rule = policy.returns.as_ref().filter(|rule| rule.max > 0).ok_or(Refused::NoReturns)?;
        if self.ruled_finally {
            return Err(Refused::RulingIsFinal);
        }
        if self.return_pending.is_some() {
            return Err(Refused::ReturnPending);
        }
        if rule.basis_required && event.text("basis").is_none_or(str::is_empty) {
            return Err(Refused::ReturnWithoutBasis);
        }
        let closes = due_after(set, dispatched, rule.window);
        if event.at > closes {
            return Err(Refused::ReturnTooLate(closes));
        }
        Ok(self.why_ruling(set, rule, event.at))
    }

    fn why_ruling(
        &self,
        set: &PolicySet,
        rule: &ReturnRule,
        at: Timestamp,
    ) -> Option<&'static str> {
        let round = self.round();
        let earlier = || {
            let of_round = self.returned.iter().filter(move |one| one.round == round);
            of_round.filter(|one| one.outcome != ReturnOutcome::Barred)
        };
        match () {
            () if earlier().any(|one| self.unit.as_ref() == Some(&one.unit)) => Some("same_unit"),
            () if earlier().count() as u64 >= u64::from(rule.max) => Some("after_max"),
            () if self.hops.len() as u64 > u64::from(rule.hop_limit) => Some("hop_limit"),
            () if self
                .unit
                .as_ref()
                .is_some_and(|unit| self.is_duty_of(set, unit, at) == Some(true)) =>
            {
                Some("catalogue")
            }
            () => None,
        }
    }

    /// Somebody asks for a ruling, with or without a return.
    pub(super) fn ask_ruling(&mut self, event: &Event) {
        if self.return_pending.is_none() {
            self.return_pending = Some(event.at);
        }
    }

    /// The return is accepted: the ticket goes back to the dispatcher.
    pub(super) fn accept_return(&mut self, set: &PolicySet, event: &Event) {
        self.return_pending = None;
        self.returns += 1;
        self.settle_return(ReturnOutcome::Accepted);
        let back = self.policy(set).and_then(|policy| policy.returns.as_ref()?.back_to.clone());
        let Some(name) = back else { return };
        self.hand_over(event.at, &[name.as_str(), RULING_CLOCK]);
        let Some(policy) = self.rounds.last().map(|round| round.policy) else { return };
        let clocks = &set.policies[policy].clocks;
        if let Some(index) = clocks.iter().position(|rule| rule.name == name) {
            self.start_clock(set, &clocks[index], event, Begin::own(policy, index));
        }
    }

    /// The return is refused: the ticket stays where it is.
    pub(super) fn refuse_return(&mut self) {
        self.return_pending = None;
        self.settle_return(ReturnOutcome::Refused);
    }

    /// A ruling names the unit. The times of the ticket stay; a new unit takes it over anew.
    pub(super) fn rule(&mut self, set: &PolicySet, event: &Event) -> Result<(), Refused> {
        let named = event.text("unit").or(event.unit.as_deref()).filter(|unit| !unit.is_empty());
        let unit = named.ok_or(Refused::RulingWithoutUnit)?.to_owned();
        let policy = self.policy(set).ok_or(Refused::NotDispatched)?;
        let after_max = policy.returns.as_ref().map(|rule| rule.after_max).unwrap_or_default();
        let carried: Vec<&str> = policy
            .clocks
            .iter()
            .filter(|rule| !rule.stop.contains(&Kind::Accepted))
            .map(|rule| rule.name.as_str())
            .collect();
        let asked = self.returned.iter().rev().find(|one| one.outcome == ReturnOutcome::Asked);
        let by_itself = asked.is_some_and(|one| one.ruling.is_some());
        let said = event.data.get("final").and_then(serde_json::Value::as_bool);
        self.ruled_finally = said.unwrap_or(by_itself && after_max == AfterMax::Final);
        self.return_pending = None;
        if self.unit.as_ref() == Some(&unit) {
            self.settle_return(ReturnOutcome::Refused);
        } else {
            self.settle_return(ReturnOutcome::Accepted);
            let began = self.seen.get_key_value(&set.clock_start);
            let began = began.map(|(kind, at)| (kind.clone(), *at));
            self.hand_over(event.at, &carried);
            self.seen.extend(began); // limits still count from there
            self.hops.push(Hop { unit: unit.clone(), at: event.at, ..Hop::default() });
            self.first_unit.get_or_insert_with(|| unit.clone());
            self.unit = Some(unit);
            self.start_clocks(set, event, |rule| {
                rule.start.contains(&set.clock_start) && rule.stop.contains(&Kind::Accepted)
            });
        }
        let due = self.clock("accept").filter(|clock| clock.is_open()).map(|clock| clock.due);
        self.tell_unit(set, "staff.ruling", event.at, due);
        Ok(())
    }

    pub(super) fn settle_return(&mut self, outcome: ReturnOutcome) {
        // Nothing is left to rule on.
        self.follow_ups.retain(|owed| owed.kind.name() != RULING_ASKED);
        let asked = |one: &&mut Return| one.outcome == ReturnOutcome::Asked;
        if let Some(one) = self.returned.iter_mut().rev().find(asked) {
            one.outcome = outcome;
        }
    }

    /// Clocks before belong to the unit before: they end without a verdict, but for those that are carried on.
    pub(super) fn hand_over(&mut self, at: Timestamp, carried: &[&str]) {
        let pause = self.pause.take();
        self.cancel_open(at, |clock| !carried.contains(&clock.key.name.as_str()));
        self.pause = pause;
        if self.clocks.iter().all(|clock| !clock.is_open() || clock.is_running()) {
            self.end_pause(at); // no carried clock stands still
        }
        self.handed_over = Some(at);
        self.seen.retain(|kind, _| matches!(kind, Kind::Received | Kind::Registered));
        self.evidence = super::Evidence::default();
    }
}
