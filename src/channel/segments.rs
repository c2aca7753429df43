//! A text as the parts of an SMS: which alphabet it needs, how many parts it makes.
//!
//! Pure. One part holds 160 septets of GSM 03.38 or 70 units of UCS-2; a text in several parts
//! gives 6 octets of each to the header that puts them together again: 153 septets, 67 units.
//!
//! Invariants:
//! * `no_sign_is_cut_in_two` - an escaped sign and a surrogate pair stand whole in one part.

/// The alphabet of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Alphabet {
    /// GSM 03.38 with its extension table: one septet a sign, two for an escaped one.
    Gsm7,
    /// UCS-2, big endian; signs beyond its first plane as a pair of units.
    Ucs2,
}

impl Alphabet {
    /// Octets in the whole of one SMS and in a part of several.
    fn limits(self) -> (usize, usize) {
        match self {
            Self::Gsm7 => (160, 153),
            Self::Ucs2 => (140, 134),
        }
    }
}

/// A text, cut into what each SMS carries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segments {
    pub alphabet: Alphabet,
    /// The octets of each part without any header; septets stand one in an octet.
    pub parts: Vec<Vec<u8>>,
}

/// The place of a sign is its septet.
const SEPTETS: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\u{1b}ÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
/// Signs behind an escape.
const ESCAPED: [(char, u8); 10] = [
    ('\u{c}', 0x0a),
    ('^', 0x14),
    ('{', 0x28),
    ('}', 0x29),
    ('\\', 0x2f),
    ('[', 0x3c),
    ('~', 0x3d),
    (']', 0x3e),
    ('|', 0x40),
    ('€', 0x65),
];
const ESCAPE: u8 = 0x1b;

/// Cuts a text into parts, in the smaller alphabet that can say all of it.
pub fn segments(text: &str) -> Segments {
    let septets: Option<Vec<Vec<u8>>> = text.chars().map(septets).collect();
    let (alphabet, signs) = match septets {
        Some(signs) => (Alphabet::Gsm7, signs),
        None => (Alphabet::Ucs2, text.chars().map(units).collect()),
    };
    let (whole, part) = alphabet.limits();
    let octets: usize = signs.iter().map(Vec::len).sum();
    let limit = if octets <= whole { whole } else { part };
    let mut parts = vec![Vec::with_capacity(limit.min(octets))];
    for sign in signs {
        let last = parts.last_mut().expect("there is a first part");
        if last.len() + sign.len() <= limit {
            last.extend(sign);
        } else {
            parts.push(sign);
        }
    }
    Segments { alphabet, parts }
}

/// A sign in GSM 03.38, if it has it.
fn septets(sign: char) -> Option<Vec<u8>> {
    if let Some((_, code)) = ESCAPED.iter().find(|(escaped, _)| *escaped == sign) {
        return Some(vec![ESCAPE, *code]);
    }
    let place = SEPTETS.chars().position(|known| known == sign && sign != char::from(ESCAPE))?;
    Some(vec![place as u8])
}

fn units(sign: char) -> Vec<u8> {
    sign.encode_utf16(&mut [0; 2]).iter().flat_map(|unit| unit.to_be_bytes()).collect()
}

/// The text of septets that stand one in an octet; what they cannot mean becomes `?`.
pub fn from_septets(octets: &[u8]) -> String {
    let mut octets = octets.iter();
    let mut text = String::with_capacity(octets.len());
    while let Some(&octet) = octets.next() {
        let sign = if octet == ESCAPE {
            octets.next().and_then(|next| {
                ESCAPED.iter().find(|(_, code)| code == next).map(|(sign, _)| *sign)
            })
        } else {
            SEPTETS.chars().nth(octet.into())
        };
        text.push(sign.unwrap_or('?'));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_text_has_its_alphabet_and_its_parts() {
        use Alphabet::{Gsm7, Ucs2};
        let of = |sign: &str, n: usize| sign.repeat(n);
        #[rustfmt::skip]
        let table = [
            // name                      text                              alphabet  octets of each part
            ("nothing",                  String::new(),                    Gsm7, vec![0]),
            ("one Chinese sign",         of("督", 1),                      Ucs2, vec![2]),
            ("70 units",                 of("督", 70),                     Ucs2, vec![140]),
            ("71 units",                 of("督", 71),                     Ucs2, vec![134, 8]),
            ("134 units",                of("督", 134),                    Ucs2, vec![134, 134]),
            ("135 units",                of("督", 135),                    Ucs2, vec![134, 134, 2]),
            ("160 septets",              of("a", 160),                     Gsm7, vec![160]),
            ("161 septets",              of("a", 161),                     Gsm7, vec![153, 8]),
            ("306 septets",              of("a", 306),                     Gsm7, vec![153, 153]),
            ("307 septets",              of("a", 307),                     Gsm7, vec![153, 153, 1]),
            ("80 escaped signs",         of("€", 80),                      Gsm7, vec![160]),
            ("81 escaped signs",         of("€", 81),                      Gsm7, vec![152, 10]),
            ("one sign beyond GSM",      format!("{}督", of("a", 69)),     Ucs2, vec![140]),
            ("and one more",             format!("{}督", of("a", 70)),     Ucs2, vec![134, 8]),
            ("35 pairs",                 of("😀", 35),                     Ucs2, vec![140]),
            ("36 pairs",                 of("😀", 36),                     Ucs2, vec![132, 12]),
            ("an escape in a text",      "\u{1b}".to_owned(),              Ucs2, vec![2]),
            ("backtick is not GSM",      "`".to_owned(),                   Ucs2, vec![2]),
            ("Greek and umlauts are",    "ΔäÖ@_\n".to_owned(),             Gsm7, vec![6]),
        ];
        for (name, text, alphabet, octets) in table {
            let got = segments(&text);
            assert_eq!(got.alphabet, alphabet, "{name}");
            assert_eq!(got.parts.iter().map(Vec::len).collect::<Vec<_>>(), octets, "{name}");
        }
    }

    #[test]
    fn no_sign_is_cut_in_two() {
        for before in 0..160 {
            let text = format!("{}€{}", "a".repeat(before), "b".repeat(160));
            let got = segments(&text);
            let read: String = got.parts.iter().map(|part| from_septets(part)).collect();
            assert_eq!(read, text, "escaped, after {before}");
        }
        for before in 0..70 {
            let text = format!("{}😀{}", "督".repeat(before), "办".repeat(70));
            let got = segments(&text);
            let read: Option<String> = got
                .parts
                .iter()
                .map(|part| {
                    let units = part.chunks(2).map(|unit| u16::from_be_bytes([unit[0], unit[1]]));
                    String::from_utf16(&units.collect::<Vec<_>>()).ok()
                })
                .collect();
            assert_eq!(read.as_deref(), Some(text.as_str()), "a pair, after {before}");
        }
    }

    #[test]
    fn every_septet_is_read_back() {
        assert_eq!(SEPTETS.chars().count(), 128);
        for sign in SEPTETS.chars().chain(ESCAPED.map(|(sign, _)| sign)) {
            if sign != char::from(ESCAPE) {
                let got = septets(sign).unwrap_or_else(|| panic!("{sign:?} has septets"));
                assert_eq!(from_septets(&got), sign.to_string(), "{sign:?}");
            }
        }
        assert_eq!(from_septets(&[0x31, ESCAPE, 0x01, 0xff, ESCAPE]), "1???");
    }
}
