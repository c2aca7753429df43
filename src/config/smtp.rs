//! The keys of a channel of kind `smtp`.
//!
//! What is checked here needs no network; what the files of keys and certificates hold is
//! looked at when the channel is opened, which `duban check` does too.

use std::{path::PathBuf, time::Duration};

use super::{
    channels::choice,
    hidden::{Found, Surroundings, secret},
    section::Section,
};

/// The largest mail most servers take.
const MAIL_BYTES: i64 = 10 * 1024 * 1024;

/// A mail server to hand mails to.
#[derive(Clone, Debug, PartialEq)]
pub struct SmtpConfig {
    pub host: String,
    pub port: u16,
    pub tls: Tls,
    /// Trusted beside the system's own authorities.
    pub ca_file: Option<PathBuf>,
    /// What we show a server that asks who we are.
    pub certificate: Option<Pair>,
    pub username: Option<String>,
    pub password: Option<Found>,
    /// A token for XOAUTH2 in place of a password.
    pub oauth_token: Option<Found>,
    /// `督办 <sla@example.gov.cn>` or a bare address.
    pub from: String,
    /// What the client calls itself in EHLO.
    pub hello: String,
    pub reply_to: Option<String>,
    /// By this mail programs sort our mails into a folder: `duban.example.gov.cn`.
    pub list_id: String,
    /// A larger mail is not even tried.
    pub max_bytes: usize,
    /// Sessions open at one time, one mail at a time on each.
    pub connections: usize,
    pub timeout: Duration,
    /// One signature for each.
    pub dkim: Vec<DkimConfig>,
}

/// A certificate with its chain, and its key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pair {
    pub certificates: PathBuf,
    pub key: PathBuf,
}

/// How mails are signed.
#[derive(Clone, Debug, PartialEq)]
pub struct DkimConfig {
    pub domain: String,
    /// The key is published at `selector._domainkey.domain`.
    pub selector: String,
    pub algorithm: Algorithm,
    /// In PEM.
    pub key: Found,
}

/// What a DKIM key is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    Rsa,
    Ed25519,
}

impl Algorithm {
    const ALL: [(&'static str, Self); 2] = [("rsa", Self::Rsa), ("ed25519", Self::Ed25519)];

    /// The word in `duban.toml` and, before `-sha256`, in the signature.
    pub fn name(self) -> &'static str {
        match self {
            Self::Rsa => "rsa",
            Self::Ed25519 => "ed25519",
        }
    }
}

/// How a session is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tls {
    /// Begins in clear and goes on only after STARTTLS.
    Starttls,
    /// TLS from the first byte.
    Implicit,
    /// In clear, for a relay on the same machine.
    None,
}

impl Tls {
    const ALL: [(&'static str, Self); 3] =
        [("starttls", Self::Starttls), ("implicit", Self::Implicit), ("none", Self::None)];

    /// The word in `duban.toml`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Starttls => "starttls",
            Self::Implicit => "implicit",
            Self::None => "none",
        }
    }

    fn port(self) -> i64 {
        match self {
            Self::Starttls => 587,
            Self::Implicit => 465,
            Self::None => 25,
        }
    }
}

