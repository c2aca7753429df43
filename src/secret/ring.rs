//! Ring: the keys in force, oldest first, and what is left of those that were retired.
//!
//! The newest key seals and signs; the others still open and verify. Of a retired key only
//! what its signatures are checked with stays, so that an old link is told from a forged one.
//! Callers are named with a secret of the first key for ever: with another, repeated calls and
//! those who want no messages would not be known any more.
//!
//! Invariants:
//! * `a_file_of_one_key_is_a_ring_of_one`
//! * `what_is_written_is_read_again`
//! * `callers_keep_their_names`

use std::fmt::Write as _;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chacha20poly1305::{
    KeyInit as _, XChaCha20Poly1305,
    aead::{Aead as _, Payload},
};

use super::{NONCE_BYTES, SecretError, random, same};
use crate::core::timestamp::Timestamp;

const KEY_BYTES: usize = 32;
/// Bytes of a key's id; whole groups of base64, so that the store finds what a key sealed by the
/// first letters.
const ID_BYTES: usize = 6;
/// Bytes of a caller's name: 96 bits, 16 characters.
const CALLER_BYTES: usize = 12;
/// Bytes of the signature in a link to staff: 96 bits, 16 characters.
const SIGNATURE_BYTES: usize = 12;
/// What the key of links to staff is derived for.
const STAFF_CONTEXT: &str = "duban 2026-11 links to staff";
/// What the key of callers is derived for; never changes, or repeats would not be known any more.
const CALLER_CONTEXT: &str = "duban 2026-11 names of callers";
/// What the id of a key is derived for.
const ID_CONTEXT: &str = "duban 2026-11 ids of keys";
/// Keys in force at most: each one more is tried on every link and contact of an older one.
const KEYS_MAX: usize = 8;
/// Retired keys remembered; older ones are forgotten, and their links are of nobody.
const RETIRED_MAX: usize = 32;
const HEAD: &str =
    "# The keys of duban, written by `duban key`. Keep a copy; show them to nobody.\n";

type Bytes = [u8; KEY_BYTES];

/// What a key is called: derived from it, so that the same key has the same name everywhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct KeyId(pub [u8; ID_BYTES]);

impl std::fmt::Display for KeyId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl std::str::FromStr for KeyId {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("`{text}` is no id of a key; `duban key list` shows them");
        let is_hex =
            text.len() == ID_BYTES * 2 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        let number = u64::from_str_radix(text, 16).ok().filter(|_| is_hex).ok_or_else(wrong)?;
        let [_, _, id @ ..] = number.to_be_bytes();
        Ok(Self(id))
    }
}

/// A key in force.
#[derive(Clone)]
struct One {
    id: KeyId,
    /// `None`: before keys had dates.
    made: Option<Timestamp>,
    bytes: Bytes,
    cipher: XChaCha20Poly1305,
    staff: Bytes,
}

/// What is left of a key.
#[derive(Clone)]
struct Retired {
    id: KeyId,
    at: Timestamp,
    staff: Bytes,
}

/// How a key is listed; never the key itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Listed {
    pub id: KeyId,
    pub made: Option<Timestamp>,
    /// `None`: it is in force.
    pub retired: Option<Timestamp>,
}

/// Whose signature a link to staff has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StaffLink {
    /// It leads to the message of this number.
    Message(i64),
    /// A key that was retired signed it.
    Retired,
    /// Nobody signed it.
    Unknown,
}

/// Why a key does not leave the ring.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotRetired {
    #[error("there is no key `{0}` in force; `duban key list` shows them")]
    Unknown(KeyId),
    #[error("`{0}` is the newest key and seals everything; make another with `duban key rotate`")]
    Newest(KeyId),
}

/// The keys.
#[derive(Clone)]
pub struct Ring {
    callers: Bytes,
    /// Oldest first; never empty.
    keys: Vec<One>,
    retired: Vec<Retired>,
}

impl Ring {
    /// A ring of a single fresh key. Written down it is one line, as before there were rings.
    pub fn fresh() -> Result<Self, SecretError> {
        Ok(Self::of(random()?))
    }

    fn of(bytes: Bytes) -> Self {
        let one = One::new(bytes, None);
        let callers = blake3::derive_key(CALLER_CONTEXT, &bytes);
        Self { callers, keys: vec![one], retired: Vec::new() }
    }

