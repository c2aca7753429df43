//! How many SMS a text is: seven bits a character if every one allows it, else sixteen.
//!
//! Only counts; what splits a text to send it lives with the channel that sends it.

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

/// The basic characters of GSM 03.38, one septet each.
const BASIC: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?\
    ¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
/// Reached through an escape, two septets each.
const EXTENDED: &str = "\u{c}^{}\\[~]|€";

/// Counts the segments of a text.
pub fn count(text: &str) -> Segments {
    let (encoding, widths) = match text.chars().map(septets).collect() {
        Some(widths) => (Encoding::Gsm7, widths),
        None => (Encoding::Ucs2, text.chars().map(char::len_utf16).collect::<Vec<_>>()),
    };
    let units = widths.iter().sum();
    let (whole, part) = encoding.sizes();
    let segments = if units <= whole { 1 } else { packed(&widths, part) };
    Segments { encoding, units, segments }
}

/// The first character that has no place in seven bits, so that the whole text costs sixteen.
pub fn first_wide(text: &str) -> Option<char> {
    text.chars().find(|c| septets(*c).is_none())
}

fn septets(c: char) -> Option<usize> {
    match c {
        c if BASIC.contains(c) => Some(1),
        c if EXTENDED.contains(c) => Some(2),
        _ => None,
    }
}

/// Segments of `size` units that no character straddles.
fn packed(widths: &[usize], size: usize) -> usize {
    let mut segments = 1;
    let mut used = 0;
    for width in widths {
        if used + width > size {
            segments += 1;
            used = 0;
        }
        used += width;
    }
    segments
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
}
