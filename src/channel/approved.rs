//! Letters to providers that send only texts they approved before: the number of the
//! approved text, and the words that go into its gaps.

use std::collections::BTreeMap;

use super::Letter;
use crate::{
    config::provider::{Approved, CONTENT, TEXT},
    core::wording::UNKNOWN,
};

/// An approved text with its gaps filled, in the order of the configuration.
#[derive(Clone, PartialEq, Eq)]
pub struct Filled<'a> {
    pub code: &'a str,
    pub variables: Vec<(&'a str, String)>,
}

/// The text approved for the letter's template, one for its language before one for all.
pub fn fill<'a>(
    templates: &'a BTreeMap<String, Approved>,
    letter: &Letter,
) -> Result<Filled<'a>, String> {
    let template = letter.template.as_str();
    let approved = templates
        .get(&format!("{template}.{}", letter.language))
        .or_else(|| templates.get(template))
        .ok_or_else(|| {
            format!("no approved text for `{template}`; add [channel.templates.\"{template}\"] with its `code`")
        })?;
    let word = |fact: &str| match fact {
        TEXT => letter.text.clone(),
        CONTENT => {
            let signature = letter.facts.get("sig").map_or("", String::as_str);
            letter.text.strip_prefix(signature).unwrap_or(&letter.text).to_owned()
        }
        fact => letter.facts.get(fact).map_or(UNKNOWN, String::as_str).to_owned(),
    };
    let variables = approved.variables.iter();
    let variables = variables.map(|gap| (gap.name.as_str(), word(&gap.fact))).collect();
    Ok(Filled { code: &approved.code, variables })
}