/// Reads the keys.
pub(super) fn read(
    section: &mut Section<'_>,
    name: &str,
    around: &Surroundings,
) -> Option<SmtpConfig> {
    let host = section.required("host", "\"mail.example.gov.cn\"");
    let from = section.required("from", "\"督办 <sla@example.gov.cn>\"");
    let tls = choice(section, "tls", Tls::Starttls, &Tls::ALL);
    let port = section.number("port", tls.port(), 1, i64::from(u16::MAX)) as u16;
    let ca_file = readable(section, "ca_file", around);
    let certificate = certificate(section, tls, around);
    let login = login(section, name, tls, around);
    let hello = section.some_text("hello");
    let reply_to = section.some_text("reply_to");
    let list_id = section.some_text("list_id");
    let max_bytes = section.number("max_bytes", MAIL_BYTES, 10_000, 1024 * 1024 * 1024) as usize;
    let connections = section.number("connections", 2, 1, 64) as usize;
    let timeout = section.span("timeout", Duration::from_mins(1));
    for (key, text) in [("from", &from), ("reply_to", &reply_to)] {
        if let Some((text, place)) = text
            && !text.contains('@')
        {
            section.complain(place.clone(), format!("`{key}` is no mail address; it has no `@`"));
        }
    }
    if let Some((text, place)) = &list_id
        && !is_list_id(text)
    {
        section.complain(
            place.clone(),
            format!("`list_id` cannot be `{text}`; write a name like `duban.example.gov.cn`"),
        );
    }
    let domain = from.as_ref().map(|(from, _)| domain(from)).unwrap_or_default();
    let tables = section.tables("dkim");
    let dkim = tables.into_iter().filter_map(|table| {
        section.with_complaints(|complaints| {
            let mut section = Section::new(table, complaints);
            let dkim = dkim(&mut section, name, &domain, around);
            section.finish("dkim");
            dkim
        })
    });
    let dkim = dkim.collect();
    Some(SmtpConfig {
        host: host?.0,
        port,
        tls,
        ca_file,
        certificate,
        username: login.username,
        password: login.password,
        oauth_token: login.oauth_token,
        from: from?.0,
        hello: hello.map_or_else(|| domain.clone(), |(text, _)| text),
        reply_to: reply_to.map(|(text, _)| text),
        list_id: list_id.map_or_else(|| format!("duban.{domain}"), |(text, _)| text),
        max_bytes,
        connections,
        timeout,
        dkim,
    })
}

/// The domain of `Name <user@domain>`.
fn domain(address: &str) -> String {
    address.rsplit('@').next().unwrap_or_default().trim_end_matches(['>', ' ']).to_owned()
}

/// A path to a file that can be read.
pub(super) fn readable(
    section: &mut Section<'_>,
    key: &'static str,
    around: &Surroundings,
) -> Option<PathBuf> {
    let (path, place) = section.path(key, &around.folder)?;
    if let Err(error) = std::fs::read(&path) {
        section.complain(place, format!("cannot read {}: {error}", path.display()));
    }
    Some(path)
}

fn certificate(section: &mut Section<'_>, tls: Tls, around: &Surroundings) -> Option<Pair> {
    let certificates = readable(section, "client_cert_file", around);
    let key = readable(section, "client_key_file", around);
    let place = section.place();
    match (&certificates, &key) {
        (Some(_), Some(_)) if tls == Tls::None => section.complain(
            place,
            "a client certificate is shown only under TLS; use `starttls` or `implicit`",
        ),
        (Some(_), None) => section.complain(place, "`client_cert_file` needs `client_key_file`"),
        (None, Some(_)) => section.complain(place, "`client_key_file` needs `client_cert_file`"),
        (Some(_), Some(_)) | (None, None) => {}
    }
    Some(Pair { certificates: certificates?, key: key? })
}

struct Login {
    username: Option<String>,
    password: Option<Found>,
    oauth_token: Option<Found>,
}

fn login(section: &mut Section<'_>, name: &str, tls: Tls, around: &Surroundings) -> Login {
    let username = section.some_text("username");
    let password =
        secret(section, "password", "password_file", &format!("{name}.password"), around);
    let token_name = format!("{name}.oauth_token");
    let oauth_token = secret(section, "oauth_token", "oauth_token_file", &token_name, around);
    let place = section.place();
    if password.is_some() && oauth_token.is_some() {
        section.complain(place.clone(), "a password and an OAuth token; give one of the two");
    }
    match (&username, password.is_some() || oauth_token.is_some()) {
        (Some((_, place)), _) if tls == Tls::None => section.complain(
            place.clone(),
            "with `tls = \"none\"` the password would travel in clear; use `starttls` or `implicit`",
        ),
        (Some((_, place)), false) => section.complain(
            place.clone(),
            format!(
                "`username` without a password; give `password_file`, `oauth_token_file` or the credential `{name}.password`"
            ),
        ),
        (None, true) if oauth_token.is_some() => {
            section.complain(place, "an OAuth token without `username`");
        }
        (None, true) => section.complain(place, "a password without `username`"),
        (Some(_), true) | (None, false) => {}
    }
    Login { username: username.map(|(text, _)| text), password, oauth_token }
}