    /// The keys in a text: a single key, or the lines `duban key` writes.
    pub fn parse(text: &str, place: &str) -> Result<Self, SecretError> {
        let place = || place.to_owned();
        let lines: Vec<(usize, Vec<&str>)> = text
            .lines()
            .enumerate()
            .map(|(n, line)| (n + 1, line.split_whitespace().collect::<Vec<_>>()))
            .filter(|(_, words)| words.first().is_some_and(|word| !word.starts_with('#')))
            .collect();
        if let [(_, words)] = lines.as_slice()
            && let [key] = words.as_slice()
        {
            let bytes = decoded(key).ok_or_else(|| SecretError::NotAKey { place: place() })?;
            return Ok(Self::of(bytes));
        }
        let mut ring = Self { callers: Bytes::default(), keys: Vec::new(), retired: Vec::new() };
        let mut has_callers = false;
        for (line, words) in lines {
            let wrong = || SecretError::NotALine { place: place(), line };
            match words.as_slice() {
                ["callers", secret] => {
                    ring.callers = decoded(secret).ok_or_else(wrong)?;
                    has_callers = true;
                }
                ["key", made, secret] => {
                    let made = match *made {
                        "-" => None,
                        made => Some(Timestamp::parse(made).map_err(|_| wrong())?),
                    };
                    ring.keys.push(One::new(decoded(secret).ok_or_else(wrong)?, made));
                }
                ["retired", id, at, secret] => ring.retired.push(Retired {
                    id: id.parse().map_err(|_| wrong())?,
                    at: Timestamp::parse(at).map_err(|_| wrong())?,
                    staff: decoded(secret).ok_or_else(wrong)?,
                }),
                _ => return Err(wrong()), // no line of ours
            }
        }
        if ring.keys.is_empty() || !has_callers {
            return Err(SecretError::NotAKey { place: place() });
        }
        Ok(ring)
    }

    /// The ring as its file holds it.
    pub fn text(&self) -> String {
        if let [only] = self.keys.as_slice()
            && only.made.is_none()
            && self.retired.is_empty()
        {
            return format!("{}\n", URL_SAFE_NO_PAD.encode(only.bytes));
        }
        let mut text = format!("{HEAD}callers {}\n", URL_SAFE_NO_PAD.encode(self.callers));
        for Retired { id, at, staff } in &self.retired {
            _ = writeln!(text, "retired {id} {at} {}", URL_SAFE_NO_PAD.encode(staff));
        }
        for one in &self.keys {
            let made = one.made.map_or_else(|| "-".to_owned(), |made| made.to_string());
            _ = writeln!(text, "key {made} {}", URL_SAFE_NO_PAD.encode(one.bytes));
        }
        text
    }

    /// The same ring with a fresh key as its newest.
    pub fn rotated(mut self, now: Timestamp) -> Result<Self, SecretError> {
        if self.keys.len() >= KEYS_MAX {
            return Err(SecretError::Full { keys_max: KEYS_MAX });
        }
        self.keys.push(One::new(random()?, Some(now)));
        Ok(self)
    }

    /// The same ring without this key.
    pub fn without(mut self, id: KeyId, now: Timestamp) -> Result<Self, NotRetired> {
        let at = self.keys.iter().position(|one| one.id == id).ok_or(NotRetired::Unknown(id))?;
        if at + 1 == self.keys.len() {
            return Err(NotRetired::Newest(id));
        }
        let One { id, staff, .. } = self.keys.remove(at);
        self.retired.push(Retired { id, at: now, staff });
        let forgotten = self.retired.len().saturating_sub(RETIRED_MAX);
        self.retired.drain(..forgotten);
        Ok(self)
    }

    /// All keys, those in force first, the newest first among each.
    pub fn list(&self) -> Vec<Listed> {
        let keys = self.keys.iter().rev();
        let keys = keys.map(|one| Listed { id: one.id, made: one.made, retired: None });
        let retired = self.retired.iter().rev();
        let retired = retired.map(|one| Listed { id: one.id, made: None, retired: Some(one.at) });
        keys.chain(retired).collect()
    }

    /// The key that seals and signs.
    pub fn newest(&self) -> KeyId {
        self.last().id
    }

