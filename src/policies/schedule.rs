//! `[[schedule]]` and `[[season]]`: what recurs beside tickets.
//!
//! A season is a schedule of the year that opens an advance notice ahead of its day.

use std::collections::BTreeMap;

use jiff::civil::{Time, Weekday};

use super::{ladder::Names, reader::Item, section::Section, selector::selector, set::role_list};
use crate::core::{
    agenda::{Does, LIST, Listing, Opening, Reporting, Sampling, Schedule},
    list,
    policy::Via,
    report::Kind,
    schedule::{Every, On, Roll, Timetable},
    span::Span,
};

const WEEKDAYS: [(&str, Weekday); 7] = [
    ("mon", Weekday::Monday),
    ("tue", Weekday::Tuesday),
    ("wed", Weekday::Wednesday),
    ("thu", Weekday::Thursday),
    ("fri", Weekday::Friday),
    ("sat", Weekday::Saturday),
    ("sun", Weekday::Sunday),
];
/// How far ahead of its day a season is announced where nothing else is said.
const SEASON_LEAD: Span = Span::Days(7);
/// The clock time of a season's notice.
const SEASON_AT: Time = Time::constant(9, 0, 0, 0);
/// Of a thousand finished tickets, where a sample does not say.
const PERMILLE: u32 = 50;
/// What a sample tells the tickets it draws, where it does not say.
const SAMPLED: &str = "sampled";

/// Reads one `[[schedule]]`.
pub fn schedule(section: Section<'_>, names: &Names) -> Option<Schedule> {
    let (id, zh, en) = called(&section);
    let every = section.need("every").and_then(|item| item.word("a period", &Every::ALL));
    let once = section.get("once").and_then(|item| item.date());
    let on = match (section.get("on"), every) {
        (Some(item), Some(every)) => on(&item, every)?,
        (None, Some(Every::Week)) => On::Weekday(Weekday::Monday),
        (_, _) => On::First,
    };
    let at = section.need("at").and_then(|item| item.time());
    let roll =
        section.get("roll").and_then(|item| item.word("a way to avoid rest days", &Roll::ALL));
    let lead = section.span("lead");
    let does = does(&section, names);
    if does.is_none() {
        section.complain(format!(
            "schedule `{id}` does nothing: give it `list`, `open`, `sample`, `remind` or `report`"
        ));
    }
    section.finish();
    let table =
        Timetable { every: every?, on, at: at?, roll: roll.unwrap_or_default(), lead, once };
    Some(Schedule { id, zh, en, table, does: does? })
}

/// Reads one `[[season]]`.
pub fn season(section: Section<'_>) -> Option<Schedule> {
    let (id, zh, en) = called(&section);
    let from = section.need("from").and_then(|item| on(&item, Every::Year));
    let lead = section.span("lead").unwrap_or(SEASON_LEAD);
    let mut opening = Opening {
        says: BTreeMap::from([
            ("kind".to_owned(), "preview".to_owned()),
            ("topic".to_owned(), id.clone()),
        ]),
        units: section.texts("units"),
        levels: section.texts("levels"),
        due: None,
        ahead: Some(lead),
    };
    if let Some(item) = section.get("says") {
        opening.says.extend(said(&item));
    }
    if opening.units.is_empty() && opening.levels.is_empty() {
        section.complain(format!("season `{id}` tells nobody: give it `units` or `levels`"));
    }
    section.finish();
    let table = Timetable {
        every: Every::Year,
        on: from?,
        at: SEASON_AT,
        roll: Roll::Keep,
        lead: Some(lead),
        once: None,
    };
    Some(Schedule { id, zh, en, table, does: Does::Open(opening) })
}

fn called(section: &Section<'_>) -> (String, String, String) {
    let id = section.need("id").and_then(|item| item.filled()).unwrap_or_default().to_owned();
    let zh = section.get("zh").and_then(|item| item.filled());
    let en = section.get("en").and_then(|item| item.filled());
    let (zh, en) = (zh.or(en).unwrap_or(&id).to_owned(), en.unwrap_or(&id).to_owned());
    (id, zh, en)
}

