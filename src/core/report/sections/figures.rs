//! The rates of a report: ranked units, clocks kept, what was left out, zones, the trend.

use super::{Words, named};
use crate::core::{
    rates::{
        Board, Figures, Fraction, Metric, Rate, Rules, Standing, Table, WHOLE, board, zone_word,
    },
    report::{
        document::{Cell, Chart, Column, Line, Said, Section, Zone},
        gather::Gathering,
    },
    wording::Language,
};

/// How many are named as the best and the last.
const NAMED_MAX: usize = 3;

/// The rates of a whole report: the sum of its parts, ranked by the rules of the last.
pub struct Rated<'s> {
    rules: &'s Rules,
    table: Table,
    board: Board,
}

impl<'s> Rated<'s> {
    /// `None` where the set has no rates.
    pub fn of(all: &Gathering<'s>) -> Option<Self> {
        let rules = all.scope.rules()?;
        let mut table = Table::default();
        let parts = all.scope.buckets.iter().zip(&all.tables).filter(|(bucket, _)| bucket.counts);
        for (_, part) in parts {
            table.add(part);
        }
        let board = board(&table, rules);
        Some(Self { rules, table, board })
    }

    /// Its sections, in their order.
    pub fn sections(&self, words: &Words<'_>) -> Vec<Section> {
        vec![
            self.ranked(words),
            self.zones(words),
            self.best_and_last(words),
            self.others("in_time", "时限", "Clocks kept", words, &IN_TIME),
            self.others("more", "其他指标", "More rates", words, &MORE),
            self.overdue(words),
            self.left_out(words),
        ]
    }

    /// Ranked units first, then those without a rank, then the whole.
    fn ranked(&self, words: &Words<'_>) -> Section {
        let mut units: Vec<&String> = self.table.units.keys().collect();
        units.sort_by_key(|unit| {
            let rank = self.board.units[*unit].placed.ok().map(|placed| placed.rank);
            (rank.unwrap_or(usize::MAX), *unit)
        });
        let row = |rank: Cell, name: Cell, figures: &Figures, zone: Cell| {
            let rates = MAIN.map(|metric| Cell::from(figures.rate(metric)));
            let score = figures.composite(&self.rules.weights);
            let score = score.map_or(Cell::NOTHING, |score| Cell::text(score.percent()));
            let rest = [Cell::Count(figures.answers()), score, zone];
            [rank, name].into_iter().chain(rates).chain(rest).collect::<Vec<Cell>>()
        };
        let rows = units.into_iter().map(|unit| {
            let placed = self.board.units[unit].placed;
            let rank = placed.map_or(Cell::NOTHING, |placed| Cell::Count(placed.rank as u64));
            row(rank, words.unit(unit), &self.table.units[unit], self.zone(&self.board.units[unit]))
        });
        let city = row(Cell::NOTHING, city(), &self.table.whole(), Cell::NOTHING);
        let mut section = Section::new("rates", "三率", "The three rates")
            .note(
                format!(
                    "综合分按{}加权;有效评价少于{}件的不排名、不定区;相同分数同名次。",
                    self.rules.weights.shown(),
                    self.rules.min_n
                ),
                format!(
                    "The score weighs {}; units with fewer than {} valid answers have no rank and no zone; equal scores share a rank.",
                    self.rules.weights.shown(),
                    self.rules.min_n
                ),
            )
            .rows(rows.chain([city]));
        section.columns = [column("rank", "名次", "rank"), column("unit", "单位", "unit")]
            .into_iter()
            .chain(MAIN.iter().map(|metric| of_metric(*metric)))
            .chain([
                column("answers", "有效评价", "answers"),
                column("score", "综合分", "score"),
                column("zone", "区", "zone"),
            ])
            .collect();
        section
    }

    fn zone(&self, standing: &Standing) -> Cell {
        match standing.placed {
            Err(why) => Cell::said(why.word(Language::Zh), why.word(Language::En)),
            Ok(placed) => {
                placed.zone.map_or(Cell::NOTHING, |zone| Cell::Said(self.zone_said(zone)))
            }
        }
    }