    /// The key that sealed what bears no id.
    pub fn oldest(&self) -> KeyId {
        self.keys.first().map_or(self.last().id, |one| one.id)
    }

    /// Whether a key of this ring is one of the other.
    pub fn meets(&self, other: &Self) -> bool {
        self.keys.iter().any(|one| other.keys.iter().any(|known| known.id == one.id))
    }

    fn last(&self) -> &One {
        self.keys.last().expect("a ring has a key from the start, and the newest never leaves")
    }

    /// The token of the link in a message to staff: its number, signed. Nothing is stored for it.
    pub fn staff_token(&self, message: i64) -> String {
        signed(&self.last().staff, message)
    }

    /// Whose signature this token has.
    pub fn staff_link(&self, token: &str) -> StaffLink {
        let message = token.split_once('.').and_then(|(number, _)| number.parse().ok());
        let Some(message) = message else { return StaffLink::Unknown };
        let by = |staff: &Bytes| same(token, &signed(staff, message));
        if self.keys.iter().rev().any(|one| by(&one.staff)) {
            StaffLink::Message(message)
        } else if self.retired.iter().any(|one| by(&one.staff)) {
            StaffLink::Retired
        } else {
            StaffLink::Unknown
        }
    }

    /// A name for whoever called, the same for every call of theirs: nobody without the key can tell
    /// who it is, or try out numbers.
    pub fn caller(&self, identity: &str) -> String {
        let hash = blake3::keyed_hash(&self.callers, identity.as_bytes());
        let short = hash.as_bytes().get(..CALLER_BYTES).unwrap_or_default();
        URL_SAFE_NO_PAD.encode(short)
    }

    /// Seals `plain` for one ticket: the key's id, a random nonce, the ciphertext.
    pub fn seal(&self, ticket: &str, plain: &[u8]) -> Result<Vec<u8>, SecretError> {
        let nonce: [u8; NONCE_BYTES] = random()?;
        let payload = Payload { msg: plain, aad: ticket.as_bytes() };
        let one = self.last();
        let sealed = one
            .cipher
            .encrypt((&nonce).into(), payload)
            .expect("a contact is far shorter than the cipher's limit of 256 GiB");
        Ok([&one.id.0[..], &nonce, &sealed].concat())
    }

    /// Opens what was sealed for this ticket, `None` if no key of this ring does.
    pub fn unseal(&self, ticket: &str, sealed: &[u8]) -> Option<Vec<u8>> {
        let named = sealed.split_first_chunk::<ID_BYTES>().and_then(|(id, rest)| {
            let one = self.keys.iter().find(|one| one.id.0 == *id)?;
            one.unseal(ticket, rest)
        });
        // Before there were rings nothing bore an id.
        named.or_else(|| self.keys.iter().find_map(|one| one.unseal(ticket, sealed)))
    }
}

impl One {
    fn new(bytes: Bytes, made: Option<Timestamp>) -> Self {
        let [id @ .., _, _] = *blake3::derive_key(ID_CONTEXT, &bytes)
            .first_chunk::<{ ID_BYTES + 2 }>()
            .expect("32 bytes are more than 8");
        Self {
            id: KeyId(id),
            made,
            bytes,
            cipher: XChaCha20Poly1305::new((&bytes).into()),
            staff: blake3::derive_key(STAFF_CONTEXT, &bytes),
        }
    }

    fn unseal(&self, ticket: &str, sealed: &[u8]) -> Option<Vec<u8>> {
        let (nonce, sealed) = sealed.split_first_chunk::<NONCE_BYTES>()?;
        let payload = Payload { msg: sealed, aad: ticket.as_bytes() };
        self.cipher.decrypt(nonce.into(), payload).ok()
    }
}

fn signed(staff: &Bytes, message: i64) -> String {
    let hash = blake3::keyed_hash(staff, &message.to_be_bytes());
    let short = hash.as_bytes().get(..SIGNATURE_BYTES).unwrap_or_default();
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(short))
}

