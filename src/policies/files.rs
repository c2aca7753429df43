//! The texts of a policy set: from a folder, from the binary, or from the store.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

use super::holidays;

/// The file of units, people and posts.
pub const ORG: &str = "org.toml";
/// The file of message texts.
pub const TEMPLATES: &str = "templates.toml";
/// The file of silences: who is told nothing for a while.
pub const SILENCES: &str = "silences.toml";
/// The file of cases: what a policy writer expects, which decides nothing.
pub const CASES: &str = "cases.toml";
/// The folder of holiday files.
const HOLIDAYS: &str = "holidays";
/// The folder of items and duties.
const CATALOGUE: &str = "catalogue";
/// What stands before the names of the files of the set below, where all are in one map.
const BELOW: &str = "base/";
/// A set over a set over a set: more is a circle.
const LAYERS_MAX: usize = 5;
/// The folder of further files of the organisation, for cities that keep them by district.
const ORG_FOLDER: &str = "org";
/// A file larger than this is neither a policy nor an organisation.
const FILE_BYTES_MAX: u64 = 64 * 1024 * 1024;

/// Whether a file of a set holds units, people and posts.
pub fn is_org(name: &str) -> bool {
    name == ORG || name.strip_prefix(ORG_FOLDER).is_some_and(|rest| rest.starts_with('/'))
}

/// Why a folder cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum FilesError {
    #[error("cannot read {}: {source}", path.display())]
    Unreadable { path: PathBuf, source: io::Error },
    #[error("{} is larger than {FILE_BYTES_MAX} bytes and no policy file", path.display())]
    TooLarge { path: PathBuf },
    #[error("{} has no *.toml file; a policy set needs at least one", path.display())]
    Empty { path: PathBuf },
    #[error(
        "{file}:{line}: `extends = \"{wanted}\"` names neither a folder beside this set nor a shipped set ({})",
        super::shipped().collect::<Vec<_>>().join(", ")
    )]
    NoBase { file: String, line: usize, wanted: String },
    #[error("{}: sets that extend each other never end", path.display())]
    EndlessBase { path: PathBuf },
}

/// All texts of one set, by name inside its folder (`policies.toml`, `holidays/cn-2026.json`).
#[derive(Clone, Default)]
pub struct Sources {
    /// What stands before file names in complaints: the folder as the user wrote it.
    pub label: String,
    pub files: BTreeMap<String, String>,
    /// The set this one extends.
    pub base: Option<Box<Sources>>,
}

/// Names the files only: `org.toml` holds people's numbers.
impl std::fmt::Debug for Sources {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sources")
            .field("label", &self.label)
            .field("files", &self.files.keys())
            .field("base", &self.base)
            .finish_non_exhaustive()
    }
}

impl Sources {
    /// Reads a policy folder, and those it extends.
    pub fn from_dir(dir: &Path) -> Result<Self, FilesError> {
        Self::read(dir, 1)
    }

    fn read(dir: &Path, layer: usize) -> Result<Self, FilesError> {
        if layer > LAYERS_MAX {
            return Err(FilesError::EndlessBase { path: dir.to_owned() });
        }
        let mut files = BTreeMap::new();
        for path in listing(dir)? {
            if path.extension().is_some_and(|ext| ext == "toml") && path.is_file() {
                files.insert(name_of(&path), text_of(&path)?);
            }
        }
        if files.is_empty() {
            return Err(FilesError::Empty { path: dir.to_owned() });
        }
        let holidays = dir.join(HOLIDAYS);
        if holidays.is_dir() {
            for path in listing(&holidays)? {
                let known = ["json", "ics", "toml"];
                if path.extension().is_some_and(|ext| known.iter().any(|known| ext == *known)) {
                    files.insert(format!("{HOLIDAYS}/{}", name_of(&path)), text_of(&path)?);
                }
            }
        }
        let catalogue = dir.join(CATALOGUE);
        if catalogue.is_dir() {
            for path in listing(&catalogue)? {
                if path.extension().is_some_and(|ext| ext == "csv") {
                    files.insert(format!("{CATALOGUE}/{}", name_of(&path)), text_of(&path)?);
                }
            }
        }
        let people = dir.join(ORG_FOLDER);
        if people.is_dir() {
            for path in listing(&people)?.iter().filter(|path| path.is_file()) {
                if path.extension().is_some_and(|ext| ext == "toml") {
                    files.insert(format!("{ORG_FOLDER}/{}", name_of(path)), text_of(path)?);
                }
            }
        }
        let mut sources = Self { label: dir.display().to_string(), files, base: None };
        if let Some((file, line, wanted)) = sources.extends() {
            let place = dir.join(&wanted);
            let base = if place.is_dir() {
                Self::read(&place, layer + 1)?
            } else {
                super::sources(&wanted).ok_or(FilesError::NoBase { file, line, wanted })?
            };
            sources.base = Some(Box::new(base));
        }
        Ok(sources)
    }

    /// What the head says this set extends, with the place.
    pub fn extends(&self) -> Option<(String, usize, String)> {
        let heads = self.files.iter().filter(|(name, text)| {
            !name.contains('/') && text.contains("extends") && text.contains("schema")
        });
        for (name, text) in heads {
            let (tree, _) = toml::de::DeTable::parse_recoverable(text);
            if let Some(value) = tree.get_ref().get("extends")
                && let Some(wanted) = value.get_ref().as_str()
            {
                let line = text[..value.span().start].matches('\n').count() + 1;
                return Some((self.display(name), line, wanted.to_owned()));
            }
        }
        None
    }

