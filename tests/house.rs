//! The rules of the house (ARCHITECTURE.md), read from the sources themselves.
//!
//! Each test is one rule and lists every place that breaks it. The sources are read as
//! text, without comments; what is only a word in a comment breaks no rule.

#[path = "house/source.rs"]
mod source;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use clap::CommandFactory as _;
use source::{Source, files, root, sources};

/// A file longer than this holds two nouns.
const LINES_MAX: usize = 500;

/// Fails with every place where a file outside `allowed` names one of `words`.
fn nobody_else_names(words: &[&str], inside: &str, allowed: &[&str]) {
    let mut broken = Vec::new();
    for source in sources(inside) {
        if !allowed.iter().any(|path| source.path.starts_with(path)) {
            broken.extend(words.iter().flat_map(|word| source.places(word)));
        }
    }
    assert!(broken.is_empty(), "outside {allowed:?}:\n{}", broken.join("\n"));
}

#[test]
fn core_is_pure() {
    #[rustfmt::skip]
    let words = [
        // databases, networks, runtimes, logs
        "sqlx", "tokio", "tokio_util", "futures_util", "lettre", "reqwest", "axum", "hyper_util", "tower",
        "tracing", "metrics", "async", "await", "println", "eprintln",
        // files, processes, environment
        "std::fs", "std::net", "std::env", "std::process", "std::thread", "std::io",
        // clocks
        "SystemTime", "Instant", "Timestamp::now", "Zoned::now", "std::time::Instant", "wall",
        // chance, and iteration orders that differ from run to run
        "rand", "getrandom", "HashMap", "HashSet",
    ];
    nobody_else_names(&words, "src/core", &[]);
}

/// By name; clippy.toml knows the rest by type. `tokio::time::Instant` is no wall clock: it
/// measures how long something took.
#[test]
fn only_the_wall_reads_the_clock() {
    let words = ["SystemTime", "Timestamp::now", "Zoned::now", "std::time::Instant"];
    nobody_else_names(&words, "src", &["src/wall.rs"]);
}

/// One exception: the reader of other systems' databases. What it reads is nobody's store, is
/// in any dialect, and is never written to.
#[test]
fn only_the_store_names_sqlx() {
    nobody_else_names(&["sqlx"], "src", &["src/store", "src/connector/database.rs"]);
}

#[test]
fn only_the_mail_channel_names_lettre() {
    nobody_else_names(&["lettre"], "src", &["src/channel/email"]);
}

#[test]
fn only_the_daemon_names_the_cron_crate() {
    nobody_else_names(&["tokio_cron_scheduler"], "src", &["src/daemon"]);
}

