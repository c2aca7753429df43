//! What falls due, day by day: the darker the more.

use super::{
    INK, SOFT, WIDTH,
    draw::{Anchor, Drawing, fit},
};
use crate::core::{
    report::document::{Day, HeatRow},
    wording::Language,
};

const LEFT: f64 = 92.0;
const TOP: f64 = 44.0;
const ROW: f64 = 34.0;
const GAP: f64 = 3.0;
/// Ink of rest days: lighter, and still to be read.
const REST: &str = "#6e7781";

/// From light to dark; the last two bear white figures.
const SHADES: [&str; 6] = ["#f3f4f6", "#dbe9f6", "#b3d1ec", "#7db1de", "#2f7dc0", "#0b4a8f"];

pub fn heat(days: &[Day], rows: &[HeatRow], language: Language) -> (u32, String) {
    let mut drawing = Drawing::default();
    let cell = (f64::from(WIDTH) - LEFT) / days.len().max(1) as f64;
    let most = rows.iter().flat_map(|row| row.counts.iter()).copied().max().unwrap_or(0);
    for (place, day) in days.iter().enumerate() {
        let middle = LEFT + cell * (place as f64 + 0.5);
        let ink = if day.rest { REST } else { INK };
        drawing.text((middle, 18.0), Anchor::Middle, ink, &day.date);
        if day.rest {
            let rest = language.pick("休", "rest");
            drawing.text((middle, 35.0), Anchor::Middle, REST, rest);
        }
    }
    for (line, row) in rows.iter().enumerate() {
        let y = TOP + ROW * line as f64;
        let title = fit(row.title.pick(language), 12);
        drawing.text((LEFT - 10.0, y + 20.0), Anchor::End, SOFT, &title);
        for (place, count) in row.counts.iter().enumerate() {
            let x = LEFT + cell * place as f64;
            let (ground, ink) = shade_of(*count, most);
            drawing.rect((x, y), (cell - GAP, ROW - GAP), ground);
            if *count > 0 {
                let middle = (x + (cell - GAP) / 2.0, y + 20.0);
                drawing.text(middle, Anchor::Middle, ink, &count.to_string());
            }
        }
    }
    ((TOP + ROW * rows.len() as f64 + 4.0) as u32, drawing.done())
}

/// Ground and ink of a cell: nothing is the lightest, the most the darkest.
pub fn shade_of(count: u64, most: u64) -> (&'static str, &'static str) {
    let shade = if most == 0 { 0 } else { (count * 5).div_ceil(most).min(5) as usize };
    (SHADES[shade], if shade >= 4 { "#ffffff" } else { INK })
}
