//! How many SMS a text is: seven bits a character if every one allows it, else sixteen.

/// The cost of a text as SMS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segments {
    pub alphabet: Alphabet,
    /// Septets or UTF-16 units.
    pub units: usize,
    pub segments: usize,
}

/// How the characters of an SMS are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Alphabet {
    /// 160 in one segment, 153 in each of several.
    Gsm7,
    /// 70 in one segment, 67 in each of several.
    Ucs2,
}

/// The basic characters of GSM 03.38, one septet each.
const BASIC: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?\
    ¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
/// Reached through an escape, two septets each.
const EXTENDED: &str = "\u{c}^{}\\[~]|€";

/// Counts the segments of a text.
pub fn segments(text: &str) -> Segments {
    let septets = |c: char| match c {
        c if BASIC.contains(c) => Some(1),
        c if EXTENDED.contains(c) => Some(2),
        _ => None,
    };
    let (alphabet, widths, whole, part) = match text.chars().map(septets).collect() {
        Some(widths) => (Alphabet::Gsm7, widths, 160, 153),
        None => (Alphabet::Ucs2, text.chars().map(char::len_utf16).collect::<Vec<_>>(), 70, 67),
    };
    let units = widths.iter().sum();
    let segments = if units <= whole { 1 } else { packed(&widths, part) };
    Segments { alphabet, units, segments }
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
        use Alphabet::{Gsm7, Ucs2};
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
            ("a pair is not split",         "𠮷".repeat(67),                Ucs2, 134, 3),
        ];
        for (name, text, alphabet, units, count) in table {
            assert_eq!(segments(&text), Segments { alphabet, units, segments: count }, "{name}");
        }
    }
}
