//! When something recurring is due: every working day, each Thursday, the last working day of a quarter.
//!
//! A schedule has one occurrence a period; the period names it, so that it is done once.
//! Nothing here knows what is done then.
//!
//! Invariants, each a test of the same name:
//! * `each_period_occurs_once`
//! * `a_rest_day_moves_the_occurrence_as_written`

use std::fmt;

use jiff::{
    ToSpan as _,
    civil::{Date, Time, Weekday},
};

use super::{calendar::Calendar, span::Span, timestamp::Timestamp};

/// When a schedule occurs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timetable {
    pub every: Every,
    /// The day within the period.
    pub on: On,
    pub at: Time,
    /// What happens when that day is a rest day.
    pub roll: Roll,
    /// So much earlier, in days or working days; the clock time stays.
    pub lead: Option<Span>,
    /// Only on this one day.
    pub once: Option<Date>,
}

/// The length of a period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Every {
    Day,
    /// Days with working time only, make-up days among them.
    WorkDay,
    Week,
    Month,
    Quarter,
    HalfYear,
    Year,
}

impl Every {
    /// As policies write it.
    pub const ALL: [(&'static str, Self); 7] = [
        ("day", Self::Day),
        ("workday", Self::WorkDay),
        ("week", Self::Week),
        ("month", Self::Month),
        ("quarter", Self::Quarter),
        ("halfyear", Self::HalfYear),
        ("year", Self::Year),
    ];

    fn months(self) -> i32 {
        match self {
            Self::Day | Self::WorkDay | Self::Week => 0,
            Self::Month => 1,
            Self::Quarter => 3,
            Self::HalfYear => 6,
            Self::Year => 12,
        }
    }
}

/// The day of a period on which it occurs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum On {
    /// The first day: the only one of a day.
    First,
    Weekday(Weekday),
    /// The n-th day, 1 the first; -1 the last. A day the month does not have is its last.
    Day(i8),
    /// The n-th working day, 1 the first; -1 the last.
    WorkDay(i8),
    /// A date of the year.
    Date {
        month: i8,
        day: i8,
    },
}

/// What happens when the day is a rest day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Roll {
    /// It occurs all the same.
    #[default]
    Keep,
    /// On the working day before.
    Previous,
    /// On the working day after.
    Next,
    /// Not at all in this period.
    Skip,
}

impl Roll {
    /// As policies write it.
    pub const ALL: [(&'static str, Self); 4] = [
        ("keep", Self::Keep),
        ("previous", Self::Previous),
        ("next", Self::Next),
        ("skip", Self::Skip),
    ];
}

/// One period of a schedule: from its first day to the day before the next one's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Period {
    pub from: Date,
    pub to: Date,
    name: Name,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Name {
    Day,
    Week,
    Months(i32),
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (from, part) = (self.from, |months: i8| (self.from.month() - 1) / months + 1);
        match self.name {
            Name::Day => write!(f, "{from}"),
            Name::Week => {
                let week = from.iso_week_date();
                write!(f, "{}-W{:02}", week.year(), week.week())
            }
            Name::Months(1) => write!(f, "{}-{:02}", from.year(), from.month()),
            Name::Months(3) => write!(f, "{}-Q{}", from.year(), part(3)),
            Name::Months(6) => write!(f, "{}-H{}", from.year(), part(6)),
            Name::Months(_) => write!(f, "{}", from.year()),
        }
    }
}

impl Period {
    /// The period of this length that a day lies in; `None` at the end of the calendar.
    pub fn of(every: Every, day: Date) -> Option<Self> {
        match every {
            Every::Day | Every::WorkDay => {
                Some(Self { from: day, to: day.tomorrow().ok()?, name: Name::Day })
            }
            Every::Week => {
                let into = i64::from(day.weekday().to_monday_zero_offset());
                let from = day.checked_sub(into.days()).ok()?;
                Some(Self { from, to: from.checked_add(7.days()).ok()?, name: Name::Week })
            }
            Every::Month | Every::Quarter | Every::HalfYear | Every::Year => {
                let months = every.months();
                let first = (i32::from(day.month()) - 1) / months * months + 1;
                let from = Date::new(day.year(), first as i8, 1).ok()?;
                let to = from.checked_add(i64::from(months).months()).ok()?;
                Some(Self { from, to, name: Name::Months(months) })
            }
        }
    }

