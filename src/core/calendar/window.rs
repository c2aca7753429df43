//! A stretch of open time within a day, as people write it.
//!
//! A window belongs to the date it opens on. It may close at `24:00` or run past it
//! (`20:00` to `29:00` closes at five the next morning); it never closes before it opens.

use std::fmt;

use jiff::civil::{Date, DateTime, Time};

/// Seconds of a day without a clock change.
pub const DAY_S: i32 = 86_400;
/// A window closes at the end of the next day at the latest; later is a typing error.
const CLOSE_S_MAX: i32 = 2 * DAY_S;

/// Open from one local time to another, both counted from the midnight its date begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Window {
    /// Opening, seconds after local midnight.
    pub from_s: i32,
    /// Closing, seconds after local midnight; past 86 400 it lies in the next day.
    pub to_s: i32,
}

/// Why two texts are not a window.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WindowError {
    /// Not a clock time.
    #[error("`{0}` is not a time of day; write `HH:MM`, from `00:00` to `48:00`")]
    Time(String),
    /// The window has no length.
    #[error("the window `{from}` to `{to}` does not close after it opens{hint}")]
    Reversed {
        /// The opening as written.
        from: String,
        /// The closing as written.
        to: String,
        /// What an overnight window would have to look like, or nothing.
        hint: String,
    },
}

impl Window {
    /// Reads an opening and a closing time, for example `09:00` and `12:00`.
    pub fn parse(from: &str, to: &str) -> Result<Self, WindowError> {
        let from_s = clock_s(from)?;
        let to_s = clock_s(to)?;
        if from_s < to_s {
            return Ok(Self { from_s, to_s });
        }
        let overnight = to_s + DAY_S;
        let hint = if from_s < overnight && overnight <= CLOSE_S_MAX && from_s != to_s {
            format!("; past midnight write `{from}` to `{}`", Clock(overnight))
        } else {
            String::new()
        };
        Err(WindowError::Reversed { from: from.to_owned(), to: to.to_owned(), hint })
    }

    /// How long it is open on a day without a clock change, in seconds.
    pub fn length_s(self) -> i32 {
        self.to_s - self.from_s
    }
}

/// Both ends as they are written: `09:00-12:00`.
impl fmt::Display for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", Clock(self.from_s), Clock(self.to_s))
    }
}

/// The windows of a list as stretches that neither touch nor overlap, in order.
pub(super) fn united(windows: &[Window]) -> Vec<Window> {
    let mut sorted = windows.to_vec();
    sorted.sort_unstable();
    let mut united: Vec<Window> = Vec::with_capacity(sorted.len());
    for window in sorted {
        match united.last_mut() {
            Some(last) if window.from_s <= last.to_s => last.to_s = last.to_s.max(window.to_s),
            _ => united.push(window),
        }
    }
    united
}

/// What is left of `windows` when every one of `breaks` is taken out; both lists are [`united`].
pub(super) fn without(windows: &[Window], breaks: &[Window]) -> Vec<Window> {
    let mut left = Vec::with_capacity(windows.len() + breaks.len());
    for window in windows {
        let mut from_s = window.from_s;
        for pause in breaks.iter().filter(|b| b.from_s < window.to_s && b.to_s > window.from_s) {
            if from_s < pause.from_s {
                left.push(Window { from_s, to_s: pause.from_s });
            }
            from_s = pause.to_s;
        }
        if from_s < window.to_s {
            left.push(Window { from_s, to_s: window.to_s });
        }
    }
    left
}

/// The local date and time that lies `seconds` of clock face after the midnight of `date`.
pub(super) fn clock_face(date: Date, seconds: i32) -> Option<DateTime> {
    let mut day = date;
    for _ in 0..seconds / DAY_S {
        day = day.tomorrow().ok()?;
    }
    let rest = seconds % DAY_S;
    let time =
        Time::new((rest / 3_600) as i8, (rest / 60 % 60) as i8, (rest % 60) as i8, 0).ok()?;
    Some(day.to_datetime(time))
}

