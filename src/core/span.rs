//! How long: the spans policies are written in.
//!
//! Four bases that do not mix: elapsed time (`30m`, `2h`), calendar days on the wall
//! clock (`7d`), working time (`2wh`, `30wm`) and working days (`5wd`).

use std::fmt;

/// A span of a policy, in the base it was written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Span {
    /// Elapsed milliseconds, nights and holidays included.
    Elapsed(i64),
    /// Calendar days: the same local time n days later.
    Days(u32),
    /// Working milliseconds of the calendar.
    Working(i64),
    /// Working days: day 1 is the first working day after the start day.
    WorkDays(u32),
}

/// Why a text is not a span.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SpanError {
    #[error("`{0}` is not a span; write for example `30m`, `2h`, `7d`, `2wh` or `5wd`")]
    Malformed(String),
    #[error("`{0}` is longer than ten years")]
    TooLong(String),
}

/// Ten years of milliseconds: longer spans are typing errors.
const ELAPSED_MS_MAX: i64 = 10 * 366 * 24 * 3_600_000;
/// Ten years of days.
const DAYS_MAX: i64 = 3_660;

impl Span {
    /// Reads one number and one unit: `s m h` elapsed, `d` calendar days, `wm wh` working time, `wd` working days.
    pub fn parse(text: &str) -> Result<Self, SpanError> {
        let malformed = || SpanError::Malformed(text.to_owned());
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        let (number, unit) = text.split_at(digits);
        let number: i64 = number.parse().map_err(|_| malformed())?;
        let ms = |unit_ms: i64| {
            number
                .checked_mul(unit_ms)
                .filter(|ms| *ms <= ELAPSED_MS_MAX)
                .ok_or_else(|| SpanError::TooLong(text.to_owned()))
        };
        let days = || {
            u32::try_from(number)
                .ok()
                .filter(|_| number <= DAYS_MAX)
                .ok_or_else(|| SpanError::TooLong(text.to_owned()))
        };
        match unit {
            "s" => ms(1_000).map(Self::Elapsed),
            "m" => ms(60_000).map(Self::Elapsed),
            "h" => ms(3_600_000).map(Self::Elapsed),
            "d" => days().map(Self::Days),
            "wm" => ms(60_000).map(Self::Working),
            "wh" => ms(3_600_000).map(Self::Working),
            "wd" => days().map(Self::WorkDays),
            _ => Err(malformed()),
        }
    }

    /// Whether the span is nothing at all.
    pub fn is_zero(self) -> bool {
        match self {
            Self::Elapsed(ms) | Self::Working(ms) => ms == 0,
            Self::Days(n) | Self::WorkDays(n) => n == 0,
        }
    }

    /// Elapsed time read as working time, for clocks with `unit_time = "work"`.
    pub fn as_working(self) -> Self {
        match self {
            Self::Elapsed(ms) => Self::Working(ms),
            Self::Days(n) => Self::WorkDays(n),
            Self::Working(_) | Self::WorkDays(_) => self,
        }
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (ms, prefix) = match self {
            Self::Days(n) => return write!(f, "{n}d"),
            Self::WorkDays(n) => return write!(f, "{n}wd"),
            Self::Elapsed(ms) => (*ms, ""),
            Self::Working(ms) => (*ms, "w"),
        };
        match (ms % 3_600_000, ms % 60_000) {
            (0, _) => write!(f, "{}{prefix}h", ms / 3_600_000),
            (_, 0) => write!(f, "{}{prefix}m", ms / 60_000),
            _ => write!(f, "{}{prefix}s", ms / 1_000),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_is_one_number_and_one_unit() {
        #[rustfmt::skip]
        let table = [
            ("30m",  Ok(Span::Elapsed(1_800_000))),
            ("2h",   Ok(Span::Elapsed(7_200_000))),
            ("0m",   Ok(Span::Elapsed(0))),
            ("7d",   Ok(Span::Days(7))),
            ("30wm", Ok(Span::Working(1_800_000))),
            ("2wh",  Ok(Span::Working(7_200_000))),
            ("5wd",  Ok(Span::WorkDays(5))),
            ("",     Err(SpanError::Malformed(String::new()))),
            ("5",    Err(SpanError::Malformed("5".into()))),
            ("-5m",  Err(SpanError::Malformed("-5m".into()))),
            ("1M",   Err(SpanError::Malformed("1M".into()))),
            ("1.5h", Err(SpanError::Malformed("1.5h".into()))),
            ("5 wd", Err(SpanError::Malformed("5 wd".into()))),
            ("99999d", Err(SpanError::TooLong("99999d".into()))),
        ];
        for (text, want) in table {
            assert_eq!(Span::parse(text), want, "{text}");
        }
    }

    #[test]
    fn a_span_prints_as_it_is_written() {
        for text in ["30m", "2h", "7d", "2wh", "30wm", "5wd", "45s"] {
            assert_eq!(Span::parse(text).expect("a good span").to_string(), text);
        }
    }
}
