//! The guides and the tour in docs/: what they show works, and both languages show the same.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use tempfile::TempDir;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn guide(name: &str) -> String {
    let path = root().join("docs").join(name);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The blocks of one language, without the indent of the list they stand in.
fn blocks(text: &str, language: &str) -> Vec<String> {
    let fence = format!("```{language}");
    let mut blocks = Vec::new();
    let mut lines = text.lines();
    while let Some(opening) = lines.by_ref().find(|line| line.trim_start() == fence) {
        let indent = opening.len() - fence.len();
        let inside = lines.by_ref().take_while(|line| line.trim_start() != "```");
        let mut block: Vec<&str> = inside.map(|l| l.get(indent..).unwrap_or_default()).collect();
        block.push(""); // a block ends with a line's end
        blocks.push(block.join("\n"));
    }
    blocks
}

/// A folder to follow a guide in, with `duban` on the PATH.
struct Desk {
    folder: TempDir,
}

impl Desk {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().expect("a scratch folder") }
    }

    fn lay(&self, name: &str, text: &str) {
        fs::write(self.folder.path().join(name), text).expect("a file in the scratch folder");
    }

    fn shell(&self, script: &str) -> Output {
        let binary = PathBuf::from(env!("CARGO_BIN_EXE_duban"));
        let here = binary.parent().expect("the binary lies in a folder").display().to_string();
        let path = std::env::var("PATH").unwrap_or_default();
        Command::new("sh")
            .args(["-e", "-c", script])
            .current_dir(&self.folder)
            .env("PATH", format!("{here}:{path}"))
            .env_remove("DUBAN_CONFIG")
            .output()
            .expect("a shell")
    }

    fn works(&self, script: &str) -> String {
        let answer = self.shell(script);
        let errors = String::from_utf8_lossy(&answer.stderr);
        assert!(answer.status.success(), "{script}\n{}\n{errors}", answer.status);
        String::from_utf8_lossy(&answer.stdout).into_owned()
    }
}

#[test]
fn a_policy_writer_can_follow_the_guide() {
    let events =
        "{\"ticket\":\"W1\",\"event\":\"dispatched\",\"at\":\"2026-05-07T09:12:00+08:00\"}\n";
    for name in ["guide-policy-writer.md", "guide-policy-writer.zh.md"] {
        let desk = Desk::new();
        desk.lay("events.jsonl", events);
        desk.works("duban migrate");
        let steps = blocks(&guide(name), "sh");
        let printed = desk.works(&steps.concat());
        assert!(steps.len() >= 5, "{name} shows five steps");
        assert!(printed.contains("1 case;"), "{name}: the case was played: {printed}");
    }
}

#[test]
fn the_mapping_of_the_integrators_guide_reads_its_rows() {
    let text = guide("guide-integrator.md");
    let desk = Desk::new();
    let mapping =
        blocks(&text, "toml").into_iter().find(|block| block.starts_with("# orders.toml"));
    desk.lay("orders.toml", &mapping.expect("a mapping"));
    desk.lay("orders.csv", &blocks(&text, "csv").concat());
    let answer = desk.shell("duban import orders.csv --map orders.toml --dry-run --json");
    assert_eq!(answer.status.code(), Some(65), "one row is refused");
    let printed = String::from_utf8_lossy(&answer.stdout);
    let report: serde_json::Value = serde_json::from_str(&printed).expect("JSON");
    assert_eq!(report["refused"], 1, "{report}");
    desk.lay("events.jsonl", &blocks(&text, "json").concat());
    desk.works("duban import events.jsonl --dry-run");
}

#[test]
fn the_tour_shows_what_is_printed() {
    for name in ["tour.md", "tour.zh.md"] {
        let shown = blocks(&guide(name), "console").concat();
        let (command, below) = shown.split_once('\n').expect("a command and what it prints");
        let command = command.strip_prefix("$ ").expect("a command");
        let printed = Desk::new().works(command);
        let printed: Vec<&str> = printed.lines().map(str::trim_end).collect();
        let below: Vec<&str> = below.lines().collect();
        assert_eq!(printed, below, "{name}: {command}");
    }
}

#[test]
fn both_languages_show_the_same() {
    for name in ["tour", "guide-supervisor", "guide-policy-writer"] {
        let (en, zh) = (guide(&format!("{name}.md")), guide(&format!("{name}.zh.md")));
        let count = |text: &str, start: &str| text.lines().filter(|l| l.starts_with(start)).count();
        for start in ["## ", "| ", "- ", "![", "```"] {
            assert_eq!(count(&en, start), count(&zh, start), "{name}: lines with `{start}`");
        }
        let commands = |text: &str| -> Vec<String> {
            let lines = blocks(text, "sh").concat();
            let called = lines.lines().filter(|line| line.starts_with("duban "));
            called.map(|l| l.split_whitespace().take(3).collect::<Vec<_>>().join(" ")).collect()
        };
        assert_eq!(commands(&en), commands(&zh), "{name}");
    }
}

/// Every word `duban_...` of a text.
fn metrics(text: &str) -> BTreeSet<String> {
    let words = text.split(|c: char| !(c.is_ascii_lowercase() || c == '_'));
    words.filter(|word| word.len() > 6 && word.starts_with("duban_")).map(str::to_owned).collect()
}

#[test]
fn the_sysadmins_guide_names_every_metric() {
    let mut counted = BTreeSet::new();
    let mut open = vec![root().join("src")];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder).expect("a folder of the sources") {
            let path = entry.expect("a file of the sources").path();
            if path.is_dir() {
                open.push(path);
                continue;
            }
            let Ok(text) = fs::read_to_string(&path) else { continue };
            let calls = text.split("metrics::").skip(1);
            let named = calls.filter_map(|call| {
                let (_, rest) = call.split_once("!(\"").filter(|(kind, _)| kind.len() < 10)?;
                rest.split('"').next()
            });
            counted.extend(named.map(str::to_owned));
        }
    }
    assert!(counted.len() > 10, "the sources count: {counted:?}");
    // The exporter adds this one to a histogram.
    counted.insert("duban_engine_cycle_seconds_count".to_owned());
    let shown = metrics(&guide("guide-sysadmin.md"));
    let wrong: Vec<&String> = shown.symmetric_difference(&counted).collect();
    assert!(wrong.is_empty(), "in the guide or in the sources only: {wrong:?}");
}