/// RFC 2919: a name like that of a host, perhaps with words before it.
fn is_list_id(text: &str) -> bool {
    text.contains('.')
        && !text.starts_with('.')
        && !text.ends_with('.')
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_'))
}

fn dkim(
    section: &mut Section<'_>,
    name: &str,
    from: &str,
    around: &Surroundings,
) -> Option<DkimConfig> {
    let domain = section.some_text("domain").map_or_else(|| from.to_owned(), |(text, _)| text);
    let selector = section.required("selector", "\"duban\"");
    let algorithm = choice(section, "algorithm", Algorithm::Rsa, &Algorithm::ALL);
    if let Some((text, place)) = &selector
        && !text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_'))
    {
        section.complain(
            place.clone(),
            format!("`selector` cannot be `{text}`; use letters, digits, `.` and `-`"),
        );
    }
    let selector = selector?.0;
    let credential = format!("{name}.dkim-{selector}");
    let complained = section.has("key_file") || section.has("key");
    let key = secret(section, "key", "key_file", &credential, around);
    if key.is_none() && !complained {
        let place = section.place();
        section.complain(
            place,
            format!("`key_file` is missing; make one by `openssl genrsa -out dkim.pem 2048`, or pass the credential `{credential}`"),
        );
    }
    Some(DkimConfig { domain, selector, algorithm, key: key? })
}

#[cfg(test)]
mod tests {
    use crate::config::{Config, ConfigError, channels::ChannelKind};

    const KEYS: [&str; 6] = ["ca.pem", "cert.pem", "key.pem", "token", "rsa.pem", "ed.pem"];

    fn load(keys: &str) -> (tempfile::TempDir, Result<Config, ConfigError>) {
        let folder = tempfile::tempdir().expect("a scratch folder");
        for name in KEYS {
            std::fs::write(folder.path().join(name), "s3cret").expect("a scratch folder");
        }
        let path = folder.path().join("duban.toml");
        let text = format!(
            "[[channel]]\nname = 'mail'\nkind = 'smtp'\nhost = 'mail.test'\nfrom = 'sla@duban.test'\n{keys}"
        );
        std::fs::write(&path, text).expect("the scratch folder takes files");
        let config = Config::load(Some(&path), std::iter::empty());
        (folder, config)
    }

    /// All keys there are.
    const WHOLE: &str = "ca_file = 'ca.pem'\nclient_cert_file = 'cert.pem'\nclient_key_file = 'key.pem'\n\
        username = 'duban'\noauth_token_file = 'token'\nlist_id = 'sla.example.gov.cn'\nmax_bytes = 500000\n\
        reply_to = 'desk@duban.test'\n\
        [[channel.dkim]]\nselector = 'one'\nkey_file = 'rsa.pem'\n\
        [[channel.dkim]]\nselector = 'two'\nalgorithm = 'ed25519'\ndomain = 'test'\nkey_file = 'ed.pem'\n";

