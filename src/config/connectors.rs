//! `[[connector]]`: the ways in beside the API: databases that are polled, folders that are
//! watched, webhooks of other systems.
//!
//! What is checked here needs neither network nor files; `duban check` also reads the mappings.

use std::{path::PathBuf, time::Duration};

use super::{
    StoreConfig,
    channels::{choice, pointer},
    complaint::{Complaint, Place, did_you_mean},
    hidden::{Found, Source, Surroundings, secret},
    print::Page,
    provider::token,
    section::Section,
    tree::Table,
};

/// One way in.
#[derive(Clone, Debug, PartialEq)]
pub struct ConnectorConfig {
    pub name: String,
    pub kind: ConnectorKind,
    /// A mapping file, or the name of a shipped one; none: the rows are events already.
    pub mapping: Option<PathBuf>,
    /// Between two looks at the source.
    pub every: Duration,
    /// Rows written in one transaction.
    pub batch: i64,
}

/// What kind of way it is, with its settings.
#[derive(Clone, Debug, PartialEq)]
pub enum ConnectorKind {
    Database(Box<DatabaseConfig>),
    Folder(FolderConfig),
    Hook(HookConfig),
}

impl ConnectorKind {
    /// The word in `duban.toml`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Database(_) => "database",
            Self::Folder(_) => "folder",
            Self::Hook(_) => "hook",
        }
    }
}

/// A database of another system; it is only ever read.
#[derive(Clone, Debug, PartialEq)]
pub struct DatabaseConfig {
    pub url: StoreConfig,
    /// A SELECT with every column the mapping names; duban puts the cursor around it.
    pub query: String,
    /// The column that only grows.
    pub cursor: String,
    pub cursor_as: CursorKind,
    /// The column that tells rows with the same cursor apart.
    pub key: Option<String>,
    /// Where the first look begins; none: at the first row.
    pub start: Option<String>,
    /// So far behind the cursor every look begins anew, for rows that were committed late.
    pub overlap: Overlap,
    pub timeout: Duration,
}

/// What a cursor column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CursorKind {
    Number,
    Time,
}

impl CursorKind {
    /// The word in `duban.toml`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Number => "number",
            Self::Time => "time",
        }
    }
}

/// How far behind its cursor a look begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Overlap {
    None,
    Numbers(i64),
    Span(Duration),
}

/// A folder into which another system drops files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FolderConfig {
    pub path: PathBuf,
    /// A file that nobody has written to for so long is complete.
    pub settle: Duration,
    pub after: After,
}

/// What becomes of a file that was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum After {
    /// It goes into `done/` below the folder.
    Move,
    /// It stays, and is known by its hash; nothing is written into the folder.
    Keep,
}

impl After {
    /// The word in `duban.toml`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Move => "move",
            Self::Keep => "keep",
        }
    }
}

/// Another system that calls `POST /api/v1/hooks/NAME`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HookConfig {
    pub secret: Found,
    pub signature: Signature,
    /// Where the list of rows stands in the body; none: the body is one row.
    pub list: Option<String>,
    /// Where a row says how old it is, so that a late delivery does not undo a newer one.
    pub cursor: Option<String>,
}

/// How a webhook shows whose it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signature {
    /// `X-Hub-Signature: sha1=...`, as Zammad signs.
    HubSha1,
    /// `X-Hub-Signature-256: sha256=...`
    HubSha256,
    /// The secret itself in `Authorization: Bearer ...`.
    Bearer,
}

impl Signature {
    /// The word in `duban.toml`.
    pub fn name(self) -> &'static str {
        match self {
            Self::HubSha1 => "hub_sha1",
            Self::HubSha256 => "hub_sha256",
            Self::Bearer => "bearer",
        }
    }
}

const KINDS: [&str; 3] = ["database", "folder", "hook"];
const SCHEMES: [&str; 5] = ["sqlite:", "postgres://", "postgresql://", "mysql://", "mariadb://"];

