//! docs/cookbook.md as recipes: the files of each, and the commands with what they print.

use std::{collections::BTreeMap, fs, path::Path};

/// What the cookbook says once, for all recipes.
const HEAD: &str = "schema = \"sla-policy-set/1\"\nid = \"my-city\"\nversion = \"2026.1\"\n";

/// One section of the cookbook.
pub struct Recipe {
    pub title: String,
    /// By path: `city/policies.toml`, `events.jsonl`.
    pub files: BTreeMap<String, String>,
    /// Each command with the lines below it.
    pub commands: Vec<(String, Vec<String>)>,
}

impl Recipe {
    /// The anchor a page gives the title: small letters and figures, blanks as hyphens.
    pub fn anchor(&self) -> String {
        let kept = self.title.chars().filter(|c| c.is_alphanumeric() || " -".contains(*c));
        kept.collect::<String>().to_lowercase().replace(' ', "-")
    }
}

/// The text of the cookbook.
pub fn book() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/cookbook.md");
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Every recipe, in the order of the book.
pub fn recipes() -> Vec<Recipe> {
    let book = book();
    assert!(book.contains(&format!("```text\n{HEAD}```")), "the book shows the head of every set");
    let mut recipes: Vec<Recipe> = Vec::new();
    let mut block: Option<(String, Vec<&str>)> = None;
    for line in book.lines() {
        match (line.strip_prefix("```"), &mut block) {
            (Some(language), None) => block = Some((language.to_owned(), Vec::new())),
            (Some(_), Some((language, lines))) => {
                if let Some(recipe) = recipes.last_mut() {
                    add(recipe, language, lines);
                }
                block = None;
            }
            (None, Some((_, lines))) => lines.push(line),
            (None, None) => {
                let Some(title) = line.strip_prefix("## ") else { continue };
                let (files, commands) = Default::default();
                recipes.push(Recipe { title: title.to_owned(), files, commands });
            }
        }
    }
    recipes
}

fn add(recipe: &mut Recipe, language: &str, lines: &[&str]) {
    let text = lines.join("\n") + "\n";
    match language {
        "toml" => {
            let named = lines.first().and_then(|line| line.strip_prefix("# "));
            let (name, text) = match named.and_then(|name| name.strip_suffix(".toml")) {
                Some(name) => (name, text),
                None => ("policies", HEAD.to_owned() + &text),
            };
            recipe.files.insert(format!("city/{name}.toml"), text);
        }
        "jsonl" => _ = recipe.files.insert("events.jsonl".to_owned(), text),
        "csv" => _ = recipe.files.insert("tickets.csv".to_owned(), text),
        "console" => {
            for line in lines {
                match line.strip_prefix("$ ") {
                    Some(command) => recipe.commands.push((command.to_owned(), Vec::new())),
                    None => {
                        let (_, shown) = recipe.commands.last_mut().expect("a command comes first");
                        shown.push((*line).to_owned());
                    }
                }
            }
        }
        other => panic!("{}: what is a block of `{other}`?", recipe.title),
    }
}
