//! A folder into which another system drops files: which are complete, and what becomes of them.
//!
//! A file is complete when nobody has written to it for a while; a file that is renamed into
//! the folder has the time stamp of its last write and is taken at once. Names that end in
//! something else than rows or events (`.part`, `.tmp`) are left alone.
//!
//! Invariants:
//! * `a_file_is_complete_when_nobody_writes_to_it`
//! * `only_rows_and_events_are_taken`

use std::{
    collections::BTreeSet,
    fs::{self, File, Metadata},
    io::{self, Read as _, Write as _},
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
    time::{Duration, UNIX_EPOCH},
};

use serde_json::{Value, json};

use super::{Connector, ConnectorError, Hands, Tally, dropped};
use crate::{
    config::connectors::{After, FolderConfig},
    core::timestamp::Timestamp,
    store::RefusedRow,
};

/// Where files go when they are read, below the folder.
const DONE: &str = "done";
/// Where refused rows are reported, below the folder.
const REFUSED: &str = "refused";
const HASH_CHUNK: usize = 1 << 20;

/// A file as it lies there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Found {
    pub path: PathBuf,
    pub name: String,
    pub bytes: u64,
    pub modified: Timestamp,
}

/// Files that were looked into and need no second look while they stay the same.
#[derive(Debug, Default)]
pub struct Known(Mutex<BTreeSet<Found>>);

impl Known {
    fn has(&self, found: &Found) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).contains(found)
    }

    fn add(&self, found: Found) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(found);
    }

    /// Forgets what is not there any more.
    fn keep(&self, there: &[Found]) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.retain(|one| there.contains(one));
    }
}

/// What a file holds, by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holds {
    Rows,
    Objects,
}

/// What a file of this name holds; `None`: it is left alone.
pub fn holds(name: &str) -> Option<Holds> {
    if name.starts_with('.') {
        return None;
    }
    let name = name.to_ascii_lowercase();
    let plain = name.strip_suffix(".gz").or_else(|| name.strip_suffix(".zst")).unwrap_or(&name);
    match Path::new(plain).extension()?.to_str()? {
        "csv" | "tsv" => Some(Holds::Rows),
        "jsonl" | "ndjson" => Some(Holds::Objects),
        _ => None, // somebody else's business
    }
}

/// Whether nobody has written to a file for as long as `settle`.
pub fn is_complete(modified: Timestamp, now: Timestamp, settle: Duration) -> bool {
    now.since(modified) >= settle.as_millis() as i64
}

/// Reads every complete file in the order of their names.
pub async fn pass(
    connector: &Connector,
    folder: &FolderConfig,
    hands: &Hands<'_>,
) -> Result<Tally, ConnectorError> {
    let found = scan(&folder.path).map_err(|source| file_error(connector, &folder.path, source))?;
    connector.known.keep(&found);
    let mut tally = Tally::default();
    for file in found {
        if hands.stop.is_cancelled() {
            break;
        }
        if connector.known.has(&file) {
            continue;
        }
        if !is_complete(file.modified, hands.wall.now(), folder.settle) {
            tally.waiting += 1;
            continue;
        }
        match take(connector, folder, hands, &file, &mut tally).await {
            Ok(()) => {}
            Err(error @ ConnectorError::Store(_)) => return Err(error),
            // One bad file does not hold up the others.
            Err(error) => tally.troubles.push(error.to_string()),
        }
    }
    Ok(tally)
}

/// Reads one file unless it is known, reports what was refused of it and puts it away.
async fn take(
    connector: &Connector,
    folder: &FolderConfig,
    hands: &Hands<'_>,
    file: &Found,
    tally: &mut Tally,
) -> Result<(), ConnectorError> {
    let wrong = |source| file_error(connector, &file.path, source);
    let hash = hash(&file.path).await.map_err(wrong)?;
    let stands = hands.store.connector_position(connector.name(), &hash).await?;
    if !stands.as_ref().is_some_and(|row| row.done) {
        let from = stands.map(|row| row.position).unwrap_or_default();
        if !dropped::read(connector, hands, file, &hash, from, tally).await? {
            return Ok(()); // stopped, or another node was faster
        }
    }
    let meta = fs::metadata(&file.path).map_err(wrong)?;
    if !is_same(&meta, file) {
        let why = format!("{} is still being written; it is read again", file.path.display());
        return Err(ConnectorError::Garbled { name: connector.name().to_owned(), why });
    }
    let refused = hands.store.connector_refusals(connector.name(), &hash).await?;
    match folder.after {
        After::Move => {
            report(&folder.path.join(REFUSED), &file.name, &refused).map_err(wrong)?;
            put_away(&folder.path.join(DONE), file, &hash).map_err(wrong)?;
        }
        After::Keep => {
            report(&connector.reports.join(REFUSED), &file.name, &refused).map_err(wrong)?;
            connector.known.add(file.clone());
        }
    }
    tally.files += 1;
    Ok(())
}

