//! Which policy takes a ticket, and why.
//!
//! Higher precedence wins, then more matched keys, then the order of the file. The item of
//! the catalogue comes before selectors of no precedence, except those that say what the
//! ticket is (`kind`); what nothing takes is for the default policy, and is flagged.
//!
//! Invariants, each a test of the same name:
//! * `precedence_then_keys_then_order`
//! * `the_item_decides_before_the_category`

use super::{
    attributes::Attributes,
    policy::{Place, Policy, PolicySet},
};

/// The policy of a ticket and what it was chosen by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chosen {
    /// Index of the policy.
    pub policy: usize,
    pub by: ChosenBy,
}

/// What chose a policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChosenBy {
    Selector,
    /// The entry of the catalogue that names the policy: the ticket's item or one above it.
    Item(String),
    Default,
}

/// The policy for a ticket with these attributes; `None` where nothing takes it and the set has no default.
pub fn choose(set: &PolicySet, attributes: &Attributes) -> Option<Chosen> {
    let mut best: Option<((u32, usize), usize)> = None;
    for (index, policy) in set.policies.iter().enumerate() {
        let weight = weight(policy);
        let may =
            policy.overlay.place == Place::Anywhere && best.is_none_or(|(most, _)| weight > most);
        if may && policy.select.takes(attributes) {
            best = Some((weight, index));
        }
    }
    if let Some((policy, entry)) = of_item(set, attributes) {
        let stronger = best.is_some_and(|(_, index)| {
            let other = &set.policies[index];
            other.precedence > set.policies[policy].precedence
                || other.select.keys.contains_key("kind")
        });
        if !stronger {
            return Some(Chosen { policy, by: ChosenBy::Item(entry.to_owned()) });
        }
    }
    match best {
        Some((_, policy)) => Some(Chosen { policy, by: ChosenBy::Selector }),
        None => set.default_policy.map(|policy| Chosen { policy, by: ChosenBy::Default }),
    }
}

/// The policy and whether the ticket is flagged: only the default took it, or its item is in no catalogue.
pub fn select(set: &PolicySet, attributes: &Attributes) -> Option<(usize, bool)> {
    let chosen = choose(set, attributes)?;
    Some((chosen.policy, chosen.by == ChosenBy::Default || has_unknown_item(set, attributes)))
}

/// Whether the ticket names an item the catalogue of the set does not have.
pub fn has_unknown_item(set: &PolicySet, attributes: &Attributes) -> bool {
    match (&set.catalogue, attributes.value("item")) {
        (Some(catalogue), Some(code)) => catalogue.item(code).is_none(),
        (None, _) | (_, None) => false,
    }
}

/// Every other policy whose selector takes the ticket too, with the number of its keys.
pub fn passed_over<'s>(
    set: &'s PolicySet,
    attributes: &Attributes,
    chosen: usize,
) -> Vec<(&'s Policy, usize)> {
    let others = set.policies.iter().enumerate().filter(|(index, _)| *index != chosen);
    others
        .filter(|(_, policy)| !policy.select.keys.is_empty() && policy.select.takes(attributes))
        .map(|(_, policy)| (policy, policy.select.keys.len()))
        .collect()
}

fn weight(policy: &Policy) -> (u32, usize) {
    (policy.precedence, policy.select.keys.len())
}

fn of_item<'s>(set: &'s PolicySet, attributes: &Attributes) -> Option<(usize, &'s str)> {
    set.catalogue.as_ref()?.policy_of(attributes.value("item")?)
}
