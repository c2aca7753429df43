//! The words of a slip's document, taken once when it is issued and kept.
//!
//! Whatever is renamed afterwards (a unit, a role, a kind of slip, a rule of assessment),
//! the document says what it said on the day of its issue.

use serde::{Deserialize, Serialize};

use super::{Names, Pair, Templates};
use crate::core::{
    message::{Facts, Message, Recipient},
    org::Org,
};

/// What a document says, each text in Chinese and English.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Paper {
    pub title: Pair,
    pub colour: String,
    /// Empty where the organisation has no units: then the signature of the texts stands.
    pub issuer: Pair,
    pub unit: Pair,
    pub to: Vec<Pair>,
    pub cc: Vec<Pair>,
    /// The class of the ticket: the policy's name.
    pub class: Pair,
    /// What its clock waits for (办结, resolved).
    pub what: Pair,
    /// What the unit is asked to do.
    pub ask: Pair,
    /// An event brought the step forward, so that its own words do not say how late it is.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub brought: bool,
    /// Why the ticket came back, or what brought the slip forward.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<Pair>,
    /// The consequence note, and the version of the rule it stands in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<Pair>,
    pub note_version: String,
}

impl Paper {
    /// The document of a slip issued with these facts to these recipients.
    pub fn of(
        templates: &Templates,
        names: &Names,
        org: &Org,
        facts: &Facts,
        recipients: &[&Message],
    ) -> Self {
        let both = |names: &std::collections::BTreeMap<String, Pair>, id: &str| {
            names.get(id).cloned().unwrap_or_else(|| [id.to_owned(), id.to_owned()])
        };
        let issuer =
            if facts.issuer.is_empty() { org.top_of(&facts.unit) } else { Some(&*facts.issuer) };
        let entry = templates.entries.get(&format!("staff.{}", facts.slip));
        let clock = templates.clocks.get(&facts.clock);
        let known =
            |id: &Option<String>| id.as_ref().and_then(|id| templates.reasons.get(id)).cloned();
        let own_note = facts.note.as_ref().map(|note| [note.zh.clone(), note.en.clone()]);
        let general = || entry.filter(|entry| entry.note).map(|_| templates.note.clone());
        let told = |copy: bool| {
            recipients.iter().filter_map(move |message| match &message.to {
                Recipient::Staff { unit, role, cc, .. } if *cc == copy => {
                    let ([unit, unit_en], [role, role_en]) =
                        (both(&names.units, unit), both(&names.roles, role));
                    Some([format!("{unit}{role}"), format!("{role_en}, {unit_en}")])
                }
                Recipient::Staff { .. } | Recipient::Resident => None,
            })
        };
        Self {
            title: both(&names.slips, &facts.slip),
            colour: names.colours.get(&facts.slip).cloned().unwrap_or_default(),
            issuer: issuer.map(|unit| both(&names.units, unit)).unwrap_or_default(),
            unit: both(&names.units, &facts.unit),
            to: told(false).collect(),
            cc: told(true).collect(),
            class: both(&names.policies, &facts.policy),
            what: clock
                .map_or_else(|| ["完成".to_owned(), "done".to_owned()], |clock| clock.what.clone()),
            ask: entry.map(|entry| entry.ask.clone()).unwrap_or_default(),
            brought: facts.on.is_some(),
            reasons: [known(&facts.reason), known(&facts.on)].into_iter().flatten().collect(),
            note: own_note.or_else(general),
            note_version: facts
                .note
                .as_ref()
                .map_or(&facts.policy_version, |note| &note.version)
                .clone(),
        }
    }
}
