//! Tallies: when groups form, what they take, and what late news do to them.

use duban::core::{
    book::short_hash,
    event::{Event, Kind},
    fact::{Fact, Line},
    policy::PolicySet,
    span::Span,
    tally::Tally,
    timestamp::Timestamp,
    trigger::{Target, Trigger},
};
use serde_json::json;

use super::place::set;

const HOUR: i64 = 3_600_000;
const NO: &str = "~tally/t/here";

/// The shipped set with this one trigger.
fn one(trigger: Trigger) -> PolicySet {
    set(vec![Trigger { id: "t".to_owned(), add: Some(Kind::of("grouped")), ..trigger }])
}

fn hours(n: u32) -> Option<Span> {
    Span::parse(&format!("{n}h")).ok()
}

/// One line: kind, ticket, hour.
type Said = (&'static str, &'static str, i64);

fn line(seq: usize, (kind, ticket, hour): Said) -> Line {
    let at = Timestamp(hour * HOUR);
    let mut event = Event::new(NO, Kind::of(kind), at);
    event.id = Some(format!("{ticket}/{kind}/{hour}"));
    event.data.insert("ticket".to_owned(), json!(ticket));
    event.data.insert("key".to_owned(), json!({ "area": "here" }));
    Line { seq: seq as i64, at, fact: Fact::Event(event) }
}

/// A tally that hears of each line in a look of its own, and everything it told.
struct Heard {
    tally: Tally,
    lines: Vec<Line>,
    told: Vec<String>,
}

impl Heard {
    fn new(set: &PolicySet) -> Self {
        Self { tally: Tally::new(NO, set), lines: Vec::new(), told: Vec::new() }
    }

    fn hear(&mut self, set: &PolicySet, said: &[Said], now: i64) {
        let first = self.lines.len() + 1;
        let news: Vec<Line> = (first..).zip(said).map(|(seq, one)| line(seq, *one)).collect();
        let taken = self.tally.take_in(set, &news);
        self.lines.extend(news);
        if taken.is_err() {
            self.tally = Tally::fold_over(NO, set, set, self.lines.clone());
        }
        let advance = self.tally.advance(set, Timestamp(now * HOUR));
        let seqs = self.lines.len() as i64 + 1..;
        let own = seqs.zip(advance.lines).map(|(seq, (at, fact))| Line { seq, at, fact });
        self.lines.extend(own);
        self.told.extend(
            advance
                .told
                .iter()
                .map(|event| format!("{} {} at {}", event.ticket, event.kind, event.at.0 / HOUR)),
        );
    }
}

fn all(trigger: Trigger, said: &[Said]) -> Vec<String> {
    let set = one(trigger);
    let mut heard = Heard::new(&set);
    for one in said {
        heard.hear(&set, &[*one], one.2);
    }
    let again = Tally::fold_over(NO, &set, &set, heard.lines.clone());
    assert_eq!(again, heard.tally, "folding again gives the same tally: {said:?}");
    heard.told
}

fn three_in_a_day(to: &[Target]) -> Trigger {
    Trigger { count: 3, window: hours(24), to: to.to_vec(), ..Trigger::default() }
}

