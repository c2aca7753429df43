//! The timeline of a ticket as plain values: what the picture draws and its table says.
//!
//! Nothing is decided here: everything stands in the ticket's story.

use std::collections::BTreeMap;

use jiff::ToSpan as _;

use super::names::Names;
use crate::{
    core::{
        board::Colour,
        clock::{Clock, State as Stands},
        event::Event,
        fact::Fact,
        timestamp::Timestamp,
    },
    explain::{Story, state_word},
};

/// Clocks in the picture: the last that began.
const CLOCKS_MAX: usize = 14;
/// Steps to come that are shown of each clock.
const AHEAD_MAX: usize = 3;
const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 24 * HOUR_MS;

/// A stretch of time with what happened and will happen in it.
pub(super) struct Timeline {
    pub from: Timestamp,
    pub to: Timestamp,
    pub now: Timestamp,
    /// Working time.
    pub open: Vec<(Timestamp, Timestamp)>,
    /// Where the axis is marked, and with what.
    pub ticks: Vec<(Timestamp, String)>,
    pub lanes: Vec<Lane>,
}

/// One line of the picture.
pub(super) struct Lane {
    pub name: String,
    /// In words, at the right end.
    pub says: String,
    pub bar: Option<Bar>,
    pub marks: Vec<Mark>,
}

/// What a clock ran.
pub(super) struct Bar {
    pub from: Timestamp,
    pub to: Timestamp,
    pub due: Timestamp,
    /// `running overdue paused met late cancelled replaced`
    pub state: &'static str,
    pub pauses: Vec<(Timestamp, Timestamp)>,
}

/// Something at one instant.
pub(super) struct Mark {
    pub at: Timestamp,
    pub sign: Sign,
    /// `green yellow red none`
    pub colour: &'static str,
    pub says: String,
}

/// What a mark stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sign {
    Slip,
    Withdrawn,
    /// A step that has not come yet.
    Ahead,
    Event,
    Sent,
    /// Did not arrive.
    Lost,
    Waiting,
}

/// A line of the table: when, what, and its colour.
pub(super) struct Line {
    pub at: Timestamp,
    pub lane: String,
    pub says: String,
    pub colour: &'static str,
    pub is_ahead: bool,
}

/// The timeline of a story at `now`.
pub(super) fn timeline(
    story: &Story,
    names: &Names,
    local: &dyn Fn(Timestamp) -> String,
    now: Timestamp,
) -> Timeline {
    let ticket = story.ticket();
    let rounds = ticket.rounds.len() as u32;
    let shown = ticket.clocks.len().saturating_sub(CLOCKS_MAX);
    let mut lanes = vec![events(story, names)];
    lanes.extend(ticket.clocks[shown..].iter().map(|clock| {
        let bar = bar(clock, now);
        let state = names.clock_state(bar.state);
        let says = match clock.is_running() {
            true => format!("{} · {}", local(bar.due), names.left(bar.due, now)),
            false => state.to_owned(),
        };
        let name = names.clock_of(&clock.key, rounds);
        Lane { name, says, bar: Some(bar), marks: steps(story, clock, names) }
    }));
    lanes.push(messages(story, names));
    lanes.retain(|lane| lane.bar.is_some() || !lane.marks.is_empty());
    let begins = lanes.iter().flat_map(Lane::instants).min().unwrap_or(now);
    let last = lanes.iter().flat_map(Lane::instants).max().unwrap_or(now);
    let ends = if ticket.ended.is_some() { last } else { last.max(now) };
    // Some air, so that nothing stands on the edge.
    let air = (ends.since(begins) / 40).max(HOUR_MS / 4);
    let (from, to) = (begins.plus_ms(-air), ends.plus_ms(air));
    let calendar = &story.set().calendar;
    Timeline {
        open: calendar.open_between(from, to).collect(),
        ticks: ticks(story, from, to),
        from,
        to,
        now,
        lanes,
    }
}

impl Lane {
    fn instants(&self) -> impl Iterator<Item = Timestamp> {
        let bar =
            self.bar.iter().flat_map(|bar| [bar.from, bar.to, bar.due.min(bar.to.max(bar.due))]);
        bar.chain(self.marks.iter().map(|mark| mark.at))
    }
}

impl Timeline {
    /// Everything in it in the order of time.
    pub(super) fn lines(&self, names: &Names) -> Vec<Line> {
        let l = names.l;
        let mut lines = Vec::new();
        for lane in &self.lanes {
            let mut add = |at, says: String, colour, is_ahead| {
                lines.push(Line { at, lane: lane.name.clone(), says, colour, is_ahead });
            };
            if let Some(bar) = &lane.bar {
                add(bar.from, l.say("开始计时", "begins").to_owned(), "none", false);
                for (from, to) in &bar.pauses {
                    add(*from, l.say("暂停", "stands still").to_owned(), "none", false);
                    add(*to, l.say("继续", "goes on").to_owned(), "none", *to > self.now);
                }
                add(bar.due, l.say("到期", "due").to_owned(), "none", bar.due > self.now);
                if !["running", "overdue", "paused"].contains(&bar.state) {
                    add(bar.to, names.clock_state(bar.state).to_owned(), "none", false);
                }
            }
            for mark in &lane.marks {
                add(mark.at, mark.says.clone(), mark.colour, mark.sign == Sign::Ahead);
            }
        }
        lines.sort_by_key(|line| line.at);
        lines
    }
}