    fn zone_said(&self, zone: usize) -> Said {
        let id = &self.rules.zones[zone].0;
        let word = |language| zone_word(id, language).to_owned();
        Said { id: Some(id.clone()), zh: word(Language::Zh), en: word(Language::En) }
    }

    /// How many units are in which zone (M11).
    fn zones(&self, words: &Words<'_>) -> Section {
        let name = |unit: &String| words.unit_said(unit).zh;
        let within = |zone: Option<usize>| -> Vec<String> {
            let lies = |standing: &Standing| match (standing.placed, zone) {
                (Ok(placed), Some(zone)) => placed.zone == Some(zone),
                (Err(_), None) => true,
                (Ok(_), None) | (Err(_), Some(_)) => false,
            };
            let units = self.board.units.iter().filter(|(_, standing)| lies(standing));
            units.map(|(unit, _)| name(unit)).collect()
        };
        let mut zones: Vec<Zone> = (0..self.rules.zones.len())
            .map(|zone| {
                let title = self.zone_said(zone);
                Zone { id: self.rules.zones[zone].0.clone(), title, units: within(Some(zone)) }
            })
            .collect();
        let title = Said::new("不定区", "no zone");
        zones.push(Zone { id: String::new(), title, units: within(None) });
        let rated = self.board.rated;
        let rows = zones.iter().map(|zone| {
            let count = zone.units.len() as u64;
            let share = if zone.id.is_empty() {
                Cell::NOTHING
            } else {
                Cell::from(Rate { num: Fraction::whole(count), den: rated })
            };
            vec![
                Cell::Said(zone.title.clone()),
                Cell::Count(count),
                share,
                Cell::text(zone.units.join("、")),
            ]
        });
        let rows: Vec<Vec<Cell>> = rows.collect();
        Section::new("zones", "分区", "Zones")
            .note("占比以参加排名的单位为分母。", "Shares are of the units that have a rank.")
            .columns(&[
                ("zone", "区", "zone"),
                ("count", "单位数", "units"),
                ("share", "占比", "share"),
                ("units", "单位", "names"),
            ])
            .rows(rows)
            .chart(Chart::Zones { zones })
    }

    /// 表彰先进、鞭策后进: never a unit whose sample is too small.
    fn best_and_last(&self, words: &Words<'_>) -> Section {
        let mut ranked: Vec<(usize, &String, &Standing)> = self
            .board
            .units
            .iter()
            .filter_map(|(unit, standing)| Some((standing.placed.ok()?.rank, unit, standing)))
            .collect();
        ranked.sort_by_key(|(rank, unit, _)| (*rank, *unit));
        let count = NAMED_MAX.min(ranked.len() / 2);
        let row = |list: Cell, (rank, unit, standing): &(usize, &String, &Standing)| {
            let score = standing.score.map_or(Cell::NOTHING, |score| Cell::text(score.percent()));
            vec![list, Cell::Count(*rank as u64), words.unit(unit), score, self.zone(standing)]
        };
        let best = ranked.iter().take(count).map(|one| row(named("best", "先进", "best"), one));
        let last = ranked.iter().rev().take(count).rev();
        let last = last.map(|one| row(named("last", "后进", "last"), one));
        Section::new("best_and_last", "先进与后进", "The best and the last")
            .columns(&[
                ("list", "", ""),
                ("rank", "名次", "rank"),
                ("unit", "单位", "unit"),
                ("score", "综合分", "score"),
                ("zone", "区", "zone"),
            ])
            .rows(best.chain(last))
    }

    fn others(&self, id: &str, zh: &str, en: &str, words: &Words<'_>, shown: &[Metric]) -> Section {
        let row = |name: Cell, figures: &Figures| {
            let rates = shown.iter().map(|metric| Cell::from(figures.rate(*metric)));
            [name].into_iter().chain(rates).collect::<Vec<Cell>>()
        };
        let units = self.table.units.iter().map(|(unit, figures)| row(words.unit(unit), figures));
        let mut section =
            Section::new(id, zh, en).rows(units.chain([row(city(), &self.table.whole())]));
        let columns = shown.iter().map(|metric| of_metric(*metric));
        section.columns = [column("unit", "单位", "unit")].into_iter().chain(columns).collect();
        section
    }

