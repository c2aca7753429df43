//! The policy set of a story: a shipped or small set, with pieces of TOML laid over it.
//!
//! Laying over: tables are merged key by key; entries of lists that carry an `id` (or `name`) take
//! the place of, or are merged with, the entry of the same id; others are added to lists at the top
//! and replace lists further down. `drop = true` in an entry takes away what matches the rest of it.

use std::{
    fmt::Write as _,
    path::{Path, PathBuf},
};

use duban::policies::{self, Sources};
use toml::{Table, Value};

use crate::language::Block;

/// The folder with the small sets.
fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/stories/sets")
}

/// The texts of a set by name: one of `sets/`, else a shipped one.
pub fn sources(name: &str) -> Result<Sources, String> {
    let own = folder().join(name);
    let mut sources = if own.is_dir() {
        Sources::from_dir(&own).map_err(|error| error.to_string())?
    } else {
        policies::sources(name).ok_or_else(|| format!("there is no set `{name}`"))?
    };
    // What a policy writer expects of a shipped set says nothing about a changed one.
    sources.files.remove("cases.toml");
    name.clone_into(&mut sources.label);
    Ok(sources)
}

/// The set with these pieces laid over it, and people for every role if it has none.
pub fn laid(mut sources: Sources, blocks: &[Block]) -> Result<Sources, String> {
    for block in blocks {
        let laid_over = is_toml(&block.file) && !block.only;
        let before = sources.files.get(&block.file).filter(|_| laid_over);
        let text = match before {
            None => block.text.clone(),
            Some(before) => {
                let mut whole = table(&block.file, before)?;
                lay(&mut whole, table(&block.file, &block.text)?);
                toml::to_string(&whole).map_err(|error| error.to_string())?
            }
        };
        sources.files.insert(block.file.clone(), text);
    }
    if !sources.files.contains_key("org.toml") {
        let org = everybody(&sources)?;
        sources.files.insert("org.toml".to_owned(), org);
    }
    Ok(sources)
}

fn table(file: &str, text: &str) -> Result<Table, String> {
    text.parse::<Table>().map_err(|error| format!("{file}: {error}"))
}

fn lay(below: &mut Table, above: Table) {
    for (key, value) in above {
        match (below.get_mut(&key), value) {
            (Some(Value::Table(below)), Value::Table(above)) => lay(below, above),
            (Some(Value::Array(below)), Value::Array(above)) if is_list(&above) => {
                for entry in above {
                    lay_entry(below, entry);
                }
            }
            (_, value) => _ = below.insert(key, value),
        }
    }
}

/// Whether entries of this list have names, or stand alone as `[[post]]` does.
fn is_list(list: &[Value]) -> bool {
    let named = |entry: &Value| {
        let table = entry.as_table();
        table.is_some_and(|t| ["id", "name", "role", "drop"].iter().any(|key| t.contains_key(*key)))
    };
    !list.is_empty() && list.iter().all(named)
}

fn lay_entry(below: &mut Vec<Value>, entry: Value) {
    let Value::Table(mut entry) = entry else { return };
    if entry.remove("drop").is_some() {
        below.retain(|one| !entry.iter().all(|(key, value)| one.get(key) == Some(value)));
        return;
    }
    let name = ["id", "name"].into_iter().find(|key| entry.contains_key(*key));
    let same = name.and_then(|key| {
        below.iter_mut().find(|one| one.get(key) == entry.get(key)).and_then(Value::as_table_mut)
    });
    match same {
        Some(there) => lay(there, entry),
        None => below.push(Value::Table(entry)),
    }
}

/// One unit `u` in which every role is held by a person of the role's name.
fn everybody(sources: &Sources) -> Result<String, String> {
    let mut org = "[[unit]]\nid = \"u\"\nzh = \"u\"\nen = \"u\"\nlevel = \"city\"\n".to_owned();
    let mut number = 0;
    let head =
        sources.files.get("policies.toml").map(|text| table("policies.toml", text)).transpose()?;
    let language = head.as_ref().and_then(|head| head.get("language")?.as_str()).unwrap_or("zh");
    for (file, text) in &sources.files {
        if !is_toml(file) || file == "templates.toml" {
            continue;
        }
        let roles = table(file, text)?.remove("roles");
        for role in roles.as_ref().and_then(Value::as_table).into_iter().flat_map(Table::keys) {
            number += 1;
            writeln!(
                org,
                "[[person]]\nid = '{role}'\nname = '{role}'\nemail = '{role}@example.org'\n\
                 phone = '1390000{number:04}'\nlanguage = '{language}'\n[[post]]\nunit = 'u'\nrole = '{role}'\nperson = '{role}'"
            )
            .expect("a String takes every write");
        }
    }
    Ok(org)
}

fn is_toml(file: &str) -> bool {
    Path::new(file).extension().is_some_and(|ext| ext == "toml")
}
