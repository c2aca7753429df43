//! The running measure of one promise, and the arithmetic of spans on a calendar.
//!
//! A clock carries its due; pausing keeps what remained, resuming adds exactly that
//! much again in the clock's own base. Nothing here knows of tickets or ladders.
//!
//! Invariants, each a test of the same name:
//! * `pausing_and_resuming_keeps_the_remaining_time`
//! * `a_breach_is_never_undone`

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{
    calendar::Calendar,
    event::Kind,
    policy::{PolicySet, Step, WorkdayDue},
    span::Span,
    timestamp::Timestamp,
};

/// The end of a span that starts at `from`: where a clock of that length is due.
pub fn due_after(set: &PolicySet, from: Timestamp, span: Span) -> Timestamp {
    let calendar = &set.calendar;
    match span {
        Span::Elapsed(ms) => from.plus_ms(ms),
        Span::Days(days) => calendar.add_days(from, days),
        Span::Working(ms) => calendar.add(from, ms),
        Span::WorkDays(days) => workday_due(set, from, days).unwrap_or(Timestamp::NEVER),
    }
}

/// Where a step stands that is `span` after `from`: working days end at the set's step time.
pub fn step_after(set: &PolicySet, from: Timestamp, span: Span) -> Timestamp {
    match span {
        Span::WorkDays(days) => {
            let day = set.calendar.add_workdays(set.calendar.date_of(from), days);
            day.map_or(Timestamp::NEVER, |day| set.calendar.at(day, set.workday_step_time))
        }
        Span::Elapsed(_) | Span::Days(_) | Span::Working(_) => due_after(set, from, span),
    }
}

/// Where a step stands that is `span` before `until`.
pub fn step_before(set: &PolicySet, until: Timestamp, span: Span) -> Timestamp {
    let calendar = &set.calendar;
    match span {
        Span::Elapsed(ms) => until.plus_ms(-ms),
        Span::Days(days) => calendar.sub_days(until, days),
        Span::Working(ms) => calendar.sub(until, ms),
        Span::WorkDays(days) => {
            let day = calendar.sub_workdays(calendar.date_of(until), days);
            day.map_or(until, |day| calendar.at(day, set.workday_step_time))
        }
    }
}

/// Where a clock is due that must be done `span` before `until`: working days end at closing time.
pub fn due_before(set: &PolicySet, until: Timestamp, span: Span) -> Timestamp {
    let Span::WorkDays(days) = span else { return step_before(set, until, span) };
    let day = set.calendar.sub_workdays(set.calendar.date_of(until), days);
    day.and_then(|day| set.calendar.closing(day)).unwrap_or(until)
}

fn workday_due(set: &PolicySet, from: Timestamp, days: u32) -> Option<Timestamp> {
    let calendar = &set.calendar;
    match set.workday_due {
        WorkdayDue::Closing => {
            let day = calendar.add_workdays(calendar.date_of(from), days)?;
            calendar.closing(day)
        }
        WorkdayDue::EndOfDay => {
            let day = calendar.add_workdays(calendar.date_of(from), days)?;
            Some(calendar.at(day.tomorrow().ok()?, jiff::civil::Time::midnight()))
        }
        WorkdayDue::SameTime => {
            let from = calendar.next_open(from)?;
            let day = calendar.add_workdays(calendar.date_of(from), days)?;
            Some(calendar.at(day, calendar.time_of(from)))
        }
    }
}

/// The time a clock counts in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Base {
    /// Nights and holidays count.
    Elapsed,
    /// Only working time counts.
    Working,
}

impl Base {
    /// The base a span is counted in; a clock without a span counts elapsed time.
    pub fn of(span: Option<Span>) -> Self {
        match span {
            Some(Span::Working(_) | Span::WorkDays(_)) => Self::Working,
            Some(Span::Elapsed(_) | Span::Days(_)) | None => Self::Elapsed,
        }
    }

    /// Milliseconds of this base between two instants, negative if reversed.
    pub fn measure(self, calendar: &Calendar, from: Timestamp, to: Timestamp) -> i64 {
        match self {
            Self::Elapsed => to.since(from),
            Self::Working => calendar.measure(from, to),
        }
    }

    /// The instant `ms` of this base after `from`.
    pub fn add(self, calendar: &Calendar, from: Timestamp, ms: i64) -> Timestamp {
        match self {
            Self::Elapsed => from.plus_ms(ms),
            Self::Working => calendar.add(from, ms),
        }
    }
}

