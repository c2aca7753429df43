//! Lengths: stages, zones, steps, counts.

use super::{
    BLUE, GREEN, INK, LINE, SOFT, WIDTH,
    draw::{Anchor, Drawing, fit},
    zone_colour,
};
use crate::core::{
    report::document::{Bar, Chart, Pair, Said, Zone},
    wording::Language,
};

const LEFT: f64 = 190.0;
const RIGHT: f64 = 130.0;
const ROW: f64 = 26.0;
const THICK: f64 = 16.0;
const LABEL: usize = 24;

fn room() -> f64 {
    f64::from(WIDTH) - LEFT - RIGHT
}

fn height(rows: usize, above: f64) -> u32 {
    (above + ROW * rows as f64 + 6.0) as u32
}

/// What is above 0 is seen.
fn length(count: u64, most: u64) -> f64 {
    if count == 0 || most == 0 { 0.0 } else { (room() * count as f64 / most as f64).max(1.5) }
}

fn share(part: u64, of: u64) -> String {
    if of == 0 {
        return "—".to_owned();
    }
    let tenths = (u128::from(part) * 2_000 + u128::from(of)) / (u128::from(of) * 2);
    format!("{}.{} %", tenths / 10, tenths % 10)
}

/// Centred bars that grow shorter from stage to stage.
pub fn funnel(stages: &[Bar], language: Language) -> (u32, String) {
    let mut drawing = Drawing::default();
    let most = stages.iter().map(|stage| stage.count).max().unwrap_or(0);
    let first = stages.first().map_or(0, |stage| stage.count);
    for (place, stage) in stages.iter().enumerate() {
        let y = 4.0 + ROW * place as f64;
        let long = length(stage.count, most);
        drawing.text(
            (LEFT - 10.0, y + 13.0),
            Anchor::End,
            INK,
            &fit(stage.title.pick(language), LABEL),
        );
        drawing.rect((LEFT + (room() - long) / 2.0, y), (long, ROW - 4.0), BLUE);
        let label = format!("{} · {}", stage.count, share(stage.count, first));
        drawing.text((LEFT + room() + 10.0, y + 15.0), Anchor::Start, SOFT, &label);
    }
    (height(stages.len(), 4.0), drawing.done())
}

/// A square for each unit.
pub fn zones(zones: &[Zone], language: Language) -> (u32, String) {
    const SIDE: f64 = 16.0;
    let mut drawing = Drawing::default();
    let in_row = (room() / (SIDE + 3.0)) as usize;
    let all: usize =
        zones.iter().filter(|zone| !zone.id.is_empty()).map(|zone| zone.units.len()).sum();
    let mut y = 4.0;
    for zone in zones {
        drawing.text(
            (LEFT - 10.0, y + 13.0),
            Anchor::End,
            INK,
            &fit(zone.title.pick(language), LABEL),
        );
        for place in 0..zone.units.len() {
            let (row, column) = (place / in_row, place % in_row);
            let at = (LEFT + (SIDE + 3.0) * column as f64, y + (SIDE + 3.0) * row as f64);
            drawing.rect(at, (SIDE, SIDE), zone_colour(&zone.id));
        }
        let count = zone.units.len();
        let label = if zone.id.is_empty() {
            count.to_string()
        } else {
            format!("{count} · {}", share(count as u64, all as u64))
        };
        drawing.text((LEFT + room() + 10.0, y + 13.0), Anchor::Start, SOFT, &label);
        y += (SIDE + 3.0) * count.div_ceil(in_row).max(1) as f64 + 7.0;
    }
    ((y + 2.0) as u32, drawing.done())
}

