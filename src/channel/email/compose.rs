//! A letter as it travels: fields, text and HTML, signatures.
//!
//! Nothing in it tells anybody whether it was read: no picture, no link but those of the
//! letter itself.

use std::time::{Duration, UNIX_EPOCH};

use lettre::{
    Address, Message,
    message::{
        Mailbox, MultiPart, SinglePart,
        header::{HeaderName, HeaderValue},
    },
};

use super::super::{Letter, dkim::Signer};
use crate::{config::smtp::SmtpConfig, core::timestamp::Timestamp};

/// In whose name mails are written.
#[derive(Debug)]
pub struct Sender {
    from: Mailbox,
    reply_to: Option<Mailbox>,
    list_id: String,
    signers: Vec<Signer>,
}

/// A mail with its envelope.
pub struct Mail {
    pub from: String,
    pub to: String,
    pub bytes: Vec<u8>,
}

impl Mail {
    /// Whether only a server with SMTPUTF8 can take it.
    pub fn is_international(&self) -> bool {
        !self.from.is_ascii() || !self.to.is_ascii()
    }
}

impl Sender {
    /// Reads the addresses and keys.
    pub fn new(config: &SmtpConfig) -> Result<Self, String> {
        let mailbox = |key: &str, text: &str| {
            let mailbox: Mailbox = text.parse().map_err(|error| {
                format!("`{key}` is no mail address: {error}; write `Name <user@host>`")
            })?;
            Ok::<_, String>(Mailbox::new(mailbox.name, travelling(&mailbox.email)?))
        };
        let list_id = idna::domain_to_ascii(&config.list_id)
            .map_err(|_| format!("`list_id` is no name: `{}`", config.list_id))?;
        Ok(Self {
            from: mailbox("from", &config.from)?,
            reply_to: config.reply_to.as_ref().map(|text| mailbox("reply_to", text)).transpose()?,
            list_id,
            signers: config.dkim.iter().map(Signer::new).collect::<Result<_, _>>()?,
        })
    }

    /// The mail to the letter's one recipient.
    pub fn compose(&self, letter: &Letter, now: Timestamp) -> Result<Mail, String> {
        // The parser's own words would repeat the address.
        let not_an_address = || "not a mail address".to_owned();
        let to: Address = letter.to.parse().map_err(|_| not_an_address())?;
        let to = travelling(&to).map_err(|_| not_an_address())?;
        let domain = self.from.email.domain();
        let thread = blake3::hash(letter.ticket.as_bytes()).to_hex();
        let thread = format!("<ticket-{}@{domain}>", &thread[..32]);
        let date = UNIX_EPOCH + Duration::from_millis(now.0.max(0).cast_unsigned());
        let mut builder = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to.clone()))
            .subject(letter.subject.clone())
            .date(date)
            .message_id(Some(format!("<{}@{domain}>", letter.message_id)))
            .in_reply_to(thread.clone())
            .references(thread)
            .raw_header(raw("List-Id", &format!("<{}>", self.list_id)))
            // Holiday replies stay away from mail that says it was made by a machine; the second
            // field says it to Exchange, which does not read the first.
            .raw_header(raw("Auto-Submitted", "auto-generated"))
            .raw_header(raw("X-Auto-Response-Suppress", "OOF, AutoReply"))
            .raw_header(raw("Content-Language", if letter.language == "en" { "en" } else { "zh" }));
        if let Some(reply_to) = &self.reply_to {
            builder = builder.reply_to(reply_to.clone());
        }
        let mail = match &letter.html {
            Some(html) => builder
                .multipart(MultiPart::alternative_plain_html(letter.text.clone(), html.clone())),
            None => builder.singlepart(SinglePart::plain(letter.text.clone())),
        };
        let mail = mail.map_err(|error| format!("the mail cannot be written: {error}"))?;
        let bytes = self.signed(mail.formatted(), now)?;
        Ok(Mail { from: self.from.email.to_string(), to: to.to_string(), bytes })
    }

    /// The mail under its signatures; each is over the mail alone.
    fn signed(&self, mail: Vec<u8>, now: Timestamp) -> Result<Vec<u8>, String> {
        let mut bytes = Vec::new();
        for signer in &self.signers {
            bytes.extend(signer.sign(&mail, now)?.into_bytes());
        }
        bytes.extend(mail);
        Ok(bytes)
    }
}

/// The address with its domain in the letters of the DNS, which every server takes.
fn travelling(address: &Address) -> Result<Address, String> {
    let domain = address.domain();
    if domain.is_ascii() {
        return Ok(address.clone());
    }
    let domain = idna::domain_to_ascii(domain).map_err(|_| format!("`{domain}` is no domain"))?;
    Address::new(address.user(), domain).map_err(|error| error.to_string())
}

fn raw(name: &'static str, text: &str) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), text.to_owned())
}