/// `thu`, `15`, `-1`, `1wd`, `-1wd`, `09-01`.
fn on(item: &Item<'_>, every: Every) -> Option<On> {
    let text = item.text()?;
    let number = |text: &str| text.parse::<i8>().ok().filter(|n| *n != 0);
    let weekday = || WEEKDAYS.iter().find(|(name, _)| *name == text).map(|(_, day)| *day);
    let found = match every {
        Every::Day | Every::WorkDay => None,
        Every::Week => weekday().map(On::Weekday),
        Every::Month | Every::Quarter | Every::HalfYear | Every::Year => match text.split_once('-')
        {
            Some((month, day)) if !month.is_empty() && every == Every::Year => {
                number(month).zip(number(day)).map(|(month, day)| On::Date { month, day })
            }
            _ => match text.strip_suffix("wd") {
                Some(n) => number(n).map(On::WorkDay),
                None => number(text).map(On::Day),
            },
        },
    };
    if found.is_none() {
        item.complain_with(
            format!("`{text}` is no day of such a period"),
            "write `thu` for a week; `15`, `-1` (the last), `1wd` or `-1wd` (the last working day) for longer ones, `09-01` for a year",
        );
    }
    found
}

fn does(section: &Section<'_>, names: &Names) -> Option<Does> {
    let list = section.get("list").and_then(|item| listing(&item, names)).map(Does::List);
    let open = section.get("open").and_then(|item| opening(&item)).map(Does::Open);
    let sample = section.get("sample").and_then(|item| sampling(&item, names)).map(Does::Sample);
    let remind = section.get("remind").and_then(|item| remind(&item, names));
    let baseline = section
        .get("baseline")
        .and_then(|item| item.filled())
        .map(|campaign| Does::Baseline { campaign: campaign.to_owned() });
    let report = section.get("report").and_then(|item| report(&item, names)).map(Does::Report);
    let mut all = [list, open, sample, remind, baseline, report].into_iter().flatten();
    let first = all.next();
    if all.next().is_some() {
        section.complain("a schedule does one thing; write a second one for the other");
    }
    first
}

fn opening(item: &Item<'_>) -> Option<Opening> {
    let section = item.section("`open`")?;
    let due = section.get("due").and_then(|item| {
        let text = item.text()?;
        let (day, time) = text.split_once(' ').unwrap_or((text, "18:00"));
        let time = time.parse::<Time>().ok();
        let found = match day.strip_suffix("wd") {
            Some(n) => n.parse().ok().map(On::WorkDay),
            None => day.parse().ok().map(On::Day),
        };
        if found.is_none() || time.is_none() {
            item.complain_with(
                format!("`{text}` is no day of the period"),
                "write `-1wd 18:00` for the last working day, or `15 12:00`",
            );
        }
        found.zip(time)
    });
    let opening = Opening {
        says: section.need("says").map(|item| said(&item)).unwrap_or_default(),
        units: section.texts("units"),
        levels: section.texts("levels"),
        due,
        ahead: None,
    };
    if opening.units.is_empty() && opening.levels.is_empty() {
        section.complain("nobody has the duty: give it `units` or `levels`");
    }
    section.finish();
    Some(opening)
}

fn said(item: &Item<'_>) -> BTreeMap<String, String> {
    let section = item.section("`says`");
    let entries = section.iter().flat_map(Section::entries);
    entries.filter_map(|item| Some((item.key().to_owned(), item.filled()?.to_owned()))).collect()
}

