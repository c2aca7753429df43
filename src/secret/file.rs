//! The file a ring lies in: made once, readable for its owner only, replaced as a whole.
//!
//! Invariants:
//! * `the_key_file_is_made_once_and_only_for_its_owner`
//! * `a_key_file_is_replaced_as_a_whole`

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read as _, Write as _},
    os::unix::fs::{MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _, fchown},
    path::{Path, PathBuf},
};

use super::{SecretError, ring::Ring};

/// Eight keys and what is left of thirty-two; anything much longer is another file.
const BYTES_MAX: u64 = 16 * 1_024;

/// The keys in the file; makes it, with a fresh key and for its owner only, if it is missing.
pub fn open(path: &Path) -> Result<Ring, SecretError> {
    match create(path) {
        Err(SecretError::KeyFile { source, .. })
            if source.kind() == io::ErrorKind::AlreadyExists =>
        {
            read(path)
        }
        created => created,
    }
}

fn create(path: &Path) -> Result<Ring, SecretError> {
    let trouble = |source| SecretError::KeyFile { path: path.to_owned(), source };
    // Existence is asked first: a key is drawn only for a file that is ours to write.
    if path.exists() {
        return Err(trouble(io::ErrorKind::AlreadyExists.into()));
    }
    fs::create_dir_all(folder(path)).map_err(trouble)?;
    let ring = Ring::fresh()?;
    let mut options = OpenOptions::new();
    options.write(true).create_new(true).mode(0o600);
    let mut file = options.open(path).map_err(trouble)?;
    file.write_all(ring.text().as_bytes()).and_then(|()| file.sync_all()).map_err(trouble)?;
    Ok(ring)
}

/// The keys in the file.
pub fn read(path: &Path) -> Result<Ring, SecretError> {
    let trouble = |source| SecretError::KeyFile { path: path.to_owned(), source };
    let file = File::open(path).map_err(trouble)?;
    let mode = file.metadata().map_err(trouble)?.permissions().mode() & 0o777;
    // systemd shows credentials as 0400 or 0440 in a folder of their own.
    if mode & 0o007 != 0 {
        return Err(SecretError::Exposed { path: path.to_owned(), mode });
    }
    let mut text = String::new();
    file.take(BYTES_MAX).read_to_string(&mut text).map_err(trouble)?;
    Ring::parse(&text, &path.display().to_string())
}

/// A key file that nobody else changes as long as this lives.
#[derive(Debug)]
pub struct Held {
    path: PathBuf,
    /// Locked: the file itself is replaced, its folder stays.
    folder: File,
}

impl Held {
    /// Waits until nobody else changes the file.
    pub fn hold(path: &Path) -> Result<Self, SecretError> {
        let trouble = |source| SecretError::KeyFile { path: path.to_owned(), source };
        let folder = File::open(folder(path)).map_err(trouble)?;
        folder.lock().map_err(trouble)?;
        Ok(Self { path: path.to_owned(), folder })
    }

    /// The keys as they stand now.
    pub fn read(&self) -> Result<Ring, SecretError> {
        read(&self.path)
    }

    /// Puts this ring in the place of the other, for the same owner: the file is the old one or the
    /// new one whenever the machine stops.
    pub fn replace(&self, ring: &Ring) -> Result<(), SecretError> {
        let trouble = |source| SecretError::KeyFile { path: self.path.clone(), source };
        let before = fs::metadata(&self.path).map_err(trouble)?;
        let mut beside = self.path.clone().into_os_string();
        beside.push(".new");
        let beside = PathBuf::from(beside);
        // Left by somebody who was stopped.
        match fs::remove_file(&beside) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(trouble(error)),
            _ => {} // gone, or never there
        }
        let mut options = OpenOptions::new();
        options.write(true).create_new(true).mode(0o600);
        let mut file = options.open(&beside).map_err(trouble)?;
        let written = file.write_all(ring.text().as_bytes()).and_then(|()| {
            if file.metadata()?.uid() != before.uid() || file.metadata()?.gid() != before.gid() {
                fchown(&file, Some(before.uid()), Some(before.gid()))?;
            }
            file.set_permissions(before.permissions())?;
            file.sync_all()?;
            fs::rename(&beside, &self.path)?;
            self.folder.sync_all()
        });
        written.map_err(trouble)
    }
}

fn folder(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."), // a bare name
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::timestamp::Timestamp;

    #[test]
    fn the_key_file_is_made_once_and_only_for_its_owner() {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let path = folder.path().join("state").join("contacts.key");
        let sealed = open(&path).expect("a new key").seal("W1", b"x").expect("sealed");
        let mode = fs::metadata(&path).expect("the key file").permissions().mode() & 0o777;
        assert_eq!(mode, 0o600);
        let again = open(&path).expect("the same key");
        assert_eq!(again.unseal("W1", &sealed).as_deref(), Some(&b"x"[..]));
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).expect("chmod");
        assert!(matches!(open(&path), Err(SecretError::Exposed { mode: 0o644, .. })));
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("chmod");
        fs::write(&path, "short\n").expect("overwritten");
        assert!(matches!(open(&path), Err(SecretError::NotAKey { .. })));
    }

    #[test]
    fn a_key_file_is_replaced_as_a_whole() {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let path = folder.path().join("contacts.key");
        open(&path).expect("a new key");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).expect("chmod");
        fs::write(folder.path().join("contacts.key.new"), "half").expect("a torn write");
        let held = Held::hold(&path).expect("nobody else holds it");
        let ring = held.read().expect("it reads").rotated(Timestamp(0)).expect("a second key");
        held.replace(&ring).expect("it is replaced");
        assert_eq!(read(&path).expect("it reads").list(), ring.list());
        let mode = fs::metadata(&path).expect("the key file").permissions().mode() & 0o777;
        assert_eq!(mode, 0o640, "whoever read it before reads it now");
        let left = fs::read_dir(folder.path()).expect("it lists").count();
        assert_eq!(left, 1, "nothing else is left");
    }
}