fn bar(clock: &Clock, now: Timestamp) -> Bar {
    let mut pauses = clock.pauses.clone();
    let to = match &clock.state {
        Stands::Running => clock.due.max(now),
        Stands::Paused { at, .. } => {
            pauses.push((*at, now.max(*at)));
            now.max(*at)
        }
        Stands::Stopped { at, .. } | Stands::Cancelled { at } | Stands::Replaced { at } => *at,
    };
    let state = state_word(clock, now);
    Bar { from: clock.started.min(to), to, due: clock.due, state, pauses }
}

/// The slips of a clock, and the steps to come.
fn steps(story: &Story, clock: &Clock, names: &Names) -> Vec<Mark> {
    let ticket = story.ticket();
    let begin = format!("{}/{}/", ticket.no, clock.key);
    let issued = story.slips().iter().filter(|slip| slip.key.starts_with(&begin)).map(|slip| {
        let serial = slip.serial.as_deref().unwrap_or_default();
        let withdrawn = slip.withdrawn.is_some();
        let taken = if withdrawn { names.l.say(" 已撤回", " withdrawn") } else { "" };
        Mark {
            at: slip.at,
            sign: if withdrawn { Sign::Withdrawn } else { Sign::Slip },
            colour: names.colour_of(&slip.kind),
            says: format!("{} {serial} ({}){taken}", names.slip(&slip.kind), slip.step),
        }
    });
    let mut marks: Vec<Mark> = issued.collect();
    if clock.is_running() {
        let ahead = story.ahead(clock).into_iter().take(AHEAD_MAX);
        marks.extend(ahead.map(|(step, slip, to, at)| {
            let to: Vec<String> = to.iter().map(|role| names.role(role)).collect();
            Mark {
                at,
                sign: Sign::Ahead,
                colour: names.colour_of(&slip),
                says: format!("{} ({step}) → {}", names.slip(&slip), to.join(", ")),
            }
        }));
    }
    marks
}

/// What people and other systems said.
fn events(story: &Story, names: &Names) -> Lane {
    let marks = story.lines().filter_map(|(row, fact)| match fact {
        Fact::Event(event) => Some(Mark {
            at: row.at,
            sign: Sign::Event,
            colour: if is_bad(&event) { Colour::Red.name() } else { Colour::None.name() },
            says: names.event(&event),
        }),
        Fact::Record(_) => None,
    });
    let (name, says) = (names.l.say("经过", "What happened").to_owned(), String::new());
    Lane { name, says, bar: None, marks: marks.collect() }
}

/// A resident who is not content, a unit that sends it back.
fn is_bad(event: &Event) -> bool {
    let is = |key: &str, word: &str| event.text(key) == Some(word);
    is("solved", "no") || is("satisfied", "unsatisfied") || event.kind.name() == "redo"
}

/// What was sent: one mark for what left at one instant.
fn messages(story: &Story, names: &Names) -> Lane {
    let mut groups: BTreeMap<(Timestamp, u8), Vec<String>> = BTreeMap::new();
    for row in story.messages() {
        let lost = row.state == "gave_up"
            || row.delivery.as_deref().is_some_and(|said| said != "delivered");
        let (at, rank) = match row.state.as_str() {
            "waiting" => (row.offer_at, 1),
            "dropped" => continue,
            _ => (row.done.unwrap_or(row.offer_at), if lost { 2 } else { 0 }),
        };
        let whom = format!("{} {}", names.via(&row.message.via), row.message.to.name());
        groups.entry((at, rank)).or_default().push(whom);
    }
    let l = names.l;
    let marks = groups.into_iter().map(|((at, rank), whom)| {
        let (sign, word) = match rank {
            0 => (Sign::Sent, l.say("已发", "sent")),
            1 => (Sign::Waiting, l.say("待发", "waits")),
            _ => (Sign::Lost, l.say("未送达", "not delivered")),
        };
        let colour = if sign == Sign::Lost { "red" } else { "none" };
        Mark { at, sign, colour, says: format!("{word}: {}", whom.join(", ")) }
    });
    let (name, says) = (l.say("发出的消息", "Messages").to_owned(), String::new());
    Lane { name, says, bar: None, marks: marks.collect() }
}

/// Marks of the axis: hours, days, weeks or months, whichever are few.
fn ticks(story: &Story, from: Timestamp, to: Timestamp) -> Vec<(Timestamp, String)> {
    let calendar = &story.set().calendar;
    let zone = calendar.zone();
    let span = to.since(from);
    let (step, format) = match span {
        ..=43_200_000 => (2.hours(), "%H:%M"),
        ..=172_800_000 => (6.hours(), "%m-%d %H:%M"),
        _ if span <= 10 * DAY_MS => (1.days(), "%m-%d"),
        _ if span <= 70 * DAY_MS => (7.days(), "%m-%d"),
        _ => (1.months(), "%Y-%m"),
    };
    let mut ticks = Vec::new();
    let day = calendar.date_of(from);
    let mut at = day.to_datetime(jiff::civil::Time::midnight());
    if span > 70 * DAY_MS {
        at = day.first_of_month().to_datetime(jiff::civil::Time::midnight());
    }
    for _ in 0..200 {
        let instant = calendar.at(at.date(), at.time());
        if instant >= to {
            break;
        }
        if instant >= from {
            ticks.push((instant, zone.to_datetime(instant.jiff()).strftime(format).to_string()));
        }
        match at.checked_add(step) {
            Ok(next) => at = next,
            Err(_) => break,
        }
    }
    ticks
}
