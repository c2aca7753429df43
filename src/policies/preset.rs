//! `preset = "shandong_2020"`: the published limits of a real place, put into the policies of a set.
//!
//! A preset names policies by their id and limits by a key; each key has one meaning, written
//! at `MEANINGS`, and changes one value of a policy. What it changed is kept and shown, so that
//! nobody has to guess where a value comes from.
//!
//! Invariant: `a_preset_sets_what_its_keys_mean`.

use super::{reader::Item, suggest::nearest};
use crate::core::{
    attributes::is_under,
    policy::{Limit, Policy, Presets, SetByPreset},
    span::Span,
    variant::Variant,
};

/// What a key of a preset stands for.
#[derive(Clone, Copy, Debug)]
enum Meaning {
    /// The length of this clock.
    Clock(&'static str),
    /// The length of this clock for tickets of this category.
    ClockFor(&'static str, &'static str),
    /// How long all extensions may be together.
    ExtensionTotal,
    /// How many extensions there may be.
    Extensions,
    /// Whether the resident is told of an extension.
    TellResident,
    /// How long after the dispatch a unit may send a ticket back.
    ReturnWindow,
    /// A rule without a clock: kept with the policy's notes, where pages and reports show it.
    Note,
}

/// Every key of the published limits, with its one meaning.
const MEANINGS: [(&str, Meaning); 18] = [
    ("accept", Meaning::Clock("accept")),
    ("acknowledge", Meaning::Clock("accept")),
    ("verify", Meaning::Clock("accept")),
    ("contact", Meaning::Clock("contact")),
    ("resolve", Meaning::Clock("resolve")),
    ("interim_reply", Meaning::Clock("initial")),
    ("complaint_resolve", Meaning::ClockFor("resolve", "投诉")),
    ("consult_resolve", Meaning::ClockFor("resolve", "咨询")),
    ("policy_question", Meaning::ClockFor("resolve", "咨询")),
    ("extension_total", Meaning::ExtensionTotal),
    ("extensions", Meaning::Extensions),
    ("tell_reason", Meaning::TellResident),
    ("return_window", Meaning::ReturnWindow),
    ("return_site_visit", Meaning::Note),
    ("feedback", Meaning::Note),
    ("appeal_on", Meaning::Note),
    ("auto_close_silent", Meaning::Note),
    ("callback", Meaning::Clock("callback")),
];

/// Puts the preset a set names into its policies, and says what changed.
pub fn apply(item: &Item<'_>, presets: &Presets, policies: &mut [Policy]) -> Vec<SetByPreset> {
    let known = presets.keys().map(String::as_str);
    let Some(name) = item.known("preset", "[presets]", known) else { return Vec::new() };
    let mut changes = Vec::new();
    for (class, limits) in &presets[name] {
        let Some(policy) = policies.iter_mut().find(|policy| policy.id == *class) else {
            item.warn(
                format!("preset `{name}` has limits for `{class}`, which is no policy of this set; they have no effect"),
                Some(format!("add a policy `{class}` or do without")),
            );
            continue;
        };
        for (key, limit) in limits {
            match change(policy, key, limit) {
                Ok((place, before)) => changes.push(SetByPreset {
                    preset: name.to_owned(),
                    policy: class.clone(),
                    key: key.clone(),
                    place,
                    before,
                    after: told(limit),
                }),
                Err(wrong) => item.complain(format!("preset `{name}`, {class}.{key}: {wrong}")),
            }
        }
    }
    changes
}

/// Changes one value; gives the place and what stood there.
fn change(policy: &mut Policy, key: &str, limit: &Limit) -> Result<(String, String), String> {
    let Some((_, meaning)) = MEANINGS.iter().find(|(known, _)| *known == key) else {
        let near = nearest(key, MEANINGS.iter().map(|(known, _)| *known));
        let help = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
        return Err(format!("no limit has this key{help}"));
    };
    let none = |what: &str| format!("policy `{}` has no {what}", policy.id);
    match (meaning, limit) {
        (Meaning::Clock(name), Limit::Span(span)) => {
            let missing = none(&format!("clock `{name}`"));
            let clock = policy.clocks.iter_mut().find(|clock| clock.name == *name);
            let clock = clock.ok_or(missing)?;
            Ok((format!("clock {name}"), shown(clock.span.replace(*span))))
        }
        (Meaning::ClockFor(name, category), Limit::Span(span)) => {
            let missing = none(&format!("clock `{name}`"));
            let clock = policy.clocks.iter_mut().find(|clock| clock.name == *name);
            let clock = clock.ok_or(missing)?;
            let of_category = |variant: &Variant| {
                let values = variant.select.keys.get("category").into_iter().flatten();
                variant.select.keys.len() == 1 && values.into_iter().all(|v| is_under(v, category))
            };
            let before = clock.variants.iter().find(|v| of_category(v)).and_then(|v| v.span);
            clock.variants.retain(|variant| !(of_category(variant) && variant.ladder.is_none()));
            let mut variant = Variant { span: Some(*span), ..Variant::default() };
            variant.select.keys.insert("category".to_owned(), vec![(*category).to_owned()]);
            clock.variants.insert(0, variant);
            Ok((format!("clock {name} of {category}"), shown(before.or(clock.span))))
        }
        (Meaning::ExtensionTotal, Limit::Span(span)) => {
            let missing = none("`extension`");
            let rule = policy.extension.as_mut().ok_or(missing)?;
            let before = std::mem::replace(&mut rule.total, *span);
            Ok(("extension total".to_owned(), before.to_string()))
        }
        (Meaning::Extensions, Limit::Number(count)) => {
            let missing = none("`extension`");
            let count = u32::try_from(*count).map_err(|_| "the number is too large".to_owned())?;
            let rule = policy.extension.as_mut().ok_or(missing)?;
            let before = std::mem::replace(&mut rule.max, count);
            Ok(("extension max".to_owned(), before.to_string()))
        }
        (Meaning::TellResident, Limit::Switch(tell)) => {
            let missing = none("`extension`");
            let rule = policy.extension.as_mut().ok_or(missing)?;
            let before = std::mem::replace(&mut rule.tell_resident, *tell);
            Ok(("extension tell_resident".to_owned(), before.to_string()))
        }
        (Meaning::ReturnWindow, Limit::Span(span)) => {
            let missing = none("`returns`");
            let rule = policy.returns.as_mut().ok_or(missing)?;
            let before = std::mem::replace(&mut rule.window, *span);
            Ok(("returns window".to_owned(), before.to_string()))
        }
        (Meaning::Note, limit) => {
            let before = policy.notes.insert(key.to_owned(), told(limit));
            Ok((format!("note {key}"), before.unwrap_or_else(|| "nothing".to_owned())))
        }
        (_, other) => Err(format!("`{}` is not the kind of value this key takes", told(other))),
    }
}

fn shown(span: Option<Span>) -> String {
    span.map_or_else(|| "nothing".to_owned(), |span| span.to_string())
}

fn told(limit: &Limit) -> String {
    match limit {
        Limit::Span(span) => span.to_string(),
        Limit::Number(number) => number.to_string(),
        Limit::Switch(switch) => switch.to_string(),
        Limit::Text(text) => text.clone(),
    }
}
