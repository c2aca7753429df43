//! The texts of a set: those that are missing although something sends them, those that do
//! not say what they are for, and those that are too many SMS with the longest values.

use std::collections::BTreeSet;

use super::{
    complaint::{Complaint, Complaints, Severity, Source},
    files::{Sources, TEMPLATES},
    load::Loaded,
};
use crate::core::{
    agenda::Schedule,
    delivery,
    org::Org,
    policy::PolicySet,
    segments::{self, Encoding, Segments},
    ticket::URGED_TEXT,
    wording::{Language, Specimens, Templates},
};

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
    if set.is_some_and(|set| !set.noise.urge_to.is_empty()) && !templates.has(URGED_TEXT) {
        sources[0].complaints.add(Complaint::about(
            Severity::Error,
            sources[0].name,
            format!(
                "there is no text `[{URGED_TEXT}]`, but `urge_to` says whom an urge by hand tells"
            ),
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

/// Doubts about the texts of a set that loads; `sources` are what it was loaded from.
///
/// Not part of loading: every text is rendered some dozens of times.
pub fn doubts(sources: &Sources, loaded: &Loaded) -> Vec<Complaint> {
    let (Some(templates), Some(set)) = (&loaded.templates, &loaded.set) else { return Vec::new() };
    let complaints = Complaints::default();
    let files: Vec<(String, &str)> = sources
        .layers()
        .filter_map(|layer| Some((layer.display(TEMPLATES), layer.files.get(TEMPLATES)?.as_str())))
        .collect();
    let sources: Vec<Source<'_>> = files
        .iter()
        .map(|(name, text)| Source { name, text, private: false, complaints: &complaints })
        .collect();
    let nobody = Org::default();
    measure(&sources, templates, set, loaded.org.as_ref().unwrap_or(&nobody));
    complaints.into_sorted()
}

fn measure(sources: &[Source<'_>], templates: &Templates, set: &PolicySet, org: &Org) {
    let specimens = Specimens::of(templates, set, org);
    let to_residents = to_residents(Some(set));
    for id in templates.ids() {
        let doubt = |language: Language, message: String, help: String| {
            let Some(place) = templates.place(id, language) else { return };
            let message = format!("the text `{id}` ({}) {message}", language.tag());
            sources[place.layer].complain(
                Severity::Warning,
                place.span.clone(),
                message,
                Some(help),
            );
        };
        for language in Language::ALL {
            let named = templates.variables(id, language);
            for (facts, why) in needed(id, set, &to_residents) {
                if !facts.iter().any(|fact| named.contains(*fact)) {
                    let message = format!("does not name `{{{{ {} }}}}`", facts[0]);
                    doubt(language, message, why.to_owned());
                }
            }
            let Ok((cost, text)) = specimens.longest(id, language) else { continue };
            let limit = templates.limit(id);
            if cost.segments > limit {
                let Segments { encoding, units, segments } = cost;
                let message = format!(
                    "is {segments} SMS with the longest values ({units} characters, {})",
                    encoding.name()
                );
                doubt(language, message, shorter(id, language, cost, limit, &text));
            }
        }
    }
}

/// Facts of which a text must name one to be of use, and why.
fn needed(
    id: &str,
    set: &PolicySet,
    to_residents: &BTreeSet<String>,
) -> Vec<(&'static [&'static str], &'static str)> {
    let mut needed: Vec<(&'static [&'static str], _)> = vec![(
        &["sig"],
        "without the signature nobody sees who writes, and gateways refuse the message",
    )];
    if id.strip_prefix("staff.").is_some_and(|slip| set.slips.contains_key(slip)) {
        needed.push((&["no", "slip"], "without a number nobody finds the ticket"));
    }
    if to_residents.contains(id) {
        needed
            .push((&["no"], "without the number nobody finds the ticket when the resident calls"));
    }
    if [delivery::ASK, delivery::LINK].contains(&id) {
        needed.push((&["link"], "without the link nobody can answer"));
    }
    needed
}

/// What would be right for a text that is too long.
fn shorter(id: &str, language: Language, cost: Segments, limit: usize, text: &str) -> String {
    let room = cost.encoding.room(limit);
    let group = id.split('.').next().unwrap_or_default();
    let wide = segments::first_wide(text);
    let alphabet = match wide.filter(|_| language == Language::En) {
        Some(wide) if cost.encoding == Encoding::Ucs2 => format!(
            "`{wide}` is not in the GSM alphabet; without such characters there is room for {}; ",
            Encoding::Gsm7.room(limit)
        ),
        Some(_) | None => String::new(),
    };
    format!(
        "{alphabet}keep it within {room} characters ({limit} SMS), or set `{group}` in [segments]: {text}"
    )
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
