//! What a message that came in is: a receipt, a word of a resident, or neither.
//!
//! Invariants:
//! * `each_form_of_a_receipt_is_understood`
//! * `nobody_writes_a_receipt_on_a_phone` - only the centre's own mark makes a receipt, not
//!   what stands in a text.

use super::packet::Deliver;
use crate::{
    channel::back::{Back, Delivery, Receipt, Word},
    config::smpp::ReceiptIds,
    core::segments::from_septets,
};

/// Bits of `esm_class`.
const RECEIPT: u8 = 0x04;
const PROGRESS: u8 = 0x20;
/// Bits of `esm_class` that say what kind of message it is.
const KIND: u8 = 0x3c;

/// What came in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Read {
    Back(Back),
    /// On its way, or an acknowledgement nobody asked for.
    Nothing,
    /// A receipt that names no message or no state.
    Unreadable,
}

/// Reads what came in.
pub fn read(deliver: &Deliver, receipt_ids: ReceiptIds) -> Read {
    let marked = deliver.receipted.is_some() && deliver.state.is_some();
    if marked || deliver.esm_class & RECEIPT != 0 || deliver.esm_class & PROGRESS != 0 {
        return receipt(deliver, receipt_ids);
    }
    if deliver.esm_class & KIND != 0 {
        return Read::Nothing;
    }
    Read::Back(Back::Word(Word {
        id: deliver.receipted.clone().unwrap_or_default(),
        from: deliver.from.clone(),
        text: words(deliver),
    }))
}

fn receipt(deliver: &Deliver, receipt_ids: ReceiptIds) -> Read {
    let text = words(deliver);
    let id = match &deliver.receipted {
        Some(id) if !id.is_empty() => Some(answered(id, receipt_ids)),
        _ => value(&text, "id:").map(|id| receipted(id, receipt_ids)),
    };
    let stat = value(&text, "stat:");
    let (Some(id), Some(state)) = (id, deliver.state.or_else(|| stat.map(state))) else {
        return Read::Unreadable;
    };
    let delivery = match state {
        2 => Delivery::Delivered,
        // Scheduled, on its way, read by somebody at the centre: not yet the end.
        0 | 1 | 6 => return Read::Nothing,
        5 | 8 => Delivery::Never, // undeliverable, rejected
        _ => Delivery::Failed,    // expired, deleted, unknown, skipped, and what nobody knows
    };
    let stat = stat.map_or_else(|| format!("message_state {state}"), str::to_owned);
    let error = value(&text, "err:").map(str::to_owned);
    let error = error.or_else(|| deliver.network_error.map(|error| format!("{error:03}")));
    let code = error.map_or_else(|| stat.clone(), |error| format!("{stat} err:{error}"));
    // `done date` has no zone, so it says no moment.
    let to = Some(deliver.from.clone()).filter(|from| !from.is_empty());
    Read::Back(Back::Receipt(Receipt { id, to, delivery, code, at: None }))
}

/// The number a message is known by: as the answer gave it, in one form of those that are equal.
pub fn answered(id: &str, receipt_ids: ReceiptIds) -> String {
    match receipt_ids {
        ReceiptIds::Same => id.to_owned(),
        ReceiptIds::Decimal => in_decimal(id, 16),
        ReceiptIds::Hexadecimal => in_decimal(id, 10),
    }
}

/// The same number out of the text of a receipt.
fn receipted(id: &str, receipt_ids: ReceiptIds) -> String {
    match receipt_ids {
        ReceiptIds::Same => id.to_owned(),
        ReceiptIds::Decimal => in_decimal(id, 10),
        ReceiptIds::Hexadecimal => in_decimal(id, 16),
    }
}

fn in_decimal(id: &str, base: u32) -> String {
    let digits = id.strip_prefix("0x").filter(|_| base == 16).unwrap_or(id);
    u128::from_str_radix(digits, base).map_or_else(|_| id.to_owned(), |number| number.to_string())
}

