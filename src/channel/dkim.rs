//! DKIM (RFC 6376, RFC 8463): a signature over a mail as it travels.
//!
//! Pure but for the key: bytes of a mail in, one header field out. Both parts are taken in
//! their relaxed form, which survives what servers on the way do to spaces and lines; the
//! whole body is signed, never its beginning only (`l=`), and the fields are a fixed list:
//! one that is missing is signed as missing, so that nobody adds it on the way.
//!
//! Invariants:
//! * `the_example_of_the_standard_is_verified` - what is hashed is what others hash.
//! * `what_spaces_and_lines_become`
//! * `a_signature_holds_until_a_byte_changes`

use std::fmt;

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use ring::{
    digest::{SHA256, digest},
    rand::SystemRandom,
    signature::{Ed25519KeyPair, RSA_PKCS1_SHA256, RsaKeyPair},
};
use rustls::pki_types::{PrivateKeyDer, pem::PemObject as _};

use crate::{
    config::smtp::{Algorithm, DkimConfig},
    core::timestamp::Timestamp,
};

/// `from` stands twice: a second sender above ours would break the signature.
const SIGNED: [&str; 14] = [
    "from",
    "from",
    "to",
    "reply-to",
    "subject",
    "date",
    "message-id",
    "in-reply-to",
    "references",
    "list-id",
    "auto-submitted",
    "mime-version",
    "content-type",
    "content-transfer-encoding",
];
/// Characters of a signature on one line.
const LINE: usize = 72;

/// A key with the name it is published under.
pub struct Signer {
    domain: String,
    selector: String,
    key: Key,
}

enum Key {
    Rsa(Box<RsaKeyPair>),
    Ed25519(Ed25519KeyPair),
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signer")
            .field("domain", &self.domain)
            .field("selector", &self.selector)
            .finish_non_exhaustive()
    }
}

impl Signer {
    /// Takes the key out of its PEM.
    pub fn new(config: &DkimConfig) -> Result<Self, String> {
        let at = format!("the DKIM key `{}`", config.selector);
        let der = PrivateKeyDer::from_pem_slice(config.key.secret.reveal().as_bytes())
            .map_err(|error| format!("{at} is no private key in PEM: {error}"))?;
        let wrong = |error| format!("{at} is no key for `{}`: {error}", config.algorithm.name());
        let key = match (config.algorithm, &der) {
            (Algorithm::Rsa, PrivateKeyDer::Pkcs8(der)) => {
                RsaKeyPair::from_pkcs8(der.secret_pkcs8_der()).map(|key| Key::Rsa(Box::new(key)))
            }
            (Algorithm::Rsa, PrivateKeyDer::Pkcs1(der)) => {
                RsaKeyPair::from_der(der.secret_pkcs1_der()).map(|key| Key::Rsa(Box::new(key)))
            }
            (Algorithm::Ed25519, PrivateKeyDer::Pkcs8(der)) => {
                // OpenSSL writes the key without its public half.
                Ed25519KeyPair::from_pkcs8_maybe_unchecked(der.secret_pkcs8_der()).map(Key::Ed25519)
            }
            _ => return Err(wrong("an unknown kind of key".to_owned())), // new kinds of PEM
        };
        let key = key.map_err(|error| wrong(error.to_string()))?;
        let domain = idna::domain_to_ascii(&config.domain)
            .map_err(|_| format!("`{}` is no domain to sign for", config.domain))?;
        Ok(Self { domain, selector: config.selector.clone(), key })
    }

