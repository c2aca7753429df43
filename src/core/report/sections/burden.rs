//! What the machine asks of people (M13): messages per person and day.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::{Words, named};
use crate::core::report::{
    compose::{Beside, Told},
    document::{Cell, Section},
    gather::Gathering,
    numbers::{Spread, spread},
};

/// Messages of a unit's people.
#[derive(Default)]
struct Load<'t> {
    messages: u64,
    texts: u64,
    people: BTreeSet<&'t str>,
    days: BTreeMap<(&'t str, Date), u64>,
}

impl<'t> Load<'t> {
    fn take(&mut self, told: &'t Told, day: Date) {
        self.messages += told.count;
        self.texts += if told.via == "sms" { told.count } else { 0 };
        self.people.insert(&told.who);
        *self.days.entry((&told.who, day)).or_default() += told.count;
    }

    fn spread(&self) -> Option<Spread> {
        spread(self.days.values().copied().collect())
    }
}

/// The burden of all, and by unit.
pub fn sections(all: &Gathering<'_>, beside: &Beside, words: &Words<'_>) -> Vec<Section> {
    let calendar = &words.set.calendar;
    let mut whole = Load::default();
    let mut units: BTreeMap<&str, Load<'_>> = BTreeMap::new();
    for told in &beside.told {
        let day = calendar.date_of(told.at);
        whole.take(told, day);
        units.entry(&told.unit).or_default().take(told, day);
    }
    let slips: u64 = all.steps.values().map(|count| count.sent + count.withdrawn).sum();
    let forms: u64 = all.steps.values().map(|count| count.asked).sum();
    let row = |name: Cell, load: &Load<'_>| {
        let days = load.spread();
        let of = |pick: fn(&Spread) -> u64| {
            days.as_ref().map_or(Cell::NOTHING, |days| Cell::Count(pick(days)))
        };
        vec![
            name,
            Cell::Count(load.messages),
            Cell::Count(load.texts),
            Cell::Count(load.people.len() as u64),
            of(|days| days.count),
            days.as_ref().map_or(Cell::NOTHING, |days| Cell::text(days.median())),
            of(|days| days.p95),
            of(|days| days.max),
        ]
    };
    let rows = units.iter().map(|(unit, load)| row(words.unit(unit), load));
    let table = Section::new("burden", "通知负担", "Burden of messages")
        .note(
            "人日=某人收到至少一条通知的一天;中位数与95分位按人日计(名次法)。",
            "A person-day is a day on which somebody got at least one message; median and 95th percentile are over person-days, by rank.",
        )
        .columns(&[
            ("unit", "单位", "unit"),
            ("messages", "通知", "messages"),
            ("texts", "其中短信", "of them SMS"),
            ("people", "人数", "people"),
            ("person_days", "人日", "person-days"),
            ("median", "每人日中位", "a day, median"),
            ("p95", "每人日95分位", "a day, 95 %"),
            ("max", "最多", "most"),
        ])
        .rows(rows.chain([row(named("all", "全市", "all"), &whole)]));
    let asked = Section::new("asked", "单据与填报", "Slips and replies asked for")
        .columns(&[("what", "项目", ""), ("count", "件数", "count")])
        .rows([
            vec![named("slips", "发出督办单", "Slips issued"), Cell::Count(slips)],
            vec![named("forms", "要求书面回复", "Replies asked for"), Cell::Count(forms)],
        ]);
    vec![table, asked]
}
