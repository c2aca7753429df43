//! Receipts, replies and withdrawals of slips, and steps an event brings forward.

use super::{
    Ticket,
    permit::{Refused, may_withdraw},
};
use crate::core::{
    clock::{Brought, Clock, Fired, FiredAs},
    event::{Event, Kind},
    policy::PolicySet,
    record::{Record, StepKey},
    slip::{ACKNOWLEDGED, FIELD_CHARS_MAX, Heard, REPLY_FIELDS, SlipState},
};

impl Ticket {
    /// Whether the event names a slip by its serial, which only the whole journal can resolve.
    pub fn names_a_serial(&self, event: &Event) -> bool {
        let is_key = |name: &str| {
            name.strip_prefix(self.no.as_str()).is_some_and(|rest| rest.starts_with("/r"))
        };
        event.text("slip").is_some_and(|name| !is_key(name))
    }

    /// Remembers the serial of a slip until the fold is through.
    pub(super) fn note_serial(&mut self, record: &Record) {
        if let Record::Slip { key, serial: Some(serial), .. } = record {
            self.serials.insert(serial.clone(), key.clone());
        }
    }

    /// Waits for what an issued slip asks for.
    pub(super) fn await_slip(&mut self, record: &Record) {
        let Record::Slip { key, slip, receipt_due, reply_due, .. } = record else { return };
        if receipt_due.is_none() && reply_due.is_none() {
            return;
        }
        let (receipt_due, reply_due) = (*receipt_due, *reply_due);
        self.slips.push(SlipState {
            receipt_due,
            reply_due,
            ..SlipState::new(key.clone(), slip.as_str())
        });
    }

    /// Takes receipts, replies and their absence out of an event.
    pub(super) fn hear_of_slips(
        &mut self,
        set: &PolicySet,
        seq: i64,
        event: &Event,
    ) -> Result<(), Refused> {
        let heard = || Heard { at: event.at, by: event.by.clone(), seq };
        match (&event.kind, event.text("slip")) {
            (Kind::Custom(kind), Some(name)) if &**kind == ACKNOWLEDGED => {
                let key = self.standing(name)?;
                let state = self.state_of(set, key);
                if state.receipted.is_some() {
                    return Err(Refused::AlreadyReceipted(name.to_owned()));
                }
                state.receipted = Some(heard());
                let adds = set.slips.get(&state.kind).and_then(|kind| kind.receipt_adds.clone());
                if let Some(kind) = adds.filter(|kind| !self.seen.contains_key(kind)) {
                    self.owe(kind, "receipt");
                }
            }
            (Kind::Replied, Some(name)) => {
                let key = self.standing(name)?;
                says_something(event)?;
                let state = self.state_of(set, key);
                if state.replied.is_some() {
                    return Err(Refused::AlreadyReplied(name.to_owned()));
                }
                state.replied = Some(heard());
            }
            (kind, Some(name)) if set.is_missing_kind(kind) => self.miss(set, event, name)?,
            _ => self.hear_likewise(set, event, &heard()), // says nothing of one slip by name
        }
        Ok(())
    }

    /// Notes that a receipt or reply is missing, unless it came in time after all.
    fn miss(&mut self, set: &PolicySet, event: &Event, name: &str) -> Result<(), Refused> {
        let key = self.standing(name)?;
        let state = self.state_of(set, key);
        let kind = set.slips.get(&state.kind);
        let of_reply = kind.is_some_and(|kind| kind.missing_reply.as_ref() == Some(&event.kind));
        let came = if of_reply { &state.replied } else { &state.receipted };
        if came.is_some() {
            return Err(Refused::NotMissing(name.to_owned()));
        }
        let missed = if of_reply { &mut state.reply_missed } else { &mut state.receipt_missed };
        missed.get_or_insert(event.at);
        Ok(())
    }

    /// Events of the ticket that count as the receipt or the reply of its newest slip of a kind.
    fn hear_likewise(&mut self, set: &PolicySet, event: &Event, heard: &Heard) {
        for kind in set.receipted_by(event) {
            if let Some(key) = self.newest(set, kind) {
                self.state_of(set, key).receipted.get_or_insert_with(|| heard.clone());
            }
        }
        for kind in set.replied_by(event) {
            if let Some(key) = self.newest(set, kind) {
                self.state_of(set, key).replied.get_or_insert_with(|| heard.clone());
            }
        }
    }

    /// Takes a slip back: a withdrawn step stays done, one undone by a late event may fire again.
    pub(super) fn withdraw_slip(&mut self, set: &PolicySet, event: &Event) -> Result<(), Refused> {
        let name = event.text("slip").unwrap_or_default();
        let (no, serial) = (self.no.clone(), self.serials.get(name));
        let key = serial.map_or_else(|| name.to_owned(), |key| key.text(&no));
        let of_key = |clock: &Clock, fired: &Fired| step_key(clock, fired).text(&no) == key;
        let kind = self.clocks.iter().find_map(|clock| {
            let fired = clock.fired.iter().find(|fired| of_key(clock, fired))?;
            self.kind_of(set, &step_key(clock, fired))
        });
        let kind = kind.as_deref().and_then(|kind| set.slips.get(kind));
        may_withdraw(event, kind.map_or(&[][..], |kind| &kind.withdraw_by))?;
        let outcome =
            if event.text("again").is_some() { FiredAs::Undone } else { FiredAs::Withdrawn };
        let mut found = self.wrong.iter().any(|wrong| wrong.key.text(&no) == key);
        self.wrong.retain(|wrong| wrong.key.text(&no) != key);
        let mut undone = None;
        for clock in &mut self.clocks {
            for index in 0..clock.fired.len() {
                let fired = &clock.fired[index];
                if fired.outcome == FiredAs::Slip && of_key(clock, fired) {
                    undone = (outcome == FiredAs::Undone).then(|| step_key(clock, fired));
                    clock.fired[index].outcome = outcome;
                    found = true;
                }
            }
        }
        if let Some(step) = undone {
            self.forget_carried(&step.clock, step.step, step.repetition);
        }
        self.slips.retain(|state| state.key.text(&no) != key);
        if found { Ok(()) } else { Err(Refused::NoSuchSlip(name.to_owned())) }
    }

