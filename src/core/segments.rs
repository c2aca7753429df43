//! A text as SMS: seven bits a character if every one allows it, else sixteen; how many it is and
//! what each carries.

/// The cost of a text as SMS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segments {
    pub encoding: Encoding,
    /// Septets or UTF-16 units.
    pub units: usize,
    pub segments: usize,
}

/// How the characters of an SMS are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Encoding {
    /// 160 in one segment, 153 in each of several.
    Gsm7,
    /// 70 in one segment, 67 in each of several.
    Ucs2,
}

/// A text, cut into what each SMS carries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parts {
    pub encoding: Encoding,
    /// The octets of each part; a septet stands alone in an octet, a unit is big endian.
    pub octets: Vec<Vec<u8>>,
}

impl Encoding {
    /// As gateways and manuals write it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Gsm7 => "GSM-7",
            Self::Ucs2 => "UCS-2",
        }
    }

    /// Units a single SMS holds, and each of several.
    fn sizes(self) -> (usize, usize) {
        match self {
            Self::Gsm7 => (160, 153),
            Self::Ucs2 => (70, 67),
        }
    }

    /// Units that fit into so many segments.
    pub fn room(self, segments: usize) -> usize {
        let (whole, part) = self.sizes();
        if segments == 1 { whole } else { part * segments }
    }
}

/// The basic characters of GSM 03.38; the place of a character is its septet.
const BASIC: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\u{1b}ÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?\
    ¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
/// Reached through an escape, two septets each.
#[rustfmt::skip]
const EXTENDED: [(char, u8); 10] = [
    ('\u{c}', 0x0a), ('^', 0x14), ('{', 0x28), ('}', 0x29), ('\\', 0x2f),
    ('[', 0x3c), ('~', 0x3d), (']', 0x3e), ('|', 0x40), ('€', 0x65),
];
const ESCAPE: u8 = 0x1b;

/// Counts the segments of a text.
pub fn count(text: &str) -> Segments {
    let Parts { encoding, octets } = parts(text);
    let units = octets.iter().map(Vec::len).sum::<usize>();
    let units = match encoding {
        Encoding::Gsm7 => units,
        Encoding::Ucs2 => units / 2,
    };
    Segments { encoding, units, segments: octets.len() }
}

/// The first character that has no place in seven bits, so that the whole text costs sixteen.
pub fn first_wide(text: &str) -> Option<char> {
    text.chars().find(|character| septets(*character).is_none())
}

/// Cuts a text into segments; no character straddles two.
pub fn parts(text: &str) -> Parts {
    let (encoding, characters) = match text.chars().map(septets).collect() {
        Some(characters) => (Encoding::Gsm7, characters),
        None => (Encoding::Ucs2, text.chars().map(units).collect::<Vec<_>>()),
    };
    // A septet takes one octet here, a unit two.
    let width = if encoding == Encoding::Gsm7 { 1 } else { 2 };
    let (whole, part) = encoding.sizes();
    let (whole, part) = (whole * width, part * width);
    let all: usize = characters.iter().map(Vec::len).sum();
    let limit = if all <= whole { whole } else { part };
    let mut octets = vec![Vec::new()];
    for character in characters {
        match octets.last_mut() {
            Some(last) if last.len() + character.len() <= limit => last.extend(character),
            _ => octets.push(character),
        }
    }
    Parts { encoding, octets }
}

/// A character in GSM 03.38, if it has it.
fn septets(character: char) -> Option<Vec<u8>> {
    if let Some((_, code)) = EXTENDED.iter().find(|(extended, _)| *extended == character) {
        return Some(vec![ESCAPE, *code]);
    }
    let septet = BASIC.chars().position(|basic| basic == character)?;
    u8::try_from(septet).ok().filter(|septet| *septet != ESCAPE).map(|septet| vec![septet])
}

fn units(character: char) -> Vec<u8> {
    character.encode_utf16(&mut [0; 2]).iter().flat_map(|unit| unit.to_be_bytes()).collect()
}

/// The text of septets that stand one in an octet; what they cannot mean becomes `?`.
pub fn from_septets(octets: &[u8]) -> String {
    let extended = |next: &u8| EXTENDED.iter().find(|(_, code)| code == next).map(|(c, _)| *c);
    let mut octets = octets.iter();
    let mut text = String::with_capacity(octets.len());
    while let Some(&octet) = octets.next() {
        let character = match octet {
            ESCAPE => octets.next().and_then(extended),
            octet => BASIC.chars().nth(octet.into()),
        };
        text.push(character.unwrap_or('?'));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_sides_of_each_boundary() {
        use Encoding::{Gsm7, Ucs2};
        #[rustfmt::skip]
        let table = [
            ("empty",                       String::new(),                  Gsm7, 0,   1),
            ("160 septets",                 "a".repeat(160),                Gsm7, 160, 1),
            ("161 septets",                 "a".repeat(161),                Gsm7, 161, 2),
            ("two full parts",              "a".repeat(306),                Gsm7, 306, 2),
            ("one more",                    "a".repeat(307),                Gsm7, 307, 3),
            ("an escape is two",            "€".repeat(80),                 Gsm7, 160, 1),
            ("an escape is not split",      "€".repeat(153),                Gsm7, 306, 3),
            ("70 Chinese",                  "督".repeat(70),                Ucs2, 70,  1),
            ("71 Chinese",                  "督".repeat(71),                Ucs2, 71,  2),
            ("134 Chinese",                 "督".repeat(134),               Ucs2, 134, 2),
            ("135 Chinese",                 "督".repeat(135),               Ucs2, 135, 3),
            ("one Chinese among Latin",     "a".repeat(70) + "督",          Ucs2, 71,  2),
            ("a rare character is a pair",  "𠮷".repeat(35),                Ucs2, 70,  1),
            ("no euro across the end",      "a".repeat(152) + "€" + &"a".repeat(151), Gsm7, 305, 2),
            ("one more after the gap",      "a".repeat(152) + "€" + &"a".repeat(152), Gsm7, 306, 3),
            ("a pair is not split",         "𠮷".repeat(67),                Ucs2, 134, 3),
        ];
        for (name, text, encoding, units, segments) in table {
            assert_eq!(count(&text), Segments { encoding, units, segments }, "{name}");
            assert!(units <= encoding.room(segments), "{name}");
            assert_eq!(first_wide(&text).is_some(), encoding == Ucs2, "{name}");
        }
    }

    #[test]
    fn every_septet_is_read_back() {
        assert_eq!(BASIC.chars().count(), 128);
        for character in BASIC.chars().chain(EXTENDED.map(|(character, _)| character)) {
            if character != char::from(ESCAPE) {
                let octets = septets(character).unwrap_or_else(|| panic!("{character:?}"));
                assert_eq!(from_septets(&octets), character.to_string(), "{character:?}");
            }
        }
        assert_eq!(count("\u{1b}").encoding, Encoding::Ucs2, "an escape is no character");
        assert_eq!(from_septets(&[0x31, ESCAPE, 0x01, 0xff, ESCAPE]), "1???");
    }
}
