//! The shipped policy sets, inside the binary: `duban demo` and `duban run` need no files.

use super::files::Sources;

/// Name and text of each file of one set.
type Files = &'static [(&'static str, &'static str)];

macro_rules! shipped {
    ($($set:literal: [$($file:literal),* $(,)?]),* $(,)?) => {
        /// The sets, by name.
        const SETS: &[(&str, Files)] = &[$(
            ($set, &[$(($file, include_str!(concat!("../../policies/", $set, "/", $file)))),*]),
        )*];
    };
}

shipped! {
    "cn": [
        "policies.toml", "cases.toml", "org.toml", "rates.toml", "templates.toml",
        "holidays/cn-2019.json", "holidays/cn-2020.json", "holidays/cn-2021.json", "holidays/cn-2022.json",
        "holidays/cn-2023.json", "holidays/cn-2024.json", "holidays/cn-2025.json", "holidays/cn-2026.json",
    ],
    "generic311": ["policies.toml", "cases.toml", "org.toml", "rates.toml", "templates.toml"],
    "xining": ["policies.toml", "cases.toml", "org.toml", "templates.toml"],
    "daxing": ["policies.toml", "cases.toml", "org.toml", "templates.toml"],
    "yiyuan": ["policies.toml", "cases.toml", "org.toml", "templates.toml"],
    "leling": ["policies.toml", "cases.toml", "org.toml"],
    "boston": ["policies.toml", "cases.toml", "org.toml", "templates.toml"],
    "external": ["policies.toml", "cases.toml", "org.toml", "templates.toml"],
}

/// The names of the shipped sets.
pub fn names() -> impl Iterator<Item = &'static str> {
    SETS.iter().map(|(name, _)| *name)
}

/// The texts of a shipped set, and of the one it extends.
pub fn sources(name: &str) -> Option<Sources> {
    let (_, files) = SETS.iter().find(|(set, _)| *set == name)?;
    let mut shipped = Sources {
        label: format!("policies/{name}"),
        files: files.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect(),
        base: None,
    };
    let base = shipped.extends().filter(|(_, _, base)| base.trim_start_matches("../") != name);
    shipped.base =
        base.and_then(|(_, _, base)| sources(base.trim_start_matches("../"))).map(Box::new);
    Some(shipped)
}
