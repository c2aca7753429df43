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

/// The configuration of the service, with the state and the secrets systemd gives it. Systemd says so
/// to the daemon only; an operator's command with this configuration shall find the same.
const SERVICE: &str = "/etc/duban/duban.toml";
const SERVICE_STATE: &str = "/var/lib/duban";
const SERVICE_SECRETS: &str = "/etc/credstore";

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
        let secrets = env.get("CREDENTIALS_DIRECTORY").map(String::as_str);
        let (state, secrets) = if state.is_none() && file == Some(Path::new(SERVICE)) {
            (Some(SERVICE_STATE), secrets.or(Some(SERVICE_SECRETS)))
        } else {
            (state, secrets)
        };
        Self {
            folder,
            state_dir: PathBuf::from(state.unwrap_or("duban-state")),
            credentials: secrets.map(PathBuf::from),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_with_the_configuration_of_the_service_finds_its_state() {
        type Around<'a> =
            (&'a str, Option<&'a str>, &'a [(&'a str, &'a str)], &'a str, Option<&'a str>);
        let (etc, own) = (Some("/etc/duban/duban.toml"), Some("duban.toml"));
        let (state, run) =
            (("STATE_DIRECTORY", "/srv/a:/srv/b"), ("CREDENTIALS_DIRECTORY", "/run/c"));
        #[rustfmt::skip]
        let table: [Around<'_>; 6] = [
            ("an operator's command",       etc,  &[],           "/var/lib/duban", Some("/etc/credstore")),
            ("the daemon under systemd",    etc,  &[state, run], "/srv/a",         Some("/run/c")),
            ("the daemon without secrets",  etc,  &[state],      "/srv/a",         None),
            ("secrets somewhere else",      etc,  &[run],        "/var/lib/duban", Some("/run/c")),
            ("a configuration of one's own", own, &[],           "duban-state",    None),
            ("none at all",                 None, &[],           "duban-state",    None),
        ];
        for (name, file, env, state, secrets) in table {
            let env = env.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
            let around = Surroundings::new(file.map(Path::new), &env.collect());
            assert_eq!(around.state_dir, Path::new(state), "{name}");
            assert_eq!(around.credentials.as_deref(), secrets.map(Path::new), "{name}");
        }
    }
}
