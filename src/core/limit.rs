//! Limits on what one person is told: so many SMS a day, a gap between messages about one ticket.
//!
//! They move only the sending. What fires at night and what is red goes through, and what waits is
//! not lost: it leaves when the limit ends, with whatever else was waiting for the same person.
//!
//! Invariants, each a test of the same name:
//! * `emergencies_and_red_slips_go_through`
//! * `the_gap_counts_from_the_last_word`
//! * `a_task_and_a_question_with_little_time_do_not_wait`
//! * `an_sms_too_many_waits_for_the_morning`

use jiff::civil::Time;

use super::{
    clock::due_after,
    delivery::not_before_staff,
    message::{Message, Urgency},
    policy::{PolicySet, Via},
    span::Span,
    timestamp::Timestamp,
};

/// Where the step stands that opens the work, as policies write it.
const START: &str = "start";
/// How long an SMS too many waits for another way of its slip that has not left yet.
const OTHER_WAY_MS: i64 = 600_000;

/// A slip that is to be said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Word<'a> {
    pub slip: &'a str,
    /// It opens the work (a task, a redo): no reminder of anything.
    pub opens: bool,
    /// When the reply it asks for is due.
    pub reply_due: Option<Timestamp>,
}

impl<'a> Word<'a> {
    /// The slip a message carries.
    pub fn of(message: &'a Message) -> Option<Self> {
        let facts = &message.facts;
        let opens = facts.step == START && message.urgency() != Urgency::Again;
        Some(Self { slip: message.slip.as_deref()?, opens, reply_due: facts.reply_due })
    }
}

/// A message about the same ticket that the same person got, or is getting now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Told<'a> {
    pub slip: &'a str,
    /// When it left; `None`: a sender has it.
    pub left: Option<Timestamp>,
    /// Until when the sender has it.
    pub lease_ends: Timestamp,
}

/// What becomes of an SMS over the limit of the day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OverDay {
    /// The person has the slip by another way.
    Told,
    /// It is offered again then.
    Waits(Timestamp),
}

/// What is known of the same slip to the same person by other ways.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OtherWay {
    Left,
    Waits,
    /// There is none, or it failed.
    None,
}

/// Whether a slip of this kind goes through every limit; `urgent` is what fires at night.
pub fn is_exempt(set: &PolicySet, slip: &str, urgent: bool) -> bool {
    urgent || set.slips.get(slip).is_some_and(|kind| kind.colour == "red")
}

