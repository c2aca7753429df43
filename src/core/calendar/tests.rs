//! Rules of the calendar: tables for the edges, a naive walk as the oracle.

use super::*;

fn spec(zone: &str, days: &[usize], windows: &[(&str, &str)]) -> CalendarSpec {
    let mut spec = CalendarSpec::new(TimeZone::get(zone).expect("a zone of the database"));
    for day in days {
        spec.week[*day] =
            windows.iter().map(|(a, b)| Window::parse(a, b).expect("a good window")).collect();
    }
    spec
}

#[test]
fn a_calendar_without_open_time_is_refused() {
    let got = Calendar::compile(spec("Asia/Shanghai", &[], &[])).map(|_| ());
    assert_eq!(got, Err(CalendarError::NeverOpen { from: 1990, to: 2100 }));
}
