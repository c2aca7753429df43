//! The policy sets of the simulated city: version 1, and version 2 with a day more to accept.

use std::{collections::BTreeMap, sync::Arc};

use duban::{
    core::timestamp::Timestamp,
    policies::{self, Sources},
    rules::{self, Rules},
    store::Store,
};

const POLICIES: &str = include_str!("policies.toml");
const ORG: &str = include_str!("org.toml");

/// Both versions, read once for many seeds.
#[derive(Clone)]
pub struct Versions {
    sets: [(Rules, String); 2],
}

impl Versions {
    pub fn read() -> Self {
        let second = POLICIES
            .replace("version = \"1\"", "version = \"2\"")
            .replace("name = \"accept\",   dur = \"2d\"", "name = \"accept\",   dur = \"3d\"");
        assert_ne!(second, POLICIES, "version 2 differs");
        Self { sets: [read(POLICIES), read(&second)] }
    }

    /// Rules of a version over a store that keeps both.
    pub async fn in_force(&self, version: usize, store: &Store, now: Timestamp) -> Arc<Rules> {
        for (rules, files) in &self.sets {
            let set = &rules.current;
            let kept = store.keep_policy_set(&set.hash, &set.id, &set.version, files, now).await;
            kept.expect("a healthy store keeps a policy set");
        }
        let rules = self.sets[version].0.clone().with_frozen(store, now).await;
        Arc::new(rules.expect("a healthy store gives its policy sets"))
    }
}

fn read(policies: &str) -> (Rules, String) {
    let texts = policies::sources("generic311").expect("the set is shipped");
    let templates = texts.files.get("templates.toml").expect("it has texts").clone();
    let files = [("policies.toml", policies), ("org.toml", ORG), ("templates.toml", &templates)];
    let files: BTreeMap<String, String> =
        files.into_iter().map(|(name, text)| (name.to_owned(), text.to_owned())).collect();
    let sources = Sources { label: "simulation".to_owned(), files, base: None };
    let examined = rules::examine("simulation".to_owned(), Ok(sources), Timestamp(0));
    let files = serde_json::to_string(&examined.loaded.files).expect("texts are JSON");
    let in_force = rules::enforce(examined).unwrap_or_else(|error| panic!("{error}"));
    (in_force.rules, files)
}
