//! The sections of reports, each a function of what was gathered.

pub mod burden;
pub mod figures;
pub mod lists;

use std::collections::BTreeMap;

use jiff::ToSpan as _;

use super::{
    compose::Beside,
    document::{Bar, Cell, Chart, Day, HeatRow, Pair, Said, Section},
    gather::{AHEAD_DAYS, Cohort, Gathering},
    numbers::spread,
    steps::{QUICK_HOURS, StepCount, StepName},
};
use crate::core::{
    org::Org,
    policy::PolicySet,
    ranking::{growth, ranking, tenths},
    rates::{Fraction, Rate},
};

/// Who and what is called how.
pub struct Words<'w> {
    pub set: &'w PolicySet,
    pub org: &'w Org,
}

impl Words<'_> {
    pub fn unit(&self, id: &str) -> Cell {
        Cell::Said(self.unit_said(id))
    }

    pub fn unit_said(&self, id: &str) -> Said {
        let named = self.org.units.get(id).map(|unit| (unit.zh.as_str(), unit.en.as_str()));
        let (zh, en) = named.unwrap_or((id, id));
        let or_id = |name: &str| if name.is_empty() { id.to_owned() } else { name.to_owned() };
        Said { id: Some(id.to_owned()), zh: or_id(zh), en: or_id(en) }
    }

    pub fn slip(&self, id: &str) -> Said {
        let named = self.set.slips.get(id).map(|slip| (slip.zh.as_str(), slip.en.as_str()));
        let (zh, en) = named.unwrap_or((id, id));
        Said { id: Some(id.to_owned()), zh: zh.to_owned(), en: en.to_owned() }
    }

    pub fn clock(label: &str) -> Said {
        let name = label.rsplit(':').next().unwrap_or(label);
        let known = CLOCKS.iter().find(|(known, ..)| *known == name);
        let (zh, en) = known.map_or((label, label), |(_, zh, en)| (*zh, *en));
        Said { id: Some(label.to_owned()), zh: zh.to_owned(), en: en.to_owned() }
    }
}

const CLOCKS: [(&str, &str, &str); 10] = [
    ("accept", "签收", "accept"),
    ("contact", "先行联系", "contact"),
    ("resolve", "办结", "resolve"),
    ("callback", "回访", "callback"),
    ("dispatch", "派单", "dispatch"),
    ("respond", "响应哨声", "respond"),
    ("arrive", "到场", "arrive"),
    ("ruling", "裁定", "ruling"),
    ("review", "挂账复核", "review"),
    ("initial", "首次回复", "first reply"),
];

fn part(num: u64, den: u64) -> Cell {
    Cell::from(Rate { num: Fraction::whole(num), den })
}

/// What came in, what was done, how it stands.
pub fn flow(all: &Gathering<'_>) -> Section {
    let flow = &all.flow;
    let before = |at: usize, now: u64, then: u64| match [all.scope.before, all.scope.year_ago][at] {
        None => [Cell::NOTHING, Cell::NOTHING],
        Some(_) => [Cell::Count(then), Cell::text(tenths(growth(then, now)))],
    };
    let compared = |id: &str, zh: &str, en: &str, [now, last, year]: [u64; 3]| {
        let [last, grown] = before(0, now, last);
        let [year, grown_in_year] = before(1, now, year);
        vec![named(id, zh, en), Cell::Count(now), last, grown, year, grown_in_year]
    };
    let plain = |id: &str, zh: &str, en: &str, cell: Cell| {
        let nothing = || Cell::NOTHING;
        vec![named(id, zh, en), cell, nothing(), nothing(), nothing(), nothing()]
    };
    let [found, ..] = flow.proactive;
    let [received, ..] = flow.received;
    Section::new("flow", "总体情况", "Overview")
        .columns(&[
            ("what", "项目", ""),
            ("count", "本期", "this period"),
            ("before", "上期", "before"),
            ("growth", "环比", "growth"),
            ("year_ago", "上年同期", "a year ago"),
            ("growth_year", "同比", "in a year"),
        ])
        .rows([
            compared("received", "受理工单", "Tickets received", flow.received),
            compared("proactive", "主动发现(未诉先办)", "Found by ourselves", flow.proactive),
            plain(
                "proactive_share",
                "主动发现占比",
                "Share found by ourselves",
                part(found, received),
            ),
            plain("dispatched", "派发", "Dispatched", Cell::Count(flow.dispatched)),
            plain("resolved", "办结", "Resolved", Cell::Count(flow.resolved)),
            plain("ended", "归档", "Closed", Cell::Count(flow.ended)),
            plain("redone", "退回重办", "Sent back to be redone", Cell::Count(flow.redone)),
            plain("open", "期末在办", "Open at the end", Cell::Count(flow.open)),
            plain("overdue", "期末超期", "Overdue at the end", Cell::Count(flow.overdue)),
            plain("hung", "期末挂账", "Hung at the end", Cell::Count(flow.hung)),
        ])
}