/// Reads every `[[connector]]`.
pub(super) fn read(
    tables: Vec<Table>,
    around: &Surroundings,
    complaints: &mut Vec<Complaint>,
) -> Vec<ConnectorConfig> {
    let mut connectors: Vec<ConnectorConfig> = Vec::new();
    for table in tables {
        let mut section = Section::new(table, complaints);
        let name = section.required("name", "\"platform\"");
        let kind = section.required("kind", "\"folder\"");
        let (Some((name, name_place)), Some((kind, kind_place))) = (name, kind) else { continue };
        if !name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_')) {
            let wrong =
                format!("`{name}` is not a connector name; use letters, digits, `-` and `_`");
            section.complain(name_place.clone(), wrong);
        }
        if connectors.iter().any(|connector| connector.name == name) {
            let wrong = format!("there is already a connector called `{name}`");
            section.complain(name_place, wrong);
        }
        let place = section.place();
        let mapping = section.some_text("mapping").map(|(text, _)| mapping_path(&text, around));
        let every = section.span("every", Duration::from_secs(30));
        let batch = section.number("batch", 500, 1, 10_000);
        let kind = match kind.as_str() {
            "database" => {
                if mapping.is_none() {
                    let wrong =
                        "`mapping` is missing: rows of a database become events by a mapping file";
                    section.complain(place, wrong);
                }
                database(&mut section, &name, around)
                    .map(|config| ConnectorKind::Database(Box::new(config)))
            }
            "folder" => folder(&mut section, around).map(ConnectorKind::Folder),
            "hook" => hook(&mut section, &name, around).map(ConnectorKind::Hook),
            other => {
                let hint = did_you_mean(other, KINDS);
                let wrong = format!("unknown connector kind `{other}`; {hint}");
                section.complain(kind_place, wrong);
                continue;
            }
        };
        section.finish("connector");
        connectors.extend(kind.map(|kind| ConnectorConfig { name, kind, mapping, every, batch }));
    }
    connectors
}

/// A file beside the configuration, or the bare name of a shipped mapping.
fn mapping_path(text: &str, around: &Surroundings) -> PathBuf {
    let is_name = text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
    if is_name { PathBuf::from(text) } else { around.folder.join(text) }
}

fn database(
    section: &mut Section<'_>,
    name: &str,
    around: &Surroundings,
) -> Option<DatabaseConfig> {
    let url = address(section, name, around);
    let query = section.required("query", "\"SELECT order_no, state, updated_at FROM work_order\"");
    let cursor = section.required("cursor", "\"updated_at\"");
    let kinds = [("number", CursorKind::Number), ("time", CursorKind::Time)];
    let cursor_as = choice(section, "cursor_as", CursorKind::Number, &kinds);
    let key = section.some_text("key").map(|(text, _)| text);
    let start = start(section, cursor_as);
    let overlap = match cursor_as {
        CursorKind::Number => match section.number("overlap", 0, 0, i64::MAX) {
            0 => Overlap::None,
            numbers => Overlap::Numbers(numbers),
        },
        CursorKind::Time if section.has("overlap") => {
            Overlap::Span(section.span("overlap", Duration::from_mins(1)))
        }
        CursorKind::Time => Overlap::None,
    };
    let timeout = section.span("timeout", Duration::from_secs(30));
    if cursor_as == CursorKind::Time && key.is_none() {
        let place = section.place();
        let wrong = "`key` is missing: several rows may share a time; name the column that tells them apart, for example `key = \"order_no\"`";
        section.complain(place, wrong);
    }
    let query = query?.0.trim().trim_end_matches(';').trim_end().to_owned();
    Some(DatabaseConfig {
        url: url?,
        query,
        cursor: cursor?.0,
        cursor_as,
        key,
        start,
        overlap,
        timeout,
    })
}

