//! Contacts sealed at rest, signed links, and the one-use tokens of links.
//!
//! A contact is sealed with XChaCha20-Poly1305 under a key that lies outside the store;
//! the ticket's number is authenticated with it, so a sealed contact moved to another
//! ticket does not open. A token is 96 random bits; the store knows only its hash.
//! Keys change: the newest seals and signs, older ones open and verify until they are
//! retired (docs/keys.md).
//!
//! Invariants:
//! * `a_contact_opens_only_on_its_own_ticket`
//! * `a_clone_gets_the_new_key_too`
//! * `keys_that_open_nothing_are_not_taken`

mod file;
mod ring;

use std::{
    fmt, io,
    path::{Path, PathBuf},
    sync::Arc,
};

use arc_swap::ArcSwap;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use subtle::ConstantTimeEq as _;

pub use self::{
    file::Held,
    ring::{KeyId, Listed, NotRetired, Ring, StaffLink},
};

/// Random bytes of a token: 96 bits, 16 characters in a link.
const TOKEN_BYTES: usize = 12;
/// Random bytes of an API token: 192 bits, 32 characters in a header.
const API_TOKEN_BYTES: usize = 24;
const NONCE_BYTES: usize = 24;

/// Why a secret cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    #[error("cannot use the key file {}: {source}", path.display())]
    KeyFile { path: PathBuf, source: io::Error },
    #[error("{place} does not hold a key; a key is 32 bytes as 43 characters of base64url")]
    NotAKey { place: String },
    #[error("line {line} of {place} is none of a key file; put the file back from its copy")]
    NotALine { place: String, line: usize },
    #[error("{} is readable by others (mode {mode:o}); make it `chmod 600`", path.display())]
    Exposed { path: PathBuf, mode: u32 },
    #[error(
        "there are {keys_max} keys in force already; retire the oldest with `duban key retire`"
    )]
    Full { keys_max: usize },
    #[error(
        "{place} holds none of the keys in force, so no contact would open any more; put the file back from its copy"
    )]
    OtherKeys { place: String },
    #[error("the operating system gives no randomness: {0}")]
    NoRandomness(getrandom::Error),
    #[error(
        "the sealed contact of ticket `{ticket}` does not open: another key, another ticket or changed bytes"
    )]
    Sealed { ticket: String },
}

/// The keys of a house: its clones are one, so that all of them have a new key at once.
#[derive(Clone)]
pub struct Key {
    ring: Arc<ArcSwap<Ring>>,
    /// Where they can be read anew.
    file: Option<Arc<Path>>,
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(hidden)")
    }
}

impl Key {
    /// Reads the key file; makes it, with a fresh key and for its owner only, if it is missing.
    pub fn open(path: &Path) -> Result<Self, SecretError> {
        Ok(Self::new(file::open(path)?, Some(path.into())))
    }

    /// The keys in a text, as the environment gives it.
    pub fn parse(text: &str, place: &str) -> Result<Self, SecretError> {
        Ok(Self::new(Ring::parse(text, place)?, None))
    }

    fn new(ring: Ring, file: Option<Arc<Path>>) -> Self {
        Self { ring: Arc::new(ArcSwap::from_pointee(ring)), file }
    }

    /// Reads the file anew; the key that seals from now on. What the environment gave stays.
    pub fn renew(&self) -> Result<KeyId, SecretError> {
        if let Some(path) = &self.file {
            let fresh = file::read(path)?;
            if !fresh.meets(&self.ring.load()) {
                return Err(SecretError::OtherKeys { place: path.display().to_string() });
            }
            self.ring.store(Arc::new(fresh));
        }
        Ok(self.ring.load().newest())
    }

    /// The keys as they are now.
    pub fn ring(&self) -> Arc<Ring> {
        self.ring.load_full()
    }

    /// The token of the link in a message to staff: its number, signed. Nothing is stored for it.
    pub fn staff_token(&self, message: i64) -> String {
        self.ring.load().staff_token(message)
    }

    /// Whose signature the token of a link to staff has.
    pub fn staff_link(&self, token: &str) -> StaffLink {
        self.ring.load().staff_link(token)
    }

    /// A name for whoever called, the same for every call of theirs: nobody without the key can tell
    /// who it is, or try out numbers.
    pub fn caller(&self, identity: &str) -> String {
        self.ring.load().caller(identity)
    }

    /// Seals `plain` for one ticket, with the newest key.
    pub fn seal(&self, ticket: &str, plain: &[u8]) -> Result<Vec<u8>, SecretError> {
        self.ring.load().seal(ticket, plain)
    }

    /// Opens what was sealed for this ticket.
    pub fn unseal(&self, ticket: &str, sealed: &[u8]) -> Result<Vec<u8>, SecretError> {
        let opened = self.ring.load().unseal(ticket, sealed);
        // Somebody may have a newer key already: another node, or `duban key rotate --reseal`.
        let opened = opened.or_else(|| {
            self.renew().ok()?;
            self.ring.load().unseal(ticket, sealed)
        });
        opened.ok_or_else(|| SecretError::Sealed { ticket: ticket.to_owned() })
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
    use crate::core::timestamp::Timestamp;

    #[test]
    fn a_contact_opens_only_on_its_own_ticket() {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let key = Key::open(&folder.path().join("a.key")).expect("a new key");
        let other = Key::open(&folder.path().join("b.key")).expect("another key");
        let sealed = key.seal("W1", b"13800138000").expect("sealed");
        let mut changed = sealed.clone();
        changed[36] ^= 1;
        let mut renamed = sealed.clone();
        renamed[0] ^= 1;
        #[rustfmt::skip]
        let table = [
            ("its own ticket",  key.unseal("W1", &sealed),            true),
            ("another ticket",  key.unseal("W2", &sealed),            false),
            ("another key",     other.unseal("W1", &sealed),          false),
            ("changed bytes",   key.unseal("W1", &changed),           false),
            ("another id",      key.unseal("W1", &renamed),           false),
            ("nothing",         key.unseal("W1", &[]),                false),
            ("a nonce only",    key.unseal("W1", &sealed[..30]),      false),
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
    fn a_clone_gets_the_new_key_too() {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let path = folder.path().join("a.key");
        let key = Key::open(&path).expect("a new key");
        let clone = key.clone();
        let held = Held::hold(&path).expect("nobody else holds it");
        let rotated = held.read().expect("it reads").rotated(Timestamp(0)).expect("a second key");
        held.replace(&rotated).expect("it is replaced");
        assert_ne!(key.ring().newest(), rotated.newest(), "not before it is told to");
        assert_eq!(key.renew().expect("it reads"), rotated.newest());
        assert_eq!(clone.ring().newest(), rotated.newest());
        // Sealed by somebody who has a newer key already.
        let newer = rotated.rotated(Timestamp(1)).expect("a third key");
        held.replace(&newer).expect("it is replaced");
        let sealed = newer.seal("W1", b"x").expect("sealed");
        assert_eq!(clone.unseal("W1", &sealed).expect("it looks for the key"), b"x");
    }

    #[test]
    fn keys_that_open_nothing_are_not_taken() {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let path = folder.path().join("a.key");
        let key = Key::open(&path).expect("a new key");
        let before = key.ring().newest();
        let stranger = Ring::fresh().expect("a stranger's key");
        std::fs::write(&path, stranger.text()).expect("somebody puts another file there");
        assert!(matches!(key.renew(), Err(SecretError::OtherKeys { .. })));
        std::fs::remove_file(&path).expect("it goes");
        assert!(matches!(key.renew(), Err(SecretError::KeyFile { .. })), "none is made");
        assert_eq!(key.ring().newest(), before);
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