    #[test]
    fn every_key_is_printed_and_no_secret() {
        let (folder, config) = load(WHOLE);
        let config = config.unwrap_or_else(|error| panic!("{error}"));
        let printed = config.print();
        let begin = printed.find("[[channel]]").expect("a channel");
        let shown = printed[begin..].replace(&format!("{}/", folder.path().display()), "");
        insta::assert_snapshot!(shown, @r#"
        [[channel]]
        name = "mail"
        kind = "smtp"
        host = "mail.test"
        port = 587
        tls = "starttls"
        ca_file = "ca.pem"
        client_cert_file = "cert.pem"
        client_key_file = "key.pem"
        username = "duban"
        oauth_token_file = "token"
        from = "sla@duban.test"
        hello = "duban.test"
        list_id = "sla.example.gov.cn"
        reply_to = "desk@duban.test"
        max_bytes = 500000
        connections = 2
        timeout = "1m"
        [[channel.dkim]]
        domain = "duban.test"
        selector = "one"
        algorithm = "rsa"
        key_file = "rsa.pem"
        [[channel.dkim]]
        domain = "test"
        selector = "two"
        algorithm = "ed25519"
        key_file = "ed.pem"
        "#);
        for text in [printed.clone(), format!("{config:?}")] {
            assert!(!text.contains("s3cret"), "{text}");
        }
        std::fs::write(folder.path().join("printed.toml"), printed).expect("a scratch folder");
        let again = Config::load(Some(&folder.path().join("printed.toml")), std::iter::empty());
        assert_eq!(again.expect("what is printed is a configuration").channels, config.channels);
    }

    #[test]
    fn one_signature_is_written_as_a_table() {
        let (_folder, config) = load("[channel.dkim]\nselector = 's'\nkey_file = 'rsa.pem'\n");
        let config = config.unwrap_or_else(|error| panic!("{error}"));
        let ChannelKind::Smtp(smtp) = &config.channels[0].kind else { panic!("a mail server") };
        assert_eq!(smtp.dkim.len(), 1);
        assert_eq!(smtp.dkim[0].domain, "duban.test");
        assert_eq!(smtp.list_id, "duban.duban.test");
    }

    #[test]
    fn what_does_not_fit_is_told_at_its_place() {
        #[rustfmt::skip]
        let table = [
            ("client_cert_file = 'cert.pem'",          "`client_cert_file` needs `client_key_file`"),
            ("client_key_file = 'key.pem'",            "`client_key_file` needs `client_cert_file`"),
            ("client_cert_file = 'x'\nclient_key_file = 'key.pem'", "duban.toml:6:20: cannot read "),
            ("tls = 'none'\nclient_cert_file = 'cert.pem'\nclient_key_file = 'key.pem'", "a client certificate is shown only under TLS"),
            ("oauth_token_file = 'token'",             "an OAuth token without `username`"),
            ("username = 'u'\noauth_token = 's3cret'", "a secret does not stand in the configuration"),
            ("username = 'u'\noauth_token_file = 'token'\npassword_file = 'token'", "a password and an OAuth token; give one of the two"),
            ("tls = 'none'\nusername = 'u'\noauth_token_file = 'token'", "would travel in clear"),
            ("list_id = 'our mails'",                  "duban.toml:6:11: `list_id` cannot be `our mails`; write a name like"),
            ("max_bytes = 10",                         "`max_bytes` is 10, outside 10000..="),
            ("[channel.dkim]\nkey_file = 'rsa.pem'",   "`selector` is missing"),
            ("[channel.dkim]\nselector = 's'",         "`key_file` is missing; make one by `openssl genrsa"),
            ("[channel.dkim]\nselector = 's;'\nkey_file = 'rsa.pem'", "`selector` cannot be `s;`"),
            ("[channel.dkim]\nselector = 's'\nkey_file = 'rsa.pem'\nalgorithm = 'dsa'", "`algorithm` cannot be `dsa`"),
            ("[channel.dkim]\nselector = 's'\nkey_file = 'rsa.pem'\nlength = 5", "unknown key `length` in `dkim`"),
        ];
        for (keys, want) in table {
            let (_folder, config) = load(keys);
            let words = config.map(drop).expect_err(keys).to_string();
            assert!(words.contains(want), "{keys}\n{words}");
            assert!(!words.contains("s3cret"), "{words}");
        }
    }
}
