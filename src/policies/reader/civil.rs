//! Civil times as policy files write them.

use jiff::civil::{Date, DateTime};

/// Seconds since midnight of `09:00` or `09:00:30`.
pub fn clock_face(text: &str) -> Option<u32> {
    let parts: Vec<&str> = text.split(':').collect();
    let (&hours, rest) = parts.split_first()?;
    let number = |part: &str| {
        let digits =
            (1..=2).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
        digits.then(|| part.parse::<u32>().ok()).flatten()
    };
    let (minutes, seconds) = match rest {
        [minutes] => (number(minutes)?, 0),
        [minutes, seconds] => (number(minutes)?, number(seconds)?),
        _ => return None,
    };
    (minutes < 60 && seconds < 60).then_some(())?;
    Some(number(hours)? * 3600 + minutes * 60 + seconds)
}

/// `2026-02-13 16:30`, with seconds if wanted, `T` for the blank if wanted.
pub fn local_time(text: &str) -> Option<DateTime> {
    let (date, time) = text.split_once([' ', 'T'])?;
    let seconds = clock_face(time).filter(|seconds| *seconds < 86_400)?;
    let date: Date = date.parse().ok()?;
    Some(date.at((seconds / 3600) as i8, (seconds / 60 % 60) as i8, (seconds % 60) as i8, 0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_face_has_two_or_three_parts() {
        #[rustfmt::skip]
        let table = [
            ("00:00",    Some(0)),
            ("9:00",     Some(32_400)),
            ("09:00:30", Some(32_430)),
            ("24:00",    Some(86_400)), // and past it: a window may end on the next day
            ("09:59:59", Some(35_999)),
            ("09:60",    None),
            ("09:00:60", None),
            ("9",        None),
            ("009:00",   None),
            ("-9:00",    None),
            ("9:00:00:0", None),
        ];
        for (text, want) in table {
            assert_eq!(clock_face(text), want, "{text}");
        }
    }

    #[test]
    fn a_local_time_is_within_its_day() {
        let some = |text: &str| local_time(text).map(|local| local.to_string());
        assert_eq!(some("2026-02-13 16:30").as_deref(), Some("2026-02-13T16:30:00"));
        assert_eq!(some("2026-02-13T23:59:59").as_deref(), Some("2026-02-13T23:59:59"));
        assert_eq!(some("2026-02-13 24:00"), None);
        assert_eq!(some("2026-02-30 09:00"), None);
        assert_eq!(some("2026-02-13"), None);
    }
}
