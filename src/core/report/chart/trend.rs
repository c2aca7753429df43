//! Rates over time.

use super::{
    AMBER, BLUE, GREEN, INK, LINE, RED, SOFT, WIDTH,
    draw::{Anchor, Drawing},
};
use crate::core::{report::document::Line, wording::Language};

const COLOURS: [&str; 4] = [BLUE, GREEN, AMBER, RED];
const TOP: f64 = 40.0;
const HEIGHT: f64 = 180.0;
const LEFT: f64 = 56.0;
const RIGHT: f64 = 92.0;
/// The least distance of two labels at the end of lines.
const APART: f64 = 15.0;

pub fn trend(points: &[String], lines: &[Line], language: Language) -> (u32, String) {
    let mut drawing = Drawing::default();
    let (low, high) = range(lines);
    let width = f64::from(WIDTH) - LEFT - RIGHT;
    let x = |place: usize| match points.len() {
        0 | 1 => LEFT + width / 2.0,
        count => LEFT + width * place as f64 / (count - 1) as f64,
    };
    let y = |hundredths: f64| TOP + HEIGHT * (high - hundredths) / (high - low);
    let ticks = 4;
    for tick in 0..=ticks {
        let at = low + (high - low) * f64::from(tick) / f64::from(ticks);
        drawing.rule((LEFT, y(at)), (LEFT + width, y(at)), LINE);
        let label = format!("{:.0} %", at / 100.0);
        drawing.text((LEFT - 8.0, y(at) + 4.0), Anchor::End, SOFT, &label);
    }
    // Twelve names stand side by side, more would touch.
    let every = points.len().div_ceil(12).max(1);
    for (place, point) in points.iter().enumerate().filter(|(place, _)| place % every == 0) {
        drawing.text((x(place), TOP + HEIGHT + 22.0), Anchor::Middle, SOFT, point);
    }
    let mut ends: Vec<(f64, String, &str)> = Vec::new();
    for (place, line) in lines.iter().enumerate() {
        let colour = COLOURS[place % COLOURS.len()];
        let known = line.values.iter().enumerate();
        let known = known.filter_map(|(place, value)| Some((place, f64::from((*value)?))));
        let through: Vec<(f64, f64)> = known.map(|(place, value)| (x(place), y(value))).collect();
        drawing.through(&through, colour);
        if let Some((last, end)) = line.values.iter().rev().flatten().next().zip(through.last()) {
            let label = format!("{}.{:02} %", last / 100, last % 100);
            ends.push((end.1, label, colour));
        }
        let key = LEFT + 150.0 * place as f64;
        drawing.rect((key, 12.0), (18.0, 4.0), colour);
        drawing.text((key + 24.0, 18.0), Anchor::Start, INK, line.title.pick(language));
    }
    ends.sort_by(|one, other| one.0.total_cmp(&other.0));
    let mut free = f64::MIN;
    for (at, label, colour) in ends {
        let at = at.max(free);
        free = at + APART;
        drawing.text((LEFT + width + 8.0, at + 4.0), Anchor::Start, colour, &label);
    }
    ((TOP + HEIGHT + 34.0) as u32, drawing.done())
}

/// From a round number below everything to a hundred percent.
fn range(lines: &[Line]) -> (f64, f64) {
    let all = lines.iter().flat_map(|line| line.values.iter().flatten());
    let least = all.copied().min().unwrap_or(0);
    (f64::from((least / 1_000 * 1_000).min(9_000)), 10_000.0)
}
