//! Rules of the calendar: tables for the edges, a naive walk as the oracle.

mod oracle;

use std::collections::BTreeMap;

use proptest::prelude::*;

use self::oracle::Minutes;
use super::*;

const MINUTE_MS: i64 = 60_000;

fn zone(name: &str) -> TimeZone {
    TimeZone::get(name).expect("a zone of the database")
}

fn windows(pairs: &[(&str, &str)]) -> Vec<Window> {
    pairs.iter().map(|(from, to)| Window::parse(from, to).expect("a good window")).collect()
}

/// The same windows on the weekdays in `days` (Monday is 0).
fn spec(name: &str, days: std::ops::Range<usize>, pairs: &[(&str, &str)]) -> CalendarSpec {
    let mut spec = CalendarSpec::new(zone(name));
    for day in &mut spec.week[days] {
        *day = windows(pairs);
    }
    spec
}

fn compile(spec: CalendarSpec) -> Calendar {
    Calendar::compile_years(spec, 2010..=2027).expect("it is open")
}

fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).expect("an instant")
}

fn date(text: &str) -> Date {
    parse_date(text).expect("a date")
}

#[test]
fn a_calendar_without_open_time_is_refused() {
    let closed = spec("Asia/Shanghai", 0..0, &[]);
    let mut all_breaks = spec("Asia/Shanghai", 0..0, &[]);
    all_breaks.overrides.insert(date("2026-01-01"), windows(&[("09:00", "12:00")]));
    all_breaks.breaks.insert(date("2026-01-01"), windows(&[("08:00", "12:00")]));
    let mut all_holidays = spec("Asia/Shanghai", 0..0, &[]);
    all_holidays.overrides.insert(date("2026-01-01"), windows(&[("09:00", "12:00")]));
    all_holidays.holidays.insert(date("2026-01-01"));
    for (name, spec) in
        [("closed", closed), ("all breaks", all_breaks), ("all holidays", all_holidays)]
    {
        let got = Calendar::compile(spec).map(|_| ());
        assert_eq!(got, Err(CalendarError::NeverOpen { from: 1990, to: 2100 }), "{name}");
    }
}

/// Office hours with lunch, one make-up Saturday, one holiday; hours are local (+08:00).
fn office() -> Calendar {
    let mut spec = spec("Asia/Shanghai", 0..5, &[("09:00", "12:00"), ("14:00", "18:00")]);
    spec.overrides.insert(date("2026-02-14"), windows(&[("09:00", "12:00")]));
    spec.overrides.insert(date("2026-02-17"), windows(&[("09:00", "12:00")]));
    spec.holidays.extend([date("2026-02-16"), date("2026-02-17")]);
    compile(spec)
}

#[test]
fn instants_are_open_or_closed() {
    #[rustfmt::skip]
    let table = [
        ("before opening",          "2026-02-13T08:59:59+08:00", false, "2026-02-13T09:00:00+08:00"),
        ("opening instant",         "2026-02-13T09:00:00+08:00", true,  "2026-02-13T09:00:00+08:00"),
        ("last instant",            "2026-02-13T11:59:59+08:00", true,  "2026-02-13T11:59:59+08:00"),
        ("closing instant",         "2026-02-13T12:00:00+08:00", false, "2026-02-13T14:00:00+08:00"),
        ("evening before make-up",  "2026-02-13T18:00:00+08:00", false, "2026-02-14T09:00:00+08:00"),
        ("make-up Saturday",        "2026-02-14T10:00:00+08:00", true,  "2026-02-14T10:00:00+08:00"),
        ("holiday wins",            "2026-02-17T10:00:00+08:00", false, "2026-02-18T09:00:00+08:00"),
        ("before the years",        "1999-01-01T00:00:00+08:00", false, "2010-01-01T09:00:00+08:00"),
    ];
    let calendar = office();
    for (name, instant, open, next) in table {
        assert_eq!(calendar.is_open(at(instant)), open, "{name}");
        assert_eq!(calendar.next_open(at(instant)), Some(at(next)), "{name}");
    }
    assert_eq!(calendar.next_open(at("2028-01-03T10:00:00+08:00")), None, "after the years");
}

