//! A letter as the packets that carry it.

use std::str::FromStr as _;

use rusmpp::{
    pdus::SubmitSm,
    types::{COctetString, EmptyOrFullCOctetString, OctetString},
    values::{DataCoding, EsmClass, InterfaceVersion, Npi, RegisteredDelivery, Ton},
};

use crate::{
    channel::Letter,
    config::smpp::SmppConfig,
    core::segments::{Encoding, Parts, parts},
};

/// The header of a text in several parts, with a reference of one octet, counts parts so far.
const PARTS_MAX: usize = 255;
/// In `esm_class`: the text begins with a header.
const HEADER: u8 = 0x40;
pub const VERSION: InterfaceVersion = InterfaceVersion::Smpp3_4;

/// A letter, ready to leave.
pub struct Submits {
    /// The same for the same words to the same number under the same message id, so that a
    /// repetition is known.
    pub mark: [u8; 32],
    pub parts: Vec<SubmitSm>,
}

/// Writes the packets of a letter; the reason if no packet can say it.
pub fn submits(config: &SmppConfig, letter: &Letter) -> Result<Submits, String> {
    let (to, ton) = destination(config, &letter.number())?;
    let Parts { encoding, octets } = parts(&letter.text);
    let count = octets.len();
    if count > PARTS_MAX {
        return Err(format!("{count} parts are more than an SMS can have, {PARTS_MAX}"));
    }
    let mark = *blake3::hash(format!("{}\n{to}\n{}", letter.message_id, letter.text).as_bytes())
        .as_bytes();
    let coding = match encoding {
        Encoding::Gsm7 => DataCoding::McSpecific,
        Encoding::Ucs2 => DataCoding::Ucs2,
    };
    // Not their `Default`: it sets a bit of a kind of message that is not ours.
    let class = EsmClass::from(if count > 1 { HEADER } else { 0 });
    let source = &config.source;
    let mut made = Vec::with_capacity(count);
    for (n, part) in octets.into_iter().enumerate() {
        let mut message = Vec::with_capacity(part.len() + 6);
        if count > 1 {
            // A phone puts parts of one reference together: a repeated part finds its place.
            message.extend([5, 0, 3, mark[0], count as u8, n as u8 + 1]);
        }
        message.extend(part);
        let submit = SubmitSm::builder()
            .source_addr_ton(Ton::from(source.ton))
            .source_addr_npi(Npi::from(source.npi))
            .source_addr(short(&source.number, "source_addr")?)
            .dest_addr_ton(Ton::from(ton))
            .dest_addr_npi(Npi::from(config.dest_npi))
            .destination_addr(short(&to, "the number")?)
            .esm_class(class)
            .validity_period(validity(config)?)
            .registered_delivery(RegisteredDelivery::from(u8::from(config.receipts)))
            .data_coding(coding)
            .short_message(OctetString::from_vec(message).map_err(|error| error.to_string())?)
            .build();
        made.push(submit);
    }
    Ok(Submits { mark, parts: made })
}

/// The digits of a number and what type of number it is.
fn destination(config: &SmppConfig, to: &str) -> Result<(String, u8), String> {
    let (digits, ton) = match to.strip_prefix('+') {
        Some(rest) => (rest.to_owned(), 1),
        None => (to.to_owned(), 0),
    };
    let is_number = (3..=20).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    if !is_number {
        return Err("not a phone number".to_owned());
    }
    Ok((digits, config.dest_ton.unwrap_or(ton)))
}

/// The relative form of the protocol: `000002000000000R` for two days.
fn validity(config: &SmppConfig) -> Result<EmptyOrFullCOctetString<17>, String> {
    let Some(span) = config.validity else { return Ok(EmptyOrFullCOctetString::empty()) };
    let seconds = span.as_secs().max(1);
    let (minutes, seconds) = (seconds / 60, seconds % 60);
    let (hours, minutes) = (minutes / 60, minutes % 60);
    let (days, hours) = (hours / 24, hours % 24);
    let text = format!("0000{days:02}{hours:02}{minutes:02}{seconds:02}000R");
    EmptyOrFullCOctetString::from_str(&text).map_err(|error| format!("`validity`: {error}"))
}

/// A text of the protocol, ended by a zero.
pub fn short<const MIN: usize, const MAX: usize>(
    text: &str,
    what: &str,
) -> Result<COctetString<MIN, MAX>, String> {
    COctetString::from_str(text).map_err(|error| format!("{what} does not fit: {error}"))
}