fn listing(item: &Item<'_>, names: &Names) -> Option<Listing> {
    let section = item.section("`list`")?;
    let sections = section.need("sections").and_then(|item| item.list()).unwrap_or_default();
    let listing = Listing {
        sections: sections.iter().filter_map(|item| part(item, names)).collect(),
        unit: section.get("unit").and_then(|item| item.filled()).map(str::to_owned),
        to: role_list(section.need("to"), &names.roles),
        cc: role_list(section.get("cc"), &names.roles),
        via: ways(&section),
    };
    section.finish();
    Some(listing)
}

fn ways(section: &Section<'_>) -> Vec<Via> {
    let ways = Via::ALL.map(|via| (via.name(), via));
    let items = section.need("via").map(|item| item.one_or_many()).unwrap_or_default();
    items.iter().filter_map(|item| item.word("a way to a person", &ways)).collect()
}

/// One section: what puts a ticket on it is the one key beside `id`, `zh`, `en` and `select`.
fn part(item: &Item<'_>, names: &Names) -> Option<list::Section> {
    let section = item.section("the section")?;
    let (id, zh, en) = called(&section);
    let text = |key| section.get(key).and_then(|item| item.filled()).map(str::to_owned);
    let on = |key| section.get(key).and_then(|item| item.switch()).unwrap_or(false);
    let texts = |key| section.get(key).map(|item| item.texts());
    let overdue = text("overdue").map(|name| (name != "any").then_some(name));
    let found = [
        text("due_today").map(list::What::DueToday),
        overdue.map(list::What::Overdue),
        texts("slips").map(list::What::Slips),
        texts("flags").map(|flags| match flags.as_slice() {
            [any] if any == "any" => list::What::Flags(Vec::new()),
            _ => list::What::Flags(flags),
        }),
        section.get("rounds").and_then(|item| item.count()).map(list::What::Rounds),
        on("unsatisfied").then_some(list::What::Unsatisfied),
        text("beside").map(list::What::Beside),
        on("ended_today").then_some(list::What::EndedToday),
    ];
    let select = section.get("select").map(|item| selector(&item, names)).unwrap_or_default();
    let mut found = found.into_iter().flatten();
    let what = found.next();
    if what.is_none() || found.next().is_some() {
        section.complain(
            "a section asks one thing: `due_today`, `overdue`, `slips`, `flags`, `rounds`, `unsatisfied`, `beside` or `ended_today`",
        );
    }
    section.finish();
    Some(list::Section { id, zh, en, what: what?, select })
}

fn sampling(item: &Item<'_>, names: &Names) -> Option<Sampling> {
    let section = item.section("`sample`")?;
    let sampling = Sampling {
        select: section.get("select").map(|item| selector(&item, names)).unwrap_or_default(),
        permille: section.count_or("permille", PERMILLE),
        at_least: section.count_or("at_least", 1),
        seed: section.need("seed").and_then(|item| item.filled()).unwrap_or_default().to_owned(),
        add: section
            .get("add")
            .and_then(|item| item.kind())
            .unwrap_or_else(|| crate::core::event::Kind::of(SAMPLED)),
    };
    section.finish();
    Some(sampling)
}

fn remind(item: &Item<'_>, names: &Names) -> Option<Does> {
    let section = item.section("`remind`")?;
    let does = Does::Remind {
        to: role_list(section.need("to"), &names.roles),
        unit: section.need("unit").and_then(|item| item.filled()).unwrap_or_default().to_owned(),
        via: ways(&section),
        template: section.text_or("template", LIST),
    };
    section.finish();
    Some(does)
}

/// `{ kind = "week", to = ["city_sup"], via = ["email"] }`.
fn report(item: &Item<'_>, names: &Names) -> Option<Reporting> {
    let section = item.section("`report`")?;
    let kind = section.need("kind").and_then(|item| item.word("a report", &Kind::ALL));
    let reporting = Reporting {
        kind: kind?,
        unit: section.get("unit").and_then(|item| item.filled()).map(str::to_owned),
        to: role_list(section.need("to"), &names.roles),
        cc: role_list(section.get("cc"), &names.roles),
        via: ways(&section),
    };
    section.finish();
    Some(reporting)
}