#[test]
fn windows_are_used_up_exactly() {
    #[rustfmt::skip]
    let table = [
        // name                    start                        hours   added                        taken back
        ("inside a window",        "2026-02-13T10:00:00+08:00", 1,  "2026-02-13T11:00:00+08:00", "2026-02-13T09:00:00+08:00"),
        ("ends at the closing",    "2026-02-13T10:00:00+08:00", 2,  "2026-02-13T12:00:00+08:00", "2026-02-12T17:00:00+08:00"),
        ("over lunch",             "2026-02-13T11:30:00+08:00", 1,  "2026-02-13T14:30:00+08:00", "2026-02-13T10:30:00+08:00"),
        ("from a closing instant", "2026-02-13T12:00:00+08:00", 3,  "2026-02-13T17:00:00+08:00", "2026-02-13T09:00:00+08:00"),
        ("in the night",           "2026-02-13T03:00:00+08:00", 3,  "2026-02-13T12:00:00+08:00", "2026-02-12T15:00:00+08:00"),
        ("over the holiday",       "2026-02-14T11:00:00+08:00", 1,  "2026-02-14T12:00:00+08:00", "2026-02-14T10:00:00+08:00"),
        ("out of the holiday",     "2026-02-16T11:00:00+08:00", 1,  "2026-02-18T10:00:00+08:00", "2026-02-14T11:00:00+08:00"),
        ("nothing",                "2026-02-16T11:00:00+08:00", 0,  "2026-02-16T11:00:00+08:00", "2026-02-16T11:00:00+08:00"),
    ];
    let calendar = office();
    for (name, start, hours, added, back) in table {
        let ms = hours * 60 * MINUTE_MS;
        assert_eq!(calendar.add(at(start), ms), at(added), "{name}: add");
        assert_eq!(calendar.sub(at(start), ms), at(back), "{name}: sub");
        assert_eq!(calendar.add(at(start), -ms), at(back), "{name}: add a negative amount");
        assert_eq!(calendar.measure(at(start), at(added)), ms, "{name}: measure");
        assert_eq!(calendar.measure(at(start), at(back)), -ms, "{name}: measure backwards");
    }
}

#[test]
fn beyond_the_years_is_never() {
    let calendar = office();
    let start = at("2026-02-13T10:00:00+08:00");
    let century_ms = 100 * 366 * 24 * 60 * MINUTE_MS;
    assert_eq!(calendar.add(start, century_ms), Timestamp::NEVER);
    assert_eq!(calendar.add(start, i64::MAX), Timestamp::NEVER);
    assert_eq!(calendar.sub(start, century_ms), Timestamp(-Timestamp::NEVER.0));
    assert_eq!(calendar.sub(start, i64::MIN), Timestamp::NEVER);
    assert_eq!(calendar.add_workdays(date("2026-02-13"), 99_999), None);
    assert_eq!(calendar.sub_workdays(date("2026-02-13"), 99_999), None);
    assert_eq!(calendar.add_workdays(date("2030-02-13"), 1), None);
    assert_eq!(calendar.sub_workdays(date("2030-02-13"), 1), None);
}

#[test]
fn working_days_are_counted_from_the_day_after() {
    #[rustfmt::skip]
    let table = [
        ("day 1 is the next one",  "2026-02-11", 1, "2026-02-12", "2026-02-10"),
        ("the make-up day counts", "2026-02-13", 1, "2026-02-14", "2026-02-12"),
        ("the holiday does not",   "2026-02-14", 1, "2026-02-18", "2026-02-13"),
        ("from the holiday",       "2026-02-16", 1, "2026-02-18", "2026-02-14"),
        ("from the holiday, two",  "2026-02-17", 2, "2026-02-19", "2026-02-13"),
        ("none is the day itself", "2026-02-17", 0, "2026-02-17", "2026-02-17"),
    ];
    let calendar = office();
    for (name, start, days, later, earlier) in table {
        assert_eq!(calendar.add_workdays(date(start), days), Some(date(later)), "{name}: add");
        assert_eq!(calendar.sub_workdays(date(start), days), Some(date(earlier)), "{name}: sub");
    }
}

