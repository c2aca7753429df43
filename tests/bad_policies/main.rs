//! Every mistake in a policy file is named at its place, with what would be right.
//!
//! Each file of `tests/bad-policies` and `tests/bad-texts` has one mistake; beside this file stands what its writer reads.

mod cases;
mod clocks;
mod ladders;
mod permits;
mod residents;
mod selectors;
mod sets;
mod slips;
mod texts;

use std::{collections::BTreeMap, fs, path::Path};

use duban::{
    core::timestamp::Timestamp,
    policies::{self, Sources, load, text_doubts},
    simulate::check_cases,
};

/// What `duban check` says about a file, read together with `base.toml` unless it has a head.
fn complaints(name: &str) -> String {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/bad-policies");
    let read = |name: &str| {
        fs::read_to_string(dir.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    };
    let file = format!("{name}.toml");
    let mut files = BTreeMap::from([(file.clone(), read(&file))]);
    if !files[&file].contains("schema") {
        files.insert("base.toml".to_owned(), read("base.toml"));
    }
    let now = Timestamp::parse("2026-05-07T09:00:00+08:00").expect("a good instant");
    let loaded = load(&Sources { label: String::new(), files, base: None }, now);
    let mut all = loaded.complaints;
    if let Some(set) = &loaded.set {
        all.extend(check_cases(set, &loaded.cases));
    }
    all.iter().fold(String::new(), |text, complaint| text + &complaint.to_string() + "\n")
}

/// What `duban check` says about a file of texts over those of `cn`.
fn text_complaints(name: &str) -> String {
    let path = format!("{}/tests/bad-texts/{name}.toml", env!("CARGO_MANIFEST_DIR"));
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    let head = "schema = \"sla-policy-set/1\"\nextends = \"cn\"\nid = \"city\"\nversion = \"1\"\n";
    let files = BTreeMap::from([
        ("city.toml".to_owned(), head.to_owned()),
        ("templates.toml".to_owned(), text),
    ]);
    let now = Timestamp::parse("2026-05-07T09:00:00+08:00").expect("a good instant");
    let base = policies::sources("cn").map(Box::new);
    let sources = Sources { label: String::new(), files, base };
    let loaded = load(&sources, now);
    let doubts = text_doubts(&sources, &loaded);
    loaded
        .complaints
        .iter()
        .chain(&doubts)
        .fold(String::new(), |text, one| text + &one.to_string() + "\n")
}

#[test]
fn the_base_is_good() {
    assert_eq!(complaints("base"), "");
}

#[test]
fn every_file_has_its_test() {
    let of_policies: &[&str] = &[
        include_str!("cases.rs"),
        include_str!("clocks.rs"),
        include_str!("ladders.rs"),
        include_str!("permits.rs"),
        include_str!("residents.rs"),
        include_str!("selectors.rs"),
        include_str!("sets.rs"),
        include_str!("slips.rs"),
    ];
    for (folder, sources) in
        [("bad-policies", of_policies), ("bad-texts", &[include_str!("texts.rs")])]
    {
        let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(folder);
        for entry in fs::read_dir(dir).expect("the folder is part of the repository") {
            let path = entry.expect("a readable folder").path();
            let name = path.file_stem().and_then(|name| name.to_str()).expect("a plain name");
            let call = format!("complaints(\"{name}\")");
            assert!(
                name == "base" || sources.iter().any(|s| s.contains(&call)),
                "{name} has no test"
            );
        }
    }
}