    /// 超期时长 (M06).
    fn overdue(&self, words: &Words<'_>) -> Section {
        let row = |name: Cell, figures: &Figures| {
            let late = figures.overdue()?;
            let text = |fraction: Fraction| Cell::text(fraction.rounded());
            Some(vec![
                name,
                Cell::Count(late.rate.den),
                late.rate.value().map_or(Cell::NOTHING, text),
                text(late.median),
                Cell::Count(u64::from(late.longest)),
            ])
        };
        let units = self.table.units.iter().filter_map(|(unit, one)| row(words.unit(unit), one));
        Section::new("overdue", "超期时长(分钟)", "Minutes past the due")
            .note(
                "工作时间计时的按工作时间计。",
                "Working minutes where the clock counts working time.",
            )
            .columns(&[
                ("unit", "单位", "unit"),
                ("late", "超期件数", "late"),
                ("mean", "平均", "mean"),
                ("median", "中位", "median"),
                ("longest", "最长", "longest"),
            ])
            .rows(units.chain(row(city(), &self.table.whole())))
    }

    /// What was left out, and why.
    fn left_out(&self, words: &Words<'_>) -> Section {
        let reason = |id: &String| {
            let known = self.rules.exclusions.iter().find(|one| one.id == *id);
            let (zh, en) = known.map_or((id, id), |one| (&one.zh, &one.en));
            named(id, zh, en)
        };
        let rows = self.table.units.iter().flat_map(|(unit, figures)| {
            let row = |(id, count): (&String, &u64)| {
                vec![words.unit(unit), reason(id), Cell::Count(*count)]
            };
            figures.excluded.iter().map(row).collect::<Vec<_>>()
        });
        Section::new("left_out", "剔除情况", "Left out, and why")
            .columns(&[
                ("unit", "单位", "unit"),
                ("reason", "原因", "reason"),
                ("count", "件数", "tickets"),
            ])
            .rows(rows)
    }
}

const MAIN: [Metric; 4] = [Metric::Response, Metric::Solved, Metric::Satisfied, Metric::Coverage];
const IN_TIME: [Metric; 5] = [
    Metric::AcceptedInTime,
    Metric::ContactedInTime,
    Metric::ResolvedInTime,
    Metric::FirstTime,
    Metric::Redone,
];
const MORE: [Metric; 6] = [
    Metric::SolvedGraded,
    Metric::FirstSatisfied,
    Metric::Repeated,
    Metric::WellDispatched,
    Metric::Returned,
    Metric::Excluded,
];

fn column(id: &str, zh: &str, en: &str) -> Column {
    Column { id: id.to_owned(), title: Said::new(zh, en) }
}

fn of_metric(metric: Metric) -> Column {
    let name = |language| metric.name(language).to_owned();
    Column {
        id: metric.name(Language::En).replace([',', ' '], "_").replace("__", "_"),
        title: Said::new(name(Language::Zh), name(Language::En)),
    }
}

fn city() -> Cell {
    named("all", WHOLE, "all")
}

/// The three rates over the parts of the scope; `None` where the set has no rates.
pub fn trend(all: &Gathering<'_>) -> Option<Section> {
    all.scope.rules()?;
    let three = [Metric::Response, Metric::Solved, Metric::Satisfied];
    let wholes: Vec<Figures> = all.tables.iter().map(Table::whole).collect();
    let lines = three.map(|metric| Line {
        title: of_metric(metric).title,
        values: wholes.iter().map(|whole| hundredths(whole.rate(metric))).collect(),
    });
    let points: Vec<String> = all.scope.buckets.iter().map(|bucket| bucket.name.clone()).collect();
    let rows = points.iter().zip(&wholes).map(|(name, whole)| {
        let rates = three.map(|metric| Cell::from(whole.rate(metric)));
        [Cell::text(name)].into_iter().chain(rates).collect()
    });
    let mut section = Section::new("trend", "三率走势", "The three rates over time").rows(rows);
    section.columns =
        [column("period", "时段", "period")].into_iter().chain(three.map(of_metric)).collect();
    Some(section.chart(Chart::Trend { points, lines: lines.to_vec() }))
}

/// In hundredths of a percent.
fn hundredths(rate: Rate) -> Option<u32> {
    rate.value()?.percent().replace('.', "").parse().ok()
}