    /// A set and those it extends out of one map, as `deciding` gave them.
    pub fn from_files(label: String, files: BTreeMap<String, String>) -> Self {
        let (below, own): (BTreeMap<_, _>, BTreeMap<_, _>) =
            files.into_iter().partition(|(name, _)| name.starts_with(BELOW));
        let below: BTreeMap<String, String> = below
            .into_iter()
            .filter_map(|(name, text)| Some((name.strip_prefix(BELOW)?.to_owned(), text)))
            .collect();
        let base =
            (!below.is_empty()).then(|| Box::new(Self::from_files(format!("{label}/base"), below)));
        Self { label, files: own, base }
    }

    /// This set, the one it extends, and so on.
    pub fn layers(&self) -> impl Iterator<Item = &Self> {
        std::iter::successors(Some(self), |sources| sources.base.as_deref())
    }

    /// The text of a file of the uppermost layer that has it, with the layer.
    pub fn uppermost(&self, name: &str) -> Option<(&Self, &str)> {
        self.layers().find_map(|layer| Some((layer, layer.files.get(name)?.as_str())))
    }

    /// Every file by its name, each in its uppermost layer.
    pub fn visible(&self) -> BTreeMap<&str, (&Self, &str)> {
        let mut visible = BTreeMap::new();
        for layer in self.layers() {
            for (name, text) in &layer.files {
                visible.entry(name.as_str()).or_insert((layer, text.as_str()));
            }
        }
        visible
    }

    /// Takes the organisation from another file than the set's own.
    pub fn replace_org(&mut self, path: &Path) -> Result<(), FilesError> {
        self.files.retain(|name, _| !is_org(name));
        self.files.insert(ORG.to_owned(), text_of(path)?);
        Ok(())
    }

    /// The file as complaints name it.
    pub fn display(&self, name: &str) -> String {
        match self.label.trim_end_matches('/') {
            "" => name.to_owned(),
            label => format!("{label}/{name}"),
        }
    }

    /// The files that decide: policies and holidays; neither people nor wording nor cases. Those of
    /// the set below have `base/` before their names.
    pub fn deciding(&self) -> BTreeMap<String, String> {
        let decides = |name: &str| !is_org(name) && ![TEMPLATES, CASES, SILENCES].contains(&name);
        let chosen = self.files.iter().filter(|(name, _)| decides(name));
        let own = chosen.map(|(name, text)| (name.clone(), text.clone()));
        let below = self.base.iter().flat_map(|base| base.deciding());
        own.chain(below.map(|(name, text)| (format!("{BELOW}{name}"), text))).collect()
    }
}

/// The policy sets inside a folder that is none itself; other folders beside them are passed over.
pub fn folders(dir: &Path) -> Vec<PathBuf> {
    let toml_files = |dir: &Path| {
        let is_toml = |path: &PathBuf| path.extension().is_some_and(|ext| ext == "toml");
        listing(dir).unwrap_or_default().into_iter().filter(is_toml).collect::<Vec<PathBuf>>()
    };
    if !toml_files(dir).is_empty() {
        return Vec::new();
    }
    let says_so = |path: &PathBuf| text_of(path).is_ok_and(|text| text.contains("sla-policy-set/"));
    let is_set = |dir: &PathBuf| toml_files(dir).iter().any(says_so);
    listing(dir).unwrap_or_default().into_iter().filter(is_set).collect()
}

/// What a ticket is frozen to: blake3 over names and texts, in hex. Lengths stand before
/// each text, so that no letter can move from one file into another unseen.
pub fn hash(files: &BTreeMap<String, String>) -> String {
    let mut hasher = blake3::Hasher::new();
    for text in files.iter().flat_map(|(name, text)| [name, text]) {
        hasher.update(&(text.len() as u64).to_le_bytes());
        hasher.update(text.as_bytes());
    }
    hasher.finalize().to_hex().to_string()
}

fn listing(dir: &Path) -> Result<Vec<PathBuf>, FilesError> {
    let unreadable = |source| FilesError::Unreadable { path: dir.to_owned(), source };
    let mut paths = Vec::new();
    for entry in fs::read_dir(dir).map_err(unreadable)? {
        paths.push(entry.map_err(unreadable)?.path());
    }
    paths.sort();
    Ok(paths)
}

fn name_of(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

fn text_of(path: &Path) -> Result<String, FilesError> {
    let unreadable = |source| FilesError::Unreadable { path: path.to_owned(), source };
    if fs::metadata(path).map_err(unreadable)?.len() > FILE_BYTES_MAX {
        return Err(FilesError::TooLarge { path: path.to_owned() });
    }
    let bytes = fs::read(path).map_err(unreadable)?;
    if path.extension().is_some_and(|ext| ext == "ics") {
        return Ok(holidays::decode(&bytes).into_owned());
    }
    String::from_utf8(bytes)
        .map_err(|error| unreadable(io::Error::new(io::ErrorKind::InvalidData, error.utf8_error())))
}
