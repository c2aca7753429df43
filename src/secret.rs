//! Contacts sealed at rest, and the one-use tokens of links.
//!
//! A contact is sealed with XChaCha20-Poly1305 under a key that lies outside the store;
//! the ticket's number is authenticated with it, so a sealed contact moved to another
//! ticket does not open. A token is 96 random bits; the store knows only its hash.
//!
//! Invariants:
//! * `a_contact_opens_only_on_its_own_ticket`
//! * `the_key_file_is_made_once_and_only_for_its_owner`

use std::{
    fmt,
    fs::OpenOptions,
    io::{self, Read as _, Write as _},
    os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _},
    path::{Path, PathBuf},
};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chacha20poly1305::{
    KeyInit as _, XChaCha20Poly1305,
    aead::{Aead as _, Payload},
};
use subtle::ConstantTimeEq as _;

/// Random bytes of a token: 96 bits, 16 characters in a link.
const TOKEN_BYTES: usize = 12;
/// Random bytes of an API token: 192 bits, 32 characters in a header.
const API_TOKEN_BYTES: usize = 24;
const KEY_BYTES: usize = 32;
/// Bytes of a caller's name: 96 bits, 16 characters.
const CALLER_BYTES: usize = 12;
/// Bytes of the signature in a link to staff: 96 bits, 16 characters.
const SIGNATURE_BYTES: usize = 12;
/// What the key of links to staff is derived for.
const STAFF_CONTEXT: &str = "duban 2026-11 links to staff";
/// What the key of callers is derived for; never changes, or repeats would not be known any more.
const CALLER_CONTEXT: &str = "duban 2026-11 names of callers";
const NONCE_BYTES: usize = 24;
/// A key file holds one line of 43 characters; anything much longer is another file.
const KEY_FILE_BYTES_MAX: u64 = 1_024;

/// Why a secret cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    #[error("cannot use the key file {}: {source}", path.display())]
    KeyFile { path: PathBuf, source: io::Error },
    #[error("{place} does not hold a key; a key is 32 bytes as 43 characters of base64url")]
    NotAKey { place: String },
    #[error("{} is readable by others (mode {mode:o}); make it `chmod 600`", path.display())]
    Exposed { path: PathBuf, mode: u32 },
    #[error("the operating system gives no randomness: {0}")]
    NoRandomness(getrandom::Error),
    #[error(
        "the sealed contact of ticket `{ticket}` does not open: another key, another ticket or changed bytes"
    )]
    Sealed { ticket: String },
}

/// The key under which contacts lie in the store.
#[derive(Clone)]
pub struct Key {
    cipher: XChaCha20Poly1305,
    /// Derived from it: what callers are hashed with.
    caller: [u8; KEY_BYTES],
    /// Derived from it: what links to staff are signed with.
    staff: [u8; KEY_BYTES],
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(hidden)")
    }
}

impl Key {
    /// Reads the key file; makes it, with a fresh key and for its owner only, if it is missing.
    pub fn open(path: &Path) -> Result<Self, SecretError> {
        match Self::create(path) {
            Err(SecretError::KeyFile { source, .. })
                if source.kind() == io::ErrorKind::AlreadyExists =>
            {
                Self::read(path)
            }
            created => created,
        }
    }

    /// The key in a text, as the environment or a file gives it.
    pub fn parse(text: &str, place: &str) -> Result<Self, SecretError> {
        let wrong = || SecretError::NotAKey { place: place.to_owned() };
        let bytes = URL_SAFE_NO_PAD.decode(text.trim()).map_err(|_| wrong())?;
        let cipher = XChaCha20Poly1305::new_from_slice(&bytes).map_err(|_| wrong())?;
        Ok(Self {
            cipher,
            caller: blake3::derive_key(CALLER_CONTEXT, &bytes),
            staff: blake3::derive_key(STAFF_CONTEXT, &bytes),
        })
    }

