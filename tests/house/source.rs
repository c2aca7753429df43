//! The files of the repository as the rules of the house look at them.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// What stands in the folder without being ours (`.git` is a file in a second work tree).
const NOT_OURS: [&str; 4] = ["target", ".git", "node_modules", "duban-state"];

/// The folder of the repository.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The path below the repository, with slashes.
pub fn relative(path: &Path) -> String {
    path.strip_prefix(root()).unwrap_or(path).to_string_lossy().into_owned()
}

/// The last part of a path.
pub fn file_name(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

/// Every file below a folder, in order; nothing where the folder is missing.
pub fn files(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut found = Vec::new();
    for entry in entries {
        let entry = entry.expect("a folder of the repository can be read");
        let path = entry.path();
        if NOT_OURS.contains(&file_name(&path).as_str()) {
            continue;
        }
        let kind = entry.file_type().expect("a file of the repository can be read");
        if kind.is_dir() {
            found.extend(files(&path));
        } else if kind.is_file() {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// The Rust files below a folder of the repository, without the one that states the rules.
pub fn sources(folder: &str) -> impl Iterator<Item = Source> {
    files(&root().join(folder))
        .into_iter()
        .filter(|path| path.extension().is_some_and(|kind| kind == "rs"))
        .map(|path| Source::read(&path))
        .filter(|source| !source.path.starts_with("tests/house"))
}

/// One Rust file.
pub struct Source {
    /// Below the repository: `src/core/clock.rs`.
    pub path: String,
    pub text: String,
    /// The text without comments and without the tests at its end, line for line.
    pub code: String,
    pub lines: usize,
}

impl Source {
    /// Reads a file of the repository.
    pub fn read(path: &Path) -> Self {
        let text =
            fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let path = relative(path);
        let is_test = path.starts_with("tests/") || file_name(Path::new(&path)) == "tests.rs";
        // By the order of the house the tests stand last; they may use what they like.
        let code = match text.find("#[cfg(test)]\nmod tests {") {
            Some(tests) if !is_test => &text[..tests],
            Some(_) | None if is_test && path.starts_with("src/") => "",
            Some(_) | None => &text,
        };
        let code = code.lines().map(without_comment).collect::<Vec<_>>().join("\n");
        Self { path, lines: text.lines().count(), code, text }
    }

    /// The top module this file belongs to; none for `lib.rs` and `main.rs`.
    pub fn module(&self) -> Option<&str> {
        let name = self.path.strip_prefix("src/")?.split(['/', '.']).next()?;
        (!["lib", "main"].contains(&name)).then_some(name)
    }

    /// Every place of a word, as `file:line: text of the line`.
    pub fn places(&self, word: &str) -> impl Iterator<Item = String> {
        self.code
            .lines()
            .enumerate()
            .filter(|(_, line)| has_word(line, word))
            .map(|(number, line)| format!("{}:{}: {}", self.path, number + 1, line.trim()))
            .collect::<Vec<_>>()
            .into_iter()
    }

    /// The top modules this file takes from the crate: `crate::a` and `crate::{a, b::c}`.
    pub fn used(&self) -> Vec<String> {
        let mut used = Vec::new();
        for rest in self.code.split("crate::").skip(1) {
            match rest.strip_prefix('{') {
                Some(group) => used.extend(top_names(group)),
                None => used.push(identifier(rest)),
            }
        }
        used
    }
}

/// The names at the top of a group of imports, whose opening brace is already gone.
fn top_names(group: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut depth = 0_usize;
    let mut start = 0;
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' | ',' if depth == 0 => {
                names.push(identifier(group[start..at].trim_start()));
                start = at + 1;
                if c == '}' {
                    break;
                }
            }
            '}' => depth -= 1,
            _ => {}
        }
    }
    names.retain(|name| !name.is_empty());
    names
}

fn identifier(text: &str) -> String {
    text.chars().take_while(|c| is_part_of_a_word(*c)).collect()
}

fn is_part_of_a_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

/// Whether the word stands in the line on its own, not as a part of a longer one.
fn has_word(line: &str, word: &str) -> bool {
    let opens = word.starts_with(is_part_of_a_word);
    let closes = word.ends_with(is_part_of_a_word);
    line.match_indices(word).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = line[at + word.len()..].chars().next();
        !(opens && before.is_some_and(is_part_of_a_word)
            || closes && after.is_some_and(is_part_of_a_word))
    })
}

/// The line up to `//`; a `//` right after a colon is an address in a text.
fn without_comment(line: &str) -> &str {
    let comment = line.match_indices("//").find(|(at, _)| !line[..*at].ends_with(':'));
    comment.map_or(line, |(at, _)| &line[..at])
}

#[test]
fn imports_are_read_whole() {
    let group = "core::{a::B, c},\n    wall,\n    store::Store};\nrest";
    assert_eq!(top_names(group), ["core", "wall", "store"]);
    assert_eq!(identifier("wall::Wall;"), "wall");
}

#[test]
fn a_word_is_found_on_its_own_only() {
    #[rustfmt::skip]
    let table = [
        ("use rand::Rng;",           "rand",   true),
        ("let operand = 1;",         "rand",   false),
        ("let random = 1;",          "rand",   false),
        ("todo!()",                  "todo!",  true),
        ("#[expect(x)]",             "allow(", false),
        ("std::time::SystemTime::now()", "SystemTime", true),
    ];
    for (line, word, want) in table {
        assert_eq!(has_word(line, word), want, "{word} in {line}");
    }
    assert_eq!(without_comment("let a = 1; // sqlx"), "let a = 1; ");
    assert_eq!(without_comment("\"http://x\""), "\"http://x\"");
}