#[test]
fn a_day_opens_and_closes_with_its_own_windows() {
    let mut spec = spec("Asia/Shanghai", 0..7, &[("20:00", "29:00"), ("09:00", "12:00")]);
    spec.holidays.insert(date("2026-02-16"));
    spec.breaks.insert(date("2026-02-18"), windows(&[("00:00", "10:00"), ("28:00", "30:00")]));
    #[rustfmt::skip]
    let table = [
        ("overnight",        "2026-02-15", Some(("2026-02-15T09:00:00+08:00", "2026-02-16T05:00:00+08:00"))),
        ("holiday",          "2026-02-16", None),
        ("breaks",           "2026-02-18", Some(("2026-02-18T10:00:00+08:00", "2026-02-19T04:00:00+08:00"))),
    ];
    let calendar = compile(spec);
    for (name, day, want) in table {
        let got = calendar.opening(date(day)).zip(calendar.closing(date(day)));
        assert_eq!(got, want.map(|(from, to)| (at(from), at(to))), "{name}");
        assert_eq!(calendar.is_workday(date(day)), want.is_some(), "{name}");
    }
    // The night shift of the eve runs into the holiday.
    assert!(calendar.is_open(at("2026-02-16T04:59:59+08:00")));
    assert!(!calendar.is_open(at("2026-02-16T20:00:00+08:00")));
}

