//! Rules of holiday data, on the published files.

use std::{
    fs,
    path::{Path, PathBuf},
};

use jiff::{
    civil::{Time, Weekday, date},
    tz::TimeZone,
};

use super::*;
use crate::core::{
    calendar::{Calendar, Window},
    timestamp::Timestamp,
};

/// The shared folder of published data beside the repository.
fn shared() -> PathBuf {
    std::env::var_os("DUBAN_SHARED")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"), PathBuf::from)
}

fn text(path: &str) -> String {
    let path = shared().join(path);
    let bytes = fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    decode(&bytes).into_owned()
}

/// All files of a folder with this ending, by name.
fn files(folder: &str, ending: &str) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = fs::read_dir(shared().join(folder))
        .expect("the shared folder is there")
        .map(|entry| entry.expect("a readable folder").path())
        .filter(|path| path.extension().is_some_and(|found| found == ending))
        .collect();
    paths.sort();
    paths
}

fn read(path: &Path) -> Result<Holidays, HolidaysError> {
    Holidays::read(&path.to_string_lossy(), &decode(&fs::read(path).expect("a readable file")))
}

fn merged(folder: &str, prefix: &str) -> Holidays {
    let mut all = Holidays::default();
    for path in files(folder, "json") {
        if path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(prefix)) {
            all.merge(read(&path).expect("a good file"));
        }
    }
    all
}

/// Monday to Friday 09:00-12:00 and 14:00-18:00, and what `holidays` says.
fn calendar(holidays: &Holidays) -> Calendar {
    let mut spec = CalendarSpec::new(TimeZone::get("Asia/Shanghai").expect("a zone"));
    for day in &mut spec.week[..5] {
        *day = vec![
            Window { from_s: 9 * 3_600, to_s: 12 * 3_600 },
            Window { from_s: 14 * 3_600, to_s: 18 * 3_600 },
        ];
    }
    holidays.apply(&mut spec);
    assert_eq!(spec.contradictions(), [], "no date is both");
    Calendar::compile(spec).expect("it is open")
}

#[test]
fn every_shared_calendar_loads() {
    let mut count = 0;
    for folder in ["data/calendars", "data/calendars/holiday-cn", "data/calendars/thunderbird"] {
        for path in files(folder, "json").into_iter().chain(files(folder, "ics")) {
            let holidays =
                read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            let days = holidays.rest.len() + holidays.skipped.len();
            assert!(days > 0, "{} has days", path.display());
            count += 1;
        }
    }
    assert_eq!(count, 94, "files in the folders");
}

#[test]
fn the_same_notices_read_alike_from_json_and_ics() {
    for path in files("data/calendars/holiday-cn", "json") {
        let json = read(&path).expect("a good file");
        let ics = read(&path.with_extension("ics")).expect("a good file");
        let name = path.display();
        assert!(json.rest.keys().eq(ics.rest.keys()), "{name}: rest days");
        assert!(json.work.keys().eq(ics.work.keys()), "{name}: make-up days");
        assert_eq!(json.years, ics.years, "{name}: years");
    }
    for year in 2023..=2025 {
        let json = merged("data/calendars/holiday-cn", &year.to_string());
        let feed = Holidays::from_ics(&text("data/calendars/shuyz_holidayCal.ics")).expect("good");
        let of = |days: &BTreeMap<Date, String>| -> Vec<Date> {
            days.keys().copied().filter(|date| date.year() == year).collect()
        };
        assert_eq!(of(&json.rest), of(&feed.rest), "{year}: rest days of the other feed");
        assert_eq!(of(&json.work), of(&feed.work), "{year}: make-up days of the other feed");
    }
}

#[test]
fn the_two_json_shapes_agree() {
    let days = merged("data/calendars/holiday-cn", "20");
    let rest = merged("domain/holidays", "cn-");
    for year in 2019..=2026 {
        let of = |days: &BTreeMap<Date, String>| -> Vec<Date> {
            days.keys().copied().filter(|date| date.year() == year).collect()
        };
        assert_eq!(of(&days.rest), of(&rest.rest), "{year}: rest days");
        assert_eq!(of(&days.work), of(&rest.work), "{year}: make-up days");
    }
    assert_eq!(rest.years, (2019..=2026).collect());
}

