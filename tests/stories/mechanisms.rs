//! docs/mechanisms.md against the stories: one line per mechanism, what does it, and the proof.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use crate::{all_files, name, read};

/// Mechanisms by group: the letter, the number of the first and of the last.
const GROUPS: [(char, u32, u32); 8] = [
    ('A', 0, 15),
    ('B', 1, 33),
    ('C', 1, 15),
    ('D', 1, 22),
    ('E', 1, 24),
    ('F', 1, 12),
    ('G', 1, 10),
    ('H', 1, 20),
];

/// Scenarios from other engines; the gaps are theirs.
const SCENARIOS: [u32; 43] = [
    1, 2, 3, 4, 6, 8, 10, 11, 12, 13, 14, 16, 18, 20, 22, 23, 25, 26, 28, 29, 30, 32, 33, 35, 37,
    39, 40, 42, 44, 45, 46, 48, 50, 51, 53, 54, 55, 58, 59, 61, 62, 64, 66,
];

fn mechanisms() -> BTreeSet<String> {
    let of_group = |(letter, first, last)| (first..=last).map(move |n| format!("{letter}{n:02}"));
    GROUPS.into_iter().flat_map(of_group).collect()
}

fn scenarios() -> BTreeSet<String> {
    SCENARIOS.into_iter().map(|number| format!("S{number:02}")).collect()
}

/// A line of the table.
struct Row {
    line: usize,
    id: String,
    does: String,
    stories: Vec<String>,
}

fn table() -> Vec<Row> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/mechanisms.md");
    let text = fs::read_to_string(file).expect("docs/mechanisms.md is there");
    let mut rows = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let cells: Vec<&str> = line.trim().trim_matches('|').split('|').map(str::trim).collect();
        let [id, _, does, stories] = cells.as_slice() else { continue };
        let is_id = id.len() == 3 && id[1..].bytes().all(|byte| byte.is_ascii_digit());
        if !line.starts_with('|') || !is_id {
            continue;
        }
        let stories = stories.split(|c: char| c == ',' || c.is_whitespace());
        rows.push(Row {
            line: index + 1,
            id: (*id).to_owned(),
            does: (*does).to_owned(),
            stories: stories.filter(|name| !name.is_empty()).map(str::to_owned).collect(),
        });
    }
    rows
}

/// What each story says it proves, by the name of its file without `.story`.
fn proofs() -> BTreeMap<String, Vec<String>> {
    all_files()
        .iter()
        .map(|file| {
            let story = read(file).unwrap_or_else(|error| panic!("{error}"));
            (name(file).trim_end_matches(".story").to_owned(), story.rows)
        })
        .collect()
}

#[test]
fn every_mechanism_has_one_line() {
    let rows = table();
    let ids: Vec<&str> = rows.iter().map(|row| row.id.as_str()).collect();
    let wanted = mechanisms();
    assert_eq!(wanted.len(), 152);
    let unique: BTreeSet<String> = ids.iter().map(|id| (*id).to_owned()).collect();
    assert_eq!(unique, wanted, "ids of docs/mechanisms.md");
    assert_eq!(ids.len(), unique.len(), "a mechanism has one line");
    assert!(ids.is_sorted(), "in the order of their ids");
}

#[test]
fn every_line_names_stories_that_prove_it() {
    let proofs = proofs();
    let mut broken = Vec::new();
    for Row { line, id, does, stories } in table() {
        let place = format!("docs/mechanisms.md:{line}: {id}");
        for story in stories.iter().filter(|story| *story != "–" && !story.starts_with('(')) {
            match proofs.get(story) {
                None => broken.push(format!("{place} names {story}, which is no story")),
                Some(rows) if !rows.contains(&id) => {
                    broken.push(format!("{place} names {story}, whose head does not name {id}"));
                }
                Some(_) if does.is_empty() => broken.push(format!("{place} says not what does it")),
                Some(_) => {}
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn stories_prove_what_exists() {
    let known: BTreeSet<String> = mechanisms().union(&scenarios()).cloned().collect();
    let mut broken = Vec::new();
    for (story, rows) in proofs() {
        for row in rows.iter().filter(|row| !known.contains(*row)) {
            broken.push(format!("{story}: there is neither a mechanism nor a scenario {row}"));
        }
        let first = story.split('-').next().unwrap_or_default();
        if !rows.iter().any(|row| row == first) {
            broken.push(format!("{story}: its name begins with none of its rows {rows:?}"));
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn nothing_is_left_without_a_story() {
    let proofs = proofs();
    let mut broken = Vec::new();
    for Row { line, id, does, stories } in table() {
        let is_report = id.starts_with('H') && stories == ["(reports)"];
        let is_proved = stories.iter().any(|story| proofs.contains_key(story));
        if !is_report && (does.is_empty() || !is_proved) {
            broken.push(format!("docs/mechanisms.md:{line}: no story proves {id}"));
        }
    }
    let told: BTreeSet<&String> = proofs.values().flatten().collect();
    let missing: Vec<String> = scenarios().into_iter().filter(|id| !told.contains(id)).collect();
    assert!(broken.is_empty(), "{}", broken.join("\n"));
    assert!(missing.is_empty(), "scenarios without a story: {}", missing.join(" "));
}
