//! Which reports there are, and what span of time each is of.

use std::fmt;

use jiff::{
    ToSpan as _,
    civil::{Date, Time, Weekday},
};
use serde::{Deserialize, Serialize};

use super::document::Said;
use crate::core::{calendar::Calendar, period::Period, policy::PolicySet, timestamp::Timestamp};

/// A report by what it is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// The three lists of the morning: to sign, to clear, under supervision.
    Day,
    /// What is left of them in the evening.
    Closing,
    Week,
    /// The pack for the meeting on Thursday.
    Meeting,
    /// The numbered bulletin.
    Month,
    Quarter,
    Half,
    Year,
    /// What comes up most.
    Hot,
    /// Which step of a ladder is followed by action.
    Steps,
    /// How many messages people get.
    Burden,
    /// What became of the tickets each unit got.
    Units,
}

/// When the lists of a day are made where nobody says: in the morning, and before the end of work.
const MORNING: Time = Time::constant(8, 30, 0, 0);
const CLOSING: Time = Time::constant(17, 30, 0, 0);

impl Kind {
    pub const ALL: [(&'static str, Self); 12] = [
        ("day", Self::Day),
        ("closing", Self::Closing),
        ("week", Self::Week),
        ("meeting", Self::Meeting),
        ("month", Self::Month),
        ("quarter", Self::Quarter),
        ("half", Self::Half),
        ("year", Self::Year),
        ("hot", Self::Hot),
        ("steps", Self::Steps),
        ("burden", Self::Burden),
        ("units", Self::Units),
    ];

    /// As commands and addresses write it.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, kind)| *kind == self).map_or("", |(name, _)| name)
    }

    /// Reads a name, or one of the words people use for it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let named = match text {
            "daily" => "day",
            "weekly" => "week",
            "monthly" | "bulletin" => "month",
            "quarterly" => "quarter",
            "half-year" | "halfyear" => "half",
            "yearly" | "annual" => "year",
            "pack" | "thursday" => "meeting",
            other => other,
        };
        let found = Self::ALL.iter().find(|(name, _)| *name == named);
        found.map(|(_, kind)| *kind).ok_or_else(|| {
            let known: Vec<&str> = Self::ALL.iter().map(|(name, _)| *name).collect();
            format!("`{text}` is no report; there are {}", known.join(", "))
        })
    }

    /// What it is called; a city may have its own word.
    pub fn title(self, set: &PolicySet) -> Said {
        if let Some((zh, en)) = set.reports.get(self.name()) {
            return Said::new(zh, en);
        }
        let (zh, en) = match self {
            Self::Day => ("日清单", "Daily lists"),
            Self::Closing => ("收尾清单", "Closing list"),
            Self::Week => ("周分析", "Weekly analysis"),
            Self::Meeting => ("周四例会材料", "Pack for the Thursday meeting"),
            Self::Month => ("月通报", "Monthly bulletin"),
            Self::Quarter => ("季度通报", "Quarterly report"),
            Self::Half => ("半年通报", "Half-year report"),
            Self::Year => ("年总结", "Yearly summary"),
            Self::Hot => ("高频事项分析", "What comes up most"),
            Self::Steps => ("催办效果分析", "What each step brings"),
            Self::Burden => ("通知负担分析", "Burden of messages"),
            Self::Units => ("单位办理情况", "Units and their tickets"),
        };
        Said::new(zh, en)
    }

    /// Whether it is a bulletin with a number of its year.
    pub fn number(self, period: Period) -> Option<Said> {
        let ((Self::Month, Period::Month(year, nth))
        | (Self::Quarter, Period::Quarter(year, nth))
        | (Self::Half, Period::Half(year, nth))
        | (Self::Week, Period::Week(year, nth))) = (self, period)
        else {
            return None; // nobody counts the others
        };
        Some(Said::new(format!("{year}年第{nth}期"), format!("No. {nth} of {year}")))
    }

    /// The period asked for where nobody says: the last one that is over, of lists today.
    pub fn standard(self, today: Date) -> Option<Period> {
        let back = |days: i64| today.checked_sub(days.days()).ok();
        let month_before = today.first_of_month().yesterday().ok()?;
        let (year, month) = (today.year(), today.month());
        Some(match self {
            Self::Day | Self::Closing => Period::Day(today),
            Self::Meeting => week_of(today),
            Self::Week => week_of(back(7)?),
            Self::Month | Self::Hot | Self::Steps | Self::Burden | Self::Units => {
                Period::Month(month_before.year(), month_before.month())
            }
            Self::Quarter if month <= 3 => Period::Quarter(year - 1, 4),
            Self::Quarter => Period::Quarter(year, (month - 1) / 3),
            Self::Half if month <= 6 => Period::Half(year - 1, 2),
            Self::Half => Period::Half(year, 1),
            Self::Year => Period::Year(year - 1),
        })
    }

    /// Whether the period is of the length this report is of; figures of their own take any.
    pub fn takes(self, when: When) -> bool {
        let is_one = when.first == when.last;
        match (self, when.first) {
            (Self::Hot | Self::Steps | Self::Burden | Self::Units, _) => true,
            (Self::Day | Self::Closing, Period::Day(_))
            | (Self::Week | Self::Meeting, Period::Week(..))
            | (Self::Month, Period::Month(..))
            | (Self::Quarter, Period::Quarter(..))
            | (Self::Half, Period::Half(..))
            | (Self::Year, Period::Year(_)) => is_one,
            _ => false, // of another length
        }
    }

    /// What to write for a period of this report.
    pub fn example(self) -> &'static str {
        match self {
            Self::Day | Self::Closing => "2026-05-07",
            Self::Week | Self::Meeting => "2026-W19",
            Self::Month => "2026-05",
            Self::Quarter => "2026-Q2",
            Self::Half => "2026-H1",
            Self::Year => "2026",
            Self::Hot | Self::Steps | Self::Burden | Self::Units => "2026-05` or `2025-01..2025-06",
        }
    }

    /// From when to when it counts: of the pack the seven days before the meeting.
    pub fn span(self, when: When, calendar: &Calendar) -> (Timestamp, Timestamp) {
        let (from, to) = when.span(calendar);
        if self != Self::Meeting {
            return (from, to);
        }
        let meeting = calendar.date_of(from).saturating_add(3.days());
        let midnight = |day: Date| calendar.at(day, Time::midnight());
        (midnight(meeting.saturating_sub(7.days())), midnight(meeting))
    }

    /// As of when it says how things stand, where nobody says: from then on it is closed.
    pub fn as_of(self, when: When, calendar: &Calendar) -> Timestamp {
        let (from, to) = self.span(when, calendar);
        match self {
            Self::Day => calendar.at(calendar.date_of(from), MORNING),
            Self::Closing => calendar.at(calendar.date_of(from), CLOSING),
            _ => to, // figures stand when the period is over
        }
    }

    /// Whether it is of today's work and not of figures.
    pub fn is_list(self) -> bool {
        matches!(self, Self::Day | Self::Closing)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

fn week_of(day: Date) -> Period {
    let thursday = day
        .checked_sub(i64::from(day.weekday().to_monday_zero_offset()).days())
        .map_or(day, |monday| monday.saturating_add(3.days()));
    let week = thursday.iso_week_date();
    debug_assert_eq!(week.weekday(), Weekday::Thursday);
    Period::Week(week.year(), week.week())
}

/// One period, or several in a row as one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct When {
    pub first: Period,
    pub last: Period,
}

