//! When the steps of a clock's ladder stand.
//!
//! Steps keep their order on every calendar: a step is never before its predecessor
//! (mixed offsets can cross), and one whose time lies before the start is dropped. A step
//! that an event brought forward takes those it jumps over with it.

use super::{
    attributes::Attributes,
    clock::{Clock, step_after, step_before},
    policy::{ClockRule, Ladder, PolicySet, RoleOf, Step, StepAt},
    timestamp::Timestamp,
};

/// A step of a clock with its time; repetitions are computed from it.
#[derive(Clone, Copy, Debug)]
pub struct Placed<'a> {
    pub index: u16,
    pub step: &'a Step,
    pub time: Timestamp,
}

impl Placed<'_> {
    /// The time of the n-th repetition; the step itself is number 0.
    pub fn repetition(&self, set: &PolicySet, n: u16) -> Timestamp {
        let every = self.step.repeat.map(|repeat| repeat.every);
        (0..n).fold(self.time, |time, _| every.map_or(time, |every| step_after(set, time, every)))
    }

    /// How many times the step may fire in all.
    pub fn times(&self) -> u16 {
        1 + self.step.repeat.map_or(0, |repeat| repeat.max)
    }
}

/// The steps of `ladder` on `clock`, in order, for a ticket with these attributes.
pub fn place<'a>(
    set: &PolicySet,
    rule: &ClockRule,
    ladder: &'a Ladder,
    clock: &Clock,
    attributes: &Attributes,
) -> Vec<Placed<'a>> {
    let skip = rule.skip_for(attributes);
    let mut placed: Vec<Placed<'a>> = Vec::with_capacity(ladder.steps.len());
    for (index, step) in ladder.steps.iter().enumerate() {
        if skip.contains(&step.at_text) {
            continue;
        }
        let own = step_time(set, clock, step.at);
        let brought = clock.brought(index as u16).map(|brought| brought.at);
        if own < clock.started && brought.is_none() {
            continue;
        }
        let clamped = placed.last().map_or(own, |before| own.max(before.time));
        let time = match brought {
            Some(at) if own < clock.started => at,
            Some(at) => clamped.min(at),
            None => clamped,
        };
        placed.push(Placed { index: index as u16, step, time });
    }
    if !clock.brought.is_empty() {
        for before in (1..placed.len()).rev() {
            placed[before - 1].time = placed[before - 1].time.min(placed[before].time);
        }
    }
    placed
}

fn step_time(set: &PolicySet, clock: &Clock, at: StepAt) -> Timestamp {
    match at {
        StepAt::Start => clock.started,
        StepAt::StartPlus(span) => step_after(set, clock.started, span),
        StepAt::StartPercent(percent) => share(set, clock, percent),
        StepAt::DueMinus(span) => step_before(set, clock.due, span),
        StepAt::Due => clock.due,
        StepAt::DuePlus(span) => step_after(set, clock.due, span),
    }
}

/// The instant at which `percent` of the clock is used up, counted in the clock's own base; pauses
/// before it move it.
fn share(set: &PolicySet, clock: &Clock, percent: u8) -> Timestamp {
    let (calendar, base) = (&set.calendar, clock.base);
    let used = base.add(calendar, clock.started, clock.budget_ms * i64::from(percent) / 100);
    clock.pauses.iter().fold(used, |time, (from, to)| {
        if time <= *from {
            return time;
        }
        base.add(calendar, *to, base.measure(calendar, *from, time))
    })
}

/// The roles a step tells and those in copy of its slip, above the level of the leader who does the work.
///
/// A leader who handles the ticket is not urged by their own staff: each role at or below theirs
/// becomes the one the ladder itself goes to next above them, else the lowest role above. What
/// stands at the start of a clock says whose work it is and stays.
pub fn chain(
    set: &PolicySet,
    ladder: &Ladder,
    index: u16,
    handler_level: Option<u8>,
) -> (Vec<String>, Vec<String>) {
    let Some(step) = ladder.steps.get(usize::from(index)) else { return Default::default() };
    let of_slip = set.slips.get(&step.slip).map_or(&[][..], |slip| &slip.cc);
    let mut cc: Vec<String> = step.cc.clone();
    cc.extend(of_slip.iter().filter(|role| !step.cc.contains(role)).cloned());
    let Some(level) = handler_level.filter(|level| *level > 1 && step.at != StepAt::Start) else {
        return (step.to.clone(), cc);
    };
    let is_below = |role: &&String| {
        set.roles.get(*role).is_some_and(|role| role.of == RoleOf::Unit && role.level <= level)
    };
    let above = above(set, ladder, index, level);
    let climb = |roles: &[String], known: &[String]| {
        let mut climbed: Vec<String> = Vec::new();
        for role in roles {
            let told = if is_below(&role) { above.as_ref().unwrap_or(role) } else { role };
            if !climbed.contains(told) && !known.contains(told) {
                climbed.push(told.clone());
            }
        }
        climbed
    };
    let to = climb(&step.to, &[]);
    let cc = climb(&cc, &to);
    (to, cc)
}

/// The first role above `level` that the ladder goes to from here on, else the lowest of the set.
fn above(set: &PolicySet, ladder: &Ladder, index: u16, level: u8) -> Option<String> {
    let is_above = |role: &str| {
        set.roles.get(role).is_some_and(|role| role.of == RoleOf::Unit && role.level > level)
    };
    let later = ladder.steps.iter().skip(usize::from(index)).flat_map(|step| &step.to);
    let own = later.into_iter().find(|role| is_above(role)).cloned();
    own.or_else(|| {
        let above = set.roles.iter().filter(|(name, _)| is_above(name));
        above.min_by_key(|(name, role)| (role.level, *name)).map(|(name, _)| name.clone())
    })
}

/// Whether two steps stand for the same promise: the same place on the clock and the same slip.
pub fn is_same(one: &Step, other: &Step) -> bool {
    one.at_text == other.at_text && one.slip == other.slip
}

/// Whether two ladders have the same steps in the same order, so that a step keeps its number.
pub fn same_steps(one: Option<&Ladder>, other: Option<&Ladder>) -> bool {
    match (one, other) {
        (None, None) => true,
        (Some(one), Some(other)) => {
            one.steps.len() == other.steps.len()
                && one.steps.iter().zip(&other.steps).all(|(one, other)| is_same(one, other))
        }
        (Some(_), None) | (None, Some(_)) => false,
    }
}
