//! The figures for people: tables, every rate as a fraction and as hundredths.

use anyhow::Result;

use super::{TOLD_MAX, figured::Figured, json::growth};
use crate::{
    cli::print,
    core::{
        ranking::tenths,
        rates::{
            Exclusion, Figures, Fraction, Metric, Part, Placed, Rate, Standing, WHOLE, Withheld,
            zone_word,
        },
        wording::Language,
    },
};

/// The rates of the first table, beside rank, score and zone; then those of the other two.
const MAIN: [Metric; 4] = [Metric::Response, Metric::Solved, Metric::Satisfied, Metric::Coverage];
const IN_TIME: [Metric; 5] = [
    Metric::AcceptedInTime,
    Metric::ContactedInTime,
    Metric::ResolvedInTime,
    Metric::FirstTime,
    Metric::Redone,
];
const OTHERS: [Metric; 6] = [
    Metric::SolvedGraded,
    Metric::FirstSatisfied,
    Metric::Repeated,
    Metric::WellDispatched,
    Metric::Returned,
    Metric::Excluded,
];

/// Prints everything.
pub fn figures(figured: &Figured) -> Result<()> {
    ranked(figured)?;
    others::<5, 6>(figured, IN_TIME)?;
    others::<6, 7>(figured, OTHERS)?;
    overdue(figured)?;
    left_out(figured)?;
    restated(figured)?;
    grown(figured)?;
    terms(figured)
}

/// `12/14 = 85.71 %`.
fn shown(rate: Rate) -> String {
    if rate.den == 0 {
        return "—".to_owned();
    }
    format!("{}/{} = {} %", rate.num.short(), rate.den, rate.percent())
}

fn whole(language: Language) -> String {
    language.pick(WHOLE, "all").to_owned()
}

/// Ranked units first, then those without a rank, then the whole.
fn ranked(figured: &Figured) -> Result<()> {
    let (rules, language) = (&figured.rules, figured.language);
    let mut units: Vec<&String> = figured.table.units.keys().collect();
    units.sort_by_key(|unit| {
        let rank = figured.board.units[*unit].placed.ok().map(|placed| placed.rank);
        (figured.table.groups.get(*unit), rank.unwrap_or(usize::MAX), *unit)
    });
    let row = |rank: String, unit: String, figures: &Figures, zone: String| {
        let [response, solved, satisfied, coverage] =
            MAIN.map(|metric| shown(figures.rate(metric)));
        let score = figures.composite(&rules.weights);
        let score = score.map_or_else(|| "—".to_owned(), Fraction::percent);
        let answers = figures.answers().to_string();
        [rank, unit, response, solved, satisfied, coverage, answers, score, zone]
    };
    let of_units = units.into_iter().map(|unit| {
        let placed = figured.board.units[unit].placed;
        let rank = placed.map_or_else(|_| "—".to_owned(), |placed| placed.rank.to_string());
        let zone = zone_of_unit(figured, placed);
        let group = figured.table.groups.get(unit).map(|group| format!("{group}/"));
        let name = format!("{}{unit}", group.unwrap_or_default());
        row(rank, name, &figured.table.units[unit], zone.to_owned())
    });
    let dash = || "—".to_owned();
    let all = row(dash(), whole(language), &figured.table.whole(), dash());
    let [response, solved, satisfied, coverage] = MAIN.map(|metric| metric.name(language));
    let header = [
        language.pick("名次", "rank"),
        language.pick("单位", "unit"),
        response,
        solved,
        satisfied,
        coverage,
        language.pick("有效评价", "answers"),
        language.pick("综合分", "score"),
        language.pick("区", "zone"),
    ];
    print::table(header, of_units.chain([all]))
}

/// Rates without rank, one column each.
fn others<const N: usize, const COLUMNS: usize>(
    figured: &Figured,
    metrics: [Metric; N],
) -> Result<()> {
    let language = figured.language;
    let row = |unit: String, figures: &Figures| -> [String; COLUMNS] {
        std::array::from_fn(|column| match column {
            0 => unit.clone(),
            column => shown(figures.rate(metrics[column - 1])),
        })
    };
    let units = figured.table.units.iter().map(|(unit, figures)| row(unit.clone(), figures));
    let all = row(whole(language), &figured.table.whole());
    let header = std::array::from_fn(|column| match column {
        0 => language.pick("单位", "unit"),
        column => metrics[column - 1].name(language),
    });
    say!("");
    print::table(header, units.chain([all]))
}

/// How late the late ones were, where the export says so.
fn overdue(figured: &Figured) -> Result<()> {
    let language = figured.language;
    let all = figured.table.whole();
    let units = figured.table.units.iter().map(|(unit, figures)| (unit.clone(), figures));
    let rows = units.chain([(whole(language), &all)]).filter_map(|(unit, figures)| {
        let overdue = figures.overdue()?;
        let mean = overdue.rate.value()?.rounded();
        let (minutes, count) = (overdue.rate.num.short(), overdue.rate.den);
        let longest = overdue.longest.to_string();
        Some([unit, format!("{minutes}/{count} = {mean}"), overdue.median.rounded(), longest])
    });
    let rows: Vec<[String; 4]> = rows.collect();
    if rows.is_empty() {
        return Ok(());
    }
    let header = [
        language.pick("单位", "unit"),
        language.pick("超期分钟(工作时间)", "working minutes late"),
        language.pick("中位", "median"),
        language.pick("最长", "longest"),
    ];
    say!("");
    print::table(header, rows)
}

