//! Journals that are not of tickets: their numbers, and one look at one of them.
//!
//! What reaches over tickets keeps a journal of its own, in the same tables, under a number
//! that begins with `~`; events from outside may not use such a number. A book is a fold as
//! a ticket is one. It never touches a ticket: it tells it, by an event.
//!
//! Invariants, each a test of the same name:
//! * `a_number_names_its_book`
//! * `a_long_key_is_cut_and_stays_unique`

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

use super::{
    agenda::Agenda,
    cycle::{Advance, FoldAgain},
    fact::{Fact, Line},
    org::Org,
    policy::{PolicySet, Sets},
    record::Record,
    slots::{self, Slots},
    tally::Tally,
    timestamp::Timestamp,
};

/// What the numbers of books begin with.
pub const PREFIX: &str = "~";
const TALLY: &str = "~tally/";
/// The longest key that stands in a number as it is; indexes hold no more than this.
const KEY_BYTES_MAX: usize = 400;
const HASH_CHARS: usize = 16;

/// Kinds of the events in a tally's journal.
pub const COUNTED: &str = "counted";
pub const RESET: &str = "count_reset";
pub const ARMED: &str = "window_opened";

/// Which table of the vocabulary a journal belongs to, as the store writes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum BookKind {
    Ticket,
    /// Counts of a trigger for one key.
    Tally,
    /// What is planned over tickets: slots, schedules.
    Agenda,
}

impl BookKind {
    /// What kind of journal a number names.
    pub fn of(no: &str) -> Self {
        match no.strip_prefix(PREFIX) {
            None => Self::Ticket,
            Some(rest) if rest.starts_with("tally/") => Self::Tally,
            Some(_) => Self::Agenda,
        }
    }

    /// As the store writes it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ticket => "ticket",
            Self::Tally => "tally",
            Self::Agenda => "agenda",
        }
    }
}

/// The number of the tally of a trigger for one key.
pub fn tally_no<'a>(trigger: &str, key: impl Iterator<Item = &'a str>) -> String {
    let mut text = String::new();
    for (index, value) in key.enumerate() {
        if index > 0 {
            text.push('|');
        }
        for letter in value.chars() {
            match letter {
                '|' | '\\' => _ = write!(text, "\\{letter}"),
                letter if letter.is_control() => text.push(' '),
                letter => text.push(letter),
            }
        }
    }
    if text.len() > KEY_BYTES_MAX {
        let hash = short_hash(&text);
        let cut = text.floor_char_boundary(KEY_BYTES_MAX);
        text.truncate(cut);
        _ = write!(text, "~{hash}");
    }
    format!("{TALLY}{trigger}/{text}")
}

/// The trigger and the key a tally's number names.
pub fn of_tally(no: &str) -> Option<(&str, &str)> {
    no.strip_prefix(TALLY)?.split_once('/')
}

/// Letters that stand for a text where the text itself is too long or says too much.
pub fn short_hash(text: &str) -> String {
    let hash = blake3::hash(text.as_bytes()).to_hex();
    hash.as_str().get(..HASH_CHARS).unwrap_or_default().to_owned()
}

/// A journal that is not of a ticket, as the fold of its lines.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "book", rename_all = "snake_case")]
pub enum Book {
    Tally(Tally),
    Agenda(Agenda),
    Slots(Slots),
}

impl Book {
    /// A book nothing is written in yet.
    pub fn new(no: &str, set: &PolicySet) -> Self {
        match BookKind::of(no) {
            BookKind::Agenda if no.starts_with(slots::PREFIX) => Self::Slots(Slots::new(no, set)),
            BookKind::Agenda => Self::Agenda(Agenda::new(no, set)),
            BookKind::Tally | BookKind::Ticket => Self::Tally(Tally::new(no, set)),
        }
    }

    /// Folds a whole journal. `first` judges until a record names another of `sets`.
    pub fn fold_over(no: &str, sets: &dyn Sets, first: &PolicySet, lines: Vec<Line>) -> Self {
        match BookKind::of(no) {
            BookKind::Agenda if no.starts_with(slots::PREFIX) => {
                Self::Slots(Slots::fold(no, first, lines))
            }
            BookKind::Agenda => Self::Agenda(Agenda::fold(no, first, lines)),
            BookKind::Tally | BookKind::Ticket => {
                Self::Tally(Tally::fold_over(no, sets, first, lines))
            }
        }
    }

