//! The comparison as one page of HTML: no script, no file beside it, readable in print.

use askama::Template;
use jiff::civil::Date;

use super::comparison::{Burden, Comparison, Late, SAMPLE, Side};

const CHART_WIDTH: usize = 720;
const CHART_HEIGHT: usize = 160;

struct Bar {
    name: String,
    colour: &'static str,
    before: u64,
    after: u64,
    change: String,
    /// Percent of the longest bar.
    before_width: u64,
    after_width: u64,
}

struct Moved {
    ticket: String,
    clock: String,
    unit: String,
}

struct Figure {
    name: &'static str,
    before: u64,
    after: u64,
    change: String,
}

#[derive(Template)]
#[template(path = "whatif.html")]
struct Page<'c> {
    zh: bool,
    before: &'c str,
    after: &'c str,
    until: &'c str,
    tickets: u64,
    figures: Vec<Figure>,
    slips: Vec<Bar>,
    units: Vec<Bar>,
    units_more: usize,
    come: Vec<Moved>,
    come_more: usize,
    gone: Vec<Moved>,
    gone_more: usize,
    days: Option<Days>,
}

/// Slips per day, two lines over the same days.
struct Days {
    width: usize,
    height: usize,
    first: Date,
    last: Date,
    max: u64,
    before: String,
    after: String,
}

/// The page, in Chinese or English.
pub fn page(comparison: &Comparison, zh: bool) -> Result<String, askama::Error> {
    let Comparison { before, after, names, until, slips, .. } = comparison;
    let (old, new) = (before.burden(), after.burden());
    let units = comparison.late_by_unit();
    let [come, gone] = comparison.moved();
    let most = slips.iter().flat_map(|slip| comparison.of_slip(&slip.id)).max().unwrap_or(0);
    let slips = slips.iter().map(|slip| {
        let name = if zh { &slip.zh } else { &slip.en };
        bar(or(name, &slip.id), colour(&slip.colour), comparison.of_slip(&slip.id), most)
    });
    let latest = units.iter().flat_map(|(_, counts)| *counts).max().unwrap_or(0);
    let unit_name = |id: &str| {
        let named = comparison.units.get(id).map(|[zh_name, en]| if zh { zh_name } else { en });
        or(named.map_or("", String::as_str), if id.is_empty() { "-" } else { id })
    };
    let bars = units.iter().take(SAMPLE);
    let bars = bars.map(|(id, counts)| bar(unit_name(id), "#6e7781", *counts, latest));
    let shown = |moved: &[(&str, &str, &Late)]| {
        let one = |(ticket, clock, late): &(&str, &str, &Late)| Moved {
            ticket: (*ticket).to_owned(),
            clock: (*clock).to_owned(),
            unit: unit_name(&late.unit),
        };
        moved.iter().take(SAMPLE).map(one).collect()
    };
    let page = Page {
        zh,
        before: &names[0],
        after: &names[1],
        until,
        tickets: after.tickets,
        figures: figures(comparison, old, new, zh),
        slips: slips.collect(),
        units: bars.collect(),
        units_more: units.len().saturating_sub(SAMPLE),
        come: shown(&come),
        come_more: come.len().saturating_sub(SAMPLE),
        gone: shown(&gone),
        gone_more: gone.len().saturating_sub(SAMPLE),
        days: days(comparison),
    };
    page.render()
}

fn or(name: &str, id: &str) -> String {
    if name.is_empty() { id.to_owned() } else { name.replace('_', " ") }
}

fn figures(comparison: &Comparison, old: Burden, new: Burden, zh: bool) -> Vec<Figure> {
    let slips = |side: &Side| side.slips.values().sum::<u64>();
    let still = |side: &Side| side.late.values().filter(|late| late.still).count() as u64;
    let (a, b) = (&comparison.before, &comparison.after);
    #[rustfmt::skip]
    let rows = [
        ("发出的单", "slips issued", slips(a), slips(b)),
        ("被通知的人", "people told", old.people as u64, new.people as u64),
        ("消息条数", "messages", old.messages, new.messages),
        ("每人每天消息（中位数）", "messages per person and day, median", old.p50, new.p50),
        ("每人每天消息（95 分位）", "messages per person and day, 95th percentile", old.p95, new.p95),
        ("每人每天消息（最多）", "messages per person and day, most", old.max, new.max),
        ("超期的时限", "clocks that ran out", a.late.len() as u64, b.late.len() as u64),
        ("其中仍未停", "of these still running", still(a), still(b)),
    ];
    rows.map(|(in_zh, in_en, before, after)| Figure {
        name: if zh { in_zh } else { in_en },
        before,
        after,
        change: change(before, after),
    })
    .into()
}

/// `+12 (+30 %)`, `-3 (-50 %)`, `=`.
pub fn change(before: u64, after: u64) -> String {
    if before == after {
        return "=".to_owned();
    }
    let difference = after as i64 - before as i64;
    if before == 0 {
        return format!("{difference:+}");
    }
    format!("{difference:+} ({:+.0} %)", difference as f64 * 100.0 / before as f64)
}

fn bar(name: String, colour: &'static str, [before, after]: [u64; 2], most: u64) -> Bar {
    let width = |count: u64| (count * 100).checked_div(most).unwrap_or(0);
    Bar {
        name,
        colour,
        before,
        after,
        change: change(before, after),
        before_width: width(before),
        after_width: width(after),
    }
}

fn colour(name: &str) -> &'static str {
    match name {
        "green" => "#2da44e",
        "yellow" => "#d4a72c",
        "orange" => "#e16f24",
        "red" => "#cf222e",
        "blue" => "#0969da",
        _ => "#6e7781", // slips without a colour
    }
}

fn days(comparison: &Comparison) -> Option<Days> {
    let (a, b) = (&comparison.before.slips_by_day, &comparison.after.slips_by_day);
    let all = || a.keys().chain(b.keys());
    let (first, last) = (*all().min()?, *all().max()?);
    let span = last.since(first).ok()?.get_days().max(1) as usize;
    let max = a.values().chain(b.values()).copied().max().unwrap_or(1).max(1);
    let line = |counts: &std::collections::BTreeMap<Date, u64>| {
        let points: Vec<String> = first
            .series(jiff::Span::new().days(1))
            .take_while(|day| *day <= last)
            .enumerate()
            .map(|(nth, day)| {
                let count = counts.get(&day).copied().unwrap_or(0);
                let x = nth * CHART_WIDTH / span;
                let y = CHART_HEIGHT - (count as usize * CHART_HEIGHT / max as usize);
                format!("{x},{y}")
            })
            .collect();
        points.join(" ")
    };
    let (before, after) = (line(a), line(b));
    Some(Days { width: CHART_WIDTH, height: CHART_HEIGHT, first, last, max, before, after })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_told_in_numbers_and_percent() {
        #[rustfmt::skip]
        let table = [
            (0, 0, "="), (5, 5, "="), (0, 3, "+3"), (40, 52, "+12 (+30 %)"), (6, 3, "-3 (-50 %)"), (3, 0, "-3 (-100 %)"),
        ];
        for (before, after, want) in table {
            assert_eq!(change(before, after), want);
        }
    }
}