/// Where the first look begins: a number may be written as one.
fn start(section: &mut Section<'_>, cursor_as: CursorKind) -> Option<String> {
    if !section.has("start") {
        return None;
    }
    match cursor_as {
        CursorKind::Number => Some(section.number("start", 0, i64::MIN, i64::MAX).to_string()),
        CursorKind::Time => {
            let (text, place) = section.some_text("start")?;
            if text.parse::<jiff::civil::DateTime>().is_err() {
                let wrong = format!("`{text}` is no local time; write `2026-05-07 09:12:00`");
                section.complain(place, wrong);
            }
            Some(text)
        }
    }
}

/// The address may hold a password, so it can also come as a secret does.
fn address(section: &mut Section<'_>, name: &str, around: &Surroundings) -> Option<StoreConfig> {
    let (url, place, source) = if let Some((url, place)) = section.some_text("url") {
        let source = match &place {
            Place::Environment(name) => Some(Source::Environment(name.clone())),
            Place::File(_) | Place::Secret(_) | Place::Whole => None,
        };
        (url, place, source)
    } else if let Some(found) = secret(section, "url", "url_file", &format!("{name}.url"), around) {
        (found.secret.reveal().to_owned(), section.place(), Some(found.source))
    } else {
        let place = section.place();
        let wrong = format!("`url` is missing; give it, `url_file` or the credential `{name}.url`");
        section.complain(place, wrong);
        return None;
    };
    if !SCHEMES.iter().any(|scheme| url.starts_with(scheme)) {
        let wrong = "`url` of a database begins with `sqlite:<file>`, `postgres://`, `mysql://` or `mariadb://`";
        section.complain(place.hidden(), wrong);
    }
    Some(StoreConfig { url, source })
}

fn folder(section: &mut Section<'_>, around: &Surroundings) -> Option<FolderConfig> {
    let path = section.path("path", &around.folder);
    if path.is_none() {
        let place = section.place();
        section.complain(place, "`path` is missing; write for example `path = \"/srv/drops\"`");
    }
    let settle = section.span("settle", Duration::from_secs(10));
    let afters = [("move", After::Move), ("keep", After::Keep)];
    let after = choice(section, "after", After::Move, &afters);
    Some(FolderConfig { path: path?.0, settle, after })
}

fn hook(section: &mut Section<'_>, name: &str, around: &Surroundings) -> Option<HookConfig> {
    let given = section.has("secret") || section.has("secret_file");
    let secret = token(section, "secret", "secret_file", name, around);
    if secret.is_none() && !given {
        let place = section.place();
        let wrong = format!("`secret_file` is missing; give it or the credential `{name}.secret`");
        section.complain(place, wrong);
    }
    let signatures = [
        ("hub_sha1", Signature::HubSha1),
        ("hub_sha256", Signature::HubSha256),
        ("bearer", Signature::Bearer),
    ];
    let signature = choice(section, "signature", Signature::HubSha1, &signatures);
    let list = pointer(section, "list");
    let cursor = section.some_text("cursor").map(|(text, _)| text);
    Some(HookConfig { secret: secret?, signature, list, cursor })
}

impl ConnectorConfig {
    pub(super) fn print(&self, page: &mut Page) {
        page.title("[[connector]]");
        page.text("name", &self.name);
        page.text("kind", self.kind.name());
        if let Some(mapping) = &self.mapping {
            page.path("mapping", mapping);
        }
        page.span("every", self.every);
        page.number("batch", self.batch);
        match &self.kind {
            ConnectorKind::Database(database) => database.print(page),
            ConnectorKind::Folder(folder) => {
                page.path("path", &folder.path);
                page.span("settle", folder.settle);
                page.text("after", folder.after.name());
            }
            ConnectorKind::Hook(hook) => {
                page.found("secret", "secret_file", &hook.secret.source);
                page.text("signature", hook.signature.name());
                if let Some(list) = &hook.list {
                    page.text("list", list);
                }
                if let Some(cursor) = &hook.cursor {
                    page.text("cursor", cursor);
                }
            }
        }
    }