#[test]
fn years_count_their_working_days() {
    let calendar = calendar(&merged("data/calendars/holiday-cn", "20"));
    let truth: serde_json::Value =
        serde_json::from_str(&text("data/truth.json")).expect("good JSON");
    let years = truth["china_working_days_per_year"].as_object().expect("a table of years");
    assert!(years.len() > 15, "{} years", years.len());
    for (year, want) in years {
        let first = date(year.parse().expect("a year"), 1, 1);
        let days = || first.series(jiff::Span::new().days(1)).take(first.days_in_year() as usize);
        let weekend = |day: &Date| matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
        let working = days().filter(|day| calendar.is_workday(*day)).count();
        let made_up = days().filter(|day| calendar.is_workday(*day) && weekend(day)).count();
        let off = days().filter(|day| !calendar.is_workday(*day) && !weekend(day)).count();
        assert_eq!(want["working_days"], working, "{year}: working days");
        assert_eq!(want["make_up_working_days_on_weekend"], made_up, "{year}: make-up days");
        assert_eq!(want["weekdays_off"], off, "{year}: weekdays off");
    }
}

#[test]
fn working_days_end_where_the_vectors_say() {
    let calendar = calendar(&merged("domain/holidays", "cn-"));
    let file: serde_json::Value =
        serde_json::from_str(&text("domain/holidays/vectors.json")).expect("good JSON");
    let vectors = file["vectors"].as_array().expect("a list");
    assert!(vectors.len() >= 20, "{} vectors", vectors.len());
    for vector in vectors {
        let start = parse_date(vector["start"].as_str().expect("text")).expect("a date");
        let days = vector["add_workdays"].as_u64().expect("a number") as u32;
        let due = calendar.add_workdays(start, days).expect("within the years");
        assert_eq!(vector["due_date"], due.to_string(), "{vector}");
        assert_eq!(vector["start_is_workday"], calendar.is_workday(start), "{vector}");
    }
}

#[test]
fn deadlines_of_a_real_board_are_found_again() {
    let calendar = calendar(&merged("data/calendars/holiday-cn", "20"));
    let path = shared().join("data/vectors/cn_working_day_deadlines.csv.zst");
    let packed = fs::File::open(path).expect("the vectors are there");
    let mut rows = csv::Reader::from_reader(zstd::Decoder::new(packed).expect("a zstd file"));
    let spans: Vec<(usize, u32)> = rows
        .headers()
        .expect("a header")
        .iter()
        .enumerate()
        .filter_map(|(column, name)| {
            let days = name.strip_prefix("deadline_")?.strip_suffix("wd")?;
            Some((column, days.parse().expect("a number of days")))
        })
        .collect();
    assert_eq!(spans.len(), 6, "deadline columns");
    let mut count = 0;
    for row in rows.records() {
        let row = row.expect("a good row");
        let received = calendar.date_of(Timestamp::parse(&row[1]).expect("an instant"));
        for (column, days) in &spans {
            let last = calendar.add_workdays(received, *days).expect("within the years");
            let due = calendar.at(last.tomorrow().expect("no end of time"), Time::midnight());
            let want = Timestamp::parse(&row[*column]).expect("an instant");
            assert_eq!(due, want, "{} {days}wd", &row[0]);
            count += 1;
        }
    }
    assert!(count > 11_000, "{count} deadlines");
}

#[test]
fn years_without_a_notice_are_named() {
    let calendar = calendar(&merged("domain/holidays", "cn-"));
    assert_eq!(calendar.years_missing(2018, 2028), [2018, 2027, 2028]);
    assert_eq!(calendar.years_missing(2020, 2025), Vec::<i16>::new());
}