/// Which clock of a ticket.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ClockKey {
    pub round: u32,
    pub name: String,
    /// The unit the clock is on; empty: the responsible unit, whichever that is.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub unit: String,
    /// Counts the starts of a clock that recurs or is handed over.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub turn: u32,
    /// The overlay the clock belongs to; empty: the policy of the round.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub overlay: String,
}

impl fmt::Display for ClockKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "r{}/{}/{}/{}", self.round, self.label(), self.unit, self.turn)
    }
}

impl ClockKey {
    /// Whether the clock belongs to the policy of its round, not to an overlay.
    pub fn is_own(&self) -> bool {
        self.overlay.is_empty()
    }

    /// The name, with the overlay's before it: `resolve`, `whistle:resolve`.
    pub fn label(&self) -> String {
        let mark = if self.is_own() { "" } else { ":" };
        format!("{}{mark}{}", self.overlay, self.name)
    }
}

/// For numbers that are left out of the stored state while they are nothing.
fn is_zero<T: Default + PartialEq>(number: &T) -> bool {
    *number == T::default()
}

/// One promise of one ticket, as the fold of the journal knows it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Clock {
    #[serde(flatten)]
    pub key: ClockKey,
    /// The unit whose people its steps tell, where it is neither the one in the key nor the responsible one.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub owner: String,
    /// Index of the policy, and of the clock rule in it.
    pub policy: usize,
    pub rule: usize,
    pub base: Base,
    pub started: Timestamp,
    pub due: Timestamp,
    /// Length in `base` as it was at the start, milliseconds.
    pub budget_ms: i64,
    /// Begin of the running segment, and what earlier segments used, milliseconds in `base`.
    pub since: Timestamp,
    pub spent_ms: i64,
    /// The due came from the source system, not from the rule's span.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub given: bool,
    /// The campaign whose span holds in place of the policy's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub campaign: Option<String>,
    /// From when to when the clock stood still.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pauses: Vec<(Timestamp, Timestamp)>,
    pub state: State,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fired: Vec<Fired>,
    /// Steps that fired on ladders it climbed before and that the one it climbs now does not have.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub elsewhere: Vec<Elsewhere>,
    /// Steps an event brought forward.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub brought: Vec<Brought>,
    /// Steps somebody acknowledged, on whichever ladder: they do not repeat.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub acknowledged_steps: Vec<Written>,
    /// The event of `on_due` has been added.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub due_told: bool,
}

/// A step as it is written in its ladder: what it is known by on another ladder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Written {
    pub at: String,
    pub slip: String,
}

impl Written {
    /// The place on the clock and the slip of a step.
    pub fn of(step: &Step) -> Self {
        Self { at: step.at_text.clone(), slip: step.slip.clone() }
    }

    /// Whether this is the step.
    pub fn is(&self, step: &Step) -> bool {
        step.at_text == self.at && step.slip == self.slip
    }
}

/// A step that fired on another ladder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Elsewhere {
    pub step: Written,
    pub fired: Fired,
}

/// Why and when a step fires before its own time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Brought {
    pub step: u16,
    pub at: Timestamp,
    pub by: Kind,
}

/// Whether a clock runs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    Running,
    Paused {
        at: Timestamp,
        remaining_ms: i64,
    },
    /// Ended by one of its stop events, in time or late.
    Stopped {
        at: Timestamp,
        by: Kind,
        met: bool,
    },
    /// Ended without a verdict: handed over, or the round is over.
    Cancelled {
        at: Timestamp,
    },
    /// Goes on as the next turn of the same name, on another ladder.
    Replaced {
        at: Timestamp,
    },
}

/// A step that fired or was skipped on a clock.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fired {
    pub step: u16,
    pub repetition: u16,
    /// Counts withdrawals of the same step: a step withdrawn because of a late event may be due again.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub reissue: u16,
    pub outcome: FiredAs,
}

/// What became of a step that was due.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FiredAs {
    Slip,
    /// After downtime only the highest due step is sent.
    SkippedCatchUp,
    /// The slip was withdrawn by a person; the step stays done.
    Withdrawn,
    /// The slip was withdrawn because a late event made it wrong; the step may be due again.
    Undone,
    /// The same step fired, as step `from`, on an earlier `turn` of the clock this one replaces.
    Carried {
        #[serde(default)]
        turn: u32,
        from: u16,
    },
}

impl Fired {
    /// Whether the slip of this step was taken back.
    pub fn is_withdrawn(&self) -> bool {
        matches!(self.outcome, FiredAs::Withdrawn | FiredAs::Undone)
    }
}

impl Clock {
    /// Whether the clock has neither ended nor stands still.
    pub fn is_running(&self) -> bool {
        self.state == State::Running
    }