#[test]
fn a_group_forms_when_the_count_is_reached_within_the_window() {
    let to_this = || three_in_a_day(&[Target::This]);
    let armed = || Trigger {
        arm: vec!["closed".to_owned()],
        window: hours(24),
        count: 1,
        to: vec![Target::Armed],
        ..Trigger::default()
    };
    #[rustfmt::skip]
    let table: [(&str, Trigger, &[Said], &[&str]); 13] = [
        ("two are none",           to_this(), &[("counted", "A", 0), ("counted", "B", 1)], &[]),
        ("three are one",          to_this(), &[("counted", "A", 0), ("counted", "B", 1), ("counted", "C", 2)], &["C grouped at 2"]),
        ("the last instant counts",to_this(), &[("counted", "A", 0), ("counted", "B", 1), ("counted", "C", 24)], &["C grouped at 24"]),
        ("one after is too late",  to_this(), &[("counted", "A", 0), ("counted", "B", 1), ("counted", "C", 25)], &[]),
        ("a reset between",        to_this(), &[("counted", "A", 0), ("counted", "B", 1), ("count_reset", "X", 2), ("counted", "C", 3)], &[]),
        ("three after a reset",    to_this(), &[("counted", "A", 0), ("count_reset", "X", 1), ("counted", "B", 2), ("counted", "C", 3), ("counted", "D", 4)], &["D grouped at 4"]),
        ("a fourth again",         to_this(), &[("counted", "A", 0), ("counted", "B", 1), ("counted", "C", 2), ("counted", "D", 3)], &["C grouped at 2", "D grouped at 3"]),
        ("one ticket thrice",      to_this(), &[("counted", "A", 0), ("counted", "A", 1), ("counted", "A", 2)], &["A grouped at 2"]),
        ("once a ticket",          Trigger { distinct: true, ..to_this() }, &[("counted", "A", 0), ("counted", "A", 1), ("counted", "B", 2), ("counted", "C", 3)], &["C grouped at 3"]),
        ("the first is told",      three_in_a_day(&[Target::First]), &[("counted", "A", 0), ("counted", "B", 1), ("counted", "C", 2)], &["A grouped at 2"]),
        ("an armed window",        armed(), &[("window_opened", "A", 0), ("counted", "B", 24)], &["A grouped at 24"]),
        ("the window has closed",  armed(), &[("window_opened", "A", 0), ("counted", "B", 25)], &[]),
        ("used once, not by itself", armed(), &[("window_opened", "A", 0), ("counted", "A", 1), ("counted", "B", 2), ("counted", "C", 3)], &["A grouped at 2"]),
    ];
    for (name, trigger, said, want) in table {
        assert_eq!(all(trigger, said), want, "{name}");
    }
}

#[test]
fn an_open_group_takes_what_comes() {
    let trigger = Trigger { once_per: hours(10), ..three_in_a_day(&[Target::Each, Target::New]) };
    let said: &[Said] = &[
        ("counted", "A", 0),
        ("counted", "B", 1),
        ("counted", "C", 2),
        ("counted", "D", 11),
        ("counted", "E", 12),
        ("counted", "F", 13),
        ("counted", "G", 14),
    ];
    let number = format!("t-{}", short_hash(NO));
    let want = [
        "A grouped at 2".to_owned(),
        "B grouped at 2".to_owned(),
        "C grouped at 2".to_owned(),
        format!("{number}-1 triggered at 2"),
        "D grouped at 11".to_owned(),
        "E grouped at 14".to_owned(),
        "F grouped at 14".to_owned(),
        "G grouped at 14".to_owned(),
        format!("{number}-2 triggered at 14"),
    ];
    assert_eq!(all(trigger, said), want);
}

#[test]
fn late_news_take_a_group_back() {
    let trigger = Trigger {
        once_per: hours(24),
        undo: Some(Kind::of("no_need")),
        ..three_in_a_day(&[Target::New])
    };
    let set = one(trigger);
    let mut heard = Heard::new(&set);
    let number = format!("t-{}", short_hash(NO));
    heard.hear(&set, &[("counted", "A", 0), ("counted", "B", 1), ("counted", "C", 2)], 2);
    assert_eq!(heard.told, [format!("{number}-1 triggered at 2")]);
    heard.hear(&set, &[("count_reset", "X", 1)], 5);
    assert_eq!(heard.told[1..], [format!("{number}-1 no_need at 5")]);
    heard.hear(&set, &[("counted", "D", 6), ("counted", "E", 7)], 7);
    assert_eq!(
        heard.told[2..],
        [format!("{number}-2 triggered at 7")],
        "the number is not used twice"
    );
    let again = Tally::fold_over(NO, &set, &set, heard.lines.clone());
    assert_eq!(again, heard.tally);
}

#[test]
fn folding_again_gives_the_same_tally() {
    let trigger = Trigger { once_per: hours(3), ..three_in_a_day(&[Target::Each]) };
    let set = one(trigger);
    let said: [Said; 8] = [
        ("counted", "A", 0),
        ("counted", "B", 0),
        ("counted", "C", 1),
        ("count_reset", "D", 1),
        ("counted", "E", 2),
        ("counted", "F", 4),
        ("counted", "G", 5),
        ("counted", "H", 5),
    ];
    let once = || {
        let mut heard = Heard::new(&set);
        heard.hear(&set, &said, 9);
        heard
    };
    // Whatever the order of arrival at one look, the outcome is one.
    for turn in 0..said.len() {
        let mut turned = said;
        turned.rotate_left(turn);
        let mut heard = Heard::new(&set);
        heard.hear(&set, &turned, 9);
        assert_eq!((heard.tally, heard.told), (once().tally, once().told), "turned by {turn}");
    }
}