/// How long a window is open in real minutes, and when, on days the clock changes.
#[test]
fn clock_changes_move_windows_by_the_rule() {
    #[rustfmt::skip]
    let table = [
        // name                           zone                   date          window               minutes  opens
        ("window in the gap",             "America/New_York",    "2026-03-08", ("02:15", "02:45"),  30, Some("2026-03-08T03:15:00-04:00")),
        ("window is the gap",             "America/New_York",    "2026-03-08", ("02:00", "03:00"),   0, None),
        ("gap swallows the end",          "America/New_York",    "2026-03-08", ("02:30", "03:00"),   0, None),
        ("opens in the gap",              "America/New_York",    "2026-03-08", ("02:30", "05:00"),  90, Some("2026-03-08T03:30:00-04:00")),
        ("closes in the gap",             "America/New_York",    "2026-03-08", ("01:00", "02:30"),  90, Some("2026-03-08T01:00:00-05:00")),
        ("fold: opens earlier",           "America/New_York",    "2026-11-01", ("01:30", "03:00"), 150, Some("2026-11-01T01:30:00-04:00")),
        ("fold: closes earlier",          "America/New_York",    "2026-11-01", ("00:00", "01:30"),  90, Some("2026-11-01T00:00:00-04:00")),
        ("fold: once, not twice",         "America/New_York",    "2026-11-01", ("01:00", "01:30"),  30, Some("2026-11-01T01:00:00-04:00")),
        ("overnight over the short night", "Europe/Berlin",      "2026-03-28", ("22:00", "30:00"), 420, Some("2026-03-28T22:00:00+01:00")),
        ("overnight over the long night", "Europe/Berlin",       "2026-10-24", ("22:00", "30:00"), 540, Some("2026-10-24T22:00:00+02:00")),
        ("half an hour, forward",         "Australia/Lord_Howe", "2026-10-04", ("00:00", "24:00"), 1_410, Some("2026-10-04T00:00:00+10:30")),
        ("half an hour, back",            "Australia/Lord_Howe", "2026-04-05", ("00:00", "24:00"), 1_470, Some("2026-04-05T00:00:00+11:00")),
        ("no midnight",                   "America/Sao_Paulo",   "2018-11-04", ("00:00", "24:00"), 1_380, Some("2018-11-04T01:00:00-02:00")),
        ("up to the midnight that is not", "America/Sao_Paulo",  "2018-11-03", ("20:00", "24:00"), 240, Some("2018-11-03T20:00:00-03:00")),
        ("midnight comes late",           "America/Sao_Paulo",   "2018-02-17", ("20:00", "24:00"), 300, Some("2018-02-17T20:00:00-02:00")),
        ("midnight comes twice",          "America/Havana",      "2026-10-31", ("20:00", "24:00"), 240, Some("2026-10-31T20:00:00-04:00")),
        ("the day after",                 "America/Havana",      "2026-11-01", ("00:00", "24:00"), 1_500, Some("2026-11-01T00:00:00-04:00")),
        ("before Ramadan, back",          "Africa/Casablanca",   "2026-02-15", ("00:00", "24:00"), 1_500, Some("2026-02-15T00:00:00+01:00")),
        ("after Ramadan, forward",        "Africa/Casablanca",   "2026-03-22", ("00:00", "24:00"), 1_380, Some("2026-03-22T00:00:00+00:00")),
        ("a date that was skipped",       "Pacific/Apia",        "2011-12-30", ("09:00", "12:00"), 180, Some("2011-12-31T09:00:00+14:00")),
        ("three quarters of an hour",     "Asia/Kathmandu",      "2026-05-01", ("10:00", "17:00"), 420, Some("2026-05-01T10:00:00+05:45")),
    ];
    for (name, zone, day, window, minutes, opens) in table {
        // One more day is open, far away: a calendar that never opens would be refused.
        let mut spec = spec(zone, 0..0, &[]);
        spec.overrides.insert(date(day), windows(&[window]));
        spec.overrides.insert(date("2015-07-01"), windows(&[("09:00", "10:00")]));
        let calendar = compile(spec);
        let far = if day < "2015" {
            ("2011-01-01T00:00:00Z", "2015-01-01T00:00:00Z")
        } else {
            ("2015-08-01T00:00:00Z", "2027-12-31T00:00:00Z")
        };
        assert_eq!(calendar.measure(at(far.0), at(far.1)), minutes * MINUTE_MS, "{name}: length");
        assert_eq!(calendar.opening(date(day)), opens.map(at), "{name}: opening");
        assert_eq!(calendar.is_workday(date(day)), minutes > 0, "{name}: working day");
    }
}

#[test]
fn days_on_the_wall_clock_keep_the_clock_face() {
    let calendar = compile(spec("America/New_York", 0..5, &[("09:00", "17:00")]));
    #[rustfmt::skip]
    let table = [
        ("plain",              "2026-02-10T10:30:00-05:00", 7,   "2026-02-17T10:30:00-05:00"),
        ("over the gap",       "2026-03-07T10:30:00-05:00", 2,   "2026-03-09T10:30:00-04:00"),
        ("into the gap",       "2026-03-07T02:30:00-05:00", 1,   "2026-03-08T03:30:00-04:00"),
        ("into the fold",      "2026-10-31T01:30:00-04:00", 1,   "2026-11-01T01:30:00-04:00"),
        ("out of the fold",    "2026-11-01T01:30:00-05:00", 1,   "2026-11-02T01:30:00-05:00"),
        ("nothing, in a fold", "2026-11-01T01:30:00-05:00", 0,   "2026-11-01T01:30:00-05:00"),
        ("milliseconds",       "2026-02-10T10:30:00.123-05:00", 1, "2026-02-11T10:30:00.123-05:00"),
        ("120 days",           "2026-01-15T09:00:00-05:00", 120, "2026-05-15T09:00:00-04:00"),
    ];
    for (name, start, days, want) in table {
        assert_eq!(calendar.add_days(at(start), days), at(want), "{name}");
    }
    let back = calendar.sub_days(at("2026-03-09T10:30:00-04:00"), 2);
    assert_eq!(back, at("2026-03-07T10:30:00-05:00"));
    assert_eq!(calendar.add_days(at("2026-01-01T00:00:00Z"), u32::MAX), Timestamp::NEVER);
}