fn decoded(text: &str) -> Option<Bytes> {
    URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";

    fn ring(text: &str) -> Ring {
        Ring::parse(text, "a test").unwrap_or_else(|error| panic!("{text}: {error}"))
    }

    #[test]
    fn a_file_of_one_key_is_a_ring_of_one() {
        let one = ring(&format!("{OLD}\n"));
        assert_eq!(one.text(), format!("{OLD}\n"), "it is not written otherwise than before");
        assert_eq!(one.newest(), one.oldest());
        // As the first release signed and sealed: without an id.
        let sealed = one.keys[0]
            .cipher
            .encrypt((&[7; NONCE_BYTES]).into(), Payload { msg: b"x", aad: b"W1" });
        let sealed = [&[7; NONCE_BYTES][..], &sealed.expect("it is short")].concat();
        let rotated = ring(&one.rotated(Timestamp(0)).expect("a second key").text());
        assert_eq!(rotated.unseal("W1", &sealed).as_deref(), Some(&b"x"[..]));
        assert_eq!(rotated.unseal("W2", &sealed), None);
    }

    #[test]
    fn what_is_written_is_read_again() {
        let now = Timestamp(1_778_752_800_000);
        let first = ring(OLD);
        let second = first.clone().rotated(now).expect("a second key");
        let third = second.clone().rotated(now.plus_ms(1)).expect("a third key");
        let token = first.staff_token(7);
        assert_eq!(third.staff_link(&token), StaffLink::Message(7), "signed before the rotation");
        assert_eq!(first.staff_link(&third.staff_token(7)), StaffLink::Unknown);
        let sealed = second.seal("W1", b"x").expect("sealed");

        assert_eq!(
            third.clone().without(third.newest(), now).err(),
            Some(NotRetired::Newest(third.newest()))
        );
        let without = third.clone().without(first.newest(), now).expect("the first is retired");
        let again = ring(&without.text());
        assert_eq!(again.list(), without.list());
        assert_eq!(again.text(), without.text());
        assert_eq!(again.staff_link(&token), StaffLink::Retired);
        assert_eq!(again.staff_link(&format!("8{}", &token[1..])), StaffLink::Unknown, "forged");
        assert_eq!(again.unseal("W1", &sealed).as_deref(), Some(&b"x"[..]));
        assert_eq!(
            again.without(first.newest(), now).err(),
            Some(NotRetired::Unknown(first.newest()))
        );
    }

    #[test]
    fn callers_keep_their_names() {
        let first = ring(OLD);
        let name = first.caller("3800138000");
        let rotated = first.clone().rotated(Timestamp(0)).expect("a second key");
        let alone = rotated.without(first.newest(), Timestamp(1)).expect("the first is retired");
        assert_eq!(ring(&alone.text()).caller("3800138000"), name);
    }

    #[test]
    fn a_text_that_is_no_ring_is_refused() {
        let key = |words: &str| format!("callers {OLD}\nkey - {OLD}\n{words}");
        #[rustfmt::skip]
        let table = [
            ("nothing",             String::new(),                          "does not hold a key"),
            ("a comment",           "# keys\n".to_owned(),                  "does not hold a key"),
            ("a short key",         "AAEC\n".to_owned(),                    "does not hold a key"),
            ("no callers",          format!("key - {OLD}\n"),               "does not hold a key"),
            ("two bare keys",       format!("{OLD}\n{OLD}\n"),              "line 1 of a test"),
            ("an unknown word",     key("kex - x"),                         "line 3 of a test"),
            ("a date that is none", key(&format!("key gestern {OLD}")),     "line 3 of a test"),
            ("an id that is none",  key(&format!("retired k1 2026-05-07T01:00:00Z {OLD}")), "line 3 of a test"),
        ];
        for (name, text, want) in table {
            let error = Ring::parse(&text, "a test").map(drop).expect_err(name).to_string();
            assert!(error.contains(want), "{name}: {error}");
            assert!(!error.contains(&OLD[..8]), "{name}: no error shows a key");
        }
        let mut full = ring(OLD);
        for _ in 1..KEYS_MAX {
            full = full.rotated(Timestamp(0)).expect("there is room");
        }
        assert!(matches!(full.rotated(Timestamp(0)), Err(SecretError::Full { .. })));
    }

    #[test]
    fn an_id_is_written_and_read() {
        let id = ring(OLD).newest();
        assert_eq!(id.to_string().parse(), Ok(id));
        for text in ["", "12", "+23456789012", "zzzzzzzzzzzz", "0123456789abc"] {
            assert!(text.parse::<KeyId>().is_err(), "{text}");
        }
    }
}