/// What stands behind a key of a receipt's text, in capitals or not.
fn value<'t>(text: &'t str, key: &str) -> Option<&'t str> {
    let mut before = None;
    for (at, _) in text.char_indices() {
        let found = text.get(at..at + key.len()).is_some_and(|part| part.eq_ignore_ascii_case(key));
        // `id:` is no part of `xid:`.
        let is_word = before.is_none_or(|sign: char| !sign.is_alphanumeric());
        if found && is_word {
            let value = text[at + key.len()..].split(char::is_whitespace).next();
            return value.filter(|value| !value.is_empty());
        }
        before = text[at..].chars().next();
    }
    None
}

/// The state a word of a receipt's text means.
fn state(word: &str) -> u8 {
    const WORDS: [(&str, u8); 9] = [
        ("DELIVRD", 2),
        ("ENROUTE", 1),
        ("ACCEPTD", 6),
        ("EXPIRED", 3),
        ("DELETED", 4),
        ("UNDELIV", 5),
        ("UNKNOWN", 7),
        ("REJECTD", 8),
        ("SKIPPED", 9),
    ];
    // Some write the word in full: DELIVERED, REJECTED, UNDELIVERABLE.
    const FULL: [(&str, u8); 5] = [
        ("DELIVERED", 2),
        ("ACCEPTED", 6),
        ("UNDELIVERABLE", 5),
        ("REJECTED", 8),
        ("SCHEDULED", 0),
    ];
    let known = WORDS.iter().chain(&FULL).find(|(known, _)| word.eq_ignore_ascii_case(known));
    known.map_or(7, |(_, state)| *state)
}

/// The text of a message without its header.
fn words(deliver: &Deliver) -> String {
    match deliver.data_coding {
        // Receipts are ASCII even where the alphabet would read it otherwise; only `_` is written
        // as the alphabet has it by some, and in ASCII that sign is none.
        0x00 | 0x01 if deliver.esm_class & RECEIPT != 0 => {
            String::from_utf8_lossy(deliver.body()).replace('\u{11}', "_")
        }
        coding => decoded(deliver.body(), coding),
    }
}