#[test]
fn local_times_and_instants_are_one_thing() {
    let calendar = compile(spec("America/New_York", 0..5, &[("09:00", "17:00")]));
    let time = |text: &str| text.parse::<Time>().expect("a time");
    let fold = calendar.at(date("2026-11-01"), time("01:30"));
    assert_eq!(fold, at("2026-11-01T01:30:00-04:00"));
    assert_eq!(calendar.at(date("2026-03-08"), time("02:30")), at("2026-03-08T03:30:00-04:00"));
    assert_eq!(calendar.date_of(at("2026-02-11T04:59:00Z")), date("2026-02-10"));
    assert_eq!(calendar.time_of(at("2026-02-11T04:59:00Z")), time("23:59"));
}

#[test]
fn published_days_become_holidays_and_make_up_days() {
    let mut spec = spec("Asia/Shanghai", 0..5, &[("09:00", "12:00")]);
    spec.week[1] = windows(&[("10:00", "11:00")]);
    spec.overrides.insert(date("2026-02-28"), windows(&[("08:00", "09:00")]));
    let days = |list: &[&str]| list.iter().map(|text| date(text)).collect::<Vec<_>>();
    spec.observe(
        days(&["2026-02-16", "2026-02-28"]),
        days(&["2026-02-14", "2026-02-24", "2026-02-28"]),
        [2026],
    );
    assert_eq!(spec.overrides[&date("2026-02-14")], windows(&[("09:00", "12:00")]), "a Saturday");
    assert_eq!(spec.overrides[&date("2026-02-24")], windows(&[("10:00", "11:00")]), "a Tuesday");
    assert_eq!(spec.overrides[&date("2026-02-28")], windows(&[("08:00", "09:00")]), "as it was");
    assert_eq!(spec.contradictions(), [date("2026-02-28")]);
    let calendar = compile(spec);
    assert_eq!(calendar.years_missing(2025, 2027), [2025, 2027]);
}

/// Zones with and without clock changes, with changes of half an hour, at midnight, of a whole day.
const ZONES: [&str; 12] = [
    "Asia/Shanghai",
    "Asia/Kathmandu",
    "America/New_York",
    "America/St_Johns",
    "America/Sao_Paulo",
    "America/Havana",
    "Europe/Berlin",
    "Africa/Casablanca",
    "Antarctica/Troll",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Asia/Tehran",
];
/// Days in a scenario; windows are written on all but the two at each end.
const DAYS: i32 = 16;
/// Local times of a scenario are multiples of this.
const STEP_MINUTES: i32 = 5;

/// A fortnight around a clock change, open as chance will have it.
#[derive(Debug)]
struct Scenario {
    first: Date,
    spec: CalendarSpec,
}

fn any_windows(count: std::ops::Range<usize>) -> impl Strategy<Value = Vec<Window>> {
    let window = (0..300_i32, 1..200_i32).prop_map(|(from, length)| {
        let from_s = from * STEP_MINUTES * 60;
        Window { from_s, to_s: (from_s + length * STEP_MINUTES * 60).min(2 * DAY_S) }
    });
    prop::collection::vec(window, count)
}

fn any_scenario() -> impl Strategy<Value = Scenario> {
    let dated = || prop::collection::btree_map(0..DAYS, any_windows(0..3), 0..4);
    (
        prop::sample::select(ZONES.to_vec()),
        1..40_usize,
        0..10_i32,
        prop::array::uniform7(any_windows(0..3)),
        prop::collection::btree_set(0..DAYS, 0..4),
        dated(),
        dated(),
    )
        .prop_map(|(name, nth_change, days_before, week, holidays, overrides, breaks)| {
            let zone = zone(name);
            let change = zone.following(at("2008-01-01T00:00:00Z").jiff()).nth(nth_change);
            let around = change.map_or(at("2026-05-01T00:00:00Z").jiff(), |c| c.timestamp());
            let first = days_after(zone.to_datetime(around).date(), -3 - days_before);
            let mut spec = CalendarSpec::new(zone);
            spec.week = week;
            spec.holidays = holidays.iter().map(|day| days_after(first, *day)).collect();
            let by_date = |days: BTreeMap<i32, Vec<Window>>| {
                days.into_iter().map(|(day, list)| (days_after(first, day), list)).collect()
            };
            spec.overrides = by_date(overrides);
            spec.breaks = by_date(breaks);
            Scenario { first, spec }
        })
}