    /// The period after this one.
    pub fn next(self, every: Every) -> Option<Self> {
        Self::of(every, self.to)
    }

    /// The period before this one.
    pub fn previous(self, every: Every) -> Option<Self> {
        Self::of(every, self.from.yesterday().ok()?)
    }
}

impl Timetable {
    /// The day and time this timetable occurs for a period; `None`: not in this one.
    pub fn occurs(&self, calendar: &Calendar, period: Period) -> Option<Timestamp> {
        let day = self.day(calendar, period)?;
        let day = if calendar.is_workday(day) {
            day
        } else {
            match (self.every, self.roll) {
                (Every::WorkDay, _) | (_, Roll::Skip) => return None,
                (_, Roll::Keep) => day,
                (_, Roll::Previous) => calendar.sub_workdays(day, 1)?,
                (_, Roll::Next) => calendar.add_workdays(day, 1)?,
            }
        };
        let day = match self.lead {
            None => day,
            Some(Span::WorkDays(days)) => calendar.sub_workdays(day, days)?,
            Some(Span::Days(days)) => day.checked_sub(i64::from(days).days()).ok()?,
            Some(Span::Elapsed(ms) | Span::Working(ms)) => {
                return Some(calendar.at(day, self.at).plus_ms(-ms));
            }
        };
        Some(calendar.at(day, self.at))
    }

    /// The first occurrence after `after`, with the period it is for.
    pub fn next(&self, calendar: &Calendar, after: Timestamp) -> Option<(Period, Timestamp)> {
        /// A lead or a roll moves an occurrence by less than so many periods; a run of rest days is shorter.
        const AROUND: usize = 45;
        if let Some(day) = self.once {
            let at = calendar.at(day, self.at);
            return Period::of(Every::Day, day).filter(|_| at > after).map(|period| (period, at));
        }
        let today = Period::of(self.every, calendar.date_of(after))?;
        let mut period = (0..AROUND).try_fold(today, |at, _| at.previous(self.every))?;
        let mut best: Option<(Period, Timestamp)> = None;
        for _ in 0..2 * AROUND {
            if let Some(at) = self.occurs(calendar, period)
                && at > after
                && best.is_none_or(|(_, earliest)| at < earliest)
            {
                best = Some((period, at));
            }
            period = period.next(self.every)?;
        }
        best
    }