/// What octets say in an alphabet.
pub fn decoded(octets: &[u8], data_coding: u8) -> String {
    match data_coding {
        0x03 => octets.iter().copied().map(char::from).collect(),
        0x08 | 0x18..=0x1b => {
            let units = octets.chunks_exact(2).map(|unit| u16::from_be_bytes([unit[0], unit[1]]));
            char::decode_utf16(units).map(|sign| sign.unwrap_or('?')).collect()
        }
        0x00 | 0xf0..=0xf3 => from_septets(octets),
        _ => String::from_utf8_lossy(octets).into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: u8 = 0x40;

    fn told(text: &str) -> Deliver {
        let from = "8613800138000".to_owned();
        Deliver { from, esm_class: RECEIPT, message: text.into(), ..Deliver::default() }
    }

    #[test]
    fn each_form_of_a_receipt_is_understood() {
        use Delivery::{Delivered, Failed, Never};
        let tlv = |id: &str, state: u8, text: &str| Deliver {
            receipted: Some(id.into()),
            state: Some(state),
            ..told(text)
        };
        let whole = "id:0000001a sub:001 dlvrd:001 submit date:2605141800 done date:2605141801 stat:DELIVRD err:000 text:hi";
        let uuid = "id:5f1c8a5e-1d2b-4c3a-9e7f-0a1b2c3d4e5f submit date:2605141800 done date:2605141801 stat:UNDELIV err:069";
        #[rustfmt::skip]
        let table = [
            // name                         came in                                    id, how, code
            ("the whole text",              told(whole),                               Some(("0000001a", Delivered, "DELIVRD err:000"))),
            ("UUID, no sub, no dlvrd",      told(uuid),                                Some(("5f1c8a5e-1d2b-4c3a-9e7f-0a1b2c3d4e5f", Never, "UNDELIV err:069"))),
            ("underlines by alphabet",     told("id:msg\u{11}id stat:DELIVRD err:0"),   Some(("msg_id", Delivered, "DELIVRD err:0"))),
            ("underlines in ASCII",        told("id:msg_id stat:DELIVRD err:0"),       Some(("msg_id", Delivered, "DELIVRD err:0"))),
            ("in small letters",            told("id:7 stat:expired err:1"),           Some(("7", Failed, "expired err:1"))),
            ("keys in other order",         told("stat:REJECTD id:7"),                 Some(("7", Never, "REJECTD"))),
            ("the word in full",            told("id:7 stat:DELIVERED err:0"),         Some(("7", Delivered, "DELIVERED err:0"))),
            ("a word of its own",           told("id:7 stat:MK:0010 err:"),            Some(("7", Failed, "MK:0010"))),
            ("optional fields only",        tlv("9", 5, ""),                           Some(("9", Never, "message_state 5"))),
            ("optional fields win",         tlv("9", 2, "id:8 stat:UNDELIV err:000"),  Some(("9", Delivered, "UNDELIV err:000"))),
            ("state as a field, id in text", Deliver { state: Some(3), ..told("id:8") }, Some(("8", Failed, "message_state 3"))),
            ("fields without the mark",     Deliver { esm_class: 0, ..tlv("9", 2, "") }, Some(("9", Delivered, "message_state 2"))),
            ("with an error code",          Deliver { network_error: Some(12), ..tlv("9", 5, "") }, Some(("9", Never, "message_state 5 err:012"))),
            ("on its way",                  told("id:7 stat:ENROUTE"),                 None),
            ("accepted by the next",        told("id:7 stat:ACCEPTD"),                 None),
        ];
        for (name, deliver, want) in table {
            let want = want.map_or(Read::Nothing, |(id, delivery, code)| {
                let (id, code) = (id.to_owned(), code.to_owned());
                let to = Some("8613800138000".to_owned());
                Read::Back(Back::Receipt(Receipt { id, to, delivery, code, at: None }))
            });
            assert_eq!(read(&deliver, ReceiptIds::Same), want, "{name}");
        }
        for text in ["", "stat:DELIVRD", "id:7", "id: stat:DELIVRD xid:7"] {
            assert_eq!(read(&told(text), ReceiptIds::Same), Read::Unreadable, "{text:?}");
        }
    }

    #[test]
    fn numbers_in_two_bases_meet() {
        #[rustfmt::skip]
        let table = [
            (ReceiptIds::Same,        "0000001A",  "0000001A"),
            (ReceiptIds::Decimal,     "0000001A",  "26"),
            (ReceiptIds::Decimal,     "0x1a",      "0026"),
            (ReceiptIds::Hexadecimal, "0026",      "1A"),
            (ReceiptIds::Decimal,     "a-b-c",     "a-b-c"),
        ];
        for (ids, answer, receipt) in table {
            let Read::Back(Back::Receipt(got)) =
                read(&told(&format!("id:{receipt} stat:DELIVRD")), ids)
            else {
                panic!("{receipt} is a receipt");
            };
            assert_eq!(got.id, answered(answer, ids), "{ids:?}: {answer} and {receipt}");
        }
    }

    #[test]
    fn nobody_writes_a_receipt_on_a_phone() {
        let word = |data_coding: u8, esm_class: u8, message: &[u8]| {
            let from = "8613800138000".to_owned();
            let message = message.to_vec();
            let deliver = Deliver { from, esm_class, data_coding, message, ..Deliver::default() };
            match read(&deliver, ReceiptIds::Same) {
                Read::Back(Back::Word(word)) => word.text,
                other => panic!("{other:?}"),
            }
        };
        assert_eq!(word(0, 0, b"id:7 stat:UNDELIV err:000"), "id:7 stat:UNDELIV err:000");
        assert_eq!(word(8, 0, &[0x5d, 0xf2, 0, b'1']), "已1");
        assert_eq!(word(3, 0, &[b'1', 0xe9]), "1é");
        assert_eq!(word(0, HEADER, b"\x05\x00\x03\x07\x02\x011"), "1");
        assert_eq!(word(0, HEADER, b"\xff"), "");
        let acknowledged = Deliver { esm_class: 0x08, ..Deliver::default() };
        assert_eq!(read(&acknowledged, ReceiptIds::Same), Read::Nothing);
    }
}
