//! `[calendar]`: which time of the set counts as working time.
//!
//! Working hours stand either as `work_hours` for every day that is not in `rest`, or per
//! weekday in `[calendar.week]`. Holidays come from files (`overrides`, a path or pattern
//! inside the set's folder), from `holidays` in place, or both. A table of `overrides`, like
//! `windows`, gives single dates windows of their own.

use std::collections::BTreeMap;

use jiff::{civil::Date, tz::TimeZone};

use super::{
    complaint::{Complaints, Severity, Source},
    files::Sources,
    holidays::Holidays,
    reader::Item,
    section::Section,
};
use crate::core::{
    calendar::{Calendar, CalendarSpec, Window},
    timestamp::Timestamp,
};

const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
/// Weekdays as `rest` writes them.
const REST_DAYS: [(&str, usize); 7] =
    [("Mon", 0), ("Tue", 1), ("Wed", 2), ("Thu", 3), ("Fri", 4), ("Sat", 5), ("Sun", 6)];
/// Clocks reach this far ahead, so holidays should be known that far.
const AHEAD_DAYS: u32 = 120;

/// Reads `[calendar]`; holiday files are found among `sources`.
pub fn calendar(
    section: Section<'_>,
    zone: TimeZone,
    sources: &Sources,
    complaints: &Complaints,
    now: Timestamp,
) -> Option<Calendar> {
    let errors = complaints.errors();
    let mut spec = CalendarSpec::new(zone);
    spec.week = week(&section);
    if let Some(item) = section.get("holidays") {
        let dates: Vec<Date> = item.one_or_many().iter().filter_map(Item::date).collect();
        spec.years_covered.extend(dates.iter().map(|date| date.year()));
        spec.holidays.extend(dates);
    }
    spec.overrides = windows_by_date(section.get("windows"));
    spec.breaks = windows_by_date(section.get("breaks"));
    if let Some(item) = section.get("makeup") {
        let dates: Vec<Date> = item.one_or_many().iter().filter_map(Item::date).collect();
        spec.observe([], dates, []);
    }
    if let Some(item) = section.get("overrides") {
        if item.raw().is_table() {
            spec.overrides.extend(windows_by_date(Some(item)));
        } else {
            for item in item.one_or_many() {
                holiday_files(&item, &mut spec, sources, complaints);
            }
        }
    }
    if let Some(item) = section.get("outside_start") {
        item.word("a start outside working hours", &[("next_open", ())]);
    }
    let missing = section.get("missing_year");
    let warns = missing.as_ref().is_none_or(|item| {
        let words = [("warn_and_use_weekends", true), ("use_weekends", false)];
        item.word("a rule for years without holidays", &words).unwrap_or(true)
    });
    for date in spec.contradictions() {
        section.complain(format!(
            "{date} is both a holiday and a day with windows of its own; strike one of them"
        ));
    }
    let calendar = match Calendar::compile(spec) {
        Ok(calendar) => Some(calendar),
        Err(error) => {
            // Without the windows that were refused it may well never be open.
            if complaints.errors() == errors {
                section.complain(error.to_string());
            }
            None
        }
    };
    if let Some(calendar) = calendar.as_ref().filter(|_| warns) {
        missing_years(calendar, &section, now);
    }
    section.finish();
    calendar
}

fn week(section: &Section<'_>) -> [Vec<Window>; 7] {
    let mut week: [Vec<Window>; 7] = Default::default();
    let hours = section.get("work_hours");
    let rest = section.get("rest");
    if let Some(item) = section.get("week") {
        if let Some(hours) = hours {
            hours.complain("`work_hours` and `[calendar.week]` exclude each other; keep one");
        }
        let days = item.section("[calendar.week]");
        for item in days.iter().flat_map(Section::entries) {
            let Some((first, last)) = day_range(&item) else { continue };
            let windows = item.windows();
            for day in &mut week[first..=last] {
                day.clone_from(&windows);
            }
        }
        return week;
    }
    let Some(hours) = hours else {
        section.complain("[calendar] has neither `work_hours` nor `[calendar.week]`");
        return week;
    };
    let windows = hours.windows();
    let rest: Vec<usize> = rest
        .map(|item| item.one_or_many())
        .unwrap_or_default()
        .iter()
        .filter_map(|item| item.word("a weekday", &REST_DAYS))
        .collect();
    for (index, day) in week.iter_mut().enumerate() {
        if !rest.contains(&index) {
            day.clone_from(&windows);
        }
    }
    week
}

/// `mon` or `mon-fri`.
fn day_range(item: &Item<'_>) -> Option<(usize, usize)> {
    let key = item.key();
    let (first, last) = key.split_once('-').unwrap_or((key, key));
    let place = |name: &str| DAYS.iter().position(|day| *day == name);
    let range = place(first).zip(place(last)).filter(|(first, last)| first <= last);
    if range.is_none() {
        item.complain(format!("`{key}` is not a weekday; write `mon` or `mon-fri`"));
    }
    range
}

fn windows_by_date(item: Option<Item<'_>>) -> BTreeMap<Date, Vec<Window>> {
    let section = item.and_then(|item| item.section(format!("`{}`", item.key())));
    let entries = section.iter().flat_map(Section::entries);
    entries
        .filter_map(|item| {
            let date = item.key().parse::<Date>().ok();
            if date.is_none() {
                item.complain(format!("`{}` is not a date like `2026-02-15`", item.key()));
            }
            Some((date?, item.windows()))
        })
        .collect()
}