    /// The field to put before the mail.
    pub fn sign(&self, mail: &[u8], now: Timestamp) -> Result<String, String> {
        let (head, body) = halves(mail);
        let (name, signed) = match &self.key {
            Key::Rsa(_) => ("rsa", "rsa-sha256"),
            Key::Ed25519(_) => ("ed25519", "ed25519-sha256"),
        };
        let unsigned = format!(
            "DKIM-Signature: v=1; a={signed}; c=relaxed/relaxed;\r\n\td={};\r\n\ts={}; t={}; q=dns/txt;\r\n\th={};\r\n\tbh={};\r\n\tb=",
            self.domain,
            self.selector,
            now.0.div_euclid(1_000),
            folded(&SIGNED.join(":"), ':'),
            BASE64.encode(digest(&SHA256, &relaxed_body(body))),
        );
        let text = hashed(&fields(head), &SIGNED, unsigned.as_bytes());
        let signature = match &self.key {
            Key::Rsa(key) => {
                let mut signature = vec![0; key.public().modulus_len()];
                key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), &text, &mut signature)
                    .map_err(|_| format!("the {name} key `{}` signs nothing", self.selector))?;
                signature
            }
            // This one signs the hash, not the text.
            Key::Ed25519(key) => key.sign(digest(&SHA256, &text).as_ref()).as_ref().to_vec(),
        };
        Ok(format!("{unsigned}{}\r\n", in_lines(&BASE64.encode(signature))))
    }
}

/// Head and body, without the empty line between them.
fn halves(mail: &[u8]) -> (&[u8], &[u8]) {
    match mail.windows(4).position(|four| four == b"\r\n\r\n") {
        Some(at) => (&mail[..at + 2], &mail[at + 4..]),
        None => (mail, &[]),
    }
}

/// The fields of a head, each with its continuation lines.
fn fields(head: &[u8]) -> Vec<&[u8]> {
    let mut fields = Vec::new();
    let mut begin = 0;
    for (at, _) in head.windows(2).enumerate().filter(|(_, two)| two == b"\r\n") {
        let end = at + 2;
        if !head.get(end).is_some_and(|byte| matches!(byte, b' ' | b'\t')) {
            fields.push(&head[begin..end]);
            begin = end;
        }
    }
    fields
}

/// What is hashed: the named fields, of equal ones the lowest first, then the signature's own
/// without a signature in it and without an end of line.
fn hashed(fields: &[&[u8]], names: &[&str], signature: &[u8]) -> Vec<u8> {
    let mut left: Vec<Option<&[u8]>> = fields.iter().rev().copied().map(Some).collect();
    let mut text = Vec::new();
    for name in names {
        let found = left.iter_mut().find(|field| {
            field.is_some_and(|field| field_name(field).eq_ignore_ascii_case(name.as_bytes()))
        });
        if let Some(field) = found.and_then(Option::take) {
            text.extend(relaxed_field(field));
            text.extend(b"\r\n");
        }
    }
    text.extend(relaxed_field(signature));
    text
}

fn field_name(field: &[u8]) -> &[u8] {
    let end = field.iter().position(|byte| *byte == b':').unwrap_or(field.len());
    field[..end].trim_ascii_end()
}

