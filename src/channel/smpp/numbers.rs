//! The numbers a centre gave lately: whether they tell messages apart, and whether receipts
//! write them as the answers did.
//!
//! Some centres give every message the same number, and some write it in hexadecimal here and
//! in decimal there. A receipt of either kind may name the wrong message. Here that is noticed
//! and told; that no receipt is ever matched with another's message is the store's rule.
//!
//! Invariants, each a test of the same name:
//! * `a_number_of_two_messages_is_noticed`
//! * `a_number_in_another_base_is_noticed`

use std::collections::{BTreeMap, VecDeque};

use crate::config::smpp::ReceiptIds;

/// Numbers remembered.
const NUMBERS_MAX: usize = 10_000;

/// What marks a letter: all its parts have the same.
type Mark = [u8; 32];

/// What is known of the number in a receipt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Named {
    /// An answer gave it lately.
    Known,
    /// No answer gave it, but one gave the same number in another base.
    OtherBase(ReceiptIds),
    /// It may be of before this process began.
    Unknown,
}

/// The numbers of the last messages.
#[derive(Default)]
pub struct Numbers {
    letters: BTreeMap<String, Mark>,
    /// Oldest first.
    order: VecDeque<String>,
}

impl Numbers {
    /// Notes the number an answer gave; `true` if another letter had it already.
    pub fn answered(&mut self, id: &str, mark: Mark) -> bool {
        let id = plain(id);
        if let Some(known) = self.letters.get(&id) {
            return *known != mark;
        }
        if self.order.len() >= NUMBERS_MAX
            && let Some(oldest) = self.order.pop_front()
        {
            self.letters.remove(&oldest);
        }
        self.order.push_back(id.clone());
        self.letters.insert(id, mark);
        false
    }

    /// What is known of the number in a receipt.
    pub fn named(&self, id: &str) -> Named {
        let id = plain(id);
        if self.letters.contains_key(&id) {
            return Named::Known;
        }
        let other = |base: u32| u128::from_str_radix(&id, base).ok();
        if other(10).is_some_and(|number| self.letters.contains_key(&format!("{number:x}"))) {
            return Named::OtherBase(ReceiptIds::Decimal);
        }
        if other(16).is_some_and(|number| self.letters.contains_key(&number.to_string())) {
            return Named::OtherBase(ReceiptIds::Hexadecimal);
        }
        Named::Unknown
    }
}

/// A number without what differs between spellings of it.
fn plain(id: &str) -> String {
    let id = id.to_ascii_lowercase();
    let digits = id.strip_prefix("0x").unwrap_or(&id).trim_start_matches('0');
    if digits.is_empty() { id } else { digits.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_of_two_messages_is_noticed() {
        let mut numbers = Numbers::default();
        #[rustfmt::skip]
        let table = [
            ("a message",                 "a-1",  1, false),
            ("another",                   "a-2",  2, false),
            ("its second part",           "a-3",  2, false),
            ("sent again, same answer",   "a-1",  1, false),
            ("the number of the first",   "a-1",  3, true),
            ("in capitals",               "A-2",  3, true),
            ("zero",                      "0",    4, false),
            ("zero again",                "0",    5, true),
        ];
        for (name, id, mark, want) in table {
            assert_eq!(numbers.answered(id, [mark; 32]), want, "{name}");
        }
        for n in 0..NUMBERS_MAX {
            numbers.answered(&format!("b-{n}"), [9; 32]);
        }
        assert!(!numbers.answered("a-1", [8; 32]), "so long ago that it may come round again");
        assert_eq!(numbers.letters.len(), numbers.order.len());
    }

    #[test]
    fn a_number_in_another_base_is_noticed() {
        let mut numbers = Numbers::default();
        for (n, id) in ["0000001A", "4096", "5f1c8a5e-1d2b"].into_iter().enumerate() {
            numbers.answered(id, [n as u8; 32]);
        }
        #[rustfmt::skip]
        let table = [
            ("0000001a",       Named::Known),
            ("1A",             Named::Known),
            ("26",             Named::OtherBase(ReceiptIds::Decimal)),
            ("1000",           Named::OtherBase(ReceiptIds::Hexadecimal)),
            ("5F1C8A5E-1D2B",  Named::Known),
            ("27",             Named::Unknown),
            ("",               Named::Unknown),
        ];
        for (id, want) in table {
            assert_eq!(numbers.named(id), want, "{id}");
        }
    }
}
