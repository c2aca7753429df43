//! Words in several parts: kept until the last one is there, then one word.
//!
//! A part is confirmed when it is kept here, because many centres send the next one only then;
//! the last part is confirmed once the whole word is kept. A word whose other parts do not come
//! is handed on with a mark where something is missing, so that nothing a resident wrote is
//! lost in silence. What is kept here is bounded; where there is no room the centre is asked to
//! say the part again later.
//!
//! Invariants, each a test of the same name:
//! * `parts_come_in_any_order_and_twice`
//! * `a_part_that_never_comes_leaves_a_mark`
//! * `there_is_an_end_of_room`

use std::{collections::BTreeMap, time::Duration};

use tokio::time::Instant;

use super::{
    packet::{Deliver, Segment},
    receipt::decoded,
};
use crate::channel::back::Word;

/// The next part of a word comes within this, or never.
const PATIENCE: Duration = Duration::from_mins(10);
/// A word that nobody kept is handed on again after this.
const AGAIN: Duration = Duration::from_secs(30);
/// A word that was kept is remembered so long, for parts that are said twice.
const MEMORY: Duration = Duration::from_hours(1);
/// Words gathered or remembered at one time.
const WORDS_MAX: usize = 1_000;
/// Octets of all parts together.
const OCTETS_MAX: usize = 1 << 20;
/// Stands where a part is missing.
const MISSING: &str = "…";

/// What the parts of a word have in common.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Origin {
    from: String,
    to: String,
    reference: u16,
    total: u8,
}

/// What to do with a part.
pub enum Joined {
    /// It is kept; others are to come. Or the word was kept before.
    Kept,
    /// It completes this word.
    Whole(Origin, Word),
    /// Not now: there is no room, or the word is just being kept.
    Later,
}

#[derive(Clone, PartialEq, Eq)]
struct Part {
    data_coding: u8,
    octets: Vec<u8>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    Gathered,
    /// Somebody is keeping it.
    Handed,
    Done,
}

struct Gathering {
    parts: BTreeMap<u8, Part>,
    stage: Stage,
    /// When it is handed on as it is, or forgotten.
    until: Instant,
}

/// Words of which a part has come.
#[derive(Default)]
pub struct Joining {
    words: BTreeMap<Origin, Gathering>,
}

impl Joining {
    /// Takes a part.
    pub fn take(&mut self, deliver: &Deliver, segment: Segment, now: Instant) -> Joined {
        let Segment { reference, total, number } = segment;
        let (from, to) = (deliver.from.clone(), deliver.to.clone());
        let origin = Origin { from, to, reference, total };
        let part = Part { data_coding: deliver.data_coding, octets: deliver.body().to_vec() };
        let differs = |word: &Gathering| {
            // What was kept is remembered without its octets, by their hash.
            let known = word.parts.get(&number);
            known.is_some_and(|known| *known != part && *known != part.digest())
        };
        if self.words.get(&origin).is_some_and(differs) {
            // The reference comes round again: another word of the same phone.
            match self.words.get_mut(&origin) {
                Some(word) if word.stage != Stage::Done => {
                    word.until = now;
                    return Joined::Later;
                }
                _ => drop(self.words.remove(&origin)), // it was kept
            }
        }
        if !self.has_room(&origin, part.octets.len(), now) {
            return Joined::Later;
        }
        let until = now + PATIENCE;
        let fresh = || Gathering { parts: BTreeMap::new(), stage: Stage::Gathered, until };
        let word = self.words.entry(origin.clone()).or_insert_with(fresh);
        match word.stage {
            Stage::Done => return Joined::Kept,
            Stage::Handed => return Joined::Later,
            Stage::Gathered => word.until = until,
        }
        word.parts.insert(number, part);
        if word.parts.len() < usize::from(total) {
            return Joined::Kept;
        }
        word.stage = Stage::Handed;
        let whole = word.word(&origin);
        Joined::Whole(origin, whole)
    }

    /// Whether a word that was handed on was kept.
    pub fn settle(&mut self, origin: &Origin, kept: bool, now: Instant) {
        let Some(word) = self.words.get_mut(origin) else { return };
        if kept {
            word.stage = Stage::Done;
            word.until = now + MEMORY;
            for part in word.parts.values_mut() {
                *part = part.digest();
            }
        } else {
            word.stage = Stage::Gathered;
            word.until = now + AGAIN;
        }
    }

    /// The words that are handed on as they are by now; forgets what was kept long ago.
    pub fn late(&mut self, now: Instant) -> Vec<(Origin, Word)> {
        self.words.retain(|_, word| word.stage != Stage::Done || word.until > now);
        let late = self
            .words
            .iter_mut()
            .filter(|(_, word)| word.stage == Stage::Gathered && word.until <= now);
        late.map(|(origin, word)| {
            word.stage = Stage::Handed;
            (origin.clone(), word.word(origin))
        })
        .collect()
    }

