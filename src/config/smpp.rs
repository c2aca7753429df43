//! `kind = "smpp"`: a short message centre and how to speak to it.

use std::{path::PathBuf, time::Duration};

use super::{
    channels::choice,
    hidden::{Found, Surroundings, secret},
    print::Page,
    section::Section,
    smtp::{Tls, readable},
};

/// Octets the protocol has for each text, without the one that ends it.
const SYSTEM_ID_MAX: usize = 15;
const PASSWORD_MAX: usize = 8;
const SYSTEM_TYPE_MAX: usize = 12;
const ADDRESS_MAX: usize = 20;

/// A short message centre.
#[derive(Clone, Debug, PartialEq)]
pub struct SmppConfig {
    pub host: String,
    pub port: u16,
    /// TLS from the first byte, or none; SMPP has no STARTTLS.
    pub tls: Tls,
    /// Trusted beside the system's own authorities.
    pub ca_file: Option<PathBuf>,
    pub bind: Bind,
    pub system_id: String,
    pub password: Option<Found>,
    pub system_type: String,
    pub source: Source,
    /// Without it: international for a number that begins with `+`, unknown for any other.
    pub dest_ton: Option<u8>,
    pub dest_npi: u8,
    /// Messages handed over and not yet answered, at most.
    pub window: usize,
    /// After so much silence the link is tried.
    pub enquire_link: Duration,
    /// For a session to open, for an answer to come.
    pub timeout: Duration,
    /// How long the centre tries; without it as long as it likes.
    pub validity: Option<Duration>,
    /// Whether to ask what became of each message.
    pub receipts: bool,
    pub receipt_ids: ReceiptIds,
}

/// The sender as the phone shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// Empty: the one the centre knows us by.
    pub number: String,
    pub ton: u8,
    pub npi: u8,
}

/// Which sessions are opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bind {
    /// One for both directions.
    Transceiver,
    /// One for each direction.
    Pair,
    /// Nothing comes back.
    Transmitter,
}

impl Bind {
    const ALL: [(&'static str, Self); 3] = [
        ("transceiver", Self::Transceiver),
        ("pair", Self::Pair),
        ("transmitter", Self::Transmitter),
    ];

    /// The word in `duban.toml`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Transceiver => "transceiver",
            Self::Pair => "pair",
            Self::Transmitter => "transmitter",
        }
    }
}

/// How the text of a receipt writes the number the answer to its message gave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReceiptIds {
    Same,
    /// Decimal, where answers are hexadecimal.
    Decimal,
    /// Hexadecimal, where answers are decimal.
    Hexadecimal,
}

impl ReceiptIds {
    const ALL: [(&'static str, Self); 3] =
        [("same", Self::Same), ("decimal", Self::Decimal), ("hexadecimal", Self::Hexadecimal)];

    /// The word in `duban.toml`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::Decimal => "decimal",
            Self::Hexadecimal => "hexadecimal",
        }
    }
}

/// Reads the keys of the kind.
pub(super) fn read(
    section: &mut Section<'_>,
    name: &str,
    around: &Surroundings,
) -> Option<SmppConfig> {
    let host = section.required("host", "\"smsc.example.cn\"");
    let port = section.number("port", 2_775, 1, i64::from(u16::MAX)) as u16;
    let tls =
        choice(section, "tls", Tls::None, &[("none", Tls::None), ("implicit", Tls::Implicit)]);
    let ca_file = readable(section, "ca_file", around);
    let bind = choice(section, "bind", Bind::Transceiver, &Bind::ALL);
    let system_id = bounded(section, "system_id", SYSTEM_ID_MAX);
    if system_id.is_empty() {
        let place = section.place();
        section
            .complain(place, "`system_id` is missing; write for example `system_id = \"duban\"`");
    }
    let password =
        secret(section, "password", "password_file", &format!("{name}.password"), around);
    if let Some(found) = &password
        && !fits(found.secret.reveal(), PASSWORD_MAX)
    {
        let place = section.place();
        section.complain(
            place,
            format!(
                "the password is longer than {PASSWORD_MAX} ASCII signs, more than SMPP can say"
            ),
        );
    }
    let system_type = bounded(section, "system_type", SYSTEM_TYPE_MAX);
    let number = bounded(section, "source_addr", ADDRESS_MAX);
    // A name is alphanumeric, and no numbering plan has it.
    let is_name = number.bytes().any(|byte| byte.is_ascii_alphabetic());
    let (ton, npi) = if is_name { (5, 0) } else { (0, 1) };
    let source = Source {
        number,
        ton: section.number("source_ton", ton, 0, 255) as u8,
        npi: section.number("source_npi", npi, 0, 255) as u8,
    };
    let dest_ton = section.has("dest_ton").then(|| section.number("dest_ton", 0, 0, 255) as u8);
    let dest_npi = section.number("dest_npi", 1, 0, 255) as u8;
    let window = section.number("window", 10, 1, 1_000) as usize;
    let enquire_link = section.span("enquire_link", Duration::from_secs(30));
    let timeout = section.span("timeout", Duration::from_secs(15));
    let validity =
        section.has("validity").then(|| section.span("validity", Duration::from_hours(24)));
    let receipts = section.switch("receipts", true);
    let receipt_ids = choice(section, "receipt_ids", ReceiptIds::Same, &ReceiptIds::ALL);
    Some(SmppConfig {
        host: host?.0,
        port,
        tls,
        ca_file,
        bind,
        system_id,
        password,
        system_type,
        source,
        dest_ton,
        dest_npi,
        window,
        enquire_link,
        timeout,
        validity,
        receipts,
        receipt_ids,
    })
}

impl SmppConfig {
    pub(super) fn print(&self, page: &mut Page) {
        page.text("kind", "smpp");
        page.text("host", &self.host);
        page.number("port", i64::from(self.port));
        page.text("tls", self.tls.name());
        if let Some(path) = &self.ca_file {
            page.path("ca_file", path);
        }
        page.text("bind", self.bind.name());
        page.text("system_id", &self.system_id);
        if let Some(password) = &self.password {
            page.found("password", "password_file", &password.source);
        }
        page.text("system_type", &self.system_type);
        page.text("source_addr", &self.source.number);
        page.number("source_ton", i64::from(self.source.ton));
        page.number("source_npi", i64::from(self.source.npi));
        if let Some(ton) = self.dest_ton {
            page.number("dest_ton", i64::from(ton));
        }
        page.number("dest_npi", i64::from(self.dest_npi));
        page.number("window", self.window as i64);
        page.span("enquire_link", self.enquire_link);
        page.span("timeout", self.timeout);
        if let Some(validity) = self.validity {
            page.span("validity", validity);
        }
        page.switch("receipts", self.receipts);
        page.text("receipt_ids", self.receipt_ids.name());
    }
}

/// A text the protocol has room for.
fn bounded(section: &mut Section<'_>, key: &'static str, max: usize) -> String {
    let Some((text, place)) = section.text(key) else { return String::new() };
    if !fits(&text, max) {
        section.complain(place, format!("`{key}` is more than SMPP can say: {max} ASCII signs"));
    }
    text
}

fn fits(text: &str, max: usize) -> bool {
    text.len() <= max && text.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ')
}