#[test]
fn a_file_is_one_noun() {
    let broken: Vec<String> = sources("src")
        .filter(|source| source.lines > LINES_MAX)
        .map(|source| format!("{}: {} lines, {LINES_MAX} at most", source.path, source.lines))
        .collect();
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn a_file_says_what_lives_in_it() {
    let broken: Vec<String> = sources("src")
        .filter(|source| !source.text.starts_with("//! "))
        .map(|source| format!("{}:1: begins without `//!`", source.path))
        .collect();
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn nothing_is_left_for_later() {
    let mut broken = Vec::new();
    for source in sources("src").chain(sources("tests")).chain(sources("benches")) {
        for word in ["todo!", "unimplemented!", "dbg!", "ignore]", "should_panic]", "allow("] {
            broken.extend(source.places(word));
        }
        broken.extend(source.places("thread::sleep").filter(|_| source.path.starts_with("src")));
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

/// The module table of `src/lib.rs`, top down.
fn modules() -> Vec<String> {
    let page = fs::read_to_string(root().join("src/lib.rs")).expect("src/lib.rs is there");
    page.lines()
        .filter_map(|line| line.strip_prefix("//! | [`")?.split_once("`]"))
        .map(|(name, _)| name.to_owned())
        .collect()
}

#[test]
fn the_page_lists_every_module() {
    let page = Source::read(&root().join("src/lib.rs"));
    let declared: BTreeSet<String> = page
        .code
        .lines()
        .filter_map(|line| line.trim().strip_prefix("pub mod ")?.strip_suffix(';'))
        .map(str::to_owned)
        .collect();
    let listed: BTreeSet<String> = modules().into_iter().collect();
    assert_eq!(listed, declared, "the table of src/lib.rs and its `pub mod` lines");
}

#[test]
fn a_module_uses_what_stands_above_it() {
    let order = modules();
    let rank: BTreeMap<&str, usize> =
        order.iter().enumerate().map(|(rank, name)| (name.as_str(), rank)).collect();
    let mut broken = Vec::new();
    for source in sources("src") {
        let Some(module) = source.module() else { continue };
        let Some(&own) = rank.get(module) else {
            broken.push(format!("{}: `{module}` has no line in src/lib.rs", source.path));
            continue;
        };
        for used in source.used() {
            // A macro or a re-export at the crate's top is no module.
            if rank.get(used.as_str()).is_some_and(|&other| other > own) {
                broken.push(format!("{}: uses `{used}`, which stands below it", source.path));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn the_repository_names_no_machine() {
    // Put together here, so that this file does not break its own rule.
    let words: Vec<String> = ["/work", "/root", "/home", "/Users", "/tmp/bash"]
        .iter()
        .map(|word| format!("{word}/"))
        .chain(["index.".to_owned() + "crates.io", "static.".to_owned() + "crates.io"])
        .collect();
    let mut broken = Vec::new();
    for path in files(root()) {
        // Pictures and packed files are no text; lock files are not written by hand.
        let Ok(text) = fs::read_to_string(&path) else { continue };
        for (number, line) in text.lines().enumerate() {
            if words.iter().any(|word| line.contains(word.as_str())) {
                broken.push(format!("{}:{}: {line}", source::relative(&path), number + 1));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn every_shipped_policy_set_is_inside_the_binary() {
    let embedded = fs::read_to_string(root().join("src/policies/embedded.rs"))
        .expect("the list of embedded files is there");
    let sets = root().join("policies");
    let mut on_disk = BTreeSet::new();
    let mut broken = Vec::new();
    for path in files(&sets) {
        let path = path.strip_prefix(&sets).expect("a path below policies/");
        let mut parts = path.components();
        let set = parts.next().expect("a set").as_os_str().to_string_lossy().into_owned();
        let file = parts.as_path().to_string_lossy().into_owned();
        if !sets.join(&set).join("policies.toml").is_file() {
            continue; // beside the sets, not in one
        }
        let is_read =
            Path::new(&file).extension().is_some_and(|kind| kind == "toml" || kind == "json");
        if is_read && !embedded.contains(&format!("\"{file}\"")) {
            broken.push(format!("policies/{set}/{file} is not in src/policies/embedded.rs"));
        }
        on_disk.insert(set);
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
    let shipped: BTreeSet<String> = duban::policies::shipped().map(str::to_owned).collect();
    assert_eq!(shipped, on_disk, "embedded sets and folders of policies/");
}

#[test]
fn both_databases_have_the_same_migrations() {
    let names = |dialect: &str| -> BTreeSet<String> {
        let folder = root().join("migrations").join(dialect);
        files(&folder).iter().map(|path| source::file_name(path)).collect()
    };
    let sqlite = names("sqlite");
    assert!(!sqlite.is_empty(), "migrations/sqlite holds the tables");
    assert_eq!(sqlite, names("postgres"), "migrations/sqlite and migrations/postgres");
}

/// What people read about duban, beside the pages of its commands.
fn documents() -> Vec<String> {
    let pages = ["README.md", "README.zh.md", "ARCHITECTURE.md", "CHANGELOG.md"];
    let docs = files(&root().join("docs"));
    let docs = docs.iter().filter(|path| path.extension().is_some_and(|kind| kind == "md"));
    pages.map(str::to_owned).into_iter().chain(docs.map(|path| source::relative(path))).collect()
}

/// Every command line a document shows: what stands after `duban ` in code.
fn shown_commands(document: &str) -> Vec<String> {
    let text = fs::read_to_string(root().join(document))
        .unwrap_or_else(|error| panic!("{document}: {error}"));
    let mut shown = Vec::new();
    let mut in_block = false;
    for line in text.lines() {
        if line.trim_start().starts_with("```") {
            in_block = !in_block;
        } else if in_block {
            shown.extend(command_in(line));
        } else {
            // Inside a line code stands between pairs of backticks.
            shown.extend(line.split('`').skip(1).step_by(2).filter_map(command_in));
        }
    }
    shown
}

/// The arguments of duban in one line of shell, if it is called there.
fn command_in(line: &str) -> Option<String> {
    let line = line.split(" #").next().unwrap_or_default();
    let called = ["duban ", "cargo run --release -- "].iter().find_map(|call| {
        let at = line.find(call)?;
        let before = line[..at].chars().next_back();
        let is_word = before.is_none_or(|before| " /(".contains(before));
        is_word.then(|| &line[at + call.len()..])
    })?;
    let called = called.split(['|', ';', '>', '<', '&']).next().unwrap_or_default();
    called.starts_with(|first: char| first.is_ascii_lowercase()).then(|| called.trim().to_owned())
}

#[test]
fn the_readme_shows_commands_that_exist() {
    let cli = duban::cli::Cli::command();
    let mut broken = Vec::new();
    for document in documents() {
        for shown in shown_commands(&document) {
            let words: Vec<&str> = shown.split_whitespace().collect();
            let Some(mut command) = cli.find_subcommand(words[0]) else {
                broken.push(format!("{document}: `duban {shown}`: no such command"));
                continue;
            };
            for word in &words[1..] {
                if let Some(name) = word.strip_prefix("--") {
                    let name = name.split(['=', ']']).next().unwrap_or_default();
                    if !command.get_arguments().any(|argument| argument.get_long() == Some(name)) {
                        broken.push(format!("{document}: `duban {shown}`: no option `--{name}`"));
                    }
                } else if let Some(below) = command.find_subcommand(word) {
                    command = below;
                }
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn the_readme_shows_every_command() {
    for document in ["README.md", "README.zh.md"] {
        let shown = shown_commands(document);
        for command in duban::cli::Cli::command().get_subcommands() {
            let name = command.get_name();
            let is_shown = shown.iter().any(|shown| shown.split_whitespace().next() == Some(name));
            assert!(is_shown, "{document} does not show `duban {name}`");
        }
    }
}

#[test]
fn the_documents_lead_somewhere() {
    let mut broken = Vec::new();
    for document in documents() {
        let path = root().join(&document);
        let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{document}: {error}"));
        for rest in text.split("](").skip(1) {
            let target = rest.split([')', '#']).next().unwrap_or_default();
            let is_file = !target.is_empty() && !target.contains("://");
            if is_file && !path.with_file_name(target).exists() {
                broken.push(format!("{document}: no {target}"));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn the_invariants_name_tests_that_exist() {
    let text =
        fs::read_to_string(root().join("ARCHITECTURE.md")).expect("ARCHITECTURE.md is there");
    let here = Source::read(&root().join("tests/house.rs"));
    let code: String =
        sources("src").chain(sources("tests")).chain([here]).map(|source| source.text).collect();
    let mut named = 0;
    let mut broken = Vec::new();
    let mut look_for = |words: Vec<&str>, place: &str| {
        for word in words.into_iter().filter(|word| is_test_name(word)) {
            named += 1;
            // A test, or the name of a row in a table of cases.
            if !code.contains(&format!("fn {word}(")) && !code.contains(&format!("\"{word}\"")) {
                broken.push(format!("no test `{word}`, named in {place}"));
            }
        }
    };
    for line in text.lines().filter(|line| line.starts_with("| ")) {
        // The last cell of a row holds the tests, `like_this`; paths there are not tests.
        let cell = line.trim_end_matches([' ', '|']).rsplit('|').next().unwrap_or_default();
        look_for(cell.split('`').skip(1).step_by(2).collect(), "ARCHITECTURE.md");
    }
    for source in sources("src") {
        // `//! * `name` - what it says`: the head of a file names the tests of its invariants.
        for line in source.text.lines().filter_map(|line| line.strip_prefix("//! * `")) {
            look_for(line.split('`').take(1).collect(), &source.path);
        }
    }
    assert!(named > 0, "the table of invariants names its tests");
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

fn is_test_name(word: &str) -> bool {
    word.contains('_')
        && word.chars().all(|c| c.is_ascii_lowercase() || c == '_' || c.is_ascii_digit())
}