/// `name:value` in small letters, on one line, each run of spaces one space.
fn relaxed_field(field: &[u8]) -> Vec<u8> {
    let name = field_name(field);
    let value = field.iter().position(|byte| *byte == b':').map_or(&[][..], |at| &field[at + 1..]);
    let mut relaxed = name.to_ascii_lowercase();
    relaxed.push(b':');
    let words = value.split(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n'));
    let words: Vec<&[u8]> = words.filter(|word| !word.is_empty()).collect();
    relaxed.extend(words.join(&b' '));
    relaxed
}

/// Each run of spaces one space, none at ends of lines, no empty lines at the end.
fn relaxed_body(body: &[u8]) -> Vec<u8> {
    let mut relaxed = Vec::with_capacity(body.len());
    let mut solid = 0;
    let mut rest = body;
    while !rest.is_empty() {
        let end = rest.windows(2).position(|two| two == b"\r\n");
        let line = &rest[..end.unwrap_or(rest.len())];
        rest = end.map_or(&[], |end| &rest[end + 2..]);
        let begin = relaxed.len();
        let last = line.iter().rposition(|byte| !matches!(byte, b' ' | b'\t'));
        for byte in &line[..last.map_or(0, |last| last + 1)] {
            let space = matches!(byte, b' ' | b'\t');
            if space && relaxed.len() > begin && relaxed.last() == Some(&b' ') {
                continue;
            }
            relaxed.push(if space { b' ' } else { *byte });
        }
        let empty = relaxed.len() == begin;
        relaxed.extend(b"\r\n");
        if !empty {
            solid = relaxed.len();
        }
    }
    relaxed.truncate(solid);
    relaxed
}

/// A list over several lines, broken after `at`.
fn folded(list: &str, at: char) -> String {
    let mut text = String::new();
    let mut width = 0;
    for word in list.split_inclusive(at) {
        if width + word.len() > LINE {
            text.push_str("\r\n\t ");
            width = 0;
        }
        text.push_str(word);
        width += word.len();
    }
    text
}

fn in_lines(text: &str) -> String {
    let lines: Vec<&str> = text
        .as_bytes()
        .chunks(LINE)
        .map(|line| std::str::from_utf8(line).expect("base64 is ASCII"))
        .collect();
    lines.join("\r\n\t ")
}

#[cfg(test)]
mod tests {
    use ring::signature::{ED25519, KeyPair as _, UnparsedPublicKey};

    use super::*;
    use crate::config::hidden::{Found, Hidden, Source};

    /// RFC 8463, appendix A: a mail, and what its signer made of it.
    const MAIL: &str = "From: Joe SixPack <joe@football.example.com>\r\n\
        To: Suzie Q <suzie@shopping.example.net>\r\n\
        Subject: Is dinner ready?\r\n\
        Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)\r\n\
        Message-ID: <20030712040037.46341.5F8J@football.example.com>\r\n\
        \r\n\
        Hi.\r\n\r\nWe lost the game.  Are you hungry yet?\r\n\r\nJoe.\r\n";
    const SIGNATURE: &str = "DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed;\r\n \
        d=football.example.com; i=@football.example.com;\r\n \
        q=dns/txt; s=brisbane; t=1528637909; h=from : to :\r\n \
        subject : date : message-id : from : subject : date;\r\n \
        bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;\r\n b=";
    const PUBLIC: &str = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";

    #[test]
    fn the_example_of_the_standard_is_verified() {
        let (head, body) = halves(MAIL.as_bytes());
        let hash = BASE64.encode(digest(&SHA256, &relaxed_body(body)));
        assert_eq!(hash, "2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=");
        let names = ["from", "to", "subject", "date", "message-id", "from", "subject", "date"];
        let text = hashed(&fields(head), &names, SIGNATURE.as_bytes());
        let signature = "/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11BusFa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw==";
        let signature = BASE64.decode(signature).expect("base64");
        let key = UnparsedPublicKey::new(&ED25519, BASE64.decode(PUBLIC).expect("base64"));
        key.verify(digest(&SHA256, &text).as_ref(), &signature).expect("their signature");
    }

    #[test]
    fn what_spaces_and_lines_become() {
        #[rustfmt::skip]
        let bodies = [
            ("nothing",                    "",                     ""),
            ("empty lines only",           "\r\n\r\n",             ""),
            ("empty lines at the end",     "a\r\n\r\n\r\n",        "a\r\n"),
            ("spaces only, at the end",    "a\r\n \t\r\n",         "a\r\n"),
            ("empty lines before",         "\r\n\r\na\r\n",        "\r\n\r\na\r\n"),
            ("no end of the last line",    "a",                    "a\r\n"),
            ("runs of spaces",             " a \t b  \r\n\tc\r\n", " a b\r\n c\r\n"),
            ("the example of RFC 6376",    " C \r\nD \t E\r\n\r\n\r\n", " C\r\nD E\r\n"),
        ];
        for (name, body, want) in bodies {
            assert_eq!(String::from_utf8_lossy(&relaxed_body(body.as_bytes())), want, "{name}");
        }
        #[rustfmt::skip]
        let fields = [
            ("A: X\r\n",           "a:X"),
            ("B : Y\t\r\n\tZ  \r\n", "b:Y Z"),
            ("Subject:\r\n",       "subject:"),
            ("To: =?utf-8?b?a?=\r\n =?utf-8?b?b?=\r\n", "to:=?utf-8?b?a?= =?utf-8?b?b?="),
        ];
        for (field, want) in fields {
            assert_eq!(String::from_utf8_lossy(&relaxed_field(field.as_bytes())), want, "{field}");
        }
    }

    fn config(algorithm: Algorithm, pem: &str) -> DkimConfig {
        DkimConfig {
            domain: "Duban.例子.test".into(),
            selector: "s1".into(),
            algorithm,
            key: Found { secret: Hidden::new(pem), source: Source::Environment("X".into()) },
        }
    }

    /// The private key of the same appendix, as OpenSSL writes one.
    const PEM: &str = "-----BEGIN PRIVATE KEY-----\n\
        MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n\
        -----END PRIVATE KEY-----\n";

    #[test]
    fn a_signature_holds_until_a_byte_changes() {
        let signer = Signer::new(&config(Algorithm::Ed25519, PEM)).expect("a key");
        let Key::Ed25519(pair) = &signer.key else { panic!("an Ed25519 key") };
        assert_eq!(BASE64.encode(pair.public_key()), PUBLIC);
        let field = signer.sign(MAIL.as_bytes(), Timestamp(1_528_637_909_999)).expect("signed");
        assert!(field.starts_with("DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed;\r\n\td=duban.xn--fsqu00a.test;\r\n\ts=s1; t=1528637909;"), "{field}");
        assert!(field.lines().all(|line| line.len() <= 78), "{field}");
        let at = field.rfind("b=").expect("a signature") + 2;
        let signature: String = field[at..].split_whitespace().collect();
        let signature = BASE64.decode(signature).expect("base64");
        let key = UnparsedPublicKey::new(&ED25519, BASE64.decode(PUBLIC).expect("base64"));
        let holds = |mail: &str| {
            let (head, body) = halves(mail.as_bytes());
            let same = field.contains(&BASE64.encode(digest(&SHA256, &relaxed_body(body))));
            let text = hashed(&fields(head), &SIGNED, &field.as_bytes()[..at]);
            same && key.verify(digest(&SHA256, &text).as_ref(), &signature).is_ok()
        };
        #[rustfmt::skip]
        let table = [
            ("as it was",                MAIL.to_owned(),                                true),
            ("more spaces in the head",  MAIL.replace("Is dinner", "Is  dinner"),        true),
            ("an empty line at the end", format!("{MAIL}\r\n"),                          true),
            ("a field nobody signed",    format!("Received: from x\r\n{MAIL}"),          true),
            ("a word in the body",       MAIL.replace("lost", "won"),                    false),
            ("a word in the subject",    MAIL.replace("dinner", "lunch"),                false),
            ("a second sender above",    format!("From: a@b.test\r\n{MAIL}"),            false),
            ("a reply address added",    format!("Reply-To: a@b.test\r\n{MAIL}"),        false),
        ];
        for (name, mail, want) in table {
            assert_eq!(holds(&mail), want, "{name}");
        }
        assert!(!format!("{signer:?}").contains("MC4C"));
    }

    #[test]
    fn a_key_that_does_not_fit_is_refused_in_words() {
        #[rustfmt::skip]
        let table = [
            (Algorithm::Ed25519, "rubbish", "the DKIM key `s1` is no private key in PEM: "),
            (Algorithm::Rsa,     PEM,       "the DKIM key `s1` is no key for `rsa`: "),
        ];
        for (algorithm, pem, want) in table {
            let refused = Signer::new(&config(algorithm, pem)).expect_err(pem);
            assert!(refused.starts_with(want), "{refused}");
        }
    }
}