fn file_error(connector: &Connector, path: &Path, source: io::Error) -> ConnectorError {
    let what = path.display().to_string();
    ConnectorError::File { name: connector.name().to_owned(), what, source }
}

/// The files that hold rows or events, by name.
fn scan(folder: &Path) -> io::Result<Vec<Found>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let Ok(name) = entry.file_name().into_string() else { continue };
        if holds(&name).is_none() {
            continue;
        }
        // Gone since the folder was listed: somebody took it back.
        let Ok(meta) = fs::metadata(entry.path()) else { continue };
        if meta.is_file() {
            let modified = modified(&meta);
            found.push(Found { path: entry.path(), name, bytes: meta.len(), modified });
        }
    }
    found.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(found)
}

fn modified(meta: &Metadata) -> Timestamp {
    let since = meta.modified().ok().and_then(|at| at.duration_since(UNIX_EPOCH).ok());
    Timestamp(since.map_or(0, |since| since.as_millis() as i64))
}

fn is_same(meta: &Metadata, file: &Found) -> bool {
    meta.len() == file.bytes && modified(meta) == file.modified
}

/// What tells a file from every other, whatever it is called.
async fn hash(path: &Path) -> io::Result<String> {
    let mut file = File::open(path)?;
    let mut hasher = blake3::Hasher::new();
    let mut chunk = vec![0; HASH_CHUNK];
    loop {
        let read = file.read(&mut chunk)?;
        if read == 0 {
            return Ok(hasher.finalize().to_hex()[..32].to_owned());
        }
        hasher.update(&chunk[..read]);
        tokio::task::yield_now().await;
    }
}

/// Writes what was refused of a file, whole or not at all; of a good file nothing.
fn report(folder: &Path, name: &str, refused: &[RefusedRow]) -> io::Result<()> {
    if refused.is_empty() {
        return Ok(());
    }
    fs::create_dir_all(folder)?;
    let unfinished = folder.join(format!(".{name}.part"));
    let mut file = io::BufWriter::new(File::create(&unfinished)?);
    for row in refused {
        let kept: Value =
            serde_json::from_str(&row.raw).unwrap_or_else(|_| row.raw.as_str().into());
        let line = json!({ "place": row.source, "reason": row.reason, "row": kept });
        writeln!(file, "{line}")?;
    }
    file.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()?;
    fs::rename(unfinished, folder.join(format!("{name}.jsonl")))
}

/// Moves a file that was read; another one of that name in there stays.
fn put_away(folder: &Path, file: &Found, hash: &str) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let plain = folder.join(&file.name);
    let to =
        if plain.exists() { folder.join(format!("{}-{}", &hash[..8], file.name)) } else { plain };
    fs::rename(&file.path, to)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_rows_and_events_are_taken() {
        use Holds::{Objects, Rows};
        #[rustfmt::skip]
        let table = [
            ("orders.csv", Some(Rows)), ("ORDERS.CSV", Some(Rows)), ("orders.tsv", Some(Rows)),
            ("orders.csv.gz", Some(Rows)), ("orders.csv.zst", Some(Rows)),
            ("events.jsonl", Some(Objects)), ("events.ndjson.gz", Some(Objects)),
            ("orders.csv.part", None), ("orders.csv.tmp", None), (".orders.csv", None),
            ("orders", None), ("csv", None), ("read me.txt", None), ("orders.gz", None),
        ];
        for (name, want) in table {
            assert_eq!(holds(name), want, "{name}");
        }
    }

    #[test]
    fn a_file_is_complete_when_nobody_writes_to_it() {
        const NOW: Timestamp = Timestamp(1_780_000_000_000);
        let settle = Duration::from_secs(10);
        #[rustfmt::skip]
        let table = [
            ("written this moment",   0,      false),
            ("a moment too early",    9_999,  false),
            ("long enough ago",       10_000, true),
            ("renamed in, long ago",  86_400_000, true),
            ("a clock that is ahead", -5_000, false),
        ];
        for (name, ago, want) in table {
            assert_eq!(is_complete(NOW.plus_ms(-ago), NOW, settle), want, "{name}");
        }
    }
}
