//! `select = { ... }`: which tickets something is for.

use std::collections::{BTreeMap, BTreeSet};

use super::{ladder::Names, reader::Item};
use crate::core::{attributes::PLAIN, policy::Selector};

/// Reads a selector; a key neither known nor declared is an error.
pub fn selector(item: &Item<'_>, names: &Names) -> Selector {
    let Some(section) = item.section("`select`") else { return Selector::default() };
    let mut keys = BTreeMap::new();
    let further = names.attributes.iter().map(String::as_str);
    for key in PLAIN.into_iter().chain(further) {
        let Some(item) = section.get_named(key) else { continue };
        let values = item.words();
        if values.is_empty() {
            item.complain(format!("`{key}` has no values, so the policy never takes a ticket"));
        }
        keys.insert(key.to_owned(), values);
    }
    section.finish();
    Selector { keys }
}

/// Reads `attributes = [...]`: keys of `data` this set selects by beside the known ones.
pub fn declared(item: &Item<'_>) -> BTreeSet<String> {
    let mut declared = BTreeSet::new();
    for key in item.one_or_many() {
        let Some(text) = key.filled() else { continue };
        if PLAIN.contains(&text) {
            key.complain(format!("`{text}` is a field of every event and needs no declaration"));
        }
        declared.insert(text.to_owned());
    }
    declared
}