/// When a further word about a ticket may reach the person; `None`: now.
///
/// Another way of a slip the person has just got is no further word, and one that asks for a reply
/// before the gap is over cannot wait for it.
pub fn gap_over(
    set: &PolicySet,
    gap: Span,
    word: Word<'_>,
    told: &[Told<'_>],
    now: Timestamp,
) -> Option<Timestamp> {
    if word.opens {
        return None;
    }
    let others = || told.iter().filter(|one| one.slip != word.slip);
    let last = others().filter_map(|one| one.left).max();
    let over = last.map(|last| due_after(set, last, gap)).filter(|over| *over > now);
    let busy = others().filter(|one| one.left.is_none()).map(|one| one.lease_ends).max();
    let until = over.max(busy.filter(|ends| *ends > now));
    until.filter(|until| word.reply_due.is_none_or(|due| *until < due))
}

/// What becomes of an SMS that its person's day has no room for.
pub fn over_day(set: &PolicySet, other: OtherWay, now: Timestamp) -> OverDay {
    match other {
        OtherWay::Left => OverDay::Told,
        OtherWay::Waits => OverDay::Waits(next_morning(set, now).min(now.plus_ms(OTHER_WAY_MS))),
        OtherWay::None => OverDay::Waits(next_morning(set, now)),
    }
}

/// The midnight the day of `now` began with.
pub fn day_of(set: &PolicySet, now: Timestamp) -> Timestamp {
    set.calendar.at(set.calendar.date_of(now), Time::midnight())
}

/// Whether a message should have left on an earlier day: then it leaves with others like it.
pub fn waits_since_yesterday(set: &PolicySet, not_before: Timestamp, now: Timestamp) -> bool {
    set.calendar.date_of(not_before) < set.calendar.date_of(now)
}

/// The first instant of the next day at which staff may be written to: when quiet hours end, else
/// the first digest, else when the office opens.
fn next_morning(set: &PolicySet, now: Timestamp) -> Timestamp {
    let calendar = &set.calendar;
    let today = calendar.date_of(now);
    let midnight = calendar.at(today.tomorrow().unwrap_or(today), Time::midnight());
    if set.quiet.staff.is_some() {
        let awake = not_before_staff(set, Via::Sms, false, midnight);
        if awake > midnight {
            return awake;
        }
    }
    let digest = set.noise.digest_times.iter().min();
    let digest = digest.map(|time| calendar.at(calendar.date_of(midnight), *time));
    digest.or_else(|| calendar.next_open(midnight)).unwrap_or(midnight)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::policies;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(text).expect("an instant")
    }

    fn set() -> PolicySet {
        let loaded = policies::load_embedded("cn", at("2026-05-07T00:00:00Z"));
        let set = loaded.expect("it is shipped").set.expect("a good set");
        Arc::into_inner(set).expect("nobody else has it")
    }

    #[test]
    fn emergencies_and_red_slips_go_through() {
        let set = set();
        #[rustfmt::skip]
        let table = [
            ("green",        "green",  false, false),
            ("yellow",       "yellow", false, false),
            ("red",          "red",    false, true),
            ("at night",     "green",  true,  true),
            ("unknown",      "mauve",  false, false),
        ];
        for (name, slip, urgent, want) in table {
            assert_eq!(is_exempt(&set, slip, urgent), want, "{name}");
        }
    }

    #[test]
    fn the_gap_counts_from_the_last_word() {
        let set = set();
        let two_hours = Span::Elapsed(7_200_000);
        let working = Span::Working(7_200_000);
        let (nine, ten) = ("2026-05-07T09:00:00+08:00", "2026-05-07T10:00:00+08:00");
        let left = |slip, text| Told { slip, left: Some(at(text)), lease_ends: Timestamp(0) };
        let busy = |slip, text| Told { slip, left: None, lease_ends: at(text) };
        #[rustfmt::skip]
        let table = [
            // name                          gap        told                                     now                          until
            ("nothing was said",             two_hours, vec![],                                  ten,                         None),
            ("another slip at nine",         two_hours, vec![left("a", nine)],                   ten,                         Some("2026-05-07T11:00:00+08:00")),
            ("just before it is over",       two_hours, vec![left("a", nine)],                   "2026-05-07T10:59:59+08:00", Some("2026-05-07T11:00:00+08:00")),
            ("when it is over",              two_hours, vec![left("a", nine)],                   "2026-05-07T11:00:00+08:00", None),
            ("the last one counts",          two_hours, vec![left("a", nine), left("b", ten)],   ten,                         Some("2026-05-07T12:00:00+08:00")),
            ("another way of this slip",     two_hours, vec![left("this", nine)],                ten,                         None),
            ("working hours stop for lunch", working,   vec![left("a", "2026-05-07T11:00:00+08:00")], "2026-05-07T11:30:00+08:00", Some("2026-05-07T15:00:00+08:00")),
            ("a sender has another slip",    two_hours, vec![busy("a", "2026-05-07T10:01:00+08:00")], ten,                    Some("2026-05-07T10:01:00+08:00")),
            ("a sender that is gone",        two_hours, vec![busy("a", nine)],                   ten,                         None),
        ];
        for (name, gap, told, now, until) in table {
            let word = Word { slip: "this", opens: false, reply_due: None };
            assert_eq!(gap_over(&set, gap, word, &told, at(now)), until.map(at), "{name}");
        }
    }

    #[test]
    fn a_task_and_a_question_with_little_time_do_not_wait() {
        let set = set();
        let hour = Span::Elapsed(3_600_000);
        let told = [Told { slip: "a", left: Some(Timestamp(0)), lease_ends: Timestamp(0) }];
        #[rustfmt::skip]
        let table = [
            ("a reminder",                        false, None,            Some(3_600_000)),
            ("a task",                            true,  None,            None),
            ("the reply is due after the gap",    false, Some(3_600_001), Some(3_600_000)),
            ("the reply is due when it is over",  false, Some(3_600_000), None),
            ("the reply is due before",           false, Some(1_800_000), None),
        ];
        for (name, opens, reply_due, until) in table {
            let word = Word { slip: "this", opens, reply_due: reply_due.map(Timestamp) };
            let got = gap_over(&set, hour, word, &told, Timestamp(1));
            assert_eq!(got.map(|at| at.0), until, "{name}");
        }
    }

    #[test]
    fn an_sms_too_many_waits_for_the_morning() {
        use OverDay::{Told, Waits};
        let (shipped, mut digests, mut bare) = (set(), set(), set());
        digests.quiet.staff = None;
        bare.quiet.staff = None;
        bare.noise.digest_times.clear();
        let (thursday, saturday) = ("2026-05-07T16:00:00+08:00", "2026-05-09T16:00:00+08:00");
        #[rustfmt::skip]
        let table = [
            ("it came by another way",  &shipped, OtherWay::Left,  thursday, Told),
            ("another way may come",    &shipped, OtherWay::Waits, thursday, Waits(at("2026-05-07T16:10:00+08:00"))),
            ("there is no other way",   &shipped, OtherWay::None,  thursday, Waits(at("2026-05-08T09:00:00+08:00"))),
            ("over a Sunday",           &shipped, OtherWay::None,  saturday, Waits(at("2026-05-11T09:00:00+08:00"))),
            ("no quiet hours: digest",  &digests, OtherWay::None,  thursday, Waits(at("2026-05-08T08:30:00+08:00"))),
            ("no digest: opening",      &bare,    OtherWay::None,  thursday, Waits(at("2026-05-08T09:00:00+08:00"))),
        ];
        for (name, set, other, now, want) in table {
            assert_eq!(over_day(set, other, at(now)), want, "{name}");
        }
    }
}
