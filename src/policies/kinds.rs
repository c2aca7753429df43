//! Every kind of event a set names anywhere that is not a standard one.

use std::collections::BTreeSet;

use super::trigger;
use crate::core::{
    agenda::Schedule,
    event::Kind,
    policy::PolicySet,
    slip::{ACKNOWLEDGED, SlipKind},
};

/// The kinds a set adds to the standard ones.
pub fn kinds(set: &PolicySet) -> BTreeSet<Kind> {
    let clocks = set.policies.iter().flat_map(|policy| &policy.clocks);
    let of_clocks =
        clocks.flat_map(|c| c.stop.iter().chain(&c.start).chain(&c.recur_until).chain(&c.on_due));
    let of_policies = set.policies.iter().flat_map(|p| {
        let beside = p.overlay.on.iter().chain(&p.overlay.puts_back).chain(p.tell.keys());
        p.ends.iter().chain(beside).chain(p.overlay.only.keys())
    });
    let of_steps = set
        .ladders
        .iter()
        .flat_map(|ladder| &ladder.steps)
        .flat_map(|s| s.also_on.iter().chain(&s.only_if).chain(&s.unless));
    let of_ladders = set.ladders.iter().flat_map(|ladder| &ladder.stop_on).chain(of_steps);
    let of_slips = set.slips.values().flat_map(SlipKind::events);
    let of_set = [&set.clock_start].into_iter().chain(&set.resident_clock);
    let of_counts = set.counts.iter().flat_map(|count| &count.on);
    let of_closing = set.policies.iter().flat_map(|policy| {
        let close = &policy.close;
        let required = close.requires.iter().flat_map(|one| &one.kinds);
        required.chain(&close.on).chain(&close.flag_on)
    });
    let said = set.policies.iter().flat_map(|policy| &policy.sayings).map(|saying| &saying.on);
    let of_flags = set.flags.iter().filter_map(|flag| flag.add.as_ref());
    let of_stages = set.stages.iter().flat_map(|stage| &stage.on);
    let of_samples: Vec<Kind> = set.schedules.iter().filter_map(Schedule::adds).cloned().collect();
    let own = [Kind::of(ACKNOWLEDGED)];
    let all = of_clocks
        .chain(of_policies)
        .chain(of_ladders)
        .chain(of_slips)
        .chain(of_set)
        .chain(of_closing)
        .chain(said)
        .chain(of_flags)
        .chain(of_stages)
        .chain(of_counts)
        .chain(&own);
    let all = all.cloned().chain(of_samples).chain(trigger::kinds(&set.triggers));
    all.filter(|kind| matches!(kind, Kind::Custom(_))).collect()
}