    /// Where it reads from, without a password in it.
    pub fn source(&self) -> String {
        match &self.kind {
            ConnectorKind::Database(database) => database.url.shown(),
            ConnectorKind::Folder(folder) => folder.path.display().to_string(),
            ConnectorKind::Hook(_) => format!("POST /api/v1/hooks/{}", self.name),
        }
    }
}

impl DatabaseConfig {
    fn print(&self, page: &mut Page) {
        match &self.url.source {
            Some(source) => page.found("url", "url_file", source),
            None => page.text("url", &self.url.shown()),
        }
        page.text("query", &self.query);
        page.text("cursor", &self.cursor);
        page.text("cursor_as", self.cursor_as.name());
        if let Some(key) = &self.key {
            page.text("key", key);
        }
        match (&self.start, self.cursor_as) {
            (Some(start), CursorKind::Number) => page.number("start", start.parse().unwrap_or(0)),
            (Some(start), CursorKind::Time) => page.text("start", start),
            (None, _) => {}
        }
        match self.overlap {
            Overlap::None => {}
            Overlap::Numbers(numbers) => page.number("overlap", numbers),
            Overlap::Span(span) => page.span("overlap", span),
        }
        page.span("timeout", self.timeout);
    }
}

#[cfg(test)]
mod tests {
    use super::super::Config;

    const GOOD: &str = "[[connector]]\nname = 'platform'\nkind = 'database'\nurl = 'sqlite:x.db'\nquery = 'SELECT 1;'\n\
        cursor = 'at'\ncursor_as = 'time'\nkey = 'no'\nmapping = 'map.toml'\noverlap = '5m'\nstart = '2026-05-07 09:12:00'\n\
        [[connector]]\nname = 'counted'\nkind = 'database'\nurl = 'mysql://duban@host/db'\nquery = 'SELECT 1'\n\
        cursor = 'id'\nmapping = 'zammad'\noverlap = 9\nstart = -1\n\
        [[connector]]\nname = 'drops'\nkind = 'folder'\npath = 'in'\nafter = 'keep'\n";

    fn load(text: &str) -> Result<Config, String> {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let file = folder.path().join("duban.toml");
        std::fs::write(&file, text).expect("the folder takes files");
        Config::load(Some(&file), std::iter::empty()).map_err(|error| error.to_string())
    }

    #[test]
    fn what_is_printed_of_connectors_loads_as_the_same() {
        let config = load(GOOD).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(config.connectors.len(), 3);
        let again = load(&config.print()).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(again.connectors, config.connectors);
    }

    #[test]
    fn what_cannot_work_is_complained_of() {
        #[rustfmt::skip]
        let table = [
            ("kind = 'folder'\npath = 'in'",          "kind = 'foldr'",                "unknown connector kind `foldr`; did you mean `folder`?"),
            ("key = 'no'\n",                          "",                              "`key` is missing: several rows may share a time"),
            ("mapping = 'map.toml'\n",                "",                              "rows of a database become events by a mapping file"),
            ("url = 'sqlite:x.db'",                   "url = 'oracle://x'",            "`url` of a database begins with `sqlite:<file>`, `postgres://`, `mysql://` or `mariadb://`"),
            ("start = '2026-05-07 09:12:00'",         "start = 'May'",                 "`May` is no local time; write `2026-05-07 09:12:00`"),
            ("name = 'drops'",                        "name = 'counted'",              "there is already a connector called `counted`"),
            ("kind = 'folder'\npath = 'in'\nafter = 'keep'", "kind = 'hook'",          "`secret_file` is missing; give it or the credential `drops.secret`"),
            ("after = 'keep'",                        "after = 'delete'",              "`after` cannot be `delete`"),
        ];
        for (from, to, want) in table {
            let text = GOOD.replacen(from, to, 1);
            assert_ne!(text, GOOD, "{from}");
            let error = load(&text).expect_err(want);
            assert!(error.contains(want), "{error}");
        }
    }
}