fn named(id: &str, zh: &str, en: &str) -> Cell {
    Cell::Said(Said { id: Some(id.to_owned()), zh: zh.to_owned(), en: en.to_owned() })
}

/// What comes up most: items, places, units; `first` ranks each, equal counts never cut.
pub fn hot(all: &Gathering<'_>, words: &Words<'_>, first: usize) -> Vec<Section> {
    let names = [
        ("hot_items", "高频事项", "Items", "事项", "item"),
        ("hot_places", "高频点位", "Places", "点位", "place"),
        ("hot_units", "诉求集中单位", "Units", "单位", "unit"),
    ];
    let tables = names.into_iter().zip(&all.hot).enumerate();
    let section =
        |(place, ((id, zh, en, key_zh, key_en), counted)): (usize, (_, &BTreeMap<_, _>))| {
            let of = |at: usize| {
                let counts = counted
                    .iter()
                    .map(|(key, twice): (&String, &[u64; 2])| (key.clone(), twice[at]));
                counts.filter(|(_, count)| *count > 0 || at == 1).collect::<BTreeMap<_, _>>()
            };
            let is_compared = all.scope.before.is_some();
            let ranked = ranking(&of(0), is_compared.then(|| of(1)).as_ref(), first);
            let name = |key: &str| {
                if place == 2 { words.unit(key) } else { Cell::text(key) }
            };
            let rows = ranked.lines.iter().map(|line| {
                let share = format!("{}.{:02} %", line.share / 100, line.share % 100);
                vec![
                    Cell::Count(line.rank as u64),
                    name(&line.key),
                    Cell::Count(line.count),
                    Cell::text(share),
                    line.before.map_or(Cell::NOTHING, Cell::Count),
                    Cell::text(tenths(line.growth)),
                ]
            });
            let bar = |line: &crate::core::ranking::Ranked| Bar {
                title: if place == 2 { words.unit_said(&line.key) } else { Said::same(&line.key) },
                count: line.count,
            };
            let bars = ranked.lines.iter().take(10).map(bar).collect();
            Section::new(id, zh, en)
                .columns(&[
                    ("rank", "名次", "rank"),
                    ("key", key_zh, key_en),
                    ("count", "件数", "count"),
                    ("share", "占比", "share"),
                    ("before", "上期", "before"),
                    ("growth", "增长", "growth"),
                ])
                .rows(rows)
                .chart(Chart::Bars { bars })
        };
    tables.map(section).filter(|section| !section.rows.is_empty()).collect()
}

/// How many come through each stage.
pub fn funnel(all: &Gathering<'_>) -> Section {
    let names = [
        ("受理", "Received"),
        ("派发", "Dispatched"),
        ("签收", "Accepted"),
        ("联系", "Contacted"),
        ("办结", "Resolved"),
        ("评价", "Answered"),
        ("已解决", "Solved"),
    ];
    let stages = names.iter().zip(all.funnel);
    let stages: Vec<Bar> =
        stages.map(|((zh, en), count)| Bar { title: Said::new(*zh, *en), count }).collect();
    let received = all.funnel[0];
    let rows: Vec<Vec<Cell>> = stages
        .iter()
        .map(|bar| {
            vec![Cell::Said(bar.title.clone()), Cell::Count(bar.count), part(bar.count, received)]
        })
        .collect();
    Section::new("funnel", "各环节流转", "Through the stages")
        .note("本期受理的工单走到哪一步。", "How far the tickets received in the period have come.")
        .columns(&[
            ("stage", "环节", "stage"),
            ("count", "件数", "tickets"),
            ("share", "占受理", "of received"),
        ])
        .rows(rows)
        .chart(Chart::Funnel { stages })
}