    /// When something is late next.
    pub fn next_late(&self) -> Option<Instant> {
        let words = self.words.values().filter(|word| word.stage != Stage::Handed);
        words.map(|word| word.until).min()
    }

    /// Nobody keeps anything any more: the session ended.
    pub fn abandon(&mut self, now: Instant) {
        for word in self.words.values_mut().filter(|word| word.stage == Stage::Handed) {
            word.stage = Stage::Gathered;
            word.until = now + AGAIN;
        }
    }

    /// Nothing more will come: what was gathered is late now.
    pub fn hurry(&mut self, now: Instant) {
        for word in self.words.values_mut().filter(|word| word.stage == Stage::Gathered) {
            word.until = now;
        }
    }

    /// Makes room for a part where it can; else hands the oldest word on early.
    fn has_room(&mut self, origin: &Origin, octets: usize, now: Instant) -> bool {
        let used = |words: &BTreeMap<Origin, Gathering>| -> usize {
            words.values().flat_map(|word| word.parts.values()).map(|part| part.octets.len()).sum()
        };
        if !self.words.contains_key(origin) && self.words.len() >= WORDS_MAX {
            let done = self.words.iter().filter(|(_, word)| word.stage == Stage::Done);
            let oldest = done.min_by_key(|(_, word)| word.until).map(|(origin, _)| origin.clone());
            if let Some(oldest) = oldest {
                self.words.remove(&oldest);
            }
        }
        let is_new = !self.words.contains_key(origin);
        let is_full = is_new && self.words.len() >= WORDS_MAX;
        if !is_full && used(&self.words) + octets <= OCTETS_MAX {
            return true;
        }
        let gathered = self.words.values_mut().filter(|word| word.stage == Stage::Gathered);
        if let Some(oldest) = gathered.min_by_key(|word| word.until) {
            oldest.until = now;
        }
        false
    }
}

impl Part {
    /// What is remembered of a part that is not needed any more.
    fn digest(&self) -> Self {
        if self.octets.len() <= 8 {
            return self.clone(); // as short as its hash, or its hash
        }
        let hash = blake3::hash(&self.octets);
        let short = hash.as_bytes().get(..8).unwrap_or_default();
        Self { data_coding: self.data_coding, octets: short.to_vec() }
    }
}

impl Gathering {
    /// The parts as one word, with a mark where one is missing.
    fn word(&self, origin: &Origin) -> Word {
        let is_whole = self.parts.len() == usize::from(origin.total);
        let mut codings = self.parts.values().map(|part| part.data_coding);
        let first = codings.next();
        let text = match first.filter(|first| is_whole && codings.all(|coding| coding == *first)) {
            // A sign may stand half in one part and half in the next.
            Some(coding) => {
                let octets: Vec<u8> =
                    self.parts.values().flat_map(|part| part.octets.iter().copied()).collect();
                decoded(&octets, coding)
            }
            None => (1..=origin.total)
                .map(|number| match self.parts.get(&number) {
                    Some(part) => decoded(&part.octets, part.data_coding),
                    None => MISSING.to_owned(),
                })
                .collect(),
        };
        Word { id: self.id(origin), from: origin.from.clone(), text }
    }