    /// Brings steps forward that wait for this event: those of the clock its slip is about, else of any.
    pub(super) fn bring_forward(&mut self, set: &PolicySet, event: &Event) {
        let of_slip = event.text("slip").and_then(|name| {
            let key = self.standing(name).ok()?;
            let clock = self.clocks.iter().find(|clock| clock.key == key.clock)?;
            Some(self.latest(clock).key.clone())
        });
        let round = self.round();
        let mut brought = Vec::new();
        for (index, clock) in self.clocks.iter().enumerate() {
            let concerned = of_slip.as_ref().is_none_or(|key| *key == clock.key);
            let Some((_, Some(ladder))) = self.rule_of(set, clock) else { continue };
            if clock.key.round != round || !clock.is_open() || !concerned {
                continue;
            }
            let steps = (0_u16..).zip(&ladder.steps);
            let waits = steps.filter(|(_, step)| step.also_on.as_ref() == Some(&event.kind));
            let fresh = waits
                .filter(|(step, _)| !clock.is_done(*step, 0) && clock.brought(*step).is_none());
            brought.extend(
                fresh.map(|(step, _)| {
                    (index, Brought { step, at: event.at, by: event.kind.clone() })
                }),
            );
        }
        for (index, one) in brought {
            self.clocks[index].brought.push(one);
        }
    }

    /// The key of a slip that stands, by its key or serial.
    fn standing(&self, name: &str) -> Result<StepKey, Refused> {
        let by_serial = self.serials.get(name);
        let is = |key: &StepKey| match by_serial {
            Some(wanted) => key == wanted,
            None => key.text(&self.no) == name,
        };
        let fired = self
            .clocks
            .iter()
            .flat_map(|clock| clock.fired.iter().map(move |fired| (step_key(clock, fired), fired)))
            .find(|(key, fired)| {
                (fired.outcome == FiredAs::Slip || fired.is_withdrawn()) && is(key)
            });
        match fired {
            Some((key, fired)) if !fired.is_withdrawn() => Ok(key),
            Some(_) => Err(Refused::SlipWithdrawn(name.to_owned())),
            None => Err(Refused::NoSuchSlip(name.to_owned())),
        }
    }

    /// The newest slip of this kind that stands in this round.
    fn newest(&self, set: &PolicySet, kind: &str) -> Option<StepKey> {
        let round = self.round();
        let clocks = self.clocks.iter().rev().filter(|clock| clock.key.round == round);
        let mut slips = clocks.flat_map(|clock| {
            let stands = clock.fired.iter().rev().filter(|fired| fired.outcome == FiredAs::Slip);
            stands.map(move |fired| step_key(clock, fired))
        });
        slips.find(|key| self.kind_of(set, key).as_deref() == Some(kind))
    }

    fn kind_of(&self, set: &PolicySet, key: &StepKey) -> Option<String> {
        if let Some(state) = self.slips.iter().find(|state| state.key == *key) {
            return Some(state.kind.clone());
        }
        let own = self.clocks.iter().find(|clock| clock.key == key.clock)?;
        let clock = self.latest(own);
        let step = if clock.key == own.key {
            key.step
        } else {
            let outcome = FiredAs::Carried { turn: own.key.turn, from: key.step };
            let is = |one: &&Fired| one.outcome == outcome && one.repetition == key.repetition;
            clock.fired.iter().find(is)?.step
        };
        let (_, ladder) = self.rule_of(set, clock)?;
        ladder?.steps.get(usize::from(step)).map(|step| step.slip.clone())
    }

    /// What is known of a slip that stands; from now on there is something.
    fn state_of(&mut self, set: &PolicySet, key: StepKey) -> &mut SlipState {
        let known = self.slips.iter().position(|state| state.key == key);
        let index = known.unwrap_or_else(|| {
            let kind = self.kind_of(set, &key).unwrap_or_default();
            self.slips.push(SlipState::new(key, kind));
            self.slips.len() - 1
        });
        &mut self.slips[index]
    }
}

fn step_key(clock: &Clock, fired: &Fired) -> StepKey {
    let Fired { step, repetition, reissue, .. } = *fired;
    StepKey { clock: clock.key.clone(), step, repetition, reissue }
}

/// A reply has something in it, and no field without a bound.
fn says_something(event: &Event) -> Result<(), Refused> {
    let text = |key| event.text(key).unwrap_or_default().trim();
    if text("done").is_empty() && text("plan").is_empty() {
        return Err(Refused::EmptyReply);
    }
    match REPLY_FIELDS.into_iter().find(|field| text(field).chars().count() > FIELD_CHARS_MAX) {
        Some(field) => Err(Refused::LongReply { field, max: FIELD_CHARS_MAX }),
        None => Ok(()),
    }
}