/// What became of the tickets each unit got.
pub fn cohorts(all: &Gathering<'_>, words: &Words<'_>) -> Section {
    let mut whole = Cohort::default();
    for one in all.cohorts.values() {
        whole.tickets += one.tickets;
        whole.with_due += one.with_due;
        whole.closed += one.closed;
        whole.on_time += one.on_time;
        whole.late += one.late;
        whole.overdue += one.overdue;
        whole.minutes.extend(&one.minutes);
    }
    let row = |name: Cell, one: &Cohort| {
        let took = spread(one.minutes.clone());
        let hours = |minutes: u64| Cell::text(format!("{}.{}", minutes / 60, minutes % 60 / 6));
        vec![
            name,
            Cell::Count(one.tickets),
            Cell::Count(one.with_due),
            Cell::Count(one.closed),
            Cell::Count(one.on_time),
            Cell::Count(one.late),
            Cell::Count(one.overdue),
            part(one.closed, one.tickets),
            part(one.on_time, one.on_time + one.late),
            part(one.on_time, one.on_time + one.late + one.overdue),
            took.map_or(Cell::NOTHING, |took| hours(took.median_twice / 2)),
            took.map_or(Cell::NOTHING, |took| hours(took.p90)),
        ]
    };
    let units = all.cohorts.iter().map(|(unit, one)| row(words.unit(unit), one));
    let city = row(Cell::said("全市", "all"), &whole);
    Section::new("units", "各单位办理情况", "What became of the tickets of each unit")
        .note(
            "本期受理的工单,至成文时的结果;按时办结率以已办结且有时限的为分母,含未办结的以已到期的为分母。",
            "Tickets received in the period, as they stood when the report was made. On time is of those closed under a due; with the overdue, of all whose due has come.",
        )
        .columns(&[
            ("unit", "单位", "unit"),
            ("tickets", "工单", "tickets"),
            ("with_due", "有时限", "with a due"),
            ("closed", "办结", "closed"),
            ("on_time", "按时", "on time"),
            ("late", "超时办结", "late"),
            ("overdue", "超期未结", "overdue"),
            ("closed_share", "结案率", "closed of all"),
            ("on_time_share", "按时结案率", "on time of closed"),
            ("kept_share", "按时率(含未结)", "on time of due"),
            ("hours_p50", "办理小时(中位)", "hours, median"),
            ("hours_p90", "办理小时(九成)", "hours, 90 %"),
        ])
        .rows(units.chain([city]))
}

/// 挂账化解率 and the like (M09), each ledger by itself.
pub fn ledgers(beside: &Beside) -> Section {
    let rows = beside.ledgers.iter().map(|one| {
        let name = match one.list.as_str() {
            "hung" => named("hung", "挂账", "hung"),
            "long_open" => named("long_open", "长期未结", "open too long"),
            other => Cell::text(other),
        };
        vec![
            name,
            Cell::Count(one.opening),
            Cell::Count(one.admitted),
            Cell::Count(one.struck_off),
            Cell::Count(one.ended_otherwise),
            Cell::Count(
                (one.opening + one.admitted).saturating_sub(one.struck_off + one.ended_otherwise),
            ),
            part(one.struck_off, one.opening + one.admitted),
        ]
    });
    Section::new("ledgers", "台账化解", "Ledgers")
        .note(
            "化解率=本期销账/(期初在账+本期新增);各台账分别计算,不合并。",
            "Struck off in the period, of those open at its start and admitted in it; lists are never mixed.",
        )
        .columns(&[
            ("list", "台账", "ledger"),
            ("opening", "期初", "opening"),
            ("admitted", "新增", "admitted"),
            ("struck_off", "销账", "struck off"),
            ("ended_otherwise", "其他了结", "ended otherwise"),
            ("closing", "期末", "closing"),
            ("rate", "化解率", "struck off of all"),
        ])
        .rows(rows)
}

