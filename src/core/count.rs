//! What a city counts beside clocks and slips: reminders face to face, dispatch meetings, the
//! level a matter was solved at, answers given on the call.
//!
//! Invariants: `one_meeting_on_many_tickets_counts_once`, `shares_sum_to_the_whole`.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{
    calendar::Calendar,
    event::{Event, Kind},
};

/// One `[[count]]` of a policy set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CountRule {
    pub id: String,
    pub zh: String,
    pub en: String,
    /// The kinds of events that are counted.
    pub on: Vec<Kind>,
    /// What `data` must say for an event to count, as text.
    pub when: BTreeMap<String, String>,
    pub by: CountBy,
    /// Events that say the same under this key of `data` count once: the number of a meeting.
    pub once_per: Option<String>,
}

/// What separates the counts of a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CountBy {
    Year,
    Month,
    Day,
    Unit,
    Source,
    /// A key of `data`, or `category`, `urgency`, `area`.
    Data(String),
}

impl CountBy {
    /// The names a policy may write instead of a key of `data`.
    pub const NAMED: [(&'static str, Self); 5] = [
        ("year", Self::Year),
        ("month", Self::Month),
        ("day", Self::Day),
        ("unit", Self::Unit),
        ("source", Self::Source),
    ];
}

/// Counts of one rule, by what separates them.
pub type Counted = BTreeMap<String, u64>;

/// Counts that grow event by event.
#[derive(Clone, Debug, Default)]
pub struct Counts {
    of_rule: BTreeMap<String, Counted>,
    seen: BTreeSet<(String, String, String)>,
}

impl Counts {
    /// Takes in one event that was not refused.
    pub fn add(&mut self, rules: &[CountRule], calendar: &Calendar, event: &Event) {
        for rule in rules.iter().filter(|rule| rule.on.contains(&event.kind)) {
            let says = |(key, want): (&String, &String)| word(event, key).as_ref() == Some(want);
            if !rule.when.iter().all(says) {
                continue;
            }
            let key = rule.value(calendar, event);
            let once = rule.once_per.as_ref().and_then(|once| word(event, once));
            let is_new =
                once.is_none_or(|once| self.seen.insert((rule.id.clone(), key.clone(), once)));
            if is_new {
                *self.of_rule.entry(rule.id.clone()).or_default().entry(key).or_default() += 1;
            }
        }
    }