#[test]
fn a_later_file_is_right() {
    let day = |date: &str, off: bool| {
        let text =
            format!(r#"{{"year":2026,"days":[{{"name":"x","date":"{date}","isOffDay":{off}}}]}}"#);
        Holidays::from_json(&text).expect("good")
    };
    let mut all = day("2026-05-01", true);
    all.merge(day("2026-05-02", true));
    all.merge(day("2026-05-01", false));
    assert_eq!(all.rest.keys().map(ToString::to_string).collect::<Vec<_>>(), ["2026-05-02"]);
    assert_eq!(all.work.keys().map(ToString::to_string).collect::<Vec<_>>(), ["2026-05-01"]);
}

#[test]
fn bad_json_says_what_and_where() {
    #[rustfmt::skip]
    let table = [
        ("not JSON", "BEGIN:VCALENDAR", "not holiday data in JSON: expected value at line 1 column 1"),
        ("no days", "{\"year\":2026}", "no holiday data: expected `days` (with `date` and `isOffDay`), `rest` and `makeup`, or a list of dates named `holidays`"),
        ("bad date", r#"{"year":2026,"rest":[{"date":"2026-01-01"},{"date":"2026-02-30"}]}"#, "`rest` entry 2: `2026-02-30` is not a date; write `YYYY-MM-DD`"),
        ("other year", r#"{"year":2026,"rest":[{"date":"2062-01-01"}]}"#, "`rest`: 2062-01-01 does not belong into a file for the year 2026"),
        ("both", r#"{"year":2026,"rest":[{"date":"2026-01-01"}],"makeup":[{"date":"2026-01-01"}]}"#, "2026-01-01 is both a rest day and a working day; keep one of them"),
    ];
    for (name, text, want) in table {
        let error = Holidays::from_json(text).expect_err(name);
        assert_eq!(error.to_string(), want, "{name}");
    }
}

#[test]
fn the_ending_of_the_name_decides() {
    let toml = "year = 2026\nrest = [{ date = \"2026-01-01\", name = \"x\" }]\n";
    let json = r#"{"year":2026,"rest":[{"date":"2026-01-01","name":"x"}]}"#;
    let ics = feed("SUMMARY:x\nDTSTART:20260101");
    let days = |name: &str, text: &str| Holidays::read(name, text).map(|holidays| holidays.rest);
    let want = BTreeMap::from([(date(2026, 1, 1), "x".to_owned())]);
    for (name, text) in [("h/a.toml", toml), ("h/a.json", json), ("h/a.ICS", &ics)] {
        assert_eq!(days(name, text).expect(name), want, "{name}");
    }
    let error = days("h/a.csv", json).expect_err("no such format");
    assert_eq!(
        error.to_string(),
        "`h/a.csv` is no holiday file; its name must end in `.json`, `.ics` or `.toml`"
    );
}

#[test]
fn errors_know_their_place_in_the_file() {
    #[rustfmt::skip]
    let table = [
        ("a.json", "{\"year\":2026,\n \"rest\":[{\"date\":\"2026-13-01\"}]}", "2026-13-01"),
        ("a.json", "{\"year\":2026,\n \"rest\":[}", "}"),
        ("a.toml", "year = 2026\nrest = [\n", ""),
        ("a.ics",  "BEGIN:VCALENDAR\nEND:VEVENT\n", "END:VEVENT"),
    ];
    for (name, text, want) in table {
        let error = Holidays::read(name, text).expect_err(name);
        assert_eq!(&text[error.place_in(text)], want, "{name} {text}: {error}");
    }
}

/// A feed of one event.
fn feed(event: &str) -> String {
    format!(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:u1\r\n{event}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )
}

#[test]
fn events_become_days() {
    #[rustfmt::skip]
    let table = [
        // name                    event                                                                              rest                      work          skipped
        ("one day",                "SUMMARY:A\nDTSTART;VALUE=DATE:20260101\nDTEND;VALUE=DATE:20260102",               "2026-01-01",             "",           ""),
        ("two days",               "SUMMARY:A\nDTSTART;VALUE=DATE:20260101\nDTEND;VALUE=DATE:20260103",               "2026-01-01 2026-01-02",  "",           ""),
        ("end equal to start",     "SUMMARY:A\nDTSTART;VALUE=DATE:20260101\nDTEND;VALUE=DATE:20260101",               "2026-01-01",             "",           ""),
        ("no end",                 "SUMMARY:A\nDTSTART;VALUE=DATE:20260101",                                          "2026-01-01",             "",           ""),
        ("duration",               "SUMMARY:A\nDTSTART;VALUE=DATE:20260101\nDURATION:P2D",                            "2026-01-01 2026-01-02",  "",           ""),
        ("no VALUE=DATE",          "SUMMARY:A\nDTSTART:20260101\nDTEND:20260102",                                     "2026-01-01",             "",           ""),
        ("midnight to midnight",   "SUMMARY:A\nDTSTART:20260101T000000\nDTEND:20260102T000000",                       "2026-01-01",             "",           ""),
        ("timed",                  "SUMMARY:A\nDTSTART:20260101T190000\nDTEND:20260101T200000",                       "",                       "",           "2026-01-01"),
        ("timed make-up day",      "SUMMARY:春节 补班\nDTSTART:20260214T090000\nDTEND:20260214T180000",                  "",                       "2026-02-14", ""),
        ("whole make-up day",      "SUMMARY:上班(补春节假期)\nDTSTART;VALUE=DATE:20260214",                               "",                       "2026-02-14", ""),
        ("no work is rest",        "SUMMARY:不上班\nDTSTART;VALUE=DATE:20260214",                                      "2026-02-14",             "",           ""),
        ("Workers' Day is rest",   "SUMMARY:Workers' Day\nDTSTART;VALUE=DATE:20260501",                               "2026-05-01",             "",           ""),
        ("cancelled",              "SUMMARY:A\nSTATUS:CANCELLED\nDTSTART;VALUE=DATE:20260101",                        "",                       "",           ""),
        ("rule",                   "SUMMARY:A\nDTSTART;VALUE=DATE:20260101\nRRULE:FREQ=YEARLY;COUNT=2",               "2026-01-01 2027-01-01",  "",           ""),
        ("rule with exception",    "SUMMARY:A\nDTSTART;VALUE=DATE:20260101\nRRULE:FREQ=YEARLY;COUNT=2\nEXDATE;VALUE=DATE:20270101", "2026-01-01", "",           ""),
        ("further date",           "SUMMARY:A\nDTSTART;VALUE=DATE:20260101\nRDATE;VALUE=DATE:20260301,20260302",      "2026-01-01 2026-03-01 2026-03-02", "", ""),
        ("folded before the colon", "SUMMARY\n :A\nDTSTART\n ;VALUE=DATE\n :20260101",                                "2026-01-01",             "",           ""),
        ("moved occurrence",       "SUMMARY:A\nDTSTART;VALUE=DATE:20260101\nRRULE:FREQ=YEARLY;COUNT=2\nEND:VEVENT\nBEGIN:VEVENT\nUID:u1\nSUMMARY:A\nRECURRENCE-ID;VALUE=DATE:20270101\nDTSTART;VALUE=DATE:20270104", "2026-01-01 2027-01-04", "", ""),
        ("two calendars",          "SUMMARY:A\nDTSTART:20260101\nEND:VEVENT\nEND:VCALENDAR\nBEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20260102", "2026-01-01 2026-01-02", "", ""),
    ];
    for (name, event, rest, work, skipped) in table {
        let got = Holidays::from_ics(&feed(event)).unwrap_or_else(|e| panic!("{name}: {e}"));
        let list = |days: &BTreeMap<Date, String>| {
            days.keys().map(ToString::to_string).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(list(&got.rest), rest, "{name}: rest");
        assert_eq!(list(&got.work), work, "{name}: work");
        assert_eq!(list(&got.skipped), skipped, "{name}: skipped");
    }
}

#[test]
fn an_empty_feed_has_no_days() {
    let got = Holidays::from_ics("BEGIN:VCALENDAR\nVERSION:2.0\nEND:VCALENDAR").expect("good");
    assert_eq!(got, Holidays::default());
}

#[test]
fn broken_feeds_say_what_and_where() {
    let deep = format!("BEGIN:VCALENDAR\n{}", "BEGIN:VEVENT\n".repeat(100_000));
    #[rustfmt::skip]
    let table = [
        ("empty", String::new(), "not an iCalendar file: it does not begin with `BEGIN:VCALENDAR`"),
        ("web page", "<!DOCTYPE html><html>".into(), "not an iCalendar file: it does not begin with `BEGIN:VCALENDAR`"),
        ("cut off", "BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:x".into(), "not an iCalendar file: line 2: `BEGIN:VEVENT` is never closed; is the file complete?"),
        ("crossed", "BEGIN:VCALENDAR\nBEGIN:VEVENT\nEND:VCALENDAR".into(), "not an iCalendar file: line 3: `END:VCALENDAR` where `BEGIN:VEVENT` of line 2 is open"),
        ("stray line", feed("oops"), "not an iCalendar file: line 5: `oops` has no `:`"),
        ("after the end", feed("DTSTART:20260101") + "X:1\n", "not an iCalendar file: line 8: `X:1` is outside a calendar"),
        ("too deep", deep, "not an iCalendar file: line 9: nested deeper than 8"),
        ("other calendar", "BEGIN:VCALENDAR\nCALSCALE:JALALI\nEND:VCALENDAR".into(), "`CALSCALE:JALALI` is not supported; holiday dates must be Gregorian (`CALSCALE:GREGORIAN`)"),
        ("no start", feed("SUMMARY:x"), "event `x` (UID `u1`): `DTSTART` is missing"),
        ("bad start", feed("SUMMARY:x\nDTSTART:20260230"), "event `x` (UID `u1`): `DTSTART` is `20260230`; expected a date such as `20260101`"),
        ("ends before", feed("SUMMARY:x\nDTSTART:20260102\nDTEND:20260101"), "event `x` (UID `u1`): it lasts -1 days; a holiday lasts 1 to 366"),
        ("never ends", feed("SUMMARY:x\nDTSTART:20260102\nDTEND:20990101"), "event `x` (UID `u1`): it lasts 26662 days; a holiday lasts 1 to 366"),
        ("monthly", feed("SUMMARY:x\nDTSTART:20260101\nRRULE:FREQ=MONTHLY"), "event `x` (UID `u1`): `RRULE` is `FREQ=MONTHLY`; expected FREQ=YEARLY or WEEKLY with INTERVAL, COUNT, UNTIL, BYMONTH, BYMONTHDAY, BYDAY"),
    ];
    for (name, text, want) in table {
        let error = Holidays::from_ics(&text).expect_err(name);
        assert_eq!(error.to_string(), want, "{name}");
    }
}