/// 催办有效率 (M15): which step is followed by action.
pub fn steps(all: &Gathering<'_>, words: &Words<'_>) -> Section {
    let place = |step: &str, slip: &str| {
        let steps = words.set.ladders.iter().filter_map(|ladder| {
            ladder.steps.iter().position(|one| one.at_text == step && one.slip == slip)
        });
        steps.min().unwrap_or(usize::MAX)
    };
    let mut named: Vec<(&StepName, &StepCount)> = all.steps.iter().collect();
    named.sort_by_key(|((clock, step, slip), _)| (clock, place(step, slip), step, slip));
    let title = |(clock, step, slip): &StepName| {
        let (clock, slip) = (Words::clock(clock), words.slip(slip));
        Said::new(
            format!("{} {step} {}", clock.zh, slip.zh),
            format!("{} {step} {}", clock.en, slip.en),
        )
    };
    let pairs = named.iter().filter(|(_, count)| count.sent > 0).map(|(name, count)| Pair {
        title: title(name),
        of: count.sent,
        part: count.followed,
    });
    let pairs = pairs.collect();
    let rows = named.iter().map(|((clock, step, slip), count)| {
        vec![
            Cell::Said(Words::clock(clock)),
            Cell::text(step),
            Cell::Said(words.slip(slip)),
            Cell::Count(count.sent),
            Cell::Count(count.withdrawn),
            Cell::from(count.receipts()),
            Cell::from(count.replies()),
            Cell::from(count.quick()),
            Cell::from(count.effect()),
        ]
    });
    Section::new("steps", "催办有效率", "What each step brings")
        .note(
            format!("有效=发单后、下一级催办前该环节完成;另列{QUICK_HOURS}小时内完成的。撤回的单不计。"),
            format!("Followed: the clock stopped after the slip and before the next one of the same clock; also within {QUICK_HOURS} hours. Withdrawn slips do not count."),
        )
        .columns(&[
            ("clock", "环节", "clock"),
            ("step", "时点", "step"),
            ("slip", "单种", "slip"),
            ("sent", "发出", "sent"),
            ("withdrawn", "撤回", "withdrawn"),
            ("receipted", "签收", "received"),
            ("replied", "回复", "replied"),
            ("quick", "24小时内见效", "within 24 hours"),
            ("effect", "催办有效率", "followed"),
        ])
        .rows(rows)
        .chart(Chart::Pairs {
            of: Said::new("发出", "sent"),
            part: Said::new("见效", "followed"),
            pairs,
        })
}

/// What falls due in the next fourteen days.
pub fn ahead(all: &Gathering<'_>, words: &Words<'_>) -> Section {
    let calendar = &words.set.calendar;
    let first = calendar.date_of(all.scope.as_of);
    let dates = (0..AHEAD_DAYS).map(|day| first.saturating_add(day.days()));
    let days: Vec<Day> = dates
        .map(|date| Day {
            date: date.strftime("%m-%d").to_string(),
            rest: !calendar.is_workday(date),
        })
        .collect();
    let others = Said::new("其他", "others");
    let names = ["accept", "contact", "resolve", "callback"].map(Words::clock);
    let rows: Vec<HeatRow> = names
        .into_iter()
        .chain([others])
        .zip(&all.heat)
        .filter(|(_, counts)| counts.iter().any(|count| *count > 0))
        .map(|(title, counts)| HeatRow { title, counts: counts.to_vec() })
        .collect();
    let cells = rows.iter().map(|row| {
        let counts = row.counts.iter().map(|count| Cell::Count(*count));
        [Cell::Said(row.title.clone())].into_iter().chain(counts).collect()
    });
    let mut section = Section::new("ahead", "今后十四天到期", "Due in the next fourteen days");
    section.rows = cells.collect();
    section = section.columns(&[("clock", "环节", "clock")]);
    section.columns.extend(
        days.iter().map(|day| super::document::Column {
            id: day.date.clone(),
            title: Said::same(&day.date),
        }),
    );
    section.chart(Chart::Heat { days, rows })
}