    /// The token of the link in a message to staff: its number, signed. Nothing is stored for it.
    pub fn staff_token(&self, message: i64) -> String {
        let hash = blake3::keyed_hash(&self.staff, &message.to_be_bytes());
        let short = hash.as_bytes().get(..SIGNATURE_BYTES).unwrap_or_default();
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(short))
    }

    /// The number of the message whose link has this token; `None`: nobody signed it.
    pub fn staff_message(&self, token: &str) -> Option<i64> {
        let message = token.split_once('.')?.0.parse().ok()?;
        same(token, &self.staff_token(message)).then_some(message)
    }

    /// A name for whoever called, the same for every call of theirs: nobody without the key can tell
    /// who it is, or try out numbers.
    pub fn caller(&self, identity: &str) -> String {
        let hash = blake3::keyed_hash(&self.caller, identity.as_bytes());
        let short = hash.as_bytes().get(..CALLER_BYTES).unwrap_or_default();
        URL_SAFE_NO_PAD.encode(short)
    }

    /// Seals `plain` for one ticket: a random nonce, then the ciphertext.
    pub fn seal(&self, ticket: &str, plain: &[u8]) -> Result<Vec<u8>, SecretError> {
        let nonce: [u8; NONCE_BYTES] = random()?;
        let payload = Payload { msg: plain, aad: ticket.as_bytes() };
        let sealed = self
            .cipher
            .encrypt((&nonce).into(), payload)
            .expect("a contact is far shorter than the cipher's limit of 256 GiB");
        Ok([&nonce[..], &sealed].concat())
    }

    /// Opens what was sealed for this ticket.
    pub fn unseal(&self, ticket: &str, sealed: &[u8]) -> Result<Vec<u8>, SecretError> {
        let broken = || SecretError::Sealed { ticket: ticket.to_owned() };
        let (nonce, sealed) = sealed.split_first_chunk::<NONCE_BYTES>().ok_or_else(broken)?;
        let payload = Payload { msg: sealed, aad: ticket.as_bytes() };
        self.cipher.decrypt(nonce.into(), payload).map_err(|_| broken())
    }

    fn create(path: &Path) -> Result<Self, SecretError> {
        let trouble = |source| SecretError::KeyFile { path: path.to_owned(), source };
        let mut options = OpenOptions::new();
        options.write(true).create_new(true).mode(0o600);
        // Existence is asked first: a key is drawn only for a file that is ours to write.
        if path.exists() {
            return Err(trouble(io::ErrorKind::AlreadyExists.into()));
        }
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            std::fs::create_dir_all(folder).map_err(trouble)?;
        }
        let bytes: [u8; KEY_BYTES] = random()?;
        let text = URL_SAFE_NO_PAD.encode(bytes);
        let mut file = options.open(path).map_err(trouble)?;
        writeln!(file, "{text}").and_then(|()| file.sync_all()).map_err(trouble)?;
        Self::parse(&text, &path.display().to_string())
    }

    fn read(path: &Path) -> Result<Self, SecretError> {
        let trouble = |source| SecretError::KeyFile { path: path.to_owned(), source };
        let file = std::fs::File::open(path).map_err(trouble)?;
        let mode = file.metadata().map_err(trouble)?.permissions().mode() & 0o777;
        // systemd shows credentials as 0400 or 0440 in a folder of their own.
        if mode & 0o007 != 0 {
            return Err(SecretError::Exposed { path: path.to_owned(), mode });
        }
        let mut text = String::new();
        file.take(KEY_FILE_BYTES_MAX).read_to_string(&mut text).map_err(trouble)?;
        Self::parse(&text, &path.display().to_string())
    }
}

/// A new token for a link: 16 characters of base64url.
pub fn token() -> Result<String, SecretError> {
    let bytes: [u8; TOKEN_BYTES] = random()?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

/// A new API token: 32 characters of base64url. Shown once, kept only as its hash.
///
/// Whoever presents one is found by the hash in an index. How long that takes depends on the hash,
/// which a guesser cannot steer, so no comparison in constant time is needed; and a fast hash is
/// enough, because 192 random bits cannot be tried out as a password can.
pub fn api_token() -> Result<String, SecretError> {
    let bytes: [u8; API_TOKEN_BYTES] = random()?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

/// What the store keeps of a token.
pub fn token_hash(token: &str) -> String {
    URL_SAFE_NO_PAD.encode(blake3::hash(token.as_bytes()).as_bytes())
}

/// Whether two secrets are the same, in a time that does not say where they differ.
pub fn same(one: &str, other: &str) -> bool {
    one.as_bytes().ct_eq(other.as_bytes()).into()
}

fn random<const N: usize>() -> Result<[u8; N], SecretError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(SecretError::NoRandomness)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_contact_opens_only_on_its_own_ticket() {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let key = Key::open(&folder.path().join("a.key")).expect("a new key");
        let other = Key::open(&folder.path().join("b.key")).expect("another key");
        let sealed = key.seal("W1", b"13800138000").expect("sealed");
        let mut changed = sealed.clone();
        changed[30] ^= 1;
        #[rustfmt::skip]
        let table = [
            ("its own ticket",  key.unseal("W1", &sealed),            true),
            ("another ticket",  key.unseal("W2", &sealed),            false),
            ("another key",     other.unseal("W1", &sealed),          false),
            ("changed bytes",   key.unseal("W1", &changed),           false),
            ("nothing",         key.unseal("W1", &[]),                false),
            ("a nonce only",    key.unseal("W1", &sealed[..24]),      false),
        ];
        for (name, opened, want) in table {
            assert_eq!(opened.is_ok_and(|plain| plain == b"13800138000"), want, "{name}");
        }
        assert_ne!(
            sealed,
            key.seal("W1", b"13800138000").expect("sealed"),
            "a nonce is never reused"
        );
    }

    #[test]
    fn the_key_file_is_made_once_and_only_for_its_owner() {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let path = folder.path().join("state").join("contacts.key");
        let sealed = Key::open(&path).expect("a new key").seal("W1", b"x").expect("sealed");
        let mode = std::fs::metadata(&path).expect("the key file").permissions().mode() & 0o777;
        assert_eq!(mode, 0o600);
        assert_eq!(
            Key::open(&path).expect("the same key").unseal("W1", &sealed).expect("opens"),
            b"x"
        );
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).expect("chmod");
        assert!(matches!(Key::open(&path), Err(SecretError::Exposed { mode: 0o644, .. })));
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).expect("chmod");
        std::fs::write(&path, "short\n").expect("overwritten");
        assert!(matches!(Key::open(&path), Err(SecretError::NotAKey { .. })));
    }

    #[test]
    fn a_token_is_sixteen_characters_and_never_the_same() {
        let (one, other) = (token().expect("random"), token().expect("random"));
        assert_eq!(one.len(), 16);
        assert_ne!(one, other);
        assert_eq!(api_token().expect("random").len(), 32);
        assert!(same(&token_hash(&one), &token_hash(&one)));
        assert!(!same(&token_hash(&one), &token_hash(&other)));
    }
}
