//! Doubts about a set that reads well: what works, but not as its writer thinks.
//!
//! * A policy behind an earlier one that takes all its tickets is never used.
//! * Names in overlays that nothing answers to.
//! * A role for last steps only (`last_step_only`) is told by an earlier one.
//! * Steps whose offsets are in different bases can cross (`due+4wh` after 17:00 falls later
//!   than `due+1wd` at 09:00). At run time a step waits for the one before it; here a sample
//!   of starts shows where that happens.

use jiff::civil::{Date, Time};

use super::{case::Spot, complaint::Complaint};
use crate::core::{
    clock::{Base, due_after, step_after, step_before},
    event::Kind,
    policy::{ClockRule, Place, Policy, PolicySet, Selector, StepAt},
    span::Span,
    timestamp::Timestamp,
};

/// Where ladders and selectors stand in the files.
#[derive(Debug, Default)]
pub struct Spots {
    /// Per ladder, per step.
    pub steps: Vec<Vec<Spot>>,
    /// Per policy: its selector.
    pub policies: Vec<Spot>,
}

/// Days a sample goes on for: two weekends and what lies between.
const SAMPLE_DAYS: u32 = 14;
/// Clock times of the sample: night, both sides of usual openings, closings and lunches.
const SAMPLE_TIMES: [(i8, i8); 8] =
    [(0, 30), (8, 59), (10, 0), (11, 50), (13, 0), (15, 30), (17, 10), (21, 0)];

/// All doubts; only for sets without errors in ladders and clocks.
pub fn doubts(set: &PolicySet, spots: &Spots, now: Timestamp) -> Vec<Complaint> {
    let mut doubts = shadowed(set, spots);
    doubts.extend(crossings(set, spots, now));
    doubts.extend(beside(set, spots));
    doubts.extend(too_early(set, spots));
    doubts
}

/// Steps before the last that tell a role only the last step may reach.
fn too_early(set: &PolicySet, spots: &Spots) -> Vec<Complaint> {
    let mut doubts = Vec::new();
    for (ladder, spots) in set.ladders.iter().zip(&spots.steps) {
        let last = ladder.steps.len().saturating_sub(1);
        for (step, spot) in ladder.steps.iter().zip(spots).take(last) {
            let of_slip = set.slips.get(&step.slip).into_iter().flat_map(|slip| &slip.cc);
            let told = step.to.iter().chain(&step.cc).chain(of_slip);
            let early = told
                .into_iter()
                .find(|role| set.roles.get(*role).is_some_and(|role| role.last_step_only));
            if let Some(role) = early {
                doubts.push(spot.warn(format!(
                    "step `{}` of ladder `{}` tells `{role}`, whom only the last step may reach",
                    step.at_text, ladder.id
                )));
            }
        }
    }
    doubts
}

/// Names in overlays that nothing answers to.
fn beside(set: &PolicySet, spots: &Spots) -> Vec<Complaint> {
    let mut doubts = Vec::new();
    let runs = |name: &String| set.policies.iter().flat_map(|p| &p.clocks).any(|c| c.name == *name);
    for (policy, spot) in set.policies.iter().zip(&spots.policies) {
        for name in policy.overlay.stands_still.iter().filter(|name| !runs(name)) {
            doubts.push(spot.warn(format!(
                "policy `{}` lets clock `{name}` stand still, but no policy has such a clock",
                policy.id
            )));
        }
        for rule in &policy.clocks {
            let unheard = rule.start.iter().filter_map(|kind| kind.name().strip_suffix("_all"));
            for kind in unheard.filter(|kind| !is_said_by_each(policy, kind)) {
                doubts.push(spot.warn(format!(
                    "clock `{}` of policy `{}` waits for `{kind}_all`, but no clock of it with \
                     `per_unit` stops on `{kind}`, so it starts only if a platform says so",
                    rule.name, policy.id
                )));
            }
        }
    }
    doubts
}

/// Whether each of those a policy calls says this: then duban adds `KIND_all`.
fn is_said_by_each(policy: &Policy, kind: &str) -> bool {
    let kind = Kind::of(kind);
    policy.clocks.iter().any(|rule| rule.per_unit && rule.stop.contains(&kind))
}

fn shadowed(set: &PolicySet, spots: &Spots) -> Vec<Complaint> {
    let mut doubts = Vec::new();
    for (index, policy) in set.policies.iter().enumerate() {
        if policy.overlay.place == Place::Beside {
            continue; // it opens beside other policies and takes no ticket of its own
        }
        if policy.select.keys.is_empty() {
            let items = set.catalogue.iter().flat_map(|catalogue| catalogue.items());
            let is_reached = set.default_policy == Some(index)
                || !policy.overlay.on.is_empty()
                || items.into_iter().any(|item| item.policy == Some(index));
            if let Some(spot) = spots.policies.get(index).filter(|_| !is_reached) {
                doubts.push(spot.warn(format!(
                    "policy `{}` is never used: it selects nothing and is not the `default_policy`",
                    policy.id
                )));
            }
            continue;
        }
        let earlier = set.policies[..index]
            .iter()
            .find(|p| p.precedence >= policy.precedence && covers(&p.select, &policy.select));
        if let (Some(earlier), Some(spot)) = (earlier, spots.policies.get(index)) {
            doubts.push(spot.warn(format!(
                "policy `{}` is never used: `{}` stands before it and takes the same tickets",
                policy.id, earlier.id
            )));
        }
    }
    doubts
}