impl When {
    /// Reads `2026-05` or `2013..2016`.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (first, last) = text.split_once("..").unwrap_or((text, text));
        let (first, last) = (Period::parse(first)?, Period::parse(last)?);
        let starts = [first, last].map(|period| period.span(&jiff::tz::TimeZone::UTC).0);
        if std::mem::discriminant(&first) != std::mem::discriminant(&last) || starts[0] > starts[1]
        {
            return Err(format!(
                "`{text}` is no run of periods; write `2013..2016` or `2026-01..2026-06`"
            ));
        }
        Ok(Self { first, last })
    }

    /// Its first instant and the first one after it.
    pub fn span(self, calendar: &Calendar) -> (Timestamp, Timestamp) {
        (self.first.span(calendar.zone()).0, self.last.span(calendar.zone()).1)
    }
}

impl From<Period> for When {
    fn from(period: Period) -> Self {
        Self { first: period, last: period }
    }
}

impl fmt::Display for When {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.first == self.last {
            write!(f, "{}", self.first)
        } else {
            write!(f, "{}..{}", self.first, self.last)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_is_of_the_period_before() {
        let day = |text: &str| text.parse::<Date>().expect("a date");
        #[rustfmt::skip]
        let table = [
            ("day",     "2026-05-07", "2026-05-07"),
            ("closing", "2026-05-07", "2026-05-07"),
            ("week",    "2026-05-11", "2026-W19"),
            ("week",    "2026-01-01", "2025-W52"),
            ("meeting", "2026-05-07", "2026-W19"),
            ("meeting", "2027-01-01", "2026-W53"),
            ("month",   "2026-06-01", "2026-05"),
            ("month",   "2026-01-31", "2025-12"),
            ("quarter", "2026-03-31", "2025-Q4"),
            ("quarter", "2026-04-01", "2026-Q1"),
            ("half",    "2026-06-30", "2025-H2"),
            ("half",    "2026-07-01", "2026-H1"),
            ("year",    "2026-07-01", "2025"),
        ];
        for (kind, today, want) in table {
            let kind = Kind::parse(kind).expect("a report");
            let period = kind.standard(day(today)).expect("a period");
            assert_eq!(period.to_string(), want, "{kind} on {today}");
            assert!(kind.takes(When::from(period)), "{kind} is of {period}");
        }
        assert!(Kind::parse("montly").is_err());
    }

    #[test]
    fn a_run_of_periods_goes_forward() {
        for good in ["2013..2016", "2026-01..2026-06", "2026-05"] {
            assert_eq!(When::parse(good).expect("a run").to_string(), good);
        }
        for bad in ["2016..2013", "2013..2016-05", "..", "x"] {
            assert!(When::parse(bad).is_err(), "{bad}");
        }
    }
}