fn holiday_files(
    pattern: &Item<'_>,
    spec: &mut CalendarSpec,
    sources: &Sources,
    complaints: &Complaints,
) {
    let Some(text) = pattern.filled() else { return };
    let mut found = false;
    let mut all = Holidays::default();
    let visible = sources.visible();
    for (name, (layer, content)) in visible.into_iter().filter(|(name, _)| matches(text, name)) {
        found = true;
        match Holidays::read(name, content) {
            Ok(holidays) => all.merge(holidays),
            Err(error) => {
                let name = layer.display(name);
                let source = Source { name: &name, text: content, private: false, complaints };
                source.complain(Severity::Error, error.place_in(content), error.to_string(), None);
            }
        }
    }
    all.apply(spec);
    if !found {
        pattern.complain(format!("no file of this set is called `{text}`"));
    }
}

/// Whether a file name fits a pattern with `*` for any letters.
fn matches(pattern: &str, name: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = name.strip_prefix(first) else { return false };
    let mut exact = true;
    for part in parts {
        exact = part.is_empty();
        match rest.find(part) {
            Some(at) if !part.is_empty() => {
                rest = &rest[at + part.len()..];
                exact = false;
            }
            Some(_) => {}
            None => return false,
        }
    }
    rest.is_empty() || (exact && pattern.ends_with('*'))
}

/// Warns about every year that running clocks may reach.
fn missing_years(calendar: &Calendar, section: &Section<'_>, now: Timestamp) {
    let year = |at| calendar.date_of(at).year();
    let (year, last) = (year(now), year(calendar.add_days(now, AHEAD_DAYS)));
    for year in calendar.years_missing(year, last) {
        section.warn(
            format!("no holidays are known for {year}, so only weekends count as rest"),
            Some("add the published list of that year to the holiday files".to_owned()),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policies::{embedded, load};

    #[test]
    fn a_pattern_finds_its_files() {
        #[rustfmt::skip]
        let table = [
            ("holidays/cn-*.json", "holidays/cn-2026.json", true),
            ("holidays/cn-*.json", "holidays/us-2026.json", false),
            ("holidays/cn-*.json", "holidays/cn-2026.json5", false),
            ("holidays/*",         "holidays/a.ics", true),
            ("holidays/a.ics",     "holidays/a.ics", true),
            ("holidays/a.ics",     "holidays/b.ics", false),
            ("*-2026-*",           "x-2026-y", true),
        ];
        for (pattern, name, want) in table {
            assert_eq!(matches(pattern, name), want, "{pattern} {name}");
        }
    }

    /// The calendar of the reference set with this in place of its `overrides`, and one more file.
    fn changed(overrides: &str, file: (&str, &str)) -> Result<Calendar, String> {
        let mut sources = embedded::sources("cn").expect("a shipped set");
        for text in sources.files.values_mut() {
            *text = text.replace("overrides = \"holidays/cn-*.json\"", overrides);
        }
        sources.files.insert(file.0.to_owned(), file.1.to_owned());
        let now = Timestamp::parse("2026-05-07T09:00:00+08:00").expect("a good instant");
        let loaded = load::load(&sources, now);
        let first = || loaded.complaints.first().map(ToString::to_string).unwrap_or_default();
        loaded.set.as_ref().map(|set| set.calendar.clone()).ok_or_else(first)
    }

    #[test]
    fn holidays_come_from_files_of_every_kind_or_stand_in_place() {
        let table = "holidays = [\"2026-01-01\"]\n\
            overrides = { \"2026-02-14\" = [[\"09:00\", \"12:00\"]] }";
        let pattern = "overrides = \"holidays/x.*\"";
        let json =
            r#"{"year":2026,"rest":[{"date":"2026-01-01"}],"makeup":[{"date":"2026-02-14"}]}"#;
        let toml = "year = 2026\nrest = [{ date = \"2026-01-01\" }]\nmakeup = [{ date = \"2026-02-14\" }]\n";
        let ics = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:A\nDTSTART:20260101\nEND:VEVENT\n\
            BEGIN:VEVENT\nSUMMARY:补班\nDTSTART:20260214T090000\nEND:VEVENT\nEND:VCALENDAR\n";
        for (name, overrides, file) in [
            ("in place", table, ("holidays/unused.json", json)),
            ("JSON", pattern, ("holidays/x.json", json)),
            ("TOML", pattern, ("holidays/x.toml", toml)),
            ("iCalendar", pattern, ("holidays/x.ics", ics)),
        ] {
            let calendar = changed(overrides, file).unwrap_or_else(|e| panic!("{name}: {e}"));
            assert!(!calendar.is_workday(jiff::civil::date(2026, 1, 1)), "{name}: rest day");
            assert!(calendar.is_workday(jiff::civil::date(2026, 2, 14)), "{name}: make-up day");
        }
        let broken = changed(pattern, ("holidays/x.ics", "BEGIN:VCALENDAR\nEND:VEVENT\n"));
        let complaint = broken.expect_err("the feed is broken");
        let (first, _) = complaint.split_once('\n').unwrap_or((&complaint, ""));
        assert!(
            first.contains("`END:VEVENT` where `BEGIN:VCALENDAR` of line 1 is open"),
            "{complaint}"
        );
        assert!(complaint.contains("holidays/x.ics:2:1"), "{complaint}");
    }
}