    fn day(&self, calendar: &Calendar, period: Period) -> Option<Date> {
        let Period { from, to, .. } = period;
        let last = to.yesterday().ok()?;
        let within = |day: Date| (from <= day && day < to).then_some(day);
        match self.on {
            On::First => Some(from),
            On::Weekday(weekday) => {
                let mut days = std::iter::successors(Some(from), |day| day.tomorrow().ok());
                days.by_ref().take(7).find(|day| day.weekday() == weekday).and_then(within)
            }
            On::Day(n) if n < 0 => {
                last.checked_sub((i64::from(-n) - 1).days()).ok().and_then(within)
            }
            On::Day(n) => {
                let day = from.checked_add((i64::from(n) - 1).days()).ok()?;
                Some(day.min(from.last_of_month()).min(last))
            }
            On::WorkDay(n) if n < 0 => {
                calendar.sub_workdays(to, u32::from(n.unsigned_abs())).and_then(within)
            }
            On::WorkDay(n) => calendar
                .add_workdays(from.yesterday().ok()?, u32::from(n.unsigned_abs()))
                .and_then(within),
            On::Date { month, day } => Date::new(from.year(), month, day).ok().and_then(within),
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::{civil::time, tz::TimeZone};

    use super::*;
    use crate::core::calendar::{CalendarSpec, Window};

    /// Shanghai, Monday to Friday, with the rest days and the make-up Saturday around 1 May 2026.
    fn calendar() -> Calendar {
        let zone = TimeZone::get("Asia/Shanghai").expect("the zone is known");
        let mut spec = CalendarSpec::new(zone);
        for day in 0..5 {
            spec.week[day] = vec![Window { from_s: 9 * 3600, to_s: 18 * 3600 }];
        }
        let rest =
            ["2026-05-01", "2026-05-04", "2026-05-05"].map(|day| day.parse().expect("a date"));
        spec.observe(rest, ["2026-05-09".parse().expect("a date")], []);
        Calendar::compile(spec).expect("a good calendar")
    }

    fn at(local: &str) -> Timestamp {
        Timestamp::parse(&format!("{}:00+08:00", local.replace(' ', "T"))).expect("a time")
    }

    fn table(every: Every, on: On, roll: Roll, lead: Option<&str>) -> Timetable {
        let lead = lead.map(|span| Span::parse(span).expect("a span"));
        Timetable { every, on, at: time(8, 0, 0, 0), roll, lead, once: None }
    }

    #[test]
    fn a_rest_day_moves_the_occurrence_as_written() {
        let calendar = calendar();
        #[rustfmt::skip]
        let rows = [
            ("a working day",               table(Every::WorkDay, On::First, Roll::Keep, None),             "2026-04-30 09:00", "2026-05-06", "2026-05-06 08:00"),
            ("a make-up Saturday is one",   table(Every::WorkDay, On::First, Roll::Keep, None),             "2026-05-08 09:00", "2026-05-09", "2026-05-09 08:00"),
            ("Friday is a holiday",         table(Every::Week, On::Weekday(Weekday::Friday), Roll::Previous, None), "2026-04-27 00:00", "2026-W18", "2026-04-30 08:00"),
            ("the same, the day after",     table(Every::Week, On::Weekday(Weekday::Friday), Roll::Next, None),     "2026-04-27 00:00", "2026-W18", "2026-05-06 08:00"),
            ("the same, kept",              table(Every::Week, On::Weekday(Weekday::Friday), Roll::Keep, None),     "2026-04-27 00:00", "2026-W18", "2026-05-01 08:00"),
            ("the same, skipped",           table(Every::Week, On::Weekday(Weekday::Friday), Roll::Skip, None),     "2026-04-27 00:00", "2026-W19", "2026-05-08 08:00"),
            ("two working days ahead",      table(Every::Week, On::Weekday(Weekday::Thursday), Roll::Previous, Some("2wd")), "2026-04-29 00:00", "2026-W19", "2026-04-30 08:00"),
            ("first working day",           table(Every::Month, On::WorkDay(1), Roll::Keep, None),          "2026-04-30 00:00", "2026-05", "2026-05-06 08:00"),
            ("last working day of quarter", table(Every::Quarter, On::WorkDay(-1), Roll::Keep, None),       "2026-05-01 00:00", "2026-Q2", "2026-06-30 08:00"),
            ("last working day of half",    table(Every::HalfYear, On::WorkDay(-1), Roll::Keep, None),      "2026-07-01 00:00", "2026-H2", "2026-12-31 08:00"),
            ("the 31st of a short month",   table(Every::Month, On::Day(31), Roll::Keep, None),             "2026-06-02 00:00", "2026-06", "2026-06-30 08:00"),
            ("the day before the last",     table(Every::Month, On::Day(-2), Roll::Keep, None),             "2026-02-02 00:00", "2026-02", "2026-02-27 08:00"),
            ("a date, a week ahead",        table(Every::Year, On::Date { month: 9, day: 1 }, Roll::Keep, Some("7d")), "2026-05-01 00:00", "2026", "2026-08-25 08:00"),
            ("the next year's",             table(Every::Year, On::Date { month: 1, day: 5 }, Roll::Keep, Some("7d")), "2026-12-20 00:00", "2027", "2026-12-29 08:00"),
        ];
        for (name, table, after, period, want) in rows {
            let (found, when) = table.next(&calendar, at(after)).expect("it occurs");
            assert_eq!((found.to_string().as_str(), when), (period, at(want)), "{name}");
        }
    }

    #[test]
    fn each_period_occurs_once() {
        let calendar = calendar();
        for (_, every) in Every::ALL {
            let on = if every == Every::Week { On::Weekday(Weekday::Monday) } else { On::First };
            let table = table(every, on, Roll::Previous, None);
            let mut now = at("2024-01-01 00:00");
            let mut periods = Vec::new();
            while now < at("2028-01-01 00:00") {
                let (period, when) = table.next(&calendar, now).expect("it occurs");
                assert!(when > now, "{every:?} goes on");
                periods.push(period.to_string());
                now = when;
            }
            let mut once = periods.clone();
            once.sort();
            once.dedup();
            assert_eq!(once.len(), periods.len(), "{every:?}");
        }
    }
}