    /// Hash of the policy set its state was folded with.
    pub fn judged_by(&self) -> &str {
        match self {
            Self::Tally(tally) => &tally.judged_by,
            Self::Agenda(agenda) => &agenda.judged_by,
            Self::Slots(slots) => &slots.judged_by,
        }
    }

    /// The number.
    pub fn no(&self) -> &str {
        match self {
            Self::Tally(tally) => &tally.no,
            Self::Agenda(agenda) => &agenda.no,
            Self::Slots(slots) => &slots.no,
        }
    }

    /// What it is of: the id of its trigger, schedule or policy.
    pub fn rule(&self) -> &str {
        match self {
            Self::Tally(tally) => tally.trigger(),
            Self::Agenda(agenda) => agenda.schedule(),
            Self::Slots(slots) => slots.policy(),
        }
    }

    /// Whether something in it waits to be done by somebody who sees many tickets.
    pub fn is_open(&self) -> bool {
        match self {
            Self::Tally(_) | Self::Slots(_) => false,
            Self::Agenda(agenda) => !agenda.open.is_empty(),
        }
    }

    /// Applies new lines on top of the state, as far as they come after what is applied. `set` is
    /// the one that judged the state so far.
    pub fn take_in(&mut self, set: &PolicySet, news: &[Line]) -> Result<(), FoldAgain> {
        match self {
            Self::Tally(tally) => tally.take_in(set, news),
            Self::Agenda(agenda) => {
                agenda.take_in(news);
                Ok(())
            }
            Self::Slots(slots) => {
                slots.take_in(news);
                Ok(())
            }
        }
    }

    /// What is owed at `now`, now that `set` is in force.
    pub fn advance(&mut self, set: &PolicySet, org: &Org, now: Timestamp) -> Advance {
        match self {
            Self::Tally(tally) => tally.advance(set, now),
            Self::Agenda(agenda) => agenda.advance(set, org, now),
            Self::Slots(slots) => slots.advance(set, now),
        }
    }
}

/// Lines in the order a book takes them: as they occurred, records after events of the same
/// instant, and events of the same instant by their id, so that the order of arrival is no matter.
pub fn in_order(lines: &mut [Line]) {
    lines.sort_by(|one, other| {
        let place = |line: &Line| (line.at, matches!(line.fact, Fact::Record(_)));
        let id = |line: &Line| match &line.fact {
            Fact::Event(event) => event.id.clone(),
            Fact::Record(_) => None,
        };
        place(one)
            .cmp(&place(other))
            .then_with(|| id(one).cmp(&id(other)))
            .then(one.seq.cmp(&other.seq))
    });
}

/// The record that says which policy set judges from here on.
pub fn judged(set: &PolicySet, rule: &str) -> Record {
    Record::Policy {
        set: set.id.clone(),
        version: set.version.clone(),
        hash: set.hash.clone(),
        policy: rule.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_names_its_book() {
        #[rustfmt::skip]
        let table = [
            ("W260507-0123",              BookKind::Ticket, None),
            ("burst-0a1b-1",              BookKind::Ticket, None),
            ("~tally/burst/城西区|电梯",   BookKind::Tally,  Some(("burst", "城西区|电梯"))),
            ("~tally/near/a/b|c",         BookKind::Tally,  Some(("near", "a/b|c"))),
            ("~agenda/missed_call",       BookKind::Agenda, None),
        ];
        for (no, kind, of) in table {
            assert_eq!((BookKind::of(no), of_tally(no)), (kind, of), "{no}");
        }
        assert_eq!(tally_no("near", ["a/b", "c"].into_iter()), "~tally/near/a/b|c");
        assert_eq!(tally_no("near", ["a|b", "c"].into_iter()), "~tally/near/a\\|b|c");
        assert_eq!(tally_no("near", ["a\nb"].into_iter()), "~tally/near/a b");
    }

    #[test]
    fn a_long_key_is_cut_and_stays_unique() {
        let long = "街".repeat(300);
        let (one, other) = (format!("{long}甲"), format!("{long}乙"));
        let no = |key: &str| tally_no("t", [key].into_iter());
        assert!(no(&one).len() < 450, "{}", no(&one).len());
        assert_ne!(no(&one), no(&other));
        assert_eq!(no(&one), no(&one));
    }
}
