//! Every recipe of docs/cookbook.md, run as its readers run it: its files are a set without a
//! complaint, its cases hold, and each command prints what stands below it.

mod recipe;

use std::{fs, path::Path, process::Command};

use duban::{core::timestamp::Timestamp, policies::Sources, rules::examine};
use recipe::{Recipe, recipes};
use tempfile::TempDir;

/// Cases play in 2026; a year later the holiday lists of the shipped sets would be called old.
const NOW: &str = "2026-05-07T09:00:00+08:00";
const RECIPES_MIN: usize = 15;

/// The folder a reader has: `city` with the set, and the events beside it.
fn laid_out(recipe: &Recipe) -> TempDir {
    let folder = tempfile::tempdir().expect("a scratch folder");
    for (name, text) in &recipe.files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().expect("a file in a folder")).expect("a folder");
        fs::write(path, text).expect("a file in the scratch folder");
    }
    folder
}

#[test]
fn every_recipe_is_a_set_whose_cases_hold() {
    let now = Timestamp::parse(NOW).expect("an instant");
    let mut wrong = Vec::new();
    for recipe in recipes() {
        let folder = laid_out(&recipe);
        let sources = Sources::from_dir(&folder.path().join("city"));
        let examined = examine("city".to_owned(), sources.map_err(|e| e.to_string()), now);
        let complaints = examined.complaints.iter().map(ToString::to_string);
        wrong.extend(complaints.map(|complaint| format!("## {}\n{complaint}", recipe.title)));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn every_command_prints_what_stands_below_it() {
    let binary = Path::new(env!("CARGO_BIN_EXE_duban"));
    let here = binary.parent().expect("the binary lies in a folder").display().to_string();
    let path = std::env::var("PATH").unwrap_or_default();
    let mut wrong = Vec::new();
    let mut run = 0;
    for recipe in recipes() {
        let folder = laid_out(&recipe);
        for (command, shown) in &recipe.commands {
            run += 1;
            let answer = Command::new("sh")
                .args(["-c", command])
                .current_dir(folder.path())
                .env("PATH", format!("{here}:{path}"))
                .output()
                .expect("a shell");
            let text = String::from_utf8_lossy(&answer.stdout);
            let printed: Vec<&str> = text.lines().map(str::trim_end).collect();
            if printed != *shown || !answer.status.success() {
                let errors = String::from_utf8_lossy(&answer.stderr);
                let printed = printed.join("\n");
                wrong.push(format!("## {}\n$ {command}\n{printed}\n{errors}", recipe.title));
            }
        }
    }
    assert!(run > 0, "the cookbook shows commands");
    assert!(wrong.is_empty(), "these came otherwise:\n{}", wrong.join("\n\n"));
}

#[test]
fn every_recipe_proves_itself() {
    let recipes = recipes();
    assert!(recipes.len() >= RECIPES_MIN, "{} recipes", recipes.len());
    let book = recipe::book();
    for recipe in &recipes {
        let title = &recipe.title;
        assert!(recipe.files.contains_key("city/policies.toml"), "{title}: no policies");
        assert!(
            book.contains(&format!("](#{})", recipe.anchor())),
            "{title}: the contents have no #{}",
            recipe.anchor()
        );
    }
}
