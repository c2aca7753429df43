//! `[permits]`, `pause_limit` and `[[flag]]`: how strictly a set asks, and what a person shall look at.

use std::collections::BTreeSet;

use super::{
    ladder::{Names, ways},
    reader::{Item, one_of},
    section::Section,
    set::role_list,
};
use crate::core::{
    event::Kind,
    policy::{Counted, FlagRule, FlagWhen, PauseLimit, Permits, Policy, Strictness, Via},
    span::Span,
};

/// What duban says of a matter that nobody confirmed, where `on_timeout` names nothing.
const UNCONFIRMED: &str = "unconfirmed";
const STRICTNESS: [(&str, Strictness); 3] =
    [("flag", Strictness::Flag), ("accept", Strictness::Accept), ("refuse", Strictness::Refuse)];

/// Reads `[permits]`.
pub fn permits(section: Section<'_>, names: &Names) -> Permits {
    let strictness = |key| {
        let item = section.get(key);
        item.and_then(|item| item.word("a strictness", &STRICTNESS)).unwrap_or_default()
    };
    let permits = Permits {
        unnamed_approver: strictness("unnamed_approver"),
        missing_evidence: strictness("missing_evidence"),
        tell_unit: role_list(section.get("tell_unit"), &names.roles),
        tell_via: section.get("tell_via").map_or_else(|| vec![Via::Im], |item| ways(&item)),
    };
    section.finish();
    permits
}

/// Reads `pause_limit`.
pub fn pause_limit(item: &Item<'_>) -> Option<PauseLimit> {
    let section = item.section("`pause_limit`")?;
    let limit = PauseLimit {
        max: section.get("max").and_then(|item| item.count()),
        total: section.span("total"),
    };
    section.finish();
    Some(limit)
}

/// Reads one `[[flag]]`.
pub fn flag(section: Section<'_>, names: &Names, policies: &[Policy]) -> Option<FlagRule> {
    let id = section.need("id").and_then(|item| item.filled()).unwrap_or_default().to_owned();
    let zh = section.get("zh").and_then(|item| item.filled());
    let en = section.get("en").and_then(|item| item.filled());
    let clocks: BTreeSet<&str> = policies
        .iter()
        .flat_map(|policy| &policy.clocks)
        .map(|clock| clock.name.as_str())
        .collect();
    let when = section.need("when").and_then(|item| when(&item, &clocks));
    let known = policies.iter().map(|policy| policy.id.as_str());
    let named = section.get("policies").map(|item| item.one_or_many()).unwrap_or_default();
    let rule = when.map(|when| FlagRule {
        zh: zh.or(en).unwrap_or(&id).to_owned(),
        en: en.unwrap_or(&id).to_owned(),
        policies: named
            .iter()
            .filter_map(|item| item.known("policy", "[[policy]]", known.clone()))
            .map(str::to_owned)
            .collect(),
        each_round: section
            .get("per")
            .and_then(|item| {
                item.word("what a flag is raised once for", &[("ticket", false), ("round", true)])
            })
            .unwrap_or_else(|| is_of_round(&when)),
        add: section.get("add").and_then(|item| item.kind()),
        tell: role_list(section.get("tell"), &names.roles),
        tell_via: section.get("via").map_or_else(|| vec![Via::Im], |item| ways(&item)),
        when,
        id,
    });
    section.finish();
    rule
}

/// The flag a closing rule with `confirm_timeout` stands for; its kind is what `on_timeout` names.
pub fn confirmation(policy: &Policy) -> Option<FlagRule> {
    let when = FlagWhen::Unconfirmed(policy.close.confirm_timeout?);
    let id = policy.close.on_timeout.clone().unwrap_or_else(|| UNCONFIRMED.to_owned());
    Some(FlagRule {
        zh: id.clone(),
        en: id.clone(),
        policies: BTreeSet::from([policy.id.clone()]),
        each_round: true,
        add: Some(Kind::of(&id)),
        tell: Vec::new(),
        tell_via: Vec::new(),
        when,
        id,
    })
}

/// Whether a flag of this condition is raised once a round where its rule does not say.
fn is_of_round(when: &FlagWhen) -> bool {
    match when {
        FlagWhen::Age(_) | FlagWhen::Count { .. } | FlagWhen::Silent(_) => false,
        FlagWhen::Overdue { .. }
        | FlagWhen::Unconfirmed(_)
        | FlagWhen::ResolvedWithin(_)
        | FlagWhen::NoContact
        | FlagWhen::SameReply
        | FlagWhen::NoBasis => true,
    }
}

/// A condition that a span makes whole.
type OfSpan = fn(Span) -> FlagWhen;

/// Reads `when`: exactly one condition.
fn when(item: &Item<'_>, clocks: &BTreeSet<&str>) -> Option<FlagWhen> {
    let section = item.section("`when`")?;
    let mut found: Vec<Option<FlagWhen>> = Vec::new();
    let spans: [(&'static str, OfSpan); 4] = [
        ("age", FlagWhen::Age),
        ("silent", FlagWhen::Silent),
        ("unconfirmed", FlagWhen::Unconfirmed),
        ("resolved_within", FlagWhen::ResolvedWithin),
    ];
    for (key, make) in spans {
        found.extend(section.get(key).map(|item| item.span().map(make)));
    }
    for (key, of) in Counted::ALL {
        found.extend(
            section
                .get(key)
                .map(|item| at_least(&item).map(|at_least| FlagWhen::Count { of, at_least })),
        );
    }
    let switches = [
        ("no_contact", FlagWhen::NoContact),
        ("same_reply", FlagWhen::SameReply),
        ("no_basis", FlagWhen::NoBasis),
    ];
    for (key, when) in switches {
        found.extend(section.get(key).map(|item| item.switch().filter(|on| *on).map(|_| when)));
    }
    found.extend(section.get("overdue").map(|item| overdue(&item, clocks)));
    let count = found.len();
    section.finish();
    if count != 1 {
        item.complain_with(
            format!("a flag has one condition, and this has {count}"),
            format!(
                "write one of {}",
                one_of(
                    spans
                        .iter()
                        .map(|(key, _)| *key)
                        .chain(["overdue", "no_contact", "same_reply", "no_basis"])
                        .chain(Counted::ALL.iter().map(|(key, _)| *key))
                )
            ),
        );
    }
    found.into_iter().next().flatten()
}

fn at_least(item: &Item<'_>) -> Option<u32> {
    let count = item.count()?;
    if count == 0 {
        item.complain("a flag at the count of 0 is raised on every ticket");
    }
    Some(count).filter(|count| *count > 0)
}

fn overdue(item: &Item<'_>, clocks: &BTreeSet<&str>) -> Option<FlagWhen> {
    let section = item.section("`overdue`")?;
    let clock = section.need("clock");
    let clock = clock.and_then(|item| item.known("clock", "any policy", clocks.iter().copied()));
    let by = section.need_span("by");
    section.finish();
    Some(FlagWhen::Overdue { clock: clock?.to_owned(), by: by? })
}