/// Seconds after midnight of a text `HH:MM`.
fn clock_s(text: &str) -> Result<i32, WindowError> {
    let number = |digits: &str, lengths: std::ops::RangeInclusive<usize>| {
        (lengths.contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit()))
            .then(|| digits.parse::<i32>().ok())
            .flatten()
    };
    text.split_once(':')
        .and_then(|(hours, minutes)| Some((number(hours, 1..=2)?, number(minutes, 2..=2)?)))
        .filter(|(_, minutes)| *minutes < 60)
        .map(|(hours, minutes)| hours * 3_600 + minutes * 60)
        .filter(|seconds| *seconds <= CLOSE_S_MAX)
        .ok_or_else(|| WindowError::Time(text.to_owned()))
}

/// Seconds after midnight as `HH:MM`, hours running past 24.
struct Clock(i32);

impl fmt::Display for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.0 / 3_600, self.0 / 60 % 60)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_closes_after_it_opens() {
        #[rustfmt::skip]
        let table = [
            ("09:00", "12:00", Ok((32_400, 43_200))),
            ("9:00",  "12:00", Ok((32_400, 43_200))),
            ("00:00", "24:00", Ok((0, 86_400))),
            ("20:00", "29:00", Ok((72_000, 104_400))),
            ("24:00", "48:00", Ok((86_400, 172_800))),
            ("12:00", "12:00", Err("the window `12:00` to `12:00` does not close after it opens")),
            ("22:00", "06:00", Err("the window `22:00` to `06:00` does not close after it opens; past midnight write `22:00` to `30:00`")),
            ("09:60", "12:00", Err("`09:60` is not a time of day; write `HH:MM`, from `00:00` to `48:00`")),
            ("09",    "12:00", Err("`09` is not a time of day; write `HH:MM`, from `00:00` to `48:00`")),
            ("+9:00", "12:00", Err("`+9:00` is not a time of day; write `HH:MM`, from `00:00` to `48:00`")),
            ("09:00", "48:01", Err("`48:01` is not a time of day; write `HH:MM`, from `00:00` to `48:00`")),
        ];
        for (from, to, want) in table {
            let got = Window::parse(from, to).map(|w| (w.from_s, w.to_s));
            assert_eq!(got.map_err(|e| e.to_string()), want.map_err(str::to_owned), "{from} {to}");
        }
    }

    #[test]
    fn breaks_are_taken_out_and_overlaps_count_once() {
        let hours = |list: &[(i32, i32)]| -> Vec<Window> {
            list.iter().map(|(a, b)| Window { from_s: a * 3_600, to_s: b * 3_600 }).collect()
        };
        #[rustfmt::skip]
        let table = [
            ("in the middle",      vec![(8, 16)],           vec![(10, 11)],          vec![(8, 10), (11, 16)]),
            ("over the opening",   vec![(8, 16)],           vec![(7, 9)],            vec![(9, 16)]),
            ("over the closing",   vec![(8, 16)],           vec![(15, 17)],          vec![(8, 15)]),
            ("all of it",          vec![(8, 16)],           vec![(8, 16)],           vec![]),
            ("beside it",          vec![(8, 12)],           vec![(12, 13)],          vec![(8, 12)]),
            ("over two windows",   vec![(8, 12), (13, 17)], vec![(11, 14)],          vec![(8, 11), (14, 17)]),
            ("two breaks",         vec![(8, 16)],           vec![(9, 10), (11, 12)], vec![(8, 9), (10, 11), (12, 16)]),
            ("overlapping breaks", vec![(8, 16)],           vec![(9, 11), (10, 12)], vec![(8, 9), (12, 16)]),
            ("overlap",            vec![(8, 12), (10, 14)], vec![],                  vec![(8, 14)]),
            ("past midnight",      vec![(20, 29)],          vec![(25, 26)],          vec![(20, 25), (26, 29)]),
        ];
        for (name, windows, breaks, want) in table {
            let got = without(&united(&hours(&windows)), &united(&hours(&breaks)));
            assert_eq!(got, hours(&want), "{name}");
        }
    }
}
