//! The texts of a set, and those that are missing although something sends them.

use std::collections::BTreeSet;

use super::complaint::{Complaint, Severity, Source};
use crate::core::{agenda::Schedule, delivery, policy::PolicySet, wording::Templates};

/// Compiles the texts, the upper layer first, and misses those of slips that are issued.
pub fn texts(sources: &[Source<'_>], set: Option<&PolicySet>) -> Option<Templates> {
    let layers: Vec<&str> = sources.iter().map(|source| source.text).collect();
    let templates = match Templates::parse_over(&layers) {
        Ok(templates) => templates,
        Err(errors) => {
            for error in errors {
                let span = error.span.unwrap_or(0..0);
                sources[error.layer].complain(Severity::Error, span, error.text, None);
            }
            return None;
        }
    };
    for id in to_residents(set).into_iter().filter(|id| !templates.has(id)) {
        sources[0].complaints.add(Complaint::about(
            Severity::Error,
            sources[0].name,
            format!("there is no text `[{id}]`, but a policy tells residents with it"),
        ));
    }
    let of_schedules = set.iter().flat_map(|set| &set.schedules).filter_map(Schedule::template);
    for id in of_schedules.filter(|id| !templates.has(id)) {
        sources[0].complaints.add(Complaint::about(
            Severity::Error,
            sources[0].name,
            format!("there is no text `[{id}]`, but a schedule sends it"),
        ));
    }
    let steps = set.iter().flat_map(|set| &set.ladders).flat_map(|ladder| &ladder.steps);
    let slips: BTreeSet<&str> = steps.map(|step| step.slip.as_str()).collect();
    let tells = set.is_some_and(|set| set.slips.values().any(|kind| kind.tell_withdrawal));
    let taken_back = tells.then(|| delivery::TAKEN_BACK.to_owned());
    if set.is_some_and(|set| set.noise.gather.is_some()) && !templates.has("staff.together") {
        sources[0].complaints.add(Complaint::about(
            Severity::Error,
            sources[0].name,
            "there is no text `[staff.together]`, but `gather` makes one letter out of several messages",
        ));
    }
    for id in slips.into_iter().map(|slip| format!("staff.{slip}")).chain(taken_back) {
        if !templates.has(&id) {
            sources[0].complaints.add(Complaint::about(
                Severity::Error,
                sources[0].name,
                format!("there is no text `[{id}]`, but a ladder issues this slip"),
            ));
        }
    }
    Some(templates)
}

/// The texts residents are told or asked with.
fn to_residents(set: Option<&PolicySet>) -> BTreeSet<String> {
    let mut ids = BTreeSet::new();
    for policy in set.iter().flat_map(|set| &set.policies) {
        ids.extend(policy.tell.values().map(|tell| tell.template.clone()));
        let asked = policy.ask.iter().flat_map(delivery::templates);
        ids.extend(asked.map(str::to_owned));
    }
    ids
}
