//! A secret text: usable, never printed.
//!
//! Secrets come from a file named in the configuration, from the environment or from a
//! systemd credential, never from the configuration file itself.

use std::{
    collections::BTreeMap,
    fmt,
    path::{Path, PathBuf},
};

use super::{complaint::Place, section::Section};

/// A secret; its `Debug` says only that there is one.
#[derive(Clone, PartialEq, Eq)]
pub struct Hidden(String);

impl Hidden {
    /// Wraps a secret text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The secret itself, for the one place that needs it.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Hidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(hidden)")
    }
}

/// Where a secret was found, for `duban check --print`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    File(PathBuf),
    Environment(String),
    Credential(PathBuf),
}

/// A secret and where it was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    pub secret: Hidden,
    pub source: Source,
}

impl Found {
    /// The secret as it stands in its file at this moment, where a helper may have renewed it;
    /// as it stood at the start, where the file cannot be read any more.
    pub fn current(&self) -> Hidden {
        let text = match &self.source {
            Source::File(path) | Source::Credential(path) => std::fs::read_to_string(path).ok(),
            Source::Environment(_) => None,
        };
        match text {
            Some(text) if !text.trim().is_empty() => Hidden(text.trim_end().to_owned()),
            Some(_) | None => self.secret.clone(),
        }
    }
}

/// What the environment says about folders.
#[derive(Clone, Debug)]
pub struct Surroundings {
    /// The folder of the configuration file: where relative paths start.
    pub folder: PathBuf,
    pub state_dir: PathBuf,
    /// `$CREDENTIALS_DIRECTORY` of systemd.
    pub credentials: Option<PathBuf>,
}

impl Surroundings {
    /// Reads what systemd says in the environment.
    pub fn new(file: Option<&Path>, env: &BTreeMap<String, String>) -> Self {
        let folder = file.and_then(Path::parent).unwrap_or(Path::new("")).to_owned();
        // systemd gives a list separated by colons when a unit has several.
        let state = env.get("STATE_DIRECTORY").and_then(|list| list.split(':').next());
        Self {
            folder,
            state_dir: PathBuf::from(state.unwrap_or("duban-state")),
            credentials: env.get("CREDENTIALS_DIRECTORY").map(PathBuf::from),
        }
    }

    /// The credential of this name, if systemd passed one.
    pub fn credential(&self, name: &str) -> Option<PathBuf> {
        self.credentials.as_ref().map(|folder| folder.join(name)).filter(|path| path.is_file())
    }
}

/// Reads the secret `key`: from the environment, from the file that `file_key` names, or
/// from the systemd credential `credential`. Written in the configuration itself it is refused.
pub fn secret(
    section: &mut Section<'_>,
    key: &'static str,
    file_key: &'static str,
    credential: &str,
    around: &Surroundings,
) -> Option<Found> {
    let path = section.path(file_key, &around.folder);
    if section.has(key) {
        let (text, place) = section.text(key)?;
        let Place::Environment(variable) = place else {
            section.complain(
                place.hidden(),
                format!(
                    "a secret does not stand in the configuration; put it into a file and write `{file_key} = \"...\"`"
                ),
            );
            return None;
        };
        return Some(Found { secret: Hidden(text), source: Source::Environment(variable) });
    }
    let (path, place, source) = if let Some((path, place)) = path {
        (path.clone(), place, Source::File(path))
    } else {
        let path = around.credential(credential)?;
        (path.clone(), Place::Whole, Source::Credential(path))
    };
    match std::fs::read_to_string(&path) {
        Ok(text) if text.trim().is_empty() => {
            section
                .complain(place, format!("{} is empty; it should hold a secret", path.display()));
            None
        }
        Ok(text) => Some(Found { secret: Hidden(text.trim_end().to_owned()), source }),
        Err(error) => {
            section.complain(place, format!("cannot read {}: {error}", path.display()));
            None
        }
    }
}
