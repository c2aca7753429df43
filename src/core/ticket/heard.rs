//! Words about a ticket that move a part of it: acknowledgements, hand-overs between units,
//! supervision off line, and extensions of an overlay's clock.

use super::{Hop, Ticket, permit::Refused};
use crate::core::{
    clock::{Clock, ClockKey, Fired, FiredAs, Written, due_after},
    event::Event,
    policy::PolicySet,
    record::StepKey,
    span::Span,
};

/// The unit that was asked to take the ticket over will not.
pub const HANDOVER_REFUSED: &str = "handover_refused";

impl Ticket {
    /// Somebody has seen a step (`data.slip`), or all so far of a clock (`data.clock`) or of the
    /// ticket: it does not come again; the clock runs on.
    pub(super) fn acknowledge(&mut self, set: &PolicySet, event: &Event) {
        let no = self.no.clone();
        let named = event.text("slip");
        let serial = named.and_then(|name| self.serials.get(name)).map(|key| key.text(&no));
        let (slip, name) = (serial.as_deref().or(named), event.text("clock"));
        for index in 0..self.clocks.len() {
            let clock = &self.clocks[index];
            let of_unit = clock.key.unit.is_empty()
                || event.unit.as_ref().is_none_or(|unit| *unit == clock.key.unit);
            let is_other = name.is_some_and(|name| name != clock.key.name) || !of_unit;
            if !clock.is_open() || slip.is_none() && is_other {
                continue;
            }
            let ladder = self.rule_of(set, clock).and_then(|(_, ladder)| ladder);
            let step =
                |fired: &Fired| Some(Written::of(ladder?.steps.get(usize::from(fired.step))?));
            let here = clock.fired.iter().filter_map(|fired| Some((fired, step(fired)?)));
            let elsewhere = clock.elsewhere.iter().map(|one| (&one.fired, one.step.clone()));
            let meant = here.chain(elsewhere).filter(|(fired, _)| {
                let key = self.slip_of(clock, fired);
                key.is_some_and(|key| slip.is_none_or(|slip| key.text(&no) == slip))
            });
            let meant: Vec<Written> = meant.map(|(_, step)| step).collect();
            let acknowledged = &mut self.clocks[index].acknowledged_steps;
            for step in meant {
                if !acknowledged.contains(&step) {
                    acknowledged.push(step);
                }
            }
        }
    }

    /// The slip of a firing that stands, on this clock or on the one it goes on from.
    fn slip_of(&self, clock: &Clock, fired: &Fired) -> Option<StepKey> {
        let (turn, step) = match fired.outcome {
            FiredAs::Slip => (clock.key.turn, fired.step),
            FiredAs::Carried { turn, from } => (turn, from),
            FiredAs::SkippedCatchUp | FiredAs::Withdrawn | FiredAs::Undone => return None,
        };
        let key = ClockKey { turn, ..clock.key.clone() };
        let issued = Fired { step, outcome: FiredAs::Slip, ..*fired };
        let own = self.clocks.iter().find(|clock| clock.key == key)?;
        let Fired { repetition, reissue, .. } = *fired;
        own.fired.contains(&issued).then_some(StepKey { clock: key, step, repetition, reissue })
    }

    /// The ticket goes to another unit, or is offered to it where the policy lets the first stay responsible.
    pub(super) fn reassign(&mut self, set: &PolicySet, event: &Event) {
        let Some(unit) = event.unit.clone() else { return };
        let waits = self.policy(set).is_some_and(|policy| policy.overlay.handover_needs_accept);
        if waits && self.unit.is_some() {
            self.handover = Some(unit);
        } else {
            self.go_to(unit, event);
        }
    }

    /// A unit accepts: if the ticket was offered to it, it is theirs now.
    pub(super) fn take_over(&mut self, event: &Event) {
        if event.unit.is_some() && event.unit == self.handover {
            self.handover = None;
            self.go_to(event.unit.clone().unwrap_or_default(), event);
        }
    }

    fn go_to(&mut self, unit: String, event: &Event) {
        self.unit = Some(unit.clone());
        self.hops.push(Hop { unit, at: event.at, ..Hop::default() });
    }

    /// Remembers a visit, call or meeting of a level of supervision (`by_role`, or `data.level`).
    pub(super) fn note_offline(&mut self, set: &PolicySet, event: &Event) {
        let of_role = event.text("by_role").and_then(|role| set.roles.get(role));
        let said = event.data.get("level").and_then(serde_json::Value::as_u64);
        let level = of_role.map(|role| role.level).or(said.and_then(|n| u8::try_from(n).ok()));
        if let Some(level) = level {
            self.offline.insert(level, event.at);
        }
    }

    /// The clock of an overlay that an extension names (`data.clock`, and `data.overlay` where it must be told apart).
    pub(super) fn extends_beside(&self, event: &Event) -> Option<usize> {
        let name = event.text("clock")?;
        let named = |clock: &Clock| {
            let overlay = self.overlay(&clock.key.overlay);
            clock.key.name == name
                && clock.is_open()
                && overlay.is_some_and(|overlay| overlay.hears(event))
        };
        self.clocks.iter().position(named)
    }

    /// Moves the due of an overlay's clock, as its policy allows.
    pub(super) fn extend_beside(&mut self, set: &PolicySet, event: &Event) -> Result<(), Refused> {
        let Some(index) = self.extends_beside(event) else {
            return Err(Refused::NoClock(event.text("clock").unwrap_or_default().to_owned()));
        };
        let clock = &self.clocks[index];
        let due_before = clock.due;
        let rule = set.policies.get(clock.policy).and_then(|policy| policy.extension.as_ref());
        let rule = rule.filter(|rule| rule.max > 0).ok_or(Refused::NoExtensions)?;
        let name = clock.key.overlay.clone();
        let granted = self.overlay(&name).map_or(0, |overlay| overlay.extensions);
        if granted >= rule.max {
            return Err(Refused::ExtensionsUsedUp(rule.max));
        }
        let approver = rule.approver.clone();
        self.approved(set, event, &approver)?;
        let span = match event.text("span") {
            Some(text) => Span::parse(text).map_err(|_| Refused::BadSpan(text.to_owned()))?,
            None => rule.each,
        };
        let due = due_after(set, due_before, span);
        if event.at > due_before {
            return Err(Refused::ExtensionTooLate(due_before));
        }
        self.clocks[index].move_due(&set.calendar, due, event.at);
        if let Some(overlay) = self.overlays.iter_mut().find(|overlay| overlay.name == name) {
            overlay.extensions += 1;
        }
        Ok(())
    }
}
