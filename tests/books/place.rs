//! Policy sets for these tests.

use std::sync::Arc;

use duban::{
    core::{policy::PolicySet, timestamp::Timestamp, trigger::Trigger},
    policies,
};

/// A shipped set with these triggers and no others.
pub fn set(triggers: Vec<Trigger>) -> PolicySet {
    let loaded = policies::load_embedded("external", Timestamp(0)).expect("the set is shipped");
    let set = loaded.set.expect("the set is good");
    let mut set = Arc::into_inner(set).expect("nobody else holds it");
    set.triggers = triggers;
    set
}

/// The reference set with more in its policies.
pub fn reference_with(more: &str) -> policies::Loaded {
    let mut sources = policies::sources("cn").expect("the set is shipped");
    let text = sources.files.get_mut("policies.toml").expect("its policies");
    text.push_str(more);
    let now = Timestamp::parse("2026-05-01T00:00:00+08:00").expect("an instant");
    let loaded = policies::load(&sources, now);
    let errors: Vec<String> =
        loaded.complaints.iter().filter(|one| one.is_error()).map(ToString::to_string).collect();
    assert!(errors.is_empty(), "{}", errors.join("\n"));
    loaded
}