/// What was left out, by unit and reason, and of which rates.
fn left_out(figured: &Figured) -> Result<()> {
    let language = figured.language;
    let mut rows = Vec::new();
    for (unit, figures) in &figured.table.units {
        for exclusion in &figured.rules.exclusions {
            if let Some(count) = figures.excluded.get(&exclusion.id) {
                let name = language.pick(&exclusion.zh, &exclusion.en).clone();
                rows.push([unit.clone(), name, count.to_string(), leaves(exclusion, language)]);
            }
        }
    }
    if rows.is_empty() {
        return Ok(());
    }
    say!("");
    let header = [
        language.pick("单位", "unit"),
        language.pick("剔除原因", "left out because"),
        language.pick("件数", "count"),
        language.pick("不计入", "of"),
    ];
    print::table(header, rows)
}

fn leaves(exclusion: &Exclusion, language: Language) -> String {
    let word = |part: &Part| match part {
        Part::All => language.pick("全部指标(不是工单)", "every rate: no ticket"),
        Part::Clocks => {
            language.pick("响应、签收、联系、重办", "response, acceptance, contact, redo")
        }
        Part::Resolve => language.pick("按时办结", "resolution in time"),
        Part::Answers => language.pick("解决、满意、覆盖", "answers, coverage"),
    };
    if exclusion.leaves.is_empty() {
        return language.pick("(照常计入)", "nothing: it counts").to_owned();
    }
    let words: Vec<&str> = exclusion.leaves.iter().map(word).collect();
    words.join(language.pick("、", ", "))
}

fn restated(figured: &Figured) -> Result<()> {
    let Some(restated) = &figured.restated else { return Ok(()) };
    let language = figured.language;
    if restated.tickets.is_empty() {
        say!("{}", language.pick("\n没有更正。", "\nNothing was corrected."));
        return Ok(());
    }
    let (version, count) = (restated.version, restated.tickets.len());
    match language {
        Language::Zh => say!("\n第{version}版,更正{count}件:"),
        Language::En => say!("\nVersion {version}, {count} tickets corrected:"),
    }
    for one in restated.tickets.iter().take(TOLD_MAX) {
        let how = match one.how {
            "added" => language.pick("新增", "added"),
            "gone" => language.pick("删去", "gone"),
            _ => "",
        };
        let cell = |cell: &str| if cell.is_empty() { "—" } else { cell }.to_owned();
        let field = |(column, was, is): &(&str, String, String)| {
            format!("{column} {} → {}", cell(was), cell(is))
        };
        let fields: Vec<String> = one.fields.iter().map(field).collect();
        say!("  {} {} {how}{}", one.ticket, one.unit, fields.join(", "));
    }
    if count > TOLD_MAX {
        say!("  … {}", count - TOLD_MAX);
    }
    for moved in &restated.rates {
        let unit = moved.unit.clone().unwrap_or_else(|| whole(language));
        let name = moved.metric.name(language);
        say!("  {unit} {name}: {} → {}", shown(moved.before), shown(moved.after));
    }
    for (unit, [before, after]) in &restated.standings {
        let place = |standing: &Option<Standing>| match standing {
            Some(standing) => {
                let placed = standing.placed;
                let rank = placed.map_or_else(|_| "—".to_owned(), |placed| placed.rank.to_string());
                let (score, zone) = (standing.score, zone_of_unit(figured, placed));
                let score = score.map_or_else(|| "—".to_owned(), Fraction::percent);
                format!("{score} {zone} {rank}")
            }
            None => "—".to_owned(),
        };
        let name = language.pick("综合分、区、名次", "score, zone, rank");
        say!("  {unit} {name}: {} → {}", place(before), place(after));
    }
    Ok(())
}

/// The zone of a unit, or why it has none.
fn zone_of_unit(figured: &Figured, placed: Result<Placed, Withheld>) -> &str {
    match placed.map(|placed| placed.zone) {
        Ok(Some(zone)) => zone_word(&figured.rules.zones[zone].0, figured.language),
        Ok(None) => "—",
        Err(why) => why.word(figured.language),
    }
}

fn grown(figured: &Figured) -> Result<()> {
    for (reason, ranking) in growth(figured) {
        let exclusion = figured.rules.exclusions.iter().find(|exclusion| exclusion.id == reason);
        let name = exclusion.map_or(reason.as_str(), |exclusion| {
            figured.language.pick(&exclusion.zh, &exclusion.en)
        });
        let before = ranking.total_before.unwrap_or_default();
        if before + ranking.total == 0 {
            continue;
        }
        say!("{name}: {before} → {} ({})", ranking.total, tenths(ranking.growth));
    }
    Ok(())
}

fn terms(figured: &Figured) -> Result<()> {
    let Figured { rules, set, board, .. } = figured;
    let (rows, refused) = (figured.rows(), figured.refused_count());
    let mut versions: Vec<&str> = figured.files.iter().map(|one| one.rules.as_str()).collect();
    versions.dedup();
    let versions = versions.join(", ");
    if let Some((zone, _)) = rules.zones.first() {
        let name = zone_word(zone, figured.language);
        match figured.language {
            Language::Zh => say!("\n{name}区占比: {}", shown(board.best)),
            Language::En => say!("\n{name} zone: {}", shown(board.best)),
        }
    }
    let (id, version) = (&set.id, &set.version);
    match figured.language {
        Language::Zh => say!(
            "口径 {versions}({id} {version});样本下限 {};{rows} 行计入,{refused} 行拒收",
            rules.min_n
        ),
        Language::En => say!(
            "rules {versions} ({id} {version}); at least {} answers for a zone and a rank; {rows} rows taken, {refused} refused",
            rules.min_n
        ),
    }
    Ok(())
}