    /// By rule, then by what separates its counts.
    pub fn all(&self) -> &BTreeMap<String, Counted> {
        &self.of_rule
    }
}

impl CountRule {
    fn value(&self, calendar: &Calendar, event: &Event) -> String {
        let date = calendar.date_of(event.at);
        let said = match &self.by {
            CountBy::Year => return date.strftime("%Y").to_string(),
            CountBy::Month => return date.strftime("%Y-%m").to_string(),
            CountBy::Day => return date.to_string(),
            CountBy::Unit => event.unit.clone(),
            CountBy::Source => event.source.clone(),
            CountBy::Data(key) => word(event, key),
        };
        said.unwrap_or_default()
    }
}

/// A value of `data`, or of the event itself, as text.
fn word(event: &Event, key: &str) -> Option<String> {
    let own = match key {
        "category" => event.category.as_ref(),
        "urgency" => event.urgency.as_ref(),
        "area" => event.area.as_ref(),
        _ => None, // everything else is in `data`
    };
    if let Some(own) = own {
        return Some(own.clone());
    }
    match event.data.get(key)? {
        Value::String(text) => Some(text.clone()),
        Value::Bool(switch) => Some(switch.to_string()),
        Value::Number(number) => Some(number.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// Each count's share in hundredths of a percent; together always 10 000, unless nothing was counted.
/// What rounding leaves goes to the largest remainders, then by name.
pub fn shares(counted: &Counted) -> BTreeMap<String, u32> {
    let whole: u128 = counted.values().map(|count| u128::from(*count)).sum();
    if whole == 0 {
        return BTreeMap::new();
    }
    let parts = counted.iter().map(|(key, count)| {
        let scaled = u128::from(*count) * 10_000;
        (key, (scaled / whole) as u32, scaled % whole)
    });
    let mut parts: Vec<(&String, u32, u128)> = parts.collect();
    let given: u32 = parts.iter().map(|(_, share, _)| share).sum();
    parts.sort_by(|a, b| b.2.cmp(&a.2).then(a.0.cmp(b.0)));
    let left = (10_000 - given) as usize;
    let extra = |rank: usize| u32::from(rank < left);
    parts
        .into_iter()
        .enumerate()
        .map(|(rank, (key, share, _))| (key.clone(), share + extra(rank)))
        .collect()
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::*;
    use crate::core::{
        calendar::{CalendarSpec, Window},
        timestamp::Timestamp,
    };

    fn calendar() -> Calendar {
        let mut spec = CalendarSpec::new(TimeZone::get("Asia/Shanghai").expect("a zone"));
        spec.week.fill(vec![Window::parse("00:00", "24:00").expect("a window")]);
        Calendar::compile_years(spec, 2024..=2026).expect("a calendar")
    }

    fn rule(id: &str, on: &str, by: CountBy, once_per: Option<&str>) -> CountRule {
        CountRule {
            id: id.to_owned(),
            zh: id.to_owned(),
            en: id.to_owned(),
            on: vec![Kind::of(on)],
            when: BTreeMap::new(),
            by,
            once_per: once_per.map(str::to_owned),
        }
    }

    fn event(kind: &str, at: &str, data: Value) -> Event {
        let at = Timestamp::parse(&format!("{at}T12:00:00+08:00")).expect("an instant");
        let mut event = Event::new("W1", Kind::of(kind), at);
        let Value::Object(data) = data else { panic!("`data` is an object") };
        event.data = data;
        event
    }

    /// The year of the fixture: six reminders, eight dispatch meetings, four promotion meetings.
    #[test]
    fn one_meeting_on_many_tickets_counts_once() {
        let rules = [
            rule("reminders", "manual_reminder", CountBy::Year, None),
            rule("dispatch_meetings", "dispatch_meeting", CountBy::Year, Some("meeting")),
            rule("promotions", "promotion", CountBy::Year, Some("meeting")),
        ];
        let mut counts = Counts::default();
        let calendar = calendar();
        let mut add = |event: Event| counts.add(&rules, &calendar, &event);
        for month in 1..=6 {
            add(event("manual_reminder", &format!("2025-{month:02}-03"), serde_json::json!({})));
        }
        for meeting in 1..=8 {
            for _ticket in 0..3 {
                let data = serde_json::json!({ "meeting": meeting });
                add(event("dispatch_meeting", &format!("2025-{meeting:02}-10"), data));
            }
        }
        for meeting in 1..=4 {
            let data = serde_json::json!({ "meeting": meeting });
            add(event("promotion", &format!("2025-{meeting:02}-20"), data));
        }
        add(event("manual_reminder", "2024-12-31", serde_json::json!({})));
        let of = |id: &str| counts.all()[id].clone();
        let year = |year: &str, count| (year.to_owned(), count);
        assert_eq!(of("reminders"), BTreeMap::from([year("2024", 1), year("2025", 6)]));
        assert_eq!(of("dispatch_meetings"), BTreeMap::from([year("2025", 8)]));
        assert_eq!(of("promotions"), BTreeMap::from([year("2025", 4)]));
    }

    #[test]
    fn only_what_says_so_counts() {
        let mut on_call = rule("on_call", "received", CountBy::Day, None);
        on_call.when.insert("answered_on_call".to_owned(), "true".to_owned());
        let mut counts = Counts::default();
        for data in [
            serde_json::json!({ "answered_on_call": true }),
            serde_json::json!({ "answered_on_call": "true" }),
            serde_json::json!({ "answered_on_call": false }),
            serde_json::json!({}),
        ] {
            counts.add(
                std::slice::from_ref(&on_call),
                &calendar(),
                &event("received", "2026-05-07", data),
            );
        }
        assert_eq!(counts.all()["on_call"], BTreeMap::from([("2026-05-07".to_owned(), 2)]));
    }

    #[test]
    fn shares_sum_to_the_whole() {
        #[rustfmt::skip]
        let table = [
            ("thirds",         vec![("grid", 1), ("community", 1), ("street", 1)], vec![("community", 3_334), ("grid", 3_333), ("street", 3_333)]),
            ("exact",          vec![("grid", 3), ("city", 1)],                     vec![("city", 2_500), ("grid", 7_500)]),
            ("one is all",     vec![("grid", 7)],                                  vec![("grid", 10_000)]),
            ("a small one",    vec![("grid", 99_999), ("city", 1)],                vec![("city", 0), ("grid", 10_000)]),
            ("nothing",        vec![],                                             vec![]),
        ];
        for (name, counted, want) in table {
            let counted = counted.into_iter().map(|(key, n)| (key.to_owned(), n)).collect();
            let got = shares(&counted);
            let want: BTreeMap<String, u32> =
                want.into_iter().map(|(key, share)| (key.to_owned(), share)).collect();
            assert_eq!(got, want, "{name}");
            let sum: u32 = got.values().sum();
            assert_eq!(sum, if counted.is_empty() { 0 } else { 10_000 }, "{name}");
        }
    }
}