    /// Whether this firing of a step has happened (or was skipped) and stands.
    pub fn is_done(&self, step: u16, repetition: u16) -> bool {
        self.fired.iter().any(|fired| {
            fired.step == step && fired.repetition == repetition && fired.outcome != FiredAs::Undone
        })
    }

    /// What brought this step forward, if something did.
    pub fn brought(&self, step: u16) -> Option<&Brought> {
        self.brought.iter().find(|brought| brought.step == step)
    }

    /// Whether the clock has not ended.
    pub fn is_open(&self) -> bool {
        matches!(self.state, State::Running | State::Paused { .. })
    }

    /// Stands still from `at` on.
    pub fn pause(&mut self, calendar: &Calendar, at: Timestamp) {
        debug_assert!(self.is_running());
        let remaining_ms = self.base.measure(calendar, at, self.due);
        self.spent_ms += self.base.measure(calendar, self.since, at);
        self.state = State::Paused { at, remaining_ms };
    }

    /// Runs again from `at` on, with exactly what remained. A breach stays a breach.
    pub fn resume(&mut self, calendar: &Calendar, at: Timestamp) {
        let State::Paused { at: from, remaining_ms } = self.state else { return };
        self.pauses.push((from, at));
        if remaining_ms >= 0 {
            self.due = self.base.add(calendar, at, remaining_ms);
        }
        self.since = at;
        self.state = State::Running;
    }

    /// Ends the clock; it is met if `at` is not after the due (nor was at the begin of a pause).
    pub fn stop(&mut self, at: Timestamp, by: Kind) {
        let met = match self.state {
            State::Paused { remaining_ms, .. } => remaining_ms >= 0,
            State::Running
            | State::Stopped { .. }
            | State::Cancelled { .. }
            | State::Replaced { .. } => at <= self.due,
        };
        self.state = State::Stopped { at, by, met };
    }

    /// Ends the clock by its own due, without a verdict: it promised nothing but to come due.
    pub fn lapse(&mut self, at: Timestamp) {
        self.state = State::Cancelled { at };
    }

    /// Runs again after a stop, with exactly what remained then. A breach stays a breach.
    pub fn reopen(&mut self, calendar: &Calendar, at: Timestamp) {
        let State::Stopped { at: stopped, .. } = self.state else { return };
        self.pauses.push((stopped, at));
        self.spent_ms += self.base.measure(calendar, self.since, stopped);
        let remaining_ms = self.base.measure(calendar, stopped, self.due);
        if stopped <= self.due {
            self.due = self.base.add(calendar, at, remaining_ms);
        }
        self.since = at;
        self.state = State::Running;
    }

    /// Whether a repetition of a step has lost its reason because somebody acknowledged the step.
    pub fn is_acknowledged(&self, step: &Step, repetition: u16) -> bool {
        repetition > 0 && self.acknowledged_steps.iter().any(|one| one.is(step))
    }

    /// Whether it was overdue at `at`; time that stands still makes nothing overdue.
    pub fn is_overdue(&self, at: Timestamp) -> bool {
        match self.state {
            State::Paused { remaining_ms, .. } => remaining_ms < 0,
            State::Running
            | State::Stopped { .. }
            | State::Cancelled { .. }
            | State::Replaced { .. } => at > self.due,
        }
    }

    /// The due as it stands at `at`: of a clock that stands still, if it ran on then.
    pub fn due_at(&self, calendar: &Calendar, at: Timestamp) -> Timestamp {
        match self.state {
            State::Paused { at: from, remaining_ms } if remaining_ms >= 0 => {
                self.base.add(calendar, at.max(from), remaining_ms)
            }
            State::Running
            | State::Paused { .. }
            | State::Stopped { .. }
            | State::Cancelled { .. }
            | State::Replaced { .. } => self.due,
        }
    }

    /// Moves the due to `due`, unless the clock was already overdue at `at`.
    pub fn move_due(&mut self, calendar: &Calendar, due: Timestamp, at: Timestamp) -> bool {
        if self.is_overdue(at) {
            return false;
        }
        self.due = due;
        if let State::Paused { at, remaining_ms } = &mut self.state {
            *remaining_ms = self.base.measure(calendar, *at, due);
        }
        true
    }

    /// Milliseconds of the clock's base that were used up to `now`.
    pub fn spent_ms(&self, calendar: &Calendar, now: Timestamp) -> i64 {
        let until = match &self.state {
            State::Running => now,
            State::Paused { .. } => return self.spent_ms,
            State::Stopped { at, .. } | State::Cancelled { at } | State::Replaced { at } => *at,
        };
        self.spent_ms + self.base.measure(calendar, self.since, until)
    }
}