    /// The same whenever the same parts are joined, so that a repetition is known.
    fn id(&self, origin: &Origin) -> String {
        let mut hash = blake3::Hasher::new();
        hash.update(&origin.reference.to_be_bytes());
        for (number, part) in &self.parts {
            hash.update(&[*number]).update(&part.octets);
        }
        hash.finalize().to_hex()[..16].to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GSM: u8 = 0;
    const UCS2: u8 = 8;

    fn part(data_coding: u8, octets: &[u8]) -> Deliver {
        let (from, message) = ("8613800138000".to_owned(), octets.to_vec());
        Deliver { from, data_coding, message, ..Deliver::default() }
    }

    fn segment(number: u8, total: u8) -> Segment {
        Segment { reference: 7, total, number }
    }

    /// What `take` says, in short.
    fn said(joined: &Joined) -> String {
        match joined {
            Joined::Kept => "kept".to_owned(),
            Joined::Later => "later".to_owned(),
            Joined::Whole(_, word) => word.text.clone(),
        }
    }

    #[test]
    fn parts_come_in_any_order_and_twice() {
        type Came = (&'static str, Vec<(u8, Deliver)>, &'static [&'static str]);
        let emoji: Vec<u8> = "好😀".encode_utf16().flat_map(u16::to_be_bytes).collect();
        let (half, rest) = emoji.split_at(4); // in the middle of a surrogate pair
        #[rustfmt::skip]
        let table: [Came; 5] = [
            ("in order",        vec![(1, part(GSM, b"one ")), (2, part(GSM, b"two"))],                              &["kept", "one two"]),
            ("backwards",       vec![(2, part(GSM, b"two")), (1, part(GSM, b"one "))],                              &["kept", "one two"]),
            ("one twice",       vec![(1, part(GSM, b"one ")), (1, part(GSM, b"one ")), (2, part(GSM, b"two"))],     &["kept", "kept", "one two"]),
            ("half a sign",     vec![(1, part(UCS2, half)), (2, part(UCS2, rest))],                                 &["kept", "好😀"]),
            ("two alphabets",   vec![(1, part(GSM, b"ok ")), (2, part(UCS2, &[0x59, 0x7d]))],                       &["kept", "ok 好"]),
        ];
        for (name, parts, want) in table {
            let (mut joining, now) = (Joining::default(), Instant::now());
            let got: Vec<String> = parts
                .iter()
                .map(|(number, deliver)| said(&joining.take(deliver, segment(*number, 2), now)))
                .collect();
            assert_eq!(got, want, "{name}");
        }
    }

    #[test]
    fn a_word_is_handed_on_until_it_is_kept_and_then_never_again() {
        let (mut joining, now) = (Joining::default(), Instant::now());
        let (one, two) = (part(GSM, b"a first part "), part(GSM, b"and the second"));
        joining.take(&one, segment(1, 2), now);
        let Joined::Whole(origin, word) = joining.take(&two, segment(2, 2), now) else {
            panic!("it is whole");
        };
        assert_eq!(said(&joining.take(&two, segment(2, 2), now)), "later", "it is being kept");
        joining.settle(&origin, false, now);
        let Joined::Whole(origin, again) = joining.take(&two, segment(2, 2), now) else {
            panic!("it was not kept");
        };
        assert!(word == again, "under the same id");
        joining.settle(&origin, false, now);
        assert!(joining.late(now + AGAIN / 2).is_empty());
        assert_eq!(joining.late(now + AGAIN).len(), 1, "if the centre does not say it again");
        joining.abandon(now);
        assert_eq!(joining.late(now + AGAIN).len(), 1, "the session ended meanwhile");
        joining.settle(&origin, true, now);
        assert_eq!(said(&joining.take(&one, segment(1, 2), now)), "kept", "said twice");
        assert_eq!(said(&joining.take(&two, segment(2, 2), now)), "kept");
        assert!(joining.late(now + PATIENCE * 2).is_empty());
        let other = part(GSM, b"another word of it");
        assert_eq!(said(&joining.take(&other, segment(1, 2), now)), "kept");
        let end = part(GSM, b", later");
        let whole = said(&joining.take(&end, segment(2, 2), now));
        assert_eq!(whole, "another word of it, later", "the reference came round again");
    }

    #[test]
    fn a_part_that_never_comes_leaves_a_mark() {
        let (mut joining, now) = (Joining::default(), Instant::now());
        joining.take(&part(GSM, b"1"), segment(1, 3), now);
        assert_eq!(joining.next_late(), Some(now + PATIENCE));
        joining.take(&part(GSM, b" 3"), segment(3, 3), now + PATIENCE / 2);
        assert!(joining.late(now + PATIENCE).is_empty(), "it goes on");
        let late = joining.late(now + PATIENCE * 3 / 2);
        let words: Vec<&str> = late.iter().map(|(_, word)| word.text.as_str()).collect();
        assert_eq!(words, ["1… 3"], "no digit that could be taken for an answer");
        let (origin, _) = &late[0];
        joining.settle(origin, false, now);
        joining.hurry(now);
        assert_eq!(joining.late(now).len(), 1, "at the end nobody waits any more");
        joining.settle(origin, true, now + PATIENCE * 2);
        assert!(joining.late(now + PATIENCE * 3).is_empty(), "once");
        assert!(joining.late(now + PATIENCE * 2 + MEMORY).is_empty());
        assert!(joining.words.is_empty(), "and it is forgotten");
    }

    #[test]
    fn there_is_an_end_of_room() {
        let (mut joining, now) = (Joining::default(), Instant::now());
        let from = |n: usize| Deliver { from: n.to_string(), ..part(GSM, b"a part that is long") };
        for n in 0..WORDS_MAX {
            let at = now + Duration::from_millis(n as u64);
            assert_eq!(said(&joining.take(&from(n), segment(1, 2), at)), "kept", "{n}");
        }
        let now = now + Duration::from_secs(10);
        assert_eq!(said(&joining.take(&from(WORDS_MAX), segment(1, 2), now)), "later");
        let early = joining.late(now);
        assert_eq!(early.len(), 1, "the oldest goes on as it is");
        assert_eq!(early[0].1.from, "0");
        joining.settle(&early[0].0, true, now);
        assert_eq!(said(&joining.take(&from(WORDS_MAX), segment(1, 2), now)), "kept");
        let mut joining = Joining::default();
        let long = |number| (part(GSM, &vec![b'x'; OCTETS_MAX / 2 + 1]), segment(number, 3));
        let ((one, first), (two, second)) = (long(1), long(2));
        assert_eq!(said(&joining.take(&one, first, now)), "kept");
        assert_eq!(said(&joining.take(&two, second, now)), "later");
    }
}