/// Whether `first` takes every ticket `second` takes, with as many matched keys.
fn covers(first: &Selector, second: &Selector) -> bool {
    let takes = |key: &str, value: &String| {
        let values = first.keys.get(key).into_iter().flatten();
        let below = |whole: &str| {
            matches!(key, "category" | "area") && value.starts_with(&format!("{whole}/"))
        };
        values.into_iter().any(|whole| whole == value || below(whole))
    };
    first.keys.keys().eq(second.keys.keys())
        && second.keys.iter().all(|(key, values)| values.iter().all(|value| takes(key, value)))
}

fn crossings(set: &PolicySet, spots: &Spots, now: Timestamp) -> Vec<Complaint> {
    let starts = sample(set, now);
    let mut doubts: Vec<Complaint> = Vec::new();
    for policy in &set.policies {
        for clock in &policy.clocks {
            for (ladder, step, start) in crossing(set, clock, &starts) {
                let Some(spot) = spots.steps.get(ladder).and_then(|steps| steps.get(step)) else {
                    continue;
                };
                doubts.push(spot.warn(told(set, policy, clock, (ladder, step), start)));
            }
        }
    }
    // One doubt for each step, however many clocks use the ladder.
    let mut seen = std::collections::BTreeSet::new();
    doubts.retain(|doubt| seen.insert((doubt.file.clone(), doubt.line, doubt.column)));
    doubts
}

fn told(
    set: &PolicySet,
    policy: &Policy,
    clock: &ClockRule,
    (ladder, step): (usize, usize),
    start: Timestamp,
) -> String {
    let steps = &set.ladders[ladder].steps;
    format!(
        "step `{}` can fall before `{}`, and then waits for it: clock `{}` of policy `{}` \
         started {}",
        steps[step].at_text,
        steps[step - 1].at_text,
        clock.name,
        policy.id,
        set.calendar.zone().to_datetime(start.jiff()).strftime("%Y-%m-%d %H:%M")
    )
}

/// Each step of a clock's ladders that falls before its predecessor, with the first such start.
fn crossing(
    set: &PolicySet,
    clock: &ClockRule,
    starts: &[Timestamp],
) -> Vec<(usize, usize, Timestamp)> {
    let own = (clock.span, clock.ladder, &clock.skip);
    let variants = clock.variants.iter().map(|variant| {
        let skip = variant.skip.as_ref().unwrap_or(&clock.skip);
        (variant.span.or(clock.span), variant.ladder.or(clock.ladder), skip)
    });
    let climbed = [own].into_iter().chain(variants);
    climbed
        .flat_map(|(span, ladder, skip)| match (span, ladder) {
            (Some(span), Some(ladder)) => crossing_on(set, (span, ladder, skip), starts),
            (None, _) | (_, None) => Vec::new(),
        })
        .collect()
}

fn crossing_on(
    set: &PolicySet,
    (span, index, skip): (Span, usize, &[String]),
    starts: &[Timestamp],
) -> Vec<(usize, usize, Timestamp)> {
    let Some(ladder) = set.ladders.get(index) else { return Vec::new() };
    let mut found: Vec<(usize, usize, Timestamp)> = Vec::new();
    for start in starts {
        let due = due_after(set, *start, span);
        let times: Vec<Option<Timestamp>> = ladder
            .steps
            .iter()
            .map(|step| Some(unclamped(set, step.at, *start, due, span)).filter(|t| t >= start))
            .collect();
        for step in 1..times.len() {
            let crosses = matches!((times[step - 1], times[step]), (Some(a), Some(b)) if b < a);
            let left_out =
                [step - 1, step].iter().any(|i| skip.contains(&ladder.steps[*i].at_text));
            if crosses && !left_out && !found.iter().any(|(_, known, _)| *known == step) {
                found.push((index, step, *start));
            }
        }
    }
    found
}

/// Where a step stands by its own words, whatever stands before it.
fn unclamped(
    set: &PolicySet,
    at: StepAt,
    start: Timestamp,
    due: Timestamp,
    span: Span,
) -> Timestamp {
    match at {
        StepAt::Start => start,
        StepAt::StartPlus(offset) => step_after(set, start, offset),
        StepAt::StartPercent(percent) => {
            let base = Base::of(Some(span));
            let whole = base.measure(&set.calendar, start, due);
            base.add(&set.calendar, start, whole * i64::from(percent) / 100)
        }
        StepAt::DueMinus(offset) => step_before(set, due, offset),
        StepAt::Due => due,
        StepAt::DuePlus(offset) => step_after(set, due, offset),
    }
}

/// Starts over two weeks, at all hours.
fn sample(set: &PolicySet, now: Timestamp) -> Vec<Timestamp> {
    let first = set.calendar.date_of(now);
    let days = std::iter::successors(Some(first), |day: &Date| day.tomorrow().ok());
    days.take(SAMPLE_DAYS as usize)
        .flat_map(|day| {
            SAMPLE_TIMES.map(|(hour, minute)| (day, Time::constant(hour, minute, 0, 0)))
        })
        .map(|(day, time)| set.calendar.at(day, time))
        .collect()
}
