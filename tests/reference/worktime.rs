//! Working time the slow way: one switch for every minute, and walks over them.
//!
//! Minutes are counted from 1970-01-01 00:00 UTC; the sets of these tests live eight hours east
//! of it and know no summer time.

/// Minutes since 1970-01-01 00:00 UTC.
pub type Minute = i64;

const EAST: i64 = 8 * 60;
pub const DAY: i64 = 24 * 60;
/// The days the switches cover: 2025-09-01 to 2027-03-31.
const FIRST_DAY: i64 = 20_332;
const DAYS: i64 = 576;

/// How long, in the four bases of `policies.toml` (head of the file).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Length {
    /// `30m`, `2h`: minutes that all count.
    Natural(i64),
    /// `2wh`: minutes of the calendar.
    Working(i64),
    /// `5wd`: working days of the calendar.
    WorkDays(i64),
}

impl Length {
    pub fn read(text: &str) -> Self {
        let digits = text.trim_end_matches(|c: char| !c.is_ascii_digit());
        let count: i64 = digits.parse().expect("a length begins with its number");
        match &text[digits.len()..] {
            "m" => Self::Natural(count),
            "h" => Self::Natural(count * 60),
            "d" => Self::Natural(count * DAY),
            "wm" => Self::Working(count),
            "wh" => Self::Working(count * 60),
            "wd" => Self::WorkDays(count),
            unit => panic!("`{unit}` is no unit of these tests"),
        }
    }

    /// Whether only minutes of the calendar count in it.
    pub fn is_working(self) -> bool {
        match self {
            Self::Natural(_) => false,
            Self::Working(_) | Self::WorkDays(_) => true,
        }
    }
}

/// Which minutes count.
#[derive(Debug)]
pub struct WorkTime {
    open: Vec<bool>,
    /// When steps in working days stand on their day.
    step_time: i64,
}

/// The local day of a minute, and the minute in it.
pub fn local(at: Minute) -> (i64, i64) {
    ((at + EAST).div_euclid(DAY), (at + EAST).rem_euclid(DAY))
}

/// The minute at which a local day has this time.
pub fn on(day: i64, time: i64) -> Minute {
    day * DAY + time - EAST
}

/// Days since 1970-01-01 of a date, by counting them.
pub fn day_of(date: &str) -> i64 {
    let mut parts = date.split('-').map(|part| part.parse::<i64>().expect("a number"));
    let mut part = || parts.next().expect("a date has three parts");
    let (year, month, day) = (part(), part(), part());
    let leap = |year: i64| i64::from(year % 4 == 0 && (year % 100 != 0 || year % 400 == 0));
    let years: i64 = (1970..year).map(|year| 365 + leap(year)).sum();
    let long = [31, 28 + leap(year), 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    years + long[..month as usize - 1].iter().sum::<i64>() + day - 1
}

/// Minutes from midnight of a time.
pub fn time_of(text: &str) -> i64 {
    let (hours, minutes) = text.split_once(':').expect("a time has two parts");
    let number = |text: &str| text.parse::<i64>().expect("a number");
    number(hours) * 60 + number(minutes)
}

/// The minute of a local time, `2026-05-07 09:12`.
pub fn at(text: &str) -> Minute {
    let (date, time) = text.split_once(' ').expect("a date and a time");
    on(day_of(date), time_of(time))
}

/// A minute as people read it.
pub fn told(at: Minute) -> String {
    let (day, time) = local(at);
    let months = (1..=12).rev().flat_map(|month| [(2027, month), (2026, month), (2025, month)]);
    let first = |&(year, month): &(i64, i64)| day_of(&format!("{year}-{month}-1"));
    let month = months.filter(|month| first(month) <= day).max_by_key(first).expect("a month");
    let date = day - first(&month) + 1;
    format!("{:02}-{date:02} {:02}:{:02}", month.1, time / 60, time % 60)
}

impl WorkTime {
    pub fn new(
        hours: &[(i64, i64)],
        rest: &[i64],
        is_rest: impl Fn(i64) -> Option<bool>,
        step_time: i64,
    ) -> Self {
        let mut open = Vec::new();
        for day in FIRST_DAY..FIRST_DAY + DAYS {
            let weekday = (day + 3) % 7; // 1970-01-01 was a Thursday, Monday is 0
            let works = !is_rest(day).unwrap_or(rest.contains(&weekday));
            let counts = |minute: i64| {
                works && hours.iter().any(|(from, to)| *from <= minute && minute < *to)
            };
            open.extend((0..DAY).map(counts));
        }
        Self { open, step_time }
    }

    /// Whether the minute that begins here counts.
    pub fn is_open(&self, at: Minute) -> bool {
        self.open[(at - on(FIRST_DAY, 0)) as usize]
    }

    fn counts(&self, at: Minute, working: bool) -> bool {
        !working || self.is_open(at)
    }

    /// When so many minutes have been used up from here on; those of `still` are not used.
    pub fn walk(
        &self,
        from: Minute,
        minutes: i64,
        working: bool,
        still: &[(Minute, Minute)],
    ) -> Minute {
        let (mut at, mut left) = (from, minutes);
        while left > 0 {
            let stands = still.iter().any(|(from, to)| *from <= at && at < *to);
            left -= i64::from(!stands && self.counts(at, working));
            at += 1;
        }
        at
    }

    /// From when so many minutes lead up to here.
    fn walk_back(&self, until: Minute, minutes: i64) -> Minute {
        let (mut at, mut left) = (until, minutes);
        while left > 0 {
            at -= 1;
            left -= i64::from(self.is_open(at));
        }
        at
    }

    /// How many minutes count from one to the other; the first is not after the second.
    pub fn between(&self, from: Minute, to: Minute, working: bool) -> i64 {
        (from..to).filter(|at| self.counts(*at, working)).count() as i64
    }

    pub fn next_open(&self, from: Minute) -> Minute {
        (from..from + 30 * DAY).find(|at| self.is_open(*at)).expect("it opens again")
    }

    fn closing(&self, day: i64) -> Option<Minute> {
        (on(day, 0)..on(day + 1, 0)).rev().find(|at| self.is_open(*at)).map(|last| last + 1)
    }

    fn workday(&self, from: i64, count: i64) -> i64 {
        let (mut day, mut left) = (from, count.abs());
        while left > 0 {
            day += count.signum();
            left -= i64::from(self.closing(day).is_some());
        }
        day
    }

    /// The end of a length (2.2: day 1 is the first working day after the start day, due at the
    /// closing of day N).
    pub fn after(&self, from: Minute, length: Length) -> Minute {
        match length {
            Length::Natural(minutes) => from + minutes,
            Length::Working(minutes) => self.walk(from, minutes, true, &[]),
            Length::WorkDays(days) => {
                let last = self.workday(local(from).0, days);
                self.closing(last).expect("a working day closes")
            }
        }
    }

    /// Where a step stands so long after (`wd_step_time`: steps in working days at nine).
    pub fn step_after(&self, from: Minute, length: Length) -> Minute {
        match length {
            Length::WorkDays(days) => on(self.workday(local(from).0, days), self.step_time),
            Length::Natural(_) | Length::Working(_) => self.after(from, length),
        }
    }

    /// Where a step stands so long before.
    pub fn step_before(&self, until: Minute, length: Length) -> Minute {
        match length {
            Length::Natural(minutes) => until - minutes,
            Length::Working(minutes) => self.walk_back(until, minutes),
            Length::WorkDays(days) => on(self.workday(local(until).0, -days), self.step_time),
        }
    }
}