fn days_after(date: Date, days: i32) -> Date {
    date.checked_add(Span::new().days(days)).expect("far from the end of time")
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn arithmetic_agrees_with_a_walk_by_minutes(
        scenario in any_scenario(),
        from in 0.0..1.0_f64,
        to in 0.0..1.0_f64,
        minutes in 1..4_000_i64,
    ) {
        let minute = Minutes::of(&scenario);
        let year = scenario.first.year();
        let Ok(calendar) = Calendar::compile_years(scenario.spec.clone(), year - 1..=year + 1) else {
            prop_assert!(!minute.open.contains(&true), "refused although it is open");
            return Ok(());
        };
        let last = minute.open.len() as f64;
        let (from, to) = ((from * last) as usize, (to * last) as usize);
        let (first, second) = (from.min(to), from.max(to));
        let walked = minute.count(first, second) * MINUTE_MS;
        prop_assert_eq!(calendar.measure(minute.at(first), minute.at(second)), walked);
        prop_assert_eq!(calendar.measure(minute.at(second), minute.at(first)), -walked);
        prop_assert_eq!(calendar.is_open(minute.at(from)), minute.open[from]);
        if let Some(next) = (from..minute.open.len()).find(|index| minute.open[*index]) {
            prop_assert_eq!(calendar.next_open(minute.at(from)), Some(minute.at(next)));
        }
        if let Some(want) = minute.add(from, minutes) {
            prop_assert_eq!(calendar.add(minute.at(from), minutes * MINUTE_MS), minute.at(want));
        }
        if let Some(want) = minute.sub(from, minutes) {
            prop_assert_eq!(calendar.sub(minute.at(from), minutes * MINUTE_MS), minute.at(want));
        }
    }

    #[test]
    fn add_then_measure_gives_the_span_back(
        scenario in any_scenario(),
        offset_ms in 0..1_300_000_000_i64,
        ms in 1..300_000_000_i64,
    ) {
        let year = scenario.first.year();
        let Ok(calendar) = Calendar::compile_years(scenario.spec, year - 1..=year + 2) else {
            return Ok(());
        };
        let start = calendar.at(scenario.first, Time::midnight()).plus_ms(offset_ms);
        let added = calendar.add(start, ms);
        if added != Timestamp::NEVER {
            prop_assert_eq!(calendar.measure(start, added), ms);
            prop_assert_eq!(calendar.sub(added, ms), calendar.next_open(start).unwrap_or(start));
        }
    }

    #[test]
    fn working_days_agree_with_a_walk_by_days(
        scenario in any_scenario(),
        day in 0..DAYS,
        days in 1..30_u32,
    ) {
        let year = scenario.first.year();
        let Ok(calendar) = Calendar::compile_years(scenario.spec, year - 1..=year + 1) else {
            return Ok(());
        };
        let start = days_after(scenario.first, day);
        let walk = |step: i32| {
            (1..300)
                .map(|n| days_after(start, n * step))
                .filter(|date| calendar.opening(*date).is_some())
                .nth(days as usize - 1)
        };
        if let Some(want) = walk(1) {
            prop_assert_eq!(calendar.add_workdays(start, days), Some(want));
        }
        if let Some(want) = walk(-1) {
            prop_assert_eq!(calendar.sub_workdays(start, days), Some(want));
        }
    }
}
