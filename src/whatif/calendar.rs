//! Calendars: the week, holidays and single days, as somebody would say them.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::{
    difference::Found,
    words::{self, Words, same, words},
};
use crate::core::calendar::{CalendarSpec, Window};

const WEEK: [(&str, &str, &str); 7] = [
    ("mon", "周一", "Monday"),
    ("tue", "周二", "Tuesday"),
    ("wed", "周三", "Wednesday"),
    ("thu", "周四", "Thursday"),
    ("fri", "周五", "Friday"),
    ("sat", "周六", "Saturday"),
    ("sun", "周日", "Sunday"),
];

pub(super) fn compare(found: &mut Found, a: &CalendarSpec, b: &CalendarSpec) {
    let CalendarSpec { zone, week, holidays, overrides, breaks, years_covered } = a;
    found.inside("calendar", words("工作日历", "calendar"), |found| {
        let name = |zone: &jiff::tz::TimeZone| same(zone.iana_name().unwrap_or("?"));
        found.says("zone", words("时区", "zone"), name(zone), name(&b.zone));
        for (nth, (key, zh, en)) in WEEK.into_iter().enumerate() {
            found.says(key, words(zh, en), windows(&week[nth]), windows(&b.week[nth]));
        }
        only_in(found, "holidays", ("新增放假", "holidays that came"), &b.holidays, holidays);
        only_in(found, "holidays", ("取消放假", "holidays that went"), holidays, &b.holidays);
        days(found, "overrides", ("单日工作时间", "single day"), overrides, &b.overrides);
        days(found, "breaks", ("单日休息时段", "closed on a single day"), breaks, &b.breaks);
        let years = |years: &BTreeSet<i16>| {
            let years: Vec<String> = years.iter().map(ToString::to_string).collect();
            words::list(&years)
        };
        let covered = words("有放假数据的年份", "years with holiday data");
        found.says("years_covered", covered, years(years_covered), years(&b.years_covered));
    });
}

/// Dates that are in one and not in the other; days that follow each other are one entry.
fn only_in(
    found: &mut Found,
    key: &str,
    (zh, en): (&str, &str),
    of: &BTreeSet<Date>,
    not_in: &BTreeSet<Date>,
) {
    let mut runs: Vec<(Date, Date)> = Vec::new();
    for date in of.difference(not_in) {
        match runs.last_mut() {
            Some((_, last)) if last.tomorrow().is_ok_and(|next| next == *date) => *last = *date,
            Some(_) | None => runs.push((*date, *date)),
        }
    }
    let shown: Vec<String> = runs
        .into_iter()
        .map(|(from, to)| if from == to { from.to_string() } else { format!("{from}..{to}") })
        .collect();
    found.says(key, words(zh, en), words::none(), words::list(&shown));
}

fn days(
    found: &mut Found,
    key: &str,
    (zh, en): (&str, &str),
    before: &BTreeMap<Date, Vec<Window>>,
    after: &BTreeMap<Date, Vec<Window>>,
) {
    let dates: BTreeSet<&Date> = before.keys().chain(after.keys()).collect();
    for date in dates {
        let shown = |days: &BTreeMap<Date, Vec<Window>>| {
            days.get(date).map_or_else(|| words("照常", "as its weekday"), |day| windows(day))
        };
        let what = words(format!("{zh} {date}"), format!("{en} {date}"));
        found.says(&format!("{key}.{date}"), what, shown(before), shown(after));
    }
}

fn windows(windows: &[Window]) -> Words {
    if windows.is_empty() {
        return words("休息", "closed");
    }
    let clock = |s: i32| format!("{:02}:{:02}", s / 3_600, s / 60 % 60);
    let shown: Vec<String> =
        windows.iter().map(|one| format!("{}-{}", clock(one.from_s), clock(one.to_s))).collect();
    words::list(&shown)
}