/// A part of each bar.
pub fn pairs(of: &Said, part: &Said, pairs: &[Pair], language: Language) -> (u32, String) {
    let mut drawing = Drawing::default();
    let most = pairs.iter().map(|pair| pair.of).max().unwrap_or(0);
    for (place, (colour, title)) in [(LINE, of), (GREEN, part)].into_iter().enumerate() {
        let x = LEFT + 110.0 * place as f64;
        drawing.rect((x, 6.0), (14.0, 12.0), colour);
        drawing.text((x + 20.0, 17.0), Anchor::Start, SOFT, title.pick(language));
    }
    for (place, pair) in pairs.iter().enumerate() {
        let y = 28.0 + ROW * place as f64;
        drawing.text(
            (LEFT - 10.0, y + 13.0),
            Anchor::End,
            INK,
            &fit(pair.title.pick(language), LABEL),
        );
        drawing.rect((LEFT, y), (length(pair.of, most), THICK), LINE);
        drawing.rect((LEFT, y), (length(pair.part, most), THICK), GREEN);
        let label = format!("{}/{} · {}", pair.part, pair.of, share(pair.part, pair.of));
        drawing.text((LEFT + room() + 10.0, y + 13.0), Anchor::Start, SOFT, &label);
    }
    (height(pairs.len(), 28.0), drawing.done())
}

/// One bar each.
pub fn bars(bars: &[Bar], language: Language) -> (u32, String) {
    let mut drawing = Drawing::default();
    let most = bars.iter().map(|bar| bar.count).max().unwrap_or(0);
    for (place, bar) in bars.iter().enumerate() {
        let y = 4.0 + ROW * place as f64;
        drawing.text(
            (LEFT - 10.0, y + 13.0),
            Anchor::End,
            INK,
            &fit(bar.title.pick(language), LABEL),
        );
        drawing.rect((LEFT, y), (length(bar.count, most), THICK), BLUE);
        let end = (LEFT + length(bar.count, most) + 8.0, y + 13.0);
        drawing.text(end, Anchor::Start, SOFT, &bar.count.to_string());
    }
    (height(bars.len(), 4.0), drawing.done())
}

/// One bar made of table cells, for a mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Length {
    pub title: String,
    /// Of a hundred: how far the bar goes, and how much of it is filled.
    pub long: u64,
    pub colour: &'static str,
    pub text: String,
}

/// A chart as bars of table cells; a heat map is one of itself and has none.
pub fn lengths(chart: &Chart, language: Language) -> Vec<Length> {
    let percent = |count: u64, most: u64| if most == 0 { 0 } else { (count * 100).div_ceil(most) };
    let bar = |title: &Said, count: u64, most: u64, colour, text: String| Length {
        title: title.pick(language).to_owned(),
        long: percent(count, most),
        colour,
        text,
    };
    match chart {
        Chart::Heat { .. } => Vec::new(),
        Chart::Trend { points, lines } => {
            let last =
                |line: &crate::core::report::document::Line| line.values.last().copied().flatten();
            let shown = lines.iter().filter_map(|line| Some((line, last(line)?)));
            let point = points.last().map(String::as_str).unwrap_or_default();
            shown
                .map(|(line, value)| {
                    let title = Said::new(
                        format!("{} {point}", line.title.zh),
                        format!("{} {point}", line.title.en),
                    );
                    let text = format!("{}.{:02} %", value / 100, value % 100);
                    bar(&title, u64::from(value), 10_000, BLUE, text)
                })
                .collect()
        }
        Chart::Funnel { stages } => {
            let first = stages.first().map_or(0, |stage| stage.count);
            let text = |stage: &Bar| format!("{} = {}", stage.count, share(stage.count, first));
            stages.iter().map(|one| bar(&one.title, one.count, first, BLUE, text(one))).collect()
        }
        Chart::Bars { bars } => {
            let most = bars.iter().map(|one| one.count).max().unwrap_or(0);
            let text = |one: &Bar| one.count.to_string();
            bars.iter().map(|one| bar(&one.title, one.count, most, BLUE, text(one))).collect()
        }
        Chart::Zones { zones } => {
            let most = zones.iter().map(|zone| zone.units.len() as u64).max().unwrap_or(0);
            let of = |zone: &Zone| {
                let count = zone.units.len() as u64;
                bar(&zone.title, count, most, zone_colour(&zone.id), count.to_string())
            };
            zones.iter().map(of).collect()
        }
        Chart::Pairs { pairs, .. } => {
            let of = |pair: &Pair| {
                let text = format!("{}/{} = {}", pair.part, pair.of, share(pair.part, pair.of));
                bar(&pair.title, pair.part, pair.of, GREEN, text)
            };
            pairs.iter().map(of).collect()
        }
    }
}
