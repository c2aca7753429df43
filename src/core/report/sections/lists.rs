//! Sections that name tickets.

use jiff::tz::TimeZone;

use super::{Words, named};
use crate::core::{
    report::{
        document::{Cell, Section},
        gather::{Gathering, Hard},
        kind::Kind,
        lists::Listed,
    },
    timestamp::Timestamp,
};

/// 签、清、督.
pub fn three(all: &Gathering<'_>, words: &Words<'_>) -> Vec<Section> {
    let lists = &all.lists;
    let is_closing = all.scope.kind == Kind::Closing;
    #[rustfmt::skip]
    let parts = [
        ("sign",      "签:今日应签收", "To accept today",   &lists.sign),
        ("clear",     "清:今日应办结", "To resolve today",  &lists.clear),
        ("supervise", "督:在督工单",   "Under supervision", &lists.supervise),
    ];
    let section = |(id, zh, en, rows): (&str, &str, &str, &Vec<Listed>)| {
        let rows = rows.iter().map(|row| listed(row, is_closing, words));
        Section::new(id, zh, en)
            .columns(&[
                ("unit", "单位", "unit"),
                ("ticket", "工单", "ticket"),
                ("due", "时限", "due"),
                ("slip", "督办单", "slip"),
                ("state", "状态", "state"),
            ])
            .rows(rows)
    };
    let mut sections: Vec<Section> = parts.into_iter().map(section).collect();
    sections.insert(0, by_unit(all, words));
    sections
}

fn listed(row: &Listed, is_closing: bool, words: &Words<'_>) -> Vec<Cell> {
    let state = match (row.done, is_closing) {
        (true, _) => named("done", "已完成", "done"),
        (false, true) => named("left", "未完成", "left"),
        (false, false) => named("open", "待办", "to do"),
    };
    let slip = if row.slip.is_empty() { Cell::NOTHING } else { Cell::Said(words.slip(&row.slip)) };
    vec![words.unit(&row.unit), Cell::text(&row.ticket), moment(row.due, words), slip, state]
}

/// How many each unit has on each list.
fn by_unit(all: &Gathering<'_>, words: &Words<'_>) -> Section {
    let lists = [&all.lists.sign, &all.lists.clear, &all.lists.supervise];
    let mut units: Vec<&String> =
        lists.iter().flat_map(|l| l.iter().map(|row| &row.unit)).collect();
    units.sort();
    units.dedup();
    let count = |list: &[Listed], unit: &str| {
        Cell::Count(list.iter().filter(|row| row.unit == unit && !row.done).count() as u64)
    };
    let rows = units.into_iter().map(|unit| {
        let counts = lists.iter().map(|list| count(list, unit));
        [words.unit(unit)].into_iter().chain(counts).collect()
    });
    let left =
        if all.scope.kind == Kind::Closing { ("未完成", "left") } else { ("待办", "to do") };
    Section::new("by_unit", &format!("各单位{}", left.0), &format!("By unit, {}", left.1))
        .columns(&[
            ("unit", "单位", "unit"),
            ("sign", "签", "accept"),
            ("clear", "清", "resolve"),
            ("supervise", "督", "supervised"),
        ])
        .rows(rows)
}

/// The tickets that have been open longest.
pub fn oldest(all: &Gathering<'_>, words: &Words<'_>) -> Section {
    hard(Section::new("oldest", "办理时间最长的在办工单", "Open longest"), &all.oldest, all, words)
}

/// The tickets that were sent back.
pub fn returning(all: &Gathering<'_>, words: &Words<'_>) -> Section {
    hard(
        Section::new("returning", "退回重办的在办工单", "Sent back and open"),
        &all.returning,
        all,
        words,
    )
}

fn hard(section: Section, list: &[Hard], all: &Gathering<'_>, words: &Words<'_>) -> Section {
    const DAY_MS: i64 = 86_400_000;
    let rows = list.iter().map(|one| {
        let days = all.scope.as_of.since(one.since).max(0) / DAY_MS;
        let hung = if one.is_hung { named("hung", "挂账", "hung") } else { Cell::NOTHING };
        vec![
            Cell::text(&one.ticket),
            words.unit(&one.unit),
            moment(one.since, words),
            Cell::Count(days.cast_unsigned()),
            Cell::Count(u64::from(one.rounds)),
            one.due.map_or(Cell::NOTHING, |due| moment(due, words)),
            hung,
        ]
    });
    section
        .columns(&[
            ("ticket", "工单", "ticket"),
            ("unit", "单位", "unit"),
            ("since", "受理", "since"),
            ("days", "天数", "days"),
            ("round", "轮次", "round"),
            ("due", "下一时限", "next due"),
            ("ledger", "台账", "ledger"),
        ])
        .rows(rows)
}

fn moment(at: Timestamp, words: &Words<'_>) -> Cell {
    let zone: &TimeZone = words.set.calendar.zone();
    Cell::text(zone.to_datetime(at.jiff()).strftime("%Y-%m-%d %H:%M").to_string())
}
